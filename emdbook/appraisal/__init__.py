"""Critical reading by arithmetic: which counts a printed percentage allows, and whether parts add up."""

from emdbook.estimates.counts import attainable_counts

__all__ = ["attainable_counts"]

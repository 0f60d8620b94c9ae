"""Estimates for small studies: intervals, pooling, differences and labelled illustrations.

Every function is pure: plain values in, a small result object out. Impossible input raises :class:`ValueError` in plain words.
"""

from .counts import attainable_counts

__all__ = ["attainable_counts"]

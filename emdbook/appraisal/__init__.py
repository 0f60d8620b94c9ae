"""Critical reading by arithmetic: which counts a printed percentage allows, and whether parts add up."""

from emdbook.appraisal.checks import (
    Verdict,
    check_percentage,
    check_share,
    check_sum,
    denominators_that_fit,
    nearest_attainable,
    printed_decimals,
)
from emdbook.appraisal.findings import FINDINGS, audit
from emdbook.estimates.counts import attainable_counts

__all__ = [
    "FINDINGS",
    "Verdict",
    "attainable_counts",
    "audit",
    "check_percentage",
    "check_share",
    "check_sum",
    "denominators_that_fit",
    "nearest_attainable",
    "printed_decimals",
]

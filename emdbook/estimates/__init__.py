"""Estimates for small studies: intervals, pooling, differences and labelled illustrations.

Every function is pure: plain values in, a small result object out. Proportions are fractions from 0 to 1.
Impossible input raises :class:`ValueError` in plain words.
"""

from emdbook.estimates.counts import attainable_counts
from emdbook.estimates.differences import Comparison, ratio_of_ratios, risk_difference, risk_ratio
from emdbook.estimates.intervals import (
    INTERVAL_METHODS,
    PRIORS,
    Interval,
    Posterior,
    binomial_posterior,
    proportion_interval,
)
from emdbook.estimates.medians import MedianRanks, median_interval, median_ranks
from emdbook.estimates.pooling import CI_METHODS, TAU2_METHODS, Pooled, logit_effects, pool_proportions
from emdbook.estimates.simulations import (
    ImmortalTime,
    case_mix,
    immortal_time_medians,
    mixture_median,
    simulate_immortal_time,
)

__all__ = [
    "CI_METHODS",
    "INTERVAL_METHODS",
    "PRIORS",
    "TAU2_METHODS",
    "Comparison",
    "ImmortalTime",
    "Interval",
    "MedianRanks",
    "Pooled",
    "Posterior",
    "attainable_counts",
    "binomial_posterior",
    "case_mix",
    "immortal_time_medians",
    "logit_effects",
    "median_interval",
    "median_ranks",
    "mixture_median",
    "pool_proportions",
    "proportion_interval",
    "ratio_of_ratios",
    "risk_difference",
    "risk_ratio",
    "simulate_immortal_time",
]

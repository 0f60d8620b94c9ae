"""What a median of so many patients leaves open: by ranks without a model, in months under a stated shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import scipy

from emdbook.estimates.checks import check_level, check_positive
from emdbook.estimates.counts import as_whole

__all__ = ["MedianRanks", "median_interval", "median_ranks"]


@dataclass(frozen=True)
class MedianRanks:
    """Between which events, counted in order of time, the true median lies.

    Attributes
    ----------
    low, high : int
        First and last of the two events, from 1 to ``n``.
    n : int
        Patients, each followed to the event.
    confidence : float
        Of the interval, a fraction: at least the level that was asked for.
    """

    low: int
    high: int
    n: int
    confidence: float


def median_ranks(n: Any, level: float = 0.95) -> MedianRanks | None:
    """The interval for a median from the order of the events alone.

    Parameters
    ----------
    n : int
        Patients, each followed to the event.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    MedianRanks or None
        The narrowest pair of equal distance from both ends; None where so few patients give no interval of the level.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    The sign test turned round: as many of the ``n`` times lie below the true median as heads fall in ``n`` tosses of a
    coin, whatever the curve. With patients who are still without the event the same test is turned round by Brookmeyer
    and Crowley, A confidence interval for the median survival time, Biometrics 1982;38:29-41; it needs the times of
    all patients, which a published median does not give.
    """
    total, level = as_whole(n, "The number of patients n", least=1), check_level(level)
    low = int(scipy.stats.binom.ppf((1 - level) / 2, total, 0.5)) + 1  # too near the middle, or just right
    while low and 1 - 2 * scipy.stats.binom.cdf(low - 1, total, 0.5) < level:
        low -= 1
    if not low:
        return None
    return MedianRanks(low, total + 1 - low, total, float(1 - 2 * scipy.stats.binom.cdf(low - 1, total, 0.5)))


def median_interval(median: Any, n: Any, *, shape: float = 1.0, level: float = 0.95) -> tuple[float, float] | None:
    """The same interval in months, if the curve had a known shape. An illustration, not the interval of a study.

    Parameters
    ----------
    median : float
        As published, above 0, in any unit of time.
    n : int
        Patients, each taken as followed to the event.
    shape : float
        Of the Weibull curve through the median: 1 for a constant risk, less for a risk that falls with time.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of float, or None
        Times at which the curve passes the two ranks of :func:`median_ranks`; None where there are no ranks.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    The ``r``-th of ``n`` events is put where the curve has fallen to ``1 - r / (n + 1)``, the mean position of that
    rank. Patients without the event make the true interval wider.
    """
    median, shape = check_positive(median, "The median"), check_positive(shape, "The shape")
    ranks = median_ranks(n, level)
    if ranks is None:
        return None
    low, high = (median * (-math.log(1 - rank / (ranks.n + 1)) / math.log(2)) ** (1 / shape)
                 for rank in (ranks.low, ranks.high))
    return low, high

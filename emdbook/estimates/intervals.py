"""Confidence intervals for a proportion, and its posterior distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from emdbook.estimates.checks import check_choice, check_count, check_level, check_positive

#: The methods of :func:`proportion_interval`.
INTERVAL_METHODS = ("wilson", "clopper-pearson", "jeffreys")
_STATSMODELS_NAMES = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}

#: Named priors of :func:`binomial_posterior`, as the two parameters of a beta distribution.
PRIORS = {"uniform": (1.0, 1.0), "jeffreys": (0.5, 0.5)}


@dataclass(frozen=True)
class Interval:
    """An observed proportion with its interval, all as fractions from 0 to 1.

    Iterating gives the two limits, so ``low, high = proportion_interval(3, 4)`` works.
    """

    estimate: float
    ci_low: float
    ci_high: float
    method: str
    level: float
    events: int
    n: int

    def __iter__(self) -> Iterator[float]:
        return iter((self.ci_low, self.ci_high))


def proportion_interval(events: int, n: int, method: str = "wilson", level: float = 0.95) -> Interval:
    """Confidence interval for ``events`` of ``n``.

    Parameters
    ----------
    events, n : int
        Patients with the event, and all patients counted.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        ``wilson`` inverts the score test (Wilson 1927). ``clopper-pearson`` is the exact interval (Clopper
        and Pearson 1934), which most trial reports print. ``jeffreys`` takes beta quantiles with the prior
        Beta(1/2, 1/2), and its lower limit is 0 at 0 of n and its upper limit 1 at n of n (the convention of
        Brown, Cai and DasGupta 2001).
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Interval
        Fractions from 0 to 1. With every method the lower limit is exactly 0 at 0 of n and the upper limit
        exactly 1 at n of n.

    Raises
    ------
    ValueError
        If the counts, the method or the level are impossible.

    References
    ----------
    Wilson EB, J Am Stat Assoc 1927;22:209-212. Clopper CJ, Pearson ES, Biometrika 1934;26:404-413.
    Brown LD, Cai TT, DasGupta A, Stat Sci 2001;16:101-133.

    Examples
    --------
    >>> low, high = proportion_interval(10, 28, method="clopper-pearson")
    >>> f"{low:.3f} to {high:.3f}"
    '0.186 to 0.559'
    """
    count, total = check_count(events, n)
    check_choice(method, INTERVAL_METHODS, "The interval method")
    level = check_level(level)
    # here, for it brings scipy.stats: more than a second at the start of whatever computes no interval
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, total, alpha=1 - level, method=_STATSMODELS_NAMES[method])
    # All three methods put these two limits on the border; arithmetic in floats can miss it by 1e-17.
    low = 0.0 if count == 0 else float(low)
    high = 1.0 if count == total else float(high)
    return Interval(count / total, low, high, method, level, count, total)


@dataclass(frozen=True)
class Posterior:
    """Beta posterior of a proportion, with its credible interval as fractions from 0 to 1."""

    alpha: float
    beta: float
    prior: tuple[float, float]
    mean: float
    median: float
    ci_low: float
    ci_high: float
    level: float
    events: int
    n: int

    def density(self, points: int = 201) -> tuple[np.ndarray, np.ndarray]:
        """Return a grid of proportions strictly between 0 and 1 and the posterior density on it."""
        grid = (np.arange(points) + 0.5) / points
        return grid, scipy.stats.beta.pdf(grid, self.alpha, self.beta)

    def prior_density(self, points: int = 201) -> tuple[np.ndarray, np.ndarray]:
        """Return the same grid and the density of the prior."""
        grid = (np.arange(points) + 0.5) / points
        return grid, scipy.stats.beta.pdf(grid, *self.prior)


def binomial_posterior(
    events: int, n: int, prior: str | tuple[float, float] = "uniform", level: float = 0.95
) -> Posterior:
    """Update a beta prior with ``events`` of ``n``.

    Parameters
    ----------
    events, n : int
        Patients with the event, and all patients counted. ``0, 0`` is not accepted: it is the prior.
    prior : {"uniform", "jeffreys"} or (float, float)
        A named prior, or the two parameters of a beta distribution, both above 0. They read as imagined
        patients with and without the event.
    level : float
        Mass of the equal-tailed credible interval.

    Returns
    -------
    Posterior

    References
    ----------
    Gelman A and others, Bayesian Data Analysis, third edition, 2013, section 2.4.
    """
    count, total = check_count(events, n)
    level = check_level(level)
    a, b = _prior(prior)
    alpha, beta = a + count, b + total - count
    low, median, high = scipy.stats.beta.ppf([(1 - level) / 2, 0.5, (1 + level) / 2], alpha, beta)
    return Posterior(
        alpha,
        beta,
        (a, b),
        alpha / (alpha + beta),
        float(median),
        float(low),
        float(high),
        level,
        count,
        total,
    )


def _prior(prior: Any) -> tuple[float, float]:
    if isinstance(prior, str):
        return PRIORS[check_choice(prior, tuple(PRIORS), "The prior")]
    try:
        a, b = prior
    except (TypeError, ValueError):
        raise ValueError(f"A prior is a name or two numbers, not {prior!r}.") from None
    return check_positive(a, "The first number of the prior"), check_positive(b, "The second number of the prior")

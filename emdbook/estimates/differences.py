"""Two proportions compared: their difference and their ratio, each with an interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from emdbook.estimates.checks import check_count, check_level, check_positive, check_several


@dataclass(frozen=True)
class Comparison:
    """Group 1 against group 2. Iterating gives the two limits."""

    estimate: float
    ci_low: float
    ci_high: float
    method: str
    level: float
    note: str = ""

    def __iter__(self) -> Iterator[float]:
        return iter((self.ci_low, self.ci_high))


def risk_difference(events1: int, n1: int, events2: int, n2: int, level: float = 0.95) -> Comparison:
    """Difference of two proportions, first minus second, with Newcombe's hybrid score interval.

    Parameters
    ----------
    events1, n1, events2, n2 : int
        The two groups. They must not share patients: an arm cannot be compared with a cohort that contains
        it.
    level : float
        Confidence level.

    Returns
    -------
    Comparison
        Fractions from -1 to 1.

    References
    ----------
    Newcombe RG, Stat Med 1998;17:873-890 (method 10).
    """
    e1, t1 = check_count(events1, n1)
    e2, t2 = check_count(events2, n2)
    level = check_level(level)
    from statsmodels.stats.proportion import confint_proportions_2indep  # here: see intervals

    low, high = confint_proportions_2indep(e1, t1, e2, t2, method="newcomb", compare="diff", alpha=1 - level)
    limits = max(-1.0, float(low)), min(1.0, float(high))
    return Comparison(e1 / t1 - e2 / t2, *limits, "newcombe", level)


def risk_ratio(events1: int, n1: int, events2: int, n2: int, level: float = 0.95) -> Comparison:
    """Ratio of two proportions, first over second, with the log interval of Katz.

    Parameters
    ----------
    events1, n1, events2, n2 : int
        The two groups. They must not share patients.
    level : float
        Confidence level.

    Returns
    -------
    Comparison
        Where one of the four cells (events or patients without the event) is 0, 1/2 is added to all four
        before the ratio is taken, as ``metafor::escalc(measure="RR")`` does; ``note`` then says so.

    Raises
    ------
    ValueError
        Also when neither group has an event: there is then no ratio to speak of.

    References
    ----------
    Katz D and others, Biometrics 1978;34:469-474. Viechtbauer W, J Stat Softw 2010;36(3):1-48.
    """
    e1, t1 = check_count(events1, n1)
    e2, t2 = check_count(events2, n2)
    level = check_level(level)
    if e1 == e2 == 0:
        raise ValueError("Neither group has an event, so a ratio of the two proportions has no meaning.")
    empty = (e1, t1 - e1, e2, t2 - e2).count(0)
    add = 0.5 if empty else 0.0
    a1, a2, m1, m2 = e1 + add, e2 + add, t1 + 2 * add, t2 + 2 * add
    centre = np.log(a1 / m1) - np.log(a2 / m2)
    half = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(1 / a1 - 1 / m1 + 1 / a2 - 1 / m2)
    lead = "One cell is" if empty == 1 else "Two cells are"  # more would leave neither group an event
    note = f"{lead} 0, so 1/2 was added to each of the four cells." if add else ""
    low, high = float(np.exp(centre - half)), float(np.exp(centre + half))
    return Comparison(float(np.exp(centre)), low, high, "log (Katz)", level, note)


def ratio_of_ratios(first: tuple[float, float, float], second: tuple[float, float, float],
                    level: float = 0.95) -> Comparison:
    """Two ratios of separate patients compared: the test of interaction, as a ratio with its interval.

    Parameters
    ----------
    first, second : tuple of float
        Estimate, lower and upper limit of a hazard, risk or odds ratio, each above 0. The groups share no patients.
    level : float
        Confidence level of the limits given, and of those returned.

    Returns
    -------
    Comparison
        The first ratio over the second.

    Raises
    ------
    ValueError
        If a number is not above 0 or an interval does not hold its estimate.

    References
    ----------
    Altman DG, Bland JM, BMJ 2003;326:219. The standard errors are taken from the widths of the intervals on the log
    scale.
    """
    z = scipy.stats.norm.ppf((1 + check_level(level)) / 2)
    logs, variance = [], 0.0
    for ratio in (first, second):
        estimate, low, high = (check_positive(x, "A ratio and its limits")
                               for x in check_several(ratio, "A ratio and its limits", 3))
        if low == high:
            raise ValueError(f"The interval of {estimate:g} has no width, so nothing is known of its error.")
        if not low <= estimate <= high:
            raise ValueError(f"The interval from {low:g} to {high:g} does not hold its estimate of {estimate:g}.")
        logs.append(np.log(estimate))
        variance += (np.log(high / low) / (2 * z)) ** 2
    gap, half = logs[0] - logs[1], z * np.sqrt(variance)
    return Comparison(*(float(np.exp(x)) for x in (gap, gap - half, gap + half)), "interaction", level)

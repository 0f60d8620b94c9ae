"""Illustrations drawn from a reported median: an assumption, and labelled as one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from emdbook.estimates._checks import check_number, check_positive

LABEL = "illustrative: exponential curve through the reported median"
ASSUMPTION = (
    "The curve assumes a constant risk over time and uses nothing but the median; the study's real curve may "
    "look quite different."
)


@dataclass(frozen=True)
class SurvivalCurve:
    """An illustrative curve. ``survival`` are fractions still event-free at ``times``."""

    times: tuple[float, ...]
    survival: tuple[float, ...]
    median: float
    label: str = LABEL
    assumption: str = ASSUMPTION


def survival_from_median(median: float, times: Iterable[float]) -> SurvivalCurve:
    """Exponential curve that passes one half at ``median``.

    Parameters
    ----------
    median : float
        The reported median, above 0. A median that was not reached has no curve.
    times : iterable of float
        Where to evaluate the curve, in the unit of the median, none below 0.

    Returns
    -------
    SurvivalCurve
        With a label and a sentence on the assumption, which every chart must show.

    Notes
    -----
    ``S(t) = 2 ** (-t / median)``: the exponential distribution, the simplest with that median.
    """
    middle = check_positive(median, "The median (a median not reached has no curve)")
    try:
        grid = tuple(check_number(t, "Each time") for t in times)
    except TypeError:
        raise ValueError("Times must be a list of numbers.") from None
    if not grid:
        raise ValueError("There is no time at which to evaluate the curve.")
    if min(grid) < 0:
        raise ValueError(f"Times must not be below 0; {min(grid):g} is.")
    return SurvivalCurve(grid, tuple(2.0 ** (-t / middle) for t in grid), middle)


def median_from_rate(rate: float, at: float) -> float:
    """Median of the exponential curve that passes ``rate`` at time ``at``.

    Parameters
    ----------
    rate : float
        The fraction still event-free, strictly between 0 and 1.
    at : float
        The time of that rate, above 0.

    Returns
    -------
    float
        In the unit of ``at``. It rests on the same assumption as :func:`survival_from_median`.
    """
    share = check_number(rate, "The rate")
    if not 0 < share < 1:
        raise ValueError(f"The rate must lie strictly between 0 and 1, not {rate!r}.")
    return check_positive(at, "The time") * math.log(2) / -math.log(share)

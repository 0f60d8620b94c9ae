"""Checks of printed figures that need nothing but the figures themselves.

Each check returns a :class:`Verdict`: whether the figures are possible together, and one sentence that says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from emdbook.estimates.counts import as_exact, as_whole, attainable_counts, printed_percentages
from emdbook.ground.wording import listing, number
from emdbook.ground.wording import percent as percent_text


@dataclass(frozen=True)
class Verdict:
    """Outcome of a check. It is true where the figures are possible.

    ``counts`` are the whole numbers that give the printed figure, where the check looks for them.
    """

    ok: bool
    sentence: str
    counts: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.sentence


def printed_decimals(value: Any) -> int:
    """Return how many digits after the point a figure was printed with.

    Text and ``Decimal`` keep a final zero (``"73.0"`` has one decimal); a float has lost it (``73.0`` counts as 0).
    """
    exact = as_exact(value, "The figure")
    if isinstance(value, (str, Decimal)):
        exponent = Decimal(str(value).strip().rstrip("%").strip()).as_tuple().exponent
        return max(0, -int(exponent))
    decimals = 0
    while (exact * 10**decimals).denominator != 1:
        decimals += 1
        if decimals > 12:
            raise ValueError(f"{value!r} is not a figure as printed; give it as text.")
    return decimals


def _written(value: Any, decimals: int) -> str:
    return percent_text(float(as_exact(value)), decimals)


def _printed(count: int, n: int, decimals: int) -> str:
    return percent_text(float(max(printed_percentages(count, n, decimals))), decimals)


def nearest_attainable(percent: Any, n: int, decimals: int) -> list[tuple[int, float]]:
    """The counts on either side of a printed percentage, with the percentage each one gives.

    Parameters
    ----------
    percent : float, str or Decimal
        The percentage as printed.
    n : int
        The denominator.
    decimals : int
        Digits after the point.

    Returns
    -------
    list of (int, float)
        The nearest count whose exact percentage is not above ``percent`` and the nearest that is not below it, each
        with its percentage rounded half up to ``decimals``. One entry where the two are the same count.

    Examples
    --------
    >>> nearest_attainable(58, 47, 1)
    [(27, 57.4), (28, 59.6)]
    """
    attainable_counts(percent, n, decimals)  # checks the input
    position = as_exact(percent) * int(n) / 100
    around = sorted({math.floor(position), math.ceil(position)})
    return [(k, float(max(printed_percentages(k, int(n), int(decimals))))) for k in around]


def check_percentage(percent: Any, n: int, decimals: int | None = None) -> Verdict:
    """Can ``percent`` come from whole patients out of ``n``?

    Parameters
    ----------
    percent : float, str or Decimal
        The percentage as printed.
    n : int
        The denominator it is printed beside.
    decimals : int, optional
        Digits after the point; read off ``percent`` if left out.

    Returns
    -------
    Verdict
        ``counts`` holds every count that fits.
    """
    decimals = printed_decimals(percent) if decimals is None else decimals
    fits = attainable_counts(percent, n, decimals)
    shown = _written(percent, decimals)
    if len(fits) == 1:
        return Verdict(True, f"{shown} of {n} can only be {fits[0]} of {n}.", tuple(fits))
    if fits:
        return Verdict(True, f"{shown} of {n} can be {_options(fits)} of {n}.", tuple(fits))
    digits = max(int(decimals), 1)
    near = [f"{k} of {n} is {_printed(k, n, digits)}" for k, _ in nearest_attainable(percent, n, decimals)]
    cut = [k for k, _ in nearest_attainable(percent, n, decimals) if _cut_off(k, n, decimals) == as_exact(percent)]
    extra = f" ({cut[0]} of {n} gives it only if cut off instead of rounded)" if cut else ""
    return Verdict(False, f"{shown} cannot come from {n}: {listing(near)}{extra}.")


def _options(counts: Sequence[int]) -> str:
    return f"{counts[0]} or {counts[1]}" if len(counts) == 2 else f"any of {counts[0]} to {counts[-1]}"


def _cut_off(count: int, n: int, decimals: int) -> Fraction:
    return Fraction(math.floor(Fraction(100 * count, n) * 10**decimals), 10**decimals)


def denominators_that_fit(
    percents: Iterable[Any], decimals: int | Sequence[int] | None, n_max: int, n_min: int = 1
) -> list[int]:
    """Denominators of which every printed percentage can be a whole number of patients.

    Parameters
    ----------
    percents : iterable of float, str or Decimal
        Percentages that share one denominator.
    decimals : int, sequence of int, or None
        Digits after the point: one for all, one for each, or read off the figures.
    n_max, n_min : int
        The range to search, both ends included.

    Returns
    -------
    list of int

    Examples
    --------
    >>> denominators_that_fit([35.5, 67.7], 1, 32)
    [31]
    """
    figures = list(percents)
    if not figures:
        raise ValueError("Give at least one percentage.")
    if decimals is None:
        digits = [printed_decimals(figure) for figure in figures]
    elif isinstance(decimals, Sequence):
        digits = list(decimals)
    else:
        digits = [decimals] * len(figures)
    if len(digits) != len(figures):
        raise ValueError(f"{len(figures)} percentages but {len(digits)} numbers of decimals were given.")
    low = as_whole(n_min, "The smallest denominator", least=1)
    high = as_whole(n_max, "The largest denominator", least=low)
    pairs = list(zip(figures, digits, strict=True))
    return [n for n in range(low, high + 1) if all(attainable_counts(figure, n, d) for figure, d in pairs)]


def check_sum(parts: Iterable[Any], total: Any) -> Verdict:
    """Do the parts add up to the total?

    Parameters
    ----------
    parts : iterable of number
        Patients of each group, or percentages that should add up.
    total : number
        The printed total.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> print(check_sum([143, 145], 232))
    143 + 145 is 288, not 232.
    """
    figures = list(parts)
    if not figures:
        raise ValueError("There is nothing to add.")
    exact = sum((as_exact(part, "Each part") for part in figures), Fraction(0))
    printed = as_exact(total, "The total")
    left = " + ".join(number(float(as_exact(part))) for part in figures)
    if exact == printed:
        return Verdict(True, f"{left} is {number(float(exact))}.")
    return Verdict(False, f"{left} is {number(float(exact))}, not {number(float(printed))}.")


def check_share(count: int, total: int, percent: Any, decimals: int | None = None) -> Verdict:
    """Is ``count`` of ``total`` the printed percentage?

    Parameters
    ----------
    count, total : int
        The printed numbers.
    percent : float, str or Decimal
        The percentage printed beside them.
    decimals : int, optional
        Digits after the point; read off ``percent`` if left out.

    Returns
    -------
    Verdict
    """
    whole = as_whole(total, "The total", least=1)
    part = as_whole(count, "The count")
    if part > whole:
        raise ValueError(f"There cannot be more patients in the part than in the whole: {part} of {whole}.")
    digits = printed_decimals(percent) if decimals is None else as_whole(decimals, "The number of decimals")
    printed = as_exact(percent)
    if part in attainable_counts(percent, whole, digits):
        return Verdict(True, f"{part} of {whole} is {_written(percent, digits)}.", (part,))
    extra = " (cut off instead of rounded)" if _cut_off(part, whole, digits) == printed else ""
    right = _printed(part, whole, digits)
    return Verdict(False, f"{part} of {whole} is {right}, not {_written(percent, digits)}{extra}.")

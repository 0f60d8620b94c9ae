"""Which whole numbers of patients can stand behind a printed percentage.

A paper prints 35.7 % of 28 patients. Only whole patients respond, so few counts give that figure, often just
one. All sums are done with :class:`fractions.Fraction`: a float such as ``0.285`` is not what it looks like,
and a check that decides whether a printed figure is possible must not depend on that.
"""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np

#: Whole numbers above this are no longer whole once they are floats.
MOST = 2**53
#: No percentage is printed with more digits behind the point.
MOST_DECIMALS = 15

__all__ = ["as_exact", "as_whole", "attainable_counts", "printed_percentages"]


def as_exact(value: Any, what: str = "The percentage") -> Fraction:
    """Read a printed number exactly as it is written.

    Parameters
    ----------
    value : int, float, str, Decimal or Fraction
        The printed number; a text in the digits 0 to 9 with at most one point, one sign and one ``%``. A float of
        any width is read by its shortest decimal text, so ``35.7`` means 35.7 and not the binary neighbour.
    what : str
        The name used in the message when the value cannot be read.

    Returns
    -------
    Fraction

    Raises
    ------
    ValueError
        If the value is not a finite number.
    """
    problem = f"{what} must be a number, not {value!r}."
    if is_truth(value) or isinstance(value, (bytes, bytearray)):  # float() reads bytes too
        raise ValueError(problem)
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, str):
        # Decimal and float also read 3_5, digits of other scripts and exponents, which no paper prints
        printed = re.fullmatch(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*%?\s*", value)
        if not printed:
            raise ValueError(problem)
        return Fraction(Decimal(printed[1]))
    try:
        if isinstance(value, np.floating) and np.isfinite(value):
            # repr of a float32 turned into a float is 35.70000076293945; its own shortest text is 35.7
            number = Decimal(np.format_float_positional(value, unique=True))
        elif isinstance(value, Decimal):
            number = value
        else:
            number = Decimal(repr(float(value)))
    except (InvalidOperation, TypeError, ValueError, OverflowError):
        raise ValueError(problem) from None
    if not number.is_finite():
        raise ValueError(f"{what} must be a finite number, not {value!r}.")
    return Fraction(number)


def is_truth(value: Any) -> bool:
    """Whether a value is a yes or no, of Python or numpy, which counts as no number here."""
    return isinstance(value, (bool, np.bool_))


def as_finite(value: Any, problem: str) -> float:
    """Return ``value`` as a finite float, or raise ``ValueError`` with these words."""
    if is_truth(value) or isinstance(value, (str, bytes)):
        raise ValueError(problem)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(problem) from None
    if not math.isfinite(number):
        raise ValueError(problem)
    return number


def as_whole(value: Any, what: str, least: int = 0) -> int:
    """Return ``value`` as a whole number of at least ``least``, or say in plain words why it is not one."""
    problem = f"{what} must be a whole number of at least {least}, not {value!r}."
    number = as_finite(value, problem)
    if number != math.floor(number) or number < least:
        raise ValueError(problem)
    if number > MOST:
        raise ValueError(f"{what} must be at most {MOST}, not {value!r}.")
    return int(value)


def _round_half_up(value: Fraction, decimals: int) -> Fraction:
    scale = 10**decimals
    return Fraction(math.floor(value * scale + Fraction(1, 2)), scale)


def _round_half_even(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round(value, decimals))


def printed_percentages(count: int, n: int, decimals: int) -> set[Fraction]:
    """Return the percentage ``count`` of ``n`` as it may be printed: by rounding half up, and half to even.

    The two differ only when the exact percentage lies halfway between two printed figures, for example 1 of 8
    (12.5 %) printed without decimals as 13 % or 12 %.
    """
    exact = Fraction(100 * count, n)
    return {_round_half_up(exact, decimals), _round_half_even(exact, decimals)}


def attainable_counts(percent: Any, n: int, decimals: int) -> list[int]:
    """List the counts out of ``n`` that print as ``percent``.

    Parameters
    ----------
    percent : float, str or Decimal
        The percentage as printed, 0 to 100.
    n : int
        The denominator, at least 1.
    decimals : int
        How many digits after the point the percentage was printed with, at least 0.

    Returns
    -------
    list of int
        Every whole number ``k`` from 0 to ``n`` for which ``100 * k / n``, rounded to ``decimals``, is
        ``percent``. An empty list means that no whole number of patients gives the printed figure. Ties are
        accepted both ways (half up and half to even), because papers do not say how they round.

    Raises
    ------
    ValueError
        If the percentage is outside 0 to 100 or printed with more digits than ``decimals``, or if ``n`` or
        ``decimals`` is no count.

    Notes
    -----
    The same idea is the GRIM test for means of whole numbers (Brown NJL, Heathers JAJ, Soc Psychol Personal
    Sci 2017;8:363-369).

    Examples
    --------
    >>> attainable_counts(35.5, 31, 1)
    [11]
    >>> attainable_counts(35.5, 32, 1)
    []
    """
    n = as_whole(n, "The denominator n", least=1)
    decimals = as_whole(decimals, "The number of decimals", least=0)
    if decimals > MOST_DECIMALS:
        raise ValueError(f"The number of decimals must be at most {MOST_DECIMALS}, not {decimals}.")
    exact = as_exact(percent)
    if not 0 <= exact <= 100:
        raise ValueError(f"A percentage lies between 0 and 100; {percent!r} does not.")
    if (exact * 10**decimals).denominator != 1:
        raise ValueError(f"{percent!r} is printed with more than {decimals} decimals.")
    # Only counts within one unit of the last printed digit can round to it, so look no further than that.
    slack = Fraction(1, 10**decimals)
    lowest = max(0, math.ceil((exact - slack) * n / 100))
    highest = min(n, math.floor((exact + slack) * n / 100))
    return [k for k in range(lowest, highest + 1) if exact in printed_percentages(k, n, decimals)]

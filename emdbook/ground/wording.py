"""How numbers are written, everywhere in the book: in charts, tables, captions and checks."""

from __future__ import annotations

import math
import re
from decimal import Decimal

#: Rounds away the noise of binary floats before a figure is rounded for print (0.285 is stored as 0.28499…).
_NOISE = 1e-9
#: More digits behind the point than a binary float of a percentage holds are never printed.
_MOST_DIGITS = 15


def is_missing(value) -> bool:
    """True for None, NaN and pandas.NA."""
    if value is None:
        return True
    try:
        return bool(math.isnan(value))
    except (TypeError, ValueError):
        # pandas.NA refuses to be converted or compared
        return type(value).__name__ == "NAType"


def number(value: float, decimals: int | None = None) -> str:
    """A number with a true minus sign, never a minus before zero, never an exponent.

    Parameters
    ----------
    value : float
        Missing (None, NaN, NA) is "not reported".
    decimals : int, optional
        Digits after the point; without it as short as it can be printed, with at most ten significant digits behind
        the point and every digit before it.
    """
    if is_missing(value):
        return "not reported"
    value = float(value)
    if decimals is not None:
        text = f"{value + math.copysign(min(_NOISE, 10.0 ** -(decimals + 3)), value):.{decimals}f}"
    elif value.is_integer():
        text = f"{value:.0f}"
    else:
        text = format(Decimal(f"{value:.10g}"), "f")
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text.replace("-", "−")


def percent(value: float, decimals: int | None = None, *, brief: bool = False) -> str:
    """A percentage, ``35.7%``; what is not all is never written as 100%, what is not none never as 0%.

    Parameters
    ----------
    value : float
        In percent (0 to 100).
    decimals : int, optional
        Digits after the point; without it the figure is printed as it is stored.
    brief : bool
        Where there is little room, ``>99%`` instead of ``more than 99%``.
    """
    if is_missing(value):
        return "not reported"
    if decimals is not None:
        least = 10.0**-decimals
        text = number(value, decimals)
        if value > 0 and text == number(0, decimals):
            return f"{'<' if brief else 'less than '}{number(least, decimals)}%"
        if value < 100 and text == number(100, decimals):
            return f"{'>' if brief else 'more than '}{number(100 - least, decimals)}%"
    return number(value, decimals) + "%"


def ends(low: float, high: float, decimals: int = 0) -> tuple[str, str]:
    """The two ends of an interval as numbers.

    They may round to 0 or 100, but never to one number: an interval of some width is not printed as one of none. Ends
    that would be printed alike get as many more digits as it takes to tell them apart, and from 0 and 100.

    Examples
    --------
    >>> ends(20.7, 54.2), ends(0.2, 99.9), ends(0.051, 0.44), ends(5, 5)
    (('21', '54'), ('0', '100'), ('0.1', '0.4'), ('5', '5'))
    """
    if low != high and number(low, decimals) == number(high, decimals):
        while decimals < _MOST_DIGITS and (
                number(low, decimals) in (number(high, decimals), *([number(0, decimals)] if low > 0 else []))
                or (high < 100 and number(high, decimals) == number(100, decimals))):
            decimals += 1
    return number(low, decimals), number(high, decimals)


def percent_range(low: float, high: float, decimals: int = 0) -> str:
    """An interval in percent, ``21 to 54%``; see :func:`ends`."""
    return " to ".join(ends(low, high, decimals)) + "%"


def months(value: float, decimals: int | None = None) -> str:
    """A time in months, ``5.1 months``; ``1 month`` whenever that is what is printed."""
    if is_missing(value):
        return "not reported"
    text = number(value, decimals)
    return f"{text} {'month' if text == '1' else 'months'}"


def interval(low: float, high: float, decimals: int | None = None, *, open_end: str = "not reached",
             joint: str = " to ") -> str:
    """An interval whose ends may be open, ``5.1 to 12``, ``5.1 to not reached``, ``up to 12``.

    Parameters
    ----------
    low, high : float
        The ends; a missing one is open. Empty text if both are missing.
    decimals : int, optional
        See :func:`number`.
    open_end : str
        What an open upper end is called; that of a median of time was not reached.
    joint : str
        Between the ends.
    """
    if is_missing(low) and is_missing(high):
        return ""
    if is_missing(low):
        return f"up to {number(high, decimals)}"
    if is_missing(high):
        return f"{number(low, decimals)}{joint}{open_end}"
    return joint.join(ends(low, high, decimals) if decimals is not None else (number(low), number(high)))


def count(events: int, n: int) -> str:
    """A count with its denominator, ``10 of 28``.

    Raises
    ------
    ValueError
        If either is no whole number: a part of a patient is never cut off in silence.
    """
    if int(events) != events or int(n) != n:
        raise ValueError(f"{events} of {n} is no count: both must be whole numbers.")
    return f"{int(events)} of {int(n)}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """``1 study``, ``3 studies``."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def points(width: float) -> str:
    """A distance of two percentages, whatever its sign: ``33 points``; what is some is never written as none.

    Examples
    --------
    >>> points(33.4), points(-0.5), points(0.3), points(0)
    ('33 points', '1 point', 'less than 1 point', '0 points')
    """
    shown = math.floor(abs(width) + 0.5 + _NOISE)
    return "less than 1 point" if not shown and abs(width) > _NOISE else plural(shown, "point")


def listing(items) -> str:
    """Words joined as a person would: ``a, b and c``."""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else "none"


def sentence(text: str) -> str:
    """The text with a capital first letter and one stop.

    A word that carries its own capitals, or begins with a letter of another script, keeps them (``mRNA``,
    ``β2-microglobulin``), and so does a symbol (``n = 28``); a text that ends in a question or exclamation mark gets
    no full stop.
    """
    text = text.strip()
    if not text:
        return ""
    first = re.match(r"[^\W\d_]+", text)
    symbol = re.match(r"[a-z]\s*[=<>≤≥]|[b-hj-z]\s", text)  # "n of 28": one letter is a symbol, but "a" is a word
    if first and first[0].islower() and first[0][0].isascii() and not symbol:
        text = text[0].upper() + text[1:]
    return text if re.search(r"[.?!…][)”’]+$|[?!…]$", text) else text.rstrip(".") + "."


def family_name(author: str) -> str:
    """An author without initials: ``Jiménez-Segura R`` becomes ``Jiménez-Segura``.

    Examples
    --------
    >>> family_name("Fernández de Larrea C"), family_name("van de Donk NWCJ"), family_name("GSK")
    ('Fernández de Larrea', 'van de Donk', 'GSK')
    """
    return re.sub(r"(?: [A-Z]{1,4})+$", "", author)


def short_source(source) -> str:
    """A source in a few words: author and year; where no author is known the journal or site, or how the title begins.

    Parameters
    ----------
    source : mapping
        A row of ``sources``.
    """
    name, container, title, year = (
        "" if is_missing(source[key]) else str(source[key]) for key in ("first_author", "container", "title", "year"))
    name = family_name(name)
    if not name:  # the journal without volume, page and what stands in brackets
        name = re.split(r"[,(;]| \d", container)[0].strip()
    if not name and (words := re.sub(r"\[.*?\]", "", title).split()):
        name = " ".join(words[:5]) + ("…" if len(words) > 5 else "")
    return f"{name} {year}".strip() if name else "source not identified"

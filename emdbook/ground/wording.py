"""How numbers are written, everywhere in the book: in charts, tables, captions and checks."""

from __future__ import annotations

import math
import re
from decimal import Decimal

#: Rounds away the noise of binary floats before a figure is rounded for print (0.285 is stored as 0.28499…).
_NOISE = 1e-9


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
        text = f"{value + math.copysign(_NOISE, value):.{decimals}f}"
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


def percent_range(low: float, high: float, decimals: int = 0) -> str:
    """An interval in percent, ``21 to 54%``. Its ends are limits and may round to 0 or 100."""
    return f"{number(low, decimals)} to {number(high, decimals)}%"


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
    return f"{number(low, decimals)}{joint}{open_end if is_missing(high) else number(high, decimals)}"


def count(events: int, n: int) -> str:
    """A count with its denominator, ``10 of 28``."""
    return f"{int(events)} of {int(n)}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """``1 study``, ``3 studies``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


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
    if first and first[0].islower() and first[0][0].isascii() and not re.match(r"[a-z]\s*[=<>≤≥]", text):
        text = text[0].upper() + text[1:]
    return text if text.endswith(("?", "!", "…")) else text.rstrip(".") + "."


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

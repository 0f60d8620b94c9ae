"""How numbers are written, everywhere in the book: in charts, tables, captions and checks."""

from __future__ import annotations

import math
import re

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
    """A number with a true minus sign; without ``decimals`` as short as it can be printed."""
    if is_missing(value):
        return "not reported"
    value = float(value)
    if decimals is None:
        text = f"{value:.10g}"
    else:
        text = f"{value + math.copysign(_NOISE, value):.{decimals}f}"
    return text.replace("-", "−")


def percent(value: float, decimals: int | None = None) -> str:
    """A percentage, ``35.7%``.

    Parameters
    ----------
    value : float
        In percent (0 to 100).
    decimals : int, optional
        Digits after the point; without it the figure is printed as it is stored.
    """
    return "not reported" if is_missing(value) else number(value, decimals) + "%"


def percent_range(low: float, high: float, decimals: int = 0) -> str:
    """An interval in percent, ``21 to 54%``."""
    return f"{number(low, decimals)} to {percent(high, decimals)}"


def months(value: float, decimals: int | None = None) -> str:
    """A time in months, ``5.1 months``."""
    if is_missing(value):
        return "not reported"
    return f"{number(value, decimals)} {'month' if float(value) == 1 else 'months'}"


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
    """The text with a capital first letter and one full stop."""
    text = text.strip()
    return (text[:1].upper() + text[1:]).rstrip(".") + "."


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

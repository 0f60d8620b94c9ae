"""Words that stay inside the figure: measured, broken where they may be broken, made smaller, or cut with an ellipsis.

Every text of a figure is as long as its author or the data make it.  What is cut here stands whole in the sentence and
in the table of the chart.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties

from emdbook import style
from emdbook.charts.drawing import measure
from emdbook.charts.room import is_narrow, least, width

#: Size of a row's label, and of other text, in points; see ``emdbook.mplstyle``.
LABEL, TEXT = 11.0, 11.5
#: Lines of a label beyond which it is cut.
_MOST = 6
_LINE = 0.176  # inches of one line of a label
#: Marks that may not begin a line.
_CLOSING = "，。、；：？！）】」』》〉…"


@lru_cache(1024)
def _font(size: float, weight: str) -> FontProperties:
    return FontProperties(family=list(style.families()), size=size, weight=weight)


@lru_cache(65536)
def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


@lru_cache(16384)
def inches(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Width of a text of one or more lines.

    Parameters
    ----------
    text : str
    size : float
        Points.
    weight : {"normal", "bold"}

    Returns
    -------
    float
        Inches, with a little to spare; a Chinese character counts as one em, whether or not the book's font holds it.
    """
    widths = []
    for line in text.split("\n"):
        wide = sum(map(_wide, line))
        narrow = "".join(c for c in line if not _wide(c))
        widths.append(wide * size + (measure(narrow, _font(size, weight))[0] if narrow else 0.0))
    return 1.06 * max(widths) / 72  # hinting widens letters a little where a figure is turned into pixels


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the space behind them, Chinese characters with the mark behind them."""
    out, word = [], ""
    for c in text:
        if c.isspace() and c != "\u00a0":
            out.append(word + c)
            word = ""
        elif _wide(c):
            if word:
                out.append(word)
                word = ""
            if c in _CLOSING and out:
                out[-1] += c
            else:
                out.append(c)
        else:
            word += c
            if c in "-/" and len(word) > 4:  # EM-E and T-cell stay whole
                out.append(word)
                word = ""
    return [*out, word] if word else out


def lines_of(text: str, room: float, size: float = LABEL, *, most: int = _MOST, weight: str = "normal") -> list[str]:
    """A text broken into lines that fit.

    Parameters
    ----------
    text : str
        Its own line breaks are kept.
    room : float
        Inches.
    size : float
        Points.
    most : int
        Lines after which it is cut with an ellipsis.
    weight : {"normal", "bold"}

    Returns
    -------
    list of str
        At least one line. Breaks at spaces, after hyphens and slashes, and between Chinese characters; a word that is
        itself too long is broken anywhere.
    """
    out: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            rest = piece
            if line and inches((line + rest).rstrip(), size, weight) > room:
                out.append(line.rstrip())
                line = ""
            while inches(rest.rstrip(), size, weight) > room and len(rest.rstrip()) > 1:
                cut = next(k for k in range(len(rest) - 1, 0, -1) if k == 1 or inches(rest[:k], size, weight) <= room)
                out.append(rest[:cut])
                rest = rest[cut:]
            line += rest
        out.append(line.rstrip())
    if len(out) > most:
        out = [*out[: most - 1], shortened(out[most - 1] + "…", room, size, weight)]
    return out


def shortened(text: str, room: float, size: float = TEXT, weight: str = "normal") -> str:
    """A text of one line, cut with an ellipsis where it is too long."""
    if inches(text, size, weight) <= room:
        return text
    text = text.rstrip("…")
    while text and inches(text.rstrip() + "…", size, weight) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def fitted(text: str, room: float, size: float = TEXT, weight: str = "normal") -> tuple[str, float]:
    """A text and the size at which it fits: made smaller as far as it stays legible, then cut.

    Parameters
    ----------
    text : str
        One or more lines.
    room : float
        Inches.
    size : float
        Points wanted.
    weight : {"normal", "bold"}

    Returns
    -------
    tuple of (str, float)
    """
    need = inches(text, size, weight)
    if need <= room:
        return text, size
    smaller = max(least(), int(size * room / need * 4) / 4)
    return "\n".join(shortened(line, room, smaller, weight) for line in text.split("\n")), smaller


def row_labels(labels: Sequence[str], *, left: float, row: float, chars: int = 20, more: int = 0) -> tuple[list[str],
                                                                                                         float]:
    """Labels of rows as they are drawn, and the height of a row that holds the longest.

    Parameters
    ----------
    labels : sequence of str
        Their own line breaks are kept.
    left : float
        Inches between the edge of the figure and the axis.
    row : float
        Inches of a row whose label has two lines or fewer.
    chars : int
        Characters after which a label is broken into two lines although one might do.
    more : int
        Lines that stand below each label.

    Returns
    -------
    tuple of (list of str, float)
    """
    if is_narrow():  # they stand above the rows
        return ["\n".join(lines_of(" ".join(str(label).split("\n")), width() - 0.2)) for label in labels], row
    room = left - 0.1
    made = []
    for label in labels:
        # a label that brings its own line break keeps it
        text = str(label) if "\n" in str(label) else wrapped(str(label), chars)
        made.append(text if inches(text, LABEL) <= room else "\n".join(lines_of(str(label), room)))
    lines = max((text.count("\n") + 1 for text in made), default=1) + more
    return made, max(row, _LINE * lines + 0.1)


def wrapped(label: str, width: int = 20) -> str:
    """A row label on at most two lines of so many characters; "phase 2" is not torn apart."""
    label = label.replace("phase ", "phase\u00a0")
    lines = textwrap.wrap(label, width, break_long_words=False)
    return "\n".join([lines[0], " ".join(lines[1:])] if len(lines) > 2 else lines)

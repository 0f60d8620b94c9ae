"""What every chart returns, and how a figure becomes clean SVG.

A chart function takes plain values and returns a :class:`Chart`: the figure, one sentence that says what it
shows, and the table it was drawn from.  It reads no file, shows nothing and knows no widget.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import matplotlib
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from emdbook import style
from emdbook.charts.drawing import ROOT_STYLE, write_svg
from emdbook.charts.room import COLUMN, is_narrow, narrow, width
from emdbook.charts.told import DRAWN, Told, element, from_table, table_text, titled
from emdbook.ground.blocks import untrusted
from emdbook.ground.view import view


def in_style(function: Callable[..., Chart]) -> Callable[..., Chart]:
    """Draw a chart in the look of the book, whatever the reader has set, and leave the reader's settings alone.

    Parameters
    ----------
    function : callable
        A chart function.

    Returns
    -------
    callable
    """
    @functools.wraps(function)
    def drawn(*args, **settings):
        with style.context():
            chart = function(*args, **settings)
        return chart if is_narrow() else replace(chart, again=functools.partial(drawn, *args, **settings))

    return drawn


@dataclass(frozen=True)
class Chart:
    """One finished figure with its words and its numbers.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Drawn, not shown.
    description : str
        One or two plain sentences: the caption, the alternative text and what a screen reader announces.
    table : pandas.DataFrame
        The prepared table, with the column names a reader sees.
    layers : Mapping of str to str
        Artist id (``gid``) to label, for parts that may be hidden without a new drawing.
    marks : sequence of Told
        What each mark says, in the order of the rows; none for a figure whose marks are no rows.
    again : callable, optional
        Draws the same chart once more, for :meth:`narrow`.
    """

    figure: Figure
    description: str
    table: pd.DataFrame
    layers: Mapping[str, str] = field(default_factory=dict)
    marks: Sequence[Told] = ()
    again: Callable[[], Chart] | None = field(default=None, repr=False, compare=False)

    def narrow(self, prefix: str = "c") -> str:
        """The figure as SVG for a telephone, laid out anew for its width.

        Parameters
        ----------
        prefix : str
            As for :meth:`svg`; the ids of the two layouts differ.

        Returns
        -------
        str
            As :meth:`svg`, of class ``emd-narrow``; empty where the chart cannot be drawn anew.
        """
        if self.again is None:
            return ""
        with narrow():
            svg = self.again().svg(f"{prefix}-n")
        return svg.replace("<svg ", '<svg class="emd-narrow" ', 1)

    def __post_init__(self) -> None:
        # a label may be broken in two on the figure; a sentence has no lines
        object.__setattr__(self, "description", re.sub(r"\s*\n\s*", " ", self.description))

    def svg(self, prefix: str = "c") -> str:
        """The figure as SVG for the page.

        Parameters
        ----------
        prefix : str
            Put before every id, so that two figures on one page never share a clip path.

        Returns
        -------
        str
            One ``<svg>`` element: text as text, geometry rounded, palette colours as CSS variables, no date. In a
            notebook the letters are outlines, for no page brings the typefaces there.
        """
        with style.context():
            if view() == "live":
                matplotlib.rcParams["svg.fonttype"] = "path"
            return clean_svg(self.figure, prefix)

    def svg_file(self, *, dark: bool = False) -> str:
        """The figure as an SVG that stands alone: for print, a word processor, or any program that is no browser.

        Parameters
        ----------
        dark : bool
            With the colours of the dark page.

        Returns
        -------
        str
            With a declaration, its size in points, a title, and colours in place of CSS variables.
        """
        width, height = self.figure.get_size_inches() * 72
        svg = resolved(self.svg(), dark=dark)
        head, body = svg.split(">", 1)
        title = html.escape(self.description, quote=False)
        return (f'<?xml version="1.0" encoding="UTF-8"?>\n{head} width="{width:g}pt" height="{height:g}pt">'
                f"<title>{title}</title>{body}\n")

    def png(self, dpi: int = 144) -> bytes:
        """The figure as PNG bytes on white paper.

        Parameters
        ----------
        dpi : int
            Dots per inch.
        """
        buffer = io.BytesIO()
        FigureCanvasAgg(self.figure)
        with style.context():
            self.figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()

    def html(self, prefix: str = "c") -> str:
        """The figure with its caption as one HTML element that needs no script.

        On the page it holds what its marks say, for a script that tells them; anywhere else each mark has a title.
        """
        published = view() == "page"
        told = element(self.told(), prefix) if published else ""
        svg = self.svg(prefix)
        narrow = self.narrow(prefix) if published else ""
        shown = both(svg, narrow)
        width, height = self.figure.get_size_inches()
        live = view() == "live"
        # where a viewer leaves the drawing out, the words of its marks are left over: letters are outlines in a
        # notebook, so no text in there needs a size
        unseen = ";font-size:0" if live else ""
        return (
            f'<figure class="emd-figure"><div class="emd-figure-paper emd-window">'
            f'<div class="emd-drawing{" emd-two" if narrow else ""}" role="img" aria-label="{DRAWN}" '
            f'style="--emd-ratio:{width:g}/{height:g};--emd-least:{width_in_letters(svg):.1f}{room_of([narrow])}{unseen}">'
            f"{shown if told else titled(shown, self.marks, prefix)}</div>{told}</div>"
            f"<figcaption>{html.escape(self.description)}</figcaption></figure>"
            + (self.untrusted() if live else "")
        )

    def untrusted(self) -> str:
        """What JupyterLab shows of the figure in a notebook that somebody else has run: a picture, and what to do.

        It leaves out drawings, styles and scripts before a reader trusts the notebook; so this stays unseen where the
        style beside it is kept.
        """
        picture = base64.b64encode(self.png(96)).decode("ascii")
        alt = html.escape(self.description, quote=True)
        return untrusted(f'<p><img alt="{alt}" src="data:image/png;base64,{picture}"></p>')

    def told(self) -> list[Told]:
        """What the figure says row by row: its marks, or where these are no rows, its table."""
        return list(self.marks) or from_table(*table_text(self.table))

    def _repr_mimebundle_(self, include=None, exclude=None):
        # The id prefix is taken from the words, so that a page with the same figure twice still has valid ids
        # only if they differ in content; equal figures share equal clip paths, which does no harm.
        prefix = f"f{abs(hash_text(self.description)):x}"
        bundle = {"text/html": self.html(prefix), "text/plain": self.description}
        # drawing pixels takes several times longer than all the rest, and the page never uses them
        if include is not None and "image/png" in include:
            bundle["image/png"] = self.png()
        return bundle


def quiet(svg: str) -> str:
    """An ``<svg>`` whose name is given by the element around it: within a named one some readers speak each tick.

    Parameters
    ----------
    svg : str

    Returns
    -------
    str
    """
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(role|aria-[a-z]+|focusable)="[^"]*"', "", head)
    return f'{head} aria-hidden="true" focusable="false">{rest}'


def both(wide: str, narrow: str) -> str:
    """A drawing in its two layouts, of which the page shows the one that fits its window; the second may be empty."""
    return quiet(wide) + (quiet(narrow) if narrow else "")


def tallest(drawings: Sequence[str]) -> tuple[float, float]:
    """Width and height of the drawing that needs most height, so that the page never jumps.

    Parameters
    ----------
    drawings : sequence of str
        As SVG; empty ones do not count.

    Returns
    -------
    tuple of (float, float)
    """
    best = (16.0, 9.0)
    ratio = 0.0
    for each in drawings:
        found = re.search(r'viewBox="([^"]+)"', each)
        if found:
            _, _, width, height = (float(x) for x in found[1].split())
            if height / width > ratio:
                ratio, best = height / width, (width, height)
    return best


def room_of(narrow: Sequence[str]) -> str:
    """What the style of a drawing says of its narrow layout, to go behind what it says of the wide one."""
    if not all(narrow):
        return ""
    width, height = tallest(narrow)
    return f";--emd-narrow-ratio:{width:g}/{height:g};--emd-narrow-least:{max(map(width_in_letters, narrow)):.1f}"


def hash_text(text: str) -> int:
    """A short hash that is the same in every process (``hash`` is salted)."""
    return zlib.crc32(text.encode("utf-8"))


def new_figure(height: float, *, left: float, right: float = 0.25, top: float = 0.45, bottom: float = 0.6):
    """A figure with one axes and margins fixed in inches.

    A fixed layout is several times faster than a solved one and keeps every state of a widget in place.

    Parameters
    ----------
    height, left, right, top, bottom : float
        Inches. A column of names at the left goes where the layout is narrow: the names stand above their rows.

    Returns
    -------
    tuple of (matplotlib.figure.Figure, matplotlib.axes.Axes)
    """
    wide = width()
    if is_narrow() and left >= COLUMN:
        left = 0.14
    figure = Figure(figsize=(wide, height))
    axes = figure.add_axes((left / wide, bottom / height, (wide - left - right) / wide,
                            (height - top - bottom) / height))
    return figure, axes


_PATH = re.compile(r'(?<= d=")[^"]*(?=")')
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GEOMETRY = re.compile(
    r'(?<= )(x|y|x1|x2|y1|y2|cx|cy|width|height|transform|points|viewBox)="([^"]*)"'
)
_ID = re.compile(r'\b(id|xlink:href|href)="(#?)([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")
#: What matplotlib calls frames and markers: by the last digit of their places, in which two processors may differ.
_BY_PLACE = re.compile(r"[pm][0-9a-f]{10}")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_GAP = re.compile(r">\s+<")
#: The same hex may serve two marks; the first name wins, both marks share the pair of colours.
_NAMES = {mark.light: mark.name for mark in reversed(style.palette().values())}
_COLOUR = re.compile(f": ({'|'.join(_NAMES)})")


_VARIABLE = re.compile(r"var\(--emd-c-([a-z0-9-]+),(#[0-9a-fA-F]{3,8})\)")


def resolved(svg: str, *, dark: bool = False) -> str:
    """An SVG of the page with colours in place of its CSS variables, which only a browser understands.

    Parameters
    ----------
    svg : str
        As :meth:`Chart.svg` gives it.
    dark : bool
        Colours of the dark page.

    Returns
    -------
    str
    """
    marks = style.palette()
    return _VARIABLE.sub(lambda m: marks[m[1]].dark if dark and m[1] in marks else m[2], svg)


def _round(match: re.Match) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_LETTERS = re.compile(r"font(?:-size)?:(?: [a-z0-9]+)*? ([\d.]+)px")


def width_in_letters(svg: str) -> float:
    """How wide a drawing is, counted in heights of its smallest letters.

    A page multiplies this by the least height at which letters can be read, and never shows the drawing narrower.

    Parameters
    ----------
    svg : str
        As :meth:`Chart.svg` gives it.

    Returns
    -------
    float
        0 for a drawing without words.
    """
    sizes = [float(size) for size in _LETTERS.findall(svg)]
    width = float(re.search(r'viewBox="([^"]+)"', svg)[1].split()[2])
    return width / min(sizes) if sizes else 0.0


def clean_svg(figure: Figure, prefix: str) -> str:
    """Deterministic, small SVG of a figure. See :meth:`Chart.svg`."""
    svg = _COMMENT.sub("", write_svg(figure))
    # Only geometry is rounded: a tick label such as 0.002 is text and must stay as it is.
    svg = _PATH.sub(lambda m: " ".join(_NUMBER.sub(_round, m[0]).split()), svg)
    svg = _GEOMETRY.sub(lambda m: f'{m[1]}="{_NUMBER.sub(_round, m[2])}"', svg)
    names: dict[str, str] = {}

    def named(name: str) -> str:
        return names.setdefault(name, f"{prefix}-{f'{name[0]}{len(names)}' if _BY_PLACE.fullmatch(name) else name}")

    svg = _ID.sub(lambda m: f'{m[1]}="{m[2]}{named(m[3])}"' if m[1] == "id" or m[2] else m[0], svg)
    svg = _URL.sub(lambda m: f"url(#{named(m[1])})", svg)
    svg = _COLOUR.sub(lambda m: f": var(--emd-c-{_NAMES[m[1]]},{m[1]})", svg)
    head, body = svg.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', head)[1]
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" ' \
           f"{ROOT_STYLE}>" + _GAP.sub("><", body).strip()

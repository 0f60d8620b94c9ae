"""The look of every figure: one palette, one marker per group, one typeface.

Colours are given once, as a pair (light page, dark page).
Figures are drawn with the light colour; :mod:`emdbook.charts.base` turns each palette colour in the SVG into a
CSS custom property with the light colour as its fallback, so that the same SVG follows the page's theme
and still looks right when it is saved on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib import font_manager

_HERE = Path(__file__).resolve().parent
FONT_DIR = _HERE / "fonts"
STYLE_FILE = _HERE / "emdbook.mplstyle"


@dataclass(frozen=True)
class Mark:
    """How one group is drawn: a colour for each theme and a marker that does not need colour.

    Attributes
    ----------
    name : str
        Key used in CSS (``--emd-c-<name>``).
    label : str
        What a legend prints.
    light, dark : str
        Hexadecimal colour on the light and on the dark page.
    marker : str
        A matplotlib marker, different for every group of one legend.
    """

    name: str
    label: str
    light: str
    dark: str
    marker: str = "o"


#: Neutral colours: text, secondary text, hairlines, the paper itself and a soft fill.
INK = Mark("ink", "text", "#1c2733", "#e8ebef")
MUTED = Mark("muted", "secondary text", "#4b5866", "#b3bdc9")
GRID = Mark("grid", "grid", "#d5dbe1", "#3b4552")
PAPER = Mark("paper", "paper", "#ffffff", "#161b22")
SOFT = Mark("soft", "soft fill", "#eef2f5", "#232b35")
ACCENT = Mark("accent", "accent", "#a3123a", "#ff8fa6")

#: One mark per population of ``arms.population``.
POPULATION: dict[str, Mark] = {
    "EM-E": Mark("em-e", "EM-E (no bone contact)", "#b8390e", "#ff9b6a", "D"),
    "EM-B": Mark("em-b", "EM-B (grown from bone)", "#0b6e8a", "#4fc4e0", "s"),
    "EMD": Mark("emd", "EMD (mixed or not stated)", "#6a34b5", "#bd9bf5", "o"),
    "non-EMD": Mark("non-emd", "no EMD", "#51606f", "#a4b1bf", "^"),
    "overall": Mark("overall", "whole cohort", "#2a3644", "#d3dae2", "v"),
    "CNS": Mark("cns", "CNS disease", "#a1177c", "#f28fd6", "P"),
    "PCL": Mark("pcl", "plasma cell leukaemia", "#8a5a00", "#eec056", "X"),
    "other": Mark("other", "other group", "#5c5650", "#b9b0a6", "h"),
}

#: One mark per ``studies.therapeutic_class``.
THERAPY_CLASS: dict[str, Mark] = {
    "pi": Mark("pi", "Proteasome inhibitors", "#1d5fa8", "#7fb6f2", "o"),
    "imid": Mark("imid", "Immunomodulatory drugs", "#8a5a00", "#eec056", "s"),
    "mab": Mark("mab", "Monoclonal antibodies", "#0b6e8a", "#4fc4e0", "^"),
    "selinexor": Mark("selinexor", "Selinexor", "#4d7000", "#b1d257", "v"),
    "cart": Mark("cart", "CAR-T cells", "#b8390e", "#ff9b6a", "D"),
    "bsab": Mark("bsab", "Bispecific antibodies", "#6a34b5", "#bd9bf5", "P"),
    "adc": Mark("adc", "Antibody-drug conjugates", "#a1177c", "#f28fd6", "X"),
    "asct": Mark("asct", "Autologous transplantation", "#0f7256", "#58cfa9", "h"),
    "cns": Mark("class-cns", "Central nervous system", "#94233c", "#f497a6", "p"),
    "pcl": Mark("class-pcl", "Plasma cell leukaemia", "#7a4a26", "#dba97f", "d"),
    "chemotherapy": Mark("chemo", "Chemotherapy", "#51606f", "#a4b1bf", "<"),
    "comparison": Mark("comparison", "Comparisons and meta-analyses", "#2a3644", "#d3dae2", ">"),
    "guideline": Mark("guideline", "Guidelines", "#5c5650", "#b9b0a6", "8"),
    "biology": Mark("biology", "Biology", "#3f5f2a", "#a5c48d", "*"),
}

#: What readers are told about the checking of a study (``sources.checked``), and how a chart marks it.
CHECKED: dict[str, tuple[str, str]] = {
    "confirmed": ("primary seen, figures match", "●"),
    "probable": ("study identified, not every figure seen", "◐"),
    "not_found": ("reported in the review, primary not seen", "○"),
}


@dataclass(frozen=True)
class Standing:
    """How far a figure was seen, in words, and how a chart fills its mark.

    Attributes
    ----------
    words : str
        What a table prints.
    fill : {"full", "dot", "open", "cross"}
        A full mark, an open one with a dot, an open one, an open one with a cross.
    key : str
        What the key of a chart says of this filling.
    """

    words: str
    fill: str
    key: str

    @property
    def sign(self) -> str:
        """The mark of a chart as a character, for tables and text."""
        return {"full": "●", "dot": "◉", "open": "○", "cross": "⊗"}[self.fill]


_SEEN = "filled: its source was seen"
#: One standing per value of ``outcomes.standing``; the same of every table whose rows carry figures.
STANDING: dict[str, Standing] = {
    "paper": Standing("seen in the paper", "full", _SEEN),
    "abstract": Standing("seen in the abstract", "full", _SEEN),
    "official": Standing("seen in the official text", "full", _SEEN),
    "secondary": Standing("second-hand", "dot", "dot: second-hand"),
    "review": Standing("reported in the review", "open", "open: the review alone"),
    "derived": Standing("worked out", "cross", "cross: worked out"),
}


def palette() -> dict[str, Mark]:
    """Every mark by its CSS name.

    Returns
    -------
    dict of str to Mark
        Neutrals, populations and therapy classes together.
    """
    marks = [INK, MUTED, GRID, PAPER, SOFT, ACCENT, *POPULATION.values(), *THERAPY_CLASS.values()]
    return {mark.name: mark for mark in marks}


def css_variables() -> str:
    """The palette as CSS custom properties for the light and the dark page.

    Returns
    -------
    str
        A style sheet; the book's own sheet and the widgets in JupyterLab both include it.
    """
    def block(theme: str) -> str:
        return "".join(f"--emd-c-{m.name}:{getattr(m, theme)};" for m in palette().values())

    # JupyterLab marks its dark theme on <body>; the book theme marks it on <html>.
    return (
        f":root{{{block('light')}}}\n"
        f"html[data-theme=dark],body[data-jp-theme-light=false]{{{block('dark')}}}\n"
        # print is always on white paper
        f"@media print{{html[data-theme],body{{{block('light')}}}}}\n"
    )


def _load_fonts() -> None:
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for font in sorted(FONT_DIR.glob("*.[ot]tf")):
        if str(font) not in known:
            font_manager.fontManager.addfont(font)
            if "CJK" in font.name:
                # one weight serves headings too; without this entry matplotlib warns at every bold title
                regular = font_manager.fontManager.ttflist[-1]
                font_manager.fontManager.ttflist.append(replace(regular, weight=700))


#: What says where and how windows open; it is the reader's at all times.
_NOT_A_LOOK = ("animation", "backend", "date.epoch", "docstring", "figure.max_open", "figure.raise", "interactive",
               "keymap", "macosx", "savefig.directory", "timezone", "tk.", "toolbar", "webagg")


def looks() -> dict[str, object]:
    """The settings of matplotlib that are current and decide what a figure looks like."""
    return {k: v for k, v in matplotlib.rcParams.items() if not k.startswith(_NOT_A_LOOK)}


@cache
def _settings() -> dict[str, object]:
    """matplotlib's own defaults and the book's style on top, without what says where and how windows open."""
    _load_fonts()
    ours = matplotlib.rc_params_from_file(STYLE_FILE, use_default_template=False)
    return {**{k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith(_NOT_A_LOOK)}, **ours}


def families() -> tuple[str, ...]:
    """The typefaces of every figure, the wanted one first."""
    return tuple(_settings()["font.family"])


@contextmanager
def context() -> Iterator[None]:
    """The look of the book while a figure is made or written; afterwards the reader's own settings are back.

    A figure looks the same whatever the reader has set, and drawing one changes nothing of it.
    """
    settings = _settings()
    # every value was checked when the settings were read; checking 300 of them again at each figure takes longer than
    # drawing a small one
    with matplotlib.rc_context():
        dict.update(matplotlib.rcParams, settings)
        yield

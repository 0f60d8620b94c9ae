"""The treatment pathway as a drawing: one path so far with the options where it stands, and the whole tree by section.

What the review states is drawn solid, what the book inferred dashed, what another official source asks for dotted and
in a colour of its own; a gap of the summary stays a gap with its mark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import inches, shortened
from emdbook.charts.parts import LINE_SPACING, foot_legend, heading
from emdbook.charts.room import WIDE, is_narrow, width
from emdbook.charts.told import Teller
from emdbook.ground.wording import listing, plural
from emdbook.teach.pathway import BASES, Pathway

LINE = 0.235  # inches per line of text
_SPINE, _TEXT = 0.26, 0.56
_KINDS = {"question": "Question", "recommendation": "Advice", "end": "End of the path"}
_DASH, _DOT = (0, (2.2, 1.6)), (0, (0.9, 0.9))
_OFFICIAL = style.THERAPY_CLASS["mab"]
_SIZE = 11.5


def _right() -> float:
    return width() - 0.08


def paragraphs(locators: Iterable[str]) -> str:
    """Paragraph names, those of one section joined: ``INTRO-3, PRIMARY-1, 2``.

    Parameters
    ----------
    locators : iterable of str

    Returns
    -------
    str
    """
    parts: list[str] = []
    last = None
    for locator in locators:
        section, _, number = locator.rpartition("-")
        parts.append(number if section == last else locator)
        last = section
    return ", ".join(parts)


@dataclass(frozen=True)
class _Row:
    number: int
    node: str
    kind: str
    short: str
    text: str
    answer: str
    basis: str
    locators: tuple[str, ...]
    gaps: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    beside: tuple[str, ...]


def _rows(pathway: Pathway, choices: Sequence[str], steps: int | None) -> tuple[list[_Row], int, bool]:
    """The rows up to the step asked for, the length of the walk, and whether it ends there."""
    if steps is not None and (not isinstance(steps, int) or isinstance(steps, bool) or steps < 1):
        raise ValueError(f"pathway map: the number of steps must be a whole number of 1 or more, not {steps!r}.")
    walk = pathway.walk(list(choices))
    length = len(walk.steps)
    shown = walk.steps if steps is None else walk.steps[:steps]
    rows = [
        _Row(i, step.node.id, step.node.kind, step.node.short, step.text, step.chosen or "", step.basis or "",
             step.locators, tuple(gap.text for gap in step.gaps),
             tuple((option.label, option.basis) for option in step.node.options),
             tuple(item.text for item in step.node.beside))
        for i, step in enumerate(shown, 1)
    ]
    return rows, length, len(shown) == length and walk.complete


def prepare_pathway_map(pathway: Pathway, choices: Sequence[str] = (), steps: int | None = None) -> pd.DataFrame:
    """The table behind :func:`pathway_map`: one row per step taken.

    Parameters
    ----------
    pathway : Pathway
    choices : sequence of str
        The answers given, as :meth:`emdbook.teach.pathway.Pathway.walk` takes them.
    steps : int, optional
        How many steps are shown; all if left out.

    Returns
    -------
    pandas.DataFrame
        ``Step, Node, Text, Answer, Basis, Paragraphs, Other sources add, Gap``.

    Raises
    ------
    ValueError
        If an answer does not fit, or the number of steps is no whole number of 1 or more.
    """
    rows, _, _ = _rows(pathway, choices, steps)
    return pd.DataFrame(
        [(r.number, r.node, r.text, r.answer, r.basis or ("end" if r.kind == "end" else "open"),
          ", ".join(r.locators), " ".join(r.beside), " ".join(r.gaps)) for r in rows],
        columns=["Step", "Node", "Text", "Answer", "Basis", "Paragraphs", "Other sources add", "Gap"],
    )


@in_style
def pathway_map(pathway: Pathway, choices: Sequence[str] = (), steps: int | None = None, *,
                title: str | None = None) -> Chart:
    """The path so far, and the options where it stands.

    Parameters
    ----------
    pathway, choices, steps
        See :func:`prepare_pathway_map`.
    title : str, optional
        A short heading, such as the patient's.

    Returns
    -------
    Chart
        Solid lines are stated by the review, dashed ones inferred, dotted ones come from another official source; a
        plus leads what such sources add, and a question mark in the accent colour is a gap.

    Raises
    ------
    ValueError
        See :func:`prepare_pathway_map`.
    """
    rows, length, ended = _rows(pathway, choices, steps)
    top, foot = (0.5 if title else 0.12), 0.6
    passed, here = rows[:-1], rows[-1]
    blocks = [_passed_height(row) for row in passed]
    height = top + sum(blocks) + _here_height(here) + foot
    figure, axes = new_figure(height, left=0, right=0, top=0, bottom=0)
    axes.set_xlim(0, width())
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    y = top + 0.14
    tell = Teller(figure)
    for row, block in zip(passed, blocks, strict=True):
        with tell.row(**_told(row)):
            _draw_passed(axes, row, y)
            axes.plot([_SPINE, _SPINE], [y, y + block], color=_ink(row.basis), ls=_dash(row.basis), lw=1.8, zorder=1)
        y += block
    with tell.row(**_told(here)):
        _draw_here(axes, here, y)
    heading(figure, title)
    foot_legend(figure, _legend(), columns=2)
    shown = prepare_pathway_map(pathway, choices, steps)
    return Chart(figure, _describe(rows, length, ended, steps, title), shown,
                 marks=tell.with_table(shown, without=("Node",)))


@in_style
def case_map(source: tuple[Pathway, Mapping[str, Sequence[str]]], *, case: str, steps: int) -> Chart:
    """The path of one constructed patient after a number of steps.

    Parameters
    ----------
    source : tuple of (Pathway, mapping of str to sequence of str)
        The pathway, and the answers of each patient by name.
    case : str
        A name of the mapping.
    steps : int
        How many steps are taken; a walk that ends earlier is shown whole.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown patient; see also :func:`pathway_map`.
    """
    pathway, walks = source
    if case not in walks:
        raise ValueError(f"pathway map: there is no patient {case!r}; there are {listing(walks)}.")
    return pathway_map(pathway, walks[case], steps, title=case)


def _told(row: _Row) -> dict:
    """Step and answer of a row, and the paragraph of the review that it rests on."""
    return {"name": f"Step {row.number}, {_KINDS[row.kind].lower()}", "value": row.answer or row.text,
            "record": f"review#{row.locators[0]}" if row.locators else ""}


def _ink(basis: str) -> str:
    return {"inferred": style.MUTED, "official": _OFFICIAL}.get(basis, style.INK).light


def _dash(basis: str):
    return {"inferred": _DASH, "official": _DOT}.get(basis, "-")


def _beside_lines(row: _Row) -> list[list[str]]:
    return [_wrapped(text, 62) for text in row.beside]


def _gap_lines(row: _Row) -> list[list[str]]:
    return [_wrapped(text, 62) for text in row.gaps]


def _answer_lines(row: _Row) -> list[str]:
    return _wrapped("goes on" if len(row.options) == 1 else row.answer, 56)


def _passed_height(row: _Row) -> float:
    lines = 1 + len(_answer_lines(row)) + sum(map(len, _gap_lines(row)))
    return LINE * lines + 0.12


def _wrapped(text: str, letters: int) -> list[str]:
    """A text in lines of so many letters; in the narrow layout of as many as have room there."""
    return textwrap.wrap(text, int(letters * (_right() - 0.8) / (WIDE - 0.88)))


def _say(axes, x: float, y: float, text: str, **how) -> None:
    axes.text(x, y, text, **{"va": "center", "size": _SIZE, "linespacing": LINE_SPACING, **how})


def _draw_gaps(axes, row: _Row, y: float) -> float:
    for lines in _gap_lines(row):
        axes.scatter([_TEXT + 0.07], [y], s=120, marker="s", color=style.ACCENT.light, zorder=4)
        _say(axes, _TEXT + 0.07, y, "?", ha="center", color=style.PAPER.light, weight="bold", zorder=5)
        for line in lines:
            _say(axes, _TEXT + 0.24, y, line, color=style.ACCENT.light)
            y += LINE
    return y


def _draw_beside(axes, row: _Row, y: float) -> float:
    for lines in _beside_lines(row):
        axes.scatter([_TEXT + 0.07], [y], s=120, marker="s", color=_OFFICIAL.light, zorder=4)
        _say(axes, _TEXT + 0.07, y, "+", ha="center", color=style.PAPER.light, weight="bold", zorder=5)
        for line in lines:
            _say(axes, _TEXT + 0.24, y, line, color=_OFFICIAL.light)
            y += LINE
    return y


def _number(axes, row: _Row, y: float, *, filled: bool) -> None:
    fill, ink = (style.INK.light, style.PAPER.light) if filled else (style.PAPER.light, style.INK.light)
    shape = "s" if row.kind == "end" else "o"
    axes.scatter([_SPINE], [y], s=270, marker=shape, facecolors=fill, edgecolors=style.INK.light, linewidths=1.6,
                 zorder=3)
    _say(axes, _SPINE, y, str(row.number), ha="center", color=ink, weight="bold", zorder=4)


def _draw_passed(axes, row: _Row, y: float) -> None:
    _number(axes, row, y, filled=False)
    _say(axes, _TEXT, y, row.short, weight="bold")
    room = _right() - _TEXT - inches(row.short, _SIZE, "bold") - 0.1
    _say(axes, _right(), y, shortened(paragraphs(row.locators), room), ha="right", color=style.MUTED.light)
    y += LINE
    _say(axes, _right(), y, row.basis, ha="right", color=_ink(row.basis))
    for i, line in enumerate(_answer_lines(row)):
        _say(axes, _TEXT, y, ("→ " if not i else "   ") + line)
        y += LINE
    _draw_gaps(axes, row, y)


def _here_lines(row: _Row) -> list[str]:
    return _wrapped(row.text, 66)


def _option_lines(row: _Row) -> list[list[str]]:
    return [_wrapped(label, 54) for label, _ in row.options] if len(row.options) > 1 else []


def _here_height(row: _Row) -> float:
    lines = 1 + len(_here_lines(row)) + sum(map(len, _gap_lines(row) + _beside_lines(row)))
    options = sum(len(lines) * LINE + 0.07 for lines in _option_lines(row))
    return LINE * lines + options + 0.34 + (0.1 if options else 0)


def _draw_here(axes, row: _Row, y: float) -> None:
    lines = _here_lines(row)
    box = LINE * (1 + len(lines)) + 0.1
    axes.add_patch(FancyBboxPatch((_TEXT - 0.06, y - 0.14), width() - _TEXT - 0.02, box,
                                  boxstyle="round,pad=0,rounding_size=0.08", facecolor=style.SOFT.light,
                                  edgecolor=style.INK.light, lw=1.2, zorder=1))
    _number(axes, row, y, filled=True)
    _say(axes, _TEXT, y, _KINDS[row.kind], weight="bold")
    _say(axes, _right() - 0.08, y, paragraphs(row.locators), ha="right", color=style.MUTED.light)
    for i, line in enumerate(lines, 1):
        _say(axes, _TEXT, y + i * LINE, line)
    above = y
    y += box + 0.09
    y = _draw_gaps(axes, row, _draw_beside(axes, row, y))
    options = _option_lines(row)
    if options:
        y += 0.03
    for (label, basis), part in zip(row.options, options, strict=False):
        taken = label == row.answer
        axes.plot([_SPINE, _SPINE, _TEXT - 0.06], [above, y, y], color=_ink(basis), ls=_dash(basis), lw=1.8, zorder=1)
        above = y
        if taken:
            axes.scatter([_TEXT - 0.04], [y], s=46, marker=">", color=style.INK.light, zorder=4)
        _say(axes, _right(), y, basis, ha="right", color=_ink(basis))
        for i, line in enumerate(part):
            _say(axes, _TEXT + 0.1, y + i * LINE, line, weight="bold" if taken else "normal")
        y += len(part) * LINE + 0.07


def _legend() -> list[Line2D]:
    return [*(Line2D([], [], color=_ink(basis), lw=1.8, ls=_dash(basis), label=" " + words)
              for basis, words in BASES.items()),
            Line2D([], [], color=style.ACCENT.light, ls="", marker="s", ms=9, label="gap of the summary")]


def _describe(rows: list[_Row], length: int, ended: bool, steps: int | None, title: str | None) -> str:
    here = rows[-1]
    who = f"{title}. " if title else ""
    if steps is not None and steps > length:
        where = f"The path ended at step {length}; there is no step {steps}."
    else:
        where = f"Step {here.number}" + (f" of {length}." if ended or len(rows) < length else ".")
    source = f" ({paragraphs(here.locators)})" if here.locators else ""  # an emergency stands in no paragraph
    parts = [f"{who}{where} {_KINDS[here.kind]}: {here.text}{source}"]
    if len(here.options) > 1:
        parts.append("Ways on: " + listing(
            f"{label} ({basis}{', this patient' if label == here.answer else ''})" for label, basis in here.options))
    before = [row.basis for row in rows[:-1]]
    if before:
        parts.append(f"Of {plural(len(before), 'step')} before, the review states {before.count('stated')}")
    if here.beside:
        parts.append("Other official sources add: " + " ".join(here.beside))
    gaps = [text for row in rows for text in row.gaps]
    if gaps:
        parts.append(f"{'Gap' if len(gaps) == 1 else 'Gaps'} met: " + " ".join(gaps).rstrip("."))
    return " ".join(part if part.endswith("?") else part.rstrip(".") + "." for part in parts)


# ----------------------------------------------------------------------------------------------------------------------
# The whole tree

def prepare_pathway_overview(pathway: Pathway) -> pd.DataFrame:
    """How much of each section is stated, inferred, official or missing.

    Parameters
    ----------
    pathway : Pathway

    Returns
    -------
    pandas.DataFrame
        ``Section, Depth, Nodes, Stated, Inferred, Official, Gaps``; a way is one option of one node.
    """
    depth: dict[str, int] = {}
    out = []
    for section in pathway.sections:
        depth[section.id] = depth[section.after] + 1 if section.after else 0
        nodes = pathway.section(section.id)
        ways = [option.basis for node in nodes for option in node.options]
        gaps = sum(len(pathway.gaps_at(node)) for node in nodes)
        out.append((section.label, depth[section.id], len(nodes), *map(ways.count, BASES), gaps))
    return pd.DataFrame(out, columns=["Section", "Depth", "Nodes", "Stated", "Inferred", "Official", "Gaps"])


@in_style
def pathway_overview(pathway: Pathway, *, title: str | None = None) -> Chart:
    """The tree by section: every way on as a square, filled where the review states it.

    Parameters
    ----------
    pathway : Pathway
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
    """
    table = prepare_pathway_overview(pathway)
    # in the narrow layout the marks stand below their name, so those of the last row come near the legend
    top, row_height, foot = (0.75 if title else 0.35), 0.6 if is_narrow() else 0.4, 0.76 if is_narrow() else 0.62
    height = top + row_height * len(table) + foot
    figure, axes = new_figure(height, left=0, right=0, top=0, bottom=0)
    axes.set_xlim(0, width())
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    _say(axes, _right(), top - 0.2, "stated", ha="right", color=style.MUTED.light)
    at: dict[int, float] = {}
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples()):
        y, x = top + row_height * (i + 0.5), 0.12 + 0.24 * row.Depth
        if row.Depth:
            axes.plot([x - 0.15, x - 0.15, x - 0.04], [at[row.Depth - 1], y, y], color=style.MUTED.light, lw=1.2)
        at[row.Depth] = y + (0.34 if is_narrow() else 0.12)
        with tell.row(row.Section, f"{row.Stated} of {plural(_ways_of(row), 'way')} stated"):
            _say(axes, x, y, row.Section, weight="bold" if row.Depth < 2 else "normal")
            _draw_ways(axes, *((x + 0.1, y + 0.25) if is_narrow() else (2.12, y)), row)
            _say(axes, _right(), y, f"{row.Stated} of {_ways_of(row)}", ha="right")
    heading(figure, title)
    foot_legend(figure, _squares(axes), columns=2)
    shown = table.drop(columns="Depth")
    return Chart(figure, _describe_overview(table), shown, marks=tell.with_table(shown))


def _ways_of(row) -> int:
    return row.Stated + row.Inferred + row.Official


def _draw_ways(axes, x: float, y: float, row) -> None:
    marks = ["stated"] * row.Stated + ["inferred"] * row.Inferred + ["official"] * row.Official
    for kind in [*marks, *["gap"] * row.Gaps]:
        if kind == "gap":
            axes.scatter([x + 0.08], [y], s=120, marker="s", color=style.ACCENT.light)
            _say(axes, x + 0.08, y, "?", ha="center", color=style.PAPER.light, weight="bold")
        else:
            axes.scatter([x], [y], **_SQUARE[kind])
        x += 0.19


_SQUARE = {
    "stated": {"s": 90, "marker": "s", "color": style.INK.light},
    "inferred": {"s": 90, "marker": "s", "facecolors": style.PAPER.light, "edgecolors": style.INK.light,
                 "linewidths": 1.2, "linestyles": [(0, (1.6, 1.1))]},
    "official": {"s": 90, "marker": "P", "color": _OFFICIAL.light},
}


def _squares(axes) -> list:
    return [*(axes.scatter([], [], label=f"way {BASES[kind]}", **how) for kind, how in _SQUARE.items()),
            axes.scatter([], [], s=90, marker="s", color=style.ACCENT.light, label="gap of the summary")]


def _describe_overview(table: pd.DataFrame) -> str:
    stated, inferred, official = (int(table[name].sum()) for name in ("Stated", "Inferred", "Official"))
    parts = listing(f"{row.Section} {row.Stated} of {_ways_of(row)}"
                    + (f" with {plural(row.Gaps, 'gap')}" if row.Gaps else "") for row in table.itertuples())
    return (f"The pathway by section: of {stated + inferred + official} ways on from its {table.Nodes.sum()} nodes the "
            f"review states {stated}, {inferred} are inferred by the book, and {official} come from another official "
            f"source; the summary leaves {plural(table.Gaps.sum(), 'gap')}. Stated ways: {parts}.")

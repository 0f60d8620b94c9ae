"""A time line that runs downwards: what happened when, of what kind, and how surely we know it."""

from __future__ import annotations

import calendar
import re
import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import inches, lines_of
from emdbook.charts.parts import LEGEND_LINE, LINE_SPACING, foot_legend, heading
from emdbook.charts.room import width
from emdbook.charts.told import Teller, whose
from emdbook.ground.wording import is_missing, listing, plural


def _plain(mark: style.Mark, marker: str) -> style.Mark:
    return replace(mark, marker=marker)


#: Kinds of event: what the legend prints, and the mark. Shape tells them apart, because the colours of the palette say
#: population or class; what was taken back or harmed somebody stands out.
KINDS = {
    "approval": ("approved", _plain(style.INK, "h")), "withdrawal": ("withdrawn or refused", _plain(style.ACCENT, "D")),
    "trial": ("trial result", _plain(style.INK, "o")), "filing": ("under review", _plain(style.INK, "s")),
    "guidance": ("guidance", _plain(style.INK, "P")), "safety": ("safety", _plain(style.ACCENT, "X")),
    "series": ("series or analysis", _plain(style.INK, "^")), "review": ("the review", _plain(style.INK, ">")),
}
CERTAINTY = {"seen": "page seen", "second_hand": "second-hand"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
_LINE, _APART = 0.225, 0.13  # inches: one line of text, and between two labels
_PER_YEAR = 0.55  # inches
# larger than in other charts: the words are the figure, and there is room for them on a phone
_SIZE, _WIDE = 12.5, 42


def when(date: str) -> tuple[float, str]:
    """A date as a point on the time axis and as words.

    Parameters
    ----------
    date : str
        ``yyyy``, ``yyyy-mm`` or ``yyyy-mm-dd``.

    Returns
    -------
    tuple of (float, str)
        Years with fraction (a date without day or month stands in the middle of what it names), and ``2022``,
        ``July 2025`` or ``24 July 2025``.

    Raises
    ------
    ValueError
        If the date does not exist or is written otherwise.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", str(date), re.ASCII)
    if not match:
        raise ValueError(f"time line: {date!r} is no date of the form yyyy, yyyy-mm or yyyy-mm-dd.")
    year, month, day = (int(part) if part else None for part in match.groups())
    if month is None:
        return year + 0.5, str(year)
    if not 1 <= month <= 12:
        raise ValueError(f"time line: {date!r} has no such month.")
    days = calendar.monthrange(year, month)[1]
    if day is None:
        return year + (month - 0.5) / 12, f"{_MONTHS[month - 1]} {year}"
    if not 1 <= day <= days:
        raise ValueError(f"time line: {date!r} has no such day.")
    return year + (month - 1 + (day - 0.5) / days) / 12, f"{day} {_MONTHS[month - 1]} {year}"


def prepare_timeline(rows) -> pd.DataFrame:
    """The table behind :func:`timeline`, in order of time.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``date, label, kind`` (a key of :data:`KINDS`) and optionally ``certainty`` ("seen" or "second_hand") and
        ``update_id`` (its record).

    Returns
    -------
    pandas.DataFrame
        ``date, at`` (years), ``when`` (words), ``label, kind, certainty``, and ``update_id`` where the rows have it.

    Raises
    ------
    ValueError
        If there is no event, a column is missing, or a date, kind or certainty is unknown.
    """
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    if table.empty:
        raise ValueError("time line: there is no event to draw.")
    missing = [c for c in ("date", "label", "kind") if c not in table.columns]
    if missing:
        raise ValueError(f"time line: the rows have no {listing(missing)}.")
    for i, label in enumerate(table["label"], 1):
        if is_missing(label) or not str(label).strip():
            raise ValueError(f"time line: row {i} has no label.")
    table["certainty"] = table["certainty"].fillna("seen") if "certainty" in table.columns else "seen"
    for column, known in (("kind", KINDS), ("certainty", CERTAINTY)):
        unknown = sorted(set(map(str, table[column])) - set(known))
        if unknown:
            raise ValueError(f"time line: unknown {column} {listing(unknown)}; known are {listing(known)}.")
    points = [when(date) for date in table["date"]]
    table["at"], table["when"] = [p[0] for p in points], [p[1] for p in points]
    table = table.sort_values("at", kind="stable").reset_index(drop=True)
    return table[["date", "at", "when", "label", "kind", "certainty", *(["update_id"] if "update_id" in table else [])]]


def spread(wanted, heights, apart: float) -> np.ndarray:
    """Places for labels as near as can be to where they belong, none over another.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each label should be, in rising order.
    heights : sequence of float
        Height of each label.
    apart : float
        Least space between two labels.

    Returns
    -------
    numpy.ndarray
        The middles, in the same order; no label begins above 0.
    """
    heights = np.asarray(heights, float)
    # take the space that the labels need out of the scale; what is left must only rise (pool adjacent violators)
    need = np.cumsum(heights) - heights / 2 + apart * np.arange(len(heights))
    blocks: list[list[float]] = []
    for value in np.asarray(wanted, float) - need:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * size) / (blocks[-1][1] + size),
                          blocks[-1][1] + size]
    level = np.concatenate([np.full(int(size), mean) for mean, size in blocks])
    return np.maximum(level, 0.0) + need


@in_style
def timeline(rows, *, until: str | None = None, kinds=None, title: str | None = None) -> Chart:
    """Events from top to bottom on a scale of years, with their words beside them.

    Parameters
    ----------
    rows
        See :func:`prepare_timeline`.
    until : str, optional
        Stand at this date: what came later is drawn as an empty place, as nobody knew it then.
    kinds : collection of str, optional
        Only these kinds of event.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        Open marks: known second-hand.

    Raises
    ------
    ValueError
        See :func:`prepare_timeline`; also if no event is of the kinds asked for.
    """
    table = prepare_timeline(rows)
    if kinds is not None:
        table = table[table.kind.isin(list(kinds))].reset_index(drop=True)
        if table.empty:
            raise ValueError("time line: no event is of the kinds chosen.")
    limit = _limit(until)
    table["known"] = table["at"] <= limit
    lines = [[text, *_words(label)] for text, label in zip(table["when"], table["label"], strict=True)]
    heights = [_LINE * len(text) for text in lines]
    start = float(np.floor(table["at"].min()))
    end = float(np.ceil(max(table["at"].max(), limit if until else 0)))
    # where the words need more room than the years, the scale grows with them
    room = sum(heights) + _APART * (len(heights) - 1)
    per_year = max(_PER_YEAR, (room - 0.2) / (end - start)) if end > start else room
    dots = (table["at"].to_numpy() - start) * per_year + 0.12
    places = spread(dots, heights, _APART)
    reach = max((end - start) * per_year + 0.24, float(places[-1] + heights[-1] / 2) + 0.1)
    shown = list(dict.fromkeys(table["kind"]))
    foot = 0.15 + LEGEND_LINE * -(-(len(shown) + (1 if "second_hand" in set(table["certainty"]) else 0)) // 2)
    top = 0.5 if title else 0.12
    figure, axes = new_figure(top + reach + foot, left=0.08, right=0.08, top=top, bottom=foot)
    axes.set_xlim(0, width() - 0.16)
    axes.set_ylim(reach, 0)
    axes.set_axis_off()
    _spine(axes, start, end, per_year)
    if until:
        y = (limit - start) * per_year + 0.12
        axes.hlines(y, 0.0, 0.92, color=style.ACCENT.light, lw=2, ls=(0, (3, 1.5)), zorder=1)
    tell = Teller(figure)
    for dot, place, text, (row, owner) in zip(
            dots, places, lines, zip(table.itertuples(), whose(table), strict=True), strict=True):
        with tell.row(**_told(row, owner)):
            _event(axes, dot, place, text, row)
    _legend(figure, axes, shown, table)
    heading(figure, title)
    return Chart(figure, _describe(table, until), _reader_table(table), marks=tell.marks)


def _told(row, owner) -> dict:
    """What an event says; one that nobody knew then says no more than the figure."""
    if not row.known:
        return {"name": "Not yet known", "value": row.when, "facts": [("Date", row.when)]}
    words, kind = row.label, KINDS[row.kind][0]
    return {"name": words, "value": row.when, "series": kind, "record": owner.record,
            "facts": [("Date", row.when), ("Kind", kind), ("Known", CERTAINTY[row.certainty])]}


def _words(label: str) -> list[str]:
    """A label in lines of so many characters, or of so many inches where its letters are wide."""
    lines = textwrap.wrap(label, _WIDE)
    room = width() - 1.5
    return lines if all(inches(line, _SIZE) <= room for line in lines) else lines_of(label, room, _SIZE, most=9)


def _limit(until: str | None) -> float:
    """The end of the day, month or year that a reader stands at."""
    if until is None:
        return float("inf")
    at, _ = when(until)
    return at + {4: 0.5, 7: 0.5 / 12}.get(len(str(until)), 0.0) + 1e-9


def _spine(axes, start, end, per_year):
    first, last = 0.12, (end - start) * per_year + 0.12
    axes.vlines(0.72, first, last, color=style.MUTED.light, lw=2, zorder=1)
    for year in np.arange(start, end + 1):
        y = (year - start) * per_year + 0.12
        axes.hlines(y, 0.64, 0.8, color=style.MUTED.light, lw=1.5, zorder=1)
        axes.text(0.58, y, str(int(year)), ha="right", va="center", size=_SIZE, color=style.MUTED.light)


def _event(axes, dot, place, text, row):
    _, mark = KINDS[row.kind]
    color = mark.light if row.known else style.GRID.light
    axes.plot([0.72, 1.12, 1.24], [dot, place, place], color=style.GRID.light, lw=1.2, zorder=1)
    axes.scatter([0.72], [dot], s=86, marker=mark.marker, zorder=3, edgecolors=color, linewidths=1.8,
                 facecolors=color if row.certainty == "seen" and row.known else style.PAPER.light)
    top = place - _LINE * len(text) / 2
    ink = style.INK.light if row.known else style.MUTED.light
    axes.text(1.32, top + _LINE / 2, text[0], va="center", size=_SIZE, weight="bold", color=ink)
    words = "\n".join(text[1:]) if row.known else "not yet known"
    axes.text(1.32, top + _LINE * 1.02, words, va="top", size=_SIZE, color=ink, linespacing=LINE_SPACING)


def _legend(figure, axes, shown, table):
    handles = [axes.scatter([], [], marker=KINDS[k][1].marker, color=KINDS[k][1].light, s=56, label=KINDS[k][0])
               for k in shown]
    if "second_hand" in set(table["certainty"]):
        handles.append(axes.scatter([], [], marker="o", facecolors=style.PAPER.light, edgecolors=style.INK.light, s=56,
                                    linewidths=1.6, label="open: second-hand"))
    foot_legend(figure, handles)


def _describe(table, until):
    known = table[table.known]
    words = "; ".join(f"{r.when}, {KINDS[r.kind][0]}: {r.label}"
                      + (" (second-hand)" if r.certainty == "second_hand" else "") for r in known.itertuples())
    lead = f"Time line of {plural(len(known), 'event')}" if not until else \
        f"Time line as known {'on' if until.count('-') == 2 else 'in'} {when(until)[1]}, {plural(len(known), 'event')}"
    if not len(known):
        return f"{lead}."
    later = len(table) - len(known)
    tail = f" {plural(later, 'event')} came later." if later else ""
    return f"{lead}. {words}.{tail}"


def _reader_table(table):
    known = table[table.known]
    return pd.DataFrame({"Date": known["when"], "What": known["label"], "Kind": known["kind"].map(
        {k: v[0] for k, v in KINDS.items()}), "Known": known["certainty"].map(CERTAINTY)})

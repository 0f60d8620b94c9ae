"""Who responds, and how long everybody is free of progression: two answers about the same patients, side by side.

The second is no duration of response. It counts all patients, also those who never responded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts import room
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.forest import NOT_HEAD_TO_HEAD
from emdbook.charts.frames import check_standing, flags, numbers, standing_words, table_of
from emdbook.charts.marks import RIGHT, key, point
from emdbook.charts.parts import foot_legend, legend_height, row_axis
from emdbook.charts.told import Teller, whose
from emdbook.estimates.checks import check_positive
from emdbook.ground.wording import is_missing, months, number, percent

_LEFT, _GAP, _RIGHT = 1.62, 0.5, 0.55


def prepare_depth(rows) -> pd.DataFrame:
    """The table behind :func:`depth_and_duration`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``study, population, response`` (percent, may be empty), ``months`` (median, may be empty) and optionally
        ``not_reached``, ``response_standing``, ``months_standing`` (each figure has its own), ``reference`` (true for
        the group that the others are set beside).

    Returns
    -------
    pandas.DataFrame
        The same columns, all present.

    Raises
    ------
    ValueError
        If a row has neither figure, a percentage or a median is impossible, or a study has two rows of one kind.
    """
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    if "study" not in table.columns:
        raise ValueError("depth and duration: the rows have no study.")
    flags(table, "reference")
    names = [f"{s} / {'beside' if r else 'EMD'}" for s, r in zip(table["study"], table["reference"], strict=True)]
    table = table_of(table.assign(label=names), ("response", "months"), "depth and duration")
    numbers(table, ["response"], "depth and duration", least=0, most=100, unit="%")
    numbers(table, ["months"], "depth and duration")
    flags(table, "not_reached")
    told = pd.DataFrame({"response": table.response.notna(), "months": table.months.notna() | table.not_reached})
    for column in told:
        name = f"{column}_standing"
        here = table.loc[told[column], ["label", *([name] if name in table.columns else [])]]
        here = here.rename(columns={name: "standing"})
        check_standing(here, "depth and duration")
        table[name] = here["standing"].reindex(table.index, fill_value="")
    for row in table.itertuples():
        if is_missing(row.response) and is_missing(row.months) and not row.not_reached:
            raise ValueError(f"depth and duration: {row.label} has neither a response nor a median.")
        if not is_missing(row.months) and row.not_reached:
            raise ValueError(f"depth and duration: {row.label} has a median of {number(row.months)} and is marked as "
                             "not reached.")
        if not is_missing(row.months) and row.months <= 0:
            raise ValueError(f"depth and duration: {row.label} has a median of {row.months}; it must be above 0.")
    return table[["study", "population", "reference", "response", "months", "not_reached", "response_standing",
                  "months_standing"]]


@in_style
def depth_and_duration(rows, *, depth: str = "any", beside: bool = True, limit: float | None = None) -> Chart:
    """How many respond (left) and the median time without progression (right), one line per study.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        As for :func:`prepare_depth`, with ``depth`` ("any" or "complete") naming the kind of response of a row.
    depth : {"any", "complete"}
        Which response to show; studies without a figure for it in patients with EMD are not shown.
    beside : bool
        Show the reference groups too.
    limit : float, optional
        Right end of the time axis in months.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown depth, and as :func:`prepare_depth`.
    """
    if depth not in ("any", "complete"):
        raise ValueError("depth and duration: show 'any' response or 'complete' response.")
    if limit is not None:
        limit = check_positive(limit, "depth and duration: the right end of the axis")
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    table = table[table["depth"] == depth] if "depth" in table.columns else table
    beside_it = table["reference"] if "reference" in table.columns else [False] * len(table)
    # of the response, or of the median where that stands alone
    records = {(study, not is_missing(other) and bool(other)): owner.record
               for study, other, owner in zip(table.get("study", []), beside_it, whose(table), strict=False)}
    table = prepare_depth(table)
    if not beside:
        table = table[~table.reference].reset_index(drop=True)
    studies = list(dict.fromkeys(table.study))
    reach = np.nanmax([1.0, *table.months.dropna()])
    limit = limit or float(np.ceil(reach * 1.05 / 5) * 5)
    handles = key(table.population, [*table.response_standing, *table.months_standing[~table.not_reached]])
    labels, row_height = row_labels(studies, left=_LEFT, row=0.62, chars=18)
    foot, top = 0.62 + legend_height(handles), 0.5
    height = top + row_height * len(studies) + foot
    whole, start = room.width(), 0.14 if room.is_narrow() else _LEFT
    wide = (whole - start - _GAP - _RIGHT) / 2
    figure, left = new_figure(height, left=_LEFT, right=whole - start - wide, top=top, bottom=foot)
    right = figure.add_axes((1 - (wide + _RIGHT) / whole, foot / height, wide / whole, (height - top - foot) / height))
    tell = Teller(figure)
    for row in table.itertuples():
        both = bool((table.study == row.study).sum() > 1)
        y = studies.index(row.study) + (0 if not both else 0.18 if row.reference else -0.18)
        time = "not reached" if row.not_reached else "" if is_missing(row.months) else \
            f"{number(row.months, 1 if row.months < 10 else 0)} mo"
        with tell.row(f"{row.study}, {style.POPULATION[row.population].label}", _figures(row), series=row.study,
                      record=records[row.study, row.reference]):
            if not is_missing(row.response):  # of these the right-hand figure speaks too, though they never responded
                left.hlines(y, row.response, 100, color=style.GRID.light, lw=2.4, zorder=1)
            _figure(left, row, y, row.response, standing=row.response_standing,
                    text=percent(row.response, 0, brief=True), limit=100)
            _figure(right, row, y, np.inf if row.not_reached else row.months, standing=row.months_standing,
                    text=time, limit=limit)
    word = "Any response" if depth == "any" else "Complete response"
    row_axis(left, labels, bottom=len(studies) - 0.45, top=-0.55)
    row_axis(right, [""] * len(studies), bottom=len(studies) - 0.45, top=-0.55)
    left.set_xlim(0, 100)
    left.set_xticks([0, 50, 100])
    left.set_xlabel("%, grey: did not" if room.is_narrow() else "% of patients (grey: did not)")
    right.set_xlim(0, limit)
    right.set_xlabel("Months")
    for axes, text in ((left, word), (right, "Median PFS of all")):
        axes.set_title(text, loc="left", size=11.5, weight="bold")
    foot_legend(figure, handles)
    shown = _reader_table(table, word)
    return Chart(figure, _describe(table, word), shown, marks=tell.with_table(shown))


def _figure(axes, row, y, value, *, standing, text, limit):
    """A line from zero to the figure; one that was not reached, or lies beyond the axis, ends in an arrow."""
    if is_missing(value):
        axes.annotate("not given", (0, y), xytext=(4, 0), textcoords="offset points", va="center", size=10.5,
                      color=style.MUTED.light)
        return
    mark, end = style.POPULATION[row.population], min(value, limit)
    axes.hlines(y, 0, end, color=mark.light, lw=2.4, alpha=0.45, zorder=2)
    if np.isinf(value):
        axes.plot([end], [y], ls="", marker=RIGHT, ms=9, color=mark.light, clip_on=False, zorder=4)
    else:
        point(axes, value, y, mark, standing=standing, size=62, limits=(0, limit))
    beyond = np.isinf(value)  # its words stand above the arrow, since nothing is right of it but the edge
    axes.annotate(text, (end, y), xytext=(2, 11) if beyond else (8, 0), textcoords="offset points", va="center",
                  ha="right" if beyond else "left", size=10.5, annotation_clip=False, zorder=5,
                  bbox=None if beyond else {"facecolor": style.PAPER.light, "edgecolor": "none", "pad": 0.8})


def _figures(row) -> str:
    response = "response not given" if is_missing(row.response) else percent(row.response, 0)
    time = "not reached" if row.not_reached else "not given" if is_missing(row.months) else months(row.months, 1)
    return f"{response}, median PFS {time}"


def _describe(table, word):
    words = []
    for study, part in table.groupby("study", sort=False):
        own = [r for r in part.itertuples() if not r.reference] + [r for r in part.itertuples() if r.reference]
        words.append(f"{study}: " + "; ".join(
            f"{'without EMD' if r.population == 'non-EMD' else 'with ' + r.population} {_figures(r)}" for r in own))
    return (f"{word} and median PFS of the same patients. {'. '.join(words)}. The median counts everybody, also those "
            f"without a response. {NOT_HEAD_TO_HEAD}.")


def _reader_table(table, word):
    out = pd.DataFrame({
        "Study": table.study, "Population": table.population, f"{word}, %": table.response.round(1),
        "Median PFS, months": table.months.round(1), "not reached": table.not_reached})
    for column, name in (("response", word), ("months", "median PFS")):
        words = standing_words(table.assign(standing=table[f"{column}_standing"]))
        if any(words):
            out[f"{name}: standing"] = words
    return out

"""Depth of response beside its duration: how many respond, and for how long the disease is held, group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import WIDTH, Chart, new_figure
from emdbook.charts.forest import NOT_HEAD_TO_HEAD
from emdbook.charts.frames import table_of, wrapped
from emdbook.charts.parts import legend_height, population_legend, row_axis
from emdbook.ground.wording import is_missing, months, number, percent

_LEFT, _GAP, _RIGHT = 1.62, 0.5, 0.55


def prepare_depth(rows) -> pd.DataFrame:
    """The table behind :func:`depth_and_duration`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``study, population, response`` (percent, may be empty), ``months`` (median, may be empty) and optionally
        ``not_reached``, ``checked``, ``reference`` (true for the group that the others are set beside).

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
    table["reference"] = table["reference"].astype(bool) if "reference" in table.columns else False
    names = [f"{s} / {'beside' if r else 'EMD'}" for s, r in zip(table["study"], table["reference"], strict=True)]
    table = table_of(table.assign(label=names), ("response", "months"), "depth and duration")
    for column in ("response", "months"):
        table[column] = table[column].astype("Float64").astype(float)
    table["not_reached"] = table["not_reached"].fillna(False).astype(bool) if "not_reached" in table.columns else False
    for row in table.itertuples():
        if is_missing(row.response) and is_missing(row.months) and not row.not_reached:
            raise ValueError(f"depth and duration: {row.label} has neither a response nor a median.")
        if not is_missing(row.response) and not 0 <= row.response <= 100:
            raise ValueError(f"depth and duration: {row.label} has a response of {row.response}%.")
        if not is_missing(row.months) and row.months <= 0:
            raise ValueError(f"depth and duration: {row.label} has a median of {row.months}; it must be above 0.")
    return table[["study", "population", "reference", "response", "months", "not_reached", "checked"]]


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
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    table = prepare_depth(table[table["depth"] == depth] if "depth" in table.columns else table)
    if not beside:
        table = table[~table.reference].reset_index(drop=True)
    studies = list(dict.fromkeys(table.study))
    reach = np.nanmax([1.0, *table.months.dropna()])
    limit = limit or float(np.ceil(reach * 1.05 / 5) * 5)
    foot, top = 0.62 + legend_height(table.population), 0.5
    height = top + 0.62 * len(studies) + foot
    wide = (WIDTH - _LEFT - _GAP - _RIGHT) / 2
    figure, left = new_figure(height, left=_LEFT, right=WIDTH - _LEFT - wide, top=top, bottom=foot)
    right = figure.add_axes((1 - (wide + _RIGHT) / WIDTH, foot / height, wide / WIDTH, (height - top - foot) / height))
    for row in table.itertuples():
        both = bool((table.study == row.study).sum() > 1)
        y = studies.index(row.study) + (0 if not both else 0.18 if row.reference else -0.18)
        _point(left, row, y, row.response, lambda x: percent(x, 0))
        _point(right, row, y, limit if row.not_reached else row.months,
               lambda x, r=row: "not reached" if r.not_reached else f"{number(x, 1 if x < 10 else 0)} mo")
    word = "Any response" if depth == "any" else "Complete response"
    row_axis(left, [wrapped(s, 18) for s in studies], bottom=len(studies) - 0.45, top=-0.55)
    row_axis(right, [""] * len(studies), bottom=len(studies) - 0.45, top=-0.55)
    left.set_xlim(0, 100)
    left.set_xticks([0, 50, 100])
    left.set_xlabel("% of patients")
    right.set_xlim(0, limit)
    right.set_xlabel("Months")
    for axes, text in ((left, word), (right, "Median PFS")):
        axes.set_title(text, loc="left", size=11.5, weight="bold")
    population_legend(figure, left, table.population)
    return Chart(figure, _describe(table, word), _reader_table(table, word))


def _point(axes, row, y, value, text):
    if is_missing(value):
        axes.annotate("not given", (0, y), xytext=(4, 0), textcoords="offset points", va="center", size=10.5,
                      color=style.MUTED.light)
        return
    mark = style.POPULATION[row.population]
    axes.hlines(y, 0, value, color=mark.light, lw=2.4, alpha=0.45, zorder=2)
    axes.scatter([value], [y], s=62, marker=5 if row.not_reached and axes.get_xlim()[1] == value else mark.marker,
                 facecolors=mark.light if row.checked == "confirmed" else style.PAPER.light, edgecolors=mark.light,
                 linewidths=1.6, zorder=3, clip_on=False)
    axes.annotate(text(value), (value, y), xytext=(8, 0), textcoords="offset points", va="center", size=10.5,
                  annotation_clip=False)


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
    return f"{word} and median PFS of the same patients. {'. '.join(words)}. {NOT_HEAD_TO_HEAD}."


def _reader_table(table, word):
    return pd.DataFrame({
        "Study": table.study, "Population": table.population, f"{word}, %": table.response.round(1),
        "Median PFS, months": table.months.round(1), "not reached": table.not_reached,
        "Verification": table.checked})

"""What a few patients tell: what one more does to an interval, and what a reported median says and leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.forest import forest, prepare_forest
from emdbook.charts.frames import check_interval, numbers, table_of
from emdbook.charts.marks import point, span
from emdbook.charts.parts import foot_legend, heading, right_text, row_axis, y_label
from emdbook.charts.told import Teller
from emdbook.estimates import median_interval, median_ranks
from emdbook.estimates.checks import check_positive, check_several
from emdbook.estimates.counts import as_whole
from emdbook.ground.wording import (
    count,
    interval,
    is_missing,
    listing,
    months,
    number,
    percent,
    percent_range,
    plural,
    points,
)

#: Weibull shapes: risk that falls, stays and rises with time. A shape of 1 is the exponential curve.
SHAPES = {"early": (0.6, "risk falls with time"), "steady": (1.0, "risk stays the same"),
          "late": (2.2, "risk rises with time")}
_END = "The right end of the axis"
CONSTRUCTED = "Constructed curves, not patients' data, drawn through one median"


def next_patient(responders: int, others: int, *, method: str = "wilson") -> Chart:
    """A share with its interval, and what the next patient will make of both.

    Parameters
    ----------
    responders, others : int
        Patients who responded, and patients who did not.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        Interval for a proportion.

    Returns
    -------
    Chart
        Three rows: as counted, and with one more patient who responds or does not.

    Raises
    ------
    ValueError
        If there is no patient, or fewer than none.
    """
    responders = as_whole(responders, "The number of responders")
    n = responders + as_whole(others, "The number of the others")
    rows = pd.DataFrame({"label": ["As counted", "If the next responds", "If the next does not"],
                         "events": [responders, responders + 1, responders], "n": [n, n + 1, n + 1],
                         "population": "overall"})
    drawn = forest(rows, method=method, endpoint="Responders", legend=False,
                   title=f"{count(responders, n)}, and one more patient")
    now, up, down = prepare_forest(rows, method=method).itertuples()
    step = points(max(up.percent - now.percent, now.percent - down.percent))
    moved = step if step.startswith("less") else f"up to {step}"
    text = (f"{count(responders, n)} is {percent(now.percent, 0)}; true rates from "
            f"{percent_range(now.ci_low, now.ci_high)} agree with it. If the next patient responds it is "
            f"{percent(up.percent, 0)}, if not {percent(down.percent, 0)}: one patient moves the share by {moved}.")
    return Chart(drawn.figure, text, drawn.table.drop(columns="Population"), marks=drawn.marks)


@in_style
def same_median(median: float, *, shapes=("early", "steady", "late"), at: float = 24, limit: float = 36,
                endpoint: str = "PFS") -> Chart:
    """Curves of different shape through the same median.

    Parameters
    ----------
    median : float
        Months, above 0.
    shapes : sequence of {"early", "steady", "late"}
        Which curves to draw; Weibull survival with shape 0.6, 1 and 2.2.
    at : float
        Time in months at which the curves are compared, on the axis.
    limit : float
        Right end of the axis in months.
    endpoint : str
        PFS, OS or DOR.

    Returns
    -------
    Chart
        Each curve is a layer, so that a reader may hide it.

    Raises
    ------
    ValueError
        If the median is not above 0, a time is not above 0 or lies beyond the axis, or a shape is unknown.

    Notes
    -----
    Weibull survival ``S(t) = exp(-ln 2 (t / median)^k)``, which is 0.5 at the median for every shape ``k``.
    """
    median, at, limit = (check_positive(x, what) for x, what in (
        (median, "The median"), (at, "The time to compare at"), (limit, _END)))
    shapes = check_several(shapes, "The shapes")
    if at > limit:
        raise ValueError(f"The time to compare at, {months(at)}, lies beyond the axis of {months(limit)}.")
    if not shapes:
        raise ValueError("Choose at least one shape.")
    unknown = [s for s in shapes if s not in SHAPES]
    if unknown:
        raise ValueError(f"Unknown shape {listing(unknown)}; known are {listing(SHAPES)}.")
    t = np.union1d(np.linspace(0, limit, 121), [at])
    meeting = int(np.searchsorted(t, at))
    figure, axes = new_figure(3.75, left=0.75, right=0.3, top=0.5, bottom=1.15)
    handles, rows, layers = [], [], {}
    for name, marker, dash in (("early", "D", (0, (1, 1.4))), ("steady", "s", "-"), ("late", "o", (0, (5, 2)))):
        if name not in shapes:
            continue
        k, words = SHAPES[name]
        curve = 100 * np.exp(-np.log(2) * (t / median) ** k)
        left = float(curve[meeting])
        mark = replace(style.INK if name == "steady" else style.MUTED, marker=marker)
        # One artist for the line and its mark, so that one id hides both.
        axes.plot(t, curve, color=mark.light, ls=dash, lw=2.4, marker=mark.marker, markevery=[meeting], ms=9,
                  mfc=style.PAPER.light, mec=mark.light, mew=2, clip_on=False, zorder=4, gid=f"curve-{name}")
        layers[f"curve-{name}"] = words
        handles.append(axes.plot([], [], color=mark.light, ls=dash, marker=mark.marker, mfc=style.PAPER.light,
                                 mew=2, label=words)[0])
        rows.append((words, k, median, left))
    axes.plot([0, median, median], [50, 50, 0], color=style.MUTED.light, lw=1)
    if median > limit:
        span(axes, 50, 0, median, (0, limit), color=style.MUTED.light, lw=1)
    axes.axvline(at, color=style.GRID.light, lw=1.2, zorder=0)
    axes.set_xlim(0, limit)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Months")
    y_label(axes, f"{endpoint}, % free of an event")
    axes.grid(axis="y")
    foot_legend(figure, handles)
    heading(figure, f"All three have a median of {months(median)}" if len(rows) == 3 else f"Median {months(median)}")
    table = pd.DataFrame(rows, columns=["curve", "Weibull shape", "median, months", f"% at {number(at)} months"])
    words = listing(f"{percent(r[3], 0)} where the {r[0]}" for r in rows)
    text = f"{CONSTRUCTED} of {months(median)}. Free of an event at {months(at)}: {words}."
    return Chart(figure, text, table.round(1), layers)


def prepare_reach(rows, *, study: str, times: float = 1) -> pd.DataFrame:
    """The table behind :func:`median_reach`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value`` (median in months), ``n`` and optionally ``ci_low, ci_high`` as printed.
    study : str
        The label of one row.
    times : float
        As many patients as published times this, rounded.

    Returns
    -------
    pandas.DataFrame
        ``label, n, value, low, high, printed``: one row per shape, and first the printed interval if there is one and
        the number of patients is the published one. Without an interval the ends are empty.

    Raises
    ------
    ValueError
        If the study is unknown, or a median or number of patients is missing or not above 0.
    """
    table = table_of(rows, ("label", "value", "n"), "reach of a median")
    numbers(table, ["value", "ci_low", "ci_high"], "reach of a median", unit=" months")
    numbers(table, ["n"], "reach of a median")
    check_interval(table, "reach of a median")
    if study not in set(table.label):
        raise ValueError(f"reach of a median: {study!r} is no series; there are {listing(table.label.tolist())}.")
    times = check_positive(times, "reach of a median: what the number of patients is multiplied by")
    one = table[table.label == study].iloc[0]
    if is_missing(one.value) or is_missing(one.n):
        raise ValueError(f"reach of a median: {study} needs a median and a number of patients.")
    n = max(1, round(one.n * times))
    lines = []
    if times == 1 and not is_missing(one.ci_low) and not is_missing(one.ci_high):
        lines.append(("printed", one.ci_low, one.ci_high, True))
    for shape, words in SHAPES.values():
        lines.append((words, *(median_interval(one.value, n, shape=shape) or (np.nan, np.nan)), False))
    return pd.DataFrame([(words, n, one.value, low, high, printed) for words, low, high, printed in lines],
                        columns=["label", "n", "value", "low", "high", "printed"])


@in_style
def median_reach(rows, *, study: str, times: float = 1, limit: float = 24) -> Chart:
    """How far the true median may lie from a published one, under constructed curves, beside the printed interval.

    Parameters
    ----------
    rows, study, times
        See :func:`prepare_reach`.
    limit : float
        Right end of the axis in months; what passes it ends in an arrow.

    Returns
    -------
    Chart
        Dashed lines are constructed, a thick line is printed.

    Raises
    ------
    ValueError
        See :func:`prepare_reach`.
    """
    table = prepare_reach(rows, study=study, times=times)
    limit = check_positive(limit, _END)
    figure, axes = new_figure(1.85 + 0.5 * (len(SHAPES) + 1), left=1.78, right=1.12, top=0.5, bottom=1.1)
    top = len(SHAPES) + 1 - len(table)  # the rows of the shapes keep their place when nothing is printed
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(), top):
        look = {"color": style.INK.light, "lw": 4} if row.printed else {"color": style.ACCENT.light, "ls": (0, (3, 2))}
        said = "no interval" if is_missing(row.low) else f"{number(row.low, 1)} to {number(row.high, 1)}"
        with tell.row(row.label, said, series="Printed" if row.printed else "Constructed"):
            right_text(axes, i, said)
            if is_missing(row.low):
                continue
            span(axes, i, row.low, row.high, (0, limit), **look)
            point(axes, row.value, i, style.INK if row.printed else style.ACCENT, size=60, limits=(0, limit), zorder=4)
    row_axis(axes, table.label, y=range(top, top + len(table)), bottom=len(SHAPES) + 0.6)
    tell.names(axes)
    axes.set_xlim(0, limit)
    axes.set_xticks(np.arange(0, limit + 1, 6))
    axes.set_xlabel("Months")
    axes.axvline(table.value[0], color=style.GRID.light, lw=1.2, zorder=0)
    foot_legend(figure, [axes.plot([], [], color=style.INK.light, lw=4, label=" printed 95% interval")[0],
                         axes.plot([], [], color=style.ACCENT.light, ls=(0, (3, 2)), label=" constructed")[0]])
    heading(figure, f"{study}: median {months(table.value[0])}, n = {table.n[0]}")
    readable = table.drop(columns="printed").round(1).rename(columns={
        "label": "curve", "value": "median, months", "low": "low, months", "high": "high, months"})
    return Chart(figure, _describe_reach(table, study), readable, marks=tell.with_table(readable))


def _describe_reach(table: pd.DataFrame, study: str) -> str:
    n, median = int(table.n[0]), table.value[0]
    words = f"{study}: median {months(median)} of {plural(n, 'patient')}. "
    ranks = median_ranks(n)
    if ranks is None:
        return words + "So few patients give no 95% interval, whatever the curve."
    words += (f"Whatever the curve, the true median lies between event {ranks.low} and event {ranks.high} in order of "
              "time, if all were followed to it. ")
    made = table[~table.printed]
    words += "Constructed, in months: " + listing(f"{interval(r.low, r.high, 1)} where the {r.label}"
                                                  for r in made.itertuples()) + "."
    printed = table[table.printed]
    if len(printed):
        words += f" The paper prints {interval(printed.low.iloc[0], printed.high.iloc[0])}."
    return words

"""Forest plots: response proportions with their intervals, and ratios on a log axis."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.frames import check_counts, check_interval, numbers, rounded, table_of, with_standing
from emdbook.charts.marks import diamond, key, point, span
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis, x_label
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.estimates import pool_proportions, proportion_interval
from emdbook.estimates.checks import check_number, check_several
from emdbook.ground.wording import count, ends, interval, is_missing, listing, number, percent, percent_range, plural

_ROW = 0.48  # inches per study, room for a label of two lines
NOT_HEAD_TO_HEAD = "Separate studies, not a head-to-head comparison"
POOLED = "Random effects"
METHOD = {"wilson": "Wilson", "clopper-pearson": "exact (Clopper-Pearson)", "jeffreys": "Jeffreys"}
ONE_STUDY = "Groups of one study, which may differ in other ways too"


def side_by_side(rows) -> str:
    """The sentence that goes with rows shown together, with a space before it; empty for a single row.

    Parameters
    ----------
    rows : pandas.DataFrame or list of mappings
        If all name the same ``study``, they are groups of one study and not separate studies.
    """
    table = pd.DataFrame(rows)
    if len(table) < 2:
        return ""
    one = "study" in table.columns and len(set(table["study"])) == 1
    return f" {ONE_STUDY if one else NOT_HEAD_TO_HEAD}."


def prepare_forest(rows, *, method: str = "wilson", level: float = 0.95) -> pd.DataFrame:
    """The table behind :func:`forest`: each study's proportion in percent with its interval.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, events, n`` and optionally ``value`` (percent, for a row whose count is not known),
        ``population``, ``standing``.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        Interval for a proportion.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``label, population, events, n, percent, ci_low, ci_high, standing``; percentages from 0 to 100.

    Raises
    ------
    ValueError
        For impossible counts or percentages, a missing or double label, an unknown population or standing.
    """
    table = table_of(rows, ("label", "events", "n"), "forest plot")
    check_counts(table, "forest plot")
    numbers(table, ["value"], "forest plot", least=0, most=100, unit="%")
    out = []
    for row in table.itertuples():
        if is_missing(row.events) or is_missing(row.n):
            if is_missing(row.value):
                raise ValueError(f"forest plot: {row.label} has neither a count nor a percentage.")
            point_at, low, high, events = float(row.value), math.nan, math.nan, math.nan
        else:
            found = proportion_interval(int(row.events), int(row.n), method, level)
            point_at, low, high = (100 * x for x in (found.estimate, found.ci_low, found.ci_high))
            events = int(row.events)
        n = math.nan if is_missing(row.n) else int(row.n)
        out.append((row.label, row.population, events, n, point_at, low, high, row.standing))
    names = ["label", "population", "events", "n", "percent", "ci_low", "ci_high", "standing"]
    return pd.DataFrame(out, columns=names)


@in_style
def forest(rows, *, method: str = "wilson", level: float = 0.95, limits: tuple[float, float] = (0, 100),
           pool: bool = False, tau2_method: str = "REML", ci_method: str = "hartung-knapp",
           endpoint: str = "Responders", title: str | None = None, legend: bool = True) -> Chart:
    """Response proportions of several studies, one line each.

    Parameters
    ----------
    rows, method, level
        See :func:`prepare_forest`.
    limits : tuple of float
        Ends of the axis in percent; what passes an end is cut and ends in an arrow, a mark beyond it is an arrow.
    pool : bool
        Add a random-effects summary with its prediction interval and its notes (rows with counts only). One study
        alone is not pooled, and the sentence says so.
    tau2_method, ci_method : str
        See :func:`emdbook.estimates.pool_proportions`.
    endpoint : str
        What is counted, in a reader's words.
    title : str, optional
        A short heading.
    legend : bool
        Whether a key tells populations and standings; rows of somebody's own have neither.

    Returns
    -------
    Chart
        The area of a mark grows with n; its shape and colour tell the population; its filling tells how far the
        figure was seen, and a key says how.

    Raises
    ------
    ValueError
        See :func:`prepare_forest`; also for limits that are not in order, and for a pool of rows without any count.
    """
    limits = [check_number(x, "forest plot: an end of the axis")
              for x in check_several(limits, "forest plot: the ends of the axis", 2)]
    left, right = limits
    if not 0 <= left < right <= 100:
        raise ValueError("forest plot: the ends of the axis lie between 0 and 100%, the left one below the right.")
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = prepare_forest(rows, method=method, level=level)
    pooled, alone = None, ""
    if pool:
        counted = table.dropna(subset=["events", "n"])
        if counted.empty:
            raise ValueError("forest plot: no row has a count, so there is nothing to pool.")
        if len(counted) > 1:
            pooled = pool_proportions(counted.events.astype(int), counted.n.astype(int), tau2_method=tau2_method,
                                      ci_method=ci_method, level=level)
        else:
            alone = " Only one group has a count, so nothing is pooled."
    lines = len(table) + (1.7 if pooled else 0)
    labels, row = row_labels(table.label, left=1.78, row=_ROW)
    handles = key(table.population, table.standing) if legend else []
    foot = 0.62 + legend_height(handles)
    top = 0.55 if title else 0.2
    figure, axes = new_figure(top + row * lines + foot, left=1.78, right=1.42, top=top, bottom=foot)
    y = np.arange(len(table), dtype=float)
    tell = Teller(figure)
    words = (endpoint, f"{percent(100 * level)} interval, {METHOD[method]}")
    _draw_rows(tell, zip(table.itertuples(), whose(rows), strict=True), words, limits)
    if pooled:
        with tell.row(POOLED, **pool_words(pooled, level)):
            _draw_pooled(axes, pooled, len(table) + 0.4, limits)
        labels.append(POOLED)
    row_axis(axes, labels, y=[*y, len(table) + 0.4][:len(labels)], bottom=lines - 0.4)
    tell.names(axes)
    axes.set_xlim(*limits)
    x_label(axes, f"{endpoint}, % of patients")
    heading(figure, title)
    if handles:
        foot_legend(figure, handles)
    words = _describe(table, pooled, method, level, endpoint) + alone + side_by_side(rows)
    return Chart(figure, words, _reader_table(table, pooled), marks=tell.marks)


def share_words(row) -> tuple[str, str]:
    """A row of :func:`prepare_forest` in words: its figure, and its interval (empty where no count is known)."""
    if is_missing(row.events):
        return f"{percent(row.percent, _digits(row.percent))}, count not known", ""
    return f"{count(row.events, row.n)}, {percent(row.percent, 0)}", percent_range(row.ci_low, row.ci_high)


def _draw_rows(tell, rows, words, limits):
    axes, rows, (endpoint, name) = tell.figure.axes[0], list(rows), words
    biggest = max([1.0, *(float(row.n) for row, _ in rows if not is_missing(row.n))])
    for y, (row, owner) in enumerate(rows):
        value, ends = share_words(row)
        patients = "" if is_missing(row.n) else number(row.n)
        facts = [*owner.facts, ("Patients", patients), (endpoint, value), (name, ends), standing_fact(row.standing)]
        with tell.row(row.label, value + (f" ({ends})" if ends else ""), facts=facts, record=owner.record,
                      series=style.POPULATION[row.population].label):
            span(axes, y, row.ci_low, row.ci_high, limits, color=style.MUTED.light)
            size = 34 + 130 * math.sqrt((1 if is_missing(row.n) else row.n) / biggest)
            point(axes, row.percent, y, style.POPULATION[row.population], standing=row.standing, size=size,
                  limits=limits)
            _row_text(axes, y, row)


def _row_text(axes, at, row):
    if is_missing(row.events):
        first, second = percent(row.percent, _digits(row.percent), brief=True), "count not known"
    else:
        first = f"{percent(row.percent, 0, brief=True)} ({'–'.join(ends(row.ci_low, row.ci_high))})"
        second = count(row.events, row.n)
    right_text(axes, at, f"{first}\n{second}")


def pool_words(pooled, level: float) -> dict:
    """What the line of a pool says.

    Parameters
    ----------
    pooled : Pooled
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    dict
        ``value`` in a few words and ``facts``, for :meth:`emdbook.charts.told.Teller.row`.
    """
    low, middle, high = (100 * x for x in (pooled.ci_low, pooled.estimate, pooled.ci_high))
    ends = percent_range(low, high)
    ahead = "" if is_missing(pooled.prediction_low) else percent_range(100 * pooled.prediction_low,
                                                                      100 * pooled.prediction_high)
    return {"value": f"{percent(middle, 0)} ({ends})", "facts": [
        ("Groups pooled", number(pooled.k)), ("Estimate", percent(middle, 0)),
        (f"{percent(100 * level)} interval", ends), ("Expected of a next study", ahead), ("Note", pooled.note)]}


def _digits(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _draw_pooled(axes, pooled, at, limits):
    low, high, middle = (100 * x for x in (pooled.ci_low, pooled.ci_high, pooled.estimate))
    axes.axhline(at - 0.72, color=style.GRID.light, lw=1)
    if not is_missing(pooled.prediction_low):
        span(axes, at, 100 * pooled.prediction_low, 100 * pooled.prediction_high, limits, color=style.ACCENT.light,
             lw=1.4, ls=(0, (3, 2)))
    diamond(axes, at, (low, middle, high), limits, half=0.26, color=style.ACCENT.light)
    text = f"{percent(middle, 0, brief=True)} ({'–'.join(ends(low, high))})"
    if not is_missing(pooled.prediction_low):
        text += f"\nnext study {'–'.join(ends(100 * pooled.prediction_low, 100 * pooled.prediction_high))}"
    right_text(axes, at, text)


def _describe(table, pooled, method, level, endpoint):
    with_count = table.dropna(subset=["events"])
    unknown = len(table) - len(with_count)
    parts = [f"{endpoint} in {plural(len(table), 'group')}"
             + (f", {unknown} of them without a known count" if unknown else "") + ": "]
    parts.append(listing(
        f"{row.label} {percent(row.percent, _digits(row.percent))}" if is_missing(row.events) else
        f"{row.label} {count(row.events, row.n)}, {percent(row.percent, 0)} ({percent_range(row.ci_low, row.ci_high)})"
        for row in table.itertuples()) + ".")
    if pooled:
        text = (f" Random-effects summary {percent(100 * pooled.estimate, 0)}"
                f" ({percent_range(100 * pooled.ci_low, 100 * pooled.ci_high)})")
        if not is_missing(pooled.prediction_low):
            low, high = ends(100 * pooled.prediction_low, 100 * pooled.prediction_high)
            text += f", and a new study would be expected between {low} and {high}%"
        parts.append(text + ".")
        parts += [f" {pooled.note}"] if pooled.note else []
    if not with_count.empty:
        parts.append(f" Intervals: {METHOD[method]}, {percent(100 * level)}.")
    return "".join(parts)


def _reader_table(table, pooled):
    out = table.drop(columns="standing").rename(columns={
        "label": "Group", "population": "Population", "percent": "%", "ci_low": "CI low %", "ci_high": "CI high %"})
    out[["%", "CI low %", "CI high %"]] = rounded(out[["%", "CI low %", "CI high %"]].astype(float))
    out[["events", "n"]] = out[["events", "n"]].astype("Int64")
    out = with_standing(out, table)
    return with_pool(out, pooled) if pooled else out


def with_pool(out: pd.DataFrame, pooled, name: str = "Random effects") -> pd.DataFrame:
    """A reader's table with the lines of the pool below its studies, and what has to be said of it.

    Parameters
    ----------
    out : pandas.DataFrame
        With the columns ``Group, %, CI low %, CI high %``.
    pooled : Pooled
    name : str
        What the line of the pool is called.

    Returns
    -------
    pandas.DataFrame
        With one line for the estimate, one for the prediction interval if there is one, and the column ``Note`` if
        there is anything to note.
    """
    extra = [{"Group": name, "%": 100 * pooled.estimate, "CI low %": 100 * pooled.ci_low,
              "CI high %": 100 * pooled.ci_high}]
    if pooled.note:
        extra[0]["Note"] = pooled.note
    if not is_missing(pooled.prediction_low):
        extra.append({"Group": "Next study, prediction interval", "CI low %": 100 * pooled.prediction_low,
                      "CI high %": 100 * pooled.prediction_high})
    kinds = out.dtypes
    made = pd.concat([out, rounded(pd.DataFrame(extra))], ignore_index=True)
    return made.astype({name: kind for name, kind in kinds.items() if str(kind) == "Int64"})


@in_style
def forest_ratio(rows, *, measure: str = "Hazard ratio", limits: tuple[float, float] = (0.2, 5),
                 favours: tuple[str, str] = ("lower with the first", "higher with the first")) -> Chart:
    """Ratios with their printed intervals on a log axis.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value, ci_low, ci_high`` (ratios above 0; the interval may be missing, or open at one end),
        optionally ``population`` and ``standing``.
    measure : str
        Name of the axis.
    limits : tuple of float
        Ends of the axis, above 0; what passes an end is cut and ends in an arrow, a mark beyond it is an arrow.
    favours : tuple of str
        What lies left and right of 1.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If a ratio is not above 0, an interval does not hold its estimate, or the limits are not in order.
    """
    name = "forest plot of ratios"
    limits = [check_number(x, f"{name}: an end of the axis")
              for x in check_several(limits, f"{name}: the ends of the axis", 2)]
    if not 0 < limits[0] < limits[1] or not limits[0] <= 1 <= limits[1]:
        raise ValueError(f"{name}: the ends of the axis must be above 0 and in order, with 1, no difference, on it.")
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = table_of(rows, ("label", "value", "ci_low", "ci_high"), name)
    numbers(table, ["value", "ci_low", "ci_high"], name, unit=" ratio")
    for row in table.itertuples():
        if not row.value > 0:
            raise ValueError(f"{name}: {row.label} has {number(row.value)}; a ratio must be above 0.")
        if row.ci_low <= 0 or row.ci_high <= 0:
            raise ValueError(f"{name}: the interval of {row.label} reaches 0 or below; a ratio must be above 0.")
    check_interval(table, name)
    handles = key(table.population, table.standing)
    labels, height = row_labels(table.label, left=1.78, row=_ROW)
    foot = 0.8 + legend_height(handles)
    figure, axes = new_figure(0.2 + height * len(table) + foot, left=1.78, right=1.3, top=0.2, bottom=foot)
    axes.set_xscale("log")
    tell = Teller(figure)
    for y, (row, owner) in enumerate(zip(table.itertuples(), whose(rows), strict=True)):
        facts = [*owner.facts, (measure, number(row.value)),
                 ("Interval", interval(row.ci_low, row.ci_high, open_end="no upper end")), standing_fact(row.standing)]
        with tell.row(row.label, number(row.value) + _ends(row), facts=facts, record=owner.record,
                      series=style.POPULATION[row.population].label):
            span(axes, y, row.ci_low, row.ci_high, limits, color=style.MUTED.light)
            point(axes, row.value, y, style.POPULATION[row.population], standing=row.standing, limits=limits)
            ends = interval(row.ci_low, row.ci_high, open_end="no end",
                            joint=" to " if is_missing(row.ci_high) else "–")
            right_text(axes, y, number(row.value) + (f"\n({ends})" if ends else ""))
    axes.axvline(1, color=style.INK.light, lw=1)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if limits[0] <= t <= limits[1]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(*limits)
    row_axis(axes, labels, bottom=len(table) - 0.4)
    tell.names(axes)
    x_label(axes, f"{measure} (log scale)", f"← {favours[0]} | {favours[1]} →")
    foot_legend(figure, handles)
    words = listing(f"{r.label} {number(r.value)}" + _ends(r) for r in table.itertuples())
    shown = table[["label", "population", "value", "ci_low", "ci_high"]].rename(
        columns={"label": "Group", "population": "Population", "value": measure, "ci_low": "CI low",
                 "ci_high": "CI high"})
    text = f"{measure} on a log axis: {words}; 1 means no difference.{side_by_side(rows)}"
    return Chart(figure, text, with_standing(shown, table), marks=tell.marks)


def _ends(row) -> str:
    ends = interval(row.ci_low, row.ci_high, open_end="no upper end")
    return f" ({ends})" if ends else ""

"""Forest plots: response proportions with their intervals, and ratios on a log axis."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, new_figure
from emdbook.charts.frames import check_counts, table_of, wrapped
from emdbook.charts.parts import heading, legend_height, population_legend, right_text, row_axis
from emdbook.estimates import pool_proportions, proportion_interval
from emdbook.ground.wording import count, is_missing, listing, number, percent, percent_range, plural

_ROW = 0.48  # inches per study, room for a label of two lines
NOT_HEAD_TO_HEAD = "Separate studies, not a head-to-head comparison"
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
        ``population``, ``checked``.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        Interval for a proportion.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``label, population, events, n, percent, ci_low, ci_high, checked``; percentages from 0 to 100.

    Raises
    ------
    ValueError
        For impossible counts, double labels or unknown populations.
    """
    table = table_of(rows, ("label", "events", "n"), "forest plot")
    check_counts(table, "forest plot")
    if "value" not in table.columns:
        table["value"] = np.nan
    out = []
    for row in table.itertuples():
        if is_missing(row.events) or is_missing(row.n):
            if is_missing(row.value):
                raise ValueError(f"forest plot: {row.label} has neither a count nor a percentage.")
            point, low, high, events = float(row.value), math.nan, math.nan, math.nan
        else:
            interval = proportion_interval(int(row.events), int(row.n), method, level)
            point, low, high = (100 * x for x in (interval.estimate, interval.ci_low, interval.ci_high))
            events = int(row.events)
        n = math.nan if is_missing(row.n) else int(row.n)
        out.append((row.label, row.population, events, n, point, low, high, row.checked))
    names = ["label", "population", "events", "n", "percent", "ci_low", "ci_high", "checked"]
    return pd.DataFrame(out, columns=names)


def forest(rows, *, method: str = "wilson", level: float = 0.95, limits: tuple[float, float] = (0, 100),
           pool: bool = False, tau2_method: str = "REML", ci_method: str = "hartung-knapp",
           endpoint: str = "Responders", title: str | None = None) -> Chart:
    """Response proportions of several studies, one line each.

    Parameters
    ----------
    rows, method, level
        See :func:`prepare_forest`.
    limits : tuple of float
        Ends of the axis in percent; an interval that passes an end is cut and ends in an arrow.
    pool : bool
        Add a random-effects summary with its prediction interval (rows with counts only).
    tau2_method, ci_method : str
        See :func:`emdbook.estimates.pool_proportions`.
    endpoint : str
        What is counted, in a reader's words.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        The area of a mark grows with n; its shape and colour tell the population; its filling tells whether the
        primary paper was seen.

    Raises
    ------
    ValueError
        See :func:`prepare_forest`; also for limits that are not in order.
    """
    if not limits[0] < limits[1]:
        raise ValueError("forest plot: the left end of the axis must be smaller than the right end.")
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = prepare_forest(rows, method=method, level=level)
    pooled = None
    if pool:
        counted = table.dropna(subset=["events", "n"])
        if counted.empty:
            raise ValueError("forest plot: no row has a count, so there is nothing to pool.")
        pooled = pool_proportions(counted.events.astype(int), counted.n.astype(int), tau2_method=tau2_method,
                                  ci_method=ci_method, level=level)
    lines = len(table) + (1.7 if pooled else 0)
    foot = 0.62 + legend_height(table.population)
    top = 0.55 if title else 0.2
    figure, axes = new_figure(top + _ROW * lines + foot, left=1.78, right=1.42, top=top, bottom=foot)
    y = np.arange(len(table), dtype=float)
    _draw_intervals(axes, table.ci_low, table.ci_high, y, limits)
    _draw_points(axes, table, y)
    _row_text(axes, table, y)
    if pooled:
        _draw_pooled(axes, pooled, len(table) + 0.4, limits)
    labels = [wrapped(label) for label in table.label] + (["Random effects"] if pooled else [])
    row_axis(axes, labels, y=[*y, len(table) + 0.4][:len(labels)], bottom=lines - 0.4)
    axes.set_xlim(*limits)
    axes.set_xlabel(f"{endpoint}, % of patients")
    heading(figure, title)
    population_legend(figure, axes, table.population)
    words = _describe(table, pooled, method, level, endpoint) + side_by_side(rows)
    return Chart(figure, words, _reader_table(table, pooled))


def _draw_intervals(axes, low, high, y, limits):
    shown = ~np.isnan(np.asarray(low, float))
    low, high, y = (np.asarray(v, float)[shown] for v in (low, high, y))
    axes.hlines(y, np.clip(low, *limits), np.clip(high, *limits), color=style.MUTED.light, lw=1.6, zorder=2)
    for cut, at, marker in ((low < limits[0], limits[0], 4), (high > limits[1], limits[1], 5)):
        axes.plot(np.full(cut.sum(), at), y[cut], ls="", marker=marker, ms=8, color=style.MUTED.light,
                  clip_on=False, zorder=4)


def _draw_points(axes, table, y):
    biggest = max(float(np.nanmax(table.n)) if table.n.notna().any() else 1, 1)
    for (population, checked), part in table.groupby(["population", "checked"], sort=False):
        mark = style.POPULATION[population]
        size = 34 + 130 * np.sqrt(part.n.fillna(1).astype(float) / biggest)
        axes.scatter(part.percent, y[part.index], s=size, marker=mark.marker, zorder=3, linewidths=1.6,
                     facecolors=mark.light if checked == "confirmed" else style.PAPER.light, edgecolors=mark.light,
                     clip_on=False)
        if checked == "probable":  # a dot inside an open mark: half way between open and filled
            axes.scatter(part.percent, y[part.index], s=size / 6, marker=mark.marker, color=mark.light, zorder=4,
                         clip_on=False)


def _row_text(axes, table, y):
    for at, row in zip(y, table.itertuples(), strict=True):
        if is_missing(row.events):
            first, second = percent(row.percent, _digits(row.percent)), "count not known"
        else:
            first = f"{percent(row.percent, 0)} ({percent_range(row.ci_low, row.ci_high)[:-1].replace(' to ', '–')})"
            second = count(row.events, row.n)
        right_text(axes, at, f"{first}\n{second}")


def _digits(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _draw_pooled(axes, pooled, at, limits):
    low, high, middle = (100 * x for x in (pooled.ci_low, pooled.ci_high, pooled.estimate))
    axes.axhline(at - 0.72, color=style.GRID.light, lw=1)
    if not is_missing(pooled.prediction_low):
        axes.hlines(at, 100 * pooled.prediction_low, 100 * pooled.prediction_high, color=style.ACCENT.light, lw=1.4,
                    linestyles=(0, (3, 2)), zorder=2)
    axes.fill([low, middle, high, middle], [at, at - 0.26, at, at + 0.26], color=style.ACCENT.light, zorder=3)
    text = f"{percent(middle, 0)} ({number(low, 0)}–{number(high, 0)})"
    if not is_missing(pooled.prediction_low):
        text += f"\nnext study {number(100 * pooled.prediction_low, 0)}–{number(100 * pooled.prediction_high, 0)}"
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
            low, high = 100 * pooled.prediction_low, 100 * pooled.prediction_high
            text += f", and a new study would be expected between {number(low, 0)} and {percent(high, 0)}"
        parts.append(text + ".")
    name = {"wilson": "Wilson", "clopper-pearson": "exact (Clopper-Pearson)", "jeffreys": "Jeffreys"}[method]
    if not with_count.empty:
        parts.append(f" Intervals: {name}, {percent(100 * level)}.")
    return "".join(parts)


def _reader_table(table, pooled):
    out = table.rename(columns={"label": "Group", "population": "Population", "percent": "%", "ci_low": "CI low %",
                                "ci_high": "CI high %", "checked": "Verification"})
    out[["%", "CI low %", "CI high %"]] = out[["%", "CI low %", "CI high %"]].astype(float).round(1)
    out[["events", "n"]] = out[["events", "n"]].astype("Int64")
    if pooled:
        extra = {"Group": "Random effects", "%": round(100 * pooled.estimate, 1),
                 "CI low %": round(100 * pooled.ci_low, 1), "CI high %": round(100 * pooled.ci_high, 1)}
        out = pd.concat([out, pd.DataFrame([extra])], ignore_index=True)
    return out


def forest_ratio(rows, *, measure: str = "Hazard ratio", limits: tuple[float, float] = (0.2, 5),
                 favours: tuple[str, str] = ("lower with the first", "higher with the first")) -> Chart:
    """Ratios with their printed intervals on a log axis.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value, ci_low, ci_high`` (ratios above 0; the interval may be empty), optionally ``population``
        and ``checked``.
    measure : str
        Name of the axis.
    limits : tuple of float
        Ends of the axis; an interval that passes an end is cut and ends in an arrow.
    favours : tuple of str
        What lies left and right of 1.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If a ratio is not above 0 or an interval does not hold its estimate.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = table_of(rows, ("label", "value", "ci_low", "ci_high"), "forest plot of ratios")
    table[["value", "ci_low", "ci_high"]] = table[["value", "ci_low", "ci_high"]].astype("Float64").astype(float)
    for row in table.itertuples():
        if not row.value > 0:
            raise ValueError(f"forest plot of ratios: {row.label} has {row.value}; a ratio must be above 0.")
        if not is_missing(row.ci_low) and not row.ci_low <= row.value <= row.ci_high:
            raise ValueError(f"forest plot of ratios: the interval of {row.label} does not hold {row.value}.")
    foot = 0.8 + legend_height(table.population)
    figure, axes = new_figure(0.2 + _ROW * len(table) + foot, left=1.78, right=1.3, top=0.2, bottom=foot)
    y = np.arange(len(table), dtype=float)
    axes.set_xscale("log")
    _draw_intervals(axes, table.ci_low, table.ci_high, y, limits)
    _draw_points(axes, table.assign(percent=table.value.clip(*limits), n=np.nan), y)
    axes.axvline(1, color=style.INK.light, lw=1)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if limits[0] <= t <= limits[1]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(*limits)
    row_axis(axes, [wrapped(label) for label in table.label], bottom=len(table) - 0.4)
    axes.set_xlabel(f"{measure} (log scale)\n← {favours[0]}   |   {favours[1]} →")
    for at, row in zip(y, table.itertuples(), strict=True):
        text = number(row.value) if is_missing(row.ci_low) else \
            f"{number(row.value)}\n({number(row.ci_low)}–{number(row.ci_high)})"
        right_text(axes, at, text)
    population_legend(figure, axes, table.population)
    words = listing(f"{r.label} {number(r.value)}" + ("" if is_missing(r.ci_low) else
                    f" ({number(r.ci_low)} to {number(r.ci_high)})") for r in table.itertuples())
    shown = table[["label", "population", "value", "ci_low", "ci_high", "checked"]].rename(
        columns={"label": "Group", "population": "Population", "value": measure, "ci_low": "CI low",
                 "ci_high": "CI high", "checked": "Verification"})
    text = f"{measure} on a log axis: {words}; 1 means no difference.{side_by_side(rows)}"
    return Chart(figure, text, shown)

"""Single figures and ranges from separate sources, one line each: what cohorts measured and what reviews quote."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, new_figure
from emdbook.charts.frames import table_of, wrapped
from emdbook.charts.parts import heading, legend_height, population_legend, right_text, row_axis
from emdbook.ground.wording import is_missing, listing, number

_ROW = 0.47


def prepare_ranges(rows) -> pd.DataFrame:
    """The table behind :func:`ranges`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label`` and ``value``, or ``low`` and ``high``, or ``high`` alone ("up to"); optionally ``n``,
        ``population``, ``checked``.

    Returns
    -------
    pandas.DataFrame
        ``label, population, value, low, high, n, checked``; numbers as floats.

    Raises
    ------
    ValueError
        If a row has no figure, or its range is not in order.
    """
    table = table_of(rows, ("label",), "chart of ranges")
    for name in ("value", "low", "high", "n"):
        table[name] = table[name].astype("Float64").astype(float) if name in table.columns else np.nan
    for row in table.itertuples():
        if is_missing(row.value) and is_missing(row.high):
            raise ValueError(f"chart of ranges: {row.label} has neither a value nor an upper end.")
        if not is_missing(row.low) and not is_missing(row.high) and row.low > row.high:
            raise ValueError(f"chart of ranges: the range of {row.label} is not in order.")
    return table[["label", "population", "value", "low", "high", "n", "checked"]]


def ranges(rows, *, axis: str, unit: str = "%", limit: float | None = None, band: tuple[float, float] | None = None,
           band_label: str = "the review", unknown_n: bool = False, title: str | None = None) -> Chart:
    """Figures and ranges side by side, one line each.

    Parameters
    ----------
    rows
        See :func:`prepare_ranges`.
    axis : str
        What the axis shows.
    unit : str
        ``%`` or a word such as ``years``.
    limit : float, optional
        Right end of the axis; without it the data decide.
    band : tuple of float, optional
        A range to compare with, shaded over all rows; both ends may be equal.
    band_label : str
        Whose range it is.
    unknown_n : bool
        Say "n not known" beside rows without a number of patients.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        A mark is one measured figure, a thick line a range, a line from zero an "up to".  Open marks: the primary
        paper was not seen.

    Raises
    ------
    ValueError
        See :func:`prepare_ranges`; also for a band that is not in order.
    """
    if band is not None and band[0] > band[1]:
        raise ValueError("chart of ranges: the band is not in order.")
    table = prepare_ranges(rows)
    foot, top = 0.62 + legend_height(table.population), 0.55 if title else 0.2
    top += 0.22 if band else 0
    reach = float(np.nanmax([*table.value, *table.high, *(band or ())]))
    limit = limit or float(np.ceil(reach * 1.08 / 5) * 5)
    figure, axes = new_figure(top + _ROW * len(table) + foot, left=1.78, right=1.15, top=top, bottom=foot)
    axes.set_xlim(0, limit)
    row_axis(axes, [label if "\n" in label else wrapped(label, 22) for label in table.label], bottom=len(table) - 0.4)
    axes.tick_params(axis="y", pad=9)
    if band:
        _draw_band(axes, band, f"{band_label}: {_figure(np.nan, *band, unit)}", limit)
    for at, row in enumerate(table.itertuples()):
        _draw_row(axes, at, row)
        size = f"n = {int(row.n):,}" if not is_missing(row.n) else "n not known" if unknown_n else ""
        right_text(axes, at, "\n".join(filter(None, [_figure(row.value, row.low, row.high, unit), size])))
    axes.set_xlabel(axis)
    population_legend(figure, axes, table.population)
    heading(figure, title)
    table["label"] = table.label.str.replace(r",?\n", ", ", regex=True)
    words = listing(f"{r.label} {_figure(r.value, r.low, r.high, unit)}" for r in table.itertuples())
    told = "" if not band else f" Shaded for comparison, {band_label}: {_figure(np.nan, *band, unit)}."
    shown = table.assign(n=table.n.astype("Int64")).rename(columns={
        "label": "Source", "population": "Population", "value": f"value, {unit}", "low": f"low, {unit}",
        "high": f"high, {unit}", "checked": "Verification"})
    return Chart(figure, f"{axis}: {words}.{told}", shown)


def _figure(value, low, high, unit: str) -> str:
    tail = "%" if unit == "%" else f" {unit}"
    if not is_missing(value):
        return number(value) + tail
    if is_missing(low):
        return f"up to {number(high)}{tail}"
    return f"{number(low)}{tail}" if low == high else f"{number(low)} to {number(high)}{tail}"


def _draw_band(axes, band, text: str, limit: float) -> None:
    middle = (band[0] + band[1]) / 2
    if band[0] == band[1]:
        axes.axvline(middle, color=style.MUTED.light, lw=2, ls=(0, (4, 2)), zorder=0)
    else:
        axes.axvspan(*band, color=style.GRID.light, lw=0, zorder=0)
    axes.annotate(text, (0 if middle < limit / 2 else 1, 1), xycoords="axes fraction", xytext=(0, 5),
                  textcoords="offset points", ha="left" if middle < limit / 2 else "right", size=10.5,
                  color=style.MUTED.light)


def _draw_row(axes, at: int, row) -> None:
    mark = style.POPULATION[row.population]
    if is_missing(row.value):
        low = 0 if is_missing(row.low) else row.low
        axes.hlines(at, low, row.high, color=mark.light, lw=2 if is_missing(row.low) else 6, zorder=2,
                    linestyles=(0, (3, 2)) if is_missing(row.low) else "-")
        ends = [row.high] if is_missing(row.low) else [row.low, row.high]
        axes.scatter(ends, [at] * len(ends), s=44, marker=mark.marker, facecolors=style.PAPER.light,
                     edgecolors=mark.light, linewidths=1.8, zorder=3, clip_on=False)
        return
    axes.scatter([row.value], [at], s=92, marker=mark.marker, edgecolors=mark.light, linewidths=1.8, zorder=3,
                 facecolors=mark.light if row.checked == "confirmed" else style.PAPER.light, clip_on=False)
    if row.checked == "probable":
        axes.scatter([row.value], [at], s=16, marker=mark.marker, color=mark.light, zorder=4, clip_on=False)

"""Single figures and ranges from separate sources, one line each: what cohorts measured and what reviews quote."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels, shortened
from emdbook.charts.frames import check_counts, numbers, table_of, with_standing
from emdbook.charts.marks import beyond, key, point
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis, x_label
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.estimates.checks import check_number, check_positive, check_several
from emdbook.ground.wording import is_missing, listing, number

_ROW = 0.47


def prepare_ranges(rows, *, unit: str = "%") -> pd.DataFrame:
    """The table behind :func:`ranges`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label`` and ``value``, or ``low`` and ``high``, or ``high`` alone ("up to"); optionally ``n``,
        ``population``, ``standing``.
    unit : str
        ``%`` or a word such as ``years``.

    Returns
    -------
    pandas.DataFrame
        ``label, population, value, low, high, n, standing``; numbers as floats.

    Raises
    ------
    ValueError
        If a row has no figure, a number is below 0 or a percentage above 100, or a range is not in order.
    """
    table = table_of(rows, ("label",), "chart of ranges")
    numbers(table, ["value", "low", "high"], "chart of ranges", least=0, most=100 if unit == "%" else np.inf,
            unit="%" if unit == "%" else f" {unit}")
    numbers(table, ["n"], "chart of ranges")
    check_counts(table.assign(events=np.nan), "chart of ranges")
    for row in table.itertuples():
        if is_missing(row.value) and is_missing(row.high):
            raise ValueError(f"chart of ranges: {row.label} has neither a value nor an upper end.")
        if not is_missing(row.low) and not is_missing(row.high) and row.low > row.high:
            raise ValueError(f"chart of ranges: the range of {row.label} is not in order.")
        if row.value < row.low or row.value > row.high:  # comparisons with a missing end are false
            raise ValueError(f"chart of ranges: the range of {row.label} does not hold its value.")
    return table[["label", "population", "value", "low", "high", "n", "standing"]]


@in_style
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
        Right end of the axis; without it the data decide. What passes it ends in an arrow.
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
        A mark is one measured figure, a thick line a range, a line from zero an "up to".  The filling of a mark, and
        of the ends of a range, tells how far the figure was seen.

    Raises
    ------
    ValueError
        See :func:`prepare_ranges`; also for a band that is not in order, and a limit that is not above 0.
    """
    if band is not None:
        first, last = (check_number(x, "chart of ranges: an end of the band")
                       for x in check_several(band, "chart of ranges: the ends of the band", 2))
        if not 0 <= first <= last <= (100 if unit == "%" else last):
            raise ValueError("chart of ranges: the band is not in order, or no percentage.")
    if limit is not None:
        limit = check_positive(limit, "chart of ranges: the right end of the axis")
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table, owners = prepare_ranges(rows, unit=unit), whose(rows)
    handles = key(table.population, table.standing)
    foot, top = 0.62 + legend_height(handles), 0.55 if title else 0.2
    top += 0.22 if band else 0
    reach = float(np.nanmax([*table.value, *table.high, *(band or ())]))
    limit = limit or max(5.0, float(np.ceil(reach * 1.08 / 5) * 5))
    labels, row = row_labels(table.label, left=1.7, row=_ROW, chars=22)
    figure, axes = new_figure(top + row * len(table) + foot, left=1.78, right=1.15, top=top, bottom=foot)
    axes.set_xlim(0, limit)
    row_axis(axes, labels, bottom=len(table) - 0.4)
    axes.tick_params(axis="y", pad=9)
    if band:
        _draw_band(axes, band, f"{band_label}: {_figure(np.nan, *band, unit)}", limit)
    tell = Teller(figure)
    for at, (row, owner) in enumerate(zip(table.itertuples(), owners, strict=True)):
        said = _figure(row.value, row.low, row.high, unit)
        facts = [*owner.facts, (axis, said), ("Patients", "" if is_missing(row.n) else number(row.n)),
                 standing_fact(row.standing)]
        with tell.row(row.label, said, series=style.POPULATION[row.population].label, facts=facts,
                      record=owner.record):
            _draw_row(axes, at, row, limit)
            size = f"n = {row.n:,.0f}" if not is_missing(row.n) else "n not known" if unknown_n else ""
            right_text(axes, at, "\n".join(filter(None, [said, size])))
    tell.names(axes)
    x_label(axes, axis)
    foot_legend(figure, handles)
    heading(figure, title)
    table["label"] = table.label.str.replace(r",?\n", ", ", regex=True)
    words = listing(f"{r.label} {_figure(r.value, r.low, r.high, unit)}" for r in table.itertuples())
    told = "" if not band else f" Shaded for comparison, {band_label}: {_figure(np.nan, *band, unit)}."
    shown = table.assign(n=table.n.astype("Int64")).rename(columns={
        "label": "Source", "population": "Population", "value": f"value, {unit}", "low": f"low, {unit}",
        "high": f"high, {unit}"}).drop(columns="standing")
    return Chart(figure, f"{axis}: {words}.{told}", with_standing(shown, table), marks=tell.marks)


def _figure(value, low, high, unit: str) -> str:
    one = value if not is_missing(value) else high if is_missing(low) or low == high else None
    tail = "%" if unit == "%" else f" {unit.removesuffix('s') if one == 1 else unit}"
    if not is_missing(value):
        return number(value) + tail
    if is_missing(low):
        return f"up to {number(high)}{tail}"
    return f"{number(low)}{tail}" if low == high else f"{number(low)} to {number(high)}{tail}"


def _draw_band(axes, band, text: str, limit: float) -> None:
    middle = (band[0] + band[1]) / 2
    text = shortened(text, axes.get_position().width * axes.figure.get_figwidth() + 1.0, 10.5)
    if band[0] == band[1]:
        axes.axvline(middle, color=style.MUTED.light, lw=2, ls=(0, (4, 2)), zorder=0)
    else:
        axes.axvspan(*np.clip(band, 0, limit), color=style.GRID.light, lw=0, zorder=0)
    beyond(axes, band[1], limit, color=style.MUTED.light)
    axes.annotate(text, (0 if middle < limit / 2 else 1, 1), xycoords="axes fraction", xytext=(0, 5),
                  textcoords="offset points", ha="left" if middle < limit / 2 else "right", size=10.5,
                  color=style.MUTED.light)


def _draw_row(axes, at: int, row, limit: float) -> None:
    mark, ends = style.POPULATION[row.population], (0, limit)
    if not is_missing(row.value):
        point(axes, row.value, at, mark, standing=row.standing, limits=ends)
        return
    up_to = is_missing(row.low)
    start, end = np.clip([0 if up_to else row.low, row.high], *ends)
    if start < end:
        axes.hlines(at, start, end, color=mark.light, lw=2 if up_to else 6, zorder=2,
                    linestyles=(0, (3, 2)) if up_to else "-")
    # a range that begins beyond the axis has one arrow for both its ends
    for x in dict.fromkeys([row.high] if up_to or row.low > limit else [row.low, row.high]):
        point(axes, x, at, mark, standing=row.standing, size=44, limits=ends)

"""Medians of PFS, OS or DOR as bars of time, with "not reached" drawn as what it is: no upper end yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.forest import side_by_side
from emdbook.charts.frames import check_counts, check_interval, flags, numbers, table_of, with_standing
from emdbook.charts.marks import RIGHT, key, point, span
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis, x_label
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.estimates.checks import check_positive
from emdbook.ground.wording import interval, is_missing, listing, months, number


def prepare_medians(rows) -> pd.DataFrame:
    """The table behind :func:`medians`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value`` (months, empty if not reached), ``not_reached`` and optionally ``ci_low, ci_high, n,
        population, standing``. An interval without upper end was not reached there.

    Returns
    -------
    pandas.DataFrame
        The same columns, all present, times as floats.

    Raises
    ------
    ValueError
        If a number is impossible, an interval is not in order or does not hold its median, or a row has neither a
        median nor "not reached", or both.
    """
    name = "chart of medians"
    table = table_of(rows, ("label", "value"), name)
    flags(table, "not_reached")
    numbers(table, ["value", "ci_low", "ci_high"], name, unit=" months")
    numbers(table, ["n"], name)
    for row in table.itertuples():
        if not row.not_reached and is_missing(row.value):
            raise ValueError(f"{name}: {row.label} has no median and is not marked as not reached.")
        if row.not_reached and not is_missing(row.value):
            raise ValueError(f"{name}: {row.label} has a median of {number(row.value)} and is marked as not reached.")
        if row.value <= 0:
            raise ValueError(f"{name}: {row.label} has a median of {number(row.value)}; it must be above 0.")
        if row.ci_low < 0:
            raise ValueError(f"{name}: the interval of {row.label} begins below 0.")
    check_interval(table, name)
    check_counts(table.assign(events=np.nan), name)
    return table[["label", "population", "n", "value", "ci_low", "ci_high", "not_reached", "standing"]]


@in_style
def medians(rows, *, endpoint: str = "PFS", limit: float | None = None, title: str | None = None) -> Chart:
    """Medians side by side, one bar each.

    Parameters
    ----------
    rows
        See :func:`prepare_medians`.
    endpoint : str
        PFS, OS or DOR.
    limit : float, optional
        Right end of the axis in months; without it the data decide. What passes it ends in an arrow.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        A pale bar with an arrow was not reached.

    Raises
    ------
    ValueError
        See :func:`prepare_medians`; also for a limit that is not above 0.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = prepare_medians(rows)
    reach = np.nanmax([1.0, *table.value.dropna(), *table.ci_low.dropna(), *table.ci_high.dropna()])
    if limit is not None:
        limit = check_positive(limit, "chart of medians: the right end of the axis")
    limit = limit or float(np.ceil(reach * 1.12 / 5) * 5)
    handles = key(table.population, table.standing)
    labels, height = row_labels(table.label, left=1.78, row=0.48)
    foot, top = 0.62 + legend_height(handles), 0.55 if title else 0.2
    figure, axes = new_figure(top + height * len(table) + foot, left=1.78, right=1.1, top=top, bottom=foot)
    tell = Teller(figure)
    for y, (row, owner) in enumerate(zip(table.itertuples(), whose(rows), strict=True)):
        with tell.row(row.label, _time(row) + _ends(row), facts=_facts(row, owner, endpoint), record=owner.record,
                      series=style.POPULATION[row.population].label):
            _draw(axes, y, row, limit)
            text = "not reached" if row.not_reached else _short(row.value)
            if not is_missing(row.n):
                text += f"\nn = {int(row.n)}"
            right_text(axes, y, text)
    row_axis(axes, labels, bottom=len(table) - 0.4)
    tell.names(axes)
    axes.spines["left"].set_visible(True)
    axes.set_xlim(0, limit)
    x_label(axes, f"Median {endpoint}, months")
    foot_legend(figure, handles)
    heading(figure, title)
    return Chart(figure, _describe(table, endpoint) + side_by_side(rows), _reader_table(table, endpoint),
                 marks=tell.marks)


def _time(row) -> str:
    return "not reached" if row.not_reached else months(row.value)


def _facts(row, owner, endpoint: str) -> list[tuple[str, str]]:
    ends = "" if is_missing(row.ci_low) and is_missing(row.ci_high) else \
        f"from {months(row.ci_low)}, no upper end yet" if is_missing(row.ci_high) else \
        f"{interval(row.ci_low, row.ci_high)} months"
    return [*owner.facts, ("Patients", "" if is_missing(row.n) else number(row.n)),
            (f"Median {endpoint}", _time(row)), ("Interval", ends),
            standing_fact(row.standing)]


def _short(value: float) -> str:
    return months(value).replace("months", "mo").replace("month", "mo")


def _draw(axes, y, row, limit):
    """A bar to the median, or paler and to the end of the axis with an arrow where it was not reached."""
    mark = style.POPULATION[row.population]
    axes.barh([y], [limit if row.not_reached else min(row.value, limit)], height=0.44, color=mark.light, zorder=2,
              alpha=0.2 if row.not_reached else 0.45)
    if row.not_reached:
        axes.plot([limit], [y], ls="", marker=RIGHT, ms=10, color=style.INK.light, clip_on=False, zorder=5)
    else:
        point(axes, row.value, y, mark, standing=row.standing, size=80, limits=(0, limit), zorder=4)
    span(axes, y, row.ci_low, row.ci_high, (0, limit), color=style.INK.light, lw=1.4, zorder=3)


def _describe(table, endpoint):
    words = listing(f"{r.label} {_time(r)}{_ends(r)}" for r in table.itertuples())
    return f"Median {endpoint}: {words}."


def _ends(row) -> str:
    ends = interval(row.ci_low, row.ci_high)
    return f" ({ends})" if ends else ""


def _reader_table(table, endpoint):
    out = table.rename(columns={"label": "Group", "population": "Population", "value": f"median {endpoint}, months",
                                "ci_low": "CI low", "ci_high": "CI high", "not_reached": "not reached"})
    out["n"] = out["n"].astype("Int64")
    # an open upper end is a finding, not a gap
    open_end = table.ci_low.notna() & table.ci_high.isna()
    out["CI high"] = out["CI high"].astype(object).where(~open_end, "not reached")
    return with_standing(out.drop(columns="standing"), table)

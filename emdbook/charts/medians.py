"""Medians of PFS, OS or DOR as bars of time, with "not reached" drawn as what it is: no upper end yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, new_figure
from emdbook.charts.forest import side_by_side
from emdbook.charts.frames import table_of, wrapped
from emdbook.charts.parts import heading, legend_height, population_legend, right_text, row_axis
from emdbook.ground.wording import is_missing, listing, months, number


def prepare_medians(rows) -> pd.DataFrame:
    """The table behind :func:`medians`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value`` (months, empty if not reached), ``not_reached`` and optionally ``ci_low, ci_high, n,
        population, checked``.

    Returns
    -------
    pandas.DataFrame
        The same columns, all present, times as floats.

    Raises
    ------
    ValueError
        If a median is not above 0, or a row has neither a median nor "not reached".
    """
    table = table_of(rows, ("label", "value"), "chart of medians")
    for name in ("ci_low", "ci_high", "n"):
        table[name] = table[name].astype("Float64").astype(float) if name in table.columns else np.nan
    table["not_reached"] = table["not_reached"].fillna(False).astype(bool) if "not_reached" in table.columns else False
    table["value"] = table["value"].astype("Float64").astype(float)
    for row in table.itertuples():
        if row.not_reached:
            continue
        if is_missing(row.value):
            raise ValueError(f"chart of medians: {row.label} has no median and is not marked as not reached.")
        if row.value <= 0:
            raise ValueError(f"chart of medians: {row.label} has a median of {row.value}; it must be above 0.")
    return table[["label", "population", "n", "value", "ci_low", "ci_high", "not_reached", "checked"]]


def medians(rows, *, endpoint: str = "PFS", limit: float | None = None, title: str | None = None) -> Chart:
    """Medians side by side, one bar each.

    Parameters
    ----------
    rows
        See :func:`prepare_medians`.
    endpoint : str
        PFS, OS or DOR.
    limit : float, optional
        Right end of the axis in months; without it the data decide.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_medians`.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = prepare_medians(rows)
    reach = np.nanmax([1.0, *table.value.dropna(), *table.ci_high.dropna()])
    limit = limit or float(np.ceil(reach * 1.12 / 5) * 5)
    foot, top = 0.62 + legend_height(table.population), 0.55 if title else 0.2
    figure, axes = new_figure(top + 0.48 * len(table) + foot, left=1.78, right=1.1, top=top, bottom=foot)
    y = np.arange(len(table), dtype=float)
    for population, part in table.groupby("population", sort=False):
        mark = style.POPULATION[population]
        length = np.where(part.not_reached, limit, part.value.clip(upper=limit))
        axes.barh(y[part.index], length, height=0.44, color=mark.light, zorder=2,
                  alpha=0.9 if not part.not_reached.all() else 0.35)
        axes.scatter(np.where(part.not_reached, np.nan, length), y[part.index], marker=mark.marker, s=80,
                     facecolors=style.PAPER.light, edgecolors=mark.light, linewidths=1.8, zorder=4, clip_on=False)
    _open_ends(axes, table, y, limit)
    known = table.ci_low.notna() & table.ci_high.notna()
    axes.hlines(y[known], table.ci_low[known], table.ci_high[known].clip(upper=limit), color=style.INK.light, lw=1.4,
                zorder=3)
    for at, row in zip(y, table.itertuples(), strict=True):
        text = "not reached" if row.not_reached else months(row.value).replace("months", "mo").replace("month", "mo")
        if not is_missing(row.n):
            text += f"\nn = {int(row.n)}"
        right_text(axes, at, text)
    row_axis(axes, [wrapped(label) for label in table.label], bottom=len(table) - 0.4)
    axes.spines["left"].set_visible(True)
    axes.set_xlim(0, limit)
    axes.set_xlabel(f"Median {endpoint}, months")
    population_legend(figure, axes, table.population)
    heading(figure, title)
    return Chart(figure, _describe(table, endpoint) + side_by_side(rows), _reader_table(table, endpoint))


def _open_ends(axes, table, y, limit):
    """An arrow where the bar has no end: not reached, or longer than the axis."""
    open_end = table.not_reached | (table.value > limit)
    axes.plot(np.full(open_end.sum(), limit), y[open_end], ls="", marker=5, ms=10, color=style.INK.light,
              clip_on=False, zorder=5)


def _describe(table, endpoint):
    words = listing(
        f"{r.label} " + ("not reached" if r.not_reached else months(r.value)
                         + ("" if is_missing(r.ci_low) else f" ({number(r.ci_low)} to {number(r.ci_high)})"))
        for r in table.itertuples())
    return f"Median {endpoint}: {words}."


def _reader_table(table, endpoint):
    out = table.rename(columns={"label": "Group", "population": "Population", "value": f"median {endpoint}, months",
                                "ci_low": "CI low", "ci_high": "CI high", "not_reached": "not reached",
                                "checked": "Verification"})
    out["n"] = out["n"].astype("Int64")
    return out

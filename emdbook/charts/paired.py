"""Two groups of one study side by side: patients with EMD beside a comparator."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.forest import NOT_HEAD_TO_HEAD, prepare_forest, share_words
from emdbook.charts.frames import standing_words
from emdbook.charts.marks import key, point, span
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis, x_label
from emdbook.charts.told import Teller, record_of, standing_fact
from emdbook.ground.wording import count, ends, is_missing, listing, number, percent, points

_SIDE = {"non-EMD": "without EMD", "overall": "in the whole cohort", "EM-B": "with EM-B"}


def prepare_paired(rows, *, method: str = "wilson", level: float = 0.95) -> pd.DataFrame:
    """One row per study with both groups and their difference.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        One or two rows per study (a study in which everybody had EMD has no comparator): ``study, label, role
        ("group" or "comparator"), events, n`` and optionally ``value`` (percent), ``population``, ``standing``.
    method, level
        Interval for each proportion, see :func:`emdbook.estimates.proportion_interval`.

    Returns
    -------
    pandas.DataFrame
        ``study``, then ``percent, ci_low, ci_high, events, n, population, standing`` with the endings ``_group``
        and ``_comparator``, and ``difference`` in percentage points.

    Raises
    ------
    ValueError
        If a study has no name, more than one row of a role, or no group; see also
        :func:`emdbook.charts.forest.prepare_forest`.
    """
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    if table.empty:
        raise ValueError("paired chart: there is nothing to draw. Choose at least one study.")
    table = table.reset_index(drop=True)
    for column in ("study", "role"):
        if column not in table.columns or table[column].map(is_missing).any():
            raise ValueError(f"paired chart: a row has no {column}.")
    # the gate wants labels that differ; within a study both rows may be called alike
    keyed = table.assign(label=table["study"].astype(str) + " / " + table["role"].astype(str))
    checked = prepare_forest(keyed, method=method, level=level)
    checked[["study", "role"]] = table[["study", "role"]].reset_index(drop=True)
    parts = []
    for study, part in checked.groupby("study", sort=False):
        roles = sorted(part.role)
        if roles not in (["comparator", "group"], ["group"]):
            raise ValueError(f"paired chart: {study} needs one row 'group' and at most one 'comparator', not {roles}.")
        wide = {"study": study}
        for row in part.itertuples():
            for name in ("percent", "ci_low", "ci_high", "events", "n", "population", "standing"):
                wide[f"{name}_{row.role}"] = getattr(row, name)
        parts.append(wide)
    table = pd.DataFrame(parts)
    for name in ("percent", "ci_low", "ci_high", "events", "n", "population", "standing"):
        if f"{name}_comparator" not in table.columns:
            table[f"{name}_comparator"] = None
    table["difference"] = table["percent_group"].astype(float) - table["percent_comparator"].astype(float)
    return table


@in_style
def paired(rows, *, method: str = "wilson", level: float = 0.95, endpoint: str = "Responders",
           title: str | None = None) -> Chart:
    """EMD beside a comparator, two lines per study, joined by the distance between them.

    Parameters
    ----------
    rows, method, level
        See :func:`prepare_paired`.
    endpoint : str
        What is counted.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        A shape and a colour for each population, a filling for each standing.

    Raises
    ------
    ValueError
        See :func:`prepare_paired`.
    """
    rows = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    table = prepare_paired(rows, method=method, level=level)
    records = {(row["study"], row["role"]): record_of(row) for row in rows.to_dict("records")}
    handles = key([*table.population_group, *table.population_comparator.dropna()],
                  [*table.standing_group, *table.standing_comparator.dropna()])
    labels, height = row_labels(table.study, left=1.62, row=0.8, chars=18, more=1)
    foot, top = 0.62 + legend_height(handles), 0.55 if title else 0.2
    figure, axes = new_figure(top + height * len(table) + foot, left=1.62, right=1.42, top=top, bottom=foot)
    ticks, tell = [], Teller(figure)
    for i, (label, row) in enumerate(zip(labels, table.itertuples(), strict=True)):
        for role, y in (("group", i - 0.2), ("comparator", i + 0.2)):
            one = _Side(*(getattr(row, f"{k}_{role}") for k in _Side._fields))
            with tell.row(**_told(row.study, one, endpoint), record=records.get((row.study, role), "")):
                _draw_side(axes, y, one)
        if is_missing(row.difference):
            ticks.append(label)
            continue
        axes.plot([row.percent_group, row.percent_comparator], [i - 0.2, i + 0.2], color=style.MUTED.light, lw=1,
                  ls=":", zorder=1)
        ticks.append(f"{label}\n{_gap(row.difference)}")
    row_axis(axes, ticks, bottom=len(table) - 0.45, top=-0.55)
    axes.set_xlim(0, 100)
    x_label(axes, f"{endpoint}, % of patients")
    foot_legend(figure, handles)
    heading(figure, title)
    return Chart(figure, _describe(table, endpoint), _reader_table(table), marks=tell.marks)


class _Side(NamedTuple):
    """One of the two groups of a study."""

    percent: float
    ci_low: float
    ci_high: float
    n: float
    events: float
    population: str
    standing: str


def _told(study: str, one: _Side, endpoint: str) -> dict:
    """What a group says; a study in which everybody had EMD says that it has no comparator."""
    if is_missing(one.percent):
        return {"name": study, "value": "no comparator", "facts": [("Comparator", "none, everybody had EMD")]}
    value, ends = share_words(one)
    group = style.POPULATION[one.population].label
    return {"name": f"{study}, {group}", "value": value + (f" ({ends})" if ends else ""), "series": study,
            "facts": [("Group", group), ("Patients", "" if is_missing(one.n) else number(one.n)), (endpoint, value),
                      ("Interval", ends), standing_fact(one.standing)]}


def _draw_side(axes, y: float, one: _Side) -> None:
    if is_missing(one.percent):
        right_text(axes, y, "no comparator")
        return
    mark = style.POPULATION[one.population]
    span(axes, y, one.ci_low, one.ci_high, (0, 100), color=mark.light, alpha=0.75)
    point(axes, one.percent, y, mark, standing=one.standing)
    shown = f"{percent(one.percent, 0, brief=True)}  {count(one.events, one.n)}" if not is_missing(one.events) else \
        percent(one.percent, 0 if float(one.percent).is_integer() else 1, brief=True) + (
            "" if is_missing(one.n) else f"  n = {int(one.n)}")
    right_text(axes, y, shown)


def _gap(difference: float) -> str:
    """``gap 33 points``; a gain where the group does better."""
    if abs(difference) < 1e-9:
        return "no difference"
    return f"{'gap' if difference < 0 else 'gain'} {points(difference)}"


def _describe(table, endpoint):
    words = listing(
        f"{r.study} {percent(r.percent_group, 0)} with {r.population_group}" + (
            " (no comparator, everybody had EMD)" if is_missing(r.difference) else
            f" beside {percent(r.percent_comparator, 0)} {_SIDE.get(r.population_comparator, 'in the comparator')}"
            f", {_gap(r.difference)}")
        for r in table.itertuples())
    tail = f" {NOT_HEAD_TO_HEAD}." if len(table) > 1 else ""
    return f"{endpoint}: {words}.{tail}"


def _reader_table(table):
    out = pd.DataFrame({"Study": table.study})
    for role in ("group", "comparator"):
        side = "EMD" if role == "group" else "comparator"
        out[f"{side}: population"] = table[f"population_{role}"]
        out[f"{side}: events"] = table[f"events_{role}"].astype("Float64").astype("Int64")
        out[f"{side}: n"] = table[f"n_{role}"].astype("Float64").astype("Int64")
        out[f"{side}: %"] = table[f"percent_{role}"].astype(float).round(1)
        out[f"{side}: CI %"] = [
            "" if is_missing(low) else " to ".join(ends(low, high))
            for low, high in zip(table[f"ci_low_{role}"], table[f"ci_high_{role}"], strict=True)]
        known = pd.DataFrame({"standing": ["" if is_missing(s) else s for s in table[f"standing_{role}"]]})
        if (known.standing != "").any():
            out[f"{side}: standing"] = standing_words(known)
    out["difference, points"] = np.round(table.difference.astype(float), 1)
    return out

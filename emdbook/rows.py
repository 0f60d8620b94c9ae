"""From the joined data to the plain rows that charts take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import pandas as pd

from emdbook.evidence import Evidence

#: What a chart may ask of a row; everything else stays in the data.
COLUMNS = {
    "study_label": "study", "population": "population", "events": "events", "n": "n", "value": "value",
    "ci_low": "ci_low", "ci_high": "ci_high", "not_reached": "not_reached", "at_months": "at_months",
    "checked": "checked", "design": "design", "therapeutic_class": "therapeutic_class", "setting": "setting",
    "endpoint": "endpoint", "measure": "measure", "outcome_id": "outcome_id", "study_id": "study_id",
    "arm_label": "arm", "arm_n": "arm_n",
}


def chart_rows(evidence: Evidence, outcome_ids: Iterable[str] | Mapping[str, str], *,
               label: str = "{study}, {population}") -> pd.DataFrame:
    """Rows for a chart, in the order asked for.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : iterable of str, or mapping of str to str
        Rows of ``outcomes``; a mapping gives each its own label.
    label : str
        How to name a row; may use the columns of the result, for example ``"{study}"``.

    Returns
    -------
    pandas.DataFrame
        ``label``, then the columns of :data:`COLUMNS`; percentages 0 to 100, times in months.

    Raises
    ------
    LookupError
        For an unknown row, with the nearest known ids.
    """
    ids = list(outcome_ids)
    for outcome_id in ids:
        evidence.outcome(outcome_id)
    view = evidence.view().set_index("outcome_id", drop=False).loc[ids]
    table = view[list(COLUMNS)].rename(columns=COLUMNS).reset_index(drop=True)
    # a median's n stands with the arm when the outcome row does not repeat it
    table["n"] = table["n"].fillna(table["arm_n"])
    if isinstance(outcome_ids, Mapping):
        names = [outcome_ids[outcome_id] for outcome_id in ids]
    else:
        names = [label.format(**{k: row[k] for k in table.columns}) for _, row in table.iterrows()]
    table.insert(0, "label", names)
    return table


def pairs(evidence: Evidence, outcome_ids: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Rows for a paired chart.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outcome_ids : sequence of (str, str)
        For each study the row of the group and the row of its comparator.

    Returns
    -------
    pandas.DataFrame
        As :func:`chart_rows`, with ``role`` ("group" or "comparator").
    """
    table = chart_rows(evidence, [row for pair in outcome_ids for row in pair])
    table["role"] = ["group", "comparator"] * len(outcome_ids)
    return table


def bind(chart_function: Callable, table, **fixed) -> Callable:
    """A chart function with its data filled in, for :func:`emdbook.explore.explore`.

    Parameters
    ----------
    chart_function : callable
        A function of :mod:`emdbook.charts`.
    table
        Its first argument.
    **fixed
        Settings that the reader does not change.
    """
    return partial(chart_function, table, **fixed)

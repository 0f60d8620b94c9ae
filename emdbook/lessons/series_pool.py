"""What a pool of published series says when one has no count, two may share patients, and some name no kind of EMD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from emdbook.charts.base import Chart
from emdbook.charts.pooling import pool_choice
from emdbook.estimates.checks import check_count, check_several
from emdbook.ground.wording import count, is_missing, listing

#: What a row says of itself: a series without bone contact that the reader may choose, or one of the rest.
GROUPS = ("EM-E", "not stated")


def prepare_series(rows, *, series: Sequence[str], others: bool,
                   supposed: tuple[int, int]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows for :func:`emdbook.charts.pooling.pool_choice`, and the studies chosen.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        As for :func:`emdbook.charts.pooling.prepare_pool`, with ``group`` (one of :data:`GROUPS`). One row may lack
        its count.
    series : sequence of str
        ``study_id`` of the chosen series of the group "EM-E".
    others : bool
        Whether the groups whose kind of EMD is not stated are pooled too.
    supposed : tuple of (int, int)
        Responders and patients that are supposed for the row without a count.

    Returns
    -------
    tuple of (pandas.DataFrame, tuple of str)

    Raises
    ------
    ValueError
        If a group is unknown, more than one row lacks its count, or a chosen series is none of the group "EM-E".
    """
    table = (rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))).copy()
    unknown = sorted(set(table["group"]) - set(GROUPS))
    if unknown:
        raise ValueError(f"pool of series: unknown group {listing(unknown)}; known are {listing(GROUPS)}.")
    blank = [is_missing(e) for e in table["events"]]
    if sum(blank) > 1:
        raise ValueError(f"pool of series: {listing(table.loc[blank, 'label'])} have no count; one may be supposed.")
    events, n = check_count(*check_several(supposed, "pool of series: what is supposed", 2))
    if any(blank):
        table.loc[blank, ["events", "n"]] = [events, n]
        table.loc[blank, "label"] = [f"{label}, supposed" for label in table.loc[blank, "label"]]
    own = set(table.loc[table["group"] == "EM-E", "study_id"])
    wrong = sorted(map(str, set(series) - own))
    if wrong:
        raise ValueError(f"pool of series: {listing(wrong)} is no series of EM-E that was offered.")
    rest = tuple(table.loc[table["group"] != "EM-E", "study_id"]) if others else ()
    return table, (*series, *rest)


def pool_of_series(rows, *, beside=None, series: Sequence[str] = (), others: bool = True,
                   supposed: tuple[int, int] = (26, 45), both: bool = True) -> Chart:
    """The pool that a reader's choices give, with what was supposed said in the description.

    Parameters
    ----------
    rows, series, others, supposed
        See :func:`prepare_series`. Without ``series`` all of EM-E are chosen.
    both : bool
        Pool both of two series that may share patients; otherwise only the larger.
    beside : pandas.DataFrame or iterable of mappings, optional
        Groups that cannot enter, see :func:`emdbook.charts.pooling.pool_choice`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_series` and :func:`emdbook.charts.pooling.prepare_pool`.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    blank = [is_missing(e) for e in rows["events"]]
    series = tuple(check_several(series, "pool of series: the series chosen")) or tuple(
        rows.loc[rows["group"] == "EM-E", "study_id"])
    table, chosen = prepare_series(rows, series=series, others=others, supposed=supposed)
    chart = pool_choice(table, chosen, beside=beside, both=both)
    said = [f"For {label} {count(*supposed)} is supposed{'' if study in chosen else ', but not chosen'}."
            for label, study, none in zip(rows["label"], rows["study_id"], blank, strict=True) if none]
    if both and _may_share(rows, chosen):
        said.append("Series that may share patients are both pooled, so the interval may be too narrow.")
    return replace(chart, description=" ".join([*said, chart.description]))


def _may_share(rows: pd.DataFrame, chosen: Sequence[str]) -> bool:
    picked = rows[rows["study_id"].isin(chosen)]
    arms = set(picked["arm_id"])
    return any(arms & set(str(o).split(";")) for o in picked["overlaps_with"] if not is_missing(o))

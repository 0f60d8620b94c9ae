"""The gate every chart's input passes: plain rows in, a checked table out, complaints in the reader's words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from emdbook import style
from emdbook.ground.wording import is_missing, listing


def table_of(rows: pd.DataFrame | Iterable[Mapping], needs: Sequence[str], chart: str) -> pd.DataFrame:
    """Rows as a table with the columns that a chart needs.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        One per line of the chart.
    needs : sequence of str
        Columns without which the chart cannot be drawn.
    chart : str
        Its name, for the message.

    Raises
    ------
    ValueError
        If there is no row, a column is missing, or two rows carry the same label (one would hide the other).
    """
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        raise ValueError(f"{chart}: there is nothing to draw. Choose at least one study.")
    missing = [name for name in needs if name not in table.columns]
    if missing:
        raise ValueError(f"{chart}: the rows have no {listing(missing)}. They have {listing(table.columns)}.")
    labels = table["label"].astype(str)
    if labels.duplicated().any():
        twice = sorted(set(labels[labels.duplicated()]))
        raise ValueError(f"{chart}: the label {listing(twice)} stands on more than one row.")
    table["label"] = labels
    if "population" not in table.columns:
        table["population"] = "EMD"
    table["population"] = table["population"].fillna("other")
    unknown = sorted(set(table["population"]) - set(style.POPULATION))
    if unknown:
        raise ValueError(f"{chart}: unknown population {listing(unknown)}; known are {listing(style.POPULATION)}.")
    if "checked" not in table.columns:
        table["checked"] = "confirmed"
    table["checked"] = table["checked"].fillna("confirmed")
    unknown = sorted(set(table["checked"]) - set(style.CHECKED))
    if unknown:
        raise ValueError(f"{chart}: unknown verification status {listing(unknown)}.")
    return table.reset_index(drop=True)


def check_counts(table: pd.DataFrame, chart: str) -> None:
    """Counts must be possible: whole, not negative, events not above n."""
    for row in table.itertuples():
        if is_missing(row.n) or is_missing(row.events):
            continue
        if row.n != int(row.n) or row.n < 1:
            raise ValueError(f"{chart}: {row.label} has n = {row.n}; it must be a whole number of 1 or more.")
        if row.events != int(row.events) or not 0 <= row.events <= row.n:
            raise ValueError(f"{chart}: {row.label} has {row.events} events among {row.n} patients.")


def wrapped(label: str, width: int = 20) -> str:
    """A row label on at most two lines; "phase 2" is not torn apart."""
    label = label.replace("phase ", "phase\u00a0")
    lines = textwrap.wrap(label, width, break_long_words=False)
    return "\n".join([lines[0], " ".join(lines[1:])] if len(lines) > 2 else lines)

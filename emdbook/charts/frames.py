"""The gate every chart's input passes: plain rows in, a checked table out, complaints in the reader's words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from emdbook import style
from emdbook.estimates.counts import MOST
from emdbook.ground.wording import is_missing, listing, number


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

    Returns
    -------
    pandas.DataFrame
        The rows with ``label``, ``population`` ("EMD" if the rows name none) and ``standing`` (empty if they name
        none: then their marks are full and claim nothing).

    Raises
    ------
    ValueError
        If there is no row, a column is missing, a row has no label, two rows carry the same (one would hide the
        other), a population or standing is unknown, or some rows have a standing and others none.
    """
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        raise ValueError(f"{chart}: there is nothing to draw. Choose at least one study.")
    table = table.reset_index(drop=True)
    missing = [name for name in needs if name not in table.columns]
    if missing:
        raise ValueError(f"{chart}: the rows have no {listing(missing)}. They have {listing(table.columns)}.")
    for i, label in enumerate(table["label"], 1):
        if is_missing(label) or not str(label).strip():
            raise ValueError(f"{chart}: row {i} has no label.")
    labels = table["label"].astype(str)
    if labels.duplicated().any():
        twice = sorted(set(labels[labels.duplicated()]))
        raise ValueError(f"{chart}: the label {listing(twice)} stands on more than one row.")
    table["label"] = labels
    if "population" not in table.columns:
        table["population"] = "EMD"
    table["population"] = table["population"].astype(object).where(table["population"].notna(), "other")
    unknown = sorted(set(map(str, table["population"])) - set(style.POPULATION))
    if unknown:
        raise ValueError(f"{chart}: unknown population {listing(unknown)}; known are {listing(style.POPULATION)}.")
    check_standing(table, chart)
    return table


def check_standing(table: pd.DataFrame, chart: str) -> None:
    """Every row says how far its figure was seen, or none does; the column is there afterwards.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label``; changed in place.
    chart : str
        For the message.

    Raises
    ------
    ValueError
        If a standing is unknown, or some rows have one and others none: a mark without one would look like seen.
    """
    if "standing" not in table.columns:
        table["standing"] = ""
        return
    given = ["" if is_missing(s) else str(s) for s in table["standing"]]
    unknown = sorted(set(given) - {"", *style.STANDING})
    if unknown:
        raise ValueError(f"{chart}: unknown standing {listing(unknown)}; known are {listing(style.STANDING)}.")
    if any(given) and not all(given):
        without = [label for label, s in zip(table["label"], given, strict=True) if not s]
        raise ValueError(f"{chart}: {listing(without)} does not say how far its figure was seen (standing).")
    table["standing"] = given


def numbers(table: pd.DataFrame, columns: Sequence[str], chart: str, *, least: float = -math.inf,
            most: float = math.inf, unit: str = "") -> None:
    """Columns as floats between two ends; missing ones stay missing, and a column that is not there is made.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label``; changed in place.
    columns : sequence of str
    chart : str
        For the message.
    least, most : float
        Ends of what is possible.
    unit : str
        What the numbers are in, such as ``%`` or `` months``; also put behind a number in the message.

    Raises
    ------
    ValueError
        If a cell is no finite number, or lies outside, or a row says that it is in another unit.
    """
    if unit and "unit" in table.columns:
        told = table[[name for name in columns if name in table.columns]].notna().any(axis=1)
        for label, given in zip(table["label"][told], table["unit"][told], strict=True):
            if not is_missing(given) and str(given).strip() not in ("", unit.strip()):
                raise ValueError(f"{chart}: {label} is in {given}, and this chart shows {unit.strip()}.")
    for column in columns:
        if column not in table.columns:
            table[column] = math.nan
        made = []
        for label, value in zip(table["label"], table[column], strict=True):
            if is_missing(value):
                made.append(math.nan)
                continue
            try:
                found = math.nan if isinstance(value, str | bytes) or is_truth(value) else float(value)
            except (TypeError, ValueError, OverflowError):
                found = math.nan
            if not math.isfinite(found):
                raise ValueError(f"{chart}: {label} has {column} {value!r}; it must be a finite number.")
            if not least <= found <= most:
                between = f"between {number(least)} and {number(most)}{unit}" if math.isfinite(most) else \
                    f"{number(least)}{unit} or more"
                raise ValueError(f"{chart}: {label} has {column} {number(found)}{unit}; it must be {between}.")
            made.append(found)
        table[column] = pd.Series(made, index=table.index, dtype=float)


def is_truth(value: object) -> bool:
    """Whether a value is a yes or no of Python or numpy, which is no number here."""
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def flags(table: pd.DataFrame, column: str) -> None:
    """A column of yes and no; missing is no, and a column that is not there is made. Changes the table in place.

    Raises
    ------
    ValueError
        If a cell is anything else: a text such as "false" would count as yes.
    """
    if column not in table.columns:
        table[column] = False
    for value in table[column]:
        if not (is_missing(value) or is_truth(value)):
            raise ValueError(f"{column} must be True or False, not {value!r}.")
    table[column] = [not is_missing(v) and bool(v) for v in table[column]]


def check_interval(table: pd.DataFrame, chart: str, *, value: str = "value") -> None:
    """An interval is in order and holds its estimate; either end may be open.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label, ci_low, ci_high`` and the column of the estimate, as floats.
    chart : str
        For the message.
    value : str
        The column of the estimate.

    Raises
    ------
    ValueError
        Naming the row.
    """
    for label, at, low, high in zip(table["label"], table[value], table["ci_low"], table["ci_high"], strict=True):
        if low > high:
            raise ValueError(f"{chart}: the interval of {label}, {number(low)} to {number(high)}, is not in order.")
        if at < low or at > high:  # comparisons with a missing end are false
            ends = f"{number(low)} to {number(high)}" if not (is_missing(low) or is_missing(high)) else \
                f"up to {number(high)}" if is_missing(low) else f"from {number(low)}"
            raise ValueError(f"{chart}: the interval of {label}, {ends}, does not hold {number(at)}.")


def check_counts(table: pd.DataFrame, chart: str) -> None:
    """Counts must be possible: finite, whole, not negative, events not above n. A row may lack either."""
    for row in table[["label", "events", "n"]].itertuples():
        if not is_missing(row.n) and not _whole(row.n, 1):
            raise ValueError(f"{chart}: {row.label} has n = {row.n}; it must be a whole number from 1 to {MOST}.")
        if is_missing(row.events):
            continue
        most = math.inf if is_missing(row.n) else row.n
        if not _whole(row.events, 0) or row.events > most:
            among = "" if is_missing(row.n) else f" among {row.n} patients"
            raise ValueError(f"{chart}: {row.label} has {row.events} events{among}.")


def _whole(value: object, least: int) -> bool:
    if isinstance(value, str | bytes) or is_truth(value):
        return False
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return found == value and least <= found <= MOST and found == math.floor(found)


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Percentages to one digit behind the point, as long as that leaves an interval its width.

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns of an interval, ``CI low %`` and ``CI high %`` or ``low %`` and ``high %``. Columns that are no
        floats stay as they are. In a row whose two ends would be one number, all figures have two digits that count.
    """
    floats = list(table.select_dtypes("float"))
    out = table.assign(**{name: table[name].round(1) for name in floats})
    low, high = ("CI low %", "CI high %") if "CI low %" in table else ("low %", "high %")
    lost = (out[low] == out[high]) & (table[low] != table[high])
    for name in floats:
        out.loc[lost, name] = [float(f"{x:.2g}") if x < 50 else 100 - float(f"{100 - x:.2g}")
                               for x in table.loc[lost, name]]
    return out


def standing_words(table: pd.DataFrame) -> list[str]:
    """What the table of a chart prints of each row's standing."""
    return [style.STANDING[s].words if s else "" for s in table["standing"]]


def with_standing(shown: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """A reader's table with the column "Standing", if the rows have any.

    Parameters
    ----------
    shown : pandas.DataFrame
        The reader's table, one row per row of ``table``.
    table : pandas.DataFrame
        With ``standing``.
    """
    return shown.assign(Standing=standing_words(table)) if (table["standing"] != "").any() else shown

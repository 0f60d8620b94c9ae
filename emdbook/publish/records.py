"""One record for each figure of the data, at an address that does not change: ``figures/<id>.json`` and ``.csv``.

They lie beside the pages, so that a program or another course can read one figure, with its standing and its source,
from a server or from disk.  The ledger and the page of facts link to them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emdbook import style, tables
from emdbook.evidence import Evidence
from emdbook.evidence.links import data_page, plain
from emdbook.evidence.rules import ID_COLUMNS
from emdbook.ground.wording import is_missing, plural

__all__ = ["FOLDER", "as_csv", "record", "records", "words", "write_records"]

#: Where the records lie, as seen from the front page of the book.
FOLDER = "figures"


#: Columns that say in words what a row is about, in the tables that hold no outcomes.
_SUBJECTS = ("subject", "what_changed", "what", "event", "statement", "review_says", "label", "regimen")


def words(row: pd.Series) -> str:
    """One row in a sentence: what it is about, and its figure if it has one.

    Parameters
    ----------
    row : pandas.Series
        As ``Evidence.record`` gives it.

    Returns
    -------
    str
    """
    table = row.attrs["table"]
    if table == "outcomes":
        return _says(table, row)
    about = plain(next((row[name] for name in _SUBJECTS if isinstance(row.get(name), str) and row[name]),
                       "From the data of this book")).rstrip(".")
    if table in ("epidemiology", "biology", "safety"):
        return f"{about}: {_says(table, row)}"
    return f"{about}: {plural(int(row['n']), 'patient')}" if table == "arms" and not is_missing(row["n"]) else about


def _plain(value: Any) -> Any:
    """A cell as JSON has it: an unknown one is null."""
    return None if is_missing(value) else value.item() if hasattr(value, "item") else value


def _cells(row: pd.Series) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _says(table: str, row: pd.Series) -> str:
    """The figure in words, as the pages of the book print it."""
    if table == "outcomes":
        return f"{tables.endpoint_text(row)}: {tables.figure_text(row)}"
    if table in ("epidemiology", "biology"):
        return tables.fact_text(row)
    if table == "safety":
        return tables.harm_text(row)
    if table == "criteria":
        return tables.threshold_text(row) or str(row["criterion"])
    return str(row["what" if table == "guidance" else "what_changed"])


def _dataset(evidence: Evidence) -> dict[str, str]:
    book = json.loads((evidence.folder / "datapackage.json").read_text(encoding="utf-8"))
    return {"name": book["title"], "version": book["version"], "license": book["licenses"][0]["path"],
            "description": "../book/data_dictionary.html"}


def record(evidence: Evidence, row_id: str, *, dataset: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a program needs to know of one figure.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    row_id : str
        A row of a table in :data:`emdbook.tables.FIGURE_TABLES`.
    dataset : mapping, optional
        What the record says of the data package; read from its description if left out.

    Returns
    -------
    dict
        ``id, table, title, says`` (the figure in words), ``standing`` and ``standing_words``, ``row`` (every column of
        its table; unknown is None), ``arm`` and ``study`` for an outcome, ``source`` with its ``citation``, ``page``
        (relative to the record) and ``dataset`` with name, version and licence.

    Raises
    ------
    LookupError
        If there is no such row, with the nearest known ids.
    """
    row = evidence.record(row_id)
    table = row.attrs["table"]
    made: dict[str, Any] = {
        "id": row_id, "table": table, "title": evidence.reading(row_id).title, "says": _says(table, row),
        "standing": row["standing"], "standing_words": style.STANDING[row["standing"]].words, "row": _cells(row)}
    if table == "outcomes":
        arm = evidence.arm(row["arm_id"])
        made |= {"arm": _cells(arm), "study": _cells(evidence.study(arm["study_id"]))}
    if not is_missing(row["source_id"]):
        sources = evidence.sources
        source = sources[sources.source_id == row["source_id"]].iloc[0]
        # how the keepers went about it is no part of a reference
        kept = {name: value for name, value in _cells(source).items() if name not in ("checked", "checked_note")}
        made["source"] = {**kept, "citation": tables.plain_citation(source)}
    made["page"] = f"../book/{data_page(row)}.html#{row_id}"
    made["dataset"] = dict(dataset or _dataset(evidence))
    return made


def as_csv(made: dict[str, Any]) -> str:
    """A record as a table of one row: the columns of its own table, then title, words, citation and page.

    Parameters
    ----------
    made : dict
        As :func:`record` gives it.

    Returns
    -------
    str
    """
    row = {**made["row"], "title": made["title"], "says": made["says"], "standing_words": made["standing_words"],
           "citation": made.get("source", {}).get("citation"), "page": made["page"]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(row)
    writer.writerow("" if value is None else str(value).lower() if isinstance(value, bool) else value
                    for value in row.values())
    return text.getvalue()


def records(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Every record by its id; an id that moved gives the record that took its place, or says why there is none.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    dict of str to dict
    """
    dataset = _dataset(evidence)
    made = {row_id: record(evidence, row_id, dataset=dataset) for table in tables.FIGURE_TABLES
            for row_id in evidence.table(table)[ID_COLUMNS[table]]}
    for old in evidence.aliases.itertuples():
        if old.table in tables.FIGURE_TABLES:
            now = made[old.new_id] if not is_missing(old.new_id) else {"id": old.old_id, "table": old.table,
                                                                        "withdrawn": True}
            made[old.old_id] = {**now, "moved_from": old.old_id, "reason": old.reason}
    return made


def write_records(evidence: Evidence, outdir: Path) -> int:
    """Write every record as JSON and CSV, and a list of all, ``index.json`` and ``index.csv``.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outdir : path
        Where the pages of the book are.

    Returns
    -------
    int
        How many records were written.
    """
    folder = Path(outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made, listed = records(evidence), []
    for row_id, one in made.items():
        (folder / f"{row_id}.json").write_text(json.dumps(one, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if "row" not in one:
            continue
        # a spreadsheet takes a file without the mark for one of its own old encoding
        (folder / f"{row_id}.csv").write_text(as_csv(one), encoding="utf-8-sig", newline="")
        if "moved_from" not in one:
            listed.append({name: one[name] for name in ("id", "table", "title", "says", "standing", "page")})
    (folder / "index.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    pd.DataFrame(listed).to_csv(folder / "index.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    return len(made)

"""What would change if a study came in, or a figure were corrected: asked of a copy, before anything is written.

``python -m emdbook whatif later.json`` takes rows by table and prints, each with before and after, the figures, pools,
sentences, questions and cases, bottom lines, and the charts, tables and widgets of every chapter that would change::

    {"outcomes": [{"outcome_id": "redirectt-1-phase2.em-e.pfs.secondary", "value": "17.0"}]}

A row whose id is known changes the cells that it names; any other row is added, and its other cells are empty.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from emdbook.charts.base import Chart
from emdbook.charts.pooling import prepare_pool
from emdbook.checks.sync import SLOT, Change, sync_project
from emdbook.checks.widgets import shown_by
from emdbook.evidence import Evidence, load
from emdbook.evidence.descriptor import KEYS
from emdbook.explore.core import Exploration
from emdbook.ground import strict_json
from emdbook.ground.faults import UnsoundError
from emdbook.ground.wording import percent, percent_range
from emdbook.rows import chart_rows
from emdbook.style import THERAPY_CLASS
from emdbook.tables import Table

__all__ = ["Difference", "WhatIfError", "apply_rows", "chapter_outputs", "report", "what_if"]


class WhatIfError(UnsoundError):
    """The file cannot be applied; the message says which table, row and column is wrong."""


class Difference(NamedTuple):
    """One thing that would change.

    Attributes
    ----------
    kind : str
        ``figure``, ``pool``, ``sentence``, ``question``, ``case``, ``teaching note``, ``bottom line``, ``chart``,
        ``table`` or ``widget``.
    place : str
        Where it stands.
    before, after : str
        What it says; ``before`` is empty for what is new, ``after`` for what a person has to decide.
    """

    kind: str
    place: str
    before: str
    after: str

    def __str__(self) -> str:
        before, after = self.before or "(nothing)", self.after or "(to be looked at)"
        return f"{self.place}\n    before: {before}\n    after:  {after}"


def apply_rows(folder: Path, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """Write rows into a copy of the data.

    Parameters
    ----------
    folder : pathlib.Path
        A data package that may be changed.
    rows : mapping of str to sequence of mapping
        Rows by table; each maps columns to cells as they would stand in the CSV file.

    Returns
    -------
    list of str
        The ids of the rows that were changed or added.

    Raises
    ------
    WhatIfError
        If a table or column does not exist, a row has no id, or a cell is none that a table can hold.
    """
    ids = []
    for table, wanted in rows.items():
        file = folder / f"{table}.csv"
        if not file.is_file():
            known = ", ".join(sorted(f.stem for f in folder.glob("*.csv")))
            raise WhatIfError(f"there is no table {table!r}; the tables are {known}")
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            there, columns = list(reader), list(reader.fieldnames or ())
        keys = KEYS.get(table, columns[0]).split()  # a study stands once with each of its drugs
        by_id = {tuple(row[key] for key in keys): row for row in there}
        for number, row in enumerate(wanted, start=1):
            strange = [name for name in row if name not in columns]
            if strange:
                raise WhatIfError(f"{table}, row {number}: there is no column {strange[0]!r}; "
                                  f"the columns are {', '.join(columns)}")
            cells = {name: _cell(value, f"{table}, row {number}, column {name}") for name, value in row.items()}
            absent = [key for key in keys if not cells.get(key)]
            if absent:
                raise WhatIfError(f"{table}, row {number}: {absent[0]} is missing")
            own = tuple(cells[key] for key in keys)
            if own in by_id:
                by_id[own].update(cells)
            else:
                there.append(dict.fromkeys(columns, "") | cells)
            ids.append(own[0])
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(there)
    return ids


def _cell(value: object, place: str) -> str:
    """A value of JSON as it would stand in the table; an empty text is an empty cell."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)):
        raise WhatIfError(f"{place}: must be a text or a number, as it would stand in the table; found {value!r}")
    return str(value)


def _figures(ids: Sequence[str], before: Evidence, after: Evidence) -> Iterator[Difference]:
    for row_id in dict.fromkeys(ids):
        try:
            new = after.reading(row_id)
        except LookupError:  # a source or a therapy has no figure
            continue
        try:
            old = str(before.reading(row_id))
        except LookupError:
            old = ""
        if old != str(new):
            yield Difference("figure", row_id, old, str(new))


def _pools(evidence: Evidence) -> dict[str, str]:
    """The pool of every class and endpoint of which two groups or more may be pooled."""
    view = evidence.view()
    may = view[view.poolable.fillna(False) & view.headline.fillna(False) & view.events.notna()]
    found = {}
    for (kind, endpoint), part in may.groupby(["therapeutic_class", "endpoint"]):
        if part.study_id.nunique() < 2:
            continue
        pool = prepare_pool(chart_rows(evidence, part.outcome_id), list(part.study_id.unique()))
        p = pool.pooled
        groups = int((pool.table.state == "pooled").sum())
        if groups > 1:
            name = THERAPY_CLASS[kind].label if kind in THERAPY_CLASS else kind
            found[f"{name}, {endpoint}"] = (
                f"{groups} groups, {percent(100 * p.estimate, 0)} ({percent_range(100 * p.ci_low, 100 * p.ci_high)})")
    return found


_KINDS = {"data/questions": "question", "data/cases": "case", "data/teaching": "teaching note",
          "data/certainty": "bottom line"}


def _words(changes: Sequence[Change]) -> Iterator[Difference]:
    for change in changes:
        kind = next((kind for start, kind in _KINDS.items() if change.file.startswith(start)), "sentence")
        before, after = (change.around.replace(SLOT, f"[{words}]") for words in (change.old, change.new))
        yield Difference(kind, f"{change.file}, {change.place}: {change.reason}", before,
                         "" if change.by_hand else after)


def _bottom_lines(ids: Sequence[str], after: Evidence) -> Iterator[Difference]:
    for row in after.certainty.itertuples():
        touched = set(str(row.rows).split(";")) & set(ids)
        if touched:
            yield Difference("bottom line", f"{row.certainty_id}, which rests on {', '.join(sorted(touched))}",
                             f"{str(row.result).replace('_', ' ')} certainty", "")


def _said(value: object) -> tuple[str, str] | None:
    """What a reader is told by one output: its kind and its words."""
    if isinstance(value, Exploration):
        return "widget", value.draw().description
    if isinstance(value, Chart):
        return "chart", value.description
    if isinstance(value, Table):
        return "table", value.frame.to_csv(index=False)
    return None


def chapter_outputs(notebook: Path, before: Path, after: Path) -> Iterator[Difference]:
    """What the charts, tables and widgets of a chapter say on one folder of data and on another.

    Parameters
    ----------
    notebook : pathlib.Path
    before, after : pathlib.Path
        Data packages.

    Yields
    ------
    Difference
        A widget by the sentence of the state it starts from.
    """
    old, new = (shown_by(notebook, data) for data in (before, after))
    for cell, value in new.items():
        said, was = _said(value), _said(old.get(cell))
        if said is None or said == was:
            continue
        place = f"{notebook.stem}, cell {cell}"
        if isinstance(value, Exploration):
            place += f", {value.title}"
        if said[0] != "table":
            yield Difference(said[0], place, was[1] if was else "", said[1])
            continue
        lines = [set(text.splitlines()) for text in (was[1] if was else "", said[1])]
        gone, come = sorted(lines[0] - lines[1]), sorted(lines[1] - lines[0])
        yield Difference("table", place, " | ".join(gone), " | ".join(come))


def what_if(project: Path, file: Path, *, outputs: bool = True) -> list[Difference]:
    """List what some rows would change in the book. Nothing of the project is written.

    Parameters
    ----------
    project : pathlib.Path
        The folder that holds ``notebooks/``, ``book/`` and ``data/``.
    file : pathlib.Path
        Rows by table, as JSON.
    outputs : bool
        Whether to run the chapters as well, for their charts, tables and widgets.

    Returns
    -------
    list of Difference
        By kind, in the order of the book.

    Raises
    ------
    emdbook.ground.faults.UnsoundError
        If the file cannot be read or applied, or the rows break a rule of the data.
    """
    rows = strict_json.read(file)
    if not all(
            isinstance(part, list) and all(isinstance(row, dict) for row in part) for part in rows.values()):
        raise WhatIfError(f"{file}: must hold an object of tables, each a list of rows")
    before = load(project / "data")
    with tempfile.TemporaryDirectory(prefix="emdbook-whatif-") as made:
        copy = Path(made)
        for part in ("data", "notebooks", "book"):
            shutil.copytree(project / part, copy / part, ignore_dangling_symlinks=True)
        ids = apply_rows(copy / "data", rows)
        after = load(copy / "data")
        found = list(_figures(ids, before, after))
        old, new = _pools(before), _pools(after)
        found += [Difference("pool", name, old.get(name, ""), new.get(name, "no pool"))
                  for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        found += _words(sync_project(copy, after, write=True))
        found += _bottom_lines(ids, after)
        if outputs:
            for notebook in sorted((copy / "notebooks").glob("[0-9][0-9]_*.ipynb")):
                found += chapter_outputs(notebook, project / "data", copy / "data")
    return found


def report(differences: Sequence[Difference]) -> str:
    """The list in words, by kind."""
    parts = []
    for kind in dict.fromkeys(d.kind for d in differences):
        part = [d for d in differences if d.kind == kind]
        parts.append("\n".join([f"== {kind} ({len(part)})", *map(str, part)]))
    return "\n\n".join(parts) if parts else "Nothing would change."

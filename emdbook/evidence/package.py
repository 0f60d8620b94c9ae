"""Loading the data package and handing out its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from emdbook.evidence.clinical_rules import check_clinical
from emdbook.evidence.coherence import check_coherence
from emdbook.evidence.descriptor import FIXED, read_descriptor
from emdbook.evidence.figures import Reading, reading_of
from emdbook.evidence.reading import Table, read_table, suggestion
from emdbook.evidence.rules import ID_COLUMNS, check_contract
from emdbook.evidence.scenes import Scenes, load_scenes
from emdbook.ground import paths, strict_json
from emdbook.ground.faults import EvidenceError, Fault

__all__ = ["Evidence", "find_faults", "load"]

DTYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}

ARM_COLUMNS = {
    "label": "arm_label",
    "study_id": "study_id",
    "population": "population",
    "n": "arm_n",
    "n_evaluable": "arm_n_evaluable",
    "setting": "arm_setting",
    "therapeutic_class": "arm_class",
    "overlaps_with": "overlaps_with",
}
STUDY_COLUMNS = {
    "label": "study_label",
    "therapeutic_class": "therapeutic_class",
    "regimen": "regimen",
    "setting": "setting",
    "design": "design",
    "emd_definition": "emd_definition",
    "n_total": "study_n_total",
    "in_review": "in_review",
    "source_id": "study_source_id",
}
SOURCE_COLUMNS = {
    "kind": "source_kind",
    "checked": "source_checked",
    "first_author": "first_author",
    "year": "year",
    "container": "container",
    "doi": "doi",
    "pmid": "pmid",
    "nct": "nct",
}


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """The checked tables of one data package.

    Made by :func:`load`. Every table handed out is a copy of its own, so that no caller can change what another one
    sees. Texts have the type ``string``, whole numbers ``Int64``, numbers ``Float64`` and marks ``boolean``; an
    unknown cell is ``pandas.NA``.

    Attributes
    ----------
    folder : pathlib.Path
        Where the package was read from.
    """

    folder: Path
    _tables: Mapping[str, pd.DataFrame]
    _cells: Mapping[str, Sequence[Mapping[str, str]]]

    def table(self, name: str) -> pd.DataFrame:
        """Return one table by name.

        Parameters
        ----------
        name : str
            Name in ``datapackage.json``, for example ``"outcomes"``.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        LookupError
            If there is no such table.
        """
        if name not in self._tables:
            raise LookupError(
                f"There is no table '{name}'{suggestion(name, self._tables) or '.'} "
                f"The tables are {', '.join(self._tables)}."
            )
        return self._tables[name].copy()

    @property
    def table_names(self) -> list[str]:
        """Names of all tables, in the order of ``datapackage.json``."""
        return list(self._tables)

    @property
    def sources(self) -> pd.DataFrame:
        """Where the figures come from."""
        return self.table("sources")

    @property
    def therapies(self) -> pd.DataFrame:
        """Drugs and procedures."""
        return self.table("therapies")

    @property
    def studies(self) -> pd.DataFrame:
        """One row per study."""
        return self.table("studies")

    @property
    def study_therapies(self) -> pd.DataFrame:
        """Which drugs belong to which study."""
        return self.table("study_therapies")

    @property
    def arms(self) -> pd.DataFrame:
        """Groups of patients within the studies."""
        return self.table("arms")

    @property
    def outcomes(self) -> pd.DataFrame:
        """One figure per row, once for each basis."""
        return self.table("outcomes")

    @property
    def epidemiology(self) -> pd.DataFrame:
        """How often, definitions and thresholds."""
        return self.table("epidemiology")

    @property
    def biology(self) -> pd.DataFrame:
        """Mutations, expression and mechanisms."""
        return self.table("biology")

    @property
    def discrepancies(self) -> pd.DataFrame:
        """Where the review and other evidence do not agree."""
        return self.table("discrepancies")

    @property
    def updates(self) -> pd.DataFrame:
        """What changed after the review."""
        return self.table("updates")

    @property
    def glossary(self) -> pd.DataFrame:
        """Terms in English and Chinese."""
        return self.table("glossary")

    @property
    def paragraphs(self) -> pd.DataFrame:
        """Each paragraph of the review's summary, told in English: the target of every locator."""
        return self.table("paragraphs")

    @property
    def safety(self) -> pd.DataFrame:
        """Harm in numbers, one figure per row."""
        return self.table("safety")

    @property
    def criteria(self) -> pd.DataFrame:
        """Criteria of response, diagnosis and imaging, with the body that set them."""
        return self.table("criteria")

    @property
    def guidance(self) -> pd.DataFrame:
        """What labels and guidelines ask before, during and after, and in an emergency."""
        return self.table("guidance")

    @property
    def certainty(self) -> pd.DataFrame:
        """Bottom-line statements with the judgements of GRADE and the rows they rest on."""
        return self.table("certainty")

    @property
    def aliases(self) -> pd.DataFrame:
        """Ids that are no row any more, with the row that took their place."""
        return self.table("aliases")

    @cached_property
    def _view(self) -> pd.DataFrame:
        t = self._tables
        arms = t["arms"][["arm_id", *ARM_COLUMNS]].rename(columns=ARM_COLUMNS)
        studies = t["studies"][["study_id", *STUDY_COLUMNS]].rename(columns=STUDY_COLUMNS)
        sources = t["sources"][["source_id", *SOURCE_COLUMNS]].rename(columns=SOURCE_COLUMNS)
        own = t["sources"][["source_id", "checked"]].rename(
            columns={"source_id": "study_source_id", "checked": "study_checked"}
        )
        view = (
            t["outcomes"]
            .merge(arms, on="arm_id", how="left", validate="many_to_one")
            .merge(studies, on="study_id", how="left", validate="many_to_one")
            .merge(own, on="study_source_id", how="left", validate="many_to_one")
            .merge(sources, on="source_id", how="left", validate="many_to_one")
        )
        # a group may have been treated at another time, or with another class, than its study as a whole
        view["setting"] = view["arm_setting"].fillna(view["setting"])
        view["group_class"] = view["arm_class"].fillna(view["therapeutic_class"])
        of_study = (view["basis"] == "review").fillna(True) | view["source_checked"].isna()
        view["checked"] = view["source_checked"].where(~of_study, view["study_checked"])
        return view

    def view(self) -> pd.DataFrame:
        """Join every outcome with its arm, its study and its source.

        Returns
        -------
        pandas.DataFrame
            All columns of outcomes, among them ``standing`` (how far this figure was seen), then
            ``arm_label, study_id, population, arm_n, arm_n_evaluable, arm_setting, arm_class, overlaps_with``;
            ``study_label, therapeutic_class, regimen, setting`` (the group's own where it has one)``, group_class``
            (likewise)``, design, emd_definition, study_n_total, in_review,
            study_source_id``; ``study_checked`` (was the study's primary source seen); ``source_kind, source_checked,
            first_author, year, container, doi, pmid, nct`` of the row's own source; and ``checked``, the status a
            reader should be shown: that of the study's primary source for a figure on the basis of the review, that
            of the row's own source otherwise.
        """
        return self._view.copy()

    @cached_property
    def scenes(self) -> Scenes:
        """Drawn mechanisms and other statements of figures, each held against the tables.

        Raises
        ------
        ScenesError
            If ``scenes.json`` is not sound.
        """
        return load_scenes(self.folder, self)

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        places: dict[str, tuple[str, int]] = {}
        for name, column in ID_COLUMNS.items():
            for position, value in enumerate(self._tables[name][column]):
                places[value] = (name, position)
        return places

    def _row(self, wanted: str, tables: tuple[str, ...]) -> pd.Series:
        name, position = self._places.get(wanted, (None, 0)) if isinstance(wanted, str) else (None, 0)
        if name not in tables:
            what = ID_COLUMNS[tables[0]].removesuffix("_id") if len(tables) == 1 else "row"
            known = [i for i, (table, _) in self._places.items() if table in tables]
            raise LookupError(f"There is no {what} with the id {wanted!r}{suggestion(wanted, known) or '.'}")
        row = self._tables[name].iloc[position].copy()
        row.name = wanted
        row.attrs["table"] = name
        return row

    def study(self, study_id: str) -> pd.Series:
        """Return the row of one study.

        Raises
        ------
        LookupError
            If there is none with this id; the message names near ones.
        """
        return self._row(study_id, ("studies",))

    def arm(self, arm_id: str) -> pd.Series:
        """Return the row of one arm.

        Raises
        ------
        LookupError
            If there is none with this id; the message names near ones.
        """
        return self._row(arm_id, ("arms",))

    def outcome(self, outcome_id: str) -> pd.Series:
        """Return the row of one outcome.

        Raises
        ------
        LookupError
            If there is none with this id; the message names near ones.
        """
        return self._row(outcome_id, ("outcomes",))

    def record(self, any_id: str) -> pd.Series:
        """Return the row with this id, of whatever table: study, arm, outcome, fact, log, update, safety and so on.

        Parameters
        ----------
        any_id : str
            The id; ids are shared by all tables.

        Returns
        -------
        pandas.Series
            The row; ``.attrs["table"]`` is the table it stands in.

        Raises
        ------
        LookupError
            If there is none with this id; the message names near ones.
        """
        return self._row(any_id, tuple(ID_COLUMNS))

    def printed(self, any_id: str, column: str) -> str:
        """Return one cell of a row as it stands in its file: ``40.0`` stays ``40.0``.

        Raises
        ------
        LookupError
            If there is no such row or column.
        """
        table, position = self._places.get(any_id, (None, 0))
        if table is None or column not in self._cells[table][position]:
            raise LookupError(f"There is no cell {column!r} of {any_id!r}")
        return self._cells[table][position][column]

    def reading(self, any_id: str) -> Reading:
        """Return what one row says: its number with unit, interval, count, time and standing.

        Parameters
        ----------
        any_id : str
            The id of a study, arm, outcome, fact, discrepancy or update.

        Returns
        -------
        emdbook.evidence.figures.Reading

        Raises
        ------
        LookupError
            If there is none with this id; the message names near ones.
        ValueError
            If the row holds an impossible value.
        """
        return reading_of(self.record(any_id), self)

    def select(self, **filters: Any) -> pd.DataFrame:
        """Return the rows of :meth:`view` that meet all conditions.

        Parameters
        ----------
        **filters
            Column names with a value, or with a list of values of which any will do.

        Returns
        -------
        pandas.DataFrame
            May be empty where each value occurs but no row has them all.

        Raises
        ------
        ValueError
            If a column does not exist, or a value never occurs in it.

        Examples
        --------
        >>> load().select(therapeutic_class="bsab", endpoint="ORR", headline=True)  # doctest: +SKIP
        """
        view = self._view
        keep = pd.Series(True, index=view.index)
        for column, wanted in filters.items():
            if column not in view.columns:
                raise ValueError(f"The view has no column '{column}'{suggestion(column, view.columns) or '.'}")
            # anything that can be walked through and is no text is a list of values: also arrays and generators
            several = isinstance(wanted, Iterable) and not isinstance(wanted, (str, bytes, Mapping))
            values = list(wanted) if several else [wanted]
            if any(not pd.api.types.is_scalar(value) for value in values):
                raise ValueError(f"A filter of the column '{column}' must be a value or a flat list of values.")
            known = list(view[column].dropna().unique())
            for value in values:
                if not any(_same(value, k) for k in known):
                    near = suggestion(value, known) if isinstance(value, str) else ""
                    shown = ", ".join(sorted(map(str, known))[:12]) + (", …" if len(known) > 12 else "")
                    raise ValueError(
                        f"The value {value!r} never occurs in the column '{column}'{near or '.'} Known: {shown}."
                    )
            keep &= (
                view[column]
                .map(lambda k, v=values: any(_same(x, k) for x in v), na_action="ignore")
                .fillna(False)
                .astype(bool)
            )
        return view[keep].reset_index(drop=True)

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(table)}" for name, table in self._tables.items())
        return f"<Evidence: {rows}>"


def _same(wanted: Any, known: Any) -> bool:
    """Return whether a filter value equals a cell, without taking 1 for True or pd.NA for anything."""
    if pd.api.types.is_bool(wanted) != pd.api.types.is_bool(known):
        return False
    try:
        return bool(wanted == known)
    except (TypeError, ValueError):
        return False


def _document_fault(folder: Path, path: str) -> Fault | None:
    if not (folder / path).exists():
        return Fault(path, None, None, None, "the file is missing")
    try:
        strict_json.read(folder / path)
    except strict_json.UnreadableError as error:
        return Fault(path, error.line, None, None, f"{error.rule}; found {error.found}")
    return None


def _read(folder: Path) -> tuple[dict[str, Table | None], list[Fault]]:
    spec, faults = read_descriptor(folder)
    if spec is None:
        return {}, faults
    tables: dict[str, Table | None] = {}
    for name, table_spec in spec.tables.items():
        tables[name], found = read_table(table_spec, folder)
        faults += found
    faults += check_contract(tables) + check_clinical(tables) + check_coherence(tables)
    faults += [fault for path in spec.documents if (fault := _document_fault(folder, path)) is not None]
    files = {table.path: i for i, table in enumerate(spec.tables.values())}
    columns = {(t.path, f.name): i for t in spec.tables.values() for i, f in enumerate(t.fields)}
    faults.sort(
        key=lambda f: (
            files.get(f.file, len(files)),
            f.row or 0,
            -1 if f.column is None else columns.get((f.file, f.column), len(columns)),
        )
    )
    return tables, faults


def _stamp(folder: Path) -> tuple:
    """Names, sizes and times of all files of a folder; not of a link that leads nowhere, as some editors leave."""
    found = ((str(file), file.stat()) for file in sorted(folder.rglob("*")) if file.is_file())
    return tuple((name, seen.st_size, seen.st_mtime_ns) for name, seen in found)


@lru_cache(maxsize=2)
def _kept(folder: Path, stamp: tuple) -> tuple[dict[str, Table | None], list[Fault]]:
    """As :func:`_read`, once for all who ask while no file changes: a build has five."""
    return _read(folder)


def find_faults(folder: Path | str | None = None) -> list[Fault]:
    """List everything that is wrong with a data package, in the order of its files.

    Parameters
    ----------
    folder : path, optional
        Folder of the package; the project's own by default.

    Returns
    -------
    list of Fault
        Empty when the package is sound.
    """
    return _read(Path(folder) if folder is not None else paths.data_dir())[1]


def _frame(table: Table) -> pd.DataFrame:
    return pd.DataFrame(
        {f.name: pd.array([row[f.name] for row in table.rows], dtype=DTYPES[f.type]) for f in table.spec.fields}
    )


def load(path: Path | str | None = None) -> Evidence:
    """Read the data package, check it, and hand out its tables.

    Parameters
    ----------
    path : path, optional
        Folder of the package. By default the project's ``data/``, or the folder that the environment variable
        ``EMDBOOK_DATA`` names.

    Returns
    -------
    Evidence

    Raises
    ------
    EvidenceError
        If anything is wrong. The message lists every fault as file, row, column, value and rule; nothing is loaded.

    Notes
    -----
    The structure is checked against ``datapackage.json`` cell by cell here, and not by the frictionless library: that
    is many times faster, stricter about what spreadsheets do to a file (byte order marks, line ends, blanks), and
    names every fault in the words of a table. ``make check-data`` runs frictionless on the same descriptor as well.
    """
    folder = Path(path) if path is not None else paths.data_dir()
    tables, faults = _kept(folder, _stamp(folder))
    if faults:
        raise EvidenceError(faults, folder)
    names = [*FIXED, *(n for n in tables if n not in FIXED)]
    return Evidence(folder, {name: _frame(tables[name]) for name in names},
                    {name: [dict(row.raw) for row in tables[name].rows] for name in names})

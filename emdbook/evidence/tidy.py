"""Bringing a table that a spreadsheet has saved back into the form of the data package.

A spreadsheet writes ``TRUE``, parts cells by semicolons or tabs where the language of the machine asks for it, puts a
mark before the text and other line ends behind it.  All of that can be undone without a guess, and is undone here.
A spreadsheet also reads figures: 1.70 becomes 1.7, and where decimals have a comma 0.002 becomes 2.  Where it did so
with every figure of that form in a table, they are put back as they were last committed; a single one may be meant, so
every cell that still differs from the last commit is named.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from emdbook.evidence.descriptor import FieldSpec, TableSpec, read_descriptor
from emdbook.ground.faults import EvidenceError, Fault
from emdbook.ground.files import write_all

__all__ = ["differences", "put_back", "tidied", "tidy"]

#: What the languages of spreadsheets call true and false.
_TRUTH = {**dict.fromkeys(("true", "wahr", "vrai", "verdadero", "vero", "waar"), "true"),
          **dict.fromkeys(("false", "falsch", "faux", "falso", "onwaar"), "false")}
_PARTERS = (",", ";", "\t")
#: Figures that a spreadsheet reads as another text (pattern, what it makes of them, how many must be so in a table).
_READ = ((re.compile(r"-?\d+\.\d*0"), lambda text: text.rstrip("0").rstrip("."), 1),
         (re.compile(r"\d{1,3}(\.\d{3})+"), lambda text: str(int(text.replace(".", ""))), 2),
         (re.compile(r"\d\+"), lambda text: text[:-1], 2))


def _cell(spec: FieldSpec, text: str, comma: bool) -> str:
    """A cell in the form of the package, where that is no guess; otherwise as it is, for the check to name."""
    text = text.strip()
    if spec.type == "boolean":
        return _TRUTH.get(text.lower(), text)
    if comma and (spec.type == "number" or spec.name == "p_value"):
        text = re.sub(r"(?<=\d),(?=\d+$)", ".", text)
    if spec.type == "integer":
        text = re.sub(r"\.0+$", "", text)
    return text


def tidied(spec: TableSpec, data: bytes) -> str:
    """A table as a spreadsheet saved it, as the package wants it.

    Parameters
    ----------
    spec : TableSpec
    data : bytes
        Of the file.

    Returns
    -------
    str

    Raises
    ------
    EvidenceError
        If it is no text in UTF-8 or UTF-16, or has other columns.
    """
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise EvidenceError([Fault(spec.path, None, None, None,
                                   "the text is not UTF-8: save it again as CSV with that encoding")]) from None
    best: list[list[str]] = []
    for parter in _PARTERS:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=parter))
        if rows and sorted(name.strip() for name in rows[0]) == sorted(spec.columns):
            best = rows
            break
    if not best:
        raise EvidenceError([Fault(spec.path, 1, None, None,
                                   f"the header must have the columns {', '.join(spec.columns)}, each once")])
    header = [name.strip() for name in best[0]]
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(spec.columns)
    for number, row in enumerate(best[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise EvidenceError([Fault(spec.path, number, None, None,
                                       f"the row has {len(row)} cells where the header has {len(header)}")])
        cells = dict(zip(header, row, strict=True))
        writer.writerow([_cell(one, cells[one.name], parter != ",") for one in spec.fields])
    # a table that is in form but for quotes where none are needed stays as it is
    kept = data.decode("utf-8") if b"\r" not in data and data[:1].isalpha() and data.endswith(b"\n") else ""
    return kept if kept and _rows(kept) == _rows(made.getvalue()) else made.getvalue()


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def _keyed(spec: TableSpec, text: str) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """Each row with its key: a key that stands twice is a fault for the check to name, and no reason to lose a row."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [(tuple(row[name] for name in spec.primary_key), row) for row in rows]


def put_back(spec: TableSpec, old: str, new: str) -> tuple[str, list[str]]:
    """Undo what a spreadsheet did to all figures of one form.

    Parameters
    ----------
    spec : TableSpec
    old, new : str
        The table as it was last committed, and tidied.

    Returns
    -------
    tuple of (str, list of str)
        The table, and one line for each form.
    """
    before, now, said = dict(_keyed(spec, old)), _keyed(spec, new), []
    for form, read, least in _READ:
        had = [(key, row, column, was) for key, row in now if key in before for column in spec.columns
               if form.fullmatch(was := before[key][column])]
        cells = [one for one in had if one[1][one[2]] == read(one[3])]
        if len(cells) < least or any(row[column] == was for _, row, column, was in had):
            continue
        key, row, column, was = cells[0]
        said.append(f"{spec.path}: {len(cells)} cells are as they were, such as {', '.join(key)}, {column}: "
                    f"{was}, which had become {row[column]}")
        for _, row, column, was in cells:
            row[column] = was
    if not said:
        return new, []
    made = io.StringIO()
    writer = csv.DictWriter(made, spec.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for _, row in now)
    return (old if _rows(old) == _rows(made.getvalue()) else made.getvalue()), said


def differences(spec: TableSpec, old: str, new: str) -> Iterator[str]:
    """What differs between two states of a table, one line each: row, column, before, after."""
    before, after, met = dict(_keyed(spec, old)), _keyed(spec, new), set()
    for key, row in after:
        name = ", ".join(key)
        if key in met:
            yield f"{spec.path}: {name} stands twice"
        elif key not in before:
            yield f"{spec.path}: {name} is new"
        met.add(key)
        if key not in before:
            continue
        for column, value in row.items():
            was = before[key].get(column, "")
            if was != value:
                yield f"{spec.path}: {name}, {column}: {was or 'nothing'} became {value or 'nothing'}"
    yield from (f"{spec.path}: {', '.join(key)} is gone" for key in before if key not in met)


def _committed(file: Path) -> str | None:
    """The file as it was last committed; None without a history."""
    try:
        told = subprocess.run(["git", "show", f"HEAD:./{file.name}"], cwd=file.parent, capture_output=True, check=False)
    except OSError:  # no git here
        return None
    return told.stdout.decode("utf-8") if told.returncode == 0 else None


def tidy(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Tidy every table of a package; nothing is written unless all can be.

    Parameters
    ----------
    folder : path

    Returns
    -------
    tuple of (list of str, list of str, list of str)
        The files that were written, the figures that were put back, and what now differs from the state that was last
        committed.

    Raises
    ------
    EvidenceError
        With every file that cannot be tidied by rule.
    """
    package, faults = read_descriptor(folder)
    if faults:
        raise EvidenceError(faults, folder)
    made: dict[Path, tuple[TableSpec, str]] = {}
    for spec in package.tables.values():
        file = folder / spec.path
        try:
            made[file] = spec, tidied(spec, file.read_bytes())
        except FileNotFoundError:
            faults.append(Fault(spec.path, None, None, None, "the file is missing"))
        except EvidenceError as error:
            faults += error.faults
    if faults:
        raise EvidenceError(faults, folder)
    new, back, changed = {}, [], []
    for file, (spec, found) in made.items():
        old, text = _committed(file), found
        if old is not None and old != found:
            text, said = put_back(spec, old, found)
            back += said
            changed += differences(spec, old, text)
        if file.read_bytes() != text.encode("utf-8"):
            new[file] = text
    write_all(new)
    return [file.name for file in new], back, changed

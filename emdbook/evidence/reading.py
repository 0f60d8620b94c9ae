"""Reading one CSV file cell by cell, so that every fault can be named by row and column.

The tests hold frictionless and this reader against the same files; frictionless names no near id and no way to mend.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emdbook.evidence.descriptor import FieldSpec, TableSpec
from emdbook.ground.faults import Fault, hidden

__all__ = ["Row", "Table", "read_table", "suggestion"]

LARGEST = 10**9
#: No leading zeros and no minus zero: a spreadsheet or a hand made those, and what was meant cannot be told.
INTEGER = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(r"(?!-0(?:\.0*)?$)-?(?:0|[1-9][0-9]*)(\.[0-9]+)?")
BOM = b"\xef\xbb\xbf"


@dataclass
class Row:
    """One row: its number in a spreadsheet, its texts, its typed values, and the columns that could not be read."""

    number: int
    raw: dict[str, str]
    values: dict[str, Any]
    bad: set[str] = field(default_factory=set)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def sound(self, *columns: str) -> bool:
        """Return whether all these cells could be read."""
        return not self.bad.intersection(columns)


@dataclass
class Table:
    """One file as read.

    ``complete`` is False when a row or key was lost, so that nothing can be said about ids it may have held.
    """

    spec: TableSpec
    rows: list[Row] = field(default_factory=list)
    complete: bool = True


def suggestion(wanted: str, known: Any) -> str:
    """Return ``; did you mean …?`` for the nearest known texts, or an empty text."""
    near = difflib.get_close_matches(str(wanted), [str(k) for k in known], n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _cell(spec: FieldSpec, text: str, key: bool) -> tuple[Any, str | None]:
    """Return the typed value of a cell, and the rule it breaks if any."""
    constraints = spec.constraints
    if text == "":
        return None, "must not be empty" if key or constraints.get("required") else None
    if text != text.strip():
        return None, "must not begin or end with a blank"
    if "  " in text:
        return None, "must not hold two blanks in a row"
    if hidden(text):
        return None, "contains a hidden character (line break, control or zero-width character)"
    if not unicodedata.is_normalized("NFC", text):
        return None, "holds a letter in two parts (a base and its accent); write it as one, so that it is found"
    if spec.type == "boolean":
        return (text == "true", None) if text in ("true", "false") else (None, "must be true or false (lower case)")
    if spec.type in ("integer", "number"):
        whole = spec.type == "integer"
        own = spec.rule or (
            "must be a whole number"
            if whole
            else "must be a number such as 35.7, with a point and without a sign for the unit"
        )
        if not (INTEGER if whole else NUMBER).fullmatch(text):
            return None, own
        if len(text) > 20 or abs(float(text)) > LARGEST:
            return None, f"must not be larger than {LARGEST}"
        value = int(text) if whole else float(text)
        low, high = constraints.get("minimum"), constraints.get("maximum")
        if low is not None and value < low:
            return None, spec.rule or f"must not be below {low}"
        if high is not None and value > high:
            return None, f"must not be above {high}"
        return value, None
    if "enum" in constraints and text not in constraints["enum"]:
        return None, f"must be one of {', '.join(constraints['enum'])}"
    if spec.pattern is not None and not spec.pattern.fullmatch(text):
        return None, spec.rule or f"must have the form {constraints['pattern']}"
    if len(text) < constraints.get("minLength", 0):
        return None, spec.rule or f"must have at least {constraints['minLength']} characters"
    if len(text) > constraints.get("maxLength", LARGEST):
        return None, spec.rule or f"must have at most {constraints['maxLength']} characters"
    return text, None


def _lines(spec: TableSpec, folder: Path, faults: list[Fault]) -> list[str] | None:
    """Return the lines of the file without their ends, or None when it cannot be read as text at all."""

    def fault(rule: str, row: int | None = None) -> None:
        faults.append(Fault(spec.path, row, None, None, rule))

    path = folder / spec.path
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        fault("the file is missing")
        return None
    except OSError as error:
        fault(f"the file cannot be opened ({error.strerror})")
        return None
    if not data.strip():
        fault("the file is empty; it needs at least its header")
        return None
    if data.startswith(BOM):
        fault("the file begins with a byte order mark (BOM); save it as plain UTF-8 without BOM", 1)
        data = data[len(BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault("the text is not UTF-8; save the file with the encoding UTF-8", data.count(b"\n", 0, error.start) + 1)
        return None
    if "\0" in text:
        fault("contains a NUL character; the file is damaged", text.count("\n", 0, text.index("\0")) + 1)
        return None
    if "\r" in text:
        row = text.count("\n", 0, text.index("\r")) + 1
        fault("lines must end with LF alone; this file has Windows (CRLF) or old Mac (CR) line ends", row)
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    if not text.endswith("\n"):
        fault(
            "the last line must end with a line break; without one the file may have been cut short",
            text.count("\n") + 1,
        )
        text += "\n"
    return text.split("\n")[:-1]


def _split(line: str) -> list[str] | None:
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


UNSPLIT = "a quoted cell is not closed on its line, or text follows a closing quote (a cell must not hold a line break)"


def _header(spec: TableSpec, line: str, faults: list[Fault]) -> bool:
    found = _split(line)
    if found is None:
        faults.append(Fault(spec.path, 1, None, None, UNSPLIT))
        return False
    wanted = spec.columns
    if found == wanted:
        return True
    for parter, name in ((";", "semicolons"), ("\t", "tabs")):
        if sorted(line.split(parter)) == sorted(wanted):
            faults.append(Fault(spec.path, 1, None, None,
                                f"cells must be parted by commas; here they are by {name}, as a spreadsheet does in "
                                "some languages. python -m emdbook tidy writes the file anew"))
            return False
    before = len(faults)
    for name in dict.fromkeys(n for n in found if found.count(n) > 1):
        faults.append(Fault(spec.path, 1, name, None, "the column stands more than once in the header"))
    for name in wanted:
        if name not in found:
            faults.append(Fault(spec.path, 1, name, None, "the column is missing from the header"))
    for name in dict.fromkeys(found):
        if name not in wanted:
            faults.append(
                Fault(
                    spec.path,
                    1,
                    name,
                    None,
                    "the header has a column that datapackage.json does not know" + suggestion(name, wanted),
                )
            )
    if len(faults) == before:
        faults.append(Fault(spec.path, 1, None, None, f"the columns must stand in this order: {', '.join(wanted)}"))
    return False


def read_table(spec: TableSpec, folder: Path) -> tuple[Table | None, list[Fault]]:
    """Read and check one CSV file by itself.

    Parameters
    ----------
    spec : TableSpec
        What the descriptor says of the table.
    folder : pathlib.Path
        The folder of the package.

    Returns
    -------
    table : Table or None
        None when the rows could not be told apart at all.
    faults : list of Fault
    """
    faults: list[Fault] = []
    lines = _lines(spec, folder, faults)
    if lines is None or not _header(spec, lines[0], faults):
        return None, faults
    table = Table(spec)
    unique = {f.name: {} for f in spec.fields if f.constraints.get("unique")}
    keys: dict[tuple, int] = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = _split(line)
        rule = None
        if not line.strip(" \t,"):
            rule = "the row is empty"
        elif cells is None:
            rule = UNSPLIT
        elif len(cells) != len(spec.fields):
            rule = f"the row has {len(cells)} cells where the header has {len(spec.fields)}"
        if rule is not None:
            faults.append(Fault(spec.path, number, None, None, rule))
            table.complete = False
            continue
        row = Row(number, dict(zip(spec.columns, cells, strict=True)), {})
        for f in spec.fields:
            text = row.raw[f.name]
            value, rule = _cell(f, text, f.name in spec.primary_key)
            if rule is None and f.name in unique and value is not None:
                first = unique[f.name].setdefault(value, number)
                if first != number:
                    rule = f"stands already in row {first}; it must occur only once"
                    value = None
            row.values[f.name] = value
            if rule is not None:
                faults.append(Fault(spec.path, number, f.name, text, rule))
                row.bad.add(f.name)
        if spec.primary_key and not row.sound(*spec.primary_key):
            # A repeated key is still known from its first row; any other fault hides an id.
            table.complete &= all(
                "stands already" in f.rule for f in faults if f.row == number and f.column in spec.primary_key
            )
        elif len(spec.primary_key) > 1 or (spec.primary_key and spec.primary_key[0] not in unique):
            key = tuple(row[c] for c in spec.primary_key)
            first = keys.setdefault(key, number)
            if first != number:
                faults.append(
                    Fault(
                        spec.path,
                        number,
                        spec.primary_key[0],
                        row.raw[spec.primary_key[0]],
                        f"the same {' and '.join(spec.primary_key)} stand already in row {first}",
                    )
                )
        table.rows.append(row)
    return table, faults

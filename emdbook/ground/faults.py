"""What is wrong with a data package, said for the person who edits it by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["EvidenceError", "Fault"]

SHOWN_IN_MESSAGE = 50
SHOWN_OF_VALUE = 60


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    file : str
        Name of the file, relative to the folder of the package.
    row : int or None
        Row as a spreadsheet counts it: the header is row 1. None when the fault concerns the whole file.
    column : str or None
        Name of the column. None when the fault concerns the whole row or file.
    value : str or None
        The text found in the cell. None when the fault concerns the whole row or file.
    rule : str
        The rule that is broken, in plain words.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    rule: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        if self.value is None:
            return f"{place}: {self.rule}"
        if self.value == "":
            return f"{place}: (empty) – {self.rule}"
        text = self.value if len(self.value) <= SHOWN_OF_VALUE else self.value[: SHOWN_OF_VALUE - 1] + "…"
        text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
        return f"{place}: '{text}' – {self.rule}"


class EvidenceError(ValueError):
    """The data package is not sound; nothing of it was loaded.

    Parameters
    ----------
    faults : iterable of Fault
        Everything that was found.
    folder : pathlib.Path, optional
        The folder that was read.

    Attributes
    ----------
    faults : list of Fault
    """

    def __init__(self, faults: Iterable[Fault], folder: Path | str | None = None) -> None:
        self.faults: list[Fault] = list(faults)
        self.folder = folder
        count = len(self.faults)
        where = f" in {folder}" if folder is not None else ""
        lines = [f"The data package{where} has {count} fault{'' if count == 1 else 's'}; nothing was loaded."]
        lines += [f"  - {fault}" for fault in self.faults[:SHOWN_IN_MESSAGE]]
        if count > SHOWN_IN_MESSAGE:
            lines.append(f"  … and {count - SHOWN_IN_MESSAGE} more. All of them: python -m emdbook.evidence check")
        super().__init__("\n".join(lines))

    def __reduce__(self):
        return type(self), (self.faults, self.folder)

"""What is wrong with a file of facts, said for the person who edits it: one fault for tables and trees."""

from __future__ import annotations

import errno
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emdbook.ground.paths import project_dir

__all__ = ["UNSEEN", "EvidenceError", "Fault", "FaultsError", "Told", "UnsoundError", "hidden",
           "no_room", "told_last", "twins"]

SHOWN_IN_MESSAGE = 50
SHOWN_OF_VALUE = 60

#: Characters that look like a blank or like nothing, although Unicode counts them among letters and symbols:
#: Hangul fillers and the empty Braille pattern.
UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"


def hidden(text: str) -> bool:
    """Whether a text holds what nobody can see: control and zero-width characters, separators, half a pair."""
    # line and paragraph separators (Zl, Zp) break a cell in some programs; no-break spaces (Zs) stay allowed
    unprintable = not text.isprintable() and any(
        unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") for c in text)
    return unprintable or "\ufffd" in text or any(c in UNSEEN for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


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
    place : str or None
        Where in a tree (a JSON file) the fault lies; empty for the file as a whole. None in a table.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    rule: str
    place: str | None = None

    @classmethod
    def at(cls, file: str, place: str, rule: str, found: str) -> Fault:
        """A fault of a tree: the file, the place in it (empty for the whole), the rule and what was found."""
        return cls(file, None, None, found, rule, place)

    @property
    def found(self) -> str | None:
        """What stands there: another name of ``value``, for trees."""
        return self.value

    def __str__(self) -> str:
        if self.place is not None:
            where = f"{self.file}, {self.place}" if self.place else self.file
            return f"{where}: {self.rule}; found {self.value}"
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
        text = "".join(c if c.isprintable() and c not in UNSEEN else _escaped(c) for c in text)
        return f"{place}: '{text}' – {self.rule}"


def twins(names: Iterable[str]) -> dict[str, int]:
    """Names that stand more than once, in order, with how often."""
    return {name: times for name, times in sorted(Counter(names).items()) if times > 1}


class Told(Exception):
    """An error whose message is written for the person at the screen: a command shows it, and no traceback."""


def told_last(function: Callable[[], int], nothing: str) -> int:
    """Run a command so that what stopped it is the last thing on the screen, in one sentence.

    Parameters
    ----------
    function : callable
        Returns an exit code.
    nothing : str
        What was not made, such as "No book was built".

    Returns
    -------
    int
        Of the function; 1 if it was stopped, 130 if somebody stopped it.
    """
    code = 1
    try:
        return function()
    except BrokenPipeError:
        raise
    except Told as error:
        first, *more = str(error).splitlines()
        if isinstance(error, EvidenceError):
            first = f"the data package has {_faults(len(error.faults))}"
        if more and more[0].lstrip().startswith("- "):  # a list under its heading
            print(error, file=sys.stderr)
            reason = f"{first.rstrip('.:')}, listed above"
        else:
            *before, reason = (first, *more)
            print(*before, sep="\n", end="\n" if before else "", file=sys.stderr)
    except OSError as error:
        reason = no_room() if error.errno == errno.ENOSPC else \
            f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    except KeyboardInterrupt:
        reason, code = "it was stopped", 130
    sys.stdout.flush()
    print(f"{nothing}: {reason.rstrip('.')}.", file=sys.stderr)
    return code


def no_room() -> str:
    """That the disk is full, and how much is left."""
    build = project_dir() / "_build"
    place = next(folder for folder in (build, *build.parents) if folder.is_dir())
    return f"the disk is full ({shutil.disk_usage(place).free / 1e6:.0f} MB are free; a build needs about 200 MB)"


def _faults(count: int) -> str:
    return f"{count} fault{'' if count == 1 else 's'}"


class UnsoundError(Told, ValueError):
    """A file that a person keeps is not what it must be; the message says which, where, and by what rule."""


class FaultsError(UnsoundError):
    """Trees that cannot be used. ``faults`` lists every fault; the message prints them all."""

    #: How the message begins.
    subject = "The file has"

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        heading = f"{self.subject} {_faults(len(self.faults))}."
        super().__init__("\n".join([heading, *(f"- {fault}" for fault in self.faults)]))


class EvidenceError(UnsoundError):
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
        lines = [f"The data package{where} has {_faults(count)}; nothing was loaded."]
        lines += [f"  - {fault}" for fault in self.faults[:SHOWN_IN_MESSAGE]]
        if count > SHOWN_IN_MESSAGE:
            other = f" {folder}" if folder is not None else ""
            lines.append(f"  … and {count - SHOWN_IN_MESSAGE} more. "
                         f"All of them: python -m emdbook.evidence check{other}")
        super().__init__("\n".join(lines))

    def __reduce__(self):
        return type(self), (self.faults, self.folder)

"""Files of the project: the ones that a person keeps, read as text, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from emdbook.ground.faults import UnsoundError

__all__ = ["files_of", "text_of", "write_all"]


def files_of(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder in order, without those that an editor leaves there for itself, such as ``.#09.ipynb``."""
    return sorted(file for file in folder.glob(pattern)
                  if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts))


def text_of(file: Path) -> str:
    """What a file says.

    Raises
    ------
    UnsoundError
        If it is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnsoundError(f"{file}: the file must be UTF-8 text; found another encoding at byte "
                           f"{error.start + 1}") from None


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files of which each is then the old one or the new one, and none before all have found room.

    Parameters
    ----------
    texts : mapping of pathlib.Path to str
        Written with LF line ends.

    Raises
    ------
    OSError
        If one may not be written, or the disk is full; all are then as they were.
    """
    made: list[tuple[str, Path]] = []
    with ExitStack() as undo:
        for link, text in texts.items():
            file = link.resolve()
            if file.exists():
                file.open("r+b").close()  # a file that is closed to writing is not replaced behind its back
            handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=file.parent)
            undo.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as new:
                new.write(text)
            os.chmod(name, file.stat().st_mode if file.exists() else 0o666 & ~_umask())
            made.append((name, file))
        for name, file in made:
            os.replace(name, file)


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now

"""A release: everything that a teacher takes without installing anything, in one folder, with checksums."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from emdbook.ground.browser import NoBrowser
from emdbook.publish import build, copies
from emdbook.publish.exports import write_exports
from emdbook.publish.kit import write_kit
from emdbook.publish.offline import pdf_file, write_archive, write_pdf
from emdbook.publish.offline.archive import NAME, archive_file, has_python
from emdbook.publish.offline.epub import epub_file, write_epub
from emdbook.publish.slides import build_decks

SUMS = "SHA256SUMS"
#: Time of every entry, so that the same files give the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def release_dir() -> Path:
    """Where a release lies."""
    return build.build_dir() / "release"


def zipped(file: Path, folder: Path) -> Path:
    """Pack a folder under its own name; what begins with a dot is left out, and the same files give the same bytes.

    Parameters
    ----------
    file : path
        The zip.
    folder : path

    Returns
    -------
    pathlib.Path
    """
    with zipfile.ZipFile(file, "w") as made:
        for one in sorted(folder.rglob("*")):
            inner = one.relative_to(folder)
            if one.is_file() and not any(part.startswith(".") for part in inner.parts):
                entry = zipfile.ZipInfo(f"{file.stem}/{inner.as_posix()}", _DATE)
                entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                made.writestr(entry, one.read_bytes(), compresslevel=9)
    return file


def checksums(files: Iterable[Path]) -> str:
    """One line per file, as ``sha256sum --check`` reads them."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files))


def _offline(folder: Path) -> None:
    build_decks()
    for python in (False, True) if has_python() else (False,):
        write_archive(folder / archive_file(python).name, python=python)


def _pdf(folder: Path) -> None:
    shutil.copy(write_pdf(), folder / pdf_file().name)


def _epub(folder: Path) -> None:
    write_epub(folder / epub_file().name)


def _exports(folder: Path) -> None:
    with_files = folder / ".exports"
    write_exports(with_files)
    zipped(folder / f"{NAME}-exports.zip", with_files)
    shutil.rmtree(with_files)


def _kit(folder: Path) -> None:
    inside = folder / ".kit"
    write_kit(inside)
    zipped(folder / f"{NAME}-kit.zip", inside)
    shutil.rmtree(inside)


def _copies(folder: Path) -> None:
    inside = folder / ".copies"
    copies.write_copies(inside)
    zipped(folder / f"{NAME}-notebooks.zip", inside)
    shutil.rmtree(inside)


#: What a release is made of, in order: what it is called on the screen, and what writes it into a folder.
PARTS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("book, decks, notebooks and data to take along", _offline), ("the book as PDF", _pdf),
    ("the book as EPUB", _epub),
    ("plans, handouts, tests, keys and cards to print", _kit),
    ("decks for Anki, questions for course platforms, cards", _exports),
    ("copies of the chapters for learners and teachers", _copies))


def write_release(folder: Path, parts: Sequence[tuple[str, Callable[[Path], None]]] = PARTS) -> list[Path]:
    """Make every part and the list of checksums; a folder of an earlier release stays where anything fails.

    Parameters
    ----------
    folder : path
    parts : sequence of (str, callable)

    Returns
    -------
    list of pathlib.Path
        The files, the checksums last.

    Raises
    ------
    emdbook.publish.build.BuildError
        If a part made nothing, or could not be made.
    """
    begun = time.monotonic()
    with build.alone(), build.in_place_of(folder) as fresh:
        for words, make in parts:
            before = set(fresh.iterdir())
            try:
                make(fresh)
            except NoBrowser as error:
                raise build.BuildError(f"{words} needs a browser: {error}") from error
            made = [file for file in fresh.iterdir() if file not in before and not file.name.startswith(".")]
            if not made or not all(file.stat().st_size for file in made):
                raise build.BuildError(f"nothing was made of {words}")
            size = sum(file.stat().st_size for file in made) / 1e6
            print(f"{words}: {size:.1f} MB, {time.monotonic() - begun:.0f} s", flush=True)
        (fresh / SUMS).write_text(checksums(fresh.iterdir()), encoding="utf-8")
    files = sorted(file for file in folder.iterdir() if file.name != SUMS)
    return [*files, folder / SUMS]


def make_release(pdf: bool = True) -> int:
    """Build the book if it is stale, and write the release.

    Parameters
    ----------
    pdf : bool
        Whether the PDF and the printed kit are part of it; they need Chromium.

    Returns
    -------
    int
        0 when everything was made.
    """
    if code := build.build():
        print("There is no release, because the book was not built.", file=sys.stderr)
        return code
    files = write_release(release_dir(), [part for part in PARTS if pdf or part[1] not in (_pdf, _kit)])
    print(f"{len(files) - 1} files and their checksums are here: {release_dir()}")
    return 0

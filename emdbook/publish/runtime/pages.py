"""Python in finished pages: whether the book has it, and where each page finds it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from emdbook.ground.faults import Told
from emdbook.publish.runtime import pack, supply

__all__ = ["SWITCH", "SwitchError", "has_python", "point", "publish", "wanted", "without"]

#: 1: with Python, which is fetched if need be. 0: without. Not set: with it where it was fetched before.
SWITCH = "EMDBOOK_PYTHON"
_PLACE = re.compile(r'(<emd-(?:python|own)\b[^>]*?) data-python="[^"]*"')
_ELEMENT = re.compile(r'(<emd-(?:python|own)\b[^>]*?)(?: data-python="[^"]*")?(?=>)')


class SwitchError(Told, ValueError):
    """The switch is set to what it cannot mean."""


def wanted() -> bool:
    """Whether the pages get Python.

    Returns
    -------
    bool

    Raises
    ------
    SwitchError
        If the switch is set to anything but 0 or 1.
    """
    said = os.environ.get(SWITCH, "").strip()
    if said not in ("", "0", "1"):
        raise SwitchError(f"{SWITCH} is {said!r}; it may be 1 (with Python on the page), 0 (without) or unset")
    return said == "1" or (said == "" and supply.fetched() is not None)


def has_python(outdir: Path | str) -> bool:
    """Whether pages were built with Python.

    Parameters
    ----------
    outdir : path
        The folder with the pages.

    Returns
    -------
    bool
    """
    return (Path(outdir) / "_static" / pack.FOLDER).is_dir()


def publish(outdir: Path | str) -> int:
    """Write Python beside the pages, and tell every page that runs it where it is.

    Parameters
    ----------
    outdir : path
        The folder with the pages.

    Returns
    -------
    int
        How many pages run Python; 0 when the book has none.
    """
    outdir = Path(outdir)
    pages = {file: text for file in sorted(outdir.rglob("*.html"))
             if _ELEMENT.search(text := file.read_text(encoding="utf-8"))}
    told = pack.pack(outdir / "_static") if pages and wanted() else None
    if told is None and has_python(outdir):
        shutil.rmtree(outdir / "_static" / pack.FOLDER)
    for file, text in pages.items():
        if told is None:
            new = without(text)
        else:
            up = "../" * (len(file.relative_to(outdir).parts) - 1)
            address = f"{up}_static/{pack.FOLDER}/{told.manifest}"
            new = _ELEMENT.sub(lambda m, address=address: f'{m[1]} data-python="{address}"', text)
        if new != text:
            file.write_text(new, encoding="utf-8")
    return len(pages) if told else 0


def point(folder: Path | str, book: Path | str) -> None:
    """Tell pages that lie beside the book, as the decks do, where the book's Python is.

    Parameters
    ----------
    folder : path
        The pages.
    book : path
        The built book; it lies beside the folder when both are used.
    """
    book = Path(book)
    found = next((book / "_static" / pack.FOLDER).glob("manifest.*.js"), None)
    for file in sorted(Path(folder).glob("*.html")):
        text = file.read_text(encoding="utf-8")
        address = found and f"../{book.name}/{found.relative_to(book).as_posix()}"
        new = _ELEMENT.sub(lambda m, at=address: f'{m[1]} data-python="{at}"', text) if found else without(text)
        if new != text:
            file.write_text(new, encoding="utf-8")


def without(text: str) -> str:
    """A page for a copy that comes without Python.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Its exercises stand as they were built, with one sentence that says where they run.
    """
    return _PLACE.sub(r"\1", text)

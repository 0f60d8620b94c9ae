"""The zip to take along."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish.build import index_page
from emdbook.publish.runtime import pages
from emdbook.publish.runtime.pack import FOLDER
from emdbook.teach import progress

NAME = "beyond-the-marrow"
#: The same files give the same zip, on any day.
_DATE = (1980, 1, 1, 0, 0, 0)

START = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Beyond the Marrow</title>
<meta http-equiv="refresh" content="0; url=html/index.html"></head>
<body><p><a href="html/index.html">Open the book</a></p><p><a href="slides/index.html">Open the slides</a></p></body>
</html>
"""

README = """Beyond the Marrow
An open, executable textbook on treating extramedullary multiple myeloma.
Education only, not medical advice.

Unpack everything first. A browser cannot open a book that is still inside a zip.
Then open START-HERE.html by double-click. No network, no server, no installation.

html        the book; every widget and every question works{python}
slides      one deck per chapter; open slides/index.html
notebooks   the chapters as Jupyter notebooks. To run them you need the project, because
            they import its package emdbook.
data        the evidence: CSV tables and datapackage.json, a Frictionless Data Package

Links to papers lead to the web. Everything else is in this folder.
What you answer stays in your browser on your machine.

Text and data: CC BY 4.0 (LICENSE-CONTENT). Code: MIT (LICENSE).
The slides run on reveal.js, MIT (slides/_assets/reveal-LICENSE.txt).
The search runs on MiniSearch, MIT (html/_static/minisearch-LICENSE.txt).
QR codes are drawn by QR Code Generator for JavaScript, MIT (licences/qrcode.txt).
The typefaces Source Sans 3 and Source Serif 4 are under the SIL Open Font License (fonts/).
"""


#: What the zip with Python says of itself.
_WITH_PYTHON = """,
            and every exercise runs in the page, with Python (html/_static/python)"""
#: Where Python lies in the zip.
_PYTHON = f"html/_static/{FOLDER}/"


def archive_file(python: bool = False) -> Path:
    """Where the zip is.

    Parameters
    ----------
    python : bool
        The one in which exercises run.
    """
    return project_dir() / "_build" / f"{NAME}-offline{'-python' if python else ''}.zip"


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not any(p.startswith((".", "__")) for p in file.relative_to(folder).parts):
            yield file


def contents(python: bool = False) -> Iterator[tuple[str, bytes]]:
    """Name in the zip and content of every file.

    Parameters
    ----------
    python : bool
        With the Python of the pages, where the book was built with it. Without it the pages say where exercises run.

    Raises
    ------
    FileNotFoundError
        If the book or the decks were not built.
    """
    root, slides = project_dir(), project_dir() / "_build" / "slides"
    for needed, how in ((index_page(), "make book"), (slides / "index.html", "make slides")):
        if not needed.is_file():
            raise FileNotFoundError(f"{needed.parent.name} was not built: {how}")
    yield "START-HERE.html", START.encode()
    readme = README.format(python=_WITH_PYTHON if python else "")
    yield "README.txt", readme.replace("\n", "\r\n").encode()  # for the oldest editor too
    for name in ("LICENSE", "LICENSE-CONTENT", "CITATION.cff"):
        if (root / name).is_file():
            yield name, (root / name).read_bytes()
    yield "licences/qrcode.txt", (progress.asset_dir() / "vendor" / "README.md").read_bytes()
    fonts = root / "emdbook" / "style" / "fonts"
    for file in sorted(fonts.glob("OFL*.txt")):
        yield f"fonts/{file.name}", file.read_bytes()
    for name, folder in (("html", index_page().parent), ("slides", slides), ("notebooks", root / "notebooks"),
                         ("data", data_dir())):
        for file in _files(folder):
            place = f"{name}/{file.relative_to(folder).as_posix()}"
            if file.name in ("objects.inv", "webpack-macros.html", "sbt-webpack-macros.html"):
                continue
            if python or not (place.startswith(_PYTHON) or file.suffix == ".html"):
                yield place, file.read_bytes()
            elif file.suffix == ".html":
                yield place, pages.without(file.read_text(encoding="utf-8")).encode()


def has_python() -> bool:
    """Whether the book was built with Python for its pages."""
    return pages.has_python(index_page().parent)


def write_archive(file: Path | None = None, *, python: bool = False) -> Path:
    """Write the zip; the same files give the same bytes.

    Parameters
    ----------
    file : path, optional
        :func:`archive_file` if left out.
    python : bool
        With the Python of the pages.

    Returns
    -------
    pathlib.Path
    """
    file = Path(file) if file is not None else archive_file(python)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    with zipfile.ZipFile(part, "w") as zipped:
        for name, content in sorted(contents(python)):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            zipped.writestr(entry, content, compresslevel=9)
    part.replace(file)
    return file

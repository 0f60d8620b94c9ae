"""The book to take along: one zip that opens by double-click, one PDF, and one EPUB.

``archive``
    the zip: web book, decks, notebooks, data, licences.
``printing``
    the built pages as one page for paper; pure.
``pdf``
    that page printed by the installed Chromium.
``epub``
    the same pages for reading devices, by Sphinx's EPUB builder.
"""

from __future__ import annotations

import sys
import time

from emdbook.ground.browser import NoBrowser
from emdbook.publish import build
from emdbook.publish.offline.archive import archive_file, has_python, write_archive
from emdbook.publish.offline.pdf import pdf_file, write_pdf

__all__ = ["archive_file", "make_offline", "pdf_file", "write_archive", "write_pdf"]


def make_offline(pdf: bool = True) -> int:
    """Build book and decks if they are stale, then the zip and the PDF, and say how large they are.

    Parameters
    ----------
    pdf : bool
        Whether to print the PDF too, which needs Chromium.

    Returns
    -------
    int
        0 when everything was made.
    """
    from emdbook.publish.slides import build_decks

    start = time.monotonic()

    def said(words: str) -> None:
        print(f"{words}, {time.monotonic() - start:.0f} s", flush=True)

    with build.alone():  # nobody replaces the book while it is packed
        said(f"{len(build_decks())} decks")
        for python in (False, True) if has_python() else (False,):
            file = write_archive(python=python)
            said(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    if pdf:
        try:
            printed = write_pdf()
        except NoBrowser as error:
            print(f"The PDF was not made: {error}", file=sys.stderr)
            return 1
        said(f"{printed.name}: {printed.stat().st_size / 1e6:.1f} MB")
    print(f"They are here: {file.parent}")
    return 0

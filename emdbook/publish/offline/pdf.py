"""The book as PDF, printed by the installed Chromium.

The builders of Jupyter Book need TeX, or print a page as the screen has it: folds closed, questions without their key.
"""

from __future__ import annotations

import contextlib
import html
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from emdbook.ground.browser import launched
from emdbook.ground.paths import project_dir
from emdbook.publish.offline.archive import NAME
from emdbook.publish.offline.printing import SUBTITLE, TITLE, book_html

_MINUTES = 10


def pdf_file() -> Path:
    """Where the PDF is."""
    return project_dir() / "_build" / f"{NAME}.pdf"


def write_pdf(file: Path | None = None, text: str | None = None, browser=None) -> Path:
    """Print the built book.

    The page is printed twice.  The first time tells on which page each chapter starts; the second has these numbers in
    its table of contents.

    Parameters
    ----------
    file : path, optional
        ``_build/beyond-the-marrow.pdf`` if left out.
    text : str, optional
        The page to print; made from the built book if left out.
    browser : playwright.sync_api.Browser, optional
        A browser that is running already; one is started if left out.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    NoBrowser
        If there is no Chromium, or it does not start.
    """
    file = Path(file) if file is not None else pdf_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(browser) if browser is not None else launched() as printer:
        text = text if text is not None else book_html()
        with tempfile.TemporaryDirectory() as folder:
            printed = Path(folder) / "printed.pdf"
            _print_twice(printer, text, Path(folder), printed)
            _describe(printed, _headings(text))
            part = file.with_name(f".{file.name}.part")
            shutil.copyfile(printed, part)  # the folder may lie on another disk
            part.replace(file)
    return file


def _print_twice(browser, text: str, folder: Path, file: Path) -> None:
    source, first = folder / "book.html", folder / "first.pdf"
    source.write_text(text, encoding="utf-8")
    context = browser.new_context(offline=True)
    context.set_default_timeout(_MINUTES * 60_000)
    page = context.new_page()
    page.goto(source.as_uri())
    page.evaluate("() => document.fonts.ready.then(() => true)")
    _print(page, first, tagged=False)
    page.evaluate("""pages => document.querySelectorAll('[data-page]').forEach(
        mark => { mark.textContent = pages[mark.dataset.page] ?? ''; })""", _first_pages(first))
    _print(page, file, tagged=True)
    context.close()


def _print(page, file: Path, tagged: bool) -> None:
    page.pdf(path=file, prefer_css_page_size=True, print_background=True, tagged=tagged, outline=tagged)


def _first_pages(file: Path) -> dict[str, int]:
    """On which page, counted from 1, each page of the book starts."""
    from pypdf import PdfReader

    printed = PdfReader(file)
    return {str(name).lstrip("/"): printed.get_destination_page_number(place) + 1
            for name, place in printed.named_destinations.items() if str(name).lstrip("/").startswith("page-")}


def _describe(file: Path, headings: Sequence[str]) -> None:
    """Who made it and what it is, which a browser does not write; and its objects packed.

    What tells screen readers the parts of a page is more than half of what Chromium writes, in plain words; packed the
    file is less than half as large.
    """
    import pikepdf

    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        for name, value in (("Title", TITLE), ("Author", "The Beyond the Marrow authors"), ("Subject", SUBTITLE),
                            ("Keywords", "multiple myeloma, extramedullary disease, evidence, education")):
            pdf.docinfo[f"/{name}"] = value
        marks = list(_outline(pdf.Root.get("/Outlines")))
        for mark, title in zip(marks, bookmark_titles([str(m.Title) for m in marks], headings), strict=True):
            mark.Title = title
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _headings(text: str) -> list[str]:
    """Words of every heading of a page in order."""
    found = re.findall(r"<h([1-6])\b[^>]*>(.*?)</h\1>", text, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split()) for _, words in found]


def _outline(node):
    """Every entry of the outline, from top to bottom."""
    item = node.get("/First") if node is not None else None
    while item is not None:
        yield item
        yield from _outline(item)
        item = item.get("/Next")


def bookmark_titles(written: Sequence[str], headings: Sequence[str]) -> list[str]:
    """The words of the headings for the bookmarks that Chromium wrote.

    Chromium joins the lines of a long heading without a space, and writes a heading twice that it moved to a new page.

    Parameters
    ----------
    written : sequence of str
        Titles of the bookmarks in order.
    headings : sequence of str
        Words of the headings in order; there may be more of them than bookmarks.

    Returns
    -------
    list of str
        One title per bookmark; its own where no heading begins as it does.
    """
    out, at = [], 0
    for title in written:
        bare = _bare(title)
        found = next((i for i in range(at, len(headings)) if headings[i] and _same(bare, _bare(headings[i]))), None)
        out.append(title if found is None else headings[found])
        at = at if found is None else found + 1
    return out


def _bare(text: str) -> str:
    return "".join(text.split())


def _same(title: str, heading: str) -> bool:
    """Whether a bookmark is this heading, as it is or with lines written twice."""
    if title == heading:
        return True
    # each line comes once or twice: the title is used up by pieces of the heading, in order
    return len(heading) <= len(title) <= 2 * len(heading) and title[:8] == heading[:8] \
        and title[-6:] == heading[-6:] if len(heading) > 8 else title == 2 * heading

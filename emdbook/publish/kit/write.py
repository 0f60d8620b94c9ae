"""The kit as PDF, and its list for the page of the book."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

import emdbook
from emdbook.ground.browser import NoBrowser, find_browser, launched
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish.build import in_place_of
from emdbook.publish.kit import sheets
from emdbook.teach.lessons import own_lessons
from emdbook.teach.pathway import load_pathway
from emdbook.teach.quiz import load_questions

#: The folder beside the pages, and the name of the folder that keeps what was printed before.
FOLDER = "kit"


@dataclass(frozen=True)
class Sheet:
    """One file of the kit: its name, what it is, and what makes it."""

    name: str
    what: str
    make: Callable[[], str]


def planned() -> list[Sheet]:
    """Every file, in the order of the page that lists them."""
    lessons, evidence = own_lessons(), emdbook.load()
    files = [Sheet(f"lesson-{plan.id}.pdf", f"Chapter {int(plan.id)}: {load_questions(plan.chapter).title}",
                   lambda plan=plan: sheets.chapter_kit(plan, load_questions(plan.chapter)))
             for plan in lessons.plans if plan.is_of_a_chapter]
    return [
        *files,
        Sheet("cards-drugs.pdf", "Cards with drugs", lambda: sheets.drug_cards(evidence.therapies)),
        Sheet("cards-news.pdf", "Cards with news", lambda: sheets.news_cards(evidence.updates)),
        Sheet("cards-percentages.pdf", "Cards with percentages", lambda: sheets.percentage_cards(_as_text())),
        Sheet("cards-roles.pdf", "Role cards", lambda: sheets.role_cards(lessons.roles)),
        Sheet("poster-pathway.pdf", "Poster of the pathway, A2", lambda: sheets.poster(load_pathway())),
    ]


def _as_text() -> pd.DataFrame:
    return pd.read_csv(data_dir() / "outcomes.csv", dtype=str)


def document(made: Sheet) -> str:
    """A file as one page of HTML with its look."""
    look = (Path(__file__).resolve().parent / "assets" / "kit.css").read_text(encoding="utf-8")
    return made.make().replace("{SHEET}", look)


def write_kit(folder: Path | None = None, files: Sequence[Sheet] | None = None) -> list[Path]:
    """Print every file; what has not changed since it was last printed is taken from the cache.

    Parameters
    ----------
    folder : path, optional
        Where to; ``_build/kit`` of the project if left out.
    files : sequence of Sheet, optional
        All of :func:`planned` if left out.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    NoBrowser
        If something has to be printed and there is no Chromium, or it does not start.
    """
    folder = Path(folder) if folder is not None else project_dir() / "_build" / FOLDER
    kept = project_dir() / ".emdbook-cache" / FOLDER
    kept.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for one in planned() if files is None else files:
        text = document(one)
        wanted[one.name] = (text, kept / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.pdf")
    if missing := [found for found in wanted.values() if not found[1].is_file()]:
        with launched() as browser:
            context = browser.new_context(offline=True)
            tab = context.new_page()
            for text, file in missing:
                tab.set_content(text)
                part = file.with_suffix(".part")  # a sheet that is cut off must not be taken for one that was printed
                tab.pdf(path=part, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
                part.replace(file)
            context.close()
    with in_place_of(folder) as fresh:  # no sheet of a plan that is gone stays
        for name, (_, file) in wanted.items():
            shutil.copyfile(file, fresh / name)
    return [folder / name for name in wanted]


def can_print() -> bool:
    """Whether there is a browser to print with, and what drives it."""
    if find_spec("playwright") is None:
        return False
    try:
        find_browser()
    except NoBrowser:
        return False
    return True


def listing(evidence=None) -> str:
    """The list of the files for the page of the book, as HTML; a sentence where they could not be printed."""
    if not can_print():
        return ("<p>The kit is printed by Chromium, which was not found where this book was built. "
                "With it, <code>python -m emdbook kit</code> writes the files.</p>")
    rows = "".join(f'<li><a href="../{FOLDER}/{escape(one.name)}">{escape(one.what)}</a></li>' for one in planned())
    return f'<ul class="emd-kit">{rows}</ul>'

"""Writing the decks: the page around the slides, what they bring along, the list of decks, and the command."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sphinx_revealjs.utils import get_revealjs_path

from emdbook import style
from emdbook.ground.faults import Told
from emdbook.publish import blocks, build, executed
from emdbook.publish.runtime import pages

TITLE = "Beyond the Marrow"
#: What was made, for the list of decks: written beside them.
MADE = "decks.json"
#: Of reveal.js, as the wheel of sphinx-revealjs ships it: only what a deck asks for.
_REVEAL = {"reveal.css": "dist/reveal.css", "reveal.js": "dist/reveal.js", "reveal-notes.js": "plugin/notes/notes.js",
           "reveal-LICENSE.txt": "LICENSE"}
_FRAME = ("emd-palette.css", "emd.css", "deck.css")


@dataclass(frozen=True)
class Written:
    """One deck on disk."""

    file: Path
    title: str
    slides: int
    widgets: int
    questions: int
    lessons: dict[str, str] = field(default_factory=dict)


def asset_dir() -> Path:
    """The folder with the decks' own look and keys."""
    return Path(__file__).resolve().parent / "assets"


def slides_dir() -> Path:
    """Where the decks are built."""
    return build.build_dir() / "slides"


def write_assets(folder: Path) -> None:
    """Everything that the decks load, in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in _REVEAL.items():
        shutil.copyfile(get_revealjs_path() / place, folder / name)
    own = [file for file in asset_dir().iterdir() if file.is_file()]
    frame = [blocks.FRAME / "emd.css", blocks.FRAME / "favicon.svg", *blocks.FRAME.glob("*.woff2")]
    for file in (*own, *frame, *blocks.BASE, *blocks.assets(".css", on_slides=True),
                 *blocks.assets(".js", on_slides=True)):
        shutil.copyfile(file, folder / file.name)
    (folder / "emd-palette.css").write_text(style.css_variables(), encoding="utf-8")


def _head(title: str, sheets: Sequence[str]) -> str:
    links = "".join(f'<link rel="stylesheet" href="_assets/{name}">' for name in sheets)
    return (f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title>'
            f'<link rel="icon" href="_assets/favicon.svg">{links}</head>')


def page_html(title: str, slides: str) -> str:
    """A deck as one page.

    Parameters
    ----------
    title : str
        Of the chapter.
    slides : str
        HTML of all slides.

    Returns
    -------
    str
    """
    looks = (file.name for file in blocks.assets(".css", on_slides=True))
    sheets = ("reveal.css", *_FRAME[:2], *looks, _FRAME[2])
    needed = (file.name for file in (*blocks.BASE, *blocks.assets(".js", on_slides=True)))
    scripts = "".join(f'<script src="_assets/{name}"></script>'
                      for name in ("deck-lesson.js", "reveal.js", "reveal-notes.js", *needed, "deck.js"))
    return (f'{_head(f"{title}: slides of {TITLE}", sheets)}'
            f'<body class="deck-body"><main><div class="reveal"><div class="slides">{slides}</div>'
            f'<p class="deck-foot">{TITLE} · {html.escape(title)} · Education only, not medical advice</p>'
            f"</div></main>{scripts}</body></html>\n")


def _index_html(written: Sequence[Written]) -> str:
    rows = "".join(
        f'<li><a href="{deck.file.name}"><span class="deck-number">{deck.file.stem[:2]}</span> '
        f"<strong>{html.escape(deck.title)}</strong></a> "
        f'<span class="deck-count">{deck.slides} slides, {deck.widgets} widgets, {deck.questions} questions</span> '
        f'<a class="deck-paper" href="{deck.file.name}?print-pdf">to print'
        f'<span class="deck-unseen">: {html.escape(deck.title)}</span></a>'
        + "".join(f'<a class="deck-class" href="{deck.file.name}?lesson={id_}">Lesson: {html.escape(title)}</a>'
                  for id_, title in deck.lessons.items()) + "</li>"
        for deck in written)
    keys = (("Space or →", "next slide; what is hidden appears first"), ("← ↑ ↓", "back, up, down"),
            ("S", "speaker view with notes and a clock"), ("N", "the notes of this slide, on the slide"),
            ("F", "full screen"), ("Esc or O", "all slides at once"), ("B", "black screen"),
            ("G", "go to a slide: type its number, then Enter"), ("?", "the keys, on the slide"),
            ("1, 2, 3 beside a widget", "buttons: the settings of the lesson, in the order of its plan"),
            ("Page Down, Page Up", "next and back, also while a widget has the focus"))
    table = "".join(f"<dt>{key}</dt><dd>{what}</dd>" for key, what in keys)
    return (f'{_head(f"Slides of {TITLE}", _FRAME)}<body class="deck-index"><main>'
            f"<h1>Slides</h1><p>One deck per chapter of {TITLE}. They need no network. "
            "Widgets and questions work on the slides. A lesson shows the slides that its plan needs, in the order "
            "of the plan, with the plan in the notes.</p>"
            f'<ul class="deck-list">{rows}</ul><h2>Keys</h2><dl class="deck-keys">{table}</dl>'
            "<p>To print a deck or save it as PDF choose <em>to print</em>, then print from the browser in landscape "
            "with backgrounds. Add <code>&amp;showNotes=separate-page</code> to the address to print the notes too.</p>"
            "<p>Education only, not medical advice. Text and data CC BY 4.0, code MIT. "
            'Slides run on reveal.js, <a href="_assets/reveal-LICENSE.txt">MIT licence</a>.</p>'
            "</main></body></html>\n")


class NoChapterError(Told, LookupError):
    """There is no such chapter; the message names those that there are."""


def wanted(names: Sequence[str] = ()) -> list[str]:
    """The chapters by name, or those that are named: ``9``, ``09`` or ``09_bispecific_antibodies``.

    Raises
    ------
    NoChapterError
        If a name fits no chapter.
    """
    every = [file.stem for file in executed.chapters()]
    found = []
    for name in names:
        number = name.zfill(2) if name.isdigit() else name
        fits = [stem for stem in every if stem == name or stem.startswith(f"{number}_")]
        if not fits:
            raise NoChapterError(f"There is no chapter {name!r}. The chapters are {', '.join(every)}.")
        found += fits
    return [stem for stem in every if stem in found or not names]


def build_decks(names: Sequence[str] = (), force: bool = False) -> list[Written]:
    """Build every deck and their list, from the doctree of the book; the book is built first if it is stale.

    Parameters
    ----------
    names : sequence of str
        Chapters whose decks are returned; all if left out.  All are built: it takes seconds.
    force : bool
        Build although nothing changed.

    Returns
    -------
    list of Written

    Raises
    ------
    NoChapterError
        If a name fits no chapter.
    build.BuildError
        If the book or the decks cannot be built.
    """
    chosen = wanted(names)
    if build.build():
        raise build.BuildError("there is no book to make them from; the reason stands above")
    key = build.book_key()
    if force or not build.is_made_from(slides_dir(), key):
        with build.alone(), build.in_place_of(slides_dir(), key) as folder:
            build.press("revealjs", folder, key)
            decks = json.loads((folder / MADE).read_text(encoding="utf-8"))
            (folder / "index.html").write_text(_index_html([
                Written(folder / f"{name}.html", **found) for name, found in sorted(decks.items())]), encoding="utf-8")
    pages.point(slides_dir(), build.index_page().parent)  # the book may have got or lost its Python since
    decks = json.loads((slides_dir() / MADE).read_text(encoding="utf-8"))
    return [Written(slides_dir() / f"{name}.html", **decks[name]) for name in chosen]

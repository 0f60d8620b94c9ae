"""Writing the decks."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import emdbook
from emdbook import explore, style
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish.build import index_page
from emdbook.publish.slides.deck import Deck, Slide, plan
from emdbook.publish.slides.markdown import Links
from emdbook.publish.slides.outputs import cell_outputs
from emdbook.teach import cases, quiz

#: The web book as seen from the folder of decks; both lie side by side in ``_build`` and in the copy to take along.
BOOK = "../html"
_SHEETS = ("reveal.css", "emd-palette.css", "emd.css", "explore.css", "quiz.css", "cases.css", "deck.css")
_SCRIPTS = ("reveal.js", "reveal-notes.js", "explore.js", "quiz.js", "cases.js", "deck.js")
_TITLE = "Beyond the Marrow"
#: Room for a figure on a slide in pixels, and how much a figure must grow for its smallest text to reach 24 px.
_ROOM, _GROWTH = 1004, 2.29


@dataclass(frozen=True)
class Written:
    """One deck on disk."""

    file: Path
    title: str
    slides: int
    widgets: int
    questions: int


def asset_dir() -> Path:
    """The folder with the decks' own look, reveal.js and its licence."""
    return Path(__file__).resolve().parent / "assets"


def slides_dir() -> Path:
    """Where the decks are built."""
    return project_dir() / "_build" / "slides"


def chapters(names: Sequence[str] = ()) -> list[Path]:
    """The chapters, or those whose file name starts with one of ``names`` (``09`` or ``09_bispecific_antibodies``).

    Raises
    ------
    LookupError
        If a name fits no chapter.
    """
    every = sorted((project_dir() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    for name in names:
        if not any(f.stem == name or f.stem.startswith(f"{name}_") for f in every):
            raise LookupError(f"There is no chapter {name!r}. The chapters are {', '.join(f.stem for f in every)}.")
    return [f for f in every if not names or any(f.stem == n or f.stem.startswith(f"{n}_") for n in names)]


def _write_assets(folder: Path) -> None:
    own = Path(emdbook.__file__).resolve().parent / "publish" / "web" / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    for source in (asset_dir(), explore.asset_dir(), quiz.asset_dir(), cases.asset_dir()):
        for file in source.iterdir():
            if file.name in _SHEETS + _SCRIPTS or source == asset_dir():
                shutil.copyfile(file, folder / file.name)
    for file in (own / "emd.css", own / "favicon.svg", *own.glob("*.woff2")):
        shutil.copyfile(file, folder / file.name)
    (folder / "emd-palette.css").write_text(style.css_variables(), encoding="utf-8")


def _head(title: str, sheets: Sequence[str]) -> str:
    links = "".join(f'<link rel="stylesheet" href="_assets/{name}">' for name in sheets)
    return (f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title>'
            f'<link rel="icon" href="_assets/favicon.svg">{links}</head>')


def _slide_html(slide: Slide, number: int) -> str:
    kinds = {part.kind for part in slide.parts}
    shown = next((kind for kind in ("widget", "figure", "quiz", "case", "table") if kind in kinds), "text")
    if shown in ("widget", "figure"):
        # the words stand left of the figure, so that the figure has the height of the slide
        layout = "deck-split deck-code" if "code" in kinds else "deck-split"
    else:
        layout = "deck-title" if slide.rank == 1 else "deck-plain"
    above = f'<p class="deck-kicker">{html.escape(slide.section)}</p>' \
        if slide.section and html.escape(slide.section) != slide.title else ""
    title = f"<h{slide.rank}>{slide.title}</h{slide.rank}>" if slide.title else ""
    words = "".join(_part_html(part) for part in slide.parts if part.kind in ("text", "code"))
    rest = "".join(_part_html(part) for part in slide.parts if part.kind not in ("text", "code"))
    notes = f'<aside class="notes">{"".join(slide.notes)}</aside>' if slide.notes else ""
    cells = " ".join(map(str, slide.cells))
    more = f' data-more="{slide.more}"' if slide.more else ""
    return (f'<section id="slide-{number}" data-cells="{cells}" data-level="{slide.level}"{more}>'
            f'<div class="deck {layout} deck-{shown}"><div class="deck-words">{above}{title}{words}</div>{rest}</div>'
            f"{notes}</section>")


def _part_html(part) -> str:
    text = part.html
    if part.kind in ("figure", "widget"):
        text = _readable(text)
    if part.kind == "figure":
        names = "emd-figure fragment" if part.fragment else "emd-figure"
        return text.replace('class="emd-figure"', f'class="{names}"', 1)
    if part.kind == "widget":
        # Links to a setting and downloads belong to the book's page: here the address is that of the slide.
        return re.sub(r'<div class="emd-actions">', '<div class="emd-actions" hidden>', text)
    fragment = " fragment" if part.fragment else ""
    if part.kind in ("quiz", "case"):
        return f'<div class="deck-scroll{fragment}">{text}</div>'
    return f'<div class="deck-{part.kind}{fragment}">{text}</div>'


def _readable(text: str) -> str:
    """A figure too high for its smallest text to be read scrolls in its box instead of shrinking."""
    ratio = re.search(r"aspect-ratio:([\d.]+)/([\d.]+)", text) or re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    if not ratio or float(ratio[2]) * _GROWTH <= _ROOM:
        return text
    box = (f'deck-tall" tabindex="0" style="--deck-width:{float(ratio[1]) * _GROWTH:.0f}px')
    text = text.replace('class="emd-figure-paper"', f'class="emd-figure-paper {box}" role="group" '
                                                    'aria-label="Figure, scrolls"', 1)
    return re.sub(r'class="emd-svg"([^>]*) style="([^"]*)"', rf'class="emd-svg {box};\2"\1', text, count=1)


def deck_html(deck: Deck) -> str:
    """A deck as one page.

    Parameters
    ----------
    deck : Deck

    Returns
    -------
    str
    """
    number, columns = 0, []
    for stack in deck.stacks():
        sections = []
        for slide in stack:
            number += 1
            sections.append(_slide_html(slide, number))
        columns.append(sections[0] if len(sections) == 1 else f"<section>{''.join(sections)}</section>")
    scripts = "".join(f'<script src="_assets/{name}"></script>' for name in _SCRIPTS)
    return (f'{_head(f"{deck.title}: slides of {_TITLE}", _SHEETS)}'
            f'<body class="deck-body"><main><div class="reveal"><div class="slides">{"".join(columns)}</div>'
            f'<p class="deck-foot">{_TITLE} · {html.escape(deck.title)} · Education only, not medical advice</p>'
            f"</div></main>{scripts}</body></html>\n")


def _index_html(written: Sequence[Written]) -> str:
    rows = "".join(
        f'<li><a href="{deck.file.name}"><span class="deck-number">{deck.file.stem[:2]}</span> '
        f"<strong>{html.escape(deck.title)}</strong></a> "
        f'<span class="deck-count">{deck.slides} slides, {deck.widgets} widgets, {deck.questions} questions</span> '
        f'<a class="deck-paper" href="{deck.file.name}?print-pdf">to print'
        f'<span class="deck-unseen">: {html.escape(deck.title)}</span></a></li>'
        for deck in written)
    keys = (("Space or →", "next slide; what is hidden appears first"), ("← ↑ ↓", "back, up, down"),
            ("S", "speaker view with notes and a clock"), ("N", "the notes of this slide, on the slide"),
            ("F", "full screen"), ("Esc or O", "all slides at once"), ("B", "black screen"),
            ("Page Down, Page Up", "next and back, also while a widget has the focus"))
    table = "".join(f"<dt>{key}</dt><dd>{what}</dd>" for key, what in keys)
    return (f'{_head(f"Slides of {_TITLE}", ("emd-palette.css", "emd.css", "deck.css"))}<body class="deck-index"><main>'
            f"<h1>Slides</h1><p>One deck per chapter of {_TITLE}. They need no network. "
            "Widgets and questions work on the slides.</p>"
            f'<ul class="deck-list">{rows}</ul><h2>Keys</h2><dl class="deck-keys">{table}</dl>'
            "<p>To print a deck or save it as PDF choose <em>to print</em>, then print from the browser in landscape "
            "with backgrounds. Add <code>&amp;showNotes=separate-page</code> to the address to print the notes too.</p>"
            "<p>Education only, not medical advice. Text and data CC BY 4.0, code MIT. "
            'Slides run on reveal.js, <a href="_assets/reveal-LICENSE.txt">MIT licence</a>.</p>'
            "</main></body></html>\n")


def build_decks(names: Sequence[str] = (), outdir: Path | None = None, book: str | None = None) -> list[Written]:
    """Build the decks and their index.

    Parameters
    ----------
    names : sequence of str
        Chapters as ``09`` or ``09_bispecific_antibodies``; all if left out.
    outdir : path, optional
        ``_build/slides`` if left out.
    book : str, optional
        Address of the web book as seen from the decks.  If left out, links lead into ``../html`` when a book has been
        built there; else they are plain words.

    Returns
    -------
    list of Written
    """
    outdir = Path(outdir) if outdir is not None else slides_dir()
    if book is None:
        book = BOOK if index_page().is_file() else ""
    files = chapters(names)
    evidence = emdbook.load()
    decks = [plan(file.stem, read_cells(file), cell_outputs(file), Links(evidence, file.stem, book)) for file in files]
    if outdir.is_dir() and not names:  # a chapter that is gone must not leave its deck
        shutil.rmtree(outdir)
    _write_assets(outdir / "_assets")
    written = []
    for deck in decks:
        file = outdir / f"{deck.name}.html"
        file.write_text(deck_html(deck), encoding="utf-8")
        kinds = [part.kind for slide in deck.slides for part in slide.parts]
        written.append(Written(file, deck.title, len(deck.slides), kinds.count("widget"), kinds.count("quiz")))
    (outdir / "index.html").write_text(_index_html(written), encoding="utf-8")
    return written

"""Which cells make which slide, and what the speaker sees.

The slide types are those of Jupyter: ``slide`` starts a slide, ``subslide`` one below it, ``fragment`` appears at the
next key, ``notes`` is for the speaker, ``skip`` is not shown.

Two things go beyond that.  A chapter's prose is ``skip``, because nobody reads paragraphs from a wall.  It says what a
teacher would say, so it goes into the speaker's notes: the answer below a figure to the slide with that figure, a new
section to the first slide of the section.  And a slide that starts with code has no words of its own, so it takes the
question that stands in bold before the code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from emdbook.ground.notebook import Cell
from emdbook.publish.slides.markdown import Links, render

_HEADING = re.compile(r"\A(#{1,6})\s+(.+?)\s*(?:\n|\Z)")
_BOLD = re.compile(r"\A\*\*((?:(?!\*\*).)+)\*\*\Z", re.S)
_FORM = re.compile(r'<form class="emd-question".*?</form>', re.S)
_CASE = re.compile(r"<emd-case\b.*?</emd-case>", re.S)
_SOLUTION = re.compile(r"^:::.*?^:::\s*$", re.S | re.M)


@dataclass
class Part:
    """A piece of a slide: ``text``, ``figure``, ``widget``, ``quiz``, ``case``, ``table``, ``code`` or ``output``."""

    kind: str
    html: str
    fragment: bool = False


@dataclass
class Slide:
    """One slide."""

    cells: list[int]
    level: str  # slide | subslide
    section: str = ""
    title: str = ""  # HTML of the heading
    rank: int = 2  # level of the heading
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    more: int = 0  # 1, 2, … for the further pages of one cell


@dataclass
class Deck:
    """All slides of a chapter."""

    name: str
    title: str
    slides: list[Slide]

    def stacks(self) -> list[list[Slide]]:
        """The slides as columns: each ``slide`` with the ``subslide`` s below it."""
        out: list[list[Slide]] = []
        for slide in self.slides:
            if slide.level == "slide" or not out:
                out.append([])
            out[-1].append(slide)
        return out


def heading(source: str) -> tuple[int, str, str]:
    """Level, words and rest of a cell; level 0 without a heading, 7 for a question in bold that stands alone."""
    source = source.strip()
    if found := _HEADING.match(source):
        return len(found[1]), found[2], source[found.end():].strip()
    if found := _BOLD.match(source):
        return 7, found[1], ""
    return 0, "", source


def question(source: str) -> str:
    """The question in bold that a cell ends with, or nothing."""
    last = re.split(r"\n\s*\n", source.strip())[-1].strip()
    found = _BOLD.match(last)
    return found[1] if found else ""


def _split(cells: list[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Prose between two slides: what belongs to the slide before, and what opens the next one.

    The last heading opens the next slide.  A section before it that has no slide of its own stays with the slide
    before, and so does everything where there is no heading.
    """
    opens = [i for i, cell in enumerate(cells) if 1 <= heading(cell.source)[0] <= 6]
    at = opens[-1] if opens else len(cells)
    return cells[:at], cells[at:]


def output_parts(outputs: Sequence[dict]) -> list[Part]:
    """What a code cell showed, as pieces of a slide."""
    parts = []
    for output in outputs:
        if output.get("output_type") == "stream":
            if output.get("name") == "stdout":
                parts.append(Part("output", f"<pre>{escape(_joined(output['text']).rstrip())}</pre>"))
            continue
        if output.get("output_type") == "error":
            raise ValueError(f"a cell ended in {output.get('ename')}: {output.get('evalue')}")
        data = output.get("data", {})
        if "text/html" in data:
            text = _joined(data["text/html"])
            kind = next((k for tag, k in (("<emd-explore", "widget"), ("<emd-case", "case"), ("<emd-quiz", "quiz"),
                                          ('class="emd-figure"', "figure"), ("<table", "table")) if tag in text),
                        "text")
            parts.append(Part(kind, text))
        elif "text/plain" in data:
            parts.append(Part("output", f"<pre>{escape(_joined(data['text/plain']))}</pre>"))
    return parts


def _joined(text) -> str:
    return text if isinstance(text, str) else "".join(text)


def pages(part: Part) -> list[Part]:
    """A set of questions or cases as one piece each, so that every one has a slide of its own."""
    if part.kind == "quiz":
        opening = re.search(r"<emd-quiz\b[^>]*>", part.html)[0]
        forms = _FORM.findall(part.html)
        id_ = re.search(r'\bid="([^"]+)"', opening)[1]
        out = []
        for i, form in enumerate(forms, start=1):
            own = re.sub(r'\s(?:id|aria-labelledby)="[^"]*"', "", opening)
            label = f'Question {i} of {len(forms)}'
            out.append(Part("quiz", f'{own[:-1]} id="{id_}-{i}" aria-label="{label}">{form}</emd-quiz>', part.fragment))
        return out or [part]
    if part.kind == "case":
        return [Part("case", text, part.fragment) for text in _CASE.findall(part.html)] or [part]
    return [part]


def plan(name: str, cells: Sequence[Cell], outputs: dict[int, list[dict]], links: Links) -> Deck:
    """The deck of a chapter.

    Parameters
    ----------
    name : str
        File name of the chapter without its ending.
    cells : sequence of Cell
    outputs : dict of int to list of dict
        What each code cell showed, by the cell's number.
    links : Links

    Returns
    -------
    Deck

    Raises
    ------
    ValueError
        If the chapter has no slide or a cell failed.
    """
    slides: list[Slide] = []
    waiting: list[Cell] = []  # prose since the last cell that was shown
    section = ""

    def spoken(found: Sequence[Cell]) -> list[str]:
        texts = [cell.source.strip() for cell in found if cell.kind == "markdown"]
        # a heading with nothing under it says nothing to a speaker
        return [render(text, links) for text in texts if heading(text)[2] or heading(text)[0] in (0, 7)]

    for cell in cells:
        level, words, _ = heading(cell.source) if cell.kind == "markdown" else (0, "", "")
        if level == 2:
            section = words
        kind = cell.slide_type
        if kind == "notes":
            if slides:
                slides[-1].notes.insert(sum(1 for n in slides[-1].notes if n.startswith("<!--notes-->")),
                                        "<!--notes-->" + render(cell.source, links))
            continue
        if kind not in ("slide", "subslide", "fragment", "-", ""):
            waiting.append(cell)
            continue
        starts = kind in ("slide", "subslide") or not slides
        before, lead = (_split(waiting) if slides else ([], waiting)) if starts else (waiting, [])
        if slides:
            slides[-1].notes += spoken(before)
        if starts:
            slides.append(Slide([], kind if slides and kind == "subslide" else "slide", section))
        slide = slides[-1]
        slide.cells.append(cell.number)
        if cell.kind == "markdown":
            _add_words(slide, cell, links, fragment=kind == "fragment")
        elif cell.kind == "code":
            if starts:
                _borrow_words(slide, cell, [c for c in waiting if c.kind == "markdown"], links)
            _add_outputs(slides, cell, outputs.get(cell.number, []), fragment=kind == "fragment")
        slide.notes += spoken(lead)
        waiting = []
    if not slides:
        raise ValueError(f"{name} has no cell of slide type slide")
    slides[-1].notes += spoken(waiting)
    for slide in slides:
        slide.notes = [note.removeprefix("<!--notes-->") for note in slide.notes]
    title = next((heading(c.source)[1] for c in cells if heading(c.source)[0] == 1 and c.kind == "markdown"), name)
    return Deck(name, title, slides)


def _add_words(slide: Slide, cell: Cell, links: Links, fragment: bool) -> None:
    level, words, rest = heading(cell.source)
    if words and not slide.title:
        slide.title, slide.rank = render(words, links, inline=True), 1 if level == 1 else 2
        words = ""
    elif words:
        rest = f"**{words}**\n\n{rest}" if level == 7 else cell.source
    if rest:
        slide.parts.append(Part("text", render(rest, links), fragment))


def _borrow_words(slide: Slide, cell: Cell, before: Sequence[Cell], links: Links) -> None:
    """Give a slide that starts with code a heading, and an exercise its task."""
    asked = next((q for c in reversed(before) if (q := question(c.source))), "")
    opened = next((c for c in reversed(before) if heading(c.source)[0] == 3), None)
    if "exercise" in cell.tags and opened is not None:
        _, words, rest = heading(opened.source)
        task = _SOLUTION.sub("", rest).strip()
        slide.title = render(words, links, inline=True)
        slide.parts.append(Part("text", render(task, links)))
    elif asked:
        slide.title = render(asked, links, inline=True)
    else:
        slide.title = escape(slide.section)


def _add_outputs(slides: list[Slide], cell: Cell, outputs: Sequence[dict], fragment: bool) -> None:
    slide = slides[-1]
    if "exercise" in cell.tags:
        slide.parts.append(Part("code", f"<pre><code>{escape(cell.source.rstrip())}</code></pre>"))
    for part in output_parts(outputs):
        part.fragment = fragment
        for i, page in enumerate(pages(part)):
            if i:
                slides.append(Slide([cell.number], "subslide", slide.section, slide.title, slide.rank, more=i))
            slides[-1].parts.append(page)

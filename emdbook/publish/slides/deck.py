"""Which cells make which slide, and what the speaker sees.

The slide types are those of Jupyter: ``slide`` starts a slide, ``subslide`` one below it, ``fragment`` appears at the
next key, ``notes`` is for the speaker, ``skip`` is not shown.

Three things go beyond that.  The objectives and the patient are slides of their own, whatever their cells say: a class
begins with them.  A chapter's prose is ``skip``, because nobody reads paragraphs from a wall; it says what a teacher
would say, so it goes into the speaker's notes: the answer below a figure to the slide with that figure, a new section
to the first slide of the section.  And a slide that starts with code has no words of its own, so it takes the question
that stands in bold before the code.

The words are nodes of the one doctree that the web book is made of; this module moves them and looks at no HTML but
that of the outputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from docutils import nodes

from emdbook.ground.notebook import Cell
from emdbook.publish.runtime.cells import PageCell

_HEADING = re.compile(r"\A(#{1,6})\s+(.+?)\s*(?:\n|\Z)")
_BOLD = re.compile(r"\A\*\*((?:(?!\*\*).)+)\*\*\Z", re.S)
_FORM = re.compile(r'<form class="emd-question".*?</form>', re.S)
_CASE = re.compile(r"<emd-case\b.*?</emd-case>", re.S)
#: Sections whose words every class sees first.
SHOWN = ("You will be able to", "The patient", "The clinical question", "Bottom line")


class deck_element(nodes.General, nodes.TextElement):
    """One HTML element around its children; ``tag`` and ``html`` (a dict of attributes) say which."""


def element(tag: str, *children: nodes.Node, **attributes: str) -> deck_element:
    """An element with attributes; ``class_`` for ``class``, ``data_x`` for ``data-x``."""
    html = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return deck_element("", "", *children, tag=tag, html=html)


def raw(html: str) -> nodes.raw:
    """HTML as it stands."""
    return nodes.raw("", html, format="html")


@dataclass
class Words:
    """What a cell of words became in the doctree: its headings and the rest, in order."""

    nodes: list[nodes.Node] = field(default_factory=list)

    def heading(self) -> nodes.title | None:
        """The heading that the cell opens with."""
        return self.nodes[0] if self.nodes and isinstance(self.nodes[0], nodes.title) else None

    def shown(self, *, title: bool) -> list[nodes.Node]:
        """The nodes as they stand on a slide or in its notes; without the opening heading if not ``title``."""
        rest = self.nodes if title or self.heading() is None else self.nodes[1:]
        return [element(f"h{node['level']}", *[c.deepcopy() for c in node.children]) if isinstance(node, nodes.title)
                else node.deepcopy() for node in rest]

    def question(self) -> list[nodes.Node]:
        """The words in bold that the cell ends with, or nothing."""
        last = self.nodes[-1] if self.nodes else None
        inner = [child for child in last.children if child.astext()] if isinstance(last, nodes.paragraph) else []
        bold = len(inner) == 1 and isinstance(inner[0], nodes.strong)  # MyST leaves empty texts beside it
        return [child.deepcopy() for child in inner[0].children] if bold else []


@dataclass
class Part:
    """A piece of a slide: ``text``, ``figure``, ``widget``, ``quiz``, ``case``, ``table``, ``code`` or ``output``.

    ``html`` holds what a cell showed, ``nodes`` holds words.
    """

    kind: str
    html: str = ""
    nodes: list[nodes.Node] = field(default_factory=list)
    fragment: bool = False


@dataclass
class Slide:
    """One slide."""

    cells: list[int]
    level: str  # slide | subslide
    section: str = ""
    title: list[nodes.Node] = field(default_factory=list)
    rank: int = 2  # level of the heading
    parts: list[Part] = field(default_factory=list)
    notes: list[nodes.Node] = field(default_factory=list)
    more: int = 0  # 1, 2, … for the further pages of one cell

    @property
    def heading(self) -> str:
        """The words of the title."""
        return "".join(node.astext() for node in self.title)


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
            out.append(Part("quiz", f'{own[:-1]} id="{id_}-{i}" aria-label="{label}">{form}</emd-quiz>',
                            fragment=part.fragment))
        return out or [part]
    if part.kind == "case":
        return [Part("case", text, fragment=part.fragment) for text in _CASE.findall(part.html)] or [part]
    return [part]


def plan(name: str, cells: Sequence[Cell], words: Mapping[int, Words],
         runs: Mapping[int, PageCell] | None = None) -> Deck:
    """The deck of a chapter.

    Parameters
    ----------
    name : str
        File name of the chapter without its ending.
    cells : sequence of Cell
        With what they showed in ``raw["outputs"]``.
    words : mapping of int to Words
        What each cell of words became in the doctree, by the cell's number.
    runs : mapping of int to PageCell, optional
        The cells that run on a slide, by their number.

    Returns
    -------
    Deck

    Raises
    ------
    ValueError
        If the chapter has no slide or a cell failed.
    """
    slides: list[Slide] = []
    own_notes: list[list[nodes.Node]] = []  # of each slide: what its cells of type notes say, which comes first
    waiting: list[Cell] = []  # prose since the last cell that was shown
    section = ""

    def spoken(found: Sequence[Cell]) -> list[nodes.Node]:
        told = []
        for cell in found:
            # a heading with nothing under it says nothing to a speaker
            if cell.kind == "markdown" and (heading(cell.source)[2] or heading(cell.source)[0] in (0, 7)):
                told += words.get(cell.number, Words()).shown(title=True)
        return told

    for cell in cells:
        level, title, _ = heading(cell.source) if cell.kind == "markdown" else (0, "", "")
        if level == 2:
            section = title
        kind = "slide" if level == 2 and section in SHOWN else cell.slide_type
        if kind == "notes":
            if slides:
                own_notes[-1] += words.get(cell.number, Words()).shown(title=True)
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
            own_notes.append([])
        slide = slides[-1]
        slide.cells.append(cell.number)
        if cell.kind == "markdown":
            _add_words(slide, cell, words.get(cell.number, Words()), fragment=kind == "fragment")
        elif cell.kind == "code":
            if starts:
                _borrow_words(slide, cell, [c for c in waiting if c.kind == "markdown"], words)
            _add_outputs(slides, cell, kind == "fragment", runs or {})
            own_notes += [[] for _ in range(len(slides) - len(own_notes))]
        slide.notes += spoken(lead)
        waiting = []
    if not slides:
        raise ValueError(f"{name} has no cell of slide type slide")
    slides[-1].notes += spoken(waiting)
    for slide, first in zip(slides, own_notes, strict=True):
        slide.notes = first + slide.notes
    title = next((heading(c.source)[1] for c in cells if heading(c.source)[0] == 1 and c.kind == "markdown"), name)
    return Deck(name, title, slides)


def _add_words(slide: Slide, cell: Cell, words: Words, fragment: bool) -> None:
    level = heading(cell.source)[0]
    title = level and not slide.title
    if title:
        found = words.heading()
        slide.title = words.question() if level == 7 else [c.deepcopy() for c in found.children] if found else []
        slide.rank = 1 if level == 1 else 2
    rest = [] if level == 7 and title else words.shown(title=not title)
    if rest:
        slide.parts.append(Part("text", nodes=rest, fragment=fragment))


def _borrow_words(slide: Slide, cell: Cell, before: Sequence[Cell], words: Mapping[int, Words]) -> None:
    """Give a slide that starts with code a heading, and an exercise its task."""
    asked = next((q for c in reversed(before) if (q := words.get(c.number, Words()).question())), [])
    opened = next((c for c in reversed(before) if heading(c.source)[0] == 3), None)
    if "exercise" in cell.tags and opened is not None and (found := words.get(opened.number, Words()).heading()):
        slide.title = [c.deepcopy() for c in found.children]
        task = [node for node in words[opened.number].shown(title=False) if not is_solution(node)]
        slide.parts.append(Part("text", nodes=task))
    elif asked:
        slide.title = asked
    else:
        slide.title = [nodes.Text(slide.section)]


def is_solution(node: nodes.Node) -> bool:
    """Whether a node is the hidden solution of an exercise."""
    return isinstance(node, nodes.Admonition) and "dropdown" in node.get("classes", [])


def _add_outputs(slides: list[Slide], cell: Cell, fragment: bool, runs: Mapping[int, PageCell]) -> None:
    slide = slides[-1]
    code = f"<pre><code>{escape(cell.source.rstrip())}</code></pre>"
    if cell.number in runs:  # it runs on the slide, as it does on the page; what it shows stands beside it
        one = runs[cell.number]
        code = f'{one.opening()}<div class="cell_input">{code}</div>{one.closing()}'
    if "exercise" in cell.tags or cell.number in runs:
        slide.parts.append(Part("code", code))
    for part in output_parts(cell.raw.get("outputs", [])):
        part.fragment = fragment
        for i, page in enumerate(pages(part)):
            if i:
                title = [node.deepcopy() for node in slide.title]
                slides.append(Slide([cell.number], "subslide", slide.section, title, slide.rank, more=i))
            slides[-1].parts.append(page)

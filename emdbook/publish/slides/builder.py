"""The decks as a Sphinx builder over the doctree of the web book.

sphinx-revealjs brings the builder, the page and reveal.js; here stands what it cannot know: which cells make a slide,
what the speaker is told, and that a link leads into the web book that lies beside the decks.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_revealjs.builders import RevealjsHTMLBuilder
from sphinx_revealjs.writers import RevealjsSlideTranslator

from emdbook.charts.told import elements, titled
from emdbook.evidence.links import plain
from emdbook.explore.page import NARROW
from emdbook.publish import executed
from emdbook.publish.lesson_pages import address, presets, setting_words, slide_ids
from emdbook.publish.runtime.cells import page_cells
from emdbook.publish.slides.deck import Part, Slide, Words, deck_element, element, is_solution, plan, raw
from emdbook.publish.slides.write import MADE, page_html, write_assets
from emdbook.teach.lessons import Plan, own_lessons

#: The web book as seen from the folder of decks; both lie side by side in ``_build`` and in the copy to take along.
BOOK = "../html"
#: The page that holds the teacher's box of every chapter.
GUIDE = "book/instructor_guide"
#: The page that holds the lesson plans.
PLANS = "book/lesson_plans"
#: Height and width of a slide for its content, in pixels, and how high its smallest letters must be at least.
_HIGH, _WIDE, _LETTER = 1004, 1776, 24.1
#: Width of the words beside a figure, and of the gap between them; beside code, whose lines are longer. They give way
#: to a wide figure down to the last.
_BESIDE, _BESIDE_CODE, _LEAST = (560, 56), (800, 40), 440
_CELL = 10_000  # MyST-NB counts the lines of cell i from (i + 1) times this


class DeckTranslator(RevealjsSlideTranslator):
    """Slides come from the plan, so sections are written as they stand; links open beside the deck."""

    def __init__(self, document, builder):
        super().__init__(document, builder)
        # files that a page offers lie in the web book, once
        builder.dlpath, builder.imgpath = f"{BOOK}/_downloads", f"{BOOK}/_images"

    def visit_download_reference(self, node: nodes.Element) -> None:
        super().visit_download_reference(node)
        self.body[-1] = self.body[-1].replace("<a ", '<a target="_blank" rel="noopener" ', 1)

    def visit_deck_element(self, node: deck_element) -> None:
        attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node["html"].items())
        self.body.append(f"<{node['tag']}{attributes}>")

    def depart_deck_element(self, node: deck_element) -> None:
        self.body.append(f"</{node['tag']}>")

    def visit_reference(self, node: nodes.Element) -> None:
        super().visit_reference(node)
        self.body[-1] = self.body[-1].replace("<a ", '<a target="_blank" rel="noopener" ', 1)


class DeckBuilder(RevealjsHTMLBuilder):
    """One deck for each chapter."""

    name = "revealjs"  # node handlers of other extensions are handed to this name
    default_translator_class = DeckTranslator

    def init(self) -> None:
        super().init()
        self.made: dict[str, dict] = {}

    def get_outdated_docs(self):
        return [name for name in sorted(self.env.found_docs) if re.match(r"notebooks/\d\d_", name)]

    def write(self, build_docnames, updated_docnames, method="update"):
        super().write(self.get_outdated_docs(), (), method)

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        if docname != self.config.root_doc:  # Sphinx adds the cover to what it is asked for
            super().write_doc(docname, doctree)

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return f"{BOOK}/{docname}.html"

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:
        return self.get_target_uri(to)

    def get_outfilename(self, pagename: str) -> str:
        return str(Path(self.outdir) / f"{posixpath.basename(pagename)}.html")

    def handle_page(self, pagename, addctx, templatename="page.html", outfilename=None, event_arg=None):
        # All that a template could add is in the head; the theme of the book is not asked.
        title = re.sub(r"<[^>]+>", "", addctx.get("title", ""))
        page = page_html(html.unescape(title), addctx["body"])
        Path(self.get_outfilename(pagename)).write_text(page, encoding="utf-8")

    def finish(self) -> None:
        folder = Path(self.outdir)
        write_assets(folder / "_assets")
        (folder / MADE).write_text(json.dumps(self.made), encoding="utf-8")

    def copy_static_files(self) -> None:
        """Nothing: the decks bring what they use in :meth:`finish`."""

    copy_assets = copy_static_files


# --- from the doctree to slides ---------------------------------------------------------------------------------------

def _is_frame(node: nodes.Node) -> bool:
    """Whether a node only opens or closes the element of a cell that runs on the page."""
    return isinstance(node, nodes.raw) and re.match(r"</?emd-python\b", node.astext()) is not None


def words_of(document: nodes.document) -> dict[int, Words]:
    """What each cell of words became, by the number of the cell."""
    found: dict[int, Words] = {}
    at = 1

    def walk(parent: nodes.Element, level: int) -> None:
        nonlocal at
        for node in parent.children:
            line = next((one.line for one in node.findall() if getattr(one, "line", None)), None)
            code = isinstance(node, nodes.Element) and "cell_index" in node
            at = node["cell_index"] + 1 if code else (line or at * _CELL) // _CELL
            if isinstance(node, nodes.section):
                walk(node, level + 1)
            elif not isinstance(node, nodes.comment | nodes.target | nodes.substitution_definition) \
                    and not _is_frame(node):
                if isinstance(node, nodes.title):
                    node["level"] = level
                found.setdefault(at, Words()).nodes.append(node)

    walk(document, 0)
    return found


class ToSlides(SphinxPostTransform):
    """Replace the content of a chapter by its slides, before links are resolved."""

    default_priority = 1
    builders = ("revealjs",)

    def run(self, **kwargs) -> None:
        docname = self.env.docname
        notebook = Path(self.env.doc2path(docname))
        if notebook.suffix != ".ipynb":
            return
        runs = {one.cell.number: one for one in page_cells(notebook)}
        deck = plan(notebook.stem, executed.run_cells(notebook), words_of(self.document), runs)
        deck.slides[0].notes += self.teachers_box(docname)
        columns = [[self.slide(one) for one in stack] for stack in deck.stacks()]
        for number, slide in enumerate([one for column in columns for one in column], start=1):
            slide["html"]["id"] = f"slide-{number}"
        made = [column[0] if len(column) == 1 else element("section", *column) for column in columns]
        self.document.children = []
        self.document += [*made, *self.lessons(docname)]
        for node in list(self.document.findall()):
            self.adapt(docname, node)
        kinds = [part.kind for slide in deck.slides for part in slide.parts]
        self.app.builder.made[deck.name] = {
            "title": deck.title, "slides": len(deck.slides), "widgets": kinds.count("widget"),
            "questions": kinds.count("quiz"),
            "lessons": {one.id: f"{one.title} ({one.minutes} minutes)" for one in self.plans(docname)}}

    @staticmethod
    def plans(docname: str) -> list[Plan]:
        """The lessons that are given with this deck."""
        return [one for one in own_lessons().plans if one.chapter == posixpath.basename(docname)]

    def lessons(self, docname: str) -> list[nodes.Node]:
        """Each lesson as a template: which slides, in which order, and what the speaker is told at each step.

        ``deck-lesson.js`` puts the slides in this order when the address asks for the lesson.
        """
        page = self.env.get_doctree(PLANS)
        told = {(box["lesson"], box["step"]): box for box in page.findall(nodes.container) if "step" in box}
        made = []
        for one in self.plans(docname):
            steps = [element("div", element("div", *(n.deepcopy() for n in told[one.id, i].children)),
                             data_slides=slide_ids(step, one), data_title=step.title,
                             data_words=plain(one.ask) if step is one.steps[-1] else "")
                     for i, step in enumerate(one.steps)]
            for words in (words for step in steps for words in step.findall(nodes.raw)):
                words.children = [nodes.Text(words.astext().replace('href="../', f'href="{BOOK}/'))]
            made.append(element("template", *steps, class_="deck-lesson", data_lesson=one.id))
        return made

    def teachers_box(self, docname: str) -> list[nodes.Node]:
        """What the instructor's guide says of this chapter."""
        number = posixpath.basename(docname)[:2]
        guide = self.env.get_doctree(GUIDE)
        boxes = [box for box in guide.findall(nodes.container) if box.get("chapter") == number]
        return [element("h3", nodes.Text("For the teacher")), *(n.deepcopy() for box in boxes for n in box.children)] \
            if boxes else []

    def slide(self, slide: Slide) -> deck_element:
        kinds = {part.kind for part in slide.parts}
        shown = next((kind for kind in ("widget", "figure", "quiz", "case", "table") if kind in kinds), "text")
        if shown in ("widget", "figure"):
            # the words stand left of the figure, so that the figure has the height of the slide
            layout = "deck-split deck-code" if "code" in kinds else "deck-split"
        else:
            layout = "deck-title" if slide.rank == 1 else "deck-plain"
        words = element("div", class_="deck-words")
        if slide.section and slide.section != slide.heading:
            words += element("p", nodes.Text(slide.section), class_="deck-kicker")
        if slide.title:
            words += element(f"h{slide.rank}", *slide.title)
        words += [part_node(part) for part in slide.parts if part.kind in ("text", "code")]
        deck = element("div", words, class_=f"deck {layout} deck-{shown}")
        deck += [part_node(part, self.env.docname) for part in slide.parts if part.kind not in ("text", "code")]
        if layout.startswith("deck-split"):
            left, gap = _BESIDE_CODE if "code" in kinds else _BESIDE
            width = max((_needed(part.html)[0] for part in slide.parts if part.kind in ("widget", "figure")), default=0)
            if width > _WIDE - left - gap:
                deck["html"]["style"] = f"--deck-left:{max(_LEAST, _WIDE - gap - width):.0f}px"
        made = element("section", deck, data_cells=" ".join(map(str, slide.cells)), data_level=slide.level)
        if slide.more:
            made["html"]["data-more"] = str(slide.more)
        if slide.notes:
            made += element("aside", *slide.notes, class_="notes")
        return made

    def adapt(self, docname: str, node: nodes.Node) -> None:
        """Links lead into the web book; boxes fold without a script; code and ids of the page are left behind."""
        if isinstance(node, nodes.reference):
            if node.get("refid"):
                node["refuri"] = f"{BOOK}/{docname}.html#{node.attributes.pop('refid')}"
            elif not re.match(r"[a-z]+:|#", node.get("refuri", "#")):
                place = posixpath.normpath(posixpath.join(posixpath.dirname(docname), node["refuri"]))
                node["refuri"] = f"{BOOK}/{place}"
        elif isinstance(node, nodes.Admonition):
            titles = [child for child in node.children if isinstance(child, nodes.title)]
            title = titles[0].children if titles else [nodes.Text(node.tagname.title())]
            body = [child for child in node.children if not isinstance(child, nodes.title)]
            node.replace_self(
                element("details", element("summary", *title), *body, class_="deck-fold") if is_solution(node) else
                element("div", element("p", nodes.strong("", "", *title)), *body, class_="deck-box"))
        elif isinstance(node, nodes.Element) and not isinstance(node, deck_element):
            node["ids"] = []


#: What a slide does without: no telephone shows it, and the tree of a figure's rows is the book's.
_NOT_SHOWN = re.compile(r'<emd-marks\b.*?</emd-marks>|<svg class="emd-narrow".*?</svg>'
                        rf'|<script\b[^>]*class="{NARROW}"[^>]*>[^<]*</script>| emd-two(?=["\s])', re.S)


def with_presets(text: str, chapter: str) -> str:
    """A widget with a button for each setting that a lesson plan asks of it, beside *Reset*."""
    known = re.search(r'<emd-explore\b[^>]*?\bid="([^"]+)"', text)
    buttons = "".join(
        f'<button type="button" data-setting="{html.escape(address(item))}" title="{html.escape(setting_words(item))}" '
        f'aria-label="{i}: {html.escape(setting_words(item))}">{i}</button>'
        for i, item in enumerate(presets(chapter).get(known[1] if known else "", ()), start=1))
    row = ('<div class="deck-presets" role="group" aria-label="Settings of the lesson"><span>Lesson</span>'
           f"{buttons}</div>")
    return re.sub(r'(?=<button type="button" class="emd-reset")', lambda _: row, text, count=1) if buttons else text


def _for_deck(text: str) -> str:
    """A piece of the page without what a slide does without; its marks say who they are to a mouse that rests on them.
    """
    shown = _NOT_SHOWN.sub("", text)
    for prefix, marks in elements(text).items():
        shown = titled(shown, marks, prefix)
    return shown


def part_node(part: Part, docname: str = "") -> nodes.Node:
    """A piece of a slide."""
    fragment = " fragment" if part.fragment else ""
    shown = _for_deck(part.html)
    if part.kind in ("text", "code", "table", "output") or part.nodes:
        inner = [*part.nodes, *([raw(shown)] if shown else [])]
        return element("div", *inner, class_=f"deck-{part.kind}{fragment}")
    text = _readable(shown) if part.kind in ("figure", "widget") else shown
    if part.kind == "figure":
        return raw(text.replace('class="emd-figure"', f'class="emd-figure{fragment}"', 1))
    if part.kind == "widget":
        # Links to a setting and downloads belong to the book's page: here the address is that of the slide.
        text = with_presets(text, posixpath.basename(docname))
        return raw(re.sub(r'<div class="emd-actions">', '<div class="emd-actions" hidden>', text))
    return element("div", raw(text), class_=f"deck-scroll{fragment}")


def _needed(text: str) -> tuple[float, float]:
    """Width and height in pixels that a figure needs for its smallest letters; zeros for one without words."""
    found = re.search(r"(?:--emd-ratio|aspect-ratio):([\d.]+)/([\d.]+);--emd-least:([\d.]+)", text)
    if not found:
        return 0, 0
    width = _LETTER * float(found[3])
    return width, width * float(found[2]) / float(found[1])


def _readable(text: str) -> str:
    """A figure too high or too wide for its smallest text to be read scrolls in its box instead of shrinking."""
    width, height = _needed(text)
    if height <= _HIGH and width <= _WIDE - _LEAST - _BESIDE[1]:
        return text
    box = f'deck-tall" tabindex="0" style="--deck-width:{width:.0f}px'
    text = re.sub(r'class="(emd-figure-paper[^"]*)"', rf'class="\1 {box}" role="group" aria-label="Figure, scrolls"',
                  text, count=1)
    return re.sub(r'class="emd-svg"([^>]*) style="([^"]*)"', rf'class="emd-svg {box};\2"\1', text, count=1)


def setup(app):
    """Register the builder."""
    app.setup_extension("sphinx_revealjs")
    app.add_builder(DeckBuilder, override=True)
    app.add_post_transform(ToSlides)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

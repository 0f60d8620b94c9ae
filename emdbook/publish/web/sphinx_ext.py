"""The Sphinx extension of the book.

It tells the chapters that they are drawn for the page, resolves the links of :mod:`emdbook.evidence.links`, writes
the pages that are made from the data, and loads each page with the assets that it uses and no others.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

import emdbook
from emdbook import style, tables
from emdbook.evidence.links import SCHEMES, data_page, row_ids
from emdbook.explore.page import NARROW
from emdbook.publish import class_links, cover, dataset, drugs, executed, kit, lesson_pages, records, review
from emdbook.publish.blocks import BASE, BLOCKS, FRAME, asset_folders
from emdbook.publish.exports import listing, write_exports
from emdbook.publish.runtime import cells, pages
from emdbook.publish.runtime.supply import SupplyError
from emdbook.publish.web import choosing, finding, taking
from emdbook.publish.web.key import with_key
from emdbook.publish.web.locators import link_first_use, link_locators, link_sealed
from emdbook.teach import cases, own, progress, quiz, teaching
from emdbook.teach.lessons import LessonsError


@cache
def _evidence():
    return emdbook.load()


class DataPage(SphinxDirective):
    """``{emd-page} name``: a part of the book that is written from the data at build time."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        if name not in PAGES:
            raise self.error(f"emd-page knows {', '.join(PAGES)}, not {name!r}.")
        made = PAGES[name](_evidence())
        parts = [nodes.raw("", made, format="html")] if isinstance(made, str) else \
            [_section(title, body) for title, body in made]
        if name not in CHOOSABLE:
            return parts
        opening, closing = choosing.frame(*CHOOSABLE[name])
        moved = [_section(title, table.html()) for title, table in tables.moved(_evidence(), HELD.get(name, ()))]
        return [nodes.raw("", opening, format="html"), *parts, nodes.raw("", closing, format="html"), *moved]


def _section(title: str, body: str | list, anchor: str = "") -> nodes.section:
    """A part with a heading that the contents of the page know; its body is HTML, or parts of its own."""
    name = nodes.fully_normalize_name(title)
    section = nodes.section("", nodes.title("", title), names=[name])
    if isinstance(body, str):
        section += nodes.raw("", body, format="html")
    else:
        section += [_section(heading, html_, f"study-{id_}") for id_, heading, html_ in body]
    section["ids"].append(anchor or nodes.make_id(title))
    return section


class TeachingGuide(SphinxDirective):
    """``{emd-teaching} 09``: what a teacher needs for a chapter, with its links like any text of the book."""

    required_arguments = 1

    def run(self):
        try:
            text = teaching.markdown(teaching.find(self.arguments[0]))
        except (teaching.TeachingError, LookupError) as error:
            raise self.error(str(error)) from error
        # the decks look for the box by its chapter
        box = nodes.container(classes=["emd-teaching"], chapter=self.arguments[0])
        self.state.nested_parse(StringList(text.splitlines(), source=teaching.FILE), self.content_offset, box)
        return [box]


def _ledger(evidence) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [(title, [(id_, label, table.html()) for id_, label, table in studies])
            for title, studies in tables.ledger_by_class(evidence)]


class LessonPlan(SphinxDirective):
    """``{emd-lesson} 09``: a plan, minute by minute. The decks look for its steps by plan and number."""

    required_arguments = 1

    def run(self):
        if _previewed() not in ("", self.env.docname):  # its slides are those of all chapters, which would have to run
            return []
        try:
            made = lesson_pages.checked().plan(self.arguments[0])
        except (LessonsError, LookupError) as error:
            raise self.error(str(error)) from error
        box = self.parsed(lesson_pages.opening_markdown(made), classes=["emd-lesson"])
        for number, step in enumerate(made.steps):
            lines = "\n".join(lesson_pages.step_lines(step, made))
            box += self.parsed(lines, classes=["emd-lesson-step"], lesson=made.id, step=number)
        return [box]

    def parsed(self, text: str, **attributes) -> nodes.container:
        made = nodes.container(**attributes)
        self.state.nested_parse(StringList(text.splitlines(), source=lesson_pages.FILE), self.content_offset, made)
        return made


class LessonText(LessonPlan):
    """``{emd-lessons} course ninety`` and ``{emd-lessons} path nurse``: what is made of the plans."""

    required_arguments = 2

    def run(self):
        if _previewed() not in ("", self.env.docname):
            return []
        kind, name = self.arguments
        try:
            lessons = lesson_pages.checked()
        except LessonsError as error:
            raise self.error(str(error)) from error
        rows = {"course": (lessons.courses, lesson_pages.course_markdown),
                "path": (lessons.paths, lesson_pages.path_markdown)}
        found = [row for row in rows.get(kind, ((), None))[0] if row.id == name]
        if not found:
            raise self.error(f"emd-lessons knows no {kind} {name!r}.")
        return [self.parsed(rows[kind][1](found[0]), classes=["emd-lesson"])]


PAGES = {
    "cover-art": lambda ev: cover.art(),
    "cover-numbers": cover.numbers,
    "ledger": _ledger,
    "facts": lambda ev: [(title, table.html()) for title, table in tables.facts(ev) + tables.clinical_facts(ev)],
    "references": lambda ev: tables.references(ev).html(),
    "glossary": lambda ev: tables.glossary(ev).html(),
    "discrepancies": lambda ev: tables.discrepancy_table(ev, caption="The discrepancy log", fold=False).html(),
    "log-numbers": cover.log_numbers,
    "review": review.page,
    "drugs": drugs.page,
    "progress": lambda ev: progress.panel(),
    "pretest": lambda ev: quiz.render_selftest(quiz.load_questions("pretest"), "pretest"),
    "cases": lambda ev: cases.show([case.case_id for case in cases.load_cases()], level=2).html(),
    "case-sheets": lambda ev: "".join(cases.handout(case, level=3) for case in cases.load_cases()),
    "case-keys": lambda ev: "".join(cases.facilitator_key(case, level=3) for case in cases.load_cases()),
    "exports": listing,
    "kit": kit.listing,
    "dataset": dataset.listing,
    "practice": lambda ev: quiz.render_practice(),
    "class-links": lambda ev: class_links.html(),
    "link-builder": lambda ev: teaching.link_builder(progress.chapters()),
    "own-numbers": lambda ev: own.form(),
    "posttest": lambda ev: quiz.render_selftest(quiz.load_questions("posttest"), "posttest"),
}


#: Pages whose rows a reader chooses and puts in order: what a row is called, and by what it is chosen.
CHOOSABLE = {
    "ledger": ("figures", ("Class", "Drug", "Study", "Endpoint", "Seen")),
    "facts": ("rows", ("Class", "Drug", "Study", "Population", "When", "Certainty", "Seen")),
    "references": ("sources", ("Class", "Study", "Kind", "Read")),
    "discrepancies": ("rows", ("Class", "Drug", "Study", "Sort", "Weight")),
    "drugs": ("names", ("Class", "Target")),
    "glossary": ("terms", ()),
}


#: The tables of the data whose rows these pages hold: an address that moved stays on its page.
HELD = {
    "ledger": ("outcomes",),
    "facts": ("epidemiology", "biology", "arms", "updates", "safety", "criteria", "guidance", "certainty"),
    "references": ("sources",),
    "discrepancies": ("discrepancies",),
}


def _resolve(app: Sphinx, doctree: nodes.document) -> None:
    """Turn ``ev:``, ``calc:``, ``ex:``, ``try:`` and ``gl:`` links into links to the pages made from the data."""
    for node in list(doctree.findall(nodes.reference)):
        scheme, colon, target = node.get("refuri", "").partition(":")
        if not colon or scheme not in SCHEMES:
            continue
        if scheme in ("ex", "try"):
            span = nodes.inline("", "", *node.children, classes=["emd-example"])
            node.replace_self(span)
            continue
        node["internal"] = True  # no "external link" mark
        if scheme == "gl":
            _glossary_link(app, node, target)
            continue
        ids = row_ids(scheme, target)
        if not ids:
            raise ExtensionError(f"{app.env.docname}: the link {scheme}:{target} names no row of the data.")
        try:
            found = [_evidence().record(row_id) for row_id in ids]
        except LookupError as error:
            raise ExtensionError(f"{app.env.docname}: {error}") from error
        node["refuri"] = f"../book/{data_page(found[0])}.html#{ids[0]}"
        node["classes"] += ["emd-num", f"emd-num-{scheme}"]
        node["reftitle"] = "; ".join(_provenance(record) for record in found)


def _provenance(record) -> str:
    """One record in a sentence: what it says, how far it was seen, where it stands."""
    text = records.words(record)
    if isinstance(record.get("standing"), str):
        text += f", {style.STANDING[record['standing']].words}"
    locator = record.get("locator")
    return f"{text} ({locator})" if isinstance(locator, str) and locator else text


def _glossary_link(app, node, target):
    words = {tables.term_id(t): d for t, d in zip(_evidence().glossary.term, _evidence().glossary.definition,
                                                  strict=True)}
    if target not in words:
        raise ExtensionError(f"{app.env.docname}: the glossary has no term {target!r}.")
    node["refuri"] = f"../book/glossary.html#gl-{target}"
    node["classes"].append("emd-term")
    node["reftitle"] = words[target]


def _previewed() -> str:
    """The page that a preview makes; empty outside a preview."""
    return os.environ.get(executed.PREVIEW, "")


def _outdated(app: Sphinx, env, added, changed, removed) -> list[str]:
    """In a preview the page that is looked at is always read again: what it shows may have changed without its file."""
    return [_previewed()] if _previewed() in env.found_docs else []


def _chapter_as_run(app: Sphinx, docname: str, content: list[str]) -> None:
    """Hand Sphinx a chapter with what its cells showed, from the one execution that everything shares."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb":
        try:
            content[0] = executed.run_text(path, stale=_previewed() not in ("", docname))
        except executed.ChapterError as error:
            raise ExtensionError(str(error)) from error


class OutsideLinks(SphinxPostTransform):
    """Let linkcheck see the addresses in what cells showed and in pages that are made from the data."""

    default_priority = 1
    builders = ("linkcheck",)

    def run(self, **kwargs):
        notebook = Path(self.env.doc2path(self.env.docname))
        shown = [raw.astext() for raw in self.document.findall(nodes.raw)]
        if notebook.suffix == ".ipynb":
            shown += [text for cell in executed.run_cells(notebook) for output in cell.raw.get("outputs", [])
                      for text in output.get("data", {}).get("text/html", [])]
        found = {html.unescape(a) for text in shown for a in re.findall(r'href="(https?://[^"]+)"', text)}
        for address in sorted(found):
            self.document += nodes.paragraph("", "", nodes.reference("", address, refuri=address))


def _python_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Wrap each cell that runs on the page; where Python lies is written in when the pages are finished."""
    tags = {f"tag_{tag}" for tag in cells.TAGS}
    found = [node for node in doctree.findall(nodes.container) if tags & set(node["classes"])]
    if not found:
        return
    known = cells.page_cells(app.env.doc2path(app.env.docname))
    if len(known) != len(found):
        raise ExtensionError(f"{app.env.docname}: {len(known)} cells run on the page, but {len(found)} were drawn.")
    for node, cell in zip(found, known, strict=True):
        at = node.parent.index(node)
        node.parent[at:at + 1] = [nodes.raw("", cell.opening(), format="html"), node,
                                  nodes.raw("", cell.closing(), format="html")]


def _static_paths(app: Sphinx, config) -> None:
    config.html_static_path = [*config.html_static_path, str(FRAME), *map(str, asset_folders())]


def _write_palette(app: Sphinx) -> None:
    """The palette is written once, from the colours that the charts use."""
    target = Path(app.outdir) / "_static"
    target.mkdir(parents=True, exist_ok=True)
    (target / "emd-palette.css").write_text(style.css_variables(), encoding="utf-8")


def _page_assets(app: Sphinx, pagename, templatename, context, doctree) -> None:
    body = context.get("body", "")
    for block in BLOCKS:
        if block.is_in(body):
            for file in block.files(".css"):
                app.add_css_file(file.name)
            for file in block.files(".js"):
                app.add_js_file(file.name, loading_method="defer")


def _number_figures(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Number the figures of a chapter, and let a reader take each along."""
    if context.get("body"):
        context["body"] = taking.numbered(pagename, context["body"])


#: Where the narrow layouts of widgets lie, beside the pages: only a narrow screen asks for them.
NARROW_FOLDER = "_static/narrow"
_NARROW_BLOCK = re.compile(rf'<script type="application/octet-stream;base64" class="{NARROW}">([^<]*)</script>')
_WIDGET_ID = re.compile(r'<emd-explore id="([^"]+)"')


def _set_narrow_apart(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Move the narrow layout of each widget into a script of its own, which loads from a disk too."""
    body = context.get("body") or ""
    if f'class="{NARROW}"' not in body or app.builder.name != "html":
        return
    folder = Path(app.outdir) / NARROW_FOLDER
    folder.mkdir(parents=True, exist_ok=True)

    def moved(match: re.Match) -> str:
        id = _WIDGET_ID.findall(body, 0, match.start())[-1]
        name = f"{id}.{hashlib.sha256(match[1].encode()).hexdigest()[:10]}.js"
        for old in folder.glob(f"{id}.*.js"):
            if old.name != name:
                old.unlink()
        (folder / name).write_text(f"window.emdbook.narrow[{json.dumps(id)}]={json.dumps(match[1])};\n",
                                   encoding="utf-8")
        return f'<span class="{NARROW}" data-file="{NARROW_FOLDER}/{name}" hidden></span>'

    context["body"] = _NARROW_BLOCK.sub(moved, body)


def link_words(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Each locator in text, a table, a question or a case leads to its paragraph; a drug's first use to its names."""
    if not context.get("body"):
        return

    def address(there: str) -> str:
        return "" if pagename == there else app.builder.get_relative_uri(pagename, there)

    notes, there = review.notes(_evidence()), address("book/review")
    body = link_sealed(link_locators(context["body"], notes, there), notes, there)
    if pagename.startswith("notebooks/"):
        body = link_first_use(body, drugs.names(_evidence()), address("book/drugs"))
    context["body"] = body


def _add_key(app: Sphinx, pagename, templatename, context, doctree) -> None:
    if "body" in context:
        context["body"] = with_key(context["body"])


def _drop_thebe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Take out the scripts of in-page kernels.

    They are off in this book, but Jupyter Book ships them, and they declare ``THEBE_JS_URL`` twice, which logs an
    error on every page.
    """
    def wanted(script) -> bool:
        return "thebe" not in str(getattr(script, "filename", "") or script).lower() and \
            "thebe" not in str(getattr(script, "attributes", {}).get("body", "")).lower()

    context["script_files"] = [script for script in context.get("script_files", []) if wanted(script)]


def _python(app: Sphinx, exception) -> None:
    if exception is None and app.builder.name == "html":
        try:
            pages.publish(app.outdir)
        except SupplyError as error:
            raise ExtensionError(str(error)) from error


def _exports(app: Sphinx, exception) -> None:
    """Put beside the pages what a teacher takes along."""
    if exception is None and app.builder.name == "html":
        write_exports(Path(app.outdir) / "exports")


def _search_page(app: Sphinx):
    """The book's own search in the place of Sphinx's, whose index needs a server for its excerpts."""
    yield "search", {"title": "Search", "body": finding.page()}, "page.html"


def _without_sphinx_search(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.builder.search = False


def _index(app: Sphinx, exception) -> None:
    if exception is None and app.builder.name == "html":
        finding.write_index(Path(app.outdir), _evidence())


def _kit(app: Sphinx, exception) -> None:
    """Put the printed kit beside the pages, where there is a browser to print with."""
    if exception is None and app.builder.name == "html" and kit.can_print():
        kit.write_kit(Path(app.outdir) / kit.FOLDER)


def _for_machines(app: Sphinx, exception) -> None:
    """Put beside the pages the data package and one record for each figure, for programs and for other courses."""
    if exception is None and app.builder.name == "html":
        dataset.write_data(Path(app.outdir))
        records.write_records(_evidence(), Path(app.outdir))
        taking.write_citations(_evidence(), Path(app.outdir))


def _lighten(app: Sphinx, exception) -> None:
    # EMDBOOK_LEAN=0 leaves the pages as the theme makes them, to compare.
    if exception is None and app.builder.name == "html" and os.environ.get("EMDBOOK_LEAN", "") != "0":
        from emdbook.publish.web.lean import lighten

        lighten(app.outdir)


def setup(app: Sphinx):
    """Register the extension."""
    # A person may ask for stills (for a PDF, say); without that the chapters are drawn for the page.
    os.environ.setdefault("EMDBOOK_VIEW", "page")
    app.add_directive("emd-page", DataPage)
    app.add_post_transform(OutsideLinks)
    app.add_directive("emd-teaching", TeachingGuide)
    app.add_directive("emd-lesson", LessonPlan)
    app.add_directive("emd-lessons", LessonText)
    app.connect("config-inited", _static_paths)
    app.connect("builder-inited", _write_palette)
    app.connect("builder-inited", _without_sphinx_search)
    app.connect("html-collect-pages", _search_page)
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _chapter_as_run)
    app.connect("doctree-read", _resolve)
    app.connect("doctree-read", _python_cells)
    app.connect("html-page-context", _set_narrow_apart, priority=400)
    app.connect("html-page-context", _number_figures, priority=400)  # before the assets of its element are asked for
    app.connect("html-page-context", _page_assets)
    app.connect("html-page-context", link_words)
    app.connect("html-page-context", _add_key, priority=600)  # after the locators are links
    app.connect("html-page-context", _drop_thebe, priority=900)
    app.connect("build-finished", _python, priority=800)
    if not _previewed():  # made of the whole book, in seconds: beside the page of a preview lie those of the last book
        app.connect("build-finished", _exports, priority=810)
        app.connect("build-finished", _kit, priority=820)
        app.connect("build-finished", _for_machines, priority=820)
        app.connect("build-finished", _index, priority=830)
    app.connect("build-finished", _lighten, priority=900)  # after the theme has written its last sheet
    for file in BASE:  # without lean pages, too, before all that needs them
        app.add_js_file(file.name, priority=100)
    app.add_css_file("emd-palette.css", priority=600)
    app.add_css_file("emd.css", priority=700)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

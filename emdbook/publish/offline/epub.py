"""The book as EPUB 3, by Sphinx's own builder over the doctree of the web book.

Sphinx writes package, contents and zip; here stands what it cannot know: a reading device runs no script, so each page
becomes what paper can hold, with the numbers of every widget as a table, and its HTML becomes well-formed XHTML.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from sphinx.builders.epub3 import Epub3Builder

from emdbook import style
from emdbook.ground.paths import project_dir
from emdbook.publish import build, cover
from emdbook.publish.blocks import FRAME
from emdbook.publish.offline.archive import NAME
from emdbook.publish.offline.printing import (
    GONE,
    SUBTITLE,
    TITLE,
    Page,
    answers_html,
    contents,
    numbered,
    without_script,
)

#: What stays that a printed page leaves out: the numbers behind every widget.
_GONE = (*(one for one in GONE if one != ".emd-numbers"), "form", ".emd-choose-controls")
#: Names that HTML reads in any case and XML does not.
_CASED = {name.lower(): name for name in (
    "viewBox", "preserveAspectRatio", "clipPath", "clipPathUnits", "linearGradient", "radialGradient",
    "gradientUnits", "gradientTransform", "patternUnits", "patternTransform", "textLength", "lengthAdjust",
    "markerWidth", "markerHeight", "markerUnits", "refX", "refY", "pathLength", "textPath", "startOffset")}
_ACCESS = {
    "accessMode": ("textual", "visual"), "accessModeSufficient": ("textual", "textual,visual"),
    "accessibilityFeature": ("alternativeText", "longDescription", "structuralNavigation", "tableOfContents",
                             "readingOrder", "displayTransformability", "unlocked"),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": (
        "Every chart has a caption that says what it shows, and every widget the table of its numbers. Questions and "
        "cases are text, with their answers at the end. Headings, tables and links are marked as such. Nothing needs a "
        "script.",),
}
_COVER = "_static/cover.svg"
_DATE = (1980, 1, 1, 0, 0, 0)


def epub_file() -> Path:
    """Where the EPUB is."""
    return build.build_dir() / f"{NAME}.epub"


def write_epub(file: Path | None = None) -> Path:
    """Write the EPUB from the doctree of the built book; the book is built first if it is stale.

    Parameters
    ----------
    file : path, optional
        :func:`epub_file` if left out.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    emdbook.publish.build.BuildError
        If the book or the EPUB cannot be built.
    """
    if build.build():
        raise build.BuildError("there is no book to make it from; the reason stands above")
    file = Path(file) if file is not None else epub_file()
    folder = build.build_dir() / "epub"
    with build.in_place_of(folder) as fresh:
        build.press("epub", fresh, build.book_key())
    file.parent.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.epub").replace(file)
    return file


def well_formed(tag: Tag) -> str:
    """HTML that a lenient parser has read, as XHTML: names in their own case, own elements as plain ones.

    Parameters
    ----------
    tag : bs4.Tag
        Changed in place.

    Returns
    -------
    str
        Its content.
    """
    seen = set()
    for one in tag.find_all(True):
        if one.name.startswith("emd-"):
            one.name = "div"
        for name in [name for name in one.attrs if name.startswith(("data-", "on")) and name != "data-label"]:
            del one[name]
        if one.get("id") in seen:  # the key of a case stands with every chapter that asks it
            del one["id"]
        seen.add(one.get("id"))
    for svg in tag.find_all("svg"):
        svg["xmlns"] = "http://www.w3.org/2000/svg"
        for one in (svg, *svg.find_all(True)):
            one.name = _CASED.get(one.name, one.name)
            for name in [name for name in one.attrs if name in _CASED]:
                one[_CASED[name]] = one.attrs.pop(name)
    return _coloured(tag.decode_contents(formatter="minimal"))


def in_order(article: Tag) -> None:
    """Headings that leave out no level, as screen readers walk them; changes the article in place.

    A case has the headings that it needs within a chapter, and stands on a page of its own too.
    """
    above: list[tuple[int, int]] = []  # levels as they were, and as they are now
    for heading in article.find_all(re.compile("^h[1-6]$")):
        was = int(heading.name[1])
        while above and above[-1][0] >= was:
            above.pop()
        above.append((was, above[-1][1] + 1 if above else 1))
        heading.name = f"h{above[-1][1]}"


def _coloured(text: str) -> str:
    """Colours as they are on light paper: old reading devices know no variables."""
    return re.sub(r"var\(--emd-c-([a-z-]+)(?:,[^)]*)?\)", lambda found: style.palette()[found[1]].light, text)


def _describe(app, config) -> None:
    """What the package says of itself, from ``CITATION.cff``."""
    cited = yaml.safe_load((project_dir() / "CITATION.cff").read_text(encoding="utf-8"))
    title, _, rest = cited["title"].partition(":")
    authors = "; ".join(one.get("name") or f"{one['given-names']} {one['family-names']}" for one in cited["authors"])
    config.version = config.version or str(cited["version"])
    for name, value in {
        "basename": NAME, "title": f"{title}: {rest.strip()}" if rest else f"{title}: {SUBTITLE}", "author": authors,
        "publisher": authors, "contributor": authors, "description": " ".join(cited["abstract"].split()),
        "copyright": "Text, figures and data: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. Code: MIT.",
        "identifier": f"urn:{NAME}:{cited['version']}", "uid": "book", "show_urls": "no", "tocscope": "includehidden",
        "tocdepth": 2, "tocdup": False, "use_index": False, "css_files": [],
    }.items():
        config[f"epub_{name}"] = value


class EpubBuilder(Epub3Builder):
    """Every page of the table of contents, the answers at the end, and no script."""

    media_types: ClassVar = {**Epub3Builder.media_types, ".woff2": "font/woff2", ".otf": "font/otf"}

    def init(self) -> None:
        super().init()
        self.book = contents()
        self.articles: dict[str, Tag] = {}

    def handle_page(self, pagename, addctx, templatename="page.html", outfilename=None, event_arg=None) -> None:
        page = self.book.find(pagename)
        if page is None or "body" not in addctx:  # the index and the search
            return
        from emdbook.publish.web.lean import dropdowns
        from emdbook.publish.web.sphinx_ext import link_words

        link_words(self.app, pagename, templatename, addctx, event_arg)
        article = BeautifulSoup(f"<article>{dropdowns(addctx['body'])}</article>", "html.parser").article
        for words in article.select(".emd-numbers > summary"):  # nothing is shown at a press here
            words.string = "The numbers"
        page.answers = "".join(without_script(article, page, _GONE))
        self.articles[pagename] = article

    def copy_static_files(self) -> None:
        """Only what an EPUB uses: its sheet, the typefaces, the cover."""
        folder = Path(self.outdir, "_static")
        folder.mkdir(parents=True, exist_ok=True)
        assets = Path(__file__).resolve().parent / "assets"
        fonts = sorted(FRAME.glob("*.woff2"))
        for file in (*fonts, style.FONT_DIR / "NotoSansCJKsc-Subset.otf"):
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "epub.css").write_text(_coloured((assets / "epub.css").read_text(encoding="utf-8")), encoding="utf-8")
        drawing = BeautifulSoup(cover.portrait(TITLE, SUBTITLE), "html.parser")
        Path(self.outdir, _COVER).write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + well_formed(drawing),
                                             encoding="utf-8")

    def handle_finish(self) -> None:
        self._write_pages()
        super().handle_finish()

    def _write_pages(self) -> None:
        last = Page("book/answers")
        self.book.pages.append(last)
        for page in self.book.pages[:-1]:
            whole = BeautifulSoup(f"<article>{page.answers}</article>", "html.parser").article
            self._link(whole, page, last)
            page.answers = whole.decode_contents()
        self.articles[last.name] = BeautifulSoup(f"<article>{answers_html(self.book)}</article>", "html.parser").article
        last.title = "Answers"
        known = {name: {tag["id"] for tag in article.find_all(id=True)} for name, article in self.articles.items()}
        for page in self.book.pages:
            article = self.articles[page.name]
            if page is not last:
                self._link(article, page, page)
            for link in article.select("a[href]"):
                path, _, anchor = link["href"].partition("#")
                there = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path)) if path else page.name
                if not urlsplit(path).scheme and anchor and anchor not in known[there.removesuffix(".xhtml")]:
                    link["href"] = path or f"{posixpath.basename(page.name)}.xhtml"
            in_order(article)
            for link in article.select("caption a"):  # within the role of a table a caption holds words alone
                link.unwrap()
            page.body = well_formed(article)
            root = posixpath.relpath(".", posixpath.dirname(page.name))
            file = Path(self.outdir, f"{page.name}.xhtml")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
                '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'lang="en" xml:lang="en"><head><title>{html.escape(page.title)}</title>'
                f'<link rel="stylesheet" type="text/css" href="{root}/_static/epub.css"/></head>'
                f"<body>{numbered(page)}</body></html>\n", encoding="utf-8")

    def _link(self, tag: Tag, page: Page, on: Page) -> None:
        """Links of a page, now read on another one, lead to the files of the EPUB; to what it lacks they are words."""
        def way(name: str) -> str:
            return posixpath.relpath(f"{name}.xhtml", posixpath.dirname(on.name))

        for link in tag.select("a[href]"):
            address = urlsplit(link["href"])
            if address.scheme in ("http", "https", "mailto"):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), unquote(address.path))) \
                if address.path else "book/answers" if address.fragment.startswith("answer-") else page.name
            there = self.book.find(re.sub(r"\.(?:x?html|ipynb|md)$", "", path))
            link.attrs.pop("title", None)
            if there is None:
                link.name = "span"
                link.attrs = {}
            else:
                link["href"] = way(there.name) + (f"#{address.fragment}" if address.fragment else "")

    def toc_metadata(self, level, navpoints):
        return super().toc_metadata(level, navpoints) | {"uid": self.config.epub_identifier}

    def get_toc(self) -> None:
        """The pages in the order of the book, with their sections; Sphinx's own list has paths that lead nowhere."""
        for page in self.book.pages:
            number = f"{page.number}. " if page.number else ""
            self.refnodes.append({"level": 1, "refuri": f"{page.name}.xhtml", "text": html.escape(number + page.title)})
            for heading in self.articles[page.name].select("section[id] > h2"):
                self.refnodes.append({"level": 2, "refuri": f"{page.name}.xhtml#{heading.parent['id']}",
                                      "text": html.escape(heading.get_text(" ", strip=True))})

    def build_navigation_doc(self) -> None:
        super().build_navigation_doc()
        file = Path(self.outdir, "nav.xhtml")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('epub:type="toc"', 'epub:type="toc" role="doc-toc"', 1), encoding="utf-8")

    def build_content(self) -> None:
        """The package as Sphinx writes it, with what it leaves out: access, licence, drawings, the cover."""
        super().build_content()
        file = Path(self.outdir, "content.opf")
        said = "".join(f'<meta property="schema:{name}">{html.escape(value)}</meta>\n'
                       for name, values in _ACCESS.items() for value in values)
        text = file.read_text(encoding="utf-8").replace("</metadata>", f"{said}</metadata>", 1)
        text = re.sub(r"<guide>.*?</guide>", "", text, flags=re.S)  # of EPUB 2

        def properties(item: re.Match) -> str:
            place = html.unescape(unquote(item[1]))
            if place == _COVER:
                return f'{item[0]} properties="cover-image"'
            drawn = place.endswith(".xhtml") and "<svg" in Path(self.outdir, place).read_text(encoding="utf-8")
            return f'{item[0]} properties="svg"' if drawn else item[0]

        file.write_text(re.sub(r'href="([^"]+)" media-type="[^"]+"(?= />)', properties, text), encoding="utf-8")

    def build_epub(self) -> None:
        """Zip the files; the same files give the same bytes."""
        names = ["mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *dict.fromkeys(self.files)]
        with zipfile.ZipFile(Path(self.outdir, f"{NAME}.epub"), "w") as made:
            for name in names:
                entry = zipfile.ZipInfo(name, _DATE)
                entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                made.writestr(entry, Path(self.outdir, name).read_bytes(), compresslevel=9)


def setup(app):
    """Register the builder."""
    app.setup_extension("sphinx.builders.epub3")
    app.add_builder(EpubBuilder, override=True)
    app.connect("config-inited", _describe, priority=700)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

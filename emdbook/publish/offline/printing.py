"""The built pages as one page for paper.

Paper has no controls, so a widget shows the setting it starts from, a question shows its options, and what is folded
away on the screen stands open.  Answers and solutions go to an appendix.  Every id gets the name of its page, so that
links between pages become links within the one page.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

from emdbook import style
from emdbook.ground.paths import project_dir
from emdbook.publish.blocks import BLOCKS, FRAME
from emdbook.publish.build import index_page

TITLE = "Beyond the Marrow"
SUBTITLE = "An open, executable textbook on treating extramedullary multiple myeloma"

_FRAMES = re.compile(r'<script\b[^>]*class="emd-frames"[^>]*>.*?</script>|<svg class="emd-narrow".*?</svg>'
                     '| emd-two(?=["\\s])', re.S)
#: What paper does not have.
GONE = (".headerlink", "button", "dialog", ".emd-controls", ".emd-failure", ".emd-nojs", ".emd-unseen", ".emd-numbers",
        ".emd-actions", ".emd-fold-hint", "div.cell_input:not(.tag_exercise div.cell_input)", "details.hide",
        "div.tag_remove-input:not(:has(.cell_output))", "nav", "style", "[hidden]",
        *(tag for block in BLOCKS for tag in block.tags if block.on_paper == "gone"))
_REFERS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")


@dataclass
class Page:
    """One page of the book."""

    name: str  # such as notebooks/09_bispecific_antibodies
    part: str = ""
    title: str = ""
    number: str = ""
    body: str = ""
    answers: str = ""

    @property
    def key(self) -> str:
        """What its ids start with."""
        return re.sub(r"[^a-zA-Z0-9_-]", "-", posixpath.basename(self.name))


@dataclass
class Book:
    """All pages in order."""

    pages: list[Page] = field(default_factory=list)

    def find(self, name: str) -> Page | None:
        """The page of this name."""
        return next((page for page in self.pages if page.name == name), None)


def contents(toc: dict | None = None) -> Book:
    """The pages in the order of the table of contents.

    Parameters
    ----------
    toc : dict, optional
        As in ``_toc.yml``, which is read if left out.

    Returns
    -------
    Book
    """
    if toc is None:
        toc = yaml.safe_load((project_dir() / "_toc.yml").read_text(encoding="utf-8"))
    book = Book([Page(toc["root"])])

    def add(items, part):
        for item in items:
            book.pages.append(Page(item["file"], part))
            add(item.get("sections", []), part)

    for part in toc.get("parts", [{"chapters": toc.get("chapters", [])}]):
        add(part.get("chapters", []), part.get("caption", ""))
    return book


def _article(file: Path) -> Tag:
    text = _FRAMES.sub("", file.read_text(encoding="utf-8"))
    found = re.search(r'<article class="bd-article">.*</article>', text, re.S)
    if not found:
        raise ValueError(f"{file.name} is no page of the book")
    article = BeautifulSoup(found[0], "html.parser").article
    # Chromium writes no alternative text into a PDF where all that an image holds is hidden from screen readers. What
    # an element with the role of an image holds is silent in any case.
    for drawing in article.select('[role="img"] > svg[aria-hidden]'):
        del drawing["aria-hidden"]
    return article


def _tag(soup: Tag, name: str, content: str = "", **attributes) -> Tag:
    new = BeautifulSoup(f"<{name}>{content}</{name}>", "html.parser").find(name)
    for key, value in attributes.items():
        new[key.rstrip("_")] = value
    return new


def _inner(tag: Tag | None) -> str:
    return tag.decode_contents().strip() if tag is not None else ""


def _ids(article: Tag, key: str) -> None:
    """Every id and every reference to one, with the name of the page before it."""
    for tag in article.find_all(True):
        if tag.get("id"):
            tag["id"] = f"{key}--{tag['id']}"
        for name in _REFERS:
            if tag.get(name):
                tag[name] = " ".join(f"{key}--{one}" for one in tag[name].split()) \
                    if isinstance(tag[name], str) else [f"{key}--{one}" for one in tag[name]]
        for name, value in list(tag.attrs.items()):
            if isinstance(value, str) and "url(#" in value:
                tag[name] = value.replace("url(#", f"url(#{key}--")
        if tag.name in ("use", "image") or tag.find_parent("svg"):
            for name in ("href", "xlink:href"):
                if str(tag.get(name, "")).startswith("#"):
                    tag[name] = f"#{key}--{tag[name][1:]}"
    for sheet in article.select("svg style"):
        if sheet.string:
            sheet.string = sheet.string.replace("url(#", f"url(#{key}--")


def _links(article: Tag, page: Page, book: Book, root: Path) -> None:
    """Links between pages as links within the one page; links to what paper does not have as words."""
    for link in article.select("a[href]"):
        if link.find_parent("svg"):
            continue
        href = link["href"]
        address = urlsplit(href)
        if address.scheme in ("http", "https", "mailto"):
            continue
        if href.startswith("#answer-"):
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), unquote(address.path))) \
            if address.path else page.name
        target = book.find(re.sub(r"\.(?:html|ipynb|md)$", "", path))
        if target is None:
            link.name = "span"
            del link["href"]
        else:
            anchor = unquote(address.fragment)
            link["href"] = f"#{target.key}--{anchor}" if anchor else f"#page-{target.key}"
        link.attrs.pop("title", None)
    for picture in article.select("img[src]"):
        if not urlsplit(picture["src"]).scheme:
            picture["src"] = (root / posixpath.dirname(page.name) / unquote(picture["src"])).resolve().as_uri()


def _open(article: Tag, page: Page) -> list[str]:
    """Open what is folded; take out the solutions and return them for the appendix."""
    solutions = []
    for fold in reversed(article.find_all("details")):
        summary = fold.find("summary")
        words = summary.get_text(" ", strip=True) if summary else ""
        if summary:
            summary.extract()
        if words.startswith("Solution") and "notebooks/" in page.name:
            id_ = f"answer-{page.key}-solution-{len(solutions) + 1}"
            asked = next((h.get_text(" ", strip=True) for h in fold.find_all_previous(["h2", "h3"])), words)
            solutions.append((asked, id_, _inner(fold)))
            fold.replace_with(_tag(fold, "p", f'<a href="#{id_}">Solution at the end of the book</a>',
                                   class_="print-see"))
            continue
        fold.name = "div"
        fold["class"] = [*fold.get("class", []), "print-open"]
        if words:
            fold.insert(0, _tag(fold, "p", html.escape(words), class_="print-title"))
    # found from the last to the first
    return [f'<div id="{id_}"><h3>{html.escape(asked)}</h3>{body}</div>' for asked, id_, body in reversed(solutions)]


def without_script(article: Tag, page: Page, gone: Sequence[str] = GONE) -> list[str]:
    """Turn what needs a script or a hand into what paper can hold, and give the page its title and number.

    Parameters
    ----------
    article : bs4.Tag
        Of the built page; changed in place.
    page : Page
    gone : sequence of str
        Selectors of what is taken out.

    Returns
    -------
    list of str
        HTML of the keys and solutions, for the end of the book.
    """
    answers = []
    keyed = [(found, block.on_paper) for block in BLOCKS if callable(block.on_paper)
             for tag in block.tags for found in article.select(tag)]
    for i, (tag, paper) in enumerate(keyed, start=1):
        shown, key = paper(tag, f"answer-{page.key}-{i}")
        answers.append(key)
        tag.replace_with(_tag(article, "div", shown))
    for mark in article.select(", ".join(gone)):
        if not mark.decomposed:
            mark.decompose()
    for script in article.find_all("script"):
        script.decompose()
    solutions = _open(article, page)
    for words in article.find_all("p"):  # a question stays with the figure that answers it
        if (bold := words.find("strong", recursive=False)) and bold.get_text() == words.get_text().strip():
            words["class"] = [*words.get("class", []), "print-ask"]
    for link in article.select(".toctree-wrapper"):
        link.decompose()
    heading = article.find("h1")
    page.title = heading.get_text(" ", strip=True) if heading else page.name
    number = re.match(r"(\d\d)_", posixpath.basename(page.name))
    page.number = str(int(number[1])) if number else ""
    return [*answers, *solutions]


def read_page(page: Page, book: Book, root: Path) -> None:
    """Fill a page from its built file.

    Parameters
    ----------
    page : Page
    book : Book
        All pages, to know which links lead to one of them.
    root : path
        The folder of the built book.
    """
    article = _article(root / f"{page.name}.html")
    answers = without_script(article, page)
    _ids(article, page.key)
    _links(article, page, book, root)
    page.body = _inner(article)
    appendix = BeautifulSoup("".join(answers), "html.parser")
    _links(appendix, page, book, root)
    page.answers = str(appendix)


def _contents_html(book: Book) -> str:
    rows, part = [], None
    for page in book.pages[1:]:
        if page.part != part:
            part = page.part
            rows.append(f'<li class="print-part">{html.escape(part)}</li>')
        number = f"{page.number}. " if page.number else ""
        rows.append(f'<li><a href="#page-{page.key}">{number}{html.escape(page.title)}'
                    f'<span class="print-page" data-page="page-{page.key}"></span></a></li>')
    rows.append('<li><a href="#page-answers">Answers<span class="print-page" data-page="page-answers"></span></a></li>')
    return f'<nav class="print-contents" id="page-contents"><h1>Contents</h1><ul>{"".join(rows)}</ul></nav>'


def _running_heads(names: Sequence[tuple[str, str]]) -> str:
    """The title of the chapter at the head of its pages."""
    rules = []
    for key, title in names:
        words = title.replace("\\", "").replace('"', "'")
        rules.append(f'@page p{key}{{@top-right{{content:"{words}"}}}}'
                     f'#page-{key}{{page:p{key}}}')
    return "".join(rules)


def book_html(root: Path | None = None, toc: dict | None = None) -> str:
    """The whole book as one page for paper.

    Parameters
    ----------
    root : path, optional
        The folder of the built book.
    toc : dict, optional
        The table of contents; ``_toc.yml`` if left out.

    Returns
    -------
    str
    """
    root = Path(root) if root is not None else index_page().parent
    book = contents(toc)
    for page in book.pages:
        read_page(page, book, root)
    cover, *others = book.pages
    chapters = "".join(
        f'<section class="print-chapter" id="page-{page.key}">{numbered(page)}</section>' for page in others)
    last = f'<section class="print-chapter" id="page-answers">{answers_html(book)}</section>'
    kept = [file for block in BLOCKS if block.on_paper == "kept" for file in block.files(".css")]
    sheets = "".join(file.read_text(encoding="utf-8") for file in (
        FRAME / "emd.css", *kept, Path(__file__).resolve().parent / "assets" / "print.css"))
    sheets = re.sub(r"url\((source-[^)]+\.woff2)\)", rf"url({FRAME.as_uri()}/\1)", sheets)
    heads = _running_heads([*((p.key, p.title) for p in others), ("answers", "Answers")])
    text = (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>{style.css_variables()}{sheets}{heads}</style></head>"
        f'<body class="bd-article"><section class="print-cover" id="page-{cover.key}">{cover.body}'
        f'<p class="print-small">Education only, not medical advice. Text and data CC BY 4.0, code MIT.</p></section>'
        f"{_contents_html(book)}{chapters}{last}</body></html>"
    )
    return _without_dead_links(text)


def answers_html(book: Book) -> str:
    """The last page: keys, critiques and solutions, by page."""
    answers = "".join(f'<section class="print-answers"><h2>{html.escape(page.title)}</h2>{page.answers}</section>'
                      for page in book.pages if page.answers)
    return ("<h1>Answers</h1>"
            "<p>The key to the questions, the critique of the cases and the solutions of the exercises, by chapter.</p>"
            f"{answers}")


def numbered(page: Page) -> str:
    """The body of a page with its number before its title."""
    if not page.number:
        return page.body
    return re.sub(r"(<h1[^>]*>)", rf'\g<1>{page.number}. ', page.body, count=1)


def _without_dead_links(text: str) -> str:
    """Links to a place that paper does not have lead to the page that would hold it."""
    ids = set(re.findall(r'\bid="([^"]+)"', text))

    def link(match: re.Match) -> str:
        target = html.unescape(match[2])
        if target in ids:
            return match[0]
        page = f"page-{target.partition('--')[0]}"
        return f'{match[1]}href="#{page}"' if page in ids else match[1]

    return re.sub(r'(?<=<a )([^>]*?)href="#([^"]*)"', link, text)

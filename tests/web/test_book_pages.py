"""The built book: its pages in a real Chromium with the network cut, and its links without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, NavigableString

import emdbook
from emdbook.ground.paths import project_dir
from emdbook.publish import drugs
from emdbook.publish.build import index_page

pytestmark = pytest.mark.book
HTML = index_page().parent


def _toc_files(node) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _toc_files(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    return own + [name for key in ("parts", "chapters", "sections") for name in _toc_files(node.get(key, []))]


#: Every page of the book, as the table of contents names it.
PAGES = _toc_files(yaml.safe_load((project_dir() / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [name for name in PAGES if name.startswith("notebooks/")]


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def all_pages() -> list[Path]:
    """Every page, without the templates that the theme leaves in its folder of assets."""
    return sorted(page for page in HTML.rglob("*.html") if "_static" not in page.relative_to(HTML).parts)


# --- without a browser ----------------------------------------------------------------------------------------------

#: Reading every page takes ten seconds of a processor: one worker does it for all tests that need it.
one_reader = pytest.mark.xdist_group("pages read without a browser")


def test_every_page_of_the_table_of_contents_was_built():
    assert PAGES[0] == "book/cover"
    assert [name for name in PAGES if not (HTML / f"{name}.html").is_file()] == []


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset({tag["id"] for tag in soup(path).find_all(id=True)}
                     | {tag["name"] for tag in soup(path).find_all("a", attrs={"name": True})})


#: Where no link can stand: what is a link or a control itself, a heading, drawn, or no text to read.
NO_LINK = ("a", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math", "option", "pre", "script",
           "select", "style", "summary", "svg", "textarea", "title", "template")


def unlinked_drugs(article: BeautifulSoup, known: dict[str, tuple[str, str, str]]) -> Iterator[str]:
    """Drugs named in the running text of a page whose first use leads nowhere, or lacks its Chinese name."""
    linked = {a["href"].partition("#")[2]: a for a in article.select("a.emd-drug[href]")}
    texts = [text for text in article.find_all(string=True) if type(text) is NavigableString]
    for name, (anchor, _, chinese) in known.items():
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        around = (text.find_parent(NO_LINK) for text in texts if word.search(text))  # slow: only where it is named
        first = next((inside for inside in around if inside is None or "emd-drug" in inside.get("class", ())), "none")
        if first == "none":
            continue
        if anchor not in linked or (first is None and linked[anchor].get_text().casefold() == name.casefold()):
            yield f"{name}: its first use is no link"
        elif chinese and not (linked[anchor].next_sibling and (span := linked[anchor].find_next_sibling()) is not None
                              and span.get("class") == ["emd-zh"] and span.get_text() == chinese):
            yield f"{name}: without {chinese}"


@one_reader
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_first_use_of_each_drug_in_a_chapter_leads_to_its_names(chapter):
    known = drugs.names(emdbook.load())
    article = soup(HTML / f"{chapter}.html").find("article")
    assert list(unlinked_drugs(article, known)) == []
    assert article.select("a.emd-drug[href]"), "no drug is named at all"


@pytest.mark.parametrize("page", [
    "<p>Drug a, drug a.</p>", '<p>Drug a, <a class="emd-drug" href="d#a">drug a</a> <span class="emd-zh">药</span></p>',
    '<p><a class="emd-drug" href="d#a">Drug a</a></p>',
    '<p><a class="emd-drug" href="d#a">Drug a</a> <span class="emd-zh">乙</span></p>'])
def test_a_drug_without_its_link_is_found(page):
    assert list(unlinked_drugs(BeautifulSoup(page, "html.parser"), {"drug a": ("a", "BCMA", "药")}))


def place_of(fragment: str) -> str:
    """The id that a fragment leads to: its own, or that of the widget whose state it asks for."""
    return parse_qs(fragment)["w"][0] if fragment.startswith("w=") else unquote(fragment)


def broken_links(page: Path, root: Path) -> list[str]:
    """What is wrong with the local links of a page."""
    problems = []
    for tag in soup(page).find_all(True):
        for attribute in ("href", "src", "xlink:href", "data", "poster"):
            value = tag.get(attribute)
            if not isinstance(value, str) or (attribute == "data" and tag.name != "object"):
                continue
            address = urlsplit(value)
            if address.scheme or address.netloc:
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            if not target.is_relative_to(root.resolve()) or not target.is_file():
                problems.append(f"{page.name}: {tag.name} {attribute}={value!r} leads to no file")
            elif address.fragment and target.suffix == ".html" and place_of(address.fragment) not in anchors(target):
                problems.append(f"{page.name}: {value!r} leads to no place in {target.name}")
    return problems


@one_reader
def test_every_local_link_leads_somewhere():
    pages = all_pages()
    assert len(pages) > len(PAGES)
    problems = [problem for page in pages for problem in broken_links(page, HTML)]
    assert not problems, "\n".join(problems[:40])


def test_the_link_check_can_fail(tmp_path):
    page = tmp_path / "a.html"
    page.write_text('<a id="x" href="#x"></a><a href="b.html"></a><img src="c%20d.png"><a href="a.html#y"></a>'
                    '<a href="a.html#w=x&amp;n=4"></a>'
                    '<a href="a.html#w=y&amp;n=4"></a><a href="../a.html"></a>'
                    '<a href="https://example.org/gone"></a>', encoding="utf-8")
    (tmp_path / "c d.png").write_text("")
    assert len(broken_links(page, tmp_path)) == 4


def outside_requests(page: Path) -> list[str]:
    """Addresses off the host that a page would ask for by itself, without a click."""
    found = []
    for tag in soup(page).find_all(True):
        loads = tag.name in ("script", "img", "iframe", "source", "video", "audio", "object", "embed", "input", "image",
                             "use") or (tag.name == "link" and not {"canonical", "license", "author", "next", "prev"}
                                        & set(tag.get("rel", [])))
        for attribute in ("src", "href", "xlink:href", "srcset", "data"):
            value = tag.get(attribute)
            if loads and isinstance(value, str) and re.match(r"(?:https?:)?//", value.strip()):
                found.append(value)
    text = page.read_text(encoding="utf-8")
    found += re.findall(r"(?:https?:)?//(?:cdn\.|cdnjs|unpkg|[\w.]*jsdelivr|fonts\.g)[^\s\"'<]*", text)
    return found + re.findall(r"@import[^;]*//[^;]*;|url\(['\"]?(?:https?:)?//[^)]*\)", text)


@one_reader
def test_no_page_names_another_host_for_what_it_loads():
    found = {page.relative_to(HTML).as_posix(): outside_requests(page) for page in all_pages()}
    assert {page: what for page, what in found.items() if what} == {}


def test_no_style_sheet_of_the_book_asks_another_host():
    found = {}
    for sheet in HTML.rglob("*.css"):
        asks = re.findall(r"(?:@import\s+|url\()['\"]?(?:https?:)?//[^)\"';]*", sheet.read_text(encoding="utf-8"))
        if asks:
            found[sheet.name] = asks
    assert found == {}


def poor_alternatives(page: Path) -> list[str]:
    """Pictures and figures whose alternative text is missing or is a file name."""
    problems = []
    for picture in soup(page).find_all("img"):
        alt = picture.get("alt")
        decorative = picture.get("role") == "presentation" or picture.get("aria-hidden") == "true"
        if (not alt and not decorative) or re.search(r"\.(?:png|svg|jpe?g|gif)$|^(?:_images|output)\b", alt or ""):
            problems.append(f"{page.name}: <img src={picture.get('src', '')[:60]!r} alt={alt!r}>")
    for figure in soup(page).select("article figure"):
        if figure.find("svg") is not None:
            drawn, caption = figure.find(attrs={"role": "img"}), figure.find("figcaption")
            named = drawn is not None and drawn.get("aria-label")
            words = caption.get_text() if named and caption else ""  # the drawing is named in short, and told there
            if len(words.split()) < 5 or named in words or re.search(r"\.(?:png|svg)$", words):
                problems.append(f"{page.name}: a figure says {words!r}")
    return problems


@one_reader
def test_every_figure_says_what_it_shows():
    problems = [problem for page in all_pages() for problem in poor_alternatives(page)]
    assert not problems, "\n".join(problems)


@one_reader
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_shows_figures_and_no_raw_output(name):
    page = soup(HTML / f"{name}.html")
    assert len(page.select("article figure [role=img]")) >= 2
    text = page.select_one("article").get_text(" ")
    for raw in ("Traceback", "<Figure size", "NBVAL", "](ev:", "](calc:", "](ex:", ":::{", "emdbook.charts.base.Chart"):
        assert raw not in text


def test_the_check_of_figures_can_fail(tmp_path):
    page = tmp_path / "a.html"
    page.write_text('<article><img src="a.png"><img src="b.png" alt="_images/b.png"><img src="c.png" alt="c.svg">'
                    '<figure><svg role="img" aria-label="Chart"></svg></figure><figure><svg></svg></figure>'
                    '<figure><svg role="img" aria-label="Five words said here twice"></svg>'
                    '<figcaption>Five words said here twice</figcaption></figure>'
                    '<img alt="" role="presentation" src="d.png"></article>', encoding="utf-8")
    assert len(poor_alternatives(page)) == 6


# --- in a browser ---------------------------------------------------------------------------------------------------

@pytest.fixture
def address(serve):
    root = serve(HTML)
    return lambda name: f"{root}/{name}.html"


#: The ledger has thousands of rows made by one line of code; axe looks at the first of each kind.
_SHORTEN = """() => {
    for (const table of document.querySelectorAll('article table'))
        [...table.tBodies].forEach(body => [...body.rows].slice(8).forEach(row => row.remove()))
    const parts = [...document.querySelectorAll('article section section, article .emd-scroll')]
    if (parts.length > 60) parts.slice(24).forEach(part => part.remove())
}"""


#: The rules of axe that look at colours.
COLOURS = ("color-contrast", "link-in-text-block")
#: One page of each kind, which axe looks at every time; at all others once a week.
KINDS = ("book/cover", "book/how_to_use", "book/pretest", "book/instructor_guide", "book/ledger", "book/glossary",
         "book/references", "notebooks/03_reading_small_studies", "notebooks/14_choosing_a_treatment")


def test_the_kinds_are_pages_of_the_book():
    assert set(KINDS) <= set(PAGES)


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in KINDS else pytest.mark.exhaustive)
                                  for name in PAGES])
def test_page_served_with_the_network_cut(name, open_page, address, axe):
    page = open_page(address(name))
    page.watch.assert_clean()  # before axe, which asks for style sheets by itself
    page.evaluate(_SHORTEN)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # or a colour is measured on its way
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        # "region" is a best practice, no rule of WCAG: the theme puts its logo outside of a landmark.
        # In the dark the page is the same but for its colours.
        found = axe(page, rules=() if theme == "light" else COLOURS)
        violations = [violation for violation in found if not violation.startswith("region:")]
        assert not violations, (theme, "\n".join(violations[:20]))


def test_the_watch_can_fail(tmp_path, open_page, serve):
    (tmp_path / "a.html").write_text('<img src="https://example.org/x.png">', encoding="utf-8")
    for root in (tmp_path.as_uri(), serve(tmp_path)):
        assert open_page(f"{root}/a.html", wait=False).watch.outside == ["https://example.org/x.png"]


@pytest.mark.parametrize("name", PAGES)
def test_page_from_a_memory_stick_in_both_themes_and_on_a_phone(name, visit):
    page = visit((HTML / f"{name}.html").as_uri())
    assert page.locator("article h1").count() == 1
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    pale = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    assert max(pale) < 90, f"the page stays light in the dark: {pale}"
    for width, height in ((390, 844), (320, 640)):  # 320 is also 400 percent on a screen of 1280 (WCAG 1.4.10)
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        check_width(page)
    page.watch.assert_clean()


def check_width(page):
    wide = page.evaluate("""() => {
        const limit = document.documentElement.clientWidth
        if (document.documentElement.scrollWidth <= limit + 1) return []
        return [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > limit + 1)
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120))
    }""")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 1, wide


#: On a small laptop both sidebars leave a table little room.
CUT = """() => [...document.querySelectorAll('.emd-scroll')].filter(e => e.scrollWidth > e.clientWidth)
    .map(e => `${e.getAttribute('aria-label')}: ${e.scrollWidth} of ${e.clientWidth}`)"""


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*CHAPTERS, "book/glossary", "book/ledger"])
def test_tables_are_not_cut_beside_both_sidebars(name, visit):
    page = visit((HTML / f"{name}.html").as_uri())
    page.set_viewport_size({"width": 1300, "height": 900})
    assert page.evaluate(CUT) == []
    if name == "book/glossary":  # no contents beside it: the table has their place
        assert page.locator(".emd-scroll").bounding_box()["width"] > 900


def test_the_front_door_leads_to_the_cover(open_page, serve):
    page = open_page(f"{serve(HTML)}/index.html", wait=False)
    page.wait_for_url("**/book/cover.html")
    assert page.locator("article h1").inner_text()
    page.watch.assert_clean()

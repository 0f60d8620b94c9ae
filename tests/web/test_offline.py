"""The copy to take along: the zip unpacked and opened from a file with the network cut, and the PDF read back."""

from __future__ import annotations

import re
import zipfile

import pytest
import yaml
from bs4 import BeautifulSoup

from emdbook.charts.told import DRAWN
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish import on_paper
from emdbook.publish.build import in_ci, index_page
from emdbook.publish.offline import archive, printing, write_archive
from emdbook.publish.offline.pdf import bookmark_titles, write_pdf
from emdbook.publish.slides import build_decks
from emdbook.teach.quiz import load_questions, render_selftest
from emdbook.teach.quiz.render import seal

pytestmark = pytest.mark.book
CHAPTER = "09_bispecific_antibodies"


@pytest.fixture(autouse=True, scope="module")
def _built():
    if not index_page().is_file():
        reason = "there is no built book: make book"
        pytest.fail(reason) if in_ci() else pytest.skip(reason)


# --- the zip --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def zipped(tmp_path_factory):
    """The zip of the built book."""
    if not (project_dir() / "_build" / "slides" / "index.html").is_file():
        build_decks()
    return write_archive(tmp_path_factory.mktemp("zip") / "book.zip")


@pytest.fixture(scope="module")
def unpacked(zipped, tmp_path_factory):
    """The folder that a reader has after unpacking, under a name with a space."""
    folder = tmp_path_factory.mktemp("memory stick")
    with zipfile.ZipFile(zipped) as file:
        file.extractall(folder)
    return folder / archive.NAME


def test_the_zip_holds_the_book_the_decks_the_notebooks_the_data_and_the_licences(unpacked):
    for name in ("START-HERE.html", "README.txt", "LICENSE", "LICENSE-CONTENT", "html/index.html", "slides/index.html",
                 f"html/notebooks/{CHAPTER}.html", f"slides/{CHAPTER}.html", f"notebooks/{CHAPTER}.ipynb",
                 "data/datapackage.json", "data/outcomes.csv", "slides/_assets/reveal-LICENSE.txt"):
        assert (unpacked / name).is_file(), name
    assert not [f for f in unpacked.rglob("*") if f.name.startswith(".") or f.name == "__pycache__"]
    words = (unpacked / "README.txt").read_text(encoding="utf-8")
    for folder in re.findall(r"^(\w+)  +\w", words, re.M):
        assert (unpacked / folder).is_dir(), folder


def test_the_same_book_gives_the_same_zip(zipped, tmp_path):
    again = write_archive(tmp_path / "again.zip")
    assert again.read_bytes() == zipped.read_bytes()
    names = zipfile.ZipFile(again).namelist()
    assert names == sorted(names)


def test_no_address_of_this_machine_is_in_the_zip(unpacked):
    found = [f.relative_to(unpacked) for f in unpacked.rglob("*")
             if f.suffix in (".html", ".js", ".css", ".ipynb", ".json", ".csv", ".txt")
             and str(project_dir()) in f.read_text(encoding="utf-8")]
    assert found == []


def test_every_deck_links_into_the_book_beside_it(unpacked):
    problems = []
    for deck in sorted((unpacked / "slides").glob("[0-9]*.html")):
        soup = BeautifulSoup(deck.read_text(encoding="utf-8"), "html.parser")
        for link in soup.select('a[href^="../html"]'):
            path, _, _ = link["href"].partition("#")
            if not (deck.parent / path).resolve().is_file():
                problems.append(f"{deck.name}: {link['href']}")
    assert problems == []


def test_the_unpacked_book_opens_by_double_click(unpacked, open_page):
    page = open_page((unpacked / "START-HERE.html").as_uri(), wait=False)
    page.wait_for_url("**/html/book/cover.html")
    assert page.locator("article h1").inner_text().startswith("Beyond the Marrow")
    page.goto((unpacked / "html" / "notebooks" / f"{CHAPTER}.html").as_uri())
    page.wait_for_function("() => [...document.querySelectorAll('emd-explore,emd-quiz')].every(e => e.dataset.state)")
    widget = page.locator("emd-explore").first
    before = widget.locator("figcaption").inner_text()
    widget.locator("input[type=range]").first.press("ArrowRight")
    page.wait_for_function("old => document.querySelector('emd-explore figcaption').innerText !== old", arg=before)
    question = page.locator("emd-quiz form").first
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    assert "orrect" in question.locator(".emd-result").inner_text()
    button = page.get_by_role("button", name="Colour mode")
    modes = set()
    for _ in range(3):
        button.click()
        modes.add(page.evaluate("() => document.documentElement.dataset.mode"))
    assert modes == {"auto", "dark", "light"}
    page.keyboard.press("Control+k")
    page.keyboard.type("teclistamab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=teclistamab")
    page.wait_for_selector("#search-results li a")
    page.watch.assert_clean()


def test_the_unpacked_decks_open(unpacked, open_page):
    page = open_page((unpacked / "slides" / "index.html").as_uri())
    page.locator(".deck-list a").first.click()
    page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
    page.watch.assert_clean()


# --- the page for paper ---------------------------------------------------------------------------------------------

QUIZ = ('<emd-quiz data-set="x"><form class="emd-question"><fieldset><legend><span class="emd-number">1.</span> Why?'
        '<span class="emd-hint"> (easy)</span></legend><ul><li><label class="emd-tick"><input type="radio">'
        '<span>No</span></label></li><li><label class="emd-tick"><input type="radio"><span>Yes</span></label></li></ul>'
        f'</fieldset><script class="emd-sealed">'
        f'{seal({"options": [{"correct": False, "why": "It is not."}, {"correct": True, "why": "It is."}]})}'
        '</script></form></emd-quiz>')


def test_a_question_keeps_its_answer_for_the_end():
    shown, key = on_paper.quiz_on_paper(BeautifulSoup(QUIZ, "html.parser").find("emd-quiz"), "answer-x-1")
    assert BeautifulSoup(shown, "html.parser").find("li").get_text("|") == "Why?|No|Yes"
    assert "It is" not in shown
    assert BeautifulSoup(key, "html.parser").get_text(" ", strip=True) == "Questions B . It is."
    assert 'href="#answer-x-1"' in shown
    assert 'id="answer-x-1"' in key


def test_the_tests_before_and_after_the_book_have_their_key():
    for name in ("pretest", "posttest"):
        test = BeautifulSoup(render_selftest(load_questions(name), name), "html.parser").find("emd-selftest")
        shown, key = on_paper.selftest_on_paper(test, "answer-x-1")
        page = BeautifulSoup(shown, "html.parser")
        assert len(page.select("li.print-question")) == 20
        assert page.get_text().count("☐ Guessing") == 20
        assert len(key) > 2000
        letters = [tag.get_text() for tag in BeautifulSoup(key, "html.parser").find_all("strong")]
        assert len(letters) == 20
        assert set(letters) <= set("ABCDE")


def test_links_between_pages_become_links_within_the_page(tmp_path):
    (tmp_path / "book").mkdir()
    text = ('<article class="bd-article"><h1 id="top">{0}</h1><p id="x"><a href="{1}.html#x">to x</a> '
            '<a href="{1}.html">whole</a> <a href="{1}.html#gone">gone</a> <a href="#x">here</a> '
            '<a href="../search.html">no paper</a> <a href="https://example.org/">web</a></p>'
            '<svg><clipPath id="c"></clipPath><g clip-path="url(#c)"></g></svg>'
            "<details><summary>Folded</summary><p>inside</p></details><button>Go</button></article>")
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / "book" / f"{one}.html").write_text(text.format(one, other), encoding="utf-8")
    toc = {"root": "book/a", "parts": [{"caption": "P", "chapters": [{"file": "book/b"}]}]}
    soup = BeautifulSoup(printing.book_html(tmp_path, toc), "html.parser")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {"a--x", "b--x", "page-a", "page-b"} <= set(ids)
    cover = soup.select_one(".print-cover")
    assert [a.get("href") for a in cover.find_all("a")] == ["#b--x", "#page-b", "#page-b", "#a--x",
                                                            "https://example.org/"]
    assert soup.select_one("#page-b g")["clip-path"] == "url(#b--c)"
    assert soup.find("button") is None
    assert soup.find("details") is None
    assert "inside" in cover.get_text()


def test_bookmarks_have_the_words_of_their_headings():
    written = ["Contents", "GlossaryGlossary", "12. One line, and12. One line, andanother", "A long head andits end",
               "Unknown"]
    headings = ["Contents", "not printed", "Glossary", "12. One line, and another", "A long head and its end"]
    assert bookmark_titles(written, headings) == ["Contents", "Glossary", "12. One line, and another",
                                                  "A long head and its end", "Unknown"]


# --- the PDF --------------------------------------------------------------------------------------------------------

def _some_pages() -> dict:
    """A short book: its front, two chapters, the glossary and the references."""
    toc = yaml.safe_load((project_dir() / "_toc.yml").read_text(encoding="utf-8"))
    wanted = ("book/how_to_use", "notebooks/03_reading_small_studies", f"notebooks/{CHAPTER}", "book/glossary")
    parts = [{"caption": part["caption"], "chapters": [c for c in part["chapters"] if c["file"] in wanted]}
             for part in toc["parts"]]
    return {"root": toc["root"], "parts": [part for part in parts if part["chapters"]]}


@pytest.fixture(scope="module")
def printed(browser, tmp_path_factory):
    """Some pages of the book as PDF: all of them take minutes (``test offline``)."""
    from pypdf import PdfReader

    text = printing.book_html(toc=_some_pages())
    file = write_pdf(tmp_path_factory.mktemp("pdf") / "some.pdf", text, browser)
    return PdfReader(file), BeautifulSoup(text, "html.parser")


def outline(reader, items=None, depth=0):
    """Depth, title and page of every bookmark."""
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from outline(reader, item, depth + 1)
        else:
            yield depth, item.title, reader.get_destination_page_number(item)


def check_pdf(reader, soup, least_links: int) -> None:
    """What every PDF of the book must hold."""
    assert reader.metadata.title == "Beyond the Marrow"
    assert reader.metadata.author
    root = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    marks = list(outline(reader))
    words = {" ".join(h.get_text(" ").split()) for h in soup.find_all(re.compile("^h[1-6]$"))}
    assert [title for _, title, _ in marks if title not in words] == []
    top = [title for depth, title, _ in marks if depth == 0]
    assert top == [" ".join(h.get_text(" ").split()) for h in soup.find_all("h1")]
    for _, title, number in (mark for mark in marks if mark[0] == 0):
        words = re.sub(r"\s+", " ", reader.pages[number].extract_text())
        assert re.sub(r"\s+", " ", title) in words, title
    places = reader.named_destinations
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    inner = [str(a["/Dest"]).lstrip("/") for a in links if "/Dest" in a]
    assert len(inner) >= least_links
    known = {str(name).lstrip("/") for name in places}
    assert set(inner) <= known
    # the page numbers of the table of contents are those of the pages
    at = next(i for i, (_, title, _) in enumerate(marks) if title == "Contents")
    contents = " ".join(reader.pages[i].extract_text() for i in range(marks[at][2], marks[at + 1][2]))
    for row in soup.select(".print-page"):
        number = reader.get_destination_page_number(places[_named(places, row["data-page"])]) + 1
        assert re.search(rf"\b{number}\b", contents), row["data-page"]
    # the number at the foot of each page
    for number in (4, len(reader.pages)):
        assert re.search(rf"(?:^|\n)\s*{number}\s*(?:\n|$)", reader.pages[number - 1].extract_text()), number


def _named(places, name):
    return next(place for place in places if str(place).lstrip("/") == name)


def alternatives(reader) -> list[str]:
    """Alternative texts of the figures in the structure of the document."""
    found, waiting = [], [reader.root_object["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if not hasattr(node, "get"):
            continue
        if node.get("/S") == "/Figure" and "/Alt" in node:
            found.append(str(node["/Alt"]))
        children = node.get("/K", [])
        children = children.get_object() if hasattr(children, "get_object") else children
        waiting += children if isinstance(children, list) else [children]
    return found


def test_the_pdf_has_outline_links_page_numbers_and_tags(printed):
    check_pdf(*printed, least_links=25)
    assert 15 < len(printed[0].pages) < 120


def test_the_pdf_says_what_each_figure_shows(printed):
    reader, soup = printed
    spoken = alternatives(reader)
    figures = soup.select('figure [role="img"]')
    assert len(figures) >= 8
    assert sum(DRAWN in text for text in spoken) >= len(figures)
    text = re.sub(r"\s+", "", " ".join(page.extract_text() for page in reader.pages))
    for figure in figures:
        words = re.sub(r"\s+", "", figure.find_parent("figure").figcaption.get_text())
        assert words[:60] in text, words[:60]


def test_the_pdf_holds_the_questions_and_their_key(printed):
    reader, _ = printed
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert text.count("Answers at the end of the book") == 2
    assert "Which" in text
    for cell in read_cells(project_dir() / "notebooks" / f"{CHAPTER}.ipynb"):
        if cell.slide_type == "slide" and cell.source.startswith("**"):
            assert cell.source.strip("* \n") in text


@pytest.mark.whole
def test_the_whole_book_as_pdf():
    """Of the PDF that the gate ``offline`` has just made."""
    import pikepdf
    from pypdf import PdfReader

    from emdbook.publish.offline import pdf_file

    assert pdf_file().stat().st_mtime > index_page().stat().st_mtime, "older than the book: make offline"
    reader = PdfReader(pdf_file())
    soup = BeautifulSoup(printing.book_html(), "html.parser")
    check_pdf(reader, soup, least_links=1000)
    assert len(reader.pages) > 150
    top = [title for depth, title, _ in outline(reader) if depth == 0]
    chapters = [f"{int(f.stem[:2])}. " for f in sorted((project_dir() / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
    assert [re.match(r"\d+\. ", title)[0] for title in top if re.match(r"\d+\. ", title)] == chapters
    # a number of a chapter leads to its record in the ledger, pages later
    links = [(number, str(a.get_object()["/Dest"]).lstrip("/")) for number, page in enumerate(reader.pages)
             for a in page.get("/Annots", []) if "/Dest" in a.get_object()]
    number, place = next((n, p) for n, p in links if p.startswith("ledger--"))
    places = reader.named_destinations
    assert reader.get_destination_page_number(places[_named(places, place)]) > number
    # the short book is read figure by figure; the structure of the whole one takes a minute to walk
    with pikepdf.open(pdf_file()) as pdf:
        spoken = sum(isinstance(one, pikepdf.Dictionary) and "/Alt" in one for one in pdf.objects)
    assert spoken >= len(soup.select('figure [role="img"]')) >= 80
    assert pdf_file().stat().st_size < 18e6, "it was packed, and a mail still takes it"


@pytest.mark.whole
def test_the_zip_that_was_made_is_the_one_of_the_book():
    made = archive.archive_file()
    with zipfile.ZipFile(made) as file:
        held = {name.partition("/")[2]: file.read(name) for name in file.namelist()}
    assert held == dict(archive.contents())
    decks = [name for name in held if re.fullmatch(r"slides/\d\d_.*\.html", name)]
    assert len(decks) == len(list((project_dir() / "notebooks").glob("[0-9][0-9]_*.ipynb")))


def test_no_figure_is_split_over_two_pages(printed, browser):
    """A split figure would show as one that is higher than the room of a page."""
    _, soup = printed
    page = browser.new_page(viewport={"width": 650, "height": 1000})
    page.emulate_media(media="print")
    page.set_content(str(soup))
    too_high = page.evaluate("() => [...document.querySelectorAll('figure')].map(f => [f.innerText.slice(0, 40),"
                             " f.getBoundingClientRect().height, getComputedStyle(f).breakInside])"
                             ".filter(f => f[1] > 960 || f[2] !== 'avoid')")
    page.close()
    assert too_high == []

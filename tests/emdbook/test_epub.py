"""The EPUB: a small book written by the real builder, read back as a reading device reads it; the whole one weekly."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from emdbook.ground.paths import project_dir
from emdbook.publish.build import index_page
from emdbook.publish.offline import epub
from emdbook.publish.offline.printing import contents
from emdbook.teach.quiz import load_questions
from emdbook.teach.quiz.render import render

OPF, DC, XHTML = ("{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}",
                  "{http://www.w3.org/1999/xhtml}")

WIDGET = """<emd-explore id="w" class="emd-widget" data-spec="[]"><p class="emd-title">Title</p>
<form class="emd-controls"><input type="range"></form><figure class="emd-fig"><div class="emd-svg" role="img"
aria-labelledby="c"><svg viewBox="0 0 10 10" aria-hidden="true"><defs><clipPath id="k"><rect width="1" height="1"/>
</clipPath></defs><path d="M 0 0" style="fill: var(--emd-c-accent,#a3123a)"/></svg></div>
<figcaption id="c">One sentence.</figcaption></figure><details class="emd-numbers"><summary>Show the numbers</summary>
<table><thead><tr><th scope="col">Trial</th></tr></thead><tbody><tr><td>35.7</td></tr></tbody></table></details>
<script class="emd-frames" type="application/octet-stream">x</script></emd-explore>"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two pages with a widget, a set of questions and links, as the builder writes them."""
    folder = tmp_path_factory.mktemp("epub")
    source = folder / "source"
    (source / "book").mkdir(parents=True)
    (source / "notebooks").mkdir()
    quiz = render(load_questions("09_bispecific_antibodies")).replace("\n", "\n   ")
    (source / "book" / "cover.rst").write_text(
        "The cover\n=========\n\n.. toctree::\n   :hidden:\n\n   ../notebooks/01_one\n\n.. raw:: html\n\n"
        '   <p><a href="../notebooks/01_one.html#w">widget</a> <a href="../notebooks/01_one.html#gone">gone</a> '
        '<a href="../search.html">no such page</a> <a href="https://example.org/">web</a> &nbsp; 多发性骨髓瘤</p>\n',
        encoding="utf-8")
    widget = WIDGET.replace("\n", " ")
    (source / "notebooks" / "01_one.rst").write_text(
        f"One\n===\n\nA part\n------\n\n.. raw:: html\n\n   {widget}\n\n.. raw:: html\n\n   {quiz}\n", encoding="utf-8")
    toc = {"root": "book/cover", "parts": [{"caption": "P", "chapters": [{"file": "notebooks/01_one"}]}]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epub, "contents", lambda: contents(toc))
        app = Sphinx(source, None, folder / "out", folder / "trees", "epub", status=None, warningiserror=True,
                     confoverrides={"extensions": ["emdbook.publish.offline.epub"], "root_doc": "book/cover",
                                    "project": "x", "author": "x", "language": "en"})
        app.build()
    assert app.statuscode == 0
    return folder / "out" / "beyond-the-marrow.epub"


def pages(file: Path) -> dict[str, ET.Element]:
    """Every page by its name: an error if one is not well formed."""
    with zipfile.ZipFile(file) as held:
        return {name: ET.fromstring(held.read(name)) for name in held.namelist() if name.endswith(".xhtml")}


def package(file: Path) -> ET.Element:
    with zipfile.ZipFile(file) as held:
        return ET.fromstring(held.read("content.opf"))


def check_package(file: Path) -> None:
    """What every EPUB of the book must hold."""
    with zipfile.ZipFile(file) as held:
        first = held.infolist()[0]
        names = held.namelist()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert not [name for name in names if name.endswith(".js")]
    root = package(file)
    cited = yaml.safe_load((project_dir() / "CITATION.cff").read_text(encoding="utf-8"))
    assert root.findtext(f".//{DC}title") == cited["title"]
    assert root.findtext(f".//{DC}creator") == cited["authors"][0]["name"]
    assert root.findtext(f".//{DC}language") == "en"
    assert "CC BY 4.0" in root.findtext(f".//{DC}rights")
    said = {(one.get("property"), one.text) for one in root.iter(f"{OPF}meta")}
    assert {("schema:accessMode", "textual"), ("schema:accessModeSufficient", "textual"),
            ("schema:accessibilityHazard", "none"), ("schema:accessibilityFeature", "alternativeText")} <= said
    items = {one.get("href"): one for one in root.iter(f"{OPF}item")}
    assert set(items) | {"mimetype", "META-INF/container.xml", "content.opf"} == set(names)
    assert items["_static/cover.svg"].get("properties") == "cover-image"
    found = pages(file)
    for name, page in found.items():
        assert not list(page.iter(f"{XHTML}script")), name
        drawn = any(one.tag.endswith("}svg") for one in page.iter())
        assert (items[name].get("properties") == "svg") is drawn or name == "nav.xhtml", name
        ids = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), name
    ids = {name: {one.get("id") for one in page.iter()} for name, page in found.items()}
    for name, page in found.items():
        for link in page.iter(f"{XHTML}a"):
            path, _, anchor = link.get("href", "").partition("#")
            if ":" in path or not link.get("href"):
                continue
            there = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            assert there in found, (name, link.get("href"))
            assert not anchor or anchor in ids[there], (name, link.get("href"))


def epubcheck(file: Path) -> list[str]:
    """What epubcheck complains of; the test is skipped where it is not installed."""
    found = shutil.which("epubcheck")
    if found is None or shutil.which("java") is None:
        pytest.skip("epubcheck is not installed here")
    # Debian's program is a Java archive, which not every shell can start
    start = ["java", "-jar", found] if Path(found).read_bytes()[:2] == b"PK" else [found]
    told = subprocess.run([*start, str(file)], capture_output=True, text=True, check=False)
    said = told.stdout + told.stderr
    assert "EPUBCheck completed" in said, said
    return [line for line in said.splitlines() if line.startswith(("ERROR", "WARNING", "FATAL"))]


def test_a_small_book_is_a_package_with_pages_that_need_no_script(small):
    check_package(small)
    found = pages(small)
    widget = BeautifulSoup(zipfile.ZipFile(small).read("notebooks/01_one.xhtml"), "html.parser")
    assert widget.select_one("figcaption").get_text() == "One sentence."
    assert widget.select_one(".emd-numbers td").get_text() == "35.7"
    assert widget.find("input") is None
    text = zipfile.ZipFile(small).read("notebooks/01_one.xhtml").decode()
    assert 'viewBox="0 0 10 10"' in text
    assert "<clipPath" in text
    assert "var(" not in text
    cover = "".join(found["book/cover.xhtml"].itertext())
    assert "多发性骨髓瘤" in cover
    links = [one.get("href") for one in found["book/cover.xhtml"].iter(f"{XHTML}a")]
    assert links == ["../notebooks/01_one.xhtml#w", "../notebooks/01_one.xhtml", "https://example.org/"]


def test_questions_are_read_without_a_script_and_answered_at_the_end(small):
    found = pages(small)
    questions = load_questions("09_bispecific_antibodies").questions
    asked = BeautifulSoup(zipfile.ZipFile(small).read("notebooks/01_one.xhtml"), "html.parser")
    assert len(asked.select(".print-question")) == len(questions)
    answers = "".join(found["book/answers.xhtml"].itertext())
    right = next(option for option in questions[0].options if option.correct)
    assert " ".join(right.explanation.split())[:40] in " ".join(answers.split())
    assert 'href="../book/answers.xhtml#answer-' in zipfile.ZipFile(small).read("notebooks/01_one.xhtml").decode()


def test_headings_leave_out_no_level():
    article = BeautifulSoup("<article><h1>1</h1><h4>2</h4><h5>3</h5><h4>2</h4><h2>2</h2><h4>3</h4></article>",
                            "html.parser").article
    epub.in_order(article)
    assert [(one.name, one.get_text()) for one in article.find_all(True)] == [
        ("h1", "1"), ("h2", "2"), ("h3", "3"), ("h2", "2"), ("h2", "2"), ("h3", "3")]


def test_its_contents_list_pages_and_parts(small):
    with zipfile.ZipFile(small) as held:
        nav = ET.fromstring(held.read("nav.xhtml"))
    said = [(one.text, one.get("href")) for one in nav.iter(f"{XHTML}a")]
    assert said == [("The cover", "book/cover.xhtml"), ("1. One", "notebooks/01_one.xhtml"),
                    ("A part", "notebooks/01_one.xhtml#a-part"), ("Answers", "book/answers.xhtml")]


def test_epubcheck_finds_nothing_in_a_small_book(small):
    assert epubcheck(small) == []


@pytest.mark.whole
def test_the_whole_book_as_epub():
    """Of the EPUB that the gate ``offline`` has just made."""
    file = epub.epub_file()
    assert file.stat().st_mtime > index_page().stat().st_mtime, "older than the book: make epub"
    assert file.stat().st_size < 15e6
    check_package(file)
    assert len(pages(file)) == len(contents().pages) + 2  # the answers and the contents
    assert epubcheck(file) == []

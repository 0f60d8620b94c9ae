"""Ready links and QR codes for an address that a teacher types once; drawn on the page, from a disk too."""

from __future__ import annotations

import hashlib
import html as html_text
import io
import re
from urllib.parse import parse_qs

import pytest
import zxingcpp
from PIL import Image

from emdbook.ground.paths import project_dir
from emdbook.publish.build import index_page
from emdbook.publish.class_links import Group, Link, html
from emdbook.teach.progress import asset_dir

PART = "notebooks/09_bispecific_antibodies.html#w=explore-a&share=30"
MADE = [Group("Chapter 9, 45 minutes", (Link("The chapter", "notebooks/09_bispecific_antibodies.html"),
                                        Link("A widget: 30%", PART)), "python -m emdbook vote a-question")]


@pytest.fixture
def page(harness, open_page):
    return open_page(harness(html(MADE)).as_uri())


def test_a_book_may_lie_in_a_folder_of_that_name(page):
    make(page, "https://example.org/book/index.html")
    assert page.locator(".emd-ready code").first.inner_text() == f"https://example.org/book/{MADE[0].links[0].part}"


def make(page, address):
    page.get_by_label("Address of the book").fill(address)
    page.get_by_role("button", name="Make the links").click()


def test_the_library_is_the_one_that_was_looked_at():
    vendor = asset_dir() / "vendor"
    digest = hashlib.sha256((vendor / "qrcode.js").read_bytes()).hexdigest()
    assert digest in (vendor / "README.md").read_text(encoding="utf-8")
    assert "Permission is hereby granted" in (vendor / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["https://example.org/b/", "https://example.org/b", "https://example.org/b/index.html",
                                     " https://example.org/b/notebooks/03_reading_small_studies.html#x ",
                                     "https://example.org/b/notebooks/03_reading_small_studies",
                                     "https://example.org/b/book/ledger.html", "https://example.org/b/search.html?q=x"])
def test_the_address_comes_before_every_link(page, address):
    make(page, address)
    assert page.locator(".emd-ready code").all_inner_texts() == [
        f"https://example.org/b/{link.part}" for link in MADE[0].links]
    assert "ready" in page.locator("[role=status]").inner_text()
    assert not page.locator(".emd-qr svg").count()
    page.watch.assert_clean()


@pytest.mark.parametrize(("address", "said"), [
    ("", "must begin with https://"), ("my book", "must begin with https://"), ("ftp://example.org/b", "must begin"),
    ("file:///b/index.html", "on your own disk"), ("http://127.0.0.1:8000/", "your own machine"),
    ("http://localhost:8000", "your own machine"),
    ("http://0.0.0.0:8000/", "your own machine"), ("http://book.localhost/", "your own machine"),
    ("javascript:alert(1)", "must begin")])
def test_what_nobody_else_can_open_is_told_in_one_sentence(page, address, said):
    make(page, "https://example.org/b/")
    make(page, address)
    assert said in page.locator("[role=status]").inner_text()
    assert not page.locator(".emd-ready").first.is_visible()


def test_the_codes_hold_the_links_as_a_phone_reads_them(page, axe):
    make(page, "https://books.example.org/beyond-the-marrow/")
    page.get_by_label("QR codes too").check()
    drawn = page.locator(".emd-qr svg")
    for i, link in enumerate(MADE[0].links):
        picture = Image.open(io.BytesIO(drawn.nth(i).screenshot()))
        read = [one.text for one in zxingcpp.read_barcodes(picture)]
        assert read == [f"https://books.example.org/beyond-the-marrow/{link.part}"]
    assert axe(page) == []


def test_a_teacher_types_the_address_once(harness, open_page):
    page = open_page(harness(html(MADE)).as_uri())
    make(page, "https://example.org/b/")
    page.reload()
    page.locator(".emd-ready code").first.wait_for()
    assert page.locator(".emd-ready code").first.inner_text().startswith("https://example.org/b/")


def test_every_link_of_the_built_page_leads_to_a_page_and_a_widget_that_are_there():
    root = index_page().parent
    file = root / "book" / "class_links.html"
    if not file.is_file():
        pytest.skip("there is no built book")
    parts = [html_text.unescape(part) for part in re.findall(r'data-part="([^"]+)"', file.read_text(encoding="utf-8"))]
    assert len(parts) > len(list((project_dir() / "notebooks").glob("*.ipynb")))
    for part in parts:
        path, _, setting = part.partition("#")
        text = (root / path).read_text(encoding="utf-8")
        if setting:
            widget = parse_qs(setting)["w"][0]
            assert f'<emd-explore id="{widget}"' in text or f"<emd-explore id={widget} " in text, part


def test_a_page_without_its_ending_is_told_from_a_folder(page):
    for address, root in (("https://example.org/b/book/cover", "https://example.org/b/"),  # as some servers show it
                          ("https://example.org/b/book/class_links#x", "https://example.org/b/"),
                          ("https://example.org/book/marrow", "https://example.org/book/marrow/"),  # no page: a folder
                          ("https://example.org/notebooks/", "https://example.org/notebooks/")):
        make(page, address)
        assert page.locator(".emd-ready code").first.inner_text() == root + MADE[0].links[0].part


def test_an_address_that_no_code_can_hold_still_gives_links(page):
    page.get_by_label("QR codes too").check()
    make(page, f"https://example.org/{'b' * 2400}/")
    assert page.locator("[role=status]").inner_text().startswith("The links are ready. This address is too long")
    assert page.locator(".emd-ready:visible").count() == len(MADE[0].links)
    make(page, "https://example.org/b/")
    assert page.locator(".emd-qr svg").count() == len(MADE[0].links)
    page.watch.assert_clean()

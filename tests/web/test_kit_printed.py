"""The kit printed by a real Chromium, from what lies on disk."""

from __future__ import annotations

import re

import pytest

from emdbook.publish.build import in_ci, index_page
from emdbook.publish.kit import FOLDER, planned, write_kit

pytest.importorskip("playwright")
FILES = ("lesson-14.pdf", "cards-roles.pdf", "poster-pathway.pdf")


def test_the_sheets_are_printed_with_their_words_and_on_the_right_paper(tmp_path):
    from pypdf import PdfReader

    written = {file.name: PdfReader(file) for file in write_kit(tmp_path, [s for s in planned() if s.name in FILES])}
    lesson = written["lesson-14.pdf"]
    words = " ".join(page.extract_text() for page in lesson.pages)
    for kicker in ("Lesson plan, 45 minutes", "Handout", "Test, alone and then in teams", "Answer sheet",
                   "Scratch key", "One patient, one choice", "Facilitator"):
        assert kicker in words
    assert len(lesson.pages) <= 10
    assert abs(lesson.pages[0].mediabox.width - 595) < 2  # A4
    poster = written["poster-pathway.pdf"]
    assert len(poster.pages) == 1
    assert abs(poster.pages[0].mediabox.width - 1684) < 3  # A2, landscape


@pytest.mark.book
def test_the_page_of_the_book_leads_to_every_sheet():
    page = index_page().parent / "book" / "lesson_plans.html"
    if not page.is_file() and not in_ci():
        pytest.skip("there is no built book: make book")
    found = re.findall(rf'href="\.\./{FOLDER}/([^"]+)"', page.read_text(encoding="utf-8"))
    assert found == [sheet.name for sheet in planned()]
    for name in found:
        assert (index_page().parent / FOLDER / name).read_bytes().startswith(b"%PDF")

"""The reader's own progress: answered in a chapter, seen on the cover, erased, and never outside the browser."""

from __future__ import annotations

import pytest

from emdbook.teach.cases import case_files
from emdbook.teach.progress import chapters, panel
from emdbook.teach.quiz import show

pytestmark = pytest.mark.usefixtures("page_view")
CHAPTER = "09_bispecific_antibodies"
TOTAL = sum(len(c["questions"]) for c in chapters())
NUMBER = len(chapters())
QUESTION = next(c["questions"][0] for c in chapters() if c["set"] == CHAPTER)


@pytest.fixture(params=["file", "http"])
def address(request, harness, serve):
    """Addresses of a cover and of a chapter."""
    cover, chapter = harness(panel(), name="cover.html"), harness(show(CHAPTER).html(), name="chapter.html")
    if request.param == "file":
        return cover.as_uri(), chapter.as_uri()
    root = serve(cover.parent)
    return f"{root}/cover.html", f"{root}/chapter.html"


def goto(page, url):
    page.goto(url)
    page.wait_for_function("() => [...document.querySelectorAll('emd-progress,emd-quiz')].every(e => e.dataset.state)")


def answer(page, how_many):
    for i in range(how_many):
        form = page.locator("form.emd-question").nth(i)
        form.get_by_role("radio").first.check()
        form.get_by_role("button", name="Check").click()


def test_answered_in_a_chapter_seen_on_the_cover_and_erased(address, open_page):
    cover, chapter = address
    page = open_page(cover)
    assert "Nothing answered yet." in page.locator("emd-progress").inner_text()
    assert page.get_by_role("button").count() == 0
    goto(page, chapter)
    answer(page, 2)
    goto(page, cover)
    shown = page.locator("emd-progress").inner_text()
    assert f"2 of {TOTAL} questions answered, 0 of {NUMBER} chapters finished." in shown
    goto(page, chapter)
    all_of_it = page.locator("form.emd-question").count()
    answer(page, all_of_it)
    goto(page, cover)
    assert f"{all_of_it} of {TOTAL} questions answered, 1 of {NUMBER} chapters finished." in \
        page.locator("emd-progress").inner_text()
    page.get_by_text("Chapter by chapter").click()
    line = page.get_by_role("listitem").nth(8)
    assert line.inner_text() == "Bispecific antibodies finished"
    assert line.get_by_role("link").get_attribute("href") == f"../notebooks/{CHAPTER}.html"
    # one click, and one to be sure; a change of mind keeps everything
    page.get_by_role("button", name="Erase my progress").click()
    page.get_by_role("button", name="Keep").click()
    assert page.evaluate("() => document.activeElement.textContent") == "Erase my progress"
    assert page.evaluate("() => localStorage.length") == 1
    page.get_by_role("button", name="Erase my progress").click()
    page.get_by_role("button", name="Erase", exact=True).click()
    assert "Your progress was erased." in page.locator("[role=status]").inner_text()
    assert "Nothing answered yet." in page.locator("emd-progress").inner_text()
    assert page.evaluate("() => localStorage.length") == 0
    page.watch.assert_clean()


def test_cases_and_tests_are_counted_too(harness, serve, open_page):
    page = open_page(f"{serve(harness(panel()).parent)}/index.html")
    page.evaluate("""() => localStorage.setItem('emdbook.progress', JSON.stringify({
        cases: {'lump-on-the-rib': {}, 'gone-since': {}},
        quiz: {'01_what_is_extramedullary_disease': {'no-longer-there': {correct: true, tries: 1}}},
        tests: {pretest: {result: {right: 9, of: 20, day: '2026-11-22'}}}}))""")
    page.reload()
    page.wait_for_selector("emd-progress[data-state]")
    text = page.locator("emd-progress").inner_text()
    assert f"0 of {TOTAL} questions answered" in text
    assert f"1 of {len(case_files())} cases begun" in text
    assert "Test of twenty: before 9 of 20." in text


def test_a_change_in_another_tab_is_seen(harness, serve, open_page):
    root = serve(harness(panel()).parent)
    page = open_page(f"{root}/index.html")
    other = page.context.new_page()
    other.goto(f"{root}/index.html")
    other.evaluate(f"""() => localStorage.setItem('emdbook.progress',
        JSON.stringify({{quiz: {{'{CHAPTER}': {{'{QUESTION}': {{}}}}}}}}))""")
    # A page behind another one paints no frames, and frames are what this waits by unless it is told a time.
    page.wait_for_function("() => document.body.innerText.includes('1 of ')", polling=100)


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 390)])
def test_axe_finds_nothing(theme, width, harness, serve, open_page, axe):
    page = open_page(f"{serve(harness(panel(), theme=theme).parent)}/index.html", theme=theme, width=width)
    assert axe(page) == []
    page.evaluate(f"""() => localStorage.setItem('emdbook.progress',
        JSON.stringify({{quiz: {{'{CHAPTER}': {{'{QUESTION}': {{}}}}}}}}))""")
    page.reload()
    page.wait_for_selector("emd-progress[data-state]")
    page.get_by_text("Chapter by chapter").click()
    page.get_by_role("button", name="Erase my progress").click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_without_javascript_the_panel_says_what_it_needs(harness, open_page):
    page = open_page(harness(panel()).as_uri(), wait=False, java_script_enabled=False)
    assert page.get_by_text("needs JavaScript").is_visible()

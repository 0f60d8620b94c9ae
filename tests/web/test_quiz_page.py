"""The quiz in a real Chromium, with no kernel and no network."""

from __future__ import annotations

from pathlib import Path

import pytest

from emdbook.teach.quiz import load_questions, show
from emdbook.teach.quiz.render import ordered, render

pytestmark = pytest.mark.usefixtures("page_view")
FOLDER = Path(__file__).resolve().parents[1] / "emdbook" / "questions"
ID = "quiz-sample"


@pytest.fixture
def sample():
    return load_questions("sample", FOLDER)


@pytest.fixture(params=["file", "http"])
def address(request, harness, serve):
    page = harness(show("sample", path=FOLDER).html())
    return page.as_uri() if request.param == "file" else f"{serve(page.parent)}/index.html"


def form(page, at=0):
    return page.locator("form.emd-question").nth(at)


def position(question, correct=True):
    return next(i for i, o in enumerate(ordered(question)) if o.correct is correct)


def test_nothing_is_told_before_answering(address, open_page):
    page = open_page(address)
    text = page.locator("body").inner_text() + page.locator("body").evaluate("e => e.textContent")
    for word in ("walrus", "pelican", "Right: 1 of 2", "Name the denominator"):
        assert word not in text
    assert page.locator(".emd-why:visible").count() == 0
    form(page).get_by_role("button", name="Check").click()
    assert "Choose an answer first" in form(page).locator("[role=status]").inner_text()
    page.watch.assert_clean()


def test_every_option_of_a_single_question(address, open_page, sample):
    page = open_page(address)
    page.evaluate("() => { window.heard = []; document.addEventListener('emd:answered', e => heard.push(e.detail)); }")
    question = sample.questions[0]
    for i, option in enumerate(ordered(question)):
        form(page).get_by_role("radio").nth(i).click()
        form(page).get_by_role("button", name="Check").click()
        status = form(page).locator("[role=status]")
        assert status.inner_text().startswith("Correct." if option.correct else "Not correct.")
        assert option.explanation in status.evaluate("e => e.textContent")
        assert page.locator(".emd-why:visible").count() == 1
        assert option.explanation in page.locator(".emd-why:visible").inner_text()
        assert form(page).get_by_role("radio").nth(0).is_disabled()
        form(page).get_by_role("button", name="Try again").click()
        assert page.locator(".emd-why:visible").count() == 0
        assert status.inner_text() == ""
    heard = page.evaluate("() => heard")
    assert [h["correct"] for h in heard] == [o.correct for o in ordered(question)]
    assert {(h["set"], h["question"]) for h in heard} == {("sample", "denominator")}
    page.watch.assert_clean()


def test_multiple_answers(address, open_page, sample):
    page = open_page(address)
    boxes = form(page, 1).get_by_role("checkbox")
    boxes.nth(0).click()
    boxes.nth(2).click()
    form(page, 1).get_by_role("button", name="Check").click()
    assert "1 right, 1 wrong, 1 missed" in form(page, 1).locator("[role=status]").inner_text()
    form(page, 1).get_by_role("button", name="Explain every option").click()
    assert form(page, 1).locator(".emd-why:visible").count() == 3
    assert "Source: Zhao 2025." in form(page, 1).locator(".emd-more").inner_text()
    form(page, 1).get_by_role("button", name="Try again").click()
    boxes.nth(0).click()
    boxes.nth(1).click()
    form(page, 1).get_by_role("button", name="Check").click()
    assert form(page, 1).locator("[role=status]").inner_text().startswith("Correct.")


def test_by_keyboard_alone(harness, open_page, sample):
    page = open_page(harness(show("sample", path=FOLDER).html()).as_uri())
    page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(position(sample.questions[0])):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Check"
    page.keyboard.press("Enter")
    assert form(page).locator("[role=status]").inner_text().startswith("Correct.")
    # the focus is not lost with the button that went
    assert page.evaluate("() => document.activeElement.textContent") == "Try again"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert form(page).locator(".emd-why:visible").count() == 3
    assert page.evaluate("() => document.activeElement.textContent") == "Try again"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.type") == "radio"


def test_progress_is_kept_in_the_browser_only(harness, serve, open_page, sample):
    page = open_page(f"{serve(harness(show('sample', path=FOLDER).html()).parent)}/index.html")
    page.evaluate("() => localStorage.setItem('emdbook.progress', JSON.stringify({chapters: ['x']}))")
    for correct in (True, False):
        form(page).get_by_role("radio").nth(position(sample.questions[0], correct)).click()
        form(page).get_by_role("button", name="Check").click()
        form(page).get_by_role("button", name="Try again").click()
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('emdbook.progress'))")
    assert kept == {"chapters": ["x"], "quiz": {"sample": {"denominator": {"correct": True, "tries": 2}}}}
    assert page.evaluate("() => localStorage.length") == 1


@pytest.mark.parametrize("how", [
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})",
    "Storage.prototype.setItem = () => { throw new Error('full') }",
    "localStorage.setItem('emdbook.progress', 'not json')",
    "localStorage.setItem('emdbook.progress', '[1]')",
    "localStorage.setItem('emdbook.progress', 'null')",
])
def test_a_failing_storage_does_not_break_the_quiz(how, harness, serve, open_page, sample):
    page = open_page(f"{serve(harness(show('sample', path=FOLDER).html()).parent)}/index.html")
    page.evaluate(f"() => {{ {how} }}")
    form(page).get_by_role("radio").nth(position(sample.questions[0])).click()
    form(page).get_by_role("button", name="Check").click()
    assert form(page).locator("[role=status]").inner_text().startswith("Correct.")
    page.watch.assert_clean()


def test_without_javascript_stem_and_options_stand(harness, open_page):
    page = open_page(harness(show("sample", path=FOLDER).html()).as_uri(), wait=False, java_script_enabled=False)
    assert page.get_by_text("Answers and explanations need JavaScript").is_visible()
    assert page.get_by_text("Of how many patients?").is_visible()
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 390)])
def test_axe_finds_nothing(theme, width, harness, open_page, axe, sample):
    page = open_page(harness(show("sample", path=FOLDER).html(), theme=theme).as_uri(), theme=theme, width=width)
    assert axe(page) == []
    form(page).get_by_role("radio").nth(position(sample.questions[0], False)).click()
    form(page).get_by_role("button", name="Check").click()
    form(page).get_by_role("button", name="Explain every option").click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for target in page.locator("emd-quiz button:visible, emd-quiz .emd-tick").all():
        assert target.bounding_box()["height"] >= 44


def test_the_notebook_form_carries_its_own_script(harness, open_page, sample):
    """As JupyterLab shows it: the block is put into the page, its scripts are made anew and run."""
    page = open_page(harness("<div id='out'></div>", change=lambda name, text: "").as_uri())
    page.evaluate(
        """block => {
          const out = document.getElementById('out');
          out.innerHTML = block;
          for (const old of out.querySelectorAll('script')) {
            const made = document.createElement('script');
            for (const a of old.attributes) made.setAttribute(a.name, a.value);
            made.textContent = old.textContent;
            old.replaceWith(made);
          }
        }""",
        render(sample, inline=True),
    )
    form(page).get_by_role("radio").nth(position(sample.questions[0])).click()
    form(page).get_by_role("button", name="Check").click()
    assert form(page).locator("[role=status]").inner_text().startswith("Correct.")
    page.watch.assert_clean()

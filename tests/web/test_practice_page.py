"""Practice that returns, in a real Chromium with no kernel and no network."""

from __future__ import annotations

import json
import re

import pytest

from emdbook.teach.quiz import load_questions, render_practice, show
from emdbook.teach.quiz.render import ordered

pytestmark = pytest.mark.usefixtures("page_view")
SET = "09_bispecific_antibodies"
MADE = load_questions(SET)
KEY = "emdbook.progress"


@pytest.fixture
def practice(harness):
    return harness(render_practice([MADE]), name="practice.html").as_uri()


def kept(page):
    return page.evaluate(f"() => JSON.parse(localStorage.getItem('{KEY}') ?? '{{}}')")


def keep(page, value):
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEY, json.dumps(value)])
    page.reload()
    page.wait_for_selector("emd-practice[data-state=ready]")


def asked(page):
    """The question that stands open."""
    said = page.locator(".emd-asked legend").first.inner_text()
    return next(q for q in MADE.questions if q.stem in said)


def answer(page, good=True, how=0):
    question = asked(page)
    place = next(i for i, o in enumerate(ordered(question)) if o.correct is good)
    page.locator("input[name=practice-answer]").nth(place).check()
    page.locator("input[name=practice-sure]").nth(how).check()
    page.get_by_role("button", name="Check").click()
    return question


def day(page, days):
    return page.evaluate("""days => { const d = new Date(); d.setDate(d.getDate() + days);
        return [d.getFullYear(), String(d.getMonth() + 1).padStart(2, '0'), String(d.getDate()).padStart(2, '0')]
            .join('-'); }""", days)


def test_nothing_of_a_question_stands_in_the_page_before_it_is_asked():
    text = render_practice([MADE])
    for question in MADE.questions:
        assert question.stem not in text
        assert not any(o.text in text or o.explanation in text for o in question.options)


def test_what_was_met_in_a_chapter_is_due_and_moves_through_the_boxes(harness, open_page, practice):
    page = open_page(harness(show(SET).html(), name="chapter.html").as_uri())
    for at in range(3):
        form = page.locator("form.emd-question").nth(at)
        form.get_by_role("radio").first.check()
        form.get_by_role("button", name="Check").click()
    page.goto(practice)
    page.wait_for_selector("emd-practice[data-state=ready]")
    assert "3 questions met, 3 due today." in page.locator(".emd-today").inner_text()
    page.get_by_role("button", name="Practise 3 now").click()
    assert page.evaluate("() => document.activeElement.textContent") == "Question 1 of 3"
    start = {f"{s}/{q}": 1 if one["correct"] else 0 for s, qs in kept(page)["quiz"].items() for q, one in qs.items()}
    plan = [(True, 0), (False, 1), (True, 2)]  # right and sure, wrong, right by a guess
    for at, (good, how) in enumerate(plan):
        question = answer(page, good, how)
        status = page.locator(".emd-asked [role=status]").inner_text()
        assert status.startswith("Correct." if good else "Not correct.")
        chosen = next(o for o in ordered(question) if o.correct is good)
        assert chosen.explanation in " ".join(status.split())  # what is announced is the reason
        before = start[f"{SET}/{question.id}"]
        box = 0 if not good else before if how == 2 else before + 1
        assert kept(page)["practice"]["boxes"][f"{SET}/{question.id}"] == {
            "box": box, "due": day(page, [1, 3, 7, 16, 35][box])}
        page.get_by_role("button", name="Finish" if at == 2 else "Next question").click()
    assert "2 of 3 questions right in this sitting." in page.locator(".emd-practice-said").inner_text()
    assert "3 questions met, 0 due today." in page.locator(".emd-today").inner_text()
    rows = [row.split("\t") for row in page.locator(".emd-kept tbody").inner_text().splitlines()]
    assert rows == [["Sure", "1 of 1 (100%)", "1 of 1 (100%)"], ["Fairly sure", "0 of 1 (0%)", "0 of 1 (0%)"],
                    ["Guessing", "1 of 1 (100%)", "1 of 1 (100%)"]]
    page.watch.assert_clean()


def test_a_question_comes_back_on_its_day_and_not_before(open_page, practice):
    page = open_page(practice)
    names = [f"{SET}/{q.id}" for q in MADE.questions[:3]]
    boxes = {names[0]: {"box": 2, "due": day(page, -4)}, names[1]: {"box": 1, "due": day(page, 0)},
             names[2]: {"box": 4, "due": day(page, 9)}}
    keep(page, {"practice": {"boxes": boxes}})
    text = page.locator(".emd-today").inner_text()
    assert "3 questions met, 2 due today." in text
    assert f"The next after today: {day(page, 9)}." in text
    page.get_by_role("button", name="Practise 2 now").click()
    assert asked(page).id == MADE.questions[0].id  # the longest overdue comes first


def test_saved_and_erased(open_page, practice):
    page = open_page(practice)
    page.get_by_role("button", name="Mix in new questions").click()
    answer(page)
    page.reload()
    page.wait_for_selector("emd-practice[data-state=ready]")
    with page.expect_download() as started:
        page.get_by_role("link", name="Save my practice").click()
    saved = json.loads(started.value.path().read_text(encoding="utf-8"))
    assert saved == kept(page)["practice"]
    assert saved["said"] == [[day(page, 0), 0, 1]]
    page.get_by_role("button", name="Erase my practice").click()
    assert "practice" not in kept(page)
    assert page.locator(".emd-kept table").count() == 0
    page.watch.assert_clean()


@pytest.mark.parametrize("how", [
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})",
    "Storage.prototype.setItem = () => { throw new Error('full') }",
])
def test_without_storage_it_runs_for_the_sitting_and_says_so(how, harness, open_page):
    page = open_page(harness(f"<script>{how}</script>" + render_practice([MADE])).as_uri())
    assert "for this sitting only" in page.locator(".emd-today").inner_text()
    page.get_by_role("button", name="Mix in new questions").click()
    for _ in range(10):
        answer(page, good=False)
        page.get_by_role("button", name=re.compile("Next question|Finish")).click()
    assert "0 of 10 questions right" in page.locator(".emd-practice-said").inner_text()
    assert "10 questions met" in page.locator(".emd-today").inner_text()


def test_damaged_storage_is_left_out(open_page, practice):
    page = open_page(practice)
    good = f"{SET}/{MADE.questions[0].id}"
    keep(page, {"practice": {"boxes": {good: {"box": 1, "due": "2026-01-01"}, "x/y": {"box": 0, "due": "2026-01-01"},
                                       "z": 5, "w": {"box": -1, "due": "never"}}, "said": [1, ["a"], "b"]}})
    assert "1 question met, 1 due today." in page.locator(".emd-today").inner_text()
    page.watch.assert_clean()


def test_by_keyboard_alone(open_page, practice):
    page = open_page(practice)
    page.get_by_role("button", name="Mix in new questions").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert "Say how sure you are." in page.locator(".emd-asked [role=status]").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.textContent") == "Next question"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.textContent") == "Question 2 of 10"


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 320)])
def test_axe_finds_nothing(theme, width, harness, open_page, axe):
    page = open_page(harness(render_practice([MADE]), theme=theme).as_uri(), theme=theme, width=width)
    assert axe(page) == []
    page.get_by_role("button", name="Mix in new questions").click()
    answer(page, good=False)
    assert axe(page) == []
    page.reload()
    page.wait_for_selector("emd-practice[data-state=ready]")
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for target in page.locator("emd-practice button:visible").all():
        assert target.bounding_box()["height"] >= 44


def test_a_question_that_is_damaged_is_left_out_of_the_sitting(harness, open_page):
    html = render_practice([MADE])
    for found in reversed(list(re.finditer(r'<script[^>]*class="emd-sealed"[^>]*>', html))[1:]):
        html = html[:found.end()] + html[html.index("</script>", found.end()):]
    page = open_page(harness(html).as_uri())
    page.get_by_role("button", name="Mix in new questions").click()
    title = page.locator(".emd-asked-title")
    if title.count():
        assert title.inner_text().startswith("Question 1 of ")
        answer(page)
        page.get_by_role("button", name=re.compile("Next question|Finish")).click()
    assert "right in this sitting" in page.locator(".emd-practice-said").inner_text()

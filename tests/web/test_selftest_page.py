"""The twenty questions before and after the book, in a real Chromium with no kernel and no network."""

from __future__ import annotations

import json

import pytest

from emdbook.teach.quiz import load_questions, render_selftest
from emdbook.teach.quiz.selftest import in_order

pytestmark = pytest.mark.usefixtures("page_view")
FORMS = {name: load_questions(name) for name in ("pretest", "posttest")}
BANK = FORMS["pretest"]


def answer(page, name, right=20, sure=lambda i: 0):
    """Answer every question, the first ``right`` of them correctly."""
    for i, (question, options) in enumerate(in_order(FORMS[name], name)):
        item = page.locator(f"[data-question='{question.id}']")
        at = next(k for k, o in enumerate(options) if o.correct is (i < right))
        item.locator(".emd-answer input").nth(at).check()
        item.locator(".emd-sure input").nth(sure(i)).check()


def kept(page):
    return page.evaluate("() => JSON.parse(localStorage.getItem('emdbook.progress'))")


def test_before_the_book_the_result_tells_score_and_calibration(harness, open_page):
    page = open_page(harness(render_selftest(load_questions("pretest"), "pretest")).as_uri())
    for question in BANK.questions:
        for option in question.options:
            assert option.explanation not in page.content()
    answer(page, "pretest", right=12, sure=lambda i: 0 if i < 10 or i > 14 else 2)
    page.get_by_role("button", name="Finish").click()
    report = page.locator(".emd-report")
    assert report.evaluate("e => e === document.activeElement")
    assert "Your score: 12 of 20." in report.inner_text()
    assert "When you were sure you were right 10 of 15 times. You were surer" in report.inner_text()
    assert [r.split("\t") for r in report.locator("tbody").inner_text().splitlines()] == [
        ["Sure", "15", "10 (67%)"], ["Fairly sure", "0", "none"], ["Guessing", "5", "2 (40%)"]]
    missed = {q.chapter for q, _ in in_order(BANK, "pretest")[12:]}
    links = [a.get_attribute("href") for a in report.get_by_role("link").all()]
    assert links == sorted(f"../notebooks/{c}.html" for c in missed)
    assert page.locator(".emd-why:visible").count() == 80
    assert kept(page)["tests"]["pretest"]["result"]["right"] == 12
    assert "draft" not in kept(page)["tests"]["pretest"]
    page.watch.assert_clean()


def test_after_the_book_every_option_is_explained_and_the_first_score_stands_beside(harness, open_page):
    page = open_page(harness(render_selftest(load_questions("pretest"), "pretest"), name="pre.html").as_uri())
    answer(page, "pretest", right=7)
    page.get_by_role("button", name="Finish").click()
    page.goto(harness(render_selftest(FORMS["posttest"], "posttest"), name="post.html").as_uri())
    answer(page, "posttest", right=20, sure=lambda i: 1)
    page.get_by_role("button", name="Finish").click()
    text = page.locator(".emd-report").inner_text()
    assert "Your score: 20 of 20." in text
    assert "it was 7 of 20" in text
    assert "nobody has measured which is harder" in text
    assert "You were never sure." in text
    assert page.locator(".emd-why:visible").count() == sum(len(q.options) for q in BANK.questions)
    page.get_by_role("button", name="Start anew").click()
    assert page.locator(".emd-why:visible").count() == 0
    assert page.locator("input:checked").count() == 0
    assert page.evaluate("() => document.activeElement.type") == "radio"
    assert "Your last result in this browser" in page.locator(".emd-last").inner_text()
    page.watch.assert_clean()


def test_what_is_missing_is_said_and_a_reload_loses_nothing(harness, open_page):
    page = open_page(harness(render_selftest(load_questions("pretest"), "pretest")).as_uri())
    answer(page, "pretest")
    page.locator("[data-question]").nth(3).locator(".emd-sure input").evaluate_all(
        "all => all.forEach(e => { e.checked = false; })")
    page.get_by_role("button", name="Finish").click()
    assert page.locator(".emd-result").inner_text() == "One question needs an answer and how sure you are: 4."
    assert page.evaluate("() => document.activeElement.closest('.emd-sure') !== null")
    page.reload()
    page.wait_for_selector("emd-selftest[data-state=ready]")
    assert page.locator("input:checked").count() == 40
    page.get_by_role("button", name="Finish").click()
    assert "20 of 20 are right" in page.locator(".emd-result").inner_text()


@pytest.mark.parametrize("how", [
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})",
    "Storage.prototype.setItem = () => { throw new Error('full') }",
    "localStorage.setItem('emdbook.progress', '[1]')",
])
def test_without_storage_it_works(how, harness, open_page):
    page = open_page(harness(render_selftest(FORMS["posttest"], "posttest")).as_uri())
    page.evaluate(f"() => {{ {how} }}")
    answer(page, "posttest", right=1)
    page.get_by_role("button", name="Finish").click()
    assert "Your score: 1 of 20." in page.locator(".emd-report").inner_text()
    page.watch.assert_clean()


def test_by_keyboard_alone(harness, open_page):
    page = open_page(harness(render_selftest(load_questions("pretest"), "pretest")).as_uri())
    page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    for _ in BANK.questions:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".emd-report").is_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 320)])
def test_axe_finds_nothing(theme, width, harness, open_page, axe):
    test = render_selftest(FORMS["posttest"], "posttest")
    page = open_page(harness(test, theme=theme).as_uri(), theme=theme, width=width)
    answer(page, "posttest", right=9)
    page.get_by_role("button", name="Finish").click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for target in page.locator("emd-selftest button:visible, emd-selftest .emd-tick").all()[:12]:
        assert target.bounding_box()["height"] >= 44


def test_the_notebook_form_carries_its_own_script(harness, open_page):
    block = render_selftest(BANK, "pretest", inline=True)
    page = open_page(harness(block, change=lambda name, text: "").as_uri())
    answer(page, "pretest", right=5)
    page.get_by_role("button", name="Finish").click()
    assert "Your score: 5 of 20." in page.locator(".emd-report").inner_text()
    assert json.loads(page.locator(".emd-chapters").text_content())


def test_the_day_of_a_result_is_the_readers_own(harness, open_page):
    page = open_page(harness(render_selftest(load_questions("pretest"), "pretest")).as_uri(),
                     timezone_id="Pacific/Kiritimati")
    page.clock.set_fixed_time("2026-03-01T12:00:00Z")
    page.evaluate("""() => document.querySelectorAll("fieldset").forEach(one =>
        one.querySelector(":scope input").click())""")
    page.get_by_role("button", name="Finish").click()
    assert kept(page)["tests"]["pretest"]["result"]["day"] == "2026-03-02"

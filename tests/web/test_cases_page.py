"""A teaching case in a real Chromium, with no kernel and no network."""

from __future__ import annotations

import pytest

from emdbook.teach.cases import load_case, show
from emdbook.teach.cases.render import VERDICTS
from emdbook.teach.quiz.render import ordered

pytestmark = pytest.mark.usefixtures("page_view")
CASE = "lump-on-the-rib"


@pytest.fixture
def case():
    return load_case(CASE)


@pytest.fixture(params=["file", "http"])
def address(request, harness, serve):
    page = harness(show(CASE, level=2).html())
    return page.as_uri() if request.param == "file" else f"{serve(page.parent)}/index.html"


def box(page):
    """The turn that stands open now."""
    return page.locator(".emd-step").last


def place(turn, verdict="right"):
    return next(i for i, o in enumerate(ordered(turn)) if o.verdict == verdict)


def decide(page, turn, verdict="right"):
    box(page).get_by_role("radio").nth(place(turn, verdict)).click()
    box(page).get_by_role("button", name="Decide").click()


def focused(page) -> str:
    return page.evaluate("() => document.activeElement.textContent.trim()")


def test_the_right_way_through_a_case(address, open_page, case):
    page = open_page(address)
    page.evaluate("() => { window.heard = []; document.addEventListener('emd:decided', e => heard.push(e.detail)); }")
    for at, turn in enumerate(case.way):
        assert page.locator(".emd-step").count() == at + 1
        assert turn.text in box(page).inner_text()
        for option in turn.options:
            assert option.critique not in page.locator("body").evaluate("e => e.textContent")
        decide(page, turn)
        said = box(page).get_by_role("status").inner_text().replace("\n", " ")
        assert said.startswith("Your choice: right.")
        # what is announced is the reason of the choice, not only the verdict
        assert turn.key.critique in said
        whys = box(page).locator(".emd-why")
        for shown, option in zip(whys.all_inner_texts(), ordered(turn), strict=True):
            assert shown.startswith(f"{VERDICTS[option.verdict]} {option.critique}")
            assert (f"Whose advice: {option.whose}" in shown) == bool(option.whose)
        box(page).locator(".emd-next").click()
    end = page.locator(".emd-end")
    assert f"You made {len(case.way)} decisions, none of them by a detour." in end.inner_text()
    assert [h["turn"] for h in page.evaluate("() => heard")] == [t.id for t in case.way]
    page.watch.assert_clean()


def test_nothing_is_told_before_a_choice(address, open_page, case):
    page = open_page(address)
    text = page.locator("body").evaluate("e => e.textContent")
    assert case.turns[1].text not in text
    box(page).get_by_role("button", name="Decide").click()
    assert "Choose an answer first" in box(page).get_by_role("status").inner_text()
    assert page.locator(".emd-why:visible").count() == 0
    page.watch.assert_clean()


def test_a_wrong_choice_leads_on_and_back_and_keeps_the_key(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri())
    turn = case.turns[0]
    chosen = next(o for o in ordered(turn) if o.verdict == "wrong")
    decide(page, turn, "wrong")
    assert box(page).get_by_role("status").inner_text().startswith("Your choice: not so.")
    text = page.locator("body").evaluate("e => e.textContent")
    assert chosen.critique in text
    assert turn.key.critique not in text
    box(page).get_by_role("button", name="See what follows").click()
    assert focused(page) == "What follows"
    assert case.turn(chosen.next).text in box(page).inner_text()
    box(page).get_by_role("button", name="Go on from here").click()
    assert focused(page) == "Now"
    assert turn.question in box(page).inner_text()
    assert box(page).locator("input:checked, input:disabled").count() == 0
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    for later in case.way:
        decide(page, later)
        box(page).locator(".emd-next").click()
    assert f"{len(case.way)} decisions, 1 of them by a detour" in page.locator(".emd-tally").inner_text()
    page.watch.assert_clean()


def test_right_by_other_advice_goes_on_and_says_whose(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri())
    turn = case.turns[0]
    decide(page, turn, "also")
    assert box(page).get_by_role("status").inner_text().startswith("Your choice: right as well, by other advice.")
    box(page).get_by_role("button", name="Go on").click()
    assert case.way[1].text in box(page).inner_text()


def test_by_keyboard_alone(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri())
    page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    for at, turn in enumerate(case.way):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.type") == "radio"
        page.keyboard.press("Space")
        for _ in range(place(turn)):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert focused(page) == "Decide"
        page.keyboard.press("Enter")
        assert focused(page) == "Go on"  # the focus is not lost with the button that went
        page.keyboard.press("Enter")
        assert focused(page) == ("The whole way" if at + 1 == len(case.way) else "Now")
    for _ in range(20):
        page.keyboard.press("Tab")
        if focused(page) == "Start again":
            break
    page.keyboard.press("Enter")
    assert focused(page) == case.title
    assert page.locator(".emd-step").count() == 1
    assert page.locator("input:checked, input:disabled").count() == 0
    page.watch.assert_clean()


def test_without_javascript_presentation_and_first_question_stand(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri(), wait=False, java_script_enabled=False)
    for told in case.presentation:
        assert page.get_by_text(told).is_visible()
    assert page.get_by_text(case.turns[0].question).is_visible()
    assert page.get_by_text("need JavaScript").or_(page.get_by_text("needs JavaScript")).first.is_visible()
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 320)])
def test_axe_finds_nothing(theme, width, harness, open_page, axe, case):
    page = open_page(harness(show(CASE, level=2).html(), theme=theme).as_uri(), theme=theme, width=width)
    assert axe(page) == []
    decide(page, case.turns[0], "wrong")
    box(page).locator(".emd-next").click()
    assert axe(page) == []
    box(page).locator(".emd-next").click()
    for turn in case.way:
        decide(page, turn)
        box(page).locator(".emd-next").click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width

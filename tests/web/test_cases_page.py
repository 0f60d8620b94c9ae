"""A teaching case in a real Chromium, with no kernel and no network."""

from __future__ import annotations

import pytest

from emdbook.teach.cases import load_case, show
from emdbook.teach.cases.render import VERDICTS, render
from emdbook.teach.quiz.render import ordered

CASE = "lump-on-the-rib"
GAP = "nodules-under-the-skin"


@pytest.fixture(autouse=True)
def _page_view(monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")


@pytest.fixture
def case():
    return load_case(CASE)


@pytest.fixture(params=["file", "http"])
def address(request, harness, serve):
    page = harness(show(CASE, level=2).html())
    return page.as_uri() if request.param == "file" else f"{serve(page.parent)}/index.html"


def box(page, at=0):
    return page.locator(".emd-step").nth(at)


def place(step, verdict="path"):
    return next(i for i, o in enumerate(ordered(step)) if o.verdict == verdict)


def play(page, case, verdict="path"):
    """Click through a whole case."""
    for at, step in enumerate(case.steps):
        box(page, at).get_by_role("radio").nth(place(step, verdict)).click()
        box(page, at).get_by_role("button", name="Check").click()
        box(page, at).locator(".emd-next").click()


def focused(page) -> str:
    return page.evaluate("() => document.activeElement.textContent.trim()")


def test_a_whole_case(address, open_page, case):
    page = open_page(address)
    page.evaluate("() => { window.heard = []; document.addEventListener('emd:decided', e => heard.push(e.detail)); }")
    for at, step in enumerate(case.steps):
        assert page.locator(".emd-step").count() == at + 1
        assert step.text in box(page, at).inner_text()
        for option in step.options:
            assert option.critique not in page.locator("body").evaluate("e => e.textContent")
        box(page, at).get_by_role("radio").nth(place(step)).click()
        box(page, at).get_by_role("button", name="Check").click()
        assert box(page, at).get_by_role("status").inner_text().startswith("Your choice: on the pathway.")
        whys = box(page, at).locator(".emd-why")
        assert [w.replace("\xa0", " ") for w in whys.all_inner_texts()] == [
            f"{VERDICTS[o.verdict]} {o.critique}" for o in ordered(step)]
        behind = box(page, at).locator(".emd-behind").inner_text()
        assert step.node in behind
        assert all(name in behind for name in step.locators)
        assert all(gap.text in behind for gap in step.gaps)
        assert ("Gap in the text." in behind) == bool(step.gaps)
        box(page, at).locator(".emd-next").click()
    end = page.locator(".emd-end")
    assert f"on the pathway in {len(case.steps)} of {len(case.steps)} steps" in end.inner_text()
    assert end.locator("li").count() == len(case.walk.steps)
    assert [h["node"] for h in page.evaluate("() => heard")] == [s.node for s in case.steps]
    page.watch.assert_clean()


def test_nothing_is_told_before_a_choice(address, open_page, case):
    page = open_page(address)
    text = page.locator("body").evaluate("e => e.textContent")
    assert case.steps[1].text not in text
    box(page).get_by_role("button", name="Check").click()
    assert "Choose an answer first" in box(page).get_by_role("status").inner_text()
    assert page.locator(".emd-why:visible").count() == 0
    page.watch.assert_clean()


@pytest.mark.parametrize("verdict", ["arguable", "against"])
def test_another_choice_is_told_so_and_the_case_goes_on(verdict, harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri())
    box(page).get_by_role("radio").nth(place(case.steps[0], verdict)).click()
    box(page).get_by_role("button", name="Check").click()
    words = VERDICTS[verdict]
    assert box(page).get_by_role("status").inner_text().startswith(f"Your choice: {words[0].lower()}{words[1:]}")
    box(page).get_by_role("button", name="Next step").click()
    assert case.steps[1].text in box(page, 1).inner_text()


def test_by_keyboard_alone(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri())
    page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    last = len(case.steps) - 1
    for at, step in enumerate(case.steps):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.type") == "radio"
        page.keyboard.press("Space")
        for _ in range(place(step)):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert focused(page) == "Check"
        page.keyboard.press("Enter")
        # the focus is not lost with the button that went
        assert focused(page) == ("See the whole path" if at == last else "Next step")
        assert box(page, at).get_by_role("status").inner_text().startswith("Your choice: on the pathway.")
        page.keyboard.press("Enter")
        # the heading of what comes next
        assert focused(page) == ("The whole path" if at == last else f"Step {at + 2} of {last + 1}")
    page.keyboard.press("Tab")
    assert focused(page) == "Start again"
    page.keyboard.press("Enter")
    assert focused(page) == case.title
    assert page.locator(".emd-step").count() == 1
    assert page.locator("input:checked, input:disabled").count() == 0
    play(page, case, "path")
    assert f"in {len(case.steps)} of {len(case.steps)} steps" in page.locator(".emd-tally").inner_text()
    page.watch.assert_clean()


def test_without_javascript_presentation_and_first_question_stand(harness, open_page, case):
    page = open_page(harness(show(CASE, level=2).html()).as_uri(), wait=False, java_script_enabled=False)
    for told in case.presentation:
        assert page.get_by_text(told).is_visible()
    assert page.get_by_text(case.steps[0].question).is_visible()
    assert page.get_by_text("need JavaScript").is_visible()
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
def test_axe_finds_nothing(theme, width, harness, open_page, axe):
    case = load_case(GAP)
    page = open_page(harness(show(GAP, level=2).html(), theme=theme).as_uri(), theme=theme, width=width)
    assert axe(page) == []
    for at, (step, verdict) in enumerate(zip(case.steps, ["path", "against", "arguable"], strict=True)):
        box(page, at).get_by_role("radio").nth(place(step, verdict)).click()
        box(page, at).get_by_role("button", name="Check").click()
        assert axe(page) == []
        box(page, at).locator(".emd-next").click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for target in page.locator("emd-case button:visible, emd-case .emd-tick").all():
        assert target.bounding_box()["height"] >= 44


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_folded_cases(theme, harness, open_page, axe):
    page = open_page(harness(show([CASE, GAP], level=2).html(), theme=theme).as_uri(), theme=theme)
    assert page.locator("emd-case:visible").count() == 0
    assert axe(page) == []
    page.get_by_text("Nodules under the skin:").click()
    assert page.locator("emd-case:visible").count() == 1
    assert axe(page) == []


def test_on_paper_the_presentation_stands_and_the_buttons_go(harness, open_page, case):
    page = open_page(harness(show([CASE, GAP], level=2).html()).as_uri())
    page.emulate_media(media="print")
    assert page.get_by_text(case.presentation[0]).is_visible()
    assert page.locator("button:visible").count() == 0


def test_memory_is_kept_beside_that_of_the_quiz_and_may_fail(harness, serve, open_page, case):
    page = open_page(f"{serve(harness(show(CASE, level=2).html()).parent)}/index.html")
    page.evaluate("() => localStorage.setItem('emdbook.progress', JSON.stringify({quiz: {x: {}}}))")
    box(page).get_by_role("radio").nth(place(case.steps[0])).click()
    box(page).get_by_role("button", name="Check").click()
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('emdbook.progress'))")
    assert kept == {"quiz": {"x": {}}, "cases": {CASE: {"nd-type": {"correct": True, "tries": 1}}}}
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    box(page).get_by_role("button", name="Next step").click()
    box(page, 1).get_by_role("radio").nth(0).click()
    box(page, 1).get_by_role("button", name="Check").click()
    assert box(page, 1).locator(".emd-why:visible").count() == len(case.steps[1].options)
    page.watch.assert_clean()


def test_the_notebook_form_carries_its_own_script(harness, open_page, case):
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
        render(case, level=2, inline=True),
    )
    play(page, case)
    assert page.locator(".emd-tally").is_visible()
    page.watch.assert_clean()

"""Every lesson plan played in a browser in its order, with the kit alone: what a plan names is there, opens, is set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emdbook.classroom.poll import Bank
from emdbook.evidence.links import plain
from emdbook.explore.controls import Layers
from emdbook.publish import class_links
from emdbook.publish.build import in_ci, index_page
from emdbook.publish.kit.write import planned
from emdbook.publish.lesson_pages import address, button, link, presets, slide_ids, slide_of, widgets_of
from emdbook.publish.slides import build_decks
from emdbook.teach.lessons import own_lessons
from emdbook.teach.quiz import load_questions

#: In which file of the kit, or of the exports, a sheet lies.
FILES = {"cards-drugs": "cards-drugs.pdf", "cards-news": "cards-news.pdf", "cards-percentages": "cards-percentages.pdf",
         "cards-roles": "cards-roles.pdf", "poster": "poster-pathway.pdf"}
#: What the controls of a widget show, as an address writes it.
SHOWN = """e => Object.fromEntries(e.spec.map(c => [c.name, c.inputs.filter(i => i.tagName === 'SELECT' ||
  i.type === 'range' || i.checked).map(i => c.kind === 'onoff' ? 1 : i.tagName === 'SELECT' || i.type === 'range' ?
  Number(i.value) : Number(i.dataset.at))]))"""


@pytest.fixture(scope="module")
def decks():
    """Slides by chapter; made anew if they are stale."""
    if not index_page().is_file() and not in_ci():
        pytest.skip("there is no built book: make book")
    return {deck.file.stem: deck.file for deck in build_decks()}


def wanted(item) -> dict[str, list[int]]:
    """The places of the tokens that an item sets, by control."""
    out = {}
    for name, value in item.settings.items():
        control = widgets_of(item.chapter)[item.name].controls[name]
        tokens = list(control.options if isinstance(control, Layers) else control.tokens)
        places = [tokens.index(token) for token in ([value] if isinstance(value, str) else value)]
        out[name] = [1] * places[0] if not isinstance(control, Layers) and control.kind == "onoff" else places
    return out


def is_set(page, widget: str, item) -> Iterator[str]:
    shown = page.locator(f"#{widget}").evaluate(SHOWN)
    for name, places in wanted(item).items():
        if sorted(shown[name]) != sorted(places):
            yield f"{item.name}: {name} shows {shown[name]}, not {places}"
    if "there is no step" in page.locator(f"#{widget} figcaption").inner_text():
        yield f"{item.name}: more steps than the path has"
    if page.locator(f"#{widget} .emd-notice").count():
        yield f"{item.name}: {page.locator(f'#{widget} .emd-notice').inner_text()}"


def played(page, plan) -> Iterator[str]:
    """Walk through the deck of a lesson by the key of a remote, step by step; where a teacher would be stuck."""
    steps = [(step, one) for step in plan.steps for one in slide_ids(step, plan).split()]
    presses = 0
    for step, one in steps:
        while page.evaluate("() => Reveal.getCurrentSlide().id.replace(/-again$/, '')") != one:
            page.keyboard.press("PageDown")
            presses += 1
            if presses > 400:
                yield f"{step.title}: {one} never comes"
                return
        for item in step.show:
            on = slide_of(item)
            if on is None or item.chapter != plan.chapter or f"slide-{on.number}" != one:
                continue
            if item.kind == "question":
                asked = page.locator("section.present:not(.stack) emd-quiz form.emd-question")
                if asked.get_attribute("data-question") != item.name or not asked.locator("input").first.is_visible():
                    yield f"{step.title}: the question {item.name} is not on {one}"
            elif item.kind == "widget":
                widget = page.evaluate("() => document.querySelector('section.present:not(.stack) emd-explore').id")
                page.wait_for_selector(f"#{widget}[data-state=ready]", state="attached")
                press = page.locator(f"#{widget} .deck-presets button", has_text=str(button(item))).first
                press.click()
                yield from (f"{step.title}: {fault}" for fault in is_set(page, widget, item))
    page.keyboard.press("PageDown")
    if plain(plan.ask) not in page.locator("section.present:not(.stack)").inner_text():
        yield "the exit question is not the next slide"


@pytest.mark.parametrize("plan", own_lessons().plans, ids=lambda plan: plan.id)
def test_a_lesson_can_be_given_from_its_deck(plan, decks, open_page):
    page = open_page(f"{decks[plan.chapter].as_uri()}?lesson={plan.id}", width=1920, height=1080)
    page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
    assert list(played(page, plan)) == []
    page.watch.assert_clean()


@pytest.mark.parametrize("plan", own_lessons().plans, ids=lambda plan: plan.id)
def test_what_a_lesson_names_is_there(plan, open_page):
    """The names of the vote, the links for the class, the sheets to print, the cases and their keys."""
    bank, sheets = Bank(), {one.name for one in planned()}
    for chapter, name in plan.questions:
        asked = next(one for one in load_questions(chapter).questions if one.id == name)
        assert bank.find(name).stem == asked.stem, f"vote {name} would ask another question"
    for item in plan.items:
        if item.kind == "print" and item.name in FILES:
            assert FILES[item.name] in sheets
        elif item.kind == "print" and item.name in ("handout", "team-kit"):
            assert f"lesson-{plan.chapter[:2]}.pdf" in sheets
        elif item.kind == "print":
            assert (index_page().parent / "exports" / "paper" / "answer-cards.html").is_file()
    root = index_page().parent
    if any(item.kind == "case" for item in plan.items):
        keys = (root / "book" / "case_keys.html").read_text(encoding="utf-8")
        for item in plan.items:
            if item.kind == "case":
                assert f'id="sheet-{item.name}"' in keys
                assert f'id="key-{item.name}"' in keys
    for item in plan.items:
        if item.kind == "widget":
            page = open_page(f"{root.as_uri()}/{link(item)}")
            page.wait_for_selector(f"#{item.name}[data-state=ready]")
            assert list(is_set(page, item.name, item)) == []
    parts = {one.part for one in class_links.of_plan(plan).links}
    assert {link(item) for item in plan.items if item.kind in ("widget", "case")} <= parts


def test_every_setting_of_a_plan_has_a_button_of_its_own():
    for plan in own_lessons().plans:
        for item in plan.items:
            if item.kind == "widget":
                assert address(presets(item.chapter)[item.name][button(item) - 1]) == address(item)

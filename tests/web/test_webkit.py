"""The built book in the engine of Safari, where WebKitGTK and its driver are installed: by name, and every week."""

from __future__ import annotations

import random

import pytest
import webkit as driver
from test_firefox import CHAPTERS, FEW, HTML, READY, SAYS, SHOWN, asked, wanted, widgets

from emdbook.publish.build import in_ci

pytestmark = [pytest.mark.book, pytest.mark.exhaustive]


@pytest.fixture(scope="module")
def page():
    if not CHAPTERS:
        reason = "there is no built book: make book"
        pytest.fail(reason) if in_ci() else pytest.skip(reason)
    if gone := driver.missing():
        pytest.skip(f"WebKit is not on this machine: {gone}")
    with driver.running() as running:
        yield running


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_widget_shows_the_state_it_is_asked_for(chapter, page):
    page.goto((HTML / "notebooks" / f"{chapter}.html").as_uri())
    page.wait_for(READY)
    for name, spec, frames in widgets(chapter):
        rng = random.Random(name)
        for _ in range(FEW):
            at, said = asked(spec, rng)
            page.evaluate("hash => { location.hash = hash; }", f"w={name}&{said}")
            page.wait_for(SAYS, [name, frames[at].sentence])
            assert page.evaluate(SHOWN, name) == wanted(frames[at]), (name, said)


CONTROLS = """id => [...document.querySelectorAll(`#${id} .emd-controls :is(input, select)`)].map(e =>
    e.type === 'checkbox' || e.type === 'radio' ? e.checked : e.value)"""


def test_after_back_controls_and_figure_agree(page, serve):
    root = serve(HTML)
    for chapter in CHAPTERS:
        made = widgets(chapter)
        if not made:
            continue
        name, spec, frames = made[0]
        page.goto(f"{root}/notebooks/{chapter}.html")
        page.wait_for(READY)
        at, said = asked(spec, random.Random(chapter))
        page.evaluate("hash => { location.hash = hash; }", f"w={name}&{said}")
        page.wait_for(SAYS, [name, frames[at].sentence])
        before = page.evaluate(CONTROLS, name)
        page.evaluate("() => { document.querySelector('emd-quiz input').click(); "
                      "document.querySelector('emd-quiz .emd-check').click(); }")
        page.evaluate("() => { setTimeout(() => document.querySelector('a.emd-num').click(), 500); }")
        page.wait_for("() => !location.pathname.includes('notebooks')")
        page.back()
        page.wait_for("id => document.getElementById(id)?.dataset.state === 'ready'", name)
        page.wait_for(SAYS, [name, frames[at].sentence])
        assert page.evaluate(CONTROLS, name) == before, chapter
        # the marks of a question stand where the page was kept; where it was loaded anew, the question is open again
        assert page.evaluate("""() => { const f = document.querySelector('emd-quiz form');
            return Boolean(f.dataset.answered) === Boolean(f.querySelector('input:checked')); }"""), chapter


def test_a_half_done_test_is_whole_after_back(page, serve):
    root = serve(HTML)
    page.goto(f"{root}/book/pretest.html")
    page.wait_for(READY)
    page.evaluate("""() => [...document.querySelectorAll('emd-selftest .emd-question')].slice(0, 10).forEach(q =>
        q.querySelectorAll('.emd-answer input')[1].click())""")
    page.goto(f"{root}/book/glossary.html")
    page.back()
    page.wait_for(READY)
    page.wait_for("() => document.querySelectorAll('emd-selftest .emd-answer input:checked').length === 10")
    page.evaluate("() => document.querySelectorAll('emd-selftest .emd-question')[10].querySelector('input').click()")
    kept = page.evaluate("() => JSON.parse(localStorage['emdbook.progress']).tests.pretest.draft")
    assert len(kept) == 11

"""The built book in Firefox: every widget in some states, questions, cases, tests, search, storage refused, Back."""

from __future__ import annotations

import html
import json
import os
import random
import re

import firefox as driver
import pytest

from emdbook.explore.page import unpack
from emdbook.publish.build import in_ci, index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
CHAPTERS = sorted(p.stem for p in (HTML / "notebooks").glob("*.html"))
BLOCKS = "emd-explore,emd-quiz,emd-case,emd-selftest,emd-progress,emd-linkbuilder"
READY = f"() => [...document.querySelectorAll('{BLOCKS}')].every(e => e.dataset.state === 'ready')"
#: States of each widget that are asked for by address.
FEW = 2
#: Chapters that are tried at every change: every kind of control, the longest lists, the slider, the tree; the others
#: once a week.  Chromium goes through all of them each time.
TRIED = ("03", "05", "08", "09", "14")


def started(**prefs):
    """A Firefox, or a skip with its reason: an error under CI, unless the machine cannot have one."""
    try:
        driver.find()
    except driver.NoFirefox as error:
        if why := os.environ.get("EMDBOOK_NO_FIREFOX"):
            pytest.skip(why)
        pytest.fail(f"{error} (an error because CI is set)") if in_ci() else pytest.skip(str(error))
    return driver.running(**prefs)


@pytest.fixture(scope="module")
def firefox():
    with started() as running:
        yield running


@pytest.fixture
def page(firefox):
    made = firefox.page()
    yield made
    made.close()


def widgets(chapter):
    """Id, description of the controls, and every state of each widget of a built page."""
    text = (HTML / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
    found = re.findall(r'<emd-explore id="([^"]+)"[^>]*data-spec="([^"]+)".*?class="emd-frames">([^<]+)<', text, re.S)
    return [(name, json.loads(html.unescape(spec)), unpack(block)) for name, spec, block in found]


def asked(spec, rng):
    """A state by chance: its index, and what an address says of it."""
    at, parts = 0, []
    for one in spec:
        if one["kind"] == "layers":
            continue
        chosen = rng.randrange(one["size"])
        at = at * one["size"] + chosen
        if one["kind"] == "studies":
            mask = one["masks"][chosen] if one["masks"] else chosen
            said = ",".join(token for bit, token in enumerate(one["tokens"]) if mask >> bit & 1)
        else:
            said = one["tokens"][chosen]
        parts.append(f"{one['name']}={said}")
    return at, "&".join(parts)


SHOWN = """id => { const e = document.getElementById(id); return [e.querySelector('figcaption').textContent,
    [...e.querySelectorAll('.emd-svg > svg:not(.emd-narrow) text')].map(t => t.textContent)]; }"""

SAYS = "([id, text]) => document.getElementById(id).querySelector('figcaption').textContent === text"


def wanted(frame):
    return [frame.sentence, [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", frame.svg)]]


def test_every_kind_of_control_is_tried_at_every_change():
    kinds = {chapter[:2]: {one["kind"] for _, spec, _ in widgets(chapter) for one in spec} for chapter in CHAPTERS}
    assert set().union(*(kinds[number] for number in TRIED)) == set().union(*kinds.values())


@pytest.mark.parametrize("chapter", [pytest.param(c, marks=() if c[:2] in TRIED else pytest.mark.exhaustive)
                                     for c in CHAPTERS])
def test_every_widget_shows_the_state_it_is_asked_for(chapter, page):
    address = (HTML / "notebooks" / f"{chapter}.html").as_uri()
    page.goto(address)
    page.wait_for(READY)
    for name, spec, frames in widgets(chapter):
        rng = random.Random(name)
        for _ in range(FEW):
            at, said = asked(spec, rng)
            page.evaluate("hash => { location.hash = hash; }", f"w={name}&{said}")
            page.wait_for(SAYS, [name, frames[at].sentence])
            assert page.evaluate(SHOWN, name) == wanted(frames[at]), (name, said)
        # and by hand: the first control that a press changes
        page.click(f"#{name} .emd-reset")
        start = page.evaluate(SHOWN, name)
        boxes = f"#{name} .emd-controls input"
        control = f"{boxes}:not(:checked):not([type=range]), {boxes}[type=checkbox]"
        if page.evaluate("s => document.querySelector(s) !== null", control):
            page.click(control)
        else:
            page.evaluate("id => document.querySelector(`#${id} :is(input, select)`).focus()", name)
            slider = page.evaluate("() => document.activeElement.type === 'range'")
            # a list that begins at its last word can only go up, a slider at its end only back
            last = page.evaluate("() => { const e = document.activeElement;"
                                 " return e.type === 'range' ? e.value === e.max : e.selectedIndex === e.length - 1; }")
            forth, back = ("ArrowRight", "ArrowLeft") if slider else ("ArrowDown", "ArrowUp")
            page.press(back if last else forth)
        page.wait_for("""([id, old]) => { const e = document.getElementById(id);
            return e.querySelector('[display=none]') || e.querySelector('figcaption').textContent !== old; }""",
                      [name, start[0]])
    page.evaluate("() => { location.hash = '%E0%A4%A'; }")
    assert page.console == []


def test_questions_cases_and_the_test_work_from_a_file(page):
    chapter = next(c for c in CHAPTERS if "<emd-case" in (HTML / "notebooks" / f"{c}.html").read_text(encoding="utf-8"))
    page.goto((HTML / "notebooks" / f"{chapter}.html").as_uri())
    page.wait_for(READY)
    page.click("emd-quiz form input")
    page.click("emd-quiz form .emd-check")
    page.wait_for("() => document.querySelector('emd-quiz form').dataset.answered")
    # a case may lie in a fold
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.click("emd-case form input")
    page.click("emd-case form .emd-check")
    page.wait_for("() => document.querySelector('emd-case form').dataset.answered")
    assert page.evaluate("() => document.fonts.check('16px \"Source Sans 3\"')")
    page.goto((HTML / "book" / "pretest.html").as_uri())
    page.wait_for(READY)
    page.evaluate("""() => document.querySelectorAll('emd-selftest .emd-question').forEach(q => {
        q.querySelector('.emd-answer input').click(); q.querySelector('.emd-sure input').click(); })""")
    page.click(".emd-finish")
    page.wait_for("() => document.querySelector('.emd-score')?.textContent.includes(' of 20.')")
    assert page.console == []


def test_a_half_done_test_and_a_widget_are_there_after_back(page):
    page.goto((HTML / "book" / "pretest.html").as_uri())
    page.wait_for(READY)
    page.evaluate("""() => [...document.querySelectorAll('emd-selftest .emd-question')].slice(0, 10).forEach(q =>
        q.querySelectorAll('.emd-answer input')[1].click())""")
    chapter, (name, spec, frames) = next((c, w) for c in CHAPTERS for w in widgets(c)[:1])
    page.goto((HTML / "notebooks" / f"{chapter}.html").as_uri())
    page.wait_for(READY)
    at, said = asked(spec, random.Random(3))
    page.evaluate("hash => { location.hash = hash; }", f"w={name}&{said}")
    page.wait_for(SAYS, [name, frames[at].sentence])
    page.evaluate("() => new Promise(resolve => setTimeout(resolve, 400))")
    page.goto((HTML / "book" / "glossary.html").as_uri())
    page.back()
    page.wait_for("id => document.getElementById(id)?.dataset.state === 'ready'", name)
    assert page.evaluate(SHOWN, name) == wanted(frames[at])
    page.goto((HTML / "book" / "pretest.html").as_uri())
    page.wait_for(READY)
    assert page.evaluate("() => document.querySelectorAll('emd-selftest .emd-answer input:checked').length") == 10


def test_search_finds_and_says_where(page, serve):
    page.goto(f"{serve(HTML)}/search.html?q=cilta-cel")
    page.wait_for("() => document.querySelectorAll('#search-results li').length > 0")
    page.goto((HTML / "search.html").as_uri() + "?q=cilta-cel")
    page.wait_for("() => document.querySelectorAll('#search-results li').length > 0")
    assert page.console == []


def test_the_whole_screen_and_the_way_back(page):
    chapter, (name, _, _) = next((c, w) for c in CHAPTERS for w in widgets(c)[:1])
    page.goto((HTML / "notebooks" / f"{chapter}.html").as_uri())
    page.wait_for(READY)
    page.click(f"#{name} .emd-whole")
    page.wait_for("id => document.getElementById(id).getBoundingClientRect().height === innerHeight", name)
    page.press("Escape")
    page.wait_for("id => !document.getElementById(id).classList.contains('emd-full')", name)


@pytest.mark.parametrize("how", [{"network__cookie__cookieBehavior": 2}, {"dom__storage__enabled": False}],
                         ids=["all cookies blocked", "storage off"])
def test_with_storage_refused_everything_works(how, serve):
    with started(**how) as running:
        page = running.page()
        root = serve(HTML)
        for name in (f"notebooks/{CHAPTERS[-1]}", "book/cover", "book/pretest"):
            page.goto(f"{root}/{name}.html")
            page.wait_for(READY)
            assert page.evaluate(f"() => document.querySelectorAll('{BLOCKS}').length") > 0
            if name == "book/cover":
                assert "keeps nothing" in page.evaluate("() => document.querySelector('emd-progress').textContent")
        page.goto(f"{root}/notebooks/{CHAPTERS[-1]}.html")
        page.wait_for(READY)
        modes = []
        for _ in range(3):
            page.click(".theme-switch-button")
            modes.append(page.evaluate("() => document.documentElement.dataset.mode"))
        assert sorted(modes) == ["auto", "dark", "light"]
        assert not [told for told in page.console if "not defined" in told or "Error" in told]


def test_a_figure_is_walked_and_its_card_tells_the_row(page):
    page.goto((HTML / "notebooks" / "09_bispecific_antibodies.html").as_uri())
    page.wait_for("() => document.querySelector('.emd-figure emd-marks[role=tree]') !== null")
    forest = "[...document.querySelectorAll('.emd-figure emd-marks')].find(e => e.rows[0]?.[4])"
    name, facts = page.evaluate(f"() => {{const tree = {forest}; tree.querySelector('[role=treeitem]').focus();"
                                " const row = tree.rows[0]; return [row[1], row[5].map(f => f.join(': '))]}")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):  # down to the first series, into it, to its first row
        page.press(key)
    said = page.evaluate("""() => [document.activeElement.getAttribute('aria-label'),
        document.querySelector('.emd-card-name').textContent,
        [...document.querySelectorAll('.emd-card dl > div')].map(
            line => [...line.children].map(part => part.textContent).join(': ')),
        document.querySelector('.emd-card a').getAttribute('href')]""")
    assert said[0].startswith(f"{name}: ")
    assert said[1:3] == [name, facts]
    assert said[3].startswith("../book/ledger.html#")
    page.press("Escape")
    assert page.evaluate("() => document.querySelector('.emd-card') === null")


def test_a_figure_is_cited_and_shown_over_the_whole_screen(page):
    page.goto((HTML / "notebooks" / "09_bispecific_antibodies.html").as_uri())
    page.wait_for("() => document.querySelector('figure.emd-figure emd-take details') !== null")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    page.click("figure.emd-figure emd-take summary")
    page.evaluate("""() => [...document.querySelectorAll('figure.emd-figure emd-take button')]
        .find(b => b.textContent === 'Copy citation').click()""")
    page.wait_for("() => document.activeElement.value?.includes('09_bispecific_antibodies.html#figure-')")
    page.evaluate("() => document.querySelector('figure.emd-figure [role=treeitem]').focus()")
    page.press("f")
    page.wait_for("() => document.querySelector('figure.emd-figure').classList.contains('emd-full')")
    page.press("Escape")
    page.wait_for("() => !document.querySelector('figure.emd-figure.emd-full')")
    assert page.console == []


def test_the_dialog_of_the_search_answers_while_one_types(page):
    page.goto((HTML / "book" / "glossary.html").as_uri())
    page.wait_for("() => document.querySelector('emd-choose').dataset.state === 'ready'")
    page.evaluate("""() => document.dispatchEvent(new KeyboardEvent('keydown',
        {key: 'k', ctrlKey: true, bubbles: true, cancelable: true}))""")
    page.wait_for("() => document.activeElement.name === 'q'")
    for letter in "elranatamb":  # a slip of the hand is forgiven
        page.press(letter)
    page.wait_for("() => /Bispecific/.test(document.getElementById('pst-search-dialog').textContent)")
    assert page.console == []

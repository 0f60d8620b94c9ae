"""The built book tells the truth: what a widget shows is what its chart function gives, fresh, for that setting.

All states of small widgets and a seeded sample of each large one, by mouse over HTTP and by keyboard alone from files,
with the network cut: this is the gate ``widgets``.  The gate ``web`` asks a few states of every widget.
"""

from __future__ import annotations

import random
from functools import cache

import pytest
from driving import shown, with_keyboard, with_mouse

from emdbook.ground.paths import project_dir
from emdbook.publish import executed
from emdbook.publish.build import in_ci, index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
#: Widgets with at most this many states are tested in all of them.
SMALL = 40
#: States that are drawn at random from each larger widget.
SAMPLE = 60
#: States of each widget in the quick form of the test.
FEW = 3
#: Chapters whose links are followed each time: their first widgets have every kind of control. The others weekly.
LINKED = ("02", "03", "05", "14")
CHAPTERS = sorted(p.stem for p in project_dir().glob("notebooks/*.ipynb"))


def built(chapter):
    page = HTML / "notebooks" / f"{chapter}.html"
    if not page.is_file():
        reason = f"{chapter} is not in the built book: make book"
        pytest.fail(reason) if in_ci() else pytest.skip(reason)
    return page


@cache
def widgets(chapter):
    """The widgets as the chapter's kernel made them, to be drawn afresh; nothing of the built page is used."""
    return list(executed.widgets(project_dir() / "notebooks" / f"{chapter}.ipynb").values())


@cache
def _expected(chapter, widget_id, at):
    from emdbook.explore import fingerprint

    widget = next(w for w in widgets(chapter) if w.id == widget_id)
    one = widget.frame(list(widget.states())[at])
    return fingerprint(one.svg), one.sentence


def expected(chapter, widget, settings):
    return _expected(chapter, widget.id, widget.index(settings))


def states_to_test(widget, few=None):
    states = list(widget.states())
    if few:
        states = random.Random(f"states of {widget.id}").sample(states, min(few, len(states)))
    elif len(states) > SMALL:
        states = random.Random(f"states of {widget.id}").sample(states, min(SAMPLE, len(states)))
    return states


def check(page, chapter, widget, move, few=None):
    assert shown(page, widget) == expected(chapter, widget, widget.default), f"{widget.id}, at the start"
    for settings in states_to_test(widget, few):
        move(page, widget, settings)
        assert shown(page, widget) == expected(chapter, widget, settings), (widget.id, settings)


WAYS = {"mouse over http": ("http", with_mouse), "keyboard from a file": ("file", with_keyboard)}


def _ways_through_the_book():
    """A change is tried one way in each chapter, the two ways in turn; every week all states go both ways."""
    for i, chapter in enumerate(CHAPTERS):
        for turn, (way, (where, move)) in enumerate(WAYS.items()):
            for few, name in ((FEW, "a few"), (None, "all")):
                marks = () if few and i % 2 == turn else pytest.mark.exhaustive
                yield pytest.param(chapter, where, move, few, id=f"{way}-{chapter}-{name}", marks=marks)


@pytest.mark.parametrize(("chapter", "where", "move", "few"), list(_ways_through_the_book()))
def test_every_widget_shows_its_chart(chapter, where, move, few, serve, open_page):
    file = built(chapter)
    page = open_page(file.as_uri() if where == "file" else f"{serve(HTML)}/notebooks/{chapter}.html")
    there = page.evaluate("() => [...document.querySelectorAll('emd-explore')].map(e => e.id)")
    assert there == [w.id for w in widgets(chapter)]
    for widget in widgets(chapter):
        check(page, chapter, widget, move, few)
    page.watch.assert_clean()


@pytest.mark.parametrize(("where", "move"), [("file", with_mouse), ("http", with_keyboard)],
                         ids=["mouse from a file", "keyboard over http"])
def test_the_other_two_ways(where, move, serve, open_page):
    chapter = "09_bispecific_antibodies"
    file = built(chapter)
    page = open_page(file.as_uri() if where == "file" else f"{serve(HTML)}/notebooks/{chapter}.html")
    for widget in widgets(chapter):
        check(page, chapter, widget, move, FEW)
    page.watch.assert_clean()


@pytest.mark.parametrize(("old", "new"), [
    ("show(){", "show(){return;"),
    ("this.box.innerHTML=", "this.frozen="),
    ("take(this.data,this.frame()[0])", "take(this.data,this.data.f[0][0])"),
    ("at:at*c.size+state[c.name]", "at:at*c.size+(state[c.name]+1)%c.size"),
], ids=["nothing is painted", "only the sentence changes", "always the first figure", "the neighbour's figure"])
def test_this_test_fails_on_a_page_that_does_not_follow(old, new, serve, open_page):
    chapter = "09_bispecific_antibodies"
    built(chapter)
    page = open_page(f"{serve(HTML)}/book/cover.html")
    changed = []

    def frozen(route):
        text = route.fetch().text()
        if old in text:
            changed.append(old)
        route.fulfill(body=text.replace(old, new), content_type="text/javascript")

    page.route("**/_static/book-*.js", frozen)
    page.goto(page.url.replace("book/cover", f"notebooks/{chapter}"))
    page.wait_for_function("() => [...document.querySelectorAll('emd-explore')].every(e => e.dataset.state)")
    assert changed
    (widget,) = widgets(chapter)
    with pytest.raises(AssertionError):
        check(page, chapter, widget, with_mouse)


@pytest.mark.parametrize("chapter", [pytest.param(c, marks=() if c[:2] in LINKED else pytest.mark.exhaustive)
                                     for c in CHAPTERS])
def test_a_link_leads_to_a_state_and_reset_leads_back(chapter, serve, open_page):
    file = built(chapter)
    page = open_page(file.as_uri(), permissions=["clipboard-read", "clipboard-write"])
    for widget in widgets(chapter):
        settings = states_to_test(widget, FEW)[-1]
        with_mouse(page, widget, settings)
        link = page.evaluate("id => document.getElementById(id).address()", widget.id)
        other = open_page(link)
        assert shown(other, widget) == expected(chapter, widget, settings), link
        other.wait_for_function(
            "id => Math.abs(document.getElementById(id).getBoundingClientRect().top - 100) < 400", arg=widget.id)
        other.locator(f"#{widget.id} .emd-reset").click()
        assert shown(other, widget) == expected(chapter, widget, widget.default)
        other.context.close()
        break  # one widget a page: the rest is the same code


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_fits_a_phone_a_finger_and_a_zoomed_page(chapter, open_page):
    file = built(chapter)
    page = open_page(file.as_uri(), width=390, has_touch=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    small = page.evaluate("""() => [...document.querySelectorAll(
        'emd-explore button, emd-explore select, emd-explore input[type=range], emd-explore .emd-tick, '
        + 'emd-explore summary')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
        .map(e => e.outerHTML.slice(0, 120))""")
    assert small == []
    page.set_viewport_size({"width": 640, "height": 500})  # 200 % zoom of a 1280 px window
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640


def test_reduced_motion_is_respected(open_page):
    chapter = "09_bispecific_antibodies"
    page = open_page(built(chapter).as_uri(), reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll('emd-explore *')].filter(e => {
        const s = getComputedStyle(e);
        const animated = s.animationName !== 'none' && parseFloat(s.animationDuration) > 0;
        return parseFloat(s.transitionDuration) > 0 || animated;
    }).length""")
    assert moving == 0

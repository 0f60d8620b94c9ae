"""Pointing at a mark, tapping it and walking a figure with the keyboard, in a real Chromium with no network."""

from __future__ import annotations

import pytest

from emdbook import charts
from emdbook.explore import choice, explore

pytestmark = pytest.mark.usefixtures("page_states")
ROWS = [{"label": "Trial A", "study": "Trial A", "arm": "True EMD", "events": 10, "n": 28, "population": "EM-E",
         "standing": "paper", "outcome_id": "a.em-e.orr.primary"},
        {"label": "Trial B", "study": "Trial B", "arm": "EMD", "events": 15, "n": 39, "population": "EMD",
         "standing": "review", "outcome_id": "b.emd.orr.review"},
        {"label": "Trial C", "study": "Trial C", "arm": "True EMD", "events": 4, "n": 8, "population": "EM-E",
         "standing": "derived", "outcome_id": "c.em-e.orr.derived"}]
SAID = {"Trial B": {"Study": "Trial B", "Group": "EMD", "Patients": "39", "Response": "15 of 39, 38%",
                    "95% interval, Wilson": "25 to 54%", "Standing": "reported in the review"}}


def forest_of(rows, *, pool=False):
    return charts.forest(rows, endpoint="Response", pool=pool)


@pytest.fixture
def address(harness):
    """One figure that stands still, and one with a control."""
    still = charts.forest(ROWS, endpoint="Response").html("still")
    moved = explore(lambda which="first": forest_of(ROWS[:2] if which == "first" else ROWS[2:]), title="Moved",
                    which=choice("Which", ["first", "last"]))
    page = harness(still, moved.html())
    ledger = page.parents[1] / "book" / "ledger.html"
    ledger.parent.mkdir()
    ledger.write_text("<title>Ledger</title>", encoding="utf-8")
    return page.as_uri()


def middle(page, part):
    found = page.locator(f"[id='{part}']").bounding_box()
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def card(page):
    """What the card says: name, facts, address of the record; nothing where there is no card."""
    return page.evaluate("""() => {
        const card = document.querySelector('.emd-card:not([hidden])');
        if (!card) return null;
        return {name: card.querySelector('.emd-card-name')?.textContent ?? card.textContent,
                facts: Object.fromEntries([...card.querySelectorAll('dl > div')].map(
                    line => [line.children[0].textContent, line.children[1].textContent])),
                record: card.querySelector('a')?.getAttribute('href') ?? ''};
    }""")


def wait_card(page, name):
    page.wait_for_function(
        "name => document.querySelector('.emd-card:not([hidden]) .emd-card-name')?.textContent === name", arg=name)
    return card(page)


def test_pointing_shows_who_it_is_and_the_card_can_be_entered_and_sent_away(address, open_page):
    page = open_page(address)
    page.mouse.move(*middle(page, "still-r1"))
    said = wait_card(page, "Trial B")
    assert said == {"name": "Trial B", "facts": SAID["Trial B"], "record": "../book/ledger.html#b.emd.orr.review"}
    page.locator(".emd-card").hover()  # WCAG 1.4.13: what appears may be entered …
    page.wait_for_timeout(600)
    assert card(page)["name"] == "Trial B"
    page.keyboard.press("Escape")  # … and sent away
    assert card(page) is None
    page.mouse.move(*middle(page, "still-r2-label"))  # the name of a row belongs to it
    wait_card(page, "Trial C")
    page.mouse.move(2, 2)
    page.wait_for_function("() => !document.querySelector('.emd-card:not([hidden])')")
    assert page.locator(".emd-card").count() <= 1
    page.watch.assert_clean()


def test_a_tap_shows_it_and_a_tap_elsewhere_takes_it_away(address, open_page):
    page = open_page(address, width=390, height=800, has_touch=True)
    page.locator("[id='still-n-r1']").scroll_into_view_if_needed()
    x, y = middle(page, "still-n-r1")
    page.touchscreen.tap(x + 9, y + 9)  # a finger is not exact
    assert wait_card(page, "Trial B")["facts"] == SAID["Trial B"]
    frame = page.locator(".emd-card").bounding_box()
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 390
    page.locator("h1").tap()
    assert card(page) is None


def test_marks_that_lie_on_each_other_are_told_one_after_the_other(harness, open_page):
    rows = [{"label": name, "n": 20, "value": 60, "design": "case_series", "therapeutic_class": "cart",
             "outcome_id": f"{name}.orr"} for name in ("One", "Two")]
    rows.append({**rows[0], "label": "Far", "n": 90})
    page = open_page(harness(charts.evidence_map(rows).html("map")).as_uri())
    place = middle(page, "map-r0")
    page.mouse.move(*place)
    wait_card(page, "One")
    assert "2 marks lie here" in page.locator(".emd-card").inner_text()
    page.mouse.click(*place)
    assert wait_card(page, "Two")["record"] == "../book/ledger.html#Two.orr"
    page.mouse.click(*place)
    wait_card(page, "One")
    page.mouse.move(*middle(page, "map-r2"))
    wait_card(page, "Far")
    assert "marks lie here" not in page.locator(".emd-card").inner_text()


def focused(page):
    return page.evaluate("""() => {const a = document.activeElement;
        return [a.getAttribute('role'), a.getAttribute('aria-label'), a.getAttribute('aria-level'),
                a.getAttribute('aria-expanded')]}""")


def walk(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    return focused(page)


def test_the_keyboard_walks_figure_series_row_and_value(address, open_page):
    page = open_page(address)
    root = ["treeitem", "3 rows, arrow keys walk them", "1", "false"]
    assert walk(page, "Tab") == root
    assert card(page)["name"] == root[1] + "."
    assert walk(page, "ArrowDown") == ["treeitem", "EM-E (no bone contact), 2 rows", "2", "false"]
    assert walk(page, "End")[1] == "EMD (mixed or not stated), 1 row"
    assert walk(page, "ArrowRight")[3] == "true"
    assert walk(page, "ArrowRight") == ["treeitem", "Trial B: 15 of 39, 38% (25 to 54%)", "3", "false"]
    assert wait_card(page, "Trial B")["facts"] == SAID["Trial B"]
    ring = page.locator(".emd-halo").bounding_box()
    mark = page.locator("[id='still-r1']").bounding_box()
    assert ring["y"] <= mark["y"]
    assert ring["y"] + ring["height"] >= mark["y"] + mark["height"]
    walk(page, "ArrowRight")
    leaves = [walk(page, "ArrowRight")]
    leaves += [walk(page, "ArrowDown") for _ in range(6)]
    assert [words for _, words, _, _ in leaves] == [
        *(f"{name}: {text}" for name, text in SAID["Trial B"].items()), "Record: Enter opens it"]
    assert {level for _, _, level, _ in leaves} == {"4"}
    assert walk(page, "ArrowLeft")[1].startswith("Trial B")
    assert walk(page, "t")[1].startswith("Trial B")
    assert walk(page, "e")[1].startswith("EM-E")
    assert walk(page, "Home") == [*root[:3], "true"]
    page.keyboard.press("Escape")
    assert card(page) is None
    page.watch.assert_clean()


def test_one_tab_stop_a_figure_and_enter_opens_the_record(address, open_page):
    page = open_page(address)
    assert walk(page, "Tab")[0] == "treeitem"
    assert page.evaluate("() => document.activeElement.closest('.emd-figure') !== null")
    walk(page, "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "End")
    page.keyboard.press("Escape")
    assert walk(page, "Tab")[0] is None  # the widget's own control follows at once
    assert page.evaluate("() => document.activeElement.closest('emd-explore') !== null")
    assert walk(page, "Shift+Tab")[0] == "treeitem"  # where the reader left it
    walk(page, "Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    while focused(page)[1] != "Record: Enter opens it":
        walk(page, "ArrowDown")
    with page.expect_navigation(wait_until="commit"):
        page.keyboard.press("Enter")
    assert page.url.endswith("book/ledger.html#a.em-e.orr.primary")


def test_a_widget_tells_the_state_that_it_shows(address, open_page):
    page = open_page(address)
    page.wait_for_selector("emd-explore emd-marks[role=tree]", state="attached")
    names = "() => document.querySelector('emd-explore emd-marks').rows.map(r => r[1])"
    assert page.evaluate(names) == ["Trial A", "Trial B"]
    page.locator("emd-explore input[type=radio]").last.check()
    page.wait_for_function("() => document.querySelector('emd-explore').dataset.shown === '1'")
    assert page.evaluate(names) == ["Trial C"]
    page.locator("emd-explore .emd-svg").scroll_into_view_if_needed()
    page.mouse.move(*middle(page, "explore-moved-r0"))
    assert wait_card(page, "Trial C")["record"] == "../book/ledger.html#c.em-e.orr.derived"


def test_axe_finds_nothing_with_everything_open(address, open_page, axe):
    for theme in ("light", "dark"):
        page = open_page(address, theme=theme)
        walk(page, "Tab", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
        assert card(page)
        assert axe(page) == []


def test_nothing_of_it_is_printed(address, open_page):
    page = open_page(address)
    walk(page, "Tab", "ArrowDown", "ArrowRight", "ArrowRight")
    page.emulate_media(media="print")
    for part in (".emd-card", ".emd-halo", "emd-marks"):
        assert not page.locator(part).first.is_visible(), part

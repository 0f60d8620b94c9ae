"""The page view of explore in a real Chromium, with no kernel and no network."""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "emdbook"))

from small_charts import bars

from emdbook.charts.told import DRAWN
from emdbook.explore import choice, explore, fingerprint, layers, onoff, stepped, studies

pytestmark = pytest.mark.usefixtures("page_states")
ID = "explore-small"


def small():
    """A small widget with one control of each kind."""
    return explore(
        bars, title="Small", note="Constructed numbers.",
        population=choice("Population", ["EM-E", "EM-B"]),
        level=stepped("Level", [0.5, 0.8, 0.95], 0.8, unit="of 1"),
        marks=onoff("Marks"),
        include=studies("Studies", {"Study A": "a", "Study B": "b"}, ["a"]),
        parts=layers("Show"),
    )


@pytest.fixture
def widget():
    return small()


@pytest.fixture
def wide():
    return explore(bars, title="Wide", level=choice("Level", [0.1, 0.2, 0.3, 0.4, 0.5], 0.3),
                   include=studies("Studies", ["a", "b"], least=1))


@pytest.fixture(params=["file", "http"])
def address(request, harness, serve, widget):
    page = harness(widget.html())
    return page.as_uri() if request.param == "file" else f"{serve(page.parent)}/index.html"


def box(page, name, at, id=ID):
    return page.locator(f"#{id} [data-name={name}] input[data-at='{at}']")


def shown(page, id=ID):
    """Fingerprint and sentence that the page shows now."""
    svg = page.evaluate(
        "id => new XMLSerializer().serializeToString(document.querySelector(`#${id} .emd-svg svg`))", id
    )
    return fingerprint(svg), page.locator(f"#{id} figcaption").inner_text()


EXPECTED: dict = {}


def expected(widget, settings):
    """The same two from a call of the chart function in Python, made once per setting, never from the page's cache."""
    key = (widget.id, widget.index(settings))
    if key not in EXPECTED:
        one = widget.frame(settings)
        EXPECTED[key] = fingerprint(one.svg), one.sentence
    return EXPECTED[key]


def with_mouse(page, widget, settings):
    for name, control in widget.stateful.items():
        at = control.index(settings[name])
        if control.kind == "choice" and control.size <= 4:
            box(page, name, at).click()
        elif control.kind == "choice":
            page.locator(f"#{widget.id}--{name}").select_option(str(at))
        elif control.kind == "onoff":
            if box(page, name, 1).is_checked() != settings[name]:
                box(page, name, 1).click()
        elif control.kind == "studies":
            for bit, study in enumerate(control.ids):
                if box(page, name, bit, widget.id).is_checked() != (study in settings[name]):
                    box(page, name, bit, widget.id).click()
        else:
            slider = page.locator(f"#{widget.id}--{name}")
            slider.scroll_into_view_if_needed()
            place = slider.bounding_box()
            # the thumb is about 16 px wide: its centre moves between 8 px from either end
            x = place["x"] + 8 + (place["width"] - 16) * at / (control.size - 1)
            page.mouse.click(x, place["y"] + place["height"] / 2)


def with_keyboard(page, widget, settings):
    """Only Tab, arrows and Space, from the top of the page."""
    page.evaluate("() => { document.activeElement.blur(); window.getSelection().removeAllRanges(); }")
    page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    for name, control in widget.stateful.items():
        at = control.index(settings[name])
        stops = len(control.ids) if control.kind == "studies" else 1
        for bit in range(stops):
            page.keyboard.press("Tab")
            here = page.evaluate("() => document.activeElement.closest('[data-name]')?.dataset.name")
            assert here == name, f"focus order: {here} instead of {name}"
            if control.kind == "studies":
                if box(page, name, bit).is_checked() != (control.ids[bit] in settings[name]):
                    page.keyboard.press("Space")
            elif control.kind == "onoff":
                if box(page, name, 1).is_checked() != settings[name]:
                    page.keyboard.press("Space")
            elif control.kind == "stepped":
                page.keyboard.press("Home")
                for _ in range(at):
                    page.keyboard.press("ArrowRight")
            else:
                now = int(page.evaluate("() => document.activeElement.dataset.at"))
                for _ in range(abs(at - now)):
                    page.keyboard.press("ArrowDown" if at > now else "ArrowUp")


def check_live(page, widget, states, move=with_mouse):
    """Every state shown is the figure and the sentence of that setting."""
    for settings in states:
        move(page, widget, settings)
        assert shown(page, widget.id) == expected(widget, settings), settings


@pytest.mark.parametrize(("address", "move"), [
    pytest.param("http", with_mouse, id="mouse over http"),
    pytest.param("file", with_keyboard, id="keyboard from a file"),
    pytest.param("file", with_mouse, id="mouse from a file", marks=pytest.mark.exhaustive),
    pytest.param("http", with_keyboard, id="keyboard over http", marks=pytest.mark.exhaustive)], indirect=["address"])
def test_every_state_is_the_figure_and_sentence_of_its_setting(address, open_page, widget, move):
    page = open_page(address)
    assert shown(page) == expected(widget, widget.default)
    assert widget.count == 48
    check_live(page, widget, list(widget.states()), move)
    page.watch.assert_clean()


@pytest.mark.parametrize("how", ["nothing is painted", "only the sentence changes", "always the first figure"])
def test_the_liveness_test_fails_on_a_frozen_page(how, harness, open_page, widget):
    cut = {
        "nothing is painted": ("show() {\n", "show() { return;\n"),
        "only the sentence changes": ("this.box.innerHTML =", "this.frozen ="),
        "always the first figure": ("take(this.data, this.frame()[0])", "take(this.data, this.data.f[0][0])"),
    }[how]

    def freeze(name, text):
        if name == "explore.js":
            assert cut[0] in text
            return text.replace(*cut)
        return text

    page = open_page(harness(widget.html(), change=freeze).as_uri())
    with pytest.raises(AssertionError):
        check_live(page, widget, list(widget.states()))


def test_reset(address, open_page, widget):
    page = open_page(address)
    with_mouse(page, widget, {"population": "EM-B", "level": 0.95, "marks": True, "include": ("b",)})
    box(page, "parts", 0).click()
    assert shown(page) != expected(widget, widget.default)
    page.get_by_role("button", name="Reset").click()
    assert shown(page) == expected(widget, widget.default)
    assert box(page, "population", 0).is_checked()
    assert box(page, "parts", 0).is_checked()
    assert page.locator("output").inner_text() == "0.8 of 1"
    page.watch.assert_clean()


def test_layers_hide_and_show_without_a_new_state(address, open_page, widget):
    page = open_page(address)
    line = page.locator(f"#{ID}-reference")
    assert line.is_visible()
    box(page, "parts", 0).click()
    assert line.get_attribute("display") == "none"
    box(page, "population", 1).click()
    assert page.locator(f"#{ID}-reference").get_attribute("display") == "none"
    box(page, "parts", 0).click()
    assert shown(page) == expected(widget, {**widget.default, "population": "EM-B"})


def test_the_address_carries_the_setting(address, open_page, widget):
    wanted = {"population": "EM-B", "level": 0.95, "marks": True, "include": ("a", "b")}
    page = open_page(address, permissions=["clipboard-read", "clipboard-write"])
    with_mouse(page, widget, wanted)
    box(page, "parts", 0).click()
    page.locator(".emd-link").click()
    page.wait_for_function("() => document.querySelector('.emd-link').textContent === 'Link copied'")
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link == f"{address}#w={ID}&population=em-b&level=0.95-of-1&marks=1&include=a,b&parts="
    fresh = open_page(link, height=300)
    fresh.wait_for_function(f"() => document.getElementById('{ID}').dataset.shown")
    box(fresh, "parts", 0).click()
    assert shown(fresh) == expected(widget, wanted)
    assert box(fresh, "include", 1).is_checked()
    fresh.wait_for_function("() => window.scrollY > 0")
    # the same page, another address
    fresh.evaluate(f"() => {{ location.hash = 'w={ID}&population=em-e&level=nonsense&include=a' }}")
    fresh.wait_for_function("() => document.querySelector('figcaption').textContent.startsWith('EM-E')")
    box(fresh, "parts", 0).check()
    assert shown(fresh) == expected(widget, widget.default)
    for other in ("#w=other&population=em-b", "#w=%E0%A4%A", "#section", f"#w={ID}&population=__proto__"):
        there = open_page(address + other)
        assert shown(there) == expected(widget, widget.default)
        there.watch.assert_clean()


def test_without_a_clipboard_the_link_is_shown_and_selected(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri(), wait=True)
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator(".emd-link").click()
    # from a disk it is the part that works behind the address of any copy
    field = page.get_by_label("Behind the address of a book on the web")
    assert f"#w={ID}&population=em-e" in field.input_value()
    assert page.evaluate("() => getSelection().toString() || document.activeElement.value").endswith("reference")


def test_numbers_and_downloads(address, open_page, widget):
    page = open_page(address)
    wanted = {"population": "EM-B", "level": 0.5, "marks": False, "include": ("a", "b")}
    with_mouse(page, widget, wanted)
    page.get_by_text("Show the numbers").click()
    one = widget.frame(wanted)
    page.wait_for_function("() => document.querySelectorAll('.emd-table tbody tr').length === 2")

    def table():
        return [tuple(r.locator("th,td").all_inner_texts()) for r in page.locator(".emd-table tr").all()]

    assert table() == [one.columns, *one.rows]
    box(page, "marks", 1).click()
    box(page, "include", 0).click()
    after = widget.frame({**wanted, "marks": True, "include": ("b",)})
    assert table() == [after.columns, *after.rows]

    with page.expect_download() as got:
        page.get_by_role("button", name="Download CSV").click()
    assert got.value.suggested_filename == f"{ID}.csv"
    text = Path(got.value.path()).read_text(encoding="utf-8-sig")
    assert [tuple(r) for r in csv.reader(io.StringIO(text))] == [after.columns, *after.rows]

    with page.expect_download() as got:
        page.get_by_role("button", name="Download SVG").click()
    svg = Path(got.value.path()).read_text(encoding="utf-8")
    # the same shapes and words; colours and fonts are written out, as tests/web/test_robust.py checks
    for piece in (r' d="([^"]+)"', r">([^<>]+)</text>", r' transform="([^"]+)"'):
        assert re.findall(piece, svg) == re.findall(piece, after.svg), piece
    assert after.sentence.split(":")[0] in svg
    page.watch.assert_clean()


def test_select_and_least(harness, open_page, wide):
    page = open_page(harness(wide.html()).as_uri())
    check_live(page, wide, [s for s in wide.states() if len(s["include"]) == 2])
    box(page, "include", 0, wide.id).click()
    box(page, "include", 1, wide.id).click(no_wait_after=True)
    assert box(page, "include", 1, wide.id).is_checked()
    page.wait_for_function("() => document.querySelector('[role=status]').textContent.includes('At least 1')")
    assert shown(page, wide.id) == expected(wide, {"level": 0.5, "include": ("b",)})


def test_two_widgets_on_a_page_do_not_touch_each_other(harness, open_page, widget, wide):
    page = open_page(harness(widget.html(), wide.html()).as_uri())
    box(page, "population", 1).click()
    assert shown(page, wide.id) == expected(wide, wide.default)
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_sentence_is_announced_on_change_only(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri())
    status = page.locator(f"#{ID} [role=status]")
    assert status.inner_text() == ""
    assert status.get_attribute("aria-live") == "polite"
    box(page, "population", 1).click()
    page.wait_for_function("() => document.querySelector('[role=status]').textContent !== ''")
    assert status.inner_text() == page.locator("figcaption").inner_text()
    # the drawing has a short name, and its sentence is read once: in the caption
    assert page.get_by_role("img", name=DRAWN, exact=True).count() == 1
    assert page.locator("figcaption").inner_text().startswith("EM-B at level 0.8")
    slider = page.get_by_role("slider", name="Level")
    assert slider.get_attribute("aria-valuetext") == "0.8 of 1"


def test_without_javascript_the_figure_and_caption_stand(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri(), wait=False, java_script_enabled=False)
    one = widget.frame()
    assert page.locator(f"#{ID} .emd-svg > svg:not(.emd-narrow)").is_visible()
    assert page.locator("figcaption").inner_text() == one.sentence
    assert not page.locator("form").is_visible()
    assert page.evaluate("1 + 1") == 2  # playwright's own scripts run, the page's do not
    assert not page.locator(f"#{ID}").get_attribute("data-state")
    assert not page.locator(".emd-actions").is_visible()
    assert page.get_by_text("The controls need JavaScript").is_visible()
    page.get_by_text("Show the numbers").click()
    assert page.locator(".emd-table tbody tr").count() == len(one.rows)


def test_no_dead_controls_when_the_script_is_missing(harness, open_page, widget):
    """The place of the controls is kept free, nothing that looks alive stands there."""
    page = open_page(harness(widget.html(), change=lambda name, text: "" if name.endswith(".js") else text).as_uri(),
                     wait=False)
    assert page.locator(".emd-svg > svg:not(.emd-narrow)").is_visible()
    assert not page.locator(".emd-reset").is_visible()
    assert not page.locator(".emd-link").is_visible()
    blank = page.locator("figure").bounding_box()["y"]
    alive = open_page(harness(widget.html()).as_uri())
    assert alive.locator("figure").bounding_box()["y"] == blank


@pytest.mark.parametrize("how", ["no stream", "damaged"])
def test_when_states_cannot_be_unpacked_a_sentence_says_so(how, harness, open_page, widget):
    block = widget.html()
    if how == "damaged":
        block = re.sub(r'(class="emd-frames">)[^<]{40}', r"\1AAAA", block)
    else:
        block = "<script>delete window.DecompressionStream</script>" + block
    page = open_page(harness(block).as_uri())
    assert page.locator(".emd-failure").is_visible()
    assert page.locator(f"#{ID} .emd-controls input:enabled").count() == 0
    assert shown(page) == expected(widget, widget.default)
    page.watch.assert_clean()


def test_print_shows_the_figure_without_controls(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".emd-controls").is_visible()
    assert not page.locator(".emd-actions").is_visible()
    assert page.locator(".emd-svg > svg:not(.emd-narrow)").is_visible()
    assert page.locator("figcaption").is_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 390)])
def test_axe_finds_nothing(theme, width, harness, open_page, axe, widget, wide):
    page = open_page(harness(widget.html(), wide.html(), theme=theme).as_uri(), theme=theme, width=width)
    assert axe(page) == []
    for summary in page.get_by_text("Show the numbers").all():
        summary.click()
    box(page, "population", 1).click()
    assert axe(page) == []


def test_small_screens_and_touch(harness, open_page, widget, wide):
    page = open_page(harness(widget.html(), wide.html()).as_uri(), width=390, has_touch=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    targets = page.locator("emd-explore button:visible, emd-explore select, emd-explore input[type=range], "
                           "emd-explore .emd-tick, emd-explore summary")
    for target in targets.all():
        place = target.bounding_box()
        assert place["height"] >= 44, target.evaluate("e => e.outerHTML")
    page.set_viewport_size({"width": 550, "height": 450})  # 200 % zoom of a 1100 px window
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 550


def test_the_page_does_not_jump(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri())
    before = page.locator(".emd-svg").bounding_box()
    for settings in list(widget.states())[::7]:
        with_mouse(page, widget, settings)
        assert page.locator(".emd-svg").bounding_box()["height"] == before["height"]

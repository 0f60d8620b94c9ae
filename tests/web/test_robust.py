"""Blocks in browsers that refuse storage, lose scripts, come Back, or are sent strange addresses."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path

import pytest
from test_cases_page import CASE
from test_explore_page import ID, box, expected, shown, small, with_mouse
from test_quiz_page import FOLDER

from emdbook.teach.cases import show as show_case
from emdbook.teach.progress import panel
from emdbook.teach.quiz import load_questions, render_selftest, show

pytestmark = pytest.mark.usefixtures("page_states")
BLOCKS = "emd-explore,emd-quiz,emd-case,emd-selftest,emd-progress"
READY = f"() => [...document.querySelectorAll('{BLOCKS}')].every(e => e.dataset.state === 'ready')"
STORE = "emdbook.progress"


@pytest.fixture
def widget():
    return small()


@pytest.fixture
def every_block(harness, widget):
    """A page with one of each block."""
    return harness(widget.html(), show("sample", path=FOLDER).html(), show_case(CASE, level=2).html(),
                   render_selftest(load_questions("pretest"), "pretest"), panel())


def answer(page, at=0, option=0):
    form = page.locator("emd-quiz form").nth(at)
    form.locator("input").nth(option).check()
    form.get_by_role("button", name="Check").click()
    return form


def kept(page):
    return page.evaluate(f"() => JSON.parse(localStorage.getItem('{STORE}') || '{{}}')")


# ---- storage

REFUSED = "Object.defineProperty(window, 'localStorage', {configurable: true, get() { throw new Error('denied'); }});"
NULL = "Object.defineProperty(window, 'localStorage', {configurable: true, value: null});"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.mark.parametrize("how", [REFUSED, NULL, FULL, REFUSED.replace("local", "session")],
                         ids=["refused", "null", "full", "session refused"])
def test_without_storage_every_block_works(how, every_block, serve, browser):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.add_init_script(how)
    try:
        page.goto(f"{serve(every_block.parent)}/index.html")
        page.wait_for_function(READY)
        # what the theme and the search do, without a guard of their own
        page.evaluate("() => { localStorage.setItem('mode', 'dark'); localStorage.removeItem('x'); }")
        if how is not FULL:
            assert page.evaluate("() => localStorage.getItem('mode')") == "dark"
        form = answer(page)
        assert form.get_attribute("data-answered")
        box(page, "population", 1).click()
        page.wait_for_function("() => document.querySelector('figcaption').textContent.startsWith('EM-B')")
        # remembered until the page is closed
        assert page.evaluate("() => emdbook.store.read().quiz.sample.denominator.tries") == 1
        if "session" not in how:
            assert "keeps nothing" in page.locator("emd-progress").inner_text()
        assert not faults
    finally:
        page.close()


def test_in_the_frame_of_a_learning_platform_every_block_works(every_block, serve, browser):
    (every_block.parent / "lms.html").write_text(
        '<!doctype html><iframe sandbox="allow-scripts" style="width:900px;height:700px" src="index.html"></iframe>')
    page = browser.new_page()
    try:
        page.goto(f"{serve(every_block.parent)}/lms.html")
        frame = next(f for f in page.frames if f.url.endswith("index.html"))
        frame.wait_for_function(READY)
        assert frame.evaluate(f"() => document.querySelectorAll('{BLOCKS}').length") == 5
    finally:
        page.close()


DAMAGED = [
    "not json", "[]", "5", '"x"', "null", "true", '{"quiz": []}', '{"quiz": {"sample": 7}}',
    '{"tests": {"pretest": null}}',
    '{"tests": {"pretest": {"result": 5}}}', '{"tests": {"pretest": {"result": {}}}}', '{"tests": []}',
    '{"tests": {"pretest": {"draft": {"a": "b", "c": [null, 1]}}}}', '{"cases": "x", "tests": "y"}',
    '{"__proto__": {"quiz": 1}}',
    '{"practice": {"boxes": {"sample/denominator": {"box": 1, "due": "9999-12-31"}}}}',
    '{"practice": {"boxes": {"sample/denominator": {"box": 1, "due": "2026-02-31"}}}}',
    '{"tests": {"pretest": {"result": {"right": 21, "of": 20, "day": "<img src=x onerror=alert(1)>"}}}}',
]


def test_a_stand_in_for_storage_forgets_what_was_cleared(every_block, serve, browser):
    page = browser.new_page()
    page.add_init_script("localStorage.setItem('old', '1')")
    page.add_init_script(FULL)
    try:
        page.goto(f"{serve(every_block.parent)}/index.html")
        page.wait_for_function(READY)
        assert page.evaluate("""() => {
            const kept = window.localStorage;
            kept.setItem('a', '1'); kept.removeItem('a');
            kept.clear();
            kept.setItem('b', '2');
            return [kept.getItem('old'), kept.length, kept.key(0)];
        }""") == [None, 1, "b"]
    finally:
        page.close()


def test_a_day_that_never_comes_is_not_kept(every_block, open_page):
    page = open_page(every_block.as_uri())
    page.wait_for_function(READY)
    for due, is_kept in (("9999-12-31", False), ("2026-02-31", False), ("2026-01-05", True)):
        page.evaluate("due => localStorage.setItem('emdbook.progress', "
                      "JSON.stringify({practice: {boxes: {'a/b': {box: 1, due}}}}))", due)
        assert page.evaluate("() => 'boxes' in emdbook.store.read().practice") is is_kept, due


def test_a_formula_in_a_label_stays_text_in_a_spreadsheet(every_block, open_page):
    page = open_page(every_block.as_uri())
    page.wait_for_function(READY)
    text = page.evaluate("() => emdbook.files.csvFile([['=1+1', '-0.4', '@x', '-5', '+cmd|x', 'a,b']]).text()")
    assert text.strip("\ufeff\r\n") == "'=1+1,-0.4,'@x,-5,'+cmd|x,\"a,b\""


def test_a_damaged_memory_starts_anew(every_block, open_page):
    page = open_page(every_block.as_uri())
    for value in DAMAGED:
        page.evaluate("value => localStorage.setItem('emdbook.progress', value)", value)
        page.reload()
        page.wait_for_function(READY)
        assert "Nothing answered yet." in page.locator("emd-progress").inner_text(), value
        assert "undefined" not in page.locator("body").inner_text(), value
        answer(page)
        assert list(kept(page)["quiz"]) == ["sample"], value
        assert kept(page)["quiz"]["sample"]["denominator"]["tries"] == 1, value
    page.watch.assert_clean()


def test_what_is_sound_in_a_damaged_memory_stays(every_block, open_page):
    page = open_page(every_block.as_uri())
    page.evaluate("value => localStorage.setItem('emdbook.progress', value)", json.dumps(
        {"quiz": {"01_what_is_extramedullary_disease": {"x": {"correct": True, "tries": 2}, "y": 3}}, "cases": [],
         "tests": {"pretest": {"result": {"day": "2026-01-02", "right": 7, "of": 20}}}}))
    page.reload()
    page.wait_for_function(READY)
    assert "before 7 of 20" in page.locator("emd-progress").inner_text()
    answer(page)
    assert kept(page)["quiz"]["01_what_is_extramedullary_disease"] == {"x": {"correct": True, "tries": 2}}


@pytest.fixture
def tabs(browser, serve, every_block):
    """Two tabs of one reader at the same page."""
    context = browser.new_context()
    pages = [context.new_page() for _ in range(2)]
    for page in pages:
        page.add_init_script("""window.writes = 0; const write = Storage.prototype.setItem;
            Storage.prototype.setItem = function (key, value) {
              if (key === 'emdbook.progress') window.writes++;
              return write.call(this, key, value); };""")
    root = serve(every_block.parent)
    for page in pages:
        page.goto(f"{root}/index.html")
        page.wait_for_function(READY)
    yield pages
    context.close()


def test_two_tabs_lose_no_answer_and_come_to_rest(tabs):
    one, two = tabs
    # the second tab read before the first wrote: its value is the older one
    answer(one, 0)
    two.evaluate("() => { window.old = localStorage.getItem('emdbook.progress'); }")
    answer(one, 1)
    two.evaluate("() => localStorage.setItem('emdbook.progress', window.old)")
    one.wait_for_function(
        "() => Object.keys(JSON.parse(localStorage.getItem('emdbook.progress')).quiz.sample).length === 2")
    for page in tabs:
        page.wait_for_timeout(300)
    assert one.evaluate("() => window.writes") <= 3
    assert two.evaluate("() => window.writes") <= 2
    before = [page.evaluate("() => window.writes") for page in tabs]
    one.wait_for_timeout(500)
    assert [page.evaluate("() => window.writes") for page in tabs] == before


def test_erased_in_one_tab_is_erased(tabs):
    one, two = tabs
    answer(one)
    two.wait_for_function("() => document.querySelector('emd-progress').textContent.includes('Erase') "
                          "|| localStorage.getItem('emdbook.progress')")
    two.evaluate("() => emdbook.store.erase()")
    one.wait_for_timeout(300)
    answer(two, 1)
    assert list(kept(one)["quiz"]["sample"]) == list(kept(two)["quiz"]["sample"])
    assert len(kept(one)["quiz"]["sample"]) == 1


def test_a_test_in_two_tabs_keeps_the_answers_of_both(tabs):
    one, two = tabs
    for at in range(10):
        one.locator("emd-selftest .emd-question").nth(at).locator(".emd-answer input").first.check()
    two.locator("emd-selftest .emd-question").nth(15).locator(".emd-answer input").nth(1).check()
    assert len(kept(one)["tests"]["pretest"]["draft"]) == 11
    one.wait_for_function("() => document.querySelectorAll('emd-selftest .emd-answer input:checked').length === 11")


def test_looking_whether_storage_lasts_writes_nothing_of_value(every_block, open_page):
    page = open_page(every_block.as_uri())
    assert page.evaluate("() => localStorage.length") == 0
    assert page.evaluate("""() => { const keys = []; const write = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) { keys.push(key); return write.call(this, key, value); };
        document.querySelector('emd-progress').show(); return keys; }""") == ["emdbook.probe"]


# ---- Back

RESET_AND_BACK = """() => { dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));
    document.querySelectorAll('form').forEach(form => form.reset());
    dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); }"""


def test_after_back_controls_marks_and_answers_agree_again(every_block, open_page, widget):
    """WebKit keeps the page, and resets its forms: the same is done here by hand."""
    page = open_page(every_block.as_uri())
    wanted = {"population": "EM-B", "level": 0.95, "marks": True, "include": ("a", "b")}
    with_mouse(page, widget, wanted)
    form = answer(page, 0, 1)
    step = page.locator("emd-case form").first
    step.locator("input").nth(1).check()
    for at in range(10):
        page.locator("emd-selftest .emd-question").nth(at).locator(".emd-answer input").nth(2).check()
    page.evaluate(RESET_AND_BACK)
    assert box(page, "population", 1).is_checked()
    assert page.locator(f"#{ID}--level").input_value() == str(widget.controls["level"].index(0.95))
    assert form.locator("input").nth(1).is_checked()
    assert step.locator("input").nth(1).is_checked()
    assert page.locator("emd-selftest .emd-answer input:checked").count() == 10
    box(page, "marks", 1).click()
    assert shown(page) == expected(widget, {**wanted, "marks": False})
    page.locator("emd-selftest .emd-question").nth(10).locator(".emd-answer input").first.check()
    assert len(kept(page)["tests"]["pretest"]["draft"]) == 11
    page.watch.assert_clean()


def test_a_draft_is_recalled_before_anything_is_kept(every_block, open_page):
    page = open_page(every_block.as_uri())
    for at in range(10):
        page.locator("emd-selftest .emd-question").nth(at).locator(".emd-answer input").nth(2).check()
    page.evaluate("""() => { document.querySelector('emd-selftest form').reset();
        dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); }""")
    assert page.locator("emd-selftest .emd-answer input:checked").count() == 10


@pytest.mark.parametrize("how", ["file", "http"])
def test_back_without_a_kept_page_shows_the_setting_that_was_left(how, harness, serve, open_page, widget):
    page_file = harness(widget.html())
    other = harness("<p>Another page.</p>", name="other.html")
    root = page_file.parent.as_uri() if how == "file" else serve(page_file.parent)
    page = open_page(f"{root}/index.html")
    wanted = {"population": "EM-B", "level": 0.5, "marks": False, "include": ("a", "b")}
    with_mouse(page, widget, wanted)
    page.wait_for_timeout(400)
    page.goto(f"{root}/{other.name}")
    page.go_back()
    page.wait_for_function(f"() => document.getElementById('{ID}')?.dataset.state === 'ready'")
    assert shown(page) == expected(widget, wanted)
    assert box(page, "population", 1).is_checked()
    fresh = open_page(f"{root}/index.html")
    assert shown(fresh) == expected(widget, widget.default)


# ---- addresses

@pytest.mark.parametrize(("asked", "include"), [
    ("include=a,a", ("a",)), ("include=b,b,b", ("b",)), ("include=a,%20b", ("a", "b")),
    ("include=a&include=b", ("a", "b")),
    ("include=%20a%20,,", ("a",)), ("include=b%2Ca", ("a", "b")),
])
def test_an_address_is_read_as_it_was_meant(asked, include, harness, open_page, widget):
    page = open_page(f"{harness(widget.html()).as_uri()}#w={ID}&{asked}")
    assert shown(page) == expected(widget, {**widget.default, "include": include})
    assert page.locator(".emd-notice").count() == 0
    page.watch.assert_clean()


HOSTILE = ["<img src=x onerror=alert(1)>", "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "'\"><script>alert(1)</script>",
           "javascript:alert(1)", "__proto__", "constructor", "%E0%A4%A", "%", "\u202ea", "a" * 5000, "-1", "NaN",
           "1e9"]


def test_a_hostile_address_shows_the_start_and_says_so(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri())
    before = page.evaluate("() => document.querySelectorAll('*').length")
    start = shown(page)
    assert start == expected(widget, widget.default)
    for value in HOSTILE:
        for asked in (f"population={value}", f"include={value}", f"{value}=a", f"level={value}&include=a"):
            page.evaluate("hash => { location.hash = hash; }", f"w={ID}&{asked}")
            page.wait_for_function("() => document.querySelector('.emd-notice')")
            assert "does not have" in page.locator(".emd-notice").inner_text(), asked
            assert page.locator(".emd-notice *").count() == 0, asked
            assert shown(page) == start, asked
        page.evaluate("hash => { location.hash = hash; }", value)
        assert page.evaluate("() => document.querySelectorAll('*').length") == before + 1, value  # the notice
        box(page, "population", 1).click()
        assert page.locator(".emd-notice").count() == 0
        page.locator(".emd-reset").click()
    page.watch.assert_clean()


def test_a_link_to_a_setting_takes_the_keyboard_along(harness, open_page, widget):
    page = open_page(f"{harness('<p style=height:2000px>Far.</p>', widget.html()).as_uri()}#w={ID}&population=em-b")
    page.wait_for_function("() => window.scrollY > 1000")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('[data-name]')?.dataset.name") == "population"


# ---- what is heard

def test_only_the_slider_that_moves_is_spoken_and_one_sentence_of_the_caption(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri())
    page.evaluate("""() => { window.heard = []; new MutationObserver(all => all.forEach(m => window.heard.push(
        m.target.closest?.('output')?.htmlFor.value ?? m.target.className))).observe(
        document.querySelector('emd-explore'), {subtree: true, childList: true, characterData: true}); }""")
    box(page, "population", 1).click()
    page.wait_for_timeout(400)
    assert f"{ID}--level" not in page.evaluate("() => window.heard")
    said, caption = page.locator("[role=status]").inner_text(), page.locator("figcaption").inner_text()
    assert caption.startswith(said)
    assert page.locator("output[aria-live=off]").count() == page.locator("output").count()


def test_the_result_of_a_question_is_put_there_at_once(every_block, open_page):
    page = open_page(every_block.as_uri())
    page.evaluate("""() => { window.changes = 0; new MutationObserver(all => { window.changes += all.length; }).observe(
        document.querySelector('emd-quiz .emd-result'), {childList: true, subtree: true}); }""")
    answer(page)
    assert page.evaluate("() => window.changes") == 1


def test_the_question_before_erasing_describes_its_buttons(every_block, open_page):
    page = open_page(every_block.as_uri())
    page.evaluate("value => localStorage.setItem('emdbook.progress', value)",
                  json.dumps({"tests": {"pretest": {"result": {"day": "2026-01-02", "right": 7, "of": 20}}}}))
    page.reload()
    page.get_by_role("button", name="Erase my progress").click()
    described = page.get_by_role("button", name="Erase", exact=True).get_attribute("aria-describedby")
    assert "Erase every answer" in page.locator(f"#{described}").inner_text()


# ---- a script that never comes

def test_a_script_that_never_comes_is_told_of(harness, open_page, widget):
    page = open_page(harness(widget.html(), show("sample", path=FOLDER).html(),
                             change=lambda name, text: "" if name.endswith(".js") else text).as_uri(), wait=False)
    assert not page.get_by_text("The controls need JavaScript").is_visible()  # at first it may still come
    page.evaluate("() => document.getAnimations().forEach(one => one.finish())")
    assert page.get_by_text("The controls need JavaScript").is_visible()
    assert page.get_by_text("Answers and explanations need JavaScript").is_visible()
    assert page.locator(".emd-controls").bounding_box()["height"] < 2


def test_one_block_that_fails_stops_no_other(harness, open_page, widget):
    broken = widget.html().replace(ID, "explore-broken").replace("data-spec=\"[", "data-spec=\"{[", 1)
    page = open_page(harness(broken, widget.html()).as_uri())
    assert page.locator("#explore-broken").get_attribute("data-state") == "failed"
    assert "could not start" in page.locator("#explore-broken [role=alert]").inner_text()
    box(page, "population", 1).click()
    assert page.locator(f"#{ID} figcaption").inner_text().startswith("EM-B")


def cut_off(html, which=0):
    """The page with the key of one question cut off, as by a transfer that ended early."""
    at = [found.end() for found in re.finditer(r'<script[^>]*class="emd-sealed"[^>]*>', html)][which]
    return html[:at] + html[at:at + 40] + html[html.index("</script>", at):]


def test_a_question_whose_key_is_cut_off_stops_no_other_and_is_told_of_at_once(harness, open_page):
    page = open_page(harness(cut_off(show("sample", path=FOLDER).html())).as_uri())
    first = page.locator("emd-quiz form").first
    assert first.locator("[role=alert]").inner_text() == "This question could not be read. The others work."
    # a form that no script hears would leave the page
    assert first.locator("input:enabled, button:enabled").count() == 0
    assert answer(page, 1).locator(".emd-why:visible").count() == 1


def test_a_test_or_case_that_is_cut_off_is_not_begun(harness, open_page):
    test = render_selftest(load_questions("pretest"), "pretest")
    page = open_page(harness(cut_off(test, 19), cut_off(show_case(CASE, level=2).html(), 1)).as_uri())
    for block in ("emd-selftest", "emd-case"):
        assert "could not start" in page.locator(f"{block} [role=alert]").inner_text()
        assert page.locator(f"{block} input:enabled, {block} button:enabled").count() == 0


def test_what_was_erased_while_the_browser_kept_a_page_whole_stays_erased(every_block, open_page):
    page = open_page(every_block.as_uri())
    answer(page, 0)
    # another page erases, and the reader comes Back: a page that was kept whole has heard of no event
    page.evaluate(f"""() => {{
        localStorage.removeItem('{STORE}');
        dispatchEvent(new PageTransitionEvent('pageshow', {{persisted: true}}));
    }}""")
    answer(page, 1)
    assert [len(one) for one in kept(page)["quiz"].values()] == [1]


# ---- sizes

LETTERS = """id => [...document.querySelectorAll(`#${id} .emd-svg text`)]
    .filter(t => t.getClientRects().length).map(t =>
    parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""


@pytest.mark.parametrize(("width", "height", "least"), [(390, 844, 11), (320, 640, 10), (844, 390, 11)])
def test_no_word_of_a_figure_is_too_small_on_a_phone(width, height, least, harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri(), width=width, height=height)
    page.locator(".emd-svg").scroll_into_view_if_needed()
    assert min(page.evaluate(LETTERS, ID)) >= least
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    moves = page.locator(".emd-window").evaluate("w => w.scrollWidth > w.clientWidth + 1")
    assert page.get_by_text("Move the figure sideways").count() == (1 if moves else 0)
    if moves:
        page.locator(".emd-window").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => document.querySelector('.emd-window').scrollLeft > 0")


def test_on_a_phone_on_its_side_controls_and_figure_stand_side_by_side(harness, open_page, widget):
    page = open_page(harness(widget.html()).as_uri(), width=844, height=390)
    controls, figure = (page.locator(s).bounding_box() for s in (".emd-controls", ".emd-svg"))
    assert controls["x"] + controls["width"] <= figure["x"]
    assert abs(controls["y"] - figure["y"]) < 20


def test_full_screen_shows_one_widget_and_nothing_else(harness, open_page, widget, axe):
    page = open_page(harness("<p>Other words.</p>", widget.html()).as_uri(), width=1920, height=1080)
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_timeout(200)
    block = page.locator(f"#{ID}").bounding_box()
    assert (block["x"], block["y"], block["width"], block["height"]) == (0, 0, 1920, 1080)
    assert page.get_by_text("Other words.").evaluate("e => e.closest('[inert]') !== null")
    assert min(page.evaluate(LETTERS, ID)) >= 24
    sizes = page.locator(f"#{ID} :is(label, legend, button, figcaption, output, p):not(.emd-unseen)").evaluate_all(
        "all => all.filter(e => e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 24
    controls, figure = (page.locator(s).bounding_box() for s in (".emd-controls", ".emd-svg"))
    assert controls["x"] + controls["width"] <= figure["x"]
    box(page, "population", 1).click()
    assert page.locator("figcaption").inner_text().startswith("EM-B")
    page.watch.assert_clean()  # axe reads the sheets, which it may not from a file
    assert axe(page, f"#{ID}") == []
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => !document.getElementById('{ID}').classList.contains('emd-full')")
    assert page.locator("[inert]").count() == 0
    assert page.evaluate("() => document.activeElement.className") == "emd-whole"
    page.locator("input").first.focus()
    page.keyboard.press("f")
    page.wait_for_selector(f"#{ID}.emd-full")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#{ID}:not(.emd-full)")
    assert page.locator("input").first.evaluate("e => e === document.activeElement")


# ---- files

def saved(page, name):
    with page.expect_download() as got:
        page.get_by_role("button", name=name).click()
    return Path(got.value.path()).read_bytes()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_drawing_stands_alone(theme, harness, open_page, widget):
    """By two readers that know no style sheet: neither a variable nor a font of the page is left in the file."""
    import cairosvg
    from PIL import Image

    page = open_page(harness(widget.html(), theme=theme).as_uri(), theme=theme)
    svg = saved(page, "Download SVG").decode("utf-8")
    assert "var(" not in svg
    families = {part.split(";")[0] for part in svg.split("font-family: ")[1:]}
    assert families
    assert all(f.endswith(("sans-serif", "sans-serif&quot;")) for f in families), families
    picture = Path(page.context.pages[0].url.removeprefix("file://")).parent / "svg.png"
    cairosvg.svg2png(bytestring=svg.encode(), write_to=str(picture), output_width=800)
    colours = {colour for _, colour in Image.open(picture).convert("RGB").getcolors(10**6)}
    assert Image.open(picture).convert("RGB").getpixel((2, 2)) == (255, 255, 255)  # paper, not a black square
    assert len(colours) > 20


def test_the_picture_has_the_size_of_print(harness, open_page, widget):
    from PIL import Image

    page = open_page(harness(widget.html(), theme="dark").as_uri(), theme="dark")
    drawing = page.locator(".emd-svg > svg:not(.emd-narrow)")
    width, height = (float(x) for x in drawing.get_attribute("viewBox").split()[2:])
    data = saved(page, "Download PNG")
    at = data.index(b"pHYs")
    assert struct.unpack(">IIB", data[at + 4:at + 13]) == (11811, 11811, 1)  # 300 dots per inch
    assert struct.unpack(">I", data[at + 13:at + 17])[0] == zlib.crc32(data[at:at + 13])
    file = Path(page.url.removeprefix("file://")).parent / "p.png"
    file.write_bytes(data)
    picture = Image.open(file).convert("RGB")
    assert picture.size == (round(width * 300 / 72), round(height * 300 / 72))
    assert picture.getpixel((3, 3)) == (255, 255, 255)
    # each word is where it stands on the page
    places = page.evaluate("""() => { const svg = document.querySelector('.emd-svg svg'); const m = svg.getScreenCTM();
        return [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect()).map(r =>
          [(r.left - m.e) / m.a, (r.top - m.f) / m.d, (r.right - m.e) / m.a, (r.bottom - m.f) / m.d]); }""")
    assert len(places) > 4
    for place in places:
        word = picture.crop([round(x * 300 / 72) for x in place])
        assert min(sum(pixel) for _, pixel in word.getcolors(10**6)) < 300, place
    page.watch.assert_clean()


def test_the_numbers_open_in_a_spreadsheet(harness, open_page, widget):
    data = saved(open_page(harness(widget.html()).as_uri()), "Download CSV")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == len(widget.frame().rows) + 1


def test_a_link_on_a_disk_says_that_it_works_there_only(harness, open_page, serve, widget):
    file = harness(widget.html())
    page = open_page(file.as_uri(), permissions=["clipboard-read", "clipboard-write"])
    page.locator(".emd-link").click()
    page.wait_for_function("() => document.querySelector('[role=status]').textContent.startsWith('Link copied.')")
    assert "this computer only" in page.locator("[role=status]").inner_text()
    assert "this computer only" in page.locator(".emd-notice").inner_text()
    part = page.get_by_label("Behind the address of a book on the web").input_value()
    assert part.endswith(page.url.rpartition("#")[2]) or "#w=" in part
    assert not part.startswith(("file:", "/"))
    page = open_page(f"{serve(file.parent)}/index.html")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject()}})")
    page.locator(".emd-link").click()
    page.wait_for_function("() => document.querySelector('[role=status]').textContent.includes('did not let')")
    assert page.locator(".emd-notice").count() == 0

"""A figure in the reader's hand: on a telephone, over the whole screen, and cited."""

from __future__ import annotations

import pytest

from emdbook.publish.build import in_ci, index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
CHAPTER = "notebooks/09_bispecific_antibodies"
#: A record that the first still figure of the chapter shows, and an identifier of its study.
NUMBER, STUDY = "9.", "MajesTEC-1"
#: Figures that are wider than their window, and the lowest letters of all.
MOVED = """() => [[
    ...document.querySelectorAll('article .emd-window')].filter(w => w.scrollWidth > w.clientWidth + 1).length,
    Math.min(...[...document.querySelectorAll('article .emd-window svg text')].filter(t => t.getClientRects().length)
      .map(t => parseFloat(getComputedStyle(t).fontSize) * Math.abs(t.getScreenCTM().a || t.getScreenCTM().b)))]"""


@pytest.fixture(autouse=True)
def _built():
    if not (HTML / f"{CHAPTER}.html").is_file():
        reason = "there is no built book: make book"
        pytest.fail(reason) if in_ci() else pytest.skip(reason)


def test_on_a_telephone_no_figure_is_moved_and_its_letters_are_legible(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri(), width=390, height=844)
    page.add_style_tag(content=".emd-svg,.emd-drawing{content-visibility:visible!important}")
    for width, least in ((390, 11), (320, 10)):
        page.set_viewport_size({"width": width, "height": 700})
        moved, smallest = page.evaluate(MOVED)
        assert moved == 0, width
        assert smallest >= least, width
        assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_a_widget_on_a_telephone_shows_the_narrow_layout_of_the_state_asked_for(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri(), width=390, height=844)
    widget = page.locator("emd-explore").first
    # nothing is fetched until a reader touches the widget
    assert page.evaluate("() => window.emdbook.narrow === undefined")
    slider = widget.locator("input[type=range], input[type=radio]:not(:checked), input[type=checkbox]").first
    slider.focus()
    slider.press("ArrowRight" if slider.get_attribute("type") in ("range", "radio") else "Space")
    page.wait_for_function("() => document.querySelector('emd-explore .emd-svg.emd-two svg.emd-narrow')"
                           " && document.querySelector('emd-explore').dataset.shown")
    wide, narrow = widget.locator(".emd-svg").evaluate(
        "box => [...box.children].map(svg => [...svg.querySelectorAll('text')].map(t => t.textContent).join(' '))")
    # an axis that is less wide has fewer ticks
    assert set(narrow.split()) >= {word for word in wide.split() if not word.endswith("…") and not word.isdigit()}
    assert widget.locator("svg.emd-narrow").is_visible()
    assert not widget.locator(".emd-svg > svg:not(.emd-narrow)").is_visible()
    page.watch.assert_clean()


def test_a_wide_page_asks_for_no_narrow_layout(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri())
    control = page.locator("emd-explore input").first
    control.focus()
    control.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('emd-explore').dataset.shown")
    assert page.evaluate("() => window.emdbook.narrow === undefined")
    assert page.locator("svg.emd-narrow:visible").count() == 0


def test_a_citation_is_copied_by_one_press(open_page, serve):
    page = open_page(f"{serve(HTML)}/{CHAPTER}.html", permissions=["clipboard-read", "clipboard-write"])
    take = page.locator("figure.emd-figure", has=page.locator(f"emd-marks[data-rows*='{STUDY}']")).first
    take.locator("summary", has_text="Take this figure").focus()
    page.keyboard.press("Enter")
    take.get_by_role("button", name="Copy citation").focus()
    page.keyboard.press("Enter")
    take.get_by_text("Citation copied.").wait_for()
    said = page.evaluate("() => navigator.clipboard.readText()")
    number = take.locator("figcaption").get_attribute("data-number").strip(" .")
    assert said.startswith("The Beyond the Marrow authors. Beyond the Marrow: ")
    assert f"Chapter 9, Bispecific antibodies, {number[0].lower()}{number[1:]}: " in said
    assert f"/{CHAPTER}.html#{take.get_attribute('id')}" in said
    assert "CC-BY-4.0" in said
    sources = said.split("Sources of what it shows:\n")[1].splitlines()
    assert sources[0].startswith("1. ")
    assert any("https://doi.org/" in line or "PMID" in line for line in sources)
    # a widget's citation leads to the setting that it shows
    page.locator("emd-explore").first.get_by_role("button", name="Copy citation").click()
    page.locator("emd-explore").first.get_by_text("Citation copied.").wait_for()
    assert "#w=" in page.evaluate("() => navigator.clipboard.readText()")
    page.watch.assert_clean()


def test_where_the_clipboard_is_refused_the_citation_stands_selected(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri())
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    take = page.locator("figure.emd-figure emd-take").first
    take.locator("summary").click()
    take.get_by_role("button", name="Copy citation").click()
    field = take.get_by_label("Citation", exact=True)
    field.wait_for()
    said, start, end = field.evaluate("e => [e.value, e.selectionStart, e.selectionEnd]")
    assert (start, end) == (0, len(said))
    assert field.evaluate("e => e === document.activeElement")
    # an address on this disk leads nobody there: the part behind the address of any copy stands in its place
    assert "file:" not in said
    assert f"{CHAPTER}.html#figure-" in said


def test_citations_that_come_cut_off_are_told_of(open_page, serve):
    page = open_page(f"{serve(HTML)}/{CHAPTER}.html")
    page.route("**/figures/cite.js", lambda route: route.fulfill(body="<html>gone", content_type="text/html"))
    take = page.locator("figure.emd-figure emd-take").first
    take.locator("summary").click()
    take.get_by_role("button", name="Copy citation").click()
    take.get_by_text("The citation could not be loaded.").wait_for()


def test_the_letter_f_shows_a_figure_over_the_whole_screen_and_back(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri(), width=1920, height=1080)
    for selector in ("figure.emd-figure", "emd-explore"):
        block = page.locator(selector).first
        block.locator("[role=treeitem]").first.focus()
        page.keyboard.press("f")
        page.wait_for_function("s => document.querySelector(s).classList.contains('emd-full')", arg=selector)
        box = block.bounding_box()
        assert (box["width"], box["height"]) == (1920, 1080)
        smallest = block.evaluate("""b => Math.min(...[...b.querySelectorAll('svg text, figcaption, button')]
            .filter(e => e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize) *
              (e.getScreenCTM ? Math.abs(e.getScreenCTM().a || e.getScreenCTM().b) : 1)))""")
        assert smallest >= 24
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")  # the first may close the card of a mark
        page.wait_for_function("() => !document.querySelector('.emd-full') && !document.querySelector('[inert]')")
    # a letter typed into a list is a letter
    page.evaluate("""() => { const s = document.createElement('select'); s.id = 'list'; s.append(new Option('x'));
        document.querySelector('emd-explore form').append(s); s.focus(); }""")
    page.keyboard.press("f")
    assert page.locator(".emd-full").count() == 0


def test_a_still_figure_gives_its_rows_and_its_drawing(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri(), theme="dark")
    take = page.locator("figure.emd-figure", has=page.locator(f"emd-marks[data-rows*='{STUDY}']")).first
    take.locator("summary").click()

    def saved(name):
        with page.expect_download() as told:
            take.get_by_role("button", name=name).click()
        return told.value.suggested_filename, told.value.path().read_bytes()

    name, numbers = saved("Download CSV")
    assert name.startswith(f"figure-{NUMBER}")
    assert numbers.startswith(b"\xef\xbb\xbf")
    assert "�" not in numbers.decode("utf-8")
    assert numbers.decode("utf-8-sig").splitlines()[0].startswith("Row,Part,")
    assert b"var(" not in saved("Download SVG")[1]
    assert b"pHYs" in saved("Download PNG")[1][:80]
    page.watch.assert_clean()

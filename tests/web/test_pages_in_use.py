"""The built pages as they are used: policy, paper, marks explained, the place kept, no scripts, narrow windows."""

from __future__ import annotations

import re

import pytest

from emdbook import style
from emdbook.publish.build import index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
CHAPTER = "notebooks/08_car_t_cells"
#: What is taken along stands for itself: a sheet of paper has no script, and a course platform a policy of its own.
TAKEN_ALONG = sorted((HTML / "exports").rglob("*.html"))
PAGES = sorted(p for p in HTML.rglob("*.html") if "_static" not in p.relative_to(HTML).parts and p not in TAKEN_ALONG)


# --- what a page may run

def test_every_page_has_a_policy_and_no_code_in_attributes():
    for file in PAGES:
        text = file.read_text(encoding="utf-8")
        if 'http-equiv="Refresh"' in text:
            continue
        rules = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text)
        assert len(rules) == 1, file.name
        assert text.index("Content-Security-Policy") < text.index("<script"), file.name
        assert "default-src 'none'" in rules[0]
        script = re.search(r"script-src ([^;]+)", rules[0])[1].split()
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(script), file.name
        assert ("worker-src" in rules[0]) == ("<emd-python" in text or "<emd-own" in text), file.name
        assert not re.findall(r"<[a-z][^>]*\son[a-z]+\s*=", text), file.name


def test_no_two_tables_of_a_page_have_one_name():
    """Landmarks of one name cannot be told apart by who hears them listed; axe asks it of some pages only."""
    again = []
    for file in PAGES:
        named = re.findall(r'role="region"[^>]* aria-label="([^"]+)"', file.read_text(encoding="utf-8"))
        again += [f"{file.stem}: {name}" for name in sorted(set(named)) if named.count(name) > 1]
    assert again == []


def test_a_page_to_take_along_runs_nothing():
    for file in TAKEN_ALONG:
        assert "<script" not in file.read_text(encoding="utf-8"), file.name


def test_nothing_that_was_not_in_the_page_runs(at, open_page):
    page = open_page(at(CHAPTER))
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.bad = 1';
        document.body.append(script);
        const box = document.createElement('div');
        box.innerHTML = '<img src="data:image/png,x" onerror="window.bad = 2">' +
          '<a id="sly" href="javascript:window.bad=3">x</a>';
        document.body.append(box);
        document.getElementById('sly').click();
        setTimeout(() => window.eval('window.bad = 4'), 0);
        setTimeout('window.bad = 5', 0);
    }""")
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.bad") is None
    assert any("Content Security Policy" in told for told in page.watch.console)


HOSTILE = ("#<img src=x onerror=alert(1)>", "#w=%3Cscript%3Ealert(1)%3C/script%3E&a=b", "#%E0%A4%A", "#%",
           "?q=<script>alert(1)</script>", "?highlight=<img/src=x onerror=alert(1)>", "?highlight=%E0%A4%A",
           "#" + "a" * 5000, "#w=__proto__&constructor=1")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_address_does_nothing(hostile, at, open_page):
    page = open_page(at(CHAPTER))
    before = page.evaluate("() => document.querySelectorAll('*').length")
    page.goto(at(CHAPTER) + hostile)
    page.reload()
    page.wait_for_function(
        "() => [...document.querySelectorAll('emd-explore')].every(e => e.dataset.state === 'ready')")
    assert page.evaluate("() => document.querySelectorAll('*').length") == before
    assert page.evaluate("() => document.querySelectorAll('img[onerror], script:not([src])').length") == \
        page.evaluate("() => document.querySelectorAll('script:not([src])').length")
    page.watch.assert_clean()


BLOCKS = "emd-explore,emd-quiz,emd-case,emd-selftest,emd-progress"


@pytest.mark.parametrize("name", [CHAPTER, "notebooks/14_choosing_a_treatment", "book/pretest", "book/cover"])
def test_in_the_frame_of_a_learning_platform_a_page_works(name, serve, tmp_path, open_page):
    """A sandboxed frame has no storage: every block starts, and so do the buttons of the theme."""
    (tmp_path / "lms.html").write_text(
        f'<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" '
        f'style="width:1000px;height:700px" src="{serve(HTML)}/{name}.html"></iframe>', encoding="utf-8")
    page = open_page(f"{serve(tmp_path)}/lms.html")
    frame = next(f for f in page.frames if f.url.endswith(f"{name}.html"))
    frame.wait_for_function(f"() => [...document.querySelectorAll('{BLOCKS}')].every(e => e.dataset.state === 'ready')")
    assert frame.locator(BLOCKS).count() > 0
    frame.locator(".theme-switch-button:visible").first.click()
    assert frame.evaluate("() => document.documentElement.dataset.mode") != "auto"
    faults = [told for told in page.watch.console if "font" not in told and "net::ERR_FAILED" not in told]
    assert not faults  # fonts come from another origin there, so those of the machine stand in


# --- the place in a chapter

def test_reading_on_and_back_keeps_the_place(at, open_page):
    page = open_page(at(CHAPTER))
    page.wait_for_function("() => !('settling' in document.documentElement.dataset)")
    for share in (0.35, 0.6, 0.85):
        heights = page.evaluate("""async share => {
            const before = document.documentElement.scrollHeight;
            window.scrollTo({top: before * share, behavior: 'instant'});
            await new Promise(resolve => setTimeout(resolve, 400));
            return [before, document.documentElement.scrollHeight]; }""", share)
        assert heights[0] == heights[1]  # nothing was guessed, so nothing grows as one reads
        place = page.evaluate("() => window.scrollY")
        page.reload()
        page.wait_for_function("() => [...document.querySelectorAll('emd-explore')].every(e => e.dataset.state)")
        page.wait_for_timeout(300)
        assert abs(page.evaluate("() => window.scrollY") - place) < 40
        page.goto(at("book/ledger"))
        page.go_back()
        page.wait_for_function("() => [...document.querySelectorAll('emd-explore')].every(e => e.dataset.state)")
        page.wait_for_timeout(300)
        assert abs(page.evaluate("() => window.scrollY") - place) < 40


def test_every_link_to_a_section_lands_on_its_heading(at, open_page):
    page = open_page(at("notebooks/14_choosing_a_treatment"))
    links = page.locator(".page-toc a[href^='#']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) > 5
    for link in links:
        page.goto(at("notebooks/14_choosing_a_treatment") + link)
        page.wait_for_timeout(250)
        top, last = page.evaluate("""id => { const e = document.getElementById(decodeURIComponent(id));
            return [e.querySelector('h1,h2,h3,h4').getBoundingClientRect().top,
                    window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2]; }""", link[1:])
        assert 0 <= top < (page.viewport_size["height"] if last else 200), link


# --- paper

def test_what_is_folded_is_printed_and_code_lines_are_not(at, open_page):
    page = open_page(at(CHAPTER))
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.emd-more").count() > 0
    assert page.locator("details.emd-more:not([open]), details.emd-fold:not([open])").count() == 0
    rows = page.locator("details.emd-more tr")
    assert rows.count() > 10
    assert rows.last.is_visible()
    assert page.get_by_text("Show code cell source").first.is_visible() is False
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.emd-more[open]").count() == 0


# --- marks

def test_a_mark_explains_itself_to_mouse_keyboard_and_finger(at, open_page):
    page = open_page(at(CHAPTER))
    number = page.locator("article a.emd-num").first
    number.scroll_into_view_if_needed()
    number.hover()
    tip = page.locator("#emd-tip")
    tip.wait_for(state="visible")
    assert len(tip.inner_text().split()) > 4
    assert number.get_attribute("aria-describedby") == "emd-tip"
    assert number.get_attribute("title") is None  # or the browser says it once more
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.mouse.move(0, 0)
    # the keyboard
    number.evaluate("e => { const before = document.createElement('button'); e.before(before); before.focus(); }")
    page.keyboard.press("Tab")
    tip.wait_for(state="visible")
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    # the mouse still follows the link at once
    number.click()
    page.wait_for_url("**/book/**")

    phone = open_page(at(CHAPTER), width=390, height=844, has_touch=True)
    number = phone.locator("article a.emd-num").first
    number.scroll_into_view_if_needed()
    phone.wait_for_timeout(200)
    number.tap()
    tip = phone.locator("#emd-tip")
    tip.wait_for(state="visible")
    assert CHAPTER in phone.url
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    tip.get_by_role("link").tap()
    phone.wait_for_url("**/book/**")


def test_the_whole_key_is_behind_one_button(at, open_page, axe):
    page = open_page(at(CHAPTER))
    button = page.get_by_role("button", name="What the marks mean")
    button.focus()
    page.keyboard.press("Enter")
    key = page.get_by_role("dialog", name="What the marks mean")
    key.wait_for(state="visible")
    told = key.inner_text()
    for words in ("made-up example", "glossary", "open: the review alone", *(s.words for s in style.STANDING.values())):
        assert words in told, words
    page.watch.assert_clean()
    assert axe(page, "#emd-key") == []
    page.keyboard.press("Escape")
    assert not key.is_visible()
    assert button.evaluate("e => e === document.activeElement")


def test_a_badge_tells_how_far_a_study_was_checked(at, open_page):
    page = open_page(at(CHAPTER))
    badge = page.locator("article .emd-badge:visible").first
    badge.scroll_into_view_if_needed()
    badge.hover()
    page.locator("#emd-tip").wait_for(state="visible")
    assert len(page.locator("#emd-tip").inner_text().split()) >= 4


# --- windows of every size

def test_the_longest_title_fits_the_narrowest_window(at, open_page):
    page = open_page(at("notebooks/05_immunomodulatory_drugs"), width=320, height=600)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320


LETTERS = """() => [...document.querySelectorAll('article .emd-window svg text')].filter(t => t.getClientRects().length)
    .map(t => parseFloat(getComputedStyle(t).fontSize) * Math.abs(t.getScreenCTM().a || t.getScreenCTM().b))"""


@pytest.mark.parametrize(("width", "least"), [(390, 11), (320, 10)])
def test_no_word_of_any_figure_is_too_small_on_a_phone(width, least, at, open_page):
    page = open_page(at(CHAPTER), width=width, height=800)
    page.add_style_tag(content=".emd-svg,.emd-drawing{content-visibility:visible!important}")
    sizes = page.evaluate(LETTERS)
    assert len(sizes) > 50
    assert min(sizes) >= least
    assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_on_the_whole_screen_every_word_can_be_read_from_the_back(at, open_page):
    page = open_page(at(CHAPTER), width=1920, height=1080)
    page.locator(".emd-whole").first.click()
    page.wait_for_timeout(200)
    sizes = page.evaluate("""() => { const block = document.querySelector('.emd-full'); return [
        ...[...block.querySelectorAll('.emd-svg > svg:not(.emd-narrow) text')].map(t =>
            parseFloat(getComputedStyle(t).fontSize) * Math.abs(t.getScreenCTM().a || t.getScreenCTM().b)),
        ...[...block.querySelectorAll('label, legend, button, figcaption, output, p')]
            .filter(e => e.getClientRects().length && !e.matches('.emd-unseen'))
            .map(e => parseFloat(getComputedStyle(e).fontSize))]; }""")
    assert len(sizes) > 20
    assert min(sizes) >= 24
    assert page.evaluate("() => [innerWidth, innerHeight].every((size, i) => size === Object.values("
                         "(({width, height}) => ({width, height}))(document.querySelector('.emd-full')"
                         ".getBoundingClientRect()))[i])")


# --- without scripts

def test_without_scripts_nothing_dead_is_shown_and_the_contents_are_there(at, open_page):
    for width in (390, 1300):
        page = open_page(at(CHAPTER), wait=False, width=width, java_script_enabled=False)
        for dead in (".sidebar-toggle", ".theme-switch-button", ".btn-fullscreen-button", ".search-button",
                     ".emd-reset"):
            assert [e for e in page.locator(dead).all() if e.is_visible()] == [], (width, dead)
        assert page.get_by_role("link", name="Glossary").first.is_visible()
        assert page.get_by_text("The controls need JavaScript").first.is_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_the_button_of_the_colours_says_its_mode(at, open_page):
    page = open_page(at(CHAPTER))
    button = page.locator(".theme-switch-button:visible").first
    said = set()
    for _ in range(3):
        button.click()
        page.wait_for_timeout(50)
        said.add(button.get_attribute("aria-label"))
    assert said == {"Colour mode: as this machine", "Colour mode: light", "Colour mode: dark"}


def test_an_excerpt_of_the_search_begins_with_words(serve, open_page):
    page = open_page(f"{serve(HTML)}/search.html?q=cilta-cel", wait=False)
    page.wait_for_function("() => document.querySelectorAll('#search-results li .emd-search-text').length > 0")
    for said in page.locator("#search-results li .emd-search-text").all_inner_texts():
        assert not re.search(r"Show code cell|Hide code cell|\.ipynb|\.pdf|Copy link|Download CSV", said), said


@pytest.mark.parametrize("kept", ["purple", "", "<img src=x>", "null", "{}"])
def test_a_damaged_mode_is_no_mode(kept, at, open_page):
    page = open_page(at(CHAPTER))
    page.evaluate("kept => localStorage.setItem('mode', kept)", kept)
    page.reload()
    assert page.evaluate("() => [document.documentElement.dataset.mode, document.documentElement.dataset.theme]") == [
        "auto", "light"]

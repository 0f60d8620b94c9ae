"""The decks of slides: what the metadata promise, and two decks in a real Chromium from a file with the network cut."""

from __future__ import annotations

import re

import pytest
from docutils import nodes

from emdbook.evidence.links import plain
from emdbook.ground.notebook import Cell, read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish.build import in_ci, index_page
from emdbook.publish.lesson_pages import slide_ids
from emdbook.publish.slides import build_decks, plan, slides_dir
from emdbook.publish.slides.builder import words_of
from emdbook.publish.slides.deck import SHOWN, Words, heading
from emdbook.publish.slides.write import wanted as chapters
from emdbook.teach.lessons import own_lessons

NAMES = ("03_reading_small_studies", "09_bispecific_antibodies")
WIDGET = "09_bispecific_antibodies"


# --- the plan, without a browser ------------------------------------------------------------------------------------

def cell(number, slide_type, source, kind="markdown", tags=(), outputs=()):
    metadata = {"slideshow": {"slide_type": slide_type}, "tags": list(tags)}
    return Cell(number, kind, source, metadata, {"outputs": list(outputs)})


def words(cells) -> dict[int, Words]:
    """A stand-in for the doctree: paragraphs, headings, words in bold, and the box of a solution."""
    found = {}
    for one in cells:
        made = Words()
        for piece in one.source.split("\n\n") if one.kind == "markdown" else []:
            level, title, _ = heading(piece)
            if 1 <= level <= 6:
                made.nodes.append(nodes.title("", title, level=level))
            elif level == 7:
                made.nodes.append(nodes.paragraph("", "", nodes.Text(""), nodes.strong("", title)))
            elif piece.startswith(":::"):
                made.nodes.append(nodes.admonition("", nodes.title("", "Solution"), nodes.paragraph("", "40"),
                                                   classes=["dropdown"]))
            else:
                made.nodes.append(nodes.paragraph("", piece))
        found[one.number] = made
    return found


def planned(*cells):
    return plan("x", cells, words(cells))


def text(parts) -> str:
    """The words of nodes, and the HTML of outputs."""
    return " ".join(part.astext() if isinstance(part, nodes.Node) else
                    part.html + " ".join(node.astext() for node in part.nodes) for part in parts)


FIGURE = [{"output_type": "display_data", "data": {"text/html": '<figure class="emd-figure"><svg></svg></figure>'}}]


def test_prose_goes_to_the_notes_of_the_slide_that_it_speaks_of():
    deck = planned(
        cell(1, "slide", "# A class\n\nOne sentence."),
        cell(2, "skip", "## How it works\n\nLike this.\n\n**What blunts it?**"),
        cell(4, "slide", "charts.draw()", "code", outputs=FIGURE),
        cell(5, "skip", "What we see: an answer."),
        cell(6, "slide", "**How many?**"),
        cell(7, "fragment", "charts.draw()", "code", outputs=FIGURE),
        cell(8, "notes", "Say this first."),
        cell(9, "skip", "What we see: few."),
    )
    first, second, third = deck.slides
    assert deck.title == "A class"
    assert (first.heading, first.rank, first.section) == ("A class", 1, "")
    assert not first.notes
    assert (second.heading, second.section) == ("What blunts it?", "How it works")
    assert re.search("Like this.*an answer", text(second.notes), re.S)
    assert third.heading == "How many?"
    assert third.cells == [6, 7]
    assert [part.fragment for part in third.parts] == [True]
    assert re.search("Say this first.*few", text(third.notes), re.S)


def test_the_objectives_and_the_patient_are_slides_whatever_their_cells_say():
    deck = planned(cell(1, "slide", "# A class\n\nOne sentence."),
                   cell(2, "skip", "## You will be able to\n\nexplain one thing"),
                   cell(3, "skip", "## The patient\n\nA woman comes."),
                   cell(4, "skip", "She has a mass."),
                   cell(5, "slide", "## The evidence\n\nFew."))
    assert [slide.heading for slide in deck.slides] == ["A class", "You will be able to", "The patient", "The evidence"]
    assert "A woman comes" in text(deck.slides[2].parts)
    assert "a mass" in text(deck.slides[2].notes)


def test_an_exercise_shows_its_task_and_its_code_but_not_its_solution():
    printed = [{"output_type": "stream", "name": "stdout", "text": ["<20>\n"]}]
    deck = planned(
        cell(1, "slide", "# A class\n\nOne sentence."),
        cell(2, "skip", "### Exercise 1: try\n\nChange the number.\n\n"
             ":::{admonition} Solution\n:class: dropdown\n40\n:::"),
        cell(3, "subslide", "n = 20  # change this value", "code", ["exercise"], printed),
    )
    slide = deck.slides[1]
    assert slide.heading == "Exercise 1: try"
    assert [part.kind for part in slide.parts] == ["text", "code", "output"]
    assert "Change the number" in text(slide.parts)
    assert "&lt;20&gt;" in text(slide.parts)
    assert "Solution" not in text(slide.parts)
    assert "Solution" in text(slide.notes)


def test_a_chapter_without_slides_and_a_cell_that_failed_are_errors():
    with pytest.raises(ValueError, match="no cell of slide type"):
        planned(cell(1, "skip", "Words."))
    failed = [{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}]
    with pytest.raises(ValueError, match="KeyError"):
        planned(cell(1, "slide", "1/0", "code", outputs=failed))


def test_nodes_know_the_cell_that_they_come_from():
    made = nodes.document(None, None)
    section = nodes.section("", nodes.title("", "A class"), nodes.paragraph("", "One."))
    section[0].line, section[1].line = 10_002, 10_004
    inner = nodes.section("", nodes.title("", "Evidence"), nodes.container(cell_index=2), nodes.paragraph("", "Few."))
    inner[0].line, inner[2].line = 20_002, 40_002
    section += inner
    made += section
    found = words_of(made)
    assert {number: text(one.nodes) for number, one in found.items()} == {
        1: "A class One.", 2: "Evidence", 3: "", 4: "Few."}
    assert found[2].heading()["level"] == 2


def test_an_unknown_chapter_is_named_and_a_short_number_will_do():
    with pytest.raises(LookupError, match="99"):
        build_decks(["99"])
    assert chapters(["9"]) == chapters(["09"]) == chapters([WIDGET]) == [WIDGET]


@pytest.mark.parametrize("notebook", sorted((project_dir() / "notebooks").glob("*.ipynb")), ids=lambda f: f.stem)
def test_every_chapter_has_a_deck_with_headings_and_notes(notebook):
    """Without outputs, so that nothing is executed."""
    cells = [Cell(c.number, c.kind, c.source, c.metadata) for c in read_cells(notebook)]
    deck = plan(notebook.stem, cells, words(cells))
    assert [slide.cells[0] for slide in deck.slides] == [c.number for c in starts(cells)]
    assert all(slide.heading for slide in deck.slides)
    assert sum(bool(slide.notes) for slide in deck.slides) >= len(deck.slides) / 2


def starts(cells):
    """The cells that start a slide."""
    return [c for c in cells if c.slide_type in ("slide", "subslide")
            or (c.kind == "markdown" and heading(c.source)[0] == 2 and heading(c.source)[1] in SHOWN)]


# --- two decks in a browser -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def decks():
    """The decks of the built book, made anew if they are stale."""
    if not index_page().is_file() and not in_ci():
        pytest.skip("there is no built book: make book")
    return {deck.file.stem: deck for deck in build_decks()}


@pytest.fixture
def show(decks, open_page):
    """Open a deck as on a projector."""
    def opened(name, query="", **context):
        page = open_page(decks[name].file.as_uri() + query, width=1920, height=1080, **context)
        page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
        return page

    return opened


def go_to(page, selector):
    """Turn to the slide that holds something, with everything on it shown."""
    page.evaluate("""s => { const slide = document.querySelector(s).closest('section');
                            const at = Reveal.getIndices(slide); Reveal.slide(at.h, at.v, 99); }""", selector)


def current(page) -> str:
    return page.evaluate("() => Reveal.getCurrentSlide().id")


@pytest.mark.parametrize("name", NAMES)
def test_slides_are_those_of_the_metadata(show, decks, name):
    page = show(name)
    firsts = starts(read_cells(project_dir() / "notebooks" / f"{name}.ipynb"))
    shown = page.evaluate("() => Reveal.getSlides().filter(s => !s.dataset.more)"
                          ".map(s => +s.dataset.cells.split(' ')[0])")
    assert shown == [c.number for c in firsts]
    # the only slides beyond the metadata are the further questions of a set
    more = page.locator("section[data-more]").count()
    assert more == decks[name].questions - 1
    assert page.evaluate("() => Reveal.getTotalSlides()") == len(firsts) + more == decks[name].slides
    assert page.evaluate("() => document.title").startswith(decks[name].title)
    assert page.locator("section[id=slide-1] aside.notes", has_text="For the teacher").count() == 1
    page.watch.assert_clean()


@pytest.mark.parametrize("key", ["ArrowRight", "Space", "PageDown"])
@pytest.mark.parametrize("name", NAMES)
def test_every_key_that_turns_shows_every_slide(show, decks, name, key):
    page = show(name)
    seen = [current(page)]
    for _ in range(3 * decks[name].slides):
        page.keyboard.press(key)
        if current(page) != seen[-1]:
            seen.append(current(page))
    assert seen == [f"slide-{i}" for i in range(1, decks[name].slides + 1)]
    back = "ArrowLeft" if key == "ArrowRight" else "PageUp"
    for _ in range(3 * decks[name].slides):
        page.keyboard.press(back)
    assert current(page) == "slide-1"


def test_links_lead_into_the_book_that_lies_beside(decks):
    for deck in decks.values():
        html = deck.file.read_text(encoding="utf-8")
        links = re.findall(r'<a target="_blank" rel="noopener" class="[^"]*" href="([^"]*)"', html)
        assert links
        for link in links:
            place = link.partition("#")[0]
            assert re.match(r"https?:", link) or (deck.file.parent / place).is_file(), link
        assert "](ev:" not in html
        assert 'src="http' not in html


@pytest.mark.parametrize(("name", "lesson"), [(WIDGET, "09"), ("14_choosing_a_treatment", "14")])
def test_a_lesson_shows_its_slides_in_the_order_of_its_plan(show, name, lesson):
    page = show(name, f"?lesson={lesson}")
    plan = own_lessons().plan(lesson)
    wanted = [one for step in plan.steps for one in slide_ids(step, plan).split()]
    total = page.evaluate("() => Reveal.getTotalSlides()")
    ids = page.evaluate("() => Reveal.getSlides().map(s => s.id.replace(/-again$/, ''))")
    assert ids == [*wanted, ""], "the exit question has a slide of its own"
    at = "() => Reveal.getSlides().indexOf(Reveal.getCurrentSlide())"
    seen = [page.evaluate(at)]
    for _ in range(3 * total):
        page.keyboard.press("ArrowRight")
        if page.evaluate(at) != seen[-1]:
            seen.append(page.evaluate(at))
    assert seen == list(range(total))
    assert plain(plan.ask) in page.locator("section.present").inner_text()
    told = page.locator("section[id=slide-3] > aside.notes").text_content()
    assert "Minute 0 to 5" in told
    assert plan.steps[0].do.split(".")[0] in told
    again = page.locator("section[id$=-again] emd-quiz").first
    page.evaluate("""() => { const at = Reveal.getIndices(document.querySelector('section[id$=-again]'));
                             Reveal.slide(at.h, at.v); }""")
    again.locator("input").first.check()
    again.get_by_role("button", name="Check").click()
    assert "orrect" in again.locator(".emd-result").inner_text()
    assert poor_slides(page) == []
    page.watch.assert_clean()


def test_g_goes_to_the_slide_whose_number_is_typed(show):
    page = show(WIDGET)
    page.keyboard.press("g")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert current(page) == "slide-7"


def test_escape_and_o_show_all_slides_at_once(show):
    page = show(WIDGET)
    for key in ("Escape", "o"):
        page.keyboard.press(key)
        assert page.evaluate("() => Reveal.isOverview()"), key
        page.keyboard.press(key)
        assert not page.evaluate("() => Reveal.isOverview()"), key
    page.watch.assert_clean()


def test_b_blackens_the_screen_and_f_fills_it(show):
    page = show(WIDGET)
    for wanted in (True, False):
        page.keyboard.press("b")
        assert page.evaluate("() => Reveal.isPaused()") is wanted
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.watch.assert_clean()


def test_a_setting_of_the_lesson_is_one_press_away(show):
    page = show(WIDGET)
    go_to(page, "emd-explore .deck-presets")
    widget = page.locator("section.present:not(.stack) emd-explore")
    before = widget.locator("figcaption").inner_text()
    slide = current(page)
    widget.locator(".deck-presets button").last.click()
    page.wait_for_function("([e, before]) => e.innerText !== before",
                           arg=[widget.locator("figcaption").element_handle(), before])
    assert current(page) == slide
    page.keyboard.press("ArrowRight")
    assert current(page) != slide, "the arrows turn slides again"
    page.watch.assert_clean()


def test_keys_turn_the_slides_and_show_what_is_hidden(show):
    page = show(WIDGET)
    assert current(page) == "slide-1"
    at = page.evaluate("() => document.querySelector('figure.fragment').closest('section').id")
    while current(page) != at:
        page.keyboard.press("ArrowRight")
    figure = page.locator(f"#{at} figure svg")
    assert not figure.is_visible()
    assert not page.locator(f"#{at} figcaption").is_visible()
    page.keyboard.press("ArrowRight")
    figure.wait_for(state="visible")
    assert page.locator(f"#{at} figcaption").is_visible()
    page.keyboard.press("ArrowRight")
    assert current(page) != at
    page.watch.assert_clean()


@pytest.mark.parametrize("name", NAMES)
def test_every_widget_answers_on_its_slide(show, name):
    page = show(name)
    widgets = page.locator("emd-explore").evaluate_all("all => all.map(e => e.id)")
    assert widgets
    for widget in widgets:
        go_to(page, f"#{widget}")
        page.wait_for_selector(f"#{widget}[data-state=ready]", state="attached")
        caption = page.locator(f"#{widget} figcaption")
        before, slide = caption.inner_text(), current(page)
        control = page.locator(f"#{widget} form input:visible, #{widget} form select:visible")
        control.first.focus()
        for key in ("ArrowDown", "ArrowRight", "ArrowUp"):
            page.keyboard.press(key)
            if caption.inner_text() != before:
                break
        assert caption.inner_text() != before, widget
        assert current(page) == slide, "the keys of a control turned the slide"
        page.keyboard.press("PageDown")
        assert current(page) != slide
    page.watch.assert_clean()


def test_after_a_click_the_arrows_turn_slides_again(show):
    page = show(WIDGET)
    go_to(page, "emd-explore")
    slide = current(page)
    page.locator("section.present:not(.stack) emd-explore input:visible").first.click()
    page.keyboard.press("ArrowRight")
    assert current(page) != slide


def test_a_question_answers(show):
    page = show(WIDGET)
    go_to(page, "emd-quiz")
    quiz = page.locator("section.present:not(.stack) emd-quiz")
    assert quiz.locator("form").count() == 1
    quiz.locator("input").first.check()
    quiz.get_by_role("button", name="Check").click()
    assert "orrect" in quiz.locator(".emd-result").inner_text()
    assert quiz.locator(".emd-why:visible").count() == 1
    page.watch.assert_clean()


def test_a_question_mark_lists_the_keys(show):
    page = show(WIDGET)
    page.keyboard.press("Shift+?")  # the deck asks for the key Shift, which every hand needs for it
    box = page.locator(".r-overlay-help")
    box.wait_for(state="visible")
    said = box.inner_text()
    for key in ("Next slide", "Fullscreen", "Speaker notes view", "The notes of this slide, on the slide"):
        assert key.lower() in said.lower(), key
    page.keyboard.press("Escape")
    box.wait_for(state="detached")
    page.keyboard.press("ArrowRight")
    assert current(page) == "slide-2"
    page.watch.assert_clean()


def test_the_notes_are_there_for_the_speaker_and_on_the_slide(show):
    page = show(WIDGET)
    go_to(page, "figure.fragment")
    assert "What we see" in page.locator("section.present:not(.stack) aside.notes").text_content()
    page.keyboard.press("n")
    panel = page.locator(".deck-notes")
    assert "What we see" in panel.inner_text()
    page.keyboard.press("n")
    assert not panel.is_visible()
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_function("() => /What we see/.test(document.body.innerText)")
    page.watch.assert_clean()


def small_text(page, least: float) -> list[str]:
    """Words of the present slide that come out smaller than ``least`` pixels, in the text or in the figure."""
    return page.evaluate("""least => {
      const out = [], slide = Reveal.getCurrentSlide();
      const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode, at = node.parentElement;
        if (!node.data.trim() || !at.checkVisibility({visibilityProperty: true})) continue;
        if (at.closest('.emd-unseen,aside,script,style')) continue;
        const svg = at.closest('svg');
        let size = parseFloat(getComputedStyle(at).fontSize);
        if (svg) { const m = at.getScreenCTM(); size *= Math.hypot(m.a, m.b); }
        if (size < least) out.push(node.data.trim().slice(0, 30) + ' ' + size.toFixed(1));
      }
      return out;
    }""", least)


def poor_slides(page) -> list[str]:
    """Slides of a deck with small text, or whose content does not fit."""
    found = []
    for i in range(page.evaluate("() => Reveal.getTotalSlides()")):
        page.evaluate("i => { const at = Reveal.getIndices(Reveal.getSlides()[i]); Reveal.slide(at.h, at.v, 99); }", i)
        found += [f"{current(page)}: {words} px" for words in small_text(page, 23.9)]
        over = page.evaluate("() => { const d = Reveal.getCurrentSlide().querySelector('.deck');"
                             " return [d.scrollHeight - d.clientHeight, d.scrollWidth - d.clientWidth]; }")
        if max(over) > 1:
            found.append(f"{current(page)}: {over} px too large")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_slide_fits_and_can_be_read_from_the_back_row(show, name):
    assert poor_slides(show(name)) == []


@pytest.mark.whole
@pytest.mark.parametrize("name", chapters())
def test_every_deck_fits_and_can_be_read(open_page, name):
    page = open_page((slides_dir() / f"{name}.html").as_uri(), width=1920, height=1080)
    page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
    assert poor_slides(page) == []
    page.watch.assert_clean()


def test_axe_finds_nothing(show, axe, open_page, decks):
    page = show(WIDGET)
    for selector in ("h1", "figure.fragment", "emd-explore", "emd-quiz"):
        go_to(page, f"section {selector}")
        assert axe(page) == [], selector
    index = open_page((decks[WIDGET].file.parent / "index.html").as_uri())
    assert axe(index) == []


def test_the_index_leads_to_every_deck(open_page, decks):
    page = open_page((decks[WIDGET].file.parent / "index.html").as_uri())
    assert page.locator(".deck-list li").count() == len(decks)
    page.locator(".deck-list a").first.click()
    page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
    page.watch.assert_clean()


def test_a_deck_prints_one_page_per_slide(show, decks, tmp_path):
    from pypdf import PdfReader

    page = show(WIDGET, "?print-pdf")
    page.wait_for_function("() => document.querySelectorAll('.pdf-page').length > 0")
    page.pdf(path=tmp_path / "deck.pdf", prefer_css_page_size=True, print_background=True)
    printed = PdfReader(tmp_path / "deck.pdf")
    assert len(printed.pages) == decks[WIDGET].slides
    width, height = printed.pages[0].mediabox.width, printed.pages[0].mediabox.height
    assert abs(width / height - 16 / 9) < 0.01
    waits = page.evaluate("() => +document.querySelector('figure.fragment').closest('section').id.slice(6)")
    assert "of patients" in printed.pages[waits - 1].extract_text()  # the figure that waits for a key on the screen
    page.watch.assert_clean()

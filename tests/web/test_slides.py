"""The decks of slides: what the metadata promise, and two decks in a real Chromium from a file with the network cut."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

import emdbook
from emdbook.ground.notebook import Cell, read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish.build import in_ci, index_page
from emdbook.publish.slides import build_decks, plan, slides_dir
from emdbook.publish.slides.markdown import Links, render
from emdbook.publish.slides.outputs import cell_outputs, fresh
from emdbook.publish.slides.write import chapters

NAMES = ("03_reading_small_studies", "09_bispecific_antibodies")
WIDGET = "09_bispecific_antibodies"


# --- the plan, without a browser ------------------------------------------------------------------------------------

def cell(number, slide_type, source, kind="markdown", tags=()):
    metadata = {"slideshow": {"slide_type": slide_type}, "tags": list(tags)}
    return Cell(number, kind, source, metadata)


@pytest.fixture(scope="module")
def links():
    return Links(emdbook.load(), "09_bispecific_antibodies", "../html")


FIGURE = [{"output_type": "display_data", "data": {"text/html": '<figure class="emd-figure"><svg></svg></figure>'}}]


def test_prose_goes_to_the_notes_of_the_slide_that_it_speaks_of(links):
    deck = plan("x", [
        cell(1, "slide", "# A class\n\nOne sentence."),
        cell(2, "skip", "## The question\n\nA patient comes."),
        cell(3, "skip", "## How it works\n\nLike this.\n\n**What blunts it?**"),
        cell(4, "slide", "charts.draw()", "code"),
        cell(5, "skip", "**What we see.** An answer."),
        cell(6, "slide", "**How many?**"),
        cell(7, "fragment", "charts.draw()", "code"),
        cell(8, "notes", "Say this first."),
        cell(9, "skip", "**What we see.** Few."),
    ], {4: FIGURE, 7: FIGURE}, links)
    first, second, third = deck.slides
    assert deck.title == "A class"
    assert (first.title, first.rank, first.section) == ("A class", 1, "")
    assert "A patient comes" in " ".join(first.notes)
    assert second.title == "What blunts it?"
    assert second.section == "How it works"
    assert re.search("Like this.*An answer", " ".join(second.notes), re.S)
    assert third.cells == [6, 7]
    assert [part.fragment for part in third.parts] == [True]
    assert re.search("Say this first.*Few", " ".join(third.notes), re.S)


def test_an_exercise_shows_its_task_and_its_code_but_not_its_solution(links):
    deck = plan("x", [
        cell(1, "slide", "# A class\n\nOne sentence."),
        cell(2, "skip", "### Exercise 1: try\n\nChange the number.\n\n"
             ":::{admonition} Solution\n:class: dropdown\n40\n:::"),
        cell(3, "subslide", "n = 20  # change this value", "code", ["exercise"]),
    ], {3: [{"output_type": "stream", "name": "stdout", "text": ["<20>\n"]}]}, links)
    slide = deck.slides[1]
    assert slide.title == "Exercise 1: try"
    assert [part.kind for part in slide.parts] == ["text", "code", "output"]
    shown = "".join(part.html for part in slide.parts)
    assert "Change the number" in shown
    assert "&lt;20&gt;" in shown
    assert "Solution" not in shown
    assert "<summary>Solution</summary>" in "".join(slide.notes)


def test_a_chapter_without_slides_and_a_cell_that_failed_are_errors(links):
    with pytest.raises(ValueError, match="no cell of slide type"):
        plan("x", [cell(1, "skip", "Words.")], {}, links)
    failed = {1: [{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}]}
    with pytest.raises(ValueError, match="KeyError"):
        plan("x", [cell(1, "slide", "1/0", "code")], failed, links)


def test_links_lead_into_the_book_or_are_plain_words(links):
    alone = Links(links.evidence, "09_bispecific_antibodies")
    text = ("[36%](ev:majestec-1.em-e.orr.primary) [3](ex:) [x](#explore) [y](03_reading_small_studies.ipynb#explore) "
            "[z](../book/references.md) [web](https://example.org)")
    there = BeautifulSoup(render(text, links), "html.parser")
    assert [a["href"] for a in there.find_all("a")] == [
        "../html/book/ledger.html#majestec-1.em-e.orr.primary",
        "../html/notebooks/09_bispecific_antibodies.html#explore",
        "../html/notebooks/03_reading_small_studies.html#explore", "../html/book/references.html",
        "https://example.org"]
    plain = BeautifulSoup(render(text, alone), "html.parser")
    assert [a["href"] for a in plain.find_all("a")] == ["https://example.org"]
    assert plain.get_text() == there.get_text()
    with pytest.raises(LookupError):
        render("[1](ev:no.such.row)", links)


def test_an_executed_copy_is_used_only_while_it_is_fresh(tmp_path):
    notebook = project_dir() / "notebooks" / f"{WIDGET}.ipynb"
    copy = tmp_path / "copy.ipynb"
    copy.write_bytes(notebook.read_bytes())
    assert fresh(copy, notebook, 0)
    assert not fresh(copy, notebook, copy.stat().st_mtime + 1)
    copy.write_text(copy.read_text(encoding="utf-8").replace("Bispecific", "Other", 1), encoding="utf-8")
    assert not fresh(copy, notebook, 0)
    assert not fresh(tmp_path / "none.ipynb", notebook, 0)


def test_an_unknown_chapter_is_named():
    with pytest.raises(LookupError, match="99"):
        build_decks(["99"])


@pytest.mark.parametrize("notebook", sorted((project_dir() / "notebooks").glob("*.ipynb")), ids=lambda f: f.stem)
def test_every_chapter_has_a_deck_with_headings_and_notes(notebook, links):
    """Without outputs, so that nothing is executed."""
    cells = read_cells(notebook)
    deck = plan(notebook.stem, cells, {}, links)
    wanted = [c.number for c in cells if c.slide_type in ("slide", "subslide")]
    assert [slide.cells[0] for slide in deck.slides] == wanted
    assert all(slide.title for slide in deck.slides)
    assert sum(bool(slide.notes) for slide in deck.slides) >= len(deck.slides) / 2
    spoken = " ".join(note for slide in deck.slides for note in slide.notes)
    assert "](ev:" not in spoken + "".join(part.html for slide in deck.slides for part in slide.parts)


# --- two decks in a browser -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """Two decks beside nothing; from the outputs of the last build where they are fresh."""
    if not index_page().is_file() and not in_ci():
        try:
            for name in NAMES:
                cell_outputs(project_dir() / "notebooks" / f"{name}.ipynb", execute=False)
        except LookupError:
            pytest.skip("the chapters were not executed since they changed: make book")
    folder = tmp_path_factory.mktemp("slides")
    return {deck.file.stem: deck for deck in build_decks(NAMES, folder, book="../html")}


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
    cells = read_cells(project_dir() / "notebooks" / f"{name}.ipynb")
    wanted = [c for c in cells if c.slide_type in ("slide", "subslide")]
    first = page.evaluate("() => Reveal.getSlides().filter(s => !s.dataset.more)"
                          ".map(s => [+s.dataset.cells.split(' ')[0], s.dataset.level])")
    assert first == [[c.number, c.slide_type] for c in wanted]
    # the only slides beyond the metadata are the further questions of a set
    more = page.locator("section[data-more]").count()
    assert more == decks[name].questions - 1
    assert page.evaluate("() => Reveal.getTotalSlides()") == len(wanted) + more == decks[name].slides
    assert page.evaluate("() => document.title").startswith(decks[name].title)
    page.watch.assert_clean()


def test_keys_turn_the_slides_and_show_what_is_hidden(show):
    page = show(WIDGET)
    assert current(page) == "slide-1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert current(page) == "slide-3"
    figure = page.locator("#slide-3 figure svg")
    assert not figure.is_visible()
    assert not page.locator("#slide-3 figcaption").is_visible()
    page.keyboard.press("Space")
    figure.wait_for(state="visible")
    assert page.locator("#slide-3 figcaption").is_visible()
    page.keyboard.press("Space")
    assert current(page) == "slide-4"
    page.keyboard.press("ArrowLeft")
    assert current(page) == "slide-2"
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
    page.locator("emd-explore input[type=radio]:not(:checked)").first.click()
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
@pytest.mark.parametrize("name", [f.stem for f in chapters()])
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
    assert page.locator(".deck-list li").count() == len(NAMES)
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
    assert "of patients" in printed.pages[2].extract_text()  # the figure that waits for a key on the screen
    page.watch.assert_clean()

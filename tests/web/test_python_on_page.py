"""Python on the page: the built book's exercises in Chromium and Firefox, over HTTP and from a file, network cut."""

from __future__ import annotations

import json
import os
import re

import firefox as driver
import pytest
from test_firefox import started

from emdbook.ground.paths import project_dir
from emdbook.publish.build import in_ci, index_page
from emdbook.publish.runtime import driver as page_driver
from emdbook.publish.runtime import pack
from emdbook.publish.runtime.cells import page_cells

pytestmark = pytest.mark.book
HTML = index_page().parent
CHAPTERS = sorted((project_dir() / "notebooks").glob("*.ipynb"))
GRID = json.loads((project_dir() / "tests" / "reference" / "metafor_reference.json").read_text(encoding="utf-8"))

#: One Python for all questions of a page, asked as the cell asks.
ASK = """async requests => {
    const address = document.querySelector('emd-python, emd-own').dataset.python;
    const out = [];
    for (const one of requests) out.push(await window.emdbook.told(window.emdbook.python(address), one, () => {}));
    return out;
}"""


@pytest.fixture(scope="module", autouse=True)
def _built():
    if not (HTML / "_static" / "python").is_dir():
        reason = "the book was built without Python: make python, then make book"
        pytest.fail(reason) if in_ci() and os.environ.get("EMDBOOK_PYTHON") == "1" else pytest.skip(reason)
    with pytest.MonkeyPatch.context() as here:
        here.setenv("EMDBOOK_VIEW", "page")  # what is compared is drawn as the build draws it, and as the page does
        yield


@pytest.fixture
def chapter():
    """A built chapter with an exercise that draws."""
    found = sorted((HTML / "notebooks").glob("10_*.html"))
    if not found:
        pytest.skip("chapter 10 was not built")
    return found[0]


def questions():
    """Every exercise, as given and with each value that its words ask for."""
    out = []
    for path in CHAPTERS:
        for cell in page_cells(path):
            for value in [cell.exercise.given(), *cell.exercise.values()]:
                out.append((f"{path.stem[:2]}, {value!r}",
                            {"source": cell.exercise.with_value(value), "before": cell.before}))
    return out


def differences(asked, answers):
    out = []
    for (name, request), answer in zip(asked, answers, strict=True):
        wanted = page_driver.answer(request)
        if answer.get("fault") or json.dumps(answer["shown"]) != json.dumps(wanted["shown"]):
            out.append(f"{name}: {answer.get('fault') or 'shows something else than the build'}")
    return out


@pytest.mark.python
@pytest.mark.parametrize("how", ["http", "file"])
def test_every_exercise_shows_in_chromium_what_the_build_shows(how, open_page, serve, chapter):
    page = open_page(chapter.as_uri() if how == "file" else f"{serve(HTML)}/notebooks/{chapter.name}")
    page.set_default_timeout(1_200_000)
    asked = questions()
    answers = page.evaluate(ASK, [request for _, request in asked])
    assert differences(asked, answers) == []
    page.watch.assert_clean()


@pytest.mark.python
@pytest.mark.parametrize("how", ["http", "file"])
def test_every_exercise_shows_in_firefox_what_the_build_shows(how, serve, chapter):
    asked = questions()
    with started() as firefox:
        firefox.socket.settimeout(1200)
        page = firefox.page()
        page.goto(chapter.as_uri() if how == "file" else f"{serve(HTML)}/notebooks/{chapter.name}")
        page.wait_for("() => document.querySelector('emd-python').dataset.state === 'ready'")
        assert differences(asked, page.evaluate(ASK, [request for _, request in asked])) == []
    assert driver.find()


@pytest.mark.python
def test_an_exercise_runs_in_webkit(chapter):
    """The engine of Safari, from a file: the figure of the build, then a mistake, then the figure again."""
    import webkit

    if gone := webkit.missing():
        pytest.skip(f"WebKit is not on this machine: {gone}")
    cell = page_cells(project_dir() / "notebooks" / f"{chapter.stem}.ipynb")[0]
    request = {"source": cell.cell.source, "before": cell.before}
    sources = [cell.cell.source, "x = (1", cell.cell.source]
    with webkit.running() as page:
        page.goto(chapter.as_uri())
        page.wait_for("() => document.querySelector('emd-python').dataset.state === 'ready'")
        page.evaluate("""() => { window.heard = null;
            document.addEventListener('emd-python', e => { window.heard = JSON.stringify(e.detail); }); }""")
        answers = []
        for source in sources:
            page.evaluate("""source => { window.heard = null; const e = document.querySelector('emd-python');
                e.querySelector('textarea').value = source; e.querySelector('.emd-python-run').click(); }""", source)
            page.wait_for("() => window.heard", seconds=400)
            answers.append(json.loads(page.evaluate("() => window.heard")))
    assert [a.get("fault", "")[:7] for a in answers] == ["", "Line 1:", ""]
    assert answers[0]["shown"] == answers[2]["shown"] == page_driver.answer(request)["shown"]


def run(page, act, seconds=240):
    """Do something, and wait until the cell has answered."""
    page.evaluate("""() => { window.heard = null;
        document.addEventListener('emd-python', e => { window.heard = e.detail; }, {once: true}); }""")
    act()
    for _ in range(seconds * 20):
        if page.evaluate("() => window.heard !== null"):
            return page.evaluate("() => window.heard")
        page.wait_for_timeout(50)
    raise AssertionError(f"no answer: {page.locator('.emd-python-status').inner_text()}")


def test_a_reader_runs_an_exercise(open_page, chapter, axe):
    """Nothing is loaded before Run; then mouse, keys, mistakes, Stop and Reset."""
    page = open_page(chapter.as_uri())
    cell = page.locator("emd-python").first
    field, status = cell.locator(".emd-python-box textarea"), cell.locator(".emd-python-status")
    run_, stop, reset = (cell.get_by_role("button", name=re.compile(rf"^{name} Exercise")) for name in (
        "Run", "Stop", "Reset"))
    assert page.evaluate("() => performance.getEntriesByType('resource').filter(e => e.name.includes('/python/'))"
                         ".length") == 0
    built = cell.locator(".cell_output .emd-drawing").first.inner_html()
    assert stop.is_disabled()
    page.evaluate("""() => { window.halts = []; new PerformanceObserver(l => l.getEntries().forEach(
        e => window.halts.push(e.duration))).observe({type: 'longtask', buffered: false}); }""")
    run(page, run_.click)
    assert cell.locator(".cell_output .emd-drawing").first.inner_html() == built
    assert status.inner_text().startswith("Done. ")

    # keys: Shift and Enter runs, Tab leaves
    field.fill("responders = 6\ncharts.interval_methods(responders, 30)  # the imports of the chapter are there")
    field.focus()
    run(page, lambda: page.keyboard.press("Shift+Enter"))
    assert "6 of 30" in cell.locator("figcaption").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.tagName") == "BUTTON"
    assert "\t" not in field.input_value()

    # mistakes
    for source, words in (("x = (1", "Line 1: Python cannot read this: '(' was never closed."),
                          ("x = 1\ncharts.interval_methods('many', 30)",
                           "Line 2: The number of events must be a whole number of at least 0, not 'many'."),
                          ("charts.interval_methods(-5, 30)", "Line 1: The number of events"),
                          ("charts.interval_methods(1000000, 30)", "Line 1: There cannot be more events"),
                          ("x = [0] * 10**9", "Line 1: this needs more memory than there is for Python.")):
        field.fill(source)
        run(page, run_.click)
        assert status.inner_text().startswith(words), source

    # Stop, and the next run works
    field.fill("print('before')\nwhile True:\n    pass")
    def stopped():
        run_.click()
        page.wait_for_timeout(300)
        stop.click()
    assert run(page, stopped)["fault"] == "Stopped."
    field.fill("print(2 + 2)")
    assert run(page, run_.click)["shown"] == [{"text": "4\n"}]

    reset.click()
    assert cell.locator(".cell_output .emd-drawing").first.inner_html() == built
    assert "# change this value" in field.input_value()
    page.watch.assert_clean()  # before axe, which asks for the style sheet in a way that a file forbids
    assert axe(page, "emd-python") == []


def test_an_exercise_fits_a_phone(open_page, chapter):
    page = open_page(chapter.as_uri(), width=390, height=844)
    box = page.locator("emd-python").first
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    for button in box.locator(".emd-python-bar button").all():
        assert button.bounding_box()["height"] >= 44


def test_without_the_parts_a_page_says_so(open_page, chapter, tmp_path):
    """A page whose Python was taken away gives one sentence, and the cell goes on."""
    page = open_page(chapter.as_uri())
    page.evaluate("() => { document.querySelector('emd-python').kernel.address = '../_static/python/gone.js'; }")
    answer = run(page, page.locator(".emd-python-run").first.click)
    assert answer["fault"].startswith("Python for this page could not be loaded")


#: What a reader may type on *Your own numbers*, possible and impossible.
TYPED = (
    "A, 10, 28\nB, 15, 39\nC, 30, 32", "A\t5\t9\nB\t4\t8", "Label;Events;N\r\nA;10;28\r\nB;15;39;\r\n",
    "A, 0, 9\nB, 0, 8",
    '"Smith, 2020",5,9\nB,4,8', "A, 53.3%, 30\nB, 39%, 400\nC, 10, 28", "A, 39%, 400", "A, 5, 9",
    "", "study, events, n", "A, 10", ", 1, 2", "A, 30, 28", "A, -1, 28", "A, 1, 0", "A, ten, 28", "A, 1.5, 28",
    "A, 67.7%, 32", "A, 130%, 32", "A, 1, 2\nA, 1, 3", "\n".join(f"S{i}, 1, 2" for i in range(61)))


def pools():
    """The cases of the metafor grid that the page's pool is, and what a reader would type for each."""
    out = []
    for case in GRID["pooled"]:
        if case["k"] > 1 and (case["method"], case["test"], case["control"], case["level"]) == (
                "REML", "knha", "default", 0.95):
            data = GRID["datasets"][case["dataset"]]
            rows = zip(data["events"], data["n"], strict=True)
            out.append((case, {"kind": "own", "text": "\n".join(f"S{i}, {x}, {m}" for i, (x, m) in enumerate(rows))}))
    return out


def check_own_numbers(answers):
    """Pools are metafor's; figures, sentences, warnings and refusals are, to the byte, those of the toolkit."""
    cases, requests = zip(*pools(), strict=True)
    for case, request, answer in zip(cases, requests, answers, strict=False):
        for name in ("estimate", "tau2", "i2", "q", "k"):
            assert answer["pool"][name] == pytest.approx(case[name], rel=0, abs=1e-5), (case["dataset"], name)
        limits = ("ci_low", "ci_high") if answer["pool"]["ci_used"] == "hartung-knapp" else ()
        for name in limits:
            assert answer["pool"][name] == pytest.approx(case[name], rel=0, abs=1e-5), (case["dataset"], name)
        assert answer["sentence"] == page_driver.answer(request)["sentence"]
    typed = answers[len(cases):]
    assert len(typed) == len(TYPED)
    for text, answer in zip(TYPED, typed, strict=True):
        assert answer == json.loads(json.dumps(page_driver.answer({"kind": "own", "text": text}))), text


def own_requests():
    return [request for _, request in pools()] + [{"kind": "own", "text": text} for text in TYPED]


def test_what_a_reader_computes_is_what_metafor_and_the_toolkit_give(open_page):
    page = open_page((HTML / "book" / "your_own_numbers.html").as_uri())
    page.set_default_timeout(600_000)
    check_own_numbers(page.evaluate(ASK, own_requests()))
    page.watch.assert_clean()


@pytest.mark.python
def test_firefox_computes_the_same():
    with started() as firefox:
        firefox.socket.settimeout(1200)
        page = firefox.page()
        page.goto((HTML / "book" / "your_own_numbers.html").as_uri())
        page.wait_for("() => document.querySelector('emd-own').dataset.state === 'ready'")
        check_own_numbers(page.evaluate(ASK, own_requests()))


def test_a_reader_computes_her_own_numbers(open_page, axe):
    page = open_page((HTML / "book" / "your_own_numbers.html").as_uri())
    page.locator("#own-text").fill("A, 30, 28")
    assert "more events than patients: 30 of 28" in run(page, page.get_by_role("button", name="Compute").click)["fault"]
    page.locator("#own-file").set_input_files({
        "name": "s.csv", "mimeType": "text/csv", "buffer": b"study,events,n\nA,10,28\nB,15,39\n"})
    page.wait_for_function("() => document.querySelector('#own-text').value.includes('B,15,39')")
    answer = run(page, page.get_by_role("button", name="Compute").click)
    assert answer["sentence"].startswith("Response, pooled over 2 studies with 67 patients: ")
    for name, start in (("Figure (SVG)", b"<?xml"), ("Figure (PNG)", b"\x89PNG"),
                        ("Numbers (CSV)", b"\xef\xbb\xbfGroup"), ("Code (Python)", b"from emdbook import charts")):
        with page.expect_download() as got:
            page.get_by_role("button", name=name).click()
        with open(got.value.path(), "rb") as file:
            assert file.read().startswith(start), name
    page.watch.assert_clean()
    assert axe(page, "emd-own") == []


DECKS = [HTML.parent / "slides" / f"{path.stem}.html" for path in CHAPTERS]


@pytest.mark.python
@pytest.mark.parametrize("deck", DECKS, ids=lambda file: file.stem[:2])
def test_every_exercise_runs_on_its_slide(deck, open_page):
    """From a file, on a projector: keys stay in the field, the figure is that of the build, the slide still fits."""
    assert deck.is_file(), "make slides"
    assert f"../html/_static/{pack.FOLDER}/manifest." in deck.read_text(encoding="utf-8"), "make slides"
    page = open_page(deck.as_uri(), width=1920, height=1080)
    page.wait_for_function("() => document.documentElement.dataset.deck === 'ready'")
    page.evaluate("""() => { const slide = document.querySelector('emd-python').closest('section');
        const at = Reveal.getIndices(slide); Reveal.slide(at.h, at.v, 99); }""")
    at = page.evaluate("() => Reveal.getCurrentSlide().id")
    cell = page.locator("section.present:not(.stack) emd-python")
    cell.locator(".emd-python-box textarea").focus()
    for key in ("End", "ArrowRight", "ArrowDown", "Space", "n", "b", "Backspace"):
        page.keyboard.press(key)
    assert page.evaluate("() => Reveal.getCurrentSlide().id") == at, "a key of the field turned the slide"
    answer = run(page, lambda: cell.get_by_role("button", name=re.compile("^Reset")).click() or
                 cell.get_by_role("button", name=re.compile("^Run")).click(), seconds=600)
    one = page_cells(project_dir() / "notebooks" / f"{deck.stem}.ipynb")[0]
    assert answer["shown"] == page_driver.answer({"source": one.cell.source, "before": one.before})["shown"]
    assert answer["shown"]
    for value in one.exercise.values():
        cell.locator(".emd-python-box textarea").fill(one.exercise.with_value(value))
        assert "fault" not in run(page, cell.get_by_role("button", name=re.compile("^Run")).click)
        assert page.evaluate("""() => { const d = Reveal.getCurrentSlide().querySelector('.deck');
            return Math.max(d.scrollHeight - d.clientHeight, d.scrollWidth - d.clientWidth); }""") <= 1, value
    assert page.evaluate("() => Reveal.getCurrentSlide().id") == at
    page.watch.assert_clean()

# ruff: noqa: F811 (fixtures of another module)
"""What may befall Python on a page: two cells, two tabs, a way back, a stop, parts that do not come, a telephone."""

from __future__ import annotations

import re

import pytest
from test_firefox import started
from test_python_mistakes import InChromium, InFirefox, press, shown, until
from test_python_on_page import HTML, _built, chapter, run  # noqa: F401

pytestmark = [pytest.mark.book, pytest.mark.python]
RUN = ".emd-python-run"
STATUS = ".emd-python-status"
#: Two cells of one page; the first does not end. Gives what each was told and what it answered.
TWO = """async stopped => {
    const { told, python } = window.emdbook;
    const kernel = python(document.querySelector('emd-python').dataset.python);
    const asked = [{source: 'while True:\\n    pass'}, {source: 'print(2 + 2)'}];
    const said = [[], []];
    const answers = asked.map((one, at) => told(kernel, one, words => said[at].push(words)));
    if (stopped === 1) { kernel.stop(asked[1]); await answers[1]; }
    while (!said[0].some(words => words.startsWith('Running, line'))) await new Promise(done => setTimeout(done, 20));
    kernel.stop(asked[0]);
    return {answers: await Promise.all(answers), said, after: await told(kernel, {source: 'print(3)'}, () => {})};
}"""


@pytest.fixture(params=["chromium", "firefox"])
def opened(request, open_page):
    """Opens an address in either browser."""
    if request.param == "chromium":
        yield lambda url: InChromium(open_page(url))
        return
    with started() as firefox:
        firefox.socket.settimeout(600)

        def go(url):
            page = firefox.page()
            page.goto(url)
            page.wait_for("() => document.querySelector('emd-python')?.dataset.state === 'ready'")
            return InFirefox(page)

        yield go


@pytest.mark.parametrize("stopped", [0, 1])
def test_a_second_cell_waits_for_the_first_and_each_can_be_stopped(opened, chapter, stopped):
    got = opened(chapter.as_uri()).evaluate(TWO, stopped)
    assert got["said"][1][0] == "Another cell of this page runs first …"
    assert got["answers"][0] == {"shown": [], "fault": "Stopped."}
    assert got["answers"][1] == ({"shown": [], "fault": "Stopped."} if stopped else {"shown": [{"text": "4\n"}]})
    assert got["after"] == {"shown": [{"text": "3\n"}]}


def test_run_twice_a_reload_while_it_loads_and_a_way_back(opened, chapter):
    reader = opened(chapter.as_uri())
    press(reader, "print(1)")
    reader.evaluate("() => document.querySelector('emd-python').run()")  # the button is off; a key may still come
    assert until(reader, "() => window.heard")["shown"] == [{"text": "1\n"}]
    press(reader, "while True:\n    pass")
    until(reader, f"() => document.querySelector('{STATUS}').textContent.startsWith('Running, line')")
    reader.page.goto((HTML / "book" / "glossary.html").as_uri())
    reader.page.go_back() if hasattr(reader.page, "go_back") else reader.page.back()
    until(reader, "() => document.querySelector('emd-python')?.dataset.state === 'ready'")
    until(reader, f"() => !document.querySelector('{RUN}').disabled")
    assert shown(reader, "print(2)")[0]["shown"] == [{"text": "2\n"}]
    press(reader, "print(3)")
    reader.page.goto(chapter.as_uri())
    until(reader, "() => document.querySelector('emd-python')?.dataset.state === 'ready'")
    assert shown(reader, "print(4)")[0]["shown"] == [{"text": "4\n"}]


def test_two_tabs_run_at_once(open_page, chapter):
    first = open_page(chapter.as_uri())
    second = first.context.new_page()
    second.goto(chapter.as_uri())
    for page in (first, second):
        page.evaluate("() => { document.addEventListener('emd-python', e => { window.heard = e.detail; }); }")
        page.locator(RUN).first.click()
    for page in (first, second):
        page.wait_for_function("() => window.heard", timeout=300_000)
        assert "fault" not in page.evaluate("() => window.heard")


@pytest.mark.parametrize(("hindered", "words"), [
    ("window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError'); } }",
     "lets no Python run here"),
    ("window.Worker = class { terminate() {} postMessage() { this.onerror({}); } }", "lets no Python run here"),
    ("WebAssembly.validate = () => false", "This browser cannot run Python on the page"),
    ("delete window.Worker", "This browser cannot run Python on the page"),
    ("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
     None),
])
def test_a_browser_that_cannot_says_so_in_one_sentence(browser, chapter, hindered, words):
    context = browser.new_context()
    try:
        context.add_init_script(hindered)
        page = context.new_page()
        page.goto(chapter.as_uri())
        page.wait_for_function("() => document.querySelector('emd-python').dataset.state")
        cell = page.locator("emd-python").first
        if words and words.startswith("This browser"):
            assert words in cell.inner_text()
            assert cell.locator("figure").count() == 1, "today's page stays"
            return
        page.evaluate("() => { document.querySelector('emd-python textarea').value = 'print(1)'; }")
        answer = run(page, page.locator(RUN).first.click)
        assert words in answer["fault"] if words else answer["shown"] == [{"text": "1\n"}]
    finally:
        context.close()


@pytest.mark.parametrize(("which", "how"), [
    ("manifest", {"status": 404, "body": "gone"}),
    ("manifest", {"status": 200, "content_type": "text/html", "body": "<!doctype html><p>sign in</p>"}),
    ("program", {"status": 200, "content_type": "text/html", "body": "<!doctype html><p>sign in</p>"}),
    ("program", {"status": 200, "content_type": "text/javascript", "body": 'emdbook.pythonPart("aGFsZ'}),
    ("library", {"status": 503, "body": "busy"}),
])
def test_parts_that_do_not_come_or_are_something_else_are_told_and_the_next_run_works(
        open_page, serve, chapter, which, how):
    page = open_page(f"{serve(HTML)}/notebooks/{chapter.name}")
    once = re.compile(rf"/python/{which}\.")
    page.route(once, lambda route: route.fulfill(**how), times=1)
    page.evaluate("() => { document.querySelector('emd-python textarea').value = 'print(1)'; }")
    assert run(page, page.locator(RUN).first.click)["fault"].startswith("Python for this page could not be loaded")
    assert run(page, page.locator(RUN).first.click)["shown"] == [{"text": "1\n"}]


@pytest.mark.parametrize("which", ["manifest", "library"])
def test_stop_works_while_a_server_does_not_answer(open_page, serve, chapter, which):
    page = open_page(f"{serve(HTML)}/notebooks/{chapter.name}")
    held = []
    page.route(re.compile(rf"/python/{which}\."), lambda route: held.append(route))  # noqa: PLW0108 (Playwright takes no built-in)
    page.locator(RUN).first.click()
    page.wait_for_timeout(500)
    assert run(page, page.get_by_role("button", name="Stop").first.click, seconds=5)["fault"] == "Stopped."
    for route in held:
        route.abort()
    page.unroute_all()
    page.evaluate("() => { document.querySelector('emd-python textarea').value = 'print(1)'; }")
    assert run(page, page.locator(RUN).first.click)["shown"] == [{"text": "1\n"}]


def test_parts_are_scripts_whatever_the_server_calls_them(open_page, serve, chapter):
    """A plain server may call a script plain text."""
    page = open_page(f"{serve(HTML)}/notebooks/{chapter.name}")

    def plain(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-type": "text/plain"})

    page.route(re.compile("/python/"), plain)
    page.evaluate("() => { document.querySelector('emd-python textarea').value = 'print(1)'; }")
    assert run(page, page.locator(RUN).first.click)["shown"] == [{"text": "1\n"}]


def test_by_keys_alone_in_the_dark_on_paper_and_for_a_listener(open_page, chapter):
    page = open_page(chapter.as_uri())
    cell = page.locator("emd-python").first
    field, status = cell.locator(".emd-python-box textarea"), cell.locator(STATUS)
    assert status.get_attribute("role") == "status"
    field.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Run"
    run(page, lambda: page.keyboard.press("Enter"))
    assert page.evaluate("() => document.activeElement.textContent") == "Run"
    assert re.fullmatch(r"Done\. [^.]+(?:\.\d[^.]*)*\.", status.inner_text()), "one sentence"
    ink = "() => getComputedStyle(document.querySelector('emd-python figure svg text')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(ink) != light
    field.fill("\n".join(f"row_{i} = 'a long line {'of words ' * 20}'" for i in range(12)))
    page.emulate_media(media="print", color_scheme="light")
    assert not cell.locator(RUN).is_visible()
    assert cell.locator("figure svg:visible").count() == 1
    assert page.evaluate("""() => { const f = document.querySelector('emd-python textarea');
        return Math.max(f.scrollHeight - f.clientHeight, f.scrollWidth - f.clientWidth); }""") <= 1


def test_a_telephone_gets_the_layout_of_a_telephone_the_same_as_the_build_has(open_page, chapter):
    page = open_page(chapter.as_uri(), width=390, height=844)
    cell = page.locator("emd-python").first
    drawn = "() => [...document.querySelectorAll('emd-python figure svg')].map(svg => svg.outerHTML)"
    built = page.evaluate(drawn)
    assert len(built) == 2
    page.evaluate("() => document.querySelector('emd-python figure').setAttribute('data-built', '')")
    assert "fault" not in run(page, cell.locator(RUN).click)
    assert cell.locator("figure[data-built]").count() == 0
    assert page.evaluate(drawn) == built
    assert cell.locator("figure svg.emd-narrow").is_visible()
    assert cell.locator("figure svg:visible").count() == 1
    field = cell.locator(".emd-python-box textarea")
    field.fill("charts.interval_methods(6, 30)")
    run(page, cell.locator(RUN).click)
    assert cell.locator("figure svg.emd-narrow").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_own_numbers_on_a_telephone(open_page):
    page = open_page((HTML / "book" / "your_own_numbers.html").as_uri(), width=390, height=844)
    run(page, page.get_by_role("button", name="Compute").click)
    assert page.locator("emd-own figure svg.emd-narrow").is_visible()
    assert page.locator("emd-own figure svg:visible").count() == 1
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    with page.expect_download() as got:
        page.get_by_role("button", name="Figure (SVG)").click()
    with open(got.value.path(), encoding="utf-8") as file:
        assert "emd-narrow" not in file.read(), "what is taken away is the figure of the page"

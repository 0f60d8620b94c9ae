"""What goes wrong on the page, in Chromium and Firefox: one plain sentence with its line, and the cell goes on."""

from __future__ import annotations

import contextlib
import re
import time

import pytest
from beginners import MISTAKES, ON_A_PAGE, said
from test_firefox import started
from test_python_on_page import ASK, CHAPTERS, HTML, _built  # noqa: F401 (a book without Python is skipped)

from emdbook.publish.runtime.cells import page_cells
from emdbook.publish.runtime.driver import LIMIT

pytestmark = [pytest.mark.book, pytest.mark.python]
READY = "() => document.querySelector('emd-python')?.dataset.state === 'ready'"
LISTEN = """() => { window.heard = null; document.addEventListener('emd-python', e => { window.heard = e.detail; },
    {once: true}); }"""
WRITE = "text => { document.querySelector('emd-python textarea').value = text; }"
STATUS = "() => document.querySelector('emd-python .emd-python-status').textContent"
#: What a reader may put for the value of an exercise.
VALUES = ("0", "-5", "1_000_000", "'word'", "word", "(1", "[0] * 10**9", "None", "3,5", "10**400", "['a']", "３")


class Typed(str):
    """What stands in the cell as it is typed, with no quotation marks around it."""

    def __repr__(self):
        return str(self)


class InChromium:
    """What the tests ask of a page."""

    def __init__(self, page):
        self.page = page
        page.set_default_timeout(1_200_000)

    def evaluate(self, function, *arguments):
        return self.page.evaluate(function, *arguments)

    def click(self, selector):
        self.page.locator(selector).first.click()

    def complaints(self):
        return self.page.watch.console + self.page.watch.outside


class InFirefox:
    """The same in Firefox."""

    def __init__(self, page):
        self.page = page
        self.evaluate, self.click = page.evaluate, page.click

    def complaints(self):
        return [line for line in self.page.console if "off the host" in line]


@pytest.fixture(params=["chromium", "firefox"])
def reader(request, open_page):
    """A chapter from a file, in each browser; only the browser that is asked for is started."""
    address = next((HTML / "notebooks").glob("10_*.html")).as_uri()
    with contextlib.ExitStack() as stack:
        if request.param == "chromium":
            yield InChromium(open_page(address))
            return
        firefox = stack.enter_context(started())
        firefox.socket.settimeout(1200)
        page = firefox.page()
        page.goto(address)
        page.wait_for(READY)
        yield InFirefox(page)


def until(reader, function, seconds=300):
    """What a function of the page gives, as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := reader.evaluate(function)):
        assert time.monotonic() < end, f"not within {seconds} s: {function}; the page says: {reader.evaluate(STATUS)}"
        time.sleep(0.05)
    return found


def press(reader, source):
    reader.evaluate(WRITE, source)
    reader.evaluate(LISTEN)
    reader.click("emd-python .emd-python-run")


def shown(reader, source):
    """Write into the cell, press Run, wait: the answer and the sentence below the cell."""
    press(reader, source)
    return until(reader, "() => window.heard"), reader.evaluate(STATUS)


def is_one_sentence(fault):
    return "\n" not in fault and re.fullmatch(r"Line \d+: \S.*[.?]", fault) is not None


def test_every_mistake_in_every_exercise_is_one_sentence_with_its_line_and_the_next_run_works(reader):
    cells = [cell for path in CHAPTERS for cell in page_cells(path)]
    asked, names, honest = [], [], {}
    for cell in cells:
        for value in VALUES:
            asked.append({"source": cell.exercise.with_value(Typed(value)), "before": cell.before})
            names.append((cell.exercise.title, value))
        asked.append({"source": cell.cell.source, "before": cell.before})
        names.append((cell.exercise.title, None))
    wrong = []
    for (title, value), answer in zip(names, reader.evaluate(ASK, asked), strict=True):
        fault = answer.get("fault")
        if value is None:
            honest[title] = fault
        elif fault is not None and not is_one_sentence(fault):
            wrong.append((title, value, fault))
        elif fault is None and value in ("word", "(1", "３"):
            wrong.append((title, value, "no fault"))
        elif fault is None and not answer["shown"]:
            wrong.append((title, value, "neither a result nor a fault"))
    assert wrong == []
    assert set(honest.values()) == {None}, "after every mistake the exercise runs as given"
    assert reader.complaints() == []


def test_what_beginners_type_is_one_sentence_with_its_line_as_in_a_notebook(reader):
    cases = [*MISTAKES, *ON_A_PAGE]
    answers = reader.evaluate(ASK, [{"source": source} for source, *_ in cases])
    assert [wrong for (source, line, words), answer in zip(cases, answers, strict=True)
            if (wrong := said(source, line, words, answer.get("fault")))] == []
    reader.evaluate(WRITE, "")
    answer, status = shown(reader, "")
    assert answer["fault"] == status == "There is nothing to run in this cell; Reset brings it back."
    assert reader.evaluate("() => document.querySelectorAll('emd-python .cell_output figure').length") == 1, "it stays"
    assert reader.complaints() == []


@pytest.mark.parametrize(("source", "start"), [
    ("x = 1\nwhile True:\n    x += 1", rf"Line [23]: this ran for more than {LIMIT} seconds and was stopped\."),
    ("x = 1\nsum(range(10**15))", r"Line 2: this ran for more than \d+ seconds and was stopped\."),
    ("x = 1\ny = list(range(10**9))", "Line 2: this needs more memory than there is for Python."),
    ("x = []\nwhile True:\n    x.append('many' * 100000 + str(len(x)))",
     "Line 3: this needs more memory than there is for Python."),
    ("def again(n):\n    return again(n + 1)\nagain(0)", r"Line [12]: a function calls itself without end\."),
])
def test_what_does_not_end_is_ended_and_the_next_run_works(reader, source, start):
    answer, status = shown(reader, source)
    assert re.match(start, status), status
    assert answer["fault"] == status
    assert shown(reader, "print(2 + 2)")[0]["shown"] == [{"text": "4\n"}]


#: When Stop is pressed: a function of the page that has come true.
MOMENTS = {
    "at once": "() => true",
    "while it loads": "() => document.querySelector('emd-python progress').value > 0.3",
    "while Python begins": f"() => ({STATUS})().startsWith('Python is loaded and begins')",
    "while the first lines run": f"() => ({STATUS})().startsWith('Running')",
    "in the cell": f"() => ({STATUS})().startsWith('Running, line')",
}


def test_stop_works_at_any_time_and_the_next_run_works(reader):
    for moment, come in MOMENTS.items():
        press(reader, "while True:\n    pass")
        until(reader, come)
        begun = time.monotonic()
        reader.click("emd-python .emd-python-bar button:nth-of-type(2)")
        assert until(reader, "() => window.heard")["fault"] == "Stopped.", moment
        assert time.monotonic() - begun < 5, moment
        assert reader.evaluate(STATUS) == "Stopped."
    assert shown(reader, "print(2 + 2)")[0]["shown"] == [{"text": "4\n"}]
    reader.click("emd-python .emd-python-bar button:nth-of-type(3)")
    assert reader.evaluate("() => document.querySelector('emd-python textarea').value").count("change this value") == 1
    assert reader.complaints() == []

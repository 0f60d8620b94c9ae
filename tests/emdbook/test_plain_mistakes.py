"""A mistake in a cell is one plain sentence with its line, the same in a notebook and on the page."""

from __future__ import annotations

import io

import nbformat
import pytest
from beginners import MISTAKES, ON_A_PAGE, said
from nbclient import NotebookClient

from emdbook.publish.runtime import driver

FAULT = "import emdbook\nexec(compile('1 / 0', emdbook.__file__, 'exec'))"


@pytest.fixture(scope="module")
def notebook():
    """What a kernel answers to every mistake, and to a fault of the toolkit itself."""
    sources = ["import emdbook", *(source for source, *_ in MISTAKES), FAULT, "print(6 * 7)"]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(made, kernel_name="python3", allow_errors=True, timeout=120).execute()
    return [cell.outputs for cell in made.cells[1:]]


def on_the_page(source: str) -> dict:
    return driver.answer({"source": source, "before": []})


def test_every_mistake_is_one_sentence_with_its_line(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert [w for source, line, words in MISTAKES + ON_A_PAGE
            if (w := said(source, line, words, on_the_page(source).get("fault")))] == []


def test_a_notebook_says_the_same_and_shows_the_line(notebook):
    for (source, line, _), outputs in zip(MISTAKES, notebook, strict=False):
        error = outputs[-1]
        assert error.output_type == "error", source
        assert error.traceback == [on_the_page(source)["fault"], f"    {source.splitlines()[line - 1].strip()}",
                                   "Change the cell and run it again. (%tb shows all that Python says.)"]


def test_a_fault_of_the_toolkit_keeps_its_traceback_and_the_next_cell_runs(notebook):
    assert "Traceback" in "".join(notebook[-2][0].traceback)
    assert notebook[-1][0].text.strip() == "42"

"""A value that the toolkit cannot take is answered in a few plain lines in a notebook; everything else in full."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = {
    "mistake": 'import emdbook\nfrom emdbook import charts\nhighlight = "31"\n'
               "charts.interval_by_size(35.7, sizes=(10, 20), highlight=highlight)",
    "unknown name": 'emdbook.load().outcome("no-such-row")',
    "own": "1 / 0", "own value": "int('x')",
    "after": "print(6 * 7)"}


@pytest.fixture(scope="module")
def shown():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS.values()])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120).execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def test_a_mistake_is_answered_in_plain_words(shown):
    error, = shown["mistake"]
    assert (error.output_type, error.ename) == ("error", "ValueError")
    assert error.traceback == [
        "In this line: charts.interval_by_size(35.7, sizes=(10, 20), highlight=highlight)",
        "ValueError: interval by size: '31' is none of the sizes drawn; choose one of 10 and 20.",
        "Change the value and run the cell again."]
    lines = shown["unknown name"][0].traceback
    assert len(lines) == 3
    assert "no-such-row" in lines[1]
    assert "\\n" not in lines[1]


def test_mistakes_of_other_kinds_keep_their_traceback(shown):
    for name in ("own", "own value"):
        error, = shown[name]
        assert "Traceback" in "".join(error.traceback)
    assert shown["after"][0].text.strip() == "42"

"""No result is typed into a code cell: figures come from the data, by the id of their row."""

import ast
import re

import pytest

from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir

CHAPTERS = sorted((project_dir() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
#: A percentage, a count of patients, or a time, as a chart would print it.
RESULT = re.compile(r"\d\s?%|\b\d+ of \d+|\b\d+(?:\.\d+)? months\b|\bn = \d")


def typed_results(source: str) -> list[str]:
    """Strings of a cell that hold a result, and decimal numbers."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Constant):
            continue
        if (isinstance(node.value, str) and RESULT.search(node.value)) or isinstance(node.value, float):
            found.append(repr(node.value))
    return found


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_no_result_is_typed(path):
    # the ends of a logarithmic axis may be decimal numbers
    axis_ends = {"0.1", "0.2", "0.5"}
    found = [f"cell {cell.number}: {text}" for cell in read_cells(path) if cell.kind == "code"
             and "exercise" not in cell.tags for text in typed_results(cell.source) if text not in axis_ends]
    assert not found, f"{path.stem}: {found}"


def test_the_check_sees_a_typed_result():
    assert typed_results('CASES = {"35.5% of 32": (35.5, 32)}') == ["'35.5% of 32'", "35.5"]
    assert typed_results('rows.chart_rows(ev, ["majestec-1.em-e.orr.primary"])') == []

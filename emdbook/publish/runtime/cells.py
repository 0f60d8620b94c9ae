"""Which cells of a chapter run on the page, what must run before them, and the element that a page gets for each."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from emdbook.checks.exercises import TAG, Exercise, read_exercises
from emdbook.ground.notebook import Cell, read_cells

__all__ = ["TAGS", "PageCell", "before", "page_cells"]

#: An exercise, and any cell marked for it.
TAGS = (TAG, "runnable")


class PageCell:
    """One cell that runs on the page.

    Parameters
    ----------
    cell : Cell
    earlier : sequence of Cell
        The cells of the chapter that stand before it.
    exercise : Exercise, optional
    """

    def __init__(self, cell: Cell, earlier: Sequence[Cell], exercise: Exercise | None = None):
        self.cell, self.exercise = cell, exercise
        self.before = before([c.source for c in earlier if c.kind == "code"], cell.source)

    @property
    def title(self) -> str:
        """What a screen reader calls it: ``Exercise 2``."""
        return self.exercise.title.partition(":")[0] if self.exercise else "this cell"

    def tries(self) -> list[dict]:
        """Values to try: those that the words ask for, and the one that the solution names without giving it away."""
        one = self.exercise
        if one is None or one.cell is None or one.cell.number != self.cell.number:
            return []
        return [{"text": str(value), "source": one.with_value(value), "hidden": str(value) not in one.task}
                for value in one.values()]

    def opening(self) -> str:
        """The tag that opens the element, and what its script needs.

        Where Python lies is written into it when the pages are finished, see :mod:`emdbook.publish.runtime.pages`.

        Returns
        -------
        str
        """
        told = json.dumps({"before": self.before, "try": self.tries()}, ensure_ascii=False).replace("</", "<\\/")
        return (f'<emd-python id="python-{self.cell.number}" data-title="{escape(self.title)}" data-python="">'
                f'<script type="application/json">{told}</script>')

    @staticmethod
    def closing() -> str:
        """The tag that closes the element."""
        return "</emd-python>"


def page_cells(notebook: Path | str) -> list[PageCell]:
    """The cells of a chapter that run on the page, in order.

    Parameters
    ----------
    notebook : path

    Returns
    -------
    list of PageCell
    """
    cells = read_cells(notebook)
    exercises = {cell.number: one for one in read_exercises(notebook) for cell in one.cells}
    return [PageCell(cell, cells[:at], exercises.get(cell.number)) for at, cell in enumerate(cells)
            if cell.kind == "code" and set(TAGS) & set(cell.tags)]


def before(earlier: Sequence[str], source: str) -> list[str]:
    """The statements of earlier cells that a cell rests on, so that the page need not draw the whole chapter first.

    A statement is taken when it binds a name, or changes an entry of one, that is used later; imports are taken all,
    for a reader who changes more than the value.  What a cell shows is not taken.  A call that changes its object in
    place without an assignment (``table.sort()``) is not seen; the tests compare every exercise with a run of the
    whole chapter.

    Parameters
    ----------
    earlier : sequence of str
        The code cells before it, in order.
    source : str

    Returns
    -------
    list of str
        In the order of the chapter.
    """
    statements = [(text, node) for text in earlier for node in ast.parse(text).body]
    wanted = _used(ast.parse(source))
    taken = []
    for text, node in reversed(statements):
        if isinstance(node, ast.Import | ast.ImportFrom) or _bound(node) & wanted:
            taken.append(ast.get_source_segment(text, node))
            wanted |= _used(node)
    return taken[::-1]


def _used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _bound(statement: ast.stmt) -> set[str]:
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            names |= _used(node.value)
    return names

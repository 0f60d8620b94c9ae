"""The exercises of a chapter: the cell to change, the values that the text asks for, and the hidden solution.

The values are read from the words of the exercise, so that nobody has to write them twice: what stands in backticks or
in a link in the sentence that says what to change, "by one", or, where the learner is to find the value, the first
constructed number of the solution.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from emdbook.ground.notebook import SOLUTION, Cell, read_cells

TAG = "exercise"
MARK = "# change this value"
_TITLE = re.compile(r"^### (Exercise \d+[^\n]*)$", re.M)
_CHANGED = re.compile(rf"^(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.+?)\s*{MARK}\s*$", re.M)
_ASKS = re.compile(r"\b(?:change|set|put|lower|raise)\b", re.I)
_TICKS = re.compile(r"`([^`\n]+)`")
_LINKED = re.compile(r"\[([^\[\]]+)\]\((?:ev|calc|ex|try):[^()\s]*\)")
_CONSTRUCTED = re.compile(r"\[([^\[\]]+)\]\(ex:\)")


@dataclass(frozen=True)
class Exercise:
    """One exercise of a chapter."""

    chapter: str
    title: str
    task: str
    solution: str
    cells: tuple[Cell, ...] = field(default=())

    @property
    def cell(self) -> Cell | None:
        """The cell with a value to change; None for pen and paper."""
        return next((c for c in self.cells if _CHANGED.search(c.source)), None)

    def given(self):
        """The value that stands in the cell."""
        found = _CHANGED.search(self.cell.source)
        return ast.literal_eval(found["value"])

    def values(self) -> list:
        """The values that the words of the exercise ask for, other than the one that stands there."""
        given = self.given()
        asked = [value for value in _read(self.task, given, self.cell.source) if value != given]
        if not asked:
            first = _CONSTRUCTED.search(self.solution)
            asked = [value for value in [_value(first[1], given) if first else None] if value not in (None, given)]
        return list(dict.fromkeys(asked))

    def with_value(self, value) -> str:
        """The source of the cell with another value in the marked line."""
        return _CHANGED.sub(lambda m: f"{m['name']} = {value!r}  {MARK}", self.cell.source, count=1)


def _value(text: str, given):
    """What a learner would type for these words, of the kind of what stands there; None if it is none."""
    text = text.strip().strip("\"'")
    if isinstance(given, bool):
        return {"True": True, "False": False}.get(text)
    if isinstance(given, str):
        return text
    number = re.search(r"-?\d+(?:\.\d+)?", text.replace(",", ""))
    if not number:
        return None
    return float(number[0]) if isinstance(given, float) or "." in number[0] else int(number[0])


def _read(task: str, given, source: str) -> Iterator:
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword)}
    # A list of values may go on behind a full stop in a number, so a sentence ends before a capital or a line.
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])|\n", task):
        if not _ASKS.search(sentence):
            continue
        ticks = [t for t in _TICKS.findall(sentence) if t not in names]
        for text in ticks or _LINKED.findall(sentence):
            value = _value(text, given)
            if value is not None:
                yield value
        step = re.search(r"\b(lower|raise)\b.*\bby one\b", sentence, re.I)
        if step and not isinstance(given, str | bool):
            yield given - 1 if step[1].lower() == "lower" else given + 1


def read_exercises(notebook: Path | str) -> list[Exercise]:
    """The exercises of a chapter in order.

    Parameters
    ----------
    notebook : path

    Returns
    -------
    list of Exercise
    """
    notebook = Path(notebook)
    found: list[dict] = []
    for cell in read_cells(notebook):
        if cell.kind == "markdown":
            for piece in re.split(r"(?=^### |^## )", cell.source, flags=re.M):
                title = _TITLE.match(piece)
                if title:
                    found.append({"title": title[1], "task": [], "solution": [], "cells": []})
                elif re.match(r"##+ ", piece) and found:
                    found.append({})
                if found and found[-1]:
                    found[-1]["solution"] += [m["body"] for m in SOLUTION.finditer(piece)]
                    found[-1]["task"].append(SOLUTION.sub("", piece[title.end():] if title else piece).strip())
        elif cell.kind == "code" and found and found[-1] and TAG in cell.tags:
            found[-1]["cells"].append(cell)
    return [Exercise(notebook.stem, one["title"], "\n".join(t for t in one["task"] if t), "\n".join(one["solution"]),
                     tuple(one["cells"])) for one in found if one]


def run_cell(source: str, name: str, names: dict) -> None:
    """Run a cell as a notebook does, and have the value of its last line shown.

    Parameters
    ----------
    source : str
    name : str
        What a traceback calls the cell.
    names : dict
        What is defined; the cell adds to it.
    """
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    if last:
        _look(eval(compile(ast.Expression(last.value), name, "eval"), names))


def _look(result) -> None:
    """Have a chart or a table shown, as the notebook would."""
    for method in ("_repr_mimebundle_", "_repr_html_", "_repr_svg_"):
        if hasattr(result, method):
            getattr(result, method)()
            return

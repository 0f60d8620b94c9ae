"""Every exercise runs as given and with each value that its words ask for; every solution is there and hidden."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from emdbook.checks.exercises import MARK, Exercise, read_exercises
from emdbook.checks.recording import Recorder
from emdbook.ground.notebook import SOLUTION, Cell, read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish import executed
from emdbook.publish.runtime import driver
from emdbook.publish.runtime.cells import page_cells

CHAPTERS = sorted((project_dir() / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_each_exercise_runs_with_every_value_it_asks_for(chapter, monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "still")
    monkeypatch.setenv("EMDBOOK_CHAPTER", chapter.stem)
    exercises = read_exercises(chapter)
    assert len(exercises) >= 2
    assert any(one.cell for one in exercises), "no exercise with a cell to change"
    for one in exercises:
        assert one.task, one.title
        assert one.solution, f"{one.title} has no solution"
        assert not one.cells or one.cell, f"{one.title}: no line ends with '{MARK}'"
        assert not one.cell or one.values(), f"{one.title}: neither text nor solution offers a value to try"
    runs = executed.tries(chapter)
    failed = [f"{run.title}, {run.value!r}: {run.error}" for run in runs if run.error]
    assert not failed, "\n".join(failed)
    assert [(run.title, run.value) for run in runs] == [
        (one.title, value) for one in exercises if one.cell for value in [one.given(), *one.values()]]
    for one in exercises:
        printed = [run for run in runs if run.title == one.title and run.printed]
        if printed:  # what the solution tells is what the cell printed, and each value prints something else
            numbers = set(re.findall(r"\d+(?:\.\d+)?", " ".join(run.printed for run in printed)))
            assert numbers & set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"\]\([^)]*\)", "]", one.solution))), one.title
            assert len({run.printed for run in printed}) == len(printed), one.title
    # On the page only what a cell rests on has run before it, and it shows the same.
    known = {cell.cell.number: cell for cell in page_cells(chapter)}
    by_title = {one.title: one for one in exercises}
    for run in runs:
        one = by_title[run.title]
        answer = driver.answer({"source": one.with_value(run.value), "before": known[one.cell.number].before})
        assert "fault" not in answer, answer
        if run.printed:
            assert "".join(part.get("text", "") for part in answer["shown"]) == run.printed
        else:
            assert "<figure" in answer["shown"][-1]["html"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_a_solution_is_closed_where_a_notebook_is_read_elsewhere(chapter):
    """nbviewer renders by nbconvert; GitHub and VS Code by the rules of CommonMark, for which markdown-it stands in."""
    told = [cell.source for cell in read_cells(chapter) if cell.kind == "markdown" and "Solution" in cell.source]
    assert told
    for source in told:
        assert SOLUTION.search(source), source
        for render in (markdown2html_mistune, MarkdownIt("commonmark", {"html": True}).render):
            made = BeautifulSoup(render(source), "html.parser")
            details, = made.find_all("details")
            assert "open" not in details.attrs
            assert details.summary.get_text() == "Solution"
            assert details.find_all("p"), "its words are Markdown still"
            assert "Solution" not in made.get_text().replace(details.get_text(), "")
            assert ":::" not in made.get_text()


def exercise(task: str, line: str, solution: str = "") -> Exercise:
    cell = Cell(3, "code", f"{line}  {MARK}\nshow(size, unit=unit)", {"tags": ["exercise"]})
    return Exercise("x", "Exercise 1: x", task, solution, (cell,))


@pytest.mark.parametrize(("task", "line", "values"), [
    ("Change `10` to `20` or `40.5`.", "size = 10", [20, 40.5]),
    ("Change the number after `size` to `20`.", "size = 10", [20]),
    ('Change it to `"EM-E"` and run it.', 'unit = "any"', ["EM-E"]),
    ("Change the date to `2025-12`.", 'unit = "2025-08"', ["2025-12"]),
    ("Set it to `True`.", "size = False", [True]),
    ("Change it to the number assessed, [31](ev:x), and run it.", "size = 32", [31]),
    ("Suppose [14](ex:). Change the number to [19](ex:) and [10](ex:).", "size = 14", [19, 10]),
    ("There were [127](ev:x). Lower the number by one.", "size = 127", [126]),
    ("Change the number after `size`. From how many on?", "size = 6", [17]),
    ("Look at it.", "size = 6", [17]),
])
def test_values_are_read_from_the_words(task, line, values):
    assert exercise(task, line, "From [17](ex:) on, in this example.").values() == values


def test_an_exercise_that_asks_for_nothing_offers_nothing():
    assert exercise("Look at it.", "size = 6").values() == []
    assert exercise("Change it to `6`.", "size = 6").values() == []


def test_the_marked_line_alone_is_changed():
    one = exercise("Change it to `7`.", "size = 6")
    assert one.with_value(7) == f"size = 7  {MARK}\nshow(size, unit=unit)"
    assert exercise("", 'unit = "a"').with_value("b").splitlines()[0] == f"unit = 'b'  {MARK}"


def test_a_cell_that_fails_is_named(tmp_path):
    cells = [("markdown", "### Exercise 1: x\n\nChange it to `0`.\n"), ("code", f"n = 1  {MARK}\n1 / n")]
    path = tmp_path / "99_x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": kind, "source": source, "metadata": {"tags": ["exercise"]} if kind == "code" else {}}
        for kind, source in cells]}), encoding="utf-8")
    recorder, names = Recorder(path), {"n": 1}
    recorder.after("print('another cell')", names)
    recorder.after(f"n = 1  {MARK}\n1 / n", names)
    assert [(run.value, run.error) for run in recorder.tries] == [(1, ""), (0, "ZeroDivisionError: division by zero")]
    assert names == {"n": 1}, "the chapter goes on as if nothing had been tried"

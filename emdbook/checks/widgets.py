"""What the code cells of a chapter make, got by running them in this process, for tests and measurements."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from emdbook import explore
from emdbook.ground.notebook import Cell, read_cells


@contextlib.contextmanager
def _settings(**values: str) -> Iterator[None]:
    """Environment variables for a while, and a registry of widgets of its own."""
    before, there = dict(explore.registry), {name: os.environ.get(name) for name in values}
    explore.registry.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        explore.registry.clear()
        explore.registry.update(before)
        for key, value in there.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        sys.stdout.flush()


def _run(notebook: Path) -> Iterator[tuple[Cell, object]]:
    # A module of its own, so that what a cell defines can be found again while the next cell runs.
    space: dict[str, object] = {"__name__": "__main__"}
    for cell in read_cells(notebook):
        if cell.kind != "code":
            continue
        tree, last = ast.parse(cell.source), None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        name = f"<{notebook.name}, cell {cell.number}>"
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(tree, name, "exec"), space)
                value = None if last is None else eval(compile(last, name, "eval"), space)
        except Exception as error:
            raise RuntimeError(f"{notebook.stem}, cell {cell.number}: {error}") from error
        yield cell, value


def shown_by(notebook: Path | str, data: Path | str) -> dict[int, object]:
    """Run the code cells of a notebook on one folder of data and return what each of them shows.

    Parameters
    ----------
    notebook : path
        A chapter.
    data : path
        A data package.

    Returns
    -------
    dict of int to object
        By the number of the cell: its last value.

    Raises
    ------
    RuntimeError
        If a cell fails, naming the chapter and the cell.
    """
    notebook = Path(notebook)
    with _settings(EMDBOOK_VIEW="still", EMDBOOK_CHAPTER=notebook.stem, EMDBOOK_DATA=str(data)):
        return {cell.number: value for cell, value in _run(notebook) if value is not None}


def widgets_of(notebook: Path | str, view: str = "still") -> dict[str, explore.Exploration]:
    """Run the code cells of a notebook and return the widgets that they made.

    Parameters
    ----------
    notebook : path
        A chapter.
    view : {"still", "page"}
        ``still`` draws the default state of each widget only; ``page`` draws every state or takes it from the cache.

    Returns
    -------
    dict of str to emdbook.explore.Exploration
        By id, in the order of the chapter.

    Raises
    ------
    RuntimeError
        If a cell fails, naming the chapter and the cell; or if two widgets of the chapter share an id.
    """
    notebook = Path(notebook)
    made: dict[str, explore.Exploration] = {}
    with _settings(EMDBOOK_VIEW=view, EMDBOOK_CHAPTER=notebook.stem):
        known: dict[str, explore.Exploration] = {}
        for cell, _ in _run(notebook):
            for name, widget in explore.registry.items():
                if name in made and known.get(name) is not widget:
                    raise RuntimeError(f"{notebook.stem}, cell {cell.number}: the widget id {name!r} is used twice")
                made[name] = widget
            known = dict(explore.registry)
    return made

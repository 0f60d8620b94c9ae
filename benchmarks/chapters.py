"""The widgets of a chapter, got by running its code cells in this process: for measurements, and for tests that change
what a chapter depends on.  Other tests look at the one run that :mod:`emdbook.publish.executed` keeps."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

from emdbook import explore
from emdbook.ground.notebook import read_cells


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
    before, there, chapter = dict(explore.registry), os.environ.get("EMDBOOK_VIEW"), os.environ.get("EMDBOOK_CHAPTER")
    explore.registry.clear()
    os.environ["EMDBOOK_VIEW"], os.environ["EMDBOOK_CHAPTER"] = view, notebook.stem
    # A module of its own, so that what a cell defines can be found again while the next cell runs.
    space: dict[str, object] = {"__name__": "__main__"}
    made: dict[str, explore.Exploration] = {}
    try:
        for cell in read_cells(notebook):
            if cell.kind != "code":
                continue
            known = dict(explore.registry)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(cell.source, f"<{notebook.name}, cell {cell.number}>", "exec"), space)
            except Exception as error:
                raise RuntimeError(f"{notebook.stem}, cell {cell.number}: {error}") from error
            for name, widget in explore.registry.items():
                if name in made and known.get(name) is not widget:
                    raise RuntimeError(f"{notebook.stem}, cell {cell.number}: the widget id {name!r} is used twice")
                made[name] = widget
        return made
    finally:
        explore.registry.clear()
        explore.registry.update(before)
        for key, value in (("EMDBOOK_VIEW", there), ("EMDBOOK_CHAPTER", chapter)):
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        sys.stdout.flush()

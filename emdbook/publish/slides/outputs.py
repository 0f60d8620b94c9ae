"""What the code cells of a chapter showed, drawn for the published page.

A build of the book has executed every chapter already.  Its outputs are used when they are newer than everything they
were made from; otherwise the chapter is executed once, and what it showed is kept for the next time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from emdbook.ground.notebook import read_cells, read_notebook
from emdbook.ground.paths import data_dir, project_dir

TIMEOUT = 300


def _newest(folders: tuple[Path, ...]) -> float:
    files = (f for folder in folders for f in folder.rglob("*") if f.suffix in (".py", ".csv", ".json", ".mplstyle"))
    return max((f.stat().st_mtime for f in files), default=0.0)


def _places(name: str) -> Iterator[Path]:
    build = project_dir() / "_build"
    yield build / "jupyter_execute" / "notebooks" / f"{name}.ipynb"
    yield build / "executed" / f"{name}.ipynb"


def _outputs(path: Path) -> dict[int, list[dict]]:
    return {cell.number: cell.raw.get("outputs", []) for cell in read_cells(path) if cell.kind == "code"}


def fresh(executed: Path, notebook: Path, since: float) -> bool:
    """Whether an executed copy belongs to the notebook as it stands and is not older than ``since``.

    Parameters
    ----------
    executed, notebook : path
    since : float
        When the newest file changed that a chapter is made from.

    Returns
    -------
    bool
    """
    if not executed.is_file() or executed.stat().st_mtime < since:
        return False
    try:
        mine, theirs = read_cells(notebook), read_cells(executed)
    except ValueError:
        return False
    return [(c.kind, c.source) for c in mine] == [(c.kind, c.source) for c in theirs]


def cell_outputs(notebook: Path, execute: bool = True) -> dict[int, list[dict]]:
    """What each code cell showed, by the number of the cell.

    Parameters
    ----------
    notebook : path
    execute : bool
        Whether to execute the chapter when no fresh copy is there.

    Raises
    ------
    LookupError
        If no fresh copy is there and ``execute`` is false.
    """
    since = _newest((data_dir(), project_dir() / "emdbook"))
    for place in _places(notebook.stem):
        if fresh(place, notebook, since):
            return _outputs(place)
    if not execute:
        raise LookupError(f"{notebook.stem} was not executed since it changed")
    kept = list(_places(notebook.stem))[-1]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(_execute(notebook)), encoding="utf-8")
    return _outputs(kept)


def _execute(notebook: Path) -> dict:
    import nbformat
    from nbclient import NotebookClient

    read_notebook(notebook)  # says in plain words what is wrong with the file
    book = nbformat.read(notebook, as_version=4)
    environment = dict(os.environ, EMDBOOK_VIEW="page")
    client = NotebookClient(book, timeout=TIMEOUT, kernel_name="python3",
                            resources={"metadata": {"path": str(notebook.parent)}})
    client.execute(env=environment)
    return book

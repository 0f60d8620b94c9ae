"""A pytest plugin: what nbval runs in the gate ``notebooks`` is the one execution that all that follows uses.

``python -m pytest notebooks --nbval-lax -p emdbook.publish.nbval_store``.  nbval proves that every cell runs and
compares the outputs that ask for it; this keeps what the cells showed, and fails a cell that writes on stderr.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

import pytest

from emdbook.publish import executed


@dataclass
class _Run:
    notebook: Path
    folder: Path
    stack: ExitStack
    cells: int
    shown: list[list[dict]] = field(default_factory=list)


_runs: dict[pytest.File, _Run] = {}


def _hidden(file: pytest.File, code: str) -> None:
    """Run code in the kernel of a notebook without a trace in its cells."""
    message = file.kernel.execute_cell_input(code, allow_stdin=False)
    try:
        file.kernel.await_reply(message, timeout=executed.TIMEOUT)
        file.kernel.await_idle(message, executed.TIMEOUT)
    except Empty:
        raise RuntimeError(f"the kernel did not answer to {code!r}") from None


def _begin(file: pytest.File) -> _Run:
    stack = ExitStack()
    folder = stack.enter_context(executed.recording(file.path))
    cells = sum(cell.cell_type == "code" for cell in file.nb.cells)
    run = _runs[file] = _Run(file.path, folder, stack, cells)
    _hidden(file, executed.opening(file.path, folder))
    return run


def _is_cell(item: pytest.Item) -> bool:
    return type(item).__name__ == "IPyNbCell"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Keep what a cell showed."""
    if not _is_cell(item):
        return (yield)
    run = _runs.get(item.parent) or _begin(item.parent)
    result = yield
    if fault := executed.fault_of(item.test_outputs or []):
        item.raise_cell_error(fault)
    run.shown.append([dict(output) for output in item.test_outputs or []])
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """Put the run of a chapter in its place after its last cell, if every cell was run."""
    if _is_cell(item) and (nextitem is None or nextitem.parent is not item.parent) and item.parent in _runs:
        run = _runs.pop(item.parent)
        with run.stack:
            if len(run.shown) == run.cells:
                _hidden(item.parent, executed.CLOSING)
                executed.keep(run.notebook, run.folder, run.shown)
    return (yield)

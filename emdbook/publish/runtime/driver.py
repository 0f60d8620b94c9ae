"""What runs in the page's Python: it takes a question, runs a cell, and answers with what the notebook would show.

It knows no browser.  A question and its answer are JSON; the page's worker puts one at ``/tmp/request.json`` and reads
the other at ``/tmp/answer.json``.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import json
import sys
import textwrap
import time
import warnings
from pathlib import Path

from emdbook.ground import plain_mistakes

__all__ = ["answer", "turn"]

CELL = "<cell>"
#: Seconds that a cell may run. The slowest exercise takes about one.
LIMIT = 20
#: News of a running cell begin with it, on the error stream; the worker hands them on.
MARK = "\x1e"

_FOLDER = Path("/tmp")
_TOOL = 4  # sys.monitoring: one of the numbers that are free

#: Statements that earlier cells run, by their text: a page reads the data once.
_prepared: dict[tuple[str, ...], dict] = {}


class TookTooLong(BaseException):
    """A cell ran longer than :data:`LIMIT`."""


def turn() -> None:
    """Answer the question that lies in the folder."""
    request = json.loads((_FOLDER / "request.json").read_text(encoding="utf-8"))
    (_FOLDER / "answer.json").write_text(json.dumps(answer(request)), encoding="utf-8")


def answer(request: dict) -> dict:
    """Run a cell.

    Parameters
    ----------
    request : dict
        ``source``: the cell. ``before``: what must have run first, a list of cells. ``line``: the number of its first
        line, if it is not 1. ``fresh``: what earlier runs changed is forgotten. ``kind`` ``own``: the
        studies of a reader, see :mod:`emdbook.teach.own`.

    Returns
    -------
    dict
        ``shown``: a list of ``{"html": ...}`` and ``{"text": ...}`` in the order of the notebook; and, where it went
        wrong, ``fault``: one sentence, ``line``: its line in the cell, or None.
    """
    if request.get("kind") == "own":
        from emdbook.teach import own

        return own.answer(request)
    if request.get("fresh"):
        _prepared.clear()
    try:
        space = dict(_space(tuple(request.get("before", ()))))
    except Exception as error:
        return {"shown": [], "line": None,
                "fault": f"What stands before this cell could not run: {type(error).__name__}: {error}."}
    return run(request["source"], space)


def _space(cells: tuple[str, ...]) -> dict:
    if not cells:
        return {"__name__": "__main__", "__builtins__": builtins}
    if cells not in _prepared:
        space = dict(_space(cells[:-1]))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(cells[-1], "<earlier cell>", "exec"), space)
        _prepared[cells] = space
    return _prepared[cells]


def run(source: str, space: dict) -> dict:
    """Run a cell in a space of names, as a notebook does.

    Parameters
    ----------
    source : str
    space : dict
        What the cell finds; it is changed.

    Returns
    -------
    dict
        See :func:`answer`.
    """
    shown: list[dict] = []
    out = _Text(shown)
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(out):
        _as_in_a_notebook()
        try:
            # what was pasted set in runs as in a notebook
            tree = ast.parse(textwrap.dedent(source) if source[:1] in (" ", "\t") else source, CELL)
            if not tree.body:
                return {"shown": [], "line": None,
                        "fault": "There is nothing to run in this cell; Reset brings it back."}
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            body = compile(tree, CELL, "exec")
            end = compile(ast.Expression(last.value), CELL, "eval") if last else None
            with _watched([code for code in (body, end) if code]):
                exec(body, space)
                value = eval(end, space) if end else None
                if value is not None:
                    look = _look(value)
                    out.write(look["text"]) if "text" in look else shown.append(look)
        except BaseException as error:
            fault, line = explain(error, source)
            return {"shown": shown, "fault": fault, "line": line}
    for one in warned:
        shown.append({"text": f"Python warns: {one.message}\n"})
    return {"shown": shown}


def _as_in_a_notebook() -> None:
    """Show the warnings that a notebook shows, and no others.

    What warns authors of libraries comes when a module is first read or memory is cleared: at any cell, by chance.
    """
    warnings.simplefilter("default")
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


class _Text(io.TextIOBase):
    """What is printed, in its place among what is shown; at most as much as a page can hold."""

    LENGTH = 100_000

    def __init__(self, shown: list[dict]):
        self._shown, self._left = shown, self.LENGTH

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left <= 0:
            return len(text)
        if not self._shown or "text" not in self._shown[-1]:
            self._shown.append({"text": ""})
        part = text[:self._left]
        self._left -= len(part)
        self._shown[-1]["text"] += part if self._left > 0 else f"{part}\n(and more, which is left out)\n"
        return len(text)


def _look(value) -> dict:
    """What the notebook would show of a value."""
    if bundle := getattr(value, "_repr_mimebundle_", None):
        found = bundle(include={"text/html", "text/plain"})
        found = found[0] if isinstance(found, tuple) else found
        return {"html": found["text/html"]} if "text/html" in found else {"text": found["text/plain"] + "\n"}
    if (as_html := getattr(value, "_repr_html_", None)) and (text := as_html()) is not None:
        return {"html": text}
    return {"text": f"{value!r}\n"}


@contextlib.contextmanager
def _watched(codes):
    """Tell the page which line is reached, and end a cell that runs too long, in its own lines."""
    watch = getattr(sys, "monitoring", None)  # Python 3.12
    if watch is None:
        yield
        return
    end = time.monotonic() + LIMIT
    events = watch.events

    def reached(code, line):
        print(f"{MARK}{line}", file=sys.__stderr__, flush=True)
        return watch.DISABLE  # each line once: a loop of a million rounds says nothing more

    def jumped(code, at, to):
        if time.monotonic() > end:
            raise TookTooLong

    watch.use_tool_id(_TOOL, "page")
    try:
        watch.register_callback(_TOOL, events.LINE, reached)
        watch.register_callback(_TOOL, events.JUMP, jumped)
        watch.register_callback(_TOOL, events.PY_START, lambda code, at: jumped(code, at, at))
        for code in _all(codes):
            watch.set_local_events(_TOOL, code, events.LINE | events.JUMP | events.PY_START)
        watch.restart_events()
        yield
    finally:
        watch.free_tool_id(_TOOL)


def _all(codes):
    for code in codes:
        yield code
        yield from _all(c for c in code.co_consts if hasattr(c, "co_code"))


def explain(error: BaseException, source: str) -> tuple[str, int | None]:
    """A mistake in one plain sentence, and its line in the cell.

    Parameters
    ----------
    error : BaseException
    source : str
        The cell.

    Returns
    -------
    tuple of (str, int or None)
        As :func:`emdbook.ground.plain_mistakes.sentence`.
    """
    if isinstance(error, TookTooLong):
        error = TimeoutError(f"this ran for more than {LIMIT} seconds and was stopped. Perhaps a loop does not end."
                             ).with_traceback(error.__traceback__)
    return plain_mistakes.sentence(error, source)

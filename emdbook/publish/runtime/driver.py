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
import re
import sys
import time
import traceback
import warnings
from pathlib import Path

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
        line, if it is not 1. ``kind`` ``own``: the studies of a reader, see :mod:`emdbook.teach.own`.

    Returns
    -------
    dict
        ``shown``: a list of ``{"html": ...}`` and ``{"text": ...}`` in the order of the notebook; and, where it went
        wrong, ``fault``: one sentence, ``line``: its line in the cell, or None.
    """
    if request.get("kind") == "own":
        from emdbook.teach import own

        return own.answer(request)
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
        warnings.simplefilter("default")
        try:
            tree = ast.parse(source, CELL)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            body = compile(tree, CELL, "exec")
            end = compile(ast.Expression(last.value), CELL, "eval") if last else None
            with _watched([code for code in (body, end) if code]):
                exec(body, space)
                value = eval(end, space) if end else None
                if value is not None:
                    shown.append(_look(value))
        except BaseException as error:
            fault, line = explain(error, source)
            return {"shown": shown, "fault": fault, "line": line}
    for one in warned:
        shown.append({"text": f"Python warns: {one.message}\n"})
    return {"shown": shown}


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
    """
    if isinstance(error, SyntaxError):
        line = error.lineno if error.filename == CELL else None
        words = _SYNTAX.get(error.msg, error.msg or "this cannot be read")
        return f"{_where(line)}Python cannot read this: {words}.", line
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == CELL]
    line = frames[-1].lineno if frames else None
    return f"{_where(line)}{_words(error)}", line


_SYNTAX = {
    "invalid syntax": "something is missing or stands in the wrong place",
    "unexpected EOF while parsing": "it ends too early",
}


#: What Python says where a number and a word meet.
_MIXED = re.compile(r"(?:unsupported operand|not supported between|multiply sequence by|concatenate|must be real"
                    r" number).*(?:\bstr\b|'str'|'list')")


def _where(line: int | None) -> str:
    return f"Line {line}: " if line else ""


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, TookTooLong):
        return f"this ran for more than {LIMIT} seconds and was stopped. Perhaps a loop does not end."
    if isinstance(error, MemoryError):
        return "this needs more memory than the page gives to Python."
    if isinstance(error, RecursionError):
        return "a function calls itself without end."
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return "the cell ended itself."
    if isinstance(error, NameError) and getattr(error, "name", None):
        return f"the name {error.name} is not known here. A word that is no name stands in quotation marks."
    if isinstance(error, ModuleNotFoundError):
        return f"there is no {error.name} in the page's Python."
    if isinstance(error, ZeroDivisionError):
        return "this divides by zero."
    if isinstance(error, KeyError):
        text = f"there is no entry {text}"
    if isinstance(error, TypeError) and _MIXED.search(text):
        return "a word stands where a number is needed, or the other way round."
    name = type(error).__name__
    plain = isinstance(error, ValueError | LookupError) and text
    said = text if plain else f"{name}: {text}" if text else name
    return said if said.endswith((".", "?", "!")) else f"{said}."

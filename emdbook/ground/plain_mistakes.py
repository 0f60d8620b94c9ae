"""A plain mistake in a cell is answered in plain words: what the toolkit says of a value, without the way inside it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType

_PACKAGE = Path(__file__).resolve().parents[1]
#: What the toolkit raises for a value that it cannot take.
MISTAKES = (ValueError, TypeError, LookupError)


def answer(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> list[str]:
    """The lines for a reader: the line of the cell, and the sentence of the toolkit.

    Parameters
    ----------
    kind : type
    error : BaseException
    trace : traceback

    Returns
    -------
    list of str
        Empty where the toolkit itself did not raise it on purpose, so that the whole way has to be seen.
    """
    frames = traceback.extract_tb(trace)
    inside = [_PACKAGE in Path(frame.filename).parents for frame in frames]
    if not any(inside) or not inside[-1] or not frames[-1].line or not frames[-1].line.lstrip().startswith("raise "):
        return []
    cell = [frame for frame, ours in zip(frames, inside, strict=True) if not ours][-1:]
    words = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return [*(f"In this line: {frame.line.strip()}" for frame in cell if frame.line), f"{kind.__name__}: {words}",
            "Change the value and run the cell again."]


def install() -> None:
    """Answer mistakes in plain words in the kernel that this is; elsewhere do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return

    def said(shell, kind, error, trace, tb_offset=None):
        lines = answer(kind, error, trace)
        if not lines:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return None
        shell._showtraceback(kind, error, lines)
        return lines

    shell.set_custom_exc(MISTAKES, said)

"""What happens in a kernel while a chapter runs, kept for everything that looks at the chapter afterwards.

A chapter is run once.  Whoever runs it (:mod:`emdbook.publish.executed`, or nbval in the gate ``notebooks``) lets
:func:`start` run before its first cell and :func:`finish` after its last.  In between each exercise is tried with every
value that its words ask for, in a copy of the reader's names, so that the chapter goes on as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import pickle
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from emdbook.checks.exercises import Exercise, read_exercises, run_cell
from emdbook.explore import Exploration, registry

TRIES, WIDGETS, USED = "tries.json", "widgets.pickle", "used.json"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Try:
    """What an exercise printed with one value."""

    title: str
    value: object
    printed: str
    error: str = ""


class Recorder:
    """Tries the exercises of one chapter as their cells are run.

    Parameters
    ----------
    notebook : path
    """

    def __init__(self, notebook: Path | str):
        self.exercises = {one.cell.source.strip(): one for one in read_exercises(notebook) if one.cell}
        self.tries: list[Try] = []

    def after(self, source: str, names: dict) -> None:
        """Try the exercise that a cell belongs to, if it belongs to one.

        Parameters
        ----------
        source : str
            Of the cell that has just run.
        names : dict
            What the chapter has defined so far; it is not changed.
        """
        one = self.exercises.get(source.strip())
        for value in [one.given(), *one.values()] if one else []:
            self.tries.append(try_value(one, value, dict(names)))


def try_value(one: Exercise, value, names: dict) -> Try:
    """Run the cell of an exercise with one value."""
    printed, error, widgets = io.StringIO(), "", dict(registry)
    try:
        with contextlib.redirect_stdout(printed):
            run_cell(one.with_value(value), f"<{one.chapter}, {one.title}, {value!r}>", names)
    except Exception as caught:  # what a learner would meet, told by the test of the exercises
        error = f"{type(caught).__name__}: {caught}"
    finally:
        registry.clear()
        registry.update(widgets)
    return Try(one.title, value, printed.getvalue(), error)


def bare(widget: Exploration) -> Exploration:
    """A widget without the states that it has drawn: those lie in their own cache."""
    made = copy.copy(widget)
    made._frames = made._html = made._live = None
    return made


def files_used() -> list[str]:
    """The files of the toolkit that this process runs, and what else lies in their rooms, relative to the toolkit."""
    modules = {Path(m.__file__) for name, m in list(sys.modules.items())
               if name.split(".")[0] == "emdbook" and getattr(m, "__file__", None)}
    rooms = {_PACKAGE / m.relative_to(_PACKAGE).parts[0] for m in modules if m.parent != _PACKAGE}
    beside = {f for room in rooms for f in room.rglob("*")
              if f.is_file() and f.suffix not in (".py", ".pyc")}
    return sorted(f.relative_to(_PACKAGE).as_posix() for f in modules | beside)


_recorder: tuple[Recorder, Path] | None = None


def start(notebook: str, folder: str) -> None:
    """Begin to record in this kernel.

    Parameters
    ----------
    notebook : str
        Path of the chapter.
    folder : str
        Where :func:`finish` writes to; it exists.
    """
    from IPython import get_ipython

    global _recorder  # noqa: PLW0603 - a kernel runs one chapter, and its hooks take no arguments of ours
    shell, recorder = get_ipython(), Recorder(notebook)
    _recorder = recorder, Path(folder)

    def after(result) -> None:
        if result.info is not None and result.success:
            recorder.after(result.info.raw_cell, shell.user_ns)

    shell.events.register("post_run_cell", after)


def finish() -> None:
    """Write what was recorded.

    Raises
    ------
    pickle.PicklingError, AttributeError
        If a widget cannot be kept because its chart was made in the notebook.
    """
    recorder, folder = _recorder
    (folder / TRIES).write_text(json.dumps([asdict(one) for one in recorder.tries]), encoding="utf-8")
    (folder / WIDGETS).write_bytes(pickle.dumps({name: bare(widget) for name, widget in registry.items()}))
    used = {"files": files_used(), "modules": sorted({name.partition(".")[0] for name in list(sys.modules)})}
    (folder / USED).write_text(json.dumps(used), encoding="utf-8")

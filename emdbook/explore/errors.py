"""What can go wrong when a widget is made, said in one sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping


class BudgetError(ValueError):
    """A widget has more states than its budget allows.

    Parameters
    ----------
    widget : str
        The widget's id.
    count, budget : int
        Number of states it has, and may have.
    """

    def __init__(self, widget: str, count: int, budget: int):
        self.widget, self.count, self.budget = widget, count, budget
        super().__init__(
            f"widget '{widget}' has {count} states, its budget is {budget}: "
            "use coarser steps, fewer studies, or layers (which need no states)"
        )


class StateError(RuntimeError):
    """A chart could not be drawn for one setting of a widget.

    Parameters
    ----------
    widget : str
        The widget's id.
    settings : Mapping
        The setting that failed.
    cause : str
        What the chart said.
    """

    def __init__(self, widget: str, settings: Mapping[str, object], cause: str):
        self.widget, self.settings, self.cause = widget, dict(settings), cause
        self.chapter = os.environ.get("EMDBOOK_CHAPTER", "").strip()
        where = f"chapter '{self.chapter}', " if self.chapter else ""
        super().__init__(f"{where}widget '{widget}', setting {describe(settings)}: {cause}")

    def __reduce__(self):
        return type(self), (self.widget, self.settings, self.cause)


def describe(settings: Mapping[str, object]) -> str:
    """One setting as short text for a message.

    Parameters
    ----------
    settings : Mapping
        Names and values as the chart function receives them.

    Returns
    -------
    str
    """
    parts = []
    for name, value in settings.items():
        text = repr(value)
        parts.append(f"{name}={text if len(text) <= 60 else text[:57] + '...'}")
    return ", ".join(parts) or "(no controls)"


def plain(error: BaseException) -> str:
    """An exception as one sentence, without a traceback.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
    """
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

"""The one entry for interaction."""

from __future__ import annotations

import sys
from collections.abc import Callable

from emdbook.explore.controls import as_control, slug
from emdbook.explore.core import Exploration
from emdbook.explore.errors import BudgetError
from emdbook.ground.view import view

#: Every widget made in this process, by id.
registry: dict[str, Exploration] = {}


def explore(chart_function: Callable, *, title: str, id: str | None = None, note: str | None = None,
            budget: int = 300, **controls) -> Exploration:
    """Let the reader change a chart's settings.

    Parameters
    ----------
    chart_function : callable
        Called with the settings by name; returns a :class:`~emdbook.charts.base.Chart`.
        Bind its data with :func:`functools.partial`.
    title : str
        What the reader sees above the controls.
    id : str, optional
        Stable id, part of the address of a state; made from the title if left out.
    note : str, optional
        A plain sentence under the figure.
    budget : int
        How many states the widget may have.
    **controls
        One per argument of the chart function: :func:`choice`, :func:`stepped`, :func:`onoff`, :func:`studies`,
        :func:`layers`, or a plain list, range or bool.

    Returns
    -------
    Exploration

    Raises
    ------
    BudgetError
        If there are more states than the budget.
    StateError
        If the chart fails: for the default setting in every view, for any setting in the page view.
    """
    made_id = id or f"explore-{slug(title)}"
    if slug(made_id) != made_id:
        raise ValueError(f"widget id {made_id!r}: lower-case letters, digits and hyphens only")
    if not callable(chart_function):
        raise TypeError("explore needs a chart function, not its result: pass the function without calling it")
    if "w" in controls:
        raise ValueError(f"widget '{made_id}': a control cannot be named 'w', the address of a state uses it")
    named = {name: as_control(name, given) for name, given in controls.items()}
    made = Exploration(chart_function, title=title, id=made_id, note=note, controls=named, view=view())
    if made.count > budget:
        raise BudgetError(made_id, made.count, budget)
    other = registry.get(made_id)
    made.place = _place()
    if other is not None and made.view == other.view == "page" and other.place != made.place:
        raise ValueError(f"widget id '{made_id}' is used twice; give one of them another title or id")
    made.prepare(_live)
    if other is not None:  # the cell was run again: the controls that it had are not shown any more
        other.close()
    registry[made_id] = made
    return made


def _live(owner: Exploration):
    from emdbook.explore.live import Live  # ipywidgets are not needed for the page, and take half a second

    return Live(owner)


def _place() -> tuple[str, int]:
    """File and line that called :func:`explore`: a cell that is run again is the same place."""
    caller = sys._getframe(2)
    return caller.f_code.co_filename, caller.f_lineno

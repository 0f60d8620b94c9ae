"""Who is looking: a reader with a kernel, the published page, or paper."""

from __future__ import annotations

import os

VIEWS = ("live", "page", "still")


def current_view() -> str:
    """The view that outputs are made for.

    Returns
    -------
    {"live", "page", "still"}
        From the environment variable ``EMDBOOK_VIEW``, which the book build sets to ``page``; without it ``live``
        inside an IPython kernel and ``still`` anywhere else.

    Raises
    ------
    ValueError
        If the variable names no view.
    """
    asked = os.environ.get("EMDBOOK_VIEW", "")
    if asked:
        if asked not in VIEWS:
            raise ValueError(f"EMDBOOK_VIEW is {asked!r}; it must be one of {', '.join(VIEWS)}.")
        return asked
    try:
        from IPython import get_ipython
    except ImportError:  # plain Python without Jupyter
        return "still"
    return "live" if getattr(get_ipython(), "kernel", None) is not None else "still"

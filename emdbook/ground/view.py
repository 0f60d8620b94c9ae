"""Who is looking: a reader with a kernel, the published page, or paper."""

from __future__ import annotations

import os
import sys

VIEWS = ("live", "page", "still")


def view() -> str:
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
    asked = os.environ.get("EMDBOOK_VIEW", "").strip().lower()
    if asked:
        if asked not in VIEWS:
            raise ValueError(f"EMDBOOK_VIEW is {asked!r}; it may be live, page or still")
        return asked
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return "live" if getattr(shell, "kernel", None) is not None else "still"

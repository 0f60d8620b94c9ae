"""What changed after the review, and which chapter each change touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from emdbook.charts.base import Chart, in_style
from emdbook.charts.timeline import timeline, when
from emdbook.ground.wording import listing, plural

#: What a reader may ask for: the chapter that a change touches.
TOUCHES = {"bispecific": "bispecific antibodies (chapter 9)", "adc": "antibody-drug conjugates (chapter 10)",
           "choice": "choosing a treatment (chapter 14)"}


def together(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Time line rows of several chapters in one table.

    Parameters
    ----------
    parts : mapping of str to pandas.DataFrame
        Key of :data:`TOUCHES` to rows for :func:`emdbook.charts.timeline.timeline`.

    Returns
    -------
    pandas.DataFrame
        The rows with ``touches``.

    Raises
    ------
    ValueError
        For an unknown key.
    """
    unknown = [key for key in parts if key not in TOUCHES]
    if unknown:
        raise ValueError(f"Unknown chapter {listing(unknown)}; known are {listing(TOUCHES)}.")
    return pd.concat([rows.assign(touches=key) for key, rows in parts.items()], ignore_index=True)


@in_style
def since_review(rows: pd.DataFrame, *, touches: str = "any", until: str | None = None) -> Chart:
    """The time line of changes, narrowed to one chapter and seen from one date.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`together`.
    touches : str
        A key of :data:`TOUCHES`, or "any".
    until : str, optional
        Stand at this date.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown chapter.
    """
    if touches not in (*TOUCHES, "any"):
        raise ValueError(f"Unknown chapter {touches!r}; known are {listing(TOUCHES)}.")
    chosen = rows[(rows.touches == touches) | (touches == "any")]
    chart = timeline(chosen.drop(columns="touches"), until=until)
    limit = when(until)[0] + 0.05 if until else float("inf")
    known = chosen[[when(date)[0] <= limit for date in chosen.date]]
    counts = known.touches.value_counts()
    words = listing(f"{int(counts[key])} to {TOUCHES[key]}" for key in TOUCHES if key in counts)
    tail = f" Of {plural(len(known), 'event')}, {words}." if touches == "any" and len(known) else ""
    return replace(chart, description=chart.description + tail)

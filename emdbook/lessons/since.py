"""What was public on the day of the review and what came after, whom the news is about, and what it touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.timeline import timeline, when
from emdbook.ground.wording import listing, plural

#: What a reader may ask for: the chapter that a change touches.
TOUCHES = {"bispecific": "bispecific antibodies (chapter 9)", "adc": "antibody-drug conjugates (chapter 10)",
           "choice": "choosing a treatment (chapter 14)"}
#: Whom a piece of news is about.
ABOUT = {"emd": "extramedullary disease", "myeloma": "myeloma, EMD not told apart"}
REVIEW = "2025-08-23"


def together(parts: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """Time line rows of several chapters in one table.

    Parameters
    ----------
    parts : mapping of (str, str) to pandas.DataFrame
        Key of :data:`TOUCHES` and key of :data:`ABOUT` to rows for :func:`emdbook.charts.timeline.timeline`.

    Returns
    -------
    pandas.DataFrame
        The rows with ``touches`` and ``about``.

    Raises
    ------
    ValueError
        For an unknown key.
    """
    for touches, about in parts:
        _known(touches, TOUCHES, "chapter")
        _known(about, ABOUT, "kind of news")
    return pd.concat([rows.assign(touches=touches, about=about) for (touches, about), rows in parts.items()],
                     ignore_index=True)


def _known(key: str, keys, what: str) -> None:
    if key not in keys:
        raise ValueError(f"Unknown {what} {key!r}; known are {listing(keys)}.")


@in_style
def since_review(rows: pd.DataFrame, *, touches: str = "any", about: str = "any", until: str | None = None) -> Chart:
    """The time line of changes, narrowed to one chapter or to news about EMD, and seen from one date.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`together`.
    touches : str
        A key of :data:`TOUCHES`, or "any".
    about : str
        A key of :data:`ABOUT`, or "any".
    until : str, optional
        Stand at this date.

    Returns
    -------
    Chart
        Where nothing fits, a single sentence says so.

    Raises
    ------
    ValueError
        For an unknown chapter or kind of news.
    """
    _known(touches, (*TOUCHES, "any"), "chapter")
    _known(about, (*ABOUT, "any"), "kind of news")
    chosen = rows[((rows.touches == touches) | (touches == "any")) & ((rows.about == about) | (about == "any"))]
    if chosen.empty:
        return _nothing(touches, about)
    chart = timeline(chosen.drop(columns=["touches", "about"]), until=until)
    limit = when(until)[0] + 0.05 if until else float("inf")
    news = chosen[chosen.kind != "review"]  # the review is the mark on the line, no news that came before itself
    known = news[[when(date)[0] <= limit for date in news.date]]
    if known.empty:
        return chart
    before = sum(when(date)[0] < when(REVIEW)[0] for date in known.date)
    emd = int((known.about == "emd").sum())
    counts = known.touches.value_counts()
    words = listing(f"{int(counts[key])} on {TOUCHES[key]}" for key in TOUCHES if key in counts)
    tail = (f" Of {plural(len(known), 'piece')} of news, {before} came before the review and {emd} "
            f"{'is' if emd == 1 else 'are'} about EMD itself")
    return replace(chart, description=chart.description + tail + (f"; {words}." if touches == "any" else "."))


def _nothing(touches: str, about: str) -> Chart:
    where = "" if touches == "any" else f" that touches {TOUCHES[touches]}"
    words = f"No piece of news{where} is about {ABOUT[about]}."
    figure, axes = new_figure(0.8, left=0.1, right=0.1, top=0.1, bottom=0.1)
    axes.set_axis_off()
    axes.text(0, 0.5, words, va="center", size=11.5, wrap=True, transform=axes.transAxes, color=style.INK.light)
    return Chart(figure, words, pd.DataFrame(columns=["Date", "What", "Kind", "Known"]))

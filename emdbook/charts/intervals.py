"""One count under the lens: what the sample size and the method do to an interval, and what a percentage hides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import inches
from emdbook.charts.frames import rounded
from emdbook.charts.parts import heading, right_text, row_axis, x_label
from emdbook.charts.room import width
from emdbook.charts.told import Teller
from emdbook.estimates import attainable_counts, proportion_interval
from emdbook.estimates.checks import check_number, check_several
from emdbook.estimates.counts import as_exact, as_whole
from emdbook.ground.wording import count, ends, is_missing, listing, number, percent, percent_range, plural, points

METHODS = {"wilson": "Wilson", "clopper-pearson": "Exact (Clopper-Pearson)", "jeffreys": "Bayesian (Jeffreys prior)"}


@in_style
def interval_methods(events: int, n: int, *, level: float = 0.95, what: str = "responded",
                     axis: str = "True response rate, %") -> Chart:
    """Three intervals for one count.

    Parameters
    ----------
    events, n : int
        Responders and patients.
    level : float
        Confidence (or credible) level.
    what, axis : str
        What was counted, as a verb, and the name of the axis.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an impossible count.
    """
    rows = [(METHODS[m], *(100 * x for x in proportion_interval(events, n, m, level))) for m in METHODS]
    table = pd.DataFrame(rows, columns=["Method", "low %", "high %"])
    point = 100 * events / n
    figure, axes = new_figure(2.8, left=1.72, right=0.95, top=0.45, bottom=0.72)
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(index=False)):
        with tell.row(row.Method, percent_range(row[1], row[2]), facts=[
                ("Count", count(events, n)), ("Share", percent(point, 1)),
                (f"{percent(100 * level)} interval", percent_range(row[1], row[2]))]):
            axes.hlines(i, row[1], row[2], color=style.MUTED.light, lw=5, zorder=2)
            axes.plot([point], [i], marker="o", ms=10, mfc=style.PAPER.light, mec=style.INK.light, mew=2, zorder=3,
                      clip_on=False, ls="")
            right_text(axes, i, f"{'–'.join(ends(row[1], row[2]))}%")
    axes.axvline(point, color=style.GRID.light, lw=1.2, zorder=1)
    row_axis(axes, ["Wilson", "Exact (Clopper-\nPearson)", "Bayesian\n(Jeffreys)"], bottom=2.5)
    tell.names(axes)
    axes.set_xlim(0, 100)
    x_label(axes, axis)
    heading(figure, f"{percent(point, 0)}: {count(events, n)} {what}" if len(what) > 60 else
            f"{count(events, n)} {what}: {percent(point, 0)}")
    text = (f"{count(events, n)} {what}, {percent(point, 1)}. " + "; ".join(
        f"{r[0]} {percent_range(r[1], r[2])}" for r in table.itertuples(index=False)) + ".")
    return Chart(figure, text, rounded(table), marks=tell.marks)


def _nearest_count(share: float, n: int) -> int:
    """The whole number of patients nearest to a share; a half goes up."""
    if not 0 <= check_number(share, "The share") <= 100:
        raise ValueError(f"{share} is not a percentage between 0 and 100.")
    n = as_whole(n, "The number of patients", least=1)
    return int(np.floor(share / 100 * n + 0.5))


@in_style
def interval_by_size(share: float, sizes=(4, 10, 20, 40, 80, 160, 320), *, method: str = "wilson",
                     highlight: int | None = None, level: float = 0.95) -> Chart:
    """The same percentage in samples of growing size.

    Parameters
    ----------
    share : float
        Percent; in each sample the nearest whole number of responders is taken.
    sizes : sequence of int
        Numbers of patients.
    method : str
        See :func:`emdbook.estimates.proportion_interval`.
    highlight : int, optional
        The size to put in the foreground.
    level : float
        Confidence level.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If the share is not a percentage or a size is not positive, or what is to stand in the foreground is no size.
    """
    sizes = [as_whole(n, "The number of patients", least=1)
             for n in check_several(sizes, "interval by size: the sizes")]
    if highlight is not None and (is_missing(highlight) or highlight not in sizes):
        raise ValueError(f"interval by size: {highlight!r} is none of the sizes drawn; choose one of {listing(sizes)}.")
    rows = []
    if not sizes or len(set(sizes)) < len(sizes):
        raise ValueError("interval by size: there is no size to draw, or one of them twice.")
    for n in sizes:
        events = _nearest_count(share, n)
        low, high = (100 * x for x in proportion_interval(events, int(n), method, level))
        rows.append((int(n), events, 100 * events / n, low, high, high - low))
    table = pd.DataFrame(rows, columns=["n", "responders", "%", "low %", "high %", "width, points"])
    figure, axes = new_figure(3.6, left=0.75, right=0.3, top=0.3, bottom=0.7)
    x = np.arange(len(table))
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(index=False)):
        color = style.ACCENT.light if row[0] == highlight else style.MUTED.light
        said = f"{percent(row[2], 0)} ({percent_range(row[3], row[4])})"
        with tell.row(plural(row[0], "patient"), said, facts=[
                ("Responders", count(row[1], row[0])), ("Share", percent(row[2], 1)),
                (f"{percent(100 * level)} interval", percent_range(row[3], row[4])),
                ("Width", points(row[5]))]):
            axes.vlines(i, row[3], row[4], color=color, lw=5 if row[0] == highlight else 3.4)
            axes.plot([i], [row[2]], marker="o", ms=9, mfc=style.PAPER.light, mec=color, mew=2, ls="", clip_on=False)
    axes.axhline(share, color=style.MUTED.light, lw=1, ls=(0, (4, 3)), zorder=0)
    labels = [f"{r.responders}/{r.n}" for r in table.itertuples()]
    # sizes that would run into each other are named one by one, as far as there is room
    step = -(-sum(inches(label, 11) + 0.1 for label in labels) // (width() - 1.05)) if labels else 1
    axes.set_xticks(x, [label if i % step == 0 else "" for i, label in enumerate(labels)])
    axes.set_xlim(-0.5, len(table) - 0.5)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Responders / patients")
    axes.set_ylabel("Response rate, %")
    axes.grid(axis="y")
    first, last = table.iloc[0], table.iloc[-1]
    said = percent(share, 0)
    said = f"about {said}" if said[0].isdigit() else said
    text = (f"The same response of {said}: with {plural(int(first['n']), 'patient')} the "
            f"interval runs from {percent_range(first['low %'], first['high %'])}, with {int(last['n'])} from "
            f"{percent_range(last['low %'], last['high %'])}.")
    if highlight in set(table.n):
        row = table[table.n == highlight].iloc[0]
        text += (f" At n = {highlight} it is {percent_range(row['low %'], row['high %'])}, "
                 f"{points(row['width, points'])} wide.")
    return Chart(figure, text, rounded(table), marks=tell.marks)


def attainable_case(case: tuple[float, int, int]) -> Chart:
    """:func:`attainable` for one printed figure given as ``(percent, n, decimals)``."""
    return attainable(*case)


@in_style
def attainable(shown: float, n: int, decimals: int) -> Chart:
    """Which whole numbers of patients a printed percentage allows.

    Parameters
    ----------
    shown : float
        The percentage as printed.
    n : int
        The denominator it is said to belong to.
    decimals : int
        Digits printed after the point.

    Returns
    -------
    Chart
        A ruler of the counts around the percentage; counts that would be printed so are filled.

    Raises
    ------
    ValueError
        For an impossible percentage or denominator.
    """
    fits = attainable_counts(shown, n, decimals)
    shown = float(as_exact(shown))
    near = _counts_around(shown, n, fits)
    table = pd.DataFrame({"count": near, "n": n, "%": [100 * k / n for k in near],
                          # a half is printed up by some and to the even digit by others: as it is printed here
                          "prints as": [f"{number(shown if k in fits else 100 * k / n, decimals)}%" for k in near],
                          "fits": ["yes" if k in fits else "no" for k in near]})
    figure, axes = new_figure(1.9, left=0.35, right=0.35, top=0.65, bottom=0.3)
    half = 0.5 * 10.0**-decimals
    axes.axvspan(max(0, shown - half), min(100, shown + half), 0.32, 0.68, color=style.ACCENT.light, alpha=0.25, lw=0)
    axes.axvline(shown, ymin=0.32, ymax=0.68, color=style.ACCENT.light, lw=1.5)
    if len(fits) > _SHOWN:
        axes.plot([100 * fits[0] / n, 100 * fits[-1] / n], [0, 0], color=style.INK.light, lw=7, zorder=1)
    percents = table["%"]
    margin = 0.09 * max(float(percents.iloc[-1] - percents.iloc[0]), half)
    axes.set_xlim(float(percents.iloc[0]) - margin, float(percents.iloc[-1]) + margin)
    places = _labelled(percents, [f"{k}/{n}" for k in near], table["prints as"], 4.9)
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(index=False)):
        good = row.fits == "yes"
        with tell.row(count(row[0], n), f"prints as {row[3]}, {'fits' if good else 'does not fit'}", facts=[
                ("Share", percent(row[2], max(2, decimals + 1))), ("Prints as", row[3]), ("Fits", row.fits)]):
            axes.plot([row[2]], [0], marker="o", ms=15, mec=style.INK.light, mew=1.4, ls="",
                      mfc=style.INK.light if good else style.PAPER.light)
            if i in places:
                axes.annotate(f"{int(row[0])}/{n}", (row[2], 0), xytext=(0, 16), textcoords="offset points",
                              ha="center", size=10.5, annotation_clip=False)
                axes.annotate(row[3], (row[2], 0), xytext=(0, -24), textcoords="offset points", ha="center",
                              size=10.5, annotation_clip=False)
    axes.set_ylim(-1, 1)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.axhline(0, color=style.MUTED.light, lw=1, zorder=0)
    shown_text = f"{number(shown, decimals)}%"
    verdict = ("no whole number of patients gives it" if not fits else
               f"only {count(fits[0], n)} gives it" if len(fits) == 1 else
               f"{plural(len(fits), 'count')} give it: {listing(count(k, n) for k in fits)}" if len(fits) <= _SHOWN else
               f"{plural(len(fits), 'count')} give it: {fits[0]} to {count(fits[-1], n)}")
    heading(figure, f"{shown_text} of {n}: {verdict}")
    text = f"A printed {shown_text} of {plural(n, 'patient')}: {verdict}."
    return Chart(figure, text, table.round({"%": max(2, decimals + 1)}), marks=tell.marks)


#: So many counts that fit are drawn one by one; of more only the first and the last.
_SHOWN = 7


def _counts_around(shown: float, n: int, fits: list[int]) -> list[int]:
    """The counts to draw: those that fit and a few on either side; of many that fit, only the ends."""
    middle = shown / 100 * n
    low = fits[0] if fits else int(np.floor(middle))
    high = fits[-1] if fits else int(np.ceil(middle))
    if len(fits) > _SHOWN:
        return [k for k in (low - 1, low, high, high + 1) if 0 <= k <= n]
    reach = 3 if len(fits) <= 1 else 2
    return list(range(max(0, low - reach), min(n, high + reach) + 1))


def _labelled(places: pd.Series, above: list[str], below: pd.Series, width: float) -> set[int]:
    """Which counts are named so that no name lies over another: the ends of what is drawn, then what has room."""
    whole = float(places.iloc[-1] - places.iloc[0]) * 1.18 or 1.0
    at = [(float(x) - float(places.iloc[0])) / whole * width for x in places]
    need = [max(inches(a, 10.5), inches(b, 10.5)) + 0.08 for a, b in zip(above, below, strict=True)]
    kept: list[int] = []
    order = [0, len(at) - 1, *range(1, len(at) - 1)]
    for i in dict.fromkeys(order):
        if all(abs(at[i] - at[k]) >= (need[i] + need[k]) / 2 for k in kept):
            kept.append(i)
    return set(kept)

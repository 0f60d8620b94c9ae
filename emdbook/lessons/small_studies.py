"""Curves that share one reported median: what a median says, and what it leaves open. Constructed, never data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import foot_legend, heading, y_label
from emdbook.ground.wording import listing, months, number, percent

#: Weibull shapes: risk that falls, stays and rises with time. A shape of 1 is the exponential curve.
SHAPES = {"early": (0.6, "risk falls with time"), "steady": (1.0, "risk stays the same"),
          "late": (2.2, "risk rises with time")}
CONSTRUCTED = "Constructed curves, not patients' data, drawn through one median"


@in_style
def same_median(median: float, *, shapes=("early", "steady", "late"), at: float = 24, limit: float = 36,
                endpoint: str = "PFS") -> Chart:
    """Curves of different shape through the same median.

    Parameters
    ----------
    median : float
        Months, above 0.
    shapes : sequence of {"early", "steady", "late"}
        Which curves to draw; Weibull survival with shape 0.6, 1 and 2.2.
    at : float
        Time in months at which the curves are compared, on the axis.
    limit : float
        Right end of the axis in months.
    endpoint : str
        PFS, OS or DOR.

    Returns
    -------
    Chart
        Each curve is a layer, so that a reader may hide it.

    Raises
    ------
    ValueError
        If the median is not above 0, a time is not above 0 or lies beyond the axis, or a shape is unknown.

    Notes
    -----
    Weibull survival ``S(t) = exp(-ln 2 (t / median)^k)``, which is 0.5 at the median for every shape ``k``.
    """
    if not median > 0 or not at > 0 or not limit > 0:
        raise ValueError("The median and the times must be above 0 months.")
    if at > limit:
        raise ValueError(f"The time to compare at, {months(at)}, lies beyond the axis of {months(limit)}.")
    if not shapes:
        raise ValueError("Choose at least one shape.")
    unknown = [s for s in shapes if s not in SHAPES]
    if unknown:
        raise ValueError(f"Unknown shape {listing(unknown)}; known are {listing(SHAPES)}.")
    t = np.union1d(np.linspace(0, limit, 121), [at])
    meeting = int(np.searchsorted(t, at))
    figure, axes = new_figure(3.75, left=0.75, right=0.3, top=0.5, bottom=1.15)
    handles, rows, layers = [], [], {}
    for name, marker, dash in (("early", "D", (0, (1, 1.4))), ("steady", "s", "-"), ("late", "o", (0, (5, 2)))):
        if name not in shapes:
            continue
        k, words = SHAPES[name]
        curve = 100 * np.exp(-np.log(2) * (t / median) ** k)
        left = float(curve[meeting])
        mark = replace(style.INK if name == "steady" else style.MUTED, marker=marker)
        # One artist for the line and its mark, so that one id hides both.
        axes.plot(t, curve, color=mark.light, ls=dash, lw=2.4, marker=mark.marker, markevery=[meeting], ms=9,
                  mfc=style.PAPER.light, mec=mark.light, mew=2, clip_on=False, zorder=4, gid=f"curve-{name}")
        layers[f"curve-{name}"] = words
        handles.append(axes.plot([], [], color=mark.light, ls=dash, marker=mark.marker, mfc=style.PAPER.light,
                                 mew=2, label=words)[0])
        rows.append((words, k, median, left))
    axes.plot([0, median, median], [50, 50, 0], color=style.MUTED.light, lw=1)
    axes.axvline(at, color=style.GRID.light, lw=1.2, zorder=0)
    axes.set_xlim(0, limit)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Months")
    y_label(axes, f"{endpoint}, % free of an event")
    axes.grid(axis="y")
    foot_legend(figure, handles)
    heading(figure, f"All three have a median of {months(median)}" if len(rows) == 3 else f"Median {months(median)}")
    table = pd.DataFrame(rows, columns=["curve", "Weibull shape", "median, months", f"% at {number(at)} months"])
    words = listing(f"{percent(r[3], 0)} where the {r[0]}" for r in rows)
    text = f"{CONSTRUCTED} of {months(median)}. Free of an event at {months(at)}: {words}."
    return Chart(figure, text, table.round(1), layers)

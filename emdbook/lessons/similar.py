"""When may two treatments be called similar? The interval of a difference against a margin that was set before."""

from __future__ import annotations

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import heading, x_label
from emdbook.estimates import risk_difference
from emdbook.ground.wording import number, percent

#: Ends of the axis, in points.
REACH = 60


def prepare_similar(n: int, first: float, second: float, margin: float) -> dict:
    """The interval of the difference of two supposed groups, and what it allows one to say.

    Parameters
    ----------
    n : int
        Patients in each of two groups.
    first, second : float
        Share of responders in each, in percent; the nearest whole number of patients is taken.
    margin : float
        The largest difference that would not matter, in points.

    Returns
    -------
    dict
        ``events1, events2, estimate, low, high`` (second less first, points) and ``verdict``: "similar" if the whole
        interval lies within the margin, "different" if it leaves out zero, else "open". An interval that lies within
        the margin and leaves out zero is "similar": there is a difference, and by the margin it does not matter.

    Raises
    ------
    ValueError
        For a margin of 0 or less, or an impossible count.

    Notes
    -----
    Newcombe's interval of a difference of two proportions, see :func:`emdbook.estimates.risk_difference`.
    """
    if margin <= 0:
        raise ValueError(f"A margin is above 0 points, not {margin!r}.")
    events1, events2 = round(n * first / 100), round(n * second / 100)
    found = risk_difference(events2, n, events1, n)
    low, high = 100 * found.ci_low, 100 * found.ci_high
    verdict = "similar" if -margin <= low and high <= margin else "different" if low > 0 or high < 0 else "open"
    return {"events1": events1, "events2": events2, "estimate": 100 * found.estimate, "low": low, "high": high,
            "verdict": verdict}


_WORDS = {"similar": "May be called similar", "different": "Different", "open": "Cannot be told"}
_SAID = {"similar": "The whole interval lies within the margin: the two may be called similar.",
         "different": "The interval does not hold zero, and reaches beyond the margin: the two differ.",
         "open": "The interval holds zero, and differences that matter: nothing can be said, and not "
                 "that they are similar."}


@in_style
def similar(*, n: int = 30, first: float = 23, second: float = 36, margin: float = 10) -> Chart:
    """The interval of the difference between two supposed groups beside a margin.

    Parameters
    ----------
    n, first, second, margin
        See :func:`prepare_similar`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_similar`.
    """
    one = prepare_similar(n, first, second, margin)
    figure, axes = new_figure(2.5, left=0.4, right=0.4, top=0.55, bottom=0.72)
    axes.axvspan(-margin, margin, color=style.GRID.light, gid="margin", zorder=0)
    axes.axvline(0, ymin=0.36, ymax=0.74, color=style.MUTED.light, lw=1.2, zorder=1)
    axes.plot([one["low"], one["high"]], [0, 0], color=style.ACCENT.light, lw=3, gid="interval", zorder=3)
    axes.plot([one["estimate"]], [0], marker="D", ms=9, color=style.ACCENT.light, gid="difference", zorder=4)
    axes.text(0, 0.62, "would not matter", ha="center", va="center", size=10.5, color=style.MUTED.light)
    axes.text(one["estimate"], -0.4, f"{number(one['low'], 0)} to {number(one['high'], 0)} points", ha="center",
              va="center", size=11.5)
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(-0.8, 0.9)
    axes.set_yticks([])
    x_label(axes, "Difference in response, points")
    heading(figure, f"{_WORDS[one['verdict']]} (supposed groups)")
    description = (
        f"Suppose two groups of {n} patients: {one['events1']} respond ({percent(100 * one['events1'] / n, 0)}) and "
        f"{one['events2']} ({percent(100 * one['events2'] / n, 0)}). The difference is {number(one['estimate'], 0)} "
        f"points, with an interval from {number(one['low'], 0)} to {number(one['high'], 0)}. A difference up to "
        f"{number(margin, 0)} points would not matter. {_SAID[one['verdict']]}")
    table = pd.DataFrame([{"patients in each group": n, "responders, first": one["events1"],
                           "responders, second": one["events2"], "difference, points": round(one["estimate"], 1),
                           "low": round(one["low"], 1), "high": round(one["high"], 1), "margin, points": margin,
                           "verdict": _WORDS[one["verdict"]].lower()}])
    return Chart(figure, description, table)

"""One hundred patients as one hundred squares: a proportion as a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import foot_legend
from emdbook.estimates.checks import check_number
from emdbook.ground.wording import is_missing, number, percent, percent_range


def prepare_waffle(share: float, ci_low: float | None = None, ci_high: float | None = None) -> pd.DataFrame:
    """How many of 100 squares are filled, possibly filled, and empty.

    Parameters
    ----------
    share : float
        Percent, 0 to 100.
    ci_low, ci_high : float, optional
        Interval in percent.

    Returns
    -------
    pandas.DataFrame
        ``what, patients of 100``; the counts sum to 100. Two rows without an interval, three with one.

    Raises
    ------
    ValueError
        If a figure lies outside 0 to 100, one end of the interval is missing, or it does not hold the share.
    """
    if is_missing(share):
        raise ValueError("waffle: there is no share to draw.")
    for value in (share, ci_low, ci_high):
        if not is_missing(value) and not 0 <= check_number(value, "waffle: a percentage") <= 100:
            raise ValueError(f"waffle: {value} is not a percentage between 0 and 100.")
    if is_missing(ci_low) != is_missing(ci_high):
        raise ValueError("waffle: an interval needs both its ends.")
    if is_missing(ci_low):
        filled = _whole(share)
        return pd.DataFrame({"what": ["responders", "non-responders"], "patients of 100": [filled, 100 - filled]})
    if not ci_low <= share <= ci_high:
        raise ValueError(f"waffle: the interval {ci_low} to {ci_high} does not hold {share}.")
    filled, possible = _whole(ci_low), _whole(ci_high) - _whole(ci_low)
    return pd.DataFrame({"what": ["responders even at the low end", "within the interval", "non-responders even at "
                                  "the high end"], "patients of 100": [filled, possible, 100 - filled - possible]})


def _whole(share: float) -> int:
    """The nearest whole number of patients; a half goes up, as it does in print."""
    return int(np.floor(share + 0.5))


@in_style
def waffle(share: float, ci_low: float | None = None, ci_high: float | None = None, *, population: str = "EMD",
           what: str = "respond") -> Chart:
    """A proportion, and its interval, as 100 patients.

    Parameters
    ----------
    share, ci_low, ci_high
        See :func:`prepare_waffle`.
    population : str
        Decides the colour.
    what : str
        The verb: "respond", "reach complete response".

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_waffle`, or for an unknown population.
    """
    if population not in style.POPULATION:
        raise ValueError(f"waffle: unknown population {population}.")
    table = prepare_waffle(share, ci_low, ci_high)
    filled, *middle_count, empty = (int(k) for k in table["patients of 100"])
    possible = middle_count[0] if middle_count else 0
    figure, axes = new_figure(4.3, left=0.85, right=0.85, top=0.15, bottom=0.75)
    x, y = np.arange(100) % 10, 9 - np.arange(100) // 10
    mark = style.POPULATION[population]
    axes.scatter(x[:filled], y[:filled], s=330, marker="s", color=mark.light)
    middle = slice(filled, filled + possible)
    axes.scatter(x[middle], y[middle], s=300, marker="s", facecolors=style.SOFT.light, edgecolors=mark.light,
                 linewidths=1.8)
    axes.scatter(x[middle], y[middle], s=22, marker="o", color=mark.light)
    rest = slice(filled + possible, 100)
    axes.scatter(x[rest], y[rest], s=300, marker="s", facecolors=style.PAPER.light, edgecolors=style.GRID.light,
                 linewidths=1.4)
    axes.set_xlim(-0.6, 9.6)
    axes.set_ylim(-0.6, 9.6)
    axes.set_aspect("equal")
    axes.set_axis_off()
    handles = [axes.scatter([], [], s=80, marker="s", color=mark.light,
                            label=f"{filled} even at the low end" if middle_count else f"{filled} {what}")]
    if possible:
        handles.append(axes.scatter([], [], s=80, marker="s", facecolors=style.SOFT.light, edgecolors=mark.light,
                                    label=f"{possible} more, perhaps"))
    handles.append(axes.scatter([], [], s=80, marker="s", facecolors=style.PAPER.light,
                                edgecolors=style.MUTED.light, label=f"{empty} not"))
    foot_legend(figure, handles, columns=3)
    # what is not none is not told as none, nor what is not all as all
    told = "fewer than 1" if 0 < share < 0.5 else "more than 99" if 99.5 <= share < 100 else number(share, 0)
    text = f"Of 100 patients {told} would {what} ({percent(share, 1)})"
    if middle_count and not possible:
        text += f"; the interval, {percent_range(ci_low, ci_high, 1)}, is narrower than one patient of 100"
    if possible:
        text += f"; the data are compatible with anything from {filled} to {filled + possible}"
    return Chart(figure, text + ".", table)

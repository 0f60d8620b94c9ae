"""Marks on an axis: points filled by their standing, intervals, diamonds.  What lies beyond an end becomes an arrow."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.lines import Line2D

from emdbook import style
from emdbook.ground.wording import is_missing

#: matplotlib's carets, whose tip stands on the point.
LEFT, RIGHT = 4, 5
#: What a key draws beside its words: one mark, or one on top of the other.
Entry = Line2D | tuple[Line2D, Line2D]


def point(axes, x: float, y: float, mark: style.Mark, *, standing: str = "", size: float = 90,
          limits: tuple[float, float] | None = None, zorder: float = 3, alpha: float = 1,
          gid: str | None = None) -> None:
    """One figure as a mark; beyond an end of the axis an arrow in its colour stands for it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : float
        In units of the data. A missing ``x`` draws nothing.
    mark : Mark
        Shape and colour.
    standing : str
        A key of :data:`emdbook.style.STANDING`, which decides the filling; empty for what has none.
    size : float
        Area in square points.
    limits : tuple of float, optional
        Ends of the axis; without them the mark stands where it stands.
    zorder, alpha : float
        As matplotlib takes them.
    gid : str, optional
        Of the mark, if it is part of a layer.
    """
    if is_missing(x):
        return
    fill = style.STANDING[standing].fill if standing else "full"
    face = mark.light if fill == "full" else style.PAPER.light
    if limits is not None and not limits[0] <= x <= limits[1]:
        low = x < limits[0]
        axes.plot([limits[0] if low else limits[1]], [y], ls="", marker=LEFT if low else RIGHT, ms=13, mfc=face,
                  mec=mark.light, mew=1.6, clip_on=False, zorder=zorder + 2, alpha=alpha, gid=gid)
        return
    axes.scatter([x], [y], s=size, marker=mark.marker, facecolors=face, edgecolors=mark.light, linewidths=1.6,
                 zorder=zorder, clip_on=False, alpha=alpha, gid=gid)
    if fill == "dot":
        axes.scatter([x], [y], s=size / 6, marker=mark.marker, color=mark.light, zorder=zorder + 1, clip_on=False,
                     alpha=alpha, gid=gid and f"{gid}-dot")
    elif fill == "cross":
        axes.scatter([x], [y], s=size / 3, marker="x", color=mark.light, linewidths=1.4, zorder=zorder + 1,
                     clip_on=False, alpha=alpha, gid=gid and f"{gid}-cross")


def span(axes, y: float, low: float, high: float, limits: tuple[float, float], *, color: str, lw: float = 1.6, ls="-",
         zorder: float = 2, alpha: float = 1, gid: str | None = None) -> None:
    """An interval as a line; an end beyond the axis, or an open one, is cut and ends in an arrow.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    y : float
        In units of the data.
    low, high : float
        Its ends; a missing one is open, and nothing is drawn if both are missing.
    limits : tuple of float
        Ends of the axis.
    color, lw, ls, zorder, alpha
        As matplotlib takes them.
    gid : str, optional
        Of the line, if it is part of a layer.
    """
    if is_missing(low) and is_missing(high):
        return
    least, most = -np.inf if is_missing(low) else float(low), np.inf if is_missing(high) else float(high)
    start, end = np.clip([least, most], *limits)
    if start < end or least == most:
        axes.hlines(y, start, end, color=color, lw=lw, linestyles=ls, zorder=zorder, alpha=alpha, gid=gid)
    for cut, at, marker in ((least < limits[0], limits[0], LEFT), (most > limits[1], limits[1], RIGHT)):
        if cut:
            axes.plot([at], [y], ls="", marker=marker, ms=8, color=color, clip_on=False, zorder=zorder + 2, alpha=alpha,
                      gid=gid and f"{gid}-arrow-{marker}")


def beyond(axes, x: float, limit: float, *, color: str) -> None:
    """An arrow at the top of the axes for a line or a band that reaches past their right end.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Whose ends are set.
    x, limit : float
        Where the line stands or the band ends, and the right end of the axis.
    color : str
    """
    if x > limit:
        axes.plot([limit], [axes.get_ylim()[1]], ls="", marker=RIGHT, ms=8, color=color, clip_on=False, zorder=5)


def diamond(axes, at: float, ends: tuple[float, float, float], limits: tuple[float, float], *, half: float,
            color: str) -> None:
    """A summary as a diamond from one end of its interval to the other; what lies beyond the axis is cut.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    at : float
        Its line.
    ends : tuple of float
        Lower limit, estimate, upper limit.
    limits : tuple of float
        Ends of the axis.
    half : float
        Half its height, in units of the data.
    color : str
    """
    low, middle, high = ends
    xs = np.unique(np.clip([low, middle, high], *limits))
    heights = np.interp(xs, *zip(*sorted({low: 0.0, high: 0.0, middle: half}.items()), strict=True), left=0, right=0)
    if xs.size > 1 or low == high:
        axes.fill([*xs, *xs[::-1]], [*(at - heights), *(at + heights)[::-1]], color=color, zorder=3)
    for cut, end, marker in ((low < limits[0], limits[0], LEFT), (high > limits[1], limits[1], RIGHT)):
        if cut:
            # edged with paper, so that it stands out from the diamond
            axes.plot([end], [at], ls="", marker=marker, ms=15, mfc=color, mec=style.PAPER.light, mew=1.4,
                      clip_on=False, zorder=5)


def key(populations: Iterable[str] = (), standings: Iterable[str] = ()) -> list[Entry]:
    """The key of a chart: which shape is which population, and what a filling says.

    Parameters
    ----------
    populations : iterable of str
        Those drawn.
    standings : iterable of str
        Of the marks drawn; empty ones have none.

    Returns
    -------
    list
        For :func:`emdbook.charts.parts.foot_legend`.
    """
    shown = set(populations)
    marks = [mark for name, mark in style.POPULATION.items() if name in shown]
    handles: list[Entry] = [Line2D([], [], ls="", marker=m.marker, ms=7, color=m.light, label=m.label) for m in marks]
    return handles + standing_key(standings)


def standing_key(standings: Iterable[str]) -> list[Entry]:
    """One entry for each filling that is drawn: a ring, with what stands in it."""
    given = set(standings) - {""}
    used = {style.STANDING[name].fill: style.STANDING[name].key for name in style.STANDING if name in given}
    ink, paper = style.MUTED.light, style.PAPER.light
    inside = {"dot": {"marker": "o", "ms": 3}, "cross": {"marker": "x", "ms": 4.2, "mew": 1.3}}
    out: list[Entry] = []
    for fill, words in used.items():
        ring = Line2D([], [], ls="", marker="o", ms=7.5, mec=ink, mew=1.4, label=words,
                      mfc=ink if fill == "full" else paper)
        out.append((ring, Line2D([], [], ls="", color=ink, **inside[fill])) if fill in inside else ring)
    return out

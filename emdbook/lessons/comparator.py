"""Compared with whom? A group set beside a cohort that contains it: how much of the gap is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import inches, shortened
from emdbook.charts.parts import foot_legend, heading
from emdbook.charts.room import width
from emdbook.estimates.checks import check_count, check_number, check_percent
from emdbook.ground.wording import listing, number, percent, plural

#: Right end of the axis, in percent of the cohort, unless a trial lies beyond it.
MOST = 70


def gap_shown(gap: float, share: float) -> float:
    """The gap that is seen when a group is set beside the whole cohort that contains it.

    Parameters
    ----------
    gap : float
        True gap between the group and the other patients, in points.
    share : float
        The group's share of the cohort, in percent.

    Returns
    -------
    float
        Points. The whole is ``share`` parts of the group and ``100 - share`` parts of the others, so its rate lies
        ``gap × share`` nearer to the group: what is left is ``gap × (1 - share)``.

    Raises
    ------
    ValueError
        For a share below 0 or above 100, or a gap beyond 100 points.
    """
    share = check_percent(share, "The share")
    gap = check_number(gap, "The gap")
    if not 0 <= gap <= 100:
        raise ValueError(f"A gap of two percentages lies between 0 and 100 points, not at {gap!r}.")
    return gap * (1 - share / 100)


def prepare_dilution(trials, share: float, gap: float) -> pd.DataFrame:
    """The rows of :func:`dilution`.

    Parameters
    ----------
    trials : sequence of mapping
        ``label``; ``events, n`` of the group; ``others_events, others_n`` of the other patients of the same trial.
    share, gap : float
        Of the supposed trial, see :func:`gap_shown`.

    Returns
    -------
    pandas.DataFrame
        ``label, share`` (percent), ``gap`` and ``shown`` (points); the supposed trial stands last.

    Raises
    ------
    ValueError
        For a count that cannot be, or a trial in which the group does not do worse.
    """
    rows = []
    for trial in trials:
        try:
            (e, n), (oe, on) = (check_count(trial[f"{whose}events"], trial[f"{whose}n"]) for whose in ("", "others_"))
        except ValueError as error:
            raise ValueError(f"{trial['label']}: {error}") from None
        true, whole = 100 * (oe / on - e / n), 100 * ((e + oe) / (n + on) - e / n)
        rows.append({"label": str(trial["label"]), "share": 100 * n / (n + on), "gap": true, "shown": whole})
    shown = gap_shown(gap, share)
    rows.append({"label": "supposed trial", "share": float(share), "gap": float(gap), "shown": shown})
    table = pd.DataFrame(rows)
    if (table.gap < 0).any():
        raise ValueError(f"{table.label[table.gap.lt(0)].iloc[0]}: the group does better, so nothing is diluted.")
    return table


@in_style
def dilution(trials, *, share: float = 30, gap: float = 33) -> Chart:
    """How far the gap shrinks when a group is compared with a cohort that contains it.

    Parameters
    ----------
    trials, share, gap
        See :func:`prepare_dilution`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        As :func:`prepare_dilution`.
    """
    table = prepare_dilution(trials, share, gap)
    figure, axes = new_figure(3.6, left=0.75, right=0.35, top=0.5, bottom=1.3)
    most = MOST if table.share.max() <= MOST else 100
    grid = np.linspace(0, most, 71)
    true = axes.plot([0, most], [gap, gap], color=style.POPULATION["non-EMD"].light, ls=(0, (5, 2)), lw=2,
                     gid="true-gap", label="gap to the patients without EMD")[0]
    seen = axes.plot(grid, [gap_shown(gap, x) for x in grid], color=style.POPULATION["overall"].light, lw=2.2,
                     gid="shown-gap", label="gap to the whole cohort")[0]
    known, supposed = table.iloc[:-1], table.iloc[-1]
    mark = style.POPULATION["EMD"]
    axes.plot(known.share, known.shown, ls="", marker=mark.marker, ms=9, color=mark.light, gid="trials", zorder=4)
    under = 0  # points that a name goes down, so that it is clear of one that stands under its mark
    for row in known.itertuples():
        inner = (width() - 1.1) * row.share / most  # inches between the axis and the mark
        beside = inches(row.label, 11) < inner - 0.15
        # a name that would run into the figures of the axis stands under its mark, clear of the line
        label = row.label if beside else shortened(row.label, 2 * inner, 11)
        axes.annotate(label, (row.share, row.shown), xytext=(-9, -9 - under) if beside else (-4, -15),
                      textcoords="offset points", ha="right" if beside else "center",
                      va="top", size=11, parse_math=False)
        under = 9 * (not beside)
    axes.plot([share, share], [supposed.shown, gap], color=style.ACCENT.light, lw=2.4, gid="lost", zorder=3)
    axes.plot([share], [supposed.shown], marker="o", ms=9, mfc=style.PAPER.light, mec=style.ACCENT.light, mew=2,
              gid="supposed", zorder=5)
    axes.set_xlim(0, most)
    axes.set_ylim(0, max(45.0, 1.15 * gap))
    axes.set_xlabel("Patients with EMD in the cohort, %")
    axes.set_ylabel("Gap in response, points")
    axes.grid(axis="y")
    foot_legend(figure, [true, seen], columns=1)
    heading(figure, "What the wrong comparator hides")
    return Chart(figure, _describe(table), _reader_table(table))


def _describe(table: pd.DataFrame) -> str:
    known, one = table.iloc[:-1], table.iloc[-1]
    lost = round(one.gap - one.shown, 1)
    hidden = "less than 1 point" if 0 < lost < 1 else plural(round(lost), "point")
    found = listing(f"{number(r.shown, 0)} instead of {number(r.gap, 0)} points in {r.label}"
                    for r in known.itertuples())
    trials = f"In trials: {found}. " if len(known) else ""
    return (f"Suppose patients with EMD respond {number(one.gap, 0)} points less often than the others, and make up "
            f"{percent(one.share, 0)} of a cohort: against the whole cohort the gap looks like {number(one.shown, 0)} "
            f"points, so {hidden} {'is' if lost < 1.5 else 'are'} hidden. {trials}"
            "The larger the share, the more is hidden.")


def _reader_table(table: pd.DataFrame) -> pd.DataFrame:
    return table.round(1).rename(columns={"label": "Trial", "share": "with EMD, %", "gap": "gap to the others, points",
                                          "shown": "gap to the whole cohort, points"})

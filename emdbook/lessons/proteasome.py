"""Proteasome inhibitors: how far a few patients move a belief, and what the mix of patients does to a rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.frames import check_counts, table_of
from emdbook.charts.intervals import METHODS
from emdbook.charts.parts import foot_legend, heading, x_label
from emdbook.estimates import binomial_posterior, proportion_interval
from emdbook.ground.wording import count, is_missing, listing, number, percent, percent_range

#: Constructed starting beliefs: words, and the two parameters of a beta distribution (imagined patients with and
#: without the event). All but the flat one are worth ten imagined patients.
BELIEFS = {
    "flat": ("an open mind", (1, 1)),
    "doubtful": ("a doubter", (2, 8)),
    "hopeful": ("an optimist", (8, 2)),
}
CONSTRUCTED = "The starting belief is constructed"


@in_style
def belief(rows, *, series: str, start: str = "flat", method: str = "clopper-pearson") -> Chart:
    """What one count does to a belief, with the interval that needs no belief below it.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        The series to choose from: ``label, events, n, counted`` (in words), the first one being the reference.
    series : str
        Label of the row in the foreground.
    start : {"flat", "doubtful", "hopeful"}
        The belief before the data, see :data:`BELIEFS`.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        The interval drawn below the curves.

    Returns
    -------
    Chart
        The dotted curve is the belief before the data, the filled one the belief after them, the dashed one the
        belief after the first series of ``rows``.

    Raises
    ------
    ValueError
        For an unknown series, belief or method, or an impossible count.

    Notes
    -----
    A beta prior with ``a`` and ``b`` and ``k`` of ``n`` patients give the beta posterior ``a + k, b + n - k``.  Two
    priors of equal weight ``a + b`` whose means differ by ``d`` end up ``d (a + b) / (a + b + n)`` apart.
    """
    table = table_of(rows, ("label", "events", "n", "counted"), "belief")
    check_counts(table, "belief")
    if series not in set(table.label):
        raise ValueError(f"belief: there is no series {series!r}; there are {listing(table.label)}.")
    if start not in BELIEFS:
        raise ValueError(f"belief: unknown start {start!r}; known are {listing(BELIEFS)}.")
    if method not in METHODS:
        raise ValueError(f"belief: unknown interval {method!r}; known are {listing(METHODS)}.")
    row, first = table[table.label == series].iloc[0], table.iloc[0]
    events, n = int(row.events), int(row.n)
    who, prior = BELIEFS[start]
    after = binomial_posterior(events, n, prior)
    low, high = (100 * x for x in proportion_interval(events, n, method))
    figure, axes = new_figure(4.6, left=0.35, right=0.35, top=0.55, bottom=1.8)
    handles = _curves(axes, after, binomial_posterior(int(first.events), int(first.n), prior), first, series)
    peak = axes.get_ylim()[1]
    bar = replace(style.INK, marker="o")
    y = -0.13 * peak
    axes.hlines(y, low, high, color=bar.light, lw=5)
    axes.plot([100 * events / n], [y], marker=bar.marker, ms=10, mfc=style.PAPER.light, mec=bar.light, mew=2,
              clip_on=False, ls="")
    axes.axhline(0, color=style.GRID.light, lw=1)
    axes.set_ylim(-0.24 * peak, peak)
    axes.set_xlim(0, 100)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"True rate, % of patients\nbar: {METHODS[method]} interval, data alone")
    foot_legend(figure, handles, columns=1)
    heading(figure, f"{count(events, n)} {row.counted}, seen by {who}")
    mean = 100 * prior[0] / sum(prior)
    text = (f"{row.label}: {count(events, n)} {row.counted}. The belief of {who} moves from {percent(mean, 0)} to "
            f"{percent(100 * after.mean, 0)} on average, with a 95% credible interval of "
            f"{percent_range(100 * after.ci_low, 100 * after.ci_high)}. {METHODS[method]} interval from the data alone "
            f"{percent_range(low, high)}. {_apart(events, n)} {CONSTRUCTED}.")
    return Chart(figure, text, _belief_table(row, events, n))


def _curves(axes, after, reference, first, series):
    grid, density = after.density()
    _, before = after.prior_density()
    colour, muted = style.INK.light, style.MUTED.light
    axes.fill_between(100 * grid, density, color=colour, alpha=0.25, lw=0)
    handles = axes.plot(100 * grid, before, color=muted, lw=2, ls=(0, (1, 1.4)), label=" belief before the data")
    handles += axes.plot(100 * grid, density, color=colour, lw=2.4, label=" belief after this series")
    peak = max(density.max(), before.max())
    if first.label != series:
        handles += axes.plot(100 * grid, reference.density()[1], color=style.ACCENT.light, lw=1.8, ls=(0, (5, 2)),
                             label=f" beside it: belief after {count(first.events, first.n)}")
    axes.set_ylim(0, 1.06 * peak)
    return handles


def _apart(events: int, n: int) -> str:
    means = [100 * binomial_posterior(events, n, BELIEFS[who][1]).mean for who in ("doubtful", "hopeful")]
    return (f"After these {n} patients the doubter and the optimist, once 60 points apart, are still "
            f"{number(means[1] - means[0], 0)} points apart.")


def _belief_table(row, events: int, n: int) -> pd.DataFrame:
    out = []
    for who, prior in BELIEFS.values():
        after = binomial_posterior(events, n, prior)
        out.append({"Series": row.label, "Seen by": who, "before, mean %": round(100 * prior[0] / sum(prior), 1),
                    "after, mean %": round(100 * after.mean, 1), "credible low %": round(100 * after.ci_low, 1),
                    "credible high %": round(100 * after.ci_high, 1)})
    for key, words in METHODS.items():
        low, high = proportion_interval(events, n, key)
        out.append({"Series": row.label, "Seen by": f"data alone, {words}", "after, mean %": round(100 * events / n, 1),
                    "credible low %": round(100 * low, 1), "credible high %": round(100 * high, 1)})
    return pd.DataFrame(out).rename(columns={"credible low %": "low %", "credible high %": "high %"})


def mixed_rate(share: float, first: float, second: float) -> float:
    """Rate of a cohort of two groups whose own rates stay as they are.

    Parameters
    ----------
    share : float
        Percent of the cohort in the first group, 0 to 100.
    first, second : float
        Rate of each group, percent.

    Returns
    -------
    float
        Percent.

    Raises
    ------
    ValueError
        If the share is not a percentage.
    """
    if not 0 <= share <= 100:
        raise ValueError(f"{share} is not a percentage between 0 and 100.")
    return (share * first + (100 - share) * second) / 100


@in_style
def mix_of_patients(groups, reported: Mapping[str, float], *, share: float, beside: tuple[str, ...] = ()) -> Chart:
    """How the make-up of a cohort alone moves its response. Constructed from the two rates of one series.

    Parameters
    ----------
    groups : pandas.DataFrame or iterable of mappings
        Two rows, ``label, events, n``: the group whose share is chosen, then the other.
    reported : mapping of str to float
        Names of other studies and their reported response in percent.
    share : float
        Percent of the constructed cohort in the first group.
    beside : tuple of str
        Which reported figures to draw.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If there are not two groups, a reported name is unknown, or the share is not a percentage.
    """
    table = table_of(groups, ("label", "events", "n"), "mix of patients")
    check_counts(table, "mix of patients")
    if len(table) != 2:
        raise ValueError(f"mix of patients: two groups are needed, not {len(table)}.")
    wrong = [name for name, value in reported.items() if is_missing(value) or not 0 <= value <= 100]
    if wrong:
        raise ValueError(f"mix of patients: {listing(wrong)} is no percentage between 0 and 100.")
    unknown = sorted(set(beside) - set(reported))
    if unknown:
        raise ValueError(f"mix of patients: there is no {listing(unknown)}; there are {listing(reported)}.")
    first, second = (100 * r.events / r.n for r in table.itertuples())
    rate = mixed_rate(share, first, second)
    figure, axes = new_figure(3.7, left=0.8, right=0.35, top=0.55, bottom=1.15)
    mark = style.POPULATION["EMD"]
    handles = axes.plot([0, 100], [second, first], color=mark.light, lw=2.2, label=" same results, another mix")
    for at, row in zip((100, 0), table.itertuples(), strict=True):
        low, high = (100 * x for x in proportion_interval(int(row.events), int(row.n)))
        axes.vlines(at, low, high, color=mark.light, lw=4, clip_on=False, alpha=0.6)
    axes.plot([share], [rate], marker=mark.marker, ms=12, mfc=style.PAPER.light, mec=style.ACCENT.light, mew=2.6,
              zorder=5, clip_on=False, ls="")
    axes.vlines(share, 0, rate, color=style.ACCENT.light, lw=1.2, ls=(0, (2, 2)))
    dashes = ((0, (5, 2)), (0, (1, 1.4)), (0, (5, 1.5, 1, 1.5)), (0, (8, 3)))
    for name, dash in zip(reported, cycle(dashes), strict=False):
        if name in beside:
            handles.append(axes.axhline(reported[name], color=style.MUTED.light, lw=1.8, ls=dash,
                                        label=f" {name}: {percent(reported[name])}"))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    x_label(axes, f"{table.label[0]}, % of the constructed cohort")
    axes.set_ylabel("Response, %")
    axes.grid(axis="y")
    foot_legend(figure, handles)
    heading(figure, f"Constructed mix: {percent(share)} would give {percent(rate, 0)}")
    text = (f"Constructed. If the results of each group stay as in the series ({table.label[0]} "
            f"{count(table.events[0], table.n[0])}, {table.label[1]} {count(table.events[1], table.n[1])}), a cohort "
            f"with {percent(share)} of the first group shows a response of {percent(rate, 0)}, with no change in any "
            f"treatment.")
    if beside:
        text += (" Beside it, from other studies and not comparable: "
                 + listing(f"{name} {percent(reported[name])}" for name in reported if name in beside) + ".")
    shares = np.arange(0, 101, 10)
    shown = pd.DataFrame({f"{table.label[0]}, %": shares,
                          "response, %": [round(mixed_rate(s, first, second), 1) for s in shares]})
    return Chart(figure, text, shown)

"""Across the classes: a map of what is known that a reader can narrow down, and what case mix does to an order."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.evidence_map import evidence_map
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis
from emdbook.charts.told import Teller
from emdbook.estimates import case_mix
from emdbook.estimates.checks import check_number, check_percent
from emdbook.ground.wording import percent, plural

#: Standings of a figure that was seen where it was published.
SEEN = tuple(name for name, standing in style.STANDING.items() if standing.fill == "full")
SETTINGS = {"any": "any setting", "NDMM": "newly diagnosed", "RRMM": "relapsed or refractory", "mixed": "mixed"}


@in_style
def narrowed_map(rows, *, by: str = "therapeutic_class", setting: str = "any", seen_only: bool = False,
                 least: int = 1) -> Chart:
    """The evidence map of the groups that meet a reader's wishes.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for :func:`emdbook.charts.evidence_map`, with ``setting``.
    by : {"therapeutic_class", "design"}
        What colour and shape tell.
    setting : {"any", "NDMM", "RRMM", "mixed"}
        Whom the studies treated.
    seen_only : bool
        Leave out responses that were not seen in a paper, an abstract or an official text.
    least : int
        Smallest number of patients with EMD.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown setting.

    Notes
    -----
    A group whose number of patients is not known is left out.  Where nothing is left the map is empty and says so:
    for some wishes there is no evidence, and that is the lesson.
    """
    if setting not in SETTINGS:
        raise ValueError(f"Unknown setting {setting!r}.")
    chosen = rows[(rows.setting == setting) | (setting == "any")]
    if seen_only:
        chosen = chosen[chosen.standing.isin(SEEN)]
    chosen = chosen[chosen.n.astype("Float64") >= least]
    left = len(rows) - len(chosen)
    if chosen.empty:
        return _empty_map(len(rows))
    chart = evidence_map(chosen, by=by)
    note = f"Colour shows the {'kind of study' if by == 'design' else 'class of therapy'}."
    if left:
        note += f" {plural(left, 'group')} left out by this choice or because the number of patients is not known."
    return replace(chart, description=f"{chart.description} {note}")


def _empty_map(total: int) -> Chart:
    """The axes of the map with nothing on them."""
    figure, axes = new_figure(4.2, left=0.75, right=0.3, top=0.2, bottom=0.7)
    axes.set_xscale("log")
    axes.set_xlim(3, 150)
    axes.set_xticks([5, 10, 20, 50, 100], ["5", "10", "20", "50", "100"])
    axes.minorticks_off()
    axes.set_ylim(-4, 104)
    axes.set_xlabel("Patients with EMD (log scale)")
    axes.set_ylabel("Reported response, %")
    axes.grid()
    axes.text(0.5, 0.5, "no group of patients is left", transform=axes.transAxes, ha="center", va="center", size=14,
              weight="bold", color=style.ACCENT.light, backgroundcolor=style.PAPER.light)
    words = f"No group of patients with a known number and response meets this choice, of {total} in this book."
    return Chart(figure, words, pd.DataFrame({"Group": [], "n with EMD": [], "Response, %": []}))


def prepare_mixes(advantage: float, share_a: float, share_b: float, em_e: float = 35, em_b: float = 70) -> pd.DataFrame:
    """Responses of two invented therapies in EM-E, in EM-B and in everybody.

    Parameters
    ----------
    advantage : float
        Points by which therapy A is better than B, in EM-E and in EM-B alike.
    share_a, share_b : float
        Percent of the patients of A and of B who have EM-E.
    em_e, em_b : float
        Response to therapy B in EM-E and in EM-B, percent.

    Returns
    -------
    pandas.DataFrame
        ``patients, A, B`` in percent; the last row is the mixture.

    Raises
    ------
    ValueError
        If a share or a response does not lie between 0 and 100.
    """
    advantage = check_number(advantage, "The advantage of therapy A")
    share_a, share_b = (check_percent(x, f"The share of EM-E in {name}")
                        for x, name in ((share_a, "A"), (share_b, "B")))
    em_e, em_b = (check_percent(x, f"The response in {name}") for x, name in ((em_e, "EM-E"), (em_b, "EM-B")))
    mixed = {name: case_mix({name: share / 100}, (em_e + gain) / 100, (em_b + gain) / 100)[0]["overall"]
             for name, share, gain in (("A", share_a, advantage), ("B", share_b, 0))}
    return pd.DataFrame({
        "patients": ["EM-E alone", "EM-B alone", "everybody"],
        "A": [em_e + advantage, em_b + advantage, 100 * mixed["A"]], "B": [em_e, em_b, 100 * mixed["B"]]})


def mixes_with_gap(*, gap: float = 16, em_e: float = 38, **settings) -> Chart:
    """:func:`mixes` with the distance between EM-E and EM-B to choose, in points above a response in EM-E.

    Parameters
    ----------
    gap : float
        Points by which EM-B responds more often than EM-E.
    em_e : float
        Response to therapy B in EM-E, percent.
    **settings
        As for :func:`mixes`.

    Returns
    -------
    Chart
    """
    gap, em_e = check_number(gap, "The gap between EM-E and EM-B"), check_percent(em_e, "The response in EM-E")
    return mixes(em_e=em_e, em_b=em_e + gap, **settings)


@in_style
def mixes(*, advantage: float = 10, share_a: float = 70, share_b: float = 30, em_e: float = 35,
          em_b: float = 70) -> Chart:
    """How the mix of patients alone can turn an order round.

    Parameters
    ----------
    advantage, share_a, share_b, em_e, em_b
        See :func:`prepare_mixes`.

    Returns
    -------
    Chart
        Constructed: expected values of a model, no patients.

    Raises
    ------
    ValueError
        See :func:`prepare_mixes`.
    """
    table = prepare_mixes(advantage, share_a, share_b, em_e, em_b)
    # invented therapies wear no class's colour
    marks = {"A": replace(style.INK, marker="o"), "B": replace(style.MUTED, marker="s")}
    foot = 0.62 + legend_height(marks, columns=1)
    figure, axes = new_figure(0.55 + 0.7 * len(table) + foot, left=1.25, right=1.35, top=0.55, bottom=foot)
    handles = []
    for name, mark in marks.items():
        shift = -0.13 if name == "A" else 0.13
        share = share_a if name == "A" else share_b
        axes.scatter(table[name], [i + shift for i in range(3)], s=95, marker=mark.marker, color=mark.light, zorder=3,
                     clip_on=False)
        handles.append(axes.scatter([], [], s=60, marker=mark.marker, color=mark.light,
                                    label=f"therapy {name}, {percent(share)} of its patients have EM-E"))
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples()):
        with tell.row(row.patients, f"A {percent(row.A, 0)}, B {percent(row.B, 0)}", facts=[
                ("Therapy A", percent(row.A, 0)), ("Therapy B", percent(row.B, 0))]):
            axes.plot([row.A, row.B], [i - 0.13, i + 0.13], color=style.MUTED.light, lw=1, ls=":", zorder=1)
            right_text(axes, i, f"A {percent(row.A, 0)}\nB {percent(row.B, 0)}")
    axes.axhline(1.5, color=style.GRID.light, lw=1)
    row_axis(axes, table.patients.tolist(), bottom=2.5)
    tell.names(axes)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Expected response, %")
    foot_legend(figure, handles, columns=1)
    heading(figure, "Constructed: a model, no patients")
    return Chart(figure, _say(table, advantage), table.round(1), marks=tell.marks)


def _say(table: pd.DataFrame, advantage: float) -> str:
    a, b = table["A"].iloc[-1], table["B"].iloc[-1]
    gap = abs(a - b)
    better = "no better than B" if advantage == 0 else \
        f"{plural(abs(advantage), 'point')} {'better' if advantage > 0 else 'worse'} than B"
    seems = ("the two look alike" if gap < 0.5 else
             f"therapy {'A' if a > b else 'B'} looks better by {plural(round(gap), 'point')}")
    twist = ""
    if advantage > 0 and b - a >= 0.5:
        twist = " The mix of patients has turned the order round."
    elif advantage == 0 and gap >= 0.5:
        twist = " The whole difference comes from the mix of patients."
    return (f"Constructed model: in EM-E and in EM-B alike therapy A is {better}. Counting everybody, A reaches "
            f"{percent(a, 0)} and B {percent(b, 0)}: {seems}.{twist}")

"""Immunomodulatory drugs: three generations side by side, and what pooling them would claim."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.forest import NOT_HEAD_TO_HEAD, forest
from emdbook.charts.frames import check_counts, table_of
from emdbook.charts.parts import heading
from emdbook.estimates import pool_proportions
from emdbook.estimates.checks import check_several
from emdbook.ground.wording import listing, number, percent, percent_range

#: What may be counted: the endpoints of the data that hold it, in the order of preference, and its words.
COUNTED = {
    "lesions": (("EMD_ORR", "ORR"), "masses gone or smaller"),
    "gone": (("EMD_CR", "ORR"), "masses gone"),
    "serum": (("serological_ORR",), "response in the serum"),
}


def prepare_generations(rows, studies: tuple[str, ...], counted: str) -> tuple[pd.DataFrame, list[str]]:
    """The rows of the chosen studies that hold what is to be counted.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        One per study and endpoint: ``label, study_id, endpoint, events, n``.
    studies : tuple of str
        Chosen ``study_id``.
    counted : {"lesions", "gone", "serum"}
        See :data:`COUNTED`.  A row of the endpoint ORR without any responder also says that no mass went.

    Returns
    -------
    tuple of (pandas.DataFrame, list of str)
        The rows found, in the order of ``rows``, and the labels of the chosen studies that do not report it.

    Raises
    ------
    ValueError
        If no study is chosen, or a study or a way to count is unknown, or an ORR above 0 is offered as a count of
        masses.
    """
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if counted not in COUNTED:
        raise ValueError(f"generations: unknown count {counted!r}; known are {listing(COUNTED)}.")
    check_counts(table, "generations")
    if not studies:
        raise ValueError("generations: there is nothing to draw. Choose at least one study.")
    unknown = sorted(set(studies) - set(table.study_id))
    if unknown:
        raise ValueError(f"generations: there is no study {listing(unknown)}.")
    if ((table.endpoint == "ORR") & (table.events > 0)).any():
        raise ValueError("generations: an overall response says nothing about the masses unless nobody responded.")
    found, missing = [], []
    for _, part in table[table.study_id.isin(studies)].groupby("study_id", sort=False):
        hits = [part[part.endpoint == endpoint] for endpoint in COUNTED[counted][0]]
        hit = next((h for h in hits if len(h)), None)
        if hit is None:
            missing.append(str(part.label.iloc[0]))
        else:
            found.append(hit.iloc[[0]])
    return (pd.concat(found, ignore_index=True) if found else table.iloc[:0]), missing


@in_style
def generations(rows, *, studies: tuple[str, ...], counted: str = "lesions", pool: bool = True) -> Chart:
    """Small series side by side, with or without the summary that pooling them would give.

    Parameters
    ----------
    rows, studies, counted
        See :func:`prepare_generations`.
    pool : bool
        Add the random-effects summary and its prediction interval, if at least two studies have a count.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_generations`.
    """
    table, missing = prepare_generations(rows, studies, counted)
    words = COUNTED[counted][1]
    silent = f" Not reported by {listing(missing)}." if missing else ""
    if table.empty:
        return _nothing(missing, words)
    table = table_of(table, ("label", "events", "n"), "generations")
    pooling = pool and len(table) > 1
    chart = forest(table, pool=pooling, endpoint=words.capitalize(), title=_heading(len(table), missing, pooling))
    text = chart.description
    if pooling:
        text += " " + _claim(table)
    elif pool:
        text += " Only one series has a count, so nothing is pooled."
    return replace(chart, description=text + silent)


def _heading(k: int, missing: list[str], pooling: bool) -> str:
    if missing:
        return f"Reported by {k} of {k + len(missing)} series"
    return "What pooling would claim" if pooling else "Side by side, not pooled"


def _claim(table) -> str:
    pooled = pool_proportions(table.events.astype(int), table.n.astype(int))
    width = 100 * (pooled.prediction_high - pooled.prediction_low)
    return (f"Pooling would claim {percent(100 * pooled.estimate, 0)} from {int(table.n.sum())} patients, and its "
            f"prediction interval is {number(width, 0)} points wide.")


def _nothing(missing: list[str], words: str) -> Chart:
    figure, axes = new_figure(1.5, left=0.3, right=0.3, top=0.55, bottom=0.2)
    axes.set_axis_off()
    axes.text(0, 0.5, f"None of the chosen series reports\n{words}.", transform=axes.transAxes, va="center",
              color=style.MUTED.light)
    heading(figure, f"Reported by 0 of {len(missing)} series")
    table = pd.DataFrame({"Group": missing, words: ["not reported"] * len(missing)})
    return Chart(figure, f"{words.capitalize()}: not reported by {listing(missing)}, so there is nothing to draw.",
                 table)


def pooled_claim(events, n) -> str:
    """The claim that pooling would make, and what a new study might show, in words.

    Parameters
    ----------
    events, n : sequence of int
        One pair per study, at least two.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        See :func:`emdbook.estimates.pool_proportions`; also for fewer than two studies.
    """
    if len(check_several(n, "The numbers of patients")) < 2:
        raise ValueError("Pooling needs at least two studies.")
    p = pool_proportions(events, n)
    return (f"Pooled {percent(100 * p.estimate, 0)} (95% CI {percent_range(100 * p.ci_low, 100 * p.ci_high)}); "
            f"a new study might show {percent_range(100 * p.prediction_low, 100 * p.prediction_high)}.\n"
            + (f"{p.note}\n" if p.note else "") + f"{NOT_HEAD_TO_HEAD}.")

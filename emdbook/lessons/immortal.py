"""A transplant that does nothing, and comparisons in which it seems to help: immortal time, and phases mixed up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.frames import numbers, table_of
from emdbook.charts.marks import point, span
from emdbook.charts.parts import LINE_SPACING, foot_legend, heading, right_text, row_axis
from emdbook.estimates import immortal_time_medians, mixture_median, simulate_immortal_time
from emdbook.estimates.checks import check_number, check_positive
from emdbook.estimates.counts import as_whole
from emdbook.ground.wording import is_missing, months, number, percent, plural

#: Patients in every simulated cohort; large, so that what is seen is the bias and hardly chance.
PATIENTS = 20_000
ANALYSES = {"diagnosis": "from diagnosis", "landmark": "from the day of transplant"}


def prepare_immortal_time(median: float, transplant_at: float, share: float, *, seed: int = 2025) -> pd.DataFrame:
    """The medians of both groups in both analyses, simulated and in closed form.

    Parameters
    ----------
    median : float
        True median survival of everybody, in months, above 0.
    transplant_at : float
        When the transplant happens, in months, 0 or later.
    share : float
        Percent of those alive then who are transplanted, above 0 and below 100 (each group needs patients).
    seed : int
        Of the random numbers.

    Returns
    -------
    pandas.DataFrame
        ``analysis, group, n, median, expected``; one row per analysis and group.

    Raises
    ------
    ValueError
        For a share outside 0 to 100, or a time that is none.
    """
    if not 0 < check_number(share, "The share transplanted") < 100:
        raise ValueError(f"The share transplanted must lie between 0 and 100%, not {share!r}.")
    made = simulate_immortal_time(PATIENTS, median, transplant_at, share / 100, seed)
    if not made.n_transplanted:
        raise ValueError(f"Nobody of {PATIENTS:,} is alive at {months(transplant_at)}, so nobody can be transplanted.")
    if not made.n_landmark_never:
        raise ValueError(f"All of {PATIENTS:,} who are alive then are transplanted, so nobody is left to compare with.")
    truth = immortal_time_medians(median, transplant_at, share / 100)
    return pd.DataFrame(
        [("diagnosis", "transplanted", made.n_transplanted, made.naive_transplanted, truth["naive_transplanted"]),
         ("diagnosis", "never transplanted", made.n_never, made.naive_never, truth["naive_never"]),
         ("landmark", "transplanted", made.n_transplanted, made.landmark_transplanted, truth["landmark"]),
         ("landmark", "never transplanted", made.n_landmark_never, made.landmark_never, truth["landmark"])],
        columns=["analysis", "group", "n", "median", "expected"])


@in_style
def immortal_time(median: float = 48, *, transplant_at: float = 12, share: float = 50, analysis: str = "diagnosis",
                  limit: float = 72, seed: int = 2025) -> Chart:
    """Survival of the transplanted and of the others, when the transplant does nothing.

    Parameters
    ----------
    median, transplant_at, share, seed
        See :func:`prepare_immortal_time`.
    analysis : {"diagnosis", "landmark"}
        Start the clock at diagnosis and compare ever with never transplanted, or start it on the day of transplant
        and compare those alive then.
    limit : float
        Right end of the axis in months.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown analysis, and as :func:`prepare_immortal_time`.

    Notes
    -----
    Everybody has the same constant risk of death. On the day of transplant a share of those still alive is chosen by
    lot.
    """
    if analysis not in ANALYSES:
        raise ValueError(f"Count from 'diagnosis' or from the 'landmark', not from {analysis!r}.")
    limit = check_positive(limit, "The right end of the axis")
    table = prepare_immortal_time(median, transplant_at, share, seed=seed)
    shown = table[table.analysis == analysis].set_index("group")
    made = simulate_immortal_time(PATIENTS, median, transplant_at, share / 100, seed)
    start = 0.0 if analysis == "diagnosis" else made.transplant_at
    alive_then = made.times > start if analysis == "landmark" else np.full(PATIENTS, True)
    grid = np.linspace(0, limit, 145)
    figure, axes = new_figure(3.85, left=0.75, right=0.3, top=0.5, bottom=1.15)
    handles = []
    looks = {"transplanted": (made.transplanted, style.THERAPY_CLASS["asct"], "-"),
             "never transplanted": (~made.transplanted, replace(style.MUTED, marker="^"), (0, (5, 2)))}
    for group, (members, mark, dash) in looks.items():
        times = np.sort(made.times[members & alive_then] - start)
        curve = 100 * (1 - np.searchsorted(times, grid, side="right") / times.size)
        axes.plot(grid, curve, color=mark.light, ls=dash, lw=2.4)
        middle = shown.loc[group, "median"]
        point(axes, middle, 50, mark, standing="", size=80, limits=(0, limit), zorder=4)
        handles.append(axes.plot([], [], color=mark.light, ls=dash, marker=mark.marker, mfc=style.PAPER.light, mew=2,
                                 label=f"{group}, median {number(middle, 0)}")[0])
    axes.axhline(50, color=style.MUTED.light, lw=1, zorder=0)
    if analysis == "diagnosis" and transplant_at:
        axes.axvspan(0, transplant_at, color=style.ACCENT.light, alpha=0.13, lw=0, zorder=0)
        axes.text(transplant_at + 0.01 * limit, 3, "← before this day none of\n    the transplanted can die",
                  va="bottom", color=style.ACCENT.light, size=10.5, linespacing=LINE_SPACING)
    axes.set_xlim(0, limit)
    axes.set_xticks(np.arange(0, limit + 1, 12))
    axes.set_ylim(0, 100)
    axes.set_xlabel(f"Months {ANALYSES[analysis]}")
    axes.set_ylabel("Alive, %")
    axes.grid(axis="y")
    foot_legend(figure, handles, columns=1)
    heading(figure, "Simulated: this transplant does nothing")
    return Chart(figure, _describe(shown, median, transplant_at, share, analysis), _reader_table(table))


def _describe(shown, median, transplant_at, share, analysis):
    done, never = shown.loc["transplanted"], shown.loc["never transplanted"]
    gap = done["median"] - never["median"]
    model = (f"Simulated, not patients: {PATIENTS:,} people with one true median survival of {months(median)}; "
             f"at {months(transplant_at)} {percent(share)} of those alive are transplanted, without any effect. ")
    found = (f"Counted {ANALYSES[analysis]}, the median is {months(done['median'], 0)} in the {int(done['n']):,} "
             f"transplanted and {months(never['median'], 0)} in the {int(never['n']):,} never transplanted")
    if analysis == "landmark":
        return f"{model}{found} but alive on that day: no difference but chance."
    if not transplant_at:
        return f"{model}{found}. Nobody had to wait, so there is no immortal time and no difference but chance."
    return f"{model}{found}, a gap of {months(round(gap))} made by immortal time alone."


def _reader_table(table):
    out = table.assign(analysis=[ANALYSES[a] for a in table.analysis])
    out["median"] = [math.nan if math.isnan(v) else round(v, 1) for v in out["median"]]
    out["expected"] = out["expected"].round(1)
    return out.rename(columns={"analysis": "Clock starts", "group": "Group", "median": "median survival, months",
                               "expected": "expected by the model, months"})


def prepare_mixed_phases(phases, *, observed, first: int, later: int) -> pd.DataFrame:
    """Medians of the transplanted and the others, if the transplant does nothing and only the phases are mixed.

    Parameters
    ----------
    phases : pandas.DataFrame or iterable of mappings
        Two rows, first those with EMD at diagnosis, then those at relapse: ``label, value`` (median in months), ``n``.
    observed : pandas.DataFrame or iterable of mappings
        Two rows as published, first the transplanted, then the others: ``label, value``.
    first, later : int
        How many of the first and of the second phase were transplanted.

    Returns
    -------
    pandas.DataFrame
        ``label, model, published, at_diagnosis, at_relapse``: medians in months, and patients of each phase.

    Raises
    ------
    ValueError
        If there are not two rows, a number is missing, or more were transplanted than there were.
    """
    phases = table_of(phases, ("label", "value", "n"), "mixed phases")
    observed = table_of(observed, ("label", "value"), "mixed phases")
    numbers(phases, ["value"], "mixed phases", unit=" months")
    numbers(phases, ["n"], "mixed phases")
    numbers(observed, ["value"], "mixed phases", unit=" months")
    if len(phases) != 2 or len(observed) != 2:
        raise ValueError("mixed phases: there must be two phases and two published medians.")
    if phases[["value", "n"]].map(is_missing).any(axis=None) or observed.value.map(is_missing).any():
        raise ValueError("mixed phases: a median or a number of patients is missing.")
    first, later = given = tuple(as_whole(k, "mixed phases: the number transplanted") for k in (first, later))
    for label, n, k in zip(phases.label, phases.n, given, strict=True):
        if not 0 <= k <= n:
            raise ValueError(f"mixed phases: {k} of {number(n)} cannot have been transplanted ({label}).")
    rows = []
    for at, one in enumerate(observed.itertuples()):
        parts = [k if at == 0 else n - k for n, k in zip(phases.n, given, strict=True)]
        if not sum(parts):
            raise ValueError(f"mixed phases: nobody is left in the group {one.label}.")
        rows.append((one.label, mixture_median(phases.value, parts), one.value, *map(int, parts)))
    return pd.DataFrame(rows, columns=["label", "model", "published", "at_diagnosis", "at_relapse"])


@in_style
def mixed_phases(phases, *, observed, first: int, later: int, limit: float = 90) -> Chart:
    """How much of a published gap the mixing of two phases makes by itself, beside the gap that was published.

    Parameters
    ----------
    phases, observed, first, later
        See :func:`prepare_mixed_phases`.
    limit : float
        Right end of the axis in months.

    Returns
    -------
    Chart
        An open mark is the constructed median of a transplant that does nothing, a filled one was published.

    Raises
    ------
    ValueError
        See :func:`prepare_mixed_phases`.

    Notes
    -----
    Within a phase the risk of death is constant and the same with a transplant and without.
    """
    table = prepare_mixed_phases(phases, observed=observed, first=first, later=later)
    limit = check_positive(limit, "mixed phases: the right end of the axis")
    figure, axes = new_figure(3.1, left=1.3, right=1.45, top=0.5, bottom=1.1)
    model, real = style.ACCENT.light, style.INK.light
    for y, (column, color) in enumerate((("model", model), ("published", real))):
        ends = table[column]
        axes.plot(np.minimum(ends, limit), [y, y], color=color, lw=2, zorder=2,
                  ls=(0, (3, 2)) if column == "model" else "-")
        for x, marker in zip(ends, ("o", "^"), strict=True):
            if x > limit:
                span(axes, y, 0, x, (0, limit), color=color, lw=0)
                continue
            axes.scatter([x], [y], s=80, marker=marker, zorder=3, linewidths=2, edgecolors=color,
                         facecolors=style.PAPER.light if column == "model" else color)
        right_text(axes, y, f"gap {months(round(abs(ends[0] - ends[1]), 1))}")
    row_axis(axes, ["constructed", "published"], bottom=1.5)
    axes.set_xlim(0, limit)
    axes.set_xticks(np.arange(0, limit + 1, 18))
    axes.set_xlabel("Median survival, months")
    foot_legend(figure, [axes.scatter([], [], s=70, marker=m, color=style.MUTED.light, label=f" {label}")
                         for m, label in zip(("o", "^"), table.label, strict=True)])
    heading(figure, f"Transplanted: {first} at diagnosis, {later} at relapse")
    words = "; ".join(f"{row.label} {months(row.model, 0)} ({row.at_diagnosis} at diagnosis, {row.at_relapse} at "
                      "relapse)" for row in table.itertuples())
    gaps = [abs(table[c][0] - table[c][1]) for c in ("model", "published")]
    text = (f"Constructed: the transplant does nothing, and {plural(later, 'patient')} had it at relapse. Medians: "
            f"{words}. The mixing alone makes {months(gaps[0], 0)} of the published gap of {months(gaps[1])}.")
    readable = table.round(1).rename(columns={
        "label": "Group", "model": "constructed median, months", "published": "published median, months",
        "at_diagnosis": "patients at diagnosis", "at_relapse": "patients at relapse"})
    return Chart(figure, text, readable)

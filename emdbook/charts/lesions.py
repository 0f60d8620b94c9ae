"""What became of the masses themselves: one mark per patient, and lesion beside serum in the same patients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.forest import NOT_HEAD_TO_HEAD, prepare_forest, share_words
from emdbook.charts.frames import check_counts, with_standing
from emdbook.charts.marks import point, span, standing_key
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.ground.wording import count, is_missing, listing, percent

#: What may become of a mass: words, palette colour, marker and filling. The colours are neutral: those of the palette
#: say population or class.
COURSES = {
    "gone": ("gone", "ink", "o", True),
    "smaller": ("smaller", "muted", "v", True),
    "gone or smaller": ("gone or smaller, not told apart", "ink", "h", True),
    "stayed": ("stayed the same", "muted", "s", True),
    "not assessed": ("not assessed", "muted", "X", False),
    "rest": ("neither or not told", "muted", "s", False),
    "grew": ("grew", "accent", "^", True),
}
#: Endpoints of the data and the course that they count.
ENDPOINT_COURSE = {"EMD_CR": "gone", "EMD_PR": "smaller", "EMD_PD": "grew", "EMD_ORR": "gone or smaller",
                   "ORR": "gone or smaller", "EMD_SD": "stayed", "EMD_not_evaluable": "not assessed",
                   "EMD_early_death": "not assessed"}
_PER_LINE = 18


def _studies(table: pd.DataFrame, chart: str) -> list[str]:
    """The names of the studies as text; a row without one would be lost when the rows are sorted by study."""
    if any(is_missing(study) or not str(study).strip() for study in table.study):
        raise ValueError(f"{chart}: a row has no study.")
    return [str(study) for study in table.study]


def prepare_courses(rows) -> pd.DataFrame:
    """The table behind :func:`courses`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        One per study and endpoint: ``study, endpoint, events, n``.

    Returns
    -------
    pandas.DataFrame
        One row per study, in the order given: ``study, n`` and one column per key of :data:`COURSES`; the courses
        sum to ``n``.

    Raises
    ------
    ValueError
        If there is no row, an endpoint is unknown, a count is missing, a study has two numbers of patients, or its
        counts add to more than its patients.
    """
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        raise ValueError("course of lesions: there is nothing to draw. Choose at least one study.")
    table["study"] = _studies(table, "course of lesions")
    check_counts(table.assign(label=table.study), "course of lesions")
    unknown = sorted(set(map(str, table.endpoint)) - set(ENDPOINT_COURSE))
    if unknown:
        raise ValueError(f"course of lesions: unknown endpoint {listing(unknown)}.")
    out = []
    for study, part in table.groupby("study", sort=False):
        if part.events.map(is_missing).any() or part.n.map(is_missing).any():
            raise ValueError(f"course of lesions: {study} has no count.")
        if len(set(part.n)) > 1:
            raise ValueError(f"course of lesions: {study} has more than one number of patients.")
        n = int(part.n.iloc[0])
        found = dict.fromkeys(COURSES, 0)
        for row in part.itertuples():
            found[ENDPOINT_COURSE[row.endpoint]] += int(row.events)
        found["rest"] = n - sum(found.values())
        if found["rest"] < 0:
            raise ValueError(f"course of lesions: the counts of {study} add to more than its {n} patients.")
        out.append({"study": study, "n": n, **found})
    return pd.DataFrame(out)


@in_style
def courses(rows, *, title: str | None = None) -> Chart:
    """One mark per patient, sorted by what became of the masses.

    Parameters
    ----------
    rows
        See :func:`prepare_courses`.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_courses`.
    """
    table = prepare_courses(rows)
    # several counts make one row, and stand beside each other in the ledger: the first is linked
    first = pd.DataFrame(rows).drop_duplicates("study")
    records = dict(zip(first.study, (owner.record for owner in whose(first)), strict=True))
    used = [c for c in COURSES if table[c].sum()]
    better = table.set_index("study")[["gone", "smaller", "gone or smaller"]].sum(axis=1)
    labels, _ = row_labels(table.study, left=1.62, row=0, chars=18)
    # as many lines as the marks need, or as the label needs
    lines = [max(-(-n // _PER_LINE), int(np.ceil((0.176 * (text.count("\n") + 1) - 0.2) / 0.24)))
             for n, text in zip(table.n, labels, strict=True)]
    tops = np.concatenate([[0], np.cumsum([0.24 * k + 0.3 for k in lines])])
    foot, top = 0.25 * -(-len(used) // 2) + 0.2, 0.55 if title else 0.15
    figure, axes = new_figure(top + float(tops[-1]) + foot, left=1.62, right=1.15, top=top, bottom=foot)
    middles, tell = [], Teller(figure)
    for at, row, high in zip(tops, table.itertuples(index=False), lines, strict=False):
        middles.append(at + 0.12 * high + 0.12)
        improved = _better(int(better[row.study]), row.n)
        with tell.row(row.study, improved, record=records.get(row.study, "")):
            place = 0
            for course, (_, key, marker, full) in COURSES.items():
                k = int(table.loc[table.study == row.study, course].iloc[0])
                spots = np.arange(place, place + k)
                place += k
                colour = style.palette()[key].light
                axes.scatter(spots % _PER_LINE, at + 0.24 * (spots // _PER_LINE) + 0.24, s=64, marker=marker,
                             facecolors=colour if full else style.PAPER.light, edgecolors=colour, linewidths=1.3)
            right_text(axes, middles[-1], improved)
    row_axis(axes, labels, y=middles, bottom=float(tops[-1]), top=0)
    tell.names(axes)
    axes.set_xlim(-0.7, _PER_LINE - 0.3)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)
    handles = []
    for course in used:
        words, key, marker, full = COURSES[course]
        colour = style.palette()[key].light
        handles.append(axes.scatter([], [], s=64, marker=marker, edgecolors=colour, linewidths=1.3, label=words,
                                    facecolors=colour if full else style.PAPER.light))
    foot_legend(figure, handles)
    heading(figure, title)
    words = listing(f"{r['study']} " + ", ".join(f"{r[c]} {COURSES[c][0]}" for c in COURSES if r[c])
                    + f" of {r['n']}" for _, r in table.iterrows())
    tail = f" {NOT_HEAD_TO_HEAD}." if len(table) > 1 else ""
    shown = table.rename(columns={"study": "Study", **{c: COURSES[c][0] for c in COURSES}})
    return Chart(figure, f"What became of the masses, one mark per patient. {words}.{tail}", shown,
                 marks=tell.with_table(shown))


def _better(better: int, n: int) -> str:
    return f"{count(better, n)}\nimproved"


@in_style
def two_measures(rows, *, title: str | None = None) -> Chart:
    """Response of the lesions beside response in the serum, study by study.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        Two per study: ``study, measure_of ("lesions" or "serum"), events, n`` and optionally ``value`` (percent,
        where no count is known), ``standing``.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If a study has not exactly one row of each kind; see also :func:`emdbook.charts.forest.prepare_forest`.
    """
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        raise ValueError("two measures: there is nothing to draw. Choose at least one study.")
    table["study"] = _studies(table, "two measures")
    table["measure_of"] = table.measure_of.map(str)
    for study, part in table.groupby("study", sort=False):
        if sorted(part.measure_of) != ["lesions", "serum"]:
            raise ValueError(f"two measures: {study} needs one row 'lesions' and one row 'serum'.")
    ready = prepare_forest(table.assign(label=table.study.astype(str) + ", " + table.measure_of.astype(str)))
    ready[["study", "measure_of"]] = table[["study", "measure_of"]].reset_index(drop=True)
    ready["record"] = [owner.record for owner in whose(table)]
    studies = list(dict.fromkeys(ready.study))
    marks = {"lesions": style.INK, "serum": replace(style.MUTED, marker="^")}
    handles = [Line2D([], [], ls="", marker=marks[k].marker, ms=7, color=marks[k].light, label=words)
               for k, words in (("lesions", "response of the masses"), ("serum", "response in the serum"))]
    handles += standing_key(ready.standing)
    labels, height = row_labels(studies, left=1.62, row=0.8, chars=18)
    foot, top = 0.62 + legend_height(handles), 0.55 if title else 0.2
    figure, axes = new_figure(top + height * len(studies) + foot, left=1.62, right=1.42, top=top, bottom=foot)
    tell = Teller(figure)
    for i, study in enumerate(studies):
        for row in ready[ready.study == study].itertuples():
            y = i - 0.2 if row.measure_of == "lesions" else i + 0.2
            mark = marks[row.measure_of]
            value, ends = share_words(row)
            facts = [("Study", study), ("Measured in", row.measure_of), ("Response", value),
                     ("95% interval, Wilson", ends), standing_fact(row.standing)]
            with tell.row(f"{study}, {row.measure_of}", value, series=study, facts=facts, record=row.record):
                span(axes, y, row.ci_low, row.ci_high, (0, 100), color=mark.light, alpha=0.75)
                point(axes, row.percent, y, mark, standing=row.standing)
                right_text(axes, y, f"{percent(row.percent, 0, brief=True)}  " + (
                    "no count" if is_missing(row.events) else count(row.events, row.n)))
    row_axis(axes, labels, bottom=len(studies) - 0.45, top=-0.55)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Responders, % of patients")
    foot_legend(figure, handles)
    heading(figure, title)
    shown = ready[["study", "measure_of", "events", "n", "percent", "ci_low", "ci_high"]].round(1).rename(
        columns={"study": "Study", "measure_of": "Measured in", "percent": "%", "ci_low": "CI low %",
                 "ci_high": "CI high %"})
    # without a count the number assessed is not known, only the size of the group
    shown["n"] = shown["n"].where(shown["events"].notna())
    shown[["events", "n"]] = shown[["events", "n"]].astype("Int64")
    tail = f" {NOT_HEAD_TO_HEAD}." if len(studies) > 1 else ""
    words = listing(" and ".join(
        f"{percent(r.percent, 0)} in the {r.measure_of}" + ("" if is_missing(r.events) else
                                                            f" ({count(r.events, r.n)})")
        for r in ready[ready.study == study].itertuples()) + f" ({study})" for study in studies)
    return Chart(figure, f"Response of the masses beside response in the serum: {words}. Intervals: Wilson, 95%.{tail}",
                 with_standing(shown, ready), marks=tell.marks)

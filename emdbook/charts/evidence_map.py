"""The evidence map: how much is known, about whom, from what design, and how far it was checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.lines import Line2D

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.forest import NOT_HEAD_TO_HEAD
from emdbook.charts.frames import check_counts, numbers, table_of, with_standing
from emdbook.charts.marks import point, standing_key
from emdbook.charts.parts import foot_legend, heading, legend_height
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.ground.wording import listing, number, percent, plural

#: Short words for ``studies.design``, from most to least protected against bias.
DESIGNS = {
    "randomised_trial": "Randomised trial", "single_arm_trial": "Single-arm trial",
    "pooled_analysis": "Pooled analysis", "meta_analysis": "Meta-analysis", "retrospective": "Retrospective",
    "case_series": "Case series", "guideline": "Guideline", "laboratory": "Laboratory", "": "Design not stated",
}
# In ink, told apart by shape alone: the colours of the palette say population or class, and a design is neither.
_DESIGN_MARKERS = dict(zip(DESIGNS, ("D", "o", "P", "X", "s", "^", "8", "*", "d"), strict=True))


def prepare_evidence_map(rows):
    """The table behind :func:`evidence_map`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, n`` (patients with EMD), ``value`` (response in percent), ``design``, ``therapeutic_class`` and
        optionally ``standing``.

    Returns
    -------
    pandas.DataFrame
        The rows with a number of patients and a response, and in ``left_out`` how many had not both.

    Raises
    ------
    ValueError
        For an unknown design or class, an impossible number of patients or percentage; see also
        :func:`emdbook.charts.frames.table_of`.
    """
    table = table_of(rows, ("label", "n", "value", "design", "therapeutic_class"), "evidence map")
    table["design"] = table["design"].astype(object).where(table["design"].notna(), "")
    for column, known in (("design", DESIGNS), ("therapeutic_class", style.THERAPY_CLASS)):
        unknown = sorted(set(map(str, table[column])) - set(known))
        if unknown:
            raise ValueError(f"evidence map: unknown {column} {listing(unknown)}.")
    numbers(table, ["value"], "evidence map", least=0, most=100, unit="%")
    numbers(table, ["n"], "evidence map")
    check_counts(table.assign(events=np.nan), "evidence map")
    drawn = table.n.notna() & table.value.notna()
    table = table[drawn].reset_index(drop=True).assign(left_out=int((~drawn).sum()))
    if table.empty:
        raise ValueError("evidence map: no row has both a number of patients and a response.")
    return table


@in_style
def evidence_map(rows, *, by: str = "design", title: str | None = None) -> Chart:
    """Number of patients against reported response, one mark per group of patients.

    Parameters
    ----------
    rows
        See :func:`prepare_evidence_map`.
    by : {"design", "therapeutic_class"}
        What colour and shape tell.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        The filling of a mark tells how far its response was seen, and a key says how.  The map shows how thin the
        evidence is; it ranks nothing.

    Raises
    ------
    ValueError
        See :func:`prepare_evidence_map`.
    """
    if by not in ("design", "therapeutic_class"):
        raise ValueError("evidence map: colour by 'design' or by 'therapeutic_class'.")
    table = prepare_evidence_map(rows)
    marks = _design_marks() if by == "design" else {k: (m.label, m) for k, m in style.THERAPY_CLASS.items()}
    groups = [k for k in marks if k in set(table[by])]
    handles = [Line2D([], [], ls="", marker=marks[k][1].marker, ms=7.5, color=marks[k][1].light, label=marks[k][0])
               for k in groups] + standing_key(table.standing)
    foot, top = 0.62 + legend_height(handles), 0.55 if title else 0.2
    figure, axes = new_figure(top + 3.3 + foot, left=0.75, right=0.3, top=top, bottom=foot)
    axes.set_xscale("log")
    tell = Teller(figure)
    for row, owner in zip(table.itertuples(), whose(table), strict=True):
        words, mark = marks[getattr(row, by)]
        facts = [*owner.facts, ("Class", style.THERAPY_CLASS[row.therapeutic_class].label),
                 ("Design", DESIGNS[row.design]), ("Patients with EMD", number(row.n)),
                 ("Reported response", percent(row.value)), standing_fact(row.standing)]
        with tell.row(row.label, f"{percent(row.value)} of {plural(int(row.n), 'patient')}", series=words, facts=facts,
                      record=owner.record):
            point(axes, row.n, row.value, mark, standing=row.standing, size=84, alpha=0.92)
    powers = range(int(np.log10(table.n.max())) + 2)
    ticks = [t * 10**k for k in powers for t in (1, 2, 5) if table.n.min() * 0.7 <= t * 10**k <= table.n.max() * 1.4]
    # from one patient to a million without labels over each other; a single size names itself
    ticks = ticks[::-(-len(ticks) // 10)] if ticks else [int(table.n.iloc[0])]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(max(0.8, table.n.min() * 0.7), table.n.max() * 1.4)
    axes.set_ylim(-4, 104)
    axes.set_xlabel("Patients with EMD (log scale)")
    axes.set_ylabel("Reported response, %")
    axes.grid()
    foot_legend(figure, handles)
    heading(figure, title)
    shown = table[["label", "therapeutic_class", "design", "n", "value"]].rename(columns={
        "label": "Group", "therapeutic_class": "Class", "design": "Design", "n": "n with EMD", "value": "Response, %"})
    shown["n with EMD"] = shown["n with EMD"].astype(int)
    shown["Design"] = shown["Design"].map(DESIGNS)
    shown["Class"] = shown["Class"].map({k: m.label for k, m in style.THERAPY_CLASS.items()})
    small = int((table.n < 30).sum())
    low, high = percent(table.value.min()), percent(table.value.max())
    text = (f"{plural(len(table), 'group')} of patients: {small} with fewer than 30 patients, median "
            f"{number(np.median(table.n))}; reported response {low if low == high else f'from {low} to {high}'}. "
            f"{NOT_HEAD_TO_HEAD}.")
    if len(table) == 1:
        text = f"1 group of {plural(int(table.n[0]), 'patient')}; reported response {low}. {NOT_HEAD_TO_HEAD}."
    if left_out := int(table.left_out.iloc[0]):
        text += (f" Not drawn: {plural(left_out, 'further group')} without a number of patients or without a "
                 "response.")
    return Chart(figure, text, with_standing(shown, table), marks=tell.marks)


def _design_marks():
    return {design: (words, replace(style.INK, marker=_DESIGN_MARKERS[design])) for design, words in DESIGNS.items()}

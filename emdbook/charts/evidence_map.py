"""The evidence map: how much is known, about whom, from what design, and how far it was checked."""

from __future__ import annotations

import numpy as np

from emdbook import style
from emdbook.charts.base import Chart, new_figure
from emdbook.charts.forest import NOT_HEAD_TO_HEAD
from emdbook.charts.frames import table_of
from emdbook.charts.parts import foot_legend, heading, legend_height
from emdbook.ground.wording import is_missing, listing, percent, plural

#: Short words for ``studies.design``, from most to least protected against bias.
DESIGNS = {
    "randomised_trial": "Randomised trial", "single_arm_trial": "Single-arm trial",
    "pooled_analysis": "Pooled analysis", "meta_analysis": "Meta-analysis", "retrospective": "Retrospective",
    "case_series": "Case series", "guideline": "Guideline", "laboratory": "Laboratory", "": "Design not stated",
}


def prepare_evidence_map(rows):
    """The table behind :func:`evidence_map`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, n`` (patients with EMD), ``value`` (response in percent), ``design``, ``therapeutic_class`` and
        optionally ``checked``.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ValueError
        For an unknown design or class, or an n that is not positive.
    """
    table = table_of(rows, ("label", "n", "value", "design", "therapeutic_class"), "evidence map")
    table["design"] = table["design"].fillna("")
    for column, known in (("design", DESIGNS), ("therapeutic_class", style.THERAPY_CLASS)):
        unknown = sorted(set(table[column]) - set(known))
        if unknown:
            raise ValueError(f"evidence map: unknown {column} {listing(unknown)}.")
    table["n"] = table["n"].astype("Float64").astype(float)
    table["value"] = table["value"].astype("Float64").astype(float)
    table = table[table.n.notna() & table.value.notna()].reset_index(drop=True)
    if table.empty:
        raise ValueError("evidence map: no row has both a number of patients and a response.")
    if (table.n < 1).any():
        raise ValueError("evidence map: every group needs at least one patient.")
    return table


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
        Open marks: the primary paper was not seen.  The map shows how thin the evidence is; it ranks nothing.

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
    foot, top = 0.62 + legend_height(groups), 0.55 if title else 0.2
    figure, axes = new_figure(top + 3.3 + foot, left=0.75, right=0.3, top=top, bottom=foot)
    handles = []
    axes.set_xscale("log")
    for key in groups:
        label, mark = marks[key]
        for seen, part in table[table[by] == key].groupby(table.checked != "not_found"):
            axes.scatter(part.n, part.value, s=84, marker=mark.marker, edgecolors=mark.light, linewidths=1.6,
                         facecolors=mark.light if seen else style.PAPER.light, alpha=0.92, zorder=3)
        handles.append(axes.scatter([], [], s=60, marker=mark.marker, color=mark.light, label=label))
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if t <= table.n.max() * 1.6]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(max(0.8, table.n.min() * 0.7), table.n.max() * 1.4)
    axes.set_ylim(-4, 104)
    axes.set_xlabel("Patients with EMD (log scale)")
    axes.set_ylabel("Reported response, %")
    axes.grid()
    foot_legend(figure, handles)
    heading(figure, title)
    shown = table[["label", "therapeutic_class", "design", "n", "value", "checked"]].rename(columns={
        "label": "Group", "therapeutic_class": "Class", "design": "Design", "n": "n with EMD", "value": "Response, %",
        "checked": "Verification"})
    shown["n with EMD"] = shown["n with EMD"].astype(int)
    shown["Design"] = shown["Design"].map(DESIGNS)
    shown["Class"] = shown["Class"].map({k: m.label for k, m in style.THERAPY_CLASS.items()})
    small = int((table.n < 30).sum())
    text = (f"{plural(len(table), 'group')} of patients: {small} with fewer than 30 patients, median "
            f"{np.median(table.n):g}; reported response from {percent(table.value.min())} to "
            f"{percent(table.value.max())}. {NOT_HEAD_TO_HEAD}.")
    return Chart(figure, text, shown)


def _design_marks():
    chosen = dict(zip(DESIGNS, ("pi", "cart", "adc", "comparison", "mab", "imid", "guideline", "biology", "pcl"),
                      strict=True))
    return {design: (DESIGNS[design], style.THERAPY_CLASS[key]) for design, key in chosen.items()}


def group_label(study_label: str, population: str, value=None) -> str:
    """A label that tells two groups of one study apart."""
    tail = "" if is_missing(value) else f" {percent(value)}"
    return f"{study_label}, {population}{tail}"

"""The discrepancy log as a picture: how many entries of which weight touch which class."""

from __future__ import annotations

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.parts import foot_legend, legend_height, right_text, row_axis
from emdbook.evidence.log import NATURE_WORDS
from emdbook.ground.wording import listing, plural

#: What each kind of discrepancy means, in a reader's words.
KINDS = {
    "denominator": "wrong or missing denominator", "arithmetic": "figures that cannot be right",
    "comparator": "unfair comparison", "endpoint": "another endpoint than it seems", "label": "wrong name or label",
    "outdated": "overtaken", "definition": "unclear definition", "unsupported": "no support found",
    "contradiction": "sources contradict each other",
}
SEVERITIES = {"high": "accent", "medium": "muted", "low": "grid"}
NO_STUDY = "The review itself"


def prepare_log(rows, *, kind: str = "any", severity: str = "any") -> pd.DataFrame:
    """The rows of the log that a reader asks for.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``label`` (study), ``therapeutic_class`` (empty for statements of no study), ``kind``, ``severity``,
        ``review_says``, ``evidence_says``, ``how_the_book_handles_it``.
    kind : str
        One of :data:`KINDS`, or "any".
    severity : str
        "high", "medium", "low" or "any".

    Returns
    -------
    pandas.DataFrame
        The chosen rows, weightiest first, with ``class_label``.

    Raises
    ------
    ValueError
        For an unknown kind, severity or class.
    """
    if kind not in (*KINDS, "any"):
        raise ValueError(f"Unknown kind {kind!r}; known are {listing(KINDS)}.")
    if severity not in (*SEVERITIES, "any"):
        raise ValueError(f"Unknown severity {severity!r}; known are {listing(SEVERITIES)}.")
    unknown = set(rows.therapeutic_class.dropna()) - set(style.THERAPY_CLASS)
    if unknown:
        raise ValueError(f"Unknown class {listing(sorted(unknown))}.")
    chosen = rows[(rows.kind == kind) | (kind == "any")]
    chosen = chosen[(chosen.severity == severity) | (severity == "any")]
    labels = {key: mark.label for key, mark in style.THERAPY_CLASS.items()}
    chosen = chosen.assign(class_label=chosen.therapeutic_class.map(labels).fillna(NO_STUDY),
                           _rank=chosen.severity.map(list(SEVERITIES).index))
    return chosen.sort_values(["_rank", "class_label", "label"], kind="stable").drop(columns="_rank")


@in_style
def discrepancy_log(rows, *, kind: str = "any", severity: str = "any") -> Chart:
    """Entries of the log by class and weight; the table behind it holds the entries themselves.

    Parameters
    ----------
    rows, kind, severity
        See :func:`prepare_log`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_log`.
    """
    chosen = prepare_log(rows, kind=kind, severity=severity)
    # every class keeps its line, so that the picture stays in place while a reader filters
    everything = prepare_log(rows)
    order = everything.class_label.value_counts().index.tolist()
    counts = pd.crosstab(chosen.class_label, chosen.severity).reindex(index=order, columns=list(SEVERITIES),
                                                                     fill_value=0)
    foot = 0.62 + legend_height(SEVERITIES, columns=3)
    labels, height = row_labels(order, left=2.25, row=0.32, chars=30)
    figure, axes = new_figure(0.15 + height * len(order) + foot, left=2.25, right=0.55, top=0.15, bottom=foot)
    marks, handles, start = style.palette(), [], pd.Series(0, index=order)
    for name, colour in SEVERITIES.items():
        bars = axes.barh(range(len(order)), counts[name], left=start, height=0.62, color=marks[colour].light,
                         edgecolor=style.PAPER.light, lw=1, label=name)
        start = start + counts[name]
        handles.append(bars)
    for i, total in enumerate(start):
        right_text(axes, i, str(int(total)))
    row_axis(axes, labels, bottom=len(order) - 0.4)
    axes.set_xlim(0, everything.class_label.value_counts().max() + 1)
    axes.set_xlabel("Entries in the log")
    foot_legend(figure, handles, columns=3)
    return Chart(figure, _describe(chosen, len(everything), kind, severity), _reader_table(chosen))


def _describe(chosen, total, kind, severity) -> str:
    what = [] if severity == "any" else [f"of {severity} weight"]
    what += [] if kind == "any" else [f"of the kind “{KINDS[kind]}”"]
    if chosen.empty:
        return f"None of the {total} entries is {' and '.join(what)}."
    lead = f"{plural(len(chosen), 'entry', 'entries')} of {total}" + (f" {' and '.join(what)}" if what else "")
    top = chosen.class_label.value_counts()
    most = [f"{name} ({number})" for name, number in top.head(3).items()]
    weight = chosen.severity.value_counts()
    tail = "" if severity != "any" else "; " + listing(f"{int(weight.get(s, 0))} {s}" for s in SEVERITIES) + " weight"
    return f"{lead}{tail}. Most touch {listing(most)}."


def _reader_table(chosen):
    return pd.DataFrame({
        "Study": chosen.label.fillna(NO_STUDY), "Class": chosen.class_label,
        "Sort": chosen.nature.map(NATURE_WORDS), "Kind": chosen.kind,
        "Weight": chosen.severity, "The review says": chosen.review_says, "The evidence says": chosen.evidence_says,
        "What this book does": chosen.how_the_book_handles_it}).reset_index(drop=True)

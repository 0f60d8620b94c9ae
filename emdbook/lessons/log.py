"""The discrepancy log as a picture: how many entries of which weight touch which class."""

from __future__ import annotations

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.parts import foot_legend, legend_height, right_text, row_axis
from emdbook.charts.told import Teller
from emdbook.evidence.log import GROUPS, NATURE_WORDS, group_of
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


def prepare_log(rows, *, kind: str = "any", severity: str = "any", group: str = "any") -> pd.DataFrame:
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
    group : str
        One of :data:`emdbook.evidence.log.GROUPS`, or "any": whether a row is a disagreement at all.

    Returns
    -------
    pandas.DataFrame
        The chosen rows, weightiest first, with ``class_label``.

    Raises
    ------
    ValueError
        For an unknown kind, severity, group or class.
    """
    if kind not in (*KINDS, "any"):
        raise ValueError(f"Unknown kind {kind!r}; known are {listing(KINDS)}.")
    if severity not in (*SEVERITIES, "any"):
        raise ValueError(f"Unknown severity {severity!r}; known are {listing(SEVERITIES)}.")
    if group not in (*GROUPS, "any"):
        raise ValueError(f"Unknown group {group!r}; known are {listing(GROUPS)}.")
    unknown = set(rows.therapeutic_class.dropna()) - set(style.THERAPY_CLASS)
    if unknown:
        raise ValueError(f"Unknown class {listing(sorted(unknown))}.")
    chosen = rows[(rows.kind == kind) | (kind == "any")]
    chosen = chosen[(chosen.severity == severity) | (severity == "any")]
    chosen = chosen[[group in ("any", group_of(nature)) for nature in chosen.nature]]
    labels = {key: mark.label for key, mark in style.THERAPY_CLASS.items()}
    chosen = chosen.assign(class_label=chosen.therapeutic_class.map(labels).fillna(NO_STUDY),
                           _rank=chosen.severity.map(list(SEVERITIES).index))
    return chosen.sort_values(["_rank", "class_label", "label"], kind="stable").drop(columns="_rank")


@in_style
def discrepancy_log(rows, *, kind: str = "any", severity: str = "any", group: str = "any") -> Chart:
    """Entries of the log by class and weight; the table behind it holds the entries themselves.

    Parameters
    ----------
    rows, kind, severity, group
        See :func:`prepare_log`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_log`.
    """
    chosen = prepare_log(rows, kind=kind, severity=severity, group=group)
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
    tell = Teller(figure)
    for i, total in enumerate(start):
        with tell.row(order[i], plural(int(total), "entry", "entries"), drawn=[bars[i] for bars in handles],
                      facts=_weights(counts.iloc[i])):
            right_text(axes, i, str(int(total)))
    row_axis(axes, labels, bottom=len(order) - 0.4)
    tell.names(axes)
    axes.set_xlim(0, everything.class_label.value_counts().max() + 1)
    axes.set_xlabel("Entries in the log")
    foot_legend(figure, handles, columns=3)
    return Chart(figure, _describe(chosen, len(everything), kind, severity, group), _reader_table(chosen),
                 marks=tell.marks)


def _weights(counts) -> list[tuple[str, str]]:
    return [(f"Of {name} weight", str(int(counts[name]))) for name in SEVERITIES]


def prepare_groups(rows) -> pd.DataFrame:
    """How many rows of the log part from the evidence, could not be settled, or are no disagreement.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for :func:`prepare_log`.

    Returns
    -------
    pandas.DataFrame
        One row per group of :data:`emdbook.evidence.log.GROUPS`, in their order: ``group``, then one column of counts
        per weight.
    """
    groups = pd.Series([group_of(nature) for nature in rows.nature], index=rows.index)
    counts = pd.crosstab(groups, rows.severity).reindex(index=list(GROUPS), columns=list(SEVERITIES), fill_value=0)
    return counts.rename_axis("group").reset_index().rename_axis(columns=None)


@in_style
def log_groups(rows) -> Chart:
    """The three counts of the log, each by weight.

    Parameters
    ----------
    rows : pandas.DataFrame
        See :func:`prepare_groups`.

    Returns
    -------
    Chart
    """
    table = prepare_groups(rows)
    labels, row = row_labels([GROUPS[group].removeprefix("that ").capitalize() for group in table.group], left=2.25,
                             row=0.62)
    foot = 0.62 + legend_height(SEVERITIES, columns=3)
    figure, axes = new_figure(0.15 + row * len(table) + foot, left=2.25, right=0.55, top=0.15, bottom=foot)
    marks, handles, start = style.palette(), [], pd.Series(0, index=table.index)
    for name, colour in SEVERITIES.items():
        handles.append(axes.barh(table.index, table[name], left=start, height=0.6, color=marks[colour].light,
                                 edgecolor=style.PAPER.light, lw=1, label=name))
        start = start + table[name]
    tell = Teller(figure)
    for i, total in enumerate(start):
        with tell.row(GROUPS[table.group[i]].removeprefix("that ").capitalize(), plural(int(total), "row"),
                      drawn=[bars[i] for bars in handles], facts=_weights(table.iloc[i])):
            right_text(axes, i, str(int(total)))
    row_axis(axes, labels, bottom=len(table) - 0.4)
    tell.names(axes)
    axes.set_xlim(0, int(start.max()) + 1)
    axes.set_xlabel("Rows of the log")
    foot_legend(figure, handles, columns=3)
    words = listing(f"{int(total)} {GROUPS[group]} ({int(row.high)} of high weight)" for total, group, row in
                    zip(start, table.group, table.itertuples(), strict=True))
    shown = table.assign(group=[GROUPS[group] for group in table.group]).rename(columns={"group": "Rows"})
    return Chart(figure, f"{plural(len(rows), 'row')} of the log: {words}.", shown, marks=tell.marks)


def _describe(chosen, total, kind, severity, group) -> str:
    what = [] if severity == "any" else [f"of {severity} weight"]
    what += [] if group == "any" else [f"of the rows {GROUPS[group]}"]
    what += [] if kind == "any" else [f"of the kind “{KINDS[kind]}”"]
    if chosen.empty:
        return f"No entry of the {total} is {' and '.join(what)}."
    lead = f"All {total} entries" if len(chosen) == total else f"{len(chosen)} of the {total} entries"
    lead += f", those {' and '.join(what)}" if what else ""
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

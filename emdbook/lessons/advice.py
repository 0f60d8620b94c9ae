"""What a piece of advice rests on: how many patients stand behind it, and whether they are the patients it is for."""

from __future__ import annotations

import pandas as pd
from matplotlib.patches import Patch

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.frames import check_counts, table_of
from emdbook.charts.parts import foot_legend, heading, right_text, row_axis
from emdbook.charts.told import Teller, whose
from emdbook.ground.wording import is_missing, listing, plural

_ROW = 0.47
#: Populations that are the patients of this book; others contain them without telling them apart.
_OURS = ("EMD", "EM-E", "EM-B", "CNS")
_KINDS = {"ours": "patients with EMD or CNS disease", "mixed": "EMD not told apart", "none": "no number given"}


def prepare_support(rows) -> pd.DataFrame:
    """The table behind :func:`support`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label`` (the advice), ``n`` (patients behind it, empty where no number is given), ``population``.

    Returns
    -------
    pandas.DataFrame
        ``label, n, population, kind``: ``ours``, ``mixed`` or ``none``.

    Raises
    ------
    ValueError
        For no rows, double labels, unknown populations or an n that is no whole number of 1 or more.
    """
    table = table_of(rows, ("label", "n"), "chart of support")
    table["events"] = 0
    check_counts(table, "chart of support")
    table["n"] = table["n"].astype("Int64")
    table["kind"] = ["none" if is_missing(row.n) else "ours" if row.population in _OURS else "mixed"
                     for row in table.itertuples()]
    return table[["label", "n", "population", "kind"]]


@in_style
def support(rows, *, title: str | None = None) -> Chart:
    """The number of patients behind each piece of advice.

    Parameters
    ----------
    rows
        See :func:`prepare_support`.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        A full bar counts patients of this book; an open bar counts patients among whom they are not told apart; a
        question mark stands where no number is given.

    Raises
    ------
    ValueError
        See :func:`prepare_support`.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table, owners = prepare_support(rows), whose(rows)
    top, foot = (0.55 if title else 0.2), 1.18
    labels, row_height = row_labels(table.label, left=2.22, row=_ROW, chars=28)
    figure, axes = new_figure(top + row_height * len(table) + foot, left=2.22, right=1.18, top=top, bottom=foot)
    ink, paper, accent = style.INK.light, style.PAPER.light, style.ACCENT.light
    tell = Teller(figure)
    for y, (row, owner) in enumerate(zip(table.itertuples(), owners, strict=True)):
        said = "no number" if row.kind == "none" else plural(int(row.n), "patient") if row.kind == "ours" else \
            f"{int(row.n)} in all"
        with tell.row(row.label, said, series=_KINDS[row.kind], facts=[*owner.facts, ("Patients", said)],
                      record=owner.record):
            if row.kind == "none":
                # a box of its own words, so that it stands clear of the axis at any scale
                axes.annotate("?", (0, y), xytext=(11, 0), textcoords="offset points", ha="center", va="center",
                              color=paper, weight="bold", size=10.5, zorder=5,
                              bbox={"boxstyle": "square,pad=0.22", "facecolor": accent, "edgecolor": "none"})
            else:
                ours = row.kind == "ours"
                axes.barh([y], [int(row.n)], height=0.5, color=ink if ours else paper, edgecolor=ink, lw=1.6,
                          ls="-" if ours else (0, (2.2, 1.6)), zorder=2)
            right_text(axes, y, said)
    row_axis(axes, labels, bottom=len(table) - 0.4)
    tell.names(axes)
    biggest = table.n.max()
    axes.set_xlim(0, 1 if is_missing(biggest) else 1.04 * int(biggest))
    axes.set_xlabel("Patients behind it")
    heading(figure, title)
    handles = {"ours": Patch(facecolor=ink, edgecolor=ink, label=" " + _KINDS["ours"]),
               "mixed": Patch(facecolor=paper, edgecolor=ink, ls="--", label=" " + _KINDS["mixed"]),
               "none": Patch(facecolor=accent, edgecolor=accent, label=" " + _KINDS["none"])}
    foot_legend(figure, [handle for kind, handle in handles.items() if kind in set(table.kind)])
    return Chart(figure, _describe(table), _reader_table(table), marks=tell.marks)


def _describe(table: pd.DataFrame) -> str:
    parts = []
    for kind, words in (("ours", "Patients with EMD or CNS disease stand behind"),
                        ("mixed", "Patients among whom those with EMD are not told apart stand behind"),
                        ("none", "No number of patients is given for")):
        found = table[table.kind == kind]
        if len(found):
            parts.append(f"{words} " + listing(
                row.label if kind == "none" else f"{row.label} ({int(row.n)})" for row in found.itertuples()) + ".")
    return f"{plural(len(table), 'piece')} of advice. " + " ".join(parts)


def _reader_table(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"Advice": table.label, "Patients": table.n, "Who they are": table.kind.map(_KINDS)})

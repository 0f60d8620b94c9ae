"""To whom a pair of printed percentages belongs: every way to split the patients in two, and which of them fit."""

from __future__ import annotations

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import heading, right_text, row_axis, x_label
from emdbook.estimates import attainable_counts
from emdbook.estimates.counts import as_whole
from emdbook.ground.wording import count, listing, number, plural


def prepare_splits(printed: tuple[float, float], *, total: int, missing: bool = False,
                   decimals: int = 1) -> pd.DataFrame:
    """Which sizes of the first group allow each of two printed percentages.

    Parameters
    ----------
    printed : tuple of float
        The percentage of the first group, and that of all others.
    total : int
        Patients of both groups together, at least 2.
    missing : bool
        Whether some of a group may not have been assessed: then any smaller base is allowed too.
    decimals : int
        Digits printed after the point.

    Returns
    -------
    pandas.DataFrame
        ``size, first, others, both``: one row per size of the first group; the last three are true or false.

    Raises
    ------
    ValueError
        For a total that is none, or an impossible percentage.
    """
    total = as_whole(total, "The number of patients", least=2)
    fits = [[bool(attainable_counts(shown, n, decimals)) for n in range(1, total)] for shown in printed]
    if missing:
        fits = [[any(one[:n]) for n in range(1, total)] for one in fits]
    table = pd.DataFrame({"size": range(1, total), "first": fits[0], "others": fits[1][::-1]})
    return table.assign(both=table["first"] & table["others"])


@in_style
def whose_pair(printed: tuple[float, float], *, total: int, size: int, missing: bool = False) -> Chart:
    """Two printed percentages held against every way to split the patients, with one way picked out.

    Parameters
    ----------
    printed, total, missing
        See :func:`prepare_splits`.
    size : int
        Patients in the first group, from 1 to one less than all.

    Returns
    -------
    Chart
        A stroke for each size of the first group that fits; a line for the size picked out.

    Raises
    ------
    ValueError
        See :func:`prepare_splits`; also for a size that leaves one group empty.
    """
    table = prepare_splits(printed, total=total, missing=missing)
    if size not in set(table["size"]):
        raise ValueError(f"{size!r} of {total} patients cannot be one of two groups.")
    one = table[table["size"] == size].iloc[0]
    names = [f"{number(printed[0], 1)}% of\nthe first group", f"{number(printed[1], 1)}% of\nthe others", "both"]
    figure, axes = new_figure(2.9, left=1.35, right=0.95, top=0.5, bottom=0.75)
    for y, column in enumerate(("first", "others", "both")):
        good = table.loc[table[column], "size"]
        color = style.INK.light if column == "both" else style.MUTED.light
        axes.vlines(good, y - 0.3, y + 0.3, color=color, lw=2.6, gid=f"fits-{column}")
        right_text(axes, y, "fits" if one[column] else "does not")
    axes.axvline(size, color=style.ACCENT.light, lw=2, zorder=0, gid="picked")
    row_axis(axes, names, bottom=2.6)
    axes.set_xlim(0, total)
    axes.set_xticks(range(0, total + 1, 12))
    x_label(axes, f"Patients in the first group, of {total}")
    heading(figure, f"{size} and {total - size}: the pair {'fits' if one.both else 'does not fit'}")
    ways = table.loc[table.both, "size"]
    first, others = (_said(shown, n, fits, missing) for shown, n, fits in (
        (printed[0], size, one["first"]), (printed[1], total - size, one.others)))
    text = (f"With {size} in the first group and {total - size} in the other: {first}; {others}. Of {len(table)} ways "
            f"to split {total} patients, {plural(len(ways), 'way fits', 'ways fit')} both figures"
            + (" if some were not assessed." if missing else " if everybody was assessed: "
               + listing(f"{k} and {total - k}" for k in ways) + "."))
    words = {True: "yes", False: "no"}
    readable = table.replace({c: words for c in ("first", "others", "both")}).rename(columns={
        "size": "first group", "first": names[0].replace("\n", " "), "others": names[1].replace("\n", " ")})
    return Chart(figure, text, readable)


def _said(shown: float, n: int, fits: bool, missing: bool) -> str:
    base = next((m for m in range(n, 0 if missing else n - 1, -1) if attainable_counts(shown, m, 1)), None)
    if not fits or base is None:
        return f"{number(shown, 1)}% is no count of {n}" + (" or fewer" if missing else "")
    rest = f", {n - base} not assessed" if base < n else ""
    return f"{number(shown, 1)}% is {count(attainable_counts(shown, base, 1)[0], base)}{rest}"

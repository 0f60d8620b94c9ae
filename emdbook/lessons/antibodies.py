"""Monoclonal antibodies: groups side by side where figures are few, and a constructed model of target density."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.forest import NOT_HEAD_TO_HEAD
from emdbook.charts.frames import check_counts, check_standing, numbers, with_standing
from emdbook.charts.marks import key, point, span
from emdbook.charts.parts import foot_legend, heading, legend_height, right_text, row_axis
from emdbook.charts.room import is_narrow
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.estimates import proportion_interval
from emdbook.estimates.targets import density_curve, share_above
from emdbook.ground.wording import count, ends, is_missing, listing, months, number, percent, percent_range, plural

#: What may be shown: the endpoint in the rows, its name on the axis, and whether intervals are drawn.
SHOWN = {"interval": ("ORR", "Response (ORR), % of patients", True), "figure": ("ORR", "Response (ORR), % of patients",
         False), "pfs": ("PFS", "Median PFS, months", False)}
COMPARED = {"non-EMD": "EMD beside no EMD", "EM-B": "EM-E beside EM-B"}
#: Spread of target density on marrow cells in the constructed model (standard deviation of log10).
MARROW_SPREAD = 0.3
SPREADS = {"even": 0.15, "marrow": MARROW_SPREAD, "uneven": 0.6}
_SPREAD_WORDS = {"even": "more evenly than in the marrow", "marrow": "as evenly as in the marrow",
                 "uneven": "more unevenly than in the marrow"}


def prepare_beside(rows, *, compare: str = "non-EMD", endpoint: str = "ORR", level: float = 0.95) -> pd.DataFrame:
    """The rows of one comparison and one endpoint, with intervals where there is a count.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        Two per pair: ``label, pair, role ("group" or "comparator"), against, endpoint, population, events, n, value,
        stated``, as :func:`emdbook.rows.beside` gives them.
    compare : {"non-EMD", "EM-B"}
        The comparator's population.
    endpoint : {"ORR", "PFS"}
        Response or median PFS.
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        May be empty: then no study gives this comparison.

    Raises
    ------
    ValueError
        For an unknown choice, or a pair without exactly one group and one comparator.
    """
    if compare not in COMPARED:
        raise ValueError(f"beside: compare with {listing(COMPARED)}, not {compare!r}.")
    if endpoint not in ("ORR", "PFS"):
        raise ValueError("beside: the endpoint is 'ORR' or 'PFS'.")
    table = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    table = table[(table.against == compare) & (table.endpoint == endpoint)].reset_index(drop=True)
    check_counts(table, "beside")
    check_standing(table, "beside")
    most, unit = (100, "%") if endpoint == "ORR" else (np.inf, "")
    numbers(table, ["value"], "beside", least=0, most=most, unit=unit)
    for pair, part in table.groupby("pair", sort=False):
        if sorted(part.role) != ["comparator", "group"]:
            raise ValueError(f"beside: {pair} needs one group and one comparator.")
    shown, low, high = [], [], []
    for row in table.itertuples():
        known = endpoint == "ORR" and not is_missing(row.events) and not is_missing(row.n)
        least, most = proportion_interval(int(row.events), int(row.n), level=level) if known else (np.nan, np.nan)
        shown.append(100 * row.events / row.n if known else np.nan if is_missing(row.value) else float(row.value))
        low.append(100 * least)
        high.append(100 * most)
    return table.assign(shown=shown, low=low, high=high)


@in_style
def beside(rows, *, compare: str = "non-EMD", show: str = "interval") -> Chart:
    """Two groups of each study side by side, with blanks drawn as blanks.

    Parameters
    ----------
    rows
        See :func:`prepare_beside`.
    compare : {"non-EMD", "EM-B"}
        EMD beside no EMD, or EM-E beside EM-B.
    show : {"interval", "figure", "pfs"}
        Response with 95% intervals, response as bare figures, or median PFS.

    Returns
    -------
    Chart
        A study that states only a direction keeps its row and says so; a comparison that no study gives is an
        empty field with that sentence.

    Raises
    ------
    ValueError
        See :func:`prepare_beside`, or for an unknown choice.
    """
    if show not in SHOWN:
        raise ValueError(f"beside: show one of {listing(SHOWN)}, not {show!r}.")
    endpoint, axis, intervals = SHOWN[show]
    table = prepare_beside(rows, compare=compare, endpoint=endpoint)
    name = axis.partition(",")[0]
    if table.empty:
        return _nothing(name + (" with intervals" if intervals else ""), compare)
    pairs = list(table.groupby("pair", sort=False))
    handles = key(table.population, table.standing[table.shown.notna()])
    labels, height = row_labels([part.label.iloc[0] for _, part in pairs], left=1.62, row=0.84, chars=18)
    foot = 0.62 + legend_height(handles)
    figure, axes = new_figure(0.55 + height * len(pairs) + foot, left=1.62, right=1.5, top=0.55, bottom=foot)
    limit = 100 if endpoint == "ORR" else float(np.ceil(np.nanmax([10, *table.shown]) / 5) * 5)
    tell = Teller(figure)
    for i, (_, part) in enumerate(pairs):
        for row, owner in zip(part.itertuples(), whose(part), strict=True):
            y = i + (-0.2 if row.role == "group" else 0.2)
            mark = style.POPULATION[row.population]
            said = f"{_stated(part)}, no figure given" if is_missing(row.shown) else _figure(row, endpoint, intervals)
            patients = "" if is_missing(row.n) else number(row.n)
            with tell.row(f"{row.label}, {mark.label}", said, series=row.label, record=owner.record, facts=[
                    *owner.facts, ("Patients", patients), (name, said), standing_fact(row.standing)]):
                if intervals:
                    span(axes, y, row.low, row.high, (0, limit), color=mark.light, lw=1.8, alpha=0.75)
                if is_missing(row.shown):  # no figure: a pale outline beside the axis holds the place
                    axes.scatter([0.04 * limit], [y], s=90, marker=mark.marker, edgecolors=mark.light, linewidths=1.6,
                                 facecolors=style.PAPER.light, zorder=3, clip_on=False, alpha=0.35)
                point(axes, row.shown, y, mark, standing=row.standing)
                right_text(axes, y, _row_words(row, endpoint))
        if part.shown.isna().any():
            axes.text(limit * 0.11, i, f"{_stated(part)}:\nno figure given", va="center", size=10.5,
                      color=style.ACCENT.light, linespacing=0.95)
    row_axis(axes, labels, bottom=len(pairs) - 0.45, top=-0.55)
    axes.set_xlim(0, limit)
    axes.set_xlabel(axis)
    foot_legend(figure, handles)
    heading(figure, f"{name}: {COMPARED[compare]}")
    return Chart(figure, _describe_beside(pairs, name, endpoint, compare, intervals), _beside_table(table, endpoint),
                 marks=tell.marks)


def _stated(part) -> str:
    return str(part.stated.iloc[0]).partition(" than ")[0] or "Stated in words"


def _row_words(row, endpoint: str) -> str:
    if is_missing(row.shown):
        return "n not given" if is_missing(row.n) else f"n = {int(row.n)}"
    if endpoint == "PFS":
        return months(row.shown).replace("months", "mo").replace("month", "mo")
    if is_missing(row.events):
        return f"{percent(row.shown, 1, brief=True)}, n not seen"
    return f"{percent(row.shown, 0, brief=True)}  {count(row.events, row.n)}"


def _nothing(name: str, compare: str) -> Chart:
    figure, axes = new_figure(1.9, left=0.3, right=0.3, top=0.55, bottom=0.25)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color(style.MUTED.light)
        side.set_linestyle((0, (4, 3)))
    axes.text(0.5, 0.5, "No study that we saw gives this comparison", ha="center", va="center", size=12)
    heading(figure, f"{name}: {COMPARED[compare]}")
    text = f"{name}, {COMPARED[compare]}: no study of antibodies that we saw gives this comparison. The field is empty."
    return Chart(figure, text, pd.DataFrame({"Comparison": [COMPARED[compare]], "Studies": [0]}))


def _describe_beside(pairs, name, endpoint, compare, intervals) -> str:
    words = []
    for _, part in pairs:
        group, other = (part[part.role == role].iloc[0] for role in ("group", "comparator"))
        if is_missing(group.shown) or is_missing(other.shown):
            sizes = [x.n for x in (group, other)]
            size = "" if any(map(is_missing, sizes)) else f" ({int(sizes[0])} and {int(sizes[1])} patients)"
            words.append(f"{group.label} {_stated(part).lower()} with {group.population}, no figure given{size}")
            continue
        one, two = (_figure(x, endpoint, intervals) for x in (group, other))
        words.append(f"{group.label} {one} with {group.population} beside {two} "
                     + ("without EMD" if compare == "non-EMD" else f"with {compare}"))
    tail = f" {NOT_HEAD_TO_HEAD}." if len(pairs) > 1 else ""
    method = " Intervals: Wilson, 95%." if intervals else ""
    return f"{name}, {COMPARED[compare]}: {'; '.join(words)}.{method}{tail}"


def _figure(row, endpoint, intervals) -> str:
    if endpoint == "PFS":
        return months(row.shown)
    if is_missing(row.events):
        return f"{percent(row.shown, 1)} (number of patients not seen)"
    text = f"{count(row.events, row.n)}, {percent(row.shown, 0)}"
    return f"{text} ({percent_range(row.low, row.high)})" if intervals else text


def _beside_table(table, endpoint) -> pd.DataFrame:
    unit = "%" if endpoint == "ORR" else "median PFS, months"
    out = table[["label", "population", "events", "n", "shown"]].rename(
        columns={"label": "Study", "population": "Population", "shown": unit})
    out[["events", "n"]] = out[["events", "n"]].astype("Float64").astype("Int64")
    out[unit] = out[unit].astype(float).round(1)
    if endpoint == "ORR":
        out["CI %"] = ["" if is_missing(low) else " to ".join(ends(low, high))
                       for low, high in zip(table.low, table.high, strict=True)]
    out["Stated in words"] = table.stated
    return with_standing(out, table)


@in_style
def target_density(density: float = 30, spread: str = "marrow", threshold: float = 25) -> Chart:
    """Constructed cells with a log-normal target density, and how many reach the killing threshold.

    Parameters
    ----------
    density : float
        Median density on the lesion's cells in percent of the median in the marrow.
    spread : {"even", "marrow", "uneven"}
        How the density varies between the cells of the lesion; standard deviation of log10 0.15, 0.3 and 0.6.
    threshold : float
        Density that a cell needs to be killed, in percent of the median in the marrow.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If a number is not above 0 or the spread is unknown.

    Notes
    -----
    See :func:`emdbook.estimates.targets.share_above` for the model.
    """
    if spread not in SPREADS:
        raise ValueError(f"target density: the spread is one of {listing(SPREADS)}, not {spread!r}.")
    cells = [("Marrow", style.MUTED, 100.0, MARROW_SPREAD), ("Lesion outside\nthe marrow", style.INK, density,
             SPREADS[spread])]
    killed = [100 * share_above(middle, width, threshold) for _, _, middle, width in cells]
    figure, axes = new_figure(3.9, left=1.4, right=1.05, top=0.55, bottom=1.0)
    x = np.linspace(-0.5, 3.5, 321)
    cut = np.log10(threshold)
    for i, ((_, mark, middle, width), share) in enumerate(zip(cells, killed, strict=True)):
        floor = 1.15 * (1 - i)
        # every curve is as high as it is dense, up to a ceiling: the area is what counts
        height = floor + 0.35 * density_curve(x, middle, width)
        axes.fill_between(x, floor, height, where=x >= cut, color=mark.light, alpha=0.85, lw=0)
        axes.fill_between(x, floor, height, where=x <= cut, facecolor=style.PAPER.light, edgecolor=style.ACCENT.light,
                          hatch="////", lw=0)
        axes.plot(x, height, color=style.INK.light, lw=1.2)
        axes.plot(x[[0, -1]], [floor, floor], color=style.MUTED.light, lw=1)
        right_text(axes, floor + 0.3, f"{_of_100(share)}\nkilled")
    axes.axvline(cut, color=style.ACCENT.light, lw=1.8)
    axes.annotate("needed to kill", (cut, 2.22), xytext=(5, 0), textcoords="offset points", va="top", size=10.5,
                  color=style.ACCENT.light)
    axes.set_yticks([1.45, 0.3], [c[0] for c in cells], linespacing=0.92)
    if is_narrow():  # within the axes, left of the curves
        for label in axes.get_yticklabels():
            label.set(ha="left", va="bottom")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, 2.25)
    axes.set_xlim(-0.5, 3.5)
    axes.set_xticks([0, 1, 2, 3], ["1%", "10%", "100%", "1000%"])
    axes.set_xlabel("Target density, % of the middle in the marrow")
    foot_legend(figure, [
        axes.scatter([], [], marker="s", s=80, color=style.INK.light, label="killed in the lesion"),
        axes.scatter([], [], marker="s", s=80, facecolors=style.PAPER.light, edgecolors=style.ACCENT.light,
                     hatch="//////", label="spared")])
    heading(figure, "Constructed cells, not patients' data")
    text = (f"Constructed model. A cell needs {percent(threshold)} of the marrow's middle target density to be killed. "
            f"In the marrow {_of_100(killed[0])} cells reach it. In a lesion with {percent(density)} of that density, "
            f"spread {_SPREAD_WORDS[spread]}, {_of_100(killed[1])} do: {_spared(killed[1])}.")
    table = pd.DataFrame({"Place": ["Marrow", "Lesion"], "Middle density, %": [100.0, float(density)],
                          "Spread (SD of log10)": [MARROW_SPREAD, SPREADS[spread]],
                          "Killed of 100": np.round(killed, 1)})
    return Chart(figure, text, table)


def _of_100(share: float) -> str:
    """``82 of 100``; a share that is neither none nor all is never rounded to either."""
    if 0 < share < 0.5:
        return "less than 1 of 100"
    return "more than 99 of 100" if 99.5 <= share < 100 else f"{round(share)} of 100"


def _spared(killed: float) -> str:
    left = 100 - round(killed)
    if killed >= 99.5:
        return "fewer than 1 cell of 100 survives" if killed < 100 else "no cell survives"
    return "1 cell of 100 survives" if left == 1 else f"{plural(left, 'cell')} of 100 survive"

"""Of whom?  How many patients stand behind a statement, and what a denominator claims about those not looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import row_labels
from emdbook.charts.frames import numbers, table_of
from emdbook.charts.parts import foot_legend, heading, right_text, row_axis
from emdbook.charts.room import is_narrow
from emdbook.charts.told import Teller, whose
from emdbook.estimates import proportion_interval
from emdbook.estimates.checks import check_percent, check_several
from emdbook.estimates.counts import as_whole
from emdbook.ground.wording import count, ends, is_missing, listing, number, percent, percent_range, plural, points

#: Squares on one line.
_PER_LINE = 21
#: Whom a report divides by.
BASES = {"treated": "all with EMD", "assessed": "those looked at again"}


@in_style
def patients_behind(rows, *, none: tuple[str, ...] = (), title: str | None = None) -> Chart:
    """How many patients stand behind each statement: one square a patient.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, n`` (empty where no number is given), optionally ``assessed`` (patients who could be judged) and
        ``population``.
    none : tuple of str
        Statements or drugs with nobody behind them.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        Patients who were treated and not judged are hollow; an unknown number is a question mark.

    Raises
    ------
    ValueError
        If a number is not a whole number of 0 or more, or more were assessed than treated.
    """
    table = table_of(rows, ("label", "n"), "patients behind")
    if len(set(none) | set(table.label)) < len(none) + len(table):
        raise ValueError("patients behind: a statement with nobody behind it stands there twice.")
    if "assessed" not in table.columns:
        table["assessed"] = np.nan
    empty = pd.DataFrame({"label": list(none), "n": 0, "assessed": np.nan, "population": "EMD", "standing": ""})
    table = pd.concat([table.astype(object), empty.astype(object)], ignore_index=True)
    numbers(table, ["n", "assessed"], "patients behind", least=0)
    for row in table.itertuples():
        if not is_missing(row.n) and row.n != int(row.n):
            raise ValueError(f"patients behind: {row.label} has n = {row.n}; it must be a whole number of 0 or more.")
        if not is_missing(row.assessed) and (is_missing(row.n) or row.assessed > row.n or
                                             row.assessed != int(row.assessed)):
            raise ValueError(f"patients behind: {row.label} has {number(row.assessed)} patients assessed of "
                             f"{number(row.n)} treated.")
    table["lines"] = [1 if is_missing(n) else max(1, -(-int(n) // _PER_LINE)) for n in table.n]
    handles = _behind_legend(table)
    foot, top = 0.15 + 0.25 * -(-len(handles) // 2), 0.55 if title else 0.15
    # a row is as high as its squares or as its label, whichever needs more
    labels, _ = row_labels(table.label, left=1.78, row=0, chars=22)
    heights = np.maximum(table.lines + 1, [0.176 * (text.count("\n") + 1) / 0.24 + 0.4 for text in labels])
    if is_narrow():  # room for a name above the squares
        heights = table.lines + 0.6 + 0.75 * np.array([text.count("\n") + 1 for text in labels])
    figure, axes = new_figure(top + 0.24 * heights.sum() + foot, left=1.78, right=1.1, top=top, bottom=foot)
    ends = heights.cumsum()
    middles = ends - (table.lines + 0.4) / 2 if is_narrow() else ends - heights / 2
    tell = Teller(figure)
    for y, row, owner in zip(middles, table.itertuples(), whose(table), strict=True):
        said = _behind(row).replace("\n", ", ")
        with tell.row(row.label, said, facts=[*owner.facts, ("Patients", said)], record=owner.record,
                      series=style.POPULATION[row.population].label):
            _draw_behind(axes, y, row)
    row_axis(axes, labels, y=middles, bottom=ends.iloc[-1], top=0, tops=middles - table.lines / 2)
    tell.names(axes)
    axes.grid(visible=False)
    axes.set_xlim(0, _PER_LINE)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    heading(figure, title)
    foot_legend(figure, handles)
    words = listing(f"{row.label} {_behind(row).replace(chr(10), ', ')}" for row in table.itertuples())
    shown = table[["label", "population", "n", "assessed"]].rename(
        columns={"label": "Statement", "population": "Population"})
    shown[["n", "assessed"]] = shown[["n", "assessed"]].astype("Float64").astype("Int64")
    return Chart(figure, f"Patients behind each statement, one square a patient: {words}.", shown, marks=tell.marks)


def _draw_behind(axes, y: float, row) -> None:
    mark = style.POPULATION[row.population]
    if is_missing(row.n):
        axes.text(0.5, y, "?", va="center", ha="center", size=16, weight="bold", color=style.ACCENT.light)
    elif row.n:
        at = np.arange(int(row.n))
        judged = int(row.n if is_missing(row.assessed) else row.assessed)
        face = [mark.light] * judged + [style.PAPER.light] * (int(row.n) - judged)
        axes.scatter(at % _PER_LINE + 0.5, y - (row.lines - 1) / 2 + at // _PER_LINE, s=44, marker="s",
                     facecolors=face, edgecolors=mark.light, linewidths=1.2, clip_on=False)
    right_text(axes, y, _behind(row))


def _behind_legend(table) -> list:
    """One square for each population that has patients, and a hollow one where some were not judged."""
    shown = [p for p in style.POPULATION if ((table.population == p) & (table.n.fillna(0) > 0)).any()]
    marks = [style.POPULATION[p] for p in shown]
    handles = [Line2D([], [], ls="", marker="s", ms=8, color=m.light, label=m.label) for m in marks]
    if (table.assessed.notna() & (table.assessed != table.n)).any():
        handles.append(Line2D([], [], ls="", marker="s", ms=8, mfc=style.PAPER.light, mec=style.MUTED.light,
                              label="treated, not judged"))
    return handles


def _behind(row) -> str:
    if is_missing(row.n):
        return "not given"
    if not row.n:
        return "none seen"
    if is_missing(row.assessed) or row.assessed == row.n:
        return plural(int(row.n), "patient")
    return f"{plural(int(row.n), 'patient')}\n{int(row.assessed)} judged"


def attainable_range(events: int, treated: int, assessed: int) -> tuple[float, float]:
    """Lowest and highest share of the treated that the count among the assessed allows.

    Parameters
    ----------
    events, treated, assessed : int
        Responders, all treated, and those who were looked at; every responder was looked at.

    Returns
    -------
    tuple of float
        Percent: none of the others responded, and all of them did.

    Raises
    ------
    ValueError
        If the counts are impossible.
    """
    events, assessed, treated = (as_whole(x, f"denominator: the number {what}") for x, what in (
        (events, "of responders"), (assessed, "looked at"), (treated, "treated")))
    if not (0 <= events <= assessed <= treated and treated >= 1):
        raise ValueError(f"denominator: {events} responders, {assessed} looked at and {treated} treated do not fit.")
    return 100 * events / treated, 100 * (events + treated - assessed) / treated


@in_style
def denominator(events: int, treated: int, assessed: int, *, base: str = "treated", supposed: int = 0) -> Chart:
    """One count, two denominators, and what each claims about the patients not looked at.

    Parameters
    ----------
    events, treated, assessed
        See :func:`attainable_range`.
    base : {"treated", "assessed"}
        Whom the report divides by.
    supposed : int
        How many of the patients not looked at had in truth responded.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For impossible counts or an unknown base.
    """
    if base not in BASES:
        raise ValueError(f"denominator: the base is one of {listing(BASES)}, not {base!r}.")
    low, high = attainable_range(events, treated, assessed)
    missing = treated - assessed
    if as_whole(supposed, "denominator: the number supposed to have responded") > missing:
        raise ValueError(f"denominator: {supposed} of the {missing} not looked at cannot have responded.")
    n = treated if base == "treated" else assessed
    if not n:
        raise ValueError("denominator: nobody was looked at, so there is nothing to divide by.")
    claim = 100 * events / n
    ci_low, ci_high = (100 * x for x in proportion_interval(events, n))
    truth = 100 * (events + supposed) / treated
    figure, axes = new_figure(4.15, left=0.4, right=0.4, top=2.05, bottom=1.42)
    squares = figure.add_axes((0.4 / 5.6, (4.15 - 2.0) / 4.15, 4.8 / 5.6, 1.5 / 4.15))
    _draw_squares(squares, events, assessed, treated, supposed)
    axes.axvspan(low, high, color=style.ACCENT.light, alpha=0.16, lw=0)
    mark = other = style.INK  # a report and a truth are no populations: shape and filling tell them apart
    axes.hlines(0, ci_low, ci_high, color=mark.light, lw=3)
    axes.plot([claim], [0], marker="o", ms=11, mfc=mark.light, mec=mark.light, ls="", zorder=4)
    axes.plot([truth], [1], marker="D", ms=10, mfc=style.PAPER.light, mec=other.light, mew=2.2, ls="", zorder=4,
              clip_on=False)
    axes.plot([claim, truth], [0, 1], color=style.MUTED.light, lw=1, ls=":", zorder=1)
    axes.set_ylim(-0.6, 1.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Response, %")
    possible = [] if not missing else [
        axes.scatter([], [], marker="s", s=110, color=style.ACCENT.light, alpha=0.16, linewidths=0,
                     label=f"possible, whatever the {missing} did: {percent_range(low, high)}")]
    foot_legend(figure, [
        axes.plot([], [], marker="o", ms=9, color=mark.light, ls="",
                  label=f"reported: {count(events, n)}, {percent(claim, 0)} ({percent_range(ci_low, ci_high)})")[0],
        axes.plot([], [], marker="D", ms=9, mfc=style.PAPER.light, mec=other.light, mew=2, ls="",
                  label=f"supposed truth: {count(events + supposed, treated)}, {percent(truth, 0)}")[0],
        *possible], columns=1)
    heading(figure, f"Divide by {BASES[base]}: {count(events, n)}, {percent(claim, 0)}")
    text = f"{count(events, n)}, dividing by {BASES[base]}, is {percent(claim, 0)} " \
           f"({percent_range(ci_low, ci_high)}, Wilson). "
    text += "All were looked at, so both denominators are one." if not missing else (
        f"{_assumes(base, missing)} Supposing that {_of_missing(supposed, missing)} not looked at responded, the "
        f"truth is {count(events + supposed, treated)}, {percent(truth, 0)}, and the report is {_off(claim - truth)}. "
        f"Whatever {'that one' if missing == 1 else 'they'} did, it lies between {' and '.join(ends(low, high))}%.")
    table = pd.DataFrame([
        ("reported", events, n, claim, ci_low, ci_high),
        ("supposed truth", events + supposed, treated, truth, np.nan, np.nan),
        ("worst case", events, treated, low, np.nan, np.nan),
        ("best case", events + missing, treated, high, np.nan, np.nan)],
        columns=["What", "responders", "n", "%", "CI low %", "CI high %"]).round(1)
    return Chart(figure, text, table)


def _draw_squares(axes, events, assessed, treated, supposed) -> None:
    """All patients: responders, looked at without response, not looked at; each third kind on its own line."""
    mark = other = style.INK.light
    missing = treated - assessed
    widest = max(events, assessed - events, missing, 1)
    step = min(0.92, 5.7 / widest)
    lines = ((events, f"{events} responded"), (assessed - events, f"{assessed - events} did not"),
             (missing, f"{missing} not looked at"))
    for y, (many, words) in enumerate(lines):
        x = 3.2 + step * np.arange(many)
        face = [mark, style.SOFT.light, style.PAPER.light][y]
        edge = [mark, style.MUTED.light, style.ACCENT.light][y]
        axes.scatter(x, np.full(many, 2 - y), s=150, marker="s", facecolors=face, edgecolors=edge, linewidths=1.6)
        axes.text(2.75, 2 - y, words, ha="right", va="center")
        if y == 2:
            axes.scatter(x[:supposed], np.zeros(supposed), s=42, marker="D", color=other, zorder=4)
    axes.set_xlim(0, 9.3)
    axes.set_ylim(-0.6, 2.6)
    axes.set_axis_off()


def _assumes(base: str, missing: int) -> str:
    if base == "treated":
        none = "the 1 other did not respond" if missing == 1 else f"none of the {missing} others responded"
        return f"It claims that {none}."
    others = "the 1 other" if missing == 1 else f"the {missing} others"
    return f"It claims that {others} would have responded as often as those looked at."


def _of_missing(supposed: int, missing: int) -> str:
    if missing == 1:
        return "the 1" if supposed else "not even the 1"
    return f"{'none' if not supposed else 'all' if supposed == missing else supposed} of the {missing}"


def _off(by: float) -> str:
    return "right" if abs(by) < 1e-9 else f"{points(by)} too {'high' if by > 0 else 'low'}"


@in_style
def missing_range(missing: float, share: float = 30, *, sizes=(10, 20, 40, 80, 160)) -> Chart:
    """Constructed studies of growing size in which some patients are not looked at.

    Parameters
    ----------
    missing : float
        Percent of the patients not looked at, 0 to 90.
    share : float
        Percent of responders among those looked at.
    sizes : sequence of int
        Numbers of patients treated.

    Returns
    -------
    Chart
        A thick bar for what the missing patients allow, a thin line for chance on top of it (Wilson).

    Raises
    ------
    ValueError
        If a percentage is impossible or a study has nobody left.
    """
    missing = check_percent(missing, "missing range: the share missing", 90)
    share = check_percent(share, "missing range: the response")
    sizes = [as_whole(n, "missing range: the number of patients", least=1)
             for n in check_several(sizes, "missing range: the sizes")]
    if not sizes:
        raise ValueError("missing range: there is no size to draw.")
    rows = []
    for n in sizes:
        away = int(np.floor(missing / 100 * n + 0.5))
        if away >= n:
            raise ValueError(f"missing range: of {n} patients nobody is left.")
        events = int(np.floor(share / 100 * (n - away) + 0.5))
        low, high = attainable_range(events, n, n - away)
        rows.append((n, n - away, events, low, high, 100 * proportion_interval(events, n).ci_low,
                     100 * proportion_interval(events + away, n).ci_high))
    table = pd.DataFrame(rows, columns=["treated", "looked at", "responders", "worst case %", "best case %",
                                        "with chance, low %", "with chance, high %"])
    figure, axes = new_figure(4.0, left=0.75, right=0.3, top=0.55, bottom=1.2)
    mark = style.MUTED
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(index=False)):
        with tell.row(f"{row[0]} treated", f"{count(row[2], row[1])} looked at"):
            axes.plot([i], [100 * row[2] / row[1]], marker="o", ms=8, mfc=style.PAPER.light, mec=style.INK.light,
                      mew=1.8, ls="", zorder=4)
            axes.vlines(i, row[5], row[6], color=mark.light, lw=1.8, zorder=2)
            if row[4] > row[3]:
                axes.vlines(i, row[3], row[4], color=style.ACCENT.light, lw=11, zorder=3)
    axes.set_xticks(range(len(table)), [f"{n}" for n in table.treated])
    axes.set_xlim(-0.5, len(table) - 0.5)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Patients treated")
    axes.set_ylabel("Response, %")
    axes.grid(axis="y")
    handles = [axes.plot([], [], marker="o", ms=8, mfc=style.PAPER.light, mec=style.INK.light, mew=1.8, ls="",
                         label="as looked at")[0],
               axes.plot([], [], ls="", marker="s", ms=9, color=style.ACCENT.light, label="what the missing allow")[0],
               axes.plot([], [], ls="", marker="|", ms=14, mew=2, color=mark.light, label="and chance on top")[0]]
    foot_legend(figure, handles)
    heading(figure, f"Constructed studies, {percent(missing)} not looked at")
    first, last = table.iloc[0], table.iloc[-1]
    text = (f"Constructed studies in which {percent(missing)} of the patients were not looked at and "
            f"{percent(share)} of the others responded. " + " ".join(
                f"With {int(r['treated'])} treated the missing allow {_span(r['worst case %'], r['best case %'])}, "
                f"with chance {percent_range(r['with chance, low %'], r['with chance, high %'])}."
                for r in (first, last)))
    shown = table.round(1)
    return Chart(figure, text, shown, marks=tell.with_table(shown))


def _span(low: float, high: float) -> str:
    return f"only {percent(low, 0)}" if high - low < 0.05 else percent_range(low, high)


@in_style
def all_responded(sizes=(2, 3, 5, 8, 12, 20, 40), *, highlight: int | None = None) -> Chart:
    """What a response of everybody means in constructed groups of growing size.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of patients, all of whom responded.
    highlight : int, optional
        A size to put in the foreground; it is added to the others.

    Returns
    -------
    Chart
        Lower limit of the exact interval; its upper limit is 100%.

    Raises
    ------
    ValueError
        If a size is not a positive whole number.
    """
    sizes = sorted({as_whole(n, "The number of patients n", least=1)
                    for n in (*check_several(sizes, "all responded: the sizes"),
                              *([] if highlight is None else [highlight]))})
    if not sizes:
        raise ValueError("all responded: there is no size to draw.")
    low = [100 * proportion_interval(n, n, "clopper-pearson").ci_low for n in sizes]
    figure, axes = new_figure(3.3, left=0.75, right=0.3, top=0.55, bottom=0.7)
    tell = Teller(figure)
    for i, (n, value) in enumerate(zip(sizes, low, strict=True)):
        mark = style.ACCENT if n == highlight else style.MUTED
        with tell.row(f"{count(n, n)} responded", f"at least {percent(value, 0)}"):
            axes.vlines(i, value, 100, color=mark.light, lw=6 if n == highlight else 4)
            axes.annotate(percent(value, 0), (i, value), xytext=(0, -5), textcoords="offset points", ha="center",
                          va="top", size=10.5)
    axes.set_xticks(range(len(sizes)), [f"{n}/{n}" for n in sizes], size=10 if is_narrow() else 11)
    axes.set_xlim(-0.6, len(sizes) - 0.4)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Responders / patients")
    axes.set_ylabel("True response rate, %")
    axes.grid(axis="y")
    heading(figure, "Constructed: everybody responded")
    text = ("Constructed groups in which everybody responded. The exact interval reaches down to " + listing(
        f"{percent(value, 0)} with {plural(n, 'patient')}" for n, value in zip(sizes, low, strict=True)) + ".")
    table = pd.DataFrame({"patients": sizes, "responders": sizes, "CI low %": low, "CI high %": 100.0}).round(1)
    return Chart(figure, text, table, marks=tell.with_table(table))

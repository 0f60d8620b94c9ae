"""A pool of the studies that a reader chooses, with what had to stay out and why."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import inches, lines_of, row_labels
from emdbook.charts.forest import NOT_HEAD_TO_HEAD, POOLED, pool_words, share_words, with_pool
from emdbook.charts.frames import check_counts, numbers, rounded, table_of, with_standing
from emdbook.charts.marks import diamond, key, point, span
from emdbook.charts.parts import LINE_SPACING, foot_legend, heading, legend_height, right_text, row_axis, x_label
from emdbook.charts.room import is_narrow, width
from emdbook.charts.told import Teller, standing_fact, whose
from emdbook.estimates import Pooled, pool_proportions, proportion_interval
from emdbook.estimates.checks import check_several
from emdbook.estimates.overlaps import keep_apart
from emdbook.ground.wording import count, ends, is_missing, listing, number, percent, percent_range, plural, sentence

_ROW = 0.46
_LINE = 0.19
#: Lines that the notes of a pool may take.
_NOTE_LINES = 6
#: What every pool of this chart takes for granted.
ASSUMES = ("A pool assumes that the true rates of these groups, and of the next one, scatter around one centre. "
           f"{NOT_HEAD_TO_HEAD}.")


#: What a study is that nothing is pooled with.
ALONE = "alone, not pooled"


@dataclass(frozen=True)
class Pool:
    """Result of :func:`prepare_pool`.

    Attributes
    ----------
    table : pandas.DataFrame
        Every study offered: ``label, study_id, arm_id, population, events, n, percent, ci_low, ci_high, standing,
        state ("pooled", "left out", "not chosen" or :data:`ALONE`), reason, weight`` (percent of the pool).
    pooled : Pooled
        The random-effects summary.
    reasons : tuple of str
        One sentence per study that is left out.
    """

    table: pd.DataFrame
    pooled: Pooled
    reasons: tuple[str, ...]


def prepare_pool(rows, studies: Sequence[str], *, tau2_method: str = "REML",
                 ci_method: str = "hartung-knapp", level: float = 0.95, both: bool = False) -> Pool:
    """Pool the chosen studies; of two that share patients only the larger.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, study_id, arm_id, overlaps_with`` (arm ids joined by ``;``)``, events, n`` and optionally
        ``population``, ``standing``; one row per study offered.
    studies : sequence of str
        ``study_id`` of those chosen.
    tau2_method, ci_method, level
        See :func:`emdbook.estimates.pool_proportions`.
    both : bool
        Pool both of two that may share patients, to see what the precaution costs. Whoever shows that must say that
        the interval may be too narrow.

    Returns
    -------
    Pool

    Raises
    ------
    ValueError
        If nothing is chosen, a study is unknown, two rows are of one study, or a row has no possible count.
    """
    table = table_of(rows, ("label", "study_id", "arm_id", "overlaps_with", "events", "n"), "pool")
    check_counts(table, "pool")
    for column in ("study_id", "arm_id"):
        if table[column].map(is_missing).any():
            raise ValueError(f"pool: {listing(table.label[table[column].map(is_missing)])} has no {column}.")
        table[column] = table[column].map(str)
    if table.events.isna().any() or table.n.isna().any():
        without = table.label[table.events.isna() | table.n.isna()]
        raise ValueError(f"pool: {listing(without)} has no count and cannot be pooled.")
    twice = sorted(set(table.study_id[table.study_id.duplicated()]))
    if twice:
        raise ValueError(f"pool: {listing(twice)} stands on more than one row; a study enters a pool once.")
    unknown = sorted({str(study) for study in studies} - set(table.study_id))
    if unknown:
        raise ValueError(f"pool: {listing(unknown)} is not among the studies offered.")
    if not studies:
        raise ValueError("pool: choose at least one study.")
    table[["events", "n"]] = table[["events", "n"]].astype(int)
    limits = [proportion_interval(e, n, "wilson", level) for e, n in zip(table.events, table.n, strict=True)]
    table["percent"] = 100 * table.events / table.n
    table["ci_low"], table["ci_high"] = [100 * x.ci_low for x in limits], [100 * x.ci_high for x in limits]

    chosen = table[table.study_id.isin(studies)]
    shares = {r.arm_id: set() if both or is_missing(r.overlaps_with) else _others(r.overlaps_with)
              for r in table.itertuples()}
    apart = keep_apart(list(chosen.arm_id), dict(zip(table.arm_id, table.n, strict=True)), shares)
    label = dict(zip(table.arm_id, table.label, strict=True))
    table["state"] = ["pooled" if arm in apart.kept else "left out" if arm in apart.left_out else "not chosen"
                      for arm in table.arm_id]
    table["reason"] = [f"may share patients with {label[apart.left_out[arm]]}, which is larger"
                       if arm in apart.left_out else "" for arm in table.arm_id]
    pooled_rows = table[table.state == "pooled"]
    pooled = pool_proportions(list(pooled_rows.events), list(pooled_rows.n), tau2_method=tau2_method,
                              ci_method=ci_method, level=level)
    table["weight"] = np.nan
    if pooled.k > 1:
        table.loc[pooled_rows.index, "weight"] = [100 * w for w in pooled.weights]
    else:
        table.loc[pooled_rows.index, "state"] = ALONE
    reasons = tuple(f"{r.label} is left out: it {r.reason}." for r in table.itertuples() if r.reason)
    names = ["label", "study_id", "arm_id", "population", "events", "n", "percent", "ci_low", "ci_high", "standing",
             "state", "reason", "weight"]
    return Pool(table[names], pooled, reasons)


def _others(named) -> set[str]:
    """The groups that a cell of ``overlaps_with`` names."""
    return {arm.strip() for arm in str(named).split(";")}


@in_style
def pool_choice(rows, studies: Sequence[str] = (), *, beside=None, endpoint: str = "Response (ORR)",
                tau2_method: str = "REML", ci_method: str = "hartung-knapp", level: float = 0.95,
                both: bool = False) -> Chart:
    """A forest plot of the studies offered, with the pool of those chosen.

    Parameters
    ----------
    rows, studies, tau2_method, ci_method, level, both
        See :func:`prepare_pool`. Without ``studies`` all are chosen.
    beside : pandas.DataFrame or iterable of mappings, optional
        Groups that may not enter: ``label, value`` (percent) and ``why`` (a few words), drawn below the pool;
        optionally ``population, standing``.
    endpoint : str
        What is counted, in a reader's words.

    Returns
    -------
    Chart
        Every study keeps its line whether it is chosen or not, so that only what changes moves.

    Raises
    ------
    ValueError
        See :func:`prepare_pool`.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    studies = check_several(studies, "pool: the studies chosen")
    found = prepare_pool(rows, tuple(studies) or tuple(rows["study_id"]), tau2_method=tau2_method,
                         ci_method=ci_method, level=level, both=both)
    table, pooled = found.table, found.pooled
    outside = _outside(beside)
    lines = len(table) + 1.6 + (len(outside) + 0.9 if len(outside) else 0)
    handles = key([*table.population, *outside.population], [*table.standing, *outside.standing])
    names, row = row_labels([*table.label, *outside.label], left=1.78, row=_ROW)
    # room for the longest text of any state, so that the figure never jumps; a narrow layout leaves it to the caption,
    # which says the same right below
    longest = max(table.label, key=inches)
    reason = f"{longest} is left out: it may share patients with {longest}, which is larger."
    notes = 0 if is_narrow() else 2 + _most_left_out(rows) * max(2, len(_note_lines(reason))) + _NOTE_LINES
    foot, top = 0.62 + _LINE * notes + 0.1 + legend_height(handles), 0.5
    figure, axes = new_figure(top + row * lines + foot, left=1.78, right=1.42, top=top, bottom=foot)
    tell = Teller(figure)
    _draw_studies(tell, table, whose(rows), endpoint)
    at = len(table) + 0.35
    told = pool_words(pooled, level) if pooled.k > 1 else {"value": "one group, not pooled"}
    with tell.row(POOLED, **told):
        _draw_summary(axes, pooled, at)
    ticks = [*range(len(table)), at]
    labels = [*names[:len(table)], POOLED]
    if len(outside):
        first = at + 1.55
        axes.axhline(first - 0.78, color=style.GRID.light, lw=1)
        axes.annotate("Beside the pool, not in it", (0, first - 0.78), xycoords=("figure fraction", "data"),
                      xytext=(7, 8 if is_narrow() else -9), textcoords="offset points", va="center", weight="bold",
                      size=10.5)
        _draw_outside(tell, outside, first, endpoint)
        ticks += [first + i for i in range(len(outside))]
        labels += names[len(table):]
    row_axis(axes, labels, y=ticks, bottom=lines - 0.4)
    tell.names(axes)
    for tick, state in zip(axes.get_yticklabels(), table.state, strict=False):
        tick.set_color(style.INK.light if state in ("pooled", ALONE) else style.MUTED.light)
    axes.set_xlim(0, 100)
    x_label(axes, f"{endpoint}, % of patients")
    if notes:
        _footnotes(figure, [ASSUMES, *found.reasons, pooled.note], notes, legend_height(handles))
    foot_legend(figure, handles)
    heading(figure, _headline(pooled))
    return Chart(figure, _describe(found, outside, endpoint, level), _reader_table(table, pooled), marks=tell.marks)


def _headline(pooled: Pooled) -> str:
    estimate, low, high = (100 * x for x in (pooled.estimate, pooled.ci_low, pooled.ci_high))
    lead = f"{plural(pooled.k, 'group')} pooled" if pooled.k > 1 else "One group, nothing pooled"
    return f"{lead}: {percent(estimate, 0)} ({percent_range(low, high)})"


def _most_left_out(rows: pd.DataFrame) -> int:
    """How many of the studies offered could be left out at once: the lines that the figure keeps free."""
    shares = {a: set() if is_missing(o) else _others(o)
              for a, o in zip(rows["arm_id"], rows["overlaps_with"], strict=True)}
    sizes = {a: int(n) for a, n in zip(rows["arm_id"], rows["n"], strict=True)}
    return len(keep_apart(list(shares), sizes, shares).left_out)


def _outside(beside) -> pd.DataFrame:
    if beside is None or len(beside) == 0:
        return pd.DataFrame(columns=["label", "value", "why", "population", "standing"])
    name = "pool, groups beside it"
    table = table_of(beside, ("label", "value", "why"), name)
    numbers(table, ["value"], name, least=0, most=100, unit="%")
    if table.value.isna().any():
        raise ValueError(f"{name}: {listing(table.label[table.value.isna()])} has no percentage.")
    return table


def _draw_studies(tell, table, owners, endpoint):
    biggest = float(table.n.max())
    for y, (row, owner) in enumerate(zip(table.itertuples(), owners, strict=True)):
        value, ends = share_words(row)
        facts = [*owner.facts, ("Patients", number(row.n)), (endpoint, value), ("Interval", ends),
                 standing_fact(row.standing), ("In the pool", row.state + (f": it {row.reason}" if row.reason else "")),
                 ("Weight", "" if is_missing(row.weight) else percent(row.weight, 0))]
        with tell.row(row.label, f"{value}, {row.state}", facts=facts, record=owner.record,
                      series=style.POPULATION[row.population].label):
            _draw_study(tell.figure.axes[0], y, row, 34 + 130 * math.sqrt(row.n / biggest))


def _draw_study(axes, y, row, size):
    mark = style.POPULATION[row.population]
    chosen = row.state != "not chosen"
    if chosen:
        color = style.GRID.light if row.state == "left out" else style.MUTED.light
        span(axes, y, row.ci_low, row.ci_high, (0, 100), color=color)
        # what is left out keeps its shape and filling and loses its colour
        shade = replace(mark, light=style.MUTED.light) if row.state == "left out" else mark
        point(axes, row.percent, y, shade, standing=row.standing, size=size)
    text = "not chosen" if not chosen else "left out" if row.state == "left out" else \
        f"{percent(row.percent, 0, brief=True)} ({'–'.join(ends(row.ci_low, row.ci_high))})"
    right_text(axes, y, f"{text}\n{count(row.events, row.n)}")


def _draw_summary(axes, pooled: Pooled, at: float):
    low, middle, high = (100 * x for x in (pooled.ci_low, pooled.estimate, pooled.ci_high))
    axes.axhline(at - 0.7, color=style.GRID.light, lw=1)
    if pooled.k == 1:
        right_text(axes, at, "one group,\nnot pooled")
        return
    text = f"{percent(middle, 0)} ({'–'.join(ends(low, high))})"
    if is_missing(pooled.prediction_low):
        text += "\nno prediction"
    else:
        first, last = 100 * pooled.prediction_low, 100 * pooled.prediction_high
        span(axes, at + 0.36, first, last, (0, 100), color=style.ACCENT.light, lw=2, ls=(0, (3, 1.5)))
        text += f"\nnext {'–'.join(ends(first, last))}"
    diamond(axes, at, (low, middle, high), (0, 100), half=0.24, color=style.ACCENT.light)
    right_text(axes, at, text)


def _draw_outside(tell, outside, first, endpoint):
    axes = tell.figure.axes[0]
    for i, (row, owner) in enumerate(zip(outside.itertuples(), whose(outside), strict=True)):
        facts = [*owner.facts, (endpoint, percent(row.value)), ("Not in the pool", row.why),
                 standing_fact(row.standing)]
        with tell.row(row.label, f"{percent(row.value)}, beside the pool", facts=facts, record=owner.record,
                      series=style.POPULATION[row.population].label):
            point(axes, row.value, first + i, style.POPULATION[row.population], standing=row.standing)
            right_text(axes, first + i, f"{percent(row.value)}\n{row.why}")


def _note_lines(text: str) -> list[str]:
    lines, room = textwrap.wrap(text, 76), width() - 0.2
    return lines if all(inches(line, 10.5) <= room for line in lines) else lines_of(text, room, 10.5, most=99)


def _footnotes(figure, texts, lines, base):
    wrapped_lines = [line for text in texts if text for line in _note_lines(text)]
    figure.text(0.012, (base + 0.06 + _LINE * lines) / figure.get_figheight(), "\n".join(wrapped_lines), va="top",
                size=10.5, linespacing=LINE_SPACING)


def _describe(found: Pool, outside, endpoint, level):
    table, pooled = found.table, found.pooled
    low, middle, high = (100 * x for x in (pooled.ci_low, pooled.estimate, pooled.ci_high))
    inside = table[table.state.isin(["pooled", ALONE])]
    parts = [f"{endpoint}, {plural(pooled.k, 'group')} of the {len(table)} offered: "
             + listing(f"{r.label} {count(r.events, r.n)}" for r in inside.itertuples()) + "."]
    name = "random-effects pool" if pooled.k > 1 else "this group alone"
    parts.append(sentence(f"{name} {percent(middle, 0)}, {percent(100 * level)} interval {percent_range(low, high)}"))
    if not is_missing(pooled.prediction_low):
        first, last = 100 * pooled.prediction_low, 100 * pooled.prediction_high
        parts.append(f"Prediction interval for the next group {percent_range(first, last)}.")
        outlying = [r.label for r in outside.itertuples() if not first <= r.value <= last]
        if outlying:
            parts.append(f"Outside it: {listing(outlying)}.")
    parts += found.reasons
    parts += [pooled.note] if pooled.note else []
    if len(outside):
        parts.append("Beside the pool, not in it: "
                     + listing(f"{r.label} {percent(r.value)} ({r.why})" for r in outside.itertuples()) + ".")
    return " ".join([*parts, ASSUMES])


def _reader_table(table, pooled):
    out = pd.DataFrame({
        "Group": table.label, "Population": table.population, "events": table.events.astype("Int64"),
        "n": table.n.astype("Int64"), "%": table.percent, "CI low %": table.ci_low, "CI high %": table.ci_high,
        "in the pool": [f"{r.state}: {r.reason}" if r.reason else r.state for r in table.itertuples()],
        "weight, %": table.weight.round(0)})
    out = with_standing(rounded(out), table)
    return with_pool(out, pooled) if pooled.k > 1 else out

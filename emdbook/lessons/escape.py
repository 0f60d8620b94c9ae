"""The escape from the marrow: which change serves which step, and whether the sources agree on its direction."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from emdbook import style
from emdbook.charts import room
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import LINE_SPACING, foot_legend, legend_height, row_axis
from emdbook.charts.told import Teller, whose
from emdbook.evidence.scenes import Alteration, Comparison
from emdbook.ground.wording import is_missing, listing, number, plural, sentence

#: The four steps, which are the columns of the figure.
STEPS = {"leave": "Leave", "travel": "Travel", "settle": "Settle", "resist": "Resist"}
_ROW = 0.375
_X = {"leave": 1.9, "travel": 2.55, "settle": 3.2, "resist": 3.85}
_HEAD = 0.92


def prepare_journey(alterations: Mapping[str, Alteration], *, inferred: bool = True) -> pd.DataFrame:
    """One row per change and step that it serves.

    Parameters
    ----------
    alterations : Mapping of str to Alteration
        As ``Evidence.scenes.alterations`` holds them.
    inferred : bool
        With what this book infers.

    Returns
    -------
    pandas.DataFrame
        ``key, change, step, basis`` with basis ``stated``, ``stated together`` or ``inferred``.

    Raises
    ------
    ValueError
        If a step is unknown or is both stated and inferred.
    """
    rows = []
    for key, change in alterations.items():
        for step in (*change.stated, *change.inferred):
            if step not in STEPS:
                raise ValueError(f"journey: {change.label} serves {step!r}, which is no step.")
        twice = set(change.stated) & set(change.inferred)
        if twice:
            raise ValueError(f"journey: {change.label} has {listing(sorted(twice))} both stated and inferred.")
        basis = "stated together" if change.together else "stated"
        rows += [(key, change.label, step, basis) for step in change.stated]
        rows += [(key, change.label, step, "inferred") for step in change.inferred if inferred]
    return pd.DataFrame(rows, columns=["key", "change", "step", "basis"])


@in_style
def journey(alterations: Mapping[str, Alteration], *, chosen: str = "all", step: str = "all",
            inferred: bool = True) -> Chart:
    """Changes against the four steps of the escape, with the treatment that each may blunt.

    Parameters
    ----------
    alterations : Mapping of str to Alteration
        The rows.
    chosen : str
        Key of one change, or ``all``.
    step : str
        ``leave``, ``travel``, ``settle``, ``resist`` or ``all``.
    inferred : bool
        Show what this book infers, beside what the source states.

    Returns
    -------
    Chart
        A full mark is stated by the source, joined marks are stated of several changes at once, a ring is this
        book's inference.

    Raises
    ------
    ValueError
        For an unknown change or step, and as :func:`prepare_journey`.
    """
    if chosen != "all" and chosen not in alterations:
        raise ValueError(f"journey: {chosen!r} is no change; there are {', '.join(alterations)}.")
    if step != "all" and step not in STEPS:
        raise ValueError(f"journey: {step!r} is no step; there are {', '.join(STEPS)}.")
    table = prepare_journey(alterations, inferred=inferred)
    heading, lines = _words(alterations, table, chosen, step, inferred)
    body = _ROW * len(alterations)
    wrapped = [part for line in lines for part in textwrap.wrap(line, round(82 * room.width() / room.WIDE - 2))]
    more = 0.2 * max(0, len(wrapped) - 6)
    height = _HEAD + body + 0.1 + 1.84 + more + 0.36
    figure, axes = new_figure(height, left=0.05, right=0.05, top=0.02, bottom=0.36)
    axes.set_xlim(0, 5.5)
    axes.set_ylim(height - 0.38, 0)
    axes.set_axis_off()
    _draw_head(axes, step, _HEAD + body)
    tell = Teller(figure)
    for i, (key, change) in enumerate(alterations.items()):
        with tell.row(change.label):
            _draw_change(axes, _HEAD + _ROW * (i + 0.5), change, table[table.key == key],
                         shown=chosen in ("all", key), picked=chosen == key, step=step, inferred=inferred)
    y = _HEAD + body + 0.1
    axes.add_patch(FancyBboxPatch((0.05, y), 5.4, 1.78 + more, boxstyle="round,pad=0,rounding_size=0.1", lw=1.2,
                                  zorder=1, facecolor=style.SOFT.light, edgecolor=style.MUTED.light))
    axes.text(0.18, y + 0.2, heading, size=12, weight="bold", va="center")
    axes.text(0.18, y + 0.38, "\n".join(wrapped), size=10.5, va="top", linespacing=1.1)
    _legend(figure, axes, inferred)
    shown = _reader_table(alterations, table, inferred)
    return Chart(figure, " ".join([sentence(heading), *lines]), shown, marks=tell.with_table(shown))


def _stated(change: Alteration) -> bool:
    """Whether the source itself links the change with a treatment."""
    return change.treatment is not None and change.treatment.standing != "own"


def _draw_head(axes, step: str, bottom: float) -> None:
    if step != "all":
        axes.add_patch(Rectangle((_X[step] - 0.31, 0.05), 0.62, bottom - 0.05, facecolor=style.SOFT.light, lw=0,
                                 zorder=0))
    for i, (key, label) in enumerate(STEPS.items(), 1):
        axes.scatter([_X[key]], [0.34], s=430, facecolors=style.PAPER.light, linewidths=2.4, zorder=3,
                     edgecolors=style.INK.light if step in ("all", key) else style.MUTED.light)
        axes.text(_X[key], 0.345, str(i), ha="center", va="center", size=12, weight="bold", zorder=4)
        axes.text(_X[key], 0.72, label, ha="center", va="center", size=11,
                  weight="bold" if step == key else "normal")
        if i < len(STEPS):
            axes.add_patch(FancyArrowPatch((_X[key] + 0.17, 0.34), (_X[key] + 0.49, 0.34), lw=1.4, mutation_scale=9,
                                           arrowstyle="-|>", color=style.MUTED.light, shrinkA=0, shrinkB=0))
    axes.text(4.3, 0.72, "May blunt", va="center", size=11)
    axes.text(0.08, 0.72, "Change", va="center", size=11)
    axes.hlines(_HEAD - 0.02, 0.05, 5.45, color=style.MUTED.light, lw=0.8)


def _draw_change(axes, y, change: Alteration, rows, *, shown: bool, picked: bool, step: str, inferred: bool) -> None:
    stated, guess = style.INK.light, style.ACCENT.light
    if picked:
        axes.add_patch(FancyBboxPatch((0.04, y - _ROW / 2 + 0.02), 5.42, _ROW - 0.04, lw=1.8, zorder=1,
                                      boxstyle="round,pad=0,rounding_size=0.08", facecolor="none",
                                      edgecolor=style.INK.light))
    ink = style.INK.light if shown else style.MUTED.light
    axes.text(0.12, y, change.label, va="center", size=11, color=ink, weight="bold" if picked else "normal")
    faint = 1.0 if shown else 0.3
    spots = [_X[s] for s in rows.step[rows.basis == "stated together"]]
    if len(spots) > 1:
        axes.hlines(y, min(spots), max(spots), color=stated, lw=2.2, zorder=2,
                    alpha=faint if step == "all" else 0.3)
    for row in rows.itertuples():
        here = faint if step in ("all", row.step) else 0.3
        ring = row.basis == "inferred"
        axes.scatter([_X[row.step]], [y], s=120, zorder=3, linewidths=2, edgecolors=guess if ring else stated,
                     facecolors=style.PAPER.light if ring else stated, alpha=here)
    if change.treatment and (inferred or _stated(change)):
        text = textwrap.fill(change.treatment.says, 12 if room.is_narrow() else 16)
        axes.text(4.3, y, text, va="center", size=10.5, linespacing=LINE_SPACING,
                  color=(stated if _stated(change) else guess) if shown else style.MUTED.light)


def _legend(figure, axes, inferred: bool) -> None:
    stated = style.INK.light
    handles = [axes.scatter([], [], s=70, color=stated, label="stated"),
               axes.plot([], [], color=stated, marker="o", ms=7, lw=2.2, label="stated of three together")[0]]
    if inferred:
        handles.append(axes.scatter([], [], s=70, facecolors=style.PAPER.light, edgecolors=style.ACCENT.light,
                                    linewidths=2, label="inferred by this book"))
    foot_legend(figure, handles, columns=3)


def _words(alterations, table, chosen: str, step: str, inferred: bool) -> tuple[str, list[str]]:
    if chosen == "all":
        return _words_of_all(alterations, table, inferred) if step == "all" else _words_of_step(table, step, inferred)
    change = alterations[chosen]
    lines = [sentence(f"Source ({', '.join(change.where)}): {change.says}")]
    heading = change.label
    if step != "all":
        basis = table.basis[(table.key == chosen) & (table.step == step)]
        word = basis.iloc[0] if len(basis) else "not said"
        number = list(STEPS).index(step) + 1
        heading = f"{change.label}, step {number} ({STEPS[step].lower()}): {word}"
    if inferred:
        lines.append(sentence(f"This book infers: {change.inference}"))
    if change.treatment and _stated(change):
        lines.append(f"May blunt, stated in {', '.join(change.treatment.where)}: {change.treatment.says}.")
    elif change.treatment and inferred:
        lines.append(f"May blunt, inferred: {change.treatment.says}.")
    else:
        lines.append("The source names no treatment that this may blunt.")
    return heading, [*lines, sentence(f"Support: {change.support}")]


def _words_of_all(alterations, table, inferred: bool) -> tuple[str, list[str]]:
    given = [c for c in alterations.values() if c.stated]
    without = [c.label for c in alterations.values() if not c.stated]
    together = sum(c.together for c in given)
    empty = [label.lower() for key, label in STEPS.items() if not any(key in c.stated for c in given)]
    lines = [f"The source gives a step to {len(given)} of {plural(len(alterations), 'change')}; for {together} of them "
             "it names leaving and invading in one breath.",
             f"It gives no step to {listing(without)}."]
    if empty:
        lines.append(f"Our step {listing(empty)} stays empty: the steps are a teaching aid, and the source has no such "
                     "step.")
    lines.append("Rings are this book's inferences: plausible, and not shown by anybody cited here." if inferred else
                 "Inferences are hidden: this is all that the source says.")
    return f"{plural(len(alterations), 'change')}, {plural(len(STEPS), 'step')}", lines


def _words_of_step(table, step: str, inferred: bool) -> tuple[str, list[str]]:
    here = table[table.step == step]
    lines = []
    for basis, word in (("stated", "Stated"), ("stated together", "Stated of three changes together")):
        names = here.change[here.basis == basis].tolist()
        if names:
            lines.append(f"{word}: {listing(names)}.")
    if not lines:
        lines.append("Nothing is stated for this step alone. The steps are a teaching aid of this book, so that is no "
                     "finding.")
    if inferred:
        names = here.change[here.basis == "inferred"].tolist()
        lines.append(f"Inferred by this book: {listing(names)}.")
    return f"Step {list(STEPS).index(step) + 1}: {STEPS[step].lower()}", lines


def _reader_table(alterations, table, inferred: bool) -> pd.DataFrame:
    wide = []
    for key, change in alterations.items():
        basis = table[table.key == key].set_index("step").basis
        row = {"Change": change.label, **{label: basis.get(s, "") for s, label in STEPS.items()}}
        told = bool(change.treatment) and (inferred or _stated(change))
        row["May blunt"] = change.treatment.says if told else ""
        row["Treatment link"] = "" if not told else "stated" if _stated(change) else "inferred"
        row["Paragraph"] = ", ".join(change.where)
        wide.append(row)
    return pd.DataFrame(wide)


# ----------------------------------------------------------------------------------------------------------------------
# Do the sources agree?

_SIGN = {"down": "less", "lost": "less", "lower": "less", "up": "more", "high": "more", "present": "found"}
# shape tells the direction; the colours of the palette say population or class
_MARK = {"less": ("v", "ink", "less or lost"), "more": ("^", "ink", "more or high"),
         "found": ("o", "muted", "found, not compared")}


#: A source that another one rests on counts once with it: Jelinek is probably what the review's sentence rests on.
SAME = {"Jelinek\n2024": "Review"}


def finding_rows(biology: pd.DataFrame, findings: Mapping[str, tuple[tuple[str, ...], str]]) -> pd.DataFrame:
    """What each source found, from the facts of the data.

    Parameters
    ----------
    biology : pandas.DataFrame
        The table of the data package.
    findings : Mapping
        Fact id to (findings, source), as ``Evidence.scenes.findings`` holds them.

    Returns
    -------
    pandas.DataFrame
        ``finding, source, direction, fact_id``.

    Raises
    ------
    LookupError
        For a fact that is not in the table.
    """
    direction = dict(zip(biology.fact_id, biology.direction, strict=True))
    missing = [fact for fact in findings if fact not in direction]
    if missing:
        raise LookupError(f"no fact {listing(missing)} in biology")
    return pd.DataFrame([(name, source, direction[fact], fact) for fact, (names, source) in findings.items()
                         for name in names], columns=["finding", "source", "direction", "fact_id"])


def prepare_directions(rows: pd.DataFrame) -> pd.DataFrame:
    """The table behind :func:`directions`.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``finding, source, direction``.

    Returns
    -------
    pandas.DataFrame
        ``finding``, one column per source with ``less``, ``more``, ``found`` or nothing, and ``verdict``.

    Raises
    ------
    ValueError
        For an unknown direction, or two rows of one source on one finding.
    """
    unknown = sorted(d for d in set(rows.direction) if is_missing(d) or d not in _SIGN)
    if unknown:
        raise ValueError(f"directions: unknown direction {listing(unknown)}.")
    if rows.duplicated(["finding", "source"]).any():
        raise ValueError("directions: a source speaks twice of one finding.")
    sources = list(dict.fromkeys(rows.source))
    signed = rows.assign(sign=rows.direction.map(_SIGN))
    wide = signed.pivot_table(index="finding", columns="source", values="sign", aggfunc="first")
    wide = wide.reindex(index=list(dict.fromkeys(rows.finding)), columns=sources).fillna("")
    signs = [{s for s in row if s} for row in wide.to_numpy()]
    # "high" or "moderate" with nothing beside it tells no direction: it neither agrees nor contradicts
    speak = [{SAME.get(name, name) for name, cell in zip(sources, row, strict=True) if cell in ("less", "more")}
             for row in wide.to_numpy()]
    wide["verdict"] = ["differ" if {"less", "more"} <= s else "one source" if len(who) < 2 else "agree"
                       for who, s in zip(speak, signs, strict=True)]
    return wide.reset_index()


@in_style
def directions(rows: pd.DataFrame) -> Chart:
    """Which sources found less, and which more, of each molecule in extramedullary disease.

    Parameters
    ----------
    rows
        See :func:`prepare_directions`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_directions`.
    """
    table = prepare_directions(rows)
    sources = [name for name in table.columns if name not in ("finding", "verdict")]
    figure, axes = new_figure(1.3 + 0.5 * len(table), left=1.5, right=0.95, top=0.62, bottom=0.4)
    axes.set_xlim(-0.5, len(sources) - 0.5)
    row_axis(axes, table.finding, bottom=len(table) - 0.5, top=-0.5)
    axes.grid(False)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(sources)), sources, linespacing=LINE_SPACING)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if not room.is_narrow():  # there the names stand where the lines would
        axes.hlines([i + 0.5 for i in range(len(table) - 1)], -0.5, len(sources) - 0.5, color=style.GRID.light, lw=0.8)
    marks = style.palette()
    tell, first = Teller(figure), rows.drop_duplicates("finding")
    records = dict(zip(first.finding, (owner.record for owner in whose(first)), strict=True))
    for y, row in table.iterrows():
        differ = row.verdict == "differ"
        with tell.row(row.finding.replace("-\n", ""), row.verdict, record=records[row.finding]):
            for x, source in enumerate(sources):
                if row[source]:
                    marker, color, _ = _MARK[row[source]]
                    axes.scatter([x], [y], s=110, marker=marker, color=marks[color].light, zorder=3)
            axes.annotate(row.verdict, (1, y), xycoords=("axes fraction", "data"), xytext=(8, 0), va="center",
                          textcoords="offset points", color=style.ACCENT.light if differ else style.MUTED.light,
                          weight="bold" if differ else "normal")
    tell.names(axes)
    used = [sign for sign in _MARK if (table[sources] == sign).any(axis=None)]
    foot_legend(figure, [axes.scatter([], [], s=70, marker=_MARK[s][0], color=marks[_MARK[s][1]].light,
                                      label=_MARK[s][2]) for s in used], columns=3)
    plain = table.map(lambda cell: str(cell).replace("-\n", "").replace("\n", " "))
    plain.columns = [str(name).replace("-\n", "").replace("\n", " ") for name in plain.columns]
    words = {v: plain.finding[plain.verdict == v].tolist() for v in ("differ", "agree", "one source")}
    told = [f"{start} {listing(names)}" for start, names in zip(
        ("The sources differ on", "They agree on", "Only one speaks of"), words.values(), strict=True) if names]
    shown = plain.rename(columns={"finding": "Molecule", "verdict": "Verdict"})
    return Chart(figure, ". ".join(told) + ".", shown, marks=tell.with_table(shown))


# ----------------------------------------------------------------------------------------------------------------------
# What stood beside the finding?

#: What a finding can be held against, in the order of the rows: mark, colour of the palette, words of the key.
_BESIDE = {"patients without EMD": ("s", "ink", "patients without EMD"),
           "patients with EM-B": ("^", "ink", "patients with EM-B"),
           "patients with a response": ("D", "ink", "patients with a response"),
           "not told": ("o", "muted", "not told"),
           "nothing beside it": ("x", "muted", "nothing beside it")}
#: Which findings each choice leaves in.
BESIDE_SHOWN = {"all": tuple(_BESIDE), "something": tuple(_BESIDE)[:3],
                "emd": ("patients without EMD",)}
_ABOUT = ("molecules", "genes", "T cells")
_BESIDE_X = (0.66, 2.5, 3.46, 4.06, 0.02)  # the mark stands first: a narrow screen shows it without scrolling


def comparison_rows(comparisons: Sequence[Comparison], biology: pd.DataFrame) -> pd.DataFrame:
    """Findings with their figures from the facts of the data.

    Parameters
    ----------
    comparisons : sequence of Comparison
        As ``Evidence.scenes.comparisons`` holds them.
    biology : pandas.DataFrame
        ``fact_id, value, unit, n``.

    Returns
    -------
    pandas.DataFrame
        ``label, about, source, figure, n, beside``; ``figure`` is the percentage, with that of the others after *v*.

    Raises
    ------
    LookupError
        For a fact that is not in the table.
    """
    facts = biology.set_index("fact_id")
    missing = [c.fact for c in comparisons if c.fact not in facts.index or (c.against or c.fact) not in facts.index]
    if missing:
        raise LookupError(f"no fact {listing(missing)} in biology, or none to set against it")
    rows = []
    for one in comparisons:
        row = facts.loc[one.fact]
        share = "" if is_missing(row.value) or row.unit != "%" else number(row.value)
        figure = f"{share} v {number(facts.loc[one.against].value)}%" if one.against else share and f"{share}%"
        rows.append((one.label, one.about, one.source, figure, "not seen" if is_missing(row.n) else number(row.n),
                     one.beside))
    return pd.DataFrame(rows, columns=["label", "about", "source", "figure", "n", "beside"])


def prepare_beside(rows: pd.DataFrame, *, shown: str = "all", about: str = "all") -> pd.DataFrame:
    """The table behind :func:`beside`: what is left of the rows.

    Parameters
    ----------
    rows : pandas.DataFrame
        As :func:`comparison_rows` makes them.
    shown : {"all", "something", "emd"}
        All findings; those with something beside them; those with patients without EMD beside them.
    about : {"all", "molecules", "genes", "T cells"}

    Returns
    -------
    pandas.DataFrame
        With the index of ``rows``.

    Raises
    ------
    ValueError
        For an unknown choice.
    """
    if shown not in BESIDE_SHOWN:
        raise ValueError(f"beside: {shown!r} is no choice; there are {', '.join(BESIDE_SHOWN)}.")
    if about not in ("all", *_ABOUT):
        raise ValueError(f"beside: {about!r} is no kind of finding; there are {', '.join(_ABOUT)}.")
    return rows[rows.beside.isin(BESIDE_SHOWN[shown]) & rows.about.isin(_ABOUT if about == "all" else [about])]


@in_style
def beside(rows: pd.DataFrame, *, shown: str = "all", about: str = "all") -> Chart:
    """Findings in extramedullary disease, and what each was compared with.

    Parameters
    ----------
    rows, shown, about
        See :func:`prepare_beside`.

    Returns
    -------
    Chart
        One row per finding; a filled mark is a comparison that we read, an open ring one that we could not read, a
        cross a finding with nothing beside it. Rows that are hidden leave their place empty.

    Raises
    ------
    ValueError
        See :func:`prepare_beside`.
    """
    table = prepare_beside(rows, shown=shown, about=about)
    bottom = 0.2 + legend_height(list(_BESIDE))
    row_height = 0.5 if room.is_narrow() else 0.3
    figure, axes = new_figure(0.72 + row_height * len(rows) + bottom, left=0.05, right=0.05, top=0.62, bottom=bottom)
    axes.set_axis_off()
    axes.set_xlim(0, 5.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    heads = ("Finding", "Share", "n", "Source", "Beside it")
    if room.is_narrow():
        heads = ("Finding: share, n, source", "", "", "", "Beside")
    for x, words in zip(_BESIDE_X, heads, strict=True):
        axes.text(x, -0.95, words, size=10.5, color=style.MUTED.light, va="bottom")
    marks = style.palette()
    tell = Teller(figure)
    for y in table.index:
        row = table.loc[y]
        marker, color, _ = _BESIDE[row.beside]
        with tell.row(row.label, str(row.figure), series=row.beside):
            axes.scatter([0.26], [y], s=75, marker=marker, zorder=3, **_filled(marker, marks[color].light))
            cells = [(x, y, words) for x, words in zip(_BESIDE_X, (row.label, row.figure, row.n, row.source),
                                                       strict=False)]
            if room.is_narrow():
                n = f"n = {row.n}" if row.n and row.n != "not seen" else row.n
                rest = ", ".join(filter(None, (str(row.figure), n, row.source)))
                cells = [(_BESIDE_X[0], y - 0.2, row.label), (_BESIDE_X[0], y + 0.22, rest)]
            for x, at, words in cells:
                axes.text(x, at, words, size=10.5, va="center",
                          color=style.MUTED.light if words == "not seen" else style.INK.light)
    foot_legend(figure, [axes.scatter([], [], s=60, marker=m, label=words, **_filled(m, marks[c].light))
                         for m, c, words in _BESIDE.values()], columns=2)
    readable = table.rename(columns={"label": "Finding", "about": "About", "source": "Source", "figure": "Share",
                                     "beside": "Beside it"})
    readable = readable.reset_index(drop=True)
    return Chart(figure, _words_beside(table, len(rows)), readable, marks=tell.with_table(readable))


def _filled(marker: str, color: str) -> dict[str, str]:
    """A ring stays open: it stands for what was not read."""
    return {"facecolors": "none", "edgecolors": color} if marker == "o" else {"color": color}


def _words_beside(table: pd.DataFrame, of: int) -> str:
    if table.empty:
        return f"Of {of} findings not one is left: we read no such comparison of this kind."
    compared = table[table.beside.isin(BESIDE_SHOWN["something"])]
    said = [f"{plural(len(table), 'finding')} of {of} shown"]
    if len(compared):
        said.append(f"something stood beside {len(compared)}: {listing(compared.label.tolist())}")
    else:
        said.append("for none of them did we read what stood beside it")
    return "; ".join(said) + "."

"""The central nervous system: what is known of drugs that enter it, and survival in series of very different size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import fitted, row_labels
from emdbook.charts.forest import side_by_side
from emdbook.charts.frames import check_counts, check_interval, numbers, table_of, with_standing
from emdbook.charts.marks import beyond, point, span, standing_key
from emdbook.charts.parts import LEGEND_LINE, LINE_SPACING, foot_legend, heading, right_text, row_axis
from emdbook.charts.room import is_narrow
from emdbook.charts.told import Teller, record_of, standing_fact
from emdbook.estimates import median_interval
from emdbook.estimates.checks import check_positive
from emdbook.ground.wording import interval, is_missing, listing, months, number, plural

#: What the review says of a drug's way into the central nervous system.
CLAIMS = {"good": "enters", "limited": "enters, with little effect", "poor": "hardly enters", "unknown": "not said"}
#: Kinds of evidence, from a sentence to patients; each with the question that its column answers.
KINDS = {"claim": "Said in\nthe review", "animal": "Measured\nin animals", "human": "Measured\nin people",
         "patients": "Responded, of\nall treated"}
ASKED = {"claim": "with a statement in the review", "animal": "measured in animals", "human": "measured in people",
         "patients": "with responders counted in CNS myeloma"}
NOTHING = "nothing found"
#: In the column of patients: an effect is claimed, but no number of patients is given. It does not count.
NO_COUNT = "no count"


def claims(therapies: pd.DataFrame, therapy_ids) -> pd.DataFrame:
    """What the review says of each drug's way into the central nervous system.

    Parameters
    ----------
    therapies : pandas.DataFrame
        The table ``therapies``; its ``cns_penetration`` opens with one word of :data:`CLAIMS` and a colon.
    therapy_ids : iterable of str, or mapping of str to str
        Which, in the order wanted; a mapping gives each a label.

    Returns
    -------
    pandas.DataFrame
        ``therapy_id, label, claim``.

    Raises
    ------
    ValueError
        For a drug whose statement opens with another word.
    """
    table = therapies.set_index("therapy_id").loc[list(therapy_ids)]
    said = [("unknown" if is_missing(text) else str(text)).partition(":")[0].strip() for text in table.cns_penetration]
    wrong = [word for word in said if word not in CLAIMS]
    if wrong:
        raise ValueError(f"The statement on entry opens with {listing(sorted(set(wrong)))}; it must be one of "
                         f"{listing(CLAIMS)}.")
    labels = list(therapy_ids.values()) if isinstance(therapy_ids, Mapping) else list(table["name"])
    return pd.DataFrame({"therapy_id": list(table.index), "label": labels, "claim": said})


def with_findings(table: pd.DataFrame, findings: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """:func:`claims` with what was measured or counted.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`claims`.
    findings : mapping
        For each kind of evidence (``animal``, ``human``, ``patients``) the drugs' ``therapy_id`` with a few words.

    Returns
    -------
    pandas.DataFrame
        One more column per kind, empty where nothing is given.

    Raises
    ------
    ValueError
        For an unknown kind or a drug that is not in the table.
    """
    out = table.copy()
    for kind, found in findings.items():
        strange = sorted(set(found) - set(table.therapy_id))
        if kind not in KINDS or kind == "claim" or strange:
            raise ValueError(f"There is no place for findings of the kind {kind!r} on {listing(strange)}.")
        out[kind] = [found.get(therapy_id, "") for therapy_id in table.therapy_id]
    return out


def prepare_penetration(rows, *, drugs: str = "all") -> pd.DataFrame:
    """The table behind :func:`penetration`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, claim`` and optionally ``animal, human, patients`` (short words for what was found, empty if nothing
        was).
    drugs : {"all", "good", "little", "unknown"}
        All drugs, those said to enter, those said to enter with little effect or hardly, or those of which nothing is
        said.

    Returns
    -------
    pandas.DataFrame
        ``label, claim, animal, human, patients``; text, empty where nothing was found.

    Raises
    ------
    ValueError
        For an unknown claim or choice, or if no drug is left.
    """
    groups = {"all": tuple(CLAIMS), "good": ("good",), "little": ("limited", "poor"), "unknown": ("unknown",)}
    if drugs not in groups:
        raise ValueError(f"Show the drugs {listing(groups)}, not {drugs!r}.")
    table = table_of(rows, ("label", "claim"), "chart of entry")
    unknown = sorted(set(table.claim) - set(CLAIMS))
    if unknown:
        raise ValueError(f"chart of entry: unknown claim {listing(unknown)}; known are {listing(CLAIMS)}.")
    for kind in ("animal", "human", "patients"):
        column = table[kind] if kind in table.columns else pd.Series([""] * len(table))
        table[kind] = ["" if is_missing(text) else str(text) for text in column]
    table = table[table.claim.isin(groups[drugs])].reset_index(drop=True)
    if table.empty:
        raise ValueError("chart of entry: there is no drug to show.")
    return table[["label", *KINDS]]


@in_style
def penetration(rows, *, ask: str = "claim", drugs: str = "all") -> Chart:
    """What stands behind the word that a drug enters the central nervous system.

    Parameters
    ----------
    rows, drugs
        See :func:`prepare_penetration`.
    ask : {"claim", "animal", "human", "patients"}
        The kind of evidence asked for. Its column stands out, and drugs that have none turn pale.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown kind of evidence, and as :func:`prepare_penetration`.
    """
    if ask not in KINDS:
        raise ValueError(f"Ask for {listing(KINDS)}, not {ask!r}.")
    table = prepare_penetration(rows, drugs=drugs)
    has = _has(table, ask)
    labels, height = row_labels(table.label, left=1.5, row=0.42, chars=18)
    figure, axes = new_figure(1.2 + height * len(table), left=1.5, right=0.1, top=1.05, bottom=0.15)
    column = list(KINDS).index(ask)
    axes.axvspan(column - 0.5, column + 0.5, color=style.SOFT.light, lw=0, zorder=0)
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples(index=False)):
        with tell.row(row.label, CLAIMS[row.claim]):
            for j, kind in enumerate(KINDS):
                _cell(axes, j, i, kind, getattr(row, kind), pale=not has[i])
    for j, (kind, words) in enumerate(KINDS.items()):
        axes.annotate(words, (j, 1), xycoords=("data", "axes fraction"), xytext=(0, 5), textcoords="offset points",
                      ha="center", va="bottom", linespacing=LINE_SPACING, size=10.5,
                      weight="bold" if kind == ask else "normal")
    row_axis(axes, labels, bottom=len(table) - 0.5, top=-0.5)
    tell.names(axes)
    axes.grid(visible=False)
    axes.set_xlim(-0.5, 3.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    if not is_narrow():  # there the names stand where the lines would
        axes.hlines(np.arange(len(table) + 1) - 0.5, -0.5, 3.5, color=style.GRID.light, lw=0.8, zorder=1)
    heading(figure, f"{sum(has)} of {plural(len(table), 'treatment')} {ASKED[ask]}")
    shown = _reader_penetration(table)
    return Chart(figure, _describe_penetration(table, ask, has), shown, marks=tell.with_table(shown))


def _has(table, ask) -> list[bool]:
    nothing = {"claim": "unknown"}.get(ask, NO_COUNT)
    return [text not in ("", nothing) for text in table[ask]]


_CLAIM_MARK = {"good": ("ink", "o"), "limited": ("muted", "s"), "poor": ("accent", "X"), "unknown": ("muted", "_")}


def _cell(axes, x, y, kind, text, *, pale):
    if kind == "claim":
        name, marker = _CLAIM_MARK[text]
        color = style.palette()[name].light
        axes.scatter([x - 0.36], [y], marker=marker, s=52, color=color, alpha=0.35 if pale else 1, zorder=3)
        words = {"good": "enters", "limited": "little use", "poor": "hardly", "unknown": "not said"}[text]
        axes.text(x - 0.24, y, words, va="center", size=10.5, color=style.MUTED.light if pale else style.INK.light)
    elif text:
        text, size = fitted(text, 0.96, 10.5)
        axes.text(x, y, text, ha="center", va="center", size=size, linespacing=LINE_SPACING,
                  color=style.MUTED.light if pale or text == NO_COUNT else style.INK.light)
    else:
        axes.text(x, y, "–", ha="center", va="center", size=10.5, color=style.MUTED.light)


def _describe_penetration(table, ask, has):
    words = []
    for keep, row in zip(has, table.to_dict("records"), strict=True):
        if keep:
            text = CLAIMS[row["claim"]] if ask == "claim" else row[ask].replace("\n", ", ")
            words.append(f"{row['label']} ({text})")
    found = f"{sum(has)} of {plural(len(table), 'treatment')} {ASKED[ask]}: {listing(words)}."
    tail = {"claim": " These are words, not measurements.", "animal": " An animal is not a patient.",
            "human": " Entry is not effect.", "patients": " Few patients, no comparison."}[ask]
    return f"Entry into the central nervous system. {found}{tail}"


def _reader_penetration(table):
    out = table.assign(claim=[CLAIMS[c] for c in table.claim])
    for kind in ("animal", "human", "patients"):
        out[kind] = [text.replace("\n", ", ") or NOTHING for text in out[kind]]
    return out.rename(columns={"label": "Drug", **{kind: words.replace("\n", " ") for kind, words in KINDS.items()}})


def chance_interval(median: float, n: int) -> tuple[float, float]:
    """What so many patients leave open of a median: by ranks, if the risk is constant and all were followed to death.

    Parameters
    ----------
    median : float
        The median, above 0.
    n : int
        Patients, at least 1.

    Returns
    -------
    tuple of float
        Ends of the interval in the unit of the median; not a number where so few patients give none.

    Raises
    ------
    ValueError
        If a number is out of its range.

    See Also
    --------
    emdbook.estimates.median_interval : the method.
    """
    return median_interval(median, n) or (np.nan, np.nan)


def prepare_series(rows, *, series=None) -> pd.DataFrame:
    """The table behind :func:`series_survival`.

    Parameters
    ----------
    rows : pandas.DataFrame or iterable of mappings
        ``label, value`` (median in months, empty if the source gives none), ``n`` and optionally ``ci_low, ci_high``
        as printed (either end may be open), ``study_id``, ``standing``.
    series : collection of str, optional
        The ``study_id`` of those to show; all if left out.

    Returns
    -------
    pandas.DataFrame
        ``label, n, value, ci_low, ci_high, chance_low, chance_high, standing``, smallest n first.

    Raises
    ------
    ValueError
        If nothing is left, a number of patients is missing, or a median is not above 0.
    """
    table = table_of(rows, ("label", "value", "n"), "chart of series")
    if series is not None:
        if "study_id" not in table:
            raise ValueError("chart of series: the rows have no study_id to choose by.")
        table = table[table.study_id.isin(list(series))].reset_index(drop=True)
    if table.empty:
        raise ValueError("chart of series: there is nothing to draw. Choose at least one series.")
    numbers(table, ["value", "ci_low", "ci_high"], "chart of series", unit=" months")
    numbers(table, ["n"], "chart of series")
    check_counts(table.assign(events=np.nan), "chart of series")
    check_interval(table, "chart of series")
    if (table.ci_low < 0).any():
        raise ValueError(f"chart of series: the interval of {listing(table.label[table.ci_low < 0])} begins below 0.")
    bad = table.label[~(table.n >= 1) | (table.value <= 0)]
    if len(bad):
        raise ValueError(f"chart of series: {listing(bad)} needs a number of patients and a median above 0.")
    ends = [(np.nan, np.nan) if is_missing(row.value) else chance_interval(row.value, int(row.n))
            for row in table.itertuples()]
    table["chance_low"], table["chance_high"] = (np.array(ends).T if ends else ([], []))
    table = table.sort_values("n", kind="stable").reset_index(drop=True)
    return table[["label", "n", "value", "ci_low", "ci_high", "chance_low", "chance_high", "standing"]]


@in_style
def series_survival(rows, *, series=None, chance: bool = True, bound: float | None = None, limit: float = 32) -> Chart:
    """Median survival in series of different size, with the printed interval and a constructed one.

    Parameters
    ----------
    rows, series
        See :func:`prepare_series`.
    chance : bool
        Draw :func:`chance_interval` of each series: an illustration, not the interval of the study.
    bound : float, optional
        A survival in months that somebody claims, drawn as a line.
    limit : float
        Right end of the axis in months.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_series`.
    """
    rows = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    table = prepare_series(rows, series=series)
    limit = check_positive(limit, "chart of series: the right end of the axis")
    bound = None if bound is None else check_positive(bound, "chart of series: the survival claimed")
    records = {str(row["label"]): record_of(row) for row in rows.to_dict("records")}
    table["record"] = table.label.map(records)
    mark = style.POPULATION["CNS"]
    labels, height = row_labels(table.label, left=1.78, row=0.52)
    shades = standing_key(table.standing[table.value.notna()])
    more = LEGEND_LINE * -(-len(shades) // 2)
    figure, axes = new_figure(1.62 + more + height * len(table), left=1.78, right=1.12, top=0.25, bottom=1.37 + more)
    handles = [axes.scatter([], [], marker=mark.marker, s=70, color=mark.light, label=" median"),
               axes.plot([], [], color=style.INK.light, lw=4, label=" printed 95% interval")[0]]
    if chance:
        dashes = {"color": mark.light, "lw": 1.6, "ls": (0, (3, 2))}
        handles.append(axes.plot([], [], **dashes, label=" constructed interval")[0])
    if bound:
        axes.axvline(min(bound, limit), color=style.ACCENT.light, lw=1.6, zorder=1)
        handles.append(axes.plot([], [], color=style.ACCENT.light, lw=1.6, label=f" “under {months(bound)}”")[0])
    tell = Teller(figure)
    for i, row in enumerate(table.itertuples()):
        value = "no median given" if is_missing(row.value) else months(row.value)
        with tell.row(row.label, value, record=row.record, facts=[
                ("Patients", number(row.n)), ("Median OS", value),
                ("Printed interval", interval(row.ci_low, row.ci_high)),
                ("Constructed interval", _chance(row).removeprefix("constructed ") if chance else ""),
                standing_fact("" if is_missing(row.value) else row.standing)]):
            if is_missing(row.value):
                right_text(axes, i, f"no median\nn = {int(row.n)}")
                continue
            if chance:
                span(axes, i, row.chance_low, row.chance_high, (0, limit), color=mark.light, ls=(0, (3, 2)))
            span(axes, i, row.ci_low, row.ci_high, (0, limit), color=style.INK.light, lw=4, zorder=3)
            point(axes, row.value, i, mark, standing=row.standing, size=66, limits=(0, limit), zorder=4)
            right_text(axes, i, f"{number(row.value)} mo\nn = {int(row.n)}")
    row_axis(axes, labels, bottom=len(table) - 0.4)
    tell.names(axes)
    axes.set_xlim(0, limit)
    if bound:
        beyond(axes, bound, limit, color=style.ACCENT.light)
    axes.set_xticks(np.arange(0, limit + 1, 6))
    axes.set_xlabel("Median survival, months")
    foot_legend(figure, handles + shades)
    table = table.drop(columns="record")
    return Chart(figure, _describe_series(table, chance, bound), _reader_series(table, chance), marks=tell.marks)


def _chance(row) -> str:
    if is_missing(row.value):
        return ""
    ends = interval(row.chance_low, row.chance_high, 1)
    return f"constructed {ends}" if ends else "too few for a constructed interval"


def _describe_series(table, chance, bound):
    parts = []
    for row in table.itertuples():
        if is_missing(row.value):
            parts.append(f"{row.label} (n = {int(row.n)}) no median given")
            continue
        text = f"{row.label} (n = {int(row.n)}) {months(row.value)}"
        if ends := interval(row.ci_low, row.ci_high):
            text += f", printed interval {ends}"
        if chance:
            text += "; " + _chance(row)
        parts.append(text)
    words = f"Median survival in {plural(len(table), 'series', 'series')}: {'; '.join(parts)}."
    if bound and table.value.notna().any():
        under, known = int((table.value < bound).sum()), int(table.value.notna().sum())
        words += f" Under {months(bound)}: {under} of {plural(known, 'median')}."
    if chance:
        words += (" The constructed intervals are an illustration: by ranks, as if the risk were constant and all were "
                  "followed to death.")
    return words + side_by_side(table)


def _reader_series(table, chance):
    out = table.drop(columns=["standing"] + ([] if chance else ["chance_low", "chance_high"]))
    for name in ("chance_low", "chance_high"):
        if name in out.columns:
            out[name] = out[name].round(1)
    out["n"] = out["n"].astype("Int64")
    return with_standing(out.rename(columns={
        "label": "Series", "value": "median OS, months", "ci_low": "CI low (printed)", "ci_high": "CI high (printed)",
        "chance_low": "constructed interval, low", "chance_high": "constructed interval, high"}), table)

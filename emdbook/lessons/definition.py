"""What counts as extramedullary disease: one presentation through the rules, and what the rules do to incidence."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.patches import FancyBboxPatch

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import fitted
from emdbook.charts.parts import foot_legend, heading, right_text, row_axis
from emdbook.charts.ranges import ranges
from emdbook.charts.room import WIDE, is_narrow, width
from emdbook.charts.told import Teller
from emdbook.evidence.scenes import Name
from emdbook.ground.wording import is_missing, number, sentence, short_source

LESIONS = ("none", "one", "several")
CONTACT = ("yes", "no", "some")
MARROW = ("none", "below", "above")
BLOOD = ("below", "at", "above")
HISTORY = ("clean", "event", "known")


@dataclass(frozen=True)
class Decision:
    """The path of one presentation.

    Attributes
    ----------
    steps : tuple of (str, str, str)
        Question, answer, and ``passed``, ``decided`` or ``not asked``.
    outcome : Name
        What it is called.
    by : int
        Number of the step that decided, from 1.
    notes : tuple of str
        Where the rules disagree or are silent.
    """

    steps: tuple[tuple[str, str, str], ...]
    outcome: Name
    by: int
    notes: tuple[str, ...]


def prepare_classification(limits: Mapping[str, float], names: Mapping[str, Name], *, lesions: str, contact: str,
                           marrow: str, blood: str, history: str = "known") -> Decision:
    """Walk one presentation through the rules, in order: blood, lesions, myeloma known or shown, marrow, bone.

    Parameters
    ----------
    limits : Mapping
        ``blood`` (circulating plasma cells of plasma cell leukaemia, percent) and ``marrow`` (clonal plasma cells
        below which one lesion is solitary, percent).
    names : Mapping
        What each presentation is called, as ``Evidence.scenes.names`` holds it.
    lesions : {"none", "one", "several"}
        Masses outside the marrow.
    contact : {"yes", "no", "some"}
        Whether they touch bone.
    marrow : {"none", "below", "above"}
        Clonal plasma cells: none, some below the limit, or at it and above.
    blood : {"below", "at", "above"}
        Circulating plasma cells against the limit.
    history : {"clean", "event", "known"}
        A first disease without organ damage or another myeloma-defining event, one with such an event, or myeloma
        that is known.

    Returns
    -------
    Decision

    Raises
    ------
    ValueError
        For an unknown answer or a limit outside 0 to 100.
    """
    for name, given, known in (("lesions", lesions, LESIONS), ("contact", contact, CONTACT),
                               ("marrow", marrow, MARROW), ("blood", blood, BLOOD), ("history", history, HISTORY)):
        if given not in known:
            raise ValueError(f"classify: {name} is {given!r}; it may be {', '.join(known)}.")
    for name in ("blood", "marrow"):
        if not 0 < float(limits[name]) < 100:
            raise ValueError(f"classify: the limit for {name} must be a percentage between 0 and 100.")
    blood_limit, marrow_limit = (f"{number(limits[name])}%" for name in ("blood", "marrow"))
    notes = []
    answers = [
        {"below": f"No, below {blood_limit}", "at": f"Exactly {blood_limit}: yes by the consensus",
         "above": f"Yes, above {blood_limit}"}[blood],
        {"none": "No lesion", "one": "One", "several": "Several, so it is not solitary"}[lesions],
        {"clean": "No: first disease, no organ damage", "event": "Yes, an event: with a proven mass it is myeloma",
         "known": "Yes, known: a new mass is relapse"}[history],
        {"none": "No such cells", "below": f"Some, under {marrow_limit}", "above": f"{marrow_limit} or more"}[marrow],
        {"yes": "Yes", "no": "No", "some": "Some do, some do not"}[contact],
    ]
    if blood != "below":
        by, outcome = 1, names["pcl"]
        if blood == "at":
            other = prepare_classification(limits, names, lesions=lesions, contact=contact, marrow=marrow,
                                           blood="below", history=history)
            notes.append(f"The review asks for more than {blood_limit}; by its wording: {other.outcome.name}")
    elif lesions == "none":
        by, outcome = 2, names["none"]
    elif history == "clean" and marrow != "above":
        by = 4
        outcome = names["no-rule"] if lesions == "several" else names["cannot"] if contact == "some" else \
            names["solitary"] if marrow == "none" else names["minimal"]
        if lesions == "one":
            notes.append("It may lie in bone or soft tissue. PET-CT or MRI of the whole body must show no other lesion")
    else:
        by = 5
        some = "cannot" if lesions == "one" else "both"
        outcome = names[{"yes": "em-b", "no": "em-e", "some": some}[contact]]
        if history == "clean":
            notes.append("Myeloma asks for a defining event as well: look for one before it is called so")
    if by == 1 and history == "clean":
        notes.append("The consensus says this of symptomatic myeloma: look for the event")
    questions = (f"Plasma cells in the blood: {blood_limit} or more?", "How many lesions outside the marrow?",
                 "Myeloma known, or a myeloma-defining event?", "Clonal plasma cells in the marrow?",
                 "Does the lesion touch bone?" if by == 5 and lesions == "one" else "Do the lesions touch bone?")
    states = ["passed"] * (by - 1) + ["decided"] + ["not asked"] * (5 - by)
    return Decision(tuple(zip(questions, answers, states, strict=True)), outcome, by, tuple(notes))


@in_style
def classify(limits: Mapping[str, float], *, names: Mapping[str, Name], lesions: str, contact: str, marrow: str,
             blood: str, history: str = "known") -> Chart:
    """One presentation as a drawn decision: five questions, the one that decided, and the name.

    Parameters
    ----------
    limits, names, lesions, contact, marrow, blood, history
        See :func:`prepare_classification`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        See :func:`prepare_classification`.
    """
    decision = prepare_classification(limits, names, lesions=lesions, contact=contact, marrow=marrow, blood=blood,
                                      history=history)
    outcome, mark = decision.outcome, style.POPULATION[decision.outcome.population]
    lines = [line for text in (_rule(outcome), *map(sentence, decision.notes))
             for line in textwrap.wrap(text, round(82 * width() / WIDE - 2))]
    more = 0.21 * max(0, len(lines) - 3) if is_narrow() else 0
    figure, axes = new_figure(5.6 + more, left=0.05, right=0.05, top=0.05, bottom=0.05)
    axes.set_xlim(0, width() - 0.1)
    axes.set_ylim(5.5 + more, 0)
    axes.set_axis_off()
    tell = Teller(figure)
    for i, step in enumerate(decision.steps):
        question, answer, state = step
        with tell.row(f"Step {i + 1}: {question}", "not asked any more" if state == "not asked" else answer):
            _draw_step(axes, 0.05 + 0.78 * i, i + 1, step, mark.light)
    _box(axes, 4.08, 1.36 + more, color=mark.light, width=2.8, fill=style.SOFT.light)
    axes.scatter([0.3], [4.4], s=150, marker=mark.marker, color=mark.light, zorder=4)
    name, size = fitted(outcome.name, width() - 0.7, 13.5, "bold")
    axes.text(0.55, 4.4, name, size=size, weight="bold", va="center")
    axes.text(0.16, 4.68, "\n".join(lines), size=10.5, va="top", linespacing=1.15)
    shown = _path(decision)
    return Chart(figure, _tell(decision), shown, marks=tell.with_table(shown))


def _rule(outcome: Name) -> str:
    return sentence(f"{outcome.statement.says} ({'; '.join((*outcome.statement.where, *outcome.also))})")


def _box(axes, y, height, *, color, width, fill) -> None:
    room = axes.figure.get_figwidth()
    axes.add_patch(FancyBboxPatch((0.05, y), room - 0.2, height, boxstyle="round,pad=0,rounding_size=0.1",
                                  facecolor=fill, edgecolor=color, lw=width, zorder=1))


def _draw_step(axes, y, at: int, step: tuple[str, str, str], color) -> None:
    question, answer, state = step
    asked, decided = state != "not asked", state == "decided"
    edge = color if decided else style.MUTED.light if asked else style.GRID.light
    ink = style.INK.light if asked else style.MUTED.light
    _box(axes, y, 0.62, color=edge, width=2.6 if decided else 1.2, fill=style.PAPER.light)
    axes.text(0.25, y + 0.31, str(at), size=13, weight="bold", ha="center", va="center",
              color=color if decided else style.MUTED.light)
    axes.text(0.47, y + 0.19, question, size=11, va="center", color=ink)
    axes.text(0.47, y + 0.44, answer if asked else "not asked any more", size=11, va="center", color=ink,
              weight="bold" if asked else "normal")
    if asked:
        word = "decides" if decided else "go on"
        axes.text(width() - 0.27, y + 0.31, word, size=10.5, ha="right", va="center",
                  weight="bold" if decided else "normal", color=color if decided else style.MUTED.light)
    if at < 5 and state == "passed":
        axes.annotate("", (width() / 2 - 0.05, y + 0.8), (width() / 2 - 0.05, y + 0.61),
                      arrowprops={"arrowstyle": "-|>", "color": style.MUTED.light, "lw": 1.4, "shrinkA": 0,
                                  "shrinkB": 0})


def _tell(decision: Decision) -> str:
    asked = "; ".join(f"{question} {answer}" for question, answer, state in decision.steps if state != "not asked")
    outcome = decision.outcome
    return " ".join([f"{asked}. Step {decision.by} decides: {outcome.name}.",
                     _rule(outcome), *map(sentence, decision.notes)])


def _path(decision: Decision) -> pd.DataFrame:
    rows = [(i, *step) for i, step in enumerate(decision.steps, 1)]
    table = pd.DataFrame(rows, columns=["Step", "Question", "Answer", "State"])
    table["Result"] = [decision.outcome.name if i == decision.by else "" for i in table.Step]
    return table


# ----------------------------------------------------------------------------------------------------------------------
# How the definition moves the incidence

PHASES = {"diagnosis": "at diagnosis", "relapse": "at relapse"}
DEFINITIONS = {"any": "any mass", "EM-B": "EM-B alone", "EM-E": "EM-E alone", "not stated": "not stated"}
_SHARE_DEFINITION = {"EMD_share": "any", "EMB_share": "EM-B", "EME_share": "EM-E"}
_POPULATION = {"any": "EMD", "EM-B": "EM-B", "EM-E": "EM-E", "not stated": "EMD"}


def incidence_rows(epidemiology: pd.DataFrame, sources: pd.DataFrame, shares: pd.DataFrame | None = None, *,
                   names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Every incidence in the data with its definition, its phase, and whether a cohort measured it.

    Parameters
    ----------
    epidemiology, sources : pandas.DataFrame
        Tables of the data package.
    shares : pandas.DataFrame, optional
        Rows of :func:`emdbook.rows.chart_rows` with the endpoints ``EMD_share``, ``EMB_share``, ``EME_share`` of
        newly diagnosed patients.
    names : Mapping, optional
        Source id to the words for a source whose first author is not known.

    Returns
    -------
    pandas.DataFrame
        ``source, definition, phase, measured, low, high, value, n, standing, review`` and the id of its record; one
        row per figure.
    """
    known = sources.set_index("source_id")
    rows = []
    for fact in epidemiology[epidemiology.topic.isin([f"incidence_{phase}" for phase in PHASES])].itertuples():
        source = known.loc[fact.source_id]
        rows.append({"source": (names or {}).get(fact.source_id) or short_source(source),
                     "definition": _definition(fact), "phase": fact.topic.removeprefix("incidence_"),
                     "measured": not is_missing(fact.n),
                     "low": fact.low, "high": fact.high, "value": fact.value, "n": fact.n,
                     "standing": fact.standing, "review": fact.standing == "review", "fact_id": fact.fact_id})
    for share in () if shares is None else shares.itertuples():
        rows.append({"source": share.study, "definition": _SHARE_DEFINITION[share.endpoint], "phase": "diagnosis",
                     "measured": True, "low": None, "high": None, "value": share.value, "n": share.n,
                     "standing": share.standing, "review": False, "outcome_id": share.outcome_id})
    table = pd.DataFrame(rows)
    numbers = ["low", "high", "value", "n"]
    table[numbers] = table[numbers].astype("Float64").astype(float)
    return table


def _definition(fact) -> str:
    if not is_missing(fact.note) and "not stated" in fact.note:
        return "not stated"
    return "EM-E" if fact.fact_id.startswith("epi.eme-") else \
        "EM-B" if fact.fact_id.startswith("epi.paraskeletal-") else "any"


@in_style
def incidence(rows: pd.DataFrame, *, definition: str = "all", phase: str = "diagnosis",
              figures: str = "counted") -> Chart:
    """The share of patients with extramedullary disease, by what is counted.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`incidence_rows`.
    definition : {"all", "any", "EM-B", "EM-E"}
        What counts: any soft-tissue mass, those grown from bone, those away from bone, or all three side by side.
    phase : {"diagnosis", "relapse"}
        When patients were counted.
    figures : {"counted", "quoted"}
        Counted in a cohort, or quoted by an article that counted nobody.

    Returns
    -------
    Chart
        The review's own range is shaded in every state.

    Raises
    ------
    ValueError
        For an unknown choice.
    """
    if definition not in ("all", "any", "EM-B", "EM-E"):
        raise ValueError("incidence: definition may be all, any, EM-B or EM-E.")
    if phase not in PHASES:
        raise ValueError("incidence: phase may be diagnosis or relapse.")
    if figures not in ("counted", "quoted"):
        raise ValueError("incidence: figures may be counted or quoted.")
    part = rows[rows.phase == phase]
    review = part[part.review].iloc[0]
    part = part[~part.review & (part.measured == (figures == "counted"))]
    part = part if definition == "all" else part[part.definition == definition]
    if part.empty:
        return _nothing(f"No figure for {DEFINITIONS[definition]} {PHASES[phase]}, {figures}, was seen.")
    order = list(DEFINITIONS)
    part = part.assign(
        label=[f"{row.source}\n{DEFINITIONS[row.definition]}" for row in part.itertuples()],
        population=part.definition.map(_POPULATION), _order=part.definition.map(order.index),
        _low=part.value.fillna(part.low).fillna(-math.inf),
        _reach=part.value.fillna(part.high))
    part = part.sort_values(["_order", "_reach"], ascending=[True, False])
    chart = ranges(part, axis=f"Share of patients {PHASES[phase]}, %", limit=45,
                   band=(float(review.low), float(review.high)), band_label="the review, any mass")
    found = part.groupby("definition", sort=False).agg(low=("_low", "min"), high=("_reach", "max"))
    told = "; ".join(f"{DEFINITIONS[name]} {_span(low, high)}" for name, (low, high) in found.iterrows())
    where = "counted in cohorts" if figures == "counted" else "quoted by articles"
    text = (f"Share of patients with the disease {PHASES[phase]}, as {where}: {told}. Shaded for comparison is the "
            f"review's own range for any mass, {_span(float(review.low), float(review.high))}. Separate sources, not a "
            "ranking.")
    return replace(chart, description=text)


def _nothing(text: str) -> Chart:
    figure, axes = new_figure(1.1, left=0.3, right=0.3, top=0.1, bottom=0.1)
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, size=12)
    return Chart(figure, text, pd.DataFrame({"Source": ["none seen"]}))


def _span(low: float, high: float) -> str:
    if math.isinf(low):  # one of the figures is an "up to"
        return f"up to {number(high)}%"
    return f"{number(low)}%" if low == high else f"{number(low)} to {number(high)}%"


# ----------------------------------------------------------------------------------------------------------------------
# The same patients, counted the wide and the strict way

COUNTED = {"both": ("any", "EM-E"), "any": ("any",), "EM-E": ("EM-E",)}


def prepare_cohorts(rows: pd.DataFrame, phase: str) -> pd.DataFrame:
    """Cohorts that were counted both ways.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`incidence_rows`.
    phase : {"diagnosis", "relapse"}
        When patients were counted.

    Returns
    -------
    pandas.DataFrame
        ``source, any, EM-E, n, times``, one row per cohort with both figures, the widest gap first.

    Raises
    ------
    ValueError
        For an unknown phase, or if no cohort has both figures.
    """
    if phase not in PHASES:
        raise ValueError("cohorts: phase may be diagnosis or relapse.")
    part = rows[(rows.phase == phase) & rows.measured & ~rows.review & rows.value.notna()]
    wide = part.pivot_table(index="source", columns="definition", values="value", aggfunc="first")
    if not {"any", "EM-E"} <= set(wide.columns):
        raise ValueError(f"cohorts: no cohort was counted both ways {PHASES[phase]}.")
    table = wide.dropna(subset=["any", "EM-E"])[["any", "EM-E"]]
    table["n"] = part.groupby("source").n.max()
    table["times"] = table["any"] / table["EM-E"]
    return table.sort_values("times", ascending=False).reset_index()


@in_style
def cohorts(rows: pd.DataFrame, *, phase: str = "diagnosis", counted: str = "both") -> Chart:
    """Each cohort on one line: any soft-tissue mass, and EM-E alone, of the same patients.

    Parameters
    ----------
    rows, phase
        See :func:`prepare_cohorts`.
    counted : {"both", "any", "EM-E"}
        Which of the two marks is shown.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown choice.
    """
    if counted not in COUNTED:
        raise ValueError("cohorts: counted may be both, any or EM-E.")
    table = prepare_cohorts(rows, phase)
    figure, axes = new_figure(1.9 + 0.55 * len(table), left=1.75, right=0.95, top=0.5, bottom=1.15)
    at = range(len(table))
    row_axis(axes, list(table.source), bottom=len(table) - 0.4)
    tell = Teller(figure)
    for y, (row, label) in enumerate(zip(table.itertuples(), axes.get_yticklabels(), strict=True)):
        kinds = [("any soft-tissue mass", "any"), ("EM-E alone", "EM-E")]
        said = [(words, f"{number(table[kind][y], 1)}%") for words, kind in kinds if kind in COUNTED[counted]]
        with tell.row(row.source, ", ".join(f"{words} {text}" for words, text in said), drawn=[label], facts=[
                *said, ("Patients", "" if is_missing(row.n) else number(row.n))]):
            if counted == "both":
                axes.plot([table["EM-E"][y], table["any"][y]], [y, y], color=style.MUTED.light, lw=2, gid=f"same-{y}",
                          zorder=2)
                right_text(axes, y, f"÷ {number(row.times, 0)}")
    handles = []
    for kind in COUNTED[counted]:
        mark = style.POPULATION[_POPULATION[kind]]
        handles += axes.plot(table[kind], at, ls="", marker=mark.marker, ms=9, color=mark.light, gid=f"counted-{kind}",
                             label="any soft-tissue mass" if kind == "any" else "EM-E alone", zorder=4)
    axes.set_xlim(-1, 40)
    axes.set_xlabel(f"Patients with the disease {PHASES[phase]}, %")
    axes.grid(axis="x")
    foot_legend(figure, handles)
    heading(figure, "The same patients, counted two ways")
    told = "; ".join(f"{r.source} " + " and ".join(f"{number(getattr(r, k), 1)}%" for k in
                     [{"any": "wide", "EM-E": "strict"}[c] for c in COUNTED[counted]])
                     for r in table.rename(columns={"any": "wide", "EM-E": "strict"}).itertuples())
    what = {"both": "any mass and EM-E alone", "any": "any mass", "EM-E": "EM-E alone"}[counted]
    return Chart(figure, f"Share of patients with the disease {PHASES[phase]}, {what}, cohort by cohort: {told}. "
                         "Within a cohort the patients are the same; between cohorts they differ: no ranking.",
                 table.round(1).rename(columns={"source": "Cohort", "any": "any mass, %", "EM-E": "EM-E, %",
                                                "times": "times fewer"}), marks=tell.marks)

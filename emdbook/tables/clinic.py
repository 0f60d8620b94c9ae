"""Tables that a reader acts on: harm, what labels and guidelines ask, criteria, and how certain each bottom line is.

They come from the tables ``safety``, ``guidance``, ``criteria`` and ``certainty`` of the data; each row shows how far
it was seen. Every function returns a :class:`emdbook.tables.core.Table`.
"""

from __future__ import annotations

import html

import pandas as pd

from emdbook import style
from emdbook.estimates.intervals import proportion_interval
from emdbook.evidence import Evidence
from emdbook.evidence.clinical_rules import DOMAINS
from emdbook.evidence.links import data_page, links_of
from emdbook.ground.wording import count, ends, interval, is_missing, months, number, percent
from emdbook.tables.core import (
    DESIGN,
    POPULATIONS,
    Table,
    _esc,
    _known,
    _make,
    _short_source,
    _text,
    class_label,
    endpoint_text,
    figure_text,
    outcome_name,
    standing_badge,
    with_record,
)

#: Phases of guidance in the order of the ward, and what the table calls them.
PHASES = {"before": "Before", "during": "During", "after": "After", "emergency": "At once"}
CERTAINTY = {"high": "high", "moderate": "moderate", "low": "low", "very_low": "very low"}
_STEP = {"none": "none", "serious": "serious (−1)", "very_serious": "very serious (−2)"}
_DOMAIN = {"risk_of_bias": "Risk of bias", "inconsistency": "Inconsistency", "indirectness": "Indirectness",
           "imprecision": "Imprecision", "publication_bias": "Publication bias"}
_SIDES = {"at least": "at least ", "over": "more than ", "at most": "at most ", "under": "less than "}
_GRADES = {"any": "any grade", "1-2": "grade 1 or 2", "2+": "grade 2 or worse", "2-4": "grade 2 to 4", "3": "grade 3",
           "3+": "grade 3 or worse", "3-4": "grade 3 or 4", "4": "grade 4", "5": "fatal", "serious": "serious"}


def harm_text(row) -> str:
    """One row of ``safety`` as a reader sees it: ``91 of 165, 55.2%``, ``median 27 hours``, ``less than 1%``."""
    if is_missing(row["value"]):
        return "no figure given"
    if row["unit"] == "%":
        text = " ".join(filter(None, [_text(row["bound"]), percent(row["value"])]))
        if not is_missing(row["events"]) and not is_missing(row["n"]):
            text = f"{count(row['events'], row['n'])}, {text}"
    elif row["unit"] == "ratio":
        text = f"hazard ratio {number(row['value'])}"
    else:
        unit = str(row["unit"])
        text = f"median {number(row['value'])} {unit[:-1] if float(row['value']) == 1 else unit}"
    if not is_missing(row["ci_low"]):
        text += f" ({interval(row['ci_low'], row['ci_high'])})"
    return text


def _anchored(row_id: str, words: str, page: str = "facts") -> str:
    return f'<a class="emd-num" href="../book/{page}.html#{html.escape(row_id, quote=True)}">{html.escape(words)}</a>'


def _seen_in(evidence: Evidence, row) -> str:
    sources = evidence.sources.set_index("source_id")
    source = _short_source(sources, row["source_id"]).replace('href="references.html', 'href="../book/references.html')
    return f"{standing_badge(row['standing'])} {source}".strip()


def _select(frame: pd.DataFrame, what: str, evidence: Evidence, therapies, therapeutic_class) -> pd.DataFrame:
    """Rows of some drugs, or of a whole class; at least one of the two must be named."""
    if therapies is None and therapeutic_class is None:
        raise ValueError(f"Name the drugs or the class whose {what} is shown.")
    keep = pd.Series(True, index=frame.index)
    if therapies is not None:
        wanted = [therapies] if isinstance(therapies, str) else list(therapies)
        _known(wanted, evidence.therapies.therapy_id, "drug or procedure")
        keep &= frame.therapy_id.isin(wanted).fillna(False)
    if therapeutic_class is not None:
        _known([therapeutic_class], evidence.therapies.therapeutic_class.unique(), "class of therapies")
        keep &= (frame.therapeutic_class == therapeutic_class).fillna(False)
    return frame[keep.astype(bool)]


def _harm_weight(row) -> int:
    """Where a harm stands in its table: special in extramedullary disease, fatal, severe, the rest."""
    if row["population"] in ("EMD", "EM-E", "EM-B"):
        return 0
    grade = _text(row["grade"])
    if grade == "5":
        return 1
    return 2 if grade in ("3+", "3-4", "3", "4", "serious") else 3


def _harm_records(evidence: Evidence, frame: pd.DataFrame) -> list[dict]:
    names = evidence.therapies.set_index("therapy_id")["name"]
    rows = evidence.safety.set_index("safety_id")
    records = []
    for _, row in frame.iterrows():
        grade = "" if is_missing(row["grade"]) else _GRADES[row["grade"]]
        beside = ""
        if not is_missing(row["comparator_id"]):
            other = rows.loc[row["comparator_id"]]
            who = [POPULATIONS["non-EMD"]] if other["population"] == "non-EMD" else []
            who += [str(other["group"])] if other["group"] != row["group"] else []
            beside = (f"<br><small>against {_anchored(row['comparator_id'], harm_text(other))}, "
                      f"{_esc(', '.join(who) or 'same group')}</small>")
        whose = [_esc(row["group"])]
        if not is_missing(row["n"]) and is_missing(row["events"]):
            whose.append(f"n = {int(row['n'])}")
        if not is_missing(row["at_months"]):
            whose.append(f"at {months(row['at_months'])}")
        if bool(row["randomised"]):
            whose.append("randomised")
        if row["population"] not in ("overall", "other"):
            whose.append(_esc(POPULATIONS.get(row["population"], row["population"])))
        drug = "the class" if is_missing(row["therapy_id"]) else names[row["therapy_id"]]
        records.append({
            "Harm": _esc(row["event"]) + (f"<br><small>{html.escape(grade)}</small>" if grade else ""),
            "Drug": _esc(drug),
            "How many": _anchored(row["safety_id"], harm_text(row)) + beside,
            "In whom": ", ".join(whose),
            "How far seen": _seen_in(evidence, row),
            "Note": _esc(row["note"]),
        })
    return records


def safety_table(evidence: Evidence, therapies=None, *, therapeutic_class: str | None = None,
                 caption: str = "What it costs: harm in numbers") -> Table:
    """Harm in numbers: what is special in extramedullary disease first, then what kills, what is severe, and the rest.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    therapies : str or sequence of str, optional
        Drugs whose rows are shown.
    therapeutic_class : str, optional
        Class whose rows are shown; with ``therapies`` both must hold.
    caption : str
        What the table shows.

    Returns
    -------
    Table
        Each row shows its standing; the severe ones stand open, the others are folded away.

    Raises
    ------
    LookupError
        For an unknown drug or class, with the nearest known ids.
    ValueError
        If neither is named, or the data have no row.
    """
    frame = _select(evidence.safety, "harm", evidence, therapies, therapeutic_class)
    if frame.empty:
        raise ValueError("The data have no row of safety for this.")
    weight = [_harm_weight(row) for _, row in frame.iterrows()]
    order = frame.assign(_weight=weight, _share=frame["value"].where(frame["unit"] == "%").fillna(-1)).sort_values(
        ["_weight", "_share"], ascending=[True, False], kind="stable")
    severe = int((order["_weight"] < 3).sum())
    return _make(caption, _harm_records(evidence, order), css="emd-safety", shown=severe or len(order),
                 rest="more of any grade")


def _guidance_records(evidence: Evidence, frame: pd.DataFrame) -> list[dict]:
    names = evidence.therapies.set_index("therapy_id")["name"]
    rows = evidence.guidance.set_index("guidance_id")
    records = []
    for _, row in frame.iterrows():
        whom = " ".join(filter(None, ["" if is_missing(row["therapy_id"]) else str(names[row["therapy_id"]]),
                                      "" if is_missing(row["situation"]) else f"({row['situation']})"])) or "the class"
        date = "" if is_missing(row["date"]) else f", {row['date']}"
        old = ""
        if not is_missing(row["superseded_by"]):
            newer = rows.loc[row["superseded_by"]]
            old = f"<br><strong>Replaced: {html.escape(_text(newer['what']))}</strong>"
        records.append({
            "When": f"{PHASES[row['phase']]}<br><small>{html.escape(whom)}</small>",
            "What is asked": _esc(row["what"]) + old,
            "What to do": _esc(row["do"]),
            "Who asks it": f"{_esc(row['body'])}{html.escape(date)}<br>{_seen_in(evidence, row)}"
                           + (f"<br><small>{_esc(row['note'])}</small>" if not is_missing(row["note"]) else ""),
        })
    return records


def guidance_table(evidence: Evidence, therapies=None, *, therapeutic_class: str | None = None, situation: str = "",
                   topics=None, phases=tuple(PHASES), superseded: bool = False,
                   caption: str = "What labels and guidelines ask") -> Table:
    """What is asked before, during and after a treatment, and in an emergency.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    therapies : str or sequence of str, optional
        Drugs whose rows are shown.
    therapeutic_class : str, optional
        Class whose rows are shown.
    situation : str
        A regular expression of situations that are shown as well, such as ``"cord compression"``.
    topics : sequence of str, optional
        Only these subjects, for example ``("infection", "immunoglobulin")``.
    phases : sequence of {"before", "during", "after", "emergency"}
        Only these phases.
    superseded : bool
        Show rows that a newer text has replaced, marked as such. Without it they are left out.
    caption : str
        What the table shows.

    Returns
    -------
    Table

    Raises
    ------
    LookupError
        For an unknown drug, class, subject or phase, with the nearest known ones.
    ValueError
        If nothing is named, or the data have no row.
    """
    rows = evidence.guidance
    _known(phases, PHASES, "phase")
    if topics is not None:
        _known(topics, rows.topic.unique(), "subject of guidance")
    keep = pd.Series(False, index=rows.index)
    if therapies is not None or therapeutic_class is not None:
        keep |= rows.index.isin(_select(rows, "guidance", evidence, therapies, therapeutic_class).index)
    elif not situation and topics is None:
        raise ValueError("Name the drugs, the class, the situation or the topics whose guidance is shown.")
    if situation:
        keep |= rows.situation.str.contains(situation, regex=True).fillna(False).astype(bool)
    elif topics is not None and therapies is None and therapeutic_class is None:
        keep |= True
    if topics is not None:
        keep &= rows.topic.isin(list(topics))
    keep &= rows.phase.isin(list(phases))
    if not superseded:
        keep &= rows.superseded_by.isna()
    if not keep.any():
        raise ValueError("The data have no row of guidance for this.")
    part = rows[keep]
    part = part.assign(_phase=part.phase.map({p: i for i, p in enumerate(PHASES)}),
                       _boxed=part.topic != "boxed_warning").sort_values(["_phase", "_boxed", "topic"], kind="stable")
    return _make(caption, _guidance_records(evidence, part), css="emd-guidance")


def threshold_text(row) -> str:
    """The threshold of one row of ``criteria`` in words: ``25 to 49% shrinkage of a plasmacytoma``."""
    if is_missing(row["value"]):
        return ""
    figure = number(row["value"])
    if not is_missing(row["value_high"]):
        figure += f" to {number(row['value_high'])}"
    unit = _text(row["unit"])
    joined = f"{figure}{unit}" if unit.startswith("%") else f"{figure} {unit}"
    return _SIDES.get(_text(row["direction"]), "") + joined.strip()


def _criteria_records(evidence: Evidence, frame: pd.DataFrame) -> list[dict]:
    return [{
        "For": _esc(row["subject"]), "Criterion": _esc(row["criterion"]), "Threshold": html.escape(threshold_text(row)),
        "Set by": _esc(row["body"]) + ("" if is_missing(row["year"]) else f", {int(row['year'])}"),
        "How far seen": _seen_in(evidence, row), "Note": _esc(row["note"]),
    } for _, row in frame.iterrows()]


def criteria_table(evidence: Evidence, topic: str, *, caption: str = "Criteria") -> Table:
    """The criteria of one subject, with the body that set each.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    topic : str
        ``response``, ``diagnosis``, ``imaging``, ``csf``, ``pcl``, ``solitary_plasmacytoma``, ``emd``,
        ``crs_grading`` or ``icans_grading``.
    caption : str
        What the table shows.

    Raises
    ------
    LookupError
        For an unknown subject, with the nearest known ones.
    """
    rows = evidence.criteria
    _known([topic], rows.topic.unique(), "subject of criteria")
    return _make(caption, _criteria_records(evidence, rows[rows.topic == topic]), css="emd-criteria")


def statement_html(evidence: Evidence, statement: str) -> str:
    """A bottom-line statement as HTML: every figure links to its row, on the page that shows it."""
    out, last = [], 0
    for link in links_of(statement):
        page = data_page(evidence.record(link.rows[0]))
        out += [html.escape(statement[last:link.start]), _anchored(link.rows[0], link.words, page)]
        last = link.end
    return "".join([*out, html.escape(statement[last:])])


def of_a_hundred(row) -> str:
    """A proportion as patients of a hundred, with the printed interval, or Wilson's where events and n are known.

    Parameters
    ----------
    row : mapping
        A row of ``outcomes`` or ``safety`` with ``value``, ``unit``, ``events``, ``n``, ``ci_low`` and ``ci_high``.

    Returns
    -------
    str
        ``36 of 100 (19 to 56)``; any other figure as it is printed.
    """
    if is_missing(row["value"]) or row["unit"] != "%":
        return harm_text(row) if "event" in row else figure_text(row)
    text = f"{percent(row['value'], 0).removesuffix('%')} of 100"
    if not is_missing(row["ci_low"]):
        low, high = row["ci_low"], row["ci_high"]
    elif not is_missing(row["events"]) and not is_missing(row["n"]):
        low, high = (100 * x for x in proportion_interval(int(row["events"]), int(row["n"])))
    else:
        return text
    return f"{text} ({' to '.join(ends(low, high))})"


def _rested_on(evidence: Evidence, ids: str) -> list[pd.Series]:
    return [evidence.record(name) for name in ids.split(";")]


def _called(evidence: Evidence, row: pd.Series) -> str:
    """What a row is called to a reader: study, group and endpoint, or group and harm."""
    if row.attrs["table"] == "safety":
        return f"{row['group']}, {row['event']}"
    arm = evidence.arm(row["arm_id"])
    study = evidence.study(arm["study_id"])
    return outcome_name(dict(row) | {"study_label": study["label"], "arm_label": arm["label"]})


def _finding_line(evidence: Evidence, row: pd.Series) -> str:
    if row.attrs["table"] == "safety":
        grade = _GRADES.get(_text(row["grade"]), "")
        who, what, size = row["group"], ", ".join(filter(None, [row["event"], grade])), row["n"]
    else:
        arm = evidence.arm(row["arm_id"])
        study = evidence.study(arm["study_id"])
        who, what = f"{study['label']}, {arm['label']}", endpoint_text(row)
        size = arm["n"] if is_missing(row["n"]) else row["n"]
    patients = "n not told" if is_missing(size) else f"n = {int(size)}"
    figure = _anchored(str(row.name), of_a_hundred(row), data_page(row))
    return (f"{_esc(who)}: {figure}, {html.escape(what)}, {patients} "
            f"{standing_badge(row['standing'])}")


def findings_table(evidence: Evidence, therapeutic_class: str | None = None, *,
                   caption: str = "Summary of findings") -> Table:
    """Summary of Findings of a class: absolute numbers of a hundred patients, certainty, and what it means.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    therapeutic_class : str, optional
        A class with bottom-line statements in ``certainty``; without it all classes in the order of the chapters. The
        order ranks nothing.
    caption : str
        What the table shows.

    Returns
    -------
    Table
        One row per statement. An interval is the printed one; where the source prints none and the count is known it
        is Wilson's.

    Raises
    ------
    LookupError
        For a class without statements, with the nearest known ones.
    """
    rows = evidence.certainty if therapeutic_class is None else _statements(evidence, therapeutic_class)
    lead = {key: f"<strong>{html.escape(mark.label)}</strong><br>" for key, mark in style.THERAPY_CLASS.items()}
    records = [{
        "Question": (lead[row["therapeutic_class"]] if therapeutic_class is None else "")
                    + f"{_esc(row['question'])}<br><small>{_esc(row['outcome'])}</small>",
        "Bottom line": statement_html(evidence, row["statement"]),
        "Of 100 patients": "<br>".join(_finding_line(evidence, r) for r in _rested_on(evidence, row["rows"])),
        "Certainty": f"<strong>{CERTAINTY[row['result']]}</strong><br>"
                     f"<small>{html.escape(certainty_reasons(row))}</small>",
        "What it means": _esc(row["meaning"]),
    } for _, row in rows.iterrows()]
    return _make(caption, records, css="emd-findings")


def _statements(evidence: Evidence, therapeutic_class: str) -> pd.DataFrame:
    rows = evidence.certainty
    _known([therapeutic_class], rows.therapeutic_class.unique(), "class with statements of certainty")
    return rows[rows.therapeutic_class == therapeutic_class]


def certainty_reasons(row) -> str:
    """Which domains took the certainty of a statement down, in a few words: ``risk of bias; imprecision, twice``."""
    down = [f"{_DOMAIN[d].lower()}{', twice' if row[d] == 'very_serious' else ''}" for d in DOMAINS if row[d] != "none"]
    start = "" if row["start"] == "high" else "starts low, no randomised comparison"
    return "; ".join(filter(None, [start, *down])) or "nothing took it down"


def _profile_records(evidence: Evidence, rows: pd.DataFrame) -> list[dict]:
    records = []
    for _, row in rows.iterrows():
        rest = _rested_on(evidence, row["rows"])
        arms = [evidence.arm(r["arm_id"]) for r in rest if r.attrs["table"] == "outcomes"]
        studies = [evidence.study(arm["study_id"]) for arm in arms]
        designs = [DESIGN.get(_text(study["design"]), "design not stated") for study in studies]
        designs += ["figures of harm"] * any(r.attrs["table"] == "safety" for r in rest)
        record = {"Question": _esc(row["question"]),
                  "Rests on": f"{', '.join(dict.fromkeys(designs))}<br><small>"
                              + "<br>".join(_anchored(str(r.name), _called(evidence, r), data_page(r)) for r in rest)
                              + "</small>",
                  "Starts": CERTAINTY[row["start"]]}
        for domain in DOMAINS:
            reason = _esc(row[f"{domain}_reason"])
            record[_DOMAIN[domain]] = _STEP[row[domain]] + (f"<br><small>{reason}</small>" if reason else "")
        records.append(record | {"Certainty": f"<strong>{CERTAINTY[row['result']]}</strong>"})
    return records


def clinical_facts(evidence: Evidence) -> list[tuple[str, Table]]:
    """Every row of the four tables with an anchor, for the page that all numbers lead to.

    Returns
    -------
    list of (str, Table)
        Title and table: harm, criteria, guidance (with what is replaced, marked), certainty.
    """
    harms, asked, criteria, judged = evidence.safety, evidence.guidance, evidence.criteria, evidence.certainty
    names = evidence.therapies.set_index("therapy_id")["name"]

    def facets(frame: pd.DataFrame, **more) -> list[dict[str, tuple[str, ...]]]:
        found = []
        for row in frame.to_dict("records"):
            one = {"Class": (class_label(row.get("therapeutic_class")),),
                   "Drug": () if is_missing(row.get("therapy_id")) else (names[row["therapy_id"]],)}
            if "standing" in row:
                one["Seen"] = (style.STANDING[row["standing"]].words,)
            found.append({name: tuple(filter(None, values)) for name, values in one.items()}
                         | {name: (words[row[column]],) for name, (column, words) in more.items()})
        return found

    shown = (("Harm", _harm_records(evidence, harms), harms.safety_id, facets(harms)),
             ("Criteria", _criteria_records(evidence, criteria), criteria.criterion_id, facets(criteria)),
             ("What labels and guidelines ask", _guidance_records(evidence, asked), asked.guidance_id,
              facets(asked, When=("phase", PHASES))),
             ("Certainty of each bottom line", _profile_records(evidence, judged), judged.certainty_id,
              facets(judged, Certainty=("result", CERTAINTY))))
    return [(title, _make(title, records if ids.name == "certainty_id" else with_record(records, ids), row_ids=ids,
                          css="emd-ledger", facets=by)) for title, records, ids, by in shown]

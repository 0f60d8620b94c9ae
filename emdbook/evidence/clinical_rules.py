"""The rules of the tables that a clinician acts on: safety, criteria, guidance and certainty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from emdbook.estimates.counts import attainable_counts
from emdbook.evidence.links import LINK, links_of
from emdbook.evidence.reading import Row, Table, suggestion
from emdbook.evidence.rules import EMD_POPULATIONS, Add, _Package, amounts, decimals_of, faults_of, interval, time_point
from emdbook.ground.faults import Fault

__all__ = ["DOMAINS", "LEVELS", "STEPS", "check_clinical", "result_of"]

#: The five domains of GRADE, in the order of the columns.
DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
#: From the least to the most certain.
LEVELS = ("very_low", "low", "moderate", "high")
#: How many levels each judgement takes away.
STEPS = {"none": 0, "serious": 1, "very_serious": 2}
#: Patients with extramedullary disease below which imprecision is serious, and very serious.
FEW, VERY_FEW = 100, 30

SAFETY_UNITS = {"proportion": ("%",), "median": ("hours", "days", "weeks", "months"), "hazard_ratio": ("ratio",)}
#: Populations that a chapter of this book asks about.
ASKED = (*EMD_POPULATIONS, "CNS", "PCL")


def result_of(start: str, judgements: Mapping[str, str]) -> str:
    """Return the certainty that is left after all steps down.

    Parameters
    ----------
    start : {"high", "low"}
        Level by design.
    judgements : mapping of str to {"none", "serious", "very_serious"}
        The judgement of each of :data:`DOMAINS`.

    Returns
    -------
    str
        One of :data:`LEVELS`; never below the lowest.

    Examples
    --------
    >>> result_of("high", dict.fromkeys(DOMAINS, "none") | {"imprecision": "very_serious"})
    'low'
    """
    steps = sum(STEPS[judgements[domain]] for domain in DOMAINS)
    return LEVELS[max(0, LEVELS.index(start) - steps)]


def check_clinical(tables: Mapping[str, Table | None]) -> list[Fault]:
    """Check the rules between cells, rows and tables of safety, criteria, guidance and certainty.

    Parameters
    ----------
    tables : mapping of str to Table or None
        Every table by name; None for one that could not be read.

    Returns
    -------
    list of Fault
        A rule is silent wherever a cell it needs is itself at fault or lies in a table that could not be read.
    """
    return faults_of(tables, (_classes, _safety, _criteria, _guidance, _certainty))


def _classes(package: _Package, add: Add) -> None:
    """A row that names a drug names the drug's own class, or none."""
    therapies = package.index("therapies", "therapy_id")
    for name in ("safety", "guidance"):
        for row in package.rows(name):
            drug = therapies.get(row["therapy_id"])
            if drug is None or not row.sound("therapeutic_class") or row["therapeutic_class"] is None:
                continue
            if drug["therapeutic_class"] is not None and drug["therapeutic_class"] != row["therapeutic_class"]:
                add(name, row, "therapeutic_class",
                    f"must be {drug['therapeutic_class']}, the class of {row['therapy_id']} in therapies.csv")


def _safety(package: _Package, add: Add) -> None:
    rows = package.index("safety", "safety_id")
    spellings: dict[str, str] = {}
    for row in package.rows("safety"):
        fault = partial(add, "safety", row)
        units = SAFETY_UNITS.get(row["measure"])
        if units and row["unit"] is not None and row["unit"] not in units:
            fault("unit", f"must be {' or '.join(units)} for a {row['measure']}")
        value, events, n = row["value"], row["events"], row["n"]
        if value is None and row.sound("value", "note") and row["note"] is None:
            fault("value", "must not be empty, unless the note says what the source gives instead")
        if row["bound"] is not None and (value is None or events is not None):
            fault("bound", "only a figure without a count can be a bound")
        amounts(row, fault, "value", "ci_low", "ci_high")
        time_point(row, fault)
        interval(row, fault)
        if row.sound("events", "n") and events is not None:
            if n is None:
                fault("n", "must not be empty where events is given")
            elif events > n:
                fault("events", f"must not be larger than n, which is {n}")
            elif row["measure"] == "proportion" and value is not None and 0 <= value <= 100:
                fits = attainable_counts(row.raw["value"], n, decimals_of(row.raw["value"]))
                if events not in fits:
                    fault("value", f"does not agree with events / n = {events}/{n} = {100 * events / n:.4g} %")
        other = row["comparator_id"]
        if other is not None:
            if other == row["safety_id"]:
                fault("comparator_id", "must be another row than this one")
            elif other not in rows:
                if package.complete("safety"):
                    fault("comparator_id", f"must be a safety_id that stands in safety.csv{suggestion(other, rows)}")
            elif (rows[other]["event"], rows[other]["unit"]) != (row["event"], row["unit"]):
                fault("comparator_id", f"{other} counts another event or unit, and cannot be set beside this row")
        if row["event"] is not None:
            first = spellings.setdefault(row["event"].casefold(), row["event"])
            if first != row["event"]:
                fault("event", f"is written '{first}' in another row; one harm has one name")


def _criteria(package: _Package, add: Add) -> None:
    for row in package.rows("criteria"):
        value, high, direction = row["value"], row["value_high"], row["direction"]
        if not row.sound("value", "value_high", "direction", "unit"):
            continue
        amounts(row, partial(add, "criteria", row), "value", "value_high", zero=True)
        if value is not None:
            for column in ("unit", "direction"):
                if row[column] is None:
                    add("criteria", row, column, "must not be empty where a threshold is given")
        elif direction is not None or high is not None:
            add("criteria", row, "value", "must not be empty where direction or value_high is given")
        if high is not None and value is not None and high <= value:
            add("criteria", row, "value_high", f"must be above value, which is {row.raw['value']}")
        if (direction == "range") != (high is not None) and value is not None:
            add("criteria", row, "value_high", "must be given for a range, and for nothing else")


def _guidance(package: _Package, add: Add) -> None:
    rows = package.index("guidance", "guidance_id")
    for row in package.rows("guidance"):
        whom = ("therapy_id", "therapeutic_class", "situation")
        if row.sound(*whom) and all(row[c] is None for c in whom):
            add("guidance", row, "situation", "the row must say for which therapy, class or situation it is")
        newer = row["superseded_by"]
        if newer is None:
            continue
        if newer == row["guidance_id"]:
            add("guidance", row, "superseded_by", "must be another row than this one")
        elif newer not in rows:
            if package.complete("guidance"):
                add("guidance", row, "superseded_by",
                    f"must be a guidance_id that stands in guidance.csv{suggestion(newer, rows)}")
        elif row["date"] is not None and rows[newer]["date"] is not None:
            length = min(len(row["date"]), len(rows[newer]["date"]))
            if rows[newer]["date"][:length] < row["date"][:length]:
                add("guidance", row, "superseded_by",
                    f"{newer} is older ({rows[newer]['date']}) and cannot replace this row")


def _certainty(package: _Package, add: Add) -> None:
    outcomes, safety = package.index("outcomes", "outcome_id"), package.index("safety", "safety_id")
    whole = package.complete("outcomes") and package.complete("safety")
    arms, studies = package.index("arms", "arm_id"), package.index("studies", "study_id")
    for row in package.rows("certainty"):

        def fault(column: str, rule: str, row: Row = row) -> None:
            add("certainty", row, column, rule)

        for domain in DOMAINS:
            if row[domain] in ("serious", "very_serious") and row.sound(f"{domain}_reason") \
                    and row[f"{domain}_reason"] is None:
                fault(f"{domain}_reason", f"must say why, because {domain} is {row[domain]}")
        if row.sound("start", "result", *DOMAINS) and all(row[c] for c in ("start", "result", *DOMAINS)):
            left = result_of(row["start"], {domain: row[domain] for domain in DOMAINS})
            if row["result"] != left:
                fault("result", f"must be {left}: {row['start']} less the steps of the five domains")
        if row["rows"] is None or not row.sound("rows"):
            continue
        named = row["rows"].split(";")
        if len(set(named)) != len(named):
            fault("rows", "names the same row twice")
        unknown = [name for name in named if name not in outcomes and name not in safety]
        if unknown:
            if whole:
                fault("rows", f"{unknown[0]} is neither in outcomes.csv nor in safety.csv"
                              f"{suggestion(unknown[0], [*outcomes, *safety])}")
            continue
        _statement(row, named, fault)
        if row["meaning"] is not None and re.search(r"\d", row["meaning"]):
            fault("meaning", "must say it in plain words, without a figure")
        counted = [(outcomes[name], arms.get(outcomes[name]["arm_id"])) for name in named if name in outcomes]
        if any(arm is None or studies.get(arm["study_id"]) is None for _, arm in counted):
            continue
        harms = [safety[name] for name in named if name in safety]
        randomised = [studies[arm["study_id"]]["design"] == "randomised_trial" for _, arm in counted]
        _start(row, [*randomised, *(bool(harm["randomised"]) for harm in harms)], fault)
        _floors(row, counted, harms, fault)


def _statement(row: Row, named: list[str], fault) -> None:
    """A figure stands in a statement only as a link to one of the rows it rests on."""
    if row["statement"] is None:
        return
    links = list(links_of(row["statement"]))
    for link in links:
        for target in link.rows:
            if target not in named:
                fault("statement", f"links to {target}, which is not among its rows")
    rest = LINK.sub("", row["statement"])
    if re.search(r"\]\(", rest) or any(not link.rows or not link.fields for link in links):
        fault("statement", "a link must have the form [words](ev:row#field) or [words](calc:name/row#field)")
    elif re.search(r"\d", re.sub(r"\b[A-Z]+-?[0-9]+\b", "", rest)):  # names such as CD38 or DREAMM-7 are no figures
        fault("statement", "prints a figure outside a link; write [words](ev:row#field)")


def _start(row: Row, randomised: list[bool], fault) -> None:
    if row["kind"] is None or row["start"] is None:
        return
    wanted = "low" if row["kind"] == "effect" and not all(randomised) else "high"
    if row["start"] != wanted:
        why = {"effect": "an effect starts high only where every row is of a randomised trial",
               "frequency": "how often and how long starts high, whatever the design",
               "prognosis": "a question of prognosis starts high, whatever the design"}[row["kind"]]
        fault("start", f"must be {wanted}: {why}")


def _floors(row: Row, counted: list[tuple[Row, Row]], harms: list[Row], fault) -> None:
    """Two judgements have a floor that the data set: too few patients, and no patient of the kind asked about."""
    # the groups of one study may share patients: its largest group stands for it
    sizes: dict[str, int] = {}
    for outcome, arm in counted:
        if arm["population"] in ASKED:
            size = outcome["n"] or arm["n"] or 0
            sizes[arm["study_id"]] = max(size, sizes.get(arm["study_id"], 0))
    for harm in harms:
        if harm["population"] in ASKED:
            sizes[harm["source_id"]] = max(harm["n"] or 0, sizes.get(harm["source_id"], 0))
    if not sizes:
        if row["indirectness"] == "none":
            fault("indirectness", "must be at least serious: no row is of patients with extramedullary disease")
        return
    if row["kind"] == "effect":
        return  # the precision of a comparison is judged by its interval
    patients = sum(sizes.values())
    floor = "very_serious" if patients < VERY_FEW else "serious" if patients < FEW else "none"
    if row["imprecision"] is not None and STEPS[row["imprecision"]] < STEPS[floor]:
        bound = VERY_FEW if floor == "very_serious" else FEW
        fault("imprecision", f"must be at least {floor}: its rows count {patients} patients with extramedullary "
                             f"disease, fewer than {bound}")

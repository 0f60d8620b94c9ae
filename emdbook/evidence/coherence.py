"""Figures that must agree with each other: cuts, nested endpoints, parts of a cohort, dates, and named deviations."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping

from emdbook.estimates.counts import attainable_counts
from emdbook.evidence.reading import Row, Table, suggestion
from emdbook.evidence.rules import EMD_POPULATIONS, Add, _Package, decimals_of, faults_of
from emdbook.ground.faults import Fault

__all__ = ["NESTED", "check_coherence", "deviation_of"]

#: Endpoints of one group, the first of which can never lie above the second at the same time.
NESTED = (
    ("PFS", "OS"),
    ("PFS", "PFS2"),
    ("PFS2", "OS"),
    ("sCR", "ORR"),
    ("CR", "ORR"),
    ("CR_or_better", "ORR"),
    ("VGPR_or_better", "ORR"),
    ("CR_or_better", "VGPR_or_better"),
    ("EMD_CR", "EMD_ORR"),
    ("EMD_PR", "EMD_ORR"),
    ("serological_CR", "serological_ORR"),
    ("CRS_grade3plus", "CRS_any"),
    ("ICANS_grade3plus", "ICANS_any"),
    ("infection_grade3plus", "infection_any"),
    ("ocular_grade3plus", "ocular_any"),
)
DAYS_PER_MONTH = 30.4375
SEVERAL = ";"


def deviation_of(row: Mapping[str, str]) -> str | None:
    """Return what a row of outcomes prints that no count of its patients gives.

    Parameters
    ----------
    row : mapping of str to str
        The texts of one row of ``outcomes.csv``: ``measure, unit, value, events, n, events_derived``.

    Returns
    -------
    str or None
        ``"81% of 34"`` or, where the count is known, ``"16% for 1 of 6"``; None where count and percentage agree.

    Examples
    --------
    >>> deviation_of({"measure": "proportion", "unit": "%", "value": "16", "events": "1", "n": "6"})
    '16% for 1 of 6'
    >>> deviation_of({"measure": "proportion", "unit": "%", "value": "83", "events": "5", "n": "6"}) is None
    True
    """
    if row["measure"] not in ("proportion", "rate_at") or row["unit"] != "%" or not (row["value"] and row["n"]):
        return None
    fits = attainable_counts(row["value"], int(row["n"]), decimals_of(row["value"]))
    if row["events"]:
        return None if int(row["events"]) in fits else f"{row['value']}% for {row['events']} of {row['n']}"
    # a rate at a time point is a Kaplan-Meier estimate, which no count needs to give
    return None if fits or row["measure"] == "rate_at" else f"{row['value']}% of {row['n']}"


def check_coherence(tables: Mapping[str, Table | None]) -> list[Fault]:
    """Check the rules between figures of one group, of one cohort and of one log.

    Parameters
    ----------
    tables : mapping of str to Table or None
        Every table by name; None for one that could not be read.

    Returns
    -------
    list of Fault
        A rule is silent wherever a cell it needs is itself at fault or lies in a table that could not be read.
    """
    return faults_of(tables, (_dates, _cuts, _deviations, _parts))


def _dates(package: _Package, add: Add) -> None:
    """The pattern of a date lets 31 February pass; the calendar does not."""
    for name, table in package.tables.items():
        if table is None or "date" not in table.spec.columns:
            continue
        for row in table.rows:
            parts = (row["date"] or "").split("-")
            if not row.sound("date") or len(parts) != 3:
                continue
            try:
                datetime.date(*map(int, parts))
            except ValueError:
                add(name, row, "date", "is no day of the calendar")


def _cuts(package: _Package, add: Add) -> None:
    """An outcome counts the patients of its arm, or says of which cut or part it is."""
    arms = package.index("arms", "arm_id")
    for row in package.rows("outcomes"):
        arm = arms.get(row["arm_id"])
        if arm is None or row["n"] is None or arm["n"] is None:
            continue
        if not (row.sound("n", "cut") and arm.sound("n", "n_evaluable")):
            continue
        if row["cut"] is None and row["n"] not in (arm["n"], arm["n_evaluable"]):
            known = f"{arm['n']}" + (f" or {arm['n_evaluable']}" if arm["n_evaluable"] is not None else "")
            add("outcomes", row, "n", f"must be {known}, as in arms.csv, or cut must say whom it counts")
    _compared_cuts(package, add)


def _compared_cuts(package: _Package, add: Add) -> None:
    """Two groups that are set against each other are counted at one cut."""
    key = ("endpoint", "measure", "at_months")
    needed = ("arm_id", "comparator_arm_id", "headline", "cut", *key)
    headlines = {
        (row["arm_id"], *(row[c] for c in key)): row
        for row in package.rows("outcomes")
        if row["headline"] and row.sound(*needed)
    }
    for row in headlines.values():
        if row["comparator_arm_id"] is None or row["measure"] in ("hazard_ratio", "risk_ratio", "odds_ratio"):
            continue
        other = headlines.get((row["comparator_arm_id"], *(row[c] for c in key)))
        if other is not None and other["cut"] != row["cut"]:
            there = f"'{other['cut']}'" if other["cut"] is not None else "empty"
            add("outcomes", row, "cut", f"must be that of row {other.number}, with which it is compared: {there}")


def _named(package: _Package, add: Add) -> dict[str, tuple[str, Row]]:
    """What the log lets stand: the deviation and the row of the log, by outcome_id."""
    outcomes = package.index("outcomes", "outcome_id")
    arms = package.index("arms", "arm_id")
    named: dict[str, tuple[str, Row]] = {}
    for row in package.rows("discrepancies"):
        if not row.sound("outcome_id", "deviation"):
            continue
        ids = row["outcome_id"].split(SEVERAL) if row["outcome_id"] else []
        said = row["deviation"].split(SEVERAL) if row["deviation"] else []
        if len(ids) != len(said):
            add("discrepancies", row, "deviation", "must say one deviation for each outcome_id, joined by ';'")
            continue
        for outcome_id, deviation in zip(ids, said, strict=True):
            if outcome_id not in outcomes:
                if package.complete("outcomes"):
                    near = suggestion(outcome_id, outcomes)
                    add("discrepancies", row, "outcome_id", f"{outcome_id} is not in outcomes.csv{near}")
                continue
            arm = arms.get(outcomes[outcome_id]["arm_id"])
            if arm is not None and row["study_id"] is not None and arm["study_id"] != row["study_id"]:
                add("discrepancies", row, "outcome_id", f"{outcome_id} is of the study {arm['study_id']}")
            if outcome_id in named:
                other = named[outcome_id][1].number
                add("discrepancies", row, "outcome_id", f"{outcome_id} is already excused in row {other}")
                continue
            named[outcome_id] = (deviation, row)
    return named


def _deviations(package: _Package, add: Add) -> None:
    """A misfit stands only where the log names this outcome and this misfit; no excuse outlives its misfit."""
    named = _named(package, add)
    sure = package.complete("discrepancies") and all(
        row.sound("outcome_id", "deviation") for row in package.rows("discrepancies")
    )
    used: set[str] = set()

    def found(row: Row, deviation: str, rule: str) -> bool:
        """Return whether the log excuses the deviation; say the rule where it does not."""
        if named.get(row["outcome_id"], ("",))[0] == deviation:
            used.add(row["outcome_id"])
            return True
        if sure:
            how = f"correct it, or name it in outcome_id of discrepancies.csv with the deviation '{deviation}'"
            add("outcomes", row, "value", f"{rule}; {how}")
        return False

    for row in package.rows("outcomes"):
        needed = ("measure", "unit", "value", "events", "n", "events_derived", "outcome_id")
        if not row.sound(*needed) or row["events_derived"]:
            continue  # a count worked out must fit exactly: said by the rules of counts
        if row["events"] is not None and (row["n"] is None or row["events"] > row["n"]):
            continue
        if row["value"] is None or not 0 <= row["value"] <= 100 or row["unit"] != "%":
            continue
        deviation = deviation_of(row.raw)
        if deviation is None:
            continue
        if row["events"] is not None:
            share = 100 * row["events"] / row["n"]
            rule = f"does not agree with events / n = {row['events']}/{row['n']} = {share:.4g} %"
        else:
            rule = f"no whole number of {row['n']} patients gives {row.raw['value']} %"
        found(row, deviation, rule)
    for lower, upper, words in _impossible_pairs(package):
        rule = f"{words}, which is impossible for one group at one time"
        if found(lower, words, rule) and lower["headline"] and upper["headline"]:
            add("outcomes", lower, "headline", f"cannot be true: {words}, and row {upper.number} is a headline too")
    for outcome_id, (deviation, row) in named.items():
        if outcome_id not in used and package.complete("outcomes"):
            add("discrepancies", row, "deviation", f"{outcome_id} has no deviation '{deviation}': take it out")


def _size(row: Row) -> float | None:
    """The value on one scale, days as months; None where it cannot be compared."""
    if row["value"] is None:
        return float("inf") if row["not_reached"] else None
    return row["value"] / DAYS_PER_MONTH if row["unit"] == "days" else row["value"]


def _impossible_pairs(package: _Package) -> Iterator[tuple[Row, Row, str]]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    needed = ("arm_id", "measure", "unit", "value", "n", "at_months", "not_reached", "cut", "endpoint", "headline")
    for row in package.rows("outcomes"):
        if row.sound(*needed) and row["measure"] in ("median", "rate_at", "proportion"):
            time = row["at_months"] if row["measure"] == "rate_at" else None
            patients = row["n"] if row["measure"] == "proportion" else None
            groups[(row["arm_id"], row["measure"], time, patients, row["cut"])].append(row)
    for rows in groups.values():
        for below, above in NESTED:
            lower = [row for row in rows if row["endpoint"] == below]
            upper = [row for row in rows if row["endpoint"] == above]
            for low, high in itertools.product(lower, upper):
                # figures of two bases are compared only as the book would show them together
                if low["basis"] != high["basis"] and not (low["headline"] and high["headline"]):
                    continue
                a, b = _size(low), _size(high)
                if a is not None and b is not None and a > b:
                    first, second = (row.raw["value"] or "not reached" for row in (low, high))
                    yield low, high, f"{below} {first} above {above} {second}"


def _parts(package: _Package, add: Add) -> None:
    """A pooled group names every group of its study that holds its patients, so that none is counted twice."""
    arms = package.index("arms", "arm_id")
    of_study: dict[str, list[Row]] = defaultdict(list)
    for arm in arms.values():
        of_study[arm["study_id"]].append(arm)
    names = {arm_id: set((arm["overlaps_with"] or "").split(SEVERAL)) for arm_id, arm in arms.items()}
    for row in package.rows("outcomes"):
        arm = arms.get(row["arm_id"])
        if not row["poolable"] or arm is None or not arm.sound("population", "n", "overlaps_with"):
            continue
        for other in of_study[arm["study_id"]]:
            if other["arm_id"] in names[arm["arm_id"]] | {arm["arm_id"]} or not other.sound("population", "n"):
                continue
            if not _may_hold(other, arm) or _parts_of_one(arm, other, names, arms):
                continue
            add(
                "outcomes",
                row,
                "poolable",
                f"cannot be true before {arm['arm_id']} says in overlaps_with how it stands to {other['arm_id']} "
                "of the same study: that group may hold its patients",
            )


def _may_hold(whole: Row, part: Row) -> bool:
    """Whether one group could hold the patients of the other, by its population and size."""
    if whole["n"] is not None and part["n"] is not None and whole["n"] < part["n"]:
        return False
    kinds = {whole["population"], part["population"]}
    if whole["population"] == "overall":
        return True
    return kinds <= set(EMD_POPULATIONS) and kinds != {"EM-E", "EM-B"}


def _parts_of_one(arm: Row, other: Row, names: Mapping[str, set[str]], arms: Mapping[str, Row]) -> bool:
    """Whether the groups are told apart: parts of one larger group with room for both, or of two that share nobody."""

    def wholes(part: Row) -> set[str]:
        known = (arms[name] for name in names[part["arm_id"]] & set(arms))
        return {
            whole["arm_id"]
            for whole in known
            if whole["study_id"] == part["study_id"] and whole["n"] is not None and whole["n"] >= (part["n"] or 1)
        }

    mine, theirs = wholes(arm) - {other["arm_id"]}, wholes(other) - {arm["arm_id"]}
    if arm["n"] is not None and other["n"] is not None:
        together = arm["n"] + other["n"]
        if any(arms[whole]["n"] >= together for whole in mine & theirs):
            return True
    return any(b not in names[a] for a in mine for b in theirs if a != b)

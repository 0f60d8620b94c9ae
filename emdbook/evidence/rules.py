"""The rules of the data contract that a table description cannot express."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from emdbook.estimates.counts import attainable_counts
from emdbook.evidence.figures import unit_kind
from emdbook.evidence.log import NATURES
from emdbook.evidence.reading import Row, Table, suggestion
from emdbook.ground.faults import Fault

__all__ = ["EMD_POPULATIONS", "ID_COLUMNS", "STANDINGS", "STANDING_TABLES", "check_contract", "decimals_of"]

#: Populations with extramedullary disease, whose response may be pooled.
EMD_POPULATIONS = ("EMD", "EM-E", "EM-B")

#: Column that names a row, for every table whose ids share one name space (they are anchors of one page of the book).
ID_COLUMNS = {
    "studies": "study_id",
    "arms": "arm_id",
    "outcomes": "outcome_id",
    "epidemiology": "fact_id",
    "biology": "fact_id",
    "discrepancies": "discrepancy_id",
    "updates": "update_id",
    "safety": "safety_id",
    "criteria": "criterion_id",
    "guidance": "guidance_id",
    "certainty": "certainty_id",
}

#: How far a figure was seen; the order is the one in which books and charts list them.
STANDINGS = ("paper", "abstract", "official", "secondary", "review", "derived")

#: Tables whose rows carry a standing of their own, where a package has them.
STANDING_TABLES = (
    "therapies",
    "outcomes",
    "epidemiology",
    "biology",
    "updates",
    "safety",
    "criteria",
    "guidance",
)

#: What a figure may be called at best, by how far its source was seen. What was worked out here stands on other rows,
#: so that ``derived`` is open to all.
_SEEN_ALLOWS = {
    "paper": ("paper", "abstract", "secondary"),
    "abstract": ("abstract", "secondary"),
    "official": ("official", "secondary"),
    "secondary": ("secondary",),
    "review": ("review",),
    "none": (),
}
#: How far a source of each kind can have been seen: a news page is second-hand however closely it was read.
_KIND_ALLOWS = {
    "review": ("review",),
    "primary": ("paper", "abstract", "official", "secondary", "none"),
    "label": ("official", "secondary", "none"),
    "secondary": ("secondary", "none"),
    "news": ("secondary", "none"),
}
_BASIS_STANDING = {
    "review": ("review",),
    "primary": ("paper", "abstract", "official"),
    "secondary": ("secondary",),
    "derived": ("derived",),
}

UNITS = {
    "proportion": ("%",),
    "rate_at": ("%",),
    "median": ("months", "days"),
    "hazard_ratio": ("ratio",),
    "risk_ratio": ("ratio",),
    "odds_ratio": ("ratio",),
}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ENGLISH_TAIL = re.compile(r" [^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*$")
UNIT_WORDS = ("%", "months", "days", "ratio")
RESPONSE = ("ORR", "EMD_ORR")
#: Endpoints that are a length of time; every other is a share of patients, or an event.
_TIMES = re.compile(r"PFS2?|OS(_from_\w+)?|DOR|TTNT|TTP|follow_up|time_to_\w+")
#: A response is there or not: it has no time course that a hazard could be taken of.
_RESPONSES = re.compile(r"\w*(ORR|CR|PR|SD|PD|CR_or_better)")
_TIME_UNITS = ("hours", "days", "weeks", "months", "years")
#: Months after which no study of myeloma counts: a larger number is a time in days.
LONGEST = 360

Add = Callable[[str, Row, str, str], None]
#: Adds a fault of one cell of a row.
Say = Callable[[str, str], None]


def decimals_of(text: str) -> int:
    """Return how many digits a number was printed with after its point.

    Parameters
    ----------
    text : str
        The number as it stands in the CSV file.

    Returns
    -------
    int

    Examples
    --------
    >>> decimals_of("35.7"), decimals_of("63"), decimals_of("63.0")
    (1, 0, 1)
    """
    return len(text.partition(".")[2])


class _Package:
    """The tables as read, with look-ups that stay silent where a table was lost."""

    def __init__(self, tables: Mapping[str, Table | None]) -> None:
        self.tables = tables

    def rows(self, name: str) -> Iterator[Row]:
        table = self.tables.get(name)
        yield from table.rows if table is not None else ()

    def complete(self, name: str) -> bool:
        table = self.tables.get(name)
        return table is not None and table.complete

    def index(self, name: str, column: str) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in self.rows(name):
            if row[column] is not None:
                found.setdefault(row[column], row)
        return found


def faults_of(tables: Mapping[str, Table | None], checks: Iterable[Callable]) -> list[Fault]:
    """Run checks over the tables; each is given them and a function that adds a fault of one cell."""
    package, faults = _Package(tables), []

    def add(table: str, row: Row, column: str, rule: str) -> None:
        faults.append(Fault(tables[table].spec.path, row.number, column, row.raw.get(column), rule))

    for check in checks:
        check(package, add)
    return faults


def check_contract(tables: Mapping[str, Table | None]) -> list[Fault]:
    """Check the rules between cells, rows and tables.

    Parameters
    ----------
    tables : mapping of str to Table or None
        Every table by name; None for one that could not be read.

    Returns
    -------
    list of Fault
        A rule is silent wherever a cell it needs is itself at fault or lies in a table that could not be read.
    """
    return faults_of(tables, (
        _links, _one_name_space, _sources, _studies, _arms, _outcomes, _headlines, _pools, _facts, _standing,
        _updates, _glossary, _paragraphs, _locators, _log, _trade_names, _grounds, _aliases))


def _links(package: _Package, add: Add) -> None:
    """Every id that a table names exists in the other table."""
    for name, table in package.tables.items():
        if table is None:
            continue
        for link in table.spec.links:
            if not package.complete(link.table):
                continue
            there = package.index(link.table, link.target)
            for row in table.rows:
                value = row[link.column]
                if value is not None and value not in there:
                    file = package.tables[link.table].spec.path
                    add(
                        name,
                        row,
                        link.column,
                        f"must be a {link.target} that stands in {file}{suggestion(value, there)}",
                    )


def _one_name_space(package: _Package, add: Add) -> None:
    """Ids are anchors of one page: none stands in two tables."""
    seen: dict[str, tuple[str, int]] = {}
    for name, column in ID_COLUMNS.items():
        for row in package.rows(name):
            value = row[column]
            if value is None:
                continue
            first = seen.setdefault(value, (name, row.number))
            if first[0] != name:
                other = package.tables[first[0]].spec.path
                add(
                    name,
                    row,
                    column,
                    f"is already the id of {other}, row {first[1]}; ids are shared by all tables and must differ",
                )


def _starts_with(package: _Package, add: Add, name: str, column: str, parent: str) -> None:
    for row in package.rows(name):
        if row.sound(column, parent) and row[column] and row[parent] and not row[column].startswith(row[parent] + "."):
            add(name, row, column, f"must begin with the {parent} of its row and a dot: {row[parent]}.…")


#: Hosts that show copies of other people's pages: raw numbers, previews, staging servers, proxies, and the copies
#: that were met while this book was made. A reader is sent to the work itself.
MIRRORS = re.compile(
    r"https://(\d+(\.\d+){3}|[^/]*\b(preview|staging|stage|proxy|mirror|sci-hub|libgen)\b[^/]*"
    r"|([^/]*\.)?(ashpublications\.(net|com)|researcher\.life|researchgate\.net|scribd\.com|tomesphere\.com|journaljams\.org))"
    r"(/|$)"
)


#: Words by which a keeper of the data speaks to himself; a list of references has no place for them.
NOTE_TO_SELF = re.compile(
    r"\[|\bnot (seen|noted|shown|recorded|read|known)\b|\bcut off\b|\bcheck against\b", re.IGNORECASE
)


def _own_pages(row: Row) -> list[str]:
    """The addresses that the identifiers of a source stand for."""
    forms = (
        ("doi", "https://doi.org/{}"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
        ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    )
    return [form.format(row[column]) for column, form in forms if row[column] is not None]


def _sources(package: _Package, add: Add) -> None:
    """A source is one work under one id, and its address is the work's own."""
    works: dict[tuple[str, str], int] = {}
    for row in package.rows("sources"):
        for column in ("first_author", "title", "container"):
            if row[column] is not None and NOTE_TO_SELF.search(row[column]):
                add("sources", row, column, "must be as a journal prints it; what was not seen is left empty")
        allowed = _KIND_ALLOWS.get(row["kind"], ())
        if allowed and row["seen"] is not None and row["seen"] not in allowed:
            add("sources", row, "seen", f"must be {' or '.join(allowed)} for a source of kind {row['kind']}")
        elif row["checked"] == "not_found" and row["seen"] not in (None, "none"):
            add("sources", row, "seen", "must be none where checked is not_found")
        # an identifier of what was not found could only come from memory
        if row["checked"] == "not_found":
            for column in ("doi", "pmid", "pmcid", "url"):
                if row[column] is not None:
                    add(
                        "sources",
                        row,
                        column,
                        "must be empty where checked is not_found: an identifier that was not seen is not cited",
                    )
            continue
        if row.sound("first_author", "title", "container") and not (row["first_author"] or row["title"]
                                                                    or row["container"]):
            add("sources", row, "title", "must not be empty where first_author and container are: name what was read")
        for column in ("doi", "pmid", "pmcid", "url"):
            if row[column] is None:
                continue
            first = works.setdefault((column, row[column].casefold().rstrip("/")), row.number)
            if first != row.number:
                add("sources", row, column, f"is already that of row {first}: one work has one source_id")
        if row["url"] is None or not row.sound("doi", "pmid", "pmcid", "url"):
            continue
        own = _own_pages(row)
        if own and row["url"] not in own:
            add("sources", row, "url", f"must be the work's own page, {' or '.join(own)}")
        elif MIRRORS.match(row["url"]):
            add("sources", row, "url", "is a copy, a preview or a proxy of another page; give the address of the work")


def _studies(package: _Package, add: Add) -> None:
    labels: dict[str, int] = {}
    for row in package.rows("studies"):
        if row["label"] is not None:
            first = labels.setdefault(row["label"].casefold(), row.number)
            if first != row.number:
                add("studies", row, "label", f"stands already in row {first}, written with other capitals")
        if not row.sound("in_review", "locator") or row["in_review"] is None:
            continue
        if row["in_review"] and row["locator"] is None:
            add("studies", row, "locator", "must name the paragraph of the review, because in_review is true")
        if not row["in_review"] and row["locator"] is not None:
            add("studies", row, "locator", "must be empty, because in_review is false")


def _arms(package: _Package, add: Add) -> None:
    _starts_with(package, add, "arms", "arm_id", "study_id")
    arms = package.index("arms", "arm_id")
    named = {arm_id: (row["overlaps_with"] or "").split(";") for arm_id, row in arms.items()}
    labels: dict[tuple[str, str], int] = {}
    for row in package.rows("arms"):
        if row["n"] is not None and row["n_evaluable"] is not None and row["n_evaluable"] > row["n"]:
            add("arms", row, "n_evaluable", f"must not be larger than n, which is {row['n']}")
        if row["study_id"] is not None and row["label"] is not None:
            first = labels.setdefault((row["study_id"], row["label"]), row.number)
            if first != row.number:
                add("arms", row, "label", f"is already the label of row {first} of the same study")
        if row["overlaps_with"] is None or row["arm_id"] is None:
            continue
        others = row["overlaps_with"].split(";")
        if len(set(others)) != len(others):
            add("arms", row, "overlaps_with", "names the same arm twice")
        for other in dict.fromkeys(others):
            if other == row["arm_id"]:
                add("arms", row, "overlaps_with", "must not name the arm itself")
            elif other not in arms:
                if package.complete("arms"):
                    add("arms", row, "overlaps_with", f"{other} is not an arm_id of arms.csv{suggestion(other, arms)}")
            elif row["arm_id"] not in named[other] and arms[other].sound("overlaps_with"):
                add(
                    "arms",
                    row,
                    "overlaps_with",
                    f"{other} must name {row['arm_id']} in its own overlaps_with: overlap is mutual",
                )


def _outcomes(package: _Package, add: Add) -> None:
    _starts_with(package, add, "outcomes", "outcome_id", "arm_id")
    kinds = {i: row["kind"] for i, row in package.index("sources", "source_id").items()}
    arms = {i: row["study_id"] for i, row in package.index("arms", "arm_id").items()}
    for row in package.rows("outcomes"):
        fault = partial(add, "outcomes", row)
        _outcome_value(row, fault)
        _outcome_counts(row, fault)
        _outcome_interval(row, fault)
        _outcome_basis(row, fault, kinds)
        other = row["comparator_arm_id"]
        if other is not None and other == row["arm_id"]:
            fault("comparator_arm_id", "must be another arm than the row's own")
        elif other in arms and row["arm_id"] in arms and arms[other] != arms[row["arm_id"]]:
            fault("comparator_arm_id", f"is of the study {arms[other]}: only groups of one study are set side by side")
        if row["p_value"] is not None and re.search(r"\d", row["p_value"]) and not re.search("[1-9]", row["p_value"]):
            fault("p_value", "must be above 0: a source that prints 0.000 means less than 0.001")


def _outcome_value(row: Row, fault: Say) -> None:
    measure, value = row["measure"], row["value"]
    if measure is not None and row["unit"] is not None and row["unit"] not in UNITS.get(measure, UNIT_WORDS):
        fault("unit", f"must be {' or '.join(UNITS.get(measure, UNIT_WORDS))} for a {measure}")
    if row.sound("value", "not_reached"):
        if row["not_reached"] and value is not None:
            fault("value", "must be empty, because not_reached is true")
        if not row["not_reached"] and value is None and row["note"] is None and row.sound("note"):
            fault(
                "value", "must not be empty, unless not_reached is true or the note says what the source gives instead"
            )
    if row["not_reached"] and measure is not None and measure != "median":
        fault("not_reached", "can be true only for a median")
    if row["endpoint"] is not None and measure is not None:
        is_time = _TIMES.fullmatch(row["endpoint"]) is not None
        if measure == "median" and not is_time:
            fault("endpoint", "must be a length of time (PFS, OS, DOR, time_to_…) for a median")
        if measure in ("proportion", "odds_ratio") and is_time:
            fault("endpoint", f"is a length of time, and no {measure} is taken of one; a share at a time is a rate_at")
        if measure in ("hazard_ratio", "rate_at") and _RESPONSES.fullmatch(row["endpoint"]):
            fault("endpoint", f"is a response, and no {measure} is taken of one; its share is a proportion")
    if measure == "median" and row["events"] is not None:
        fault("events", "must be empty for a median")
    amounts(row, fault, "value")
    if measure == "rate_at" and row["at_months"] is None and row.sound("at_months"):
        fault("at_months", "must not be empty for a rate at a time point")
    time_point(row, fault)


def _outcome_counts(row: Row, fault: Say) -> None:
    """Counts by themselves; whether they agree with the percentage is the matter of ``coherence``."""
    events, n, value = row["events"], row["n"], row["value"]
    if not row.sound("events", "n", "value", "measure", "events_derived", "unit"):
        return
    percentage = (
        row["measure"] in ("proportion", "rate_at") and row["unit"] == "%" and value is not None and 0 <= value <= 100
    )
    if events is not None and n is None:
        fault("n", "must not be empty where events is given")
    if events is not None and n is not None and events > n:
        fault("events", f"must not be larger than n, which is {n}")
        return
    fits = (
        attainable_counts(row.raw["value"], n, decimals_of(row.raw["value"])) if percentage and n is not None else None
    )
    if row["events_derived"]:
        if events is None or fits is None:
            fault("events_derived", "can be true only where events, n and a percentage are given")
        elif fits != [events]:
            said = "no count fits" if not fits else f"these counts fit: {', '.join(map(str, fits))}"
            fault(
                "events",
                f"events_derived is true, but events must be the only count of {n} "
                f"that gives {row.raw['value']} % ({said})",
            )


def amounts(row: Row, fault: Say, *columns: str, zero: bool = False) -> None:
    """What no figure of a unit can be, whichever table it stands in; facts and thresholds may be 0 (``zero``)."""
    kind = unit_kind(row["unit"])
    for column in columns:
        value = row[column]
        if value is None:
            continue
        if kind == "percent" and not 0 <= value <= 100:
            fault(column, "a percentage must lie between 0 and 100")
        elif zero and value < 0:
            fault(column, "must not be below 0")
        elif not zero and value <= 0 and kind in (*_TIME_UNITS, "ratio"):
            fault(column, f"must be above 0 ({'a ratio' if kind == 'ratio' else 'a time'})")
        elif kind == "months" and value > LONGEST:
            fault(column, f"must not be above {LONGEST} months; a time in days has the unit days")


def time_point(row: Row, fault: Say) -> None:
    """A figure is read after its patients were treated, and while somebody counted."""
    if row["at_months"] is not None and not 0 < row["at_months"] <= LONGEST:
        fault("at_months", f"must lie between 0 and {LONGEST} months")


def interval(row: Row, fault: Say) -> bool:
    """An interval has two ends, a width, and holds its figure; returns whether there is one whose ends can be read."""
    low, high, value = row["ci_low"], row["ci_high"], row["value"]
    if not row.sound("ci_low", "ci_high"):
        return False
    if (low is None) != (high is None):
        fault("ci_low" if low is None else "ci_high",
              "ci_low and ci_high must both be given or both be empty; a single bound goes into note")
        return False
    if low is None:
        return False
    if low > high:
        fault("ci_low", f"must not be above ci_high, which is {row.raw['ci_high']}")
    elif low == high:
        fault("ci_high", "must lie above ci_low: an interval has a width")
    elif value is not None and not low <= value <= high:
        fault("value", f"must lie inside its interval, {row.raw['ci_low']} to {row.raw['ci_high']}")
    return True


def _outcome_interval(row: Row, fault: Say) -> None:
    if not interval(row, fault):
        return
    if row["not_reached"]:
        fault("ci_high", "must be empty, because not_reached is true: a lower end goes into note")
    amounts(row, fault, "ci_low", "ci_high")


def _outcome_basis(row: Row, fault: Say, kinds: Mapping[str, str]) -> None:
    basis, kind = row["basis"], kinds.get(row["source_id"])
    if basis == "review":
        if row["locator"] is None and row.sound("locator"):
            fault("locator", "must name the paragraph of the review, because basis is review")
        if row["source_id"] is None and row.sound("source_id"):
            fault("source_id", "must be the review, because basis is review")
        elif kind is not None and kind != "review":
            fault("source_id", f"must be the review, because basis is review; this source is of kind {kind}")
    if basis in ("primary", "secondary"):
        if row["source_id"] is None and row.sound("source_id"):
            fault("source_id", f"must not be empty, because basis is {basis}")
        elif kind == "review":
            fault("source_id", f"must not be the review, because basis is {basis}")
        elif basis == "primary" and kind is not None and kind not in ("primary", "label"):
            fault("source_id", f"must be the study's own source, because basis is primary; this one is of kind {kind}")
    standing = row["standing"]
    if basis is not None and standing is not None and standing not in _BASIS_STANDING.get(basis, STANDINGS):
        fault("standing", f"must be {' or '.join(_BASIS_STANDING[basis])}, because basis is {basis}")
    if basis is not None and row["outcome_id"] is not None:
        # A figure that proved to be second-hand keeps its id, because ids are addresses that others link to.
        names = ("secondary", "primary") if basis == "secondary" else (basis,)
        parts = row["outcome_id"].split(".")
        if not any(part == name or part.startswith(f"{name}-") for part in parts for name in names):
            fault("outcome_id", f"must name the basis of its row after a dot: ….{basis}")
    _outcome_endpoint(row, fault)
    if basis == "derived" and row["note"] is None and row.sound("note"):
        fault("note", "must say how the figure was worked out, because basis is derived")


def _outcome_endpoint(row: Row, fault: Say) -> None:
    """The id is what sentences link to, so that no other endpoint may take its place under it: PFS for OS."""
    if row["outcome_id"] is None or row["endpoint"] is None or row["arm_id"] is None:
        return
    parts = row["outcome_id"].removeprefix(f"{row['arm_id']}.").split(".")
    named = row["endpoint"].lower().replace("_", "-")
    if not any(f"{part}-".startswith(f"{named}-") or f"{named}-".startswith(f"{part}-") for part in parts):
        fault("endpoint", f"must be the one that outcome_id names: {parts[0]}")


def _headlines(package: _Package, add: Add) -> None:
    """At most one headline for each arm, endpoint, measure and time."""
    seen: dict[tuple, int] = {}
    key = ("arm_id", "endpoint", "measure", "at_months")
    for row in package.rows("outcomes"):
        if row["headline"] and row.sound(*key):
            first = seen.setdefault(tuple(row[c] for c in key), row.number)
            if first != row.number:
                add(
                    "outcomes",
                    row,
                    "headline",
                    f"row {first} is already the headline of this arm, endpoint, measure and time",
                )


def _pools(package: _Package, add: Add) -> None:
    """What may enter a pooled estimate, and why."""
    arms = package.index("arms", "arm_id")
    pooled: dict[str, int] = {}
    for row in package.rows("outcomes"):
        arm = arms.get(row["arm_id"])
        if (
            arm is None
            or arm["population"] is None
            or not row.sound("endpoint", "measure", "poolable", "poolable_reason")
        ):
            continue
        in_emd = arm["population"] in EMD_POPULATIONS
        if row["poolable"]:
            needs = [
                (row["endpoint"] == "ORR", "the endpoint must be ORR"),
                (row["measure"] == "proportion", "the measure must be proportion"),
                (row["headline"] or not row.sound("headline"), "the row must be the headline"),
                (in_emd, f"the arm must be EMD, EM-E or EM-B, not {arm['population']}"),
                (row["events"] is not None or not row.sound("events"), "events must be known"),
                (row["n"] is not None or not row.sound("n"), "n must be known"),
            ]
            unmet = [rule for met, rule in needs if not met]
            if unmet:
                add("outcomes", row, "poolable", f"cannot be true: {'; '.join(unmet)}")
            else:
                pooled.setdefault(row["arm_id"], row.number)
        wanted = row["endpoint"] in RESPONSE and row["measure"] == "proportion" and in_emd
        if wanted and row["poolable_reason"] is None:
            add("outcomes", row, "poolable_reason", "must say why this response in an EMD arm may or may not be pooled")
        if not wanted and row["poolable_reason"] is not None:
            add(
                "outcomes",
                row,
                "poolable_reason",
                "must be empty: only a response proportion (ORR, EMD_ORR) in an EMD arm has a reason",
            )
    by_number = {row.number: row for row in package.rows("outcomes")}
    for arm_id, number in pooled.items():
        for other in (arms[arm_id]["overlaps_with"] or "").split(";"):
            if other in pooled and pooled[other] < number:
                add(
                    "outcomes", by_number[number], "poolable",
                    f"cannot be true together with row {pooled[other]}: the arms {arm_id} and {other} share patients",
                )  # fmt: skip


def _facts(package: _Package, add: Add) -> None:
    for name in ("epidemiology", "biology"):
        for row in package.rows(name):
            low, high = row["low"], row["high"]
            if low is not None and high is not None and low > high:
                add(name, row, "low", f"must not be above high, which is {row.raw['high']}")
            elif row["value"] is not None and any((low is not None and row["value"] < low,
                                                   high is not None and row["value"] > high)):
                add(name, row, "value", f"must lie inside its range, {row.raw['low']} to {row.raw['high']}")
            amounts(row, partial(add, name, row), "low", "high", "value", zero=True)
            if row["n"] is not None and row["n"] < 1:
                add(name, row, "n", "must be a whole number of 1 or more")
            if (
                row.sound("low", "high", "value", "unit")
                and row["unit"] is None
                and any(row[c] is not None for c in ("low", "high", "value"))
            ):
                add(name, row, "unit", "must not be empty where a figure is given")


def _standing(package: _Package, add: Add) -> None:
    """No figure stands higher than its source was seen, and none of the review passes for another."""
    sources = package.index("sources", "source_id")
    for name in STANDING_TABLES:
        for row in package.rows(name):
            if "standing" not in row.values or not row.sound("standing"):
                continue
            standing = row["standing"]
            if name == "therapies" and (row["first_us_approval_year"] is None) != (standing is None):
                if row.sound("first_us_approval_year"):
                    need = "must be empty without a year" if standing else "must say how far the year was seen"
                    add(name, row, "standing", f"{need}: it is the standing of first_us_approval_year")
                continue
            if standing in (None, "derived") or not row.sound("source_id"):
                continue
            source = sources.get(row["source_id"])
            if source is None:
                if row["source_id"] is None and standing != "review" and name != "outcomes":
                    add(name, row, "standing", f"cannot be {standing} in a row without a source_id")
                continue
            if source["seen"] is None or not source.sound("seen", "kind"):
                continue
            if (standing == "review") != (source["kind"] == "review"):
                if name != "outcomes":  # said there of the basis, by _outcome_basis
                    add(name, row, "standing", "must be review where the source is the review, and only there")
            elif standing != "review" and standing not in _SEEN_ALLOWS.get(source["seen"], STANDINGS):
                add(
                    name,
                    row,
                    "standing",
                    f"cannot be {standing}: of the source {row['source_id']} was seen: {source['seen']}",
                )


def _updates(package: _Package, add: Add) -> None:
    for row in package.rows("updates"):
        known = row["certainty"] is not None and row["standing"] is not None
        if known and (row["certainty"] == "second_hand") != (row["standing"] == "secondary"):
            add("updates", row, "certainty", "must be second_hand where standing is secondary, and only there")
        fault = partial(add, "updates", row)
        amounts(row, fault, "value", "ci_low", "ci_high")
        if row.sound("value", "unit") and row["value"] is not None and row["unit"] is None:
            fault("unit", "must not be empty where a figure is given")
        interval(row, fault)


def _glossary(package: _Package, add: Add) -> None:
    seen: dict[str, int] = {}
    for row in package.rows("glossary"):
        if row["term"] is not None:
            first = seen.setdefault(row["term"].casefold(), row.number)
            if first != row.number:
                add("glossary", row, "term", f"stands already in row {first}, written with other capitals")


def _paragraphs(package: _Package, add: Add) -> None:
    """A paragraph is told in English; its Chinese is limited to terms, each with its meaning."""
    for row in package.rows("paragraphs"):
        if row["paraphrase"] is not None and _CHINESE.search(row["paraphrase"]):
            add("paragraphs", row, "paraphrase", "must be told in English; Chinese terms stand in zh_terms")
        for term in row["zh_terms"].split("; ") if row["zh_terms"] is not None else ():
            if not _CHINESE.search(term) or not _ENGLISH_TAIL.search(term):
                add(
                    "paragraphs", row, "zh_terms",
                    f"'{term}' must be a Chinese term, a blank and its English meaning; several joined by '; '",
                )  # fmt: skip


def _locators(package: _Package, add: Add) -> None:
    """Every paragraph that a row names is told in paragraphs.csv: it is the page that the locator leads to."""
    if not package.complete("paragraphs"):
        return
    known = package.index("paragraphs", "locator")
    for name, table in package.tables.items():
        if table is None or name == "paragraphs" or "locator" not in table.spec.columns:
            continue
        for row in table.rows:
            for locator in dict.fromkeys((row["locator"] or "").split(";")):
                if locator and locator not in known:
                    add(
                        name, row, "locator",
                        f"{locator} is not a locator of paragraphs.csv{suggestion(locator, known)}",
                    )  # fmt: skip


def _log(package: _Package, add: Add) -> None:
    """A row of high weight accuses: it needs a disagreement, and evidence that was itself seen."""
    seen = {i: row["seen"] for i, row in package.index("sources", "source_id").items() if row.sound("seen")}
    for row in package.rows("discrepancies"):
        if row["severity"] != "high" or not row.sound("severity", "nature", "source_id"):
            continue
        if row["nature"] not in NATURES["disagreement"]:
            add(
                "discrepancies", row, "severity",
                f"cannot be high for {row['nature']}: only {', '.join(NATURES['disagreement'])} can",
            )  # fmt: skip
        source = row["source_id"]
        if source in seen and seen[source] not in ("paper", "abstract", "official", "review"):
            add(
                "discrepancies", row, "severity",
                f"cannot be high: {source} was seen as {seen[source]}, not in a paper, an abstract or an official text",
            )  # fmt: skip


def _trade_names(package: _Package, add: Add) -> None:
    """A trade name says where it was seen."""
    sources = package.index("sources", "source_id")
    for row in package.rows("therapies"):
        if not row.sound("trade_names", "trade_source_ids"):
            continue
        if (row["trade_names"] is None) != (row["trade_source_ids"] is None):
            column = "trade_source_ids" if row["trade_source_ids"] is None else "trade_names"
            add("therapies", row, column, "trade_names and trade_source_ids must both be given or both be empty")
        for source in (row["trade_source_ids"] or "").split(";"):
            if source and source not in sources and package.complete("sources"):
                rule = f"{source} is not a source_id of sources.csv{suggestion(source, sources)}"
                add("therapies", row, "trade_source_ids", rule)


def _aliases(package: _Package, add: Add) -> None:
    """An id that moved is no row any more, and leads to one of its own table, so that its address holds."""
    columns = {**ID_COLUMNS, "sources": "source_id"}
    for row in package.rows("aliases"):
        if not row.sound("old_id", "table", "new_id"):
            continue
        if any(row["old_id"] in package.index(name, column) for name, column in columns.items()):
            add("aliases", row, "old_id", "is the id of a row, so it has not moved")
        there = package.index(row["table"], columns[row["table"]])
        if row["new_id"] is not None and row["new_id"] not in there and package.complete(row["table"]):
            add("aliases", row, "new_id", f"is not an id of {row['table']}.csv{suggestion(row['new_id'], there)}")


def _grounds(package: _Package, add: Add) -> None:
    """Every row says what it rests on: a paragraph of the review or a source."""
    for name in ("therapies", "outcomes", "epidemiology", "biology", "discrepancies"):
        for row in package.rows(name):
            if name == "outcomes" and row["basis"] in ("review", "primary", "secondary"):
                continue  # said more exactly by _outcome_basis
            if row.sound("locator", "source_id") and row["locator"] is None and row["source_id"] is None:
                add(name, row, "source_id", "the row must have a locator (paragraph of the review) or a source_id")

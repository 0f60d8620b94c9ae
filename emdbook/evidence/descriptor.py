"""Reading ``datapackage.json``: which tables there are, their columns, types, constraints and links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from emdbook.ground import strict_json
from emdbook.ground.faults import Fault

__all__ = ["DESCRIPTOR", "FIXED", "FieldSpec", "Link", "PackageSpec", "TableSpec", "read_descriptor"]

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class FieldSpec:
    """One column: its name, type and constraints."""

    name: str
    type: str
    constraints: Mapping[str, Any]
    rule: str | None
    pattern: re.Pattern[str] | None


@dataclass(frozen=True)
class Link:
    """A column whose values are ids of another table."""

    column: str
    table: str
    target: str


@dataclass(frozen=True)
class TableSpec:
    """One CSV file of the package."""

    name: str
    path: str
    fields: tuple[FieldSpec, ...]
    primary_key: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def columns(self) -> list[str]:
        """Names of the columns in their order."""
        return [f.name for f in self.fields]


#: Tables and columns that the toolkit and the rules rely on, with every type that is not text. A descriptor may add
#: columns.
FIXED: dict[str, str] = {
    "sources": "source_id kind first_author year:integer title container doi pmid pmcid nct url checked seen "
    "checked_note",
    "therapies": "therapy_id name name_zh trade_names trade_source_ids therapeutic_class target mechanism "
    "first_us_approval_year:integer standing status_note "
    "cns_penetration source_id locator",
    "studies": "study_id label therapeutic_class regimen setting design emd_definition n_total:integer "
    "in_review:boolean locator "
    "source_id note",
    "study_therapies": "study_id therapy_id",
    "arms": "arm_id study_id population label n:integer n_evaluable:integer setting "
    "therapeutic_class overlaps_with locator note",
    "outcomes": "outcome_id arm_id endpoint measure value:number unit events:integer n:integer "
    "cut events_derived:boolean ci_low:number "
    "ci_high:number at_months:number not_reached:boolean p_value comparator_arm_id basis standing "
    "headline:boolean poolable:boolean "
    "poolable_reason locator source_id note",
    "epidemiology": "fact_id topic subject direction low:number high:number value:number unit n:integer locator "
    "source_id standing note",
    "biology": "fact_id topic subject direction low:number high:number value:number unit n:integer locator "
    "source_id standing note",
    "discrepancies": "discrepancy_id study_id outcome_id deviation kind nature review_says evidence_says "
    "how_the_book_handles_it severity locator source_id",
    "updates": "update_id date topic what_changed value:number unit n:integer ci_low:number ci_high:number "
    "certainty standing source_id",
    "glossary": "term abbreviation zh definition",
    "paragraphs": "locator section paraphrase zh_terms",
    "safety": "safety_id therapy_id therapeutic_class event grade measure events:integer n:integer bound value:number "
    "unit ci_low:number ci_high:number at_months:number comparator_id randomised:boolean population setting group "
    "standing source_id note",
    "criteria": "criterion_id topic subject criterion direction value:number value_high:number unit body year:integer "
    "standing source_id note",
    "guidance": "guidance_id therapy_id therapeutic_class situation topic phase what do body date superseded_by "
    "standing source_id note",
    "certainty": "certainty_id therapeutic_class kind question outcome statement start "
    "risk_of_bias risk_of_bias_reason inconsistency inconsistency_reason indirectness indirectness_reason "
    "imprecision imprecision_reason publication_bias publication_bias_reason rows result meaning note",
    "aliases": "old_id table new_id reason",
}

#: Primary keys and links that the joined view relies on.
KEYS: dict[str, str] = {
    "sources": "source_id",
    "therapies": "therapy_id",
    "studies": "study_id",
    "study_therapies": "study_id therapy_id",
    "arms": "arm_id",
    "outcomes": "outcome_id",
    "epidemiology": "fact_id",
    "biology": "fact_id",
    "discrepancies": "discrepancy_id",
    "updates": "update_id",
    "glossary": "term",
    "paragraphs": "locator",
    "safety": "safety_id",
    "criteria": "criterion_id",
    "guidance": "guidance_id",
    "certainty": "certainty_id",
    "aliases": "old_id",
}
LINKS: dict[str, tuple[Link, ...]] = {
    "studies": (Link("source_id", "sources", "source_id"),),
    "arms": (Link("study_id", "studies", "study_id"),),
    "outcomes": (
        Link("arm_id", "arms", "arm_id"),
        Link("comparator_arm_id", "arms", "arm_id"),
        Link("source_id", "sources", "source_id"),
    ),
}
TYPES = ("string", "integer", "number", "boolean")
#: Settings that would give the same text another meaning; numbers and texts are read in one way only.
_PLAIN = {"decimalChar": ".", "groupChar": "", "bareNumber": True, "format": "default"}
_DIALECT = {"quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False, "header": True, "lineTerminator": "\n"}
CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength")


@dataclass
class PackageSpec:
    """The whole package: its tables in order, and the paths of its other files."""

    tables: dict[str, TableSpec] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)


class _Malformed(Exception):
    """A part of the descriptor is not what the toolkit can read."""


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise _Malformed(message)


def _safe_path(resource: Mapping[str, Any], label: str) -> str:
    path = resource.get("path")
    _need(isinstance(path, str) and path != "", f"{label} has no path")
    pure = PurePosixPath(path)
    inside = (
        not pure.is_absolute()
        and ".." not in pure.parts
        and ":" not in path
        and "\\" not in path
        and path.isprintable()
    )
    _need(inside, f"{label}: the path '{path}' must lie inside the folder of the package")
    return path


def _field(raw: Any, table: str) -> FieldSpec:
    _need(
        isinstance(raw, dict) and isinstance(raw.get("name"), str) and raw["name"] != "",
        f"table {table}: a field has no name",
    )
    label = f"table {table}, field {raw['name']}"
    type_ = raw.get("type", "string")
    _need(type_ in TYPES, f"{label}: the type must be one of {', '.join(TYPES)}, not {type_!r}")
    if type_ == "boolean":
        written = (raw.get("trueValues"), raw.get("falseValues"))
        _need(written == (["true"], ["false"]), f"{label}: trueValues must be ['true'] and falseValues ['false']")
    constraints = raw.get("constraints", {})
    _need(isinstance(constraints, dict), f"{label}: constraints must be an object")
    for name, value in constraints.items():
        _need(name in CONSTRAINTS, f"{label}: the constraint '{name}' is not one of {', '.join(CONSTRAINTS)}")
        if name in ("required", "unique"):
            _need(isinstance(value, bool), f"{label}: '{name}' must be true or false")
        elif name == "enum":
            _need(
                isinstance(value, list) and value != [] and all(isinstance(v, str) for v in value),
                f"{label}: 'enum' must list texts",
            )
        elif name == "pattern":
            _need(isinstance(value, str), f"{label}: 'pattern' must be a text")
        else:
            _need(
                isinstance(value, (int, float)) and not isinstance(value, bool), f"{label}: '{name}' must be a number"
            )
    if type_ != "string":
        _need(
            not {"enum", "pattern", "minLength", "maxLength"} & set(constraints),
            f"{label}: only a text field has enum, pattern or length",
        )
    else:
        _need(not {"minimum", "maximum"} & set(constraints), f"{label}: a text field has no minimum or maximum")
    pattern = None
    if "pattern" in constraints:
        try:
            pattern = re.compile(constraints["pattern"])
        except (re.error, OverflowError, RecursionError) as error:
            raise _Malformed(f"{label}: the pattern cannot be read ({error})") from None
    for name, plain in _PLAIN.items():
        _need(raw.get(name, plain) == plain, f"{label}: '{name}' must be {plain!r} or left out")
    rule = raw.get("rule")
    _need(rule is None or isinstance(rule, str), f"{label}: 'rule' must be a text")
    return FieldSpec(raw["name"], type_, constraints, rule, pattern)


def _names(raw: Any, label: str) -> tuple[str, ...]:
    names = [raw] if isinstance(raw, str) else raw
    _need(isinstance(names, list) and all(isinstance(n, str) for n in names), f"{label} must name columns")
    return tuple(names)


def _table(resource: Mapping[str, Any], name: str) -> TableSpec:
    path = _safe_path(resource, f"table {name}")
    encoding = resource.get("encoding", "utf-8")
    _need(isinstance(encoding, str) and encoding.lower() == "utf-8", f"table {name}: the encoding must be utf-8")
    dialect = resource.get("dialect", {})
    _need(
        isinstance(dialect, dict) and dialect.get("delimiter", ",") == ",",
        f"table {name}: the delimiter must be a comma",
    )
    for setting, plain in _DIALECT.items():
        _need(dialect.get(setting, plain) == plain, f"table {name}: the dialect's '{setting}' must be {plain!r}")
    schema = resource.get("schema")
    _need(
        isinstance(schema, dict) and isinstance(schema.get("fields"), list), f"table {name} has no schema with fields"
    )
    _need(
        schema.get("missingValues", [""]) == [""],
        f"table {name}: missingValues must be ['']: an empty cell means unknown",
    )
    fields = tuple(_field(raw, name) for raw in schema["fields"])
    columns = [f.name for f in fields]
    _need(len(set(columns)) == len(columns), f"table {name}: two fields have the same name")
    key = _names(schema.get("primaryKey", []), f"table {name}: primaryKey")
    _need(set(key) <= set(columns), f"table {name}: primaryKey names a column that is not there")
    links = []
    raw_links = schema.get("foreignKeys", [])
    _need(isinstance(raw_links, list), f"table {name}: foreignKeys must be a list")
    for raw in raw_links:
        _need(
            isinstance(raw, dict) and isinstance(raw.get("reference"), dict),
            f"table {name}: a foreign key is incomplete",
        )
        own = _names(raw.get("fields"), f"table {name}: a foreign key")
        reference = raw["reference"]
        there = _names(reference.get("fields"), f"table {name}: a foreign key")
        other = reference.get("resource")
        _need(
            isinstance(other, str) and len(own) == len(there) == 1,
            f"table {name}: a foreign key must link one column to one column",
        )
        _need(own[0] in columns, f"table {name}: a foreign key names the column '{own[0]}', which is not there")
        links.append(Link(own[0], other, there[0]))
    return TableSpec(name, path, fields, key, tuple(links))


def _check_fixed(tables: Mapping[str, TableSpec]) -> list[str]:
    problems = []
    for name, columns in FIXED.items():
        if name not in tables:
            problems.append(f"the table {name} is missing from the descriptor")
            continue
        present = {f.name: f.type for f in tables[name].fields}
        for column in columns.split():
            title, _, type_ = column.partition(":")
            type_ = type_ or "string"
            if title not in present:
                problems.append(f"table {name}: the field {title} is missing from the descriptor")
            elif present[title] != type_:
                problems.append(f"table {name}, field {title}: the type must be {type_}, not {present[title]}")
        if set(tables[name].primary_key) != set(KEYS[name].split()):
            problems.append(f"table {name}: the primaryKey must be {' and '.join(KEYS[name].split())}")
        for link in LINKS.get(name, ()):
            if link not in tables[name].links:
                problems.append(
                    f"table {name}: the foreign key from {link.column} to {link.table}.{link.target} is missing"
                )
    if problems:
        return problems
    for name, table in tables.items():
        for link in table.links:
            if link.table not in tables or link.target not in tables[link.table].columns:
                problems.append(
                    f"table {name}: the foreign key of {link.column} points to {link.table}.{link.target}, "
                    "which is not there"
                )
    return problems


def read_descriptor(folder: Path) -> tuple[PackageSpec | None, list[Fault]]:
    """Read ``datapackage.json``.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the package.

    Returns
    -------
    spec : PackageSpec or None
        None when the descriptor cannot be used.
    faults : list of Fault
    """

    def fault(rule: str, row: int | None = None) -> Fault:
        return Fault(DESCRIPTOR, row, None, None, rule)

    if not folder.is_dir():
        return None, [Fault(str(folder), None, None, None, "there is no such folder")]
    path = folder / DESCRIPTOR
    if not path.exists():
        return None, [fault("the file is missing; it describes all tables")]
    try:
        raw = strict_json.read(path)
    except strict_json.UnreadableError as error:
        return None, [fault(f"{error.rule}; found {error.found}", error.line)]
    if not isinstance(raw.get("resources"), list):
        return None, [fault("the descriptor must be an object with a list of resources")]
    spec, faults = PackageSpec(), []
    for resource in raw["resources"]:
        try:
            _need(isinstance(resource, dict) and isinstance(resource.get("name"), str), "a resource has no name")
            name = resource["name"]
            if resource.get("format") == "csv" or resource.get("profile") == "tabular-data-resource":
                _need(name not in spec.tables, f"two resources are named '{name}'")
                spec.tables[name] = _table(resource, name)
            else:
                spec.documents.append(_safe_path(resource, f"resource {name}"))
        except _Malformed as problem:
            faults.append(fault(str(problem)))
    if not faults:
        faults = [fault(problem) for problem in _check_fixed(spec.tables)]
    return (None if faults else spec), faults

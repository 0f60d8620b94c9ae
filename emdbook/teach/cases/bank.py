"""The teaching cases: JSON files, each held against its schema and against the treatment pathway.

A case is usable only if its answer key is a path of ``data/pathway.json`` and its steps stand on that path in order,
so a change of the pathway breaks the cases that it makes wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emdbook.evidence.links import plain_all
from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError
from emdbook.ground.paths import data_dir
from emdbook.teach.pathway import Gap, Pathway, Walk, load_pathway

SCHEMA = "case.schema.json"


class CasesError(FaultsError):
    """Cases that cannot be used. ``faults`` lists every fault; the message prints them all."""

    subject = "The teaching cases have"


@dataclass(frozen=True)
class Option:
    """One choice with its critique. ``verdict`` is ``path``, ``arguable`` or ``against``."""

    text: str
    verdict: str
    critique: str
    answer: str = ""


@dataclass(frozen=True)
class Step:
    """One decision of a case, with what stands behind it."""

    id: str
    node: str
    text: str
    question: str
    options: tuple[Option, ...]
    basis: str
    locators: tuple[str, ...]
    gaps: tuple[Gap, ...]
    evidence: tuple[str, ...] = ()
    fixed_order: bool = False


@dataclass(frozen=True)
class Case:
    """One constructed patient. ``walk`` is the path that its answer key takes through the pathway."""

    case_id: str
    order: int
    title: str
    synopsis: str
    presentation: tuple[str, ...]
    walk: Walk
    told: tuple[str, ...]
    steps: tuple[Step, ...]
    debrief: tuple[str, ...]


def _folder(path) -> Path:
    return Path(path) if path is not None else data_dir() / "cases"


@cache
def _schema(file: Path) -> dict:
    return strict_json.read(file)


def case_files(path=None) -> list[Path]:
    """Every file of the teaching cases.

    Parameters
    ----------
    path : path-like, optional
        The folder; the project's own if left out.

    Returns
    -------
    list of pathlib.Path
    """
    return sorted(file for file in _folder(path).glob("*.json") if file.name != SCHEMA)


def load_cases(path=None, pathway: Pathway | None = None) -> list[Case]:
    """Read and check every case.

    Parameters
    ----------
    path : path-like, optional
        The folder; the project's own if left out.
    pathway : Pathway, optional
        The pathway that the cases walk; the project's own if left out.

    Returns
    -------
    list of Case
        In the order that the cases themselves name.

    Raises
    ------
    CasesError
        Listing file, step and rule of every fault of every file.
    """
    pathway = pathway or load_pathway()
    cases, faults = [], []
    for file in case_files(path):
        try:
            cases.append(_read(file, pathway))
        except CasesError as error:
            faults += error.faults
    for name in ("order", "title"):
        values = [getattr(case, name) for case in cases]
        faults += [Fault.at(f"{case.case_id}.json", "", f"no two cases have the same {name}", repr(getattr(case, name)))
                   for case in cases if values.count(getattr(case, name)) > 1]
    if faults:
        raise CasesError(faults)
    return sorted(cases, key=lambda case: case.order)


def load_case(case_id: str, path=None, pathway: Pathway | None = None) -> Case:
    """Read and check one case.

    Parameters
    ----------
    case_id : str
    path : path-like, optional
        The folder; the project's own if left out.
    pathway : Pathway, optional
        The pathway that the case walks; the project's own if left out.

    Returns
    -------
    Case

    Raises
    ------
    CasesError
        Listing file, step and rule of every fault.
    """
    file = _folder(path) / f"{case_id}.json"
    known = [found.stem for found in case_files(path)]
    if str(case_id) not in known:
        raise CasesError([Fault.at(file.name, "", "the case exists", f"only {', '.join(known) or 'no case'}")])
    return _read(file, pathway or load_pathway())


def case_walks(cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """The answers of each case by its synopsis, as plain data for a chart.

    Parameters
    ----------
    cases : sequence of Case

    Returns
    -------
    dict of str to tuple of str
    """
    return {case.synopsis: case.walk.choices for case in cases}


def _read(file: Path, pathway: Pathway) -> Case:
    try:
        # a reader of a case needs its words; the links in it keep its numbers true (emdbook.checks.sync)
        data = plain_all(strict_json.read(file))
    except strict_json.UnreadableError as error:
        raise CasesError([Fault.at(file.name, "", error.rule, error.found)]) from None
    beside = file.with_name(SCHEMA)
    schema = _schema(beside if beside.is_file() else data_dir() / "cases" / SCHEMA)
    errors = strict_json.schema_errors(schema, data)
    faults = [Fault.at(file.name, _step_of(list(error.absolute_path)), strict_json.schema_rule(error),
                    strict_json.schema_found(error)) for error in errors]
    if not faults:
        faults = list(_case_faults(data, file, pathway))
    if faults:
        raise CasesError(faults)
    return _build(data, pathway)


def _step_of(place: list) -> str:
    """``step 3, option 2`` for a place within the file; empty outside the steps."""
    if len(place) < 2 or place[0] != "steps":
        return ""
    option = f", option {place[3] + 1}" if len(place) > 3 and place[2] == "options" else ""
    return f"step {place[1] + 1}{option}"


def _case_faults(data: dict, file: Path, pathway: Pathway) -> Iterator[Fault]:
    name = file.name
    if data["case_id"] != file.stem:
        yield Fault.at(name, "", "case_id is the name of the file", repr(data["case_id"]))
    try:
        walk = pathway.walk(data["answer_key"])
    except ValueError as error:
        yield Fault.at(name, "", "the answer key is a path of the pathway", str(error))
        return
    if not walk.complete:
        yield Fault.at(name, "", "the answer key reaches an end", f"the walk stands at {walk.last.id!r}")
        return
    if walk.last.id != data["ends_at"]:
        yield Fault.at(name, "", "ends_at is the end that the answer key reaches", f"{walk.last.id!r}")
    asked = [step["node"] for step in data["steps"]]
    for told in data["told"]:
        if told not in walk.node_ids or told in asked:
            yield Fault.at(name, "", "what is told is a node of the path that no step asks", repr(told))
    for passed in walk.steps:
        node = passed.node
        if len(node.options) > 1 and node.id not in (*asked, *data["told"]):
            yield Fault.at(name, "", "every choice of the path is asked by a step or told", repr(node.id))
    if asked[-1] != walk.last.id:
        yield Fault.at(name, f"step {len(asked)}", "the last step stands at the end of the path", repr(asked[-1]))
    place = -1
    for number, step in enumerate(data["steps"], 1):
        where = f"step {number}"
        if step["node"] not in walk.node_ids:
            yield Fault.at(name, where, "the step stands on the path of the answer key", repr(step["node"]))
            continue
        at = walk.node_ids.index(step["node"])
        if at <= place:
            yield Fault.at(name, where, "the steps stand in the order of the path", repr(step["node"]))
        place = at
        for rule, found, option in _step_faults(step, walk.steps[at], pathway):
            yield Fault.at(name, f"{where}, option {option}" if option else where, rule, found)


def _step_faults(step: dict, passed, pathway: Pathway) -> Iterator[tuple[str, str, int]]:
    node, options = passed.node, step["options"]
    gaps = sorted(gap.id for gap in pathway.gaps_at(node))
    if sorted(step["gaps"]) != gaps:
        yield "a step names every gap of its node and no other", f"{step['gaps']}, the node has {gaps}", 0
    if step["basis"] == "gap" and not gaps:
        yield "only a node with a gap rests on a gap", "none at this node", 0
    strange = [name for name in step["locators"] if name not in node.locators]
    if strange:
        yield "the locators are those of the node", ", ".join(strange), 0
    choice = len(node.options) > 1
    if choice and step["basis"] != passed.basis:
        yield "the basis is that of the way taken", f"{step['basis']!r}, the pathway has {passed.basis!r}", 0
    keys = [i for i, option in enumerate(options, 1) if option["verdict"] == "path"]
    if len(keys) != 1:
        yield "exactly one option is on the path", str(len(keys)), 0
    labels = [option.label for option in node.options] if choice else []
    for i, option in enumerate(options, 1):
        answer = option.get("answer")
        if answer is not None and answer not in labels:
            yield "an answer is one of the node's own", f"{answer!r} instead of {labels}", i
        if choice and (option["verdict"] == "path") != (answer == passed.chosen):
            yield "the option on the path, and no other, has the answer of the key", repr(answer), i
        for field in ("text", "critique"):
            same = [" ".join(other[field].lower().split()) for other in options]
            if same.index(same[i - 1]) < i - 1:
                yield f"every option has its own {field}", "that of another option", i


def _build(data: dict, pathway: Pathway) -> Case:
    steps = []
    for number, step in enumerate(data["steps"], 1):
        gaps = tuple(gap for gap in pathway.gaps_at(step["node"]) if gap.id in step["gaps"])
        steps.append(Step(
            id=f"{data['case_id']}-{number}", node=step["node"], text=step["text"], question=step["question"],
            options=tuple(Option(**option) for option in step["options"]), basis=step["basis"],
            locators=tuple(step["locators"]), gaps=gaps, evidence=tuple(step.get("evidence", ())),
        ))
    return Case(data["case_id"], data["order"], data["title"], data["synopsis"], tuple(data["presentation"]),
                pathway.walk(data["answer_key"]), tuple(data["told"]), tuple(steps), tuple(data["debrief"]))

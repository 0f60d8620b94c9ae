"""The teaching cases: JSON files with turns, each held against its schema and against the treatment pathway.

A turn is a decision, or the sequel of a wrong one, which leads back. A case is usable only if every turn is reached and
leaves towards the end, and if its answer key is a path of ``data/pathway.json``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emdbook.evidence.links import plain_all
from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError, twins
from emdbook.ground.files import files_of
from emdbook.ground.paths import data_dir
from emdbook.teach.pathway import Pathway, Walk, load_pathway, reached

SCHEMA = "case.schema.json"


class CasesError(FaultsError):
    """Cases that cannot be used. ``faults`` lists every fault; the message prints them all."""

    subject = "The teaching cases have"


@dataclass(frozen=True)
class Option:
    """One choice. ``verdict`` is ``right``, ``also`` (right by other advice) or ``wrong``; ``whose`` says whose."""

    text: str
    verdict: str
    critique: str
    next: str
    whose: str = ""
    mistake: str = ""
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A decision with its options, or the sequel of a wrong choice, which has none and leads back to ``next``."""

    id: str
    text: str
    question: str = ""
    options: tuple[Option, ...] = ()
    next: str = ""
    fixed_order: bool = False

    @property
    def key(self) -> Option:
        """The right choice of a decision."""
        return next(option for option in self.options if option.verdict == "right")


@dataclass(frozen=True)
class Talk:
    """A question for the talk afterwards, and what to listen for."""

    ask: str
    listen_for: str


@dataclass(frozen=True)
class Case:
    """One constructed patient. ``walk`` is the path that its answer key takes through the pathway."""

    case_id: str
    order: int
    title: str
    synopsis: str
    minutes: int
    competencies: tuple[str, ...]
    presentation: tuple[str, ...]
    walk: Walk
    turns: tuple[Turn, ...]
    debrief: tuple[Talk, ...]

    def turn(self, id_: str) -> Turn:
        """The turn with this id."""
        return next(turn for turn in self.turns if turn.id == id_)

    @property
    def way(self) -> tuple[Turn, ...]:
        """The decisions in the order of the right choices."""
        return tuple(_way({turn.id: turn for turn in self.turns}, self.turns[0].id))


END = "end"


def _way(turns: dict[str, Turn], at: str) -> Iterator[Turn]:
    seen: set[str] = set()
    while at != END and at not in seen:
        seen.add(at)
        turn = turns[at]
        if turn.options:
            yield turn
            at = turn.key.next
        else:
            at = turn.next


def _folder(path) -> Path:
    return Path(path) if path is not None else data_dir() / "cases"


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
    return [file for file in files_of(_folder(path), "*.json") if file.name != SCHEMA]


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
        Listing file, turn and rule of every fault of every file.
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
        Listing file, turn and rule of every fault.
    """
    file = _folder(path) / f"{case_id}.json"
    known = [found.stem for found in case_files(path)]
    if str(case_id) not in known:
        raise CasesError([Fault.at(file.name, "", "the case exists", f"only {', '.join(known) or 'no case'}")])
    return _read(file, pathway or load_pathway())


def _read(file: Path, pathway: Pathway) -> Case:
    # a reader of a case needs its words; the links in it keep its numbers true (emdbook.checks.sync)
    data, faults = strict_json.checked(file, SCHEMA, _folder(None), _turn_of, plain_all)
    faults = faults or list(_case_faults(data, file, pathway))
    if faults:
        raise CasesError(faults)
    return _build(data, pathway)


def _turn_of(data: dict, place: list) -> str:
    """``turn x, option 2`` for a place within the file; empty outside the turns."""
    if len(place) < 2 or place[0] != "turns":
        return ""
    turn = data["turns"][place[1]]
    name = turn.get("id", place[1] + 1) if isinstance(turn, dict) else place[1] + 1
    option = f", option {place[3] + 1}" if len(place) > 3 and place[2] == "options" else ""
    return f"turn {name}{option}"


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
    ids = [turn["id"] for turn in data["turns"]]
    for twice in twins(ids):
        yield Fault.at(name, f"turn {twice}", "no two turns have the same id", repr(twice))
    if "options" not in data["turns"][0]:
        yield Fault.at(name, f"turn {ids[0]}", "a case begins with a decision", "a sequel")
    strange = False
    for turn in data["turns"]:
        for rule, found, option in _turn_faults(turn, data["turns"]):
            strange = strange or "leads to a turn" in rule or "exactly one" in rule
            yield Fault.at(name, f"turn {turn['id']}" + (f", option {option}" if option else ""), rule, found)
    if not strange and len(set(ids)) == len(ids):
        yield from (Fault.at(name, f"turn {id_}", rule, found) for id_, rule, found in _flow_faults(data["turns"]))


def _leads(turn: dict) -> list[str]:
    return [option["next"] for option in turn["options"]] if "options" in turn else [turn["next"]]


def _turn_faults(turn: dict, turns: list[dict]) -> Iterator[tuple[str, str, int]]:
    kinds = {one["id"]: "options" in one for one in turns}
    if "options" not in turn:
        if not kinds.get(turn["next"]):
            yield "a sequel leads to a turn that decides", repr(turn["next"]), 0
        return
    keys = [option for option in turn["options"] if option["verdict"] == "right"]
    if len(keys) != 1:
        yield "exactly one option is right", str(len(keys)), 0
    for i, option in enumerate(turn["options"], 1):
        if option["next"] != END and option["next"] not in kinds:
            yield "an option leads to a turn, or to the end", repr(option["next"]), i
        elif option["verdict"] == "wrong" and kinds.get(option["next"], True):
            yield "a wrong choice leads to a sequel", repr(option["next"]), i
        elif option["verdict"] != "wrong" and kinds.get(option["next"]) is False:
            yield "only a wrong choice leads to a sequel", repr(option["next"]), i
        for field, needed in (("whose", "whose advice it is"), ("rests_on", "what it rests on")):
            if option["verdict"] != "wrong" and field not in option:
                yield f"a right choice says {needed}", "nothing", i
        for field in ("text", "critique"):
            same = [" ".join(other[field].lower().split()) for other in turn["options"]]
            if same.index(same[i - 1]) < i - 1:
                yield f"every option has its own {field}", "that of another option", i


def _flow_faults(turns: list[dict]) -> Iterator[tuple[str, str, str]]:
    by_id = {turn["id"]: turn for turn in turns}
    met = reached(turns[0]["id"], {turn["id"]: _leads(turn) for turn in turns})
    for id_ in by_id:
        if id_ not in met:
            yield id_, "every turn is reached", "no choice leads here"
    at, seen = turns[0]["id"], []
    while at != END and at not in seen:
        seen.append(at)
        turn = by_id[at]
        at = next(o["next"] for o in turn["options"] if o["verdict"] == "right") if "options" in turn else turn["next"]
    if at != END:
        yield at, "the right choices reach the end", "they go round"
    elif len(seen) < 2:
        yield turns[0]["id"], "a case has at least 2 decisions on its way", str(len(seen))


def _build(data: dict, pathway: Pathway) -> Case:
    turns = tuple(
        Turn(turn["id"], turn["text"], turn.get("question", ""),
             tuple(Option(**{**option, "rests_on": tuple(option.get("rests_on", ()))})
                   for option in turn.get("options", ())), turn.get("next", ""))
        for turn in data["turns"])
    return Case(data["case_id"], data["order"], data["title"], data["synopsis"], data["minutes"],
                tuple(data["competencies"]), tuple(data["presentation"]), pathway.walk(data["answer_key"]), turns,
                tuple(Talk(**talk) for talk in data["debrief"]))

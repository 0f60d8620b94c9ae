"""Drawn mechanisms and the other statements that figures make: ``data/scenes.json``, read and checked.

Every statement says how far it was seen, and where: a paragraph of the review, a source, or a row of a table.  ``own``
marks what nobody else is cited for: this book's way of drawing a method, or its inference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError, twins

__all__ = ["Alteration", "Arrow", "Blunt", "Box", "Cell", "Name", "Scene", "Scenes", "ScenesError", "Statement",
           "load_scenes"]

#: Standings that a source or a row must stand behind.
_NEEDS_SOURCE = ("paper", "abstract", "official", "secondary")


#: How far a source must have been seen for a statement of that standing.
_SEEN_AS = {"paper": ("paper",), "abstract": ("abstract", "paper"), "official": ("official",),
            "secondary": ("secondary", "abstract", "paper", "official")}


class ScenesError(FaultsError):
    """Scenes that cannot be used. ``faults`` lists every fault; the message prints them all."""

    subject = "The scenes have"


@dataclass(frozen=True)
class Statement:
    """One thing said, how far it was seen, and where.

    Attributes
    ----------
    says : str
    standing : str
        As for a figure of the data, or ``own``.
    where, sources, rows : tuple of str
        Paragraphs of the review, ids of ``sources``, ids of rows of other tables.
    """

    says: str
    standing: str = "own"
    where: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A round cell at ``(x, y)`` in a field 10 wide and 5 high."""

    x: float
    y: float
    label: str
    kind: str = "tumour"
    radius: float = 0.85


@dataclass(frozen=True)
class Box:
    """A drug, a protein or a process: a capsule with words."""

    x: float
    y: float
    label: str
    kind: str = "drug"
    width: float = 1.9


@dataclass(frozen=True)
class Arrow:
    """What acts on what; ``stop`` ends in a bar (inhibits), ``below`` puts words under it, ``over`` lies on cells."""

    start: tuple[float, float]
    end: tuple[float, float]
    label: str = ""
    stop: bool = False
    bend: float = 0.0
    below: bool = False
    over: bool = False


@dataclass(frozen=True)
class Blunt:
    """A place where the biology of EMD may blunt the drug, with its reason in a few words."""

    x: float
    y: float
    reason: str
    statement: Statement = Statement("")


@dataclass(frozen=True)
class Scene:
    """One mechanism as plain data.

    Attributes
    ----------
    story : str
        One or two sentences: what the class does. They open the description.
    cells, boxes, arrows, blunts
        The parts; ``blunts`` are numbered in order.
    caution : str
        What the numbered marks mean; opens their list in the description.
    statements : sequence of Statement
        What the story says, sentence by sentence, with the standing of each.
    """

    story: str
    cells: Sequence[Cell] = ()
    boxes: Sequence[Box] = ()
    arrows: Sequence[Arrow] = ()
    blunts: Sequence[Blunt] = field(default_factory=tuple)
    caution: str = "Extramedullary disease may blunt this"
    statements: Sequence[Statement] = ()


@dataclass(frozen=True)
class Alteration:
    """One change seen in extramedullary disease.

    Attributes
    ----------
    label : str
        Short name with its direction.
    says : str
        What the source says of it, in the book's words.
    where : tuple of str
        Paragraphs of the source.
    inference : str
        What the book adds, or that it adds nothing.
    support : str
        What other sources say, in words.
    facts : tuple of str
        Rows of ``data/biology.csv``.
    stated : tuple of str
        Steps that the source gives it.
    together : bool
        The source says so of several changes at once and does not share the steps out.
    inferred : tuple of str
        Steps that this book infers.
    treatment : Statement or None
        What it may blunt, in two or three words; ``own`` where the book infers the link.
    """

    label: str
    says: str
    where: tuple[str, ...]
    inference: str
    support: str
    facts: tuple[str, ...]
    stated: tuple[str, ...] = ()
    together: bool = False
    inferred: tuple[str, ...] = ()
    treatment: Statement | None = None


@dataclass(frozen=True)
class Name:
    """What a presentation is called, whether that is EMD, the statement that says so, and who else says it."""

    name: str
    population: str
    statement: Statement
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One finding in tissue or blood, and what stood beside it.

    Attributes
    ----------
    label : str
        The finding in a few words, with its direction.
    fact : str
        Row of ``biology``.
    about : {"molecules", "genes", "T cells"}
    source : str
        Short name.
    beside : str
        Whom or what it was compared with; ``nothing beside it``; or ``not told`` where we could not read it.
    against : str or None
        Row of ``biology`` with the figure of those compared with.
    """

    label: str
    fact: str
    about: str
    source: str
    beside: str
    against: str | None = None


@dataclass(frozen=True)
class Scenes:
    """Everything in ``scenes.json``.

    Attributes
    ----------
    scenes : mapping of str to Scene
    alterations : mapping of str to Alteration
    findings : mapping of str to (tuple of str, str)
        Row of ``biology`` to what was looked at and the short name of the source.
    comparisons : tuple of Comparison
        Findings with what each was compared with.
    names : mapping of str to Name
        What presentations are called.
    """

    scenes: Mapping[str, Scene]
    alterations: Mapping[str, Alteration]
    findings: Mapping[str, tuple[tuple[str, ...], str]]
    comparisons: tuple[Comparison, ...]
    names: Mapping[str, Name]

    def __getitem__(self, name: str) -> Scene:
        if name not in self.scenes:
            raise LookupError(f"There is no scene {name!r}; there are {', '.join(self.scenes)}.")
        return self.scenes[name]


def load_scenes(folder: Path, evidence=None) -> Scenes:
    """Read and check ``scenes.json``.

    Parameters
    ----------
    folder : pathlib.Path
        The data package.
    evidence : Evidence, optional
        Holds every paragraph, source and row that is named against the tables.

    Returns
    -------
    Scenes

    Raises
    ------
    ScenesError
        If the file cannot be read, breaks its schema, or a statement does not say where it was seen. All faults are
        listed at once.
    """
    path = Path(folder) / "scenes.json"
    document, faults = strict_json.checked(path, "scenes.schema.json", path.parent)
    faults = faults or [*_repeated(document, path.name), *_unfounded(document, path.name, evidence)]
    if faults:
        raise ScenesError(faults)
    return _build(document)


def _statements(node, place: str = "") -> Iterator[tuple[str, Mapping]]:
    if isinstance(node, Mapping):
        if "says" in node:
            yield place, node
        for key, value in node.items():
            name = value.get("id", key) if isinstance(value, Mapping) else key
            yield from _statements(value, f"{place}/{name}".lstrip("/"))
    elif isinstance(node, list):
        for i, value in enumerate(node, 1):
            name = value.get("id", i) if isinstance(value, Mapping) else i
            yield from _statements(value, f"{place}/{name}")


def _repeated(document: Mapping, file: str) -> Iterator[Fault]:
    journey = document["journey"]
    for place, name, items in (("scenes", "id", document["scenes"]), ("alterations", "id", journey["alterations"]),
                               ("findings", "fact", journey["findings"])):
        for twice in twins(item[name] for item in items):
            yield Fault.at(file, place, "an id stands for one thing", twice)


def _unfounded(document: Mapping, file: str, evidence) -> Iterator[Fault]:
    """Statements that do not say where they were seen, or name what is not there."""
    def fault(place: str, rule: str, found: object) -> Fault:
        return Fault.at(file, place, rule, repr(found))

    facts = set() if evidence is None else set(evidence.biology["fact_id"])
    for part in ("findings", "comparisons"):
        for item in document["journey"][part] if facts else ():
            for row in (item[name] for name in ("fact", "against") if name in item):
                if row not in facts:
                    yield fault(f"journey/{part}", "is no row of biology", row)
    for place, said in _statements(document):
        standing, where, sources = said["standing"], said.get("where", []), said.get("sources", [])
        rows = [*said.get("rows", []), *said.get("facts", [])]
        if standing == "review" and not where:
            yield fault(place, "a statement of the review names its paragraph in where", said["says"])
        if standing in _NEEDS_SOURCE and not (sources or rows):
            yield fault(place, f"a statement seen as {standing} names its source or row", said["says"])
        if standing == "own" and (sources or said.get("rows")):
            yield fault(place, "what has a source is not the book's own", said["says"])
        if evidence is None:
            continue
        known = set(evidence.paragraphs["locator"])
        for locator in where:
            if locator not in known:
                yield fault(place, "is no paragraph of the review", locator)
        seen = dict(zip(evidence.sources["source_id"], evidence.sources["seen"], strict=True))
        for source in sources:
            if source not in seen:
                yield fault(place, "is no source", source)
            elif standing in _NEEDS_SOURCE and seen[source] not in _SEEN_AS[standing]:
                yield fault(place, f"cannot be {standing}: of the source was seen: {seen[source]}", source)
        for row in rows:
            try:
                record = evidence.record(row)
            except LookupError:
                yield fault(place, "is no row of the data", row)
                continue
            if row in said.get("rows", []) and record.get("standing") not in (None, standing):
                yield fault(place, f"the row has the standing {record.get('standing')}, not {standing}", row)


def _statement(said: Mapping) -> Statement:
    return Statement(said["says"], said["standing"],
                     *(tuple(said.get(name, ())) for name in ("where", "sources", "rows")))


def _build(document: Mapping) -> Scenes:
    journey = document["journey"]
    return Scenes(
        scenes={item["id"]: _scene(item) for item in document["scenes"]},
        alterations={item["id"]: _alteration(item) for item in journey["alterations"]},
        findings={f["fact"]: (tuple(f["findings"]), f["source"]) for f in journey["findings"]},
        comparisons=tuple(Comparison(**item) for item in journey["comparisons"]),
        names={key: Name(item["name"], item["population"], _statement(item), tuple(item.get("also", ())))
               for key, item in document["classification"].items()})


def _scene(item: Mapping) -> Scene:
    statements = tuple(map(_statement, item["story"]))
    more = {"caution": item["caution"]} if "caution" in item else {}
    return Scene(
        story=". ".join(s.says for s in statements), statements=statements,
        cells=tuple(Cell(*c["at"], c["label"], c["kind"], c["radius"]) for c in item.get("cells", ())),
        boxes=tuple(Box(*b["at"], b["label"], b["kind"], b["width"]) for b in item.get("boxes", ())),
        arrows=tuple(Arrow(tuple(a["from"]), tuple(a["to"]), **{k: v for k, v in a.items() if k not in {"from", "to"}})
                     for a in item.get("arrows", ())),
        blunts=tuple(Blunt(*b["at"], b["says"], _statement(b)) for b in item.get("blunts", ())), **more)


def _alteration(item: Mapping) -> Alteration:
    treatment = _statement(item["treatment"]) if "treatment" in item else None
    return Alteration(item["label"], item["says"], tuple(item["where"]), item["inference"], item["support"],
                      tuple(item["facts"]), tuple(item["stated"]), item["together"], tuple(item["inferred"]), treatment)

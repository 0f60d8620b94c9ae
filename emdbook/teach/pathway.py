"""The treatment pathway: a checked tree of questions, recommendations and ends, and its walker.

``load_pathway()`` reads ``data/pathway.json`` and holds it against the schema beside it, then against the rules of a
tree that no schema can state; the faults of either are told at once. A :class:`Pathway` is walked by naming
the answers: ``pathway.walk(["Yes, EMD", "No", "At relapse (secondary)"])``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from emdbook.evidence.links import plain_all
from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError, twins
from emdbook.ground.paths import data_dir

__all__ = ["BASES", "Beside", "Fault", "Gap", "Node", "Option", "Pathway", "PathwayError", "Section", "Step", "Walk",
           "load_pathway"]


#: The three kinds of step, and what each is called where a reader meets it.
BASES = {"stated": "stated by the review", "inferred": "inferred by the book",
         "official": "from another official source"}


class PathwayError(FaultsError):
    """A pathway that cannot be used. ``faults`` lists every fault; the message prints them all."""

    subject = "The pathway has"


@dataclass(frozen=True)
class Option:
    """One way on from a node.

    ``basis`` is ``stated`` (the review takes the step), ``inferred`` (the order or the bridge is the book's) or
    ``official`` (a criterion, a label or a guideline asks for it).
    """

    label: str
    next: str
    basis: str


@dataclass(frozen=True)
class Beside:
    """What another official source adds at a node, and the rows of ``guidance`` or ``criteria`` behind it."""

    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A question, a recommendation or an end, with the paragraphs it rests on and what other sources add."""

    id: str
    kind: str
    section: str
    short: str
    text: str
    options: tuple[Option, ...]
    locators: tuple[str, ...]
    note: str
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the tree: its label, and the section that leads to it (empty for the first)."""

    id: str
    label: str
    after: str


@dataclass(frozen=True)
class Gap:
    """Something the source does not say, met at one node."""

    id: str
    text: str
    at_node: str


@dataclass(frozen=True)
class Step:
    """One node of a walk and the way taken from it (``None`` at the last node)."""

    node: Node
    taken: Option | None
    gaps: tuple[Gap, ...]

    @property
    def text(self) -> str:
        """What the node says."""
        return self.node.text

    @property
    def chosen(self) -> str | None:
        """The label of the answer given here."""
        return self.taken.label if self.taken else None

    @property
    def basis(self) -> str | None:
        """``stated``, ``inferred`` or ``official``: where the step onwards comes from."""
        return self.taken.basis if self.taken else None

    @property
    def locators(self) -> tuple[str, ...]:
        """The paragraphs of the source text behind the node."""
        return self.node.locators


@dataclass(frozen=True)
class Walk:
    """A walk from the root: all the way to an end, or as far as the answers reach."""

    steps: tuple[Step, ...]

    @property
    def last(self) -> Node:
        """The node where the walk stands."""
        return self.steps[-1].node

    @property
    def complete(self) -> bool:
        """True where the walk has reached an end."""
        return self.last.kind == "end"

    @property
    def open_options(self) -> tuple[Option, ...]:
        """The answers that can be given next; none at an end."""
        return self.last.options

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The ids of the nodes passed, in order."""
        return tuple(step.node.id for step in self.steps)

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers that lead here: ``pathway.walk(walk.choices)`` gives this walk again."""
        return tuple(step.chosen for step in self.steps if step.taken and len(step.node.options) > 1)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap of the source met on the way."""
        return tuple(gap for step in self.steps for gap in step.gaps)

    @property
    def locators(self) -> tuple[str, ...]:
        """The paragraphs behind the whole walk, each named once, in the order they are met."""
        return tuple(dict.fromkeys(locator for step in self.steps for locator in step.locators))

    def rows(self) -> list[dict]:
        """The walk as plain rows for a table, one per step.

        Returns
        -------
        list of dict
            ``node``, ``kind``, ``text``, ``chosen``, ``basis``, ``locators`` (joined by ``;``), ``note``,
            ``beside`` and ``gaps`` (texts joined by a space).
        """
        return [
            {
                "node": step.node.id,
                "kind": step.node.kind,
                "text": step.text,
                "chosen": step.chosen or "",
                "basis": step.basis or "",
                "locators": ";".join(step.locators),
                "note": step.node.note,
                "beside": " ".join(item.text for item in step.node.beside),
                "gaps": " ".join(gap.text for gap in step.gaps),
            }
            for step in self.steps
        ]


@dataclass(frozen=True)
class Pathway:
    """The treatment pathway. Made by :func:`load_pathway`, which has checked it."""

    title: str
    root: str
    caution: str
    about: str
    source_id: str
    sections: tuple[Section, ...]
    gaps: tuple[Gap, ...]
    nodes: tuple[Node, ...]

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    def node(self, node_id: str) -> Node:
        """The node of that id.

        Parameters
        ----------
        node_id : str

        Returns
        -------
        Node

        Raises
        ------
        ValueError
            If the pathway has no such node.
        """
        try:
            return self._by_id[node_id]
        except KeyError:
            raise ValueError(f"The pathway has no node {node_id!r}. Its nodes are: {', '.join(self._by_id)}.") from None

    def section(self, section_id: str) -> tuple[Node, ...]:
        """The nodes of one section, in the order of the file.

        Parameters
        ----------
        section_id : str

        Returns
        -------
        tuple of Node
        """
        return tuple(node for node in self.nodes if node.section == section_id)

    def gaps_at(self, node: str | Node) -> tuple[Gap, ...]:
        """What the source leaves unsaid at a node.

        Parameters
        ----------
        node : str or Node

        Returns
        -------
        tuple of Gap
        """
        node_id = self.node(node.id if isinstance(node, Node) else node).id
        return tuple(gap for gap in self.gaps if gap.at_node == node_id)

    def walk(self, choices: Sequence[str] = ()) -> Walk:
        """Follow the answers from the root.

        A node with a single way on is passed without an answer. If the answers end before the pathway
        does, the walk stands at the open question (``complete`` is false, ``open_options`` lists what can
        be answered).

        Parameters
        ----------
        choices : sequence of str
            Labels of the options chosen, in order. Upper and lower case and outer spaces do not matter.

        Returns
        -------
        Walk

        Raises
        ------
        ValueError
            If an answer does not fit its question, or answers are left over at an end.
        """
        if isinstance(choices, str):
            raise ValueError(f"The answers must be a list, such as [{choices!r}], not a single text.")
        answers = list(choices)
        steps: list[Step] = []
        node = self.node(self.root)
        while True:
            if node.kind == "end":
                if answers:
                    raise ValueError(
                        f"The pathway ends at {node.id!r}, but answers are left over: "
                        f"{', '.join(repr(answer) for answer in answers)}."
                    )
                taken = None
            elif len(node.options) == 1:
                taken = node.options[0]
            elif answers:
                taken = _chosen(node, answers.pop(0))
            else:
                taken = None
            steps.append(Step(node, taken, self.gaps_at(node)))
            if taken is None:
                return Walk(tuple(steps))
            node = self.node(taken.next)

    def paths(self) -> list[Walk]:
        """Every way from the root to an end, in the order of the options.

        Returns
        -------
        list of Walk
        """
        found: list[Walk] = []

        def follow(node: Node, before: tuple[Step, ...]) -> None:
            gaps = self.gaps_at(node)
            if not node.options:
                found.append(Walk((*before, Step(node, None, gaps))))
            for option in node.options:
                follow(self.node(option.next), (*before, Step(node, option, gaps)))

        follow(self.node(self.root), ())
        return found


def load_pathway(path: str | Path | None = None) -> Pathway:
    """Read and check the treatment pathway.

    Parameters
    ----------
    path : str or Path, optional
        The JSON file, or a folder that holds ``pathway.json``. Without it the book's own file is read.

    Returns
    -------
    Pathway

    Raises
    ------
    PathwayError
        If the file cannot be read or breaks a rule: all faults against its schema or, where there are none, all
        against the rules of a tree, each with file, node and rule.
    """
    path = data_dir() if path is None else Path(path)
    if path.is_dir() or not path.suffix:
        path = path / "pathway.json"
    # readers need the words; the links keep its numbers true
    data, faults = strict_json.checked(path, "pathway.schema.json", data_dir(), _node_of, plain_all)
    faults = faults or list(_tree_faults(data, path.name))
    if faults:
        raise PathwayError(faults)
    return _build(data)


def _chosen(node: Node, answer: str) -> Option:
    wanted = str(answer).strip().casefold()
    for option in node.options:
        if option.label.strip().casefold() == wanted:
            return option
    labels = ", ".join(repr(option.label) for option in node.options)
    raise ValueError(f"{answer!r} is no answer to {node.text!r} ({node.id}). Choose one of: {labels}.")


def _build(data: dict) -> Pathway:
    nodes = tuple(
        Node(
            id=node["id"],
            kind=node["kind"],
            section=node["section"],
            short=node["short"],
            text=node["text"],
            options=tuple(Option(**option) for option in node["options"]),
            locators=tuple(node["locators"]),
            note=node["note"],
            beside=tuple(Beside(item["text"], tuple(item["rows"])) for item in node["beside"]),
        )
        for node in data["nodes"]
    )
    return Pathway(
        title=data["title"],
        root=data["root"],
        caution=data["caution"],
        about=data["about"],
        source_id=data["source_id"],
        sections=tuple(Section(**section) for section in data["sections"]),
        gaps=tuple(Gap(**gap) for gap in data["gaps"]),
        nodes=nodes,
    )


def _node_of(data, place: list) -> str:
    """The node in which a schema fault lies, by its id, or by its position if it has none."""
    if len(place) < 2 or place[0] != "nodes":
        return ""
    node = data["nodes"][place[1]]
    named = isinstance(node, dict) and isinstance(node.get("id"), str) and node["id"]
    return f"node {named or f'number {place[1] + 1}'}"


def _tree_faults(data: dict, file: str) -> Iterator[Fault]:
    """What a sound schema leaves open: the rules of a tree."""
    nodes, root = data["nodes"], data["root"]
    ways = {node["id"]: [option["next"] for option in node["options"]] for node in nodes}

    def fault(node: str, rule: str, found: str) -> Fault:
        return Fault.at(file, f"node {node}" if node else "", rule, found)

    for twin, times in twins(node["id"] for node in nodes).items():
        yield fault(twin, "every node id stands once", f"{times} nodes of this id")
    for twin, times in twins(gap["id"] for gap in data["gaps"]).items():
        yield fault("", "every gap id stands once", f"{times} gaps {twin!r}")
    for gap in data["gaps"]:
        if gap["at_node"] not in ways:
            yield fault("", f"the gap {gap['id']!r} stands at a node that exists", repr(gap["at_node"]))
    for node in nodes:
        yield from (fault(node["id"], *broken) for broken in _node_faults(node, ways))
    yield from (fault(*broken) for broken in _section_faults(data["sections"], nodes))
    if root not in ways:
        yield fault("", "the root is a node", repr(root))
    else:
        met = reached(root, ways)
        for node in nodes:
            if node["id"] not in met:
                rule = "every end can be reached" if node["kind"] == "end" else "no node is an orphan"
                yield fault(node["id"], rule, "no way to it from the root")
    try:
        TopologicalSorter(ways).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        yield fault(circle[0], "no walk goes in a circle", " to ".join(circle))


def _section_faults(sections: list[dict], nodes: list[dict]) -> Iterator[tuple[str, str, str]]:
    before = {""}
    for section in sections:
        if section["id"] in before:
            yield "", "every section id stands once", repr(section["id"])
        if section["after"] not in before:
            rule = f"the section {section['id']!r} comes after one that is named before it"
            yield "", rule, repr(section["after"])
        before.add(section["id"])
    used = {node["section"] for node in nodes}
    yield from ((node["id"], "the section of a node exists", repr(node["section"])) for node in nodes
                if node["section"] not in before)
    yield from (("", "no section is empty", repr(name)) for name in sorted(before - {""} - used))


def _node_faults(node: dict, ways: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    options, kind = node["options"], node["kind"]
    bases = {option["basis"] for option in options}
    if kind == "question" and len(options) < 2:
        yield "a question has at least two options", str(len(options))
    if kind == "recommendation" and not options:
        yield "a recommendation leads on; otherwise it is an end", "no option"
    if kind == "end" and options:
        yield "an end has no options", str(len(options))
    for twin in twins(option["label"].strip().casefold() for option in options):
        yield "the options of a node have different labels", repr(twin)
    if not node["locators"] and bases != {"official"}:
        yield "a node without a paragraph takes only official steps", "no locator"
    if "official" in bases and not node["beside"]:
        yield "an official step names the rows that it rests on", "nothing beside it"
    for option in options:
        if option["next"] not in ways:
            yield f"the option {option['label']!r} leads to a node that exists", repr(option["next"])


def reached(start: str, ways: Mapping[str, list[str]]) -> set[str]:
    """The places to which the ways lead from a start, with the start."""
    found, waiting = set(), [start]
    while waiting:
        at = waiting.pop()
        if at in ways and at not in found:
            found.add(at)
            waiting += ways[at]
    return found

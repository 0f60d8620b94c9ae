"""The blueprint of the questions: what they train, and that nothing gives the answer away.

``data/blueprint.json`` holds the competencies and the limits, which every set keeps. ``python -m emdbook blueprint``
prints what is broken and the table that ``table`` makes.

The files are read with their links, because the rows that a question names are part of what is checked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emdbook.checks.prose import Finding
from emdbook.evidence.links import links_of, plain
from emdbook.ground import strict_json
from emdbook.ground.faults import FaultsError
from emdbook.ground.paths import data_dir
from emdbook.teach.quiz import load_questions, question_files

__all__ = ["Blueprint", "Item", "check_bank", "check_project", "read_bank", "read_blueprint", "table", "twins"]

FILE, SCHEMA = "blueprint.json", "blueprint.schema.json"

#: Words of an option that hold back; such an option says itself whether it is the cautious one.
SOUNDS_CAUTIOUS = re.compile(
    r"\b(?:cannot|can not|unknown|unclear|nobody knows|(?:is|are|was|were) not (?:known|shown|comparable)|not enough|"
    r"do(?:es)? not (?:show|tell|say|allow|prove)|no (?:conclusion|comparison|answer)|nothing (?:can|follows|yet)|"
    r"too (?:small|few|early) to|wait for (?:a|the|more))\b", re.I)
#: Words that mark an option as wrong for anyone who has sat an examination.
ABSOLUTE = re.compile(r"\b(?:always|never|guarantees?d?|impossible|certainly|in every case|without exception)\b", re.I)
NEGATIVE = re.compile(r"\b(?:NOT|EXCEPT|LEAST)\b|\b(?i:which|what)\b[^?.]*\b(?:is|are|would|should) not\b")
POSITION = re.compile(r"\b(?:(?:option|answer) [A-E1-5]\b|(?:first|second|third|fourth|last) (?:option|answer)\b|"
                      r"(?:all|none|both) of the above)", re.I)
#: Whose word the key is: its critique says one of these.
GROUND = re.compile(
    r"\b(?:certainty|review|labels?|guid(?:eline|ance)s?|consensus|panel|criteria|trials?|series|cohorts?|registry|"
    r"registries|abstract|law|arithmetic|second-hand|paper|practice|committee|reports?|IMWG|statement|definition|"
    r"protocol|study|studies|meta-analysis|table)\b", re.I)
PERSON = re.compile(r"\b(?:man|woman|patient|he|she|they|her|his|girl|boy|nurse|teacher|farmer|lady|person)\b", re.I)
_LOCATOR = re.compile(r"^[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]+$")
_COMMON_WORDS = """
    about after against again also another because been before being both does done during each from given gave have
    here into just less made make more most much only other over patient patients same should since some such than
    that their them then there these they this those through under until very were what when where which while will
    with without would your treatment disease myeloma extramedullary response responded drug
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True)
class Blueprint:
    """The competencies with their labels, and the limits."""

    competencies: dict[str, str]
    class_chapters: tuple[str, ...]
    rules: dict[str, float]


@dataclass(frozen=True)
class Item:
    """One question of the bank as its file has it, links and all."""

    set_id: str
    raw: dict

    @property
    def id(self) -> str:
        """The id within its set."""
        return self.raw["id"]

    @property
    def key(self) -> dict:
        """The right option (the first of several)."""
        return next(o for o in self.raw["options"] if o["correct"])

    @property
    def offers_caution(self) -> bool:
        """Whether one of the options is the cautious one."""
        return any(o.get("cautious") for o in self.raw["options"])

    @cached_property
    def rows(self) -> frozenset[str]:
        """Rows, paragraphs and sources that stem and key name."""
        texts = [self.raw.get("patient", ""), self.raw["stem"], self.key["text"]]
        linked = {row for text in texts for link in links_of(text) for row in link.rows}
        return frozenset(linked | set(self.raw.get("rests_on", ())))

    @cached_property
    def words(self) -> frozenset[str]:
        """Words of stem and key that say what the question is about."""
        text = " ".join(plain(t) for t in (self.raw.get("patient", ""), self.raw["stem"], self.key["text"]))
        return frozenset(w for w in re.findall(r"[a-z]{4,}", text.lower()) if w not in _COMMON)

    def found(self, words: str, problem: str) -> Finding:
        """A finding about this question."""
        return Finding(f"data/questions/{self.set_id}", f"question {self.id}", words, problem)


def read_blueprint(folder: Path | None = None) -> Blueprint:
    """Read ``blueprint.json`` and hold it against its schema.

    Parameters
    ----------
    folder : path, optional
        The folder of the data; the project's own if left out.

    Returns
    -------
    Blueprint

    Raises
    ------
    ValueError
        Naming the file, the place and the rule.
    """
    folder = Path(folder) if folder is not None else data_dir()
    raw, faults = strict_json.checked(folder / FILE, SCHEMA, folder)
    if faults:
        raise FaultsError(faults)
    return Blueprint({c["id"]: c["label"] for c in raw["competencies"]}, tuple(raw["class_chapters"]), raw["rules"])


def read_bank(folder: Path | None = None) -> dict[str, list[Item]]:
    """Every set of questions as its file has it.

    Parameters
    ----------
    folder : path, optional
        The folder of the questions; the project's own if left out.

    Returns
    -------
    dict of str to list of Item
    """
    bank = {}
    for file in question_files(folder):
        load_questions(file.stem, file.parent)  # says what is wrong with a set, before anything is asked of it
        bank[file.stem] = [Item(file.stem, raw) for raw in strict_json.read(file)["questions"]]
    return bank


def _most(share: float, of: int) -> int:
    """How many of a small set a share allows: rounded up, so that one of three is possible."""
    return math.ceil(share * of - 1e-9)


def _length(option: dict) -> int:
    return len(plain(option["text"]))


def _is_key(item: Item, choose) -> bool:
    """Whether the option of the greatest (or smallest) length is the key, and no other is as long."""
    lengths = [_length(o) for o in item.raw["options"]]
    return lengths.count(choose(lengths)) == 1 and item.raw["options"][lengths.index(choose(lengths))]["correct"]


# ----------------------------------------------------------------------------------------------------------------------
# One question

def _cues(item: Item) -> Iterator[Finding]:
    """What gives the answer away, or asks for skill in examinations instead of judgement."""
    options, stem = item.raw["options"], plain(item.raw["stem"])
    if NEGATIVE.search(stem):
        yield item.found(stem, "asks for what is not so: ask for what to do or what holds")
    for option in options:
        text = plain(option["text"])
        for found in (ABSOLUTE.search(text), POSITION.search(text), POSITION.search(option["explanation"])):
            if found:
                yield item.found(found[0], "gives an option away, or names one by its place")
    if len({plain(o["text"]).rstrip().endswith(".") for o in options}) > 1:
        yield item.found(stem, "some options end with a full stop and some do not")
    if len({plain(o["text"]).lstrip("*\"'“‘")[:1].islower() for o in options}) > 1:
        yield item.found(stem, "some options begin with a capital and some do not")
    others = [_length(o) for o in options if not o["correct"]]
    for option in options:
        if option["correct"] and not item.raw.get("multiple") and not (
                0.5 * min(others) <= _length(option) <= 1.5 * max(others)):
            yield item.found(plain(option["text"]), "the key is far longer or shorter than every other option")


def _ground(item: Item, evidence) -> Iterator[Finding]:
    """The key stands on something that is there, and its critique says whose word it is."""
    sources, places = set(evidence.sources.source_id), set(evidence.paragraphs.locator)
    for name in item.raw.get("rests_on", ()):
        if name in sources or (_LOCATOR.match(name) and name in places):
            continue
        try:
            evidence.record(name)
        except LookupError as error:
            yield item.found(name, f"in rests_on is no row, paragraph or source: {error.args[0]}")
    if not item.raw.get("rests_on"):
        yield item.found(item.id, "has no rests_on: name the rows, paragraphs or sources that its key stands on")
    if not GROUND.search(plain(item.key["explanation"])):
        yield item.found(plain(item.key["explanation"]), (
            "does not say whose word the key is or how certain: name trial, series, label, guideline, review or "
            "certainty"))


def _question(item: Item, blueprint: Blueprint, evidence) -> Iterator[Finding]:
    if item.raw.get("competency") not in blueprint.competencies:
        yield item.found(item.id, f"names no competency; there are {', '.join(blueprint.competencies)}")
    if "patient" in item.raw and not PERSON.search(item.raw["patient"]):
        yield item.found(item.raw["patient"], "is no patient")
    for option in item.raw["options"]:
        text = plain(option["text"])
        if SOUNDS_CAUTIOUS.search(text) and "cautious" not in option:
            yield item.found(text, "sounds cautious: say so in the file, \"cautious\": true or false")
    if sum(bool(o.get("cautious")) for o in item.raw["options"]) > 1:
        yield item.found(item.id, "has two cautious options: one is the most cautious")
    yield from _cues(item)
    yield from _ground(item, evidence)


# ----------------------------------------------------------------------------------------------------------------------
# Sets, and the bank as a whole

def _shares(items: Sequence[Item], rules: dict[str, float], where: str,
            least: str = "least_cautious_chosen") -> Iterator[Finding]:
    """Strategies that must not work: the longest, the shortest, the most cautious option, any but the cautious one."""
    def found(count: int, of: int, words: str) -> Finding:
        return Finding(where, "all questions", f"{count} of {of}", words)

    for name, choose, words in (("most_longest", max, "longest"), ("most_shortest", min, "shortest")):
        count = sum(_is_key(i, choose) for i in items)
        if count > _most(rules[name], len(items)):
            yield found(count, len(items), f"have the {words} option as their key: at most {rules[name]:.0%}")
    offered = [i for i in items if i.offers_caution]
    right = sum(bool(i.key.get("cautious")) for i in offered)
    if right > rules["most_cautious_chosen"] * len(offered):
        yield found(right, len(offered), (
            "of the questions that offer a cautious option have it as their key: no more than chance, "
            f"{rules['most_cautious_chosen']:.0%}; offer caution as the mistake where the evidence supports an action"))
    if len(offered) >= rules["cautious_offers_judged"] and right < rules[least] * len(offered):
        yield found(right, len(offered), (
            "of the questions that offer a cautious option have it as their key: a reader who strikes it out gains; at "
            f"least {rules[least]:.0%}; ask what nobody can tell, or offer another mistake"))


def _set(set_id: str, items: Sequence[Item], blueprint: Blueprint) -> Iterator[Finding]:
    rules, where = blueprint.rules, f"data/questions/{set_id}"

    def found(words: str, problem: str) -> Finding:
        return Finding(where, "all questions", words, problem)

    number = set_id[:2]
    if number.isdigit() and len(items) < rules["least_questions"]:
        yield found(f"{len(items)} questions", f"at least {rules['least_questions']}")
    if number in blueprint.class_chapters:
        patients = sum("patient" in i.raw for i in items)
        if patients < rules["least_patient_share"] * len(items):
            yield found(f"{patients} of {len(items)}",
                        f"begin with a patient: at least {rules['least_patient_share']:.0%}")
        covered = {i.raw.get("competency") for i in items}
        if len(covered) < rules["least_competencies"]:
            yield found(f"{len(covered)} competencies", f"at least {rules['least_competencies']}")
        cautious = sum(bool(i.key.get("cautious")) for i in items)
        if cautious > rules["most_cautious_keys_class"] * len(items):
            yield found(f"{cautious} of {len(items)}", "keys are cautious: at most a third")
    yield from _shares(items, rules, where)


def _alike(one: frozenset, other: frozenset) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def twins(items: Sequence[Item]) -> Iterator[Finding]:
    """Pairs that ask the same: alike in wording, or on the same rows for the same skill in like words.

    Parameters
    ----------
    items : sequence of Item

    Yields
    ------
    Finding
    """
    for at, one in enumerate(items):
        for other in items[at + 1:]:
            wording = _alike(one.words, other.words)
            shared = one.rows & other.rows
            most = shared and len(shared) >= 0.5 * min(len(one.rows), len(other.rows))
            same_skill = one.raw.get("competency") == other.raw.get("competency")
            if wording >= 0.5 or (most and wording >= (0.18 if same_skill else 0.3)):
                yield one.found(f"{other.set_id}, {other.id}", (
                    f"asks the same: {wording:.0%} of the words"
                    + (f", and {', '.join(sorted(shared))}" if shared else "")))


def check_bank(bank: dict[str, list[Item]], blueprint: Blueprint, evidence) -> list[Finding]:
    """Everything that the bank breaks of the blueprint.

    Parameters
    ----------
    bank : dict of str to list of Item
        What :func:`read_bank` returns.
    blueprint : Blueprint
    evidence : emdbook.Evidence

    Returns
    -------
    list of Finding
    """
    findings = []
    for name, items in bank.items():
        findings += [f for item in items for f in _question(item, blueprint, evidence)]
        findings += _set(name, items, blueprint)
    whole = [item for items in bank.values() for item in items]
    findings += twins(whole)
    if len(bank) > 1:
        findings += _shares(whole, blueprint.rules, "data/questions", "least_cautious_chosen_bank")
    cautious = sum(bool(i.key.get("cautious")) for i in whole)
    if cautious > blueprint.rules["most_cautious_keys"] * len(whole):
        findings.append(Finding("data/questions", "all questions", f"{cautious} of {len(whole)}",
                                f"keys are cautious: at most {blueprint.rules['most_cautious_keys']:.0%}"))
    return findings


def check_project(folder: Path | None = None, evidence=None) -> list[Finding]:
    """Check the bank of the project.

    Parameters
    ----------
    folder : path, optional
        The folder of the data; the project's own if left out.
    evidence : emdbook.Evidence, optional

    Returns
    -------
    list of Finding
    """
    import emdbook

    folder = Path(folder) if folder is not None else data_dir()
    return check_bank(read_bank(folder / "questions"), read_blueprint(folder), evidence or emdbook.load(folder))


def table(bank: dict[str, list[Item]], blueprint: Blueprint) -> list[dict[str, str | int]]:
    """The blueprint filled in: one row for each set, one column for each competency.

    Parameters
    ----------
    bank : dict of str to list of Item
    blueprint : Blueprint

    Returns
    -------
    list of dict
        ``set``, ``questions``, ``patient``, ``cautious``, ``longest``, and the number of each competency.
    """
    rows = []
    for name, items in bank.items():
        count = Counter(i.raw.get("competency", "") for i in items)
        rows.append({"set": name, "questions": len(items),
                     "patient": sum("patient" in i.raw for i in items),
                     "cautious": sum(bool(i.key.get("cautious")) for i in items),
                     "longest": sum(_is_key(i, max) for i in items),
                     **{c: count[c] for c in blueprint.competencies}})
    return rows

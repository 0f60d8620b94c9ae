"""Lesson plans as data: what is on the screen, asked and done, minute by minute, and the longer formats made of them.

The guide for teachers, the notes of the speaker, the lists of links and the printed kit are made from them.  What can
be known here is checked here: the schema, minutes that add up, chapters, questions and cases that exist.  Slides and
settings of widgets exist only once the chapters have run; :mod:`emdbook.publish.lesson_pages` checks those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError, twins
from emdbook.ground.paths import data_dir
from emdbook.teach.cases import case_files
from emdbook.teach.quiz import load_questions, question_files

FILE, SCHEMA = "lessons.json", "lessons.schema.json"
#: Stands in a session for one plan of the teacher's choice.
ANY = "any"
#: How long a plan for one lesson is.
LESSON = 45

#: What a step asks learners to have, by what they do.
_AT_HAND = {
    "look and answer aloud": (), "vote": ("a phone or a set of letter cards each",),
    "work in pairs": ("one phone or laptop for each pair",), "work in teams": ("one printed team kit for each team",),
    "write alone": ("paper and pen each",), "play parts": ("one role card each",)}
#: What an item asks for, by kind.
_ITEM_NEEDS = {"question": "a phone or a set of letter cards each"}


class LessonsError(FaultsError):
    """Plans that break the rules. ``faults`` lists every one, each with its place."""

    subject = "The lesson plans have"


@dataclass(frozen=True)
class Item:
    """One thing on the screen or in the hand.

    Attributes
    ----------
    kind : {"slide", "widget", "question", "case", "print"}
    name : str
        Heading of the slide, id of the others.
    chapter : str
        Whose deck, widgets and questions.
    settings : Mapping of str to str or tuple of str
        Of a widget, as the address of a state writes them.
    vote : str
        Of a question: ``before``, ``after`` or ``once``.
    """

    kind: str
    name: str
    chapter: str
    settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    vote: str = ""


@dataclass(frozen=True)
class Step:
    """Some minutes of a lesson; ``start`` and ``end`` count from its beginning."""

    title: str
    start: int
    minutes: int
    show: tuple[Item, ...]
    do: str
    learners: str
    listen_for: str = ""

    @property
    def end(self) -> int:
        """The minute at which it is over."""
        return self.start + self.minutes


@dataclass(frozen=True)
class Plan:
    """One lesson."""

    id: str
    title: str
    chapter: str
    minutes: int
    goal: str
    before: str
    steps: tuple[Step, ...]
    ask: str
    look_for: str

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that is shown, in order."""
        return tuple(item for step in self.steps for item in step.show)

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """Chapter and id of every question, each once, in the order in which it is first asked."""
        return tuple(dict.fromkeys((item.chapter, item.name) for item in self.items if item.kind == "question"))

    @property
    def is_of_a_chapter(self) -> bool:
        """Whether it is the plan of its chapter, and not that of a profession."""
        return self.id == self.chapter[:2]

    def learners_need(self) -> tuple[str, ...]:
        """What learners must have at hand, each once."""
        needs = [need for step in self.steps for need in (
            *_AT_HAND[step.learners], *(_ITEM_NEEDS[item.kind] for item in step.show if item.kind in _ITEM_NEEDS))]
        return tuple(dict.fromkeys([*needs, "paper and pen each"]))


@dataclass(frozen=True)
class Part:
    """A part of a longer session: a plan by id (empty for a part of its own, ``any`` for one of ``among``)."""

    title: str
    minutes: int
    do: str = ""
    plan: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Session:
    """One meeting of a longer format."""

    title: str
    minutes: int
    parts: tuple[Part, ...]
    before: str = ""


@dataclass(frozen=True)
class Course:
    """A longer format."""

    id: str
    title: str
    about: str
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Station:
    """What one profession reads of one chapter."""

    chapter: str
    minutes: int
    read: tuple[str, ...]
    why: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class RolePath:
    """The way of one profession through the book, and the plan of the lesson that goes with it."""

    id: str
    title: str
    about: str
    plan: str
    stations: tuple[Station, ...]

    @property
    def minutes(self) -> int:
        """Of all stations together."""
        return sum(station.minutes for station in self.stations)


@dataclass(frozen=True)
class Role:
    """A part that a learner plays."""

    id: str
    title: str
    wants: str


@dataclass(frozen=True)
class Lessons:
    """Everything in the file."""

    plans: tuple[Plan, ...]
    courses: tuple[Course, ...]
    paths: tuple[RolePath, ...]
    roles: tuple[Role, ...]

    def plan(self, id_: str) -> Plan:
        """A plan by its id: the number of its chapter such as ``09``, or a name.

        Raises
        ------
        LookupError
            If there is none.
        """
        for plan in self.plans:
            if plan.id == id_:
                return plan
        raise LookupError(f"{FILE} has no plan {id_!r}; it has {', '.join(plan.id for plan in self.plans)}")


def load_lessons(path: Path | str | None = None) -> Lessons:
    """Read and check the plans.

    Parameters
    ----------
    path : path, optional
        The project's own if left out.

    Returns
    -------
    Lessons

    Raises
    ------
    LessonsError
        With every fault: an unreadable file, a break of the schema, minutes that do not add up, a chapter, question,
        case or plan that does not exist.
    """
    path = Path(path) if path is not None else data_dir() / FILE
    data, faults = strict_json.checked(path, SCHEMA, data_dir(), _place)
    made = None if faults else _build(data)
    faults = faults or list(_faults(made, path.name))
    if faults:
        raise LessonsError(faults)
    return made


@cache
def own_lessons() -> Lessons:
    """The project's own plans, read once."""
    return load_lessons()


# --- reading ------------------------------------------------------------------------------------------------------

def _place(data: dict, place: list) -> str:
    """Where a fault lies, with the id of the plan in place of its number."""
    if len(place) > 1 and place[0] in ("plans", "courses", "paths", "roles"):
        name = data[place[0]][place[1]].get("id", place[1] + 1) if isinstance(data[place[0]][place[1]], dict) else ""
        rest = " > ".join(str(one + 1) if isinstance(one, int) else str(one) for one in place[2:])
        return f"{place[0].rstrip('s')} {name}" + (f", {rest}" if rest else "")
    return " > ".join(map(str, place))


def _item(row: dict, chapter: str) -> Item:
    kind = next(name for name in ("slide", "widget", "question", "case", "print") if name in row)
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in row.get("set", {}).items()}
    return Item(kind, row[kind], row.get("chapter", chapter), settings, row.get("vote", ""))


def _plan(row: dict) -> Plan:
    steps, at = [], 0
    for one in row["steps"]:
        show = tuple(_item(item, row["chapter"]) for item in one["show"])
        steps.append(Step(one["title"], at, one["minutes"], show, one["do"], one["learners"],
                          one.get("listen_for", "")))
        at += one["minutes"]
    return Plan(row["id"], row["title"], row["chapter"], row["minutes"], row["goal"], row["before"], tuple(steps),
                row["exit"]["ask"], row["exit"]["look_for"])


def _part(row: dict, plans: Mapping[str, Plan]) -> Part:
    if "plan" not in row:
        return Part(row["title"], row["minutes"], row["do"])
    found = plans.get(row["plan"])
    title, minutes = (found.title, found.minutes) if found else ("One plan of your choice", LESSON)
    return Part(title, minutes, plan=row["plan"], among=tuple(row.get("among", ())))


def _build(data: dict) -> Lessons:
    plans = tuple(_plan(row) for row in data["plans"])
    known = {plan.id: plan for plan in plans}
    courses = tuple(Course(row["id"], row["title"], row["about"], tuple(
        Session(one["title"], one["minutes"], tuple(_part(part, known) for part in one["parts"]),
                one.get("before", "")) for one in row["sessions"])) for row in data["courses"])
    paths = tuple(RolePath(row["id"], row["title"], row["about"], row["plan"], tuple(
        Station(one["chapter"], one["minutes"], tuple(one["read"]), one["why"], tuple(one["questions"]))
        for one in row["stations"])) for row in data["paths"])
    return Lessons(plans, courses, paths, tuple(Role(**row) for row in data["roles"]))


# --- rules that a schema cannot say -------------------------------------------------------------------------------

@cache
def _questions() -> dict[str, tuple[str, ...]]:
    return {file.stem: tuple(q.id for q in load_questions(file.stem).questions) for file in question_files()
            if file.stem[:2].isdigit()}


@cache
def _cases() -> tuple[str, ...]:
    return tuple(Path(file).stem for file in case_files())


def _faults(lessons: Lessons, file: str) -> Iterator[Fault]:
    for kind, rows in (("plan", lessons.plans), ("course", lessons.courses), ("path", lessons.paths),
                       ("role", lessons.roles)):
        for twice in twins(row.id for row in rows):
            yield Fault.at(file, f"{kind} {twice}", "an id may stand once", "it twice")
    for plan in lessons.plans:
        yield from _plan_faults(plan, file)
    known = [plan.id for plan in lessons.plans]
    for course in lessons.courses:
        for session in course.sessions:
            place = f"course {course.id}, {session.title}"
            for part in session.parts:
                for name in (part.plan, *part.among) if part.plan != ANY else part.among or (ANY,):
                    if name not in (*known, "", ANY):
                        yield Fault.at(file, place, f"a plan must be one of {', '.join(known)}, {ANY}", name)
            found = sum(part.minutes for part in session.parts)
            if found != session.minutes:
                yield Fault.at(file, place, f"its parts must add up to {session.minutes} minutes", str(found))
    for path in lessons.paths:
        if path.plan not in known:
            yield Fault.at(file, f"path {path.id}", f"its plan must be one of {', '.join(known)}", path.plan)
        for station in path.stations:
            place = f"path {path.id}, {station.chapter}"
            yield from _chapter_faults(station.chapter, [(q, "question") for q in station.questions], file, place)


def _chapter_faults(chapter: str, named: list[tuple[str, str]], file: str, place: str) -> Iterator[Fault]:
    if chapter not in _questions():
        yield Fault.at(file, place, f"a chapter must be one of {', '.join(_questions())}", chapter)
        return
    for name, kind in named:
        if kind == "question" and name not in _questions()[chapter]:
            yield Fault.at(file, place, f"a question of {chapter} must be one of {', '.join(_questions()[chapter])}",
                           name)
        if kind == "case" and name not in _cases():
            yield Fault.at(file, place, f"a case must be one of {', '.join(_cases())}", name)


def _plan_faults(plan: Plan, file: str) -> Iterator[Fault]:
    found = sum(step.minutes for step in plan.steps)
    if found != plan.minutes:
        yield Fault.at(file, f"plan {plan.id}", f"its steps must add up to {plan.minutes} minutes", str(found))
    asked: list[str] = []
    for i, step in enumerate(plan.steps, start=1):
        place = f"plan {plan.id}, step {i} ({step.title})"
        for item in step.show:
            yield from _chapter_faults(item.chapter, [(item.name, item.kind)], file, place)
            if item.kind == "question":
                if item.vote == "after" and item.name not in asked:
                    yield Fault.at(file, place, "what is voted on after must have been voted on before", item.name)
                asked += [item.name] if item.vote == "before" else []
    if "exit" not in plan.steps[-1].title.casefold():
        yield Fault.at(file, f"plan {plan.id}", "its last step must be the exit question", plan.steps[-1].title)


def texts_of(lessons: Lessons) -> Iterator[tuple[str, str]]:
    """Every text with its place, for the checks of what is written."""
    for plan in lessons.plans:
        named = {"goal": plan.goal, "before": plan.before, "exit": f"{plan.ask} {plan.look_for}"}
        named |= {f"step {i}": f"{step.title}. {step.do} {step.listen_for}"
                  for i, step in enumerate(plan.steps, start=1)}
        yield from ((f"plan {plan.id}, {name}", text) for name, text in named.items())
    for course in lessons.courses:
        yield f"course {course.id}", course.about
        for session in course.sessions:
            yield f"course {course.id}, {session.title}", " ".join([session.before, *(p.do for p in session.parts)])
    for path in lessons.paths:
        yield f"path {path.id}", path.about
        yield from ((f"path {path.id}, {station.chapter}", station.why) for station in path.stations)
    yield from ((f"role {role.id}", role.wants) for role in lessons.roles)

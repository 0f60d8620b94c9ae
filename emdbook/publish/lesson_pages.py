"""Lesson plans as words: on the page for teachers, in the notes of the speaker, and on paper.

Slides and settings of widgets are looked up in the chapters as they ran, so a plan that names what is not there stops
the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes

from emdbook.evidence.links import plain
from emdbook.explore.controls import Layers
from emdbook.explore.core import Exploration
from emdbook.ground.faults import Fault
from emdbook.ground.notebook import Cell, read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish import executed
from emdbook.publish.slides.deck import Slide, Words, heading, plan
from emdbook.teach.cases import load_case
from emdbook.teach.lessons import ANY, FILE, Course, Item, Lessons, LessonsError, Plan, RolePath, Step, own_lessons
from emdbook.teach.quiz import load_questions

#: What the sheets of the printed kit are called.
SHEETS = {"handout": "the handout", "team-kit": "the team kit", "cards-drugs": "the cards with drugs",
          "cards-news": "the cards with news", "cards-percentages": "the cards with percentages",
          "cards-roles": "the role cards", "cards-answers": "the letter cards", "poster": "the poster of the pathway"}
_VOTES = {"before": "First vote: show the bars and no answer", "once": "Vote, then open every option",
          "after": "Second vote: show how it moved, then open every option"}


@dataclass(frozen=True)
class Shown:
    """One slide of a deck: its number, its heading, and the question on it if there is one."""

    number: int
    heading: str
    question: str = ""
    ids: frozenset[str] = frozenset()  # of the widgets and cases on it


# --- what the chapters have -----------------------------------------------------------------------------------------

def _notebook(chapter: str) -> Path:
    return project_dir() / "notebooks" / f"{chapter}.ipynb"


def _words(cell: Cell) -> Words:
    """What the deck needs to know of a cell to give its slide a heading."""
    made = Words()
    for piece in cell.source.split("\n\n") if cell.kind == "markdown" else []:
        level, title, _ = heading(piece)
        if 1 <= level <= 6:
            made.nodes.append(nodes.title("", plain(title), level=level))
        elif level == 7:
            made.nodes.append(nodes.paragraph("", "", nodes.strong("", plain(title))))
    return made


@cache
def slides_of(chapter: str) -> tuple[Shown, ...]:
    """The slides of a chapter's deck in order.

    Parameters
    ----------
    chapter : str
        File name without its ending.

    Returns
    -------
    tuple of Shown
    """
    cells = executed.run_cells(_notebook(chapter))
    deck = plan(chapter, cells, {cell.number: _words(cell) for cell in cells})
    return tuple(Shown(i, slide.heading, _question(slide), _ids(slide)) for i, slide in enumerate(deck.slides, start=1))


def _question(slide: Slide) -> str:
    """Id of the question on a slide; empty if it asks none."""
    found = re.search(r'data-question="([^"]+)"', "".join(part.html for part in slide.parts if part.kind == "quiz"))
    return found[1] if found else ""


def _ids(slide: Slide) -> frozenset[str]:
    """Widgets by their id, cases by their name."""
    found = re.findall(r'<emd-(?:explore\b[^>]*?\bid|case\b[^>]*?\bdata-case)="([^"]+)"',
                       "".join(part.html for part in slide.parts))
    return frozenset(found)


def slide_of(item: Item) -> Shown | None:
    """The slide that an item stands on; None for what stands on none, such as print."""
    for one in slides_of(item.chapter):
        if item.kind == "slide" and one.heading == item.name:
            return one
        if item.kind == "question" and one.question == item.name:
            return one
        if item.kind in ("widget", "case") and item.name in one.ids:
            return one
    return None


@cache
def sections_of(chapter: str) -> tuple[str, ...]:
    """The headings of a chapter's sections, in order."""
    return tuple(heading(cell.source)[1] for cell in read_cells(_notebook(chapter))
                 if cell.kind == "markdown" and heading(cell.source)[0] == 2)


@cache
def widgets_of(chapter: str) -> dict[str, Exploration]:
    """The widgets of a chapter by id, as it ran."""
    return executed.widgets(_notebook(chapter))


def setting_words(item: Item) -> str:
    """The setting of a widget as a person reads it off the controls."""
    widget = widgets_of(item.chapter)[item.name]
    said = []
    for name, value in item.settings.items():
        control = widget.controls[name]
        tokens = list(control.options if isinstance(control, Layers) else control.tokens)
        labels = list(control.options.values()) if isinstance(control, Layers) else \
            ["off", "on"] if control.kind == "onoff" else list(control.labels)
        chosen = [labels[tokens.index(token)] for token in ([value] if isinstance(value, str) else value)]
        said.append(f"{control.label}: {', '.join(chosen) or 'none'}")
    return "; ".join(said) or "as it opens"


def address(item: Item) -> str:
    """The part of an address behind ``#`` that opens a widget in a setting, as *Copy link* writes it."""
    parts = [f"w={quote(item.name, safe='')}"]
    for name, value in item.settings.items():
        tokens = [value] if isinstance(value, str) else value
        parts.append(f"{quote(name, safe='')}={','.join(quote(token, safe='') for token in tokens)}")
    return "&".join(parts)


@cache
def presets(chapter: str) -> dict[str, tuple[Item, ...]]:
    """The settings that the plans ask of each widget of a chapter, each once, in the order of the plans.

    On the slide with the widget a row of buttons has them, numbered from 1.
    """
    found: dict[str, list[Item]] = {}
    for made in own_lessons().plans:
        for item in made.items:
            if item.kind == "widget" and item.chapter == chapter:
                known = found.setdefault(item.name, [])
                if address(item) not in map(address, known):
                    known.append(item)
    return {name: tuple(items) for name, items in found.items()}


def button(item: Item) -> int:
    """The number of the button on the slide that sets a widget as an item asks."""
    return [address(one) for one in presets(item.chapter)[item.name]].index(address(item)) + 1


def link(item: Item) -> str:
    """Where a widget, question or case stands in the book, seen from its root."""
    if item.kind == "widget":
        return f"notebooks/{item.chapter}.html#{address(item)}"
    if item.kind == "case":
        return "book/cases.html"
    return f"notebooks/{item.chapter}.html"


def faults(lessons: Lessons | None = None) -> Iterator[Fault]:
    """Slides, settings and sections that a plan names and the chapters do not have.

    Parameters
    ----------
    lessons : Lessons, optional
        The project's own if left out.

    Yields
    ------
    Fault
    """
    lessons = lessons or own_lessons()
    for made in lessons.plans:
        for step in made.steps:
            for item in step.show:
                yield from _item_faults(item, f"plan {made.id}, {step.title}")
    for path in lessons.paths:
        for station in path.stations:
            known = sections_of(station.chapter)
            for name in station.read:
                if name not in known:
                    yield Fault.at(FILE, f"path {path.id}, {station.chapter}",
                                   f"a section must be one of {'; '.join(known)}", name)


def _item_faults(item: Item, place: str) -> Iterator[Fault]:
    if item.kind == "slide" and slide_of(item) is None:
        known = dict.fromkeys(one.heading for one in slides_of(item.chapter))
        yield Fault.at(FILE, place, f"a slide of {item.chapter} must be one of {'; '.join(known)}", item.name)
    if item.kind != "widget":
        return
    widgets = widgets_of(item.chapter)
    if item.name not in widgets:
        yield Fault.at(FILE, place, f"a widget of {item.chapter} must be one of {', '.join(widgets)}", item.name)
        return
    for name, value in item.settings.items():
        control = widgets[item.name].controls.get(name)
        if control is None:
            known = ", ".join(widgets[item.name].controls)
            yield Fault.at(FILE, place, f"a control of {item.name} must be one of {known}", name)
            continue
        several = isinstance(control, Layers) or control.kind == "studies"
        tokens = list(control.options if isinstance(control, Layers) else control.tokens)
        for token in [value] if isinstance(value, str) else value:
            if token not in tokens or isinstance(value, str) is several:
                yield Fault.at(FILE, place, f"{name} of {item.name} must be {'a list of' if several else 'one of'} "
                                            f"{', '.join(tokens)}", token)


def checked() -> Lessons:
    """The plans, once it is known that every name in them exists.

    Raises
    ------
    LessonsError
    """
    found = list(faults())
    if found:
        raise LessonsError(found)
    return own_lessons()


# --- words ------------------------------------------------------------------------------------------------------------

def _html_link(words: str, target: str) -> str:
    return f'<a href="{escape(target)}">{escape(words)}</a>'


def item_words(item: Item, root: str = "../", home: str = "") -> str:
    """One thing on the screen in words, as Markdown with HTML links.

    Parameters
    ----------
    item : Item
    root : str
        The way from the page to the root of the book.
    home : str
        The chapter of the plan: an item of another chapter says so.

    Returns
    -------
    str
    """
    on = slide_of(item)
    other = f"Chapter {int(item.chapter[:2])}, slide {on.number}" if on and item.chapter != home else \
        f"Slide {on.number}" if on else ""
    if item.kind == "slide":
        return f"{other}: *{item.name}*"
    if item.kind == "question":
        asked = next(one for one in load_questions(item.chapter).questions if one.id == item.name)
        return f"{other}: question `{item.name}`, *{asked.stem}* {_VOTES[item.vote]}"
    if item.kind == "widget":
        title = widgets_of(item.chapter)[item.name].title
        pressed = f" (button {button(item)} on the slide)" if on else ""
        return f"{other}: widget {_html_link(title, root + link(item))}, set to {setting_words(item)}{pressed}"
    if item.kind == "case":
        return f"{'On paper' if not other else f'{other} or on paper'}: case " \
               f"{_html_link(load_case(item.name).title, f'{root}book/case_keys.html#sheet-{item.name}')}, " \
               f"with its {_html_link('key', f'{root}book/case_keys.html#key-{item.name}')}"
    return f"In the hand: {SHEETS[item.name]}"


def step_lines(step: Step, made: Plan, root: str = "../") -> list[str]:
    """One step as Markdown: minutes, what is on the screen, what to do, what to listen for."""
    lines = [f"**Minute {step.start} to {step.end}. {step.title}** ({step.learners})", ""]
    lines += [f"- {item_words(item, root, made.chapter)}" for item in step.show]
    lines.append(f"- **You.** {step.do}")
    if step.listen_for:
        lines.append(f"- **Listen for.** {step.listen_for}")
    if step is made.steps[-1]:
        lines += [f"- **Exit question.** {made.ask}", f"- **Look for.** {made.look_for}"]
    return [*lines, ""]


def opening_markdown(made: Plan) -> str:
    """What a teacher reads before the lesson, as Markdown."""
    needs = "; ".join(made.learners_need())
    deck = f"`slides/{made.chapter}.html?lesson={made.id}`"
    lines = [
        f"**Goal.** {made.goal}", "", f"**Before.** {made.before}", "",
        f"**You need** a laptop with {deck} and a projector: this address shows the slides in the order of the plan, "
        "with the plan in the notes. It stands under its chapter in the list of decks, `slides/index.html`. "
        f"**Learners need** {needs}."]
    if made.questions:
        lines += ["", f"**The votes** with phones: start `{vote_command(made)}` before the class. Without phones they "
                      "raise letters; count each letter and write it down, for the second vote is set beside it."]
    if any(item.kind == "widget" for item in made.items):
        lines += ["", "**The widgets** stand on their slides. Who has a device opens them by the links and QR codes of "
                      "the page *Links for a class*; where there is none, set them on the slide and let the class "
                      "call out the next value."]
    return "\n".join(lines)


def vote_command(made: Plan) -> str:
    """What starts the vote of a lesson, with each of its questions once; empty if it has none."""
    names = [name for _, name in made.questions]
    return f"python -m emdbook vote {' '.join(names)}" if names else ""


def slide_ids(step: Step, made: Plan) -> str:
    """The ids of the slides of a step that lie in the deck of the plan, each once in a row."""
    found = [on.number for item in step.show if item.chapter == made.chapter and (on := slide_of(item))]
    return " ".join(f"slide-{number}" for i, number in enumerate(found) if not i or found[i - 1] != number)


def course_markdown(course: Course) -> str:
    """A longer format as Markdown without a heading."""
    lines = [course.about, ""]
    for session in course.sessions:
        lines += [f"**{session.title}, {session.minutes} minutes.**"
                  + (f" Before it, at home: {session.before}" if session.before else ""), ""]
        at = 0
        for part in session.parts:
            what = part.title if not part.do else f"{part.title}. {part.do}"
            if part.plan == ANY:
                choice = f" (one of {', '.join(f'*{own_lessons().plan(one).title}*' for one in part.among)})" \
                    if part.among else ""
                what = f"{part.title}{choice}"
            elif part.plan:
                what = f"The plan *{part.title}*"
            lines.append(f"- Minute {at} to {at + part.minutes}. {what}")
            at += part.minutes
        lines.append("")
    return "\n".join(lines)


def path_markdown(path: RolePath) -> str:
    """The way of one profession as Markdown without a heading."""
    lines = [path.about, "", f"{path.minutes} minutes of reading and questions in all. "
                             f"The lesson that goes with it is *{own_lessons().plan(path.plan).title}*.", ""]
    for station in path.stations:
        title = load_questions(station.chapter).title
        read = ", ".join(f"*{name}*" for name in station.read)
        chapter = _html_link(title, f"../notebooks/{station.chapter}.html")
        lines.append(f"1. **Chapter {int(station.chapter[:2])}, {chapter}, {station.minutes} minutes.** Read {read}. "
                     f"{station.why} Questions: {', '.join(station.questions)}.")
    return "\n".join([*lines, ""])

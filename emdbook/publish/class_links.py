"""The page of ready links: for each lesson what learners open, for an address that the teacher types once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from emdbook.ground.paths import project_dir
from emdbook.publish import lesson_pages
from emdbook.teach import progress
from emdbook.teach.lessons import Lessons, Plan


@dataclass(frozen=True)
class Link:
    """What it opens, in words, and the part of its address behind that of the book."""

    words: str
    part: str


@dataclass(frozen=True)
class Group:
    """The links of one lesson, and the command that starts its vote."""

    title: str
    links: tuple[Link, ...]
    vote: str = ""


def of_plan(plan: Plan) -> Group:
    """The links of a lesson: its chapter, its widgets as they are set, its cases; each once, in order.

    Parameters
    ----------
    plan : emdbook.teach.lessons.Plan

    Returns
    -------
    Group
    """
    links = {f"notebooks/{plan.chapter}.html": "The chapter"}
    for item in plan.items:
        if item.kind == "widget":
            title = lesson_pages.widgets_of(item.chapter)[item.name].title
            links.setdefault(lesson_pages.link(item), f"{title}: {lesson_pages.setting_words(item)}")
        elif item.kind == "case":
            links.setdefault(lesson_pages.link(item), "The cases")
    return Group(f"Chapter {int(plan.chapter[:2])}, {plan.minutes} minutes: {plan.title}",
                 tuple(Link(words, part) for part, words in links.items()),
                 lesson_pages.vote_command(plan))


def groups(lessons: Lessons | None = None) -> Iterator[Group]:
    """One group per lesson, and one of all chapters.

    Parameters
    ----------
    lessons : Lessons, optional
        The project's own if left out.

    Yields
    ------
    Group
    """
    lessons = lessons if lessons is not None else lesson_pages.checked()
    yield from (of_plan(plan) for plan in lessons.plans)
    yield Group("Every chapter", tuple(Link(f"{c['number']}. {c['title']}", f"notebooks/{c['set']}.html")
                                       for c in progress.chapters()))


def html(made: Iterator[Group] | None = None) -> str:
    """The block of the page.

    Parameters
    ----------
    made : iterable of Group, optional
        :func:`groups` if left out.

    Returns
    -------
    str
    """
    def row(link: Link) -> str:
        return (f'<li data-part="{escape(link.part)}"><a href="../{escape(link.part)}">{escape(link.words)}</a>'
                '<span class="emd-ready" hidden><code></code><button type="button" class="emd-ready-copy">Copy</button>'
                '<span class="emd-qr" hidden></span></span></li>')

    lists = "".join(
        f"<section><h2>{escape(group.title)}</h2>"
        + (f"<p>The vote: <code>{escape(group.vote)}</code></p>" if group.vote else "")
        + f"<ul>{''.join(map(row, group.links))}</ul></section>"
        for group in (made if made is not None else groups()))
    pages = "|".join(sorted(file.stem for file in (project_dir() / "book").glob("*.md")))
    return (
        f'<emd-classlinks class="emd-classlinks" role="group" aria-label="Links for a class" data-pages="{pages}">'
        '<p class="emd-classlinks-nojs">Addresses and QR codes need JavaScript. The links below lead to this copy.</p>'
        '<form novalidate autocomplete="off"><p><label for="emd-class-address">Address of the book that your class '
        'opens</label><input type="url" id="emd-class-address" name="address" '
        'placeholder="https://example.org/book/"></p>'
        '<p><button type="submit">Make the links</button>'
        '<label class="emd-tick"><input type="checkbox" name="codes"> QR codes too</label></p>'
        f'<p role="status" aria-live="polite"></p></form>{lists}</emd-classlinks>')

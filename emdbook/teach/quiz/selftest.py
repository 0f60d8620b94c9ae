"""The twenty questions before and after the book, each with how sure the reader is.

Two parallel forms, built by one blueprint: the same competencies and chapters in the same places, other patients, and
no twin in the chapters (:mod:`emdbook.checks.blueprint`). Nobody has measured whether they are equally hard, and the
page says so. Both explain every option at the end.
"""

from __future__ import annotations

import hashlib
import json
from html import escape
from pathlib import Path

from emdbook.ground import blocks
from emdbook.teach.quiz.bank import Question, QuestionSet, QuizError, load_questions
from emdbook.teach.quiz.render import asset_dir, choices, markup, seal, stem

#: How sure a reader may be.
SURE = ("Sure", "Fairly sure", "Guessing")
#: The two rounds with their names on the page; each has its own set of questions.
ROUNDS = {"pretest": "Before you read", "posttest": "After you have read"}


def _shuffled(items, key) -> list:
    return sorted(items, key=lambda item: hashlib.sha256(key(item).encode()).hexdigest())


def in_order(questions: QuestionSet, name: str) -> list[tuple[Question, list]]:
    """The questions of one round, each with its options in the order of this round.

    Parameters
    ----------
    questions : QuestionSet
    name : {"pretest", "posttest"}

    Returns
    -------
    list of (Question, list of Option)
    """
    # By place in the file and not by wording, so that mending a sentence moves nothing.
    return [(q, [o for _, o in _shuffled(enumerate(q.options), lambda item, q=q: f"{name}|{q.id}|{item[0]}")])
            for q in questions.questions]


def chapter_title(chapter: str, folder: Path | None = None) -> str:
    """The title of a chapter, as its question set has it."""
    return load_questions(chapter, folder).title


def _question(name: str, number: int, question: Question, options) -> str:
    base = f"selftest-{name}--{question.id}"
    sealed = {"correct": [o.correct for o in options], "why": [markup(o.explanation) for o in options]}
    sure = "".join(
        f'<label class="emd-tick"><input type="radio" name="{base}--sure" value="{i}"><span>{word}</span></label>'
        for i, word in enumerate(SURE)
    )
    return (
        f'<div class="emd-question" data-question="{escape(question.id)}" data-chapter="{escape(question.chapter)}">'
        f'<fieldset class="emd-answer"><legend><span class="emd-number">{number}.</span> {stem(question)}'
        f'</legend>{choices(base, "radio", options)}</fieldset>'
        f'<fieldset class="emd-sure"><legend>How sure are you of answer {number}?</legend>{sure}</fieldset>'
        f'<script type="text/plain" class="emd-sealed">{seal(sealed)}</script></div>'
    )


def render_selftest(questions: QuestionSet, name: str, inline: bool = False, titles: dict[str, str] | None = None,
                    link: str = "../notebooks/{chapter}.html") -> str:
    """One round as HTML.

    Parameters
    ----------
    questions : QuestionSet
        Each question names its chapter and has one right option.
    name : {"pretest", "posttest"}
    inline : bool
        Put script and style sheet into the block (a notebook), or rely on the page's (the book).
    titles : dict, optional
        Title of each chapter; read from the question bank if left out.
    link : str
        Where a chapter is, seen from the page.

    Returns
    -------
    str
    """
    if name not in ROUNDS:
        raise QuizError(f"{questions.set_id}.json", [f"the file: a test is {' or '.join(ROUNDS)}, not {name!r}"])
    wrong = [f"question {q.id}: {'allows several answers' if q.multiple else 'names no chapter'}"
             for q in questions.questions if q.multiple or not q.chapter]
    if wrong:
        raise QuizError(f"{questions.set_id}.json", wrong)
    chapters = sorted({q.chapter for q in questions.questions})
    titles = titles or {chapter: chapter_title(chapter) for chapter in chapters}
    places = [{"id": c, "title": titles[c], "number": int(c[:2]), "href": link.format(chapter=c)} for c in chapters]
    id = f"selftest-{name}"
    body = "".join(_question(name, i, q, options)
                   for i, (q, options) in enumerate(in_order(questions, name), 1))
    style = script = ""
    if inline:
        style, script = blocks.inline([asset_dir() / f"{name}.css" for name in ("quiz", "selftest")],
                                      [asset_dir() / f"{name}.js" for name in ("quiz", "selftest")])
    known = json.dumps(places, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'{style}<emd-selftest id="{id}" class="emd-quiz emd-selftest" role="group" aria-labelledby="{id}--title" '
        f'data-round="{name}">'
        f'<p class="emd-title" id="{id}--title">{ROUNDS[name]}: {len(questions.questions)} questions</p>'
        '<p class="emd-nojs">Results need JavaScript.</p><p class="emd-last" hidden></p>'
        f'<form autocomplete="off">{body}'
        '<div class="emd-buttons"><button type="submit" class="emd-finish">Finish and see the result</button>'
        '<button type="button" class="emd-anew" hidden>Start anew</button></div>'
        '<p class="emd-result" role="status" aria-live="polite"></p></form>'
        '<div class="emd-report" role="group" aria-label="Your result" tabindex="-1" hidden></div>'
        f'<script type="application/json" class="emd-chapters">{known}</script></emd-selftest>{script}'
    )

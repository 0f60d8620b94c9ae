"""Practice that returns: one page that mixes the questions a reader has met and brings each back when it is due.

The schedule is Leitner's boxes, in the few lines of ``practice.js`` that anybody can read. A scheduler such as FSRS
would fit the gaps to the learner, but its scripts for the browser come from npm, and building this book needs no node.
Who wants it has it in Anki: the decks hold the same questions (:mod:`emdbook.publish.exports.cards`).

Nothing of a question stands in the page as text before it is asked: each is sealed like the answers of the chapters.
"""

from __future__ import annotations

import json

from emdbook.ground import blocks
from emdbook.teach.quiz.bank import Question, QuestionSet, load_questions, question_files
from emdbook.teach.quiz.render import asset_dir, markup, ordered, origin, seal, stem
from emdbook.teach.quiz.selftest import SURE


def _sealed(made: QuestionSet, question: Question) -> str:
    block = seal({
        "stem": stem(question), "multiple": question.multiple, "objective": markup(question.objective),
        "source": origin(question),
        "options": [{"text": markup(o.text), "correct": o.correct, "why": markup(o.explanation)}
                    for o in ordered(question)],
    })
    name = f"{made.set_id}/{question.id}"
    return f'<script type="text/plain" data-question="{name}" class="emd-sealed">{block}</script>'


def render_practice(sets=None, inline: bool = False, link: str = "../notebooks/{chapter}.html") -> str:
    """The practice page as HTML.

    Parameters
    ----------
    sets : sequence of QuestionSet, optional
        The chapters; those of the book if left out.
    inline : bool
        Put script and style sheet into the block, or rely on the page's (the book).
    link : str
        Where a chapter is, seen from the page.

    Returns
    -------
    str
    """
    if sets is None:
        sets = [load_questions(file.stem) for file in question_files() if file.stem[:2].isdigit()]
    known = [{"set": made.set_id, "number": int(made.set_id[:2]), "title": made.title,
              "href": link.format(chapter=made.set_id)} for made in sets]
    style = script = ""
    if inline:
        style, script = blocks.inline([asset_dir() / f"{name}.css" for name in ("quiz", "practice")],
                                      [asset_dir() / f"{name}.js" for name in ("quiz", "practice")])
    data = json.dumps({"chapters": known, "sure": list(SURE)}, ensure_ascii=False).replace("<", "\\u003c")
    sealed = "".join(_sealed(made, question) for made in sets for question in made.questions)
    return (
        f'{style}<emd-practice id="practice" class="emd-quiz emd-practice" role="group" '
        'aria-labelledby="practice--title"><p class="emd-title" id="practice--title">Practice</p>'
        '<p class="emd-nojs">Practice needs JavaScript.</p>'
        '<div class="emd-today"></div><div class="emd-asked"></div>'
        '<div class="emd-kept"></div><p class="emd-practice-said" role="status" aria-live="polite"></p>'
        f'<script type="application/json" class="emd-known">{data}</script>{sealed}</emd-practice>{script}'
    )

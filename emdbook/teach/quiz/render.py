"""A set of questions as one block of HTML: native radio buttons and checkboxes, no framework.

JupyterQuiz shows questions too; it cannot seal the answers, and has no reason for each option.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from functools import cache
from html import escape
from pathlib import Path

from emdbook.evidence import load
from emdbook.ground import blocks
from emdbook.ground.view import view
from emdbook.ground.wording import short_source
from emdbook.teach.quiz.bank import Question, QuestionSet, QuizError, load_questions

#: Letters and digits change places over half of this; every other character stays, so that gzip still finds the words
#: (a chapter with 15 cases went from 144 to 99 KiB).
_ALPHABET = string.ascii_letters + string.digits
_TURNED = str.maketrans(_ALPHABET, _ALPHABET[31:] + _ALPHABET[:31])
_EMPHASIS = re.compile(r"\*(?=\S)([^*\n]+?)(?<=\S)\*")


def asset_dir() -> Path:
    """The folder with the script and the style sheet that the published page needs once.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


def markup(text: str) -> str:
    """Plain text as HTML; ``*emphasis*`` is the only mark.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return _EMPHASIS.sub(r"<em>\1</em>", escape(text))


def seal(value: object) -> str:
    """JSON that cannot be read, searched or stumbled on in the page's source.

    It keeps answers from the eye, not from a determined reader: the way back is in the script.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
    """
    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
    return raw.translate(_TURNED)


def unseal(text: str) -> object:
    """Read :func:`seal` back.

    Parameters
    ----------
    text : str

    Returns
    -------
    object
    """
    return json.loads(text.translate(_TURNED))


def ordered(question: Question) -> tuple:
    """The options as they are shown: shuffled once and for all, unless the file fixes the order.

    Parameters
    ----------
    question : Question

    Returns
    -------
    tuple of Option
    """
    if question.fixed_order:
        return question.options
    # By place in the file and not by wording, so that mending a sentence moves nothing.
    places = sorted(range(len(question.options)),
                    key=lambda i: hashlib.sha256(f"{question.id}|{i}".encode()).hexdigest())
    return tuple(question.options[i] for i in places)


@cache
def _evidence():
    return load()


@cache
def _sources() -> dict[str, str]:
    return {row["source_id"]: short_source(row) for _, row in _evidence().sources.iterrows()}


def origin(question: Question) -> str:
    """Where the answer stands: paragraphs of the review, and the source in a few words.

    Parameters
    ----------
    question : Question

    Returns
    -------
    str

    Raises
    ------
    QuizError
        If the question names a source that the data package does not have.
    """
    locators = [name for name in question.rests_on if name.isupper()]
    locators += question.locator.split(";") if question.locator else []
    named = [_source_of(question, name) for name in question.rests_on if not name.isupper()]
    named += [_source_of(question, question.source_id)] if question.source_id else []
    places = [", ".join(locators)] if locators else []
    places += dict.fromkeys(_sources()[name] for name in named if name)
    return "; ".join(places) or "the data of this book"


def _source_of(question: Question, name: str) -> str:
    """The source with this id, or the source of the row with this id; empty where the row names none."""
    if name in _sources():
        return name
    try:
        found = _evidence().record(name).get("source_id")
    except LookupError as error:
        raise QuizError("data/questions", [f"question {question.id}: there is no source and no row '{name}'; "
                                           f"{error.args[0]}"]) from None
    return found if isinstance(found, str) else ""


def stem(question: Question) -> str:
    """The patient, where there is one, and what is asked, as HTML.

    Parameters
    ----------
    question : Question

    Returns
    -------
    str
    """
    patient = f'<span class="emd-patient">{markup(question.patient)}</span> ' if question.patient else ""
    return patient + markup(question.stem)


def choices(base: str, kind: str, options) -> str:
    """Options as native buttons, each with room for the words that follow an answer.

    Parameters
    ----------
    base : str
        Name of the group on the page.
    kind : {"radio", "checkbox"}
    options : iterable
        Each with a ``text``.

    Returns
    -------
    str
    """
    rows = "".join(
        f'<li><label class="emd-tick"><input type="{kind}" name="{base}" value="{i}">'
        f"<span>{markup(o.text)}</span></label>"
        f'<p class="emd-why" hidden></p></li>'
        for i, o in enumerate(options)
    )
    return f"<ul>{rows}</ul>"


def _question(set_id: str, number: int, question: Question) -> str:
    base = f"quiz-{set_id}--{question.id}"
    kind = "checkbox" if question.multiple else "radio"
    options = ordered(question)
    hint = " Choose all that apply." if question.multiple else ""
    sealed = seal({
        "options": [{"correct": o.correct, "why": markup(o.explanation)} for o in options],
        "objective": markup(question.objective),
        "source": origin(question),
    })
    return (
        f'<form class="emd-question" data-question="{escape(question.id)}" autocomplete="off">'
        f'<fieldset><legend><span class="emd-number">{number}.</span> {stem(question)}'
        f'<span class="emd-hint"> ({question.difficulty}){hint}</span></legend>'
        f"{choices(base, kind, options)}</fieldset>"
        '<div class="emd-buttons"><button type="submit" class="emd-check">Check</button>'
        '<button type="button" class="emd-again" hidden>Try again</button>'
        '<button type="button" class="emd-all" hidden>Explain every option</button></div>'
        '<p class="emd-result" role="status" aria-live="polite"></p>'
        '<p class="emd-more" hidden></p>'
        f'<script type="text/plain" class="emd-sealed">{sealed}</script></form>'
    )


def render(questions: QuestionSet, only=None, inline: bool = False) -> str:
    """A set of questions as HTML.

    Parameters
    ----------
    questions : QuestionSet
    only : list of str, optional
        Ids of the questions to show, in this order; all if left out.
    inline : bool
        Put script and style sheet into the block (a notebook), or rely on the page's (the book).

    Returns
    -------
    str
    """
    chosen = list(questions.questions)
    if only is not None:
        only = [only] if isinstance(only, str) else list(only)
        known = {q.id: q for q in chosen}
        absent = [name for name in only if name not in known]
        if absent:
            problems = [f"question {name}: there is none of this id" for name in absent]
            raise QuizError(f"{questions.set_id}.json", problems)
        chosen = [known[name] for name in only]
    suffix = "" if only is None else "-" + hashlib.sha256("|".join(only).encode()).hexdigest()[:6]
    id = f"quiz-{questions.set_id}{suffix}"
    body = "".join(_question(questions.set_id, i, q) for i, q in enumerate(chosen, 1))
    style = script = ""
    if inline:
        style, script = blocks.inline([asset_dir() / "quiz.css"], [asset_dir() / "quiz.js"])
    return (
        f'{style}<emd-quiz id="{id}" class="emd-quiz" role="group" aria-labelledby="{id}--title" '
        f'data-set="{questions.set_id}"><p class="emd-title" id="{id}--title">{markup(questions.title)}</p>'
        '<p class="emd-nojs">Answers and explanations need JavaScript.</p>'
        f"{body}</emd-quiz>{script}"
    )


class Quiz:
    """A set of questions that shows itself as the last value of a cell.

    Parameters
    ----------
    questions : QuestionSet
    only : list of str, optional
    """

    def __init__(self, questions: QuestionSet, only=None):
        self.questions, self.only, self.view = questions, only, view()
        self._html = render(questions, only, inline=self.view == "live")

    def html(self) -> str:
        """The block of HTML.

        Returns
        -------
        str
        """
        return self._html

    def _repr_mimebundle_(self, include=None, exclude=None):
        count = len(self.questions.questions if self.only is None else self.only)
        return {"text/html": self._html, "text/plain": f"{self.questions.title}: {count} questions"}

    def __repr__(self) -> str:
        return f"<quiz {self.questions.set_id!r}>"


def show(set_id: str, only=None, path=None) -> Quiz:
    """Show a set of questions.

    Parameters
    ----------
    set_id : str
        Chapter slug, ``pretest`` or ``posttest``.
    only : str or list of str, optional
        Ids of the questions to show; all if left out.
    path : path-like, optional
        The folder; the project's own if left out.

    Returns
    -------
    Quiz
    """
    only = [only] if isinstance(only, str) else only
    return Quiz(load_questions(set_id, path), only)

"""Decks for Anki: the questions of each chapter, and the few criteria worth knowing by heart.

Ids are made from the ids of the bank, so that a deck that is imported again updates its cards and keeps the learner's
schedule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path

import genanki

from emdbook.ground.wording import is_missing, short_source
from emdbook.teach.quiz.bank import Question, QuestionSet
from emdbook.teach.quiz.render import markup, ordered, origin

BOOK = "Beyond the Marrow"
#: Criteria that are asked at a bedside, at night, without a book.
FACTS = ("crit.response.pr-plasmacytoma", "crit.response.cr-plasmacytoma", "crit.response.pd-new",
         "crit.response.pd-size", "crit.pcl.definition", "crit.emd.definition", "crit.solitary.marrow-10",
         "crit.crs.grade1", "crit.crs.grade2", "crit.crs.grade3", "crit.crs.grade4", "crit.crs.after-tocilizumab",
         "crit.icans.grade1", "crit.icans.grade2", "crit.icans.grade3", "crit.icans.grade4", "crit.icans.ice")

_STYLE = """.card { font-family: sans-serif; font-size: 18px; text-align: left; line-height: 1.45; }
.from { color: #4b5866; font-size: 14px; } li { margin: 0.3em 0; } .right { font-weight: bold; }
.nightMode .from { color: #b3bdc9; }"""
_FRONT = "{{#Patient}}<p>{{Patient}}</p>{{/Patient}}<p><b>{{Question}}</b></p>{{Options}}"
_BACK = '{{FrontSide}}<hr id="answer">{{Answer}}<p class="from">{{Source}}. {{Date}}. {{Book}}.</p>'
_FIELDS = ("Id", "Patient", "Question", "Options", "Answer", "Source", "Date", "Book")


def _number(name: str) -> int:
    """A number that Anki takes for an id, always the same for the same name."""
    return int.from_bytes(hashlib.sha256(f"{BOOK}|{name}".encode()).digest()[:5], "big") + (1 << 30)


def _model() -> genanki.Model:
    return genanki.Model(_number("model 1"), f"{BOOK}: question", fields=[{"name": name} for name in _FIELDS],
                         templates=[{"name": "Card", "qfmt": _FRONT, "afmt": _BACK}], css=_STYLE)


def _note(model, id_: str, tags: Sequence[str], **fields: str) -> genanki.Note:
    values = {"Id": id_, "Book": BOOK, **fields}
    return genanki.Note(model=model, fields=[values.get(name, "") for name in _FIELDS], tags=list(tags),
                        guid=genanki.guid_for(BOOK, id_))


def _answer(question: Question) -> str:
    items = "".join(
        f'<li{" class=right" if o.correct else ""}>{markup(o.text)}: {markup(o.explanation)}</li>'
        for o in ordered(question))
    return f'<ol type="A">{items}</ol>'


def deck_name(made: QuestionSet) -> str:
    """The name of a deck, below that of the book."""
    return f"{BOOK}::{made.set_id[:2]} {made.title}"


def question_deck(made: QuestionSet, date: str) -> genanki.Deck:
    """One chapter as a deck.

    Parameters
    ----------
    made : QuestionSet
    date : str
        Up to when the evidence of the chapter goes.

    Returns
    -------
    genanki.Deck
    """
    deck, model = genanki.Deck(_number(made.set_id), deck_name(made)), _model()
    for question in made.questions:
        options = "".join(f"<li>{markup(o.text)}</li>" for o in ordered(question))
        deck.add_note(_note(
            model, f"{made.set_id}.{question.id}", [made.set_id, question.competency or question.difficulty],
            Patient=markup(question.patient), Question=markup(question.stem), Options=f'<ol type="A">{options}</ol>',
            Answer=_answer(question), Source=escape(origin(question)), Date=escape(date)))
    return deck


def fact_deck(evidence, date: str) -> genanki.Deck:
    """The criteria worth a card.

    Parameters
    ----------
    evidence : emdbook.Evidence
    date : str

    Returns
    -------
    genanki.Deck
    """
    deck, model = genanki.Deck(_number("facts"), f"{BOOK}::Criteria to know"), _model()
    sources = evidence.sources.set_index("source_id", drop=False)
    for id_ in FACTS:
        row = evidence.record(id_)
        year = "" if is_missing(row["year"]) else f", {int(row['year'])}"
        deck.add_note(_note(
            model, id_, ["criteria", str(row["topic"])],
            Question=escape(f"{row['topic'].replace('_', ' ').capitalize()}: {row['subject']}?"),
            Answer=f"<p>{escape(row['criterion'])}</p>",
            Source=escape(f"{row['body']}{year}; {short_source(sources.loc[row['source_id']])}"), Date=escape(date)))
    return deck


def write_package(decks: Sequence[genanki.Deck], path: Path) -> None:
    """Write decks as one package."""
    genanki.Package(list(decks)).write_to_file(str(path))

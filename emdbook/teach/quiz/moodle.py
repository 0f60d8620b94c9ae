"""The question bank for a Moodle course, as Moodle XML.

Each question stands in the category of its chapter, with feedback for each option, and with objective and source as
general feedback. In a question with several right options the right ones share the mark and the wrong ones share its
loss, so that ticking everything earns nothing.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from emdbook.ground.files import write_all
from emdbook.teach.quiz.bank import Question, QuestionSet, load_questions, question_files
from emdbook.teach.quiz.render import markup, origin

BOOK = "Beyond the Marrow"
#: Moodle knows these shares of a mark and no others (in percent, with five decimals where they do not end).
SHARES = {1: "100", 2: "50", 3: "33.33333", 4: "25", 5: "20", 6: "16.66667", 7: "14.28571", 8: "12.5"}


def whole_bank(path=None) -> list[QuestionSet]:
    """Every set of questions, chapters first.

    Parameters
    ----------
    path : path-like, optional
        The folder; the project's own if left out.

    Returns
    -------
    list of QuestionSet
    """
    return [load_questions(file.stem, path) for file in question_files(path)]


def category(made: QuestionSet) -> str:
    """The Moodle category of a set; a slash in a name is written twice, as Moodle asks."""
    number = f"{made.set_id[:2]} " if made.set_id[:2].isdigit() else ""
    return "/".join(("$course$/top", BOOK, f"{number}{made.title}".replace("/", "//")))


def fractions(question: Question) -> list[str]:
    """The share of the mark that each option brings, in percent."""
    right = sum(o.correct for o in question.options)
    if not question.multiple:
        return ["100" if o.correct else "0" for o in question.options]
    wrong = len(question.options) - right
    return [SHARES[right] if o.correct else f"-{SHARES[wrong]}" for o in question.options]


def background(question: Question) -> str:
    """What a learner reads after any answer, as HTML."""
    return f"<p>Objective: {markup(question.objective)}. Source: {markup(origin(question))}.</p>"


def name(made: QuestionSet, question: Question) -> str:
    """The name of a question in the bank of Moodle."""
    return f"{made.set_id[:2] if made.set_id[:2].isdigit() else made.set_id} {question.id}"


def _text(parent: ET.Element, tag: str, text: str, html: bool = False) -> ET.Element:
    node = ET.SubElement(parent, tag, {"format": "html"} if html else {})
    ET.SubElement(node, "text").text = text
    return node


def to_xml(sets: Sequence[QuestionSet]) -> str:
    """The bank as Moodle XML.

    Parameters
    ----------
    sets : sequence of QuestionSet

    Returns
    -------
    str
    """
    quiz = ET.Element("quiz")
    for made in sets:
        _text(ET.SubElement(quiz, "question", type="category"), "category", category(made))
        for question in made.questions:
            node = ET.SubElement(quiz, "question", type="multichoice")
            _text(node, "name", name(made, question))
            _text(node, "questiontext", f"<p>{markup(question.asked)}</p>", html=True)
            _text(node, "generalfeedback", background(question), html=True)
            for tag, text in (("defaultgrade", "1"), ("penalty", "0.3333333"), ("hidden", "0"),
                              ("idnumber", f"{made.set_id}.{question.id}"),
                              ("single", str(not question.multiple).lower()),
                              ("shuffleanswers", str(not question.fixed_order).lower()),
                              ("answernumbering", "none"), ("showstandardinstruction", "0")):
                ET.SubElement(node, tag).text = text
            for tag, text in (("correctfeedback", "Correct."), ("partiallycorrectfeedback", "Partly correct."),
                              ("incorrectfeedback", "Not correct.")):
                _text(node, tag, text, html=True)
            for option, share in zip(question.options, fractions(question), strict=True):
                answer = ET.SubElement(node, "answer", fraction=share, format="html")
                ET.SubElement(answer, "text").text = markup(option.text)
                _text(answer, "feedback", markup(option.explanation), html=True)
            tags = ET.SubElement(node, "tags")
            _text(tags, "tag", question.difficulty)
    ET.indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(quiz, encoding="unicode")}\n'


def export(path: Path | str, sets: Sequence[QuestionSet]) -> int:
    """Write the bank to a file.

    Parameters
    ----------
    path : path
    sets : sequence of QuestionSet

    Returns
    -------
    int
        Number of questions.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_all({path: to_xml(sets)})
    return sum(len(made.questions) for made in sets)

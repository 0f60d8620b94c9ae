"""The questions as QTI 1.2, the form that Canvas and others import, with the reason of each option as its feedback.

text2qti writes the package. It reads Markdown, so every sign that Markdown knows is written as a number.
"""

from __future__ import annotations

import re
from pathlib import Path

from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from emdbook.teach.quiz.bank import QuestionSet
from emdbook.teach.quiz.render import markup, ordered, origin

_SPECIAL = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$^:=]")
_KEPT = re.compile(r"(</?em>|&#?\w+;)")


def escaped(text: str) -> str:
    """A text of the bank as Markdown that shows just that text; the emphasis of the bank stays.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    parts = _KEPT.split(markup(" ".join(text.split())))
    return "".join(part if _KEPT.fullmatch(part) else _SPECIAL.sub(lambda m: f"&#{ord(m[0])};", part)
                   for part in parts)


def source_of(made: QuestionSet) -> str:
    """A set of questions in the language of text2qti.

    Parameters
    ----------
    made : QuestionSet

    Returns
    -------
    str
    """
    lines = [f"Quiz title: {made.title}", "shuffle answers: false", ""]
    for number, question in enumerate(made.questions, 1):
        lines += [f"Title: {question.id}", "Points: 1"]  # titles are no Markdown
        first, *rest = [part for part in (question.patient, question.stem) if part]
        lines.append(f"{number}.  {escaped(first)}")
        for part in rest:
            lines += ["", " " * len(f"{number}.  ") + escaped(part), ""]
        lines.append(f"... {escaped(f'Objective: {question.objective}. Source: {origin(question)}.')}")
        for at, option in enumerate(ordered(question)):
            if question.multiple:
                lines.append(f"[{'*' if option.correct else ' '}] {escaped(option.text)}")
            else:
                lines.append(f"{'*' if option.correct else ''}{chr(97 + at)}) {escaped(option.text)}")
                lines.append(f"... {escaped(option.explanation)}")
        lines.append("")
    return "\n".join(lines)


def write_qti(made: QuestionSet, path: Path) -> None:
    """Write a set of questions as a package."""
    config = Config()
    config["latex_render_url"] = ""
    QTI(Quiz(source_of(made), config=config)).save(str(path))

"""Questions that explain every option, on the page without a kernel and in JupyterLab.

>>> show("09_bispecific_antibodies")        # doctest: +SKIP
"""

from emdbook.teach.quiz.bank import QuestionSet, QuizError, check_questions, load_questions, question_files
from emdbook.teach.quiz.practice import render_practice
from emdbook.teach.quiz.render import Quiz, asset_dir, render, show
from emdbook.teach.quiz.selftest import render_selftest

__all__ = [
    "QuestionSet",
    "Quiz",
    "QuizError",
    "asset_dir",
    "check_questions",
    "load_questions",
    "question_files",
    "render",
    "render_practice",
    "render_selftest",
    "show",
]

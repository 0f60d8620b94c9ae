"""Questions that explain every option, on the page without a kernel and in JupyterLab.

>>> show("09_bispecific_antibodies")        # doctest: +SKIP
"""

from emdbook.quiz.bank import QuestionSet, QuizError, check_questions, load_questions, question_files
from emdbook.quiz.render import Quiz, asset_dir, render, show

__all__ = [
    "QuestionSet",
    "Quiz",
    "QuizError",
    "asset_dir",
    "check_questions",
    "load_questions",
    "question_files",
    "render",
    "show",
]

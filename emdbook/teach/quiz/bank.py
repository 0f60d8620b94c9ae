"""The question bank: JSON files, checked as a whole before one question is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emdbook.evidence.links import plain_all
from emdbook.ground import strict_json
from emdbook.ground.faults import UnsoundError
from emdbook.ground.files import files_of
from emdbook.ground.paths import data_dir

SCHEMA = "question.schema.json"


class QuizError(UnsoundError):
    """A file of questions that breaks the rules.

    Parameters
    ----------
    file : str
    problems : list of str
        One line each: question, option, rule.
    """

    def __init__(self, file: str, problems: list[str]):
        self.file, self.problems = file, list(problems)
        super().__init__(f"{file}: {len(problems)} problem{'s' * (len(problems) != 1)}\n"
                         + "\n".join(f"- {p}" for p in problems))


@dataclass(frozen=True)
class Option:
    """One answer with the reason why it is right or wrong."""

    text: str
    correct: bool
    explanation: str
    cautious: bool | None = None
    mistake: str = ""


@dataclass(frozen=True)
class Question:
    """One question; ``patient`` is the constructed patient of its stem, empty where there is none."""

    id: str
    objective: str
    difficulty: str
    stem: str
    options: tuple[Option, ...]
    competency: str = ""
    patient: str = ""
    rests_on: tuple[str, ...] = ()
    multiple: bool = False
    fixed_order: bool = False
    locator: str = ""
    source_id: str = ""
    evidence: tuple[str, ...] = ()
    chapter: str = ""

    @property
    def asked(self) -> str:
        """Patient and stem in one text, for readers that know no parts."""
        return f"{self.patient} {self.stem}".strip()


@dataclass(frozen=True)
class QuestionSet:
    """The questions of one chapter or test."""

    set_id: str
    title: str
    questions: tuple[Question, ...]


def _folder(path) -> Path:
    return Path(path) if path is not None else data_dir() / "questions"


def _place(path, data) -> str:
    """Where in a file a rule was broken, in the words of the file."""
    parts, node = [], data
    for step in path:
        node = node[step]
        if isinstance(step, int):
            inner = "question" if not parts else "option"
            name = node.get("id") if isinstance(node, dict) and inner == "question" else None
            parts.append(f"{inner} {name if isinstance(name, str) else step + 1}")
        elif step not in ("questions", "options"):
            parts.append(f"field '{step}'")
    return ", ".join(parts) or "the file"


def check_questions(data: object, file: str, schema: dict | None = None) -> list[str]:
    """Every rule that a set of questions breaks.

    Parameters
    ----------
    data : object
        The parsed JSON.
    file : str
        Its name; the set must be named after it.
    schema : dict, optional
        The JSON schema; the project's own if left out.

    Returns
    -------
    list of str
        One line per problem, naming question, option and rule; empty if all is well.
    """
    schema = schema or strict_json.beside(_folder(None) / SCHEMA, SCHEMA, _folder(None))
    problems = []
    for error in strict_json.schema_errors(schema, data):
        message = error.message if len(error.message) <= 160 else error.message[:157] + "..."
        if error.validator == "anyOf":
            message = "needs 'rests_on': rows, paragraphs or sources that its key stands on"
        elif error.validator in ("minItems", "maxItems"):
            least = "at least" if error.validator == "minItems" else "at most"
            message = f"has {len(error.instance)} {error.path[-1]}, needs {least} {error.validator_value}"
        elif error.validator == "pattern" and error.validator_value == "\\S":
            message = "is empty"
        problems.append(f"{_place(error.path, data)}: {message}")
    if problems:
        return problems
    if data["set_id"] != Path(file).stem:
        problems.append(f"the file: set_id '{data['set_id']}' must be the file's name, '{Path(file).stem}'")
    seen: set[str] = set()
    for question in data["questions"]:
        where = f"question {question['id']}"
        if question["id"] in seen:
            problems.append(f"{where}: this id is used twice")
        seen.add(question["id"])
        options = question["options"]
        right = sum(o["correct"] for o in options)
        if question.get("multiple"):
            if not right:
                problems.append(f"{where}: no option is correct")
        elif right != 1:
            problems.append(f"{where}: exactly one option must be correct, {right} are (or set 'multiple')")
        texts = [" ".join(o["text"].lower().split()) for o in options]
        reasons = [" ".join(o["explanation"].lower().split()) for o in options]
        for i, text in enumerate(texts):
            if text in texts[:i]:
                problems.append(f"{where}, option {i + 1}: reads the same as another option")
            if reasons[i] in reasons[:i]:
                problems.append(f"{where}, option {i + 1}: has the explanation of another option, it needs its own")
    return problems


def question_files(path=None) -> list[Path]:
    """Every file of the question bank.

    Parameters
    ----------
    path : path-like, optional
        The folder; the project's own if left out.

    Returns
    -------
    list of pathlib.Path
    """
    return [f for f in files_of(_folder(path), "*.json") if f.name != SCHEMA]


def load_questions(set_id: str, path=None) -> QuestionSet:
    """Read and check one set of questions.

    Parameters
    ----------
    set_id : str
        Chapter slug, ``pretest`` or ``posttest``.
    path : path-like, optional
        The folder; the project's own if left out.

    Returns
    -------
    QuestionSet

    Raises
    ------
    QuizError
        Listing file, question, option and rule for every problem.
    """
    folder = _folder(path)
    file = folder / f"{set_id}.json"
    if not file.is_file():
        known = ", ".join(f.stem for f in question_files(folder)) or "none"
        raise QuizError(file.name, [f"the file: there is no such set; known sets: {known}"])
    try:
        # a reader of a question needs its words; the links in it keep its numbers true (emdbook.checks.sync)
        data = plain_all(strict_json.read(file))
    except strict_json.UnreadableError as error:
        raise QuizError(file.name, [f"the file: {error.rule}; found {error.found}"]) from None
    problems = check_questions(data, file.name, strict_json.beside(file, SCHEMA, _folder(None)))
    if problems:
        raise QuizError(file.name, problems)
    return QuestionSet(data["set_id"], data["title"], tuple(
        Question(**{**q, "options": tuple(Option(**o) for o in q["options"]),
                    "rests_on": tuple(q.get("rests_on", ())), "evidence": tuple(q.get("evidence", ()))})
        for q in data["questions"]
    ))

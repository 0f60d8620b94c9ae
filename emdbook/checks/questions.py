"""The numbers of the questions agree with the data, as those of the chapters do.

A question holds plain text, so it names the rows that it rests on once, in ``evidence``. Every clinical quantity in its
stem, options and explanations must be a figure of one of these rows, or follow from them by a calculation of
:mod:`emdbook.evidence.calculations` or by dividing a count that is printed beside it. Two fields say what is meant to
differ: ``constructed`` (the numbers are invented, and the stem says so) and, on an option, ``wrong_numbers`` (a slip to
be recognised, or a count tried out). The numbers are read by :mod:`emdbook.checks.prose`, which reads the chapters too.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emdbook.checks.prose import agrees_with_row, is_said_constructed, quantities, reads_as
from emdbook.evidence.calculations import CALCULATIONS, CannotCompute, Quantity
from emdbook.ground.wording import is_missing
from emdbook.teach.quiz.bank import question_files

#: Calculations on one row, on two rows in order, and on all rows together.
_ONE = ("wilson", "clopper-pearson", "jeffreys", "width-wilson", "width-clopper-pearson", "percent", "per-100",
        "complement", "non-responders", "attainable", "years")
_TWO = ("difference", "difference-ci", "times", "sum", "share", "sum-n")
_ALL = ("sum", "sum-n", "pooled", "prediction", "pooled-i2")


@dataclass(frozen=True)
class QuestionFinding:
    """One number of a question that is not backed.

    Attributes
    ----------
    file, question, place : str
        ``place`` is ``stem``, ``option "..."`` or ``explanation of "..."``.
    number : str
        The words as they stand there.
    problem : str
    """

    file: str
    question: str
    place: str
    number: str
    problem: str

    def __str__(self) -> str:
        return f'{self.file}, question {self.question}, {self.place}: "{self.number}" {self.problem}'


class _Backing:
    """What the rows of a question can say."""

    def __init__(self, ids: Sequence[str], evidence):
        self.evidence = evidence
        self.records, self.absent = [], []
        for row_id in ids:
            try:
                self.records.append(evidence.record(row_id))
            except LookupError:
                self.absent.append(row_id)
        self._readings: list[list[Quantity]] | None = None

    @property
    def readings(self) -> list[list[Quantity]]:
        if self._readings is None:
            calls = [(name, (r,)) for name in _ONE for r in self.records]
            calls += [(name, pair) for name in _TWO for pair in itertools.permutations(self.records, 2)]
            counted = [r for r in self.records if "events" in r and not is_missing(r["events"])]
            poolable = [r for r in counted if r["poolable"]]
            calls += [(name, tuple(rows)) for name in _ALL for rows in (counted, poolable) if len(rows) > 1]
            self._readings = []
            for name, rows in calls:
                try:
                    self._readings += CALCULATIONS[name](rows, self.evidence)
                except (CannotCompute, LookupError, ValueError, TypeError):
                    continue
        return self._readings

    def holds(self, printed: Sequence) -> bool:
        return any(agrees_with_row(printed, r, self.evidence) for r in self.records) or \
            any(reads_as(printed, reading) for reading in self.readings)


def _chunks(printed: Sequence) -> Iterator[list]:
    """Numbers one by one, "10 of 28" together."""
    i = 0
    while i < len(printed):
        size = 2 if printed[i].unit == "events" and i + 1 < len(printed) else 1
        yield list(printed[i:i + size])
        i += size


def _divided(text: str) -> list[list[Quantity]]:
    """Percentages that follow from the counts of the same text: "22 of 32 is 68.8%"."""
    pairs = [chunk for _, printed in quantities(text) for chunk in _chunks(printed) if len(chunk) == 2]
    return [[Quantity(100 * a.value / b.value, "percent")] for a, b in pairs if b.value]


def _texts(question: dict) -> Iterator[tuple[str, str, list[float]]]:
    """Place, text, and the numbers that are meant to be wrong there."""
    yield "stem", question["stem"], []
    for option in question["options"]:
        name = option["text"] if len(option["text"]) <= 40 else option["text"][:37] + "..."
        meant = option.get("wrong_numbers", [])
        yield f"option '{name}'", option["text"], meant
        yield f"explanation of '{name}'", option["explanation"], meant


def audit_question(question: dict, file: str, evidence) -> list[QuestionFinding]:
    """Compare the numbers of one question with the rows that it names.

    Parameters
    ----------
    question : dict
        As it stands in the file.
    file : str
        Its name, for the findings.
    evidence : emdbook.Evidence

    Returns
    -------
    list of QuestionFinding
        Empty when every quantity is backed.
    """
    def found(place: str, number: object, problem: str) -> None:
        findings.append(QuestionFinding(file, question["id"], place, str(number), problem))

    findings: list[QuestionFinding] = []
    rows = _Backing(question.get("evidence", ()), evidence)
    for row_id in rows.absent:
        found("evidence", row_id, "is no row of the data")
    constructed = question.get("constructed", [])
    if constructed and not is_said_constructed(question["stem"]):
        found("stem", "constructed", "is set, but the stem does not say so (invented, constructed, imagine, suppose, "
                                     "example, hypothetical, simulated, rule of thumb)")
    if constructed is True:
        if rows.records:
            found("evidence", "constructed", "is true, so no row is checked; list the invented numbers instead")
        return findings
    unused = {(None, number) for number in constructed} | {
        (i, number) for i, option in enumerate(question["options"]) for number in option.get("wrong_numbers", [])}
    for at, (place, text, meant) in enumerate(_texts(question)):
        option = (at - 1) // 2 if at else None
        divided = _divided(text)
        for words, printed in quantities(text):
            for chunk in _chunks(printed):
                if rows.holds(chunk) or any(reads_as(chunk, reading) for reading in divided):
                    continue
                loose = [one for one in chunk if one.value not in constructed and one.value not in meant]
                unused -= {(None, one.value) for one in chunk} | {(option, one.value) for one in chunk}
                if len(loose) == len(chunk) or not all(rows.holds([one._replace(unit="")]) for one in loose):
                    found(place, " of ".join(one.text for one in chunk) if len(chunk) > 1 else words,
                          "is no figure of the question's evidence and does not follow from it")
    for option, number in sorted(unused, key=str):
        where = "constructed" if option is None else f"wrong_numbers of option {option + 1}"
        found(where, f"{number:g}", "is not needed there: it does not occur, or the evidence backs it")
    return findings


def audit_bank(evidence, path=None) -> list[QuestionFinding]:
    """Compare the numbers of every question with the data.

    Parameters
    ----------
    evidence : emdbook.Evidence
    path : path-like, optional
        The folder of the questions; the project's own if left out.

    Returns
    -------
    list of QuestionFinding
    """
    findings = []
    for file in question_files(path):
        data = json.loads(Path(file).read_text(encoding="utf-8"))
        for question in data["questions"]:
            findings += audit_question(question, file.name, evidence)
    return findings

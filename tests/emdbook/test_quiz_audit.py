"""The question bank: enough questions, on the chapter's own objectives, with numbers that the data back."""

from __future__ import annotations

import copy
import re

import pytest

import emdbook
from emdbook.checks.questions import audit_bank, audit_question
from emdbook.ground import strict_json
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.teach.quiz import load_questions, question_files
from emdbook.teach.quiz.selftest import ROUNDS, in_order, render_selftest, show_test

CHAPTERS = sorted(p.stem for p in (project_dir() / "notebooks").glob("*.ipynb"))
PRETEST = load_questions("pretest")


@pytest.fixture(scope="module")
def evidence():
    return emdbook.load()


def objectives(chapter: str) -> list[str]:
    """The learning objectives of a chapter, links taken off."""
    for cell in read_cells(project_dir() / "notebooks" / f"{chapter}.ipynb"):
        if cell.kind == "markdown" and cell.source.startswith("## You will be able to"):
            lines = re.findall(r"^- (.+)$", cell.source, re.M)
            return [re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", line) for line in lines]
    return []


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- the bank ------------------------------------------------------------------------------------------------------

def test_every_number_of_the_bank_is_backed(evidence):
    findings = audit_bank(evidence)
    assert not findings, "\n".join(map(str, findings))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_has_six_questions_on_its_own_objectives(chapter):
    questions = load_questions(chapter).questions
    assert len(questions) >= 6
    known = [lowered(o) for o in objectives(chapter)]
    for question in questions:
        assert lowered(question.objective) in known, f"{chapter}, question {question.id}: {question.objective}"
    untested = set(known) - {lowered(q.objective) for q in questions}
    assert len(untested) <= 1, f"{chapter}: no question on {untested}"


@pytest.mark.parametrize("file", question_files(), ids=lambda f: f.stem)
def test_sources_exist_and_the_longest_option_is_not_the_giveaway(file, evidence):
    questions = load_questions(file.stem).questions
    sources = set(evidence.sources.source_id)
    for question in questions:
        assert not question.source_id or question.source_id in sources, f"{file.name}, {question.id}"
    longest = sum(max(q.options, key=lambda o: len(o.text)).correct for q in questions)
    assert longest <= 0.75 * len(questions), f"{file.name}: the right option is the longest in {longest}"


def test_choosing_the_longest_option_is_no_strategy():
    """Over the whole bank the longest option is right hardly more often than one of four chosen blindly."""
    questions = [q for file in question_files() for q in load_questions(file.stem).questions]
    longest = sum(max(q.options, key=lambda o: len(o.text)).correct for q in questions)
    assert longest <= 0.3 * len(questions), f"the right option is the longest in {longest} of {len(questions)}"


def test_no_text_names_an_option_by_its_position():
    place = re.compile(r"\b(?:(?:option|answer) [A-E1-5]\b|(?:first|second|third|fourth|last) (?:option|answer)\b|"
                       r"(?:all|none|both) of the above)", re.I)
    for file in question_files():
        for q in load_questions(file.stem).questions:
            for text in [q.stem, *(t for o in q.options for t in (o.text, o.explanation))]:
                assert not place.search(text), f"{file.name}, {q.id}: {text}"


# --- the audit can say no -------------------------------------------------------------------------------------------

SOUND = {
    "id": "sound", "objective": "x", "difficulty": "easy", "locator": "BSAB-3",
    "stem": "Of 28 patients with EMD 10 responded (35.7%).",
    "evidence": ["majestec-1.em-e.orr.primary", "majestec-1.non-emd.orr.primary"],
    "options": [
        {"text": "The gap is 33 points", "correct": True, "explanation": "Without EMD 94 of 137 responded, 68.6%."},
        {"text": "18 of 28 did not", "correct": False, "explanation": "The interval runs from 18.6 to 55.9%."},
        {"text": "21 to 54% by another method", "correct": False, "explanation": "That is Wilson."},
    ],
}


def change(path: str, value) -> dict:
    made = copy.deepcopy(SOUND)
    node, *steps = made, *path.split(".")
    for step in steps[:-1]:
        node = node[int(step)] if step.isdigit() else node[step]
    node[steps[-1]] = value
    return made


def test_a_sound_question_passes(evidence):
    assert audit_question(SOUND, "x.json", evidence) == []


@pytest.mark.parametrize(("path", "value", "place", "number"), [
    ("stem", "Of 28 patients with EMD 11 responded.", "stem", "11"),
    ("stem", "Of 29 patients some responded.", "stem", "29 patients"),
    ("options.0.text", "The gap is 27 points", "option 'The gap is 27 points'", "27 points"),
    ("options.0.text", "The gap is 33 months", "option 'The gap is 33 months'", "33 months"),
    ("options.0.explanation", "It was 94 of 165.", "explanation of 'The gap is 33 points'", "94 of 165"),
    ("options.1.explanation", "The hazard ratio was 0.62.", "explanation of '18 of 28 did not'", "0.62"),
    ("evidence", ["majestec-1.em-e.orr.primary", "no-such-row"], "evidence", "no-such-row"),
    ("constructed", [12], "stem", "constructed"),
])
def test_a_slip_is_named_with_file_question_place_and_number(path, value, place, number, evidence):
    findings = audit_question(change(path, value), "x.json", evidence)
    assert any((f.file, f.question, f.place) == ("x.json", "sound", place) and number in f.number for f in findings), \
        [str(f) for f in findings]
    assert str(findings[0]).startswith("x.json, question sound, ")


def test_numbers_that_are_meant_to_be_wrong_must_be_there_and_be_wrong(evidence):
    wrong = change("options.1.text", "Only 12% did")
    assert audit_question(wrong, "x.json", evidence)
    wrong["options"][1]["wrong_numbers"] = [12]
    assert audit_question(wrong, "x.json", evidence) == []
    for stale in (13, 35.7):
        wrong["options"][1]["wrong_numbers"] = [12, stale]
        assert "is not needed" in str(audit_question(wrong, "x.json", evidence)[0])


def test_an_invented_question_says_so_and_names_no_row(evidence):
    invented = change("stem", "Imagine 40 patients, 7 respond.") | {"constructed": True}
    assert "list the invented numbers" in str(audit_question(invented, "x.json", evidence)[0])
    assert audit_question(invented | {"evidence": []}, "x.json", evidence) == []
    said = audit_question(invented | {"evidence": [], "stem": "40 patients, 7 respond."}, "x.json", evidence)
    assert "does not say so" in str(said[0])


# --- the twenty questions -------------------------------------------------------------------------------------------

def test_twenty_questions_cover_every_chapter_and_its_objectives():
    assert len(PRETEST.questions) == 20
    assert {q.chapter for q in PRETEST.questions} == set(CHAPTERS)
    for question in PRETEST.questions:
        assert lowered(question.objective) in [lowered(o) for o in objectives(question.chapter)], question.id
        assert len(question.options) == 4


def test_they_are_not_the_questions_of_the_chapters():
    own = {q.stem for q in PRETEST.questions}
    texts = {o.text for q in PRETEST.questions for o in q.options if o.correct}
    for chapter in CHAPTERS:
        for question in load_questions(chapter).questions:
            assert question.stem not in own
            assert not texts & {o.text for o in question.options if o.correct}


def test_both_rounds_ask_the_same_in_another_order():
    before, after = (in_order(PRETEST, name) for name in ROUNDS)
    assert {q.id for q, _ in before} == {q.id for q, _ in after}
    assert [q.id for q, _ in before] != [q.id for q, _ in after]
    places = [next(i for i, o in enumerate(options) if o.correct) for _, options in before + after]
    assert all(places.count(i) >= 5 for i in range(4)), places


def test_the_first_round_holds_no_explanation_and_the_second_seals_them():
    assert show_test("pretest").html() == show_test("pretest").html()
    for name in ROUNDS:
        text = render_selftest(PRETEST, name)
        for question in PRETEST.questions:
            assert question.stem[:30].split('"')[0] in text.replace("&quot;", '"')
            for option in question.options:
                assert option.explanation not in text
    with pytest.raises(ValueError, match="pretest or posttest"):
        render_selftest(PRETEST, "midterm")
    with pytest.raises(ValueError, match="names no chapter"):
        render_selftest(load_questions(CHAPTERS[8]), "pretest")


def test_the_files_are_strict_json():
    for file in question_files():
        strict_json.read(file)

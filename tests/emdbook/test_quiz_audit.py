"""The question bank: enough questions, on the chapter's own objectives."""

from __future__ import annotations

import re

import pytest

import emdbook
from emdbook.ground import strict_json
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.teach.quiz import load_questions, question_files
from emdbook.teach.quiz.selftest import ROUNDS, in_order, render_selftest

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


# --- the twenty questions -------------------------------------------------------------------------------------------

def test_twenty_questions_cover_every_chapter():
    assert len(PRETEST.questions) == 20
    assert {q.chapter for q in PRETEST.questions} == set(CHAPTERS)
    for question in PRETEST.questions:
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
    made = [render_selftest(load_questions("pretest"), "pretest") for _ in range(2)]
    assert made[0] == made[1]
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

"""The question bank: enough questions, on the chapter's own objectives."""

from __future__ import annotations

import re

import pytest

from emdbook.ground import strict_json
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.teach.quiz import load_questions, question_files
from emdbook.teach.quiz.selftest import ROUNDS, in_order, render_selftest

CHAPTERS = sorted(p.stem for p in (project_dir() / "notebooks").glob("*.ipynb"))


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

def test_two_forms_of_twenty_are_parallel_and_cover_every_chapter():
    forms = [load_questions(name).questions for name in ROUNDS]
    for form in forms:
        assert len(form) == 20
        assert {q.chapter for q in form} == set(CHAPTERS)
        assert all(len(q.options) == 4 for q in form)
    for before, after in zip(*forms, strict=True):
        assert (before.competency, before.chapter) == (after.competency, after.chapter), (before.id, after.id)
    asked = [q.stem + q.patient for form in forms for q in form]
    assert len(asked) == len(set(asked))


def test_the_place_of_the_key_is_no_strategy():
    made = [options for name in ROUNDS for _, options in in_order(load_questions(name), name)]
    places = [next(i for i, o in enumerate(options) if o.correct) for options in made]
    assert all(places.count(i) >= 5 for i in range(4)), places


def test_both_rounds_seal_their_explanations():
    for name in ROUNDS:
        questions = load_questions(name)
        text = render_selftest(questions, name)
        assert text == render_selftest(questions, name)
        for question in questions.questions:
            for option in question.options:
                assert option.explanation not in text
    with pytest.raises(ValueError, match="pretest or posttest"):
        render_selftest(load_questions("pretest"), "midterm")
    with pytest.raises(ValueError, match="names no chapter"):
        render_selftest(load_questions(CHAPTERS[8]), "pretest")


def test_the_files_are_strict_json():
    for file in question_files():
        strict_json.read(file)

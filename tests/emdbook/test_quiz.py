"""The question bank and its HTML, without a browser."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest

from emdbook.ground.paths import data_dir
from emdbook.teach.quiz import QuizError, asset_dir, check_questions, load_questions, question_files, show
from emdbook.teach.quiz.render import markup, ordered, render, seal, unseal

FOLDER = Path(__file__).parent / "questions"
SAMPLE = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))


@pytest.fixture
def data():
    return copy.deepcopy(SAMPLE)


def test_sample_loads():
    made = load_questions("sample", FOLDER)
    assert [q.id for q in made.questions] == ["denominator", "interval"]
    assert made.questions[0].options[0].correct
    assert made.questions[1].multiple


@pytest.mark.parametrize("file", question_files(), ids=lambda f: f.stem)
def test_the_books_own_questions_load(file):
    assert load_questions(file.stem).questions


def test_schema_is_valid():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads((data_dir() / "questions" / "question.schema.json").read_text()))


def _q(data):
    return data["questions"][0]


BREAKS = {
    "no title": (lambda d: d.pop("title"), "the file", "title"),
    "wrong set": (lambda d: d.update(set_id="other"), "the file", "file's name"),
    "no questions": (lambda d: d.update(questions=[]), "the file", "has 0 questions, needs at least 1"),
    "unknown field": (lambda d: _q(d).update(hint="x"), "question denominator", "hint"),
    "bad id": (lambda d: _q(d).update(id="Bad Id"), "question Bad Id, field 'id'", "does not match"),
    "bad difficulty": (lambda d: _q(d).update(difficulty="tricky"), "field 'difficulty'", "tricky"),
    "no source": (lambda d: _q(d).pop("locator"), "question denominator", "needs 'rests_on'"),
    "empty stem": (lambda d: _q(d).update(stem="  "), "field 'stem'", "is empty"),
    "two options": (lambda d: _q(d)["options"].pop(), "question denominator", "has 2 options, needs at least 3"),
    "no explanation": (lambda d: _q(d)["options"][1].pop("explanation"),
                       "question denominator, option 2", "explanation"),
    "correct as text": (lambda d: _q(d)["options"][1].update(correct="no"), "option 2, field 'correct'", "boolean"),
    "two correct": (lambda d: _q(d)["options"][1].update(correct=True), "question denominator", "exactly one"),
    "none correct": (lambda d: _q(d)["options"][0].update(correct=False), "question denominator", "0 are"),
    "none of many": (lambda d: [o.update(correct=False) for o in d["questions"][1]["options"]],
                     "question interval", "no option is correct"),
    "same id": (lambda d: d["questions"][1].update(id="denominator"), "question denominator", "used twice"),
    "same text": (lambda d: _q(d)["options"][1].update(text="Of how many  PATIENTS?"), "option 2", "reads the same"),
    "same reason": (lambda d: _q(d)["options"][2].update(explanation=_q(d)["options"][1]["explanation"]),
                    "option 3", "its own"),
    "bad locator": (lambda d: _q(d).update(locator="page 3"), "field 'locator'", "does not match"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_every_break_names_place_and_rule(name, data, tmp_path):
    change, place, rule = BREAKS[name]
    change(data)
    (tmp_path / "sample.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(QuizError) as caught:
        load_questions("sample", tmp_path)
    text = str(caught.value)
    assert text.startswith("sample.json: ")
    assert place in text
    assert rule in text


@pytest.mark.parametrize(("raw", "rule"), [(b"{", "valid JSON"), (b"\xff\xfe", "UTF-8"), (b"[]", "one object")])
def test_unreadable_files(raw, rule, tmp_path):
    (tmp_path / "sample.json").write_bytes(raw)
    with pytest.raises(QuizError, match=rule):
        load_questions("sample", tmp_path)


def test_missing_set_names_the_known_ones():
    with pytest.raises(QuizError, match="known sets: sample"):
        load_questions("absent", FOLDER)


def test_check_questions_gives_all_problems(data):
    _q(data)["options"][1]["correct"] = True
    data["questions"][1]["id"] = "denominator"
    assert len(check_questions(data, "sample.json")) == 2


# ---- HTML
def test_answers_are_not_in_the_page_text():
    text = show("sample", path=FOLDER).html()
    for word in ("walrus", "pelican", "Right: 1 of 2", "Name the denominator", "zhao-2025"):
        assert word not in text
    assert "correct" not in re.sub(r"<script.*?</script>", "", text).lower()
    sealed = re.findall(r'class="emd-sealed">([^<]+)<', text)
    assert len(sealed) == 2
    opened = unseal(sealed[0])
    assert sum(o["correct"] for o in opened["options"]) == 1
    assert "walrus" in json.dumps(opened)


def test_sealed_order_is_the_shown_order():
    made = load_questions("sample", FOLDER)
    for question, sealed in zip(made.questions, re.findall(r'class="emd-sealed">([^<]+)<', render(made)), strict=True):
        assert [o["correct"] for o in unseal(sealed)["options"]] == [o.correct for o in ordered(question)]
    assert ordered(made.questions[1]) == made.questions[1].options


def test_markup_escapes_all_but_emphasis():
    assert markup('<b>x</b> & "y" *first* 2 * 3 * 4') == (
        "&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot; <em>first</em> 2 * 3 * 4")
    assert markup("*<script>*") == "<em>&lt;script&gt;</em>"
    text = show("sample", path=FOLDER).html()
    assert "<em>first</em>" in text
    assert "&lt; 5 &amp; &quot;significant&quot;" in text


def test_deterministic_and_unique_ids():
    text = show("sample", path=FOLDER).html()
    assert text == show("sample", path=FOLDER).html()
    ids = re.findall(r'\sid="([^"]+)"', text + show("sample", only="interval", path=FOLDER).html())
    assert len(ids) == len(set(ids))


def test_only():
    text = show("sample", only=["interval"], path=FOLDER).html()
    assert text.count("<form") == 1
    with pytest.raises(QuizError, match="question nope"):
        show("sample", only=["nope"], path=FOLDER)


def test_views(monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    page = show("sample", path=FOLDER)
    assert "<style" not in page.html()
    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    live = show("sample", path=FOLDER)
    assert "<style" in live.html()
    assert "customElements.define" in live.html()
    assert page._repr_mimebundle_()["text/plain"] == "Sample questions: 2 questions"
    assert {f.name for f in asset_dir().iterdir()} >= {"quiz.js", "quiz.css"}


def test_seal_round_trip():
    assert unseal(seal({"x": "髓外 é \"q\""})) == {"x": "髓外 é \"q\""}

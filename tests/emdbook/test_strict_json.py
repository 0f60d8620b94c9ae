"""The one reader of JSON: what it refuses, and that every kind of file goes through it."""

import json

import pytest

from emdbook.ground.faults import EvidenceError, Fault
from emdbook.ground.strict_json import UnreadableError, read
from emdbook.teach.quiz import QuizError, load_questions

REFUSED = {
    "twice": (b'{"a": 1, "a": 2}', "the name 'a' twice"),
    "twice, deeper": (b'{"a": [{"b": true, "b": false}]}', "the name 'b' twice"),
    "NaN": (b'{"a": NaN}', "NaN, which is no number"),
    "Infinity": (b'{"a": -Infinity}', "-Infinity, which is no number"),
    "list": (b"[1]", "must hold one object"),
    "text": (b'"a"', "must hold one object"),
    "half a pair": (rb'{"a": "x\ud800"}', "hidden character"),
    "half a pair in a name": (rb'{"x\ud800": 1}', "hidden character"),
    "nothing to see": (rb'{"a": ["x\u200b"]}', "hidden character"),
    "control": (rb'{"a": "x\u0000"}', "hidden character"),
    "line separator": ('{"a": "x\u2028y"}'.encode(), "hidden character"),
    "letter in two parts": ('{"a": "Rosin\u0303ol"}'.encode(), "written as one"),
    "beyond all numbers": (b'{"a": 1e999}', "1e999, which is too large"),
    "mark": (b"\xef\xbb\xbf{}", "without a byte-order mark"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(tmp_path, content, words):
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(UnreadableError, match=words):
        read(file)


def test_a_key_that_stands_twice_in_a_question_moves_no_answer(tmp_path):
    option = '{"text": "A", "correct": true, "correct": false, "explanation": "why"}'
    text = '{"set_id": "sample", "questions": [{"options": [' + option + "]}]}"
    (tmp_path / "sample.json").write_text(text, encoding="utf-8")
    with pytest.raises(QuizError, match="the name 'correct' twice"):
        load_questions("sample", tmp_path)


def test_a_fault_of_a_tree_and_a_fault_of_a_table_read_alike():
    assert str(Fault.at("p.json", "node a", "every node has a text", "none")) == \
        "p.json, node a: every node has a text; found none"
    assert str(Fault("a.csv", 3, "n", "3\u200b", "must be a whole number")) == \
        "a.csv, row 3, column n: '3\\u200b' – must be a whole number"


def test_the_advice_names_the_folder_that_was_read():
    many = [Fault("a.csv", i, None, None, "broken") for i in range(60)]
    assert str(EvidenceError(many, "other/data")).endswith("python -m emdbook.evidence check other/data")


def test_the_reader_hands_out_what_json_does(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"a": [1, 2.5, null, "é"]}', encoding="utf-8")
    assert read(file) == json.loads(file.read_text(encoding="utf-8"))

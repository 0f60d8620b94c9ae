"""The export to Moodle, read back by a parser that is not ours."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

import pytest
from moodle_xml_parser.parser import parse_string

from emdbook import cli
from emdbook.teach.quiz.bank import Option, Question
from emdbook.teach.quiz.moodle import SHARES, category, fractions, name, to_xml, whole_bank
from emdbook.teach.quiz.render import markup, origin

BANK = whole_bank()
QUESTIONS = [(made, q) for made in BANK for q in made.questions]


@pytest.fixture(scope="module")
def read():
    return parse_string(to_xml(BANK))


def test_a_foreign_parser_reads_every_question(read, capsys):
    assert capsys.readouterr().out == ""  # it prints what it cannot read
    assert read["cloze"] == []
    assert len(read["multichoice"]) == len(QUESTIONS)
    for got, (made, question) in zip(read["multichoice"], QUESTIONS, strict=True):
        assert got.name == name(made, question)
        assert got.text_pre_parse == html.unescape(f"<p>{markup(question.asked)}</p>")
        assert got.single is not question.multiple
        assert [(o.answer, o.feedback) for o in got.options] == [
            (html.unescape(markup(o.text)), html.unescape(markup(o.explanation))) for o in question.options]
        assert (question.locator.replace(";", ", ") in got.general_feedback) or not question.locator
        assert origin(question) in html.unescape(got.general_feedback)
        right = [o.score_fraction for o in got.options if o.score_fraction > 0]
        assert sum(right) == pytest.approx(100, abs=0.001)
        assert all(0 <= o.score_fraction <= 100 for o in got.options) or question.multiple


def test_what_moodles_own_reader_asks_for():
    """The paths that its import reads, and the few values that it allows."""
    root = ET.fromstring(to_xml(BANK))
    assert root.tag == "quiz"
    current, seen, numbers = None, [], set()
    for node in root.findall("question"):
        if node.get("type") == "category":
            current = node.findtext("category/text")
            seen.append(current)
            continue
        assert current
        assert node.get("type") == "multichoice"
        assert 0 < len(node.findtext("name/text")) <= 255
        for path in ("questiontext/text", "generalfeedback/text", "correctfeedback/text"):
            assert node.findtext(path).strip()
        assert node.find("questiontext").get("format") == "html"
        assert node.findtext("single") in ("true", "false")
        assert node.findtext("shuffleanswers") in ("true", "false")
        assert node.findtext("answernumbering") in ("none", "abc", "ABCD", "123")
        numbers.add(node.findtext("idnumber"))
        for answer in node.findall("answer"):
            assert answer.get("fraction").lstrip("-") in {"0", *SHARES.values()}
            assert answer.findtext("text").strip()
            assert answer.findtext("feedback/text").strip()
            for text in (answer.findtext("text"), answer.findtext("feedback/text")):
                assert set(re.findall(r"<(/?\w+)", text)) <= {"em", "/em"}
    assert seen == [category(made) for made in BANK]
    assert len(set(seen)) == len(BANK)
    assert len(numbers) == len(QUESTIONS)


def made_up(options, multiple=False) -> Question:
    return Question("q", "Do", "easy", "Which *one* of {a=b}: x~y#z\\?", tuple(options), multiple=multiple,
                    rests_on=("PI-1",))


def test_several_right_options_share_the_mark_and_everything_ticked_earns_nothing():
    options = [Option(str(i), i < 3, f"why {i}") for i in range(5)]
    shares = fractions(made_up(options, multiple=True))
    assert shares == ["33.33333"] * 3 + ["-50"] * 2
    assert sum(map(float, shares)) == pytest.approx(0, abs=0.001)
    assert fractions(made_up([Option("a", True, "x"), Option("b", False, "y"), Option("c", False, "z")])) == [
        "100", "0", "0"]


def test_the_command_writes_the_bank(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli, "project_dir", lambda: tmp_path)
    assert cli.main(["questions"]) == 0
    assert (tmp_path / "_build" / "questions.xml").read_text(encoding="utf-8") == to_xml(BANK)
    assert f"{len(QUESTIONS)} questions" in capsys.readouterr().out

"""The GIFT export, read by the grammar of gift-pegjs 1.0.2 (tests/reference), which runs in the browser."""

from __future__ import annotations

import gzip
import html
from pathlib import Path

import pytest

from emdbook.teach.quiz.moodle import category, fractions, name, to_gift, whole_bank
from emdbook.teach.quiz.render import markup

GRAMMAR = Path(__file__).resolve().parents[1] / "reference" / "gift-pegjs-1.0.2.js.gz"
BANK = whole_bank()


def flat(text: str) -> str:
    return " ".join(html.unescape(text).split())


@pytest.fixture
def parse(browser):
    page = browser.new_page()
    source = gzip.decompress(GRAMMAR.read_bytes()).decode("utf-8")
    page.evaluate(f"() => {{ const module = {{exports: {{}}}}; {source}; window.gift = module.exports; }}")
    yield lambda text: page.evaluate("text => gift.parse(text)", text)
    page.close()


def test_the_grammar_reads_the_whole_bank(parse):
    read = parse(to_gift(BANK))
    assert [q["title"] for q in read if q["type"] == "Category"] == [category(made) for made in BANK]
    got = [q for q in read if q["type"] != "Category"]
    questions = [(made, q) for made in BANK for q in made.questions]
    assert len(got) == len(questions)
    for one, (made, question) in zip(got, questions, strict=True):
        assert one["type"] == "MC"
        assert one["title"] == name(made, question)
        assert flat(one["stem"]["text"]) == flat(markup(question.stem))
        assert [flat(c["text"]["text"]) for c in one["choices"]] == [flat(markup(o.text)) for o in question.options]
        assert [flat(c["feedback"]["text"]) for c in one["choices"]] == [
            flat(markup(o.explanation)) for o in question.options]
        if question.multiple:
            assert [float(c["weight"]) for c in one["choices"]] == [float(f) for f in fractions(question)]
        else:
            assert [c["isCorrect"] for c in one["choices"]] == [o.correct for o in question.options]
        assert "Source" in one["globalFeedback"]["text"]


def test_the_grammar_can_say_no(parse):
    from playwright.sync_api import Error

    with pytest.raises(Error, match=r"SyntaxError|Expected"):
        parse("::x::[html]Which? { =a ~b # c } }")

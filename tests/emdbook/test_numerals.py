"""Numbers in words: found, and written again in the author's own form."""

from __future__ import annotations

import pytest

from emdbook.ground.numerals import agreed, article, holds, read, written


@pytest.mark.parametrize(("words", "values"), [
    ("35.7%", [35.7]), ("10 of 28", [10, 28]), ("twenty-one patients", [21]), ("twenty one patients", [21]),
    ("1,304 patients", [1304]), ("18.6 to 55.9%", [18.6, 55.9]), ("35.7%, 95% CI 18.6 to 55.9%", [35.7, 18.6, 55.9]),
    ("p < 0.001", [0.001]), ("−13 to 33 points", [-13, 33]), ("Three of four", [3, 4]), ("LEGEND-2", []),
    ("CD38 on 1q21", []), ("the larger one", []), ("one cycle", [1]), ("one of four", [1, 4]),
])
def test_the_numerals_of_a_link_are_found(words, values):
    assert [one.value for one in read(words)] == pytest.approx(values)


@pytest.mark.parametrize(("words", "inside", "outside"), [
    ("half", 50, 57), ("a third", 33.3, 40), ("two thirds", 66, 58), ("Two fifths", 41, 50), ("A tenth", 10, 20),
    ("three quarters", 75, 66), ("½", 50, 60), ("twice", 2, 3), ("doubled", 2.1, 1.2), ("most patients", 51, 50),
    ("less than half", 42, 50), ("at most half", 50, 50.1), ("more than half", 50.1, 50), ("at least half", 50, 49.9),
    ("no more than half", 50, 50.1), ("less than half", 42, 51), ("more than a third", 60, 30), ("none", 0, 1),
    ("a minority", 49, 50), ("the majority", 51, 50), ("nearly all", 92, 75), ("Nearly everybody", 99, 89),
    ("hardly any", 4, 11), ("halved", 48, 60), ("Every second patient", 50, 60), ("every third", 33, 25),
    ("doubles", 2, 3), ("almost none", 0, 12),
])
def test_a_judgement_has_limits_and_no_form(words, inside, outside):
    (one,) = read(words)
    assert one.form == "judgement"
    assert holds(one, inside)
    assert not holds(one, outside)


@pytest.mark.parametrize(("like", "value", "text"), [
    ("35.7%", 39.2857, "39.3"), ("36%", 39.3, "39"), ("10", 11, "11"), ("ten patients", 11, "eleven"),
    ("Ten patients", 11, "Eleven"), ("twenty-one patients", 34, "thirty-four"), ("three", 250, "250"),
    ("1,304 patients", 1405, "1,405"), ("1304 patients", 1405, "1405"), ("950 patients", 1405, "1,405"),
    ("0.62", 0.7, "0.70"), ("5.1 months", 4, "4.0"), ("12 months", 16.5, "17"), ("five months", 6.2, "six"),
])
def test_a_number_is_written_as_the_old_one_was(like, value, text):
    assert written(value, read(like)[0]) == text


@pytest.mark.parametrize(("value", "rest", "text"), [
    (1, " patients", " patient"), (2, " patient", " patients"), (1, " month of", " month of"),
    (3, "-month rate", "-month rate"),
    (1, " early responders", " early responder"), (1, " of them", " of them"),
])
def test_the_noun_agrees(value, rest, text):
    assert agreed(value, rest) == text


def test_the_article_agrees():
    assert [article("a ", "8%"), article("an ", "10%"), article("a ", "11-month rate"), article("an ", "1,100 men"),
            article("A ", "18%"), article("the ", "8%"), article("an ", "**35%**")] == [
        "an ", "a ", "an ", "a ", "An ", "the ", "a "]

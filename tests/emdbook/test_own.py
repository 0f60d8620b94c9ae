"""A reader's own studies: what is read, what is refused, and what is reported."""

import json
import re

import pytest

from emdbook import charts
from emdbook.estimates import pool_proportions
from emdbook.ground.paths import project_dir
from emdbook.publish.runtime import driver
from emdbook.teach import own

GRID = json.loads((project_dir() / "tests" / "reference" / "metafor_reference.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [
    "A, 10, 28\nB, 15, 39",
    "study,events,n\nA,10,28\nB,15,39\n",
    "\ufeffLabel;Events;N\r\nA;10;28\r\n\r\nB;15;39;\r\n",
    "A\t10\t28\nB\t15\t39",
    '"A", 10, 28\n"B", 15, 39',
])
def test_lists_and_csv_are_read_alike(text):
    assert [(one.label, one.events, one.n) for one in own.read(text)] == [("A", 10, 28), ("B", 15, 39)]


def test_a_label_may_hold_the_sign_that_parts():
    assert own.read('"Smith, 2020", 3, 9')[0].label == "Smith, 2020"


@pytest.mark.parametrize(("text", "words"), [
    ("", "There is no study yet. Write one a line: label, events, n."),
    ("study, events, n", "There is no study yet, only names of columns"),
    ("A, 10", "Line 1: a study has three parts, label, events and n; here are 2."),
    ("A, 1, 2, 3", "Line 1: a study has three parts, label, events and n; here are 4."),
    ("A, 10, 28\n, 1, 2", "Line 2: the study has no label."),
    ("A, 30, 28", "Line 1: There cannot be more events than patients: 30 of 28."),
    ("A, -1, 28", "Line 1: The number of events must be a whole number of at least 0, not -1."),
    ("A, 1, 0", "Line 1: The number of patients n must be a whole number of at least 1, not 0."),
    ("A, ten, 28", "Line 1: The number of events must be a whole number, not 'ten'."),
    ("A, 1.5, 28", "Line 1: The number of events must be a whole number, not '1.5'."),
    ("A, 1e3, 2000", "Line 1: The number of events must be a whole number, not '1e3'."),
    ("A, 67.7%, 32", "Line 1: 67.7% cannot come from 32: 21 of 32 is 65.6% and 22 of 32 is 68.8%."),
    ("A, 130%, 32", "Line 1: A percentage lies between 0 and 100; '130' does not."),
    ("A, 1, 2\n\nA, 1, 3", "Line 3: the label A stands twice; a study enters a pool once."),
    ("Smith 2020, 1, 2\n\u200bSmith  2020, 1, 3", "Line 2: the label Smith 2020 stands twice"),
    ("Rosi\u00f1ol, 1, 2\nROSIN\u0303OL, 1, 3", "Line 2: the label ROSI\u00d1OL stands twice"),
    ("\n".join(f"S{i}, 1, 2" for i in range(61)), "These are 61 studies; at most 60"),
])
def test_what_cannot_be_is_refused_in_the_words_of_the_toolkit(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        own.read(text)
    answer = own.answer({"text": text})
    assert words in answer["fault"]
    assert answer["shown"] == []


def test_the_sentence_names_the_interval_that_is_shown():
    """Where Hartung-Knapp's would be narrower the normal one is shown, and the sentence must not name the other."""
    for text, used in (("A, 10, 28\nB, 15, 39\nC, 30, 32", "Hartung-Knapp"), ("A, 0, 9\nB, 0, 8", "normal")):
        made = own.report(own.read(text))
        assert f"REML, {used} interval" in made.sentence
        assert ("so the normal one, which is wider, is shown" in " ".join(made.notes)) == (used == "normal")
        limits = [pool_proportions([one.events for one in own.read(text)], [one.n for one in own.read(text)],
                                   ci_method=method) for method in ("hartung-knapp", "normal")]
        assert made.pooled.ci_low == limits[used == "normal"].ci_low


def test_a_rare_event_among_very_many_keeps_the_width_of_its_interval():
    made = own.report(own.read("A, 5, 1000000000000"))
    assert made.sentence == ("Response: A 5 of 1000000000000, less than 0.1% (Wilson 95% CI 0.0000000002 to "
                             "0.0000000012%). Nothing was pooled.")
    (row,) = made.chart.table.to_dict("records")
    assert 0 < row["CI low %"] < row["%"] < row["CI high %"] < 0.01
    almost = own.report(own.read("A, 999999, 1000000")).sentence
    assert "more than 99.9% (Wilson 95% CI 99.9994 to 99.9999%)" in almost or "CI 99.99943 to 99.99998%" in almost


def test_a_prediction_lies_between_one_end_and_the_other():
    assert "would be expected between 6.3 and 85.1% (95%" in own.report(own.read("A, 3, 9\nB, 5, 12")).sentence


def test_a_percentage_that_only_one_count_gives_is_used_and_said():
    made = own.report(own.read("A, 35.7%, 28\nB, 15, 39"))
    assert any("35.7% of 28 can only be 10 of 28" in note for note in made.notes)
    assert made.chart.description == own.report(own.read("A, 10, 28\nB, 15, 39")).chart.description


def test_a_percentage_of_several_counts_stays_out_of_the_pool():
    studies = own.read("A, 36%, 280\nB, 15, 39\nC, 10, 28")
    assert studies[0].events is None
    made = own.report(studies)
    assert "1 study without one count not pooled" in made.sentence
    assert "pooled over 2 studies with 67 patients" in made.sentence
    assert any("can be any of 100 to 102" in note for note in made.notes)


def test_one_study_and_no_pool():
    assert own.report(own.read("A, 10, 28")).sentence == (
        "Response: A 10 of 28, 35.7% (Wilson 95% CI 20.7 to 54.2%). Nothing was pooled.")
    assert "Nothing was pooled" in own.report(own.read("A, 1, 2\nB, 1, 3"), pool=False).sentence
    assert own.report(own.read("A, 36%, 280")).sentence == "Response: no study gives one count."


def test_the_warnings_of_the_pool_come_along():
    events, n = [0, 3], [5, 9]
    made = own.report(own.read("A, 0, 5\nB, 3, 9"))
    assert pool_proportions(events, n).note in made.notes


def test_the_code_makes_the_same_figure():
    made = own.report(own.read(own.EXAMPLE), endpoint="Complete response", method="jeffreys")
    *body, last = made.code.strip().splitlines()
    space: dict = {}
    exec("\n".join([*body, f"made = {last}"]), space)
    assert space["made"].svg() == made.chart.svg()
    assert space["made"].description == made.chart.description
    assert isinstance(space["made"], charts.Chart)


def test_nothing_typed_becomes_part_of_the_page():
    made = own.answer({"text": "<img src=x onerror=alert(1)>, 1, 2", "endpoint": "<script>"})
    assert "<img" not in made["shown"][0]["html"]
    assert "<script" not in made["shown"][0]["html"]
    assert "</textarea" not in own.EXAMPLE


def test_the_driver_hands_it_on():
    answer = driver.answer({"kind": "own", "text": own.EXAMPLE, "endpoint": "Response", "method": "wilson",
                            "pool": True})
    assert "To report it" in answer["shown"][0]["html"]
    assert "Group" in answer["csv"][0]
    assert len(answer["csv"]) == 1 + 3 + 2  # names, studies, pool and range
    assert answer["sentence"].startswith("Response, pooled over 3 studies with 97 patients: ")


REFERENCES = [case for case in GRID["pooled"] if case["k"] > 1 and (
    case["method"], case["test"], case["control"], case["level"]) == ("REML", "knha", "default", 0.95)]


@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: case["dataset"])
def test_its_pools_are_those_of_metafor(case):
    data = GRID["datasets"][case["dataset"]]
    pairs = zip(data["events"], data["n"], strict=True)
    answer = own.answer({"text": "\n".join(f"S{i}, {x}, {m}" for i, (x, m) in enumerate(pairs))})
    found = answer["pool"]
    for name in ("estimate", "tau2", "i2", "q", "k"):
        assert found[name] == pytest.approx(case[name], rel=0, abs=1e-5), name
    narrower = case["ci_high"] - case["ci_low"] < found["ci_high"] - found["ci_low"] - 1e-9
    for name in () if narrower else ("ci_low", "ci_high", "prediction_low", "prediction_high"):
        assert found[name] == pytest.approx(case[name], rel=0, abs=1e-5), name
    assert not narrower or "narrower" in found["note"]
    assert f"{100 * found['estimate']:.1f}" in answer["sentence"].replace(",", "")

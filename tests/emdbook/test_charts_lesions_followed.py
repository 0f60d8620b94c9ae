"""Blood, masses or both: the verdicts on constructed patients, and the marks that show them."""

from __future__ import annotations

import pytest

import emdbook
from emdbook.lessons import lesions_followed as lf

RULES = {"serum_fall": 50, "serum_rise": 25, "serum_least": 5, "measurable": 10, "shrink": 50, "grow": 50}


def artist(chart, gid):
    return next(a for a in chart.figure.axes[0].lines if a.get_gid() == gid)


def marks(chart, gid):
    """Label of the lane -> week, as drawn."""
    names = list(lf.PATIENTS)
    line = artist(chart, gid)
    return {names[int(y)]: int(x) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}


# counted by hand from the courses in lf.PATIENTS
@pytest.mark.parametrize(("measured", "responses", "progressions", "unseen"), [
    ("serum", {"A": 6, "B": 12, "C": 6, "D": 6, "E": 12, "F": 6, "G": 6, "L": 6}, {"G": 18, "I": 18},
     {"C": 12, "F": 18, "K": 12}),
    ("lesions", {"A": 6, "B": 6, "E": 18, "F": 6, "G": 6, "J": 12}, {"C": 12, "F": 18, "I": 18, "K": 12}, {"G": 18}),
    ("both", {"A": 6, "B": 12, "E": 18, "F": 6, "G": 6, "J": 12}, {"C": 12, "F": 18, "G": 18, "I": 18, "K": 12}, {}),
])
def test_marks_are_the_verdicts(measured, responses, progressions, unseen):
    chart = lf.lanes(RULES, measured=measured)
    assert marks(chart, "responses") == responses
    assert marks(chart, "progressions") == progressions
    assert marks(chart, "unseen") == unseen


def test_the_denominator_changes_with_the_measure_and_with_who_is_left_out():
    def n(**how):
        table = lf.follow(RULES, **how)
        return int(table.response.notna().sum()), int(table.counted.sum())
    assert n(measured="serum") == (8, 10)
    assert n(measured="lesions") == n(measured="both") == (6, 11)
    assert n(measured="serum", missing="no response") == (8, 12)
    assert n(measured="both", missing="no response") == (6, 12)


def test_rare_scans_find_growth_late():
    chart = lf.lanes(RULES, measured="both", every=24)
    assert marks(chart, "progressions") == {"C": 24, "F": 24, "G": 18, "I": 18, "K": 24}
    assert marks(chart, "unseen") == {"C": 12, "F": 18, "K": 12}
    assert artist(chart, "lane-C").get_xdata().tolist() == [0, 24]
    assert marks(lf.lanes(RULES, measured="both", every=12), "responses")["E"] == 24


def test_the_sentence_says_count_and_what_is_missed():
    said = lf.lanes(RULES, measured="serum").description
    assert "8 of 10 respond, 80%" in said
    assert "2 patients cannot be judged (J and K) and are left out" in said
    assert "In C, F and K the disease grows" in said
    both = lf.lanes(RULES, measured="both").description
    assert "No growth is missed" in both
    assert "1 patient cannot be judged (L) and is left out" in both
    assert "(L) and counts as no response" in lf.lanes(RULES, measured="both", missing="no response").description


def test_a_course_is_drawn_in_percent_of_the_first_day():
    chart = lf.course(RULES, patient="C")
    assert artist(chart, "mass").get_ydata()[2] == pytest.approx(100 * 14 / 9)
    assert artist(chart, "serum").get_ydata()[-1] == pytest.approx(100 * 8 / 31)
    assert set(artist(chart, "half").get_ydata()) == {50}
    assert "no response and progression in week 12" in chart.description


def test_a_rule_that_moves_moves_the_verdict():
    strict = {**RULES, "shrink": 70}
    assert marks(lf.lanes(strict, measured="lesions"), "responses") == {"A": 12, "F": 12, "J": 24}


@pytest.mark.parametrize("how", [{"measured": "marrow"}, {"every": 5}, {"missing": "guess"}])
def test_what_cannot_be_is_refused(how):
    with pytest.raises(ValueError, match="not "):
        lf.lanes(RULES, **how)
    with pytest.raises(ValueError, match="no constructed patient 'Z'"):
        lf.course(RULES, patient="Z")


def test_the_rules_come_from_the_criteria():
    assert lf.read_rules(emdbook.load().criteria) == RULES

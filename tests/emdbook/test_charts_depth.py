"""Depth of response beside its duration, and counts behind a percentage when patients are missing."""

import itertools
import math

import pytest

import emdbook
from emdbook import rows
from emdbook.lessons.depth import depth_and_duration, prepare_depth

ROWS = [{"study": "A", "population": "EM-E", "response": 58.0, "months": 5.1, "depth": "any"},
        {"study": "A", "population": "non-EMD", "response": 96.0, "months": 12.4, "reference": True, "depth": "any"},
        {"study": "B", "population": "EMD", "response": None, "months": 8.3, "depth": "any"},
        {"study": "B", "population": "non-EMD", "response": 59.0, "months": None, "not_reached": True,
         "reference": True, "depth": "any"},
        {"study": "A", "population": "EM-E", "response": 28.0, "months": 5.1, "depth": "complete"},
        {"study": "A", "population": "non-EMD", "response": 56.0, "months": 12.4, "reference": True,
         "depth": "complete"}]


def clean(rows_):
    return [{"reference": False, "not_reached": False} | r for r in rows_]


@pytest.mark.parametrize(("depth", "beside"), list(itertools.product(("any", "complete"), (True, False))))
def test_every_state_says_what_it_shows(depth, beside):
    chart = depth_and_duration(clean(ROWS), depth=depth, beside=beside)
    word = "Any response" if depth == "any" else "Complete response"
    assert chart.description.startswith(word)
    assert ("without EMD" in chart.description) == beside
    assert "not a head-to-head comparison" in chart.description
    assert len(chart.table) == {("any", True): 4, ("any", False): 2, ("complete", True): 2,
                                ("complete", False): 1}[depth, beside]


def test_states_differ():
    made = {depth_and_duration(clean(ROWS), depth=d, beside=b).description
            for d, b in itertools.product(("any", "complete"), (True, False))}
    assert len(made) == 4


def test_gaps_are_said_and_not_filled():
    text = depth_and_duration(clean(ROWS)).description
    assert "B: with EMD response not given, median PFS 8.3 months; without EMD 59%, median PFS not reached" in text


@pytest.mark.parametrize(("change", "message"), [
    ({"response": 101}, "response 101%"), ({"months": 0}, "must be above 0"),
    ({"response": None, "months": None}, "neither a response nor a median"),
])
def test_impossible_rows(change, message):
    with pytest.raises(ValueError, match=message):
        prepare_depth(clean([ROWS[0] | change]))


def test_one_study_has_one_row_of_a_kind():
    with pytest.raises(ValueError, match="more than one row"):
        prepare_depth(clean([ROWS[0], ROWS[0]]))


def test_unknown_depth():
    with pytest.raises(ValueError, match="'any' response or 'complete'"):
        depth_and_duration(clean(ROWS), depth="deep")


def test_days_become_months():
    ids = ("que-2021.emd.orr.review", "que-2021.emd.pfs.review")
    found = rows.depth_rows(emdbook.load(), {"Que": ids}).iloc[0]
    assert found["months"] == 4.0  # 121 days, to a tenth of a month
    assert found["response"] == 84.0


def test_a_missing_figure_stays_missing():
    found = rows.depth_rows(emdbook.load(), {"Pan": ("", "pan-2025.bm-only.pfs.primary")}).iloc[0]
    assert math.isnan(found["response"])
    assert found["months"] == 24.2


def test_response_and_median_must_be_of_the_same_patients():
    ids = ("dima-2024.em-e.orr.primary", "dima-2024.non-emd.pfs.primary")
    with pytest.raises(ValueError, match="different patients"):
        rows.depth_rows(emdbook.load(), {"Dima": ids})
    with pytest.raises(ValueError, match="neither"):
        rows.depth_rows(emdbook.load(), {"Dima": ("", "")})
    with pytest.raises(LookupError):
        rows.depth_rows(emdbook.load(), {"Dima": ("dima-2024.em-e.orr.nowhere", "")})

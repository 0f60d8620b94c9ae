"""The simulated transplant that does nothing: its model, its limits, and every state of the widget of chapter 11."""

from __future__ import annotations

import artists
import pytest
from pairwise import pairs

from emdbook.estimates import mixture_median
from emdbook.lessons import immortal

MEDIANS, TIMES, SHARES = (24, 36, 48), (0, 3, 6, 9, 12), (25, 50, 75)


@pytest.mark.parametrize(("median", "at", "share"), pairs(MEDIANS, TIMES, SHARES))
def test_the_sample_agrees_with_the_closed_form(median, at, share):
    table = immortal.prepare_immortal_time(median, at, share)
    # 20,000 people: a median is known to within a few percent
    assert table["median"].to_numpy() == pytest.approx(table["expected"].to_numpy(), rel=0.06)


def test_the_landmark_takes_the_bias_away_and_the_naive_comparison_makes_it():
    table = immortal.prepare_immortal_time(48, 12, 50).set_index(["analysis", "group"])["expected"]
    assert table["diagnosis", "transplanted"] == pytest.approx(60)
    assert table["diagnosis", "never transplanted"] < 48
    assert table["landmark", "transplanted"] == table["landmark", "never transplanted"] == 48


def test_without_waiting_there_is_no_bias():
    table = immortal.prepare_immortal_time(24, 0, 50).set_index(["analysis", "group"])
    assert table["expected"].nunique() == 1
    assert "no immortal time" in immortal.immortal_time(24, transplant_at=0).description


def test_everybody_is_in_one_group():
    table = immortal.prepare_immortal_time(36, 6, 25)
    assert table[table.analysis == "diagnosis"].n.sum() == immortal.PATIENTS
    assert table[table.analysis == "landmark"].n.sum() < immortal.PATIENTS


@pytest.mark.parametrize("share", [0, 100, -5, 140])
def test_a_group_without_patients_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 100"):
        immortal.immortal_time(24, share=share)


@pytest.mark.parametrize("settings", [{"median": 0}, {"transplant_at": -1}])
def test_impossible_times_are_refused(settings):
    with pytest.raises(ValueError, match=r"above 0|below 0"):
        immortal.immortal_time(**settings)


def test_an_unknown_analysis_is_refused():
    with pytest.raises(ValueError, match="landmark"):
        immortal.immortal_time(24, analysis="relapse")


def test_a_median_beyond_the_axis_is_still_named():
    chart = immortal.immortal_time(48, transplant_at=12, limit=36)
    assert "60 months" in chart.description


def test_every_state_draws_and_says_that_it_is_simulated():
    seen = set()
    states = pairs(MEDIANS, TIMES, SHARES, list(immortal.ANALYSES))
    for median, at, share, analysis in states:
        chart = immortal.immortal_time(median, transplant_at=at, share=share, analysis=analysis)
        assert chart.description.startswith("Simulated, not patients")
        assert f"{median} months" in chart.description
        assert f"{share}%" in chart.description
        assert ("immortal time alone" in chart.description) == (analysis == "diagnosis" and at > 0)
        assert len(chart.table) == 4
        seen.add(chart.description)
    assert len(seen) == len(states)


def test_the_same_numbers_every_time():
    first, second = (immortal.immortal_time(36).svg() for _ in range(2))
    assert first == second


PHASES = [{"label": "At diagnosis", "value": 59.2, "n": 130}, {"label": "At relapse", "value": 8.4, "n": 96}]
OBSERVED = [{"label": "ASCT", "value": 79.5}, {"label": "No ASCT", "value": 34.7}]


@pytest.mark.parametrize(("later", "with_it", "without"), [(4, 54, 16), (33, 30, 19)])
def test_the_mixing_of_phases_makes_a_gap_by_itself(later, with_it, without):
    # worked out independently: 39 of the 44.8 months with 4 at relapse, 11 with 33
    table = immortal.prepare_mixed_phases(PHASES, observed=OBSERVED, first=67, later=later)
    assert table.model.round().tolist() == [with_it, without]
    assert (table.at_diagnosis + table.at_relapse).tolist() == [67 + later, 226 - 67 - later]


def test_a_mixture_lies_between_its_parts_and_halves_them():
    middle = mixture_median([59.2, 8.4], [67, 4])
    assert 8.4 < middle < 59.2
    assert 67 * 2 ** (-middle / 59.2) + 4 * 2 ** (-middle / 8.4) == pytest.approx(71 / 2)
    assert mixture_median([10, 20], [0, 3]) == 20


@pytest.mark.parametrize(("medians", "weights"), [([10], [1, 2]), ([], []), ([10, 20], [0, 0]), ([10, 20], [-1, 2]),
                                                  ([0, 20], [1, 1])])
def test_a_mixture_refuses_what_cannot_be(medians, weights):
    with pytest.raises(ValueError, match=r"median|weight"):
        mixture_median(medians, weights)


def test_the_gap_is_drawn_beside_the_published_one():
    chart = immortal.mixed_phases(PHASES, observed=OBSERVED, first=67, later=4)
    axes = chart.figure.axes[0]
    assert artists.row_names(axes) == ["constructed", "published"]
    drawn = sorted((float(c.get_offsets()[0][1]), round(float(c.get_offsets()[0][0]), 1)) for c in axes.collections
                   if len(c.get_offsets()))
    table = immortal.prepare_mixed_phases(PHASES, observed=OBSERVED, first=67, later=4)
    assert drawn == sorted([*((0, round(x, 1)) for x in table.model), (1, 34.7), (1, 79.5)])
    assert "39 months of the published gap of 44.8 months" in chart.description


@pytest.mark.parametrize(("change", "says"), [
    ({"later": 97}, "cannot have been transplanted"), ({"first": -1}, "at least 0, not -1"),
    ({"phases": PHASES[:1]}, "two phases"), ({"first": 0, "later": 0}, "nobody is left"),
    ({"phases": [PHASES[0], {**PHASES[1], "n": None}]}, "is missing")])
def test_mixed_phases_refuse(change, says):
    given = {"phases": PHASES, "observed": OBSERVED, "first": 67, "later": 4, **change}
    with pytest.raises(ValueError, match=says):
        immortal.mixed_phases(given.pop("phases"), **given)

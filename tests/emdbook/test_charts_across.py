"""Across the classes: the map says what it leaves out, and the model is the weighted average it claims to be."""

import pytest

import emdbook
from emdbook import rows
from emdbook.lessons import across


@pytest.fixture(scope="module")
def groups():
    return rows.response_groups(emdbook.load())


# the four wishes are independent of each other, so every pair of them is enough
@pytest.mark.parametrize(("by", "setting", "seen_only", "least"), [
    ("therapeutic_class", "any", False, 1), ("design", "any", True, 30), ("therapeutic_class", "NDMM", True, 50),
    ("design", "NDMM", False, 10), ("therapeutic_class", "RRMM", True, 10), ("design", "RRMM", False, 30),
    ("design", "mixed", True, 1), ("therapeutic_class", "mixed", False, 50)])
def test_every_choice_draws_and_counts_what_it_left_out(groups, by, setting, seen_only, least):
    chart = across.narrowed_map(groups, by=by, setting=setting, seen_only=seen_only, least=least)
    kept = groups[groups.n.notna() & (groups.n.fillna(0) >= least)]
    kept = kept[(kept.setting == setting) | (setting == "any")]
    kept = kept[kept.standing.isin(["paper", "abstract", "official"]) | (not seen_only)]
    assert len(chart.table) == len(kept)
    if kept.empty:
        assert chart.description.startswith("No group of patients")
    else:
        assert "not a head-to-head comparison" in chart.description
        assert f"{len(groups) - len(kept)} group" in chart.description


def test_no_meta_analysis_counts_patients_twice(groups):
    assert not groups.design.eq("meta_analysis").fillna(False).any()
    assert groups.label.is_unique


@pytest.mark.parametrize(("settings", "a", "b", "said"), [
    ((10, 70, 30), 55.5, 59.5, "turned the order round"), ((10, 30, 30), 69.5, 59.5, "therapy A looks better by 10"),
    ((0, 90, 10), 38.5, 66.5, "whole difference comes from the mix"), ((0, 50, 50), 52.5, 52.5, "look alike"),
    ((5, 0, 100), 75.0, 35.0, "A looks better by 40")])
def test_the_mixture_is_the_weighted_average(settings, a, b, said):
    # by hand: 0.7 x 45 + 0.3 x 80 = 55.5, and so on
    table = across.prepare_mixes(*settings)
    assert (table["A"].iloc[-1], table["B"].iloc[-1]) == pytest.approx((a, b))
    text = across.mixes(advantage=settings[0], share_a=settings[1], share_b=settings[2]).description
    assert text.startswith("Constructed model")
    assert said in text
    assert ("turned the order round" in text) == (said == "turned the order round")
    assert ("whole difference" in text) == said.startswith("whole difference")


def test_equal_mixes_never_turn_the_order():
    for share in (0, 40, 100):
        table = across.prepare_mixes(10, share, share)
        assert table["A"].iloc[-1] - table["B"].iloc[-1] == pytest.approx(10)


def test_impossible_responses_are_refused():
    with pytest.raises(ValueError, match="response"):
        across.prepare_mixes(40, 50, 50)
    with pytest.raises(ValueError, match="setting"):
        across.narrowed_map(rows.response_groups(emdbook.load()), setting="elsewhere")

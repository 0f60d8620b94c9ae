"""Across the classes: the map says what it leaves out, and the model is the weighted average it claims to be."""

import itertools

import pytest

import emdbook
from emdbook import rows
from emdbook.lessons import across


@pytest.fixture(scope="module")
def groups():
    return rows.response_groups(emdbook.load())


@pytest.mark.parametrize(("by", "setting", "seen_only", "least"), list(itertools.product(
    ("therapeutic_class", "design"), across.SETTINGS, (False, True), (1, 10, 20, 30, 50))))
def test_every_choice_draws_and_counts_what_it_left_out(groups, by, setting, seen_only, least):
    chart = across.narrowed_map(groups, by=by, setting=setting, seen_only=seen_only, least=least)
    kept = groups[groups.n.notna() & (groups.n.fillna(0) >= least)]
    kept = kept[(kept.setting == setting) | (setting == "any")]
    kept = kept[(kept.checked != "not_found") | (not seen_only)]
    assert len(chart.table) == len(kept)
    if kept.empty:
        assert chart.description.startswith("No group of patients")
    else:
        assert "not a head-to-head comparison" in chart.description
        assert f"{len(groups) - len(kept)} group" in chart.description


def test_no_meta_analysis_counts_patients_twice(groups):
    assert not groups.design.eq("meta_analysis").fillna(False).any()
    assert groups.label.is_unique


@pytest.mark.parametrize(("advantage", "share_a", "share_b"), list(itertools.product(
    (0, 5, 10), (10, 30, 50, 70, 90), (10, 30, 50, 70, 90))))
def test_the_mixture_is_the_weighted_average(advantage, share_a, share_b):
    table = across.prepare_mixes(advantage, share_a, share_b)
    for name, share, gain in (("A", share_a, advantage), ("B", share_b, 0)):
        expected = share / 100 * (35 + gain) + (1 - share / 100) * (70 + gain)
        assert table[name].iloc[-1] == pytest.approx(expected)
    text = across.mixes(advantage=advantage, share_a=share_a, share_b=share_b).description
    a, b = table["A"].iloc[-1], table["B"].iloc[-1]
    assert ("turned the order round" in text) == (advantage > 0 and b - a >= 0.5)
    assert text.startswith("Constructed model")


def test_equal_mixes_never_turn_the_order():
    for share in (0, 40, 100):
        table = across.prepare_mixes(10, share, share)
        assert table["A"].iloc[-1] - table["B"].iloc[-1] == pytest.approx(10)


def test_impossible_responses_are_refused():
    with pytest.raises(ValueError, match="response"):
        across.prepare_mixes(40, 50, 50)
    with pytest.raises(ValueError, match="setting"):
        across.narrowed_map(rows.response_groups(emdbook.load()), setting="elsewhere")

"""Charts about denominators: who stands behind a statement, and what is claimed about those not looked at."""

from __future__ import annotations

import itertools

import pytest

import emdbook
from emdbook import rows
from emdbook.charts.denominator import (
    BASES,
    all_responded,
    attainable_range,
    denominator,
    missing_range,
    patients_behind,
)

MISSING, SHARES = (0, 10, 20, 30, 40, 60), (10, 30, 50, 70)


# ---- who stands behind a statement
def test_unknown_and_nobody_are_two_things():
    chart = patients_behind([{"label": "A", "n": 3}, {"label": "B", "n": None}], none=("C",))
    assert chart.description.endswith("A 3 patients, B not given and C none seen.")
    assert "?" in [text.get_text() for text in chart.figure.axes[0].texts]


@pytest.mark.parametrize("row", [{"n": 2.5}, {"n": -1}, {"n": 3, "assessed": 4}, {"n": None, "assessed": 4}])
def test_impossible_groups_are_refused(row):
    with pytest.raises(ValueError, match="patients behind"):
        patients_behind([{"label": "A", **row}])


def test_the_sizes_come_from_the_data():
    table = rows.arm_rows(emdbook.load(), {"storm.emd": "S", "dara-dcep.emd": "D", "xvrd-ndmm.emd": "X"})
    assert table.n.isna().tolist() == [False, False, True]
    assert (table.n.iloc[0], table.n.iloc[1], table.assessed.iloc[1]) == (27, 32, 31)
    assert "X not given" in patients_behind(table).description


# ---- one count, two denominators
def test_the_range_is_the_share_not_looked_at():
    low, high = attainable_range(5, 27, 16)
    assert (low, high) == pytest.approx((100 * 5 / 27, 100 * 16 / 27))
    assert high - low == pytest.approx(100 * 11 / 27)


def test_with_nobody_missing_both_ends_and_both_bases_meet():
    assert attainable_range(4, 10, 10) == (40, 40)
    one, two = (denominator(4, 10, 10, base=base) for base in BASES)
    assert one.table.equals(two.table)


@pytest.mark.parametrize("counts", [(6, 27, 5), (5, 16, 27), (-1, 3, 3), (0, 0, 0)])
def test_counts_that_do_not_fit_are_refused(counts):
    with pytest.raises(ValueError, match=r"do not fit|whole number"):
        attainable_range(*counts)


@pytest.mark.parametrize(("bad", "words"), [({"base": "all"}, "base is one of"), ({"supposed": 12}, "cannot have"),
                                            ({"supposed": -1}, "whole number")])
def test_impossible_suppositions_are_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        denominator(5, 27, 16, **bad)


def test_dividing_by_all_is_right_only_if_none_of_the_others_responded():
    assert "and the report is right" in denominator(5, 27, 16).description
    assert "4 points too low" in denominator(5, 27, 16, supposed=1).description
    assert "claims that none of the 11 others" in denominator(5, 27, 16).description


def test_dividing_by_those_looked_at_is_nearly_right_where_the_others_did_as_well():
    near = denominator(5, 27, 16, base="assessed", supposed=3).description
    assert "5 of 16" in near
    assert "8 of 27, 30%, and the report is 2 points too high" in near
    assert "as often as those looked at" in near


def test_every_state_of_the_widget_draws_with_its_own_description():
    seen = {denominator(5, 27, 16, base=base, supposed=k).description
            for base, k in itertools.product(BASES, range(12))}
    assert len(seen) == 24
    assert all("between 19 and 59%" in text for text in seen)


# ---- missing patients and chance
@pytest.mark.parametrize("missing", MISSING)
def test_the_range_of_the_missing_does_not_shrink_with_size_but_chance_does(missing):
    table = missing_range(missing, 30).table
    spans = table["best case %"] - table["worst case %"]
    assert spans.tolist() == pytest.approx([missing] * len(table), abs=5)
    assert spans.iloc[-1] == pytest.approx(missing, abs=0.4)
    chance = table["with chance, high %"] - table["with chance, low %"] - spans
    assert chance.iloc[-1] < chance.iloc[0] / 2


def test_with_nobody_missing_only_chance_is_left():
    chart = missing_range(0, 30)
    assert "the missing allow only 30%" in chart.description
    assert (chart.table["worst case %"] == chart.table["best case %"]).all()


def test_every_state_is_labelled_as_constructed_and_tells_its_own_numbers():
    seen = {missing_range(m, s).description for m, s in itertools.product(MISSING, SHARES)}
    assert len(seen) == len(MISSING) * len(SHARES)
    assert all(text.startswith("Constructed studies") for text in seen)


@pytest.mark.parametrize("bad", [{"missing": 95}, {"missing": -1}, {"missing": 10, "share": 101}])
def test_impossible_studies_are_refused(bad):
    with pytest.raises(ValueError, match="missing range"):
        missing_range(**bad)


def test_a_study_with_nobody_left_is_refused():
    with pytest.raises(ValueError, match="nobody is left"):
        missing_range(90, sizes=(2,))


# ---- everybody responded
def test_the_lower_end_is_the_closed_form_of_the_exact_interval():
    chart = all_responded((2, 10, 40), highlight=17)
    for row in chart.table.itertuples(index=False):
        assert row[2] == pytest.approx(100 * 0.025 ** (1 / row[0]), abs=0.06)
    assert chart.description.startswith("Constructed groups")


def test_a_highlighted_size_is_added_once():
    assert all_responded((2, 5), highlight=5).table.patients.tolist() == [2, 5]
    assert all_responded((2, 5), highlight=3).table.patients.tolist() == [2, 3, 5]


def test_nobody_cannot_all_respond():
    with pytest.raises(ValueError, match="whole number"):
        all_responded((0,))

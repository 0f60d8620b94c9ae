"""The pool of chapter 8: what is supposed, who is chosen, who may be counted twice."""

from __future__ import annotations

import pandas as pd
import pytest

from emdbook.lessons import series_pool

ROWS = pd.DataFrame([
    {"label": "A", "study_id": "a", "arm_id": "a", "overlaps_with": "d", "events": 49, "n": 64, "group": "EM-E"},
    {"label": "D", "study_id": "d", "arm_id": "d", "overlaps_with": "a", "events": None, "n": 47, "group": "EM-E"},
    {"label": "Q", "study_id": "q", "arm_id": "q", "overlaps_with": "", "events": 21, "n": 25, "group": "not stated"},
]).assign(population="EM-E", standing="abstract")


def pooled(chart):
    return set(chart.table.loc[chart.table["in the pool"] == "pooled", "Group"])


def test_the_supposed_count_takes_the_place_of_the_missing_one():
    chart = series_pool.pool_of_series(ROWS, series=("a", "d"), supposed=(26, 45))
    row = chart.table.set_index("Group").loc["D, supposed"]
    assert (row["events"], row["n"]) == (26, 45)
    assert "For D 26 of 45 is supposed." in chart.description
    assert pooled(chart) == {"A", "D, supposed", "Q"}
    points = {round(float(x), 1) for c in chart.figure.axes[0].collections for x, _ in c.get_offsets()}
    assert round(100 * 26 / 45, 1) in points


def test_a_supposition_that_is_not_pooled_is_told_as_such():
    assert "For D 26 of 45 is supposed, but not chosen." in series_pool.pool_of_series(ROWS, series=("a",)).description


def test_a_setting_that_changes_nothing_draws_the_same_figure():
    one, other = (series_pool.pool_of_series(ROWS, series=("a",), both=both) for both in (True, False))
    assert one.description == other.description
    assert one.figure.get_size_inches().tolist() == other.figure.get_size_inches().tolist()


def test_two_that_may_share_patients_are_kept_apart_on_demand():
    both = series_pool.pool_of_series(ROWS, series=("a", "d"), both=True)
    assert "may be too narrow" in both.description
    apart = series_pool.pool_of_series(ROWS, series=("a", "d"), both=False)
    assert pooled(apart) == {"A", "Q"}
    assert "may be too narrow" not in apart.description


def test_who_chooses_no_series_gets_all_of_em_e():
    for others in (True, False):
        chosen, default = (series_pool.pool_of_series(ROWS, series=names, others=others) for names in (("a", "d"), ()))
        assert pooled(default) == pooled(chosen)
        assert default.description == chosen.description


def test_the_other_groups_can_be_left_out():
    assert pooled(series_pool.pool_of_series(ROWS, series=("a", "d"), others=False)) == {"A", "D, supposed"}


@pytest.mark.parametrize(("change", "message"), [
    ({"group": ["EM-E", "EM-B", "not stated"]}, "unknown group EM-B"),
    ({"events": [None, None, 21]}, "A and D have no count"),
])
def test_rows_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        series_pool.pool_of_series(ROWS.assign(**change), series=("a", "d"))


def test_only_offered_series_can_be_chosen():
    with pytest.raises(ValueError, match="q is no series"):
        series_pool.pool_of_series(ROWS, series=("q",))

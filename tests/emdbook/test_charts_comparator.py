"""What the wrong comparator hides: the law, and the marks that show it."""

from __future__ import annotations

import pytest

from emdbook.lessons import comparator

TRIALS = [{"label": "A", "events": 10, "n": 28, "others_events": 94, "others_n": 137},
          {"label": "B", "events": 15, "n": 39, "others_events": 60, "others_n": 84}]


def artist(chart, gid):
    return next(a for a in chart.figure.axes[0].lines if a.get_gid() == gid)


def test_the_law_agrees_with_counting_the_patients():
    table = comparator.prepare_dilution(TRIALS, 30, 33)
    for row in table.itertuples():
        assert row.shown == pytest.approx(comparator.gap_shown(row.gap, row.share))
    # counted by hand: 104 of 165 less 10 of 28, and 75 of 123 less 15 of 39
    assert table.shown[:2].round(1).tolist() == [27.3, 22.5]


def test_marks_stand_where_the_table_says():
    chart = comparator.dilution(TRIALS, share=40, gap=20)
    assert artist(chart, "trials").get_xdata().tolist() == pytest.approx([100 * 28 / 165, 100 * 39 / 123])
    assert artist(chart, "trials").get_ydata().tolist() == pytest.approx([27.316, 22.514], abs=1e-3)
    assert (artist(chart, "supposed").get_xdata()[0], artist(chart, "supposed").get_ydata()[0]) == (40, 12)
    assert list(artist(chart, "lost").get_ydata()) == [12, 20]
    assert set(artist(chart, "true-gap").get_ydata()) == {20}
    line = artist(chart, "shown-gap")
    assert (line.get_ydata()[0], line.get_ydata()[-1]) == (20, pytest.approx(20 * (1 - comparator.MOST / 100)))


def test_the_sentence_says_what_is_hidden():
    said = comparator.dilution(TRIALS, share=40, gap=20).description
    assert "looks like 12 points, so 8 points are hidden" in said
    assert "27 instead of 33 points in A and 23 instead of 33 points in B" in said


@pytest.mark.parametrize(("share", "gap"), [(-1, 20), (101, 20), (20, 120), (20, -5)])
def test_what_cannot_be_is_refused(share, gap):
    with pytest.raises(ValueError, match="between 0 and 100"):
        comparator.dilution(TRIALS, share=share, gap=gap)


def test_what_is_hidden_by_less_than_a_point_is_not_called_nothing():
    assert "so less than 1 point is hidden" in comparator.dilution(TRIALS, share=5, gap=10).description


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="more events than patients: 29 of 28"):
        comparator.dilution([{**TRIALS[0], "events": 29}])
    with pytest.raises(ValueError, match="does better"):
        comparator.dilution([{**TRIALS[0], "events": 28}])

"""When two treatments may be called similar: the verdicts, and the marks that show them."""

from __future__ import annotations

import pytest

from emdbook.lessons import similar


def line(chart, gid):
    return next(a for a in chart.figure.axes[0].lines if a.get_gid() == gid)


@pytest.mark.parametrize(("n", "first", "second", "margin", "verdict"), [
    (30, 30, 30, 10, "open"), (30, 23, 36, 10, "open"), (500, 30, 30, 10, "similar"), (500, 23, 36, 10, "different"),
    (60, 30, 30, 20, "similar"), (500, 36, 23, 10, "different"),
])
def test_verdicts(n, first, second, margin, verdict):
    assert similar.prepare_similar(n, first, second, margin)["verdict"] == verdict


def test_newcombe_by_hand():
    # 9 and 9 of 30, Wilson limits 16.7 and 47.9%: half the width is the root of both squared distances, 22.3 points
    found = similar.prepare_similar(30, 30, 30, 10)
    assert (found["events1"], found["events2"]) == (9, 9)
    assert (found["low"], found["high"]) == pytest.approx((-22.3, 22.3), abs=0.05)


def test_marks_stand_where_the_numbers_say():
    chart = similar.similar(n=60, first=20, second=40, margin=10)
    found = similar.prepare_similar(60, 20, 40, 10)
    assert list(line(chart, "interval").get_xdata()) == [found["low"], found["high"]]
    assert line(chart, "difference").get_xdata()[0] == found["estimate"] == pytest.approx(20)
    band = next(p for p in chart.figure.axes[0].patches if p.get_gid() == "margin")
    assert (band.get_x(), band.get_x() + band.get_width()) == (-10, 10)
    assert "12 respond (20%) and 24 (40%)" in chart.description


@pytest.mark.parametrize("margin", [0, -5])
def test_a_margin_is_above_nothing(margin):
    with pytest.raises(ValueError, match="above 0"):
        similar.similar(margin=margin)

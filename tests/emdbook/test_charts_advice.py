"""The chart of what a piece of advice rests on."""

from __future__ import annotations

import pandas as pd
import pytest

from emdbook.lessons.advice import prepare_support, support

ROWS = [{"label": "Induction", "population": "EM-B", "n": None},
        {"label": "CAR-T cells", "population": "EMD", "n": 12},
        {"label": "CAR-T first", "population": "overall", "n": 339},
        {"label": "In the CNS", "population": "CNS", "n": 1}]


def test_kinds_follow_number_and_population():
    assert list(prepare_support(ROWS).kind) == ["none", "ours", "mixed", "ours"]


def test_description_and_table_say_the_same():
    chart = support(ROWS)
    assert "4 pieces of advice." in chart.description
    assert "CAR-T cells (12) and In the CNS (1)" in chart.description
    assert "not told apart stand behind CAR-T first (339)" in chart.description
    assert "No number of patients is given for Induction." in chart.description
    assert list(chart.table["Patients"].dropna()) == [12, 339, 1]
    assert "1 patient" in [t.get_text() for t in chart.figure.axes[0].texts]
    bottom, top = chart.figure.axes[0].get_ylim()
    assert (bottom > len(ROWS) - 1, bottom < len(ROWS), top < 0) == (True, True, True), "no room for a fifth row"


def test_only_the_kinds_that_occur_are_named():
    chart = support(ROWS[1:2])
    assert "No number" not in chart.description
    assert len(chart.figure.legends[0].get_texts()) == 1


def test_a_chart_without_any_number_draws():
    chart = support(pd.DataFrame(ROWS[:1]), title="Nothing")
    assert chart.description == "1 piece of advice. No number of patients is given for Induction."
    assert chart.svg() == support(pd.DataFrame(ROWS[:1]), title="Nothing").svg()


@pytest.mark.parametrize(("change", "message"), [({"n": 0}, "whole number"), ({"n": 2.5}, "whole number"),
                                                 ({"population": "??"}, "unknown population"),
                                                 ({"label": "In the CNS"}, "more than one row")])
def test_impossible_rows_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        support([ROWS[3], {**ROWS[1], **change}])


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        support([])

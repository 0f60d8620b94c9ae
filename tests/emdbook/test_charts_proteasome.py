"""Charts of the chapter on proteasome inhibitors: the belief, the mix of patients, the course of the masses."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from pairwise import pairs

import emdbook
from emdbook import rows
from emdbook.charts import lesions
from emdbook.charts.intervals import METHODS
from emdbook.estimates import binomial_posterior, proportion_interval
from emdbook.lessons import proteasome

SERIES = {"rosinol-2006.emd.emd-cr.review": "Rosiñol 2006, bortezomib",
          "barcelona-29.emd.emd-cr.primary": "Barcelona, bortezomib",
          "zhou-carfilzomib.emd.emd-orr.primary": "Zhou, carfilzomib", "krd-364.emd.orr.review": "KRd"}
STAGE = {"qu-2015.ndmm-emd.orr.primary": "EMD at diagnosis", "qu-2015.rrmm-emd.orr.primary": "EMD at relapse"}
REPORTED = {"KRd": 83.0, "MajesTEC-1": 35.7, "MagnetisMM-3": 38.5}
BESIDE = (tuple(REPORTED), ("KRd",), ("MajesTEC-1", "MagnetisMM-3"), ())


@pytest.fixture(scope="module")
def ev():
    return emdbook.load()


@pytest.fixture(scope="module")
def series(ev):
    return rows.chart_rows(ev, SERIES).assign(counted=["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def stage(ev):
    return rows.chart_rows(ev, STAGE)


def test_every_belief_draws_and_speaks_for_itself(series):
    seen = set()
    states = pairs(SERIES.values(), proteasome.BELIEFS, METHODS)
    for label, start, method in states:
        chart = proteasome.belief(series, series=label, start=start, method=method)
        assert chart.figure.axes[0].lines
        assert label in chart.description
        assert "constructed" in chart.description
        low, high = proportion_interval(*series.set_index("label").loc[label, ["events", "n"]], method=method)
        assert f"{100 * low:.0f} to {100 * high:.0f}%" in chart.description
        seen.add(chart.description)
    assert len(seen) == len(states)


def test_first_series_has_no_dashed_reference(series):
    first, other = (proteasome.belief(series, series=name) for name in list(SERIES.values())[:2])
    assert len(first.figure.legends[0].get_texts()) == 2
    assert len(other.figure.legends[0].get_texts()) == 3


@pytest.mark.parametrize(("events", "n"), [(3, 4), (4, 29), (73, 88), (0, 1), (500, 1000)])
def test_doubter_and_optimist_come_together_as_the_closed_form_says(events, n):
    means = [binomial_posterior(events, n, proteasome.BELIEFS[who][1]).mean for who in ("doubtful", "hopeful")]
    assert means[1] - means[0] == pytest.approx(0.6 * 10 / (10 + n))


def test_flat_belief_is_rule_of_succession(series):
    chart = proteasome.belief(series, series="Rosiñol 2006, bortezomib")
    row = chart.table.set_index("Seen by").loc["an open mind"]
    assert row["after, mean %"] == pytest.approx(100 * 4 / 6, abs=0.05)


@pytest.mark.parametrize("wrong", [{"series": "none"}, {"series": "KRd", "start": "x"},
                                   {"series": "KRd", "method": "x"}])
def test_belief_refuses_unknown_choices(series, wrong):
    with pytest.raises(ValueError, match="belief"):
        proteasome.belief(series, **wrong)


def test_every_mix_draws_and_speaks_for_itself(stage):
    seen = set()
    for share, beside in itertools.product((0, 10, 50, 100), BESIDE):
        chart = proteasome.mix_of_patients(stage, REPORTED, share=share, beside=beside)
        assert chart.figure.axes[0].lines
        assert chart.description.startswith("Constructed.")
        assert f"{share}% of the first group" in chart.description
        assert all((name in chart.description) == (name in beside) for name in REPORTED)
        assert ("not comparable" in chart.description) == bool(beside)
        seen.add(chart.description)
    assert len(seen) == 4 * len(BESIDE)


def test_mixed_rate_in_the_limits():
    assert proteasome.mixed_rate(0, 90, 10) == 10
    assert proteasome.mixed_rate(100, 90, 10) == 90
    assert proteasome.mixed_rate(50, 90, 10) == 50
    assert proteasome.mixed_rate(37, 42, 42) == pytest.approx(42)
    for share in (-1, 101):
        with pytest.raises(ValueError, match="percentage"):
            proteasome.mixed_rate(share, 1, 1)


def test_mix_refuses(stage):
    with pytest.raises(ValueError, match="two groups"):
        proteasome.mix_of_patients(stage.iloc[:1], REPORTED, share=50)
    with pytest.raises(ValueError, match="there is no x"):
        proteasome.mix_of_patients(stage, REPORTED, share=50, beside=("x",))


def rows_of(*counts):
    return pd.DataFrame([{"study": s, "endpoint": e, "events": k, "n": n} for s, e, k, n in counts])


def test_courses_sum_to_the_patients():
    table = lesions.prepare_courses(rows_of(("A", "EMD_CR", 4, 29), ("A", "EMD_PR", 5, 29), ("A", "EMD_PD", 12, 29),
                                            ("B", "EMD_ORR", 0, 3)))
    assert list(table.study) == ["A", "B"]
    assert list(table[list(lesions.COURSES)].sum(axis=1)) == [29, 3]
    assert table.rest.tolist() == [8, 3]


def test_those_who_stayed_or_were_not_assessed_are_no_improvement():
    chart = lesions.courses(rows_of(("A", "EMD_CR", 4, 29), ("A", "EMD_PR", 5, 29), ("A", "EMD_SD", 3, 29),
                                    ("A", "EMD_not_evaluable", 4, 29), ("A", "EMD_early_death", 1, 29),
                                    ("A", "EMD_PD", 12, 29)))
    row = chart.table.iloc[0]
    assert (row["stayed the same"], row["not assessed"], row["neither or not told"]) == (3, 5, 0)
    assert "9 of 29\nimproved" in [t.get_text() for t in chart.figure.axes[0].texts]


def test_courses_draw_one_mark_per_patient():
    chart = lesions.courses(rows_of(("A", "EMD_CR", 4, 29), ("A", "EMD_PR", 5, 29), ("B", "EMD_CR", 4, 4)), title="T")
    drawn = sum(len(c.get_offsets()) for c in chart.figure.axes[0].collections)
    assert drawn == 33
    assert "A 4 gone, 5 smaller, 20 neither or not told of 29" in chart.description
    assert "not a head-to-head" in chart.description


@pytest.mark.parametrize(("counts", "says"), [
    ((), "nothing to draw"),
    ((("A", "PFS", 1, 2),), "unknown endpoint PFS"),
    ((("A", "EMD_CR", None, 2),), "no count"),
    ((("A", "EMD_CR", 1, 2), ("A", "EMD_PR", 1, 3)), "more than one number"),
    ((("A", "EMD_CR", 2, 2), ("A", "EMD_PR", 1, 2)), "more than its 2"),
])
def test_courses_refuse(counts, says):
    with pytest.raises(ValueError, match=says):
        lesions.courses(rows_of(*counts))


def test_two_measures_with_and_without_a_count(ev):
    ids = ["zhou-carfilzomib.emd.emd-orr.primary", "zhou-carfilzomib.emd.serological-orr.primary"]
    table = rows.chart_rows(ev, ids, label="{endpoint}").assign(measure_of=["lesions", "serum"])
    chart = lesions.two_measures(table)
    assert "27% in the lesions (9 of 33) and 59% in the serum (Zhou, carfilzomib)" in chart.description
    assert chart.table["n"].isna().tolist() == [False, True]
    with pytest.raises(ValueError, match="one row 'lesions'"):
        lesions.two_measures(table.iloc[:1])
    with pytest.raises(ValueError, match="nothing to draw"):
        lesions.two_measures(table.iloc[:0])

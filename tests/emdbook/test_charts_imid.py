"""Charts of the chapter on immunomodulatory drugs: three generations and what pooling them would claim."""

from __future__ import annotations

import itertools

import pytest

import emdbook
from emdbook import rows
from emdbook.estimates import pool_proportions
from emdbook.lessons import imids

NAMES = {"thalidomide-emd": "Thalidomide, 11", "lenalidomide-18": "Lenalidomide, 18",
         "pomalidomide-6": "Pomalidomide, 6", "short-2011": "Pomalidomide, 13"}
SUBSETS = [s for k in (1, 2, 4) for s in itertools.combinations(NAMES, k)]
SERUM = {"thalidomide-emd", "pomalidomide-6"}


@pytest.fixture(scope="module")
def series():
    ev = emdbook.load()
    shown = ev.select(study_id=list(NAMES), headline=True, population="EMD", measure="proportion")
    shown = shown[shown.endpoint.isin(["ORR", "EMD_ORR", "EMD_CR", "serological_ORR"])]
    table = rows.chart_rows(ev, shown.outcome_id, label="{study}")
    return table.assign(label=table.study_id.map(NAMES))


@pytest.mark.parametrize("counted", list(imids.COUNTED))
def test_every_state_draws_and_speaks_for_itself(series, counted):
    seen = set()
    for studies, pool in itertools.product(SUBSETS, (False, True)):
        chart = imids.generations(series, studies=studies, counted=counted, pool=pool)
        assert chart.figure.axes
        for study, name in NAMES.items():
            assert (name in chart.description) == (study in studies)
        told = [s for s in studies if counted != "serum" or s in SERUM]
        assert ("not reported" in chart.description.lower()) == (len(told) < len(studies))
        assert ("Pooling would claim" in chart.description) == (pool and len(told) > 1)
        assert ("nothing is pooled" in chart.description) == (pool and len(told) == 1)
        seen.add((studies, pool if told else None, chart.description))
    # nothing to draw reads the same with and without pooling; every other state has words of its own
    assert len({text for *_, text in seen}) == len(seen)


def test_default_state_tells_the_story(series):
    chart = imids.generations(series, studies=tuple(NAMES)[1:])
    pooled = pool_proportions([11, 5, 4], [18, 6, 13])
    assert f"{100 * pooled.estimate:.0f}% from 37 patients" in chart.description
    assert "between 2 and 99%" in chart.description
    assert chart.svg("t").startswith("<svg")


def test_order_of_generations_and_choice_of_endpoint(series):
    table, missing = imids.prepare_generations(series, tuple(reversed(NAMES)), "lesions")
    assert list(table.study_id) == list(NAMES)
    assert table.events.tolist() == [0, 11, 5, 4]
    assert not missing
    table, missing = imids.prepare_generations(series, tuple(NAMES), "gone")
    assert table.events.tolist() == [0, 8, 3, 2]
    table, missing = imids.prepare_generations(series, tuple(NAMES), "serum")
    assert table.events.tolist() == [4, 5]
    assert missing == ["Lenalidomide, 18", "Pomalidomide, 13"]


def test_identical_series_pool_to_themselves():
    text = imids.pooled_claim([10, 10], [20, 20])
    assert text.startswith("Pooled 50%")
    with pytest.raises(ValueError, match="at least two"):
        imids.pooled_claim([1], [2])


def test_refusals(series):
    with pytest.raises(ValueError, match="at least one"):
        imids.generations(series, studies=())
    with pytest.raises(ValueError, match="there is no study x"):
        imids.generations(series, studies=("x",))
    with pytest.raises(ValueError, match="unknown count"):
        imids.generations(series, studies=("short-2011",), counted="x")
    wrong = series.assign(events=series.events.where(series.endpoint != "ORR", 3))
    with pytest.raises(ValueError, match="unless nobody responded"):
        imids.generations(wrong, studies=("thalidomide-emd",))

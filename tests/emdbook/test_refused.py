"""What no chart and no estimate can use is refused in words, and what lies at an edge is said in words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from emdbook import estimates
from emdbook.charts.denominator import all_responded, denominator, missing_range
from emdbook.charts.evidence_map import evidence_map
from emdbook.charts.forest import forest_ratio
from emdbook.charts.intervals import attainable, interval_by_size
from emdbook.charts.medians import medians
from emdbook.charts.paired import paired
from emdbook.charts.ranges import ranges
from emdbook.charts.told import cell_text
from emdbook.lessons import across, cns, comparator, depth, imids, immortal, series_pool, small_studies

MEDIAN = [{"label": "A", "value": 5, "n": 10}]
RATIO = [{"label": "A", "value": 2, "ci_low": 1, "ci_high": 3}]
TRIAL = [{"label": "A", "events": 3, "n": 9, "others_events": 8, "others_n": 9}]
BOTH = [{"study": "A", "response": 50, "months": 7}]
POOL = [{"label": a, "study_id": a, "arm_id": a, "overlaps_with": None, "events": 1, "n": 9, "group": "EM-E"}
        for a in "ab"]


def phases(**given):
    rows = [{"label": "a", "value": 40, "n": 10}, {"label": "b", "value": 20, "n": 10}]
    return immortal.mixed_phases(rows, observed=rows, **{"first": 5, "later": 3, **given})


NUMBERS = {
    "medians": lambda x: medians(MEDIAN, limit=x), "series": lambda x: cns.series_survival(MEDIAN, limit=x),
    "bound": lambda x: cns.series_survival(MEDIAN, bound=x), "depth": lambda x: depth.depth_and_duration(BOTH, limit=x),
    "missing": missing_range, "share": lambda x: missing_range(30, x),
    "same median": small_studies.same_median, "time": lambda x: small_studies.same_median(5, at=x),
    "end": lambda x: small_studies.same_median(5, limit=x), "responders": lambda x: small_studies.next_patient(x, 1),
    "others": lambda x: small_studies.next_patient(3, x),
    "times": lambda x: small_studies.median_reach(MEDIAN, study="A", times=x),
    "reach": lambda x: small_studies.median_reach(MEDIAN, study="A", limit=x),
    "advantage": lambda x: across.mixes(advantage=x), "EM-B": lambda x: across.mixes(em_b=x),
    "gap of mixes": lambda x: across.mixes_with_gap(gap=x), "gap": lambda x: comparator.gap_shown(x, 10),
    "dilution": lambda x: comparator.dilution(TRIAL, share=x), "immortal": lambda x: immortal.immortal_time(limit=x),
    "chosen": lambda x: immortal.immortal_time(share=x), "first": lambda x: phases(first=x),
    "phases": lambda x: phases(limit=x),
}
SEVERAL = {
    "ratios": lambda x: forest_ratio(RATIO, limits=x), "sizes": lambda x: interval_by_size(30, x),
    "missing": lambda x: missing_range(30, sizes=x), "all": all_responded,
    "band": lambda x: ranges(MEDIAN, axis="Share", band=x), "shapes": lambda x: small_studies.same_median(5, shapes=x),
    "supposed": lambda x: series_pool.pool_of_series(POOL, supposed=x),
    "claim": lambda x: imids.pooled_claim([1, 2], x), "medians": lambda x: estimates.mixture_median(x, [1, 1]),
    "ratio": lambda x: estimates.ratio_of_ratios(x, (1, 0.5, 2)),
}
#: Words of Python, numpy and matplotlib that say nothing to a reader.
RAW = re.compile("unpack|convert|ambiguous|supported|iterable|subscript|Axis limits|inhomogeneous")
BAD = (np.nan, np.inf, "x", np.True_, pd.NA, 10**400, [1, "x"], 1j)


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_refused_in_words(name):
    for bad in BAD:
        with pytest.raises(ValueError, match=r"must|lie") as caught:
            NUMBERS[name](bad)
        assert not RAW.search(str(caught.value)), caught.value


@pytest.mark.parametrize("name", SEVERAL)
def test_what_is_not_several_is_refused_in_words(name):
    for bad in (3, True, np.nan, 1j, *(("xy",) if name != "claim" else ())):
        with pytest.raises(ValueError, match="must be") as caught:
            SEVERAL[name](bad)
        assert not RAW.search(str(caught.value)), caught.value


@pytest.mark.parametrize(("draw", "says"), [
    (lambda: attainable(30, 10, 10**9), "decimals must be at most 15"),  # would reckon for ever
    (lambda: estimates.proportion_interval(1, 2**53 + 2), "at most"),
    (lambda: forest_ratio(RATIO, limits=(1.5, 5)), "with 1, no difference, on it"),
    (lambda: depth.depth_and_duration([{**BOTH[0], "not_reached": True}]), "median of 7 and is marked as not reached"),
    (lambda: cns.series_survival([{**MEDIAN[0], "ci_low": -3, "ci_high": 9}]), "begins below 0"),
    (lambda: cns.series_survival(MEDIAN, series=["a"]), "no study_id"),
    (lambda: comparator.dilution([{**TRIAL[0], "events": 2.7}]), "A: The number of events must be a whole number"),
    (lambda: immortal.immortal_time(transplant_at=0, share=99.9999), "nobody is left to compare with"),
    (lambda: estimates.ratio_of_ratios((1, 1, 1), (1, 0.5, 2)), "has no width")])
def test_what_cannot_be_is_refused(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()


def arrows(chart):
    return [line for line in chart.figure.axes[0].lines if line.get_marker() in (4, 5) and len(line.get_xdata())]


@pytest.mark.parametrize(("inside", "beyond"), [
    (lambda: ranges(MEDIAN, axis="x", limit=40, band=(20, 30)),
     lambda: ranges(MEDIAN, axis="x", limit=25, band=(20, 30))),
    (lambda: cns.series_survival(MEDIAN, bound=30), lambda: cns.series_survival(MEDIAN, bound=40)),
    (lambda: small_studies.same_median(20), lambda: small_studies.same_median(100)),
    (phases, lambda: phases(limit=35))])
def test_a_line_or_a_mark_beyond_the_axis_ends_in_an_arrow(inside, beyond):
    assert not arrows(inside())
    assert arrows(beyond())


def side(role, value):
    return {"study": "S", "label": role, "role": role, "value": value, "events": None, "n": None}


@pytest.mark.parametrize(("chart", "says"), [
    (lambda: cns.series_survival([{**MEDIAN[0], "n": 4}]), "A (n = 4) 5 months; too few for a constructed interval."),
    (lambda: small_studies.next_patient(500, 500), "one patient moves the share by less than 1 point."),
    (lambda: paired([side("group", 35.7), side("comparator", 35.72)]), "gap less than 1 point"),
    (lambda: paired([side("group", 35.7), side("comparator", 35.7)]), "no difference"),
    (lambda: paired([side("group", 35.5), side("comparator", 35)]), "gain 1 point."),
    (lambda: across.mixes(advantage=1), "therapy A is 1 point better than B"),
    (lambda: across.mixes(advantage=-2), "therapy A is 2 points worse than B"),
    (lambda: denominator(20, 1000, 999, supposed=1), "report is less than 1 point too low"),
    (lambda: evidence_map([{"label": "A", "n": 1, "value": 100, "design": "", "therapeutic_class": "cart"}]),
     "1 group of 1 patient; reported response 100%.")])
def test_words_at_their_edge(chart, says):
    assert says in chart().description


def test_a_key_names_no_range_where_nobody_is_missing():
    words = [[text.get_text() for text in denominator(10, 28, n).figure.legends[0].get_texts()] for n in (28, 27)]
    assert [any("possible" in text for text in texts) for texts in words] == [False, True]


@pytest.mark.parametrize(("value", "text"), [
    (-0.0, "0"), (-0.00001, "-0.00001"), (12345678.0, "12345678"), (1234567.5, "1234567.5"), (99.99999, "99.99999"),
    (35.7, "35.7"), (-0.3, "-0.3"), (100.0, "100")])
def test_a_cell_holds_a_number_as_a_spreadsheet_reads_it(value, text):
    assert cell_text(value) == text

"""The estimates against R: metafor for pooling, base R for intervals.

``tests/reference/metafor_reference.R`` wrote the values; R is not needed here. The book promises agreement to 1e-5
(a thousandth of a percentage point, finer than any figure it prints). The second tolerance is what the code in fact
reaches, so that a change of algorithm is noticed long before the promise is broken.
"""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymare.estimators import VarianceBasedLikelihoodEstimator

from emdbook import estimates
from emdbook.estimates import pooling

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE = json.loads((FOLDER / "metafor_reference.json").read_text(encoding="utf-8"))
DATASETS = REFERENCE["datasets"]
PROMISED, REACHED = 1e-5, 1e-9
FIELDS = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high", "tau2", "i2", "q", "q_p", "k")
CI_METHODS = {"knha": "hartung-knapp", "z": "normal"}
# metafor's own stopping rule, and one that lets both searches run to the end
THRESHOLDS = {"default": 1e-5, "tight": 1e-12}


def pooled(case):
    data = DATASETS[case["dataset"]]
    return estimates.pool_proportions(
        data["events"],
        data["n"],
        tau2_method=case["method"],
        ci_method=CI_METHODS[case["test"]],
        level=case["level"],
        threshold=THRESHOLDS[case["control"]],
        never_narrower=False,
    )


@pytest.mark.parametrize("dataset", DATASETS)
def test_pooling_agrees_with_metafor(dataset):
    cases = [case for case in REFERENCE["pooled"] if case["dataset"] == dataset]
    assert cases
    for case in cases:
        ours, where = pooled(case), {key: case[key] for key in ("dataset", "method", "test", "control", "level")}
        for field in FIELDS:
            value = getattr(ours, field)
            if case[field] is None:
                assert value is None, (where, field)
                continue
            assert value == pytest.approx(case[field], rel=0, abs=PROMISED), (where, field)
            assert value == pytest.approx(case[field], rel=REACHED, abs=REACHED), (where, field)
        assert ours.weights == pytest.approx(case["weights"], rel=0, abs=PROMISED), where


def test_the_default_call_is_the_default_call_of_metafor():
    case = next(
        c
        for c in REFERENCE["pooled"]
        if (c["dataset"], c["method"], c["test"], c["control"], c["level"])
        == ("near_zero_tau2", "REML", "knha", "default", 0.95)
    )
    ours = estimates.pool_proportions(**DATASETS["near_zero_tau2"], never_narrower=False)
    assert [getattr(ours, field) for field in FIELDS] == pytest.approx([case[field] for field in FIELDS], abs=REACHED)


@pytest.mark.parametrize("dataset", DATASETS)
def test_log_odds_and_the_continuity_rule_agree_with_escalc(dataset):
    effects, variances = estimates.logit_effects(**DATASETS[dataset])
    assert effects == pytest.approx(REFERENCE["effects"][dataset]["yi"], abs=REACHED)
    assert variances == pytest.approx(REFERENCE["effects"][dataset]["vi"], abs=REACHED)


@pytest.mark.parametrize(
    "case", REFERENCE["intervals"], ids=lambda c: f"{c['method']}-{c['events']}/{c['n']}-{c['level']}"
)
def test_intervals_agree_with_r(case):
    ours = estimates.proportion_interval(case["events"], case["n"], case["method"], case["level"])
    assert tuple(ours) == pytest.approx((case["ci_low"], case["ci_high"]), rel=0, abs=REACHED)


@pytest.mark.parametrize("case", REFERENCE["two_groups"], ids=lambda c: f"{c['counts']}-{c['level']}")
def test_differences_and_ratios_agree_with_r(case):
    difference = estimates.risk_difference(*case["counts"], level=case["level"])
    assert (difference.estimate, *difference) == pytest.approx(
        (case["difference"], case["difference_low"], case["difference_high"]), abs=REACHED
    )
    if case["counts"][0] == case["counts"][2] == 0:
        return  # metafor gives a ratio of two invented halves here; the book refuses
    ratio = estimates.risk_ratio(*case["counts"], level=case["level"])
    expected = (case["ratio"], case["ratio_low"], case["ratio_high"])
    assert (ratio.estimate, *ratio) == pytest.approx(expected, rel=REACHED)


# The reference itself


def test_the_reference_grid_is_complete():
    grid = REFERENCE["grid"]
    assert {"REML", "DL"} <= set(grid["methods"]) == set(estimates.TAU2_METHODS)
    assert set(grid["tests"]) == set(CI_METHODS)
    assert set(grid["controls"]) == set(THRESHOLDS)
    axes = (DATASETS, grid["methods"], grid["tests"], grid["controls"], grid["levels"])
    have = [(c["dataset"], c["method"], c["test"], c["control"], c["level"]) for c in REFERENCE["pooled"]]
    assert sorted(have) == sorted(itertools.product(*axes))

    assert set(grid["interval_methods"]) == set(estimates.INTERVAL_METHODS)
    pairs = [tuple(pair) for pair in REFERENCE["interval_counts"]]
    have = [((c["events"], c["n"]), c["level"], c["method"]) for c in REFERENCE["intervals"]]
    assert sorted(have) == sorted(itertools.product(pairs, grid["interval_levels"], grid["interval_methods"]))
    assert {tuple(c["counts"]) for c in REFERENCE["two_groups"]} == {tuple(pair) for pair in REFERENCE["pairs"]}


def test_the_reference_holds_the_hard_cases():
    sets = list(DATASETS.values())
    assert any(0 in d["events"] for d in sets), "a study with 0 of n"
    assert any(e == n for d in sets for e, n in zip(d["events"], d["n"], strict=True)), "a study with n of n"
    assert sum(len(d["n"]) == 2 for d in sets) >= 4, "two studies"
    assert any(len(set(zip(d["events"], d["n"], strict=True))) == 1 for d in sets), "identical studies"
    heterogeneity = {c["i2"] for c in REFERENCE["pooled"] if c["method"] == "REML"}
    assert min(heterogeneity) == 0
    assert max(heterogeneity) > 90
    assert all(len(d["n"]) >= 2 for d in sets), "metafor does not pool one study"


def test_the_r_script_names_the_same_data_sets():
    script = (FOLDER / "metafor_reference.R").read_text(encoding="utf-8")
    numbers = r"c\(([\d, ]+)\)"
    lines = re.findall(rf"^  (\w+) = list\(events = {numbers}, n = {numbers}\)", script, flags=re.MULTILINE)
    read = {name: {"events": json.loads(f"[{e}]"), "n": json.loads(f"[{n}]")} for name, e, n in lines}
    assert read == DATASETS


def test_the_reference_says_what_made_it():
    made = REFERENCE["made_with"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", made["R"])
    assert re.fullmatch(r"\d+\.\d+[.-]\d+", made["metafor"])
    assert made["script"].endswith((FOLDER / "metafor_reference.R").name)


# Another implementation, and properties


@pytest.mark.parametrize("dataset", DATASETS)
def test_reml_agrees_with_pymare(dataset):
    effects, variances = estimates.logit_effects(**DATASETS[dataset])
    theirs = VarianceBasedLikelihoodEstimator(method="REML").fit(
        effects[:, None], variances[:, None], np.ones((len(effects), 1))
    )
    ours = estimates.pool_proportions(**DATASETS[dataset], threshold=1e-12)
    assert ours.tau2 == pytest.approx(float(theirs.params_["tau2"].ravel()[0]), abs=1e-6)


def test_the_search_that_stands_in_for_fisher_scoring_finds_the_same(monkeypatch):
    expected = {name: estimates.pool_proportions(**d, threshold=1e-12).tau2 for name, d in DATASETS.items()}
    monkeypatch.setattr(pooling, "_fisher_scoring", lambda *_: None)
    for name, data in DATASETS.items():
        assert estimates.pool_proportions(**data).tau2 == pytest.approx(expected[name], rel=1e-4, abs=1e-5), name


@st.composite
def studies(draw):
    k = draw(st.integers(2, 7))
    n = draw(st.lists(st.integers(1, 120), min_size=k, max_size=k))
    return [draw(st.integers(0, total)) for total in n], n


@given(studies(), st.sampled_from(estimates.TAU2_METHODS), st.sampled_from(estimates.CI_METHODS), st.randoms())
@settings(deadline=None, max_examples=150)
def test_pooling_is_sane_and_does_not_mind_the_order(data, tau2_method, ci_method, shuffler):
    events, n = data
    one = estimates.pool_proportions(events, n, tau2_method, ci_method)
    assert 0 <= one.ci_low <= one.estimate <= one.ci_high <= 1
    assert one.tau2 >= 0
    assert 0 <= one.i2 <= 100
    assert sum(one.weights) == pytest.approx(1)
    if tau2_method == "FE":
        assert one.prediction_low is None
        assert one.prediction_high is None
    else:
        assert one.prediction_low <= one.ci_low + 1e-12
        assert one.ci_high <= one.prediction_high + 1e-12
    pairs = list(zip(events, n, strict=True))
    shuffler.shuffle(pairs)
    two = estimates.pool_proportions(*zip(*pairs, strict=True), tau2_method, ci_method)
    assert (two.estimate, two.ci_low, two.ci_high, two.tau2) == pytest.approx(
        (one.estimate, one.ci_low, one.ci_high, one.tau2), rel=1e-6, abs=1e-6
    )


@given(studies())
@settings(deadline=None)
def test_counting_the_patients_without_the_event_mirrors_the_pool(data):
    events, n = data
    one = estimates.pool_proportions(events, n)
    two = estimates.pool_proportions([total - e for e, total in zip(events, n, strict=True)], n)
    assert two.estimate == pytest.approx(1 - one.estimate, abs=1e-6)
    assert two.ci_low == pytest.approx(1 - one.ci_high, abs=1e-6)


def test_one_study_alone_is_its_own_result():
    alone = estimates.pool_proportions([10], [28])
    own = estimates.proportion_interval(10, 28)
    assert (alone.estimate, alone.ci_low, alone.ci_high) == (own.estimate, own.ci_low, own.ci_high)
    assert alone.prediction_low is None
    assert alone.prediction_high is None
    assert (alone.tau2, alone.i2, alone.q, alone.k, alone.weights) == (0, 0, 0, 1, (1.0,))
    assert "One study alone" in alone.note
    assert estimates.pool_proportions([0], [5]).estimate == 0


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [
        ([12, 4], [15, 5], 57, 92),
        ([0, 0, 0], [10, 10, 10], 1, 20),
        ([1, 1, 1], [1, 1, 1], 32, 95),
        ([15, 8, 21, 49, 12, 4, 4], [20, 9, 25, 64, 15, 5, 4], 71, 85),
    ],
)
def test_the_wider_interval_is_shown_and_said(events, n, low, high):
    found = estimates.pool_proportions(events, n)
    normal = estimates.pool_proportions(events, n, ci_method="normal")
    assert (round(100 * found.ci_low), round(100 * found.ci_high)) == (low, high)
    assert (found.ci_low, found.ci_high) == (normal.ci_low, normal.ci_high)
    assert found.prediction_low <= found.ci_low < found.ci_high <= found.prediction_high
    assert "which is wider, is shown" in found.note
    raw = estimates.pool_proportions(events, n, never_narrower=False)
    assert raw.ci_high - raw.ci_low < found.ci_high - found.ci_low
    assert "Read it with care" in raw.note


@given(studies(), st.sampled_from(estimates.TAU2_METHODS))
@settings(deadline=None, max_examples=60)
def test_hartung_knapp_is_never_narrower_than_the_normal_interval(data, tau2_method):
    found, normal = (estimates.pool_proportions(*data, tau2_method, method) for method in estimates.CI_METHODS)
    assert found.ci_low <= normal.ci_low + 1e-9
    assert normal.ci_high <= found.ci_high + 1e-9


def test_what_a_pool_took_for_granted_is_said():
    pool = estimates.pool_proportions
    zero = pool([4, 5, 4], [10, 10, 10], ci_method="normal").note
    assert zero == "The variance between the 3 studies is estimated as zero; that does not show that they agree."
    assert "estimated as zero" not in pool([4, 5, 4], [10, 10, 10], "FE").note
    edge = pool([10, 5, 4], [10, 10, 10]).note
    assert "In 1 of the 3 studies nobody or everybody had the event, so 1/2 was added to both counts" in edge
    assert edge.endswith("of that study.")
    assert pool([10, 0, 4], [10, 10, 10]).note.endswith("of these studies.")
    assert pool([1, 9, 20], [30, 30, 30]).note == ""


def test_a_very_large_study_does_not_upset_the_variance():
    """A step of 1e-5 is far larger than the sampling variance of a billion patients."""
    found = estimates.pool_proportions([5 * 10**8, 1, 4], [10**9, 5, 5])
    assert found.ci_low == pytest.approx(0.49992, abs=1e-5)
    assert found.ci_high == pytest.approx(0.50008, abs=1e-5)
    assert "decides the result alone" in found.note


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], []), "no study"),
        (([1, 2], [5]), "2 events but 1 n"),
        (([], [5]), "0 events but 1 n"),
        (([6, 1], [5, 5]), "more events than patients: 6 of 5"),
        (([-1, 1], [5, 5]), "at least 0"),
        (([1, 1], [5, 0]), "at least 1"),
        (([1.5, 1], [5, 5]), "whole number"),
        (([float("nan"), 1], [5, 5]), "whole number"),
        (([None, 1], [5, 5]), "whole number"),
        ((3, 4), "lists"),
        (([1, 2], [5, 5], "reml"), "choose one of REML, DL, ML, FE"),
        (([1, 2], [5, 5], "REML", "knha"), "choose one of hartung-knapp, normal"),
        (([1, 2], [5, 5], "REML", "normal", 95), "between 0 and 1"),
    ],
)
def test_impossible_pools_are_refused_in_plain_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        estimates.pool_proportions(*arguments)

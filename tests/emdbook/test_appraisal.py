"""Arithmetic on printed figures, by findings of each kind from the evidence dossier; and the audit of the data."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import emdbook
from emdbook import appraisal

# Percentages that no whole number of the printed patients gives: study, percentage, n, and the counts around it.
IMPOSSIBLE = [
    ("carfilzomib-muchtar", "47.2", 135, [(63, 46.7), (64, 47.4)]),
    ("dara-dcep-phase2", "35.5", 32, [(11, 34.4), (12, 37.5)]),
    ("dara-dcep-phase2", "67.7", 32, [(21, 65.6), (22, 68.8)]),
    ("dima-2024", "58", 47, [(27, 57.4), (28, 59.6)]),
    ("table2-61-27", "81", 34, [(27, 79.4), (28, 82.4)]),
    ("beksac-2020", "19.3", 92, None),
]

# Percentages that do fit, and the only count (or counts) that can stand behind them.
POSSIBLE = [
    ("majestec-1", "35.7", 28, [10]),
    ("majestec-1", "63.0", 165, [104]),
    ("merz-post-cart", "79", 28, [22]),
    ("belantamab-dileo-2025", "23", 30, [7]),
    ("haematologica-12122", "20", 25, [5]),
    ("que-2021", "94.44", 36, [34]),
    ("lenalidomide-lenalidomide-18", "55.6", 18, [10]),
    ("beksac-2020", "9.0", 67, [6]),
    ("beksac-2020", "29", 59, [17]),
    ("beksac-2020", "51.5", 130, [67]),
]

# Percentages that share a denominator: which ones allow them all, in the range searched.
DENOMINATORS = [
    ("dara-dcep-phase2", ["35.5", "67.7", "22.6", "12.9", "9.7"], 1, 32, [31]),
    ("belantamab-dileo-2025", ["40.0", "15.0"], 1, 81, [20, 40, 60, 80]),
    ("afrough-2025", ["54.1"], 20, 33, []),
    ("minarik-2021", ["73.0", "38.1"], 100, 127, [126]),
]

# Printed counts beside printed percentages.
SHARES = [
    ("gagelmann-2019", 373, 488, "77", False),
    ("gagelmann-2019", 373, 488, "76.4", True),
    ("lenalidomide-lenalidomide-18", 3, 18, "16.6", False),
    ("lenalidomide-lenalidomide-18", 3, 18, "16.7", True),
    ("tordjman", 134, 543, "24.7", True),
]

# Groups that should add up.
SUMS = [
    ("monumental-1", [143, 145], 232, False),
    ("monumental-1", [143, 145], 288, True),
    ("majestec-1 patients", [28, 137], 165, True),
    ("rees-2024 all lines", [297, 76, 12], 385, True),
    ("lenalidomide-lenalidomide-18", ["44.4", "16.6"], "61.1", False),
    ("lenalidomide-lenalidomide-18 as printed", ["44.4", "16.6"], "61.0", True),
    ("adhesion", ["14.5", "76"], "90.5", True),
]


def ids(table):
    return [f"{row[0]}-{row[1]}" for row in table]


@pytest.mark.parametrize(("study", "percent", "n", "around"), IMPOSSIBLE, ids=ids(IMPOSSIBLE))
def test_a_percentage_that_the_dossier_calls_impossible_is(study, percent, n, around):
    decimals = appraisal.printed_decimals(percent)
    assert appraisal.attainable_counts(percent, n, decimals) == []
    verdict = appraisal.check_percentage(percent, n)
    assert not verdict
    assert verdict.sentence.startswith(f"{percent}% cannot come from {n}: ")
    if around:
        near = appraisal.nearest_attainable(percent, n, decimals)
        assert [k for k, _ in near] == [k for k, _ in around]
        for (k, shown), (_, expected) in zip(near, around, strict=True):
            assert shown == (expected if decimals else math.floor(expected + 0.5))
            assert f"{k} of {n} is {expected:.1f}%" in verdict.sentence


@pytest.mark.parametrize(("study", "percent", "n", "counts"), POSSIBLE, ids=ids(POSSIBLE))
def test_a_percentage_that_fits_has_these_counts_behind_it(study, percent, n, counts):
    verdict = appraisal.check_percentage(percent, n)
    assert verdict
    assert list(verdict.counts) == counts


@pytest.mark.parametrize(("study", "percents", "low", "high", "expected"), DENOMINATORS, ids=ids(DENOMINATORS))
def test_denominators_that_fit(study, percents, low, high, expected):
    assert appraisal.denominators_that_fit(percents, None, high, low) == expected


@pytest.mark.parametrize(("study", "count", "total", "percent", "right"), SHARES, ids=ids(SHARES))
def test_counts_beside_percentages(study, count, total, percent, right):
    assert bool(appraisal.check_share(count, total, percent)) is right


@pytest.mark.parametrize(("study", "parts", "total", "right"), SUMS, ids=ids(SUMS))
def test_groups_that_should_add_up(study, parts, total, right):
    assert bool(appraisal.check_sum(parts, total)) is right


def test_only_one_cohort_size_gives_both_shares_of_the_second_teclistamab_cohort():
    fits = [n for n in range(44, 500) if appraisal.check_share(44, n, "35.8") and appraisal.check_share(24, n, "19.5")]
    assert fits == [123]


def test_73_patients_are_53_percent_of_three_cohort_sizes_only():
    assert [n for n in range(73, 500) if appraisal.check_share(73, n, "53")] == [137, 138, 139]


def test_the_sentences_are_for_a_person():
    assert str(appraisal.check_sum([143, 145], 232)) == "143 + 145 is 288, not 232."
    assert str(appraisal.check_sum([28, 137], 165)) == "28 + 137 is 165."
    assert str(appraisal.check_percentage("35.7", 28)) == "35.7% of 28 can only be 10 of 28."
    assert str(appraisal.check_percentage("53", 139)) == "53% of 139 can be 73 or 74 of 139."
    assert str(appraisal.check_percentage("50", 1000)) == "50% of 1000 can be any of 495 to 505 of 1000."
    assert str(appraisal.check_percentage("58", 47)) == (
        "58% cannot come from 47: 27 of 47 is 57.4% and 28 of 47 is 59.6%."
    )
    assert "24 of 37 gives it only if cut off instead of rounded" in str(appraisal.check_percentage("64", 37))
    assert str(appraisal.check_share(373, 488, "77")) == "373 of 488 is 76%, not 77%."
    assert str(appraisal.check_share(3, 18, "16.6")) == "3 of 18 is 16.7%, not 16.6% (cut off instead of rounded)."
    assert str(appraisal.check_share(10, 28, "35.7")) == "10 of 28 is 35.7%."


# Properties


@st.composite
def counts(draw):
    n = draw(st.integers(1, 300))
    return draw(st.integers(0, n)), n


@given(counts(), st.integers(0, 2))
def test_what_was_printed_from_a_count_passes_every_check(count, decimals):
    k, n = count
    shown = dict(appraisal.nearest_attainable(f"{100 * k / n:.{decimals}f}", n, decimals))
    printed = f"{100 * k / n:.{decimals}f}"
    assert appraisal.check_percentage(printed, n, decimals)
    assert appraisal.check_share(k, n, printed, decimals)
    assert n in appraisal.denominators_that_fit([printed], decimals, n, n)
    assert 1 <= len(shown) <= 2


@given(st.lists(st.integers(0, 500), min_size=1, max_size=6), st.integers(1, 50))
def test_sums(parts, off):
    assert appraisal.check_sum(parts, sum(parts))
    assert not appraisal.check_sum(parts, sum(parts) + off)


def test_decimals_are_read_off_the_figure():
    assert [appraisal.printed_decimals(x) for x in ("73.0", 73.0, 35.7, "35.70%", 5, "1.24")] == [1, 0, 1, 2, 0, 2]
    with pytest.raises(ValueError, match="as printed"):
        appraisal.printed_decimals(100 / 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: appraisal.check_percentage(120, 5), "between 0 and 100"),
        (lambda: appraisal.check_percentage(50, 0), "at least 1"),
        (lambda: appraisal.nearest_attainable(50, -3, 0), "at least 1"),
        (lambda: appraisal.denominators_that_fit([], 1, 10), "at least one"),
        (lambda: appraisal.denominators_that_fit([50], [1, 1], 10), "1 percentages but 2"),
        (lambda: appraisal.denominators_that_fit([50], 1, 5, 10), "at least 10"),
        (lambda: appraisal.check_sum([], 5), "nothing to add"),
        (lambda: appraisal.check_sum([1, None], 5), "must be a number"),
        (lambda: appraisal.check_sum([1, 2], math.nan), "finite"),
        (lambda: appraisal.check_share(5, 4, 50), "more patients in the part"),
        (lambda: appraisal.check_share(1.5, 4, 50), "whole number"),
        (lambda: appraisal.check_share(1, 4, None), "must be a number"),
    ],
)
def test_impossible_questions_are_refused_in_plain_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# The audit


def package(outcomes, arms=(), studies=()):
    """A small stand-in for Evidence: the audit only reads its tables and its joined view."""
    arms = pd.DataFrame(arms, columns=["arm_id", "study_id", "population", "label", "n", "overlaps_with"])
    arms["n"] = arms["n"].astype("Int64")
    studies = pd.DataFrame(studies, columns=["study_id", "n_total"]).astype({"n_total": "Int64"})
    names = ["outcome_id", "arm_id", "endpoint", "measure", "value", "unit", "events", "n", "basis", "locator"]
    outcomes = pd.DataFrame(outcomes, columns=names).astype({"value": "Float64", "events": "Int64", "n": "Int64"})
    view = outcomes.merge(arms.drop(columns=["n", "overlaps_with"]), on="arm_id", how="left")
    texts = {row[0]: f"{row[4]:g}" for row in outcomes.itertuples(index=False)}
    return SimpleNamespace(view=lambda: view, outcomes=outcomes, arms=arms, studies=studies,
                           printed=lambda row_id, column: texts[row_id])


ARMS = [
    ("a.overall", "a", "overall", "All", 165, None),
    ("a.emd", "a", "EMD", "EMD", 28, None),
    ("a.non-emd", "a", "non-EMD", "No EMD", 137, None),
    ("b.weekly", "b", "overall", "Weekly", 143, None),
    ("b.two-weekly", "b", "overall", "Every two weeks", 145, None),
    ("c.emd", "c", "EMD", "EMD", 47, None),
]
STUDIES = [("a", 165), ("b", 288), ("c", None)]


def outcome(arm, value, events, n, **changed):
    row = {
        "outcome_id": f"{arm}.orr.review",
        "arm_id": arm,
        "endpoint": "ORR",
        "measure": "proportion",
        "value": value,
        "unit": "%",
        "events": events,
        "n": n,
        "basis": "review",
        "locator": "X-1",
    }
    return tuple({**row, **changed}.values())


SOUND = [
    outcome("a.overall", 63.0, 104, 165),
    outcome("a.emd", 35.7, 10, 28),
    outcome("a.non-emd", 68.6, 94, 137),
]


def test_a_sound_package_has_no_findings():
    table = appraisal.audit(package(SOUND, ARMS, STUDIES))
    assert table.empty
    assert {"finding", "study_id", "row_id", "sentence"} <= set(table.columns)


def test_an_empty_package_has_no_findings():
    assert appraisal.audit(package([])).empty


def test_a_percentage_without_a_count_behind_it_is_found():
    table = appraisal.audit(package([*SOUND, outcome("c.emd", 58, None, 47)], ARMS, STUDIES))
    assert table[["finding", "study_id", "row_id"]].values.tolist() == [["percentage", "c", "c.emd.orr.review"]]
    assert table["sentence"].iloc[0].startswith("58% cannot come from 47")


def test_a_count_that_is_not_its_percentage_is_found():
    table = appraisal.audit(package([outcome("c.emd", 61.7, 28, 47)], ARMS, STUDIES))
    assert table["finding"].tolist() == ["count"]


def test_curve_estimates_missing_values_and_months_are_left_alone():
    rows = [
        outcome("c.emd", 58, None, 47, measure="rate_at"),
        outcome("c.emd", 5.1, None, 47, measure="median", unit="months"),
        outcome("c.emd", None, None, 47),
        outcome("c.emd", 58, None, None),
    ]
    assert appraisal.audit(package(rows, ARMS, STUDIES)).empty


def test_arms_that_do_not_add_up_are_found():
    arms = [ARMS[0], ARMS[1], ("a.non-emd", "a", "non-EMD", "No EMD", 130, None)]
    table = appraisal.audit(package([], arms, STUDIES))
    assert table[["finding", "study_id"]].values.tolist() == [["arms", "a"]]
    assert "28 + 130 is 158, not 165" in table["sentence"].iloc[0]


def test_cohorts_that_do_not_make_up_the_study_are_found():
    table = appraisal.audit(package([], ARMS, [("b", 232)]))
    assert table["sentence"].tolist() == ["Weekly and Every two weeks: 143 + 145 is 288, not 232."]


def test_cohorts_may_leave_patients_out_or_share_them():
    assert appraisal.audit(package([], ARMS, [("b", 375)])).empty
    sharing = [(*arm[:5], "b.two-weekly;b.weekly") for arm in ARMS]
    assert appraisal.audit(package([], sharing, [("b", 232)])).empty


def test_responders_that_do_not_add_up_are_found():
    rows = [SOUND[0], SOUND[1], outcome("a.non-emd", 67.2, 92, 137)]
    table = appraisal.audit(package(rows, ARMS, STUDIES))
    assert table["finding"].tolist() == ["events"]
    assert "10 + 92 is 102, not 104" in table["sentence"].iloc[0]


def test_every_finding_in_the_data_has_a_row_in_the_discrepancy_log():
    evidence = emdbook.load()
    logged = evidence.discrepancies
    logged = set(logged.loc[logged["kind"].isin(["arithmetic", "denominator"]), "study_id"].dropna())
    table = appraisal.audit(evidence)
    missing = table[~table["study_id"].isin(logged)]
    assert missing.empty, "\n".join(f"{row.row_id}: {row.sentence}" for row in missing.itertuples())
    assert {"percentage"} <= set(table["finding"]), "the review's own impossible percentages are in the data"
    assert "73.0% cannot come from 127: 92 of 127 is 72.4% and 93 of 127 is 73.2%." in set(table["sentence"]), \
        "a final zero that was printed counts"


def test_every_kind_of_finding_has_a_heading():
    assert set(appraisal.FINDINGS) == {"percentage", "count", "arms", "events"}

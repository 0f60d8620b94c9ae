"""Every arithmetic finding of the evidence dossier, reproduced, and the audit of the data package."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import emdbook
from emdbook import appraisal, estimates

# Percentages that no whole number of the printed patients gives: study, percentage, n, and the counts around it.
IMPOSSIBLE = [
    ("carfilzomib-muchtar", "47.2", 135, [(63, 46.7), (64, 47.4)]),
    ("dara-dcep-phase2", "35.5", 32, [(11, 34.4), (12, 37.5)]),
    ("dara-dcep-phase2", "67.7", 32, [(21, 65.6), (22, 68.8)]),
    ("dara-dcep-phase2", "22.6", 32, None),
    ("dara-dcep-phase2", "12.9", 32, None),
    ("dara-dcep-phase2", "9.7", 32, None),
    ("belantamab-dileo-2025", "40.0", 81, [(32, 39.5), (33, 40.7)]),
    ("belantamab-dileo-2025", "15.0", 81, None),
    ("dima-2024", "58", 47, [(27, 57.4), (28, 59.6)]),
    ("minarik-2021", "73.0", 127, None),
    ("minarik-2021", "38.1", 127, None),
    ("table2-61-27", "81", 34, [(27, 79.4), (28, 82.4)]),
    ("haematologica-12122", "20", 26, None),
    ("merz-post-cart", "64", 37, [(23, 62.2), (24, 64.9)]),
    ("redirectt-1", "80", 11, None),
    ("magnetismm-3", "77.9", 75, None),
    ("magnetismm-3", "77.9", 50, None),
    ("magnetismm-3", "77.9", 15, None),
    ("afrough-2025", "54.1", 33, None),
    ("afrough-2025", "62.4", 243, [(151, 62.1), (152, 62.6)]),
    ("steinhardt-2025", "29", 15, [(4, 26.7), (5, 33.3)]),
    ("beksac-2020", "29", 67, [(19, 28.4), (20, 29.9)]),
    ("beksac-2020", "19.3", 92, None),
    ("beksac-2020", "54.5", 12, None),
    ("beksac-2020", "9.0", 84, None),
    ("lenalidomide-lenalidomide-18", "16.6", 18, [(2, 11.1), (3, 16.7)]),
]

# Percentages that do fit, and the only count (or counts) that can stand behind them.
POSSIBLE = [
    ("majestec-1", "35.7", 28, [10]),
    ("majestec-1", "68.6", 137, [94]),
    ("majestec-1", "63.0", 165, [104]),
    ("majestec-1", "17.0", 165, [28]),
    ("german-teclistamab", "35.0", 123, [43]),
    ("monumental-1", "74.1", 143, [106]),
    ("monumental-1", "73.1", 145, [106]),
    ("monumental-1", "48.5", 33, [16]),
    ("monumental-1", "41.5", 41, [17]),
    ("monumental-1", "41.5", 53, [22]),
    ("monumental-1", "44.0", 25, [11]),
    ("redirectt-1", "61", 18, [11]),
    ("redirectt-1-phase-2", "78.9", 90, [71]),
    ("magnetismm-3", "38.5", 39, [15]),
    ("magnetismm-3", "71.4", 84, [60]),
    ("magnetismm-3", "61.0", 123, [75]),
    ("merz-post-cart", "79", 28, [22]),
    ("merz-post-cart", "39", 28, [11]),
    ("merz-post-cart", "32", 37, [12]),
    ("merz-post-cart", "30", 43, [13]),
    ("merz-post-cart", "26", 31, [8]),
    ("merz-post-cart", "3", 31, [1]),
    ("merz-post-cart", "53", 139, [73, 74]),
    ("dara-dcep-phase2", "35.5", 31, [11]),
    ("dara-dcep-phase2", "67.7", 31, [21]),
    ("dara-mono-usmani-2016", "31.1", 148, [46]),
    ("belantamab-dileo-2025", "40.0", 80, [32]),
    ("belantamab-dileo-2025", "15.0", 80, [12]),
    ("belantamab-dileo-2025", "23", 30, [7]),
    ("dima-2024", "58", 45, [26]),
    ("dima-2024", "58", 43, [25]),
    ("dima-2024", "58", 40, [23]),
    ("haematologica-12122", "20", 25, [5]),
    ("bcma-cd19-69", "80", 15, [12]),
    ("que-2021", "84.0", 25, [21]),
    ("que-2021", "36.0", 25, [9]),
    ("que-2021", "94.44", 36, [34]),
    ("que-2021", "61.11", 36, [22]),
    ("raje-2019", "85", 33, [28]),
    ("storm", "18.5", 27, [5]),
    ("storm", "28.4", 95, [27]),
    ("storm", "31.3", 16, [5]),
    ("bcma-cd38-16", "62.5", 8, [5]),
    ("thalidomide-emd", "59", 27, [16]),
    ("lenalidomide-lenalidomide-18", "61.1", 18, [11]),
    ("lenalidomide-lenalidomide-18", "44.4", 18, [8]),
    ("lenalidomide-lenalidomide-18", "55.6", 18, [10]),
    ("zhou-carfilzomib", "27", 33, [9]),
    ("afrough-2025", "38", 109, [41]),
    ("john-2024", "79", 14, [11]),
    ("beksac-2020", "34.2", 38, [13]),
    ("beksac-2020", "19.3", 88, [17]),
    ("beksac-2020", "19.3", 83, [16]),
    ("beksac-2020", "54.5", 11, [6]),
    ("beksac-2020", "9.0", 78, [7]),
    ("beksac-2020", "9.0", 67, [6]),
    ("beksac-2020", "19", 63, [12]),
    ("beksac-2020", "29", 59, [17]),
    ("beksac-2020", "41.7", 12, [5]),
    ("beksac-2020", "9.5", 84, [8]),
    ("beksac-2020", "51.5", 130, [67]),
    ("gagelmann-2019", "41.4", 488, [202]),
    ("ndmm-275", "19.6", 275, [54]),
    ("katodritou-2024", "1.24", 4352, [54]),
    ("cns-cart-4", "75", 4, [3]),
    ("cns-cart-4", "50", 4, [2]),
    ("cns-cart-4", "67", 3, [2]),
    ("gaballa-2025", "80", 10, [8]),
    ("gaballa-2025", "10", 10, [1]),
    ("venetoclax-pcl-6", "100", 6, [6]),
    ("cns-radiotherapy", "66.7", 21, [14]),
    ("cns-radiotherapy", "31", 45, [14]),
    ("cns-radiotherapy", "48.9", 45, [22]),
    ("cns-radiotherapy", "46.7", 45, [21]),
    ("epidemiology", "52", 52, [27]),
]

# Percentages that share a denominator: which ones allow them all, in the range searched.
DENOMINATORS = [
    ("dara-dcep-phase2", ["35.5", "67.7", "22.6", "12.9", "9.7"], 1, 32, [31]),
    ("carfilzomib-muchtar", ["47.2"], 100, 134, [106, 108, 123, 125, 127]),
    ("belantamab-dileo-2025", ["40.0", "15.0"], 1, 81, [20, 40, 60, 80]),
    ("merz-post-cart", ["64", "32"], 1, 37, [22, 25, 28]),
    ("monumental-1", ["48.5"], 1, 59, [33]),
    ("monumental-1", ["41.5"], 1, 59, [41, 53]),
    ("monumental-1", ["44.0"], 1, 39, [25]),
    ("afrough-2025", ["54.1"], 20, 33, []),
    ("john-2024", ["79"], 1, 24, [14, 19, 24]),
    ("minarik-2021", ["73.0", "38.1"], 100, 127, [126]),
]

# Printed counts beside printed percentages.
SHARES = [
    ("gagelmann-2019", 373, 488, "77", False),
    ("gagelmann-2019", 373, 488, "76.4", True),
    ("gagelmann-2019", 202, 488, "41.4", True),
    ("lenalidomide-lenalidomide-18", 3, 18, "16.6", False),
    ("lenalidomide-lenalidomide-18", 3, 18, "16.7", True),
    ("beksac-2020", 4, 96, "4.1", False),
    ("beksac-2020", 4, 96, "4.2", True),
    ("tordjman", 134, 543, "24.6", False),
    ("tordjman", 134, 543, "24.7", True),
    ("majestec-1", 28, 165, "17.0", True),
    ("merz-post-cart", 73, 139, "53", True),
    ("cns-cart-4", 2, 4, "50", True),
    ("pomalidomide-series-6", 1, 6, "16", False),
    ("belantamab-dileo-2025", 25, 50, "50", True),
]

# Groups that should add up.
SUMS = [
    ("monumental-1", [143, 145], 232, False),
    ("monumental-1", [143, 145], 288, True),
    ("monumental-1", [288, 51], 339, True),
    ("majestec-1 patients", [28, 137], 165, True),
    ("majestec-1 responders", [10, 94], 104, True),
    ("magnetismm-3 patients", [39, 84], 123, True),
    ("magnetismm-3 responders", [15, 60], 75, True),
    ("magnetismm-3 by subtraction", [28, 11, 39], 78, True),
    ("merz-post-cart", [28, 37, 43, 31], 139, True),
    ("merz-post-cart products", [130, 9], 139, True),
    ("afrough-2025", [109, 33, 243], 385, True),
    ("rees-2024", [59, 134, 192], 385, True),
    ("rees-2024 first line", [297, 38, 4], 339, True),
    ("rees-2024 all lines", [297, 76, 12], 385, True),
    ("dara-mono-usmani-2016 patients", [18, 130], 148, True),
    ("dara-mono-usmani-2016 responders", [3, 43], 46, True),
    ("dara-rd-186", [10, 31], 41, True),
    ("storm", [22, 5], 27, True),
    ("storm patients", [27, 95], 122, True),
    ("storm responders", [5, 27], 32, True),
    ("raje-2019 patients", [9, 24], 33, True),
    ("raje-2019 responders", [8, 20], 28, True),
    ("que-2021", [25, 36], 61, True),
    ("table2-61-27", [10, 7, 10], 27, True),
    ("qu-2015", [27, 14], 41, True),
    ("belantamab-dileo-2025 responders", [7, 25], 32, True),
    ("beksac-2020", [130, 96], 226, True),
    ("beksac-2020 at diagnosis", [38, 92], 130, True),
    ("beksac-2020 at relapse", [12, 84], 96, True),
    ("gagelmann-2019", [373, 84, 31], 488, True),
    ("gagelmann-2018", [3391, 353], 3744, True),
    ("gagelmann-2018 subtypes", [543, 139], 682, True),
    ("ndmm-275", [154, 121], 275, True),
    ("venetoclax-pcl-6", [2, 4], 6, True),
    ("cns-radiotherapy", [14, 5, 2], 21, True),
    ("lenalidomide-lenalidomide-18", ["44.4", "16.6"], "61.1", False),
    ("lenalidomide-lenalidomide-18 as printed", ["44.4", "16.6"], "61.0", True),
    ("adhesion", ["14.5", "76"], "100", False),
    ("adhesion", ["14.5", "76"], "90.5", True),
]

# Exact (Clopper-Pearson) intervals in percent, printed by a source or worked out in the dossier.
EXACT_INTERVALS = [
    ("majestec-1, printed", 10, 28, 18.6, 55.9),
    ("majestec-1, printed", 94, 137, 60.1, 76.3),
    ("redirectt-1-phase-2, printed", 71, 90, 69.0, 86.8),
    ("magnetismm-3", 15, 39, 23.4, 55.4),
    ("magnetismm-3", 60, 84, 60.5, 80.8),
    ("bortezomib-rosinol-2006", 3, 4, 19.4, 99.4),
    ("krd-364", 88, 364, 19.9, 28.9),
    ("lenalidomide-lenalidomide-18", 11, 18, 35.7, 82.7),
    ("lenalidomide-lenalidomide-18", 8, 18, 21.5, 69.2),
    ("lenalidomide-lenalidomide-18", 3, 18, 3.6, 41.4),
    ("pomalidomide-series-6", 5, 6, 35.9, 99.6),
    ("pomalidomide-series-6", 3, 6, 11.8, 88.2),
    ("pomalidomide-series-6", 2, 6, 4.3, 77.7),
    ("pomalidomide-series-6", 1, 6, 0.4, 64.1),
    ("pomalidomide-series-6", 4, 6, 22.3, 95.7),
    ("pomdex-short-2011", 13, 174, 4.0, 12.4),
    ("pomdex-short-2011", 4, 13, 9.1, 61.4),
    ("dara-mono-usmani-2016", 3, 18, 3.6, 41.4),
    ("dara-mono-usmani-2016", 43, 130, 25.1, 41.9),
    ("dara-mono-usmani-2016", 46, 148, 23.7, 39.2),
    ("dara-dcep-phase2", 11, 31, 19.2, 54.6),
    ("dara-dcep-phase2", 21, 31, 48.6, 83.3),
    ("dara-dcep-phase2", 3, 31, 2.0, 25.8),
    ("elotuzumab-danhof-2021", 6, 15, 16.3, 67.7),
    ("elotuzumab-danhof-2021", 3, 3, 29.2, 100.0),
    ("storm", 5, 27, 6.3, 38.1),
    ("storm", 32, 122, 18.7, 35.0),
    ("belantamab-dileo-2025", 56, 81, 57.9, 78.9),
    ("belantamab-dileo-2025", 35, 81, 32.2, 54.7),
    ("zhou-carfilzomib", 9, 33, 13.3, 45.5),
    ("barcelona-29", 4, 29, 3.9, 31.7),
    ("barcelona-29", 5, 29, 5.8, 35.8),
    ("barcelona-29", 12, 29, 23.5, 61.1),
    ("dara-mono-realworld-43", 2, 10, 2.5, 55.6),
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


@pytest.mark.parametrize(("study", "events", "n", "low", "high"), EXACT_INTERVALS, ids=ids(EXACT_INTERVALS))
def test_exact_intervals(study, events, n, low, high):
    interval = estimates.proportion_interval(events, n, "clopper-pearson")
    assert (round(100 * interval.ci_low, 1), round(100 * interval.ci_high, 1)) == (low, high)


def test_only_one_cohort_size_gives_both_shares_of_the_second_teclistamab_cohort():
    fits = [n for n in range(44, 500) if appraisal.check_share(44, n, "35.8") and appraisal.check_share(24, n, "19.5")]
    assert fits == [123]


def test_73_patients_are_53_percent_of_three_cohort_sizes_only():
    assert [n for n in range(73, 500) if appraisal.check_share(73, n, "53")] == [137, 138, 139]


def test_the_relapse_pair_of_beksac_allows_one_split_which_is_em_b_and_em_e():
    assert appraisal.splits_that_fit(96, ["41.7", "9.5"]) == [(12, 84)]


def test_the_diagnosis_pair_of_beksac_does_not_fit_the_transplanted():
    splits = appraisal.splits_that_fit(130, ["29", "19"])
    assert (66, 64) in splits
    assert (67, 63) not in splits
    assert (38, 92) not in splits


def test_the_emd_arm_of_muchtar_can_only_have_20_25_or_30_patients():
    emd = {
        split[0]: appraisal.attainable_counts(40, split[0], 0)
        for n in appraisal.denominators_that_fit(["47.2"], 1, 127, 106)
        for split in appraisal.splits_that_fit(n, ["40", "49"], overall="47.2")
    }
    assert emd == {20: [8], 25: [10], 30: [12]}


def test_the_four_arms_of_steinhardt_allow_five_splits_of_80():
    splits = appraisal.splits_that_fit(80, [["100", "50"], ["82", "41"], ["29", "16"], ["36", "14"]])
    assert set(splits) == {
        (18, 17, 31, 14),
        (10, 17, 31, 22),
        (4, 17, 31, 28),
        (4, 17, 45, 14),
        (6, 22, 38, 14),
    }


def test_three_arms_taken_together_reproduce_the_pooled_rate():
    assert round((10 + 5 + 15) / 78, 2) == 0.38


def test_the_right_comparator_widens_the_gap_in_majestec_1():
    against_all = round(63.0 - 35.7)
    against_non_emd = round(100 * estimates.risk_difference(94, 137, 10, 28).estimate)
    assert (against_all, against_non_emd) == (27, 33)


def test_the_log_centre_of_a_hazard_ratio_interval():
    assert round(math.sqrt(1.1 * 2.2), 2) == 1.56


def test_recomputed_brain_to_plasma_ratios():
    ratios = {"mouse": (1295, 1760, 0.74), "rat": (1207, 1670, 0.72), "monkey": (1565, 2545, 0.61)}
    assert all(round(brain / plasma, 2) == printed for brain, plasma, printed in ratios.values())


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


@given(counts(), counts())
def test_a_true_split_is_always_found(first, second):
    printed = [f"{100 * k / n:.1f}" for k, n in (first, second)]
    n = first[1] + second[1]
    overall = f"{100 * (first[0] + second[0]) / n:.1f}"
    assert (first[1], second[1]) in appraisal.splits_that_fit(n, printed, 1, overall)


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
        (lambda: appraisal.splits_that_fit(10, [50]), "at least two groups"),
        (lambda: appraisal.splits_that_fit(10, [[50, 20], 50], overall=50), "one percentage"),
        (lambda: appraisal.splits_that_fit(0, [50, 50]), "at least 1"),
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
    return SimpleNamespace(view=lambda: view, outcomes=outcomes, arms=arms, studies=studies)


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


def test_every_kind_of_finding_has_a_heading():
    assert set(appraisal.FINDINGS) == {"percentage", "count", "arms", "events"}

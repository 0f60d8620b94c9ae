"""Intervals, comparisons, posteriors and illustrations: values, properties and refusals."""

import math
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emdbook import estimates

METHODS = estimates.INTERVAL_METHODS


@st.composite
def counts(draw, largest=400):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


# Intervals


@given(counts(), st.sampled_from(METHODS), levels)
@settings(deadline=None)
def test_an_interval_holds_its_estimate_and_stays_within_0_and_1(count, method, level):
    interval = estimates.proportion_interval(*count, method=method, level=level)
    assert 0 <= interval.ci_low <= interval.estimate <= interval.ci_high <= 1
    assert tuple(interval) == (interval.ci_low, interval.ci_high)


@given(counts(), st.sampled_from(METHODS))
@settings(deadline=None)
def test_counting_the_patients_without_the_event_mirrors_the_interval(count, method):
    events, n = count
    low, high = estimates.proportion_interval(events, n, method)
    other_low, other_high = estimates.proportion_interval(n - events, n, method)
    assert low == pytest.approx(1 - other_high, abs=1e-10)
    assert high == pytest.approx(1 - other_low, abs=1e-10)


@given(counts(), st.sampled_from(METHODS))
@settings(deadline=None)
def test_a_higher_level_gives_a_wider_interval(count, method):
    narrow = estimates.proportion_interval(*count, method, 0.8)
    wide = estimates.proportion_interval(*count, method, 0.99)
    assert wide.ci_low <= narrow.ci_low
    assert narrow.ci_high <= wide.ci_high


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 3, 11, 500])
def test_none_and_all_touch_the_border_exactly(method, n):
    assert estimates.proportion_interval(0, n, method).ci_low == 0
    assert estimates.proportion_interval(n, n, method).ci_high == 1


def test_whole_numbers_of_other_kinds_are_accepted():
    plain = estimates.proportion_interval(10, 28)
    assert estimates.proportion_interval(np.int64(10), 28.0) == plain
    assert isinstance(plain.events, int)
    assert plain.method == "wilson"
    assert plain.level == 0.95


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 10), "whole number of at least 0"),
        ((11, 10), "more events than patients: 11 of 10"),
        ((2.5, 10), "whole number"),
        ((math.nan, 10), "whole number"),
        ((1, math.inf), "whole number"),
        ((1, None), "whole number"),
        (("3", 4), "whole number"),
        ((True, 4), "whole number"),
        ((0, 0), "at least 1"),
        ((1, 2, "wald"), "choose one of wilson, clopper-pearson, jeffreys"),
        ((1, 2, None), "choose one of"),
        ((1, 2, "wilson", 0), "between 0 and 1"),
        ((1, 2, "wilson", 1), "between 0 and 1"),
        ((1, 2, "wilson", 95), "between 0 and 1"),
        ((1, 2, "wilson", math.nan), "finite number"),
        ((1, 2, "wilson", "95%"), "finite number"),
    ],
)
def test_impossible_intervals_are_refused_in_plain_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        estimates.proportion_interval(*arguments)


# Counts behind a percentage


@given(counts(), st.integers(0, 3))
def test_the_count_that_was_printed_is_always_among_the_attainable(count, decimals):
    k, n = count
    exact = Decimal(100 * k) / Decimal(n)
    for rounding in ("ROUND_HALF_UP", "ROUND_HALF_EVEN"):
        printed = exact.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
        assert k in estimates.attainable_counts(printed, n, decimals)
        assert k in estimates.attainable_counts(float(printed), n, decimals)


@given(st.integers(1, 120), st.integers(0, 1000))
def test_attainable_counts_is_what_trying_every_count_finds(n, tenths):
    printed = Decimal(tenths) / 10
    tried = [k for k in range(n + 1) if abs(Decimal(100 * k) / n - printed) <= Decimal("0.05")]
    assert estimates.attainable_counts(printed, n, 1) == tried


def test_ties_are_accepted_both_ways():
    assert estimates.attainable_counts(12, 8, 0) == [1]
    assert estimates.attainable_counts(13, 8, 0) == [1]
    assert estimates.attainable_counts(31.3, 16, 1) == estimates.attainable_counts(31.2, 16, 1) == [5]


def test_a_final_zero_counts_when_the_decimals_say_so():
    assert estimates.attainable_counts("40.0", 81, 1) == []
    assert estimates.attainable_counts(40, 81, 0) == [32]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 10, 0), "between 0 and 100"),
        ((100.5, 10, 1), "between 0 and 100"),
        ((35.55, 10, 1), "more than 1 decimals"),
        ((math.nan, 10, 1), "finite number"),
        (("many", 10, 1), "must be a number"),
        ((None, 10, 1), "must be a number"),
        ((True, 10, 1), "must be a number"),
        ((50, 0, 1), "at least 1"),
        ((50, 2.5, 1), "whole number"),
        ((50, 10, -1), "at least 0"),
        ((50, 10, None), "whole number"),
    ],
)
def test_impossible_percentages_are_refused_in_plain_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        estimates.attainable_counts(*arguments)


# Comparisons


@given(counts(60), counts(60))
@settings(deadline=None)
def test_a_difference_holds_its_estimate_and_turns_with_the_groups(first, second):
    there = estimates.risk_difference(*first, *second)
    back = estimates.risk_difference(*second, *first)
    assert -1 <= there.ci_low <= there.estimate + 1e-12
    assert there.estimate - 1e-12 <= there.ci_high <= 1
    assert there.ci_low == pytest.approx(-back.ci_high, abs=1e-12)


@given(counts(60), counts(60))
@settings(deadline=None)
def test_a_ratio_holds_its_estimate_and_turns_with_the_groups(first, second):
    if first[0] == second[0] == 0:
        with pytest.raises(ValueError, match="Neither group has an event"):
            estimates.risk_ratio(*first, *second)
        return
    there = estimates.risk_ratio(*first, *second)
    back = estimates.risk_ratio(*second, *first)
    assert 0 < there.ci_low <= there.estimate <= there.ci_high
    assert there.ci_low == pytest.approx(1 / back.ci_high)


def test_the_ratio_says_when_a_half_was_added():
    assert "1/2 was added" in estimates.risk_ratio(0, 11, 16, 27).note
    assert estimates.risk_ratio(5, 11, 16, 27).note == ""
    low, high = estimates.risk_ratio(5, 11, 16, 27)
    assert low < high


@pytest.mark.parametrize("compare", [estimates.risk_difference, estimates.risk_ratio])
def test_impossible_comparisons_are_refused(compare):
    for bad in [(3, 2, 1, 2), (1, 2, -1, 2), (1, 2, 1, 0), (1, 2, math.nan, 2), (1, 2, 1, 2, 2)]:
        with pytest.raises(ValueError, match=r"."):
            compare(*bad)


# Bayes


def test_the_uniform_posterior_is_laplaces_rule():
    posterior = estimates.binomial_posterior(3, 4)
    assert posterior.mean == pytest.approx(4 / 6)
    assert (posterior.alpha, posterior.beta) == (4, 2)
    assert 0 < posterior.ci_low < posterior.median < posterior.ci_high < 1


def test_the_jeffreys_posterior_is_the_jeffreys_interval():
    posterior = estimates.binomial_posterior(10, 28, "jeffreys")
    assert (posterior.ci_low, posterior.ci_high) == pytest.approx(
        tuple(estimates.proportion_interval(10, 28, "jeffreys")), abs=1e-10
    )


def test_densities_are_finite_and_enclose_one():
    for prior in ("uniform", "jeffreys", (8, 2)):
        posterior = estimates.binomial_posterior(3, 4, prior)
        grid, density = posterior.density(4000)
        assert np.isfinite(density).all()
        assert density.sum() / len(grid) == pytest.approx(1, abs=1e-3)
        assert np.isfinite(posterior.prior_density()[1]).all()


@pytest.mark.parametrize("prior", ["flat", (0, 1), (1,), 3, (1, math.nan), ("a", 1)])
def test_an_impossible_prior_is_refused(prior):
    with pytest.raises(ValueError, match=r"prior"):
        estimates.binomial_posterior(1, 2, prior)


# Constructed examples


def test_immortal_time_follows_its_closed_form():
    seen = estimates.simulate_immortal_time(100_000, median=24, transplant_at=6, p_selected=0.5)
    assert seen.naive_transplanted_expected == 30
    assert seen.naive_transplanted == pytest.approx(30, rel=0.02)
    assert seen.naive_never == pytest.approx(seen.naive_never_expected, rel=0.02)
    assert seen.landmark_transplanted == pytest.approx(24, rel=0.02)
    assert seen.landmark_never == pytest.approx(24, rel=0.03)
    assert seen.naive_never_expected < seen.true_median < seen.naive_transplanted_expected
    assert seen.n_transplanted + seen.n_never == len(seen.times) == len(seen.transplanted)
    assert seen.n_landmark_never < seen.n_never


def test_without_waiting_there_is_no_immortal_time():
    for p in (0.1, 0.5, 0.9):
        medians = estimates.immortal_time_medians(24, 0, p)
        assert medians["naive_transplanted"] == medians["naive_never"] == pytest.approx(24)


def test_when_nobody_is_selected_the_others_are_everybody():
    assert estimates.immortal_time_medians(24, 6, 0)["naive_never"] == pytest.approx(24)
    assert math.isnan(estimates.simulate_immortal_time(50, p_selected=0).naive_transplanted)


def test_when_all_survivors_are_selected_the_others_died_before():
    assert estimates.immortal_time_medians(24, 6, 1)["naive_never"] < 6
    assert math.isnan(estimates.immortal_time_medians(24, 0, 1)["naive_never"])
    assert math.isnan(estimates.simulate_immortal_time(50, transplant_at=0, p_selected=1).naive_never)


@given(st.floats(1, 100), st.floats(0, 60), st.floats(0, 0.99))
def test_the_closed_form_is_a_median_of_the_never_transplanted(median, start, p):
    t = estimates.immortal_time_medians(median, start, p)["naive_never"]
    alive = 2 ** (-start / median)
    left = 2 ** (-t / median) - p * alive if t <= start else (1 - p) * 2 ** (-t / median)
    assert left / (1 - p * alive) == pytest.approx(0.5, abs=1e-6)


def test_a_seed_fixes_the_sample():
    one, two = (estimates.simulate_immortal_time(200, seed=7) for _ in range(2))
    assert np.array_equal(one.times, two.times)
    assert not np.array_equal(one.times, estimates.simulate_immortal_time(200, seed=8).times)
    generator = np.random.default_rng(7)
    assert np.array_equal(one.times, estimates.simulate_immortal_time(200, seed=generator).times)


def test_case_mix_is_the_mixture_of_its_strata():
    rows = estimates.case_mix({"A": 0.0, "B": 0.5, "C": 1.0}, response_em_e=0.4, response_em_b=0.8, patients=50)
    assert [row["overall"] for row in rows] == pytest.approx([0.8, 0.6, 0.4])
    assert [row["expected_responders"] for row in rows] == pytest.approx([40, 30, 20])
    same = estimates.case_mix({"A": 0.1, "B": 0.9}, 0.5, 0.5)
    assert same[0]["overall"] == same[1]["overall"] == 0.5


@pytest.mark.parametrize(
    "call",
    [
        lambda: estimates.simulate_immortal_time(0),
        lambda: estimates.simulate_immortal_time(10, median=0),
        lambda: estimates.simulate_immortal_time(10, transplant_at=-1),
        lambda: estimates.simulate_immortal_time(10, p_selected=1.1),
        lambda: estimates.simulate_immortal_time(10, seed=None),
        lambda: estimates.simulate_immortal_time(10, seed=-1),
        lambda: estimates.case_mix({}, 0.5, 0.5),
        lambda: estimates.case_mix([0.5], 0.5, 0.5),
        lambda: estimates.case_mix({"A": 1.5}, 0.5, 0.5),
        lambda: estimates.case_mix({"A": 0.5}, -0.1, 0.5),
        lambda: estimates.case_mix({"A": 0.5}, 0.5, math.nan),
        lambda: estimates.case_mix({"A": 0.5}, 0.5, 0.5, patients=0),
    ],
)
def test_impossible_examples_are_refused(call):
    with pytest.raises(ValueError, match=r"."):
        call()


def test_every_public_name_is_there_and_documented():
    for name in estimates.__all__:
        thing = getattr(estimates, name)
        assert not callable(thing) or thing.__doc__, name


@pytest.mark.parametrize("value", ["3_5", "٣٥", "35%%", "1e1", "", "+", "3 5", np.True_, True, float("inf"), None,
                                   b"35"])
def test_what_no_paper_prints_is_no_percentage(value):
    with pytest.raises(ValueError, match=r"must be a (finite )?number"):
        estimates.attainable_counts(value, 20, 0)


@pytest.mark.parametrize("value", ["35.7", "35.7%", " 35.7 % ", np.float32(35.7), np.float64(35.7), Decimal("35.7")])
def test_a_percentage_is_read_as_it_is_printed(value):
    assert estimates.attainable_counts(value, 28, 1) == [10]


@pytest.mark.parametrize("n", [np.True_, True, float("inf"), "4", 2.5])
def test_a_count_is_a_whole_number_and_nothing_else(n):
    with pytest.raises(ValueError, match="whole number"):
        estimates.proportion_interval(1, n)
    with pytest.raises(ValueError, match="finite number"):
        estimates.proportion_interval(1, 2, level=np.True_)


def test_two_cells_of_zero_are_called_two():
    assert estimates.risk_ratio(0, 5, 5, 5).note.startswith("Two cells are 0,")
    assert estimates.risk_ratio(0, 5, 4, 5).note.startswith("One cell is 0,")


def test_a_ratio_of_ratios_is_the_test_of_interaction():
    # Montefusco: 1.45 (0.95 to 2.20) and 1.40 (0.88 to 2.25); worked out by hand 1.04 (0.55 to 1.94)
    found = estimates.ratio_of_ratios((1.45, 0.95, 2.20), (1.40, 0.88, 2.25))
    assert (found.estimate, *found) == pytest.approx((1.036, 0.551, 1.945), abs=0.003)
    back = estimates.ratio_of_ratios((1.40, 0.88, 2.25), (1.45, 0.95, 2.20))
    assert (1 / back.estimate, 1 / back.ci_high, 1 / back.ci_low) == pytest.approx((found.estimate, *found))
    with pytest.raises(ValueError, match="does not hold"):
        estimates.ratio_of_ratios((1.45, 1.5, 2.20), (1.40, 0.88, 2.25))
    with pytest.raises(ValueError, match="above 0"):
        estimates.ratio_of_ratios((1.45, 0, 2.20), (1.40, 0.88, 2.25))


def test_whoever_only_reads_the_data_waits_for_no_statistics():
    code = ("import sys, emdbook; emdbook.load(); "
            "print({'matplotlib', 'scipy.stats', 'statsmodels'} & set(sys.modules) or 'none')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"

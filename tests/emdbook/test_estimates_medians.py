"""The interval of a median: by ranks against printed tables, in months against closed forms and a printed interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emdbook.estimates import median_interval, median_ranks


@pytest.mark.parametrize(("n", "low", "high", "confidence"), [
    # a printed table of order statistics for the median
    (6, 1, 6, 96.9), (9, 2, 8, 96.1), (10, 2, 9, 97.9), (12, 3, 10, 96.1), (15, 4, 12, 96.5), (17, 5, 13, 95.1),
    (20, 6, 15, 95.9)])
def test_ranks_against_a_printed_table(n, low, high, confidence):
    ranks = median_ranks(n)
    assert (ranks.low, ranks.high, ranks.n) == (low, high, n)
    assert 100 * ranks.confidence == pytest.approx(confidence, abs=0.05)


@pytest.mark.parametrize(("n", "level"), [(2, 0.5), (3, 0.75), (5, 0.9375)])
def test_a_level_that_is_met_exactly_is_met(n, level):
    ranks = median_ranks(n, level)
    assert (ranks.low, ranks.high, ranks.confidence) == (1, n, level)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_patients_give_no_interval(n):
    assert median_ranks(n) is None
    assert median_interval(6, n) is None


@pytest.mark.parametrize("n", range(6, 200, 7))
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_ranks_are_the_narrowest_that_hold_the_level(n, level):
    ranks = median_ranks(n, level)
    if ranks is None:
        assert 1 - 2 * 0.5 ** n < level
        return
    assert ranks.confidence >= level
    inside = sum(math.comb(n, k) for k in range(ranks.low + 1, n - ranks.low)) / 2 ** n
    assert inside < level


def test_the_true_median_is_held_as_often_as_promised():
    times = np.sort(np.random.default_rng(7).weibull(0.6, size=(4000, 25)), axis=1)
    true, ranks = math.log(2) ** (1 / 0.6), median_ranks(25)
    held = (times[:, ranks.low - 1] <= true) & (true <= times[:, ranks.high - 1])
    assert held.mean() == pytest.approx(ranks.confidence, abs=0.012)


def test_months_follow_the_curve():
    low, high = median_interval(10, 9)  # ranks 2 and 8 of 9: the curve stands at 80 and 20%
    assert low == pytest.approx(10 * math.log(1 / 0.8) / math.log(2))
    assert high == pytest.approx(10 * math.log(1 / 0.2) / math.log(2))
    steep = median_interval(10, 9, shape=2)
    assert steep == pytest.approx((10 * math.sqrt(low / 10), 10 * math.sqrt(high / 10)))
    assert median_interval(20, 9)[0] == pytest.approx(2 * low)


@pytest.mark.parametrize(("median", "n", "printed"), [
    (4.9, 135, (3.8, 6.4)), (5.3, 84, (4.1, 6.9)), (4, 54, (2.6, 5.4))])  # Muchtar, ide-cel, Katodritou
def test_a_constant_risk_comes_near_what_papers_print(median, n, printed):
    assert median_interval(median, n) == pytest.approx(printed, abs=0.5)


@pytest.mark.parametrize(("median", "n", "more"), [
    (0, 10, {}), (-1, 10, {}), (5, 0, {}), (5, 2.5, {}), (5, 10, {"level": 1}), (5, 10, {"shape": 0})])
def test_impossible_input_is_refused(median, n, more):
    with pytest.raises(ValueError, match=r"above 0|whole number|number of patients|confidence level"):
        median_interval(median, n, **more)

"""How numbers and sentences are written at the edges of their range."""

import pytest

from emdbook import tables
from emdbook.ground import wording


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (-0.4, 0, "0"), (-0.04, 1, "0.0"), (-0.0, None, "0"), (-0.6, 0, "−1"), (12345678901, None, "12345678901"),
    (0.00001, None, "0.00001"), (1e-12, None, "0.000000000001"), (2.5, None, "2.5"), (35.70, None, "35.7")])
def test_a_number_has_no_minus_before_zero_and_no_exponent(value, decimals, text):
    assert wording.number(value, decimals) == text


@pytest.mark.parametrize(("value", "decimals", "text", "brief"), [
    (99.7, 0, "more than 99%", ">99%"), (100, 0, "100%", "100%"), (99.4, 0, "99%", "99%"),
    (0.3, 0, "less than 1%", "<1%"), (0, 0, "0%", "0%"), (99.96, 1, "more than 99.9%", ">99.9%"),
    (0.04, 1, "less than 0.1%", "<0.1%"), (99.96, None, "99.96%", "99.96%")])
def test_not_all_is_never_written_as_all_and_not_none_never_as_none(value, decimals, text, brief):
    assert wording.percent(value, decimals) == text
    assert wording.percent(value, decimals, brief=True) == brief


def test_a_range_may_end_at_its_borders():
    assert wording.percent_range(-0.3, 2.4) == "0 to 2%"
    assert wording.percent_range(0.2, 99.9) == "0 to 100%"


@pytest.mark.parametrize(("low", "high", "decimals", "text"), [
    (0.051, 0.44, 0, "0.1 to 0.4%"), (0.191, 0.209, 0, "0.19 to 0.21%"), (49.9969, 50.0031, 1, "49.997 to 50.003%"),
    (2.136e-10, 1.1706e-9, 1, "0.0000000002 to 0.0000000012%"), (0, 2e-4, 1, "0.0000 to 0.0002%"),
    (99.9994, 99.99998, 1, "99.99940 to 99.99998%"), (5, 5, 0, "5 to 5%")])
def test_an_interval_of_some_width_is_never_printed_as_one_of_none(low, high, decimals, text):
    assert wording.percent_range(low, high, decimals) == text
    assert wording.interval(low, high, decimals) == text.removesuffix("%")


def test_a_part_of_a_patient_is_not_cut_off_in_silence():
    assert wording.count(3.0, 10) == "3 of 10"
    with pytest.raises(ValueError, match=r"3\.7 of 10 is no count"):
        wording.count(3.7, 10)


def test_a_number_of_patients_is_whole_also_as_a_float():
    assert [wording.plural(n, "patient") for n in (1.0, 28.0, 0)] == ["1 patient", "28 patients", "0 patients"]


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (1.04, 0, "1 month"), (0.96, 0, "1 month"), (1.04, 1, "1.0 months"), (0.4, 0, "0 months"), (1, None, "1 month")])
def test_months_agree_with_the_number_that_is_printed(value, decimals, text):
    assert wording.months(value, decimals) == text


@pytest.mark.parametrize(("low", "high", "text"), [
    (5.1, 12, "5.1 to 12"), (5.1, None, "5.1 to not reached"), (None, 12, "up to 12"), (None, None, "")])
def test_an_interval_may_be_open(low, high, text):
    assert wording.interval(low, high) == text


@pytest.mark.parametrize(("text", "said"), [
    ("what is it?", "What is it?"), ("stop!", "Stop!"), ("β2-microglobulin rises", "β2-microglobulin rises."),
    ("mRNA falls", "mRNA falls."), ("n = 28", "n = 28."), ("five of them.", "Five of them."), ("", ""),
    ("n of 28", "n of 28."), ("a trial", "A trial."), ("(ends there.)", "(ends there.)"), ("so?”", "So?”"),
    ("p53 is lost", "P53 is lost."), ("EM-E", "EM-E."), ("3 of 4", "3 of 4.")])
def test_a_sentence_keeps_symbols_and_its_own_stop(text, said):
    assert wording.sentence(text) == said


@pytest.mark.parametrize(("change", "text"), [
    ({"value": 50, "unit": "%", "measure": "rate_at", "at_months": 1}, "50% at 1 month"),
    ({"value": 9, "unit": "months", "measure": "median", "ci_low": 5.1}, "9 months (5.1 to not reached)"),
    ({"value": 0.5, "unit": "ratio", "measure": "hazard_ratio", "ci_low": 0.2}, "0.5 (0.2 to not given)"),
    ({"value": 9, "unit": "months", "measure": "median", "ci_high": 12}, "9 months (up to 12)")])
def test_a_figure_of_a_table_at_its_edges(change, text):
    row = {"not_reached": False, "value": None, "unit": "%", "events": None, "n": None, "ci_low": None,
           "ci_high": None, "measure": "proportion", "at_months": None, **change}
    assert tables.figure_text(row) == text

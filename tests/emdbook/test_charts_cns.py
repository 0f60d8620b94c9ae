"""Entry into the central nervous system and series of different size: limits, errors, and every state of chapter 12."""

from __future__ import annotations

from itertools import combinations, product

import pandas as pd
import pytest

from emdbook.charts.forest import ONE_STUDY, side_by_side
from emdbook.lessons import cns

DRUGS = pd.DataFrame([
    {"label": "drug one", "claim": "good", "animal": "0.61–0.72", "human": "0.09\nglioma", "patients": "no count"},
    {"label": "drug two", "claim": "limited", "patients": "1 patient"},
    {"label": "drug three", "claim": "poor"},
    {"label": "drug four", "claim": "unknown", "patients": "3 of 4\n8 of 10"},
])
SERIES = pd.DataFrame([
    {"study_id": "large", "label": "Large", "value": 7.0, "n": 172, "ci_low": None, "ci_high": None},
    {"study_id": "middle", "label": "Middle", "value": 4.0, "n": 54, "ci_low": 2.6, "ci_high": 5.4},
    {"study_id": "tiny", "label": "Tiny", "value": None, "n": 4, "ci_low": None, "ci_high": None},
])


def test_claims_are_the_first_word_of_the_statement():
    therapies = pd.DataFrame({"therapy_id": ["a", "b"], "name": ["A", "B"], "cns_penetration": ["good: said so", None]})
    assert list(cns.claims(therapies, ["b", "a"]).claim) == ["unknown", "good"]
    assert list(cns.claims(therapies, {"a": "first"}).label) == ["first"]


def test_a_statement_in_other_words_is_refused():
    therapies = pd.DataFrame({"therapy_id": ["a"], "name": ["A"], "cns_penetration": ["superb: said so"]})
    with pytest.raises(ValueError, match="superb"):
        cns.claims(therapies, ["a"])


def test_findings_are_put_beside_the_claims():
    table = pd.DataFrame({"therapy_id": ["a", "b"], "label": ["A", "B"], "claim": ["good", "poor"]})
    out = cns.with_findings(table, {"animal": {"b": "30%"}})
    assert list(out.animal) == ["", "30%"]
    for wrong in ({"animal": {"c": "30%"}}, {"claim": {"a": "good"}}, {"rumour": {}}):
        with pytest.raises(ValueError, match="no place"):
            cns.with_findings(table, wrong)


@pytest.mark.parametrize(("ask", "found"), [("claim", 3), ("animal", 1), ("human", 1), ("patients", 2)])
def test_drugs_with_each_kind_of_evidence(ask, found):
    assert cns.penetration(DRUGS, ask=ask).description.startswith(
        f"Entry into the central nervous system. {found} of 4 treatments")


def test_an_effect_without_a_count_does_not_count():
    assert "drug one" not in cns.penetration(DRUGS, ask="patients").description.partition(" Few")[0]


@pytest.mark.parametrize(("ask", "drugs"), list(product(cns.KINDS, ("all", "good", "little", "unknown"))))
def test_every_state_of_entry_draws(ask, drugs):
    chart = cns.penetration(DRUGS, ask=ask, drugs=drugs)
    assert len(chart.table) == {"all": 4, "good": 1, "little": 2, "unknown": 1}[drugs]
    assert "<svg" in chart.svg()
    assert "\n" not in chart.description


@pytest.mark.parametrize("settings", [{"ask": "rumour"}, {"drugs": "best"}])
def test_unknown_choices_of_entry_are_refused(settings):
    with pytest.raises(ValueError, match=r"rumour|best"):
        cns.penetration(DRUGS, **settings)


def test_no_drug_and_an_unknown_claim_are_refused():
    with pytest.raises(ValueError, match="no drug"):
        cns.penetration(DRUGS[DRUGS.claim == "good"], drugs="unknown")
    with pytest.raises(ValueError, match="superb"):
        cns.penetration([{"label": "x", "claim": "superb"}])


def test_the_constructed_interval_comes_near_a_printed_one():
    # Katodritou 2024: 4 months, 95% interval 2.6 to 5.4, of 54 patients
    low, high = cns.chance_interval(4, 54)
    assert low == pytest.approx(2.6, abs=0.1)
    assert high == pytest.approx(5.4, abs=0.6)


def test_four_patients_give_no_interval():
    assert pd.Series(cns.chance_interval(6, 4)).isna().all()


def test_chance_interval_shrinks_to_the_median():
    widths = [high - low for low, high in (cns.chance_interval(6, n) for n in (6, 10, 54, 172, 100_000))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(0, abs=0.15)
    assert cns.chance_interval(12, 10)[0] == pytest.approx(2 * cns.chance_interval(6, 10)[0])


@pytest.mark.parametrize(("median", "deaths"), [(0, 5), (-1, 5), (5, 0), (5, 2.5)])
def test_chance_interval_refuses_what_cannot_be(median, deaths):
    with pytest.raises(ValueError, match=r"above 0|whole number|number of patients"):
        cns.chance_interval(median, deaths)


def test_series_stand_by_size_and_a_missing_median_is_said():
    chart = cns.series_survival(SERIES, bound=6)
    assert list(chart.table["Series"]) == ["Tiny", "Middle", "Large"]
    assert "Tiny (n = 4) no median given" in chart.description
    assert "printed interval 2.6 to 5.4" in chart.description
    assert "Under 6 months: 1 of 2 medians." in chart.description


@pytest.mark.parametrize("chance", [True, False])
def test_every_choice_of_series_draws_with_its_own_words(chance):
    ids = list(SERIES.study_id)
    subsets = [c for k in (1, 2, 3) for c in combinations(ids, k)]
    seen = {cns.series_survival(SERIES, series=chosen, chance=chance, bound=6).description for chosen in subsets}
    assert len(seen) == len(subsets)
    assert all(("illustration" in words) == chance for words in seen)


def test_series_without_patients_or_without_a_choice_are_refused():
    with pytest.raises(ValueError, match="at least one series"):
        cns.series_survival(SERIES, series=())
    with pytest.raises(ValueError, match="number of patients"):
        cns.series_survival([{"label": "x", "value": 5.0, "n": None}])
    with pytest.raises(ValueError, match="above 0"):
        cns.series_survival([{"label": "x", "value": 0.0, "n": 5}])


def test_groups_of_one_study_are_not_called_separate_studies():
    assert ONE_STUDY in side_by_side([{"study": "A"}, {"study": "A"}])
    assert "Separate studies" in side_by_side([{"study": "A"}, {"study": "B"}])
    assert "Separate studies" in side_by_side([{"label": "A"}, {"label": "B"}])
    assert side_by_side([{"study": "A"}]) == ""

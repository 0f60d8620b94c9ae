"""Charts of the antibody chapter: groups side by side with their blanks, a constructed model of target density."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from pairwise import pairs

import emdbook
from emdbook import rows
from emdbook.estimates.targets import density_curve, share_above
from emdbook.lessons.antibodies import COMPARED, SHOWN, SPREADS, beside, prepare_beside, target_density

DENSITIES, THRESHOLDS = (10, 20, 30, 50, 70, 100), (10, 25, 50)


def pair(name, group, comparator, *, endpoint="ORR", against="non-EMD", stated=""):
    """Two rows of an invented study; each group is (population, events, n, value)."""
    return [{"label": name, "pair": f"{name} {endpoint}", "role": role, "against": against, "endpoint": endpoint,
             "population": population, "events": events, "n": n, "value": value, "stated": stated,
             "standing": "paper"}
            for role, (population, events, n, value) in (("group", group), ("comparator", comparator))]


INVENTED = [
    *pair("A", ("EMD", 1, 10, 10), ("non-EMD", 8, 20, 40)),
    *pair("B", ("EM-E", None, None, 20.5), ("non-EMD", None, None, 60)),
    *pair("C", ("EMD", None, 7, None), ("non-EMD", None, 30, None), stated="Lower than in non-EMD"),
    *pair("C", ("EM-E", None, 3, None), ("EM-B", None, 4, None), endpoint="PFS", against="EM-B",
          stated="Worse than in EM-B"),
    *pair("B", ("EM-E", None, None, 6), ("non-EMD", None, None, 12), endpoint="PFS"),
]


# ---- side by side
def test_counts_give_intervals_and_percentages_do_not():
    table = prepare_beside(INVENTED)
    assert table.shown.iloc[0] == pytest.approx(10)
    assert table.low.iloc[0] < 10 < table.high.iloc[0]
    assert table.low.iloc[2:].isna().all()
    assert table.shown.iloc[4:].isna().all()


def test_a_direction_keeps_its_row_and_says_that_no_figure_is_given():
    chart = beside(INVENTED)
    assert "C lower with EMD, no figure given (7 and 30 patients)" in chart.description
    assert "not a head-to-head comparison" in chart.description
    assert "number of patients not seen" in chart.description
    words = [text.get_text() for text in chart.figure.axes[0].texts]
    assert "Lower:\nno figure given" in words
    assert "n = 7" in words


def test_intervals_are_named_only_where_they_are_drawn():
    assert "(2 to 40%)" in beside(INVENTED).description
    assert "Wilson" in beside(INVENTED).description
    assert "Wilson" not in beside(INVENTED, show="figure").description
    assert "(2 to 40%)" not in beside(INVENTED, show="figure").description


def test_a_single_study_is_not_called_separate_studies():
    chart = beside(INVENTED, compare="EM-B", show="pfs")
    assert chart.description == ("Median PFS, EM-E beside EM-B: C worse with EM-E, no figure given (3 and 4 "
                                 "patients).")


def test_a_comparison_that_nobody_made_is_an_empty_field():
    chart = beside(INVENTED, compare="EM-B")
    assert "no study of antibodies that we saw" in chart.description
    assert chart.table.Studies.tolist() == [0]


@pytest.mark.parametrize(("bad", "words"), [
    ({"compare": "CNS"}, "compare with"), ({"show": "table"}, "show one of")])
def test_unknown_choices_are_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        beside(INVENTED, **bad)


def test_unknown_endpoints_and_lone_rows_are_refused():
    with pytest.raises(ValueError, match="endpoint is"):
        prepare_beside(INVENTED, endpoint="OS")
    with pytest.raises(ValueError, match="one group and one comparator"):
        prepare_beside(INVENTED[:1])


@pytest.fixture(scope="module")
def real():
    ids = {"usmani-2016.emd.orr.review": "Two trials", "dara-realworld-43.emd.orr.secondary": "Routine care",
           "dara-rd-186.emd.orr.review": "Dara-Rd", "dara-rd-186.emd.pfs.review": "Dara-Rd",
           "dara-rd-186.em-e.pfs.review": "Dara-Rd", "voorhees-2025.em-e.orr.secondary": "Standard",
           "voorhees-2025.em-e.pfs.secondary": "Standard"}
    return rows.beside(emdbook.load(), ids)


def test_every_state_of_the_widget_draws_with_its_own_description(real):
    seen = {beside(real, compare=c, show=s).description for c, s in itertools.product(COMPARED, SHOWN)}
    assert len(seen) == len(COMPARED) * len(SHOWN)


def test_the_comparator_comes_from_the_data(real):
    two = real[real.pair == "usmani-2016.emd.orr.review"]
    assert two.events.tolist() == [3, 43]
    blank = real[(real.pair == "dara-rd-186.emd.orr.review") & (real.role == "comparator")].iloc[0]
    assert (blank.population, blank.n, blank.stated) == ("non-EMD", 145, "Lower than in non-EMD")
    assert pd.isna(blank.value)


def test_a_row_without_a_comparator_cannot_stand_beside_anything():
    with pytest.raises(ValueError, match="names no comparator"):
        rows.beside(emdbook.load(), {"danhof-2021.emd.orr.primary": "Danhof"})


# ---- target density
@pytest.mark.parametrize("spread", [0.1, 0.3, 1.0])
def test_half_of_the_cells_are_killed_where_the_median_is_the_threshold(spread):
    assert share_above(25, spread, 25) == pytest.approx(0.5)


def test_only_the_ratio_of_density_and_threshold_counts():
    assert share_above(30, 0.3, 10) == pytest.approx(share_above(3, 0.3, 1))
    assert share_above(30, 0.3, 10) + share_above(10, 0.3, 30) == pytest.approx(1)


def test_without_spread_it_is_all_or_nothing():
    assert share_above(30, 1e-6, 25) == pytest.approx(1)
    assert share_above(20, 1e-6, 25) == pytest.approx(0)


def test_more_target_kills_more_and_a_higher_threshold_fewer():
    assert np.all(np.diff([share_above(d, 0.3, 25) for d in DENSITIES]) > 0)
    assert np.all(np.diff([share_above(30, 0.3, t) for t in THRESHOLDS]) < 0)


@pytest.mark.parametrize(("middle", "spread", "threshold"), [(30, 0.3, 25), (100, 0.6, 25), (10, 0.15, 50)])
def test_the_closed_form_agrees_with_a_simulation_and_with_the_drawn_curve(middle, spread, threshold):
    expected = share_above(middle, spread, threshold)
    cells = 10 ** np.random.default_rng(7).normal(np.log10(middle), spread, 200_000)
    assert np.mean(cells >= threshold) == pytest.approx(expected, abs=0.004)
    x = np.linspace(np.log10(threshold), 6, 20_001)
    assert np.trapezoid(density_curve(x, middle, spread), x) == pytest.approx(expected, abs=1e-4)


def test_the_lesion_with_the_marrows_target_fares_as_the_marrow():
    killed = target_density(100, "marrow", 25).table["Killed of 100"]
    assert killed.iloc[0] == killed.iloc[1] == 97.8


def test_unevenness_alone_spares_cells():
    killed = {s: target_density(100, s, 25).table["Killed of 100"].iloc[1] for s in SPREADS}
    assert killed == {"even": 100, "marrow": 97.8, "uneven": 84.2}


@pytest.mark.parametrize("bad", [{"density": 0}, {"threshold": -1}, {"density": float("nan")}, {"spread": "wide"}])
def test_impossible_cells_are_refused(bad):
    with pytest.raises(ValueError, match=r"spread is one of|must be"):
        target_density(**bad)


def test_every_state_of_the_model_is_labelled_and_tells_its_own_numbers():
    seen = set()
    states = pairs(DENSITIES, SPREADS, THRESHOLDS)
    for density, spread, threshold in states:
        chart = target_density(density, spread, threshold)
        killed = round(100 * share_above(density, SPREADS[spread], threshold))
        assert chart.description.startswith("Constructed model.")
        assert f"{density}% of that density" in chart.description
        assert f"{killed} of 100 do" in chart.description or killed in {0, 100}
        seen.add(chart.description)
    assert len(seen) == len(states)

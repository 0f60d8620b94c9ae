"""The pool that a reader puts together: what enters, what stays out, and what the figure says about it."""

import itertools

import pandas as pd
import pytest
from artists import marks

from emdbook import rows, style
from emdbook.charts.pooling import ASSUMES, pool_choice, prepare_pool
from emdbook.estimates import pool_proportions, proportion_interval
from emdbook.estimates.overlaps import keep_apart

OFFERED = {
    "ciltacel-us-598.em-e.orr.primary": "Cilta-cel US", "pan-2025.em-e.orr.derived": "Pan 2025",
    "que-2021.emd.orr.review": "Que 2021", "mayo-emd.cart-secondary.orr.primary": "Mayo EMD series",
    "bcma-cd19-69.emd.orr.review": "BCMA + CD19, 69 patients", "crb-401.emd.orr.review": "CRB-401",
    "lcar-b38m-xu-2019.emd.orr.review": "Xu 2019", "oricar-017.emd.orr.derived": "OriCAR-017",
}


@pytest.fixture(scope="module")
def offered(evidence):
    return rows.chart_rows(evidence, OFFERED)


@pytest.fixture(scope="module")
def beside(evidence):
    ids = {"dima-2024.em-e.orr.primary": "Dima 2024", "ide-cel-351.em-e.orr-day90.primary": "Ide-cel, 351 patients"}
    return rows.chart_rows(evidence, ids).assign(why=["no count fits", "at day 90"])


def row(name, events, n, shares=""):
    return {"label": name.title(), "study_id": name, "arm_id": f"{name}.emd", "overlaps_with": shares,
            "events": events, "n": n}


# --- who may stand beside whom

def test_without_shared_patients_everybody_stays():
    found = keep_apart(["a", "b"], {"a": 3, "b": 9}, {})
    assert found.kept == ("a", "b")
    assert not found.left_out


def test_of_two_that_share_patients_the_larger_stays_and_the_order_is_kept():
    found = keep_apart(["a", "b", "c"], {"a": 3, "b": 9, "c": 5}, {"a": {"b"}})
    assert found.kept == ("b", "c")
    assert dict(found.left_out) == {"a": "b"}


@pytest.mark.parametrize("shares", [{"a": {"b"}}, {"b": {"a"}}, {"a": {"b"}, "b": {"a"}}])
def test_one_mention_of_shared_patients_is_enough(shares):
    assert keep_apart(["a", "b"], {"a": 3, "b": 9}, shares).kept == ("b",)


def test_a_group_may_come_back_when_what_excluded_it_is_itself_excluded():
    shares = {"small": {"middle"}, "middle": {"large"}}
    found = keep_apart(["small", "middle", "large"], {"small": 1, "middle": 2, "large": 3}, shares)
    assert found.kept == ("small", "large")
    assert dict(found.left_out) == {"middle": "large"}


def test_of_equals_the_first_stays():
    assert keep_apart(["a", "b"], {"a": 4, "b": 4}, {"a": {"b"}}).kept == ("a",)


def test_impossible_choices_are_refused():
    with pytest.raises(ValueError, match="twice"):
        keep_apart(["a", "a"], {"a": 1}, {})
    with pytest.raises(ValueError, match="not known for b"):
        keep_apart(["a", "b"], {"a": 1}, {})


# --- the prepared table

def test_the_pool_is_that_of_the_estimates():
    found = prepare_pool([row("a", 3, 9), row("b", 7, 12), row("c", 2, 8)], ("a", "b"))
    assert found.pooled == pool_proportions([3, 7], [9, 12])
    assert list(found.table.state) == ["pooled", "pooled", "not chosen"]
    assert found.table.weight.sum() == pytest.approx(100)


def test_one_study_alone_is_its_own_wilson_interval():
    found = prepare_pool([row("a", 3, 9), row("b", 7, 12)], ("a",))
    own = proportion_interval(3, 9)
    assert (found.pooled.ci_low, found.pooled.ci_high) == (own.ci_low, own.ci_high)
    assert found.pooled.prediction_low is None


def test_shared_patients_are_left_out_with_the_reason():
    found = prepare_pool([row("a", 3, 9, "b.emd"), row("b", 7, 12)], ("a", "b"))
    assert list(found.table.state) == ["left out", "alone, not pooled"]
    assert found.reasons == ("A is left out: it may share patients with B, which is larger.",)
    assert found.pooled.k == 1


def test_the_smaller_enters_when_the_larger_is_not_chosen():
    assert prepare_pool([row("a", 3, 9, "b.emd"), row("b", 7, 12)], ("a",)).pooled.k == 1


@pytest.mark.parametrize(("table", "chosen", "message"), [
    ([row("a", 3, 9)], (), "at least one"), ([row("a", 3, 9)], ("z",), "z is not among"),
    ([row("a", None, 9)], ("a",), "no count"), ([row("a", 10, 9)], ("a",), "10 events among 9"),
    ([], (), "nothing to draw"),
])
def test_impossible_pools_are_refused(table, chosen, message):
    with pytest.raises(ValueError, match=message):
        prepare_pool(table, chosen)


# --- every state of the widget

def test_every_group_offered_has_a_count_and_those_that_overlap_say_so_in_the_data(evidence, offered):
    view = evidence.view().set_index("outcome_id")
    for outcome_id in OFFERED:
        r = view.loc[outcome_id]
        assert bool(r["poolable"]) or "share patients" in r["poolable_reason"], outcome_id
    # all that the data call poolable in this class are offered
    free = view[(view["poolable"] == True) & ((view.therapeutic_class == "cart")  # noqa: E712
                                               | (view.study_id == "mayo-emd"))]
    assert set(free.index) <= set(OFFERED)


def test_every_state_pools_exactly_what_its_sentence_says(offered, beside):
    names = list(offered.study_id)
    # alone, in pairs, one left out, all: what one study does to another shows in a pair
    masks = [c for k in (1, 2, 7, 8) for c in itertools.combinations(names, k)]
    label = dict(zip(offered.study_id, offered.label, strict=True))
    seen = set()
    for chosen in masks:
        found = prepare_pool(offered, chosen)
        both = {"ciltacel-us-598", "pan-2025"} <= set(chosen)
        assert found.pooled.k == len(chosen) - both, chosen
        assert bool(found.reasons) == both
        low, high = found.pooled.ci_low, found.pooled.ci_high
        assert 0 <= low <= found.pooled.estimate <= high <= 1
        seen.add(tuple(found.table.state))
        assert {r.label for r in found.table.itertuples() if r.state != "not chosen"} == {label[c] for c in chosen}
    assert len(seen) == len(masks)


@pytest.mark.parametrize("size", [1, 7, 8])
def test_states_draw_with_their_own_true_description(offered, beside, size):
    names = list(offered.study_id)
    sentences, heights = set(), set()
    for chosen in itertools.combinations(names, size):
        chart = pool_choice(offered, chosen, beside=beside)
        found = prepare_pool(offered, chosen)
        assert ASSUMES in chart.description
        assert "not a head-to-head" in chart.description
        assert found.pooled.note in chart.description
        assert all(reason in chart.description for reason in found.reasons)
        assert f"{found.pooled.k} group" in chart.description
        sentences.add(chart.description)
        heights.add(chart.figure.get_figheight())
    assert len(sentences) == len(list(itertools.combinations(names, size)))
    assert len(heights) == 1


def test_note_and_reason_stand_in_the_figure_too(offered, beside):
    chart = pool_choice(offered, beside=beside)
    words = " ".join(" ".join(t.get_text().split()) for t in chart.figure.texts)
    words = words.replace("Hartung- Knapp", "Hartung-Knapp")
    assert "Pan 2025 is left out: it may share patients with Cilta-cel US, which is larger." in words
    assert prepare_pool(offered, tuple(offered.study_id)).pooled.note in words
    assert ASSUMES in words


def test_groups_outside_the_prediction_interval_are_named(offered, beside):
    text = pool_choice(offered, beside=beside).description
    assert "Outside it: Dima 2024 and Ide-cel, 351 patients." in text
    assert "Outside it" not in pool_choice(offered, ("crb-401", "mayo-emd"), beside=beside).description


def test_without_groups_beside_it_the_figure_still_draws(offered):
    chart = pool_choice(offered)
    assert "Beside the pool" not in chart.description
    assert isinstance(chart.table, pd.DataFrame)
    assert "Random effects" in chart.table["Group"].tolist()


@pytest.mark.parametrize("population", ["EM-B", "EMD"])
def test_a_group_beside_the_pool_wears_the_mark_of_its_population(offered, beside, population):
    groups = beside.assign(population=[population, *beside.population[1:]])
    drawn = marks(pool_choice(offered, beside=groups).figure.axes[0])
    for group in groups.itertuples():
        colours = {dot.edge for dot in drawn if dot.x == pytest.approx(group.value)}
        assert style.POPULATION[group.population].light.lower() in colours


@pytest.mark.parametrize("population", ["EM-B", "EMD"])
def test_a_group_beside_the_pool_is_told_as_what_it_is(offered, beside, population):
    groups = beside.assign(population=[population, *beside.population[1:]])
    told = {mark.name: mark.series for mark in pool_choice(offered, beside=groups).marks}
    assert [told[label] for label in groups.label] == [style.POPULATION[p].label for p in groups.population]

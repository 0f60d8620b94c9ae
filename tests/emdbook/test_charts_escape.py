"""Chapter 02: which change serves which step, what is stated and what inferred, and whether sources agree."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pairwise import pairs

import emdbook
from emdbook.charts import mechanism
from emdbook.charts.intervals import interval_methods
from emdbook.lessons import escape

SCENES = emdbook.load().scenes
CHANGES = SCENES.alterations
# pairs, and the states that a test below asks for by name
STATES = [*pairs(("all", *CHANGES), ("all", *escape.STEPS), (True, False)), ("cxcr4", "leave", True),
          ("vegf", "travel", True), ("vegf", "travel", False), ("mapk", "settle", False), ("t-cells", "resist", False),
          ("all", "travel", False), ("all", "settle", True), ("all", "all", True), ("all", "all", False),
          ("t-cells", "all", False)]


@pytest.fixture(scope="module")
def biology():
    return emdbook.load().biology


@pytest.fixture(scope="module")
def charts():
    return {state: escape.journey(CHANGES, chosen=state[0], step=state[1], inferred=state[2]) for state in STATES}


# --- the alterations against the data -------------------------------------------------------------------------------


def test_every_change_rests_on_rows_of_the_data(biology):
    known = set(biology.fact_id)
    for change in CHANGES.values():
        assert change.facts, change.label
        assert set(change.facts) <= known, change.label


def test_the_paragraph_of_a_change_is_that_of_its_rows(biology):
    where = dict(zip(biology.fact_id, biology.locator, strict=True))
    for change in CHANGES.values():
        given = {p for fact in change.facts for p in str(where[fact]).split(";")}
        assert set(change.where) <= given, change.label
        assert set(change.treatment.where if change.treatment else ()) <= given, change.label


def test_a_link_that_is_not_stated_names_no_paragraph():
    links = [c.treatment for c in CHANGES.values() if c.treatment]
    assert {link.standing for link in links} == {"review", "own"}
    assert all(bool(link.where) == (link.standing == "review") for link in links)


def test_the_eight_changes_of_the_design_are_there_and_fewer_targets_beside_them():
    assert set(CHANGES) == {"mapk", "tp53", "myc", "cxcr4", "cd56", "cd44-vla4", "vegf", "t-cells", "targets"}


def test_the_review_places_no_mutation_and_no_travel():
    table = escape.prepare_journey(CHANGES, inferred=False)
    assert not set(table.key) & {"mapk", "tp53", "myc"}
    assert "travel" not in set(table.step)
    assert set(table.basis) == {"stated", "stated together"}


# --- preparation ----------------------------------------------------------------------------------------------------


def test_inferences_are_added_and_nothing_stated_changes():
    full, bare = escape.prepare_journey(CHANGES), escape.prepare_journey(CHANGES, inferred=False)
    pd.testing.assert_frame_equal(full[full.basis != "inferred"].reset_index(drop=True), bare)
    assert (full.basis == "inferred").any()


def test_an_unknown_step_is_refused():
    wrong = {"x": replace(CHANGES["vegf"], stated=("fly",))}
    with pytest.raises(ValueError, match="no step"):
        escape.prepare_journey(wrong)


def test_a_step_is_not_both_stated_and_inferred():
    wrong = {"x": replace(CHANGES["vegf"], stated=("settle",), inferred=("settle",))}
    with pytest.raises(ValueError, match="both"):
        escape.prepare_journey(wrong)


@pytest.mark.parametrize("wrong", [{"chosen": "kras"}, {"step": "fly"}])
def test_an_unknown_choice_is_refused(wrong):
    with pytest.raises(ValueError, match="journey"):
        escape.journey(CHANGES, **wrong)


# --- every state ----------------------------------------------------------------------------------------------------


def test_every_state_speaks_for_itself(charts):
    assert {state[0] for state in charts} == {"all", *CHANGES}
    for (chosen, step, inferred), chart in charts.items():
        if chosen != "all":
            assert CHANGES[chosen].label in chart.description
        if step != "all":
            assert escape.STEPS[step].lower() in chart.description
        assert inferred or "infers" not in chart.description
        assert len(chart.table) == len(CHANGES)
    # without a treatment or an inference, a state may say the same only if nothing differs
    assert len({c.description for c in charts.values()}) == len(charts)


@pytest.mark.parametrize(("chosen", "step", "inferred", "words"), [
    ("cxcr4", "leave", True, "stated together"),
    ("vegf", "travel", True, "inferred"),
    ("vegf", "travel", False, "not said"),
    ("mapk", "settle", False, "not said"),
    ("t-cells", "resist", False, "stated"),
])
def test_a_change_and_a_step_give_one_answer(charts, chosen, step, inferred, words):
    heading = charts[chosen, step, inferred].description.split(". ")[0]
    assert heading.endswith(f": {words}")


def test_an_empty_step_is_no_finding(charts):
    assert "so that is no finding" in charts["all", "travel", False].description
    assert "gap" not in charts["all", "settle", True].description


def test_an_inferred_treatment_is_hidden_with_the_inferences(charts):
    def column(inferred):
        return charts["all", "all", inferred].table.set_index("Change")["May blunt"]

    assert column(True)["T cells exhausted"] == "T-cell therapies"
    assert column(False)["T cells exhausted"] == ""
    assert column(False)["Targets fewer"] == "CD38 antibodies"
    assert "names no treatment" in charts["t-cells", "all", False].description


def test_no_text_leaves_the_figure_or_its_panel(charts):
    for state, chart in charts.items():
        renderer = FigureCanvasAgg(chart.figure).get_renderer()
        axes = chart.figure.axes[0]
        for text in axes.texts:
            extent = text.get_window_extent(renderer)
            assert extent.x1 <= chart.figure.bbox.x1 - 4, (state, text.get_text())
        panel = axes.patches[-1].get_window_extent(renderer)
        assert axes.texts[-1].get_window_extent(renderer).y0 >= panel.y0, state


# --- directions -----------------------------------------------------------------------------------------------------


def test_directions_come_from_the_data(biology):
    table = escape.prepare_directions(escape.finding_rows(biology, SCENES.findings)).set_index("finding")
    assert table.loc["CD56", "verdict"] == table.loc["CXCR4, chemokine\nreceptors", "verdict"] == "agree"
    # Jelinek is probably what the review rests on, and "high" without a marrow beside it tells no direction
    assert table.loc["CD38", "verdict"] == table.loc["CD44", "verdict"] == "one source"
    assert table.loc["SLAMF7", "verdict"] == "differ"
    assert table.loc["GPRC5D, FcRH5", "verdict"] == "one source"
    chart = escape.directions(escape.finding_rows(biology, SCENES.findings))
    assert chart.description.startswith("The sources differ on VLA-4")


@pytest.mark.parametrize(("found", "verdict"), [
    (["down"], "one source"), (["down", "lost"], "agree"), (["up", "high"], "agree"), (["down", "up"], "differ"),
    (["down", "present"], "one source"), (["up", "present"], "one source"),
])
def test_a_verdict_follows_from_the_directions(found, verdict):
    table = pd.DataFrame({"finding": "x", "source": [f"s{i}" for i in range(len(found))], "direction": found})
    assert escape.prepare_directions(table).verdict.tolist() == [verdict]


def test_bad_rows_of_directions_are_refused():
    with pytest.raises(ValueError, match="unknown direction"):
        escape.prepare_directions(pd.DataFrame({"finding": ["x"], "source": ["s"], "direction": ["sideways"]}))
    with pytest.raises(ValueError, match="twice"):
        escape.prepare_directions(pd.DataFrame({"finding": ["x"] * 2, "source": ["s"] * 2, "direction": ["up"] * 2}))


def test_a_missing_fact_is_named(biology):
    with pytest.raises(LookupError, match=r"bio\.nothing"):
        escape.finding_rows(biology, {"bio.nothing": (("x",), "s")})


# --- scenes and the wording of an interval --------------------------------------------------------------------------


@pytest.mark.parametrize("scene", SCENES.scenes.values(), ids=SCENES.scenes)
def test_the_scenes_draw(scene):
    assert mechanism(scene).description.startswith("Drawing. ")


def test_an_interval_may_speak_of_specimens():
    chart = interval_methods(3, 3, what="had strong SLAMF7", axis="True share, %")
    assert chart.description.startswith("3 of 3 had strong SLAMF7, 100.0%")
    assert "responded" in interval_methods(3, 4).description


# --- what stood beside the finding ----------------------------------------------------------------------------------


def shown_rows(chart):
    """Words of the first column, and whether each mark is a filled one."""
    axes = chart.figure.axes[0]
    words = [t.get_text() for t in axes.texts if t.get_position()[0] == 0.66 and t.get_text() != "Finding"]
    return words, [len(c.get_facecolors()) > 0 for c in axes.collections if len(c.get_offsets())]


def test_every_finding_rests_on_the_data_and_says_what_stood_beside_it(biology):
    notes = dict(zip(biology.fact_id, biology.note.fillna(""), strict=True))
    for one in SCENES.comparisons:
        assert (one.against is not None) <= (one.beside in ("patients without EMD", "patients with EM-B")), one.label
        assert ("No marrow comparator" in notes[one.fact]) <= (one.beside == "nothing beside it"), one.label


def test_without_a_comparison_the_molecules_are_empty(biology):
    words, _ = shown_rows(escape.beside(escape.comparison_rows(SCENES.comparisons, biology)))
    assert words == [c.label for c in SCENES.comparisons]
    chart = escape.beside(escape.comparison_rows(SCENES.comparisons, biology), shown="something")
    words, filled = shown_rows(chart)
    assert words == ["CD56 there, EM-E v EM-B", "TP53, gain of function", "del(17p)", "amp(1q21)",
                     "amp(1q21), EM-E v EM-B", "More PD-1, no response"]
    assert all(filled)
    assert "6 findings of 17" in chart.description
    chart = escape.beside(escape.comparison_rows(SCENES.comparisons, biology), shown="emd", about="molecules")
    assert shown_rows(chart) == ([], [])
    assert chart.table.empty
    assert "Of 17 findings not one is left" in chart.description


def test_a_share_stands_with_that_of_the_others(biology):
    table = escape.comparison_rows(SCENES.comparisons, biology).set_index("label")
    assert table.figure["del(17p)"] == "31 v 13%"
    assert table.figure["CD44 high"] == "92%"
    assert table.n["SLAMF7 strong"] == "3"
    assert table.n["del(17p)"] == "not seen"


def test_rows_keep_their_place_when_others_are_hidden(biology):
    def places(**choice):
        axes = escape.beside(escape.comparison_rows(SCENES.comparisons, biology), **choice).figure.axes[0]
        return {t.get_text(): t.get_position()[1] for t in axes.texts if t.get_position()[0] == 0.66}
    all_of_them, some = places(), places(shown="emd")
    assert all(all_of_them[name] == y for name, y in some.items())


def test_unknown_choices_and_facts_are_refused(biology):
    with pytest.raises(ValueError, match="is no choice"):
        escape.beside(escape.comparison_rows(SCENES.comparisons, biology), shown="none")
    with pytest.raises(ValueError, match="is no kind of finding"):
        escape.beside(escape.comparison_rows(SCENES.comparisons, biology), about="cells")
    with pytest.raises(LookupError, match=r"bio\.nothing"):
        escape.comparison_rows([replace(SCENES.comparisons[0], fact="bio.nothing")], biology)

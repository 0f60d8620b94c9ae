"""The drawn pathway: every state of the widget, limiting cases, words and errors."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pairwise import few

from emdbook.teach.cases import load_cases
from emdbook.teach.pathway import load_pathway
from emdbook.teach.pathway_map import (
    case_map,
    paragraphs,
    pathway_map,
    pathway_overview,
    prepare_pathway_map,
    prepare_pathway_overview,
)

PATIENTS, STEPS = 9, range(1, 14)  # as the widget of chapter 14


@pytest.fixture(scope="module")
def pathway():
    return load_pathway()


def walks_of(cases):
    return {case.synopsis: case.walk.choices for case in cases}


@pytest.fixture(scope="module")
def walks():
    return walks_of(load_cases())


def words(chart) -> str:
    return " ".join(t.get_text() for axes in chart.figure.axes for t in axes.texts)


def test_every_state_draws_with_its_own_true_description(pathway):
    cases = load_cases()
    walks = walks_of(cases[:1] + cases[2:5] + cases[6:9] + cases[10:12])
    descriptions = set()
    states = few(list(itertools.product(walks, STEPS)), 7)
    for case, steps in states:
        chart = case_map((pathway, walks), case=case, steps=steps)
        walk = pathway.walk(list(walks[case]))
        at = min(steps, len(walk.steps))
        here = walk.steps[at - 1]
        assert case in chart.description
        assert here.text.rstrip(".") in chart.description
        assert "()" not in chart.description, "a step that stands in no paragraph names none"
        assert len(chart.table) == at
        assert list(chart.table.Node) == list(walk.node_ids[:at])
        assert (f"there is no step {steps}" in chart.description) == (steps > len(walk.steps))
        for passed in walk.steps[:at]:
            assert all(gap.text.rstrip(".") in chart.description for gap in passed.gaps)
        if at > 1:
            stated = sum(step.basis == "stated" for step in walk.steps[:at - 1])
            assert f"before, the review states {stated}." in chart.description
        descriptions.add(chart.description)
    assert len(descriptions) == len(states)
    assert PATIENTS * len(STEPS) <= 120


def test_every_path_of_the_tree_can_be_drawn(pathway):
    for path in few(pathway.paths(), 5):
        chart = pathway_map(pathway, path.choices)
        assert path.last.text.rstrip(".") in chart.description
        assert chart.figure.get_figheight() < 14


def test_what_is_drawn_shows_basis_paragraph_and_gap(pathway, walks):
    name = "New disease, mass on a rib, fit"
    chart = case_map((pathway, walks), case=name, steps=7)
    text = words(chart)
    assert "INTRO-1, PRIMARY-1, 2" in text
    assert "stated" in text
    assert "inferred" in text
    assert "both EM-B and EM-E lesions" in text
    styles = {line.get_linestyle() for line in chart.figure.axes[0].lines}
    assert {"-", "--"} <= styles


def test_the_text_stays_within_the_figure(pathway):
    """Nothing is cut: every word ends left of the edge, and none of the left column meets the right."""
    for path in pathway.paths()[::9]:
        chart = pathway_map(pathway, path.choices)
        renderer = FigureCanvasAgg(chart.figure).get_renderer()
        width = chart.figure.bbox.width
        for each in chart.figure.axes[0].texts:
            box = each.get_window_extent(renderer)
            assert box.x0 >= 0
            assert box.x1 <= width, each.get_text()


def test_no_answers_stand_at_the_first_question(pathway):
    chart = pathway_map(pathway)
    assert chart.description.startswith("Step 1. Question: Before anything else")
    assert "this patient" not in chart.description
    assert list(chart.table.Basis) == ["open"]


def test_an_end_has_no_ways_on(pathway):
    chart = pathway_map(pathway, ["No emergency", "5% or more plasma cells in the blood"])
    assert "Step 3 of 3. End of the path: Plasma cell leukaemia" in chart.description
    assert "Ways on" not in chart.description
    assert list(chart.table.Basis) == ["official", "stated", "end"]


def test_the_table_is_the_walk(pathway):
    choices = ["No emergency", "Yes, EMD", "No", "At relapse (secondary)", "No", "Yes"]
    table = prepare_pathway_map(pathway, choices)
    rows = pathway.walk(choices).rows()
    assert list(table.Text) == [row["text"] for row in rows]
    assert list(table.Answer) == [row["chosen"] for row in rows]
    assert list(table.Gap) == [row["gaps"] for row in rows]


@pytest.mark.parametrize("steps", [0, -1, 1.5, "3", True])
def test_a_number_of_steps_that_is_none_is_refused(pathway, steps):
    with pytest.raises(ValueError, match="whole number of 1 or more"):
        pathway_map(pathway, [], steps)


def test_errors_are_in_plain_words(pathway, walks):
    with pytest.raises(ValueError, match="no patient 'Nobody'"):
        case_map((pathway, walks), case="Nobody", steps=1)
    with pytest.raises(ValueError, match="is no answer to"):
        pathway_map(pathway, ["Perhaps"])


def test_paragraphs_of_one_section_are_joined():
    assert paragraphs(("INTRO-3", "PRIMARY-1", "PRIMARY-2")) == "INTRO-3, PRIMARY-1, 2"
    assert paragraphs(()) == ""


def test_the_overview_counts_every_way_node_and_gap_once(pathway):
    table = prepare_pathway_overview(pathway)
    ways = [option.basis for node in pathway.nodes for option in node.options]
    assert table.Nodes.sum() == len(pathway.nodes)
    assert (table.Stated.sum(), table.Inferred.sum()) == (ways.count("stated"), ways.count("inferred"))
    assert table.Gaps.sum() == len(pathway.gaps)
    chart = pathway_overview(pathway, title="The tree")
    assert f"{len(ways)} ways" in chart.description
    assert f"{len(pathway.gaps)} gaps" in chart.description
    assert words(chart).count("?") == len(pathway.gaps)
    assert "Depth" not in chart.table


def test_svg_is_the_same_each_time_and_follows_the_palette(pathway):
    svg = pathway_overview(pathway).svg("x")
    assert svg == pathway_overview(pathway).svg("x")
    assert "var(--emd-c-accent" in svg

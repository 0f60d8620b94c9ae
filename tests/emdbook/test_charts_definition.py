"""Chapter 01: the decision, the incidences, and the chart of ranges; every state of both widgets."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation
from pairwise import pairs

import emdbook
from emdbook import rows
from emdbook.charts import ranges
from emdbook.lessons import definition

LIMITS = {"blood": 5, "marrow": 10}
NAMES = emdbook.load().scenes.names


def classify(limits, **answers):
    return definition.classify(limits, names=NAMES, **answers)


def prepare(limits, **answers):
    return definition.prepare_classification(limits, NAMES, **answers)

SHARES = ["gao-2022.overall.emd-share.primary", "gao-2022.overall.emb-share.primary",
          "gao-2022.overall.eme-share.primary", "gagelmann-2018.overall.emb-share.primary",
          "gagelmann-2018.overall.eme-share.primary"]


@pytest.fixture(scope="module")
def incidences(evidence):
    return definition.incidence_rows(evidence.epidemiology, evidence.sources, rows.chart_rows(evidence, SHARES),
                                     names={"korea-plasmacytoma-relapse": "Korea 2022"})


def name(lesions="several", contact="no", marrow="above", blood="below", history="known"):
    made = prepare(LIMITS, lesions=lesions, contact=contact, marrow=marrow, blood=blood,
                                             history=history)
    return made.outcome.name, made.by


# --- the decision ---------------------------------------------------------------------------------------------------

FIRST = {"lesions": "one", "history": "clean"}


@pytest.mark.parametrize(("answers", "expected", "step"), [
    ({}, "EM-E, away from bone", 5),
    ({"contact": "yes"}, "EM-B, grown from bone", 5),
    ({"contact": "some"}, "EM-B and EM-E together", 5),
    ({**FIRST, "marrow": "none"}, "Solitary plasmacytoma", 4),
    ({**FIRST, "marrow": "none", "contact": "yes"}, "Solitary plasmacytoma", 4),
    ({**FIRST, "marrow": "below"}, "Solitary plasmacytoma, minimal marrow involvement", 4),
    # one mass, few marrow cells and anaemia: myeloma, not solitary plasmacytoma
    ({**FIRST, "marrow": "below", "history": "event"}, "EM-E, away from bone", 5),
    # one new mass in a patient with treated myeloma: relapse
    ({**FIRST, "marrow": "none", "history": "known"}, "EM-E, away from bone", 5),
    ({"lesions": "several", "history": "clean", "marrow": "below"}, "No rule for this", 4),
    ({**FIRST, "marrow": "below", "contact": "some"}, "No such presentation", 4),
    ({"lesions": "one", "contact": "some"}, "No such presentation", 5),
    ({"lesions": "none"}, "No lesion outside the marrow", 2),
    ({"blood": "above"}, "Plasma cell leukaemia", 1),
    ({"blood": "above", "lesions": "none", "marrow": "below"}, "Plasma cell leukaemia", 1),
])
def test_each_rule_decides_its_presentation(answers, expected, step):
    assert name(**answers) == (expected, step)


@pytest.mark.parametrize(("answers", "arrows"), [({"blood": "above"}, 0), ({"lesions": "none"}, 1),
                                                 ({**FIRST, "marrow": "none"}, 3), ({}, 4)])
def test_an_arrow_leads_on_from_each_question_that_did_not_decide(answers, arrows):
    given = {"lesions": "several", "contact": "no", "marrow": "above", "blood": "below", "history": "known", **answers}
    figure = classify(LIMITS, **given).figure
    assert sum(isinstance(one, Annotation) for one in figure.axes[0].texts) == arrows


def test_at_the_limit_consensus_and_review_part():
    made = prepare(LIMITS, lesions="several", contact="no", marrow="above", blood="at")
    assert made.outcome.name == "Plasma cell leukaemia"
    assert made.notes == ("The review asks for more than 5%; by its wording: EM-E, away from bone",)


@pytest.mark.parametrize("answers", [{"marrow": "below", "blood": "below"}, {"marrow": "above", "blood": "below"},
                                     {"marrow": "none", "blood": "at"}])
def test_what_cannot_be_gets_no_advice_about_it(answers):
    made = prepare(LIMITS, lesions="one", contact="some", history="clean", **answers)
    assert not any(word in " ".join(made.notes) for word in ("may lie in bone", "called so", "No such"))


def test_what_no_rule_covers_is_said():
    both = prepare(LIMITS, lesions="several", contact="some", marrow="above", blood="below")
    assert "gap" in both.outcome.statement.says
    asked = prepare(LIMITS, lesions="one", contact="no", marrow="above", blood="below",
                                              history="clean")
    assert "defining event" in asked.notes[0]


def test_limits_come_from_the_caller():
    made = prepare({"blood": 20, "marrow": 30}, lesions="one", contact="no", marrow="below",
                                             blood="below")
    assert made.steps[0][:2] == ("Plasma cells in the blood: 20% or more?", "No, below 20%")
    assert made.steps[3][1] == "Some, under 30%"


@pytest.mark.parametrize("wrong", [{"lesions": "two"}, {"contact": "maybe"}, {"marrow": "at"}, {"blood": "none"},
                                   {"history": "old"}])
def test_an_unknown_answer_is_refused(wrong):
    answers = {"lesions": "one", "contact": "no", "marrow": "below", "blood": "below"} | wrong
    with pytest.raises(ValueError, match="classify"):
        prepare(LIMITS, **answers)


@pytest.mark.parametrize("limit", [0, 100, -5])
def test_an_impossible_limit_is_refused(limit):
    with pytest.raises(ValueError, match="limit"):
        classify({"blood": limit, "marrow": 10}, lesions="one", contact="no", marrow="below", blood="below")


def test_every_state_of_the_decision_draws_and_tells_its_result():
    kinds = (definition.LESIONS, definition.CONTACT, definition.MARROW, definition.BLOOD, definition.HISTORY)
    keys = ("lesions", "contact", "marrow", "blood", "history")
    seen = {prepare(LIMITS, **dict(zip(keys, state, strict=True))).outcome.name
            for state in itertools.product(*kinds)}
    assert len(seen) == 9  # every outcome can be reached
    for state in pairs(*kinds):
        answers = dict(zip(keys, state, strict=True))
        made = prepare(LIMITS, **answers)
        chart = classify(LIMITS, **answers)
        assert made.outcome.name in chart.description
        assert f"Step {made.by} decides" in chart.description
        assert all(note.rstrip(".") in chart.description for note in made.notes)
        assert (chart.table.State == "decided").sum() == 1
        assert chart.table.Result[made.by - 1] == made.outcome.name
        assert_inside(chart)


def test_each_cohort_stands_on_one_line_with_both_counts(incidences):
    chart = definition.cohorts(incidences)
    marks = {a.get_gid(): a for a in chart.figure.axes[0].lines if a.get_gid()}
    table = definition.prepare_cohorts(incidences, "diagnosis")
    at = list(table.source).index("Jiménez-Segura 2022")
    assert marks["counted-any"].get_xdata()[at] == 19.6
    assert marks["counted-EM-E"].get_xdata()[at] == 1.9
    assert list(marks[f"same-{at}"].get_xdata()) == [1.9, 19.6]
    assert table.times[at] == pytest.approx(19.6 / 1.9)
    strict = definition.cohorts(incidences, counted="EM-E")
    assert {a.get_gid() for a in strict.figure.axes[0].lines if a.get_gid()} == {"counted-EM-E"}
    assert "19.6% and 1.9%" in chart.description
    with pytest.raises(ValueError, match="may be"):
        definition.cohorts(incidences, counted="none")


def assert_inside(chart):
    """No text of the figure runs over its edge."""
    renderer, box = FigureCanvasAgg(chart.figure).get_renderer(), chart.figure.bbox
    for text in chart.figure.findobj(lambda a: hasattr(a, "get_text") and a.get_text().strip() and a.get_visible()):
        extent = text.get_window_extent(renderer)
        assert box.x0 - 1 <= extent.x0 < extent.x1 <= box.x1 + 1, text.get_text()


def test_the_limits_of_the_data_are_those_of_the_paragraph(evidence):
    assert evidence.record("epi.pcl-threshold.review")["low"] == 5
    assert evidence.record("epi.pcl-threshold.review")["direction"] == "above"
    assert evidence.record("epi.pcl-threshold.fernandez-de-larrea-2021")["direction"] == "at least"
    assert evidence.record("epi.spc-marrow-limit.review")["high"] == 10


# --- incidence ------------------------------------------------------------------------------------------------------


def test_each_incidence_has_its_definition_and_phase(incidences):
    def value(source, what, phase):
        part = incidences[(incidences.source == source) & (incidences.definition == what)
                          & (incidences.phase == phase) & incidences.measured]
        return part.value.tolist()

    assert value("Jiménez-Segura 2022", "any", "diagnosis") == [19.6]
    assert value("Jiménez-Segura 2022", "EM-B", "relapse") == [14.6]
    assert value("Jiménez-Segura 2022", "EM-E", "diagnosis") == [1.9]
    assert value("Gagelmann 2018", "EM-E", "diagnosis") == [3.7]
    assert value("Korea 2022", "any", "relapse") == [17.1]
    assert incidences.review.sum() == 2
    assert set(incidences[incidences.source == "Prandjev 2025"].definition) == {"not stated"}


def test_parts_make_the_whole_in_every_cohort(incidences):
    cohorts = incidences[incidences.measured & (incidences.phase == "diagnosis")]
    for source, part in cohorts.groupby("source"):
        found = part.set_index("definition").value.astype(float)
        if {"any", "EM-B", "EM-E"} <= set(found.index):
            assert found["EM-B"] + found["EM-E"] == pytest.approx(found["any"], abs=0.6), source


def test_every_state_of_the_incidence_draws_with_its_own_words(incidences):
    seen = set()
    for what, phase, figures in itertools.product(("all", "any", "EM-B", "EM-E"), definition.PHASES,
                                                  ("counted", "quoted")):
        chart = definition.incidence(incidences, definition=what, phase=phase, figures=figures)
        assert definition.PHASES[phase] in chart.description
        assert figures in chart.description
        assert_inside(chart)
        seen.add(chart.description)
    assert len(seen) == 16


def test_the_description_tells_the_span_of_each_definition(incidences):
    text = definition.incidence(incidences).description
    assert "any mass 11.4 to 29.2%; EM-B alone 10.4 to 19%; EM-E alone 0.5 to 10.2%" in text
    assert "any mass, 7 to 17%" in text
    text = definition.incidence(incidences, phase="relapse", figures="quoted").description
    assert "EM-E alone up to 43%" in text


def test_counted_and_quoted_share_no_row(incidences):
    counted, quoted = (definition.incidence(incidences, phase="relapse", figures=f).table
                       for f in ("counted", "quoted"))
    assert counted.n.notna().all()
    assert quoted.n.isna().all()


def test_an_empty_state_says_so(incidences):
    chart = definition.incidence(incidences, definition="EM-B", phase="relapse", figures="quoted")
    assert chart.description == "No figure for EM-B alone at relapse, quoted, was seen."


@pytest.mark.parametrize("wrong", [{"definition": "EMD"}, {"phase": "never"}, {"figures": "all"}])
def test_an_unknown_choice_of_incidence_is_refused(incidences, wrong):
    with pytest.raises(ValueError, match="incidence"):
        definition.incidence(incidences, **wrong)


# --- ranges ---------------------------------------------------------------------------------------------------------


def test_a_value_a_range_and_an_upper_end_are_written_as_such():
    chart = ranges.ranges([{"label": "a", "value": 3.0}, {"label": "b", "low": 1, "high": 4.5},
                           {"label": "c,\ntoo", "high": 9}], axis="Share, %", band=(2, 2), band_label="them")
    assert chart.description == "Share, %: a 3%, b 1 to 4.5% and c, too up to 9%. Shaded for comparison, them: 2%."


def test_units_other_than_percent_stand_apart():
    chart = ranges.ranges([{"label": "a", "value": 5.1}], axis="Median", unit="years")
    assert "a 5.1 years." in chart.description


def test_a_row_without_a_figure_is_refused():
    with pytest.raises(ValueError, match="neither"):
        ranges.ranges([{"label": "a", "value": math.nan}], axis="x")


def test_a_range_or_band_out_of_order_is_refused():
    with pytest.raises(ValueError, match="not in order"):
        ranges.ranges([{"label": "a", "low": 5, "high": 1}], axis="x")
    with pytest.raises(ValueError, match="not in order"):
        ranges.ranges([{"label": "a", "value": 5}], axis="x", band=(3, 1))


def test_unknown_numbers_of_patients_are_said_only_if_asked():
    table = [{"label": "a", "value": 5, "n": None}, {"label": "b", "value": 6, "n": 1304}]

    def words(unknown):
        figure = ranges.ranges(table, axis="x", unknown_n=unknown).figure
        return " ".join(t.get_text() for t in figure.axes[0].texts)

    assert "n not known" in words(True)
    assert "n not known" not in words(False)
    assert "n = 1,304" in words(True)


def test_fact_rows_keep_order_and_mark_what_only_the_review_says(evidence):
    table = rows.fact_rows(evidence, {"epi.em-incidence-relapse.korea": "Korea",
                                      "epi.paraskeletal-share.review": "Review"}, population="EM-B")
    assert table.label.tolist() == ["Korea", "Review"]
    assert table.standing.tolist() == ["abstract", "review"]
    assert isinstance(table, pd.DataFrame)
    assert set(table.population) == {"EM-B"}
    with pytest.raises(LookupError):
        rows.fact_rows(evidence, {"epi.nothing": "x"})


@pytest.mark.parametrize(("lesions", "called"), [("one", "cannot"), ("several", "both")])
def test_one_lesion_cannot_do_what_several_can(lesions, called):
    made = prepare(LIMITS, lesions=lesions, contact="some", marrow="above", blood="below")
    assert made.outcome == NAMES[called]

"""The figures of one chapter draw what their tables say: places, lengths, order, fill, colour, shape."""

from __future__ import annotations

import artists
import numpy as np
import pandas as pd
import pytest
from artists import arrows, bars, level, marks, row_names, segments, words_at
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, Rectangle

import emdbook
from emdbook import style
from emdbook.estimates import binomial_posterior, case_mix, median_interval, proportion_interval
from emdbook.estimates.targets import share_above
from emdbook.lessons import (
    across,
    advice,
    antibodies,
    cns,
    comparator,
    definition,
    depth,
    escape,
    imids,
    immortal,
    log,
    proteasome,
    since,
    small_studies,
)

PAPER, MUTED, INK, ACCENT = (m.light for m in (style.PAPER, style.MUTED, style.INK, style.ACCENT))


def on_row(found, y):
    return [d for d in found if d.y == pytest.approx(y)]


# --- across the classes

GROUPS = pd.DataFrame([
    {"label": "a", "n": 30, "value": 40, "design": "retrospective", "therapeutic_class": "pi", "setting": "RRMM",
     "standing": "paper"},
    {"label": "b", "n": 8, "value": 90, "design": "case_series", "therapeutic_class": "cart", "setting": "NDMM",
     "standing": "review"},
    {"label": "c", "n": None, "value": 10, "design": "case_series", "therapeutic_class": "cart", "setting": "RRMM",
     "standing": "secondary"},
    {"label": "d", "n": 60, "value": 20, "design": "randomised_trial", "therapeutic_class": "mab", "setting": "RRMM",
     "standing": "secondary"}])


@pytest.mark.parametrize(("settings", "kept"), [
    ({}, "abd"), ({"setting": "RRMM"}, "ad"), ({"least": 30}, "ad"), ({"seen_only": True}, "a"),
    ({"seen_only": True, "setting": "NDMM"}, ""), ({"by": "design", "least": 61}, "")])
def test_narrowed_map_draws_those_that_are_left(settings, kept):
    chart = across.narrowed_map(GROUPS, **settings)
    left = GROUPS[GROUPS.label.isin(list(kept))]
    # a second-hand mark has a dot inside
    assert sorted({(d.x, d.y) for d in marks(chart.figure.axes[0])}) == sorted(zip(left.n, left.value, strict=True))
    assert sorted(chart.table["Group"]) == sorted(kept)


def test_mixes_stand_at_the_expected_responses():
    axes = across.mixes(advantage=5, share_a=90, share_b=10).figure.axes[0]
    overall = [case_mix({"x": share}, (35 + gain) / 100, (70 + gain) / 100)[0]["overall"] for share, gain in
               ((0.9, 5), (0.1, 0))]
    wanted = {-0.13: 40, 0.87: 75, 1.87: 100 * overall[0], 0.13: 35, 1.13: 70, 2.13: 100 * overall[1]}
    assert {round(d.y, 2): pytest.approx(d.x) for d in marks(axes)} == wanted
    assert {d.edge for d in marks(axes)} == {INK, MUTED}
    assert row_names(axes) == ["EM-E alone", "EM-B alone", "everybody"]


# --- advice

def test_support_bars_are_as_long_as_the_patients_are_many():
    rows = [{"label": "ours", "n": 40, "population": "EM-E"}, {"label": "mixed", "n": 15, "population": "overall"},
            {"label": "none", "n": None, "population": "EMD"}]
    axes = advice.support(rows).figure.axes[0]
    assert [(start, end, pytest.approx(y)) for start, end, y, _ in bars(axes)] == [(0, 40, 0), (0, 15, 1)]
    assert [face for *_, face in bars(axes)] == [INK, PAPER]
    assert [t.xy for t in axes.texts if t.get_text() == "?"] == [(0, 2)]
    assert [words_at(axes, y) for y in range(3)] == ["40 patients", "15 in all", "no number"]


# --- antibodies

BESIDE = [
    {"label": "S", "pair": "s", "role": "group", "against": "non-EMD", "endpoint": "ORR", "population": "EM-E",
     "events": 3, "n": 18, "value": None, "stated": "", "standing": "paper"},
    {"label": "S", "pair": "s", "role": "comparator", "against": "non-EMD", "endpoint": "ORR",
     "population": "non-EMD", "events": None, "n": None, "value": 33.1, "stated": "", "standing": "review"},
    {"label": "T", "pair": "t", "role": "group", "against": "non-EMD", "endpoint": "ORR", "population": "EMD",
     "events": None, "n": 9, "value": None, "stated": "Worse than without", "standing": "review"},
    {"label": "T", "pair": "t", "role": "comparator", "against": "non-EMD", "endpoint": "ORR",
     "population": "non-EMD", "events": None, "n": 80, "value": None, "stated": "Worse than without",
     "standing": "review"}]


@pytest.mark.parametrize("show", ["interval", "figure"])
def test_beside_draws_figures_and_holds_the_place_of_blanks(show):
    axes = antibodies.beside(BESIDE, show=show).figure.axes[0]
    group, other = on_row(marks(axes), -0.2)[0], on_row(marks(axes), 0.2)[0]
    assert (group.x, group.filled) == (pytest.approx(100 * 3 / 18), True)
    assert (other.x, other.filled) == (33.1, False)
    wanted = [pytest.approx([100 * x for x in proportion_interval(3, 18)])] if show == "interval" else []
    assert level(axes, -0.2) == wanted
    assert not level(axes, 0.2)
    assert all(d.face == PAPER for y in (0.8, 1.2) for d in on_row(marks(axes), y))
    assert "no figure given" in "".join(t.get_text() for t in axes.texts)


@pytest.mark.parametrize(("settings", "said"), [
    ({}, "spared"), ({"density": 1000, "threshold": 10}, "fewer than 1 cell of 100 survives"),
    ({"density": 30, "spread": "even", "threshold": 15}, "2 cells of 100 survive")])
def test_target_density_says_what_it_draws_and_never_all_for_nearly_all(settings, said):
    chart = antibodies.target_density(**settings)
    axes = chart.figure.axes[0]
    density, spread, threshold = (settings.get(k, d) for k, d in (("density", 30), ("spread", "marrow"),
                                                                  ("threshold", 25)))
    share = 100 * share_above(density, antibodies.SPREADS[spread], threshold)
    assert chart.table["Killed of 100"].iloc[1] == pytest.approx(share, abs=0.06)
    line = next(x for x in axes.lines if to_hex(x.get_color()) == ACCENT)
    assert line.get_xdata()[0] == pytest.approx(np.log10(threshold))
    assert f"{round(share)} of 100" in words_at(axes, 0.3) or share > 99.5
    assert said in chart.description or "survive" in chart.description
    assert ("100 of 100" in chart.description) == (share == 100)


# --- the central nervous system

SERIES = pd.DataFrame([
    {"study_id": "large", "label": "Large", "value": 7.0, "n": 172, "ci_low": None, "ci_high": None,
     "standing": "abstract"},
    {"study_id": "middle", "label": "Middle", "value": 4.0, "n": 54, "ci_low": 2.6, "ci_high": None,
     "standing": "review"},
    {"study_id": "tiny", "label": "Tiny", "value": 30.0, "n": 4, "ci_low": None, "ci_high": None,
     "standing": "review"}])


def test_series_draw_medians_printed_limits_and_chance():
    axes = cns.series_survival(SERIES, bound=6, limit=24).figure.axes[0]
    assert row_names(axes) == ["Tiny", "Middle", "Large"]
    assert [(d.x, d.y, d.filled) for d in marks(axes)] == [(4, 1, False), (7, 2, True)]
    assert level(axes, 1, color=INK) == [(2.6, 24)]
    pink = style.POPULATION["CNS"].light
    for y, row in enumerate(SERIES[::-1].itertuples()):
        low, high = cns.chance_interval(row.value, row.n)
        # four patients give no interval
        assert level(axes, y, color=pink) == ([pytest.approx((low, min(high, 24)))] if row.n > 5 else [])
    assert {(d.x, d.y) for d in arrows(axes)} == {(24, 0), (24, 1)}
    bound = [line for line in axes.lines if to_hex(line.get_color()) == ACCENT and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in bound] == [6]


def test_penetration_puts_each_finding_in_its_column():
    drugs = [{"label": "one", "claim": "good", "animal": "0.6", "human": "", "patients": "3 of 4"},
             {"label": "two", "claim": "poor"}]
    axes = cns.penetration(drugs, ask="patients").figure.axes[0]
    found = {t.get_text(): t.get_position() for t in axes.texts}
    assert found["0.6"] == (1, 0)
    assert found["3 of 4"] == (3, 0)
    assert [(d.x, d.y, d.marker) for d in marks(axes)] == [(-0.36, 0, "o"), (-0.36, 1, "X")]
    (band,) = [p for p in axes.patches if p.get_zorder() == 0]
    assert band.get_x() == 2.5


# --- the definition

LIMITS = {"blood": 5, "marrow": 10}
NAMES = emdbook.load().scenes.names


@pytest.mark.parametrize(("answers", "population", "by"), [
    (("several", "no", "above", "below", "known"), "EM-E", 5),
    (("several", "yes", "above", "below", "known"), "EM-B", 5),
    (("one", "yes", "below", "below", "clean"), "other", 4), (("none", "no", "above", "below", "known"), "non-EMD", 2),
    (("one", "yes", "below", "above", "known"), "PCL", 1)])
def test_the_decision_wears_the_mark_of_what_it_found(answers, population, by):
    settings = dict(zip(("lesions", "contact", "marrow", "blood", "history"), answers, strict=True))
    axes = definition.classify(LIMITS, names=NAMES, **settings).figure.axes[0]
    mark = style.POPULATION[population]
    assert [(d.marker, d.face) for d in marks(axes)] == [(mark.marker, mark.light)]
    boxes = [to_hex(p.get_edgecolor()) for p in axes.patches if isinstance(p, FancyBboxPatch)]
    assert [i for i, edge in enumerate(boxes[:5], 1) if edge == mark.light] == [by]
    words = [t.get_text() for t in axes.texts]
    assert words.count("not asked any more") == 5 - by
    assert words.count("decides") == 1


def test_incidence_draws_each_figure_with_its_own_standing():
    rows = pd.DataFrame([
        {"source": "Review", "definition": "any", "phase": "diagnosis", "measured": False, "low": 7, "high": 18,
         "value": np.nan, "n": np.nan, "standing": "review", "review": True},
        {"source": "Cohort", "definition": "any", "phase": "diagnosis", "measured": True, "low": np.nan,
         "high": np.nan, "value": 6.0, "n": 100, "standing": "abstract", "review": False},
        {"source": "Other", "definition": "EM-E", "phase": "diagnosis", "measured": True, "low": np.nan,
         "high": np.nan, "value": 2.0, "n": 200, "standing": "secondary", "review": False}])
    axes = definition.incidence(rows).figure.axes[0]
    cohort, other = on_row(marks(axes), 0)[0], on_row(marks(axes), 1)[0]
    assert (cohort.x, cohort.filled, cohort.marker) == (6, True, "o")
    assert (other.x, other.filled, other.marker) == (2, False, "D")
    (band,) = [p for p in axes.patches if p.get_zorder() == 0]
    assert (band.get_x(), band.get_width()) == (7, 11)


# --- depth

DEPTH = [{"study": "A", "population": "EM-E", "response": 58.0, "months": 5.1, "response_standing": "abstract",
          "months_standing": "review"},
         {"study": "A", "population": "non-EMD", "response": 96.0, "months": None, "not_reached": True,
          "reference": True, "response_standing": "secondary", "months_standing": "paper"},
         {"study": "B", "population": "EMD", "response": None, "months": 8.3, "response_standing": "",
          "months_standing": "review"},
         {"study": "C", "population": "EMD", "response": 10, "months": 40, "response_standing": "review",
          "months_standing": "paper"}]


def test_depth_draws_both_figures_each_with_its_own_standing():
    left, right = depth.depth_and_duration(DEPTH, limit=20).figure.axes
    assert sorted(level(left, -0.18)) == [(0, 58), (58, 100)], "the rest did not respond and counts on the right too"
    assert level(right, -0.18) == [(0, 5.1)]
    assert [(d.x, d.filled) for d in on_row(marks(left), -0.18)] == [(58, True)]
    assert [(d.x, d.filled) for d in on_row(marks(right), -0.18)] == [(5.1, False)]
    assert [d.x for d in on_row(arrows(right), 0.18)] == [20]
    assert [d.x for d in on_row(arrows(right), 2)] == [20]
    assert not on_row(marks(left), 1)
    assert level(right, 1) == [(0, 8.3)]
    assert row_names(left) == ["A", "B", "C"]
    shown = {(d.y, d.marker, d.edge) for axes in (left, right) for d in marks(axes) if d.marker != "|"}
    shown = {(round(y, 2), marker, edge) for y, marker, edge in shown if marker not in (None, "x")}
    for y, population in ((-0.18, "EM-E"), (0.18, "non-EMD"), (1, "EMD"), (2, "EMD")):
        mark = style.POPULATION[population]
        assert {(marker, edge) for at, marker, edge in shown if at == y} >= {(mark.marker, mark.light)}


# --- the escape

def test_directions_point_where_the_source_points():
    rows = pd.DataFrame([{"finding": "X", "source": "S", "direction": "down"},
                         {"finding": "X", "source": "T", "direction": "up"},
                         {"finding": "Y", "source": "T", "direction": "present"}])
    axes = escape.directions(rows).figure.axes[0]
    assert sorted((d.x, d.y, d.marker) for d in marks(axes)) == [(0, 0, "v"), (1, 0, "^"), (1, 1, "o")]
    assert [words_at(axes, y) for y in range(2)] == ["differ", "one source"]


# --- immunomodulatory drugs

GENERATIONS = [{"label": "Len", "study_id": "len", "endpoint": "EMD_ORR", "events": 11, "n": 18, "standing": "review"},
               {"label": "Pom", "study_id": "pom", "endpoint": "EMD_CR", "events": 4, "n": 6, "standing": "paper"}]


def test_generations_draw_only_those_that_report_what_is_counted():
    axes = imids.generations(GENERATIONS, studies=("len", "pom"), counted="gone").figure.axes[0]
    assert [(d.x, d.filled) for d in marks(axes)] == [(pytest.approx(100 * 4 / 6), True)]
    assert row_names(axes) == ["Pom"]


def test_the_claim_of_a_pool_carries_its_note():
    assert "1/2 was added" in imids.pooled_claim([0, 5], [10, 10])
    assert "Read it" not in imids.pooled_claim([1, 9, 20], [30, 30, 30])


# --- immortal time

def test_immortal_time_marks_each_median_on_its_curve():
    chart = immortal.immortal_time(24, transplant_at=12, share=50)
    axes = chart.figure.axes[0]
    medians = chart.table[chart.table["Clock starts"] == "from diagnosis"]["median survival, months"].tolist()
    assert [d.x for d in marks(axes) if d.y == 50] == pytest.approx(medians, abs=0.06)
    curves = [line for line in axes.lines if len(line.get_xdata()) > 20]
    for curve, middle in zip(curves, medians, strict=True):
        assert np.interp(middle, curve.get_xdata(), curve.get_ydata()) == pytest.approx(50, abs=1.5)
        assert curve.get_ydata()[0] == 100
    (span,) = [p for p in axes.patches if p.get_zorder() == 0]
    assert (span.get_x(), span.get_width()) == (0, 12)
    far = immortal.immortal_time(96, limit=24).figure.axes[0]
    assert {d.x for d in arrows(far)} == {24}


# --- the log

def test_log_bars_stack_to_the_number_of_entries():
    entries = pd.DataFrame([
        {"label": "s", "therapeutic_class": k, "kind": "denominator", "severity": s, "review_says": "",
         "nature": next(iter(log.NATURE_WORDS)), "evidence_says": "", "how_the_book_handles_it": ""}
        for k, s in (("pi", "high"), ("pi", "high"), ("pi", "low"), ("cart", "medium"))])
    axes = log.discrepancy_log(entries).figure.axes[0]
    found = [(start, end, round(y), colour) for start, end, y, colour in bars(axes) if end > start]
    high, medium, low = (style.palette()[name].light for name in log.SEVERITIES.values())
    assert sorted(found) == sorted([(0, 2, 0, high), (2, 3, 0, low), (0, 1, 1, medium)])
    assert len({high, medium, low}) == 3
    assert [words_at(axes, y) for y in range(2)] == ["3", "1"]
    assert artists.legend(axes.figure) == ["high", "medium", "low"]


# --- proteasome inhibitors

def test_belief_draws_the_posterior_and_the_interval_below_it():
    rows = [{"label": "a", "events": 3, "n": 4, "counted": "responded"}, {"label": "b", "events": 1, "n": 10,
                                                                         "counted": "responded"}]
    axes = proteasome.belief(rows, series="b", start="doubtful", method="wilson").figure.axes[0]
    ((x0, y, x1, _),) = segments(axes)
    assert (x0, x1) == pytest.approx([100 * x for x in proportion_interval(1, 10)])
    assert [(d.x, d.y) for d in marks(axes)] == [(10, y)]
    before, after, beside = [line for line in axes.lines if len(line.get_xdata()) > 20]
    for line, counts, prior in ((after, (1, 10), (2, 8)), (beside, (3, 4), (2, 8))):
        grid, height = binomial_posterior(*counts, prior).density()
        assert line.get_xdata() == pytest.approx(100 * grid)
        assert line.get_ydata() == pytest.approx(height)
    assert before.get_ydata() == pytest.approx(binomial_posterior(1, 10, (2, 8)).prior_density()[1])


def test_mix_stands_on_the_line_between_its_two_groups():
    rows = [{"label": "a", "events": 3, "n": 10}, {"label": "b", "events": 9, "n": 10}]
    axes = proteasome.mix_of_patients(rows, {"x": 45, "y": 20}, share=25, beside=("y",)).figure.axes[0]
    assert [(d.x, d.y) for d in marks(axes)] == [(25, 75)]
    line = next(x for x in axes.lines if list(x.get_xdata()) == [0, 100])
    assert list(line.get_ydata()) == [90, 30]
    assert [x.get_ydata()[0] for x in axes.lines if list(x.get_xdata()) == [0, 1]] == [20]
    ends = [s for s in segments(axes) if s[0] in (0, 100)]
    assert [(s[0], s[1], s[3]) for s in ends] == [
        (x, *(pytest.approx(100 * limit) for limit in proportion_interval(events, 10)))
        for x, events in ((100, 3), (0, 9))]


# --- since the review, and one median

def test_since_draws_the_events_of_what_is_touched():
    rows = since.together({(key, "emd"): pd.DataFrame([{"date": f"202{i}", "label": key, "kind": "trial",
                                                        "certainty": "seen"}])
                           for i, key in enumerate(since.TOUCHES)})
    first = next(iter(since.TOUCHES))
    assert len([d for d in marks(since.since_review(rows).figure.axes[0]) if d.x == 0.72]) == len(since.TOUCHES)
    axes = since.since_review(rows, touches=first).figure.axes[0]
    assert len([d for d in marks(axes) if d.x == 0.72]) == 1
    assert first in [t.get_text() for t in axes.texts]


def test_curves_of_one_median_cross_it_and_are_marked_at_the_time_compared():
    axes = small_studies.same_median(10, at=20).figure.axes[0]
    curves = [line for line in axes.lines if (line.get_gid() or "").startswith("curve-")]
    assert len(curves) == 3
    for line, (shape, _) in zip(curves, small_studies.SHAPES.values(), strict=True):
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        assert np.interp(10, x, y) == pytest.approx(50, abs=0.1)
        (marked,) = line.get_markevery()
        assert (x[marked], y[marked]) == (20, pytest.approx(100 * 0.5 ** (2**shape)))
    assert len({line.get_marker() for line in curves}) == 3
    assert not artists.overflow(axes.figure)


def test_the_log_tells_the_weights_of_all_and_not_of_one_weight():
    entries = pd.DataFrame([
        {"label": "s", "therapeutic_class": "pi", "kind": "denominator", "severity": s, "review_says": "",
         "nature": next(iter(log.NATURE_WORDS)), "evidence_says": "", "how_the_book_handles_it": ""}
        for s in ("high", "high", "low")])
    assert "; 2 high, 0 medium and 1 low weight. Most touch" in log.discrepancy_log(entries).description
    high = log.discrepancy_log(entries, severity="high").description
    assert "2 of the 3 entries, those of high weight. Most touch" in high


REACH = pd.DataFrame([
    {"label": "Printed", "value": 5.3, "n": 84, "ci_low": 4.1, "ci_high": 6.9},
    {"label": "Bare", "value": 14.0, "n": 40, "ci_low": None, "ci_high": None}])


def test_the_reach_of_a_median_is_drawn_beside_the_printed_interval():
    axes = small_studies.median_reach(REACH, study="Printed").figure.axes[0]
    assert level(axes, 0, color=INK) == [(4.1, 6.9)]
    for y, (shape, _) in enumerate(small_studies.SHAPES.values(), 1):
        assert level(axes, y, color=ACCENT) == [pytest.approx(median_interval(5.3, 84, shape=shape))]
    assert [(d.x, d.y) for d in marks(axes)] == [(5.3, y) for y in range(4)]


def test_without_a_printed_interval_the_curves_keep_their_place():
    axes = small_studies.median_reach(REACH, study="Bare", times=4).figure.axes[0]
    assert row_names(axes) == [words for _, words in small_studies.SHAPES.values()]
    for y, (shape, _) in enumerate(small_studies.SHAPES.values(), 1):
        low, high = median_interval(14, 160, shape=shape)
        assert level(axes, y, color=ACCENT) == [pytest.approx((low, min(high, 24)))]


def test_the_reach_says_the_ranks_and_refuses_what_is_not_there():
    said = small_studies.median_reach(REACH, study="Printed").description
    assert "between event 33 and event 52" in said
    assert "prints 4.1 to 6.9" in said
    few = small_studies.median_reach(REACH, study="Bare", times=0.1)
    assert "no 95% interval" in few.description
    assert not [y for y in range(4) if level(few.figure.axes[0], y, color=ACCENT)]
    with pytest.raises(ValueError, match="is no series"):
        small_studies.median_reach(REACH, study="Other")
    with pytest.raises(ValueError, match="multiplied"):
        small_studies.median_reach(REACH, study="Bare", times=0)


# --- sentences and words beside rows that follow from what is drawn

def test_log_groups_stack_their_rows_and_say_how_many():
    entries = pd.DataFrame([
        {"label": "s", "therapeutic_class": "pi", "kind": "denominator", "severity": s, "review_says": "",
         "nature": nature, "evidence_says": "", "how_the_book_handles_it": ""}
        for nature, many in zip(log.NATURE_WORDS, (4, 2, 1), strict=False) for s in ["high", *["low"] * 3][:many]])
    groups = [log.group_of(nature) for nature in entries.nature]
    wanted = [groups.count(group) for group in log.GROUPS]
    axes = log.log_groups(entries).figure.axes[0]
    assert [words_at(axes, y) for y in range(len(wanted))] == [str(n) for n in wanted]
    assert [max(end for _, end, at, _ in bars(axes) if round(at) == y) for y in range(len(wanted))] == wanted


@pytest.mark.parametrize(("advantage", "said"), [(0, "therapy A is no better than B"),
                                                 (5, "therapy A is 5 points better than B")])
def test_the_model_says_how_much_better_it_supposes_a_therapy_to_be(advantage, said):
    assert said in across.mixes(advantage=advantage, share_a=50, share_b=50).description


def test_the_words_of_a_belief_are_those_of_its_curves():
    rows = [{"label": "a", "events": 3, "n": 4, "counted": "responded"}]
    chart = proteasome.belief(rows, series="a", start="hopeful", method="wilson")
    table = chart.table.set_index("Seen by")
    for who, prior in proteasome.BELIEFS.values():
        after = binomial_posterior(3, 4, prior)
        assert table.loc[who, ["before, mean %", "after, mean %", "low %", "high %"]].tolist() == pytest.approx(
            [100 * prior[0] / sum(prior), 100 * after.mean, 100 * after.ci_low, 100 * after.ci_high], abs=0.06)
    for key, words in proteasome.METHODS.items():
        low, high = proportion_interval(3, 4, key)
        assert table.loc[f"data alone, {words}", ["after, mean %", "low %", "high %"]].tolist() == pytest.approx(
            [75, 100 * low, 100 * high], abs=0.06)
    after = binomial_posterior(3, 4, (8, 2))
    assert (f"moves from 80% to {100 * after.mean:.0f}% on average, with a 95% credible interval of "
            f"{100 * after.ci_low:.0f} to {100 * after.ci_high:.0f}%") in chart.description
    (area,) = [c for c in chart.figure.axes[0].collections if isinstance(c, PolyCollection)]
    corners = area.get_paths()[0].vertices
    assert corners[:, 0].max() == pytest.approx(100, abs=1)
    assert corners[:, 1].max() == pytest.approx(after.density()[1].max())


def test_each_mark_of_the_journey_stands_below_the_name_of_its_step_and_beside_its_change():
    changes = emdbook.load().scenes.alterations
    axes = escape.journey(changes).figure.axes[0]
    texts = {t.get_text(): t.get_position() for t in axes.texts}
    columns = {step: texts[label][0] for step, label in escape.STEPS.items()}
    assert list(columns.values()) == sorted(columns.values())
    lines = {key: texts[change.label][1] for key, change in changes.items()}
    numbered = [d for d in marks(axes) if d.y < min(lines.values())]
    assert [d.x for d in numbered] == list(columns.values())
    assert [texts[str(i)][0] for i in range(1, len(columns) + 1)] == list(columns.values())
    steps = escape.prepare_journey(changes)
    found = [d for d in marks(axes) if d not in numbered]
    assert len(found) == len(steps)
    for row in steps.itertuples():
        (mark,) = [d for d in on_row(found, lines[row.key]) if d.x == columns[row.step]]
        stated = row.basis != "inferred"
        assert (mark.face, mark.edge) == ((INK, INK) if stated else (PAPER, ACCENT))
    for key, line in lines.items():
        joint = [columns[s] for s in steps.step[(steps.key == key) & (steps.basis == "stated together")]]
        wanted = [(min(joint), max(joint))] if len(joint) > 1 else []
        assert [(x0, x1) for x0, y0, x1, _ in segments(axes, color=INK) if y0 == pytest.approx(line)] == wanted


@pytest.mark.parametrize("step", ["all", *escape.STEPS])
def test_a_chosen_step_is_shaded_where_its_marks_stand(step):
    axes = escape.journey(emdbook.load().scenes.alterations, step=step).figure.axes[0]
    (x,) = [t.get_position()[0] for t in axes.texts if t.get_text() == escape.STEPS.get(step)] or [None]
    bands = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if isinstance(p, Rectangle)]
    assert bands == ([] if x is None else [pytest.approx((x - 0.31, x + 0.31))])


def test_cohorts_wear_the_marks_of_what_was_counted_and_say_how_many_times_fewer():
    rows = pd.DataFrame([{"source": s, "definition": d, "phase": "diagnosis", "measured": True, "low": np.nan,
                          "high": np.nan, "value": v, "n": 100, "standing": "paper", "review": False}
                         for s, values in (("One", (20, 2)), ("Two", (9, 3)))
                         for d, v in zip(("any", "EM-E"), values, strict=True)])
    for counted, kinds in (("both", ("any", "EM-E")), ("any", ("any",)), ("EM-E", ("EM-E",))):
        chart = definition.cohorts(rows, counted=counted)
        axes = chart.figure.axes[0]
        table = definition.prepare_cohorts(rows, "diagnosis")
        for kind in kinds:
            mark = style.POPULATION["EMD" if kind == "any" else "EM-E"]
            assert [(d.x, d.y) for d in marks(axes) if (d.marker, d.face) == (mark.marker, mark.light)] == [
                (value, y) for y, value in enumerate(table[kind])]
        assert [words_at(axes, y) for y in range(2)] == (
            [f"÷ {round(any_ / strict)}" for any_, strict in zip(table["any"], table["EM-E"], strict=True)]
            if counted == "both" else ["", ""])
        words = {"any": "any soft-tissue mass", "EM-E": "EM-E alone"}
        assert [[said for said in words.values() if said in mark.value] for mark in chart.marks] == [
            [words[kind] for kind in kinds]] * 2


@pytest.mark.parametrize(("killed", "said"), [
    (0, "0 of 100 do: 100 cells of 100 survive"), (98.9, "99 of 100 do: 1 cell of 100 survives"),
    (81.6, "82 of 100 do: 18 cells of 100 survive"), (99.7, "fewer than 1 cell of 100 survives"),
    (100, "100 of 100 do: no cell survives")])
def test_those_killed_and_those_that_survive_are_all_cells(killed, said):
    words = f"{antibodies._of_100(killed)} do: {antibodies._spared(killed)}"
    assert said in words


@pytest.mark.parametrize("change", [{"at": 0}, {"median": 0}, {"limit": 0}, {"at": 61, "limit": 60}])
def test_no_time_and_a_time_beyond_the_axis_are_refused(change):
    with pytest.raises(ValueError, match=r"must be above 0|beyond the axis"):
        small_studies.same_median(**{"median": 5, "at": 12, "limit": 60, **change})
    assert small_studies.same_median(5, at=60, limit=60).description


def test_the_name_of_what_was_found_stands_beside_its_mark():
    answers = {"lesions": "several", "contact": "no", "marrow": "above", "blood": "below", "history": "known"}
    axes = definition.classify(LIMITS, names=NAMES, **answers).figure.axes[0]
    (mark,) = marks(axes)
    found = definition.prepare_classification(LIMITS, NAMES, **answers).outcome.name
    (name,) = [t.get_position() for t in axes.texts if t.get_text() == found]
    assert mark.x < name[0]
    assert mark.y == name[1]


def test_from_the_landmark_each_curve_starts_with_everybody_alive_and_crosses_its_median():
    chart = immortal.immortal_time(24, transplant_at=12, share=50, analysis="landmark")
    axes = chart.figure.axes[0]
    curves = [line for line in axes.lines if len(line.get_xdata()) > 20]
    middles = [d for d in marks(axes) if d.y == 50]
    assert len(curves) == len(middles) == 2
    for curve, middle in zip(curves, middles, strict=True):
        assert np.interp(middle.x, curve.get_xdata(), curve.get_ydata()) == pytest.approx(50, abs=1.5)
        assert curve.get_ydata()[0] == 100
        assert curve.get_ydata()[4] < 100, "nobody is safe from death after the landmark"
    assert not [p for p in axes.patches if p.get_zorder() == 0], "no time is immortal here"


def test_lines_between_the_molecules_stand_half_way():
    rows = pd.DataFrame([{"finding": f, "source": "S", "direction": "up"} for f in "XYZ"])
    axes = escape.directions(rows).figure.axes[0]
    assert [(x0, y0, x1) for x0, y0, x1, y1 in segments(axes) if y0 == y1] == [(-0.5, 0.5, 0.5), (-0.5, 1.5, 0.5)]


def test_a_gap_beyond_the_usual_axis_is_on_it():
    axes = comparator.dilution([], share=20, gap=90).figure.axes[0]
    assert 90 < axes.get_ylim()[1] < 180


@pytest.mark.parametrize(("events", "n", "apart"), [(3, 4, 43), (10, 20, 20), (50, 90, 6)])
def test_the_sentence_says_how_far_doubter_and_optimist_are_still_apart(events, n, apart):
    rows = [{"label": "a", "events": events, "n": n, "counted": "responded"}]
    said = proteasome.belief(rows, series="a").description
    assert f"After these {n} patients the doubter and the optimist, once 60 points apart, are still {apart} poi" in said


def test_the_change_that_is_chosen_is_the_one_that_is_not_pale():
    changes = emdbook.load().scenes.alterations
    for chosen in ("all", *list(changes)[:2]):
        axes = escape.journey(changes, chosen=chosen).figure.axes[0]
        pale = {t.get_text(): to_hex(t.get_color()) == MUTED for t in axes.texts}
        assert [pale[change.label] for change in changes.values()] == [chosen not in ("all", key) for key in changes]


@pytest.mark.parametrize(("share", "said"), [(5, "less than 1 point is"), (7, "1 point is"), (10, "2 points are")])
def test_one_point_that_is_hidden_is_one(share, said):
    assert f"so {said} hidden" in comparator.dilution([], share=share, gap=15).description

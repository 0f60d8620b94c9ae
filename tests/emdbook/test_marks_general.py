"""Every general kind of chart draws what its table says: places, lengths, order, fill, colour, shape."""

from __future__ import annotations

import artists
import matplotlib
import numpy as np
import pandas as pd
import pytest
from artists import arrows, bars, dots, level, marks, polygons, row_names, segments, words_at
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from emdbook import charts, style
from emdbook.charts import denominator, lesions, pooling
from emdbook.charts.forest import prepare_forest
from emdbook.charts.marks import diamond, point, span
from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene
from emdbook.charts.ranges import ranges
from emdbook.charts.timeline import KINDS, timeline
from emdbook.estimates import pool_proportions, proportion_interval

PAPER, MUTED, INK, ACCENT = (m.light for m in (style.PAPER, style.MUTED, style.INK, style.ACCENT))
ROWS = [
    {"label": "A", "events": 10, "n": 28, "population": "EM-E", "standing": "paper"},
    {"label": "B", "events": 15, "n": 39, "population": "EMD", "standing": "secondary"},
    {"label": "C", "events": 4, "n": 4, "population": "EM-B", "standing": "review"},
    {"label": "D", "events": None, "n": 20, "value": 61, "population": "non-EMD", "standing": "derived"},
]


def face(row) -> str:
    return style.POPULATION[row["population"]].light if style.STANDING[row["standing"]].fill == "full" else PAPER


def on_row(found, y):
    return [d for d in found if d.y == pytest.approx(y)]


# --- forest

def test_forest_marks_stand_at_their_percentages_in_shape_colour_and_fill():
    axes = charts.forest(ROWS).figure.axes[0]
    for y, row in enumerate(ROWS):
        mark = style.POPULATION[row["population"]]
        main, *inner = on_row(marks(axes), y)
        assert main.x == pytest.approx(row["value"] if row["events"] is None else 100 * row["events"] / row["n"])
        assert (main.marker, main.edge, main.face) == (mark.marker, mark.light, face(row))
        wanted = {"secondary": [(main.x, mark.marker)], "derived": [(main.x, "x")]}
        assert [(d.x, d.marker) for d in inner] == wanted.get(row["standing"], [])
    assert row_names(axes) == list("ABCD")


def test_forest_intervals_are_those_of_the_table_and_larger_groups_have_larger_marks():
    chart = charts.forest(ROWS)
    axes, table = chart.figure.axes[0], prepare_forest(ROWS)
    for y, row in enumerate(table.itertuples()):
        wanted = [] if np.isnan(row.ci_low) else [(row.ci_low, row.ci_high)]
        assert level(axes, y) == [pytest.approx(pair) for pair in wanted]
    sizes = {row["label"]: on_row(marks(axes), y)[0].size for y, row in enumerate(ROWS)}
    assert sizes["C"] < sizes["D"] < sizes["A"] < sizes["B"]
    assert not arrows(axes)
    assert "10 of 28" in words_at(axes, 0)
    assert "36% (21–54)" in words_at(axes, 0)


@pytest.mark.parametrize("limits", [(0, 100), (20, 60), (45, 60)])
def test_forest_diamond_and_prediction_stand_where_the_pool_says(limits):
    axes = charts.forest(ROWS, pool=True, limits=limits).figure.axes[0]
    pooled = pool_proportions([10, 15, 4], [28, 39, 4])
    low, middle, high = (100 * x for x in (pooled.ci_low, pooled.estimate, pooled.ci_high))
    (diamond,) = polygons(axes)
    assert diamond[:, 0].min() == pytest.approx(max(low, limits[0]))
    assert diamond[:, 0].max() == pytest.approx(min(high, limits[1]))
    if limits[0] < middle < limits[1]:
        tip = diamond[diamond[:, 1].argmax()]
        assert tip[0] == pytest.approx(middle)
    cut = (low < limits[0]) + (high > limits[1])
    assert len([d for d in on_row(arrows(axes), len(ROWS) + 0.4) if d.edge == PAPER]) == cut
    ahead = (100 * pooled.prediction_low, 100 * pooled.prediction_high)
    assert level(axes, len(ROWS) + 0.4) == [pytest.approx(np.clip(ahead, *limits))]


def test_forest_beyond_its_axis_ends_in_arrows():
    axes = charts.forest(ROWS[:3], limits=(40, 60)).figure.axes[0]
    assert not marks(axes)
    assert {(d.y, d.x, d.marker) for d in arrows(axes)} == {
        (0, 40, artists.LEFT), (1, 40, artists.LEFT), (2, 60, artists.RIGHT)}
    colours = {d.y: d.edge for d in arrows(axes) if d.edge != MUTED}
    assert colours == {y: style.POPULATION[row["population"]].light for y, row in enumerate(ROWS[:3])}


def test_forest_pools_no_single_group_and_tells_the_notes_of_a_pool():
    one = charts.forest(ROWS[:1] + ROWS[3:], pool=True)
    assert not polygons(one.figure.axes[0])
    assert "nothing is pooled" in one.description
    assert "Random effects" not in set(one.table["Group"])
    note = pool_proportions([10, 15, 4], [28, 39, 4]).note
    assert "1/2 was added" in note
    many = charts.forest(ROWS, pool=True)
    assert note in many.description
    assert note in many.table["Note"].tolist()


# --- ratios

RATIOS = [{"label": "a", "value": 1.9, "ci_low": 1.2, "ci_high": 9.0, "standing": "abstract"},
          {"label": "b", "value": 0.5, "ci_low": 0.3, "ci_high": None, "standing": "review"},
          {"label": "c", "value": 8.0, "ci_low": None, "ci_high": None, "standing": "review"},
          {"label": "d", "value": 0.4, "ci_low": None, "ci_high": 0.9, "standing": "paper"}]


def test_ratios_and_their_intervals_one_sided_or_not():
    chart = charts.forest_ratio(RATIOS)
    axes, purple = chart.figure.axes[0], style.POPULATION["EMD"].light
    assert [level(axes, y) for y in range(4)] == [[(1.2, 5)], [(0.3, 5)], [], [(0.2, 0.9)]]
    assert [(d.x, d.y, d.face) for d in marks(axes)] == [(1.9, 0, purple), (0.5, 1, PAPER), (0.4, 3, purple)]
    assert sorted((d.y, d.x, d.marker, d.edge) for d in arrows(axes)) == [
        (0, 5, artists.RIGHT, MUTED), (1, 5, artists.RIGHT, MUTED), (2, 5, artists.RIGHT, purple),
        (3, 0.2, artists.LEFT, MUTED)]
    assert "b 0.5 (0.3 to no upper end)" in chart.description
    assert "d 0.4 (up to 0.9)" in chart.description
    with pytest.raises(ValueError, match="does not hold 1"):
        charts.forest_ratio([{"label": "x", "value": 1, "ci_low": 1.5, "ci_high": None}])
    with pytest.raises(ValueError, match="above 0"):
        charts.forest_ratio([{"label": "x", "value": 1, "ci_low": 0, "ci_high": 2}])


# --- medians

MEDIANS = [
    {"label": "short", "value": 5.1, "n": 47, "population": "EM-E", "standing": "paper"},
    {"label": "open", "value": None, "not_reached": True, "population": "EM-B", "standing": "paper", "ci_low": 12},
    {"label": "interval", "value": 15.4, "ci_low": 10.8, "ci_high": 20.0, "population": "EMD", "standing": "review"},
    {"label": "no end", "value": 9, "ci_low": 5.1, "population": "EMD", "standing": "secondary"},
    {"label": "beyond", "value": 60, "ci_low": 10, "ci_high": 70, "population": "CNS", "standing": "official"},
]


def test_bars_of_medians_are_as_long_as_the_medians():
    axes = charts.medians(MEDIANS, limit=30).figure.axes[0]
    assert [(s, e, y) for s, e, y, _ in bars(axes)] == [
        (0, pytest.approx(e), pytest.approx(y)) for y, e in enumerate([5.1, 30, 15.4, 9, 30])]
    assert [colour for *_, colour in bars(axes)] == [style.POPULATION[r["population"]].light for r in MEDIANS]
    assert [level(axes, y) for y in range(5)] == [[], [(12, 30)], [(10.8, 20)], [(5.1, 30)], [(10, 30)]]
    assert [(d.x, d.y) for d in marks(axes)] == [(5.1, 0), (15.4, 2), (9, 3), (9, 3)]
    assert {(d.x, d.y) for d in arrows(axes)} == {(30, 1), (30, 3), (30, 4)}
    assert "n = 47" in words_at(axes, 0)
    assert words_at(axes, 1).startswith("not reached")


def test_a_median_and_its_open_limit_are_said_as_they_are():
    chart = charts.medians(MEDIANS)
    assert "no end 9 months (5.1 to not reached)" in chart.description
    assert "open not reached (12 to not reached)" in chart.description
    assert chart.table.set_index("Group").loc["no end", "CI high"] == "not reached"


@pytest.mark.parametrize(("change", "words"), [
    ({"ci_low": 20, "ci_high": 5}, "not in order"), ({"ci_low": 6, "ci_high": 9}, "does not hold 5"),
    ({"ci_low": 6}, "does not hold 5"), ({"value": -1}, "above 0"), ({"value": float("inf")}, "finite number"),
    ({"ci_low": -1}, "below 0"), ({"not_reached": True}, "is marked as not reached"), ({"n": float("inf")}, "n inf"),
    ({"n": 2.5}, "whole number"), ({"value": "5.1"}, "finite number"), ({"label": None}, "no label"),
    ({"label": float("nan")}, "no label"), ({"label": " "}, "no label")])
def test_impossible_medians_are_refused_in_plain_words(change, words):
    with pytest.raises(ValueError, match=words):
        charts.medians([{"label": "x", "value": 5, **change}])


# --- paired

PAIR = [
    {"study": "A", "label": "a", "role": "group", "events": 10, "n": 28, "population": "EM-E", "standing": "paper"},
    {"study": "A", "label": "b", "role": "comparator", "events": 94, "n": 137, "population": "non-EMD",
     "standing": "review"},
    {"study": "B", "label": "c", "role": "group", "events": None, "n": None, "value": 50, "population": "EMD",
     "standing": "secondary"},
]


def test_paired_marks_stand_apart_at_their_own_percentages():
    axes = charts.paired(PAIR).figure.axes[0]
    places = {"A": 0, "B": 1}
    for row in PAIR:
        y = places[row["study"]] + (-0.2 if row["role"] == "group" else 0.2)
        main = on_row(marks(axes), y)[0]
        assert main.x == pytest.approx(row.get("value") or 100 * row["events"] / row["n"])
        assert (main.face, main.marker) == (face(row), style.POPULATION[row["population"]].marker)
        wanted = [] if row["events"] is None else [
            tuple(100 * x for x in proportion_interval(row["events"], row["n"]))]
        assert level(axes, y) == [pytest.approx(pair) for pair in wanted]
    joint = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert [list(line.get_xdata()) for line in joint] == [[pytest.approx(100 * 10 / 28), pytest.approx(100 * 94 / 137)]]
    assert row_names(axes) == ["A\ngap 33 points", "B"]


# --- evidence map

MAP = [{"label": "x", "n": 28, "value": 35.7, "design": "single_arm_trial", "therapeutic_class": "bsab",
        "standing": "abstract"},
       {"label": "y", "n": 4, "value": 75, "design": None, "therapeutic_class": "pi", "standing": "review"},
       {"label": "z", "n": 400, "value": 0, "design": "retrospective", "therapeutic_class": "pi",
        "standing": "derived"}]


@pytest.mark.parametrize("by", ["design", "therapeutic_class"])
def test_evidence_map_places_each_group_by_size_and_response(by):
    axes = charts.evidence_map(MAP, by=by).figure.axes[0]
    found = [d for d in marks(axes) if d.marker != "x"]
    assert [(d.x, d.y) for d in found] == [(row["n"], row["value"]) for row in MAP]
    assert [d.filled for d in found] == [True, False, False]
    assert len({d.marker for d in found}) == (3 if by == "design" else 2)
    colours = {INK} if by == "design" else {style.THERAPY_CLASS["bsab"].light, style.THERAPY_CLASS["pi"].light}
    assert {d.edge for d in found} == colours, "a design wears no colour of a class"


# --- ranges

RANGES = [{"label": "one", "value": 10, "standing": "paper"}, {"label": "span", "low": 20, "high": 40,
                                                               "standing": "review"},
          {"label": "up", "high": 30, "standing": "secondary"}, {"label": "far", "value": 80, "standing": "paper"},
          {"label": "far span", "low": 20, "high": 80, "standing": "paper"}]


def test_ranges_draw_figures_spans_and_up_to():
    axes = ranges(RANGES, axis="x", limit=50, band=(5, 15)).figure.axes[0]
    assert [level(axes, y) for y in range(5)] == [[], [(20, 40)], [(0, 30)], [], [(20, 50)]]
    places = [sorted({d.x for d in on_row(marks(axes), y)}) for y in range(5)]
    assert places == [[10], [20, 40], [30], [], [20]]
    assert [(d.x, d.y) for d in arrows(axes)] == [(50, 3), (50, 4)]
    assert [d.filled for d in on_row(marks(axes), 1)] == [False, False]
    assert on_row(marks(axes), 0)[0].filled
    (band,) = [p for p in axes.patches if p.get_zorder() == 0]
    assert (band.get_x(), band.get_width()) == (5, 10)


@pytest.mark.parametrize(("row", "words"), [
    ({"value": -5}, "between 0 and 100%"), ({"value": 150}, "between 0 and 100%"), ({"value": 5, "n": 0}, "n = 0"),
    ({"low": 5, "high": 2}, "not in order"), ({}, "neither a value")])
def test_impossible_ranges_are_refused(row, words):
    with pytest.raises(ValueError, match=words):
        ranges([{"label": "x", **row}], axis="x")


def test_ranges_of_zero_and_of_years_have_an_axis():
    assert ranges([{"label": "x", "value": 0}], axis="x").figure.axes[0].get_xlim() == (0, 5)
    assert ranges([{"label": "x", "value": 150}], axis="x", unit="years").figure.axes[0].get_xlim()[1] > 150


# --- pooling

OFFERED = [
    {"label": "Large", "study_id": "l", "arm_id": "l.a", "overlaps_with": None, "events": 49, "n": 64,
     "population": "EM-E", "standing": "paper"},
    {"label": "Part", "study_id": "p", "arm_id": "p.a", "overlaps_with": "l.a", "events": 12, "n": 34,
     "population": "EM-E", "standing": "review"},
    {"label": "Small", "study_id": "s", "arm_id": "s.a", "overlaps_with": None, "events": 4, "n": 5,
     "population": "EMD", "standing": "review"},
    {"label": "Idle", "study_id": "i", "arm_id": "i.a", "overlaps_with": None, "events": 1, "n": 9,
     "population": "EMD", "standing": "paper"},
]
BESIDE = [{"label": "Beside", "value": 58, "why": "no count fits", "population": "EM-B", "standing": "abstract"}]


def test_pool_draws_those_chosen_the_diamond_and_what_stands_beside():
    chart = pooling.pool_choice(OFFERED, ("l", "p", "s"), beside=BESIDE)
    axes, pooled = chart.figure.axes[0], pool_proportions([49, 4], [64, 5])
    assert [(d.x, d.y) for d in marks(axes)][:3] == [
        (pytest.approx(100 * r["events"] / r["n"]), y) for y, r in enumerate(OFFERED[:3])]
    large, part, small = (on_row(marks(axes), y)[0] for y in range(3))
    assert (large.face, large.edge) == (style.POPULATION["EM-E"].light,) * 2
    assert (part.edge, part.face) == (MUTED, PAPER), "what is left out loses its colour"
    assert (small.edge, small.face, small.marker) == (style.POPULATION["EMD"].light, PAPER, "o")
    assert not on_row(marks(axes), 3)
    assert "2 groups of the 4 offered: Large 49 of 64 and Small 4 of 5." in chart.description
    assert "not chosen" in words_at(axes, 3)
    assert "left out" in words_at(axes, 1)
    (diamond,) = polygons(axes)
    assert (diamond[:, 0].min(), diamond[:, 0].max()) == pytest.approx((100 * pooled.ci_low, 100 * pooled.ci_high))
    assert diamond[diamond[:, 1].argmin(), 0] == pytest.approx(100 * pooled.estimate)
    (line,) = [s for s in segments(axes, color=ACCENT) if s[0] != s[2]]
    assert (line[0], line[2]) == pytest.approx((100 * pooled.prediction_low, 100 * pooled.prediction_high))
    assert [(d.x, d.filled) for d in marks(axes) if d.edge == style.POPULATION["EM-B"].light] == [(58, True)]


def test_a_pool_of_one_is_no_pool():
    def said(chart):
        return " ".join(" ".join(text.get_text().split()) for text in chart.figure.texts)

    chart = pooling.pool_choice(OFFERED, ("l",))
    assert not polygons(chart.figure.axes[0])
    assert "Nothing is pooled" in chart.description
    assert "Random effects" not in set(chart.table["Group"])
    assert "One group, nothing pooled: " in said(chart)
    assert "2 groups pooled: " in said(pooling.pool_choice(OFFERED, ("l", "s")))


# --- one count under the lens

def test_interval_methods_draw_the_three_intervals_around_one_point():
    axes = charts.interval_methods(3, 4).figure.axes[0]
    for y, method in enumerate(("wilson", "clopper-pearson", "jeffreys")):
        assert level(axes, y) == [pytest.approx([100 * x for x in proportion_interval(3, 4, method)])]
    assert [(d.x, d.y) for d in marks(axes)] == [(75, 0), (75, 1), (75, 2)]


def test_interval_by_size_draws_each_interval_upright():
    chart = charts.interval_by_size(75, sizes=(4, 20, 80), highlight=20)
    axes, table = chart.figure.axes[0], chart.table
    assert segments(axes) == [(i, pytest.approx(r["low %"], abs=0.06), i, pytest.approx(r["high %"], abs=0.06))
                              for i, r in table.iterrows()]
    assert [(d.x, d.y) for d in marks(axes)] == [(0, 75), (1, 75), (2, 75)]
    assert [d.edge == ACCENT for d in marks(axes)] == [False, True, False]


def test_one_patient_is_one_patient():
    assert "with 1 patient the" in charts.interval_by_size(50, sizes=(1, 2)).description
    assert "of 1 patient:" in charts.attainable(50, 1, 0).description


@pytest.mark.parametrize("case", [(35.5, 31, 1), (35.5, 32, 1), (50, 200, 0), (50, 1000, 0), (50, 10**6, 0),
                                  (0, 3, 0)])
def test_attainable_fills_the_counts_that_fit_and_names_lie_apart(case):
    chart = charts.attainable(*case)
    axes, table = chart.figure.axes[0], chart.table
    found = [d for d in marks(axes)]
    assert [d.x for d in found] == pytest.approx([100 * k / case[1] for k in table["count"]])
    assert [d.face == INK for d in found] == [fits == "yes" for fits in table["fits"]]
    assert ("yes" in set(table["fits"])) == ("no whole number" not in chart.description)
    assert not artists.overflow(chart.figure)
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    boxes = [t.get_window_extent(renderer) for t in axes.texts if "/" in t.get_text()]
    assert boxes
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1:])


# --- squares


def test_patients_behind_draw_one_square_a_patient_hollow_if_not_judged():
    rows = [{"label": "a", "n": 25, "assessed": 20, "population": "EM-E"}, {"label": "b", "n": None}]
    axes = denominator.patients_behind(rows, none=("c",)).figure.axes[0]
    found = marks(axes)
    assert len(found) == 25
    assert sum(d.filled for d in found) == 20
    assert len({(d.x, d.y) for d in found}) == 25
    assert [t.get_text() for t in axes.texts if t.get_text() in {"?", "none seen"}] == ["?", "none seen"]


@pytest.mark.parametrize(("base", "n"), [("treated", 20), ("assessed", 16)])
def test_denominator_marks_the_report_and_the_supposed_truth(base, n):
    axes = denominator.denominator(8, 20, 16, base=base, supposed=2).figure.axes[0]
    report, truth = sorted(marks(axes), key=lambda d: d.y)
    assert (report.x, report.filled, truth.x, truth.filled) == (pytest.approx(100 * 8 / n), True, 50, False)
    assert level(axes, 0) == [pytest.approx([100 * x for x in proportion_interval(8, n)])]
    (possible,) = [p for p in axes.patches if p.get_width() == pytest.approx(20)]
    assert possible.get_x() == pytest.approx(40)


def test_denominator_squares_are_its_patients():
    figure = denominator.denominator(8, 20, 16, supposed=2).figure
    squares = [d for d in dots(figure.axes[1]) if d.marker == "s"]
    assert [sum(d.y == y for d in squares) for y in (2, 1, 0)] == [8, 8, 4]
    assert len([d for d in dots(figure.axes[1]) if d.marker == "D"]) == 2


def test_missing_range_bars_span_what_the_missing_allow():
    chart = denominator.missing_range(20, 30, sizes=(10, 40))
    axes = chart.figure.axes[0]
    thick = segments(axes, color=ACCENT)
    wanted = [(i, r["worst case %"], i, r["best case %"]) for i, r in chart.table.iterrows()]
    assert thick == [pytest.approx(w, abs=0.06) for w in wanted]
    chance = [(i, r["with chance, low %"], i, r["with chance, high %"]) for i, r in chart.table.iterrows()]
    assert segments(axes, color=MUTED) == [pytest.approx(w, abs=0.06) for w in chance]
    assert [d.y for d in marks(axes)] == [pytest.approx(100 * r["responders"] / r["looked at"])
                                          for _, r in chart.table.iterrows()]


def test_all_responded_reaches_down_to_the_exact_limit():
    axes = denominator.all_responded((2, 8), highlight=4).figure.axes[0]
    assert segments(axes) == [(i, pytest.approx(100 * proportion_interval(n, n, "clopper-pearson").ci_low), i, 100)
                              for i, n in enumerate((2, 4, 8))]


# --- lesions

def test_courses_draw_one_mark_per_patient_in_the_shape_of_its_course():
    rows = [{"study": "A", "endpoint": "EMD_CR", "events": 3, "n": 25},
            {"study": "A", "endpoint": "EMD_PD", "events": 2, "n": 25}]
    axes = lesions.courses(rows).figure.axes[0]
    found = marks(axes)
    assert len(found) == len({(d.x, d.y) for d in found}) == 25
    shapes = pd.Series([d.marker for d in found]).value_counts().to_dict()
    assert shapes == {"o": 3, "^": 2, "s": 20}
    assert [d.x for d in found if d.marker == "o"] == [0, 1, 2]


def test_two_measures_stand_one_below_the_other():
    rows = [{"study": "A", "measure_of": "lesions", "events": 5, "n": 10, "standing": "paper"},
            {"study": "A", "measure_of": "serum", "events": 9, "n": 10, "standing": "review"}]
    axes = lesions.two_measures(rows).figure.axes[0]
    assert [(d.x, d.y, d.filled) for d in marks(axes)] == [(50, -0.2, True), (90, 0.2, False)]
    assert level(axes, 0.2) == [pytest.approx([100 * x for x in proportion_interval(9, 10)])]


# --- time line

EVENTS = [{"date": "2021-06", "label": "later", "kind": "approval"},
          {"date": "2019", "label": "first", "kind": "trial", "certainty": "second_hand"},
          {"date": "2023-01-05", "label": "last", "kind": "withdrawal"}]


def test_time_line_marks_stand_in_order_filled_when_seen():
    axes = timeline(EVENTS, until="2021-12").figure.axes[0]
    found = sorted((d for d in marks(axes) if d.x == 0.72), key=lambda d: d.y)
    assert [d.marker for d in found] == [KINDS[k][1].marker for k in ("trial", "approval", "withdrawal")]
    assert [(d.face, d.edge) for d in found] == [(PAPER, INK), (INK, INK), (PAPER, style.GRID.light)]
    years = [2019.5, 2021 + 5.5 / 12, 2023 + 4.5 / 31 / 12]
    gaps = np.diff([d.y for d in found]) / np.diff(years)
    assert gaps[0] == pytest.approx(gaps[1])
    assert [t.get_text() for t in axes.texts if t.get_text() in {"first", "later", "last", "not yet known"}] == [
        "first", "later", "not yet known"]


# --- mechanism

def test_a_scene_draws_its_parts_where_they_are_and_no_part_in_the_colour_of_a_class():
    scene = Scene("story", cells=[Cell(3, 2, "c")], boxes=[Box(6, 2, "b", "drug", 2)],
                  arrows=[Arrow((4, 2), (5, 2), "acts")], blunts=[Blunt(7, 4, "Reason")])
    chart = charts.mechanism(scene)
    axes = chart.figure.axes[0]
    cell, = [p for p in axes.patches if isinstance(p, matplotlib.patches.Circle)]
    box, = [p for p in axes.patches if isinstance(p, matplotlib.patches.FancyBboxPatch)]
    assert cell.center == (3, 2)
    assert (box.get_x(), box.get_width(), box.get_y() + box.get_height() / 2) == (5, 2, 2)
    assert {matplotlib.colors.to_hex(p.get_edgecolor()) for p in (cell, box)} <= {INK, MUTED, ACCENT}
    assert [(d.x, d.y, d.face) for d in marks(axes)] == [(7, 4, ACCENT)]
    words = {t.get_text(): t.get_position() for t in axes.texts}
    assert words["c"] == (3, 2)
    assert words["b"] == (6, 2)
    assert words["1"] == (7, 4)
    assert words["acts"][0] == 4.5


# --- the key of the fillings

@pytest.mark.parametrize(("standings", "said"), [
    (["paper", "abstract", "official"], ["filled: its source was seen"]), (["secondary"], ["dot: second-hand"]),
    (["review"], ["open: the review alone"]), (["derived"], ["cross: worked out"]), ([None], []),
    (["paper", "review", "secondary", "derived"], ["filled: its source was seen", "dot: second-hand",
                                                   "open: the review alone", "cross: worked out"])])
def test_every_filling_has_a_key_and_none_is_told_that_is_not_drawn(standings, said):
    rows = [{"label": f"{i}", "study": f"{i}", "events": 4, "n": 10, "value": 40, "role": "group", "high": 45,
             "design": None, "therapeutic_class": "pi", **({"standing": s} if s else {})}
            for i, s in enumerate(standings)]
    pool = [{**r, "study_id": r["label"], "arm_id": r["label"], "overlaps_with": None} for r in rows]
    serum = [{**r, "measure_of": m} for r in rows for m in ("lesions", "serum")]
    for chart in (charts.forest(rows), charts.medians(rows), charts.paired(rows), charts.evidence_map(rows),
                  ranges(rows, axis="x"), pooling.pool_choice(pool), lesions.two_measures(serum),
                  charts.forest_ratio([{**r, "value": 1, "ci_low": None, "ci_high": None} for r in rows])):
        assert artists.legend(chart.figure)[-len(said) or len(artists.legend(chart.figure)):] == said
        columns = [c for c in chart.table.columns if c.lower().endswith("standing")]
        assert bool(columns) == bool(said)
        for column in columns:
            words = [style.STANDING[s].words for s in standings]
            assert set(chart.table[column].dropna()) - {""} == set(words)


def test_a_row_without_standing_among_others_is_refused():
    with pytest.raises(ValueError, match="B does not say how far its figure was seen"):
        charts.forest([ROWS[0], {"label": "B", "events": 1, "n": 2}])
    with pytest.raises(ValueError, match="unknown standing seen"):
        charts.forest([{"label": "B", "events": 1, "n": 2, "standing": "seen"}])


# --- words beside the rows, and the scale of years

def test_words_stand_beside_their_rows():
    axes = charts.interval_methods(3, 4).figure.axes[0]
    for y, method in enumerate(("wilson", "clopper-pearson", "jeffreys")):
        low, high = (100 * x for x in proportion_interval(3, 4, method))
        assert words_at(axes, y) == f"{low:.0f}–{high:.0f}%"
    axes = pooling.pool_choice(OFFERED, ("l", "s"), beside=BESIDE).figure.axes[0]
    (mark,) = [d for d in marks(axes) if d.edge == style.POPULATION["EM-B"].light]
    assert words_at(axes, mark.y) == "58%\nno count fits"
    assert row_names(axes)[-1] == "Beside"


def test_years_of_a_time_line_stand_on_the_scale_of_its_marks():
    axes = timeline(EVENTS).figure.axes[0]
    years = {t.get_text(): t.get_position()[1] for t in axes.texts if t.get_text() in {"2019", "2020", "2021", "2023"}
             and t.get_ha() == "right"}
    assert set(years) == {"2019", "2020", "2021", "2023"}
    per_year = years["2020"] - years["2019"]
    assert years["2023"] - years["2019"] == pytest.approx(4 * per_year)
    first = min((d for d in marks(axes) if d.x == 0.72), key=lambda d: d.y)
    assert (first.y - years["2019"]) / per_year == pytest.approx(0.5), "a year without a month stands in its middle"
    (spine,) = [s for s in segments(axes) if s[0] == s[2] == 0.72]
    assert (spine[1], spine[3]) == pytest.approx((years["2019"], years["2019"] + 5 * per_year))


@pytest.mark.parametrize(("ends", "shown"), [((10, 20, 30), 0), ((70, 80, 90), 0), ((30, 45, 70), 1),
                                             ((50, 50, 50), 1)])
def test_a_diamond_beyond_the_axis_leaves_an_arrow_and_no_sliver(ends, shown):
    axes = matplotlib.figure.Figure().add_subplot()
    diamond(axes, 0, ends, (40, 60), half=0.3, color=INK)
    assert len(polygons(axes)) == shown
    assert len(arrows(axes)) == (ends[0] < 40) + (ends[2] > 60)


def test_an_interval_that_ends_at_the_axis_has_no_arrow_and_a_mark_there_is_a_mark():
    axes = charts.forest([{"label": "none", "events": 0, "n": 9}, {"label": "all", "events": 9, "n": 9}],
                         pool=True).figure.axes[0]
    assert not arrows(axes)
    assert [d.x for d in marks(axes)] == [0, 100]
    for low, high, wanted in ((40, 50, 0), (50, 60, 0), (39, 60, 1), (40, 61, 1)):
        axes = matplotlib.figure.Figure().add_subplot()
        diamond(axes, 0, (low, 50, high), (40, 60), half=0.3, color=INK)
        assert len(arrows(axes)) == wanted


def test_the_sentence_of_a_pool_tells_its_numbers():
    pooled = pool_proportions([49, 4], [64, 5], level=0.9)
    text = pooling.pool_choice(OFFERED, ("l", "s"), level=0.9).description
    low, middle, high, first, last = (100 * x for x in (pooled.ci_low, pooled.estimate, pooled.ci_high,
                                                        pooled.prediction_low, pooled.prediction_high))
    assert f"pool {middle:.0f}%, 90% interval {low:.0f} to {high:.0f}%" in text
    assert f"Prediction interval for the next group {first:.0f} to {last:.0f}%" in text


@pytest.mark.parametrize(("band", "side"), [((5, 15), "left"), ((30, 48), "right"), ((10, 30), "left"),
                                            ((26, 26), "right")])
def test_the_name_of_a_band_stands_on_the_side_of_its_middle(band, side):
    axes = ranges(RANGES, axis="x", limit=50, band=band).figure.axes[0]
    (name,) = [t for t in axes.texts if t.get_text().startswith("the review")]
    assert name.get_ha() == side


# --- the edges: what is just possible is drawn, and said of one as of one

@pytest.mark.parametrize("draw", [
    lambda: ranges([{"label": "x", "value": 20, "low": 20, "high": 40}], axis="x"),
    lambda: ranges([{"label": "x", "value": 40, "low": 20, "high": 40}], axis="x"),
    lambda: ranges([{"label": "x", "low": 20, "high": 20}], axis="x", band=(5, 5)),
    lambda: ranges([{"label": "x", "value": 0}, {"label": "y", "value": 100}], axis="x", band=(0, 100)),
    lambda: charts.medians([{"label": "x", "value": 5, "ci_low": 5, "ci_high": 5}]),
    lambda: charts.medians([{"label": "x", "value": 5, "ci_low": 0, "ci_high": 5}]),
    lambda: charts.forest_ratio([{"label": "x", "value": 2, "ci_low": 2, "ci_high": 2}]),
    lambda: charts.forest([{"label": "x", "events": 0, "n": 1}, {"label": "y", "events": 1, "n": 1}], limits=(0, 100)),
    lambda: charts.attainable(0, 1, 0), lambda: charts.attainable(100, 1, 0),
    lambda: charts.interval_by_size(0, sizes=(1,)), lambda: charts.interval_by_size(100, sizes=(1,)),
    lambda: denominator.denominator(3, 9, 8, supposed=1), lambda: denominator.denominator(8, 8, 8),
    lambda: denominator.denominator(0, 1, 0), lambda: denominator.missing_range(0, 0, sizes=(1,)),
    lambda: denominator.missing_range(90, 100, sizes=(10,)), lambda: denominator.all_responded((1,)),
    lambda: denominator.patients_behind([{"label": "x", "n": 3, "assessed": 3}, {"label": "y", "n": 0}]),
])
def test_what_is_just_possible_is_drawn(draw):
    assert draw().description


@pytest.mark.parametrize("populations", [("EM-E",), ("EM-E", "CNS"), ("EMD", "EM-B", "non-EMD")])
def test_a_key_names_the_populations_that_are_drawn_and_no_other(populations):
    rows = [{"label": p, "study": p, "role": "group", "population": p, "events": 4, "n": 10, "value": 40, "high": 45}
            for p in populations]
    wanted = [mark.label for name, mark in style.POPULATION.items() if name in populations]
    for chart in (charts.forest(rows), charts.medians(rows), charts.paired(rows), ranges(rows, axis="x"),
                  denominator.patients_behind(rows),
                  pooling.pool_choice([{**r, "study_id": r["label"], "arm_id": r["label"], "overlaps_with": None}
                                       for r in rows])):
        assert artists.legend(chart.figure)[:len(wanted)] == wanted
        assert not set(artists.legend(chart.figure)) & ({m.label for m in style.POPULATION.values()} - set(wanted))


def test_those_not_judged_have_a_key_of_their_own():
    judged = [{"label": "x", "n": 9, "assessed": a, "population": "EM-E"} for a in (8, 9, None)]
    keys = [artists.legend(denominator.patients_behind([row]).figure)[1:] for row in judged]
    assert keys == [["treated, not judged"], [], []]


def test_a_study_in_which_all_had_emd_says_so_beside_its_own_row():
    axes = charts.paired([*PAIR, {**PAIR[2], "study": "C"}]).figure.axes[0]
    assert [[words_at(axes, y - 0.2), words_at(axes, y + 0.2)] for y in range(3)] == [
        ["36%  10 of 28", "69%  94 of 137"], ["50%", "no comparator"], ["50%", "no comparator"]]


@pytest.mark.parametrize(("counts", "said"), [
    ((3, 9, 8, 1), "Supposing that the 1 not looked at responded"), ((3, 9, 8, 0), "not even the 1 not looked at"),
    ((3, 9, 8, 1), "Whatever that one did, it lies between 33 and 44%"),
    ((3, 9, 7, 2), "Whatever they did, it lies between 33 and 56%"),
    ((3, 9, 7, 2), "all of the 2 not looked at"), ((3, 9, 7, 1), "1 of the 2 not looked at"),
    ((3, 9, 7, 0), "none of the 2 not looked at")])
def test_one_patient_not_looked_at_is_one(counts, said):
    *three, supposed = counts
    chart = denominator.denominator(*three, supposed=supposed)
    assert said in chart.description
    worst, best = chart.table.set_index("What")["%"][["worst case", "best case"]]
    assert (worst, best) == pytest.approx((100 * 3 / 9, 100 * (3 + 9 - three[2]) / 9), abs=0.06)


def test_the_words_beside_squares_say_how_many_were_judged():
    axes = denominator.patients_behind([{"label": "a", "n": 9, "assessed": 9}, {"label": "b", "n": 9, "assessed": 8},
                                        {"label": "c", "n": 1}]).figure.axes[0]
    assert [words_at(axes, y) for y in axes.get_yticks()] == ["9 patients", "9 patients\n8 judged", "1 patient"]


def test_the_key_of_two_denominators_gives_both_counts():
    keys = artists.legend(denominator.denominator(8, 20, 16, base="assessed", supposed=2).figure)
    low, high = (100 * x for x in proportion_interval(8, 16))
    assert keys == [f"reported: 8 of 16, 50% ({low:.0f} to {high:.0f}%)", "supposed truth: 10 of 20, 50%",
                    "possible, whatever the 4 did: 40 to 60%"]
    table = denominator.denominator(8, 20, 16, supposed=2).table.set_index("What")
    assert table["responders"].tolist() == [8, 10, 8, 12]
    assert table["%"].tolist() == [40, 50, 40, 60]


def test_the_table_of_a_forest_holds_the_pool_as_it_is_drawn():
    pooled = pool_proportions([10, 15, 4], [28, 39, 4])
    table = charts.forest(ROWS, pool=True).table.set_index("Group")
    assert table.loc["Random effects", ["CI low %", "%", "CI high %"]].tolist() == pytest.approx(
        [100 * pooled.ci_low, 100 * pooled.estimate, 100 * pooled.ci_high], abs=0.06)
    assert table.loc["Next study, prediction interval", ["CI low %", "CI high %"]].tolist() == pytest.approx(
        [100 * pooled.prediction_low, 100 * pooled.prediction_high], abs=0.06)


def test_beside_a_pool_stand_its_numbers_or_that_there_is_none():
    for chosen, n, prediction in ((("l", "s"), 2, True), (("l",), 1, False)):
        axes = pooling.pool_choice(OFFERED, chosen).figure.axes[0]
        y = axes.get_yticks()[row_names(axes).index(pooling.POOLED)]
        pooled = pool_proportions([49, 4][:n], [64, 5][:n])
        numbers = [round(100 * x) for x in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
        first = "{}% ({}–{})".format(*numbers)
        ahead = f"next {100 * pooled.prediction_low:.0f}–{100 * pooled.prediction_high:.0f}" if prediction else ""
        assert words_at(axes, y) == (f"{first}\n{ahead}" if prediction else "one group,\nnot pooled")


@pytest.mark.parametrize(("shown", "n", "decimals", "drawn"), [
    (50, 8, 0, (1, 2, 3, 4, 5, 6, 7)), (0, 8, 0, (0, 1, 2, 3)), (100, 8, 0, (5, 6, 7, 8)), (50, 1000, 0, None)])
def test_the_counts_around_a_percentage_are_those_that_fit_and_a_few_more(shown, n, decimals, drawn):
    chart = charts.attainable(shown, n, decimals)
    if drawn is not None:
        assert tuple(chart.table["count"]) == drawn
        return
    fits = [k for k in range(n + 1) if round(100 * k / n, decimals) == shown]
    ends = (min(fits) - 1, max(fits) + 1)
    assert (min(chart.table["count"]), max(chart.table["count"])) == pytest.approx(ends, abs=1)
    (line,) = [line for line in chart.figure.axes[0].lines if line.get_linewidth() == 7]
    assert len(chart.table) == 4
    assert list(line.get_xdata()) == [chart.table["%"].iloc[1], chart.table["%"].iloc[2]]


def test_a_paired_table_tells_a_standing_for_the_side_that_has_one():
    table = charts.paired(PAIR).table
    columns = [c for c in table if c.endswith("standing")]
    assert len(columns) == 2
    bare = charts.paired([{k: v for k, v in row.items() if k != "standing"} for row in PAIR]).table
    assert not [c for c in bare if c.endswith("standing")]
    assert table["difference, points"].iloc[0] == pytest.approx(100 * 10 / 28 - 100 * 94 / 137, abs=0.06)


def test_the_size_that_is_chosen_is_the_one_in_colour():
    axes = denominator.all_responded((2, 4, 8), highlight=4).figure.axes[0]
    assert [s[0] for s in segments(axes, color=ACCENT)] == [1]
    assert [s[0] for s in segments(axes, color=MUTED)] == [0, 2]


def test_an_interval_without_width_is_a_line_of_no_length_unless_it_lies_beyond_the_axis():
    axes = Figure().add_axes((0, 0, 1, 1))
    span(axes, 1, 40, 40, (0, 100), color=INK)
    span(axes, 2, 120, 150, (0, 100), color=INK)
    span(axes, 3, 10, 30, (0, 100), color=INK)
    assert segments(axes) == [(40, 1, 40, 1), (10, 3, 30, 3)]


@pytest.mark.parametrize("standing", ["paper", "secondary", "review", "derived"])
def test_what_fills_a_mark_lies_on_it(standing):
    axes = Figure().add_axes((0, 0, 1, 1))
    point(axes, 50, 1, style.POPULATION["EM-E"], standing=standing, zorder=3)
    outline, *filling = axes.collections
    assert all(inner.get_zorder() > outline.get_zorder() for inner in filling)
    assert bool(filling) == (style.STANDING[standing].fill in {"dot", "cross"})


def test_the_sizes_of_a_share_are_named_as_far_as_there_is_room():
    def named(sizes):
        axes = charts.interval_by_size(75, sizes=sizes).figure.axes[0]
        return [label.get_text() for label in axes.get_xticklabels()]

    assert named((4, 20, 80)) == ["3/4", "15/20", "60/80"]
    many = named(tuple(range(10**6, 3 * 10**6, 10**5)))
    assert many[0] == "750000/1000000"
    gaps = np.diff([i for i, name in enumerate(many) if name])
    assert len(set(gaps)) == 1
    assert gaps[0] > 1

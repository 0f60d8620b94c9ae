"""What the marks of a figure say is what the data say, and every row of a figure has a mark."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from docutils import nodes
from matplotlib.figure import Figure

from emdbook import charts, rows
from emdbook.charts.told import Teller, Told, cell_text, element, elements, from_table, record_of, whose
from emdbook.publish.slides.builder import part_node
from emdbook.publish.slides.deck import Part


def by_name(chart):
    return {mark.name: mark for mark in chart.marks}


def parts(svg, prefix="c"):
    """The ids of rows in a drawing, without those of their further parts."""
    return set(re.findall(rf'<g id="{prefix}-(r\d+)"', svg))


def test_a_forest_row_says_what_the_data_say(evidence):
    row = "majestec-1.em-e.orr.primary"
    reading = evidence.reading(row)
    assert (reading.events, reading.n) == (10, 28)
    chart = charts.forest(rows.chart_rows(evidence, {row: "Teclistamab", "crb-401.emd.orr.review": "CRB-401"}),
                          endpoint="Response (ORR)", pool=True)
    said = by_name(chart)["Teclistamab"]
    assert said == Told(
        gid="r0", name="Teclistamab", value="10 of 28, 36% (21 to 54%)", series="EM-E (no bone contact)",
        facts=(("Study", "MajesTEC-1"), ("Group", evidence.arm("majestec-1.em-e")["label"]), ("Patients", "28"),
               ("Response (ORR)", "10 of 28, 36%"), ("95% interval, Wilson", "21 to 54%"),
               ("Standing", "second-hand")),
        record="ledger#majestec-1.em-e.orr.primary")
    pooled = by_name(chart)["Random effects"]
    assert dict(pooled.facts)["Groups pooled"] == "2"
    assert not pooled.record
    assert not pooled.series


def test_a_row_without_a_count_claims_no_interval(evidence):
    chart = charts.forest([{"label": "x", "events": None, "n": 20, "value": 61.5, "standing": "review"}])
    (said,) = chart.marks
    assert said.value == "61.5%, count not known"
    assert said.facts == (("Patients", "20"), ("Responders", "61.5%, count not known"),
                          ("Standing", "reported in the review"))


def test_a_median_says_what_the_data_say(evidence):
    row = "beksac-2020.em-e-dx.os.primary"
    reading = evidence.reading(row).in_months()
    chart = charts.medians(rows.chart_rows(evidence, {row: "EM-E"}), endpoint="OS")
    (said,) = chart.marks
    facts = dict(said.facts)
    assert facts["Median OS"] == f"{reading.value:g} months"
    assert facts["Patients"] == str(reading.n)
    assert said.record == f"ledger#{row}"
    nobody = charts.medians([{"label": "x", "value": None, "not_reached": True, "ci_low": 5, "ci_high": None}])
    assert nobody.marks[0].facts == (("Median PFS", "not reached"), ("Interval", "from 5 months, no upper end yet"))


def test_a_ratio_says_what_the_data_say():
    (said,) = charts.forest_ratio([{"label": "a", "value": 0.5, "ci_low": 0.3, "ci_high": None, "standing": "abstract",
                                    "update_id": "x.hr"}]).marks
    assert said.value == "0.5 (0.3 to no upper end)"
    assert said.facts == (("Hazard ratio", "0.5"), ("Interval", "0.3 to no upper end"),
                          ("Standing", "seen in the abstract"))
    assert said.record == "facts#x.hr"


def test_whose_row_it_is():
    (one, other) = whose([{"label": "a", "study": "Trial", "arm": "EMD", "outcome_id": "o", "arm_id": "i"},
                          {"label": "b", "study": None, "arm": "", "outcome_id": None}])
    assert (one.facts, one.record) == ((("Study", "Trial"), ("Group", "EMD")), "ledger#o")
    assert (other.facts, other.record) == ((), "")
    assert record_of({"arm_id": "trial.emd"}) == "facts#trial.emd"


def test_a_row_of_which_nothing_is_drawn_is_an_error():
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    tell = Teller(figure)
    with pytest.raises(ValueError, match="the row 'nobody' has no mark"), tell.row("nobody"):
        pass
    with tell.row("line one,\nline two"):
        axes.plot([0], [0])
        axes.plot([0], [1], gid="layer")
    assert tell.marks[0].name == "line one, line two"
    assert [line.get_gid() for line in axes.lines] == ["r0", "layer"]


def test_the_page_holds_the_words_and_anywhere_else_the_marks_have_titles(monkeypatch):
    chart = charts.forest([{"label": "a <b> & 'c'", "events": 1, "n": 2}])
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    assert element(chart.marks, "p") in chart.html("p")
    assert "data-rows='[[\"r0\",\"a &lt;b&gt; &amp; &#39;c&#39;\"," in chart.html("p")
    assert "<title>" not in chart.html("p")
    assert elements(f"<p>{chart.html('p')}</p>") == {"p": chart.marks}
    (slide,) = part_node(Part("figure", chart.html("p"))).findall(nodes.raw)
    assert "emd-marks" not in slide.astext()
    assert slide.astext().count("<title>a &lt;b&gt; &amp; 'c'\nPatients: 2\n") == 4  # its mark, interval and label
    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    live = chart.html("p")
    assert "emd-marks" not in live
    titles = re.findall(r'<g id="p-(r0[^"]*)"><title>([^<]*)</title>', live)
    assert {gid for gid, _ in titles} == {"r0", "r0-1", "r0-2", "r0-label"}
    assert {text.split("\n")[0] for _, text in titles} == {"a &lt;b&gt; &amp; 'c'"}
    assert "95% interval, Wilson: 9 to 91%" in titles[0][1]


def test_a_figure_whose_marks_are_no_rows_is_told_by_its_table():
    chart = charts.interval_by_size(75, sizes=(4, 8))
    assert [(m.gid, m.name, m.facts[0]) for m in from_table(("n", "who"), [("4", "a"), ("8", "")])[:1]] == [
        ("", "4", ("who", "a"))]
    assert [m.name for m in chart.told()] == ["4", "8"] or chart.marks


def test_in_a_kernel_each_mark_of_the_state_shown_has_a_title(monkeypatch):
    from functools import partial

    from emdbook.explore import choice, explore, registry

    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    chart = partial(charts.forest, [{"label": "A", "events": 10, "n": 28}])
    made = explore(chart, title="Told live", method=choice("Method", ["wilson", "jeffreys"]))
    try:
        assert "A\nPatients: 28\nResponders: 10 of 28, 36%\n95% interval, Wilson: 21 to 54%" in made._live.figure.value
        made.set(method="jeffreys")
        assert "<title>A\n" in made._live.figure.value
        assert "95% interval, Jeffreys" in made._live.figure.value
    finally:
        made.close()
        registry.pop(made.id)


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (pd.NA, ""), (float("nan"), ""), ("x", "x"), (True, "yes"), (np.bool_(False), "no"),
    (np.int64(12345678), "12345678"), (0.123456789, "0.123457"), (0.0, "0")])
def test_a_cell_is_said_as_what_it_is(value, text):
    assert cell_text(value) == text

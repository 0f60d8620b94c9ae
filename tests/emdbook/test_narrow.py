"""The layout of a chart for a telephone: whole, legible, and of the same marks and words."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from artists import collisions, overflow, row_names

import emdbook
from emdbook import charts, rows
from emdbook.charts.base import Chart, in_style, new_figure, width_in_letters
from emdbook.charts.parts import foot_legend, heading, row_axis, x_label
from emdbook.charts.room import COLUMN, NARROW, is_narrow, narrow, width
from emdbook.lessons import cns, comparator

#: Width of a figure's window on a telephone of 320 px, in heights of the smallest letters that may be there (10 px).
ROOM = 29.2
#: Rows of the data with a long and with a short name.
ROWS = {"majestec-1.em-e.orr.primary": "Teclistamab in a routine clinic of which the name is long",
        "crb-401.emd.orr.review": "CRB-401"}


@pytest.fixture(scope="module")
def forest():
    return charts.forest(rows.chart_rows(emdbook.load(), ROWS), endpoint="Response (ORR)", title="Two of them " * 6)


def ids(svg: str, prefix: str) -> set[str]:
    return set(re.findall(rf'id="{prefix}-(r\d+(?:-\w+)?)"', svg))


def words(svg: str) -> list[str]:
    return " ".join(re.findall(r">([^<>]+)</text>", svg)).split()


def test_the_narrow_layout_is_another_width_and_the_same_marks_and_words(forest):
    wide, slim = forest.svg("w"), forest.narrow("w")
    assert float(re.search(r'viewBox="0 0 ([\d.]+)', slim)[1]) == pytest.approx(72 * NARROW)
    assert 'class="emd-narrow"' in slim
    assert ids(slim, "w-n") == ids(wide, "w")
    assert not ids(slim, "w")  # an id of the one is none of the other
    shown = set(words(wide)) - set(words(slim))
    # where the wide one cuts a heading, the narrow one has room for all of it
    assert all(word.endswith("…") for word in shown), shown
    assert width_in_letters(slim) <= ROOM < width_in_letters(wide)


def test_drawing_for_a_telephone_changes_nothing_of_the_page(forest):
    before = forest.svg("w")
    forest.narrow("w")
    assert forest.svg("w") == before
    assert not is_narrow()


def test_names_stand_above_their_rows_and_nothing_is_cut(forest):
    with narrow():
        figure = forest.again().figure
        (axes,) = figure.axes
        assert figure.get_figwidth() == width() == NARROW
        assert overflow(figure) == []
        assert [name.split("\n")[0].split()[0] for name in row_names(axes)] == ["Teclistamab", "CRB-401"]
        assert all(at < row for row, at in enumerate(axes.get_yticks()))


def test_a_key_keeps_its_letters_and_takes_more_lines():
    def drawn() -> Chart:
        figure, axes = new_figure(2.4, left=1.7, bottom=1.0)
        row_axis(axes, ["one", "two"], bottom=1.6)
        x_label(axes, "A name of the axis that is far longer than such a narrow figure is wide, and goes on")
        heading(figure, "A heading")
        handles = [axes.plot([], [], label=f"an entry of the key that is long, number {i}")[0] for i in range(3)]
        foot_legend(figure, handles)
        return Chart(figure, "d", None)

    wide = in_style(drawn)().figure
    with narrow():
        slim = in_style(drawn)().figure
        assert overflow(slim) == []
    assert {t.get_size() for t in slim.legends[0].get_texts()} == {11.0}
    assert min(t.get_size() for t in wide.legends[0].get_texts()) < 11.0
    assert slim.get_figheight() > wide.get_figheight()


def test_a_chart_that_cannot_be_drawn_again_has_the_one_layout(monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    figure, _ = new_figure(2.0, left=0.2)
    chart = Chart(figure, "d", pd.DataFrame({"a": [1]}))
    assert chart.narrow() == ""
    assert "emd-two" not in chart.html()
    assert "emd-narrow" not in chart.html()


def test_the_page_has_both_layouts_and_a_notebook_one(forest, monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    page = forest.html("f")
    assert page.count("<svg ") == 2
    assert re.search(r'class="emd-drawing emd-two"[^>]*--emd-narrow-ratio:288/\d', page)
    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    assert forest.html("f").count("<svg ") == 1


TREATMENTS = pd.DataFrame([{"label": "drug one", "claim": "good", "animal": "0.61–0.72"},
                           {"label": "intrathecal chemotherapy", "claim": "poor", "patients": "3 of 4"}])
TRIALS = [{"label": "MajesTEC-1", "events": 10, "n": 28, "others_events": 94, "others_n": 137}]


@pytest.mark.parametrize("draw", [lambda: cns.penetration(TREATMENTS), lambda: comparator.dilution(TRIALS)])
def test_no_line_strikes_a_name_and_no_note_stands_on_an_axis(draw):
    assert collisions(draw().figure) == []
    with narrow():
        assert collisions(draw().figure) == []


def test_a_column_of_names_gives_its_room_to_the_marks_and_a_scale_keeps_it():
    with narrow():
        inches = {left: new_figure(2, left=left)[1].get_position().x0 * width() for left in (COLUMN - 0.1, COLUMN, 2)}
    assert inches == {COLUMN - 0.1: pytest.approx(COLUMN - 0.1), COLUMN: pytest.approx(0.14), 2: pytest.approx(0.14)}


def test_one_long_entry_of_a_key_gets_smaller_and_stays_one_column():
    def drawn() -> Chart:
        figure, axes = new_figure(2.4, left=0.9, bottom=1.0)
        foot_legend(figure, [axes.plot([], [], label="an entry of the key without an end " * 4)[0]])
        return Chart(figure, "d", None)

    with narrow():
        figure = in_style(drawn)().figure
        assert overflow(figure) == []
    (entry,) = figure.legends[0].get_texts()
    assert entry.get_text().endswith("…")

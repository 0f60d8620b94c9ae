"""A time line: dates of three precisions, labels that never cover each other, and what was known when."""

import itertools

import numpy as np
import pytest

import emdbook
from emdbook import rows
from emdbook.charts.timeline import KINDS, prepare_timeline, spread, timeline, when

EVENTS = [{"date": "2025-10-23", "label": "Approved again", "kind": "approval"},
          {"date": "2020", "label": "First approval", "kind": "approval"},
          {"date": "2022-11", "label": "Withdrawal begins", "kind": "withdrawal", "certainty": "second_hand"}]


@pytest.mark.parametrize(("date", "at", "words"), [
    ("2020", 2020.5, "2020"), ("2025-01", 2025 + 0.5 / 12, "January 2025"),
    ("2025-07-24", 2025 + (6 + 23.5 / 31) / 12, "24 July 2025"), ("2024-02-29", 2024 + (1 + 28.5 / 29) / 12,
                                                                  "29 February 2024"),
])
def test_dates_of_every_precision(date, at, words):
    assert when(date) == (pytest.approx(at), words)


@pytest.mark.parametrize("date", ["", "last year", "2025-13", "2025-00", "2025-02-30", "2025-7", "25-07-24", "nan"])
def test_dates_that_do_not_exist(date):
    with pytest.raises(ValueError, match="time line"):
        when(date)


def test_events_are_put_in_order_and_default_to_seen():
    table = prepare_timeline(EVENTS)
    assert list(table.date) == ["2020", "2022-11", "2025-10-23"]
    assert list(table.certainty) == ["seen", "second_hand", "seen"]


@pytest.mark.parametrize(("change", "message"), [
    ({"kind": "party"}, "unknown kind party"), ({"certainty": "rumour"}, "unknown certainty rumour"),
    ({"date": "soon"}, "no date"),
])
def test_unknown_values_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        prepare_timeline([EVENTS[0] | change])


def test_nothing_to_draw_and_missing_columns():
    with pytest.raises(ValueError, match="no event"):
        prepare_timeline([])
    with pytest.raises(ValueError, match="no label and kind"):
        prepare_timeline([{"date": "2020"}])
    with pytest.raises(ValueError, match="kinds chosen"):
        timeline(EVENTS, kinds=["guidance"])


def test_labels_that_have_room_stay_where_they_belong():
    assert spread([1.0, 3.0, 6.0], [0.5, 0.5, 0.5], 0.1) == pytest.approx([1.0, 3.0, 6.0])


def test_labels_of_one_moment_lie_around_it():
    assert spread([5.0, 5.0, 5.0], [1.0, 1.0, 1.0], 0.0) == pytest.approx([4.0, 5.0, 6.0])


def test_labels_never_cover_each_other_nor_begin_above_the_figure():
    rng = np.random.default_rng(1)
    for _ in range(50):
        wanted = np.sort(rng.uniform(0, 4, 9))
        heights = rng.uniform(0.2, 0.8, 9)
        middle = spread(wanted, heights, 0.1)
        edges = np.column_stack([middle - heights / 2, middle + heights / 2])
        assert edges[0, 0] >= -1e-9
        assert (edges[1:, 0] - edges[:-1, 1] >= 0.1 - 1e-9).all()


def test_the_words_of_the_figure_lie_inside_it_and_apart():
    chart = timeline([EVENTS[0] | {"date": f"2025-{m:02d}", "label": "word " * 20} for m in range(1, 13)])
    boxes = [t.get_window_extent() for t in chart.figure.axes[0].texts if t.get_text().startswith("word")]
    assert len(boxes) == 12
    for upper, lower in itertools.pairwise(boxes):
        assert upper.y0 > lower.y1
    for box in boxes:
        assert box.x1 <= chart.figure.bbox.x1 + 1


def test_what_came_later_is_not_told():
    chart = timeline(EVENTS, until="2022-12")
    assert "as known in December 2022, 2 events" in chart.description
    assert "as known on 31 December 2022, 2 events" in timeline(EVENTS, until="2022-12-31").description
    assert "1 event came later" in chart.description
    assert "Approved again" not in chart.description
    assert not any("Approved again" in t.get_text() for t in chart.figure.axes[0].texts)
    assert len(chart.table) == 2


def test_an_event_of_the_chosen_month_or_day_is_known():
    assert len(timeline(EVENTS, until="2022-11").table) == 2
    assert len(timeline(EVENTS, until="2025-10-23").table) == 3
    assert len(timeline(EVENTS, until="2025-10-22").table) == 2


def test_before_everything_nothing_is_known():
    assert "0 events" in timeline(EVENTS, until="2019").description


def test_second_hand_is_said_in_words_and_in_the_legend():
    chart = timeline(EVENTS)
    assert "Withdrawal begins (second-hand)" in chart.description
    assert any("second-hand" in t.get_text() for t in chart.figure.legends[0].get_texts())


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_draws(kind):
    assert KINDS[kind][0] in timeline([{"date": "2024", "label": "Something", "kind": kind}]).description


# --- the time line of chapter 10

STORY = {"belantamab.us-first-approval": "approval", "belantamab.eu-first-approval": "approval",
         "dreamm-3.topline": "trial", "belantamab.us-withdrawal": "withdrawal",
         "belantamab.eu-non-renewal": "withdrawal", "belantamab.uk-approval": "approval",
         "belantamab.japan-approval": "approval", "belantamab.eu-approval": "approval",
         "review.publication": "review", "belantamab.us-approval": "approval"}


@pytest.mark.parametrize(("until", "known"), [("2021-12", 2), ("2022-11-15", 3), ("2023-12", 4), ("2025-05", 7),
                                              ("2025-08", 9), ("2025-10", 10)])
def test_every_state_of_the_widget(until, known):
    table = rows.timeline_rows(emdbook.load(), {key: (key, kind) for key, kind in STORY.items()})
    chart = timeline(table, until=until)
    assert len(chart.table) == known
    assert f"{known} event" in chart.description


def test_the_failed_trial_stands_before_the_withdrawal_that_followed_from_it():
    table = rows.timeline_rows(emdbook.load(), {key: (key, kind) for key, kind in STORY.items()})
    order = list(timeline(table).table["What"])
    assert order.index("dreamm-3.topline") < order.index("belantamab.us-withdrawal")
    assert order.index("belantamab.eu-non-renewal") < order.index("belantamab.eu-approval")


def test_an_unknown_update_is_named():
    with pytest.raises(LookupError):
        rows.timeline_rows(emdbook.load(), {"no.such-update": ("x", "approval")})

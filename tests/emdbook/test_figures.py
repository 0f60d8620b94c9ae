"""A figure carries its unit, its interval and its count; what cannot be is refused."""

from __future__ import annotations

import pytest

from emdbook import rows
from emdbook.evidence.figures import Quantity, Reading, months_of
from emdbook.evidence.rules import ID_COLUMNS


def test_every_row_of_the_data_can_be_read(evidence):
    for table, column in ID_COLUMNS.items():
        for row_id in evidence.table(table)[column]:
            reading = evidence.reading(row_id)
            assert (reading.row_id, reading.table) == (row_id, table)
            assert reading.title


def test_a_reading_names_its_fields(evidence):
    reading = evidence.reading("majestec-1.em-e.orr.primary")
    assert reading.quantity("value") == Quantity(35.7, "percent")
    assert [reading.quantity(f).value for f in ("events", "n", "low", "high")] == [10, 28, 18.6, 55.9]
    assert reading.title.startswith("MajesTEC-1, ")
    assert reading.title.endswith(": ORR")
    with pytest.raises(LookupError, match="has no time"):
        reading.quantity("time")
    with pytest.raises(LookupError, match="no field 'ci_low'; there are value"):
        reading.quantity("ci_low")
    assert evidence.reading("ide-cel-351.non-emd").quantity("n") == Quantity(267, "count")
    assert evidence.reading("dima-2024.em-e.pfs.primary").quantity("p") == Quantity(0.0001, "p", "<")


def test_digits_are_kept_as_they_are_printed(evidence):
    assert evidence.printed("dileo-2025.overall.orr.primary", "value") == "40.0"
    assert evidence.reading("dileo-2025.overall.orr.primary").decimals == 1
    with pytest.raises(LookupError):
        evidence.printed("dileo-2025.overall.orr.primary", "no_such_column")


def test_days_become_months_in_one_place(evidence):
    reading = evidence.reading("que-2021.emd.pfs.review")
    assert (reading.value, reading.unit) == (121, "days")
    assert (reading.in_months().value, reading.in_months().unit) == (4.0, "months")
    assert months_of(2, "years") == 24
    with pytest.raises(ValueError, match="no unit of time"):
        months_of(2, "percent")


def test_rows_for_a_chart_are_in_months_whatever_the_source_prints(evidence):
    for table in (rows.chart_rows(evidence, evidence.select(unit="days").outcome_id),
                  rows.chart_rows(evidence, ["que-2021.emd.pfs.review", "majestec-1.em-e.orr.primary"])):
        assert set(table.unit) <= {"months", "%"}
    assert list(table.value) == [4.0, 35.7]


def test_labels_and_options_follow_the_data(evidence):
    label = rows.chart_rows(evidence, {"gagelmann-2019.single.os-48m.secondary": "Single, {n} patients"}).label[0]
    assert label == f"Single, {evidence.reading('gagelmann-2019.single').n} patients"
    assert rows.values(evidence, {"Que": "que-2021.emd.pfs.review"}) == {"Que": 4.0}


@pytest.mark.parametrize(("given", "rule"), [
    ({"unit": "percent", "value": 120}, "between 0 and 100"),
    ({"unit": "percent", "low": -1, "high": 4}, "between 0 and 100"),
    ({"unit": "months", "value": -1}, "not negative"),
    ({"unit": "months", "value": 5, "low": 8, "high": 9}, "outside its interval"),
    ({"unit": "percent", "low": 55.9, "high": 18.6}, "lies above"),
    ({"events": 29, "n": 28}, "more events than patients"),
    ({"n": -1}, "not negative"),
    ({"unit": "months", "value": 5, "not_reached": True}, "has no value"),
])
def test_what_cannot_be_is_no_reading(given, rule):
    with pytest.raises(ValueError, match=rule):
        Reading("a.b.c.primary", "outcomes", "A: ORR", **given)

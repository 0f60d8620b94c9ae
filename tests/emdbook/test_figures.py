"""A figure carries its unit, its interval and its count; what cannot be is refused."""

from __future__ import annotations

import pytest

from emdbook import rows
from emdbook.evidence.calculations import CALCULATIONS, CannotCompute
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


def counted(events, n, row_id="a.b.orr.primary", **more):
    return Reading(row_id, "outcomes", "A: ORR", events=events, n=n, value=100 * events / n, unit="percent", **more)


@pytest.mark.parametrize(("name", "readings", "wanted"), [
    ("rest", [(104, 165), (10, 28)], {"events": 94, "n": 137, "value": 100 * 94 / 137}),
    ("sum", [(10, 28), (94, 137)], {"events": 104, "n": 165}),
    ("share", [(10, 28), (104, 165)], {"value": 100 * 28 / 165}),
    ("complement", [(7, 28)], {"value": 75}), ("non-responders", [(10, 28)], {"events": 18, "n": 28}),
    ("difference", [(7, 28), (15, 20)], {"value": -50}),
    ("times", [(5, 20), (10, 20)], {"value": 0.5, "percent": 50}),
    ("range", [(5, 20), (10, 20)], {"low": 25, "high": 50}),
    ("percent", [(5, 20)], {"value": 25})])
def test_a_calculation_gives_what_a_reader_works_out_by_hand(evidence, name, readings, wanted):
    rows_ = [counted(*pair, row_id=f"a.b{i}.orr.primary") for i, pair in enumerate(readings)]
    found = CALCULATIONS[name](rows_, evidence)
    assert {field: found[field].value for field in wanted} == pytest.approx(wanted)


def test_the_rest_of_a_group_has_patients(evidence):
    with pytest.raises(CannotCompute, match="has no fewer patients"):
        CALCULATIONS["rest"]([counted(3, 9), counted(3, 9, row_id="a.c.orr.primary")], evidence)
    with pytest.raises(CannotCompute, match="has more patients"):
        CALCULATIONS["share"]([counted(3, 10), counted(3, 9, row_id="a.c.orr.primary")], evidence)
    same = CALCULATIONS["share"]([counted(3, 9), counted(2, 9, row_id="a.c.orr.primary")], evidence)
    assert same["value"].value == 100

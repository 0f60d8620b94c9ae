"""The discrepancy log as a chart: every choice draws, and no entry is lost."""

import pytest

import emdbook
from emdbook import rows
from emdbook.evidence.log import GROUPS, group_counts, group_of
from emdbook.lessons import log


@pytest.fixture(scope="module")
def entries():
    return rows.log_rows(emdbook.load())


@pytest.mark.parametrize(("kind", "severity"), [("any", "any"), *((kind, "any") for kind in log.KINDS),
                                                *(("any", severity) for severity in log.SEVERITIES),
                                                ("denominator", "high"), ("label", "low")])
def test_every_choice_draws_exactly_the_entries_it_names(entries, kind, severity):
    chart = log.discrepancy_log(entries, kind=kind, severity=severity)
    wanted = entries[((entries.kind == kind) | (kind == "any")) & ((entries.severity == severity)
                                                                  | (severity == "any"))]
    assert len(chart.table) == len(wanted)
    assert sorted(chart.table["The review says"]) == sorted(wanted.review_says)
    assert str(len(wanted) or "None of the") in chart.description


def test_kinds_and_weights_are_those_of_the_data(entries):
    assert set(entries.kind) == set(log.KINDS)
    assert set(entries.severity) == set(log.SEVERITIES)


def test_weightiest_come_first(entries):
    order = [list(log.SEVERITIES).index(s) for s in log.discrepancy_log(entries).table["Weight"]]
    assert order == sorted(order)


def test_unknown_choices_are_refused(entries):
    with pytest.raises(ValueError, match="Unknown kind"):
        log.discrepancy_log(entries, kind="typo")
    with pytest.raises(ValueError, match="Unknown severity"):
        log.discrepancy_log(entries, severity="huge")
    with pytest.raises(ValueError, match="Unknown group"):
        log.discrepancy_log(entries, group="errors")


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_holds_its_rows_and_no_others(entries, group):
    chart = log.discrepancy_log(entries, group=group)
    wanted = entries[[group_of(nature) == group for nature in entries.nature]]
    assert sorted(chart.table["The review says"]) == sorted(wanted.review_says)
    assert f"of the rows {GROUPS[group]}" in chart.description


def test_the_three_counts_are_drawn_as_they_are(entries):
    chart = log.log_groups(entries)
    counts = group_counts(entries.nature)
    drawn = [0.0] * len(GROUPS)
    for bars in chart.figure.axes[0].containers:
        for i, bar in enumerate(bars):
            drawn[i] += bar.get_width()
    assert drawn == list(counts.values())
    assert sum(drawn) == len(entries)
    for group, number in counts.items():
        assert f"{number} {GROUPS[group]}" in chart.description

"""A pair of percentages held against every way to split the patients: the counts by hand, the strokes, the words."""

from __future__ import annotations

import pytest

from emdbook.lessons import small_studies, unplaced

PAIR = (41.7, 9.5)


def ways(**how):
    table = unplaced.prepare_splits(PAIR, total=96, **how)
    return table.loc[table.both, "size"].tolist()


def test_only_one_split_fits_when_everybody_was_assessed():
    # 5 of 12 is 41.67% and 8 of 84 is 9.52%
    assert ways() == [12]


def test_the_answer_dissolves_when_some_were_not_assessed():
    # a first group of 12 or more holds the 12 of 5 of 12; the others need 21 for 2 of 21
    assert ways(missing=True) == list(range(12, 96 - 21 + 1))


@pytest.mark.parametrize(("size", "missing", "words"), [
    (12, False, "41.7% is 5 of 12; 9.5% is 8 of 84"), (4, False, "41.7% is no count of 4; 9.5% is no count of 92"),
    (33, False, "9.5% is 6 of 63"), (33, True, "41.7% is 10 of 24, 9 not assessed"),
    (4, True, "41.7% is no count of 4 or fewer")])
def test_the_sentence_gives_the_counts(size, missing, words):
    assert words in unplaced.whose_pair(PAIR, total=96, size=size, missing=missing).description


def test_strokes_and_line_stand_where_the_table_says():
    chart = unplaced.whose_pair(PAIR, total=96, size=33)
    table = unplaced.prepare_splits(PAIR, total=96)
    axes = chart.figure.axes[0]
    for column in ("first", "others", "both"):
        strokes = next(c for c in axes.collections if c.get_gid() == f"fits-{column}")
        assert [path.vertices[0, 0] for path in strokes.get_paths()] == table.loc[table[column], "size"].tolist()
    assert next(line for line in axes.lines if line.get_gid() == "picked").get_xdata()[0] == 33


@pytest.mark.parametrize("size", [0, 96, 200])
def test_a_group_without_patients_is_refused(size):
    with pytest.raises(ValueError, match="cannot be one of two groups"):
        unplaced.whose_pair(PAIR, total=96, size=size)


def test_the_next_patient_moves_a_small_series_far_and_a_large_one_hardly():
    small, large = small_studies.next_patient(3, 1), small_studies.next_patient(30, 10)
    assert "If the next patient responds it is 80%, if not 60%: one patient moves the share by up to 15 points." \
        in small.description
    assert "by up to 2 points" in large.description
    assert small.table["n"].tolist() == [4, 5, 5]
    with pytest.raises(ValueError, match="at least 0, not -1"):
        small_studies.next_patient(-1, 3)

"""Nothing of the review is lost: each study, therapy and discrepancy stands in some chapter."""

import json

import pytest

import emdbook
from emdbook.checks.coverage import chapter_shows, where_shown
from emdbook.ground.paths import project_dir


@pytest.fixture(scope="module")
def evidence():
    return emdbook.load()


@pytest.fixture(scope="module")
def shown(evidence):
    return where_shown(project_dir() / "notebooks", evidence)


def test_every_study_is_shown_in_a_chapter(shown):
    orphans = {study for study, chapters in shown["studies"].items() if not chapters}
    assert not orphans, f"no chapter shows {orphans}"


def test_every_therapy_that_the_review_names_is_shown(shown, evidence):
    named = evidence.therapies[evidence.therapies.locator.notna()].therapy_id
    orphans = [therapy for therapy in named if not shown["therapies"][therapy]]
    assert not orphans, f"no chapter names {orphans}"


def test_every_discrepancy_is_shown_where_its_study_is_read_critically(shown):
    orphans = [entry for entry, chapters in shown["discrepancies"].items() if not chapters]
    assert not orphans, f"no chapter shows {orphans}"


#: The chapter that a class belongs to.
HOME = {"pi": "04_", "imid": "05_", "mab": "06_", "selinexor": "07_", "cart": "08_", "bsab": "09_", "adc": "10_",
        "asct": "11_", "cns": "12_", "pcl": "12_"}


def test_studies_of_a_class_stand_in_the_chapter_of_that_class(shown, evidence):
    lost = [(row.study_id, row.therapeutic_class) for row in evidence.studies.itertuples()
            if row.therapeutic_class in HOME
            and not any(c.startswith(HOME[row.therapeutic_class]) for c in shown["studies"][row.study_id])]
    assert not lost


def test_an_empty_chapter_shows_nothing_and_an_orphan_is_found(tmp_path, evidence):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": 'tables.evidence_table(ev, ["majestec-1"])',
            "execution_count": None, "outputs": []}
    path = tmp_path / "01_one.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert chapter_shows(path, evidence).studies == {"majestec-1"}
    found = where_shown(tmp_path, evidence)
    assert found["studies"]["majestec-1"] == ["01_one"]
    assert found["studies"]["storm"] == []
    assert found["discrepancies"]["majestec-1.comparator"] == [], "its log is not shown in this chapter"

"""What rows would change is said before anything is written."""

from __future__ import annotations

import json
import shutil

import pytest

import emdbook
from emdbook.checks.whatif import apply_rows, chapter_outputs, report, what_if
from emdbook.cli import main
from emdbook.ground.faults import EvidenceError, UnsoundError
from emdbook.ground.paths import project_dir

ORR, PFS = "redirectt-1-phase2.em-e.orr.secondary", "redirectt-1-phase2.em-e.pfs.secondary"
#: A later cut of RedirecTT-1: one patient more has responded, and the median is longer (constructed for this test).
LATER = {"outcomes": [{"outcome_id": ORR, "value": "80.0", "events": "72"}, {"outcome_id": PFS, "value": "17.0"}]}
#: A constructed study that may be pooled with the others of its class.
NEW = {
    "studies": [{"study_id": "constructed-1", "label": "Constructed 1", "therapeutic_class": "bsab",
                 "regimen": "an invented antibody", "setting": "RRMM", "design": "single_arm_trial",
                 "in_review": "false", "source_id": "moreau-2022"}],
    "arms": [{"arm_id": "constructed-1.em-e", "study_id": "constructed-1", "population": "EM-E", "label": "True EMD",
              "n": "40"}],
    "outcomes": [{"outcome_id": "constructed-1.em-e.orr.primary", "arm_id": "constructed-1.em-e", "endpoint": "ORR",
                  "measure": "proportion", "value": "50.0", "unit": "%", "events": "20", "n": "40",
                  "events_derived": "false", "not_reached": "false", "basis": "primary", "standing": "abstract",
                  "headline": "true", "poolable": "true", "poolable_reason": "Constructed.",
                  "source_id": "moreau-2022"}],
}


def ask(tmp_path, rows, **settings):
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    return what_if(project_dir(), file, **settings)


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    before = {path: path.read_bytes() for part in ("data", "book", "notebooks")
              for path in (project_dir() / part).rglob("*") if path.is_file() and "checkpoints" not in str(path)}
    found = ask(tmp_path_factory.mktemp("later"), LATER, outputs=False)
    assert all(path.read_bytes() == raw for path, raw in before.items()), "something of the project was written"
    return found


def test_later_figures_are_followed_through_the_whole_book(later):
    kinds = {difference.kind for difference in later}
    assert {"figure", "pool", "sentence", "question", "case", "bottom line"} <= kinds
    (orr,) = [d for d in later if d.kind == "figure" and d.place == ORR]
    assert "events 71, n 90" in orr.before
    assert "events 72, n 90" in orr.after
    said = [d for d in later if d.kind == "sentence" and d.place.endswith("True EMD: ORR") and "of 90]" in d.before]
    assert said
    assert all("[71 of 90]" in d.before and "[72 of 90]" in d.after for d in said)
    # a judgement of certainty is no number: a person looks at it again
    certain = [d for d in later if d.kind == "bottom line" and d.place.startswith("cert.")]
    assert certain
    assert all(d.before.endswith("certainty") and not d.after for d in certain)


def test_charts_tables_and_widgets_are_drawn_before_and_after(tmp_path):
    shutil.copytree(project_dir() / "data", tmp_path / "data")
    assert apply_rows(tmp_path / "data", LATER) == [ORR, PFS]
    found = list(chapter_outputs(project_dir() / "notebooks" / "09_bispecific_antibodies.ipynb",
                                 project_dir() / "data", tmp_path / "data"))
    assert {"chart", "table"} <= {d.kind for d in found}
    assert any("71 of 90" in d.before and "72 of 90" in d.after for d in found if d.kind == "chart")
    assert any("71 of 90" in d.before and "72 of 90" in d.after for d in found if d.kind == "table")
    assert "== chart" in report(found)


def test_a_new_study_moves_the_pool_of_its_class(tmp_path):
    found = ask(tmp_path, NEW, outputs=False)
    (pool,) = [d for d in found if d.kind == "pool"]
    assert pool.place == "Bispecific antibodies, ORR"
    groups = [int(text.split()[0]) for text in (pool.before, pool.after)]
    assert groups[1] == groups[0] + 1
    (figure,) = [d for d in found if d.kind == "figure" and d.place.endswith(".orr.primary")]
    assert figure.before == ""
    assert "events 20, n 40" in figure.after


def test_the_figures_that_stand_change_nothing(tmp_path):
    found = ask(tmp_path, {"outcomes": [{"outcome_id": PFS, "value": "15.4"}]}, outputs=False)
    assert [d for d in found if d.kind != "bottom line"] == []
    assert report([]) == "Nothing would change."


@pytest.mark.parametrize(("rows", "said"), [
    ({"outcome": []}, "no table 'outcome'; the tables are"),
    ({"outcomes": [{"outcome_id": PFS, "events_n": "1"}]}, "outcomes, row 1: there is no column 'events_n'"),
    ({"outcomes": [{"value": "1"}]}, "outcomes, row 1: outcome_id is missing"),
    ({"outcomes": [{"outcome_id": PFS, "note": None}]}, "outcomes, row 1, column note: must be a text or a number"),
    ({"outcomes": [{"outcome_id": PFS, "note": ["a"]}]}, "outcomes, row 1, column note: must be a text or a number"),
    ({"study_therapies": [{"study_id": "rosinol-2006"}]}, "study_therapies, row 1: therapy_id is missing"),
    ([], "object"),
    ({"outcomes": "15.4"}, "each a list of rows"),
])
def test_a_file_that_cannot_be_applied_says_why(tmp_path, rows, said):
    with pytest.raises(UnsoundError, match=said):
        ask(tmp_path, rows, outputs=False)


def test_a_further_drug_of_a_study_takes_no_other_ones_place(tmp_path):
    shutil.copytree(project_dir() / "data", tmp_path / "data")
    before = emdbook.load(tmp_path / "data").study_therapies
    study = before.study_id.value_counts().index[0]
    drug = next(one for one in emdbook.load(tmp_path / "data").therapies.therapy_id
                if one not in set(before[before.study_id == study].therapy_id))
    apply_rows(tmp_path / "data", {"study_therapies": [{"study_id": study, "therapy_id": drug}],
                                   "outcomes": [{"outcome_id": ORR, "headline": True}]})
    after = emdbook.load(tmp_path / "data").study_therapies
    assert set(after[after.study_id == study].therapy_id) == {*before[before.study_id == study].therapy_id, drug}


def test_rows_that_break_a_rule_of_the_data_are_refused_by_that_rule(tmp_path, capsys):
    broken = {"outcomes": [{"outcome_id": ORR, "events": "91"}]}
    with pytest.raises(EvidenceError, match="must not be larger than n"):
        ask(tmp_path, broken, outputs=False)
    assert main(["whatif", str(tmp_path / "rows.json"), "--words"]) == 1
    assert "outcomes.csv" in capsys.readouterr().err
    assert main(["whatif", str(tmp_path / "absent.json")]) == 1

"""Loading a sound package: types, the joined view, look-ups and selections."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pandas as pd
import pytest

import emdbook.evidence as evidence_room
from emdbook.evidence import Evidence, EvidenceError, Fault, load
from emdbook.evidence.__main__ import main

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
import factory

TABLES = [
    "sources",
    "therapies",
    "studies",
    "study_therapies",
    "arms",
    "outcomes",
    "epidemiology",
    "biology",
    "discrepancies",
]
TABLES += ["updates", "glossary", "paragraphs", "safety", "criteria", "guidance", "certainty", "aliases"]


@pytest.fixture
def folder(tmp_path):
    return factory.write_package(tmp_path / "package")


@pytest.fixture
def evidence(folder):
    return load(folder)


def test_all_tables_are_there_with_the_columns_of_the_descriptor(evidence):
    assert isinstance(evidence, Evidence)
    assert evidence.table_names == TABLES
    for name in TABLES:
        table = getattr(evidence, name)
        assert list(table.columns) == factory.columns_of(name)
        assert len(table) == len(factory.TABLES[name])


def test_columns_are_typed_and_empty_cells_are_unknown(evidence):
    types = evidence.outcomes.dtypes.astype(str)
    assert types["value"] == "Float64"
    assert types["n"] == "Int64"
    assert types["headline"] == "boolean"
    assert types["endpoint"] == "string"
    assert set(evidence.glossary.dtypes.astype(str)) == {"string"}
    reached = evidence.outcome("alpha.em-e.os.primary")
    assert reached["value"] is pd.NA
    assert reached["not_reached"]


def test_a_text_that_looks_like_a_gap_stays_a_text(folder):
    factory.edit(folder, "studies", 2, note="NA", regimen="nan")
    study = load(folder).study("alpha")
    assert (study["note"], study["regimen"]) == ("NA", "nan")


def test_an_empty_table_keeps_its_types(folder):
    factory.edit_lines(folder, "updates", lambda lines: lines[:1])
    updates = load(folder).updates
    assert len(updates) == 0
    assert str(updates["value"].dtype) == "Float64"


def test_a_changed_cell_is_read_anew_and_a_link_that_leads_nowhere_is_no_file(folder):
    before = load(folder).outcomes.note.tolist()
    file = folder / "outcomes.csv"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError):
        load(folder)
    file.write_text(file.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    (folder / ".#outcomes.csv").symlink_to("nobody@nowhere")  # so an editor says that it has the file open
    assert load(folder).outcomes.note.tolist() == before


def test_tables_are_copies(evidence):
    first = evidence.outcomes
    first.loc[0, "value"] = 99.0
    first["value"].array[0] = 98.0
    assert evidence.outcomes.loc[0, "value"] == 35.7
    view = evidence.view()
    view.loc[0, "study_label"] = "changed"
    assert evidence.view().loc[0, "study_label"] == "Alpha"
    row = evidence.outcome("alpha.em-e.orr.primary")
    row["value"] = 97.0
    assert evidence.outcome("alpha.em-e.orr.primary")["value"] == 35.7
    picked = evidence.select(endpoint="ORR")
    picked.loc[:, "value"] = 1.0
    assert evidence.select(endpoint="ORR")["value"].tolist() != [1.0] * len(picked)


def test_evidence_cannot_be_changed(evidence):
    with pytest.raises(AttributeError):
        evidence.outcomes = None
    with pytest.raises(AttributeError):
        evidence.folder = None


def test_view_has_one_row_per_outcome_joined_with_arm_study_and_source(evidence):
    view = evidence.view().set_index("outcome_id")
    assert len(view) == len(evidence.outcomes)
    row = view.loc["alpha.em-e.orr.primary"]
    assert row["arm_label"] == "EM-E"
    assert row["population"] == "EM-E"
    assert row["arm_n"] == 28
    assert row["overlaps_with"] == "alpha.overall;gamma.emd"
    assert row["study_id"] == "alpha"
    assert row["study_label"] == "Alpha"
    assert row["therapeutic_class"] == "bsab"
    assert row["study_n_total"] == 165
    assert row["in_review"]
    assert row["source_kind"] == "primary"
    assert row["first_author"] == "Alpha"
    assert row["doi"] == "10.1000/alpha.1"
    assert row["nct"] == "NCT01234567"
    assert view.loc["alpha.overall.orr.primary", "arm_n_evaluable"] == 160


def test_the_view_says_what_was_seen_of_a_figure(evidence):
    view = evidence.view().set_index("outcome_id")
    from_review = view.loc["beta.emd.orr.review"]
    assert from_review["source_checked"] == "probable"
    assert from_review["study_checked"] == "not_found"
    assert from_review["checked"] == "not_found"
    assert view.loc["alpha.overall.pfs-12m.secondary", "checked"] == "probable"
    assert view.loc["alpha.em-e.orr.primary", "checked"] == "confirmed"
    derived = view.loc["beta.non-emd.cr.derived"]
    assert derived["source_checked"] is pd.NA
    assert derived["checked"] == "not_found"


def test_look_ups(evidence):
    assert evidence.study("beta")["label"] == "Beta series"
    assert evidence.arm("beta.emd")["n"] == 32
    assert evidence.outcome("beta.emd.dor.review")["value"] == 3.9
    for any_id, table in [
        ("alpha", "studies"),
        ("alpha.em-e", "arms"),
        ("alpha.em-e.orr.review", "outcomes"),
        ("epi.diagnosis.review", "epidemiology"),
        ("bio.mapk.review", "biology"),
        ("beta.count-does-not-fit", "discrepancies"),
        ("upd.alpha-final", "updates"),
        ("saf.drug-a.crs", "safety"),
        ("crit.response.mr", "criteria"),
        ("gui.cord", "guidance"),
        ("cert.bsab.response", "certainty"),
    ]:
        row = evidence.record(any_id)
        assert row.attrs["table"] == table
        assert row.name == any_id


@pytest.mark.parametrize(
    ("method", "wanted", "words"),
    [
        ("study", "alpah", "no study with the id 'alpah'; did you mean alpha"),
        ("arm", "alpha.eme", "did you mean alpha.em-e"),
        ("outcome", "alpha.em-e.orr.primery", "did you mean alpha.em-e.orr.primary"),
        ("outcome", "alpha", "no outcome with the id 'alpha'"),
        ("record", "zzzzzz", "no row with the id 'zzzzzz'."),
        ("record", None, "no row with the id None"),
        ("table", "outcome", "did you mean outcomes"),
    ],
)
def test_an_unknown_id_names_near_ones(evidence, method, wanted, words):
    with pytest.raises(LookupError, match=words.replace(".", r"\.")):
        getattr(evidence, method)(wanted)


def test_select(evidence):
    picked = evidence.select(therapeutic_class="bsab", endpoint="ORR", headline=True, population=["EMD", "EM-E"])
    assert picked["outcome_id"].tolist() == ["alpha.em-e.orr.primary", "gamma.emd.orr.secondary"]
    assert picked.index.tolist() == [0, 1]
    assert evidence.select(at_months=12)["outcome_id"].tolist() == ["alpha.overall.pfs-12m.secondary"]
    assert len(evidence.select()) == len(evidence.outcomes)
    assert len(evidence.select(study_id="beta", endpoint="OS")) == 0
    assert len(evidence.select(endpoint=pd.Series(["ORR", "OS"]))) == 6


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"endpint": "ORR"}, "no column 'endpint'; did you mean endpoint"),
        ({"endpoint": "ORRR"}, "'ORRR' never occurs in the column 'endpoint'; did you mean ORR"),
        ({"population": ["EMD", "EMX"]}, "'EMX' never occurs"),
        ({"headline": "true"}, "'true' never occurs in the column 'headline'"),
        ({"headline": 1}, "1 never occurs in the column 'headline'"),
        ({"n": True}, "True never occurs in the column 'n'"),
        ({"endpoint": None}, "None never occurs"),
        ({"endpoint": pd.NA}, "never occurs"),
        ({"endpoint": {"a": 1}}, "a value or a flat list"),
    ],
)
def test_select_refuses_what_can_never_match(evidence, filters, words):
    with pytest.raises(ValueError, match=words):
        evidence.select(**filters)


def test_faults_read_as_sentences():
    fault = Fault("arms.csv", 12, "n", "-3", "must be a whole number of 1 or more")
    assert str(fault) == "arms.csv, row 12, column n: '-3' – must be a whole number of 1 or more"
    assert str(Fault("arms.csv", None, None, None, "the file is missing")) == "arms.csv: the file is missing"
    assert (
        str(Fault("arms.csv", 3, "n", "", "must not be empty"))
        == "arms.csv, row 3, column n: (empty) – must not be empty"
    )
    assert "\n" not in str(Fault("arms.csv", 3, "note", "a\nb" * 100, "x"))


def test_a_long_list_of_faults_is_cut_in_the_message_only():
    error = EvidenceError([Fault("a.csv", i, "n", "x", "r") for i in range(2, 202)], "here")
    assert len(error.faults) == 200
    assert "200 faults; nothing was loaded" in str(error)
    assert "and 150 more" in str(error)
    assert isinstance(error, ValueError)
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_the_folder_can_be_named_by_the_environment(folder, monkeypatch):
    monkeypatch.setenv("EMDBOOK_DATA", str(folder))
    assert load().folder == folder
    assert load(str(folder)).folder == folder


def test_check_command(folder, capsys):
    assert main(["check", str(folder)]) == 0
    rows = sum(map(len, factory.TABLES.values()))
    assert capsys.readouterr().out == f"data package is sound: {len(TABLES)} tables, {rows} rows\n"
    factory.edit(folder, "arms", 2, n="-3")
    assert main(["check", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "arms.csv, row 2, column n: '-3' – must be a whole number of 1 or more" in out
    assert out.endswith("data package has 1 fault\n")


def test_public_names():
    assert set(evidence_room.__all__) == {"Evidence", "EvidenceError", "Fault", "load"}


@pytest.mark.parametrize("wanted", [lambda ids: ids.to_numpy(), lambda ids: ids.array, iter,
                                    lambda ids: dict.fromkeys(ids).keys()], ids=["numpy", "array", "iterator", "keys"])
def test_select_takes_any_list_of_values(evidence, wanted):
    ids = evidence.view()["study_id"].drop_duplicates()[:2]
    found = evidence.select(study_id=wanted(ids))
    assert set(found["study_id"]) == set(ids)
    assert len(found) == evidence.view()["study_id"].isin(ids).sum()

"""What programs read: schema.org in the page, Croissant, one record for each figure, addresses that hold."""

from __future__ import annotations

import csv
import dataclasses
import importlib.util
import io
import json
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pandas as pd
import pytest

import emdbook
from emdbook import tables
from emdbook.evidence.rules import ID_COLUMNS
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import dataset, records
from emdbook.publish.web.lean import policy
from emdbook.publish.web.sphinx_ext import HELD, PAGES

_SPEC = importlib.util.spec_from_file_location("published", project_dir() / "tests" / "data" / "published.py")
published = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(published)


@pytest.fixture(scope="module")
def site(tmp_path_factory, evidence):
    """The folder of the pages with what the build puts beside them."""
    folder = tmp_path_factory.mktemp("html")
    dataset.write_data(folder)
    records.write_records(evidence, folder)
    return folder


@pytest.fixture(scope="module")
def descriptor():
    return json.loads((data_dir() / "datapackage.json").read_text(encoding="utf-8"))


def page_with(body: str) -> str:
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title></head>'
    return f"{head}<body>{body}</body></html>"


# --- schema.org -----------------------------------------------------------------------------------------------------

def read_back(page: str) -> list[dict]:
    extruct = pytest.importorskip("extruct")
    return extruct.extract(page, base_url="https://book.example/book/data_dictionary.html",
                           syntaxes=["json-ld"])["json-ld"]


def test_a_search_engine_finds_one_dataset_with_every_table(site, descriptor):
    found, = read_back(page_with(dataset.listing()))
    assert found["@context"] == "https://schema.org/"
    assert found["@type"] == "Dataset"
    assert found["name"] == descriptor["title"]
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["isBasedOn"] == "https://doi.org/10.1007/s10238-025-01821-w"
    assert 50 <= len(found["description"]) <= 5000, "the length that Google asks for"
    files = {one["contentUrl"]: one for one in found["distribution"]}
    csv_files = {f"../data/{r['path']}" for r in descriptor["resources"] if r["format"] == "csv"}
    assert {address for address, one in files.items() if one["encodingFormat"] == "text/csv"} == csv_files
    for address in files:
        path = urlsplit(urljoin("https://book.example/book/data_dictionary.html", address)).path
        assert (site / path.lstrip("/")).is_file(), address
    assert "outcomes.value" in {one["name"] for one in found["variableMeasured"]}


def test_a_text_that_looks_like_the_end_of_the_script_stays_text(descriptor, monkeypatch):
    nasty = {**descriptor, "description": descriptor["description"] + " </script><script>window.bad = 1</script>"}
    monkeypatch.setattr(dataset, "_descriptor", lambda: nasty)
    found, = read_back(page_with(dataset.listing()))
    assert found["description"] == nasty["description"]
    assert dataset.listing().count("<script") == 1


def test_the_description_needs_nothing_of_the_policy_of_a_page():
    assert policy(page_with(dataset.listing())) == policy(page_with(""))


# --- Croissant ------------------------------------------------------------------------------------------------------

def test_croissant_is_valid_and_gives_the_rows(site, evidence):
    mlc = pytest.importorskip("mlcroissant")
    made = mlc.Dataset(jsonld=site / "data" / dataset.CROISSANT)
    assert made.metadata.issues.errors == set()
    warned = made.metadata.issues.warnings
    assert all("datePublished" in one for one in warned), "an edition that is not out yet has no date"
    for name, of in (("outcomes", evidence.outcomes), ("safety", evidence.safety)):
        rows = list(made.records(record_set=name))
        assert len(rows) == len(of)
        key = ID_COLUMNS[name]
        assert [row[f"{name}/{key}"].decode() for row in rows] == list(of[key])
        for row, value, n in zip(rows, of["value"], of["n"], strict=True):
            assert row[f"{name}/value"] == (None if pd.isna(value) else value)
            assert row[f"{name}/n"] == (None if pd.isna(n) else n)


def test_croissant_names_every_column_and_every_link(site, descriptor):
    made = json.loads((site / "data" / dataset.CROISSANT).read_text(encoding="utf-8"))
    fields = {field["@id"]: field for one in made["recordSet"] for field in one["field"]}
    assert set(fields) == {f"{r['name']}/{f['name']}" for r in descriptor["resources"] if r["format"] == "csv"
                           for f in r["schema"]["fields"]}
    assert fields["outcomes/arm_id"]["references"] == {"field": {"@id": "arms/arm_id"}}
    assert all(f["references"]["field"]["@id"] in fields for f in fields.values() if "references" in f)


def test_a_field_of_no_file_is_refused(site, tmp_path):
    mlc = pytest.importorskip("mlcroissant")
    made = json.loads((site / "data" / dataset.CROISSANT).read_text(encoding="utf-8"))
    made["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "gone.csv"
    (tmp_path / "croissant.json").write_text(json.dumps(made))
    with pytest.raises(mlc.ValidationError):
        mlc.Dataset(jsonld=tmp_path / "croissant.json")


def test_the_copied_package_loads(site, evidence):
    there = emdbook.load(site / "data")
    assert there.outcomes.equals(evidence.outcomes)


# --- one record for each figure -------------------------------------------------------------------------------------

def test_every_figure_has_a_record_in_two_forms(site, evidence):
    for table in tables.FIGURE_TABLES:
        for row_id in evidence.table(table)[ID_COLUMNS[table]]:
            made = json.loads((site / "figures" / f"{row_id}.json").read_text(encoding="utf-8"))
            row = evidence.record(row_id)
            assert made["id"] == row_id
            assert made["standing"] == row["standing"]
            assert {k: v for k, v in made["row"].items() if v is not None} == {
                k: v for k, v in row.items() if not pd.isna(v)}
            text = (site / "figures" / f"{row_id}.csv").read_text(encoding="utf-8-sig")
            (line,) = csv.DictReader(io.StringIO(text))
            for name, value in made["row"].items():
                assert line[name] == ("" if value is None else str(value).lower() if isinstance(value, bool)
                                      else str(value))
            assert line["citation"] == (made.get("source", {}).get("citation") or "")


def test_a_record_says_in_words_how_far_it_was_seen_and_where(evidence):
    made = records.record(evidence, "majestec-1.em-e.orr.primary")
    assert made["says"] == "ORR: 10 of 28, 35.7% (18.6 to 55.9)"
    assert made["standing_words"] == "second-hand"
    assert made["arm"]["population"] == "EM-E"
    assert made["page"] == "../book/ledger.html#majestec-1.em-e.orr.primary"
    assert made["source"]["citation"].startswith("Tecvayli: use as monotherapy")
    assert not {"checked", "checked_note"} & set(made["source"]), "notes to self"
    assert json.loads(json.dumps(made)) == made
    with pytest.raises(LookupError, match=r"majestec-1\.em-e\.orr\.primary"):
        records.record(evidence, "majestec-1.em-e.orr.primry")


def test_the_list_names_each_record_once(site, evidence):
    listed = json.loads((site / "figures" / "index.json").read_text(encoding="utf-8"))
    assert sorted(one["id"] for one in listed) == sorted(
        row_id for table in tables.FIGURE_TABLES for row_id in evidence.table(table)[ID_COLUMNS[table]])
    assert list(pd.read_csv(site / "figures" / "index.csv").id) == [one["id"] for one in listed]


def test_the_lines_of_ledger_and_facts_lead_to_their_records(site, evidence):
    shown = "".join(table.html() for _, table in
                    [*tables.ledger(evidence), *tables.facts(evidence), *tables.clinical_facts(evidence)])
    for row_id, line in re.findall(r'<tr role="row" id="([^"]+)">(.*?)</tr>', shown):
        links = re.findall(r'href="\.\./(figures/[^"]+)"', line)
        if links:
            assert links == [f"figures/{row_id}.json", f"figures/{row_id}.csv"]
    for table in tables.FIGURE_TABLES:
        for row_id in evidence.table(table)[ID_COLUMNS[table]]:
            assert f'href="../figures/{row_id}.csv"' in shown
    assert all((site / path).is_file() for path in set(re.findall(r'href="\.\./(figures/[^"]+)"', shown)))


# --- addresses that hold --------------------------------------------------------------------------------------------

def test_no_published_id_vanished(evidence):
    assert published.vanished(published.published(), evidence) == []
    assert len(published.published()) > 2500


def test_an_id_that_vanishes_is_told(evidence):
    gone = "majestec-1.em-e.orr.review"
    kept = evidence.outcomes[evidence.outcomes.outcome_id != gone]
    less = dataclasses.replace(evidence, _tables={**evidence._tables, "outcomes": kept})
    assert published.vanished(published.published(), less) == [f"outcomes {gone}"]


def test_an_id_that_moved_leads_to_what_took_its_place(site, evidence):
    made = json.loads((site / "figures" / "dima-2024.em-e.pfs.secondary.json").read_text(encoding="utf-8"))
    assert made["id"] == "dima-2024.em-e.pfs.primary-v-marrow"
    assert made["moved_from"] == "dima-2024.em-e.pfs.secondary"
    assert (site / "figures" / "dima-2024.em-e.pfs.secondary.csv").is_file()
    gone = json.loads((site / "figures" / "mezigdomide.pfs-reduction.json").read_text(encoding="utf-8"))
    assert gone["withdrawn"] is True
    assert "machine-written" in gone["reason"]
    pages = {name: str(PAGES[name](evidence)) + "".join(table.html() for _, table in tables.moved(evidence, names))
             for name, names in HELD.items()}
    homes = {"outcomes": "ledger", "sources": "references", "discrepancies": "discrepancies"}
    for old in evidence.aliases.itertuples():
        shown = pages[homes.get(old.table, "facts")]
        assert shown.count(f'id="{old.old_id}"') == 1
        if not pd.isna(old.new_id):
            assert f'href="#{old.new_id}"' in shown
            assert shown.count(f'id="{old.new_id}"') == 1


def test_the_build_writes_them(monkeypatch, tmp_path):
    from types import SimpleNamespace

    from emdbook.publish.web import sphinx_ext

    asked = []
    monkeypatch.setattr(sphinx_ext.dataset, "write_data", lambda folder: asked.append(("data", folder)))
    monkeypatch.setattr(sphinx_ext.records, "write_records", lambda ev, folder: asked.append(("figures", folder)))
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=str(tmp_path))
    sphinx_ext._for_machines(app, None)
    assert asked == [("data", Path(tmp_path)), ("figures", Path(tmp_path))]
    sphinx_ext._for_machines(app, RuntimeError())
    assert len(asked) == 2

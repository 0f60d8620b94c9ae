"""The book's own data: sound by frictionless and by the toolkit, and true to what no rule of the contract can say.

Each rule of the contract is held by ``load()``, and shown to fail in ``tests/emdbook/test_evidence_broken.py``.
"""

# ruff: noqa: E501 - conditions read better on one line
from __future__ import annotations

import csv
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest

from emdbook.evidence import load
from emdbook.evidence.__main__ import main
from emdbook.evidence.package import find_faults
from emdbook.ground.paths import data_dir

DATA = data_dir()
FIGURES = Path(__file__).with_name("review_figures.csv")


def rows_of(name):
    """Return a table as texts, exactly as it stands in its file."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def descriptor():
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evidence():
    return load(DATA)


@pytest.fixture(scope="module")
def outcomes():
    return rows_of("outcomes")


def none(found):
    """Fail with a list when anything was found."""
    assert not found, f"{len(found)} found:\n" + "\n".join(map(str, found))


# --- the package as a whole ---------------------------------------------------------------------------------------------------


def test_frictionless_finds_the_package_valid():
    report = frictionless.validate(str(DATA / "datapackage.json"))
    none(report.flatten(["name", "rowNumber", "fieldName", "note"]))
    assert report.valid


def test_the_toolkit_finds_the_package_sound(capsys):
    status = main(["check", str(DATA)])
    output = capsys.readouterr().out
    assert status == 0, output
    assert re.match(r"data package is sound: \d+ tables, \d+ rows", output), output


def test_headers_are_the_fields_of_the_descriptor(descriptor):
    for resource in descriptor["resources"]:
        if resource["format"] == "csv":
            header = (DATA / resource["path"]).read_text(encoding="utf-8").split("\n")[0]
            assert header == ",".join(f["name"] for f in resource["schema"]["fields"]), resource["name"]


def test_every_file_of_the_folder_is_in_the_descriptor(descriptor):
    files = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*") if p.suffix in (".csv", ".json")}
    described = {r["path"] for r in descriptor["resources"]}
    assert described == files - {"datapackage.json"}, "name every file of data/ as a resource in data/datapackage.json"


def test_every_field_is_described_with_its_unit(descriptor):
    for resource in descriptor["resources"]:
        assert resource["name"]
        for field in resource.get("schema", {}).get("fields", []):
            label = f"{resource['name']}.{field['name']}"
            assert len(field["description"]) > 10, label
            if field["type"] in ("integer", "number"):
                assert field.get("unit"), f"{label} has no unit"


def test_licence_and_version(descriptor):
    assert [licence["name"] for licence in descriptor["licenses"]] == ["CC-BY-4.0"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", descriptor["version"])


def test_no_table_is_a_stub(evidence):
    least = {"sources": 100, "therapies": 40, "studies": 90, "arms": 200, "outcomes": 500, "epidemiology": 30}
    least |= {"biology": 30, "discrepancies": 80, "updates": 40, "glossary": 80, "study_therapies": 90}
    for name, count in least.items():
        assert len(evidence.table(name)) >= count, name


def test_glossary_terms_and_drugs_have_chinese_names(evidence):
    none([t for t, zh in zip(evidence.glossary["term"], evidence.glossary["zh"].fillna(""), strict=True) if not zh])
    for name in ("bortezomib", "lenalidomide", "teclistamab", "talquetamab", "elranatamab", "selinexor"):
        row = evidence.therapies.set_index("therapy_id").loc[name]
        assert re.search(r"[\u4e00-\u9fff]", row["name_zh"]), name


# --- rule 1: where every row and every figure comes from --------------------------------------------------------------------


def _figures_by_paragraph():
    """Collect all numbers of the data by the paragraphs their rows carry."""
    columns = {
        "studies": ("n_total",),
        "arms": ("n", "n_evaluable"),
        "outcomes": ("value", "events", "n", "at_months", "p_value"),
        "epidemiology": ("low", "high", "value", "n"),
        "biology": ("low", "high", "value", "n"),
    }
    found: dict[str, set[Decimal]] = {}
    for name, fields in columns.items():
        for row in rows_of(name):
            for paragraph in row["locator"].split(";"):
                texts = (row[f].lstrip("<>≤≥= ") for f in fields)
                found.setdefault(paragraph, set()).update(Decimal(t) for t in texts if re.fullmatch(r"-?\d*\.?\d+", t))
    return found


def test_every_figure_of_the_review_stands_in_a_row_of_its_paragraph():
    with FIGURES.open(encoding="utf-8", newline="") as file:
        figures = [(row["locator"], row["figure"]) for row in csv.DictReader(file)]
    assert len(figures) > 170, "the list of figures has been cut short"
    found = _figures_by_paragraph()
    missing = [
        f"{paragraph}: the review prints {figure}, but no row with the locator {paragraph} has it"
        for paragraph, figure in figures
        if Decimal(figure) not in found.get(paragraph, set())
    ]
    none(missing)


# --- the review's paragraphs ------------------------------------------------------------------------------------------------

LOCATOR = re.compile(r"\b(?:ABSTRACT|INTRO|PATH|STRAT|PI|IMID|MAB|SEL|CART|BSAB|ADC|ASCT|CNS|PRIMARY|SECONDARY|SUMMARY|REF)-\d+\b|\bTAB\d\b")


def test_every_locator_of_any_file_of_the_data_is_a_paragraph():
    told = {row["locator"] for row in rows_of("paragraphs")}
    assert len(told) > 60
    for path in sorted(DATA.rglob("*")):
        if path.suffix in (".csv", ".json") and path.name != "paragraphs.csv":
            none([f"{path.name}: {name}" for name in set(LOCATOR.findall(path.read_text(encoding="utf-8"))) - told])


def test_the_paragraphs_hold_terms_and_no_chinese_sentence():
    for row in rows_of("paragraphs"):
        assert not re.search(r"[，。；：]", row["zh_terms"]), row["locator"]
        for term in row["zh_terms"].split("; "):
            assert len(re.findall(r"[\u3400-\u9fff]", term)) <= 15, f"{row['locator']}: {term} is more than a term"


def test_each_figure_that_the_review_prints_stands_in_its_paragraph():
    told = {row["locator"]: set(re.findall(r"\d+(?:\.\d+)?", row["paraphrase"])) for row in rows_of("paragraphs")}
    with FIGURES.open(encoding="utf-8", newline="") as file:
        figures = [(row["locator"], row["figure"]) for row in csv.DictReader(file) if row["locator"] != "TAB2"]
    none([f"{where}: {figure}" for where, figure in figures if Decimal(figure) not in {Decimal(x) for x in told[where]}])


# --- rule 2: counts, percentages, intervals, medians ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome_id", "cells"),
    [
        ("rosinol-2006.emd.emd-cr.review", {"value": "99"}),
        ("majestec-1.em-e.orr.primary", {"events": "11"}),
        ("majestec-1.em-e.orr.primary", {"n": "82"}),
        ("krd-364.overall.emd-share.review", {"value": "25.2"}),
        ("thalidomide-emd.overall.orr.primary", {"value": "43"}),
        ("pomalidomide-6.emd.emd-orr.primary", {"n": "60", "events": "50"}),
        ("dima-2024.em-e.orr.primary", {"value": "59"}),
        ("gagelmann-2018.em-e-tandem.os-36m.secondary", {"value": "51"}),
    ],
)
def test_a_changed_count_of_the_book_is_caught_although_its_study_has_a_log(tmp_path, outcomes, outcome_id, cells):
    shutil.copytree(DATA, tmp_path / "data")
    with (tmp_path / "data" / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(outcomes[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | (cells if row["outcome_id"] == outcome_id else {}) for row in outcomes)
    assert any(outcome_id in {r["outcome_id"]} for r in outcomes)
    assert find_faults(tmp_path / "data")


@pytest.mark.parametrize("poolable", [False, True])
def test_a_part_of_a_cohort_cannot_be_pooled_beside_it(tmp_path, poolable):
    shutil.copytree(DATA, tmp_path / "data")
    for name, line in (
        ("arms", "krd-364.subset,krd-364,EMD,a part of them,5,,,,,PI-4,"),
        ("outcomes", f"krd-364.subset.orr.review,krd-364.subset,ORR,proportion,40,%,2,5,,false,,,,false,,,review,review,true,"
                     f"{str(poolable).lower()},Count printed.,PI-4,zhao-2025,"),
    ):  # fmt: skip
        with (tmp_path / "data" / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            file.write(line + "\n")
    faults = [f.rule for f in find_faults(tmp_path / "data") if f.column == "poolable"]
    assert len(faults) == (2 if poolable else 0)  # the part does not say how it stands to the group, nor to everybody


def test_survival_without_progression_is_never_above_survival_in_a_headline(outcomes):
    known = {
        (r["arm_id"], r["endpoint"], r["measure"], r["at_months"], r["cut"]): float(r["value"])
        for r in outcomes
        if r["headline"] == "true" and r["endpoint"] in ("PFS", "OS") and r["measure"] in ("median", "rate_at") and r["value"]
    }
    pairs = [(k, v, known.get((k[0], "OS", *k[2:]))) for k, v in known.items() if k[1] == "PFS"]
    assert sum(os is not None for _, _, os in pairs) > 25
    none([(k, pfs, os) for k, pfs, os in pairs if os is not None and pfs > os])


# --- rule 3: headlines ------------------------------------------------------------------------------------------------------


def test_most_figures_have_a_headline(outcomes):
    """A headline may be missing only where every figure was judged wrong; that is rare."""
    keys = {(r["arm_id"], r["endpoint"], r["measure"], r["at_months"]) for r in outcomes}
    with_headline = {
        (r["arm_id"], r["endpoint"], r["measure"], r["at_months"]) for r in outcomes if r["headline"] == "true"
    }
    assert len(with_headline) > 0.8 * len(keys)


# --- rule 6: what was seen --------------------------------------------------------------------------------------------------


#: Words of a note that say a figure was not read in the study's own publication.
ELSEWHERE = re.compile(r"second-hand|machine-written|trade (page|report)|news report|manufacturer's (medical|page)", re.I)


def test_no_figure_that_its_note_calls_second_hand_stands_higher(outcomes):
    """Over all headline figures: the note of the row and that of its source are what was written when it was read."""
    notes = {row["source_id"]: row["checked_note"] for row in rows_of("sources") if row["kind"] not in ("primary", "label")}
    headlines = [r for r in outcomes if r["headline"] == "true"]
    assert len(headlines) > 600
    too_high = [
        (row["outcome_id"], row["standing"])
        for row in headlines
        if row["standing"] in ("paper", "abstract", "official")
        and (ELSEWHERE.search(notes.get(row["source_id"], "")) or re.match(r"second-hand|read on an? |from a machine", row["note"], re.I))
    ]
    none(too_high)


def test_charts_use_the_studys_own_figure_then_a_second_hand_one_then_the_reviews(outcomes):
    """What *Evidence policy* says of the rows used in charts, wherever several rows of one group give a figure."""
    rank = {"primary": 0, "secondary": 1, "review": 2}
    groups = {}
    for row in outcomes:
        if row["basis"] in rank and (row["value"] or row["not_reached"] == "true") and not row["cut"]:
            groups.setdefault((row["arm_id"], row["endpoint"], row["measure"], row["at_months"]), []).append(row)
    several = [rows for rows in groups.values() if len({r["basis"] for r in rows}) > 1 and any(r["headline"] == "true" for r in rows)]
    assert len(several) > 40
    none([r["outcome_id"] for rows in several for r in rows
          if r["headline"] == "true" and rank[r["basis"]] > min(rank[other["basis"]] for other in rows)])


HIGHER = {"abstract": "paper", "secondary": "abstract", "review": "secondary", "derived": "abstract", "official": "paper"}


def test_no_headline_figure_can_be_raised_unnoticed(tmp_path, outcomes):
    """Every headline figure of the book is called one step better than it is: each is a fault of its own row."""
    shutil.copytree(DATA, tmp_path / "data")
    raised = set()
    with (tmp_path / "data" / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(outcomes[0]), lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(outcomes, start=2):
            higher = HIGHER.get(row["standing"]) if row["headline"] == "true" else None
            writer.writerow(row | ({"standing": higher} if higher else {}))
            raised |= {number} if higher else set()
    assert len(raised) > 600
    sources = {r["source_id"]: r["seen"] for r in rows_of("sources")}
    within = {n for n in raised if outcomes[n - 2]["standing"] == "abstract" and sources[outcomes[n - 2]["source_id"]] == "paper"}
    found = {f.row for f in find_faults(tmp_path / "data") if f.column == "standing"}
    none(sorted(raised - within - found))


def test_every_source_is_used():
    used = {
        row["source_id"]
        for n in ("studies", "therapies", "outcomes", "epidemiology", "biology", "discrepancies", "updates", "safety", "criteria", "guidance")
        for row in rows_of(n)
    }
    used |= {source for row in rows_of("therapies") for source in row["trade_source_ids"].split(";")}
    # The changes of the escape and the drawn mechanisms stand on sources of their own.
    used |= {source for named in re.findall(r'"sources": \[([^]]*)\]', (DATA / "scenes.json").read_text(encoding="utf-8"))
             for source in re.findall(r'"([^"]+)"', named)}
    none([r["source_id"] for r in rows_of("sources") if r["source_id"] not in used])

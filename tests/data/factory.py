"""A small data package that is sound, made for tests to load, look at and break."""

# ruff: noqa: E501 - the rows of the tables below are read across, one line each
from __future__ import annotations

import csv
import json
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_DATA = REPOSITORY / "data"

#: Every table, as rows of "column=value" pairs; columns not named are empty.
TABLES: dict[str, list[dict[str, str]]] = {
    "sources": [
        {"source_id": "zhao-2025", "kind": "review", "first_author": "Zhao", "year": "2025", "container": "Clin Exp Med",
         "doi": "10.1007/s10238-025-01821-w", "url": "https://doi.org/10.1007/s10238-025-01821-w", "checked": "probable",
         "seen": "review"},
        {"source_id": "alpha-2020", "kind": "primary", "first_author": "Alpha", "year": "2020", "title": "A trial, with a comma",
         "container": "A Journal", "doi": "10.1000/alpha.1", "pmid": "123456", "nct": "NCT01234567", "checked": "confirmed", "seen": "paper"},
        {"source_id": "beta-primary", "kind": "primary", "checked": "not_found", "seen": "none", "checked_note": "Searched for; first author not seen."},
        {"source_id": "alpha-page-2024", "kind": "secondary", "year": "2024", "container": "A publisher", "checked": "probable", "seen": "secondary"},
        {"source_id": "clinic-2024", "kind": "secondary", "year": "2024", "container": "A clinic", "checked": "probable", "seen": "secondary"},
    ],
    "therapies": [
        {"therapy_id": "drug-a", "name": "Drug A", "name_zh": "甲药", "trade_names": "Brand A [US];甲牌 [China]", "trade_source_ids": "alpha-2020", "therapeutic_class": "bsab", "target": "BCMA",
         "first_us_approval_year": "2022", "standing": "abstract", "locator": "BSAB-1", "source_id": "alpha-2020"},
        {"therapy_id": "drug-b", "name": "Drug B", "name_zh": "乙药", "therapeutic_class": "pi", "source_id": "alpha-2020"},
    ],
    "studies": [
        {"study_id": "alpha", "label": "Alpha", "therapeutic_class": "bsab", "regimen": "drug A", "setting": "RRMM",
         "design": "single_arm_trial", "emd_definition": "EM-E only", "n_total": "165", "in_review": "true", "locator": "BSAB-3",
         "source_id": "alpha-2020"},
        {"study_id": "beta", "label": "Beta series", "therapeutic_class": "pi", "regimen": "drug B", "setting": "RRMM",
         "design": "retrospective", "n_total": "60", "in_review": "true", "locator": "PI-4;TAB2", "source_id": "beta-primary"},
        {"study_id": "gamma", "label": "Gamma", "therapeutic_class": "bsab", "design": "retrospective", "in_review": "false",
         "source_id": "alpha-page-2024", "note": "Beyond the review."},
    ],
    "study_therapies": [
        {"study_id": "alpha", "therapy_id": "drug-a"},
        {"study_id": "beta", "therapy_id": "drug-b"},
        {"study_id": "gamma", "therapy_id": "drug-a"},
    ],
    "arms": [
        {"arm_id": "alpha.em-e", "study_id": "alpha", "population": "EM-E", "label": "EM-E", "n": "28",
         "overlaps_with": "alpha.overall;gamma.emd", "locator": "BSAB-3"},
        {"arm_id": "alpha.overall", "study_id": "alpha", "population": "overall", "label": "all", "n": "165", "n_evaluable": "160",
         "overlaps_with": "alpha.em-e", "locator": "BSAB-3"},
        {"arm_id": "beta.emd", "study_id": "beta", "population": "EMD", "label": "EMD", "n": "32", "locator": "PI-4"},
        {"arm_id": "beta.non-emd", "study_id": "beta", "population": "non-EMD", "label": "no EMD", "n": "28", "locator": "PI-4"},
        {"arm_id": "gamma.emd", "study_id": "gamma", "population": "EMD", "label": "EMD", "n": "20", "overlaps_with": "alpha.em-e"},
    ],
    "outcomes": [
        {"outcome_id": "alpha.em-e.orr.primary", "arm_id": "alpha.em-e", "endpoint": "ORR", "measure": "proportion", "value": "35.7",
         "unit": "%", "events": "10", "n": "28", "ci_low": "18.6", "ci_high": "55.9", "basis": "primary", "headline": "true",
         "poolable": "true", "poolable_reason": "standard response, count known", "source_id": "alpha-2020"},
        {"outcome_id": "alpha.em-e.orr.review", "arm_id": "alpha.em-e", "endpoint": "ORR", "measure": "proportion", "value": "35.7",
         "unit": "%", "events": "10", "n": "28", "events_derived": "true", "basis": "review",
         "poolable_reason": "not the headline row", "locator": "BSAB-3", "source_id": "zhao-2025"},
        {"outcome_id": "alpha.overall.orr.primary", "arm_id": "alpha.overall", "endpoint": "ORR", "measure": "proportion",
         "value": "63.0", "unit": "%", "events": "104", "n": "165", "basis": "primary", "headline": "true", "source_id": "alpha-2020"},
        {"outcome_id": "alpha.em-e.os.primary", "arm_id": "alpha.em-e", "endpoint": "OS", "measure": "median", "unit": "months",
         "not_reached": "true", "n": "28", "basis": "primary", "headline": "true", "source_id": "alpha-2020"},
        {"outcome_id": "alpha.overall.pfs-12m.secondary", "arm_id": "alpha.overall", "endpoint": "PFS", "measure": "rate_at",
         "value": "48.1", "unit": "%", "at_months": "12", "basis": "secondary", "headline": "true", "source_id": "alpha-page-2024"},
        {"outcome_id": "beta.emd.orr.review", "arm_id": "beta.emd", "endpoint": "ORR", "measure": "proportion", "value": "35.5",
         "unit": "%", "n": "32", "basis": "review", "headline": "true", "poolable_reason": "count not known", "locator": "PI-4",
         "source_id": "zhao-2025", "note": "No count of 32 gives 35.5 %."},
        {"outcome_id": "beta.emd.dor.review", "arm_id": "beta.emd", "endpoint": "DOR", "measure": "median", "value": "3.9",
         "unit": "months", "n": "32", "p_value": "0.06", "comparator_arm_id": "beta.non-emd", "basis": "review", "headline": "true",
         "locator": "PI-4", "source_id": "zhao-2025"},
        {"outcome_id": "beta.emd.pfs-hr.review", "arm_id": "beta.emd", "endpoint": "PFS", "measure": "hazard_ratio", "value": "1.61",
         "unit": "ratio", "ci_low": "1.18", "ci_high": "2.19", "p_value": "<0.001", "comparator_arm_id": "beta.non-emd",
         "basis": "review", "headline": "true", "locator": "PI-4", "source_id": "zhao-2025"},
        {"outcome_id": "beta.non-emd.cr.derived", "arm_id": "beta.non-emd", "endpoint": "CR", "measure": "proportion", "value": "25",
         "unit": "%", "events": "7", "n": "28", "basis": "derived", "locator": "PI-4", "note": "All patients less those with EMD."},
        {"outcome_id": "gamma.emd.orr.secondary", "arm_id": "gamma.emd", "endpoint": "ORR", "measure": "proportion", "unit": "%",
         "n": "20", "basis": "secondary", "headline": "true", "poolable_reason": "no figure", "source_id": "alpha-page-2024",
         "note": "Lower; no figure given."},
    ],
    "epidemiology": [
        {"fact_id": "epi.diagnosis.review", "topic": "incidence", "subject": "EMD at diagnosis", "low": "7", "high": "17",
         "unit": "%", "locator": "INTRO-3", "source_id": "zhao-2025", "standing": "review"},
    ],
    "biology": [
        {"fact_id": "bio.mapk.review", "topic": "mutations", "subject": "clonal MAPK activation", "direction": "more often",
         "value": "80", "unit": "%", "locator": "PATH-2", "source_id": "zhao-2025", "standing": "review"},
    ],
    "discrepancies": [
        {"discrepancy_id": "beta.count-does-not-fit", "study_id": "beta",
         "outcome_id": "beta.emd.orr.review", "deviation": "35.5% of 32", "kind": "arithmetic", "nature": "gap_of_summary", "review_says": "35.5 % of 32.",
         "evidence_says": "No count fits.", "how_the_book_handles_it": "Not pooled.", "severity": "medium", "locator": "PI-4"},
        {"discrepancy_id": "general.definition", "kind": "definition", "nature": "two_sources_differ", "review_says": "One term for two things.",
         "evidence_says": "They differ.", "how_the_book_handles_it": "Keeps them apart.", "severity": "high", "source_id": "alpha-2020"},
    ],
    "updates": [
        {"update_id": "upd.alpha-final", "date": "2025-11", "topic": "Alpha", "what_changed": "Final figures appeared.", "value": "40",
         "unit": "%", "n": "28", "ci_low": "25", "ci_high": "57", "certainty": "seen", "standing": "abstract",
         "source_id": "alpha-2020"},
    ],
    "glossary": [
        {"term": "extramedullary disease", "abbreviation": "EMD", "zh": "髓外病变", "definition": "Myeloma outside the marrow."},
        {"term": "overall response rate", "abbreviation": "ORR", "zh": "总缓解率", "definition": "Share with at least a partial response."},
    ],
    "paragraphs": [
        {"locator": "BSAB-1", "section": "Bispecific antibodies", "paraphrase": "Drug A is approved.", "zh_terms": "甲药 drug A"},
        {"locator": "BSAB-3", "section": "Bispecific antibodies", "paraphrase": "Alpha treated 165 patients, 28 with EM-E.",
         "zh_terms": "整体人群 whole cohort; 甲药 drug A"},
        {"locator": "PI-4", "section": "Proteasome inhibitors", "paraphrase": "35.5% of 32 responded.", "zh_terms": "乙药 drug B"},
        {"locator": "INTRO-3", "section": "Introduction", "paraphrase": "EMD is found in 7 to 17%.", "zh_terms": "发生率 incidence"},
        {"locator": "PATH-2", "section": "Mechanism", "paraphrase": "80% carry a mutation.", "zh_terms": "突变 mutation"},
        {"locator": "TAB2", "section": "Table 2", "paraphrase": "A table.", "zh_terms": "表2 Table 2"},
    ],
    "safety": [
        {"safety_id": "saf.drug-a.crs", "therapy_id": "drug-a", "therapeutic_class": "bsab", "event": "cytokine release syndrome",
         "grade": "any", "measure": "proportion", "events": "119", "n": "165", "value": "72.1", "unit": "%", "randomised": "false", "population": "overall",
         "setting": "RRMM", "group": "Alpha", "standing": "abstract", "source_id": "alpha-2020"},
        {"safety_id": "saf.drug-a.icans.em-e", "therapy_id": "drug-a", "therapeutic_class": "bsab", "event": "ICANS", "grade": "any",
         "measure": "proportion", "n": "26", "value": "38", "unit": "%", "ci_low": "20", "ci_high": "59",
         "comparator_id": "saf.drug-a.icans.non-emd", "randomised": "false", "population": "EM-E", "setting": "RRMM", "group": "Gamma",
         "standing": "secondary", "source_id": "clinic-2024"},
        {"safety_id": "saf.drug-a.icans.non-emd", "therapy_id": "drug-a", "therapeutic_class": "bsab", "event": "ICANS", "grade": "any",
         "measure": "proportion", "n": "82", "value": "17", "unit": "%", "randomised": "false", "population": "non-EMD", "setting": "RRMM", "group": "Gamma",
         "standing": "secondary", "source_id": "clinic-2024"},
        {"safety_id": "saf.drug-a.crs-onset", "therapeutic_class": "bsab", "event": "cytokine release syndrome", "grade": "any",
         "measure": "median", "value": "27", "unit": "hours", "randomised": "false", "population": "overall", "group": "Alpha", "standing": "abstract",
         "source_id": "alpha-2020"},
    ],
    "criteria": [
        {"criterion_id": "crit.response.mr", "topic": "response", "subject": "minimal response", "criterion": "A mass shrinks by a quarter to a half.",
         "direction": "range", "value": "25", "value_high": "49", "unit": "% shrinkage", "body": "A working group", "year": "2016",
         "standing": "secondary", "source_id": "clinic-2024"},
        {"criterion_id": "crit.imaging.same", "topic": "imaging", "subject": "follow-up", "criterion": "The same technique again.",
         "body": "A working group", "year": "2019", "standing": "abstract", "source_id": "alpha-2020"},
    ],
    "guidance": [
        {"guidance_id": "gui.drug-a.watch.2022", "therapy_id": "drug-a", "therapeutic_class": "bsab", "topic": "observation", "phase": "during",
         "what": "Four weeks near the centre.", "do": "Stay near for four weeks.", "body": "An agency", "date": "2022-10",
         "superseded_by": "gui.drug-a.watch.2025", "standing": "secondary", "source_id": "clinic-2024"},
        {"guidance_id": "gui.drug-a.watch.2025", "therapy_id": "drug-a", "therapeutic_class": "bsab", "topic": "observation", "phase": "during",
         "what": "Two weeks near the centre.", "do": "Stay near for two weeks.", "body": "An agency", "date": "2025-06-26",
         "standing": "secondary", "source_id": "clinic-2024"},
        {"guidance_id": "gui.cord", "situation": "suspected cord compression", "topic": "cord_compression", "phase": "emergency",
         "what": "Imaging at once.", "do": "Image the whole spine.", "body": "A guideline", "date": "2023", "standing": "abstract",
         "source_id": "alpha-2020"},
    ],
    "certainty": [
        {"certainty_id": "cert.bsab.response", "therapeutic_class": "bsab", "kind": "frequency", "question": "How many respond?",
         "outcome": "response", "statement": "About a third respond: [10 of 28](ev:alpha.em-e.orr.primary#count).", "start": "high",
         "risk_of_bias": "serious", "risk_of_bias_reason": "One arm.", "inconsistency": "none", "indirectness": "none",
         "imprecision": "very_serious", "imprecision_reason": "Few.", "publication_bias": "none", "rows": "alpha.em-e.orr.primary",
         "result": "very_low", "meaning": "It may help."},
        {"certainty_id": "cert.bsab.harm", "therapeutic_class": "bsab", "kind": "effect", "question": "Is it better?", "outcome": "harm",
         "statement": "Nobody compared.", "start": "low", "risk_of_bias": "none", "inconsistency": "none", "indirectness": "serious",
         "indirectness_reason": "All patients.", "imprecision": "none", "publication_bias": "none",
         "rows": "alpha.overall.orr.primary;saf.drug-a.crs", "result": "very_low", "meaning": "Nobody knows."},
    ],
    "aliases": [
        {"old_id": "alpha.em-e.orr.press", "table": "outcomes", "new_id": "alpha.em-e.orr.primary", "reason": "The paper was found."},
        {"old_id": "a-search", "table": "sources", "reason": "It was no source."},
    ],
}  # fmt: skip

MARKS = ("events_derived", "not_reached", "headline", "poolable")

#: The standing of an outcome that names none.
STANDING = {"primary": "paper", "secondary": "secondary", "review": "review", "derived": "derived"}


def descriptor() -> dict:
    """Return the real descriptor of the book."""
    return json.loads((REAL_DATA / "datapackage.json").read_text(encoding="utf-8"))


def columns_of(table: str) -> list[str]:
    """Return the columns of a table in order."""
    resource = next(r for r in descriptor()["resources"] if r["name"] == table)
    return [field["name"] for field in resource["schema"]["fields"]]


def write_package(folder: Path) -> Path:
    """Write the small package, with the real descriptor, into a folder.

    The JSON documents that the descriptor names are written as empty objects.
    """
    folder.mkdir(parents=True, exist_ok=True)
    book = descriptor()
    (folder / "datapackage.json").write_text(json.dumps(book, ensure_ascii=False, indent=1), encoding="utf-8")
    for resource in book["resources"]:
        path = folder / resource["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if resource["format"] != "csv":
            path.write_text("{}\n", encoding="utf-8")
            continue
        columns = [field["name"] for field in resource["schema"]["fields"]]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            for row in TABLES[resource["name"]]:
                defaults = {}
                if resource["name"] == "outcomes":
                    defaults = dict.fromkeys(MARKS, "false") | {"standing": STANDING[row["basis"]]}
                writer.writerow(defaults | row)
    return folder


def edit(folder: Path, table: str, row: int, **cells: str) -> None:
    """Change cells of one row; rows are counted as in a spreadsheet, the header being row 1."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for column, value in cells.items():
        rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def edit_bytes(folder: Path, name: str, change) -> None:
    """Change the bytes of a file by a function."""
    path = folder / name
    path.write_bytes(change(path.read_bytes()))


def edit_lines(folder: Path, table: str, change) -> None:
    """Change the lines of a table by a function of a list that returns a list."""
    path = folder / f"{table}.csv"
    lines = change(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="")

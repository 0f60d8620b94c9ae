"""The discrepancy log keeps its word: each promise of its last column that can be told from the data is a test."""

# ruff: noqa: E501 - conditions read better on one line
from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from emdbook.evidence.log import GROUPS, NATURE_WORDS, NATURES, group_counts, group_of
from emdbook.ground.paths import data_dir

DATA = data_dir()
PROMISES = Path(__file__).with_name("log_promises.csv")


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LOG = {row["discrepancy_id"]: row for row in rows_of(DATA / "discrepancies.csv")}
OUTCOMES = {row["outcome_id"]: row for row in rows_of(DATA / "outcomes.csv")}
ARMS = {row["arm_id"]: row for row in rows_of(DATA / "arms.csv")}
STUDIES = {row["study_id"]: row for row in rows_of(DATA / "studies.csv")}
THERAPIES = {row["therapy_id"]: row for row in rows_of(DATA / "therapies.csv")}


def of_study(study_id, populations=None):
    """Return the outcomes of a study, of some populations where they are named."""
    arms = {a for a, r in ARMS.items() if r["study_id"] == study_id and (not populations or r["population"] in populations)}
    return [row for row in OUTCOMES.values() if row["arm_id"] in arms]


#: What a check of ``log_promises.csv`` looks at: a function of the column *of* and the column *expected*.
CHECKS = {
    "count": lambda of, want: "{events}/{n}".format(**OUTCOMES[of]) == want,
    "nocount": lambda of, _: OUTCOMES[of]["events"] == "",
    "value": lambda of, want: float(OUTCOMES[of]["value"]) == float(want),
    "novalue": lambda of, _: OUTCOMES[of]["value"] == "",
    "head": lambda of, want: OUTCOMES[of]["headline"] == "true" and float(OUTCOMES[of]["value"]) == float(want),
    "nothead": lambda of, _: OUTCOMES[of]["headline"] == "false",
    "interval": lambda of, want: [float(OUTCOMES[of][c]) for c in ("ci_low", "ci_high")] == [float(x) for x in want.split("/")],
    "nointerval": lambda of, _: OUTCOMES[of]["ci_low"] == "",
    "endpoint": lambda of, want: OUTCOMES[of]["endpoint"].casefold() == want.casefold(),
    "nopool": lambda of, _: of in STUDIES and all(row["poolable"] == "false" for row in of_study(of)),
    "nooutcome": lambda of, want: of in STUDIES and not of_study(of, {want, "EM-E", "EM-B"}),
    "months": lambda of, want: OUTCOMES[of]["at_months"] == want,
    "derived": lambda of, _: OUTCOMES[of]["events_derived"] == "true",
    "overlap": lambda of, want: want in ARMS[of]["overlaps_with"].split(";"),
    "pop": lambda of, want: ARMS[of]["population"] == want,
    "arm": lambda of, _: of in ARMS,
    "armn": lambda of, want: ARMS[of]["n"] == want,
    "study": lambda of, _: of in STUDIES,
    "design": lambda of, want: STUDIES[of]["design"] == want,
    "therapy": lambda of, want: want in THERAPIES[of]["status_note"],
}
TOLD = [(row["discrepancy_id"], row["check"], row["of"], row["expected"]) for row in rows_of(PROMISES)]


@pytest.mark.parametrize(("entry", "check", "of", "expected"), TOLD, ids=[" ".join(x[:3]) for x in TOLD])
def test_what_the_log_promises_is_so_in_the_data(entry, check, of, expected):
    assert entry in LOG, f"log_promises.csv names {entry}, which is not in the log"
    assert CHECKS[check](of, expected), f"{entry} promises: {LOG[entry]['how_the_book_handles_it']}"


#: Rows that say "stored", "headline", "count" and so on, but of something that no table of outcomes or groups holds.
ELSEWHERE = {
    "krd-364.like-bispecifics": "nothing is stored that compares", "magnetismm-3.outstanding": "nothing is stored that ranks",
    "monumental-1.label-cohort": "a group that is not stored", "magnetismm-3.dor-15m": "checked below",
    "updates.teclistamab-daratumumab": "a row of updates.csv",
    "epidemiology.strict-definition": "facts", "epidemiology.paraskeletal-85": "facts", "epidemiology.relapse-range": "facts",
    "epidemiology.diagnosis-range": "facts", "nakamoto-matsubara-2024.tp53-sites": "facts", "bingham-mapk.no-denominator": "facts",
    "jelinek-2024.targets-left-out": "facts", "summary-1.dor": "checked by endpoint", "beksac-2020.em-b-v-em-e": "a row that is not stored",
    "primary-emd-advice.small-base": "", "teclistamab-123.one-side": "",
}


def test_every_promise_about_the_data_has_a_check():
    checked = {entry for entry, *_ in TOLD}
    word = re.compile(r"\b(stored|headline|pooled|count|counts|interval)\b", re.I)
    loose = [i for i, row in LOG.items() if word.search(row["how_the_book_handles_it"]) and i not in checked | set(ELSEWHERE)]
    assert not loose, f"add a line to log_promises.csv for: {', '.join(loose)}"


def test_no_promise_is_about_what_chapters_print():
    """Chapters change; a promise about their prose would need a reader to keep it."""
    word = re.compile(r"\b(chapter|text says|prose|is shown|are shown|charted|printed wherever|wherever)\b", re.I)
    assert not [i for i, row in LOG.items() if word.search(row["how_the_book_handles_it"])]


def test_the_response_of_magnetismm_3_is_kept_as_promised():
    rows = of_study("magnetismm-3")
    heads = [r for r in rows if r["headline"] == "true"]
    assert any(float(r["value"] or 0) == 71.5 for r in heads)
    assert not any(float(r["value"] or 0) == 77.9 for r in heads)


def test_every_accusation_of_weight_is_a_disagreement_that_was_seen():
    review = {"zhao-2025"}
    sources = {row["source_id"]: row for row in rows_of(DATA / "sources.csv")}
    heavy = [row for row in LOG.values() if row["severity"] == "high"]
    assert heavy
    for row in heavy:
        assert group_of(row["nature"]) == "disagreement", row["discrepancy_id"]
        source = sources[row["source_id"]]
        assert row["source_id"] in review or source["kind"] not in ("news",), row["discrepancy_id"]


def test_a_row_that_does_not_touch_the_review_says_so():
    for row in LOG.values():
        if row["review_says"] == "The review does not speak of this.":
            assert row["severity"] != "high", row["discrepancy_id"]
            assert group_of(row["nature"]) != "disagreement", row["discrepancy_id"]


def test_what_our_summary_lacks_is_not_laid_to_the_review():
    """We hold a summary: its gaps are called the summary's."""
    for row in LOG.values():
        if row["nature"] == "gap_of_summary":
            said = f"{row['review_says']} {row['evidence_says']}"
            assert re.search(r"summary|Table 2|paragraph|Figure 3|abstract seen|not said|Earlier|Elsewhere", said), row["discrepancy_id"]


def test_natures_and_groups_are_those_of_the_descriptor():
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    table = next(r for r in package["resources"] if r["name"] == "discrepancies")
    field = next(f for f in table["schema"]["fields"] if f["name"] == "nature")
    natures = [n for names in NATURES.values() for n in names]
    assert field["constraints"]["enum"] == natures == list(NATURE_WORDS)
    assert list(NATURES) == list(GROUPS)
    for nature in natures:
        assert f"{nature} (" in field["description"], f"{nature} is not explained"


def test_groups_add_up_and_an_unknown_nature_is_named():
    assert sum(group_counts(row["nature"] for row in LOG.values()).values()) == len(LOG)
    with pytest.raises(ValueError, match="Unknown nature 'wrong'"):
        group_of("wrong")

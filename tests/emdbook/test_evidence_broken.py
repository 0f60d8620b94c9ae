"""Breaking a sound package in many ways: each gives one EvidenceError with exactly the expected faults, and loads nothing."""

# ruff: noqa: E501 - the rows of the tables below are read across, one line each
from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emdbook.evidence import Evidence, EvidenceError, load

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
import factory
from factory import edit, edit_bytes, edit_lines

PRIMARY = 2  # rows of outcomes.csv as a spreadsheet counts them
REVIEW = 3
OVERALL = 4
MEDIAN_NOT_REACHED = 5
RATE = 6
MISFIT = 7
DURATION = 8
RATIO = 9
DERIVED = 10
DIRECTION_ONLY = 11


def cell(table, row, **cells):
    """Return a change that sets cells of a row."""
    return lambda folder: edit(folder, table, row, **cells)


def raw(name, change):
    """Return a change of the bytes of a file."""
    return lambda folder: edit_bytes(folder, name, change)


def lines(table, change):
    """Return a change of the lines of a table."""
    return lambda folder: edit_lines(folder, table, change)


def replace_line(row, old, new):
    """Return a change of the text of one line."""

    def change(all_lines):
        assert old in all_lines[row - 1]
        return [*all_lines[: row - 1], all_lines[row - 1].replace(old, new, 1), *all_lines[row:]]

    return change


def without(row):
    """Return a change that takes one line out."""
    return lambda all_lines: all_lines[: row - 1] + all_lines[row:]


def drop_column(table, column):
    """Return a change that takes a column out of a table."""

    def change(folder):
        index = factory.columns_of(table).index(column)
        edit_lines(
            folder, table, lambda ls: [",".join(c for i, c in enumerate(line.split(",")) if i != index) for line in ls]
        )

    return change


def twist_descriptor(change):
    """Return a change of the descriptor as an object."""

    def apply(folder):
        path = folder / "datapackage.json"
        book = json.loads(path.read_text(encoding="utf-8"))
        change(book)
        path.write_text(json.dumps(book), encoding="utf-8")

    return apply


def field_of(book, table, column):
    """Return the description of a column inside a descriptor."""
    resource = next(r for r in book["resources"] if r["name"] == table)
    return next(f for f in resource["schema"]["fields"] if f["name"] == column)


def chain(*changes):
    """Return all changes, one after the other."""

    def apply(folder):
        for change in changes:
            change(folder)

    return apply


# Each case: name, change, and the expected faults as (file, row, column, phrase of the rule).
CASES = [
    # the files themselves
    ("file missing", lambda f: (f / "arms.csv").unlink(), [("arms.csv", None, None, "file is missing")]),
    ("file is a folder", lambda f: ((f / "arms.csv").unlink(), (f / "arms.csv").mkdir()), [("arms.csv", None, None, "cannot be opened")]),
    ("file empty", raw("arms.csv", lambda b: b""), [("arms.csv", None, None, "file is empty")]),
    ("file only blank", raw("glossary.csv", lambda b: b"\n \n"), [("glossary.csv", None, None, "file is empty")]),
    ("byte order mark", raw("studies.csv", lambda b: b"\xef\xbb\xbf" + b), [("studies.csv", 1, None, "byte order mark")]),
    ("Windows line ends", raw("arms.csv", lambda b: b.replace(b"\n", b"\r\n")), [("arms.csv", 1, None, "CRLF")]),
    ("old Mac line ends", raw("arms.csv", lambda b: b.replace(b"\n", b"\r")), [("arms.csv", 1, None, "old Mac")]),
    ("NUL", raw("sources.csv", lambda b: b.replace(b"Alpha", b"Al\0ha")), [("sources.csv", 3, None, "NUL")]),
    ("Latin-1", raw("glossary.csv", lambda b: b.replace(b"Myeloma", b"My\xe9loma")), [("glossary.csv", 2, None, "not UTF-8")]),
    ("GB 18030", raw("therapies.csv", lambda b: b.decode().encode("gb18030")), [("therapies.csv", 2, None, "not UTF-8")]),
    ("UTF-16", raw("therapies.csv", lambda b: b.decode().encode("utf-16")), [("therapies.csv", 1, None, "not UTF-8")]),
    ("cut off in the last cell", raw("updates.csv", lambda b: b[:-3]),
     [("updates.csv", 2, None, "last line must end"), ("updates.csv", 2, "source_id", "must be a source_id that stands in sources.csv; did you mean alpha-2020")]),
    ("cut off in a row", raw("updates.csv", lambda b: b[:-20]),
     [("updates.csv", 2, None, "last line must end"), ("updates.csv", 2, None, "cells where the header has 12")]),
    # the header
    ("column dropped", drop_column("study_therapies", "therapy_id"), [("study_therapies.csv", 1, "therapy_id", "missing from the header")]),
    ("column renamed", lines("arms", replace_line(1, "population", "populaton")),
     [("arms.csv", 1, "population", "missing from the header"), ("arms.csv", 1, "populaton", "does not know; did you mean population")]),
    ("column twice", lines("arms", replace_line(1, "n_evaluable", "n")),
     [("arms.csv", 1, "n", "more than once"), ("arms.csv", 1, "n_evaluable", "missing from the header")]),
    ("column added", lines("glossary", lambda ls: [line + ",x" for line in ls]), [("glossary.csv", 1, "x", "does not know")]),
    ("columns in another order", lines("glossary", replace_line(1, "term,abbreviation", "abbreviation,term")),
     [("glossary.csv", 1, None, "in this order: term, abbreviation")]),
    ("header with a blank", lines("glossary", replace_line(1, "zh", " zh")),
     [("glossary.csv", 1, "zh", "missing from the header"), ("glossary.csv", 1, " zh", "does not know")]),
    ("header gone", lines("study_therapies", without(1)),
     [("study_therapies.csv", 1, c, p) for c, p in [("study_id", "missing"), ("therapy_id", "missing"), ("alpha", "know"), ("drug-a", "know")]]),
    # rows
    ("row too short", lines("arms", lambda ls: [*ls[:2], ls[2].rsplit(",", 2)[0], *ls[3:]]), [("arms.csv", 3, None, "9 cells where the header has 11")]),
    ("row too long", lines("arms", lambda ls: [*ls[:4], ls[4] + ",", *ls[5:]]), [("arms.csv", 5, None, "12 cells where the header has 11")]),
    ("empty row", lines("arms", lambda ls: [*ls[:2], "", *ls[2:]]), [("arms.csv", 3, None, "row is empty")]),
    ("row of commas", lines("arms", lambda ls: [*ls, ",,,,,,,,"]), [("arms.csv", 7, None, "row is empty")]),
    ("quote never closed", lines("sources", replace_line(3, 'comma"', "comma")), [("sources.csv", 3, None, "quoted cell is not closed")]),
    ("line break in a cell", lines("glossary", replace_line(2, "Myeloma outside", '"Myeloma\noutside')),
     [("glossary.csv", 2, None, "quoted cell is not closed"), ("glossary.csv", 3, None, "1 cells where the header has 4")]),
    ("row deleted", lines("sources", without(5)),
     [("studies.csv", 4, "source_id", "stands in sources.csv"), ("outcomes.csv", RATE, "source_id", "stands in sources.csv"),
      ("outcomes.csv", DIRECTION_ONLY, "source_id", "stands in sources.csv")]),
    ("row twice", lines("glossary", lambda ls: [*ls, ls[1]]), [("glossary.csv", 4, "term", "stands already in row 2")]),
    ("link twice", lines("study_therapies", lambda ls: [*ls, ls[1]]), [("study_therapies.csv", 5, "study_id", "stand already in row 2")]),
    # cells by themselves
    ("negative count", cell("arms", 4, n="-3"), [("arms.csv", 4, "n", "whole number of 1 or more")]),
    ("count of nobody", cell("arms", 5, n="0"), [("arms.csv", 5, "n", "whole number of 1 or more")]),
    ("half a patient", cell("arms", 4, n="31.5"), [("arms.csv", 4, "n", "whole number of 1 or more")]),
    ("count in words", cell("arms", 4, n="thirty"), [("arms.csv", 4, "n", "whole number of 1 or more")]),
    ("count in other digits", cell("arms", 4, n="٣٢"), [("arms.csv", 4, "n", "whole number of 1 or more")]),
    ("endless count", cell("arms", 4, n="9" * 30), [("arms.csv", 4, "n", "must not be larger than")]),
    ("per cent sign", cell("outcomes", RATE, value="48.1%"), [("outcomes.csv", RATE, "value", "must be a number")]),
    ("decimal comma", cell("outcomes", RATE, value="48,1"), [("outcomes.csv", RATE, "value", "must be a number")]),
    ("not a number", cell("outcomes", RATE, value="NaN"), [("outcomes.csv", RATE, "value", "must be a number")]),
    ("infinite", cell("outcomes", RATE, value="inf"), [("outcomes.csv", RATE, "value", "must be a number")]),
    ("exponent", cell("outcomes", RATE, value="1e5"), [("outcomes.csv", RATE, "value", "must be a number")]),
    ("yes for true", cell("outcomes", RATE, headline="yes"), [("outcomes.csv", RATE, "headline", "must be true or false")]),
    ("True in capitals", cell("studies", 3, in_review="TRUE"), [("studies.csv", 3, "in_review", "must be true or false")]),
    ("mark left out", cell("outcomes", RATE, poolable=""), [("outcomes.csv", RATE, "poolable", "must not be empty")]),
    ("name left out", cell("studies", 2, label=""), [("studies.csv", 2, "label", "must not be empty")]),
    ("id left out", cell("epidemiology", 2, fact_id=""), [("epidemiology.csv", 2, "fact_id", "must not be empty")]),
    ("blank before", cell("studies", 2, regimen=" drug A"), [("studies.csv", 2, "regimen", "begin or end with a blank")]),
    ("no-break space after", cell("studies", 2, regimen="drug A\u00a0"), [("studies.csv", 2, "regimen", "begin or end with a blank")]),
    ("zero-width space", cell("arms", 2, label="EM\u200b-E"), [("arms.csv", 2, "label", "hidden character")]),
    *[(f"character that cannot be seen, {code}", cell("arms", 2, label=f"EM{chr(code)}E"), [("arms.csv", 2, "label", "hidden character")])
      for code in (0x2028, 0x2029, 0x3164, 0x2800, 0x115F, 0xFFA0)],
    ("tab inside", cell("arms", 2, label="EM\tE"), [("arms.csv", 2, "label", "hidden character")]),
    ("replacement character", cell("glossary", 2, zh="髓外\ufffd"), [("glossary.csv", 2, "zh", "hidden character")]),
    ("unknown population", cell("arms", 4, population="EMX"), [("arms.csv", 4, "population", "must be one of EMD, EM-E")]),
    ("capital in an id", cell("arms", 5, arm_id="beta.non-EMD"),
     [("arms.csv", 5, "arm_id", "must be lower-case letters")]),
    ("label too long", cell("studies", 2, label="A label that no chart has the room for"), [("studies.csv", 2, "label", "at most 28 characters")]),
    ("label twice", cell("studies", 3, label="Alpha"), [("studies.csv", 3, "label", "stands already in row 2")]),
    ("arm label twice in a study", cell("arms", 3, label="EM-E"), [("arms.csv", 3, "label", "already the label of row 2")]),
    ("unknown paragraph form", cell("arms", 4, locator="PI 4"), [("arms.csv", 4, "locator", "locators such as PI-4")]),
    ("paragraphs joined by a comma", cell("arms", 4, locator="PI-4,PI-5"), [("arms.csv", 4, "locator", "locators such as PI-4")]),
    ("DOI as an address", cell("sources", 3, doi="https://doi.org/10.1000/alpha.1"), [("sources.csv", 3, "doi", "bare DOI")]),
    ("PubMed number with letters", cell("sources", 3, pmid="PMC123"), [("sources.csv", 3, "pmid", "digits only")]),
    ("trial number too short", cell("sources", 3, nct="NCT123"), [("sources.csv", 3, "nct", "such as NCT04557098")]),
    ("address without https", cell("sources", 3, url="http://doi.org/10.1000/alpha.1"), [("sources.csv", 3, "url", "https address")]),
    ("PubMed Central number without its letters", cell("sources", 3, pmcid="12374916"), [("sources.csv", 3, "pmcid", "such as PMC12374916")]),
    ("year to come", cell("sources", 3, year="2204"), [("sources.csv", 3, "year", "must not be above 2035")]),
    ("date by day first", cell("updates", 2, date="03/11/2025"), [("updates.csv", 2, "date", "yyyy-mm")]),
    ("text too long", cell("discrepancies", 2, evidence_says="x" * 241), [("discrepancies.csv", 2, "evidence_says", "at most 240 characters")]),
    ("P value in words", cell("outcomes", DURATION, p_value="significant"), [("outcomes.csv", DURATION, "p_value", "must be a P value")]),
    # links and ids
    ("unknown study", cell("study_therapies", 2, study_id="alhpa"), [("study_therapies.csv", 2, "study_id", "stands in studies.csv; did you mean alpha")]),
    ("unknown arm", cell("outcomes", RATE, arm_id="alpha.all", outcome_id="alpha.all.pfs-12m.secondary"), [("outcomes.csv", RATE, "arm_id", "stands in arms.csv")]),
    ("unknown comparator", cell("outcomes", DURATION, comparator_arm_id="beta.nonemd"), [("outcomes.csv", DURATION, "comparator_arm_id", "did you mean beta.non-emd")]),
    ("unknown source", cell("biology", 2, source_id="zhao-2024"), [("biology.csv", 2, "source_id", "did you mean zhao-2025")]),
    ("compared with itself", cell("outcomes", DURATION, comparator_arm_id="beta.emd"), [("outcomes.csv", DURATION, "comparator_arm_id", "another arm")]),
    ("id not under its study", cell("arms", 6, study_id="beta", label="other"), [("arms.csv", 6, "arm_id", "must begin with the study_id")]),
    ("id not under its arm", cell("outcomes", DURATION, outcome_id="beta.dor.review"), [("outcomes.csv", DURATION, "outcome_id", "must begin with the arm_id")]),
    ("id names another basis", cell("outcomes", DURATION, outcome_id="beta.emd.dor.primary"), [("outcomes.csv", DURATION, "outcome_id", "must name the basis of its row")]),
    ("one id in two tables", cell("discrepancies", 2, discrepancy_id="beta.emd"), [("discrepancies.csv", 2, "discrepancy_id", "already the id of arms.csv, row 4")]),
    ("capitals of a term", cell("glossary", 3, term="Extramedullary disease"), [("glossary.csv", 3, "term", "other capitals")]),
    # the discrepancy log
    ("weight without a disagreement", cell("discrepancies", 2, severity="high"), [("discrepancies.csv", 2, "severity", "cannot be high for gap_of_summary")]),
    ("weight on hearsay", cell("discrepancies", 3, source_id="alpha-page-2024"), [("discrepancies.csv", 3, "severity", "alpha-page-2024 was seen as secondary")]),
    ("nature that is none", cell("discrepancies", 3, nature="wrong"), [("discrepancies.csv", 3, "nature", "must be one of")]),
    ("nature left out", cell("discrepancies", 3, nature=""), [("discrepancies.csv", 3, "nature", "must not be empty")]),
    # trade names
    ("trade name without its place", cell("therapies", 2, trade_names="Brand"), [("therapies.csv", 2, "trade_names", "such as Tecvayli [US]")]),
    ("trade name seen nowhere", cell("therapies", 3, trade_names="Brand [US]"), [("therapies.csv", 3, "trade_source_ids", "must both be given")]),
    ("trade name seen in no source", cell("therapies", 2, trade_source_ids="alpha-2021"), [("therapies.csv", 2, "trade_source_ids", "alpha-2021 is not a source_id of sources.csv; did you mean alpha-2020")]),
    # paragraphs
    ("locator of no paragraph", cell("biology", 2, locator="PATH-9"), [("biology.csv", 2, "locator", "PATH-9 is not a locator of paragraphs.csv; did you mean PATH-2")]),
    ("one locator of two", cell("studies", 3, locator="PI-4;TAB3-1"), [("studies.csv", 3, "locator", "TAB3-1 is not a locator of paragraphs.csv")]),
    ("paragraph told in Chinese", cell("paragraphs", 4, paraphrase="32例中35.5%"), [("paragraphs.csv", 4, "paraphrase", "must be told in English")]),
    ("term without a meaning", cell("paragraphs", 3, zh_terms="整体人群 whole cohort; 甲药"), [("paragraphs.csv", 3, "zh_terms", "'甲药' must be a Chinese term")]),
    ("term without Chinese", cell("paragraphs", 3, zh_terms="whole cohort"), [("paragraphs.csv", 3, "zh_terms", "'whole cohort' must be a Chinese term")]),
    # ids that moved
    ("moved id that is a row", cell("aliases", 2, old_id="alpha.em-e.orr.review"), [("aliases.csv", 2, "old_id", "is the id of a row")]),
    ("moved id that is a source", cell("aliases", 3, old_id="alpha-2020"), [("aliases.csv", 3, "old_id", "is the id of a row")]),
    ("moved to nowhere", cell("aliases", 2, new_id="alpha.em-e.orr.primar"), [("aliases.csv", 2, "new_id", "is not an id of outcomes.csv; did you mean alpha.em-e.orr.primary")]),
    ("moved to another table", cell("aliases", 2, new_id="alpha-2020"), [("aliases.csv", 2, "new_id", "is not an id of outcomes.csv")]),
    # overlap
    ("overlap with nobody", cell("arms", 4, overlaps_with="beta.emdx"), [("arms.csv", 4, "overlaps_with", "beta.emdx is not an arm_id")]),
    ("overlap with itself", cell("arms", 4, overlaps_with="beta.emd"), [("arms.csv", 4, "overlaps_with", "must not name the arm itself")]),
    ("overlap of one side", cell("arms", 6, overlaps_with=""), [("arms.csv", 2, "overlaps_with", "gamma.emd must name alpha.em-e")]),
    ("overlap twice", cell("arms", 6, overlaps_with="alpha.em-e;alpha.em-e"), [("arms.csv", 6, "overlaps_with", "same arm twice")]),
    # counts, percentages, intervals
    ("more judged than there are", cell("arms", 3, n_evaluable="166"), [("arms.csv", 3, "n_evaluable", "larger than n, which is 165")]),
    ("events above n", cell("outcomes", PRIMARY, events="29"), [("outcomes.csv", PRIMARY, "events", "larger than n, which is 28")]),
    ("events without n", cell("outcomes", OVERALL, n=""), [("outcomes.csv", OVERALL, "n", "must not be empty where events")]),
    ("percentage does not fit its count", cell("outcomes", OVERALL, value="63.1"), [("outcomes.csv", OVERALL, "value", "does not agree with events / n = 104/165")]),
    ("one digit more than fits", cell("outcomes", OVERALL, value="63.00"), [("outcomes.csv", OVERALL, "value", "does not agree with events / n")]),
    ("no count fits, the excuse is gone", cell("discrepancies", 2, outcome_id="", deviation=""),
     [("outcomes.csv", MISFIT, "value", "no whole number of 32 patients gives 35.5 %; correct it, or name it in outcome_id of discrepancies.csv")]),
    ("a note excuses nothing", cell("outcomes", OVERALL, events="103", note="Printed so."), [("outcomes.csv", OVERALL, "value", "with the deviation '63.0% for 103 of 165'")]),
    ("another row of the study excuses nothing", cell("outcomes", RATE, measure="proportion", endpoint="CR", at_months="", value="48.2", n="160", outcome_id="alpha.overall.cr.secondary"),
     [("outcomes.csv", RATE, "value", "no whole number of 160")]),
    ("excused with another figure", cell("outcomes", MISFIT, value="35.6"),
     [("outcomes.csv", MISFIT, "value", "with the deviation '35.6% of 32'"), ("discrepancies.csv", 2, "deviation", "no deviation '35.5% of 32': take it out")]),
    ("excused with another n", cell("outcomes", MISFIT, n="31", value="35.6", cut="the 31 assessed"),
     [("outcomes.csv", MISFIT, "value", "of 31"), ("discrepancies.csv", 2, "deviation", "take it out")]),
    ("excuse that outlived its misfit", cell("outcomes", MISFIT, value="37.5"), [("discrepancies.csv", 2, "deviation", "no deviation '35.5% of 32'")]),
    ("excuse of nobody", cell("discrepancies", 2, outcome_id="beta.emd.orr.primary"),
     [("outcomes.csv", MISFIT, "value", "no whole number"), ("discrepancies.csv", 2, "outcome_id", "not in outcomes.csv; did you mean beta.emd.orr.review")]),
    ("excuse of another study", cell("discrepancies", 2, study_id="alpha"), [("discrepancies.csv", 2, "outcome_id", "is of the study beta")]),
    ("excuses not in step", cell("discrepancies", 2, deviation=""), [("outcomes.csv", MISFIT, "value", "no whole number"), ("discrepancies.csv", 2, "deviation", "one deviation for each outcome_id")]),
    ("excused twice", cell("discrepancies", 3, outcome_id="beta.emd.orr.review", deviation="35.5% of 32"), [("discrepancies.csv", 3, "outcome_id", "already excused in row 2")]),
    ("count of more patients than the arm has", cell("outcomes", DURATION, n="60"), [("outcomes.csv", DURATION, "n", "must be 32, as in arms.csv, or cut must say whom it counts")]),
    ("count of fewer, without a word", cell("outcomes", OVERALL, n="150", events="", value="62.7"), [("outcomes.csv", OVERALL, "n", "must be 165 or 160, as in arms.csv")]),
    ("groups of two cuts compared", chain(cell("outcomes", DURATION, cut="first report"),
     lines("outcomes", lambda ls: [*ls, "beta.non-emd.dor.review,beta.non-emd,DOR,median,9.3,months,,28,,false,,,,false,0.06,beta.emd,review,review,true,false,,PI-4,zhao-2025,"])),
     [("outcomes.csv", DURATION, "cut", "must be that of row 12, with which it is compared: empty"), ("outcomes.csv", 12, "cut", "must be that of row 8, with which it is compared: 'first report'")]),
    ("survival free of progression above survival", chain(cell("outcomes", DURATION, endpoint="PFS", outcome_id="beta.emd.pfs.review"), lines("outcomes", lambda ls: [*ls, ls[DURATION - 1].replace("beta.emd.pfs.review", "beta.emd.os.review").replace(",PFS,", ",OS,").replace(",3.9,", ",3.8,")])),
     [("outcomes.csv", DURATION, "value", "PFS 3.9 above OS 3.8, which is impossible for one group at one time")]),
    ("survival reached, progression not", chain(cell("outcomes", MEDIAN_NOT_REACHED, endpoint="PFS", outcome_id="alpha.em-e.pfs.primary"),
     lines("outcomes", lambda ls: [*ls, ls[MEDIAN_NOT_REACHED - 1].replace("alpha.em-e.pfs.primary", "alpha.em-e.os.primary").replace(",PFS,median,,", ",OS,median,9,").replace(",true,", ",false,", 1)])),
     [("outcomes.csv", MEDIAN_NOT_REACHED, "value", "PFS not reached above OS 9")]),
    ("complete responses above all responses", lines("outcomes", lambda ls: [*ls, ls[OVERALL - 1].replace("alpha.overall.orr.primary", "alpha.overall.cr.primary").replace(",ORR,", ",CR,").replace("63.0,%,104,", "63.6,%,105,")]),
     [("outcomes.csv", 12, "value", "CR 63.6 above ORR 63.0")]),
    ("pooled part of a cohort", chain(lines("arms", lambda ls: [*ls, "beta.part,beta,EMD,a part of them,5,,,,,,"]),
     cell("outcomes", MISFIT, value="34.4", events="11", poolable="true", poolable_reason="count known"), cell("discrepancies", 2, outcome_id="", deviation=""),
     lines("outcomes", lambda ls: [*ls, "beta.part.orr.primary,beta.part,ORR,proportion,40,%,2,5,,false,,,,false,,,primary,paper,true,true,count known,,alpha-2020,"])),
     [("outcomes.csv", 12, "poolable", "beta.part says in overlaps_with how it stands to beta.emd")]),
    ("31 February", cell("updates", 2, date="2025-02-31"), [("updates.csv", 2, "date", "no day of the calendar")]),
    ("derived count is not the only one", cell("outcomes", REVIEW, value="36", n="280", events="100", cut="another cut"),
     [("outcomes.csv", REVIEW, "events", "these counts fit: 100, 101, 102")]),
    ("derived count is wrong", cell("outcomes", REVIEW, events="11"), [("outcomes.csv", REVIEW, "events", "these counts fit: 10")]),
    ("derived from nothing", cell("outcomes", REVIEW, events=""), [("outcomes.csv", REVIEW, "events_derived", "only where events, n and a percentage")]),
    ("more than all", cell("outcomes", RATE, value="148.1"), [("outcomes.csv", RATE, "value", "between 0 and 100")]),
    ("median of nothing", cell("outcomes", DURATION, value="0"), [("outcomes.csv", DURATION, "value", "must be above 0")]),
    ("negative median", cell("outcomes", DURATION, value="-3.9"), [("outcomes.csv", DURATION, "value", "must be above 0")]),
    ("ratio of nothing", cell("outcomes", RATIO, value="0", ci_low="0"),
     [("outcomes.csv", RATIO, "value", "must be above 0 (a ratio)"), ("outcomes.csv", RATIO, "ci_low", "must be above 0 (a ratio)")]),
    ("interval of no width", cell("outcomes", RATIO, value="1.18", ci_high="1.18"), [("outcomes.csv", RATIO, "ci_high", "an interval has a width")]),
    ("time below nothing", cell("outcomes", DURATION, ci_low="-1", ci_high="9"), [("outcomes.csv", DURATION, "ci_low", "must be above 0 (a time)")]),
    ("days called months", cell("outcomes", DURATION, value="600"), [("outcomes.csv", DURATION, "value", "not be above 360 months")]),
    ("patients in a median", cell("outcomes", DURATION, events="3"), [("outcomes.csv", DURATION, "events", "must be empty for a median")]),
    ("median of a response", cell("outcomes", DURATION, endpoint="ORR"), [("outcomes.csv", DURATION, "endpoint", "must be a length of time"), ("outcomes.csv", DURATION, "endpoint", "that outcome_id names: dor")]),
    ("share of a time", cell("outcomes", OVERALL, endpoint="PFS"), [("outcomes.csv", OVERALL, "endpoint", "is a length of time, and no proportion"), ("outcomes.csv", OVERALL, "endpoint", "that outcome_id names: orr")]),
    ("hazard of a response", cell("outcomes", RATIO, endpoint="CR"), [("outcomes.csv", RATIO, "endpoint", "is a response, and no hazard_ratio"), ("outcomes.csv", RATIO, "endpoint", "that outcome_id names: pfs-hr")]),
    ("upper end of what was not reached", cell("outcomes", MEDIAN_NOT_REACHED, ci_low="5", ci_high="9"),
     [("outcomes.csv", MEDIAN_NOT_REACHED, "ci_high", "must be empty, because not_reached is true")]),
    ("rate at the start", cell("outcomes", RATE, at_months="0"), [("outcomes.csv", RATE, "at_months", "between 0 and 360 months")]),
    ("value outside its range", cell("epidemiology", 2, value="40"), [("epidemiology.csv", 2, "value", "inside its range, 7 to 17")]),
    ("share of more than all in biology", cell("biology", 2, value="140"), [("biology.csv", 2, "value", "between 0 and 100")]),
    ("fact of nobody", cell("epidemiology", 2, n="0"), [("epidemiology.csv", 2, "n", "whole number of 1 or more")]),
    ("days called months in a bound", cell("outcomes", DURATION, ci_low="2", ci_high="400"), [("outcomes.csv", DURATION, "ci_high", "not be above 360 months")]),
    ("fact in days called months", cell("epidemiology", 2, unit="months", high="600"), [("epidemiology.csv", 2, "high", "not be above 360 months")]),
    ("update of less than nothing", cell("updates", 2, unit="months", value="-5", ci_low="-9"),
     [("updates.csv", 2, "value", "must be above 0 (a time)"), ("updates.csv", 2, "ci_low", "must be above 0 (a time)")]),
    ("ratio below nothing in an update", cell("updates", 2, unit="ratio", value="0.5", ci_low="-0.1", ci_high="1.2"), [("updates.csv", 2, "ci_low", "must be above 0 (a ratio)")]),
    ("harm before treatment", cell("safety", 2, at_months="-5"), [("safety.csv", 2, "at_months", "between 0 and 360 months")]),
    ("interval of harm from before the dose", cell("safety", 5, ci_low="-1", ci_high="40"), [("safety.csv", 5, "ci_low", "must be above 0 (a time)")]),
    ("threshold above all", cell("criteria", 2, value_high="149"), [("criteria.csv", 2, "value_high", "between 0 and 100")]),
    ("threshold below nothing", cell("criteria", 2, value="-25"), [("criteria.csv", 2, "value", "between 0 and 100")]),
    ("PFS in the place of OS", cell("outcomes", MEDIAN_NOT_REACHED, endpoint="PFS"), [("outcomes.csv", MEDIAN_NOT_REACHED, "endpoint", "that outcome_id names: os")]),
    ("OS in the place of PFS", cell("outcomes", RATIO, endpoint="OS"), [("outcomes.csv", RATIO, "endpoint", "that outcome_id names: pfs-hr")]),
    ("compared across studies", cell("outcomes", RATIO, comparator_arm_id="alpha.overall"), [("outcomes.csv", RATIO, "comparator_arm_id", "is of the study alpha")]),
    ("P of nothing", cell("outcomes", RATIO, p_value="<0.000"), [("outcomes.csv", RATIO, "p_value", "must be above 0")]),
    ("one study in other capitals", cell("studies", 3, label="ALPHA"), [("studies.csv", 3, "label", "stands already in row 2, written with other capitals")]),
    ("two blanks in a name", cell("arms", 2, label="EM-E  patients"), [("arms.csv", 2, "label", "two blanks in a row")]),
    ("letter in two parts", cell("studies", 2, regimen="Rosin\u0303ol"), [("studies.csv", 2, "regimen", "a letter in two parts")]),
    ("median in per cent", cell("outcomes", DURATION, unit="%"), [("outcomes.csv", DURATION, "unit", "months or days")]),
    ("no value and no reason", cell("outcomes", DIRECTION_ONLY, note=""), [("outcomes.csv", DIRECTION_ONLY, "value", "unless not_reached is true or the note")]),
    ("reached and not reached", cell("outcomes", MEDIAN_NOT_REACHED, value="20"), [("outcomes.csv", MEDIAN_NOT_REACHED, "value", "not_reached is true")]),
    ("a rate not reached", cell("outcomes", RATE, value="", not_reached="true"), [("outcomes.csv", RATE, "not_reached", "only for a median")]),
    ("rate without a time", cell("outcomes", RATE, at_months=""), [("outcomes.csv", RATE, "at_months", "must not be empty for a rate")]),
    ("interval misses its estimate", cell("outcomes", RATIO, value="2.2"), [("outcomes.csv", RATIO, "value", "inside its interval, 1.18 to 2.19")]),
    ("interval turned round", cell("outcomes", RATIO, ci_low="2.19", ci_high="1.18"), [("outcomes.csv", RATIO, "ci_low", "must not be above ci_high")]),
    ("half an interval", cell("outcomes", RATIO, ci_high=""), [("outcomes.csv", RATIO, "ci_high", "both be given or both be empty")]),
    ("interval beyond 100", cell("outcomes", PRIMARY, ci_high="105.9"), [("outcomes.csv", PRIMARY, "ci_high", "between 0 and 100")]),
    ("range turned round", cell("epidemiology", 2, low="18"), [("epidemiology.csv", 2, "low", "must not be above high")]),
    ("share above 100", cell("epidemiology", 2, high="170"), [("epidemiology.csv", 2, "high", "between 0 and 100")]),
    ("figure without unit", cell("biology", 2, unit=""), [("biology.csv", 2, "unit", "must not be empty where a figure")]),
    ("update outside its interval", cell("updates", 2, value="20"), [("updates.csv", 2, "value", "inside its interval")]),
    ("update with half an interval", cell("updates", 2, ci_low=""), [("updates.csv", 2, "ci_low", "both be given")]),
    # what rests on what
    ("two headlines", cell("outcomes", REVIEW, headline="true"), [("outcomes.csv", REVIEW, "headline", "row 2 is already the headline")]),
    ("review without paragraph", cell("outcomes", DURATION, locator=""), [("outcomes.csv", DURATION, "locator", "basis is review")]),
    ("review with another source", cell("outcomes", DURATION, source_id="alpha-2020"), [("outcomes.csv", DURATION, "source_id", "must be the review")]),
    ("primary without source", cell("outcomes", OVERALL, source_id=""), [("outcomes.csv", OVERALL, "source_id", "must not be empty, because basis is primary")]),
    ("primary taken from the review", cell("outcomes", OVERALL, source_id="zhao-2025"), [("outcomes.csv", OVERALL, "source_id", "must not be the review")]),
    ("derived without saying how", cell("outcomes", DERIVED, note=""), [("outcomes.csv", DERIVED, "note", "how the figure was worked out")]),
    ("derived from nowhere", cell("outcomes", DERIVED, locator=""), [("outcomes.csv", DERIVED, "source_id", "locator (paragraph of the review) or a source_id")]),
    ("fact from nowhere", cell("biology", 2, locator="", source_id=""), [("biology.csv", 2, "source_id", "locator (paragraph of the review) or a source_id")]),
    ("study without source", cell("studies", 4, source_id=""), [("studies.csv", 4, "source_id", "must not be empty")]),
    ("in the review, but where", cell("studies", 2, locator=""), [("studies.csv", 2, "locator", "in_review is true")]),
    ("not in the review, but there", cell("studies", 4, locator="PI-4"), [("studies.csv", 4, "locator", "in_review is false")]),
    ("identifier of what was not found", cell("sources", 4, doi="10.1000/beta"), [("sources.csv", 4, "doi", "checked is not_found")]),
    ("PubMed Central number of what was not found", cell("sources", 4, pmcid="PMC1234567"), [("sources.csv", 4, "pmcid", "checked is not_found")]),
    ("address of another page", cell("sources", 3, url="https://example.org/alpha"),
     [("sources.csv", 3, "url", "own page, https://doi.org/10.1000/alpha.1 or https://pubmed.ncbi.nlm.nih.gov/123456/")]),
    *[(f"copy of a page: {name}", cell("sources", 5, url=address), [("sources.csv", 5, "url", "a copy, a preview or a proxy")]) for name, address in (
        ("number", "https://47.0.0.1/38358946"), ("preview", "https://preview-www.example.com/articles/1"),
        ("staging", "https://staging.example.com/post/1"), ("another publisher's double", "https://ashpublications.net/blood/article/1"))],
    ("one work under two ids", cell("sources", 5, doi="10.1000/ALPHA.1"), [("sources.csv", 5, "doi", "already that of row 3")]),
    ("one page under two ids", chain(cell("sources", 5, url="https://example.org/page"), cell("sources", 6, url="https://example.org/page/")),
     [("sources.csv", 6, "url", "already that of row 5")]),
    ("note to self in a title", cell("sources", 3, title="[title not noted] A trial"), [("sources.csv", 3, "title", "as a journal prints it")]),
    ("source without a name", cell("sources", 5, container=""), [("sources.csv", 5, "title", "name what was read")]),
    ("note to self in a container", cell("sources", 3, container="A Journal, volume not seen"), [("sources.csv", 3, "container", "as a journal prints it")]),
    ("primary taken from a news page", cell("outcomes", OVERALL, source_id="alpha-page-2024", standing="paper"),
     [("outcomes.csv", OVERALL, "standing", "cannot be paper: of the source alpha-page-2024 was seen: secondary"),
      ("outcomes.csv", OVERALL, "source_id", "must be the study's own source")]),
    # how far each figure was seen
    ("standing left out", cell("outcomes", OVERALL, standing=""), [("outcomes.csv", OVERALL, "standing", "must not be empty")]),
    ("standing unheard of", cell("updates", 2, standing="seen"), [("updates.csv", 2, "standing", "must be one of paper, abstract")]),
    ("paper from an abstract", cell("sources", 3, seen="abstract"),
     [("outcomes.csv", n, "standing", "cannot be paper: of the source alpha-2020 was seen: abstract") for n in (PRIMARY, OVERALL, MEDIAN_NOT_REACHED)]),
    ("official from a paper", cell("outcomes", OVERALL, standing="official"), [("outcomes.csv", OVERALL, "standing", "cannot be official")]),
    ("primary called second-hand", cell("outcomes", OVERALL, standing="secondary"), [("outcomes.csv", OVERALL, "standing", "must be paper or abstract or official, because basis is primary")]),
    ("second-hand called seen", cell("outcomes", RATE, standing="abstract"),
     [("outcomes.csv", RATE, "standing", "must be secondary, because basis is secondary"), ("outcomes.csv", RATE, "standing", "cannot be abstract")]),
    ("second-hand called worked out", cell("outcomes", RATE, standing="derived"), [("outcomes.csv", RATE, "standing", "must be secondary")]),
    ("the review called seen", cell("outcomes", DURATION, standing="paper"), [("outcomes.csv", DURATION, "standing", "must be review, because basis is review")]),
    ("seen called the review", cell("outcomes", OVERALL, standing="review"), [("outcomes.csv", OVERALL, "standing", "because basis is primary")]),
    ("worked out called seen", cell("outcomes", DERIVED, standing="abstract"), [("outcomes.csv", DERIVED, "standing", "must be derived, because basis is derived")]),
    ("fact of the review called seen", cell("biology", 2, standing="abstract"), [("biology.csv", 2, "standing", "must be review where the source is the review")]),
    ("fact seen in no source", cell("epidemiology", 2, source_id="", standing="secondary"), [("epidemiology.csv", 2, "standing", "without a source_id")]),
    ("update of the study called the review's", cell("updates", 2, standing="review"), [("updates.csv", 2, "standing", "and only there")]),
    ("figure of a source not seen", cell("updates", 2, source_id="beta-primary"), [("updates.csv", 2, "standing", "cannot be abstract: of the source beta-primary was seen: none")]),
    ("certainty of its own", cell("updates", 2, certainty="second_hand"), [("updates.csv", 2, "certainty", "where standing is secondary, and only there")]),
    ("year of unknown standing", cell("therapies", 2, standing=""), [("therapies.csv", 2, "standing", "must say how far the year was seen")]),
    ("standing of no year", cell("therapies", 3, standing="abstract"), [("therapies.csv", 3, "standing", "must be empty without a year")]),
    ("news page opened as a paper", cell("sources", 5, seen="paper"), [("sources.csv", 5, "seen", "must be secondary or none for a source of kind secondary")]),
    ("seen though not found", cell("sources", 4, seen="abstract"), [("sources.csv", 4, "seen", "must be none where checked is not_found")]),
    ("the review seen in full", cell("sources", 2, seen="paper"), [("sources.csv", 2, "seen", "must be review for a source of kind review")]),
    # pooling
    ("pooled without count", cell("outcomes", PRIMARY, events="", n=""), [("outcomes.csv", PRIMARY, "poolable", "events must be known; n must be known")]),
    ("pooled though not the headline", cell("outcomes", PRIMARY, headline="false"), [("outcomes.csv", PRIMARY, "poolable", "must be the headline")]),
    ("pooled though everybody", cell("outcomes", OVERALL, poolable="true"), [("outcomes.csv", OVERALL, "poolable", "must be EMD, EM-E or EM-B, not overall")]),
    ("pooled though not a response", cell("outcomes", MEDIAN_NOT_REACHED, poolable="true"), [("outcomes.csv", MEDIAN_NOT_REACHED, "poolable", "endpoint must be ORR; the measure")]),
    ("no reason for pooling", cell("outcomes", PRIMARY, poolable_reason=""), [("outcomes.csv", PRIMARY, "poolable_reason", "must say why")]),
    ("a reason where none belongs", cell("outcomes", OVERALL, poolable_reason="no"), [("outcomes.csv", OVERALL, "poolable_reason", "must be empty")]),
    ("shared patients in one pool", cell("outcomes", DIRECTION_ONLY, value="40", events="8", poolable="true"),
     [("outcomes.csv", DIRECTION_ONLY, "poolable", "gamma.emd and alpha.em-e share patients")]),
    # safety, criteria, guidance, certainty
    ("harm of another class", cell("safety", 2, therapeutic_class="pi"), [("safety.csv", 2, "therapeutic_class", "must be bsab, the class of drug-a")]),
    ("harm of an unknown drug", cell("safety", 2, therapy_id="drug-x"), [("safety.csv", 2, "therapy_id", "must be a therapy_id that stands in therapies.csv")]),
    ("harm without a source", cell("safety", 2, source_id=""), [("safety.csv", 2, "source_id", "must not be empty")]),
    ("harm of an unknown standing", cell("safety", 2, standing="seen"), [("safety.csv", 2, "standing", "must be one of paper, abstract")]),
    ("harm of an unknown grade", cell("safety", 2, grade="bad"), [("safety.csv", 2, "grade", "must be one of any")]),
    ("more harmed than treated", cell("safety", 2, events="166"), [("safety.csv", 2, "events", "larger than n, which is 165")]),
    ("harmed of nobody", cell("safety", 2, n=""), [("safety.csv", 2, "n", "must not be empty where events")]),
    ("harm that does not fit its count", cell("safety", 2, value="73.1"), [("safety.csv", 2, "value", "does not agree with events / n = 119/165")]),
    ("harm without a figure", cell("safety", 2, value="", events=""), [("safety.csv", 2, "value", "unless the note says")]),
    ("harm above 100", cell("safety", 4, value="170"), [("safety.csv", 4, "value", "between 0 and 100")]),
    ("share of harm in hours", cell("safety", 4, unit="hours"),
     [("safety.csv", 3, "comparator_id", "another event or unit"), ("safety.csv", 4, "unit", "must be % for a proportion")]),
    ("a count that is a bound", cell("safety", 2, bound="less than"), [("safety.csv", 2, "bound", "only a figure without a count")]),
    ("onset before the dose", cell("safety", 5, value="-27"), [("safety.csv", 5, "value", "must be above 0")]),
    ("harm outside its interval", cell("safety", 3, value="60"), [("safety.csv", 3, "value", "inside its interval, 20 to 59")]),
    ("harm with half an interval", cell("safety", 3, ci_high=""), [("safety.csv", 3, "ci_high", "both be given")]),
    ("harm with its interval turned round", cell("safety", 3, ci_low="60"), [("safety.csv", 3, "ci_low", "must not be above ci_high")]),
    ("harm beside an unknown row", cell("safety", 3, comparator_id="saf.drug-a.icans.non-emdd"), [("safety.csv", 3, "comparator_id", "did you mean saf.drug-a.icans.non-emd")]),
    ("harm beside itself", cell("safety", 3, comparator_id="saf.drug-a.icans.em-e"), [("safety.csv", 3, "comparator_id", "another row than this one")]),
    ("harm beside another harm", cell("safety", 3, comparator_id="saf.drug-a.crs"), [("safety.csv", 3, "comparator_id", "counts another event")]),
    ("one harm, two names", cell("safety", 5, event="Cytokine release syndrome"), [("safety.csv", 5, "event", "is written 'cytokine release syndrome' in another row")]),
    ("range turned round in a criterion", cell("criteria", 2, value_high="20"), [("criteria.csv", 2, "value_high", "must be above value, which is 25")]),
    ("range without its end", cell("criteria", 2, value_high=""), [("criteria.csv", 2, "value_high", "must be given for a range")]),
    ("threshold without a unit", cell("criteria", 2, unit=""), [("criteria.csv", 2, "unit", "where a threshold is given")]),
    ("threshold without a side", cell("criteria", 2, direction="", value_high=""), [("criteria.csv", 2, "direction", "where a threshold is given")]),
    ("side without a threshold", cell("criteria", 3, direction="over"), [("criteria.csv", 3, "value", "where direction or value_high")]),
    ("criterion of nobody", cell("criteria", 3, body=""), [("criteria.csv", 3, "body", "must not be empty")]),
    ("guidance for nobody", cell("guidance", 4, situation=""), [("guidance.csv", 4, "situation", "for which therapy, class or situation")]),
    ("guidance for another class", cell("guidance", 2, therapeutic_class="adc"), [("guidance.csv", 2, "therapeutic_class", "must be bsab")]),
    ("guidance with no time", cell("guidance", 4, phase="soon"), [("guidance.csv", 4, "phase", "must be one of before, during, after, emergency")]),
    ("guidance without its instruction", cell("guidance", 4, do=""), [("guidance.csv", 4, "do", "must not be empty")]),
    ("replaced by nothing", cell("guidance", 2, superseded_by="gui.drug-a.watch.2026"), [("guidance.csv", 2, "superseded_by", "did you mean gui.drug-a.watch.2025")]),
    ("replaced by itself", cell("guidance", 2, superseded_by="gui.drug-a.watch.2022"), [("guidance.csv", 2, "superseded_by", "another row than this one")]),
    ("replaced by an older text", cell("guidance", 3, date="2019-01"), [("guidance.csv", 2, "superseded_by", "is older (2019-01)")]),
    ("more certain than the steps leave", cell("certainty", 2, result="low"), [("certainty.csv", 2, "result", "must be very_low: high less the steps")]),
    ("a step down without a reason", cell("certainty", 2, risk_of_bias_reason=""), [("certainty.csv", 2, "risk_of_bias_reason", "must say why, because risk_of_bias is serious")]),
    ("an effect that starts high", cell("certainty", 3, start="high", result="moderate"), [("certainty.csv", 3, "start", "must be low: an effect starts high only where")]),
    ("a frequency that starts low", cell("certainty", 2, start="low"), [("certainty.csv", 2, "start", "must be high: how often and how long")]),
    ("a statement on an unknown row", cell("certainty", 3, rows="alpha.overall.orr.primry"), [("certainty.csv", 3, "rows", "did you mean alpha.overall.orr.primary")]),
    ("a statement that names a row twice", cell("certainty", 3, rows="saf.drug-a.crs;saf.drug-a.crs"), [("certainty.csv", 3, "rows", "same row twice")]),
    ("a figure outside a link", cell("certainty", 3, statement="About 63% respond."), [("certainty.csv", 3, "statement", "prints a figure outside a link")]),
    ("a link of another form", cell("certainty", 2, statement="[10 of 28](ev:alpha.em-e.orr.primary)."), [("certainty.csv", 2, "statement", "must have the form [words](ev:row#field)")]),
    ("a link to a row it does not rest on", cell("certainty", 3, statement="[10 of 28](ev:alpha.em-e.orr.primary#count) respond."),
     [("certainty.csv", 3, "statement", "which is not among its rows")]),
    ("a figure in plain words", cell("certainty", 3, meaning="6 in 10."), [("certainty.csv", 3, "meaning", "without a figure")]),
    ("an effect on harm that nobody randomised", cell("certainty", 3, start="high", result="moderate", rows="saf.drug-a.crs"),
     [("certainty.csv", 3, "start", "must be low: an effect starts high only where")]),
    ("few patients called precise", cell("certainty", 2, imprecision="serious", result="low"),
     [("certainty.csv", 2, "imprecision", "must be at least very_serious: its rows count 28 patients")]),
    ("other patients called direct", cell("certainty", 3, indirectness="none", result="low"), [("certainty.csv", 3, "indirectness", "no row is of patients with extramedullary disease")]),
    # the descriptor
    ("descriptor missing", lambda f: (f / "datapackage.json").unlink(), [("datapackage.json", None, None, "file is missing")]),
    ("descriptor not JSON", raw("datapackage.json", lambda b: b.replace(b":", b";", 1)), [("datapackage.json", 2, None, "must be valid JSON")]),
    ("descriptor not UTF-8", raw("datapackage.json", lambda b: b[:40] + b"\xff" + b[40:]), [("datapackage.json", None, None, "UTF-8")]),
    ("descriptor is a list", raw("datapackage.json", lambda b: b"[]"), [("datapackage.json", None, None, "must hold one object")]),
    ("table not described", twist_descriptor(lambda d: d["resources"].pop(1)), [("datapackage.json", None, None, "table therapies is missing")]),
    ("column not described", twist_descriptor(lambda d: field_of(d, "arms", "n").update(name="people")),
     [("datapackage.json", None, None, "table arms: the field n is missing")]),
    ("type changed", twist_descriptor(lambda d: (field_of(d, "arms", "n").update(type="string"), field_of(d, "arms", "n").pop("constraints"))),
     [("datapackage.json", None, None, "table arms, field n: the type must be integer, not string")]),
    ("decimal comma described", twist_descriptor(lambda d: field_of(d, "outcomes", "value").update(decimalChar=",")), [("datapackage.json", None, None, "'decimalChar' must be '.'")]),
    ("groups of digits described", twist_descriptor(lambda d: field_of(d, "arms", "n").update(groupChar=",")), [("datapackage.json", None, None, "'groupChar' must be ''")]),
    ("numbers with units described", twist_descriptor(lambda d: field_of(d, "outcomes", "value").update(bareNumber=False)), [("datapackage.json", None, None, "'bareNumber' must be True")]),
    ("another quote described", twist_descriptor(lambda d: d["resources"][0]["dialect"].update(quoteChar="'")), [("datapackage.json", None, None, "dialect's 'quoteChar'")]),
    ("unknown type", twist_descriptor(lambda d: field_of(d, "arms", "n").update(type="int")), [("datapackage.json", None, None, "the type must be one of")]),
    ("unknown constraint", twist_descriptor(lambda d: field_of(d, "arms", "n")["constraints"].update(least=1)), [("datapackage.json", None, None, "constraint 'least'")]),
    ("broken pattern", twist_descriptor(lambda d: field_of(d, "arms", "arm_id")["constraints"].update(pattern="(")), [("datapackage.json", None, None, "pattern cannot be read")]),
    ("path leads outside", twist_descriptor(lambda d: d["resources"][0].update(path="../sources.csv")), [("datapackage.json", None, None, "inside the folder")]),
    ("key changed", twist_descriptor(lambda d: d["resources"][0]["schema"].update(primaryKey="title")), [("datapackage.json", None, None, "primaryKey must be source_id")]),
    ("no such folder", shutil.rmtree, [(None, None, None, "there is no such folder")]),
    # several at once, in the order of the files
    ("several", chain(cell("outcomes", PRIMARY, events="29"), cell("arms", 4, n="-3"), cell("sources", 3, pmid="x", year="y"), lambda f: (f / "glossary.csv").unlink()),
     [("sources.csv", 3, "year", "whole number"), ("sources.csv", 3, "pmid", "digits only"), ("arms.csv", 4, "n", "1 or more"),
      ("outcomes.csv", PRIMARY, "events", "larger than n"), ("glossary.csv", None, None, "missing")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_way_of_breaking_gives_exactly_its_faults(tmp_path, change, expected):
    folder = factory.write_package(tmp_path / "package")
    change(folder)
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    faults = caught.value.faults
    listing = "\n".join(map(str, faults))
    assert len(faults) == len(expected), listing
    for fault, (file, row, column, phrase) in zip(faults, expected, strict=True):
        assert fault.file == (file or str(folder)), listing
        assert (fault.row, fault.column) == (row, column), listing
        assert phrase in fault.rule, listing
        assert str(fault) in str(caught.value)
    assert f"{len(faults)} fault" in str(caught.value)
    assert "nothing was loaded" in str(caught.value)


@pytest.mark.parametrize("change", [
    cell("outcomes", DURATION, value="360"), cell("outcomes", RATE, at_months="360"),
    cell("outcomes", RATE, at_months="0.1"), cell("outcomes", RATE, value="0"), cell("outcomes", RATE, value="100"),
    cell("outcomes", RATIO, value="1.18"), cell("outcomes", RATIO, value="2.19"),
    cell("outcomes", PRIMARY, ci_high="100"), cell("outcomes", PRIMARY, ci_low="0"),
    cell("arms", 3, n_evaluable="165"), cell("epidemiology", 2, value="7"), cell("epidemiology", 2, value="17"),
    cell("epidemiology", 2, n="1"), cell("biology", 2, value="100"), cell("biology", 2, value="0"),
    cell("outcomes", DURATION, measure="median", cut="first report"),
    lines("outcomes", lambda ls: [*ls, ls[DURATION - 1].replace("beta.emd.dor.review", "beta.emd.os.review").replace(
        ",DOR,", ",OS,")]),
])
def test_what_stands_at_the_edge_of_what_can_be_is_sound(tmp_path, change):
    folder = factory.write_package(tmp_path / "package")
    change(folder)
    assert len(load(folder).outcomes)


def test_the_value_of_a_faulty_cell_is_named(tmp_path):
    folder = factory.write_package(tmp_path / "package")
    edit(folder, "arms", 4, n="-3")
    with pytest.raises(EvidenceError, match=r"arms\.csv, row 4, column n: '-3' – must be a whole number of 1 or more"):
        load(folder)


@pytest.mark.parametrize(("character", "shown"), [("\u200b", r"\u200b"), ("\u2028", r"\u2028"), ("\u3164", r"\u3164"), ("\u2800", r"\u2800"), ("\x07", r"\x07")])
def test_a_hidden_character_is_shown_by_its_number(tmp_path, character, shown):
    folder = factory.write_package(tmp_path / "package")
    edit(folder, "arms", 2, label=f"EM{character}E")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert f"'EM{shown}E'" in str(caught.value)


def test_a_broken_document_is_a_fault(tmp_path):
    folder = factory.write_package(tmp_path / "package")

    def add(book):
        book["resources"].append({"name": "extra", "path": "extra.json", "format": "json"})

    twist_descriptor(add)(folder)
    with pytest.raises(EvidenceError, match=r"extra\.json: the file is missing"):
        load(folder)
    (folder / "extra.json").write_text("{\n]", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"extra\.json, row 2: the file must be valid JSON"):
        load(folder)
    (folder / "extra.json").write_text("{}", encoding="utf-8")
    assert isinstance(load(folder), Evidence)


# --- chance: whatever happens to the files, there are only two outcomes -------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(["", " ", "-1", "0", "1", "101", "1e9", "NaN", "true", "false", "none", "EMD", "alpha", "beta.emd", "zhao-2025", "PI-4", "%",
                     "a;b", '"', "'", ",", "\n", "\r\n", "9" * 40, "0." + "1" * 30, "-", "<0.001", "2025-13", "=1+1", "é", "髓", "\ufeff", "\u2028"]),
    st.integers(-5, 400).map(str),
    st.floats(0, 120, allow_nan=False).map(lambda x: f"{x:.1f}"),
    st.text(max_size=12).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)),
)  # fmt: skip
FILES = st.sampled_from([f"{name}.csv" for name in factory.TABLES] + ["datapackage.json"])
MUTATION = st.sampled_from(
    ["cell", "delete", "duplicate", "cut line", "flip", "drop column", "cut file", "insert", "swap files"]
)


def mutate(folder, name, kind, seed, text):
    """Damage one file in a way that chance chose."""
    chance = random.Random(seed)
    path = folder / name
    data = path.read_bytes()
    ends = data.split(b"\n")
    spot = chance.randrange(len(data))
    line = chance.randrange(max(1, len(ends) - 1))
    if kind == "cell" and name.endswith(".csv"):
        table = name.removesuffix(".csv")
        column = chance.choice(factory.columns_of(table))
        edit(folder, table, chance.randrange(2, len(ends)), **{column: text})
        return
    if kind == "drop column" and name.endswith(".csv"):
        drop_column(name.removesuffix(".csv"), chance.choice(factory.columns_of(name.removesuffix(".csv"))))(folder)
        return
    if kind == "swap files":
        data = (folder / chance.choice([f"{n}.csv" for n in factory.TABLES])).read_bytes()
    elif kind == "delete":
        data = b"\n".join(ends[:line] + ends[line + 1 :])
    elif kind == "duplicate":
        data = b"\n".join([*ends[: line + 1], ends[line], *ends[line + 1 :]])
    elif kind == "cut line":
        data = b"\n".join([*ends[:line], ends[line][: chance.randrange(len(ends[line]) + 1)], *ends[line + 1 :]])
    elif kind == "cut file":
        data = data[:spot]
    elif kind == "insert":
        data = data[:spot] + text.encode() + data[spot:]
    else:
        data = data[:spot] + bytes([data[spot] ^ (1 << chance.randrange(8))]) + data[spot + 1 :]
    path.write_bytes(data)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(damage=st.lists(st.tuples(FILES, MUTATION, st.integers(0, 10**6), CELLS), min_size=1, max_size=3))
def test_damage_by_chance_gives_sound_evidence_or_an_evidence_error(tmp_path_factory, damage):
    folder = factory.write_package(tmp_path_factory.mktemp("damaged") / "package")
    for name, kind, seed, text in damage:
        if (folder / name).stat().st_size == 0:
            continue
        try:
            mutate(folder, name, kind, seed, text)
        except (ValueError, IndexError, UnicodeDecodeError):
            continue  # an earlier blow left a file that the helper itself cannot edit
    try:
        evidence = load(folder)
    except EvidenceError as error:
        assert error.faults  # noqa: PT017 - both ends are allowed here
        for fault in error.faults:
            assert fault.file
            assert fault.rule
            assert fault.row is None or fault.row >= 1
            str(fault)
    else:
        assert isinstance(evidence, Evidence)
        assert len(evidence.view()) == len(evidence.outcomes)
        for name in factory.TABLES:
            assert list(evidence.table(name).columns) == factory.columns_of(name)

"""The words of the book agree with its data; and the audit that says so can say no."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import emdbook
from emdbook.checks.prose import Finding, audit_notebook, audit_project, audit_text
from emdbook.evidence.calculations import CALCULATIONS
from emdbook.ground.paths import project_dir

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))

from factory import edit, write_package

PAGES = sorted(project_dir().glob("notebooks/*.ipynb")) + sorted(project_dir().glob("book/*.md"))
ORR = "alpha.em-e.orr.primary"  # 35.7 %, 10 of 28, 18.6 to 55.9
OTHER = "beta.non-emd.cr.derived"  # 25 %, 7 of 28


@pytest.fixture(scope="module")
def real():
    return emdbook.load()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    return emdbook.load(write_package(tmp_path_factory.mktemp("package")))


def problems(text: str, evidence) -> list[str]:
    return [f"{f.number}: {f.problem}" for f in audit_text(text, evidence)]


# --- the book -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_every_quantity_of_the_book_agrees_with_the_data(path, real):
    if path.suffix == ".ipynb":
        found = audit_notebook(path, real)
    elif path.stem == "data_dictionary":
        pytest.skip("made from the descriptor; its numbers are examples of cells")
    else:
        found = audit_text(path.read_text(encoding="utf-8"), real, path.stem)
    assert not found, "\n".join(map(str, found))


def test_the_whole_project_is_read_at_once(real):
    assert {f.chapter for f in audit_project(project_dir(), real)} <= {p.stem for p in PAGES}


# --- numbers that are not tied ------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "number"), [
    ("In all 35.7% responded.", "35.7%"),
    ("In all 35.7 % responded.", "35.7 %"),
    ("In all 35.7\u00a0% responded.", "35.7 %"),
    ("In all **35.7%** responded.", "35.7%"),
    ("In all 36 per cent responded.", "36 per cent"),
    ("The share was 7%.", "7%"),
    ("Between 7 and 17% have it.", "7 and 17%"),
    ("It is 7–17% of cases.", "7–17%"),
    ("The median was 5.1 months.", "5.1 months"),
    ("They lived for 9 months.", "9 months"),
    ("A 12-month rate.", "12-month"),
    ("It lasted two years.", "two years"),
    ("It lasted twenty-eight days.", "twenty-eight days"),
    ("There were few (n = 28).", "n = 28"),
    ("There were few (N=9).", "N=9"),
    ("Here 10 of 28 responded.", "10 of 28"),
    ("Here 10 of the 28 responded.", "10 of the 28"),
    ("Here 3/4 responded.", "3/4"),
    ("Here three of four responded.", "three of four"),
    ("Here one in three responded.", "one in three"),
    ("Here one of four died.", "one of four"),
    ("It had 28 patients.", "28 patients"),
    ("It had 6 heavily pretreated patients.", "6 heavily pretreated patients"),
    ("It had four patients.", "four patients"),
    ("It had five people with EMD.", "five people"),
    ("The hazard ratio was 2.", "hazard ratio was 2"),
    ("The HR 1.61 was high.", "HR 1.61"),
    ("It was significant (p = 0.06).", "p = 0.06"),
    ("It was significant (p<0.001).", "p<0.001"),
    ("A 3-fold rise.", "3-fold"),
    ("A threefold rise.", "threefold"),
    ("It was 33 points lower.", "33 points"),
    ("At least ≥ 3 lesions.", "≥ 3 lesions"),
    ("About half of the patients responded.", "half of the patients"),
    ("Two thirds of these patients died.", "Two thirds of these patients"),
    ("It did twice as well.", "twice as"),
    ("It did four times as well.", "four times as"),
    ("The dose was 0.8 a day.", "0.8"),
    ("Some 60 had none.", "60"),
    ("## A heading with 40% in it", "40%"),
    ("| drug | 41% |", "41%"),
    ("- in a list, 42%", "42%"),
    (":::{admonition} A title with 43%\n:class: dropdown\nWords.\n:::", "43%"),
    (":::{admonition} A title\n:class: dropdown\nIn the box 44%.\n:::", "44%"),
    ("````{note}\nIn the box 45%.\n````", "45%"),
    ("See [46% of them](#evidence).", "46%"),
    ("A term [of 47%](gl:overall-response-rate).", "47%"),
    ("Beside a link [10](ev:alpha.em-e.orr.primary) of 28.", "10 of 28"),
    ("A slip [48%](evi:alpha).", "48%"),
    ("A slip [49%](ev: alpha.em-e.orr.primary).", "49%"),
    ("Since 2020, 2100 had it.", "2100"),
    ("![A chart with 51%](chart.svg)", "51%"),
])
def test_a_clinical_quantity_must_be_tied(text, number, evidence):
    found = audit_text(text, evidence)
    assert [f.number for f in found] == [number]
    assert "not tied" in found[0].problem


@pytest.mark.parametrize("text", [
    "A 95% interval, a 95 % confidence interval, a 95% CI, a 90% credible interval, 95% exact intervals.",
    "An interval with a confidence level of 95%.",
    "⏱ 45 minutes · Before this: [chapter 3](03_reading_small_studies.ipynb) · Evidence up to 2026-11-22",
    "Evidence up to 22 November 2026, the review of August 2025, and a page of 2024.",
    "See chapter 12, Table 10, Figures 11 and 12, and exercise 10.",
    "A phase 2 trial, phase 1/2, grade 3 or 4, grade ≥ 3.",
    "CD38, BCMA, 1q21, del(17p), t(4;14), IL-6, MajesTEC-1, KRd-364, PI-4, 4-1BB, CAR-T, COVID-19, TAB2.",
    "Clin Exp Med 2025;25:301, doi:10.1007/s10238-025-01821-w, PMID 12345678, NCT04557098.",
    "A scale from 0 to 100%. Of every 100, some respond. Of 100 patients like these, how many respond?",
    "Talquetamab weekly or every two weeks.",
    "```python\nx = 35.7\n```",
    "Write `35.7%` in code, or {term}`28 patients`.",
    "<!-- 35.7% --> <span data-x='35'>words</span>",
    "1. first\n2. second\n10. tenth",
    "A [page that says 35.7%](https://example.org/35.7%25) elsewhere, and https://example.org/28.",
    "(label-28)=\n## A heading",
    "```{emd-page} cover-numbers\n28\n```",
    ":::{figure} x.svg\n:width: 80%\nA caption.\n:::",
    "One patient asked. Two of the drugs, two of three studies, one of two targets, a larger one.",
    "Python 3.11, JupyterLab 4.6, at 390 px, CC BY 4.0.",
    "At first, a second time, twice a week, double-hit.",
    "No number at all.",
])
def test_what_is_no_clinical_quantity_is_left_alone(text, evidence):
    assert problems(text, evidence) == []


# --- ev: a figure of one row --------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    f"[35.7%](ev:{ORR})", f"[35.7 per cent](ev:{ORR})", f"[36%](ev:{ORR})", f"[10 of 28](ev:{ORR})",
    f"[10/28](ev:{ORR})",
    f"[ten of 28](ev:{ORR})", f"[**35.7%**](ev:{ORR})", f"[10](ev:{ORR}) of [28](ev:{ORR})", f"[35.7](ev:{ORR})%",
    f"[35.7% (18.6 to 55.9)](ev:{ORR})", f"[18.6–55.9%](ev:{ORR})",
    f"[10 of 28 (35.7%, 95% CI 18.6 to 55.9%)](ev:{ORR})",
    f"[28 patients](ev:{ORR})", f"[n = 28](ev:{ORR})", f"[twenty-eight patients](ev:{ORR})", f"[28 of them](ev:{ORR})",
    "[48.1% at 12 months](ev:alpha.overall.pfs-12m.secondary)", "[at one year](ev:alpha.overall.pfs-12m.secondary)",
    "[160](ev:alpha.overall)", "[165 patients](ev:alpha.overall)", "[165 patients](ev:alpha)",
    "[not reached](ev:alpha.em-e.os.primary)", "[3.9 months (p = 0.06)](ev:beta.emd.dor.review)",
    "[hazard ratio 1.61](ev:beta.emd.pfs-hr.review)", "[1.61, 1.18 to 2.19, p < 0.001](ev:beta.emd.pfs-hr.review)",
    "[about 1.6-fold](ev:beta.emd.pfs-hr.review)", "[7 to 17%](ev:epi.diagnosis.review)",
    "[7](ev:epi.diagnosis.review) to [17%](ev:epi.diagnosis.review)", "[80%](ev:bio.mapk.review)",
    "[40%, 25 to 57](ev:upd.alpha-final)", "[35.5% of 32](ev:beta.count-does-not-fit)",
    "[about a third](ev:alpha.em-e.orr.primary) of the patients", "[more often](ev:bio.mapk.review)",
    "[a quarter](ev:beta.non-emd.cr.derived)", "[seven of 28 patients](ev:beta.non-emd.cr.derived)",
])
def test_a_sentence_that_agrees_with_its_row_passes(text, evidence):
    assert problems(text, evidence) == []


@pytest.mark.parametrize(("text", "wrong"), [
    (f"[35.8%](ev:{ORR})", "35.8"), (f"[35%](ev:{ORR})", "35"), (f"[37%](ev:{ORR})", "37"), (f"[40%](ev:{ORR})", "40"),
    (f"[11 of 28](ev:{ORR})", "11"), (f"[10 of 29](ev:{ORR})", "29"), (f"[28 of 10](ev:{ORR})", "28, 10"),
    (f"[three of 28](ev:{ORR})", "three"), (f"[10%](ev:{ORR})", "10"), (f"[28%](ev:{ORR})", "28"),
    (f"[35.7 months](ev:{ORR})", "35.7"), (f"[35.7 patients](ev:{ORR})", "35.7"),
    (f"[18.5 to 55.9%](ev:{ORR})", "18.5"),
    (f"[27](ev:{ORR}) patients", "27"), (f"[28](ev:{ORR})%", "28"), (f"[n = 10](ev:{ORR})", "10"),
    ("[48.1% at 18 months](ev:alpha.overall.pfs-12m.secondary)", "18"),
    ("[p = 0.05](ev:beta.emd.dor.review)", "0.05"), ("[p < 0.06](ev:beta.emd.dor.review)", "0.06"),
    ("[p = 0.001](ev:beta.emd.pfs-hr.review)", "0.001"), ("[7 to 18%](ev:epi.diagnosis.review)", "18"),
    ("[half](ev:alpha.em-e.orr.primary) of the patients", "half"), ("[3.9 weeks](ev:beta.emd.dor.review)", "3.9"),
    ("[9 to 41%](ev:beta.count-does-not-fit)", "9, 41"),
])
def test_a_sentence_changed_without_the_data_fails(text, wrong, evidence):
    (found,) = audit_text(text, evidence, "09_bispecific_antibodies")
    assert f": {wrong} " in found.problem
    assert "does not agree with" in found.problem
    assert found.chapter == "09_bispecific_antibodies"


def test_data_changed_without_the_sentence_fail(tmp_path):
    folder = write_package(tmp_path / "package")
    sentence = f"With the drug, [10 of 28](ev:{ORR}) responded, [21 to 54%](calc:wilson/{ORR})."
    assert problems(sentence, emdbook.load(folder)) == []
    edit(folder, "outcomes", 2, value="39.3", events="11", ci_low="21.5", ci_high="59.4")
    edit(folder, "outcomes", 3, value="39.3", events="11")
    first, second = problems(sentence, emdbook.load(folder))
    assert first.startswith("10 of 28: does not agree with alpha.em-e.orr.primary (value 39.3%, ")
    assert second.startswith("21 to 54%: does not agree with calc:wilson/alpha.em-e.orr.primary, which gives 39.29%")


def test_a_number_that_was_not_reached_must_say_so(evidence):
    assert "not reached" in problems("[not reached](ev:alpha.em-e.orr.primary)", evidence)[0]
    assert problems("[12 months](ev:alpha.em-e.os.primary)", evidence)


def test_an_unknown_row_is_named_with_its_neighbours(evidence):
    (problem,) = problems("[35.7%](ev:alpha.em-e.orr.primry)", evidence)
    assert "tied to no row" in problem
    assert "alpha.em-e.orr.primary" in problem


# --- calc: a figure computed from rows ----------------------------------------------------------------------------

GOOD = {
    "wilson": f"[21 to 54%](calc:wilson/{ORR}) [20.7 to 54.2%](calc:wilson/{ORR}) [54%](calc:wilson/{ORR}) "
              f"[35.7% (21 to 54)](calc:wilson/{ORR}) [21 to 54%, 95% CI](calc:wilson/{ORR})",
    "clopper-pearson": f"[18.6 to 55.9%](calc:clopper-pearson/{ORR})",
    "jeffreys": f"[20 to 54%](calc:jeffreys/{ORR})",
    "width-wilson": f"[33 points](calc:width-wilson/{ORR})",
    "width-clopper-pearson": f"[37 points](calc:width-clopper-pearson/{ORR})",
    "width-jeffreys": f"[34 percentage points](calc:width-jeffreys/{ORR})",
    "credible-uniform": f"[21 to 54%](calc:credible-uniform/{ORR})",
    "credible-jeffreys": f"[20 to 54%](calc:credible-jeffreys/{ORR})",
    "percent": f"[35.71%](calc:percent/{ORR})",
    "per-100": f"[36 of 100 patients](calc:per-100/{ORR}) [36](calc:per-100/{ORR})",
    "complement": f"[64.3%](calc:complement/{ORR})",
    "non-responders": f"[18 of 28](calc:non-responders/{ORR}) [eighteen patients](calc:non-responders/{ORR})",
    "difference": f"[27 points](calc:difference/{ORR}+alpha.overall.orr.primary) "
                  f"[27.3 percentage points](calc:difference/alpha.overall.orr.primary+{ORR})",
    "difference-ci": f"[−13 to 33 points](calc:difference-ci/{ORR}+{OTHER})",
    "risk-ratio": f"[1.43 (0.63 to 3.22)](calc:risk-ratio/{ORR}+{OTHER}) [1.4-fold](calc:risk-ratio/{ORR}+{OTHER})",
    "times": f"[1.8 times](calc:times/alpha.overall.orr.primary+{ORR}) "
             f"[about twice](calc:times/alpha.overall.orr.primary+{ORR})",
    "sum": f"[17 of 56](calc:sum/{ORR}+{OTHER})",
    "sum-n": f"[56 patients](calc:sum-n/{ORR}+{OTHER}) [56](calc:sum-n/alpha.em-e+beta.non-emd)",
    "sum-events": f"[17 responders](calc:sum-events/{ORR}+{OTHER})",
    "share": "[17.0%](calc:share/alpha.em-e+alpha.overall)",
    "attainable": f"[10](calc:attainable/{ORR})",
    "attainable-number": f"[one](calc:attainable-number/{ORR})",
    "fits-none": "[no count](calc:fits-none/beta.emd.orr.review) [35.5% of 32](calc:fits-none/beta.emd.orr.review)",
    "pooled": f"[31%](calc:pooled/{ORR}+{OTHER}) [30.6% (1.7 to 91.8)](calc:pooled/{ORR}+{OTHER})",
    "prediction": f"[1.7 to 91.8%](calc:prediction/{ORR}+{OTHER})",
    "pooled-i2": f"[0%](calc:pooled-i2/{ORR}+{OTHER})",
    "range": f"[25 to 63%](calc:range/{ORR}+{OTHER}+alpha.overall.orr.primary)",
    "how-many": f"[two](calc:how-many/{ORR}+{OTHER})",
    "years": "[0.3 years](calc:years/beta.emd.dor.review)",
}


@pytest.mark.parametrize("name", CALCULATIONS)
def test_each_calculation_agrees_and_disagrees(name, evidence):
    assert problems(GOOD[name], evidence) == []
    rows = f"{ORR}+{OTHER}" if name in ("prediction", "pooled", "sum") else ORR
    (problem,) = problems(f"[98.7 to 99.9 days](calc:{name}/{rows})", evidence)
    assert "does not agree with" in problem or "cannot be computed" in problem


def test_a_difference_of_percentages_is_in_points(evidence):
    (problem,) = problems(f"[27%](calc:difference/{ORR}+alpha.overall.orr.primary)", evidence)
    assert problem.endswith("which gives 27.30 points")


@pytest.mark.parametrize(("text", "reason"), [
    (f"[33%](calc:wald/{ORR})", "does not exist"),
    ("[33%](calc:wilson)", "names no row"),
    ("[33%](calc:wilson/)", "names no row"),
    ("[33%](calc:wilson/nothing)", "tied to no row"),
    (f"[54 to 21%](calc:wilson/{ORR})", "does not agree"),
    (f"[the interval](calc:wilson/{ORR})", "does not agree"),
    ("[33%](calc:wilson/beta.emd.orr.review)", "has no events"),
    (f"[30 points](calc:difference/{ORR})", "needs 2 rows"),
    (f"[30%](calc:pooled/{ORR})", "at least 2 rows"),
    (f"[30%](calc:pooled/{ORR}+alpha.overall.orr.primary)", "shares patients"),
    (f"[30%](calc:pooled/{ORR}+{ORR})", "shares patients"),
    (f"[30 points](calc:difference/{ORR}+beta.emd.dor.review)", "different units"),
    (f"[no count](calc:fits-none/{ORR})", "10 of alpha"),
    ("[11](calc:attainable/beta.emd.orr.review)", "fits-none"),
    ("[80%](calc:share/alpha.overall+alpha.em-e)", "more patients"),
])
def test_a_calculation_that_cannot_stand_says_why(text, reason, evidence):
    (problem,) = problems(text, evidence)
    assert reason in problem


# --- ex: and gl: --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "Imagine that [3 of 4](ex:) respond.",
    "### A constructed case\n\nWords.\n\nHere [3 of 4](ex:) respond.",
    ":::{admonition} Example\n\nHere [3 of 4](ex:) respond.\n:::",
    "Suppose a study of [40 patients](ex:).",
])
def test_a_constructed_example_says_that_it_is_one(text, evidence):
    assert problems(text, evidence) == []


@pytest.mark.parametrize("text", [
    "Here [3 of 4](ex:) respond.",
    "Imagine that.\n\nHere [3 of 4](ex:) respond.",
    "## An example\n\nWords.\n\n## Another thing\n\nHere [3 of 4](ex:) respond.",
    ":::{admonition} Example\nWords.\n:::\n\nHere [3 of 4](ex:) respond.",
])
def test_an_example_that_hides_fails(text, evidence):
    (problem,) = problems(text, evidence)
    assert "constructed example" in problem


def test_glossary_links_name_a_term(evidence):
    assert problems("[ORR](gl:overall-response-rate)", evidence) == []
    assert "does not exist" in problems("[ORR](gl:orr)", evidence)[0]


# --- where it is ---------------------------------------------------------------------------------------------------

def test_findings_name_chapter_cell_and_number(tmp_path, evidence):
    cells = [("markdown", "# Title"), ("code", "x = 35.7"), ("markdown", "### An invented study\n"),
             ("markdown", "Here [3 of 4](ex:).\n\nOf them 35.7% and [36.7%](ev:alpha.em-e.orr.primary).")]
    path = tmp_path / "09_bispecific_antibodies.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}} for kind, source in cells]}))
    first, second = audit_notebook(path, evidence)
    assert first == Finding("09_bispecific_antibodies", "cell 4", "35.7%", first.problem)
    assert str(second).startswith('09_bispecific_antibodies, cell 4: "36.7%" does not agree with '
                                  "alpha.em-e.orr.primary (value 35.7%, ")


def test_findings_of_a_page_name_the_line(evidence):
    assert audit_text("Words.\n\nIn all 41% did.", evidence, "book/cover")[0].place == "line 3"


def test_the_guide_for_contributors_names_every_calculation():
    guide = (project_dir() / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in CALCULATIONS if f"`{name}`" not in guide] == []

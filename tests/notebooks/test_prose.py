"""No number stands loose in the words of the book; and the rule that says so can say no."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import emdbook
from emdbook.checks.prose import Finding, audit_notebook, audit_text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))

from factory import write_package


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    return emdbook.load(write_package(tmp_path_factory.mktemp("package")))


def problems(text: str, evidence) -> list[str]:
    return [f"{f.number}: {f.problem}" for f in audit_text(text, evidence)]


# --- numbers that are not tied ------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "In all 35.7% responded.",
    "In all 35.7 % responded.",
    "In all 35.7\u00a0% responded.",
    "In all **35.7%** responded.",
    "In all 36 per cent responded.",
    "The share was 7%.",
    "Between 7 and 17% have it.",
    "It is 7–17% of cases.",
    "The median was 5.1 months.",
    "They lived for 9 months.",
    "A 12-month rate.",
    "It lasted two years.",
    "It lasted twenty-eight days.",
    "There were few (n = 28).",
    "There were few (N=9).",
    "Here 10 of 28 responded.",
    "Here 10 of the 28 responded.",
    "Here 3/4 responded.",
    "Here three of four responded.",
    "Here one in three responded.",
    "Here one of four died.",
    "It had 28 patients.",
    "It had 6 heavily pretreated patients.",
    "It had four patients.",
    "It had five people with EMD.",
    "The hazard ratio was 2.",
    "The HR 1.61 was high.",
    "It was significant (p = 0.06).",
    "It was significant (p<0.001).",
    "A 3-fold rise.",
    "A threefold rise.",
    "It was 33 points lower.",
    "At least ≥ 3 lesions.",
    "About half of the patients responded.",
    "Two thirds of these patients died.",
    "It did twice as well.",
    "It did four times as well.",
    "The dose was 0.8 a day.",
    "Some 60 had none.",
    "## A heading with 40% in it",
    "| drug | 41% |",
    "- in a list, 42%",
    ":::{admonition} A title with 43%\n:class: dropdown\nWords.\n:::",
    ":::{admonition} A title\n:class: dropdown\nIn the box 44%.\n:::",
    "````{note}\nIn the box 45%.\n````",
    "See [46% of them](#evidence).",
    "A term [of 47%](gl:overall-response-rate).",
    "Beside a link [10](ev:alpha.em-e.orr.primary) of 28.",
    "A slip [48%](evi:alpha).",
    "A slip [49%](ev: alpha.em-e.orr.primary).",
    "Since 2020, 2100 had it.",
    "![A chart with 51%](chart.svg)",
    "In the trial 35,7% responded.",
    "In the trial 35·7% responded.",
    "Response in .5% of patients.",
    "It was significant, p=.03.",
    "In twenty one patients.",
    "A hundred and two patients.",
    "In 1 234 patients.",
    "½ of them.",
    "A tenth of patients died.",
    "Two fifths responded.",
    "Most patients responded.",
    "Survival doubled.",
    "The mass halved.",
    "A minority responded.",
    "It helped nearly everybody.",
    "Nearly all of them relapsed.",
    "Hardly any were transplanted.",
    "Every second patient responded.",
    "Half of the patients responded.",
    "There were three of them who responded.",
    "In the two who died.",
    "Fifty patients of two trials.",
    "Two patients in three groups.",
])
def test_a_clinical_quantity_must_be_tied(text, evidence):
    found = problems(text, evidence)
    assert found
    assert all("is not tied to the data" in problem for problem in found)


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
    "1. first\n2. second\n10. last",
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
    (first,) = audit_notebook(path, evidence)
    assert first == Finding("09_bispecific_antibodies", "cell 4", "35.7%", first.problem)


def test_findings_of_a_page_name_the_line(evidence):
    assert audit_text("Words.\n\nIn all 41% did.", evidence, "book/cover")[0].place == "line 3"

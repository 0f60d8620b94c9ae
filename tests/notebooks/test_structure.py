"""Every chapter has its parts in their place; and the check that says so finds each part that is not."""

from __future__ import annotations

import copy
import json

import pytest

from emdbook.checks.structure import check_chapter, check_project
from emdbook.ground.notebook import fold
from emdbook.ground.paths import project_dir

CHAPTERS = sorted(project_dir().glob("notebooks/*.ipynb"))

#: A small chapter with every part, as (kind, slide type, source, tags).
GOOD = [
    ("markdown", "slide", "# A class of drugs\n\nOne sentence that says what you will get.\n\n"
                          "**45 minutes** · Before this: nothing · Evidence up to 2026-11-22"),
    ("code", "skip", "import emdbook\nfrom emdbook import charts, explore, quiz, tables\n\nev = emdbook.load()"),
    ("markdown", "slide", "## You will be able to\n\n- explain one thing\n- compare two things\n- judge a third"),
    ("markdown", "slide", "## The patient\n\n" + "A tired registrar asks a short question. " * 4),
    ("markdown", "slide", "## Bottom line\n\n- Now. Low certainty ([shown](#the-evidence)).\n"
                          "- Then. Very low certainty ([shown](#explore)).\n"
                          "- Three, [10 of 28](ev:a.b.d), low certainty.\n"
                          "- Four ([later](14_good.ipynb))."),
    ("markdown", "skip", "## How the class works\n\nIt works somehow.\n\n**Where?**"),
    ("code", "slide", "charts.mechanism(1)"),
    ("markdown", "skip", "**What we see.** An arrow."),
    ("markdown", "skip", "## The evidence\n\nA table."),
    ("code", "skip", "tables.evidence_table(ev, [])"),
    ("markdown", "slide", "**How many respond?**"),
    ("code", "fragment", "rows = 1\ncharts.forest(rows)"),
    ("markdown", "skip", "**What we see.** Few."),
    ("markdown", "slide", "## Explore\n\n**What if?**"),
    ("code", "slide", "explore.explore(charts.forest)"),
    ("markdown", "slide", "## Before you give it\n\nHarm."),
    ("code", "skip", "tables.safety_table(ev, 1)"),
    ("code", "skip", "tables.guidance_table(ev, 1)"),
    ("markdown", "skip", "## Read it critically\n\nHere."),
    ("code", "skip", "tables.discrepancy_table(ev, [])"),
    ("markdown", "slide", "## Back to the patient\n\n" + "One would do this and say that. " * 4),
    ("markdown", "slide", "## Check yourself\n\nAnswer."),
    ("code", "subslide", "quiz.show('09_good')"),
    ("markdown", "skip", "### Exercise 1: run\n\nRun it."),
    ("code", "subslide", "n = 28  # change this value\nprint(n)", ["exercise"]),
    ("markdown", "skip", fold("Solution", "Yes.")),
    ("markdown", "skip", "### Exercise 2: think\n\nThink.\n\n" + fold("Solution", "No.")),
    ("markdown", "slide", "## Take away\n\n- One ([here](#the-evidence)).\n- Two ([there](#explore)).\n"
                          "- Three, [10 of 28](ev:a.b.c)."),
    ("markdown", "skip", "## How to report this\n\n" + "Say it with a count and an interval. " * 4),
    ("markdown", "skip", "## Sources"),
    ("code", "skip", "tables.source_list(ev, [])"),
]


def write(tmp_path, cells, name="09_good"):
    path = tmp_path / f"{name}.ipynb"
    raw = []
    for kind, slide, source, *tags in cells:
        metadata = {"slideshow": {"slide_type": slide}} if slide else {}
        raw.append({"cell_type": kind, "metadata": metadata | ({"tags": tags[0]} if tags else {}),
                    "source": source.splitlines(keepends=True)})
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": raw}), encoding="utf-8")
    return path


def findings(path):
    return [str(f) for f in check_chapter(path, count_questions=lambda name: 8)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_every_chapter_has_its_parts_in_their_place(path):
    found = check_chapter(path)
    assert not found, "\n".join(map(str, found))


def test_the_whole_project_is_checked_at_once():
    assert check_project(project_dir()) == [f for path in CHAPTERS for f in check_chapter(path)]


def test_a_good_chapter_passes(tmp_path):
    assert findings(write(tmp_path, GOOD)) == []


def replace(old, new, slide=None):
    """A change of the text (and slide type) of the one cell that holds ``old``."""
    def change(cells):
        hits = [i for i, cell in enumerate(cells) if old in cell[2]]
        assert len(hits) == 1
        kind, before, source, *tags = cells[hits[0]]
        cells[hits[0]] = (kind, before if slide is None else slide, source.replace(old, new), *tags)
        return cells

    return change


def drop(text):
    return lambda cells: [cell for cell in cells if text not in cell[2]]


def add(at, *cell):
    return lambda cells: [*cells[:at], cell, *cells[at:]]


LONG = "\n".join(f"x{i} = {i}" for i in range(16))

BROKEN = [
    (replace("# A class of drugs", "A class of drugs"), "must open with one line"),
    (replace("One sentence that says what you will get.", "One. Two."), "not one sentence of promise"),
    (replace("One sentence that says what you will get.\n\n", ""), "must be title, one sentence"),
    (replace("**45 minutes** · ", ""), "is no card"),
    (replace("Evidence up to 2026-11-22", "Evidence up to now"), "is no card"),
    (add(3, "markdown", "skip", "# Another title"), "a chapter has one"),
    (lambda cells: cells[1:], "must be a Markdown cell with the title"),
    (replace("\n\nev = emdbook.load()", ""), "must hold the imports"),
    (replace("\n\nev = emdbook.load()", "\n\nev = emdbook.load()\nprint(ev)"), "must hold the imports"),
    (replace("rows = 1\n", "import os\n"), "import outside the first code cell"),
    (replace("## Explore", "## Play"), "cell 14: \"Play\" is no section"),
    (replace("## Explore", "## Play"), "\"Explore\" is missing"),
    (replace("## The patient", "## Sources"), "stands twice"),
    (drop("## Bottom line"), "\"Bottom line\" is missing"),
    (drop("## Back to the patient"), "\"Back to the patient\" is missing"),
    (drop("## Before you give it"), "\"Before you give it\" is missing"),
    (drop("safety_table"), "has no safety_table("),
    (drop("guidance_table"), "has no guidance_table("),
    (replace("\n- Four ([later](14_good.ipynb)).", ""), "a bottom line has four to six"),
    (replace("Now. Low certainty ([shown](#the-evidence)).", "Now. Low certainty."), "leads to nothing that shows it"),
    (replace("[10 of 28](ev:a.b.d), low certainty", "[10 of 28](ev:a.b.d)"), "say how certain they are"),
    (replace("## The patient", "## The patient", slide="skip"), "a class meets the patient first"),
    (drop("## How to report this"), "\"How to report this\" is missing"),
    (lambda c: [*c[:2], c[3], c[2], *c[4:]], "not the order of the sections"),
    (replace("\n- compare two things\n- judge a third", ""), "1 objectives"),
    (replace("- explain one thing", "- understand one thing"), "'understand' is none"),
    (replace("A tired registrar asks a short question. " * 4, "Why?"), "says almost nothing"),
    (drop("charts.mechanism"), "no drawn figure"),
    (drop("evidence_table"), "no evidence_table("),
    (drop("charts.forest(rows)"), "no chart"),
    (replace("explore.explore(charts.forest)", "charts.forest(1)"), "no explore("),
    (drop("discrepancy_table"), "no discrepancy_table("),
    (drop("source_list"), "no source_list("),
    (replace("**How many respond?**", "How many respond?"), "not introduced by a question"),
    (replace("**How many respond?**", "**How many respond?**\n\nA lot."), "not introduced by a question"),
    (replace("**What we see.** Few.", "Few."), "not followed by a cell"),
    (drop("quiz.show"), "0 questions"),
    (replace("quiz.show('09_good')", "quiz.show('09_good', only=['a', 'b'])"), "2 questions"),
    (replace("quiz.show('09_good')", "quiz.show(ev)"), "by a string"),
    (drop("### Exercise 2"), "1 exercises"),
    (replace("### Exercise 2", "### Exercise 3"), "not numbered from one"),
    (replace(fold("Solution", "Yes."), fold("Solution", "Yes.", opened=True)), "\"Exercise 1\" has no hidden solution"),
    (replace(fold("Solution", "No."), "No."), "\"Exercise 2\" has no hidden solution"),
    (replace("  # change this value", ""), "change this value"),
    (replace("\n- Two ([there](#explore)).", ""), "2 sentences to take away"),
    (replace("- One ([here](#the-evidence)).", "- One."), "tied to no figure"),
    (replace("[here](#the-evidence)", "[here](#no-such-place)"), "leads to no heading"),
    (replace("Run it.", ":::{note}\nRun it.\n:::"), "\":::{note}\" stands raw"),
    (replace("Run it.", "```{tip}\nRun it.\n```"), "stands raw"),
    (replace("Run it.", "Run {abbr}`it`."), "stands raw"),
    (replace("Run it.", "[Run](#explore){.big} it."), "stands raw"),
    (replace("Run it.", "(here)=\nRun it."), "stands raw"),
    (replace("Run it.", "% a note\nRun it."), "stands raw"),
    (replace("Run it.", "<details><summary>Run it.</summary>\n\nNow.\n\n</details>"), "is no fold that the book knows"),
    (replace("rows = 1\n", LONG + "\n"), "17 lines"),
    (lambda cells: [(k, s, LONG.rpartition("\n")[0] if k == "code" and "load()" not in x else x, *t)
                    for k, s, x, *t in cells], "code cells have at most 5"),
    (replace("rows = 1\n", "%matplotlib inline\n"), "command to the notebook"),
    (replace("rows = 1\n", "!pip install x\n"), "installs something"),
    (replace("rows = 1\n", "def f():\n    pass\n"), "defines something"),
    (replace("rows = 1\n", "class F:\n    pass\n"), "defines something"),
    (replace("rows = 1\n", "f = lambda x: x\n"), "defines a function"),
    (replace("rows = 1\n", "import matplotlib.pyplot as plt\n"), "draws by itself"),
    (replace("rows = 1\n", "open('x')\n"), "reads a file"),
    (replace("rows = 1\n", "import pandas as pd\nrows = pd.read_csv('x.csv')\n"), "reads a file"),
    (replace("rows = 1\n", "rows = = 1\n"), "is no Python"),
    (replace("**How many respond?**", "**How many respond?**", slide="skip"), "\"question\" must be seen in class"),
    (replace("rows = 1", "rows = 1", slide="skip"), "\"figure or widget\" must be seen in class"),
    (replace("## Take away", "## Take away", slide="notes"), "\"take-away\" must be seen in class"),
    (replace("# A class of drugs", "# A class of drugs", slide="skip"), "\"title\" must be seen in class"),
    (replace("It works somehow.", "It works somehow. " * 40, slide="slide"), "long prose is skip or notes"),
    (replace("Answer.", "Answer.", slide=""), "none is none of"),
    (lambda cells: [(k, "subslide" if s == "slide" else s, x, *t) for k, s, x, *t in cells], "0 slides"),
]


@pytest.mark.parametrize(("change", "problem"), BROKEN, ids=[f"{i}-{p[:30]}" for i, (_, p) in enumerate(BROKEN)])
def test_a_broken_chapter_fails_and_says_where(change, problem, tmp_path):
    found = findings(write(tmp_path, change(copy.deepcopy(GOOD))))
    assert any(problem in finding for finding in found), found
    assert all(finding.startswith("09_good, ") for finding in found)


def test_a_chapter_about_no_class_may_leave_two_things(tmp_path):
    cells = replace("## How the class works", "## How it works")(copy.deepcopy(GOOD))
    cells = drop("## How to report this")(cells)
    assert findings(write(tmp_path, cells, "03_good")) == []
    assert findings(write(tmp_path, cells, "04_good"))


def test_a_solution_may_be_a_hidden_cell(tmp_path):
    cells = copy.deepcopy(GOOD)
    at = next(i for i, cell in enumerate(cells) if "Yes." in cell[2])
    cells[at] = ("code", "skip", "print('yes')", ["hide-cell"])
    assert findings(write(tmp_path, cells)) == []


def test_a_set_without_questions_is_a_finding(tmp_path):
    assert any("09_good" in str(f) and "has no questions" in str(f) for f in check_chapter(write(tmp_path, GOOD)))


def test_the_name_of_a_chapter_has_its_number(tmp_path):
    assert any("NN_topic" in finding for finding in findings(write(tmp_path, GOOD, "good")))

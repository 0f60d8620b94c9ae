"""The printed kit: every sheet is made from data and chapters, and says what they say."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import emdbook
from emdbook.appraisal import check_percentage
from emdbook.ground.paths import data_dir
from emdbook.publish.kit import sheets
from emdbook.teach.lessons import load_lessons
from emdbook.teach.pathway import load_pathway
from emdbook.teach.quiz import load_questions
from emdbook.teach.quiz.render import ordered

LESSONS = load_lessons()
CHAPTERS = [plan for plan in LESSONS.plans if plan.is_of_a_chapter]


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("plan", CHAPTERS, ids=lambda p: p.id)
def test_the_test_has_its_key_and_the_patient_is_another(plan):
    made = load_questions(plan.chapter)
    test, patient = sheets.chosen(made)
    assert len(test) == sheets.TEST
    assert patient.patient
    assert patient not in test
    assert all(sum(option.correct for option in one.options) == 1 for one in (*test, patient))
    key = sheets.scratch_key(made.title, test)
    rows = re.findall(r'<tr><th scope="row">\d+</th>(.*?)</tr>', key)
    for one, row in zip(test, rows, strict=True):
        star = re.findall(r"<td>(.*?)</td>", row).index("★")
        assert ordered(one)[star].correct
    told = sheets.facilitator_sheet(made.title, test, patient)
    for one in (*test, patient):
        assert text(sheets.markup(sheets.plain(one.stem))).strip() in text(told)
    for one in (sheets.test_sheet(made.title, test), sheets.choice_sheet(made.title, patient)):
        assert "★" not in one
        assert "](" not in one


@pytest.mark.parametrize("plan", [p for p in CHAPTERS if p.id in ("09", "14")], ids=lambda p: p.id)
def test_a_handout_has_patient_bottom_line_take_away_and_the_exit_question(plan):
    page = sheets.handout(plan)
    assert re.findall(r"<h2>([^<]+)</h2>", page) == ["The patient", "Bottom line", "Take away", "Before you go"]
    assert "](" not in page
    assert "<a " not in page
    assert text(sheets.words(plan.ask)).strip() in text(page)


def test_a_card_of_percentages_says_what_a_pencil_says():
    outcomes = pd.read_csv(data_dir() / "outcomes.csv", dtype=str)
    found = sheets.percentages(outcomes)
    assert len(found) == 2 * sheets.PERCENTAGES
    assert [ok for _, _, ok, _ in found] == [False, True] * sheets.PERCENTAGES
    printed = set(zip(outcomes["value"], outcomes["n"], strict=True))
    for shown, n, ok, sentence in found:
        assert (shown, str(n)) in printed
        verdict = check_percentage(shown, n)
        assert (verdict.ok, verdict.sentence) == (ok, sentence)


def test_cards_hold_every_drug_every_role_and_each_news_once():
    evidence = emdbook.load()
    drugs = sheets.drug_cards(evidence.therapies)
    assert drugs.count('class="card"') == len(evidence.therapies)
    news = sheets.news_cards(evidence.updates)
    assert news.count('class="card"') == evidence.updates["topic"].nunique()
    assert "public before the review" in news
    assert "after the review" in news
    assert sheets.role_cards(LESSONS.roles).count('class="card"') == len(LESSONS.roles)
    assert "nan" not in text(drugs).split() + text(news).split()


def test_a_month_without_a_day_is_not_placed_before_the_day_of_the_review():
    rows = pd.DataFrame([{"update_id": f"u{i}", "date": date, "topic": str(i), "what_changed": "x", "certainty": "seen",
                          "source_id": "s"} for i, date in enumerate(("2025-08", "2025-08-22", "2025-08-24", "2026"))])
    backs = re.findall(r'<p class="name">([\d-]+)</p><p>([^;]+);', sheets.news_cards(rows))
    assert dict(backs) == {"2025-08": "in the month of the review", "2025-08-22": "public before the review",
                           "2025-08-24": "after the review", "2026": "after the review"}


def test_the_poster_has_every_step_way_and_gap():
    pathway = load_pathway()
    page = sheets.poster(pathway)
    said = text(page)
    assert page.count('class="node"') == len(pathway.nodes)
    for node in pathway.nodes:
        for option in node.options:
            assert f'<li class="{option.basis}">' in page
            assert sheets.html.escape(option.label) in page
    for gap in pathway.gaps:
        assert sheets.html.escape(gap.text) in said

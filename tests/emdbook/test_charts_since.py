"""Since the review: every choice draws, and what was not yet known is not told."""

import itertools

import pandas as pd
import pytest

from emdbook.lessons import since

ROWS = since.together({
    ("bispecific", "emd"): pd.DataFrame([{"date": "2025-12", "label": "pair in true EMD", "kind": "trial",
                                 "certainty": "seen"}]),
    ("adc", "myeloma"): pd.DataFrame([{"date": "2025-07-24", "label": "back in the EU", "kind": "approval",
                                       "certainty": "seen"}]),
    ("choice", "myeloma"): pd.DataFrame([{"date": "2026-01-25", "label": "guideline", "kind": "guidance",
                             "certainty": "second_hand"}]),
})


@pytest.mark.parametrize(("touches", "until"), list(itertools.product(("any", *since.TOUCHES),
                                                                      (None, "2025-08", "2025-12", "2026-11"))))
def test_every_choice_draws_only_what_was_known(touches, until):
    chart = since.since_review(ROWS, touches=touches, until=until)
    for row in ROWS.itertuples():
        wanted = touches in ("any", row.touches)
        known = until is None or row.date[:7] <= until
        assert (row.label in chart.description) == (wanted and known)


def test_all_together_counts_by_chapter():
    assert "1 on antibody-drug conjugates (chapter 10)" in since.since_review(ROWS).description


def test_unknown_chapters_are_refused():
    with pytest.raises(ValueError, match="Unknown chapter"):
        since.since_review(ROWS, touches="surgery")
    with pytest.raises(ValueError, match="Unknown chapter"):
        since.together({("surgery", "emd"): ROWS})
    with pytest.raises(ValueError, match="Unknown kind of news"):
        since.together({("adc", "lymphoma"): ROWS})
    with pytest.raises(ValueError, match="Unknown kind of news"):
        since.since_review(ROWS, about="lymphoma")


@pytest.mark.parametrize("about", ["emd", "myeloma"])
def test_news_about_emd_is_told_from_news_about_myeloma(about):
    chart = since.since_review(ROWS, about=about)
    assert set(chart.table["What"]) == set(ROWS[ROWS.about == about].label)


def test_what_came_before_the_review_is_counted():
    said = since.since_review(ROWS).description
    assert "Of 3 pieces of news, 1 came before the review and 1 is about EMD itself" in said


def test_the_review_is_no_news_that_came_before_itself():
    mark = pd.DataFrame([{"date": "2025-08", "label": "The review appears", "kind": "review", "certainty": "seen",
                          "touches": "choice", "about": "myeloma"}])
    both = since.since_review(pd.concat([ROWS, mark], ignore_index=True))
    assert "The review appears" in both.description
    assert "Of 3 pieces of news, 1 came before the review" in both.description


def test_where_nothing_fits_a_sentence_says_so():
    chart = since.since_review(ROWS, touches="adc", about="emd")
    assert chart.description == ("No piece of news that touches antibody-drug conjugates (chapter 10) is about "
                                 "extramedullary disease.")
    assert chart.table.empty
    assert chart.figure.axes[0].texts[0].get_text() == chart.description

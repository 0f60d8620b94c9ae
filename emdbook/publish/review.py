"""The page of the review, paragraph by paragraph: what each says in English, and what of the data hangs on it."""

from __future__ import annotations

import html
from itertools import groupby

import pandas as pd

from emdbook import tables
from emdbook.evidence import Evidence
from emdbook.evidence.log import NATURE_WORDS
from emdbook.ground.wording import plural

__all__ = ["hanging", "notes", "page"]


def _at(frame: pd.DataFrame, locator: str) -> pd.DataFrame:
    """Rows that name the paragraph, alone or among others."""
    return frame[[isinstance(x, str) and locator in x.split(";") for x in frame.locator]]


def _link(target: str, row_id: str, words: str) -> str:
    return f'<a href="{target}.html#{html.escape(row_id, quote=True)}">{html.escape(words)}</a>'


def hanging(evidence: Evidence, locator: str) -> dict[str, list[str]]:
    """What rests on a paragraph, as links to the pages that show it.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    locator : str
        A paragraph, such as ``"PI-2"``.

    Returns
    -------
    dict of str to list of str
        For each of "studies", "figures", "facts", "drugs and regimens" and "rows of the log" that has any, one HTML
        link for each row.
    """
    found: dict[str, list[str]] = {}
    outcomes = evidence.outcomes
    view = evidence.view()
    first = dict(view.drop_duplicates("study_id").set_index("study_id").outcome_id)
    found["studies"] = [_link("ledger", first[r.study_id], r.label) if r.study_id in first else html.escape(r.label)
                        for r in _at(evidence.studies, locator).itertuples()]
    here = set(_at(outcomes, locator).outcome_id)
    found["figures"] = [
        _link("ledger", row["outcome_id"],
              f"{row['study_label']}, {row['arm_label']}: {tables.endpoint_text(row)} {tables.figure_text(row)}")
        for _, row in view[view.outcome_id.isin(here)].iterrows()]
    found["facts"] = [_link("facts", row["fact_id"], f"{row['subject']}: {tables.fact_text(row)}")
                      for frame in (evidence.epidemiology, evidence.biology)
                      for _, row in _at(frame, locator).iterrows()]
    found["drugs and regimens"] = [_link("drugs", f"drug-{r.therapy_id}", r.name)
                                   for r in _at(evidence.therapies, locator).itertuples(index=False)]
    found["rows of the log"] = [_link("not_confirmed", r.discrepancy_id, f"{r.review_says} ({NATURE_WORDS[r.nature]})")
                                for r in _at(evidence.discrepancies, locator).itertuples()]
    return {kind: links for kind, links in found.items() if links}


_ONE = {"studies": "study", "figures": "figure", "facts": "fact", "drugs and regimens": "drug or regimen",
        "rows of the log": "row of the log"}


def _paragraph(evidence: Evidence, row) -> str:
    terms = "; ".join(f'<span lang="zh-Hans">{html.escape(zh)}</span> {html.escape(english)}'
                      for zh, _, english in (term.partition(" ") for term in row.zh_terms.split("; ")))
    found = hanging(evidence, row.locator)
    more = ""
    if found:
        said = ", ".join(plural(len(links), _ONE[kind], kind) for kind, links in found.items())
        lists = "".join(f"<p><strong>{kind.capitalize()}</strong></p><ul>"
                        + "".join(f"<li>{link}</li>" for link in links) + "</ul>" for kind, links in found.items())
        more = f"<details><summary>What rests on it: {said}</summary>{lists}</details>"
    return (f'<section class="emd-paragraph" id="{row.locator}" aria-labelledby="{row.locator}-name">'
            f'<h3 id="{row.locator}-name">{row.locator}</h3><p>{html.escape(row.paraphrase)}</p>'
            f'<p class="emd-terms">{terms}</p>{more}</section>')


def page(evidence: Evidence) -> list[tuple[str, str]]:
    """Write every paragraph with its anchor, its English, its key terms and what hangs on it.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    list of (str, str)
        The name of each part of the summary and its paragraphs as HTML.
    """
    rows = evidence.paragraphs.itertuples()
    return [(section, "".join(_paragraph(evidence, r) for r in group))
            for section, group in groupby(rows, key=lambda r: r.section)]


def notes(evidence: Evidence) -> dict[str, str]:
    """What a reader sees when pointing at a locator.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    dict of str to str
        Each locator with the section it belongs to.
    """
    return {r.locator: f"The review: {r.section}" for r in evidence.paragraphs.itertuples()}

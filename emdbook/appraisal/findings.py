"""The arithmetic audit of the whole data package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from emdbook.appraisal.checks import check_percentage, check_share, check_sum, printed_decimals
from emdbook.ground.wording import listing

if TYPE_CHECKING:
    from emdbook.evidence import Evidence

#: What :func:`audit` looks for, with a heading for each.
FINDINGS = {
    "percentage": "No whole number of patients gives the printed percentage",
    "count": "The printed count is not the printed percentage",
    "arms": "The arms do not add up to the whole",
    "events": "The responders of the arms do not add up to those of the whole",
}
_COLUMNS = ["finding", "study_id", "row_id", "basis", "locator", "value", "n", "sentence"]
_PARTS_OF_A_WHOLE = ("EMD", "non-EMD")


def audit(evidence: Evidence) -> pd.DataFrame:
    """List every printed figure that cannot be right by arithmetic alone.

    Parameters
    ----------
    evidence : Evidence
        The result of :func:`emdbook.load`.

    Returns
    -------
    pandas.DataFrame
        One row per finding: ``finding`` (a key of :data:`FINDINGS`), ``study_id``, ``row_id`` (an outcome or a study),
        ``basis``, ``locator``, ``value``, ``n`` and one ``sentence``. A finding says that figures do not fit
        together, not which of them is wrong; often some patients were not evaluable.

    Notes
    -----
    A percentage is read at the digits that its file shows: 73.0 allows other counts than 73. Percentages
    of a Kaplan-Meier curve (``rate_at``) are no counts and are left out.
    """
    view = evidence.view()
    rows = [*_percentages(view, evidence), *_arms(evidence), *_events(view)]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _row(finding: str, study: str, row_id: str, sentence: str, **more: Any) -> dict[str, Any]:
    return {"finding": finding, "study_id": study, "row_id": row_id, "sentence": sentence, **more}


def _percentages(view: pd.DataFrame, evidence: Evidence) -> list[dict[str, Any]]:
    table = view[(view["measure"] == "proportion") & (view["unit"] == "%") & view["value"].notna() & view["n"].notna()]
    found = []
    for _, row in table.iterrows():
        ids = row["study_id"], row["outcome_id"]
        value, n = evidence.printed(row["outcome_id"], "value"), int(row["n"])
        decimals = printed_decimals(value)
        shared = {"basis": row["basis"], "locator": row["locator"], "value": float(value), "n": n}
        possible = check_percentage(value, n, decimals)
        if not possible:
            found.append(_row("percentage", *ids, possible.sentence, **shared))
        elif pd.notna(row["events"]):
            share = check_share(int(row["events"]), n, value, decimals)
            if not share:
                found.append(_row("count", *ids, share.sentence, **shared))
    return found


def _arms(evidence: Evidence) -> list[dict[str, Any]]:
    found = []
    totals = evidence.studies.set_index("study_id")["n_total"]
    for study, arms in evidence.arms[evidence.arms["n"].notna()].groupby("study_id", sort=True):
        whole = arms[arms["population"] == "overall"]
        parts = [arms[arms["population"] == kind] for kind in _PARTS_OF_A_WHOLE]
        if len(whole) == 1 and all(len(part) == 1 for part in parts):
            sizes = [int(part["n"].iloc[0]) for part in parts]
            verdict = check_sum(sizes, int(whole["n"].iloc[0]))
            if not verdict:
                total = int(whole["n"].iloc[0])
                found.append(_row("arms", study, study, f"EMD and non-EMD: {verdict}", n=total))
        cohorts = _apart(whole)
        total = totals.get(study)
        if len(cohorts) > 1 and pd.notna(total) and int(cohorts["n"].sum()) > int(total):
            # Several whole cohorts, dose groups for example. They may leave patients out, but not hold too many.
            verdict = check_sum([int(n) for n in cohorts["n"]], int(total))
            found.append(_row("arms", study, study, f"{listing(cohorts['label'])}: {verdict}", n=int(total)))
    return found


def _apart(arms: pd.DataFrame) -> pd.DataFrame:
    """Return the arms that share no patients with another of these arms."""
    ids = set(arms["arm_id"])
    names = arms["overlaps_with"].fillna("").str.split(";")
    return arms[[not ids.intersection(name.strip() for name in others) for others in names]]


def _events(view: pd.DataFrame) -> list[dict[str, Any]]:
    found = []
    table = view[(view["measure"] == "proportion") & view["events"].notna() & view["n"].notna()]
    for keys, rows in table.groupby(["study_id", "endpoint", "basis"], sort=True):
        whole = rows[rows["population"] == "overall"]
        parts = [rows[rows["population"] == kind] for kind in _PARTS_OF_A_WHOLE]
        if len(whole) != 1 or any(len(part) != 1 for part in parts):
            continue
        # Only groups that are the whole cohort can be expected to hold all of its responders.
        if sum(int(part["n"].iloc[0]) for part in parts) != int(whole["n"].iloc[0]):
            continue
        verdict = check_sum([int(part["events"].iloc[0]) for part in parts], int(whole["events"].iloc[0]))
        if not verdict:
            sentence = f"{keys[1]} in EMD and non-EMD: {verdict}"
            n = int(whole["n"].iloc[0])
            more = {"basis": keys[2], "locator": whole["locator"].iloc[0], "value": None, "n": n}
            found.append(_row("events", keys[0], whole["outcome_id"].iloc[0], sentence, **more))
    return found

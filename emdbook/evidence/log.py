"""What sorts of rows the discrepancy log has, and how many of each: an error is not the same as a gap or a caution."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["GROUPS", "NATURES", "NATURE_WORDS", "group_counts", "group_of"]

#: Groups of rows, in the order in which a reader meets them, with the natures that belong to each.
NATURES: dict[str, tuple[str, ...]] = {
    "disagreement": ("text_error", "two_sources_differ", "overreach", "outdated"),
    "unsettled": ("cannot_be_told", "not_seen", "gap_of_summary"),
    "no_disagreement": ("caution", "other_paper_slip"),
}

#: The groups in a reader's words, as they follow a number.
GROUPS: dict[str, str] = {
    "disagreement": "where the text parts from the evidence",
    "unsettled": "that could not be settled",
    "no_disagreement": "that are cautions, or slips in other papers",
}

#: Each nature in a reader's words.
NATURE_WORDS: dict[str, str] = {
    "text_error": "cannot be right as printed",
    "two_sources_differ": "two sources differ",
    "overreach": "says more than its evidence",
    "outdated": "overtaken",
    "cannot_be_told": "cannot be told",
    "not_seen": "looked for, not seen",
    "gap_of_summary": "our summary does not say",
    "caution": "a caution for the reader",
    "other_paper_slip": "a slip in another paper",
}


def group_of(nature: str) -> str:
    """Return the group of a nature.

    Parameters
    ----------
    nature : str
        ``discrepancies.nature``.

    Returns
    -------
    str
        A key of :data:`GROUPS`.

    Raises
    ------
    ValueError
        For an unknown nature.

    Examples
    --------
    >>> group_of("text_error"), group_of("caution")
    ('disagreement', 'no_disagreement')
    """
    for group, natures in NATURES.items():
        if nature in natures:
            return group
    raise ValueError(f"Unknown nature {nature!r}; known are {', '.join(NATURE_WORDS)}.")


def group_counts(natures: Iterable[str]) -> dict[str, int]:
    """Count the rows of each group.

    Parameters
    ----------
    natures : iterable of str
        ``discrepancies.nature`` of the rows.

    Returns
    -------
    dict of str to int
        One number for each key of :data:`GROUPS`, in their order.

    Raises
    ------
    ValueError
        For an unknown nature.

    Examples
    --------
    >>> group_counts(["caution", "text_error", "not_seen", "outdated"])
    {'disagreement': 2, 'unsettled': 1, 'no_disagreement': 1}
    """
    found = [group_of(nature) for nature in natures]
    return {group: found.count(group) for group in GROUPS}

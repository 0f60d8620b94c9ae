"""Which cohorts may stand in one pool when some of them share patients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Apart:
    """Result of :func:`keep_apart`.

    Attributes
    ----------
    kept : tuple of str
        Groups that share no patients with each other, in the order given.
    left_out : dict of str to str
        Each group that is left out, with the larger group that stands for it.
    """

    kept: tuple[str, ...]
    left_out: Mapping[str, str]


def keep_apart(groups: Sequence[str], sizes: Mapping[str, int], shares: Mapping[str, Collection[str]]) -> Apart:
    """Of groups that share patients, keep the larger.

    Parameters
    ----------
    groups : sequence of str
        Ids of the chosen groups.
    sizes : mapping of str to int
        Number of patients of each group.
    shares : mapping of str to collection of str
        For each group the ids of groups known or likely to share patients with it. One mention is enough: what
        one group says of another holds both ways.

    Returns
    -------
    Apart
        Groups are gone through from the largest to the smallest (of equals, the first given comes first); a
        group stays unless one that already stays shares patients with it.

    Raises
    ------
    ValueError
        If a group is named twice or has no size.
    """
    if len(set(groups)) != len(groups):
        raise ValueError("A group is chosen twice.")
    missing = [group for group in groups if group not in sizes]
    if missing:
        raise ValueError(f"The number of patients is not known for {', '.join(missing)}.")
    kept: list[str] = []
    left_out: dict[str, str] = {}
    for group in sorted(groups, key=lambda g: -sizes[g]):
        rival = next((k for k in kept if k in shares.get(group, ()) or group in shares.get(k, ())), None)
        if rival is None:
            kept.append(group)
        else:
            left_out[group] = rival
    return Apart(tuple(g for g in groups if g in kept), {g: left_out[g] for g in groups if g in left_out})

"""Pairs instead of grids: every value of one setting meets every value of each other at least once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product


def pairs(*axes: Sequence) -> list[tuple]:
    """A short list of settings in which every pair of values of two axes occurs.

    A figure whose settings act independently of each other hides no fault from pairs that a whole grid would show.
    """
    axes = [list(axis) for axis in axes]
    if len(axes) < 3:
        return list(product(*axes))
    left = {(i, a, j, b) for i, j in combinations(range(len(axes)), 2)
            for a in range(len(axes[i])) for b in range(len(axes[j]))}
    grid = list(product(*(range(len(axis)) for axis in axes)))
    out = []
    while left:
        def covers(row):
            return {(i, row[i], j, row[j]) for i, j in combinations(range(len(row)), 2)}

        best = max(grid, key=lambda row: len(covers(row) & left))
        left -= covers(best)
        out.append(tuple(axes[i][k] for i, k in enumerate(best)))
    return out


def few(items: Sequence, every: int) -> list:
    """Some of many like ones: the first, the last, and each so many-th between them."""
    items = list(items)
    return list(dict.fromkeys([*items[::every], items[-1]]))

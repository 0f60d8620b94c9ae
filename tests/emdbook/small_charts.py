"""Tiny chart functions for the tests of explore: importable, so that a drawing process finds them."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emdbook.charts.base import Chart

CALLS: list[dict] = []


def bars(table=None, *, population="EM-E", level=0.95, marks=False, include=("a", "b")):
    """A constructed bar chart; every setting changes figure, sentence and table."""
    CALLS.append({"population": population, "level": level, "marks": marks, "include": include})
    base = {"a": 3, "b": 4, "c": 0.002} if table is None else dict(zip(table["study"], table["value"], strict=True))
    heights = [base[name] * (1 if population == "EM-E" else 2) * level for name in include]
    figure = Figure(figsize=(4, 2.5))
    axes = figure.add_axes((0.15, 0.2, 0.8, 0.7))
    drawn = axes.bar(range(len(include)), heights)
    for patch in drawn:
        patch.set_clip_on(True)
    (line,) = axes.plot([0, 1], [1, 1.5])
    line.set_gid("reference")
    axes.set_title(f"{population} <{level:g}> & more")
    if marks:
        axes.axhline(2)
    return Chart(
        figure,
        f"{population} at level {level:g}, {'with' if marks else 'without'} marks: "
        f"{', '.join(include) or 'no study'} < 10 & \"so on\".",
        pd.DataFrame({"Study": list(include), "Height, scaled": heights, "n": [4] * len(include)}),
        {"reference": "Reference line"},
    )


def broken_at(bad="x", *, population="EM-E", level=0.95, marks=False, include=("a",)):
    """Fails for one population."""
    if population == bad:
        raise ValueError("there is no patient in this group")
    return bars(population=population, level=level, marks=marks, include=include)

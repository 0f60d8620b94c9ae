"""Charts: pure functions from plain values to a :class:`~emdbook.charts.base.Chart`."""

from emdbook.charts.base import Chart
from emdbook.charts.evidence_map import evidence_map
from emdbook.charts.forest import forest, forest_ratio
from emdbook.charts.intervals import attainable, attainable_case, interval_by_size, interval_methods
from emdbook.charts.mechanism import mechanism, scene
from emdbook.charts.medians import medians
from emdbook.charts.paired import paired

__all__ = [
    "Chart",
    "attainable",
    "attainable_case",
    "evidence_map",
    "forest",
    "forest_ratio",
    "interval_by_size",
    "interval_methods",
    "mechanism",
    "medians",
    "paired",
    "scene",
]

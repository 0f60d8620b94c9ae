"""Drawing the states of every widget: one at a time, and all of the book from cold."""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from emdbook.checks.widgets import widgets_of
from emdbook.explore.states import frame


def measure(notebooks: list[Path], sample: int = 6, cold: bool = True) -> dict:
    """Time per state of each widget in one process, and wall time for all states with an empty cache.

    Parameters
    ----------
    notebooks : list of Path
    sample : int
        States drawn per widget for the time of one.
    cold : bool
        Draw all states of the book too, on all processors.

    Returns
    -------
    dict
    """
    widgets: dict[str, dict] = {}
    everything = []
    for path in notebooks:
        print(f"  states: {path.stem}", file=sys.stderr, flush=True)
        for name, widget in widgets_of(path).items():
            states = list(widget.states())
            chosen = random.Random(name).sample(states, min(sample, len(states)))
            widget.function(**chosen[0])  # fonts and imports are warm in a build too, after the first state
            times = []
            for settings in chosen:
                start = time.perf_counter()
                frame(widget.function(**settings), name)
                times.append(1000 * (time.perf_counter() - start))
            everything += times
            widgets[name] = {"chapter": path.stem, "states": len(states),
                             "median_ms": round(statistics.median(times), 1), "max_ms": round(max(times), 1)}
    result = {"widgets": widgets, "states": sum(w["states"] for w in widgets.values()),
              "median_ms": round(statistics.median(everything), 1)}
    if cold:
        result["cold"] = _cold(notebooks)
    return result


def _cold(notebooks: list[Path]) -> dict:
    before = os.environ.get("EMDBOOK_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMDBOOK_CACHE"] = folder
        try:
            start = time.perf_counter()
            drawn = [w.drawn for path in notebooks for w in widgets_of(path, view="page").values()]
            first = time.perf_counter() - start
            start = time.perf_counter()
            again = [w.drawn for path in notebooks for w in widgets_of(path, view="page").values()]
            second = time.perf_counter() - start
        finally:
            if before is None:
                del os.environ["EMDBOOK_CACHE"]
            else:
                os.environ["EMDBOOK_CACHE"] = before
    return {"seconds": round(first, 1), "drawn": sum(drawn), "again_seconds": round(second, 1),
            "again_drawn": sum(again), "processors": len(os.sched_getaffinity(0))}

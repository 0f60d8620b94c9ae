"""Import, load() and a chart at once, ten and a hundred times the data."""

from __future__ import annotations

import csv
import functools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import emdbook
from emdbook import charts, rows
from emdbook.checks.widgets import widgets_of
from emdbook.explore.states import frame
from emdbook.ground.paths import data_dir

#: Tables that grow, with the columns whose ids get a new name in each copy.
_GROWING = {
    "studies": ("study_id",),
    "study_therapies": ("study_id",),
    "arms": ("arm_id", "study_id", "overlaps_with"),
    "outcomes": ("outcome_id", "arm_id", "comparator_arm_id"),
    "discrepancies": ("discrepancy_id", "study_id", "outcome_id"),
}
_ONE = "import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"


def _renamed(value: str, copy: int) -> str:
    """``majestec-1.em-e.orr`` becomes ``majestec-1-x7.em-e.orr``, in each part of a list."""
    def one(text: str) -> str:
        study, dot, rest = text.partition(".")
        return f"{study}-x{copy}{dot}{rest}"

    return ";".join(one(text) for text in value.split(";")) if value else value


def enlarge(source: Path, target: Path, times: int) -> Path:
    """A sound data package with the same studies several times over, under new ids.

    Parameters
    ----------
    source, target : path
    times : int

    Returns
    -------
    path
        ``target``.
    """
    shutil.copytree(source, target)
    for table, columns in _GROWING.items():
        with (source / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            names, found = list(reader.fieldnames or []), list(reader)
        with (target / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
            for copy in range(1, times):
                for row in found:
                    new = {**row, **{c: _renamed(row[c], copy) for c in columns}}
                    if table == "studies":
                        new["label"] = f"{row['label'][:20].rstrip()} x{copy}"
                    writer.writerow(new)
    return target


def _in_a_new_process(code: str, repeat: int = 3) -> float:
    times = [float(subprocess.run([sys.executable, "-c", _ONE.format(code=code)], capture_output=True, text=True,
                                  check=True).stdout.split()[-1]) for _ in range(repeat)]
    return round(1000 * statistics.median(times), 1)


def _tables(function) -> list[tuple[str | int, pd.DataFrame]]:
    """Tables with labels that are bound to a chart function, by argument."""
    if not isinstance(function, functools.partial):
        return []
    bound = [*enumerate(function.args), *function.keywords.items()]
    return [(key, value) for key, value in bound if isinstance(value, pd.DataFrame) and "label" in value.columns]


def _with(function: functools.partial, times: int) -> functools.partial:
    args, keywords = list(function.args), dict(function.keywords)
    for key, table in _tables(function):
        (args if isinstance(key, int) else keywords)[key] = repeated(table, times)
    return functools.partial(function.func, *args, **keywords)


def slowest_chart(notebooks: list[Path]):
    """The widget of the book whose default state takes longest, among those drawn from a table of labelled rows.

    Parameters
    ----------
    notebooks : list of Path

    Returns
    -------
    emdbook.explore.Exploration or None
    """
    times = []
    for path in notebooks:
        for widget in widgets_of(path).values():
            if _tables(widget.function):
                start = time.perf_counter()
                frame(widget.function(**widget.default), widget.id)
                times.append((time.perf_counter() - start, widget))
    return max(times, key=lambda t: t[0])[1] if times else None


def measure(notebooks: list[Path]) -> dict:
    """Times of import and load, and growth with the data.

    Parameters
    ----------
    notebooks : list of Path
        Where the slowest chart is looked for.

    Returns
    -------
    dict
    """
    slowest = slowest_chart(notebooks)
    result: dict[str, object] = {
        "import_ms": _in_a_new_process("import emdbook"),
        "import_charts_ms": _in_a_new_process("from emdbook import charts, explore, quiz, rows, tables"),
        "load_ms": _in_a_new_process("import emdbook; t = time.perf_counter(); emdbook.load()"),
        "slowest": slowest.id if slowest else None,
    }
    growth = {}
    for times in (1, 10, 100):
        print(f"  data: {times} times", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            place = enlarge(data_dir(), Path(folder) / "data", times)
            start = time.perf_counter()
            evidence = emdbook.load(place)
            loaded = time.perf_counter() - start
        groups = evidence.select(endpoint="ORR", headline=True, population=["EMD", "EM-E", "EM-B"]).outcome_id
        table = rows.chart_rows(evidence, groups, label="{study}, {arm}")
        start = time.perf_counter()
        made = frame(charts.evidence_map(table), "bench")
        drawn = time.perf_counter() - start
        slow = None
        if slowest is not None:
            start = time.perf_counter()
            try:
                frame(_with(slowest.function, times)(**slowest.default), "bench")
                slow = round(1000 * (time.perf_counter() - start))
            except Exception as error:  # a chart may refuse so many rows, in a sentence of its own
                slow = f"refused: {error}"[:60]
        growth[f"{times}x"] = {"slowest_ms": slow, "outcomes": len(evidence.outcomes), "load_ms": round(1000 * loaded),
                               "chart": "evidence_map", "chart_rows": len(table), "chart_ms": round(1000 * drawn),
                               "chart_kib": round(len(made.svg) / 1024, 1)}
    result["growth"] = growth
    return result


def repeated(table: pd.DataFrame, times: int) -> pd.DataFrame:
    """A chart's table several times over, with labels and ids that differ.

    Parameters
    ----------
    table : pandas.DataFrame
        With a column ``label``.
    times : int

    Returns
    -------
    pandas.DataFrame
    """
    named = [c for c in table.columns if c == "label" or c.endswith("_id")]
    copies = [table.assign(**{c: table[c].astype(str) + (f" x{i}" if i else "") for c in named}) for i in range(times)]
    return pd.concat(copies, ignore_index=True)


def dump(result: dict, path: Path) -> None:
    """Write the one JSON file of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

"""A build draws what changed and nothing else, and draws it the same every time."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from emdbook.checks.widgets import widgets_of
from emdbook.explore import states as states_module
from emdbook.ground.notebook import read_notebook
from emdbook.ground.paths import data_dir, project_dir

CHAPTER = "09_bispecific_antibodies"
#: A chapter that uses some of the same rows.
OTHER = "03_reading_small_studies"
#: The chapter whose widgets have the fewest states.
SMALL = "17_finding_and_following_the_lesions"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of the data package that may be changed, and a cache of its own."""
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    monkeypatch.setenv("EMDBOOK_DATA", str(folder))
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "cache"))
    return folder


def only_widgets(chapter, folder):
    """A chapter without the figures, tables and questions that its cells show besides widgets: quick to run."""
    made = read_notebook(project_dir() / "notebooks" / f"{chapter}.ipynb")
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            lines = [(one, ast.unparse(one)) for one in ast.parse("".join(cell["source"])).body]
            kept = [text for one, text in lines if not isinstance(one, ast.Expr) or "explore" in text]
            cell["source"] = "\n".join(kept)
    path = folder / f"{chapter}.ipynb"
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


@pytest.fixture
def build(tmp_path):
    """How many states are drawn, and how many there are, per widget of a chapter."""
    def built(chapter=CHAPTER):
        made = widgets_of(only_widgets(chapter, tmp_path), view="page")
        return {name: (w.drawn, w.count) for name, w in made.items()}

    return built


def change(folder, outcome_id, **cells):
    path = folder / "outcomes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [r for r in rows if r["outcome_id"] == outcome_id]
    row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_second_build_draws_nothing_and_a_changed_row_only_what_it_touches(data, build):
    first, other = build(), build(OTHER)
    assert all(drawn == count for drawn, count in (first | other).values())
    assert all(drawn == 0 for drawn, _ in (build() | build(OTHER)).values())

    change(data, "majestec-1.em-e.orr.primary", note="Changed in a test.")
    assert all(drawn == 0 for drawn, _ in (build() | build(OTHER)).values()), "a note is not drawn"

    with (data / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [r for r in csv.DictReader(file) if r["outcome_id"] == "majestec-1.em-e.orr.primary"]
    events = int(row["events"]) + 1
    change(data, row["outcome_id"], events=str(events), value=f"{100 * events / int(row['n']):.1f}",
           ci_low="", ci_high="")
    assert all(drawn == count for drawn, count in build().values()), "the trial stands in every state of this widget"
    # one of the six printed cases is this row; the other widgets of that chapter do not use it
    assert {name: drawn for name, (drawn, _) in build(OTHER).items() if drawn} == {"explore-which-counts-fit": 1}
    assert all(drawn == 0 for drawn, _ in (build() | build(OTHER)).values())

    # a table that no widget of these chapters reads
    glossary = data / "glossary.csv"
    glossary.write_text(glossary.read_text(encoding="utf-8").replace("Myeloma", "myeloma", 1), encoding="utf-8")
    assert all(drawn == 0 for drawn, _ in (build() | build(OTHER)).values())


BLOCKS = """
import hashlib, sys
from emdbook.checks.widgets import widgets_of
for name, widget in widgets_of(sys.argv[1], view="page").items():
    print(name, widget.drawn == widget.count, hashlib.sha256(widget.html().encode()).hexdigest())
"""


def test_two_builds_give_the_same_bytes(tmp_path):
    said = []
    for i, seed in enumerate(("1", "4711")):
        environment = {**os.environ, "EMDBOOK_CACHE": str(tmp_path / f"cache{i}"), "PYTHONHASHSEED": seed,
                       "EMDBOOK_WORKERS": "1", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        done = subprocess.run([sys.executable, "-c", BLOCKS, str(only_widgets(SMALL, tmp_path))],
                              env=environment, capture_output=True, text=True, check=True)
        said.append(done.stdout)
    assert said[0] == said[1]
    assert " True " in said[0]
    assert " False " not in said[0]
    assert hashlib.sha256(b"").hexdigest() not in said[0]


def test_the_cache_is_one_folder_for_build_and_tests(tmp_path, monkeypatch):
    monkeypatch.delenv("EMDBOOK_CACHE", raising=False)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert states_module.cache_dir() == tmp_path / ".emdbook-cache"
    monkeypatch.chdir(tmp_path)
    assert states_module.cache_dir() == tmp_path / ".emdbook-cache"
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "x"))
    assert states_module.cache_dir() == tmp_path / "x"

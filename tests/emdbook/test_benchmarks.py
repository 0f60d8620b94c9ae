"""The measuring itself: a larger data package is sound, a server packs, and parts that cannot run say why."""

from __future__ import annotations

import gzip
import json
import urllib.request

import pandas as pd
import pytest

import emdbook
from benchmarks import __main__ as command
from benchmarks import builds, lighthouse
from benchmarks.data import enlarge, repeated
from benchmarks.web import served
from emdbook.ground.paths import data_dir


def test_a_package_three_times_as_large_is_sound(tmp_path):
    small, large = emdbook.load(), emdbook.load(enlarge(data_dir(), tmp_path / "data", 3))
    assert len(large.outcomes) == 3 * len(small.outcomes)
    assert len(large.studies) == 3 * len(small.studies)
    assert large.outcomes.outcome_id.is_unique


def test_a_table_is_repeated_with_labels_of_its_own():
    table = repeated(pd.DataFrame({"label": ["a", "b"], "n": [1, 2]}), 3)
    assert len(table) == 6
    assert table.label.is_unique


def test_the_server_packs(tmp_path):
    (tmp_path / "a.html").write_text("x" * 5000)
    with served(tmp_path) as root:
        with urllib.request.urlopen(urllib.request.Request(f"{root}/a.html", headers={"Accept-Encoding": "gzip"})) as r:
            body = r.read()
        assert len(body) < 200
        assert gzip.decompress(body) == b"x" * 5000
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{root}/b.html")


def test_without_node_a_sentence_says_so(monkeypatch, capsys):
    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: None)
    assert lighthouse.main() == 2
    assert "needs Node and npm" in capsys.readouterr().err


def test_one_part_that_fails_does_not_lose_the_others(monkeypatch, tmp_path, capsys):
    def measure(part, notebooks, options):
        if part == "states":
            raise ValueError("no pen")
        return {"pages": {}, "change_median_ms": 1, "change_p95_ms": 2, "ready_max_ms": 3}

    monkeypatch.setattr(command, "_measure", measure)
    monkeypatch.setattr(command, "NEEDS_BOOK", ())
    out = tmp_path / "b.json"
    assert command.main(["--only", "states", "page", "--out", str(out)]) == 1
    found = json.loads(out.read_text())
    assert found["failed"] == {"states": "ValueError: no pen"}
    assert found["page"]["change_median_ms"] == 1
    assert "no pen" in capsys.readouterr().out


def test_lines_of_code_are_neither_blank_nor_comment_nor_docstring(tmp_path):
    file = tmp_path / "a.py"
    file.write_text('"""A module.\n\nOf two lines."""\n\n# a comment\nx = """two\nlines"""\n\n\ndef f():\n'
                    '    """Say."""\n    return {\n        "a": x,  # here\n    }\n', encoding="utf-8")
    assert builds.code_lines(file) == 6
    assert builds.rooms()["estimates"] > 100

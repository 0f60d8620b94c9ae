"""What JupyterLab says of a number or a term: each link of the chapters has words, and they are those of the data."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import emdbook
from emdbook import cli
from emdbook.evidence.links import row_ids
from emdbook.ground.paths import project_dir
from emdbook.publish import lab

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
from factory import edit, write_package

CHAPTERS = sorted((project_dir() / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def told():
    return lab.told(emdbook.load())


def test_a_figure_is_told_with_its_standing_and_its_source(told):
    one = told["gagelmann-2019.single.os-48m.secondary"]
    assert one["standing"] == "second-hand"
    assert not one["title"].endswith(":")
    assert one["says"].startswith("OS")
    assert one["source"]
    assert one["url"].startswith("https://")
    assert one["page"] == "ledger.html#gagelmann-2019.single.os-48m.secondary"


def test_no_code_of_the_data_reaches_a_reader(told):
    assert told["rosinol-2006.emd.emd-cr.review"]["title"] == "Rosiñol 2006, EMD"
    assert [key for key, one in told.items() if "_" in one["title"] + one.get("says", "")] == []
    assert told["mezigdomide.pfs-reduction"]["title"] == "Withdrawn from the data"


def test_a_bottom_line_has_no_links_left_in_it(told):
    assert "](" not in " ".join(one["says"] for one in told.values() if "says" in one)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem[:2])
def test_every_link_of_a_chapter_has_words(path, told):
    text = "".join("".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
    links = re.findall(r"\]\((ev|calc|gl):([^)]*)\)", text)
    wanted = {one for scheme, target in links
              for one in ([f"gl:{target}"] if scheme == "gl" else row_ids(scheme, target))}
    assert wanted
    assert wanted <= set(told)


def test_an_environment_gets_the_extension(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert cli.main(["lab-links"]) == 0
    place = tmp_path / "share" / "jupyter" / "labextensions" / lab.NAME
    assert str(place) in capsys.readouterr().out
    load = json.loads((place / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert (place / load).read_text(encoding="utf-8").startswith("globalThis.EMDBOOK_RECORDS = {")


def test_the_records_are_written_when_the_data_changed_and_not_at_every_start(tmp_path, monkeypatch):
    data, started, written = write_package(tmp_path / "data"), [], []
    monkeypatch.setattr(lab, "project_dir", lambda: tmp_path)
    monkeypatch.setattr(lab, "data_dir", lambda: data)
    monkeypatch.setattr(lab, "load", lambda: emdbook.load(data))
    monkeypatch.setattr(lab, "write_extension", lambda folder, evidence: written.append(evidence.folder))
    monkeypatch.setattr(lab.subprocess, "run",
                        lambda command, **_: started.append(command) or SimpleNamespace(returncode=0))
    assert [lab.lab(), lab.lab()] == [0, 0]
    assert (len(started), written) == (2, [data])
    edit(data, "glossary", 2, definition="Another definition.")
    lab.lab()
    assert written == [data, data]

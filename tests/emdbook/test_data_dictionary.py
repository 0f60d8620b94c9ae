"""The data dictionary: complete, well-formed and fresh."""

from __future__ import annotations

import json
import re

import pytest

from emdbook.ground import paths
from emdbook.publish import data_dictionary
from emdbook.publish.data_dictionary import main, page_path, render


@pytest.fixture(scope="module")
def descriptor():
    return json.loads((paths.project_dir() / "data" / "datapackage.json").read_text(encoding="utf-8"))


def test_the_committed_page_is_fresh(descriptor, monkeypatch):
    monkeypatch.delenv("EMDBOOK_DATA", raising=False)
    assert page_path().read_text(encoding="utf-8") == render(descriptor), (
        "run: python -m emdbook.publish.data_dictionary --write"
    )
    assert main(["--check"]) == 0


def test_every_table_and_field_is_on_the_page(descriptor):
    page = render(descriptor)
    assert len(re.findall(r"(?m)^# ", page)) == 1
    files, *sections = re.split(r"(?m)^## ", page)[1:]
    assert files.startswith("The files")
    assert "```{emd-page} dataset" in files
    tables = [r for r in descriptor["resources"] if r["format"] == "csv"]
    assert len(sections) == len(tables) + 1
    for resource, section in zip(tables, sections, strict=False):
        assert section.startswith(resource["title"])
        assert f"`{resource['path']}`" in section
        names = re.findall(r"(?m)^\| `([a-z_]+)` \|", section)
        assert names == [f["name"] for f in resource["schema"]["fields"]]


def test_every_row_of_a_table_has_five_cells(descriptor):
    for line in render(descriptor).split("## Other files")[0].split("\n"):
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 6, line


def test_units_choices_and_links_are_named(descriptor):
    page = render(descriptor)
    assert re.search(r"\| `n` \| whole number \| patients; 1 or more \| no \|", page)
    assert "`review`, `primary`, `secondary`, `label`, `news`" in page
    assert "Points to `studies.study_id`." in page
    assert re.search(r"\| `outcome_id` \| text \| .* \| yes \|", page)
    assert "at most 28 characters" in page


def test_markup_in_a_description_stays_text():
    field = {"name": "x", "type": "string", "description": "a | b <c> *d*\nend", "constraints": {"enum": ["p|q"]}}
    table = {
        "name": "t",
        "title": "T",
        "format": "csv",
        "path": "t.csv",
        "description": "",
        "schema": {"fields": [field]},
    }
    page = render({"title": "T", "version": "1.0.0", "description": "D.", "resources": [table]})
    assert "a \\| b \\<c> \\*d\\* end" in page
    assert "`p\\|q`" in page


def test_a_stale_or_missing_page_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data_dictionary.paths, "project_dir", lambda: tmp_path)
    monkeypatch.setattr(data_dictionary.paths, "data_dir", lambda: tmp_path)
    book = {"title": "T", "version": "1.0.0", "description": "D.", "resources": []}
    (tmp_path / "datapackage.json").write_text(json.dumps(book), encoding="utf-8")
    assert main(["--check"]) == 1
    assert "does not agree" in capsys.readouterr().out
    assert main(["--write"]) == 0
    assert main(["--check"]) == 0
    page_path().write_text("old\n", encoding="utf-8")
    assert main(["--check"]) == 1

"""The notebooks in the repository are clean: no outputs, one kernel, unique ids, nothing of one machine or the net."""

from __future__ import annotations

import re

import nbformat
import pytest

from emdbook.ground.notebook import read_cells, read_notebook
from emdbook.ground.paths import project_dir

CHAPTERS = sorted(project_dir().glob("notebooks/*.ipynb"))
pytestmark = pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)


def test_no_outputs_are_stored(path):
    dirty = [c.number for c in read_cells(path) if c.kind == "code"
             and (c.raw.get("outputs") or c.raw.get("execution_count") is not None)]
    assert not dirty, f"{path.name}: cells {dirty} carry outputs; run 'nbstripout {path.name}'"


def test_the_kernel_is_the_plain_one(path):
    metadata = read_notebook(path)["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    # a version here would change with every reader's Python
    assert "version" not in metadata.get("language_info", {})
    assert not any(key for key in metadata if key not in ("kernelspec", "language_info", "emdbook"))


def test_the_format_is_valid(path):
    nbformat.validate(nbformat.read(path, as_version=4))


def test_cell_ids_are_there_and_unique(path):
    ids = [c.raw.get("id") for c in read_cells(path)]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_nothing_of_one_machine_and_nothing_from_the_net(path):
    for cell in read_cells(path):
        found = re.search(r"(?<![\w.:/])/(?:home|Users|tmp|work|opt|root|mnt)/|[A-Z]:\\\\|file://", cell.source)
        assert not found, f"{path.name}, cell {cell.number}: {found[0]}"
        if cell.kind == "code":
            assert not re.search(r"https?://", cell.source), f"{path.name}, cell {cell.number}: an address in code"
        assert not re.search(r"https?://[^\s)]*(?:cdn|unpkg|jsdelivr)", cell.source), f"{path.name}, cell {cell.number}"

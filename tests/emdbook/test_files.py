"""Files that a person keeps: which count, and that none is ever half-written; what a command says of a broken one."""

from __future__ import annotations

import errno
import json
import os
import shutil

import pytest

from emdbook.checks.documents import document_faults
from emdbook.cli import main
from emdbook.ground import files
from emdbook.ground.faults import UnsoundError
from emdbook.ground.paths import data_dir


def test_what_an_editor_leaves_for_itself_is_no_file_of_the_folder(tmp_path):
    for name in ("b.md", "a.md", ".a.md.swp", ".hidden.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / ".#a.md").symlink_to("somebody@a-machine.1234")
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "c.md").write_text("x", encoding="utf-8")
    assert [file.name for file in files.files_of(tmp_path, "**/*.md")] == ["a.md", "b.md"]


def test_a_file_of_another_encoding_is_named(tmp_path):
    (tmp_path / "a.md").write_bytes("Rosiñol".encode("latin-1"))
    with pytest.raises(UnsoundError, match=r"a\.md: the file must be UTF-8 text; found another encoding at byte 5"):
        files.text_of(tmp_path / "a.md")


def test_a_full_disk_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    old, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for file in (old, second):
        file.write_text("old\n", encoding="utf-8")
    real, opened = os.fdopen, []

    def full(*arguments, **named):
        opened.append(arguments)
        if len(opened) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **named)

    monkeypatch.setattr(files.os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        files.write_all({old: "new\n", second: "new\n"})
    assert [file.read_text(encoding="utf-8") for file in (old, second)] == ["old\n", "old\n"]
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "b.csv"]


def test_what_is_written_keeps_its_mode_and_its_link(tmp_path):
    real = tmp_path / "real.csv"
    real.write_text("old\n", encoding="utf-8")
    real.chmod(0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")
    files.write_all({tmp_path / "link.csv": "new\n", tmp_path / "made.csv": "new\n"})
    assert real.read_text(encoding="utf-8") == (tmp_path / "made.csv").read_text(encoding="utf-8") == "new\n"
    assert (tmp_path / "link.csv").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The data with documents that are sound JSON and not what their readers can use."""
    folder = tmp_path_factory.mktemp("broken") / "data"
    shutil.copytree(data_dir(), folder)
    for name, content in {"questions/08_car_t_cells.json": {"set_id": 1}, "pathway.json": {"nodes": []},
                          "scenes.json": {}, "teaching.json": {"chapters": 3}}.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_document_that_its_reader_refuses_is_a_fault_of_the_data(broken):
    said = document_faults(broken)
    for name in ("08_car_t_cells.json: ", "pathway.json: ", "scenes.json: ", "teaching.json, chapters: "):
        assert any(name in text for text in said), (name, said)


@pytest.mark.parametrize("command", ["questions", "blueprint"])
def test_a_command_says_what_is_wrong_and_shows_no_trace(broken, monkeypatch, capsys, command):
    monkeypatch.setenv("EMDBOOK_DATA", str(broken))
    assert main([command]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("08_car_t_cells.json: 3 problems")


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "Permission denied")])
def test_a_disk_that_takes_nothing_is_told_in_one_line(monkeypatch, capsys, number, words):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("emdbook.teach.quiz.moodle.write_all", refuse)
    assert main(["questions"]) == 1
    assert capsys.readouterr().err.startswith(f"The questions were not written: {words}")

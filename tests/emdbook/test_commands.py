"""What every command does when something stops it: one sentence, last on the screen, and nothing half-made."""

import errno
import hashlib
import json
import runpy
import shutil
import sys

import pytest

from emdbook import cli, gates
from emdbook.checks import whatif
from emdbook.ground.browser import NoBrowser
from emdbook.ground.faults import EvidenceError, Fault, UnsoundError, told_last
from emdbook.ground.strict_json import UnreadableError
from emdbook.publish import build, copies, preview
from emdbook.publish.exports import write as exports
from emdbook.publish.slides.write import NoChapterError
from emdbook.teach.quiz.bank import QuizError
from emdbook.teach.teaching import TeachingError

FAULT = Fault("outcomes.csv", 7, "n", "x", "must be a number")


@pytest.mark.parametrize(("error", "last"), [
    (EvidenceError([FAULT]), "the data package has 1 fault, listed above."),
    (TeachingError([FAULT, FAULT]), "The teacher's notes have 2 faults, listed above."),
    (QuizError("09.json", ["question a: no key"]), "09.json: 1 problem, listed above."),
    (UnreadableError("plan.json", "the file must be valid JSON", "a comma"),
     "plan.json: the file must be valid JSON; found a comma."),
    (UnsoundError("09.ipynb is no notebook of format 4"), "09.ipynb is no notebook of format 4."),
    (NoChapterError("There is no chapter '99'."), "There is no chapter '99'."),
    (NoBrowser("no Chromium was found"), "no Chromium was found."),
    (PermissionError(errno.EACCES, "Permission denied", "/book/_build"), "Permission denied: /book/_build."),
    (OSError(errno.ENOSPC, "No space left on device"), "a build needs about 200 MB)."),
    (KeyboardInterrupt(), "it was stopped."),
], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("command", ["exports", "sync"])
def test_what_stops_a_command_is_said_last_in_one_sentence(monkeypatch, capsys, command, error, last):
    def stopped(options):
        raise error

    _, help_, nothing = cli.COMMANDS[command]
    monkeypatch.setitem(cli.COMMANDS, command, (stopped, help_, nothing))
    assert cli.main([command]) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith(f"{nothing}: ")
    assert said[-1].endswith(last)


def test_a_fault_of_the_toolkit_itself_keeps_its_traceback():
    for error in (ValueError, KeyError):
        with pytest.raises(error):
            told_last(lambda error=error: {}["x"] if error is KeyError else int("x"), "Nothing")


def test_a_file_is_named_from_the_folder_in_which_the_command_was_given(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(whatif, "what_if", lambda project, file, outputs: asked.append(file) or [])
    monkeypatch.setattr(whatif, "report", lambda found: "nothing")
    assert cli.main(["whatif", "rows.json"]) == 0
    assert asked == [tmp_path / "rows.json"]


@pytest.mark.parametrize("port", ["65536", "-1", "٨٠", "²", "http"])
@pytest.mark.parametrize("command", ["serve", "preview", "vote"])
def test_a_port_that_is_none_is_refused_before_anything_begins(capsys, command, port):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, f"--port={port}"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.rstrip().endswith("is no whole number from 0 to 65535")


# --- nothing half-made ----------------------------------------------------------------------------------------------

def test_the_last_book_comes_back_whenever_a_build_is_cut_off(tmp_path, monkeypatch):
    target = tmp_path / "html"
    with build.in_place_of(target) as fresh:
        (fresh / "a").write_text("first")
    target.rename(tmp_path / ".html-old")  # the process was ended between the two steps
    with pytest.raises(KeyboardInterrupt), build.in_place_of(target) as fresh:
        raise KeyboardInterrupt
    assert (target / "a").read_text() == "first"
    rename = build.Path.rename

    def refuse(self, to):
        if self.name == ".html-new":
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, to)

    monkeypatch.setattr(build.Path, "rename", refuse)
    with pytest.raises(PermissionError), build.in_place_of(target) as fresh:
        (fresh / "a").write_text("second")
    assert (target / "a").read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["html"]


def test_the_book_is_stale_when_how_it_is_cited_has_changed(monkeypatch, tmp_path):
    for name in build.INPUTS:
        (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).write_text("1")
    monkeypatch.setattr(build, "project_dir", lambda: tmp_path)
    before = build.book_key()
    (tmp_path / "CITATION.cff").write_text("2")
    assert build.book_key() != before


def test_exports_are_replaced_together_and_those_of_a_chapter_that_is_gone_go(tmp_path, monkeypatch):
    def plan(*names, broken=False):
        made = [exports.Export(name, name, lambda path, name=name: path.write_text(name)) for name in names]
        if broken:
            made.append(exports.Export("z", "z", lambda path: (_ for _ in ()).throw(OSError("full"))))
        monkeypatch.setattr(exports, "planned", lambda: made)

    def there():
        return sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*") if one.is_file())

    plan("anki/08.apkg", "anki/09.apkg")
    exports.write_exports(tmp_path / "exports")
    plan("anki/10.apkg", broken=True)
    with pytest.raises(OSError, match="full"):
        exports.write_exports(tmp_path / "exports")
    assert there() == ["exports/anki/08.apkg", "exports/anki/09.apkg"]
    plan("anki/09.apkg")
    exports.write_exports(tmp_path / "exports")
    assert there() == ["exports/anki/09.apkg"]


@pytest.mark.parametrize("record", ["[1", "[]", "null", '{"student/01_a.ipynb": 5}'])
def test_copies_are_written_although_the_record_of_the_last_ones_is_damaged(tmp_path, monkeypatch, record):
    wanted = {"student/01_a.ipynb": "new\n", "instructor/01_a.ipynb": "new\n"}
    monkeypatch.setattr(copies, "expected", lambda project: wanted)
    copies.write_copies(tmp_path)
    (tmp_path / ".copies.json").write_text(record)
    (tmp_path / "student" / "01_a.ipynb").write_bytes(b"\xff\xfe of an editor")
    written, kept = copies.write_copies(tmp_path)
    assert [len(written), [one.name for one in kept]] == [1, ["01_a.ipynb"]]  # what nobody can tell stays
    assert copies.stale(tmp_path) == ["student/01_a.ipynb: differs from its chapter"]
    known = json.loads((tmp_path / ".copies.json").read_text(encoding="utf-8"))
    assert known["instructor/01_a.ipynb"] == hashlib.sha256(b"new\n").hexdigest()


# --- places ---------------------------------------------------------------------------------------------------------

def test_the_second_check_of_the_data_works_in_a_folder_with_signs_of_addresses(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "Bücher # 100% der Klinik?"
    folder.mkdir()
    (folder / "a.csv").write_text("n\n1\n")
    (folder / "datapackage.json").write_text('{"name": "x", "resources": [{"name": "a", "path": "a.csv"}]}')
    script = tmp_path / "check.py"
    script.write_text(gates._FRICTIONLESS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["check", str(folder)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script))
    assert (ended.value.code, capsys.readouterr().out) == (0, "frictionless: the data package is valid\n")


@pytest.mark.parametrize("address", ["/notebooks/../../outside.html", "/../outside.html", "/book/../README.html",
                                     "/notebooks/..%2Foutside", "//notebooks//01.html"])
def test_a_preview_runs_no_chapter_that_lies_outside_the_book(tmp_path, monkeypatch, address):
    root = tmp_path / "project"
    for folder in ("notebooks", "book"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "outside.ipynb").write_text("{}")
    (root / "README.md").write_text("x")
    (root / "notebooks" / "01.ipynb").write_text("{}")
    monkeypatch.setattr(preview, "project_dir", lambda: root)
    shown = preview.Preview(tmp_path / "preview")
    assert shown.page(address) == ""
    assert shown.page("/notebooks/01.html") == "notebooks/01"
    shutil.rmtree(root)

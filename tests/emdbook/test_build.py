"""Building: one run of each chapter, kept until something changes; the new book beside the old; errors said last."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

from emdbook.ground.faults import EvidenceError, Fault
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import build, executed, press, preview
from emdbook.publish.runtime import pages

ROW = "majestec-1.em-e.orr.primary"
SHOW = f"import emdbook\nr = emdbook.load().outcome('{ROW}')\nprint(f'{{r.events}} of {{r.n}}')"


def write(folder, *cells, name="99_small.ipynb"):
    """A small chapter."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    made = [{"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": source,
             **({"outputs": [], "execution_count": None} if kind == "code" else {})}
            for i, (kind, source) in enumerate(cells)]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}), encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A copy of the data, and a store and a build folder of this test alone."""
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("EMDBOOK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(executed, "store_dir", lambda: tmp_path / "_build" / "executed")
    monkeypatch.setattr(build, "build_dir", lambda: tmp_path / "_build")
    return tmp_path


def change_count(folder, old="10", new="11"):
    """Another count of responders in the row."""
    table = folder / "data" / "outcomes.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{ROW},"))
    header, cells = lines[0].strip().split(","), lines[at].split(",")
    cells[header.index("events")] = new
    for name, value in (("value", "39.3"), ("ci_low", ""), ("ci_high", "")):
        cells[header.index(name)] = value
    lines[at] = ",".join(cells)
    table.write_text("".join(lines), encoding="utf-8")


def printed(notebook):
    run = json.loads(executed.run_text(notebook))
    return ["".join(o.get("text", [])) for c in run["cells"] if c["cell_type"] == "code" for o in c["outputs"]]


# --- one run, kept until something changes --------------------------------------------------------------------------

def test_a_changed_value_never_shows_an_old_number_and_a_changed_sentence_runs_nothing(place, monkeypatch):
    notebook = write(place / "notebooks", ("markdown", "# A chapter"), ("code", SHOW))
    assert not executed.is_fresh(notebook)
    assert printed(notebook) == ["10 of 28\n"]
    with monkeypatch.context() as never:
        never.setattr(executed, "execute", lambda *a, **k: pytest.fail("nothing changed that a kernel sees"))
        write(place / "notebooks", ("markdown", "# Another title"), ("code", SHOW))
        assert executed.is_fresh(notebook)
        assert "Another title" in executed.run_text(notebook)
        assert next(c.raw["outputs"] for c in executed.run_cells(notebook) if c.kind == "code")
    change_count(place)
    assert not executed.is_fresh(notebook)
    assert printed(notebook) == ["11 of 28\n"]
    # a file of the toolkit that the kernel ran, and the version of a package
    assert executed.is_fresh(notebook)
    key = json.loads((executed.store_dir() / notebook.stem / "key.json").read_text(encoding="utf-8"))
    assert {"evidence/package.py", "evidence/rules.py", "ground/paths.py"} <= key["files"].keys()
    assert not any(name.startswith("publish/") for name in key["files"])
    assert {"pandas", "numpy", "ipykernel"} <= key["packages"].keys()
    assert not {"sphinx", "pytest", "emdbook"} & key["packages"].keys()
    with monkeypatch.context() as other:
        other.setattr(executed, "_version", lambda name: "0.0" if name == "pandas" else key["packages"][name])
        assert not executed.is_fresh(notebook)
    with monkeypatch.context() as other:
        real = executed.file_hash
        other.setattr(executed, "file_hash", lambda f: "new" if f.name == "rules.py" else real(f))
        assert not executed.is_fresh(notebook)
    (executed.store_dir() / notebook.stem / "key.json").write_text("{", encoding="utf-8")
    assert not executed.is_fresh(notebook), "a damaged key is no key"


@pytest.mark.parametrize(("source", "words"), [
    ("1 / 0", "cell 2: ZeroDivisionError: division by zero"),
    ("import sys\nprint('a glyph is missing', file=sys.stderr)", "cell 2: it wrote a warning: a glyph is missing"),
])
def test_a_cell_that_fails_or_warns_is_named_and_nothing_is_kept(place, source, words):
    notebook = write(place / "notebooks", ("markdown", "# A chapter"), ("code", source), ("code", "print('later')"))
    with pytest.raises(executed.ChapterError) as caught:
        executed.refresh([notebook])
    assert str(caught.value) == f"notebooks/99_small.ipynb, {words}"
    assert list(executed.store_dir().iterdir()) == []


def test_a_missing_bracket_is_told_before_any_kernel_starts(place, monkeypatch):
    monkeypatch.setattr(executed, "execute", lambda *a, **k: pytest.fail("a kernel was started"))
    good = write(place / "notebooks", ("code", "1"), name="01_good.ipynb")
    bad = write(place / "notebooks", ("markdown", "# A"), ("code", "x = (1,\ny = 2"))
    with pytest.raises(executed.ChapterError, match=r"^notebooks/99_small.ipynb, cell 2: '\(' was never closed, line"):
        executed.refresh([good, bad])


def test_a_chapter_that_is_not_run_for_a_preview_shows_what_there_is(place):
    notebook = write(place / "notebooks", ("code", SHOW))
    assert json.loads(executed.run_text(notebook, stale=True))["cells"][0]["outputs"] == []


def test_every_chapter_can_be_read_by_the_store():
    assert [path.stem for path in executed.chapters()] == sorted(
        path.stem for path in (project_dir() / "notebooks").glob("*.ipynb"))
    for path in executed.chapters():
        executed.check_syntax(path)
        assert read_cells(path)


# --- the new book beside the old ------------------------------------------------------------------------------------

def test_a_folder_takes_the_place_of_the_old_one_only_when_the_work_succeeded(tmp_path):
    old = tmp_path / "html"
    old.mkdir()
    (old / "page.html").write_text("old", encoding="utf-8")

    def work(fails):
        with build.in_place_of(old, "key") as fresh:
            (fresh / "page.html").write_text("new", encoding="utf-8")
            assert (old / "page.html").read_text(encoding="utf-8") == "old"
            if fails:
                raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        work(fails=True)
    assert (old / "page.html").read_text(encoding="utf-8") == "old"
    assert not build.is_made_from(old, "key")
    work(fails=False)
    assert (old / "page.html").read_text(encoding="utf-8") == "new"
    assert build.is_made_from(old, "key")
    assert not build.is_made_from(old, "other")
    assert [f.name for f in tmp_path.iterdir()] == ["html"]


@pytest.fixture
def pressed(place, monkeypatch):
    """A build without kernels and without Sphinx; what was asked of Sphinx."""
    asked = []

    monkeypatch.setenv(pages.SWITCH, "0")  # whether a wheel lies in the cache of this checkout

    def press(builder, folder, key):
        asked.append(builder)
        (folder / "index.html").write_text(f"book {len(asked)}", encoding="utf-8")

    monkeypatch.setattr(build, "press", press)
    monkeypatch.setattr(executed, "refresh", lambda *a, **k: [])
    monkeypatch.setattr(build, "disagreements", list)
    return asked


def test_nothing_changed_builds_nothing_and_a_changed_value_builds_anew(pressed, place, capsys):
    names = ("slides/index.html", "student/a.ipynb", "book.zip", "book.pdf")
    others = {place / "_build" / name: name for name in names}
    for file, text in others.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert build.build() == 0
    assert build.is_built()
    assert build.build() == 0
    assert pressed == ["html"]
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing changed since the book was built."
    change_count(place)
    assert not build.is_built()
    assert build.build() == 0
    assert build.build(force=True) == 0
    assert pressed == ["html"] * 3
    assert build.index_page().read_text(encoding="utf-8") == "book 3"
    assert {file: file.read_text(encoding="utf-8") for file in others} == others, "only its own part is replaced"


def test_python_comes_and_goes_without_another_build(pressed, place, monkeypatch, capsys):
    """Fetched after the book was built, it is added; the pages are not built anew, and nothing else changes."""
    assert build.build() == 0
    html = build.index_page().parent
    (html / "a.html").write_text('<emd-python data-python=""></emd-python>', encoding="utf-8")
    monkeypatch.setattr(pages.pack, "_runtime", lambda: {"program": b"p", "library": b"l", "licences": b"BSD",
                                                         "versions": b"{}"})
    for switch, words in (("1", "added to"), ("0", "taken from")):
        monkeypatch.setenv(pages.SWITCH, switch)
        assert not build.is_built()
        assert build.build() == 0
        assert build.is_built()
        assert capsys.readouterr().out.splitlines()[-1] == f"Python was {words} the pages; nothing else changed."
        assert pages.has_python(html) == (switch == "1")
        assert ("_static/python/manifest." in (html / "a.html").read_text(encoding="utf-8")) == (switch == "1")
    assert pressed == ["html"]
    monkeypatch.setenv(pages.SWITCH, "yes")
    assert build.build() == 1
    assert capsys.readouterr().err.rstrip().endswith("it may be 1 (with Python on the page), 0 (without) or unset.")


def fail(error):
    def stopped(*arguments, **options):
        raise error

    return stopped


@pytest.mark.parametrize(("part", "change", "last"), [
    ("press", fail(build.BuildError("notebooks/09.ipynb:7: WARNING: no such target")), "no such target."),
    ("press", fail(OSError(errno.ENOSPC, "No space left on device")), "a build needs about 200 MB)."),
    ("disagreements", lambda: ["a", "b"], "2 places, listed above; make sync mends what can be mended by rule."),
    ("refresh", fail(executed.ChapterError("notebooks/08.ipynb, cell 3: no\nnotebooks/09.ipynb, cell 4: no")),
     "notebooks/09.ipynb, cell 4: no."),
    ("load", fail(EvidenceError([Fault("outcomes.csv", 7, "n", "x", "must be a number")])),
     "the data package has 1 fault, listed above."),
])
def test_what_stopped_a_build_is_said_last_in_one_sentence_and_the_last_book_stays(
        pressed, place, monkeypatch, capsys, part, change, last):
    assert build.build() == 0
    change_count(place)
    capsys.readouterr()
    monkeypatch.setattr({"refresh": executed, "load": build.emdbook}.get(part, build), part, change)
    assert build.build() == 1
    said = capsys.readouterr().err.rstrip().splitlines()[-1]
    assert said.startswith("No new book was built; the last one, if any, stays: ")
    assert said.endswith(last)
    assert build.index_page().read_text(encoding="utf-8") == "book 1"


def test_complaints_of_sphinx_are_found_with_the_path_that_an_author_knows():
    said = (f"\x1b[91mWriting\n{project_dir()}/book/a.md:3: \x1b[31mWARNING: no target\x1b[0m\n"
            f"myst v3: errors=0\nOSError: x\n{project_dir()}/notebooks/09.ipynb:380009: WARNING: no target")
    assert build.complaints(said) == ["book/a.md:3: WARNING: no target", "OSError: x",
                                      "notebooks/09.ipynb, cell 38: WARNING: no target"]


# --- preview --------------------------------------------------------------------------------------------------------

def test_a_preview_makes_the_page_that_is_looked_at_once_for_each_change(place, monkeypatch):
    shown, ran, made = preview.Preview(place / "preview"), [], []
    monkeypatch.setattr(shown, "_press", lambda page: made.append(page) or "")
    monkeypatch.setattr(shown, "_prepare", lambda: None)
    monkeypatch.setattr(shown, "_run", lambda notebook: ran.append(notebook.stem))
    monkeypatch.setattr(executed, "is_fresh", lambda notebook: bool(ran))
    page = shown.page("/notebooks/09_bispecific_antibodies.html")
    assert shown.fresh(page) == 0
    shown.changed = 3
    assert [shown.fresh(page), shown.fresh(page), shown.fresh("book/cover")] == [3, 3, 3]
    assert made == [page, "book/cover"]
    assert ran == ["09_bispecific_antibodies"]
    assert shown.page("/_static/x.html") == ""

    def broken(notebook):
        raise executed.ChapterError("notebooks/09.ipynb, cell 4: KeyError: 'x'")

    monkeypatch.setattr(shown, "_run", broken)
    ran.clear()
    shown.changed = 4
    assert shown.fresh(page) == 4
    assert "KeyError" in shown.said[page]


def test_a_press_that_waits_builds_what_the_line_asks_for_and_nothing_without_one(monkeypatch, tmp_path):
    built = []
    monkeypatch.setattr(press, "_HEAVY", ())
    monkeypatch.setattr(press, "press", lambda *words: built.append((*words, os.environ["EMDBOOK_PREVIEW"])) or 3)
    monkeypatch.setenv("EMDBOOK_PREVIEW", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(press, "project_dir", lambda: tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert (press.main([]), built) == (0, [])
    asked = {"words": ["html", "pages", "trees"], "environment": {"EMDBOOK_PREVIEW": "book/cover"}}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asked) + "\n"))
    assert press.main([]) == 3
    assert built == [("html", tmp_path / "pages", tmp_path / "trees", "book/cover")]


def test_a_waiting_press_and_kernel_are_replaced_when_the_toolkit_changed_or_they_were_used(place, monkeypatch):
    begun, kernels, newest = [], [], [1.0]

    class Waiting:
        def __init__(self, *_args, **_more):
            begun.append(self)
            self.alive, self.told = True, None

        def poll(self):
            return None if self.alive else 1

        def communicate(self, line):
            self.told, self.alive, self.returncode = line, False, 0
            return "", ""

    class Kernel:
        def __init__(self):
            kernels.append(self)
            self.alive = True

        def is_alive(self):
            return self.alive

        def shutdown_kernel(self, now):
            self.alive = False

    def fails(notebook, kernel):
        assert kernel.alive
        raise executed.ChapterError("cell 1: KeyError")

    monkeypatch.setattr(preview.subprocess, "Popen", Waiting)
    monkeypatch.setattr(executed, "warm_kernel", Kernel)
    monkeypatch.setattr(preview, "_newest_of_the_toolkit", lambda: newest[0])
    shown = preview.Preview(place / "preview")
    shown._prepare()
    shown._press("book/cover")
    assert json.loads(begun[0].told)["environment"]["EMDBOOK_PREVIEW"] == "book/cover"
    shown._prepare()
    shown._prepare()
    assert (len(begun), len(kernels)) == (2, 1)  # a successor of what was used, and of nothing else
    monkeypatch.setattr(executed, "execute", fails)
    with pytest.raises(executed.ChapterError):
        shown._run(place)
    shown._prepare()
    assert (len(begun), [one.alive for one in kernels]) == (2, [False, True])  # no cell is run where another failed
    newest[0] = 2.0
    shown._prepare()
    assert (begun[1].told, len(begun)) == ("", 3)  # those of the old toolkit were let go unused
    assert [one.alive for one in kernels] == [False, False, True]
    begun[2].alive = False
    shown._prepare()
    assert len(begun) == 4
    shown.end()
    assert begun[-1].told == ""
    assert not any(one.alive for one in kernels)


def test_a_kernel_that_waited_runs_a_chapter_as_a_new_one_does(place):
    notebook = write(place / "notebooks", ("code", "print(sorted(n for n in globals() if 'emdbook' in n))"),
                     ("code", SHOW))
    kernel = executed.warm_kernel()
    try:
        executed.execute(notebook, kernel=kernel)
    finally:
        kernel.shutdown_kernel(now=True)
    assert executed.is_fresh(notebook)
    assert printed(notebook) == ["[]\n", "10 of 28\n"]


HOLD = """
import sys
from pathlib import Path
from emdbook.publish import build
build.build_dir = lambda: Path(sys.argv[1])
with build.alone():
    print("building", flush=True)
    sys.stdin.readline()
"""


def test_two_builds_at_once_wait_for_each_other_and_say_so(pressed, place, capfd):
    with build.alone(), build.alone():
        pass  # a press within a build is no second build
    command, pipe = [sys.executable, "-c", HOLD, str(place / "_build")], subprocess.PIPE
    with subprocess.Popen(command, cwd=project_dir(), stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "building\n"
        waiting = threading.Thread(target=build.build, kwargs={"force": True})
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive()
        assert pressed == []
        other.communicate("\n")
        waiting.join(60)
    assert pressed == ["html"]
    assert "Another command is building this book; this one goes on when that has ended." in capfd.readouterr().out

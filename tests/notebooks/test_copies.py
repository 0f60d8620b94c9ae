"""The copies for learners and teachers hold what the chapter holds, and nothing of it gets out of date unseen."""

from __future__ import annotations

import json
import os
import re
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from emdbook.cli import COMMANDS
from emdbook.ground.notebook import SOLUTION, read_notebook
from emdbook.ground.paths import project_dir
from emdbook.publish.copies import KINDS, SPACE, expected, make_copy, stale, write_copies
from emdbook.teach.teaching import load_teaching, markdown

CHAPTERS = sorted((project_dir() / "notebooks").glob("*.ipynb"))
PILOTS = ("03", "09")
TAUGHT = load_teaching()


def sources(notebook: dict) -> list[tuple[str, str]]:
    return [(c["cell_type"], c["source"] if isinstance(c["source"], str) else "".join(c["source"]))
            for c in notebook["cells"]]


def solutions(notebook: dict) -> list[str]:
    return [m["body"] for kind, source in sources(notebook) if kind == "markdown" for m in SOLUTION.finditer(source)]


@pytest.fixture(scope="module")
def copies():
    return {name: json.loads(text) for name, text in expected().items()}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_the_learners_copy_has_everything_but_the_solutions(chapter, copies):
    source, made = read_notebook(chapter), copies[f"student/{chapter.name}"]
    told = solutions(source)
    assert told
    text = "\n".join(s for _, s in sources(made))
    for solution in told:
        for sentence in solution.splitlines():
            assert sentence not in text
    assert "Solution" not in re.sub(r"\n#+ .*", "", text)
    assert text.count(SPACE) == len(told)
    # cell by cell the same, but for the boxes that went
    for (kind, before), (kind_made, after) in zip(sources(source), sources(made), strict=True):
        assert kind == kind_made
        assert after == (SOLUTION.sub(SPACE, before) if kind == "markdown" else before)
    assert "quiz.show(" in text
    assert "# change this value" in text


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_the_teachers_copy_has_all_of_it_open_and_the_guide_at_the_top(chapter, copies):
    source, made = read_notebook(chapter), copies[f"instructor/{chapter.name}"]
    assert solutions(made) == solutions(source)
    text = "\n".join(s for _, s in sources(made))
    assert text.count("<details open>") == text.count("<details") == len(solutions(source)) + 1
    assert markdown(TAUGHT[chapter.stem]) in sources(made)[1][1]
    assert [s for k, s in sources(made) if k == "code"] == [s for k, s in sources(source) if k == "code"]
    notes = [c for c in source["cells"] if c["metadata"].get("slideshow", {}).get("slide_type") == "notes"]
    assert text.count("**For the speaker**") == len(notes)
    rest = sources(made)[:1] + sources(made)[2:]
    for (_, before), (_, after) in zip(sources(source), rest, strict=True):
        bare = SOLUTION.sub(lambda m: m["body"], before)
        assert SOLUTION.sub(lambda m: m["body"], after).removeprefix("**For the speaker**\n\n") == bare


@pytest.mark.parametrize("kind", KINDS)
def test_copies_are_sound_notebooks_and_the_same_every_time(kind, copies):
    assert expected() == {name: json.dumps(made, indent=1, ensure_ascii=False) + "\n" for name, made in copies.items()}
    for name, made in copies.items():
        if name.startswith(kind):
            nbformat.validate(nbformat.from_dict(made))
            assert len({c["id"] for c in made["cells"]}) == len(made["cells"])
            assert all(not c["outputs"] for c in made["cells"] if c["cell_type"] == "code")
            assert made["metadata"]["emdbook"]["copy"] == kind


def test_a_stale_copy_is_named(tmp_path):
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "data").mkdir()
    shutil.copy(CHAPTERS[0], project / "notebooks")
    shutil.copy(project_dir() / "data" / "teaching.json", project / "data")
    name = CHAPTERS[0].name
    assert stale(tmp_path, project) == [f"instructor/{name}: missing", f"student/{name}: missing"]
    written, kept = write_copies(tmp_path, project)
    assert (len(written), kept) == (2, [])
    assert stale(tmp_path, project) == []
    source = read_notebook(CHAPTERS[0])
    source["cells"][0]["source"] = ["# Another title"]
    (project / "notebooks" / name).write_text(json.dumps(source), encoding="utf-8")
    (tmp_path / "student" / "77_gone.ipynb").write_text("{}", encoding="utf-8")
    gone = "student/77_gone.ipynb: no chapter gives this copy"
    assert stale(tmp_path, project) == [f"instructor/{name}: differs from its chapter",
                                        f"student/{name}: differs from its chapter", gone]
    write_copies(tmp_path, project)
    assert stale(tmp_path, project) == [gone], "nobody knows whose that is"
    write_copies(tmp_path, project, force=True)
    assert stale(tmp_path, project) == []


def test_what_a_teacher_edited_stays(tmp_path):
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "data").mkdir()
    shutil.copy(CHAPTERS[0], project / "notebooks")
    shutil.copy(project_dir() / "data" / "teaching.json", project / "data")
    write_copies(tmp_path, project)
    mine = tmp_path / "instructor" / CHAPTERS[0].name
    mine.write_text(mine.read_text(encoding="utf-8").replace("\n", "\n ", 1), encoding="utf-8")
    text = mine.read_text(encoding="utf-8")
    source = read_notebook(CHAPTERS[0])
    source["cells"][0]["source"] = ["# Another title"]
    (project / "notebooks" / CHAPTERS[0].name).write_text(json.dumps(source), encoding="utf-8")
    for _ in range(2):
        written, kept = write_copies(tmp_path, project)
        assert kept == [mine]
        assert written == [tmp_path / "student" / CHAPTERS[0].name]
        assert mine.read_text(encoding="utf-8") == text
    assert write_copies(tmp_path, project, force=True)[1] == []
    assert stale(tmp_path, project) == []


def test_solutions_that_are_code_go_too():
    cells = [{"cell_type": "code", "id": "a", "source": "secret = 1", "outputs": [1], "execution_count": 3,
              "metadata": {"tags": ["hide-cell", "x"], "slideshow": {"slide_type": "skip"}}},
             {"cell_type": "code", "id": "b", "source": "secret = 2", "outputs": [], "execution_count": None,
              "metadata": {"emdbook": {"role": "solution"}}}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    student = make_copy(notebook, "student")
    assert sources(student) == [("markdown", SPACE)] * 2
    assert "secret" not in json.dumps(student)
    teacher = make_copy(notebook, "instructor")
    assert teacher["cells"][0]["metadata"]["tags"] == ["x"]
    assert teacher["cells"][0]["outputs"] == []
    assert cells[0]["outputs"] == [1]
    with pytest.raises(ValueError, match="student, instructor"):
        make_copy(notebook, "examiner")


def test_the_command_is_there():
    assert "copies" in COMMANDS


# All chapters in both kinds once a week (EMDBOOK_ALL_COPIES=1); each time one of each kind. A copy has the code of its
# chapter, which the gate "notebooks" runs every time.
EVERY = [(chapter, kind) for chapter in CHAPTERS for kind in KINDS]
EXECUTED = EVERY if os.environ.get("EMDBOOK_ALL_COPIES") == "1" else [
    (chapter, kind) for chapter, kind in EVERY if (chapter.stem[:2], kind) in zip(PILOTS, KINDS, strict=True)]


@pytest.mark.parametrize(("chapter", "kind"), EXECUTED, ids=lambda one: getattr(one, "stem", one))
def test_a_copy_runs_from_top_to_bottom(chapter, kind, copies, tmp_path, monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "still")
    monkeypatch.setenv("PYTHONPATH", str(project_dir()))
    made = nbformat.reads(json.dumps(copies[f"{kind}/{chapter.name}"]), as_version=4)
    NotebookClient(made, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    errors = [o for c in made.cells if c.cell_type == "code" for o in c.outputs
              if o.output_type == "error" or o.get("name") == "stderr"]
    assert not errors

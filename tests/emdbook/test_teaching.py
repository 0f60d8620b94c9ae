"""The instructor guide: every chapter has its part, the words agree with the data, and the rooms it names exist."""

from __future__ import annotations

import copy
import json
import re

import pytest

import emdbook
from emdbook.checks.prose import audit_text
from emdbook.cli import COMMANDS
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import data_dir, project_dir
from emdbook.teach.lessons import load_lessons
from emdbook.teach.progress import chapters
from emdbook.teach.teaching import FILE, TeachingError, find, link_builder, load_teaching, markdown

ROOT = project_dir()
CHAPTERS = sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb"))
GUIDE = (ROOT / "book" / "instructor_guide.md").read_text(encoding="utf-8")
DATA = json.loads((data_dir() / FILE).read_text(encoding="utf-8"))


def test_every_chapter_has_its_part_in_the_data_and_in_the_guide():
    assert list(load_teaching()) == CHAPTERS
    assert re.findall(r"\{emd-teaching\} (\d\d)", GUIDE) == [c[:2] for c in CHAPTERS]
    for chapter in CHAPTERS:
        title = read_cells(ROOT / "notebooks" / f"{chapter}.ipynb")[0].source.splitlines()[0].removeprefix("# ")
        assert f"### Chapter {int(chapter[:2])}: {title}\n" in GUIDE
        assert f"(../notebooks/{chapter}.ipynb)" in GUIDE


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_its_numbers_agree_with_the_data_and_its_widgets_exist(chapter):
    taught = load_teaching()[chapter]
    findings = audit_text(markdown(taught), emdbook.load(), chapter)
    assert not findings, "\n".join(map(str, findings))
    code = "\n".join(c.source for c in read_cells(ROOT / "notebooks" / f"{chapter}.ipynb") if c.kind == "code")
    titles = set(re.findall(r'title="([^"]+)"', code)) | {"Explore"}
    named = re.findall(r"\*([A-Z][^*]+)\*", taught.show)
    assert named
    assert set(named) <= titles


def test_the_guide_leads_to_every_longer_format_and_path():
    page = (ROOT / "book" / "lesson_plans.md").read_text(encoding="utf-8")
    lessons = load_lessons()
    for kind, rows in (("course", lessons.courses), ("path", lessons.paths)):
        assert re.findall(rf"{{emd-lessons}} {kind} (\S+)", page) == [
            row.id for row in sorted(rows, key=lambda row: page.index(f"{kind} {row.id}"))]
        assert all(f"{{emd-lessons}} {kind} {row.id}\n" in page for row in rows)
    assert len(re.findall(r"lesson_plans\.md#", GUIDE)) >= len(lessons.courses) + 1
    assert sum(len(course.sessions) for course in lessons.courses if course.id == "four-weeks") == 4


def test_the_commands_and_files_that_the_guide_names_exist():
    for command in re.findall(r"python -m emdbook\.book (\w+)", GUIDE):
        assert command in COMMANDS
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)`", GUIDE):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for page in re.findall(r"\]\((?!\.\./)([\w]+\.md)\)", GUIDE):
        assert (ROOT / "book" / page).is_file()
    for file in re.findall(r"`(\.binder/[\w.]+)`", GUIDE):
        assert (ROOT / file).is_file()


def test_binder_installs_what_everybody_installs():
    files = {f.name: f.read_text(encoding="utf-8") for f in (ROOT / ".binder").iterdir()}
    lines = [line for line in files["requirements.txt"].splitlines() if line and not line.startswith("#")]
    assert lines == ["-r ../requirements.lock"]
    assert "pip install --no-deps -e ." in files["postBuild"]
    asked = tuple(map(int, files["runtime.txt"].strip().removeprefix("python-").split(".")))
    low = re.search(r'requires-python = ">=(\d)\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert asked >= tuple(map(int, low.groups()))
    assert (ROOT / ".binder" / "postBuild").stat().st_mode & 0o111


def broken(change) -> dict:
    made = copy.deepcopy(DATA)
    change(made["chapters"][0])
    return made


@pytest.mark.parametrize(("change", "said"), [
    (lambda c: c.pop("hook"), "hook"),
    (lambda c: c.update(extra="x"), "extra"),
    (lambda c: c.update(aim=" "), "aim"),
    (lambda c: c.update(expected=[]), "expected"),
    (lambda c: c.update(chapter=CHAPTERS[1]), "stands once"),
])
def test_a_faulty_file_is_named(change, said, tmp_path):
    path = tmp_path / FILE
    path.write_text(json.dumps(broken(change)), encoding="utf-8")
    with pytest.raises(TeachingError, match=said):
        load_teaching(path)


def test_no_file_and_no_chapter_are_said(tmp_path):
    with pytest.raises(TeachingError, match="teaching"):
        load_teaching(tmp_path / FILE)
    with pytest.raises(LookupError, match="'99'"):
        find("99")


def test_the_form_offers_every_chapter_and_asks_no_server():
    form = link_builder(chapters())
    assert re.findall(r'<option value="([^"]+)"', form) == CHAPTERS
    script = (ROOT / "emdbook" / "teach" / "assets" / "linkbuilder.js").read_text(encoding="utf-8")
    assert not re.search(r"fetch\(|XMLHttpRequest|sendBeacon|WebSocket|localStorage", script)

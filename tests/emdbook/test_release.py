"""A release: what every part made, with checksums; nothing half made, and the same files give the same bytes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile

import pytest

from emdbook.ground.browser import NoBrowser
from emdbook.ground.paths import project_dir
from emdbook.publish import release
from emdbook.publish.build import BuildError


def part(name, content=b"something"):
    return f"the {name}", lambda folder: (folder / name).write_bytes(content)


def test_a_release_is_what_its_parts_made_and_their_checksums(tmp_path, capsys):
    files = release.write_release(tmp_path / "release", [part("b.zip"), part("a.pdf", b"paper")])
    assert [file.name for file in files] == ["a.pdf", "b.zip", "SHA256SUMS"]
    lines = files[-1].read_text().splitlines()
    assert lines == [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in files[:2]]
    assert "the b.zip: 0.0 MB" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_the_checksums_are_read_by_the_common_tool_and_a_changed_file_is_noticed(tmp_path):
    folder = tmp_path / "release"
    release.write_release(folder, [part("a.zip"), part("b.zip")])
    check = ["sha256sum", "--check", "--quiet", release.SUMS]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0
    (folder / "a.zip").write_bytes(b"else")
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1


def no_browser(folder):
    raise NoBrowser("there is no Chromium")


@pytest.mark.parametrize(("broken", "said"), [
    (("the book", lambda folder: None), "nothing was made of the book"), (part("empty.zip", b""), "nothing was made"),
    (("the PDF", no_browser), "the PDF needs a browser: there is no Chromium")])
def test_a_part_that_fails_leaves_the_earlier_release(tmp_path, broken, said):
    folder = tmp_path / "release"
    release.write_release(folder, [part("old.zip")])
    with pytest.raises(BuildError, match=said):
        release.write_release(folder, [part("new.zip"), broken])
    assert sorted(file.name for file in folder.iterdir()) == ["SHA256SUMS", "old.zip"]
    assert [one.name for one in tmp_path.iterdir()] == ["release"]


def test_a_folder_is_packed_the_same_each_time_without_what_is_hidden(tmp_path):
    folder = tmp_path / "inside"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.txt").write_text("a")
    (folder / ".record.json").write_text("{}")
    one = release.zipped(tmp_path / "kit.zip", folder).read_bytes()
    (folder / "sub" / "a.txt").touch()
    assert release.zipped(tmp_path / "kit.zip", folder).read_bytes() == one
    assert zipfile.ZipFile(tmp_path / "kit.zip").namelist() == ["kit/sub/a.txt"]


def test_the_copies_are_part_of_it_and_the_workflow_publishes_what_the_command_made(tmp_path):
    copies = next(make for words, make in release.PARTS if "copies" in words)
    copies(tmp_path)
    names = zipfile.ZipFile(tmp_path / "beyond-the-marrow-notebooks.zip").namelist()
    chapters = len(list((project_dir() / "notebooks").glob("*.ipynb")))
    assert len([name for name in names if name.endswith(".ipynb")]) == 2 * chapters
    assert [one.name for one in tmp_path.iterdir()] == ["beyond-the-marrow-notebooks.zip"]
    workflow = (project_dir() / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "make release" in workflow
    assert "sha256sum --check SHA256SUMS" in workflow

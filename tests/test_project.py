"""The frame of the project: lock, licences, commands, workflows, and nothing of one machine."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from emdbook import cli as commands
from emdbook import gates
from emdbook.evidence import load
from emdbook.ground.faults import EvidenceError
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import build

ROOT = project_dir()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, list[Requirement]]:
    """The packages that a requirements file or a lock names, by name; options and hashes are passed over."""
    lines = (re.sub(r"\s+\\$|\s+#.*|^#.*", "", line) for line in text(name).splitlines())
    found: dict[str, list[Requirement]] = {}
    for line in lines:
        if line.strip() and not line.startswith((" ", "-")):
            requirement = Requirement(line)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def chosen(locked: list[Requirement], python: str, platform: str = "linux") -> list[str]:
    """Versions that a lock gives to one Python on one system."""
    here = {"python_full_version": python, "python_version": python.rpartition(".")[0], "sys_platform": platform,
            "platform_system": {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}[platform],
            "os_name": "nt" if platform == "win32" else "posix", "implementation_name": "cpython",
            "platform_python_implementation": "CPython", "platform_machine": "x86_64", "extra": ""}
    return [str(r.specifier) for r in locked if r.marker is None or r.marker.evaluate(here)]


# --- requirements -------------------------------------------------------------------------------------------------

SETS = [("requirements.txt", "requirements.lock"), ("requirements-test.txt", "requirements-test.lock")]


@pytest.mark.parametrize(("wanted", "lock"), SETS)
@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.1", "3.13.0", "3.14.0"])
def test_the_lock_gives_every_python_the_pinned_versions(wanted, lock, python):
    direct, locked = pins(wanted), pins(lock)
    for platform in ("linux", "darwin", "win32"):
        for name, requirements in direct.items():
            exact = [str(r.specifier) for r in requirements]
            assert re.fullmatch(r"==[\w.!+]+", exact[0]), name
            assert chosen(locked.get(name, []), python, platform) == exact, (name, platform)
        assert all(len(chosen(found, python, platform)) <= 1 for found in locked.values())


@pytest.mark.parametrize("lock", [lock for _, lock in SETS])
def test_every_locked_package_is_exact_and_has_hashes(lock):
    entries = re.split(r"\n(?=\S)", text(lock).partition("make lock\n")[2].strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+]+( ; [^\\\n]+)? \\\n", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "emdbook" not in pins(lock), "the toolkit itself has no hash"
    # pip before 24 takes the newest of a package that another one wants with an extra, unless the lock names the extra
    assert [str(r.extras) for r in pins(lock)["jsonschema"]] == ["{'format-nongpl'}"]


def test_the_test_lock_is_the_lock_of_readers_and_more():
    readers, tests = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name for name, found in readers.items() if {(str(r.specifier), str(r.marker)) for r in found}
            != {(str(r.specifier), str(r.marker)) for r in tests.get(name, [])}} == set()
    assert {"pytest", "playwright", "ruff", "frictionless"} <= tests.keys() - readers.keys()


def test_the_packages_of_this_environment_fit_together():
    installed = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stdout


def test_the_package_asks_for_nothing_that_is_not_pinned():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert {canonicalize_name(Requirement(x).name) for x in project["dependencies"]} <= set(pins("requirements.txt"))
    assert project["requires-python"] == ">=3.11"
    assert "jupyter-book==1." in text("requirements.txt"), "Jupyter Book 2 does not read _config.yml"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The toolkit as a wheel installs it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
                   capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def read_from(site: Path, where: Path) -> tuple[Path, str]:
    """The folder that ``load()`` of an installed toolkit reads when a kernel stands in ``where``, and one figure."""
    code = ("import emdbook; ev = emdbook.load(); print(emdbook.__file__); print(ev.folder); "
            "print(ev.outcome('majestec-1.em-e.orr.primary').events)")
    environment = {k: v for k, v in os.environ.items() if k not in ("EMDBOOK_DATA", "PYTHONPATH")}
    run = subprocess.run([sys.executable, "-P", "-c", code], cwd=where, capture_output=True, text=True, check=False,
                         env=environment | {"PYTHONPATH": str(site)})
    assert run.returncode == 0, run.stderr
    toolkit, folder, events = run.stdout.splitlines()
    assert site in Path(toolkit).parents
    return Path(folder), events


def test_a_wheel_brings_the_data_along(installed, tmp_path):
    folder, events = read_from(installed, tmp_path)
    assert folder == installed / "emdbook" / "_data"
    theirs = {f.relative_to(ROOT / "data"): f.read_bytes() for f in (ROOT / "data").rglob("*") if f.is_file()}
    assert {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()} == theirs
    assert events == "10"


def test_the_data_of_the_learners_own_copy_come_first(installed, tmp_path):
    own = tmp_path / "copy"
    shutil.copytree(ROOT / "data", own / "data")
    (own / "notebooks").mkdir()
    table = own / "data" / "outcomes.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("majestec-1.em-e.orr.primary,"))
    header = next(csv.reader([lines[0]]))
    row = dict(zip(header, next(csv.reader([lines[at]])), strict=True)) | {"events": "11", "value": "39.3"}
    out = io.StringIO()
    csv.DictWriter(out, header, lineterminator="\n").writerow(row)
    lines[at] = out.getvalue()
    table.write_text("".join(lines), encoding="utf-8")
    assert read_from(installed, own / "notebooks") == (own / "data", "11")
    # what is no data package of this book is passed over
    (own / "notebooks" / "data").mkdir()
    (own / "notebooks" / "data" / "datapackage.json").write_text('{"name": "mine"}', encoding="utf-8")
    assert read_from(installed, own / "notebooks") == (own / "data", "11")


def test_a_damaged_package_is_told_and_never_replaced_in_silence(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "datapackage.json").write_text("{", encoding="utf-8")
    monkeypatch.delenv("EMDBOOK_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    assert data_dir() == tmp_path / "data"
    with pytest.raises(EvidenceError):
        load()


# --- commands and gates -------------------------------------------------------------------------------------------

def test_each_target_of_the_makefile_calls_a_command_that_exists():
    called = set(re.findall(r"-m emdbook ([\w-]+)", text("Makefile")))
    assert called
    assert called <= set(commands.COMMANDS)
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    assert {"book", "serve", "lab", "test", "check-data", "bench", "audit", "clean", "lint", "lock"} <= targets


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_says_when_python_is_too_old_or_missing(tmp_path):
    for name in ("Makefile", "requirements.lock", "requirements-test.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\n[ \"$1\" = -V ] && echo Python 3.9.2\nexit 1\n")
    old.chmod(0o755)
    for python, words in ((f"PYTHON={old}", "needs Python 3.11 or newer"), ("PYTHON=no-python-at-all", "There is no")):
        run = subprocess.run(["make", "book", python], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode
        assert words in run.stdout
        assert not (tmp_path / ".venv").exists()


def test_the_readme_opens_with_the_two_commands():
    readme = text("README.md")
    block = re.search(r"```sh\n(.*?)```", readme, re.S)[1]
    assert re.findall(r"^make \w+", block, re.M) == ["make book", "make test"]
    assert readme.index("make book") < 400
    named = set(re.findall(r"python -m emdbook ([\w-]+)", readme + text("CONTRIBUTING.md")))
    assert named <= set(commands.COMMANDS)
    assert readme.count("not medical advice") == 1


def test_every_command_that_a_page_prints_exists():
    pages = {file.name: file.read_text(encoding="utf-8") for file in
             (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").glob("*.md")))}
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    made = {(name, word) for name, page in pages.items() for word in re.findall(r"(?:`|^)make ([a-z-]+)", page, re.M)}
    asked = {(name, word) for name, page in pages.items()
             for word in re.findall(r"(?:python|PY\)|bin/python) -m emdbook ([a-z-]+)", page)}
    assert {name for name, _ in made | asked} > {"README.md", "CONTRIBUTING.md", "instructor_guide.md"}
    assert {(name, word) for name, word in made if word not in targets} == set()
    assert {(name, word) for name, word in asked if word not in commands.COMMANDS} == set()


def result(name="tests", passed=True, **more):
    return gates.Result(name, passed, **more)


@pytest.mark.parametrize(("results", "line"), [
    ([result(tests=840), result("lint")], "All gates passed: 840 tests in 12 s"),
    ([result(tests=840, skipped=2)], "All gates passed: 838 tests, 2 skipped, in 12 s"),
    ([result(tests=10, failed=3, passed=False), result("lint"), result("book", False)],
     "FAILED: tests, book (3 failed of 10 tests in 12 s)"),
])
def test_the_run_ends_with_one_clear_line(results, line):
    assert gates.summary(results, 12.3) == line


def test_the_scripts_are_part_of_lint_where_there_is_npm(monkeypatch):
    monkeypatch.setattr(gates, "_module", lambda *arguments: 0)
    monkeypatch.setattr(gates, "front_end", lambda: (1, ""))
    assert not gates.lint().passed
    monkeypatch.undo()
    monkeypatch.setattr(gates.shutil, "which", lambda name: None)
    code, why = gates.front_end()
    assert code == 0
    assert "there is no npm" in why


def test_a_failed_gate_does_not_stop_the_others(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(gates, "build_dir", lambda: tmp_path / "_build")
    ran = []

    def gate(name, passed):
        return lambda: ran.append(name) or result(name, passed)

    monkeypatch.setattr(gates, "GATES", {n: gate(n, n != "b") for n in "abc"})
    assert gates.run() == 1
    assert ran == ["a", "b", "c"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILED: b (")
    assert gates.run(["a"]) == 0
    assert json.loads((tmp_path / "_build" / "gates.json").read_text(encoding="utf-8")) == {"a": 0, "b": 0, "c": 0}


def test_an_unknown_gate_is_refused(capsys):
    assert commands.main(["test", "nothing"]) == 2
    assert "lint, data, notebooks, tests, book, web" in capsys.readouterr().err


def test_the_weekly_mutation_run_still_finds_the_places_of_its_seven_faults():
    run = subprocess.run([sys.executable, "tests/mutation", "--list", "--rooms", "charts", "--sample", "1"], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    assert len(run.stdout.splitlines()) == 8, run.stderr


def test_a_gate_without_tests_fails(tmp_path):
    (tmp_path / "empty").mkdir()
    found = gates._pytest("tests", str(tmp_path / "empty"), "-p", "no:cacheprovider")
    assert not found.passed


def test_tests_that_share_something_costly_run_on_one_worker(tmp_path):
    """With one release of pytest they did not, nothing said so, and the browser gate took a fifth longer."""
    (tmp_path / "test_shared.py").write_text(
        "import os, pathlib, time, pytest\n@pytest.mark.xdist_group('shared')\n"
        "@pytest.mark.parametrize('i', range(6))\ndef test_it(i):\n    time.sleep(0.05)\n"
        "    pathlib.Path(f'{i}.txt').write_text(os.environ['PYTEST_XDIST_WORKER'])\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider",
                    "test_shared.py"], cwd=tmp_path, check=True, capture_output=True)
    assert len({file.read_text(encoding="utf-8") for file in tmp_path.glob("*.txt")}) == 1


def test_browser_and_book_tests_live_in_one_place():
    """The gate 'tests' leaves out tests/web and nothing else, so no other test may need a browser or the book."""
    needs = re.compile(r"mark\.(?:browser|book)\b|(?:import|from) playwright")
    others = {path for path in (ROOT / "tests").rglob("test_*.py") if "web" not in path.parts} - {Path(__file__)}
    assert [path for path in others if needs.search(path.read_text(encoding="utf-8"))] == []


def test_no_browser_is_opened_in_ci_or_when_not_wanted(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("NO_OPEN", raising=False)
    assert build.may_open()
    for name, value in (("CI", "true"), ("NO_OPEN", "1")):
        with monkeypatch.context() as context:
            context.setenv(name, value)
            assert not build.may_open()


def test_a_taken_port_is_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "index_page", lambda: tmp_path / "index.html")
    with build.make_server(0) as first, build.make_server(first.server_port) as second:
        assert second.server_port != first.server_port


def test_an_address_that_is_gone_is_told_from_one_that_refuses():
    def one(status, info=""):
        return {"filename": "book/a.md", "uri": f"https://example.net/{status}", "status": status, "info": info}

    refused = [one("broken", f"{code} Client Error: no") for code in (403, 405, 406)]
    gone = [one("broken", "404 Client Error: Not Found for url"), one("timeout", "timed out")]
    assert build.gone_of([one("working"), one("redirected"), one("ignored"), *refused, *gone]) == [
        "book/a.md: https://example.net/broken 404 Client Error: Not Found for url",
        "book/a.md: https://example.net/timeout timed out"]
    with pytest.raises(build.BuildError, match="no outside address"):
        build.gone_of([])


# --- files around -------------------------------------------------------------------------------------------------

def test_workflows_call_the_one_script():
    jobs = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"] for path in WORKFLOWS}
    for name in ("test", "publish", "weekly"):  # there may be more, each with work of its own
        assert "bash .ci/run" in [step.get("run") for job in jobs[name].values() for step in job["steps"]]
    for job in (job for found in jobs.values() for job in found.values()):
        assert "timeout-minutes" in job or not any("run" in step for step in job["steps"])
    script = text(".ci/run")
    assert script.startswith("#!/usr/bin/env bash")
    assert "make test" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_shell_scripts_parse():
    for name in (".ci/run", ".binder/postBuild"):
        subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


def test_citation_and_licences():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["version"] == tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert text("LICENSE").startswith("MIT License")
    content = text("LICENSE-CONTENT")
    assert "Creative Commons Attribution 4.0 International" in content
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in content


def test_other_configuration_can_be_read():
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    assert {"ruff", "nbstripout", "codespell"} <= {hook["id"] for hook in hooks}
    assert "-r ../requirements.lock" in text(".binder/requirements.txt")
    config = yaml.safe_load(text("_config.yml"))
    assert config["execute"]["execute_notebooks"] == "off", "the chapters are run by emdbook.publish.executed"
    assert config["execute"]["stderr_output"] == "error"


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    names = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name]


def test_nothing_names_one_machine():
    pattern = re.compile(r"(?<![\w.:/-])/(?:work|farm|home|Users)/[\w.-]+|/tmp/[a-z]\w+|"
                         r"shared/(?:evidence|design|source)")
    found = []
    for path in tracked():
        if path.suffix in (".woff2", ".ttf", ".otf", ".png", ".gz") or path == Path(__file__) or not path.is_file():
            continue
        content = path.read_text(encoding="utf-8")
        # Python on the page has a disk of its own, with the same folders on every machine
        if "runtime" in path.parts or path.name == "engine_pyodide.js":
            content = content.replace("/tmp/", "").replace("/home/pyodide", "")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(content)]
    assert found == []


def test_what_is_built_is_not_in_the_repository():
    built = re.compile(r"(?:^|/)(?:_build|\.venv|__pycache__|\.ipynb_checkpoints|\.emdbook-cache)/|\.egg-info/|\.pyc$")
    assert [str(p) for p in tracked() if built.search(p.relative_to(ROOT).as_posix())] == []


def test_each_room_imports_only_the_rooms_below_it(monkeypatch):
    monkeypatch.chdir(project_dir())
    assert lint_imports() == 0, "see [tool.importlinter] in pyproject.toml; run lint-imports for the arrows"

"""The frame of the project: lock, licences, commands, workflows, and nothing of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from emdbook import cli as commands
from emdbook import gates
from emdbook.ground.paths import project_dir
from emdbook.publish import build, weblinks
from emdbook.publish.lock import closure, read_requirements

ROOT = project_dir()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def versions(path: Path) -> dict[str, str]:
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in read_requirements(path)}


# --- requirements -------------------------------------------------------------------------------------------------

def test_every_requirement_is_pinned_and_the_lock_agrees():
    direct, locked = versions(ROOT / "requirements.txt"), versions(ROOT / "requirements.lock")
    assert all(re.fullmatch(r"[\w.!+]+", version) for version in [*direct.values(), *locked.values()])
    assert {name: (version, locked.get(name)) for name, version in direct.items() if locked.get(name) != version} == {}


def test_the_lock_is_plain_and_sorted():
    lines = text("requirements.lock").splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.!+]+", line) for line in packages)
    names = [canonicalize_name(line.partition("==")[0]) for line in packages]
    assert names == sorted(set(names))
    assert not {"pip", "setuptools", "emdbook"} & set(names)


def test_the_lock_holds_everything_that_the_requirements_need():
    try:
        needed = closure(read_requirements(ROOT / "requirements.txt"))
    except LookupError as error:
        pytest.skip(f"this environment is not the locked one: {error}")
    locked = versions(ROOT / "requirements.lock")
    assert [name for name in needed if canonicalize_name(name) not in locked] == []


def test_a_missing_package_is_named():
    with pytest.raises(LookupError, match=r"no-such-package-of-this-book.*wanted by requirements\.txt"):
        closure([Requirement("no-such-package-of-this-book")])


def test_the_package_asks_for_nothing_that_is_not_pinned():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    direct = versions(ROOT / "requirements.txt")
    assert {canonicalize_name(Requirement(x).name) for x in project["dependencies"]} <= set(direct)
    assert project["requires-python"] == ">=3.11"
    assert "jupyter-book==1." in text("requirements.txt"), "Jupyter Book 2 does not read _config.yml"


# --- commands and gates -------------------------------------------------------------------------------------------

def test_each_target_of_the_makefile_calls_a_command_that_exists():
    called = set(re.findall(r"-m emdbook ([\w-]+)", text("Makefile")))
    assert called
    assert called <= set(commands.COMMANDS)
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    assert {"book", "serve", "lab", "test", "check-data", "bench", "audit", "clean", "lint", "lock"} <= targets


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_says_when_python_is_too_old_or_missing(tmp_path):
    for name in ("Makefile", "requirements.txt", "requirements.lock", "pyproject.toml"):
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


def test_a_failed_gate_does_not_stop_the_others(monkeypatch, capsys):
    ran = []

    def gate(name, passed):
        return lambda: ran.append(name) or result(name, passed)

    monkeypatch.setattr(gates, "GATES", {n: gate(n, n != "b") for n in "abc"})
    assert gates.run() == 1
    assert ran == ["a", "b", "c"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILED: b (")
    assert gates.run(["a"]) == 0


def test_an_unknown_gate_is_refused(capsys):
    assert commands.main(["test", "nothing"]) == 2
    assert "lint, data, tests, notebooks, book, web" in capsys.readouterr().err


def test_a_gate_without_tests_fails(tmp_path):
    (tmp_path / "empty").mkdir()
    found = gates._pytest("tests", str(tmp_path / "empty"), "-p", "no:cacheprovider")
    assert not found.passed


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


def test_outside_links_are_asked_with_reasons(tmp_path):
    (tmp_path / "a.html").write_text('<a href="http://127.0.0.1:9/x"></a><a href="https://clinicaltrials.gov/study/1"></a>'
                                     '<a href="b.html"></a><a href="https://doi.org/10.1/x#y"></a>', encoding="utf-8")
    assert weblinks.addresses(tmp_path) == {"https://doi.org/10.1/x": "a.html"}
    assert all(weblinks.IGNORED.values())


def test_an_address_that_is_gone_is_told_from_one_that_refuses(tmp_path):
    import functools
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/ok": 200, "/refused": 403}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        assert weblinks.ask(f"{root}/ok") == weblinks.ask(f"{root}/refused") == ""
        assert weblinks.ask(f"{root}/gone") == "answers 404"
        server.shutdown()
    assert "does not answer" in weblinks.ask(f"{root}/ok")


# --- files around -------------------------------------------------------------------------------------------------

def test_workflows_call_the_one_script():
    assert {path.stem for path in WORKFLOWS} == {"test", "publish", "weekly"}
    for path in WORKFLOWS:
        jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
        assert "bash .ci/run" in [step.get("run") for job in jobs.values() for step in job["steps"]]
        assert all("timeout-minutes" in job for job in jobs.values() if any("run" in s for s in job["steps"]))
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
    assert {hook["id"] for hook in hooks} == {"ruff", "nbstripout", "codespell"}
    assert "-r ../requirements.lock" in text(".binder/requirements.txt")
    config = yaml.safe_load(text("_config.yml"))
    assert config["execute"]["execute_notebooks"] == "force"
    assert config["execute"]["stderr_output"] == "error"
    assert config["execute"]["allow_errors"] is False


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
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(content)]
    assert found == []


def test_what_is_built_is_not_in_the_repository():
    built = re.compile(r"(?:^|/)(?:_build|\.venv|__pycache__|\.ipynb_checkpoints|\.emdbook-cache)/|\.egg-info/|\.pyc$")
    assert [str(p) for p in tracked() if built.search(p.relative_to(ROOT).as_posix())] == []


def test_the_python_that_runs_is_supported():
    assert sys.version_info >= (3, 11)


def test_each_room_imports_only_the_rooms_below_it(monkeypatch):
    monkeypatch.chdir(project_dir())
    assert lint_imports() == 0, "see [tool.importlinter] in pyproject.toml; run lint-imports for the arrows"

"""The gates that a change must pass: lint, data, tests, notebooks, book, web; and four slow ones.

One gate that fails does not stop the others, so one run tells everything.  The run ends with one line that names the
gates that failed, or says that all passed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import executed
from emdbook.publish.build import build, build_dir, index_page
from emdbook.publish.runtime.pages import has_python

_OLDEST = (3, 11, 0)
#: Two workers: what the smallest machines have that run this.
_WORKERS = ("-n", "2")


@dataclass
class Result:
    """What one gate said."""

    name: str
    passed: bool
    seconds: float = 0.0
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""


def _run(*arguments: str, environment: Mapping[str, str] | None = None) -> int:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=project_dir(), stdin=subprocess.DEVNULL, check=False, env=environment).returncode


def _module(name: str, *arguments: str) -> int:
    return _run("-m", name, *arguments)


def _counts(report: Path) -> tuple[int, int, int]:
    """Tests, failures and skips of a JUnit report; zeros where pytest wrote none."""
    if not report.is_file():
        return 0, 0, 0
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    tests, failures, errors, skipped = (sum(int(s.get(key, 0)) for s in suites)
                                        for key in ("tests", "failures", "errors", "skipped"))
    return tests, failures + errors, skipped


def _pytest(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = _run("-m", "pytest", *arguments, "-q", f"--junitxml={report}", environment=environment)
        tests, failed, skipped = _counts(report)
    if code == 0 and tests == 0:
        return Result(name, False, note="no test was found")
    return Result(name, code == 0, tests=tests, failed=failed, skipped=skipped)


def lint() -> Result:
    """Style and spelling of the code and the text; scripts and style sheets too, where Node is at hand."""
    codes = [_module("ruff", "check", "."), _module("codespell_lib")]
    code, note = front_end()
    return Result("lint", not any(codes) and code == 0, note=note)


def front_end() -> tuple[int, str]:
    """Style and types of scripts and style sheets, by the tools that ``package.json`` names.

    Returns
    -------
    tuple of (int, str)
        0 when nothing was found or nothing could be looked at, and why it could not.
    """
    npm = shutil.which("npm")
    if npm is None:
        return 0, "scripts and style sheets were not looked at: there is no npm"

    def run(*arguments: str) -> int:
        return subprocess.run([npm, *arguments], cwd=project_dir(), stdin=subprocess.DEVNULL, check=False).returncode

    kept = project_dir() / "node_modules" / ".package-lock.json"
    wanted = project_dir() / "package-lock.json"
    if (not kept.is_file() or kept.stat().st_mtime < wanted.stat().st_mtime) and \
            run("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"):
        return 0, "scripts and style sheets were not looked at: npm could not fetch the tools"
    return run("run", "--silent", "lint"), ""


def check_data() -> int:
    """Check the data package by the rules of the contract, its documents by their readers, and all by frictionless.

    Returns
    -------
    int
        0 when it is sound.

    Notes
    -----
    Whoever only reads or builds the book need not install frictionless: the contract is stricter in all but form.
    """
    codes = [_module("emdbook.checks.documents")]
    if find_spec("frictionless"):
        codes.append(_run("-c", _FRICTIONLESS, str(data_dir())))
    else:
        print("frictionless was not asked: it comes with requirements-test.txt")
    return 1 if any(codes) else 0


#: The command line of frictionless prints wide tables; this says the same in a few lines.
_FRICTIONLESS = """
import os, sys
from frictionless import validate
os.chdir(sys.argv[1])  # it refuses an address with signs of its own, such as the # of a folder
report = validate("datapackage.json")
for line in report.flatten(["title", "rowNumber", "fieldName", "message"])[:50]:
    print(*[x for x in line if x is not None], sep=", ")
for task in report.tasks:
    for warning in task.warnings:
        print(task.name, warning, sep=": ")
print("frictionless: the data package is", "valid" if report.valid else "NOT valid")
sys.exit(0 if report.valid else 1)
"""


def data() -> Result:
    """The data package is sound."""
    return Result("data", check_data() == 0)


def tests() -> Result:
    """All tests that need neither a browser nor the built book."""
    return _pytest("tests", "tests", "--ignore=tests/web", "-m", "not whole", *_WORKERS)


def notebooks() -> Result:
    """Every chapter runs from top to bottom, and cells marked NBVAL_CHECK_OUTPUT print what they did.

    It is the one execution: the book, its tests, the exercises and the decks look at what the cells showed here.
    """
    return _pytest("notebooks", "notebooks", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300",
                   "-p", "emdbook.publish.nbval_store", *_WORKERS, "--dist", "loadscope",
                   environment=executed.environment(alone=False))


def book() -> Result:
    """The book builds afresh, with warnings and anything on stderr as errors; and so do the decks."""
    if build(force=True):
        return Result("book", False)
    return Result("book", _module("emdbook", "slides") == 0)


def web() -> Result:
    """The built pages in a real browser: widgets against fresh charts, axe, JupyterLab; and the links."""
    if not index_page().is_file():
        return Result("web", False, note="not run, because there is no built book")
    return _pytest("web", "tests/web", "-m", "not whole and not exhaustive and not python", *_WORKERS,
                   "--dist", "loadgroup")


def widgets() -> Result:
    """Every state of small widgets and a sample of large ones, by mouse and by keyboard; decks; fidelity of the SVG."""
    if not index_page().is_file():
        return Result("widgets", False, note="not run, because there is no built book")
    return _pytest("widgets", "tests/web", "-m", "exhaustive and not whole", *_WORKERS, "--dist", "loadgroup")


def python() -> Result:
    """Python on the page: every exercise in two browsers, every mistake, Stop at any time, and a second runtime."""
    if not index_page().is_file():
        return Result("python", False, note="not run, because there is no built book")
    if not has_python(index_page().parent):
        return Result("python", False, note="the book was built without Python: EMDBOOK_PYTHON=1")
    return _pytest("python", "tests/web", "-m", "python", *_WORKERS)


def offline() -> Result:
    """The zip, the PDF and the EPUB of the whole book are made, and hold it; epubcheck reads the last, where it is."""
    if not index_page().is_file():
        return Result("offline", False, note="not run, because there is no built book")
    if _module("emdbook", "offline") or _module("emdbook", "epub"):
        return Result("offline", False, note="the zip, the PDF or the EPUB was not made")
    return _pytest("offline", "tests/web", "tests/emdbook/test_epub.py", "-m", "whole")


def _pythons() -> dict[tuple[int, ...], str]:
    """Version and path of every Python here that the book supports: those that uv knows, and those of pyenv."""
    command = [sys.executable, "-m", "uv", "python", "list", "--only-installed", "--output-format", "json"]
    listed = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    found = {one["version"]: one["path"] for one in json.loads(listed.stdout) if one["implementation"] == "cpython"}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found |= {path.parents[1].name: str(path) for path in pyenv.glob("*/bin/python")}
    numbers = {tuple(map(int, version.split("."))): path for version, path in found.items()
               if re.fullmatch(r"\d+\.\d+\.\d+", version)}
    return {version: path for version, path in sorted(numbers.items()) if version >= _OLDEST}


def setup() -> Result:
    """Readers' packages install, with their hashes, on every Python here that the book supports, and it loads there."""
    wanted, failed = _pythons(), []
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    for version, path in wanted.items():
        name = ".".join(map(str, version))
        with tempfile.TemporaryDirectory() as folder:
            python = str(Path(folder, "Scripts/python.exe" if os.name == "nt" else "bin/python"))
            steps = ([path, "-m", "venv", "--without-pip", folder],
                     [*install, "--python", python, "--require-hashes", "-r", "requirements.lock"],
                     [*install, "--python", python, "--no-deps", "."],
                     [python, "-m", "emdbook.evidence", "check"])
            worked = not any(subprocess.run(step, cwd=project_dir(), stdin=subprocess.DEVNULL, check=False).returncode
                             for step in steps)
        print(f"Python {name}: {'set up' if worked else 'NOT set up'}", flush=True)
        failed += [] if worked else [name]
    note = f"not on {', '.join(failed)}" if failed else "" if wanted else "no Python was found"
    return Result("setup", bool(wanted) and not failed, tests=len(wanted), failed=len(failed), note=note)


#: In the order in which they run: the quick ones first, and the chapters before all that looks at what they showed.
GATES: dict[str, Callable[[], Result]] = {
    "lint": lint, "data": data, "notebooks": notebooks, "tests": tests, "book": book, "web": web,
    "widgets": widgets, "python": python, "offline": offline, "setup": setup}
#: Run when asked for by name, and every week: they take longest, and ``web`` has a quick form of each.
SLOW = {"widgets", "python", "offline", "setup"}


def summary(results: Sequence[Result], seconds: float) -> str:
    """The one line that a run ends with.

    Parameters
    ----------
    results : sequence of Result
        One per gate.
    seconds : float
        Of the whole run.

    Returns
    -------
    str
    """
    total = sum(r.tests for r in results)
    skipped = sum(r.skipped for r in results)
    ran = total - skipped
    words = f"{ran} tests" + (f", {skipped} skipped," if skipped else "") + f" in {seconds:.0f} s"
    failed = [r for r in results if not r.passed]
    if not failed:
        return f"All gates passed: {words}"
    number = sum(r.failed for r in results)
    return f"FAILED: {', '.join(r.name for r in failed)} ({number} failed of {words})"


def _keep_times(results: Sequence[Result]) -> None:
    """Leave the seconds of each gate for ``make bench``; those that did not run keep theirs."""
    file = build_dir() / "gates.json"
    file.parent.mkdir(exist_ok=True)
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    now = {r.name: round(r.seconds) for r in results}
    file.write_text(json.dumps(before | now, indent=1) + "\n", encoding="utf-8")


def run(names: Sequence[str] = ()) -> int:
    """Run the gates and print what each said.

    Parameters
    ----------
    names : sequence of str
        Only these gates; if left out, all that are not in :data:`SLOW`.

    Returns
    -------
    int
        0 when every gate passed, else 1.
    """
    if missing := [name for name in ("pytest", "ruff", "frictionless", "nbval") if not find_spec(name)]:
        print(f"The gates need {', '.join(missing)}: make test installs what is missing, "
              "or python -m pip install -r requirements-test.txt", file=sys.stderr)
        return 2
    start = time.monotonic()
    chosen = [name for name in GATES if name in names or (not names and name not in SLOW)]
    results = []
    for i, name in enumerate(chosen, start=1):
        print(f"\n=== gate {i} of {len(chosen)}: {name} ===", flush=True)
        begun = time.monotonic()
        result = GATES[name]()
        result.seconds = time.monotonic() - begun
        results.append(result)
    print("\ngate        result    seconds   tests")
    for r in results:
        said = "passed" if r.passed else "FAILED"
        print(f"{r.name:<11} {said:<9} {r.seconds:>7.0f} {r.tests or '':>7}  {r.note}".rstrip())
    _keep_times(results)
    print(summary(results, time.monotonic() - start), flush=True)
    return 0 if all(r.passed for r in results) else 1

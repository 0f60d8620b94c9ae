"""What an author waits for: set-up, a book in which nothing changed, and a page after its file was saved.

Everything happens in a copy of the project in a folder of its own, so that no file of the author is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tokenize
from pathlib import Path

from emdbook.ground.paths import project_dir

#: What a build reads, and what the last build left that a next one goes on with.
_COPIED = ("_config.yml", "_toc.yml", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT", "CITATION.cff",
           "Makefile", "requirements.lock", "requirements-test.lock", "book", "notebooks", "emdbook", "data",
           "_build/html", "_build/.doctrees", "_build/executed", ".emdbook-cache")
CHAPTER, ROW = "09_bispecific_antibodies", "majestec-1.em-e.orr.primary"

#: Run in the copy: three edits, each saved and then shown as the preview shows it.
_EDITS = """
import csv, json, sys, time
from pathlib import Path
from emdbook.publish import build, executed, preview

chapter, row = sys.argv[1:]
notebook, page = Path("notebooks", f"{chapter}.ipynb").resolve(), f"notebooks/{chapter}"
shown = preview.Preview()
start = time.perf_counter(); shown.begin(); times = {"begin": time.perf_counter() - start}
html = shown.folder / f"{page}.html"

def measure(name, edit, words):
    edit()
    time.sleep(10)  # an author writes for some seconds, and meanwhile the next press loads what it needs
    shown.changed += 1
    start = time.perf_counter()
    shown.fresh(page)
    times[name] = time.perf_counter() - start
    if words not in html.read_text(encoding="utf-8"):
        raise SystemExit(f"after the edit of a {name} the page does not say {words!r}: {shown.said.get(page)}")

def cells(change):
    made = json.loads(notebook.read_text(encoding="utf-8"))
    change(made["cells"])
    notebook.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\\n", encoding="utf-8")

def sentence(found):
    found[0]["source"] = "".join(found[0]["source"]).replace("# ", "# Edited: ", 1)

def code(found):
    last = [c for c in found if c["cell_type"] == "code"][1]
    last["source"] = "print('edited cell')\\n" + "".join(last["source"])

def table():
    path = Path("data/outcomes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    one = next(r for r in rows if r["outcome_id"] == row)
    one |= {"events": str(int(one["events"]) + 1), "ci_low": "", "ci_high": "",
            "value": f"{100 * (int(one['events']) + 1) / int(one['n']):.1f}"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\\n")
        writer.writeheader(); writer.writerows(rows)
    return f"{one['events']} of {one['n']}"

measure("sentence", lambda: cells(sentence), "Edited: ")
measure("cell", lambda: cells(code), "edited cell")
said = []
measure("table", lambda: said.append(table()), "11 of 28")
shown.end()
print("TIMES " + json.dumps({name: round(value, 1) for name, value in times.items()}))
"""


def _copy(folder: Path) -> None:
    for name in _COPIED:
        source, target = project_dir() / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy2(source, target)


def _run(command: list[str], folder: Path, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if k not in ("EMDBOOK_DATA", "EMDBOOK_CACHE")}
    run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                         env=kept | {"PYTHONPATH": str(folder), "NO_OPEN": "1"} | environment)
    if run.returncode:
        raise RuntimeError((run.stderr or run.stdout).strip().splitlines()[-1])
    return run.stdout


def preview() -> dict[str, float]:
    """Seconds from a saved sentence, cell and table to the page that shows it; and of a build with nothing changed.

    Raises
    ------
    RuntimeError
        If a page does not show what was saved.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "book"
        folder.mkdir()
        _copy(folder)
        start = time.perf_counter()
        said = _run([sys.executable, "-m", "emdbook", "build"], folder)
        nothing = time.perf_counter() - start
        found = {} if "Nothing changed" not in said else {"book, nothing changed": round(nothing, 1)}
        # Sphinx reads every page anew where a book has moved: an author's has not, so the copy is made once more first
        _run([sys.executable, "-c", "from emdbook.publish.build import build; raise SystemExit(build(force=True))"],
             folder)
        out = _run([sys.executable, "-c", _EDITS, CHAPTER, ROW], folder)
    return found | json.loads(next(line for line in out.splitlines() if line.startswith("TIMES "))[6:])


def setup() -> dict[str, dict[str, float]]:
    """Seconds and megabytes of the two environments, as make sets them up; packages come from the network."""
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "book"
        folder.mkdir()
        _copy(folder)
        for name, stamp in (("readers", ".venv/.ready"), ("with tests", ".venv/.ready-test")):
            start = time.perf_counter()
            _run(["make", stamp, f"PYTHON={sys.executable}"], folder)
            size = sum(f.stat().st_size for f in (folder / ".venv").rglob("*") if f.is_file() and not f.is_symlink())
            found[name] = {"seconds": round(time.perf_counter() - start, 1), "MB": round(size / 1e6)}
    return found


def code_lines(file: Path) -> int:
    """Lines of a module that hold code: no blank line, no comment, no docstring."""
    lines: set[int] = set()
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
              tokenize.ENDMARKER}
    before = tokenize.NEWLINE  # what stood before: a text that begins a line alone is a docstring
    with tokenize.open(file) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
                continue
            if token.type not in layout:
                lines.update(range(token.start[0], token.end[0] + 1))
            if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING):
                before = token.type
    return len(lines)


def rooms() -> dict[str, int]:
    """Lines of code by room of the toolkit."""
    found: dict[str, int] = {}
    root = project_dir() / "emdbook"
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).parts
        room = parts[0].removesuffix(".py") if parts[0] != "__init__.py" else "emdbook"
        found[room] = found.get(room, 0) + code_lines(file)
    return found


def kept(name: str) -> dict:
    """What another run left in ``_build``: seconds of the gates, or mutants caught; empty if it never ran."""
    file = project_dir() / "_build" / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def measure() -> dict:
    """Everything of this module, and what the gates and the mutation run left behind.

    Returns
    -------
    dict
        ``gates`` (seconds), ``preview`` (seconds), ``setup`` (seconds and MB), ``rooms`` (lines of code), ``mutants``.
        A part that could not be measured holds its reason under ``failed``.
    """
    found: dict[str, dict] = {"gates": kept("gates.json"), "rooms": rooms(), "mutants": kept("mutants.json")}
    for name, part in (("preview", preview), ("setup", setup)):
        try:
            found[name] = part()
        except (RuntimeError, OSError, StopIteration) as error:  # no network, or no book yet: the rest is measured
            found[name] = {"failed": str(error)}
    return found

"""Plant faults in the code, one at a time, and count how many the fast tests notice.

``python tests/mutation`` plants the seven faults that a review once found to pass every test, and a fixed sample of
others from four rooms: marks drawn elsewhere, intervals of another length, fillings and colours exchanged, comparisons
and arithmetic turned round.  It ends with one line and the status 1 where fewer than nine of ten are noticed.

``--rooms charts lessons`` plants in these alone, ``--sample 20`` takes so many from each, ``--list`` only prints them.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
ENOUGH = 0.9
SLOW = "not importing_the_charts and not pyplot"
SAMPLE = {"charts": 24, "lessons": 16, "estimates": 12, "evidence": 8}


@dataclass(frozen=True)
class Fault:
    """One change of one file: the characters from ``start`` to ``end`` become ``new``."""

    file: str
    line: int
    start: int
    end: int
    old: str
    new: str
    kind: str

    def __str__(self) -> str:
        old, new = (" ".join(text.split())[:60] for text in (self.old, self.new))
        return f"{self.file}:{self.line} {self.kind}: {old} -> {new}"


#: The seven of the review: file, what stands there once, what is planted, what that does.
SEVEN = (
    ("charts/forest.py", "point(axes, row.percent, y,", "point(axes, 100 - row.percent, y,", "marks at 100 - percent"),
    ("charts/forest.py", "diamond(axes, at, (low, middle, high),", "diamond(axes, at, (low / 2, middle / 2, high / 2),",
     "diamond at half its value"),
    ("charts/forest.py", "span(axes, y, row.ci_low, row.ci_high, limits, color=style.MUTED.light)\n            size",
     "span(axes, y, row.ci_low, (row.ci_low + row.ci_high) / 2, limits, color=style.MUTED.light)\n            size",
     "intervals half as long"),
    ("charts/marks.py", 'face = mark.light if fill == "full" else style.PAPER.light',
     'face = mark.light if fill != "full" else style.PAPER.light', "filled and open exchanged"),
    ("charts/pooling.py", "point(axes, row.percent, y, shade,", "point(axes, row.ci_low, y, shade,", "marks at ci_low"),
    ("charts/medians.py", "limit if row.not_reached else min(row.value, limit)]",
     "limit if row.not_reached else min(row.value, limit) / 10]", "bars ten times too short"),
    ("charts/paired.py", "point(axes, one.percent, y, mark,", "point(axes, 50, y, mark,", "every mark at 50%"),
)

#: Files of fast tests that may notice a fault in a room. Of these each fault is shown to the tests that call its
#: function, the quickest first.
TESTS = {
    "charts": ("emdbook/test_charts*", "emdbook/test_marks_*", "emdbook/test_narrow", "emdbook/test_told"),
    "lessons": ("emdbook/test_charts_*", "emdbook/test_marks_*"),
    "estimates": ("emdbook/test_estimates*", "emdbook/test_appraisal", "emdbook/test_charts_antibodies",
                  "emdbook/test_marks_*"),
    "evidence": ("emdbook/test_evidence*", "emdbook/test_figures", "emdbook/test_strict_json", "emdbook/test_numerals",
                 "emdbook/test_scenes", "notebooks/test_sync"),
}
_FLIP = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
         ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is"}
_SWAP = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
#: Arguments of drawing calls that hold data, by position: what is drawn there, and not how it looks.
_DRAWN = {"point": (1, 2), "span": (1, 2, 3), "hlines": (0, 1, 2), "vlines": (0, 1, 2), "barh": (1,), "scatter": (0, 1),
          "right_text": (1,), "axvspan": (0, 1), "axvline": (0,), "axhline": (0,)}


#: Names of what says where words and the frame stand, and how far an axis reaches.
_FRAME = {"LEGEND_LINE", "WIDTH", "arrow", "base", "first",
          "_HANDLE", "_LINE", "_ROW", "at", "axes", "bottom", "box", "figure", "floor", "foot",
          "half", "handles", "height", "heights", "i",
          "inches", "left", "legend_height", "limit", "line", "lines", "margin",
          "middle", "more", "need", "notes", "per_year", "places", "reach", "right", "room", "row_height", "size",
          "text", "top", "width", "y"}


def _text(source: str, node: ast.AST) -> tuple[int, int, str]:
    lines = source.splitlines(keepends=True)
    # columns are counted in bytes
    def place(line: int, column: int) -> int:
        before = sum(len(text) for text in lines[:line - 1])
        return before + len(lines[line - 1].encode()[:column].decode())

    start, end = place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)
    return start, end, source[start:end]


def _no_number(node: ast.AST) -> bool:
    words = isinstance(node, ast.Constant) and isinstance(node.value, str)
    other = isinstance(node, ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple | ast.Set)
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return words or other or bool(names & {"set", "folder", "path", "words", "parts", "_HERE", "tail", "list"}) or (
        isinstance(node, ast.Attribute) and node.attr in {"description", "folder"})


def _layout(node: ast.AST, room_only: set[int]) -> bool:
    """Whether a sum only says where words or the frame stand, or a comparison whether words have room."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if isinstance(node, ast.Compare):  # words that fit to the last hair may go either way
        return "inches" in names and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    return not names or bool(names & _FRAME) or id(node) in room_only


def _room(tree: ast.AST) -> set[int]:
    """Parts of a program that only reserve room: the size of a figure, the foot of it, points beside a place."""
    parts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign)
             and {getattr(to, "id", "") for to in n.targets} <= {"foot", "height", "notes"}]
    for n in ast.walk(tree):
        if isinstance(n, ast.keyword) and n.arg == "xytext":
            parts.append(n.value)
        if isinstance(n, ast.Call) and ast.unparse(n.func).split(".")[-1] in {"new_figure", "add_axes"}:
            parts += [*n.args, *(k.value for k in n.keywords)]
    return {id(n) for part in parts for n in ast.walk(part) if isinstance(n, ast.BinOp)}


def faults_of(path: Path, room: str) -> Iterator[Fault]:
    """Every fault that may be planted in a file."""
    source = path.read_text(encoding="utf-8")
    file = path.relative_to(HOME / "emdbook").as_posix()

    def make(node: ast.AST, new: str, kind: str) -> Fault:
        start, end, old = _text(source, node)
        return Fault(file, node.lineno, start, end, old, new, kind)

    drawing = room in {"charts", "lessons"}
    tree = ast.parse(source)
    annotated = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)
                 for a in (*f.args.args, *f.args.kwonlyargs) if a.annotation for n in ast.walk(a.annotation)}
    room_only = _room(tree) if drawing else set()
    for node in ast.walk(tree):
        if id(node) in annotated or (drawing and isinstance(node, ast.Compare | ast.BinOp)
                                     and _layout(node, room_only)):
            continue
        if isinstance(node, ast.Call) and drawing:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for k in _DRAWN.get(name, ()):
                if k < len(node.args) and not isinstance(node.args[k], ast.Starred):
                    empty = isinstance(node.args[k], ast.List) and not node.args[k].elts
                    if not empty:
                        many = isinstance(node.args[k], ast.List | ast.ListComp)
                        old = _text(source, node.args[k])[2]
                        new = f"[0.5 * v + 1 for v in {old}]" if many else f"(0.5 * ({old}) + 1)"
                        yield make(node.args[k], new, f"{name} drawn elsewhere")
            for word in node.keywords:
                if name == "point" and word.arg == "standing":
                    yield make(word.value, '"paper"', "always called seen")
        if isinstance(node, ast.Subscript) and drawing and ast.unparse(node.value) == "style.POPULATION" \
                and not isinstance(node.slice, ast.Constant):
            yield make(node, 'style.POPULATION["other"]', "another population's mark")
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _FLIP:
            left, right = (_text(source, n)[2] for n in (node.left, node.comparators[0]))
            yield make(node, f"(({left}) {_FLIP[type(node.ops[0])]} ({right}))", "comparison")
        if isinstance(node, ast.BinOp) and type(node.op) in _SWAP:
            parts = [n for n in (node.left, node.right)]
            if any(map(_no_number, parts)):  # a program that stops at once is no fault that could pass
                continue
            left, right = (_text(source, n)[2] for n in parts)
            yield make(node, f"(({left}) {_SWAP[type(node.op)]} ({right}))", "arithmetic")


def planted(rooms, sample: int | None, seed: int = 0) -> list[Fault]:
    """The seven, and a sample from each room that is the same for the same seed."""
    out = []
    for file, old, new, kind in SEVEN:
        source = (HOME / "emdbook" / file).read_text(encoding="utf-8")
        if source.count(old) != 1:
            raise SystemExit(f"{file} no longer holds {old!r} once; mend the list of the seven")
        start = source.index(old)
        if file.split("/")[0] in rooms:
            out.append(Fault(file, source[:start].count("\n") + 1, start, start + len(old), old, new, kind))
    for room in rooms:
        found = [f for path in sorted((HOME / "emdbook" / room).glob("*.py")) for f in faults_of(path, room)]
        out += random.Random(f"{room} {seed}").sample(found, min(len(found), sample or SAMPLE[room]))
    return out


class Reached:
    """A plugin that writes down which functions each test calls, and how long the test takes."""

    def __init__(self, copy: Path) -> None:
        self.home, self.found, self.shared = f"{copy}/emdbook/", {}, set()

    def seen(self, frame, event, argument) -> None:
        code = frame.f_code
        if code.co_filename.startswith(self.home):
            self.calls.add((code.co_filename.removeprefix(self.home), code.co_firstlineno))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self):
        self.calls, self.started = set(), time.monotonic()
        sys.settrace(self.seen)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        own = self.calls
        if fixturedef.scope != "function":  # made once: the first test that asks for it is not the only one to see it
            self.calls = self.shared
        try:
            return (yield)
        finally:
            self.calls = own

    def pytest_runtest_logfinish(self, nodeid) -> None:
        self.found[nodeid] = (time.monotonic() - self.started, self.calls)

    def all(self) -> dict[str, tuple[float, list]]:
        return {test: (seconds, sorted(calls | self.shared)) for test, (seconds, calls) in self.found.items()}


class Chosen:
    """A plugin that runs these tests alone, the quickest first."""

    def __init__(self, tests: dict[str, float]) -> None:
        self.tests = tests

    def pytest_collection_modifyitems(self, items) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.tests), key=lambda i: self.tests[i.nodeid])


def passes(copy: Path, files, plugin) -> bool:
    """Whether tests pass, in a process of its own that has the libraries loaded already."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.alarm(900)  # a fault may turn without end
        sys.path[:0] = [str(copy), str(HOME / "tests/emdbook")]
        os.environ["PYTHONPATH"] = str(copy)
        options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(copy), "-k", SLOW]
        status = pytest.main([*options, *files], plugins=[plugin])
        if isinstance(plugin, Reached):
            (copy / "reached.json").write_text(json.dumps(plugin.all()), encoding="utf-8")
        os._exit(0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def reached(rooms, copy: Path) -> dict[str, dict[str, tuple[float, list]]]:
    """For each file of tests its tests, with what each takes and calls; without a fault all of them pass."""
    out = {}
    for file in sorted({f for room in rooms for of in TESTS[room] for f in HOME.glob(f"tests/{of}.py")}):
        if not passes(copy, [str(file)], Reached(copy)):
            raise SystemExit(f"{file.name} fails before any fault is planted")
        out[str(file)] = json.loads((copy / "reached.json").read_text(encoding="utf-8"))
    return out


def noticed(fault: Fault, copy: Path, tests: dict) -> bool:
    """Whether a test fails with the fault in place."""
    path = copy / "emdbook" / fault.file
    whole = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(whole)) if isinstance(n, ast.FunctionDef)
                 and n.lineno <= fault.line <= n.end_lineno]
    # the innermost, by the line of its first decorator, as Python counts
    at = max((min([n.lineno, *(d.lineno for d in n.decorator_list)]) for n in functions), default=0)
    asked = {file: {name: seconds for name, (seconds, calls) in of.items() if [fault.file, at] in calls or not at}
             for file, of in tests.items()}
    if fault.file.startswith("evidence/"):  # the data are read once for all tests of a process
        asked = {file: {name: of[0] for name, of in tests[file].items()} for file in asked if asked[file]}
    files = [file for file in asked if asked[file]]
    if not files:
        return False
    path.write_text(whole[:fault.start] + fault.new + whole[fault.end:], encoding="utf-8")
    try:
        return not passes(copy, files, Chosen({name: s for of in asked.values() for name, s in of.items()}))
    finally:
        path.write_text(whole, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rooms", nargs="+", choices=SAMPLE, default=list(SAMPLE))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=0, help="another number plants other faults")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    faults = planted(given.rooms, given.sample, given.seed)
    if given.list:
        print("\n".join(map(str, faults)))
        return 0
    # loaded once, so that each of the many processes begins at once
    import hypothesis  # noqa: F401
    import matplotlib.backends.backend_agg  # noqa: F401
    import pandas  # noqa: F401
    import statsmodels.stats.proportion  # noqa: F401

    started, missed = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(HOME / "emdbook", copy / "emdbook", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(HOME / "data", copy / "data")
        for name in ("notebooks", "book", "_toc.yml", "_config.yml", "pyproject.toml", "CONTRIBUTING.md"):
            (copy / name).symlink_to(HOME / name)
        sys.dont_write_bytecode = True
        tests = reached(given.rooms, copy)
        for i, fault in enumerate(faults, 1):
            seen = noticed(fault, copy, tests)
            missed += [] if seen else [fault]
            print(f"{i:3} of {len(faults)} {'noticed' if seen else 'MISSED '} {fault}", flush=True)
    share = 1 - len(missed) / len(faults)
    kept = HOME / "_build" / "mutants.json"  # for make bench
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"planted": len(faults), "caught": len(faults) - len(missed)}) + "\n", encoding="utf-8")
    print(f"{len(faults) - len(missed)} of {len(faults)} planted faults noticed ({100 * share:.0f}%) in "
          f"{time.monotonic() - started:.0f} s")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    raise SystemExit(main())

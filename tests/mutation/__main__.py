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
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
ENOUGH = 0.9
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

#: Tests that may notice a fault, by the beginning of its file; the quickest first.
TESTS = {
    "charts": ["test_marks_general.py", "test_marks_lessons.py", "test_charts.py", "test_charts_pooling.py",
               "test_charts_definition.py", "test_charts_denominator.py", "test_charts_timeline.py"],
    "lessons": ["test_marks_lessons.py", "test_charts_{name}.py", "test_charts_across.py", "test_charts_imid.py",
                "test_charts_depth.py"],
    "estimates": ["test_estimates.py", "test_estimates_reference.py", "test_appraisal.py", "test_charts_antibodies.py"],
    "evidence": ["test_evidence.py", "test_figures.py", "test_evidence_broken.py", "test_strict_json.py",
                 "test_numerals.py"],
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


def _layout(node: ast.AST) -> bool:
    """Whether a sum only says where words or the frame stand."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return not names or bool(names & _FRAME)


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
    for node in ast.walk(tree):
        if id(node) in annotated:
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
            yield make(node, f"({left} {_FLIP[type(node.ops[0])]} {right})", "comparison")
        if isinstance(node, ast.BinOp) and type(node.op) in _SWAP and not (drawing and _layout(node)):
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


def tests_of(fault: Fault) -> list[str]:
    """Test files for one fault, as they are there."""
    room, name = fault.file.split("/")[0], Path(fault.file).stem
    files = [HOME / "tests/emdbook" / each.format(name=name) for each in TESTS[room]]
    return list(dict.fromkeys(str(file) for file in files if file.is_file()))


def noticed(fault: Fault, copy: Path) -> bool:
    """Whether a test fails with the fault in place, in a process of its own that has the libraries loaded already."""
    path = copy / "emdbook" / fault.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:fault.start] + fault.new + whole[fault.end:], encoding="utf-8")
    sys.stdout.flush()
    child = os.fork()
    if not child:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path[:0] = [str(copy), str(HOME / "tests/emdbook")]
        os.environ["PYTHONPATH"] = str(copy)
        import pytest

        # long words matter to what fits them in; the others start processes or draw everything again
        skip = "not importing_the_charts and not pyplot"
        skip += "" if fault.file in {"charts/fitting.py", "charts/parts.py"} else " and not words_of_any_length"
        options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(copy), "-k", skip]
        os._exit(pytest.main([*options, *tests_of(fault)]))
    _, status = os.waitpid(child, 0)
    path.write_text(whole, encoding="utf-8")
    return os.waitstatus_to_exitcode(status) != 0


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
    import pytest  # noqa: F401
    import statsmodels.stats.proportion  # noqa: F401

    started, missed = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(HOME / "emdbook", copy / "emdbook", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(HOME / "data", copy / "data")
        for name in ("notebooks", "book", "_toc.yml", "_config.yml", "pyproject.toml"):
            (copy / name).symlink_to(HOME / name)
        sys.dont_write_bytecode = True
        # without a fault every test passes, or nothing that follows would mean anything
        for room in given.rooms:
            first = next(f for f in faults if f.file.startswith(f"{room}/"))
            if noticed(replace(first, new=first.old), copy):
                raise SystemExit(f"the tests of {room} fail before any fault is planted")
        for i, fault in enumerate(faults, 1):
            seen = noticed(fault, copy)
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

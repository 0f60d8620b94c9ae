"""The shape of a chapter: its parts in order, short cells, figures with a question and an answer, slides.

Every chapter of the book is built alike, so that a reader always knows where to look.  This module holds the rules and
names, for each that a notebook breaks, the chapter and the cell.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emdbook.checks.prose import Finding
from emdbook.ground.files import files_of
from emdbook.ground.notebook import FOLD, SOLUTION, Cell, fold, read_cells

__all__ = ["SECTIONS", "VERBS", "check_chapter", "check_project"]

#: Second-level headings of every chapter, in order.
SECTIONS = ("You will be able to", "The patient", "Bottom line", "How the class works", "The evidence", "Explore",
            "Before you give it", "Read it critically", "Back to the patient", "Check yourself", "Take away",
            "How to report this", "Sources")
#: Chapters that are about no therapy class: their mechanism has a plainer title, they give nothing, and they may quote
#: no number.
NOT_A_CLASS = {"01", "02", "03", "12", "13", "14", "15", "16", "17"}
MECHANISM = ("How the class works", "How it works")
PATIENT, RETURN, HARM = "The patient", "Back to the patient", "Before you give it"
REPORT = "How to report this"
#: What a class meets first.
_FIRST = (SECTIONS[0], PATIENT, "Bottom line")
#: What a bottom line says of its certainty: the four words of GRADE, by which ``data/certainty.csv`` judges.
CERTAINTY = re.compile(r"\b(high|moderate|low|very low) certainty\b", re.I)

#: Verbs whose doing can be seen in an answer. "Understand" and "know" are missing on purpose.
VERBS = frozenset((
    "appraise", "arrange", "assess", "calculate", "choose", "cite", "classify", "compare", "compute", "contrast",
    "count", "criticise", "decide", "defend", "define", "describe", "distinguish", "draw", "estimate", "evaluate",
    "explain", "extract", "find", "give", "identify", "interpret", "judge", "justify", "label", "list", "locate",
    "match", "name", "order", "place", "predict", "quote", "rank", "read", "recognise", "recompute", "report",
    "rewrite", "say", "select", "separate", "show", "sketch", "sort", "spot", "state", "summarise", "tell", "test",
    "trace", "translate", "use", "walk", "weigh", "write",
))

MINUTES = re.compile(r"^(?:⏱ )?\**\d+ minutes\** · Before this: (?:nothing|\[.+\]\(.+\).*) · Evidence up to "
                     r"(?:\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]+ \d{4})$")
SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
SHOWN = {"slide", "subslide", "fragment"}
LONG_PROSE = 90
LEAST_SLIDES = 6
MAX_LINES, MEDIAN_LINES = 15, 5
LEAST_QUESTIONS = 8
CHANGE_ME = "# change this value"

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*$", re.M)
_ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+(.*(?:\n(?!\s*(?:[-*]|\d+\.)\s|\s*\n|#).*)*)", re.M)
_EXERCISE = re.compile(r"^### Exercise (\d+)\b", re.M)
#: What MyST alone knows: boxes, roles, targets, attributes and comments.
_MYST = re.compile(r"^ *(?::{3,}|`{3,}|~{3,})\{.*|\{[\w:.-]+\}`|^\([\w-]+\)=|[\])`]\{[^}\n]*\}|^%.*", re.M)
_SEEN = re.compile(r"\*\*What we see[.:]?\*\*")
_QUESTION = re.compile(r"^\*\*[^*]+\?\*\*")
_READERS = {"open", "read_csv", "read_excel", "read_json", "read_parquet", "read_table", "read_text", "read_bytes",
            "loadtxt", "genfromtxt", "urlopen", "urlretrieve"}


# ----------------------------------------------------------------------------------------------------------------------
# A chapter, read once

@dataclass
class _Section:
    title: str
    cells: list[Cell]  # with the cell of the heading; its source starts at the heading

    @property
    def text(self) -> str:
        return "\n\n".join(c.source for c in self.cells if c.kind == "markdown")

    @property
    def code(self) -> list[Cell]:
        return [c for c in self.cells if c.kind == "code"]


class _Chapter:
    def __init__(self, path: Path):
        self.name = path.stem
        self.cells = read_cells(path)
        self.code = [c for c in self.cells if c.kind == "code"]
        self.charts = _chart_names(self.code)
        self.sections: list[_Section] = []
        for cell in self.cells:
            self._place(cell)

    def _place(self, cell: Cell) -> None:
        if cell.kind != "markdown":
            if self.sections:
                self.sections[-1].cells.append(cell)
            return
        starts = [m for m in _HEADING.finditer(_without_fences(cell.source)) if len(m[1]) == 2]
        ends = [m.start() for m in starts[1:]] + [len(cell.source)] * bool(starts)
        before = cell.source[:starts[0].start()] if starts else cell.source
        if before.strip() and self.sections:
            self.sections[-1].cells.append(Cell(cell.number, cell.kind, before.strip(), cell.metadata))
        for match, end in zip(starts, ends, strict=True):
            part = cell.source[match.start():end].strip()
            self.sections.append(_Section(match[2], [Cell(cell.number, cell.kind, part, cell.metadata)]))

    def section(self, *titles: str) -> _Section | None:
        return next((s for s in self.sections if s.title in titles), None)

    def finding(self, cell: Cell | int | None, what: str, problem: str) -> Finding:
        number = cell.number if isinstance(cell, Cell) else cell
        return Finding(self.name, "whole chapter" if number is None else f"cell {number}", what, problem)


def _without_fences(source: str) -> str:
    return re.sub(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1\s*$", lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.M | re.S)


def _parse(cell: Cell) -> ast.Module | None:
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


def _nodes(cell: Cell) -> Iterator[ast.AST]:
    tree = _parse(cell)
    return ast.walk(tree) if tree else iter(())


def _called(node: ast.AST) -> str:
    """Last name of what a call calls, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _calls(cells: Sequence[Cell], name: str) -> list[ast.Call]:
    return [node for cell in cells for node in _nodes(cell) if _called(node) == name]


#: Rooms whose functions draw.
_DRAWN_IN = ("emdbook.charts", "emdbook.lessons")


def _chart_names(code: Sequence[Cell]) -> tuple[set[str], set[str]]:
    """Names that stand for the module of charts, and names that stand for a chart of it."""
    modules, functions = set(), set()
    for cell in code:
        for node in _nodes(cell):
            if isinstance(node, ast.ImportFrom) and node.module == "emdbook":
                modules |= {a.asname or a.name for a in node.names if a.name == "charts"}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_DRAWN_IN):
                functions |= {a.asname or a.name for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == "emdbook.teach":  # the pathway draws itself
                functions |= {a.asname or a.name for a in node.names if a.name == "pathway_map"}
    return modules, functions


def _draws(cell: Cell, charts: tuple[set[str], set[str]]) -> bool:
    """Whether a code cell shows a chart or a widget."""
    modules, functions = charts
    tree = _parse(cell)
    if not tree or not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return False
    if any(_called(node) == "explore" for node in ast.walk(tree)):
        return True
    for node in ast.walk(tree):
        function = node.func if isinstance(node, ast.Call) else None
        if isinstance(function, ast.Name) and function.id in functions:
            return True
        if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") in modules | functions:
            return True
    return False


def _paragraphs(source: str) -> list[str]:
    return [p.strip() for p in re.split(r"\n\s*\n", source.strip()) if p.strip()]


def _lines(source: str) -> list[str]:
    return [line for line in source.splitlines() if line.strip()]


def _words(source: str) -> int:
    prose = re.sub(r"\]\([^()]*\)", "]", _without_fences(source))
    return len(re.findall(r"[^\W\d_][\w'’-]*", prose))


def _items(text: str) -> list[str]:
    return [match[1].strip() for match in _ITEM.finditer(text)]


# ----------------------------------------------------------------------------------------------------------------------
# The rules

def _opening(c: _Chapter) -> Iterator[Finding]:
    first = c.cells[0] if c.cells else None
    if first is None or first.kind != "markdown":
        yield c.finding(1, "opening", "must be a Markdown cell with the title")
        return
    parts = _paragraphs(first.source)
    if not parts or not re.fullmatch(r"# \S[^\n]*", parts[0]):
        yield c.finding(first, "title", "must open with one line '# Title'")
    titles = [cell for cell in c.cells if cell.kind == "markdown"
              for m in _HEADING.finditer(_without_fences(cell.source)) if len(m[1]) == 1]
    if len(titles) > 1:
        yield c.finding(titles[1], "title", "is a second '# ' heading; a chapter has one")
    if len(parts) != 3:
        yield c.finding(first, "opening", "must be title, one sentence of promise, and the card with the minutes")
        return
    if not re.search(r"[.?!]$", parts[1]) or len(re.findall(r"[.?!](?:\s|$)", parts[1])) != 1:
        yield c.finding(first, parts[1][:60], "is not one sentence of promise")
    if not MINUTES.match(parts[2]):
        yield c.finding(first, parts[2][:60], "is no card '**45 minutes** · Before this: [..](..) or nothing · "
                                              "Evidence up to 2026-11-22'")


def _imports(c: _Chapter) -> Iterator[Finding]:
    if not c.code:
        yield c.finding(None, "code", "has no code cell")
        return
    first = c.code[0]
    tree = _parse(first)
    body = tree.body if tree else []
    loads = [s for s in body if isinstance(s, ast.Assign) and ast.unparse(s) == "ev = emdbook.load()"]
    others = [s for s in body if not isinstance(s, ast.Import | ast.ImportFrom) and s not in loads]
    if len(loads) != 1 or others:
        yield c.finding(first, "first code cell", "must hold the imports and 'ev = emdbook.load()', nothing else")
    for cell in c.code[1:]:
        for node in _nodes(cell):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield c.finding(cell, ast.unparse(node), "is an import outside the first code cell")


def _sections(c: _Chapter) -> Iterator[Finding]:
    titles = [s.title for s in c.sections]
    other = c.name[:2] in NOT_A_CLASS
    wanted = [MECHANISM[1] if other and t == MECHANISM[0] and MECHANISM[1] in titles else t for t in SECTIONS]
    optional = {REPORT, HARM} if other else set()
    for section in c.sections:
        if section.title not in wanted:
            yield c.finding(section.cells[0], section.title, "is no section of a chapter")
        elif titles.count(section.title) > 1 and section is not c.section(section.title):
            yield c.finding(section.cells[0], section.title, "stands twice")
    for title in wanted:
        if title not in titles and title not in optional:
            yield c.finding(None, title, "is missing")
    order = [t for t in dict.fromkeys(titles) if t in wanted]
    if order != [t for t in wanted if t in order]:
        yield c.finding(None, " / ".join(order), "is not the order of the sections")


def _objectives(c: _Chapter) -> Iterator[Finding]:
    section = c.section(SECTIONS[0])
    if section is None:
        return
    items = _items(section.text)
    if not 3 <= len(items) <= 5:
        yield c.finding(section.cells[0], f"{len(items)} objectives", "there must be three to five")
    for item in items:
        word = re.sub(r"\W", "", item.split()[0]).lower() if item.split() else ""
        if word not in VERBS:
            yield c.finding(section.cells[0], item[:60], f"must start with a verb that can be tested; {word!r} is none")


def _parts(c: _Chapter) -> Iterator[Finding]:
    """What each section must hold."""
    wanted: list[tuple[tuple[str, ...], str, Callable[[_Section], bool]]] = [
        (MECHANISM, "no drawn figure", lambda s: any(_draws(x, c.charts) for x in s.code)),
        (("The evidence",), "no evidence_table(", lambda s: bool(_calls(s.code, "evidence_table"))),
        (("The evidence",), "no chart", lambda s: any(_draws(x, c.charts) for x in s.code)),
        (("Explore",), "no explore(", lambda s: bool(_calls(s.code, "explore"))),
        ((HARM,), "no safety_table(", lambda s: bool(_calls(s.code, "safety_table"))),
        ((HARM,), "no guidance_table(", lambda s: bool(_calls(s.code, "guidance_table"))),
        (("Read it critically",), "no discrepancy_table(", lambda s: bool(_calls(s.code, "discrepancy_table"))),
        (("Sources",), "no source_list(", lambda s: bool(_calls(s.code, "source_list"))),
    ]
    for titles, problem, holds in wanted:
        section = c.section(*titles)
        if section is not None and not holds(section):
            yield c.finding(section.cells[0], section.title, f"has {problem}")
    for title in (PATIENT, RETURN, REPORT):
        section = c.section(title)
        if section is not None and _words(section.text) < 15:
            yield c.finding(section.cells[0], title, "says almost nothing")


def _bottom_line(c: _Chapter) -> Iterator[Finding]:
    """Four to six statements, each tied to where the chapter shows it; in a class chapter each with its certainty."""
    section = c.section("Bottom line")
    if section is None:
        return
    items = _items(section.text)
    if not 4 <= len(items) <= 6:
        yield c.finding(section.cells[0], f"{len(items)} statements", "a bottom line has four to six, as a list")
    for item in items:
        if not re.search(r"\]\((?:#[\w-]+|(?:ev|calc):[^\s()]+|[\w/.-]+\.(?:ipynb|md)[^\s()]*)\)", item):
            yield c.finding(section.cells[0], item[:60], "leads to nothing that shows it")
    if c.name[:2] not in NOT_A_CLASS and sum(bool(CERTAINTY.search(item)) for item in items) < 3:
        yield c.finding(section.cells[0], "certainty", "fewer than three statements say how certain they are")


def _figures(c: _Chapter) -> Iterator[Finding]:
    """In "The evidence" a bold question goes before each figure, and what we see comes after it."""
    section = c.section("The evidence")
    cells = section.cells if section else []
    for i, cell in enumerate(cells):
        if cell.kind != "code" or not _draws(cell, c.charts):
            continue
        before = cells[i - 1]
        asked = before.kind == "markdown" and _QUESTION.match(_paragraphs(before.source)[-1])
        if not asked:
            yield c.finding(cell, "figure", "is not introduced by a question in bold at the end of the cell before")
        after = cells[i + 1] if i + 1 < len(cells) else None
        if after is None or after.kind != "markdown" or not _SEEN.match(after.source.lstrip()):
            yield c.finding(cell, "figure", "is not followed by a cell that starts with **What we see.**")


def _questions(c: _Chapter, count_questions: Callable[[str], int]) -> Iterator[Finding]:
    section = c.section("Check yourself")
    if section is None:
        return
    shows = _calls(section.code, "show")
    total = 0
    for call in shows:
        set_id = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if not isinstance(set_id, str):
            yield c.finding(section.cells[0], "show(", "must name its questions by a string")
            continue
        only = next((k.value for k in call.keywords if k.arg == "only"), call.args[1] if len(call.args) > 1 else None)
        try:
            available = count_questions(set_id)
        except (ValueError, OSError) as error:
            yield c.finding(section.cells[0], set_id, f"has no questions: {error}")
            continue
        total += len(only.elts) if isinstance(only, ast.List | ast.Tuple) else available
    if not shows or total < LEAST_QUESTIONS:
        yield c.finding(section.cells[0], f"{total} questions",
                        f"Check yourself shows at least {LEAST_QUESTIONS}, by quiz.show(")


@dataclass
class _Exercise:
    number: str
    cell: Cell
    code: list[Cell]
    solved: bool


def _read_exercises(section: _Section) -> list[_Exercise]:
    """The exercises of a section, each with all that stands before the next."""
    found: list[_Exercise] = []
    for cell in section.cells:
        marked = cell.metadata.get("emdbook", {}).get("role") == "solution"
        for piece in [cell.source] if cell.kind == "code" else re.split(r"(?=^### )", cell.source, flags=re.M):
            named = _EXERCISE.match(piece) if cell.kind == "markdown" else None
            if named:
                found.append(_Exercise(named[1], cell, [], False))
            if found:
                folds = SOLUTION.finditer(piece) if cell.kind == "markdown" else ()
                hidden = "hide-cell" in cell.tags if cell.kind == "code" else any(not m["open"] for m in folds)
                found[-1].solved |= hidden or marked
                found[-1].code += [cell] * (cell.kind == "code")
    return found


def _exercises(c: _Chapter) -> Iterator[Finding]:
    section = c.section("Check yourself")
    if section is None:
        return
    exercises = _read_exercises(section)
    if len(exercises) < 2:
        yield c.finding(section.cells[0], f"{len(exercises)} exercises", "there must be two, '### Exercise 1 ..'")
    if [e.number for e in exercises] != [str(i) for i in range(1, len(exercises) + 1)]:
        yield c.finding(section.cells[0], ", ".join(e.number for e in exercises), "exercises are not numbered from one")
    for exercise in exercises:
        if not exercise.solved:
            yield c.finding(exercise.cell, f"Exercise {exercise.number}",
                            f"has no hidden solution ({fold('Solution', '..')!r}, or a code cell tagged hide-cell)")
    runs = [cell for exercise in exercises for cell in exercise.code if "exercise" in cell.tags]
    if not any(CHANGE_ME in cell.source for cell in runs):
        yield c.finding(section.cells[0], "exercises", f"none has a code cell tagged 'exercise' with '{CHANGE_ME}'")


def _take_away(c: _Chapter) -> Iterator[Finding]:
    section = c.section("Take away")
    if section is None:
        return
    items = _items(section.text)
    if not 3 <= len(items) <= 5:
        yield c.finding(section.cells[0], f"{len(items)} sentences to take away", "there must be three to five")
    for item in items:
        if not re.search(r"\]\((?:#[\w-]+|(?:ev|calc):[^\s()]+)\)", item):
            yield c.finding(section.cells[0], item[:60], "is tied to no figure or table: link it by [..](#..)")


def _links_within(c: _Chapter) -> Iterator[Finding]:
    """``](#the-evidence)`` must meet a heading; Sphinx checks this too, JupyterLab does not."""
    prose = [cell for cell in c.cells if cell.kind == "markdown"]
    anchors = {re.sub(r"[^\w\- ]", "", m[2].lower()).strip().replace(" ", "-")
               for cell in prose for m in _HEADING.finditer(_without_fences(cell.source))}
    for cell in prose:
        for match in re.finditer(r"\]\(#([^()\s]+)\)", cell.source):
            if match[1] not in anchors:
                yield c.finding(cell, f"#{match[1]}", "leads to no heading of this chapter")


def _read_elsewhere(c: _Chapter) -> Iterator[Finding]:
    """GitHub, nbviewer and VS Code show a chapter too, and what MyST alone knows stands there raw."""
    for cell in c.cells:
        if cell.kind == "markdown":
            for match in _MYST.finditer(cell.source):
                yield c.finding(cell, match[0], "stands raw where a notebook is read elsewhere: MyST alone knows it")
            if "<details" in FOLD.sub("", cell.source):
                yield c.finding(cell, "<details", f"is no fold that the book knows: {fold('Solution', '..')!r}")


def _code_cells(c: _Chapter) -> Iterator[Finding]:
    lengths = [len(_lines(cell.source)) for cell in c.code]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        yield c.finding(None, f"median {statistics.median(lengths):g} lines", f"code cells have at most {MEDIAN_LINES}")
    for cell, length in zip(c.code, lengths, strict=True):
        if length > MAX_LINES:
            yield c.finding(cell, f"{length} lines", f"a code cell has at most {MAX_LINES}")
        if not length:
            yield c.finding(cell, "code", "is empty")
        for line in cell.source.splitlines():
            if re.match(r"\s*[%!]", line):
                yield c.finding(cell, line.strip(), "is a command to the notebook; chapters install and set nothing")
        if re.search(r"\bpip\b|\bconda\b", cell.source):
            yield c.finding(cell, "pip", "installs something")
        if _parse(cell) is None and not re.search(r"^\s*[%!]", cell.source, re.M):
            yield c.finding(cell, "code", "is no Python")
        yield from (c.finding(cell, what, problem) for node in _nodes(cell) for what, problem in _forbidden(node))


def _forbidden(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield f"def {node.name}", "defines something; what two cells could use belongs in the toolkit"
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and isinstance(node.value, ast.Lambda):
        yield "lambda", "defines a function; it belongs in the toolkit"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if any(name.partition(".")[0] in ("matplotlib", "seaborn", "plotly") for name in names):
            yield ast.unparse(node), "draws by itself; charts come from emdbook.charts"
    elif _called(node) in _READERS:
        yield f"{_called(node)}(", "reads a file; facts come from emdbook.load()"


def _slides(c: _Chapter) -> Iterator[Finding]:
    take_away = c.section("Take away")
    shown = {c.cells[0].number: "title"} if c.cells else {}
    shown |= {take_away.cells[0].number: "take-away"} if take_away else {}
    for cell in c.cells:
        kind = cell.slide_type
        if kind not in SLIDES:
            yield c.finding(cell, "slide type", f"{kind or 'none'} is none of {', '.join(sorted(SLIDES))}")
            continue
        parts = _paragraphs(cell.source)
        must_show = shown.get(cell.number)
        if cell.kind == "markdown" and len(parts) == 1 and _QUESTION.match(parts[0]):
            must_show = "question"
        elif cell.kind == "code" and _draws(cell, c.charts):
            must_show = "figure or widget"
        if must_show and kind not in SHOWN:
            yield c.finding(cell, must_show, f"must be seen in class: slide, subslide or fragment, not {kind}")
        opens = any(s.cells[0].number == cell.number for s in c.sections if s.title in _FIRST)
        long = cell.kind == "markdown" and not must_show and not opens and _words(cell.source) > LONG_PROSE
        if long and kind not in ("skip", "notes"):
            yield c.finding(cell, f"{_words(cell.source)} words", f"long prose is skip or notes in slides, not {kind}")
    for title in _FIRST:
        section = c.section(title)
        if section is not None and section.cells[0].slide_type not in SHOWN:
            yield c.finding(section.cells[0], title, "must be on a slide: a class meets the patient first")
    count = sum(cell.slide_type == "slide" for cell in c.cells)
    if count < LEAST_SLIDES:
        yield c.finding(None, f"{count} slides", f"a class needs at least {LEAST_SLIDES}")


def _count_questions(set_id: str) -> int:
    from emdbook.teach.quiz import load_questions

    return len(load_questions(set_id).questions)


def check_chapter(path: Path | str, count_questions: Callable[[str], int] = _count_questions) -> list[Finding]:
    """Check the shape of one chapter.

    Parameters
    ----------
    path : path
        The notebook; its name starts with the number of the chapter.
    count_questions : callable
        Gives the number of questions of a set by its name.

    Returns
    -------
    list of Finding
        Empty when the chapter has every part in its place.
    """
    path = Path(path)
    chapter = _Chapter(path)
    findings = []
    if not re.fullmatch(r"\d{2}_[a-z0-9_]+", path.stem):
        findings.append(chapter.finding(None, path.name, "a chapter is named NN_topic.ipynb"))
    for rule in (_opening, _imports, _sections, _objectives, _bottom_line, _parts, _figures, _exercises, _take_away,
                 _links_within, _read_elsewhere, _code_cells, _slides):
        findings += rule(chapter)
    return findings + list(_questions(chapter, count_questions))


def check_project(project: Path) -> list[Finding]:
    """Check the shape of every chapter.

    Parameters
    ----------
    project : path
        The folder that holds ``notebooks/``.

    Returns
    -------
    list of Finding
    """
    return [finding for path in files_of(project / "notebooks", "*.ipynb") for finding in check_chapter(path)]

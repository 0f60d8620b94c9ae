"""Every clinical quantity in the words of the book is a link to the data: no number stands loose.

Whether a linked number is right is no question here: :mod:`emdbook.checks.sync` writes it. This module asks one thing
that needs no grammar: is there a digit, a number word or a word for a share outside a link that is not on the list
:data:`emdbook.checks.allowed.ALLOWED`? It also asks that an ``ex:`` link is said to be an example, and that a ``gl:``
link names a term.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emdbook.checks.allowed import ALLOWED
from emdbook.evidence.links import TiedLink, links_of
from emdbook.ground import strict_json
from emdbook.ground.files import files_of, text_of
from emdbook.ground.notebook import read_cells
from emdbook.ground.numerals import LOOSE_WORD, WORD
from emdbook.tables import term_id
from emdbook.teach.lessons import load_lessons, texts_of
from emdbook.teach.teaching import load_teaching, markdown

__all__ = ["Finding", "audit_notebook", "audit_project", "audit_text"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in a text.

    Attributes
    ----------
    file : str
        Name of the file without its ending.
    place : str
        ``cell 12`` (counted from 1, code cells too), ``line 40``, or the path to a text of a JSON file.
    number : str
        The words that are wrong, as they stand in the text.
    problem : str
        What is wrong with them.
    """

    file: str
    place: str
    number: str
    problem: str

    def __str__(self) -> str:
        return f'{self.file}, {self.place}: "{self.number}" {self.problem}'


_NUMBER = re.compile(r"[\d½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞](?:[\d½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞.,·'’/]|(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d)))*")
_WORD = re.compile(rf"{WORD}|{LOOSE_WORD}|\b\w+fold\b|\b(?:hundreds|thousands|dozens)\b", re.I)
_UNIT = re.compile(r"[ \-]?(?:%|per ?cent\b|[a-z]+\b)", re.I)

_CONSTRUCTED = re.compile(
    r"\b(?:constructed|invented|imagine[ds]?|suppose|examples?|hypothetical|simulated?|simulations?|"
    r"rule of thumb)\b", re.I)


# ----------------------------------------------------------------------------------------------------------------------
# Markdown

_TIED = "\ue000"  # stands for the characters of a link that is tied to something
#: Pages made from the data package, whose examples are no statements.
_GENERATED = {"data_dictionary"}
#: Fenced directives whose body is no prose.
_CODE_DIRECTIVES = {"code", "code-block", "code-cell", "math", "raw", "eval-rst", "emd-page", "emd-teaching",
                    "emd-lesson", "emd-lessons", "mermaid", "toctree"}
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,}|:{3,})(?P<rest>.*)$")
_OPENING = re.compile(r"\{([\w:.-]+)\}\s*(.*)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")


@dataclass
class _Text:
    """Markdown of one cell or page, read once."""

    source: str
    visible: str  # same length; what is no prose is blank, tied links are _TIED
    links: list[TiedLink]
    headings: list[tuple[int, int, str]]  # position, level, words
    boxes: list[tuple[int, int, str]]  # start, end, title of an admonition


def _blank(text: str, start: int, end: int, with_: str = " ") -> str:
    hidden = "".join(c if c == "\n" else with_ for c in text[start:end])
    return text[:start] + hidden + text[end:]


def _read(source: str) -> _Text:
    text = re.sub("[\u00a0\u2009\u202f\u2007]", " ", source).replace("\u2011", "-")
    visible, boxes = _without_code(text)
    headings = [(m.start(), len(m[1]), m[2]) for m in re.finditer(_HEADING.pattern, visible, re.M)]
    for pattern in (r"<!--.*?-->", r"(`+)(?!`)(?:.|\n)+?(?<!`)\1(?!`)", r"</?[A-Za-z][^>]*>"):
        for match in re.finditer(pattern, visible, re.S):
            visible = _blank(visible, *match.span())
    links = list(links_of(visible))
    for link in links:
        if link.scheme == "gl":  # the words of a glossary link are prose like any other
            visible = _blank(visible, link.start + 1 + len(link.words), link.end)
        else:
            visible = _blank(visible, link.start, link.end, _TIED)
    for match in re.finditer(r"\[([^\[\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)", visible):
        outside = re.match(r"(?:https?|mailto):", match[2])
        visible = _blank(visible, match.start() if outside else match.end(1), match.end())
    for pattern in (r"https?://\S+", r"^\s*\d+[.)](?=\s)", r"^\(\S+\)=\s*$"):
        for match in re.finditer(pattern, visible, re.M):
            visible = _blank(visible, *match.span())
    return _Text(text, visible, links, headings, boxes)


def _without_code(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Blank code blocks, directive names and their options; list the boxes with their titles."""
    lines, out, boxes = text.splitlines(keepends=True), [], []
    open_: list[tuple[str, bool, int, str]] = []  # fence, is code, start, title
    position = 0
    for line in lines:
        fence = _FENCE.match(line.rstrip("\n"))
        code = bool(open_) and open_[-1][1]
        closes = fence and open_ and not fence["rest"].strip() and fence["fence"][0] == open_[-1][0][0] \
            and len(fence["fence"]) >= len(open_[-1][0])
        shown = line
        if closes:
            _, _, start, title = open_.pop()
            boxes.append((start, position, title))
            shown = _blank(line, 0, len(line))
        elif fence and not code and not (fence["fence"][0] == ":" and not fence["rest"].strip()):
            named = _OPENING.match(fence["rest"].strip())
            title = named[2] if named else ""
            is_code = named[1] in _CODE_DIRECTIVES if named else fence["fence"][0] != ":"
            open_.append((fence["fence"], is_code, position, title))
            shown = _blank(line, 0, len(line) if is_code or not title else line.index(title))
        elif code or (open_ and re.match(r"\s*:[\w-]+:", line)):
            shown = _blank(line, 0, len(line))
        out.append(shown)
        position += len(line)
    boxes += [(start, position, title) for _, _, start, title in open_]
    return "".join(out), boxes


# ----------------------------------------------------------------------------------------------------------------------
# The rule

def _loose(visible: str) -> Iterator[tuple[int, int]]:
    """Spans of numbers outside links that are not on the list."""
    for rule in ALLOWED:
        for match in rule.pattern.finditer(visible):
            visible = _blank(visible, *match.span())
    for pattern in (_NUMBER, _WORD):
        for match in pattern.finditer(visible):
            unit = _UNIT.match(visible, match.end())
            yield match.start(), unit.end() if unit else match.end()


@cache
def _glossary_ids(evidence) -> frozenset[str]:
    return frozenset(term_id(term) for term in evidence.glossary.term)


def _paragraph(text: _Text, start: int) -> str:
    first = max((m.end() for m in re.finditer(r"\n[ \t]*\n", text.source[:start])), default=0)
    end = re.search(r"\n[ \t]*\n", text.source[start:])
    return text.source[first:start + end.start() if end else len(text.source)]


def _is_constructed(text: _Text, link: TiedLink, headings: Sequence[str]) -> bool:
    grounds = [_paragraph(text, link.start), *headings, *_path([h for h in text.headings if h[0] <= link.start])]
    grounds += [title for start, end, title in text.boxes if start <= link.start < end]
    return any(_CONSTRUCTED.search(ground) for ground in grounds)


def _path(headings: Sequence[tuple[int, int, str]]) -> list[str]:
    """The headings that a place stands under: the last one and those above it."""
    path: list[tuple[int, str]] = []
    for _, level, words in headings:
        path = [*((n, w) for n, w in path if n < level), (level, words)]
    return [words for _, words in path]


def _check(source: str, evidence, headings: Sequence[str] = ()) -> Iterator[tuple[int, str, str]]:
    """Yield (position, words, problem)."""
    text = _read(source)
    for start, end in _loose(text.visible):
        yield start, " ".join(text.source[start:end].split()), (
            "is not tied to the data: write it as a link [..](ev:row#field), [..](calc:name/row#field) or [..](ex:)")
    for link in text.links:
        if link.scheme == "gl" and link.target not in _glossary_ids(evidence):
            yield link.start, link.words, f"names the glossary term {link.target!r}, which does not exist"
        if link.scheme == "ex" and not _is_constructed(text, link, headings):
            yield link.start, link.words, (
                "is a constructed example, but neither its paragraph nor its heading says so (constructed, imagine, "
                "suppose, example, hypothetical, simulated, rule of thumb)")


def audit_text(source: str, evidence, file: str = "text") -> list[Finding]:
    """Look for loose numbers in one page of Markdown.

    Parameters
    ----------
    source : str
        The Markdown.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.
    file : str
        Name of the page in the findings.

    Returns
    -------
    list of Finding
        Empty when every quantity is tied.
    """
    return [Finding(file, f"line {source.count(chr(10), 0, at) + 1}", words, problem)
            for at, words, problem in sorted(_check(source, evidence))]


def audit_notebook(path: Path | str, evidence) -> list[Finding]:
    """Look for loose numbers in the Markdown cells of one chapter.

    Parameters
    ----------
    path : path
        The notebook.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.

    Returns
    -------
    list of Finding
        Empty when every quantity is tied.
    """
    path = Path(path)
    findings, headings = [], []
    for cell in read_cells(path):
        if cell.kind != "markdown":
            continue
        above = _path(headings)
        findings += [Finding(path.stem, f"cell {cell.number}", words, problem)
                     for _, words, problem in sorted(_check(cell.source, evidence, above))]
        headings += _read(cell.source).headings
    return findings


def _question_texts(question: dict) -> Iterator[tuple[str, str]]:
    yield "stem", question["stem"]
    for i, option in enumerate(question["options"], start=1):
        yield f"option {i}", option["text"]
        yield f"explanation {i}", option["explanation"]


def _case_texts(case: dict) -> Iterator[tuple[str, str]]:
    """What a case claims. What it tells of its patient is invented, as it says itself."""
    for turn in case["turns"]:
        for k, option in enumerate(turn.get("options", ()), start=1):
            for field in ("text", "critique", "whose"):
                yield f"turn {turn['id']}, option {k}, {field}", option.get(field, "")
    for i, talk in enumerate(case["debrief"], start=1):
        yield f"debrief {i}", f"{talk['ask']} {talk['listen_for']}"


def _statements(node, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document that has a blank in it, with the path to it: names and ids have none."""
    if isinstance(node, str):
        if " " in node:
            yield path, node
    elif isinstance(node, (list, dict)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node, start=1):
            yield from _statements(value, f"{path} > {key}".removeprefix(" > "))


def _in_json(data: Path, evidence) -> Iterator[Finding]:
    def found(file: Path, place: str, text: str, said: Sequence[str] = ()) -> Iterator[Finding]:
        name = file.relative_to(data.parent).with_suffix("").as_posix()
        for _, words, problem in sorted(_check(text, evidence, said)):
            yield Finding(name, place, words, problem)

    for file in files_of(data / "questions", "*.json"):
        for question in [] if file.name.endswith(".schema.json") else strict_json.read(file)["questions"]:
            # a stem that says "invented" speaks for its options; so does a patient, who is always constructed
            said = [question["stem"], *(["a constructed patient"] if question.get("patient") else [])]
            for place, text in _question_texts(question):
                yield from found(file, f"{question['id']}, {place}", text, said)
    for file in files_of(data / "cases", "*.json"):
        for place, text in [] if file.name.endswith(".schema.json") else _case_texts(strict_json.read(file)):
            yield from found(file, place, text, ["a constructed case"])
    for file in (data / name for name in ("pathway.json", "scenes.json")):
        for place, text in _statements(strict_json.read(file)) if file.is_file() else ():
            # the number in a scene's label is that of a step or of a drawn study: no quantity
            yield from found(file, place, _STEP.sub("", text) if place.endswith("label") else text)


_STEP = re.compile(r"^\d\b ?|(?<=study )\d$")


def audit_project(project: Path, evidence) -> list[Finding]:
    """Look for loose numbers in every chapter, page, teaching note, lesson plan, question and case of the book.

    Parameters
    ----------
    project : path
        The folder that holds ``notebooks/``, ``book/`` and ``data/``.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.

    Returns
    -------
    list of Finding
    """
    findings = []
    for path in files_of(project / "notebooks", "*.ipynb"):
        findings += audit_notebook(path, evidence)
    for path in (p for p in files_of(project / "book", "*.md") if p.stem not in _GENERATED):
        findings += audit_text(text_of(path), evidence, f"book/{path.stem}")
    for chapter, taught in load_teaching(project / "data" / "teaching.json").items():
        findings += audit_text(markdown(taught), evidence, f"data/teaching.json {chapter}")
    for place, text in texts_of(load_lessons(project / "data" / "lessons.json")):
        findings += audit_text(text, evidence, f"data/lessons.json {place}")
    return findings + list(_in_json(project / "data", evidence))

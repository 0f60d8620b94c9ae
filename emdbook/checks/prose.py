"""The prose audit: every clinical quantity in the text of a chapter is tied to the data, and says what the data say.

A quantity is tied by a link of :mod:`emdbook.evidence.links`. The audit reads the Markdown, finds quantities that are
not tied, and compares each tied one with its row (``ev``) or recomputes it (``calc``), at the precision printed.
So a changed sentence fails without its data, and changed data fail without their sentence.

It looks for numbers that stand for patients: percentages, durations, counts with a denominator, ratios, p-values,
doses, thresholds, any number with a decimal point and any bare number of two digits or more. What looks like one but is
not (a date, a chapter number, "95% interval") is listed with its reason in :data:`ALLOWED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from emdbook.estimates import attainable_counts
from emdbook.evidence.calculations import CALCULATIONS, CannotCompute, Quantity
from emdbook.evidence.links import LINK, row_ids
from emdbook.ground.notebook import read_cells
from emdbook.ground.wording import is_missing, number
from emdbook.tables import term_id
from emdbook.teach.teaching import load_teaching, markdown

__all__ = ["ALLOWED", "Finding", "agrees_with_row", "audit_notebook", "audit_project", "audit_text",
           "is_said_constructed", "quantities", "reads_as"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in the text of a chapter.

    Attributes
    ----------
    chapter : str
        Name of the file without its ending.
    place : str
        ``cell 12`` (counted from 1, code cells too) in a notebook, ``line 40`` in a page.
    number : str
        The words that are wrong, as they stand in the text.
    problem : str
        What is wrong with them.
    """

    chapter: str
    place: str
    number: str
    problem: str

    def __str__(self) -> str:
        return f'{self.chapter}, {self.place}: "{self.number}" {self.problem}'


# ----------------------------------------------------------------------------------------------------------------------
# What a number looks like

_DIGITS = (
    # not part of a name such as CD38, PI-4 or MajesTEC-1, and not the tail of another number
    r"(?<![\w.])(?<![A-Za-z]-)(?<!\d,)"
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    # not the head of a name such as 1q21 or 17p, and not half of a longer number
    r"(?!\d)(?!\.\d)(?!,\d)(?![A-Za-z_])"
)
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: i for i, word in enumerate(_ONES, start=1)} | {word: 10 * i for i, word in enumerate(_TENS, start=2)}
_WORDS |= {f"{tens}-{one}": _WORDS[tens] + _WORDS[one] for tens in _TENS for one in _ONES[:9]}
_WORDS |= {"hundred": 100, "a hundred": 100, "one hundred": 100, "a dozen": 12}
_WORD = r"\b(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b(?!-\w*(?:line|class|drug|fold\w))"
_MANY = r"(?!one\b)" + _WORD  # "one patient" is seldom a count
_ANY = f"(?:{_DIGITS}|{_WORD})"

#: Words for a share. They agree with a percentage within five points, which is how loosely people use them.
_SHARES = {"two thirds": 200 / 3, "two-thirds": 200 / 3, "three quarters": 75, "three-quarters": 75, "a third": 100 / 3,
           "one third": 100 / 3, "one-third": 100 / 3, "a quarter": 25, "one quarter": 25, "a fifth": 20,
           "one fifth": 20, "half": 50}
_SHARE = r"\b(?:" + "|".join(sorted(_SHARES, key=len, reverse=True)) + r")\b"
_SHARE_TOLERANCE = 5

_TIED = "\ue000"  # stands for the characters of a link that is checked on its own
_PERSON = r"(?:patients?|people|persons?|participants?|responders?|deaths?|men|women|adults|cases|lesions?)"
_TIME = r"(?:days?|weeks?|months?|years?)"
_DESCRIBED = (
    r"(?:(?:of|the|these|those|all|other|more|such|further|evaluable|treated|heavily|pretreated|infused|consecutive|"
    r"relapsed|refractory|elderly|older|younger|new|newly|diagnosed|myeloma|EMD|EM-E|EM-B|non-EMD|RRMM|NDMM|"
    r"extramedullary|early|late|additional|evaluated|enrolled|single)[ \-]){0,4}"
)
_UNIT = (rf"(?:%|per ?cent\b|percentage points?\b|points?\b|{_DESCRIBED}{_PERSON}\b|{_TIME}\b|"
         r"hours?\b|mg\b|cycles\b|doses\b)")
#: "two of three studies" counts studies, not patients.
_NOT_PERSONS = (
    r"(?:studies|study|trials?|series|reviews?|papers?|sources?|chapters?|drugs?|targets?|classes|class|arms?|groups?|rows?|"
    r"columns?|questions?|options?|charts?|figures?|widgets?|definitions?|methods?|ways?|reasons?|counts?|steps?|"
    r"words?|kinds?|types?|generations?|parts?|sets?|numbers?|us)\b"
)


class _Rule(NamedTuple):
    pattern: re.Pattern
    why: str


def _rule(pattern: str, why: str, flags: int = re.I) -> _Rule:
    return _Rule(re.compile(pattern, flags), why)


#: Numbers that are no clinical quantity, each with the reason.
ALLOWED = (
    _rule(r"\d{2}(?:\.\d+)? ?% (?:[a-z-]+ ){0,2}(?:intervals?|confidence|credible|prediction|CI|limits?|level)\b",
          "a confidence level is a convention, not a result"),
    _rule(r"(?:confidence|credible|prediction|interval|CI|level)(?: level)?(?: of| \()? ?(?:90|95|99) ?%",
          "a confidence level is a convention, not a result"),
    _rule(r"(?:from |between )?0 ?%? ?(?:to|and|or|–|-) ?100 ?%", "the ends of a percentage scale"),
    _rule(r"(?:for|of|in|out of|from) every (?:100|1,?000|hundred|ten)\b", "a way to read a percentage"),
    _rule(r"(?<![\d\ue000] )\b(?:in|of|among) 100 (?:patients|people)\b(?= like|[?.,])",
          "a way to read a percentage"),
    _rule(r"\bevery (?:other|second|two|three|four|\d) (?:days|weeks|months)\b",
          "a schedule, part of a regimen's name"),
    _rule(r"\b\d+ ?(?:min|minutes?)\b", "time to read"),
    _rule(r"\b\d{4}-\d{2}(?:-\d{2})?\b", "a date"),
    _rule(r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)"
          r"(?: \d{4})?\b", "a date"),
    _rule(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)"
          r"(?: \d{1,2},)? \d{4}\b", "a date"),
    _rule(r"\b\d{4};\d+(?:\(\d+\))?:\d+(?:[-–]\d+)?", "a journal reference"),
    _rule(r"\b(?:chapters?|tables?|figures?|fig\.|exercises?|questions?|steps?|parts?|sections?|box(?:es)?|cells?|pages?|"
          r"rows?|columns?|nodes?|gaps?|versions?|no\.)[ :]\d+(?:\.\d+)*(?:(?:, | and | or | to |–|-)\d+)*\b(?! ?%)",
          "a number of this book's own parts"),
    _rule(r"\bphases? (?:\d[ab]?(?:/\d[ab]?)?|I{1,3}(?:/I{1,3})?)(?! ?%)", "the phase of a trial"),
    _rule(r"\b(?:grades?|stages?|levels?) (?:≥ ?)?\d(?: ?(?:or|to|and|/|–|-) ?\d)?(?! ?%)", "a grade or stage"),
    _rule(r"\bt\(\d+;\d+\)", "a translocation"),
    _rule(r"\b(?:PMID|PMCID)s?:? ?\d+|\bdoi:? ?10\.\S+|\b10\.\d{4,}/\S+", "an identifier"),
    _rule(r"\b(?:Python|JupyterLab|Jupyter Book|WCAG|CC BY|MIT|R) v?\d+(?:\.\d+)*(?! ?%)", "a version", 0),
    _rule(r"\b\d+ ?(?:px|pixels?)\b", "a size on the screen"),
)

_YEAR = re.compile(r"(?:19|20)\d\d$")

#: What a clinical quantity looks like, once names, links and allowed numbers are out of the way.
_QUANTITIES = tuple(re.compile(pattern, re.I) for pattern in (
    rf"{_DIGITS}(?:[ \-]?{_UNIT})",
    rf"{_MANY}[ \-](?:per ?cent\b|points?\b|{_DESCRIBED}{_PERSON}\b|{_TIME}\b)",
    rf"{_DIGITS} ?(?:to|and|-|–|—|or) ?{_DIGITS}(?= ?{_UNIT})",
    rf"{_DIGITS} ?(?:/|(?:out )?of(?: the| all)?|in(?: every)?) ?{_ANY}",
    rf"{_ANY} (?:(?:out )?of|in)(?: the| all| every)? {_ANY}(?! {_NOT_PERSONS})",
    rf"{_TIED} ?(?:/|(?:out )?of(?: the| all)? |in |to |–|-) ?{_ANY}(?! {_NOT_PERSONS})",
    rf"\bn ?= ?{_ANY}",
    rf"\b(?:(?:hazard|odds|risk|rate) ratios?|(?-i:HR|OR|RR))(?: of| was| is|:| =|,)? ?{_DIGITS}",
    rf"\bp(?:[ \-]values?)?(?: of| was| is)? ?[=<>≤≥]? ?{_DIGITS}",
    rf"{_DIGITS}[ \-]?fold\b|{_ANY}[ \-]fold\b|\b(?:two|three|four|five|six|seven|eight|nine|ten)fold\b",
    rf"(?:{_ANY} times|\btwice) (?:as|the|more|higher|lower|longer|shorter|greater|larger)\b",
    rf"[<>≤≥=≈~±] ?{_DIGITS}",
    rf"{_SHARE}(?: of)? {_DESCRIBED}{_PERSON}\b",
))
_NUMBER = re.compile(_DIGITS)

_CONSTRUCTED = re.compile(
    r"\b(?:constructed|invented|imagine[ds]?|suppose|examples?|hypothetical|simulated?|simulations?|"
    r"rule of thumb)\b", re.I)


# ----------------------------------------------------------------------------------------------------------------------
# Markdown

#: Pages made from the data package, whose examples are no statements.
_GENERATED = {"data_dictionary"}
#: Fenced directives whose body is no prose.
_CODE_DIRECTIVES = {"code", "code-block", "code-cell", "math", "raw", "eval-rst", "emd-page", "emd-teaching", "mermaid",
                    "toctree"}
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,}|:{3,})(?P<rest>.*)$")
_OPENING = re.compile(r"\{([\w:.-]+)\}\s*(.*)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")


class _Link(NamedTuple):
    text: str
    scheme: str
    target: str
    start: int
    end: int


@dataclass
class _Text:
    """Markdown of one cell or page, read once."""

    source: str
    visible: str  # same length; what is no prose is blank, tied links are _TIED
    links: list[_Link]
    headings: list[tuple[int, int, str]]  # position, level, words
    boxes: list[tuple[int, int, str]]  # start, end, title of an admonition


def _blank(text: str, start: int, end: int, with_: str = " ") -> str:
    hidden = "".join(c if c == "\n" else with_ for c in text[start:end])
    return text[:start] + hidden + text[end:]


def _read(source: str) -> _Text:
    text = re.sub("[\u00a0\u2009\u202f\u2007]", " ", source).replace("−", "-").replace("\u2011", "-")
    visible, boxes = _without_code(text)
    headings = [(m.start(), len(m[1]), m[2]) for m in re.finditer(_HEADING.pattern, visible, re.M)]
    for pattern in (r"<!--.*?-->", r"(`+)(?!`)(?:.|\n)+?(?<!`)\1(?!`)", r"</?[A-Za-z][^>]*>"):
        for match in re.finditer(pattern, visible, re.S):
            visible = _blank(visible, *match.span())
    links = [_Link(m[1], m[2], m[3], m.start(), m.end()) for m in LINK.finditer(visible)]
    for link in links:
        if link.scheme == "gl":  # the words of a glossary link are prose like any other
            visible = _blank(visible, link.start + 1 + len(link.text), link.end)
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
# Numbers that are not tied

def _loose(visible: str) -> list[tuple[int, int]]:
    """Spans of clinical quantities outside links; touching spans are one."""
    for rule in ALLOWED:
        for match in rule.pattern.finditer(visible):
            visible = _blank(visible, *match.span())
    spans = [match.span() for pattern in _QUANTITIES for match in pattern.finditer(visible)]
    for match in _NUMBER.finditer(visible):
        digits = match[0].replace(",", "")
        if "." in digits or (len(digits) > 1 and not _YEAR.match(match[0])):
            spans.append(match.span())
    merged: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        linked = len(visible[:first + 1]) - len(visible[:first + 1].rstrip(_TIED))
        start = first + 1 - linked if linked else first  # a link is shown whole
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


# ----------------------------------------------------------------------------------------------------------------------
# Numbers inside a link

class _Printed(NamedTuple):
    text: str
    value: float
    unit: str  # "" where none is printed
    decimals: int
    share: bool = False  # a word such as "half"
    below: bool = False  # "<0.001"


_UNIT_KINDS = (
    ("percent", r"%|per ?cent\b"),
    ("points", r"(?:percentage |%-)?points?\b"),
    ("months", r"months?\b"),
    ("years", r"years?\b"),
    ("weeks", r"weeks?\b"),
    ("days", r"days?\b"),
    ("ratio", r"-?fold\b|times\b"),
    ("count", rf"{_DESCRIBED}{_PERSON}\b"),
    ("named", r"(?:mg|hours?|lines?|cycles?|doses?|prior|studies|trials)\b"),
)
_IN_LINK = re.compile(rf"{_DIGITS}|{_SHARE}|{_WORD}|\b(?:none|nobody|twofold|threefold|twice)\b", re.I)
_OTHER_WORDS = {"none": 0, "nobody": 0, "twofold": 2, "threefold": 3, "twice": 2}
_JOINED = re.compile(r"\s*[*_]*\s*(?:to|and|or|-|–|—|,|\()\s*[*_]*\s*$")
_PAIR = re.compile(r"\s*[*_]*\s*(?:/|(?:out )?of(?: the| all| every)?|in(?: every)?)\s*[*_]*\s*$", re.I)


def _unit_after(text: str) -> str:
    rest = re.sub(r"^[ \-*_)]*", "", text)
    return next((kind for kind, pattern in _UNIT_KINDS if re.match(pattern, rest, re.I)), "")


def _counts_one(text: str, match: re.Match, after: str) -> bool:
    """Whether "one" is a number here and not a pronoun ("the larger one")."""
    rest = text[match.end():]
    paired = re.match(r" (?:of|in|out of)\b", rest) or re.search(r"\b(?:of|in|every) $", text[:match.start()])
    return bool(paired or text.strip(" *_").lower() == "one" or _unit_after(rest + after))


def _numbers(link_text: str, after: str) -> list[_Printed]:
    """The numbers of a link as they are printed, each with the unit that belongs to it."""
    text = link_text
    for rule in ALLOWED[:2]:  # "95% interval" may stand in a link
        for match in rule.pattern.finditer(text):
            text = _blank(text, *match.span())
    matches = [m for m in _IN_LINK.finditer(text) if m[0].lower() != "one" or _counts_one(text, m, after)]
    found: list[_Printed] = []
    for i, match in enumerate(matches):
        word, low = match[0], match[0].lower()
        ends = matches[i + 1].start() if i + 1 < len(matches) else len(text)
        between = text[match.end():ends]
        before = text[:match.start()]
        unit = _unit_after(between + (after if ends == len(text) else ""))
        if i and _PAIR.fullmatch(text[matches[i - 1].end():match.start()]):
            unit = "n"
            found[-1] = found[-1]._replace(unit="events")
        elif re.search(r"\bn ?= ?$", before, re.I):
            unit = "n"
        elif re.search(r"\bp(?:[ -]values?)?(?: of| was| is| under| below)? ?[=<>≤≥]? ?$", before, re.I):
            unit = "p"
        elif not unit and re.search(r"\b(?:ratio|HR|OR|RR)\b[^\d]*$", before):
            unit = "ratio"
        below = bool(re.search(r"(?:<|under|below|less than) ?$", before))
        if low in _SHARES:
            found.append(_Printed(word, _SHARES[low], "percent", 0, share=True))
            continue
        value = _WORDS.get(low, _OTHER_WORDS.get(low))
        digits = word.replace(",", "")
        found.append(_Printed(word, float(digits) if value is None else float(value), unit,
                              len(digits.partition(".")[2]) if value is None else 0, below=below))
    # "18.6 to 55.9%": the first takes the unit of the second
    for i in range(len(found) - 2, -1, -1):
        if not found[i].unit and found[i + 1].unit not in ("", "events", "n", "p") \
                and _JOINED.fullmatch(text[matches[i].end():matches[i + 1].start()]):
            found[i] = found[i]._replace(unit=found[i + 1].unit)
    return found


def _prints_as(value: float, printed: _Printed) -> bool:
    """Whether ``value``, rounded as a person would, is what is printed. Ties may go either way."""
    if printed.share:
        return abs(value - printed.value) <= _SHARE_TOLERANCE
    return abs(abs(value) - printed.value) <= 0.5 * 10 ** -printed.decimals * (1 + 1e-9)


_SAME_UNIT = {
    "percent": {"percent"}, "points": {"points"}, "months": {"months"}, "years": {"years"}, "weeks": {"weeks"},
    "days": {"days"}, "ratio": {"ratio"}, "count": {"events", "n", "count", "named"}, "named": {"named", "count"},
    "events": {"events", "count", "named"}, "n": {"n", "count"}, "p": {"p"},
}


def _fits(value: float, unit: str, printed: _Printed) -> bool:
    if not printed.unit:
        return _prints_as(value, printed)
    if printed.unit == "years" and unit == "months":
        return abs(12 * printed.value - value) < 1e-9
    return unit in _SAME_UNIT[printed.unit] and _prints_as(value, printed)


# ----------------------------------------------------------------------------------------------------------------------
# ev: a figure of one row

def _unit_kind(unit) -> str:
    text = "" if is_missing(unit) else str(unit).strip().lower()
    for kind, pattern in _UNIT_KINDS[:6]:
        if re.match(pattern, text):
            return kind
    return "ratio" if text in ("ratio", "fold", "-fold", "times") else "named"


def _fields(record, evidence) -> list[tuple[str, float, str]]:
    """Every number of a row as (name, value, kind of unit)."""
    own = _unit_kind(record.get("unit"))
    kinds = dict.fromkeys(("value", "low", "high", "ci_low", "ci_high"), own) | {
        "events": "events", "n": "n", "n_evaluable": "n", "n_total": "n", "at_months": "months"}
    fields = [(name, float(record[name]), kind) for name, kind in kinds.items()
              if name in record and not is_missing(record[name])]
    if "outcome_id" in record and "arm_id" in record:  # the log names outcomes too
        arm = evidence.arm(record["arm_id"])
        fields += [(f"{name} of the arm", float(arm[name]), "n") for name in ("n", "n_evaluable")
                   if not is_missing(arm[name])]
    for name in ("review_says", "evidence_says", "what_changed"):  # rows that speak in sentences
        if name in record and not is_missing(record[name]):
            fields += [(name, float(m[0].replace(",", "")), "any") for m in _NUMBER.finditer(str(record[name]))]
    return fields


def _row_says(record, fields) -> str:
    shown = {"value": "", "low": "", "high": ""}
    unit = "" if is_missing(record.get("unit")) else str(record["unit"])
    parts = []
    for name, value, _ in fields:
        tail = (unit if unit == "%" else f" {unit}") if name in shown and unit else ""
        parts.append(f"{name} {number(value)}{tail}")
    if "p_value" in record and not is_missing(record["p_value"]):
        parts.append(f"p {record['p_value']}")
    if "not_reached" in record and not is_missing(record["not_reached"]) and bool(record["not_reached"]):
        parts.append("not reached")
    return ", ".join(dict.fromkeys(parts)) or "no number"


def _p_agrees(record, printed: _Printed) -> bool:
    stored = "" if is_missing(record.get("p_value")) else str(record["p_value"])
    match = _NUMBER.search(stored)
    return bool(match) and float(match[0]) == printed.value and ("<" in stored) == printed.below


def _count_fits(record, printed: Sequence[_Printed]) -> bool:
    """Whether "3 of 3" is the one count behind the percentage of a fact, whose table has no column for counts."""
    is_count = [p.unit for p in printed] == ["events", "n"] and "events" not in record
    if not is_count or _unit_kind(record.get("unit")) != "percent" or is_missing(record.get("value")):
        return False
    if is_missing(record.get("n")) or printed[1].value != int(record["n"]):
        return False
    stored = number(record["value"])
    return attainable_counts(stored, int(record["n"]), len(stored.partition(".")[2])) == [printed[0].value]


def _check_row(link: _Link, after: str, evidence) -> Iterator[str]:
    try:
        record = evidence.record(link.target)
    except LookupError as error:
        yield f"is tied to no row of the data: {error.args[0] if error.args else error}"
        return
    fields = _fields(record, evidence)
    printed = _numbers(link.text, after)
    wrong = []
    for one in [] if _count_fits(record, printed) else printed:
        agrees = any(_prints_as(value, one) if kind == "any" else _fits(value, kind, one) for _, value, kind in fields)
        if one.unit == "p" or (not one.unit and not agrees):
            agrees = _p_agrees(record, one)
        if not agrees:
            wrong.append(one.text)
    if wrong:
        yield (f"does not agree with {link.target} ({_row_says(record, fields)}): {', '.join(wrong)} "
               f"{'is' if len(wrong) == 1 else 'are'} not there")
    not_reached = "not_reached" in record and not is_missing(record["not_reached"]) and bool(record["not_reached"])
    says_so = re.search(r"\bnot (?:yet )?(?:been )?reached\b", link.text, re.I) is not None
    if says_so and not not_reached:
        yield f"does not agree with {link.target}: the row does not say that it was not reached"


# ----------------------------------------------------------------------------------------------------------------------
# calc: a figure computed from rows

def _say(reading: Sequence[Quantity]) -> str:
    signs = {"percent": "%", "points": " points", "months": " months", "years": " years", "days": " days"}
    return " and ".join(f"{number(abs(q.value), None if float(q.value).is_integer() else 2)}{signs.get(q.unit, '')}"
                        for q in reading)


def _reads(reading: Sequence[Quantity], printed: Sequence[_Printed]) -> bool:
    return len(reading) == len(printed) and all(
        _fits(q.value, q.unit, one) or (q.unit == "count" and one.unit in ("count", "n", "events", "named")
                                        and _prints_as(q.value, one))
        for q, one in zip(reading, printed, strict=True))


def _check_calculation(link: _Link, after: str, evidence) -> Iterator[str]:
    name = link.target.partition("/")[0]
    if name not in CALCULATIONS:
        yield f"names the calculation {name!r}, which does not exist; there are {', '.join(CALCULATIONS)}"
        return
    ids = row_ids("calc", link.target)
    if not ids:
        yield f"names no row for calc:{name}"
        return
    try:
        readings = CALCULATIONS[name]([evidence.record(row_id) for row_id in ids], evidence)
    except LookupError as error:
        yield f"is tied to no row of the data: {error.args[0] if error.args else error}"
        return
    except CannotCompute as error:
        yield f"cannot be computed by calc:{name}: {error}"
        return
    except ValueError as error:
        yield f"cannot be computed by calc:{name} from {link.target.partition('/')[2]}: {error}"
        return
    printed = _numbers(link.text, after)
    if not any(_reads(reading, printed) for reading in readings):
        longest = max(readings, key=len)
        yield f"does not agree with calc:{link.target}, which gives {_say(longest)}"


# ----------------------------------------------------------------------------------------------------------------------
# The audit

@cache
def _glossary_ids(evidence) -> frozenset[str]:
    return frozenset(term_id(term) for term in evidence.glossary.term)


def _paragraph(text: _Text, start: int) -> str:
    first = max((m.end() for m in re.finditer(r"\n[ \t]*\n", text.source[:start])), default=0)
    end = re.search(r"\n[ \t]*\n", text.source[start:])
    return text.source[first:start + end.start() if end else len(text.source)]


def _is_constructed(text: _Text, link: _Link, headings: Sequence[str]) -> bool:
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
        words = " ".join(text.source[start:end].split())
        shown = re.sub(r"\[([^\[\]]+)\]\([^()]*\)", r"\1", words)
        yield start, shown, "is not tied to the data: write it as a link [..](ev:row), [..](calc:name/row) or [..](ex:)"
    for link in text.links:
        after = re.sub(r"\ue000.*", "", text.visible[link.end:link.end + 40], flags=re.S).split("\n\n")[0]
        if link.scheme == "ev":
            problems = _check_row(link, after, evidence)
        elif link.scheme == "calc":
            problems = _check_calculation(link, after, evidence)
        elif link.scheme == "gl":
            known = link.target in _glossary_ids(evidence)
            problems = [] if known else [f"names the glossary term {link.target!r}, which does not exist"]
        else:
            said = _is_constructed(text, link, headings)
            problems = [] if said else ["is a constructed example, but neither its paragraph nor its heading says so "
                                        "(constructed, imagine, suppose, example, hypothetical, simulated, "
                                        "rule of thumb)"]
        for problem in problems:
            yield link.start, " ".join(link.text.split()), problem


def quantities(text: str) -> list[tuple[str, list[_Printed]]]:
    """The clinical quantities of a plain text that has no links, such as a question.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (str, list)
        The words as they stand there, and their numbers for :func:`agrees_with_row` and :func:`reads_as`.
    """
    visible = _read(text).visible
    return [(" ".join(visible[start:end].split()), _numbers(visible[start:end], visible[end:end + 40]))
            for start, end in _loose(visible)]


def agrees_with_row(printed: Sequence[_Printed], record, evidence) -> bool:
    """Whether a row of the data has all these numbers, each with its unit."""
    if _count_fits(record, printed):
        return True
    fields = _fields(record, evidence)
    return bool(printed) and all(
        any(_prints_as(value, one) if kind == "any" else _fits(value, kind, one) for _, value, kind in fields)
        or (one.unit in ("p", "") and _p_agrees(record, one)) for one in printed)


def reads_as(printed: Sequence[_Printed], reading: Sequence[Quantity]) -> bool:
    """Whether the numbers are this reading of a calculation."""
    return _reads(reading, printed)


def is_said_constructed(text: str) -> bool:
    """Whether a text says that it is invented."""
    return _CONSTRUCTED.search(text) is not None


def audit_text(source: str, evidence, chapter: str = "text") -> list[Finding]:
    """Audit one page of Markdown.

    Parameters
    ----------
    source : str
        The Markdown.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.
    chapter : str
        Name of the page in the findings.

    Returns
    -------
    list of Finding
        Empty when every quantity is tied and agrees.
    """
    return [Finding(chapter, f"line {source.count(chr(10), 0, at) + 1}", words, problem)
            for at, words, problem in sorted(_check(source, evidence))]


def audit_notebook(path: Path | str, evidence) -> list[Finding]:
    """Audit the Markdown cells of one chapter.

    Parameters
    ----------
    path : path
        The notebook.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.

    Returns
    -------
    list of Finding
        Empty when every quantity is tied and agrees.
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


def audit_project(project: Path, evidence) -> list[Finding]:
    """Audit every chapter and every page of the book.

    Parameters
    ----------
    project : path
        The folder that holds ``notebooks/`` and ``book/``.
    evidence : emdbook.Evidence
        What ``emdbook.load()`` returns.

    Returns
    -------
    list of Finding
    """
    findings = []
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        findings += audit_notebook(path, evidence)
    for path in sorted(p for p in (project / "book").glob("*.md") if p.stem not in _GENERATED):
        findings += audit_text(path.read_text(encoding="utf-8"), evidence, f"book/{path.stem}")
    for chapter, taught in load_teaching(project / "data" / "teaching.json").items():
        findings += audit_text(markdown(taught), evidence, f"data/teaching.json {chapter}")
    return findings

"""One number, written once: the words between the brackets of a link are written from the data.

``python -m emdbook sync`` goes through chapters, pages, questions, cases, teaching notes, the pathway, scenes and the
texts of tables, and rewrites the numerals of every ``ev:`` and ``calc:`` link that no longer says what its row says.
The author's other words, the digits after the point and the unit stay. What no rule can rewrite (a judgement such as
"half" or "more than 36%", a number of a sentence, one that is put to the test) is listed with its place instead.
``--check`` writes nothing; the gate is that there is nothing to write and nothing to list.
"""

from __future__ import annotations

import csv
import io
import json
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emdbook.evidence.descriptor import DESCRIPTOR
from emdbook.evidence.figures import Quantity, months_of
from emdbook.evidence.links import LinkError, TiedLink, links_of, plain
from emdbook.ground import strict_json
from emdbook.ground.files import files_of, text_of, write_all
from emdbook.ground.notebook import read_notebook
from emdbook.ground.numerals import Numeral, agreed, article, holds, read, written
from emdbook.ground.wording import number

__all__ = ["Change", "sync_project", "sync_text"]

#: Stands for the words of a link in the sentence around it.
SLOT = "\ue000"
#: What a bound asks of the value: "more than 36%" is not said of 35.7, nor of 36.
_BOUNDS = {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge}
_TIMES = ("months", "days", "weeks", "years")


@dataclass(frozen=True)
class Change:
    """One link whose words are not what the data say.

    Attributes
    ----------
    file, place : str
        ``notebooks/09_bispecific_antibodies.ipynb`` and ``cell 12``; ``data/questions/09….json`` and the path to the
        text.
    old, new : str
        Its words, and what they become. ``new`` is empty where they cannot be rewritten by rule.
    reason : str
        Whose figure it is, or why it has to be looked at.
    around : str
        The sentence that it stands in, with :data:`SLOT` in its place.
    """

    file: str
    place: str
    old: str
    new: str
    reason: str
    around: str = SLOT

    @property
    def by_hand(self) -> bool:
        """Whether a person has to write it."""
        return not self.new

    def __str__(self) -> str:
        said = f'"{self.old}" to be looked at' if self.by_hand else f'"{self.old}" becomes "{self.new}"'
        return f"{self.file}, {self.place}: {said}: {self.reason}"


class _ByHandError(ValueError):
    """The words cannot be rewritten by rule; the message says why."""


# ----------------------------------------------------------------------------------------------------------------------
# One link

def _shown(quantity: Quantity, unit: str) -> float:
    """The value in the unit that the words use."""
    value, of = quantity.value, quantity.unit
    if unit in _TIMES and of in _TIMES:
        return value if unit == of else months_of(value, of) / months_of(1, unit)
    # "three lines", "10 patients": the data name the thing, or count patients
    fits = of not in ("percent", "points", "ratio", "p", *_TIMES) if unit == "count" else unit in ("", of)
    if not fits:
        raise _ByHandError(f"its number is {_say(quantity)}, not {unit}")
    return value


def _say(quantity: Quantity) -> str:
    units = {"percent": "%", "points": " points", "ratio": "", "count": "", "p": ""}
    exact = quantity.unit == "p" or float(quantity.value).is_integer()
    return quantity.sign + number(quantity.value, None if exact else 2) + units.get(quantity.unit, f" {quantity.unit}")


def _negative(numeral: Numeral, words: str) -> bool:
    behind = words[numeral.end:]
    return numeral.value < 0 or re.match(r"\D*?\b(?:fewer|lower|less|shorter|below)\b", behind) is not None


def _holds(numeral: Numeral, quantity: Quantity, words: str, direction: str) -> bool:
    value = _shown(quantity, numeral.unit)
    if quantity.unit == "p":
        return numeral.bound in ("", quantity.sign or "=") and holds(numeral, value)
    if value < 0 and numeral.value >= 0:
        if not _negative(numeral, words):
            raise _ByHandError(f"the number is negative: {_say(quantity)}")
        value = -value
    if numeral.bound in _BOUNDS and numeral.form != "judgement" and not direction:
        return _BOUNDS[numeral.bound](value, numeral.value)
    if numeral.unit != quantity.unit and numeral.unit in _TIMES and numeral.decimals == 0:
        return abs(value - numeral.value) < 0.05  # "one year" for 12 months, not for 14
    return holds(numeral, value)


def _rewritten(numeral: Numeral, quantity: Quantity, words: str, direction: str) -> str:
    if numeral.form == "judgement":
        raise _ByHandError(f"a judgement, and the number is now {_say(quantity)}")
    if numeral.bound in _BOUNDS and not direction and quantity.unit != "p":
        raise _ByHandError(f"a bound, and the number is now {_say(quantity)}")
    value = _shown(quantity, numeral.unit)
    if value < 0 and numeral.value >= 0:
        value = -value
    if quantity.unit == "p":
        if numeral.bound not in ("", quantity.sign or "="):
            raise _ByHandError(f"the p-value is now {_say(quantity)}")
        return number(value)
    if numeral.unit != quantity.unit and numeral.unit in _TIMES and not float(value).is_integer():
        return number(value, max(1, numeral.decimals))
    return written(value, numeral)


def _sync_words(link: TiedLink, after: str, evidence) -> tuple[str, str]:
    """The words of one link as the data have them, and the text behind it with its noun in the right number."""
    if link.scheme == "ev" and not link.fields and (level := _LEVEL.search(link.words)):
        record = evidence.record(link.target)
        if "result" in record:  # a bottom line of certainty.csv
            result = str(record["result"]).replace("_", " ")
            result = result.capitalize() if level[0][:1].isupper() else result
            return link.words[:level.start()] + result + link.words[level.end():], after
    if link.fields == "not-reached":
        reading = evidence.reading(link.target)
        if not reading.not_reached:
            raise _ByHandError("the row does not say that it was not reached")
        return link.words, after
    if link.fields == "said":
        _check_said(link, after, evidence)
        return link.words, after
    quantities = link.quantities(evidence)
    numerals = read(link.words, after)
    if not quantities:
        # a link to a row without a field shows no number of it
        if any(one.form == "digits" for one in numerals) or (link.scheme == "calc" and link.fields):
            raise _ByHandError("the link names no field for its number")
        return link.words, after
    if len(numerals) != len(quantities):
        raise _ByHandError(f"the link names {len(quantities)} numbers ({', '.join(map(_say, quantities))}) and its "
                           f"words show {len(numerals)}")
    direction = evidence.reading(link.target).direction if link.scheme == "ev" else ""
    words, rest = link.words, after
    for at in range(len(numerals) - 1, -1, -1):  # from the end, so that places stay true
        numeral, quantity = numerals[at], quantities[at]
        if _holds(numeral, quantity, link.words, direction):
            continue
        new = _rewritten(numeral, quantity, link.words, direction)
        tail = words[numeral.end:]
        value = _shown(quantity, numeral.unit)
        if tail.strip("*_ ") or at < len(numerals) - 1:
            tail = agreed(value, tail)
        else:
            rest = agreed(value, after)
        words = words[:numeral.start] + new + tail
    return words, rest


def _check_said(link: TiedLink, after: str, evidence) -> None:
    """A number of a sentence in the data: it must still stand there."""
    record = evidence.record(link.target)
    said = " ".join(str(record[name]) for name in ("review_says", "evidence_says", "what_changed", "subject", "note",
                                                      "what", "do")
                    if name in record and isinstance(record[name], str))
    known = read(said)
    for one in read(link.words, after):
        same = (holds(one, there.value) and one.unit == there.unit if one.form == "judgement" and there.form == "digits"
                else round(one.value, 9) == round(there.value, 9) for there in known)
        if not any(same):
            raise _ByHandError(f"{one.text} does not stand in the words of {link.target}")


_LEVEL = re.compile(r"\b(?:very low|low|moderate|high)\b(?= certainty)", re.I)
#: How a sentence names an endpoint. The longer name comes first, so that progression-free survival is no survival.
_NAMES = {"PFS": "progression-free survival|PFS", "DOR": "duration of (?:the )?response|DOR", "OS": "survival|OS",
          "CR": "complete (?:response|remission)s?|CR", "ORR": "overall response|response|ORR"}
#: A time is also named by what is counted.
_COUNTED = {"PFS": "(?:without|free of|for) progression", "DOR": "kept (?:their|a) response", "OS": "for death"}
_ENDPOINTS = re.compile("|".join(rf"(?P<{name}>\b(?:{_NAMES[name]}|{words})\b)" for name, words in _COUNTED.items()),
                        re.I)
#: An endpoint named right before its figure, as in "overall survival was" or "a response rate of".
_NAMED = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _NAMES.items())})"
    r"(?: rates?)?(?: (?:was|were|is|of|reached|came to))?(?: (?:about|only))?[\s*]*$", re.I)
_ALSO = {"EMD_ORR": "ORR", "serological_ORR": "ORR", "EMD_CR": "CR", "serological_CR": "CR", "sCR": "CR",
         "CR_or_better": "CR"}
_HAPPENED = re.compile(r"^[\s*]*(?:patients )?(?:responded|died|relapsed|progressed)\b"
                       r"(?! (?:patients|disease|myeloma|or)\b)")


def _sold_as_another(link: TiedLink, text: str, evidence) -> str:
    """Why the words around a link claim another thing than its row: a share or PFS as OS, all patients as events."""
    if link.scheme != "ev" or not link.fields:
        return ""
    record = evidence.record(link.target)
    before, after = text[:link.start], plain(text[link.end:])
    if link.fields == "n" and _HAPPENED.match(after) and not re.search(r"\b(?:of|of the|[Aa]ll|if)[\s*]*$", before):
        return "the number is that of all patients, and the sentence says that they had the event"
    if record.attrs["table"] != "outcomes" or not re.search(r"value|low|high|interval", link.fields):
        return ""
    own = _ALSO.get(record["endpoint"], record["endpoint"])
    right_before = _NAMED.search(plain(before))
    if right_before and own in _NAMES and right_before.lastgroup != own \
            and (right_before.lastgroup, own) != ("ORR", "DOR"):  # "a response of 5.5 months" is its duration
        said = right_before[right_before.lastgroup]
        return f'the sentence says "{said}", and the row is {evidence.reading(link.target)}'
    if own not in _COUNTED:
        return ""
    started = max((i + len(stop) for stop in (". ", "\n", "? ", "; ") if (i := before.rfind(stop)) >= 0), default=0)
    named = list(_ENDPOINTS.finditer(plain(before[started:])))
    behind = re.match(r"(?:[^.,;\n]|\.(?=\d))*? for ", after)  # "5.3 months for PFS and 14.8 for OS"
    said = (_ENDPOINTS.match(after, behind.end()) or _ENDPOINTS.match(after, behind.end() - 4)) if behind else None
    said = said or (named[-1] if named else None)
    if said is None or said.lastgroup == record["endpoint"]:
        return ""
    return f'the sentence says "{said[0]}", and the row is {evidence.reading(link.target)}'


def sync_text(text: str, evidence) -> tuple[str, list[tuple[int, str, str, str]]]:
    """Write the numbers of one text.

    Parameters
    ----------
    text : str
        Markdown with links of :mod:`emdbook.evidence.links`.
    evidence : emdbook.Evidence

    Returns
    -------
    text : str
        With every link that a rule can write as the data have it.
    changes : list of (int, str, str, str)
        Position, old words, new words (empty where a person has to write them), and whose figure or why.
    """
    changes: list[tuple[int, str, str, str]] = []
    out, done = "", 0
    for link in links_of(text):
        if link.scheme not in ("ev", "calc") or link.start < done:
            continue
        before, after = text[done:link.start], text[link.end:]
        # the noun behind a link may be a link's text away: "[28](…) [patients](gl:…)" is left alone
        near = re.split(r"\n\s*\n|[\[\]().]", after, maxsplit=1)[0][:60]
        try:
            words, rest = _sync_words(link, near, evidence)
            if other := _sold_as_another(link, text, evidence):
                raise _ByHandError(other)
        except (_ByHandError, LinkError) as error:
            changes.append((link.start, link.words, "", str(error)))
            out += text[done:link.end]
            done = link.end
            continue
        if words != link.words:
            changes.append((link.start, link.words, words, link.is_of(evidence)))
            before = article(before, words)
        out += before + f"[{words}]" + text[link.start + len(link.words) + 2:link.end]
        done = link.end
        if rest != near:
            out += rest
            done += len(near)
    return out + text[done:], changes


def _sentence(text: str, at: int) -> str:
    end = next(link.end for link in links_of(text) if link.start == at)
    first = max((i + len(stop) for stop in (". ", "\n", "? ") if (i := text.rfind(stop, 0, at)) >= 0), default=0)
    last = min((i for stop in (". ", "\n", "? ") if (i := text.find(stop, end)) >= 0), default=len(text))
    return plain(text[first:at]) + SLOT + plain(text[end:last + 1]).rstrip()


# ----------------------------------------------------------------------------------------------------------------------
# Files: each kind is read into its texts, and written back without touching anything else

def _lines(raw: str, file: Path, change: Callable[[str, Callable[[int], str]], str]) -> str:
    return change(raw, lambda at: f"line {raw.count(chr(10), 0, at) + 1}")


def _notebook(raw: str, file: Path, change) -> str:
    data = read_notebook(file)
    for i, cell in enumerate(data["cells"], start=1):
        if cell["cell_type"] != "markdown":
            continue
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        new = change(source, lambda at, i=i: f"cell {i}")
        if new != source:
            cell["source"] = new if isinstance(cell["source"], str) else new.splitlines(keepends=True)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"')


def _json(raw: str, file: Path, change) -> str:
    def walk(node, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, str):
            yield path, node
        elif isinstance(node, (list, dict)):
            for key, value in node.items() if isinstance(node, dict) else enumerate(node, start=1):
                own = value if isinstance(value, dict) else {}
                named = next((str(own[k]) for k in ("id", "chapter", "node") if k in own), str(key))
                yield from walk(value, f"{path} > {named}" if path else named)

    texts = {text: change(text, lambda at, path=path: path) for path, text in walk(strict_json.parsed(raw, file), "")}
    changed = {text: new for text, new in texts.items() if new != text}
    if not changed:
        return raw

    def written(token: re.Match) -> str:  # in place, so that the author's layout and escapes stay elsewhere
        new = changed.get(json.loads(token[0]))
        return token[0] if new is None else json.dumps(new, ensure_ascii=False)

    return _TOKEN.sub(written, raw)


def _csv(raw: str, file: Path, change) -> str:
    rows = list(csv.reader(io.StringIO(raw)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for i, row in enumerate(rows, start=1):
        writer.writerow([change(cell, lambda at, i=i, k=k: f"row {i}, {rows[0][k]}") for k, cell in enumerate(row)])
    return out.getvalue()


_KINDS: dict[str, Callable] = {".ipynb": _notebook, ".md": _lines, ".json": _json, ".csv": _csv}


def texts_of_project(project: Path) -> list[Path]:
    """Every file of the book that may show a number of the data."""
    data = project / "data"
    files = [*files_of(project / "notebooks", "*.ipynb"), *files_of(project / "book", "*.md"),
             *(f for f in files_of(data, "**/*.json") if not f.name.endswith(".schema.json") and f.name != DESCRIPTOR),
             *files_of(data, "*.csv")]
    return sorted(files)


def sync_project(project: Path, evidence, *, write: bool = False) -> list[Change]:
    """Write every number of the book from the data, or say which would change.

    Parameters
    ----------
    project : pathlib.Path
        The folder that holds ``notebooks/``, ``book/`` and ``data/``.
    evidence : emdbook.Evidence
    write : bool
        Whether to write the files: all of them, or where that cannot be, none.

    Returns
    -------
    list of Change
        What was rewritten or would be, and what a person has to look at.
    """
    found: list[Change] = []
    made: dict[Path, str] = {}
    for file in texts_of_project(project):
        raw = text_of(file)
        if "](ev:" not in raw and "](calc:" not in raw:
            continue
        name = file.relative_to(project).as_posix()
        here: list[Change] = []

        def change(text: str, place: Callable[[int], str], name=name, here=here) -> str:
            new, changes = sync_text(text, evidence)
            here += [Change(name, place(at), old, words, why, _sentence(text, at)) for at, old, words, why in changes]
            return new

        new = _KINDS[file.suffix](raw, file, change)
        if any(not one.by_hand for one in here):
            made[file] = new
        here += _put_to_the_test(raw, here, name)
        found += here
    if write:
        write_all(made)
    return found


def _put_to_the_test(raw: str, changes: Sequence[Change], name: str) -> list[Change]:
    """Numbers put to the test in a question whose figures moved: whether they still do, a person must say."""
    moved = {change.place.split(" > ")[1] for change in changes
             if change.place.startswith("questions > ") and not change.by_hand}
    if not moved:
        return []
    out = []
    for question in json.loads(raw)["questions"]:
        text = json.dumps(question, ensure_ascii=False)
        if question["id"] in moved:
            out += [Change(name, f"questions > {question['id']}", link.words, "",
                           "put to the test, and the figures of this question moved")
                    for link in links_of(text) if link.scheme == "try"]
    return out

"""Numbers in running text: finding them, and writing another one in the same form.

``read`` finds the numerals of a few words ("35.7%", "twenty-one patients", "10 of 28") and ``written`` writes a value
as the author wrote the old one: the same digits after the point, in digits or in words. What is no numeral but a
judgement ("half", "twice", "most") has limits instead; it can be checked and not rewritten.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from emdbook.ground.wording import number

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = dict(zip(_ONES, range(20), strict=True))
for _i, _tens in enumerate(_TENS, start=2):
    _WORDS |= {_tens: 10 * _i} | {f"{_tens}{join}{_ONES[k]}": 10 * _i + k for k in range(1, 10) for join in "- "}
_WORDS |= {"hundred": 100, "a hundred": 100, "one hundred": 100, "a dozen": 12, "dozen": 12}
_IN_WORDS = {value: word for word, value in reversed(_WORDS.items()) if " " not in word and value < 100
             and word != "dozen"}

_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "sixth": 6, "sixths": 6, "seventh": 7, "eighth": 8, "eighths": 8, "ninth": 9, "tenth": 10, "tenths": 10}
_FRACTIONS = {"½": 50, "⅓": 100 / 3, "⅔": 200 / 3, "¼": 25, "¾": 75, "⅕": 20, "⅖": 40, "⅗": 60, "⅘": 80, "⅙": 100 / 6,
              "⅛": 12.5, "⅜": 37.5, "⅝": 62.5, "⅞": 87.5}
#: How loosely people use a word for a share, in points.
_LOOSE = 5
#: Words that judge, with the limits between which they hold, and the unit that they speak of.
_JUDGED = {word: limits for words, limits in {
    "twice|twofold|double|doubles|doubled|doubling": (1.5, 2.5, "ratio"),
    "threefold|triples|tripled": (2.5, 3.5, "ratio"), "fourfold|quadrupled": (3.5, 4.5, "ratio"),
    "tenfold": (9.5, 10.5, "ratio"), "most|majority": (50 + 1e-9, 100, "percent"),
    "minority": (0, 50 - 1e-9, "percent"), "hardly any|hardly anybody|almost none": (0, 10, "percent"),
    "nearly all|almost all|nearly everybody|almost everybody|nearly everyone|almost everyone": (90, 100, "percent"),
    "halve|halves|halved|halving|every second|every other patient": (50 - _LOOSE, 50 + _LOOSE, "percent"),
    "every third": (100 / 3 - _LOOSE, 100 / 3 + _LOOSE, "percent"),
    "every fourth": (25 - _LOOSE, 25 + _LOOSE, "percent"), "every tenth": (10 - _LOOSE, 10 + _LOOSE, "percent"),
    "none|nobody|no one": (0, 0, "")}.items()
    for word in words.split("|")}

_DIGITS = (
    # not part of a name such as CD38, PI-4 or MajesTEC-1, and not the tail of another number
    r"(?<![\w.])(?<![A-Za-z]-)(?<!\d,)"
    r"[−-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    # not the head of a name such as 1q21 or 17p, and not half of a longer number
    r"(?!\d)(?!\.\d)(?!,\d)(?![A-Za-z_])"
)
#: A word that stands for a number.
WORD = r"\b(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b"
_SHARE = (r"(?:\b(?:(?P<top>an?|one|two|three|four|five|six|seven|eight|nine)[ -])?(?P<part>"
          + "|".join(sorted(_PARTS, key=len, reverse=True)) + rf")\b|[{''.join(_FRACTIONS)}])")
_JUDGEMENT = r"\b(?:" + "|".join(_JUDGED) + r")\b"
#: A word that stands for a share or a multiple.
LOOSE_WORD = rf"(?:{_SHARE}|{_JUDGEMENT})"
_NUMERAL = re.compile(rf"(?P<share>{_SHARE})|(?P<judged>{_JUDGEMENT})|(?P<digits>{_DIGITS})|(?P<word>{WORD})", re.I)

_CONVENTION = re.compile(r"\b(?:90|95|99) ?% ?(?=(?:[a-z-]+ ){0,2}(?:intervals?|confidence|credible|prediction|CI|"
                         r"limits?|level)\b)", re.I)
_PEOPLE = (r"(?:patients?|people|persons?|participants?|responders?|responses?|deaths?|men|women|adults|cases|lesions?|"
           r"specimens?|biopsies|studies|trials?|series|reports?|abstracts?|products?|drugs?|antibodies|cycles?|lines?|"
           r"fractions?|doses?)")
_UNITS = (("percent", r"%|per ?cent\b"), ("points", r"(?:percentage |%-)?points?\b"), ("months", r"months?\b"),
          ("years", r"years?\b"), ("weeks", r"weeks?\b"), ("days", r"days?\b"), ("ratio", r"fold\b|times\b"),
          ("count", rf"(?:(?!(?:for|of|in|with|and|to|or|by|from|at|on|after)\b)[\w-]+ ){{0,2}}{_PEOPLE}\b"))
_JOINED = re.compile(r"[\s*_]*(?:to|and|or|-|–|—|,)[\s*_]*")
_PAIR = re.compile(r"[\s*_]*(?:/|(?:out )?of(?: the| all)?)[\s*_]*")
#: What the words before a number make of it. "No more than" holds "more than", so the closed ones come first.
_BOUNDS = {bound: re.compile(rf"(?:{words})\s*$", re.I) for bound, words in {
    "≤": r"\b(?:no|not) (?:more|greater) than|\bat most|\bup to|≤",
    "≥": r"\b(?:no|not) (?:less|fewer) than|\bat least|≥",
    ">": r"\bmore than|\bover|\babove|\bgreater than|>",
    "<": r"\bless than|\bunder|\bbelow|\bfewer than|<",
    "=": "="}.items()}
_TINY = 1e-9


class Numeral(NamedTuple):
    """One number of a text.

    Attributes
    ----------
    text : str
        As it stands there.
    start, end : int
        Its place.
    low, high : float
        Between which the number must lie for the text to hold: half a last digit about a numeral, more for a judgement.
    unit : str
        ``percent``, ``points``, ``months``, ``years``, ``weeks``, ``days``, ``ratio`` or ``count``; empty where the
        text names none.
    form : str
        ``digits``, ``word`` or ``judgement``.
    bound : str
        ``<``, ``≤``, ``>`` or ``≥`` where the words before it make it one ("under 0.001", "at most 36%"); ``=`` where
        that is said.
    """

    text: str
    start: int
    end: int
    low: float
    high: float
    unit: str
    form: str
    bound: str = ""

    @property
    def value(self) -> float:
        """The number itself; the middle of a judgement."""
        return (self.low + self.high) / 2

    @property
    def decimals(self) -> int:
        """Digits after the point."""
        return len(self.text.partition(".")[2])


def _unit_of(rest: str) -> str:
    rest = re.sub(r"^[\s\-*_)]*", "", rest)
    return next((kind for kind, pattern in _UNITS if re.match(pattern, rest, re.I)), "")


def _is_pronoun(words: str, match: re.Match, unit: str) -> bool:
    """Whether "one" stands for a thing here and not for a number ("the larger one")."""
    rest = words[match.end():]
    counted = re.match(r" (?:of|in|or|and|to|cycle|year)\b", rest) or re.search(r"\b(?:of|in|every|or) $",
                                                                               words[:match.start()])
    return match[0].lower() == "one" and not (counted or unit or words.strip(" *_").lower() == "one")


def read(words: str, after: str = "") -> list[Numeral]:
    """The numerals of a few words, in order.

    Parameters
    ----------
    words : str
        What stands between the brackets of a link.
    after : str, optional
        The text behind it, which may hold the unit of the last numeral.

    Returns
    -------
    list of Numeral
        Without conventions such as "95% interval", and without "one" as a pronoun.
    """
    text = _CONVENTION.sub(lambda m: " " * len(m[0]), words)
    matches = list(_NUMERAL.finditer(text))
    found: list[Numeral] = []
    for i, match in enumerate(matches):
        ends = matches[i + 1].start() if i + 1 < len(matches) else len(text)
        unit = _unit_of(text[match.end():ends] + (after if ends == len(text) else ""))
        if _is_pronoun(text, match, unit):
            continue
        before, low = text[:match.start()], match[0].lower()
        bound = next((bound for bound, words in _BOUNDS.items() if words.search(before)), "")
        if match["share"]:
            top = 1 if match["top"] in (None, "a", "an") else _WORDS.get(match["top"].lower(), 1)
            share = _FRACTIONS.get(low) or 100 * top / _PARTS[match["part"].lower()]
            limits = (share - _LOOSE, share + _LOOSE)
            if bound and bound in "<≤":  # "less than half" is not half
                limits = (-math.inf, share - _TINY * (bound == "<"))
            elif bound and bound in ">≥":
                limits = (share + _TINY * (bound == ">"), math.inf)
            found.append(Numeral(match[0], *match.span(), *limits, "percent", "judgement"))
            continue
        if match["judged"] and low == "most" and re.search(r"\bat $", before, re.I):  # "at most 36%" judges nothing
            continue
        if match["judged"]:
            least, most, unit = _JUDGED[low]
            found.append(Numeral(match[0], *match.span(), least, most, unit, "judgement"))
            continue
        if match["word"]:
            found.append(Numeral(match[0], *match.span(), _WORDS[low], _WORDS[low], unit, "word", bound))
            continue
        value = float(match[0].replace(",", "").replace("−", "-"))
        half = 0.5 * 10 ** -len(match[0].partition(".")[2]) * (1 + 1e-9)
        found.append(Numeral(match[0], *match.span(), value - half, value + half, unit, "digits", bound))
    for i in range(len(found) - 1):  # "10 of 28": both count something
        if _PAIR.fullmatch(text[found[i].end:found[i + 1].start]):
            found[i:i + 2] = [one._replace(unit=one.unit or "count") for one in found[i:i + 2]]
    # "18.6 to 55.9%": the first takes the unit of the second
    for i in range(len(found) - 2, -1, -1):
        between = text[found[i].end:found[i + 1].start]
        if not found[i].unit and found[i + 1].unit not in ("", "count") and _JOINED.fullmatch(between):
            found[i] = found[i]._replace(unit=found[i + 1].unit)
    return found


def holds(numeral: Numeral, value: float) -> bool:
    """Whether a value, rounded as the text rounds it, is what the text says. Ties may go either way."""
    if numeral.form == "word":  # people say "five months" for 5.1; a count is whole anyway
        return abs(value - numeral.value) <= 0.5 * (1 + 1e-9)
    return numeral.low <= value <= numeral.high


def written(value: float, like: Numeral) -> str:
    """A value in the form of another numeral: its digits after the point, its thousands, words for words.

    Parameters
    ----------
    value : float
    like : Numeral
        Digits or a word; a judgement has no form to follow.

    Returns
    -------
    str
    """
    if like.form == "word" and round(value) in _IN_WORDS and round(value):
        word = _IN_WORDS[round(value)]
        return word.capitalize() if like.text[:1].isupper() else word
    text = number(value, None if like.form == "word" else like.decimals)
    head, point, tail = text.partition(".")
    if len(head.lstrip("−")) > 3 and ("," in like.text or like.value < 1000):
        head = f"{int(head.replace('−', '-')):,}".replace("-", "−")
    return head + point + tail


#: Nouns whose number follows a numeral. "10 of 28 patients": they agree with the last one before them.
_NOUN = re.compile(r"^([\s*_-]*(?:[a-z]+ ){0,2}?)(patient|month|year|week|day|point|responder|death|lesion|specimen|"
                   r"drug|cycle|line|product|abstract|fraction)(s?)\b")


def agreed(value: float, rest: str) -> str:
    """The text behind a numeral with its noun in the right number: 1 month, 2 months.

    A noun that is bound by a hyphen ("a 12-month rate") stays as it is.
    """
    match = _NOUN.match(rest)
    if not match or match[1].startswith("-"):
        return rest
    return match[1] + match[2] + ("" if value == 1 else "s") + rest[match.end():]


def article(before: str, words: str) -> str:
    """The text before some words with "a" or "an" as they are spoken: an 8%, an 11-month, a 10%."""
    match = re.search(r"\b([Aa])n?( [*_]*)$", before)
    start = re.match(r"[*_]*(\d+|\w+)", words)
    if not match or not start:
        return before
    said = start[1].lower()
    vowel = re.match(r"8|(?:11|18)(?!\d)|(?:11|18)\d{3}(?!\d)", said) if said[0].isdigit() else \
        said.startswith(("eight", "eleven"))
    return before[:match.start()] + match[1] + ("n" if vowel else "") + match[2]

"""Numbers that may stand in the text without a link, each kind with the reason why it is no clinical quantity."""

from __future__ import annotations

import re
from typing import NamedTuple

from emdbook.ground.numerals import WORD

__all__ = ["ALLOWED"]


class _Rule(NamedTuple):
    pattern: re.Pattern
    why: str


def _rule(pattern: str, why: str, flags: int = re.I) -> _Rule:
    return _Rule(re.compile(pattern, flags), why)


#: What may be counted in words without a link: none of it is a patient, a time or a rate.
_NOUNS = """
    abstract analyses analysis answer antibodies antibody approval arm attempt bar bodies body boxes branches
    centre change chapter chart choices class click clock cohort colleagues colour column combinations
    comparator condition copies count criteria curve cut-off database date decisions deck definition denominator
    design doubt drug endpoint ends entries error estimates exceptions exercise explanation feature field figure
    file finding flags floor form format gap gene generation group habit halves hospitals hypotheses interval item
    jars key kind layer lessons letter level limit line links list mark measure measurements mechanism meeting
    meta-analyses method minute mixes model mutation name node nodules number objection objective optimists
    option order other outcome page panel paper paragraph part passage pathway pattern percentage phase pictures
    piece piles place population position presentation probabilities problem product programmes protein
    publication question rate ratio reading reason record regimen report review routes row rule sample scans
    score script searches section sentence series set setting shape side site size source stage state statement
    step stories studies study sum table target term test text therapies therapy thing threshold transplant
    treatment trial tries type unit view visit way weights widget witnesses word world zip
"""
_THINGS = rf"(?:{'|'.join(_NOUNS.split())})(?:e?s)?\b"
_FEW = (r"(?:(?!(?:patients?|people|responders?|deaths?|months?|years?|weeks?|days?|points?|of|in|with|had|and|died|"
        r"responded)\b)[\w'’()-]+ ){0,2}")  # the adjectives between a number and its noun
_DET = r"(?:(?:of|the|these|those|them|all|its|our|their|both|such|other|each|every|more|in|next|last|first)\b[ ,]?)"

#: Numbers that are no clinical quantity, each with the reason.
ALLOWED = (
    _rule(r"\d{2}(?:\.\d+)? ?% (?:[a-z-]+ ){0,2}(?:intervals?|confidence|credible|prediction|CI|limits?|level)\b",
          "a confidence level is a convention, not a result"),
    _rule(r"(?:confidence|credible|prediction|interval|CI|level)(?: level)?(?: of| \()? ?(?:90|95|99) ?%",
          "a confidence level is a convention, not a result"),
    _rule(r"(?:from |between )?0 ?%? ?(?:to|and|or|–|-) ?100 ?%", "the ends of a percentage scale"),
    _rule(r"(?:for|of|in|out of|from) every (?:100|1,?000|hundred|ten)\b", "a way to read a percentage"),
    _rule(r"(?<![\d\ue000] )\b(?:in|of|among) (?:100|a hundred) (?:patients|people)\b(?= like|[?.,])",
          "a way to read a percentage"),
    _rule(r"\bfewer than (?:a hundred patients|thirty)\b", "a limit that this book sets itself for imprecision"),
    _rule(r"\bguidelines? \d+", "a number in a series of papers"),
    _rule(r"\bevery (?:other|second|two|three|four|\d) (?:days|weeks|months)\b",
          "a schedule, part of a regimen's name"),
    _rule(r"\b\d+ ?(?:min|minutes?)\b", "time to read"),
    _rule(r"\b\d+(?:\.\d+)?(?: to \d+(?:\.\d+)?)? ?(?:KB|MB|GB)\b", "the size of a file, or memory"),
    _rule(r"\b\d{4}-\d{2}(?:-\d{2})?\b", "a date"),
    _rule(r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)"
          r"(?: \d{4})?\b", "a date"),
    _rule(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)"
          r"(?: \d{1,2},)? \d{4}\b", "a date"),
    _rule(r"\b\d{4};\d+(?:\(\d+\))?:\d+(?:[-–]\d+)?", "a journal reference"),
    _rule(r"(?<![\w.,·-])(?:19|20)\d\d(?:[–-](?:19|20)?\d\d)?(?![\w%·]|[.,]\d| ?%| (?:of|in) | "
          r"(?:patients|people|months|days|years)\b)", "a year"),
    _rule(r"\b(?:chapters?|tables?|figures?|fig\.|exercises?|questions?|steps?|parts?|sections?|box(?:es)?|cells?|pages?|"
          r"rows?|columns?|nodes?|gaps?|versions?|no\.)[ :]\d+(?:\.\d+)*(?:(?:, | and | or | to |–|-)\d+)*\b(?! ?%)",
          "a number of this book's own parts"),
    _rule(r"\bphases? (?:\d[ab]?(?:/\d[ab]?)?|I{1,3}(?:/I{1,3})?)(?! ?%)(?: and \d)?", "the phase of a trial"),
    _rule(r"\b(?:grades?|stages?|levels?) (?:≥ ?)?\d(?: ?(?:or|to|and|/|–|-) ?\d)?(?! ?%)", "a grade or stage"),
    _rule(r"\bt\(\d+;\d+\)", "a translocation"),
    _rule(r"\b(?:del\()?\d{1,2}[pq]\d*\)?|\b4-1BB\b|\b26S\b|\bSDF-1(?:alpha|α)?",
          "a place on a chromosome, or a molecule"),
    _rule(r"(?<![\w.])[A-Za-z]*[A-Z][A-Za-z]*(?:[-/]?[A-Z]*\d+[A-Za-z]{0,2})+(?:[-–]\d+)?"
          r"(?:(?:,| and| to| or) \d(?=[,.;:)]| ))?(?![\w%]|\.\d|,\d)",
          "a name: CD38, MajesTEC-1, GPRC5D, a paragraph of the review", 0),
    _rule(r"\b(?:PMID|PMCID)s?:? ?\d+|\bdoi:? ?10\.\S+|\b10\.\d{4,}/\S+", "an identifier"),
    _rule(r"\b(?:Python|JupyterLab|Jupyter Book|WCAG|CC BY|MIT|R|Version) v?\d+(?:\.\d+)*(?! ?%)", "a version", 0),
    _rule(r"\b\d+ ?(?:px|pixels?)\b", "a size on the screen"),
    _rule(r"\b\d+\.\d+\.\d+\b", "a version of this book"),
    _rule(r"(?<=\| )\d+\. ", "a number of a row of a table"),
    _rule(r"\bday-90 series", "a name of a series, after the day of its reading"),
    _rule(r"\b(?:contains?|near|close to|sides of) 1\b(?!\.\d| ?%)", "the ratio that means no difference"),
    _rule(r"\bzero\b", "the end of a scale"),
    _rule(rf"\b(?:man|woman) of {WORD}", "the age of an imagined patient"),
    _rule(r"\b(?:about )?half (?:had|have)\b", "what a median says: by then half have had the event"),
    _rule(rf"{WORD} of (?:them|these|those)\b(?! (?:who )?(?:responded|died|had|were|relapsed|lived|reached))",
          "a pronoun for things that were just named"),
    _rule(rf"{WORD} of (?:the )?{WORD} {_FEW}{_THINGS}", "a number of things, not of patients"),
    _rule(r"\blittle more than half its value to over double\b", "what the widget beside it works out"),
    _rule(r"\bone or two\b|\bone transplant or two\b|\bafter two\b(?=[.,])|\bor two\?", "transplants in a row"),
    _rule(r"\bcounted twice\b|\btwice we\b|\btwice a (?:week|day)\b|\ba few dozen\b", "a manner of speaking"),
    _rule(r"\bmost\b(?= ?[.?!*])|\bmost were (?:matched|checked)", "an adverb, or things"),
    _rule(rf"{WORD} (?:teaching cases|neighbouring)\b|\bmost trust\b", "things"),
    _rule(rf"\bsteps? {WORD}", "a number of this book's own parts"),
    _rule(r"\bhalf as (?:wide|many)|\bhalf the width|\bone half at one moment|\bhalf of (?:this table|each group)|"
          r"\bhalf that was printed|\bless useful half|\bneither half", "a part that is no share of patients"),
    _rule(rf"{WORD} {_FEW}{_THINGS}", "a number of things, not of patients"),
    _rule(rf"(?:{WORD}|most) (?:of|in|or|and|to) {_DET}?{_FEW}{_THINGS}", "a number of things, not of patients"),
    _rule(r"\bone\b(?! (?:of|in|out of|or) (?:every )?(?:\d|" + WORD[2:-2] + r"))",
          "a pronoun, or a single thing; one patient is a story and no rate"),
    _rule(r"\b(?:none|nobody|no one)\b",
          "says that there is nothing; where it counts patients, the count stands by it"),
    _rule(r"\bat most\b|\bmost of (?:them|all|it|what|this|that|the time|us)\b|"
          r"\bmost (?:common|quoted|extreme|promising|likely|directly|agreed|frequent|often|important|cited|useful|"
          r"recent|new|news|at|events|hubs|entries|readers|"
          rf"{_FEW}{_THINGS})", "a superlative, or things"),
    _rule(r"\bthird (?:class|relapse|pile|wrong|question|row|figure|series|centre|column|step|group|has|is|that|way|"
          r"edition|party)|\bfifth that\b|\btenth the\b|"
          r"\b(?:a|the) (?:third|fourth|fifth|sixth|tenth)\b(?=[.,;:]|$| (?:is|has|was))",
          "an ordinal"),
    _rule(r"\bhalf(?: of it| of the page| of the class|-| a (?:sentence|page|line|dozen words|day|minute))|"
          r"\b(?:other|one|first|second) half\b|\bhalf (?:looks|does|its)\b", "part of a thing"),
    _rule(r"\bdouble[- ](?:click|hit|vision|blind|check|count\w*|refractory)\w*", "a word of its own"),
    _rule(r"\b(?:the|these|those|all|other|any|of|between|last|first) (?:other |last |first )?"
          r"(?:two|three|four|five|six|seven)\b(?=[ ]*(?:[.,;:)\]?!*—–]|$|\n|(?:are|is|were|was|do|does|did|differ|"
          r"have|has|had|may|can|cannot|look|looks|count|together|apart|alike|stand|stands|lie|agree|under|"
          r"without|with|from|largely|comparable|should|if|add|"
          r"as|by|on|in|to|and|or|that|which|at)\b))", "a pronoun for things that were just named"),
)

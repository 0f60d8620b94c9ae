"""What the search of the book looks through: one entry for each section, and one for each row that has an address.

The pages are read as they were written, so an entry holds what a reader reads there and leads to where it stands.
The entries, and the names that mean one thing, are written as a script: a page that is opened from a file may load a
script, and nothing else.  ``assets/search.js`` makes MiniSearch's index of them in the browser.  The index that Sphinx
writes knows pages, not sections and rows, and neither slips of the pen nor names that mean one thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from emdbook.evidence import Evidence
from emdbook.ground.wording import is_missing
from emdbook.publish.drugs import trade_names

__all__ = ["Entry", "about", "page", "read_page", "same_names", "write_index"]

#: Where the entries lie, beside the pages.
FILE = "searchindex.js"
#: The library and the search, for the dialog of every page, which asks for them at the first letter.
QUICK = "quicksearch.js"
#: Pages that hold nothing to be found.
_LEFT_OUT = ("genindex", "search", "index")
#: Cases as they are handed out: their text and the answers stand elsewhere, or are found by those who teach.
_HEADINGS_ONLY = ("book/case_keys",)
#: How much an entry of a page weighs; a chapter and a plain page weigh 1.  What stands in a record stands in a chapter
#: too as a rule, and there it is explained.
_WEIGHT = {"book/glossary": 1.1, "book/drugs": 0.95, "book/ledger": 0.5, "book/facts": 0.5, "book/references": 0.45,
           "book/not_confirmed": 0.6, "book/review": 0.65, "book/data_dictionary": 0.3, "book/changelog": 0.2,
           "book/case_keys": 0.35, "book/instructor_guide": 0.5}
#: Elements whose words are no text of the book: drawings, code, controls, questions whose answers are sealed.
_APART = {"script", "style", "svg", "nav", "button", "select", "datalist", "output", "textarea", "dialog", "noscript",
          "pre", "template", "emd-quiz", "emd-selftest", "emd-practice", "emd-linkbuilder", "emd-own", "emd-progress",
          "emd-rows-controls"}
_APART_CLASSES = {"headerlink", "cell_input", "emd-controls", "emd-actions", "emd-numbers", "emd-nojs", "emd-unseen",
                  "emd-buttons", "emd-fold-hint", "emd-failure", "emd-address", "emd-sign", "above-input",
                  "emd-record", "prev-next-footer"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Elements that end a run of words.
_BLOCKS = {"p", "li", "td", "th", "tr", "table", "caption", "div", "section", "details", "summary", "figure", "dd",
           "dt", "figcaption", "ul", "ol", "blockquote", "legend", "form", "fieldset", "br", "label", "dl"}
_HEADING = re.compile(r"h[1-6]")
#: Drawings and scripts are nine tenths of a chapter; controls, and addresses as they once were, are not looked for.
_BULK = re.compile(r'<(script|svg|style)\b.*?</\1>|<div class="emd-choose-controls">.*?</div>|'
                   r'<section id="addresses-that-moved">.*?</section>', re.S)


#: What stands in brackets after a name and is none.
_NO_NAME = ("as a class", "various products")


@dataclass
class Entry:
    """One place of the book.

    Attributes
    ----------
    anchor : str
        Id of the place; empty for the top of a page.
    title : str
        Its heading, or what the row of a table begins with.
    text : str
        Its words; one line for each paragraph or cell.
    section : int
        Place of the entry of the section that a row stands in; -1 for a section.
    """

    anchor: str
    title: str = ""
    text: str = ""
    section: int = -1


@dataclass
class _Open:
    tag: str
    apart: bool = False
    entry: int | None = None  # which one was being written before this element
    ends: str = ""


@dataclass
class _Pieces:
    words: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Sections and rows of one page, in the order in which they stand."""

    def __init__(self, rows: bool):
        super().__init__(convert_charrefs=True)
        self.rows = rows
        self.entries: list[Entry] = []
        self.texts: list[_Pieces] = []
        self.titles: list[_Pieces] = []
        self.stack: list[_Open] = []
        self.at: int | None = None
        self.heading = self.first = False

    def begin(self, anchor: str, section: int = -1) -> None:
        self.entries.append(Entry(anchor, section=section))
        self.texts.append(_Pieces())
        self.titles.append(_Pieces())
        self.at = len(self.entries) - 1

    def handle_starttag(self, tag, attrs):
        if tag in _VOID:
            self.say("\n" if tag in _BLOCKS else "")
            return
        known = dict(attrs)
        names = set((known.get("class") or "").split())
        apart = (bool(self.stack) and self.stack[-1].apart) or tag in _APART or bool(names & _APART_CLASSES)
        now = _Open(tag, apart, self.at)
        self.stack.append(now)
        if apart:
            return
        if tag in _BLOCKS:
            self.say("\n")
        if tag in ("section", "emd-case") and known.get("id"):
            self.begin(known["id"])
            now.ends = "entry"
        elif tag == "tr" and known.get("id") and self.rows and self.at is not None:
            self.begin(known["id"], self.at)
            now.ends = "entry"
            self.first = True
        elif self.at is not None and ((_HEADING.fullmatch(tag) and not self.titles[self.at].words)
                                      or (tag == "th" and self.first)):
            self.heading, self.first = True, False
            now.ends = "heading"

    def handle_endtag(self, tag):
        if all(one.tag != tag for one in self.stack):
            return
        while self.stack:
            one = self.stack.pop()
            if not one.apart and one.tag in _BLOCKS:
                self.say("\n")
            if one.ends == "heading":
                self.heading = False
            if one.ends == "entry":
                self.at, self.heading = one.entry, False
            if one.tag == tag:
                return

    def handle_data(self, data):
        if not (self.stack and self.stack[-1].apart):
            self.say(data.replace("\n", " "))  # only a block ends a line

    def say(self, words: str) -> None:
        if self.at is None or not words:
            return
        if self.heading:
            self.titles[self.at].words.append(words)
            if self.entries[self.at].section < 0:
                return
        self.texts[self.at].words.append(words)


def read_page(html: str, rows: bool = True) -> list[Entry]:
    """The places of a page that can be found.

    Parameters
    ----------
    html : str
        A page as Sphinx wrote it.
    rows : bool
        Whether rows of tables that have an id are places of their own; otherwise they are text of their section.

    Returns
    -------
    list of Entry
        Sections in the order of the page, each row after its section. The first leads to the top of the page.

    Examples
    --------
    >>> read_page('<article class="bd-article"><section id="a"><h1>A</h1><p>One. Two.</p></section></article>')
    [Entry(anchor='', title='A', text='One. Two.', section=-1)]
    """
    found = re.search(r'<article class="bd-article">(.*)</article>', html, re.S)
    if not found:
        return []
    reader = _Reader(rows)
    reader.feed(_BULK.sub("", found[1]))
    reader.close()
    for entry, title, text in zip(reader.entries, reader.titles, reader.texts, strict=True):
        entry.title, entry.text = title.text().replace("\n", ", "), text.text()
    if reader.entries:
        reader.entries[0].anchor = ""
    return reader.entries


def _drug_names(row) -> list[str]:
    english = [part.strip() for part in re.findall(r"[^()]+", row["name"])]
    english = [part for part in english if part not in _NO_NAME and len(part) > 1]
    chinese = [] if is_missing(row["name_zh"]) else _chinese(row["name_zh"])
    return list(dict.fromkeys(name for name in (*english, *trade_names(row["trade_names"]), *chinese) if name))


def _chinese(value: str) -> list[str]:
    """``单克隆蛋白（M蛋白）`` names one thing twice; a stroke between letters parts names only where both are words."""
    parts = re.split(r"[（）();；、]", value)
    parts = [piece.strip() for part in parts for piece in (part.split("/") if re.search(r"[\u3400-\u9fff]/", part)
                                                           else [part])]
    return [part for part in parts if len(part) > 1]


def same_names(evidence: Evidence) -> list[list[str]]:
    """Names that mean one thing: of drugs in English, trade and Chinese; of terms, their short form, in Chinese.

    Returns
    -------
    list of list of str
        The English name first; only where there is a second.
    """
    groups = [_drug_names(row) for _, row in evidence.therapies.iterrows()]
    for row in evidence.glossary.itertuples():
        short = [] if is_missing(row.abbreviation) else re.split(r"[;,]\s*", row.abbreviation)
        chinese = [] if is_missing(row.zh) else _chinese(row.zh)
        groups.append(list(dict.fromkeys([row.term, *short, *chinese])))
    return [group for group in groups if len(group) > 1]


def about(evidence: Evidence, chapters: dict[str, str]) -> dict[str, list[str]]:
    """Which chapter is about which drugs: the one whose text names a drug most often.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    chapters : dict of str to str
        Each chapter with its text.

    Returns
    -------
    dict of str to list of str
        Chapters with all names of their drugs; a drug that is named less than three times has no chapter, and neither
        has a class, a regimen or a procedure.
    """
    found: dict[str, list[str]] = {}
    for _, row in evidence.therapies.iterrows():
        if is_missing(row["target"]) or "as a class" in row["name"]:
            continue
        names = _drug_names(row)
        word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.I)
        counts = {chapter: len(word.findall(text)) for chapter, text in chapters.items()}
        most = max(counts, key=lambda chapter: counts[chapter], default=None)
        if most is not None and counts[most] >= 3:
            found.setdefault(most, []).extend(names)
    return found


def _title(name: str, heading: str) -> str:
    number = re.match(r"notebooks/(\d\d)_", name)
    return f"Chapter {int(number[1])}: {heading}" if number else heading


def write_index(outdir: Path, evidence: Evidence) -> Path:
    """Read all pages of a built book and write what can be found in them.

    Parameters
    ----------
    outdir : path
        The folder with the pages.
    evidence : Evidence
        The loaded data.

    Returns
    -------
    pathlib.Path
        A script that hands ``window.emdbook`` one object: ``pages`` (address, title, names that it is about),
        ``entries`` (page, anchor, title, text, place of its section's entry, weight), ``same`` (names that mean one
        thing).
    """
    pages, entries, chapters = [], [], {}
    for file in sorted(outdir.rglob("*.html")):
        name = file.relative_to(outdir).with_suffix("").as_posix()
        if name.startswith(("_", "exports/")) or name in _LEFT_OUT:
            continue
        chapter = name.startswith("notebooks/")
        found = read_page(file.read_text(encoding="utf-8"), rows=not chapter)
        if not found:
            continue
        if chapter:
            chapters[name] = " ".join(f"{entry.title} {entry.text}" for entry in found)
        start = len(entries)
        if name in _HEADINGS_ONLY:
            found = [Entry(entry.anchor, entry.title) for entry in found if entry.section < 0]
        for entry in found:
            entries.append([len(pages), entry.anchor, _shown(found, entry), entry.text,
                            entry.section + start if entry.section >= 0 else -1, _weight(name, entry)])
        pages.append([f"{name}.html", _title(name, found[0].title), []])
    known = about(evidence, chapters)
    for one in pages:
        one[2] = known.get(one[0].removesuffix(".html"), [])
    # The end of a script within the script would end it, wherever it stands.
    told = json.dumps({"pages": pages, "entries": entries, "same": same_names(evidence)}, ensure_ascii=False,
                      separators=(",", ":")).replace("<", "\\u003c")
    (outdir / QUICK).write_text("\n".join(file.read_text(encoding="utf-8") for file in _scripts()), encoding="utf-8")
    target = outdir / FILE
    target.write_text(f"window.emdbook=Object.assign(window.emdbook??{{}},{{found:{told}}});\n", encoding="utf-8")
    return target


def _scripts() -> list[Path]:
    from emdbook.publish.blocks import BLOCKS

    return next(block for block in BLOCKS if block.name == "search").files(".js")


def _weight(name: str, entry: Entry) -> float:
    weight = _WEIGHT.get(name, 1)
    if entry.title == "Sources":  # titles of papers, each of which is a reference too
        return 0.4
    return weight if entry.section >= 0 else max(weight, min(1, 1.6 * weight))


def _shown(found: Iterable[Entry], entry: Entry) -> str:
    """What a row is called: its section where there are several, then its first words."""
    found = list(found)
    if entry.section <= 0 or len({one.section for one in found if one.section >= 0}) == 1:
        return _short(entry.title)
    return _short(f"{found[entry.section].title}: {entry.title}")


def _short(title: str, most: int = 140) -> str:
    return title if len(title) <= most else f"{title[:most].rsplit(' ', 1)[0]} …"


def page() -> str:
    """The search page: a field, a line that says how much was found, and the list, which the script fills.

    Returns
    -------
    str
        HTML. Without JavaScript it names the pages on which a reader can look by eye.
    """
    return (
        '<section id="search"><h1>Search</h1><emd-search class="emd-search">'
        '<form role="search" action="search.html" method="get" class="emd-search-form">'
        '<label for="emd-search-field">A word, a drug by any of its names, a study, a sentence</label>'
        '<input type="search" id="emd-search-field" name="q" autocomplete="off" autocapitalize="off" '
        'spellcheck="false" maxlength="200"><button type="submit">Search</button></form>'
        '<p class="emd-search-said" role="status"></p>'
        '<ol class="emd-search-results" id="search-results"></ol>'
        '<button type="button" class="emd-search-more" hidden>Show more</button>'
        '<div class="emd-search-nojs"><p>The search needs JavaScript. Without it, look by eye: '
        '<a href="book/glossary.html">the glossary</a>, <a href="book/drugs.html">the names of drugs</a>, '
        '<a href="book/ledger.html">the ledger</a>, <a href="book/facts.html">the facts</a>, '
        '<a href="book/references.html">the references</a>; the browser finds a word on a page.</p></div>'
        "</emd-search></section>")

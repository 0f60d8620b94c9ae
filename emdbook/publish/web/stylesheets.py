"""Style sheets cut down to what a site uses, joined, with the few icons they need inside.

A rule stays if every class, id, element and attribute that its selector names occurs in the pages or in the scripts
that stay.  That keeps a little too much, never too little.  PurgeCSS does the same and needs Node,
which nobody who builds the book has to have.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tinycss2
from tinycss2 import ast

from emdbook.teach.quiz.render import unseal

#: Attributes that scripts or the browser set, so that no page need name them.
_LIVE_ATTRIBUTES = {"data-theme", "data-mode", "data-state", "data-settling", "open", "hidden", "disabled",
                    "checked", "tabindex", "aria-current", "aria-expanded", "aria-hidden",
                    "type", "lang", "dir", "class", "id"}
_LIVE_ELEMENTS = {"html", "body", "dialog", "svg", "path", "g", "mark", "input", "select", "option", "textarea", "kbd"}
_NESTED = {"media", "supports", "container", "layer"}
_VAR = re.compile(r"var\(\s*(--[\w-]+)")
_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[^\s=>/\"']+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*/?>")
_ATTRIBUTE = re.compile(r"([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_PACKED = re.compile(r'(<script\b[^>]*class="emd-frames">)[^<]*')
_SEALED = re.compile(r'<script\b[^>]*class="emd-sealed">([^<]*)')


@dataclass
class Used:
    """Names that occur in a site: what a selector must be made of to match anything."""

    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    elements: set[str] = field(default_factory=lambda: set(_LIVE_ELEMENTS))
    attributes: set[str] = field(default_factory=lambda: set(_LIVE_ATTRIBUTES))
    variables: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)  # of scripts: any of these may become a class, an id or an element

    def page(self, text: str) -> None:
        """Take in the names of one page."""
        text = _PACKED.sub(r"\1", text)
        for name, attributes in _TAG.findall(text):
            self.elements.add(name.lower())
            for key, *values in _ATTRIBUTE.findall(attributes):
                self.attributes.add(key.lower())
                value = "".join(values)
                if key == "class":
                    self.classes.update(value.split())
                elif key == "id":
                    self.ids.add(value)
        self.variables.update(_VAR.findall(text))
        for block in _SEALED.findall(text):  # what a reader meets only after an answer
            for words in _strings(unseal(block)):
                self.page(words)

    def script(self, text: str) -> None:
        """Take in every word of a script."""
        self.words.update(_WORD.findall(text))
        self.variables.update(re.findall(r"--[a-z][\w-]*", text))

    def has(self, kind: str, name: str) -> bool:
        """Whether a class, id, element or attribute of this name may occur."""
        known = getattr(self, kind)
        if kind in ("elements", "attributes"):
            return name.lower() in known or (kind == "elements" and name.lower() in self.words)
        return name in known or name in self.words


def _strings(value) -> list[str]:
    """Every text within a value read from JSON."""
    if isinstance(value, dict | list):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in _strings(one)]
    return [value] if isinstance(value, str) else []


def _split(tokens) -> list[list]:
    """A selector list at its commas."""
    parts: list[list] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _matches(selector, used: Used) -> bool:
    before = None
    for token in selector:
        if isinstance(token, ast.HashToken):
            if not used.has("ids", token.value):
                return False
        elif isinstance(token, ast.IdentToken):
            if before == ".":
                if not used.has("classes", token.value):
                    return False
            elif before != ":" and not used.has("elements", token.value):
                return False
        elif isinstance(token, ast.SquareBracketsBlock):
            name = next((t for t in token.content if isinstance(t, ast.IdentToken)), None)
            if name is not None and not used.has("attributes", name.value):
                return False
        elif (isinstance(token, ast.FunctionBlock) and token.lower_name in ("is", "where", "has", "host")
              and not any(_matches(one, used) for one in _split(token.arguments))):
            return False
        before = token
    return True


def _compact(tokens) -> str:
    return tinycss2.serialize(_squeezed(tokens)).strip()


def _squeezed(tokens) -> list:
    """Tokens without comments and with one blank for many; what stands in quotes keeps its blanks."""
    kept: list = []
    for token in tokens:
        if isinstance(token, ast.Comment):
            continue
        if isinstance(token, ast.WhitespaceToken):
            if kept and isinstance(kept[-1], ast.WhitespaceToken):
                continue
            token.value = " "
        for inner in ("content", "arguments", "prelude"):
            if isinstance(getattr(token, inner, None), list):
                setattr(token, inner, _squeezed(getattr(token, inner)))
        kept.append(token)
    return kept


def _rewritten(text: str, folder: str) -> str:
    """Addresses of a sheet in ``_static/<folder>`` as seen from ``_static``."""
    def moved(match):
        address = match[2]
        if re.match(r"[a-z]+:|#|/", address):
            return match[0]
        parts = [p for p in folder.split("/") if p]
        for piece in address.split("/"):
            if piece == "..":
                parts = parts[:-1]
            elif piece != ".":
                parts.append(piece)
        return f"url({match[1]}{'/'.join(parts)}{match[1]})"

    return re.sub(r"url\(\s*([\"']?)([^\"')]+)\1\s*\)", moved, text)


@dataclass
class _Rule:
    head: str  # selector or "@…" prelude
    body: list  # of (name, text) declarations, or of _Rule where nested
    nested: bool = False

    def text(self) -> str:
        if self.nested:
            return f"{self.head}{{{''.join(r.text() for r in self.body)}}}"
        if not self.head.endswith(";"):
            # a rule within a rule has no name; it ends itself, so what follows needs no semicolon but bears one
            return f"{self.head}{{{';'.join(f'{n}:{v}' if n else v for n, v in self.body)}}}"
        return self.head


def _declarations(content) -> list[tuple[str, str]]:
    out = []
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(one, ast.Declaration):
            important = "!important" if one.important else ""
            out.append((one.name, _compact(one.value) + important))
        elif isinstance(one, ast.ParseError):
            continue
        else:  # nested rules are kept as they stand
            out.append(("", _compact([one])))
    return out


def _rules(nodes, used: Used, joined: Sequence[str] = ()) -> list[_Rule]:
    rules = []
    for node in nodes:
        if isinstance(node, ast.QualifiedRule):
            kept = [_compact(one) for one in _split(node.prelude) if _matches(one, used)]
            if kept and (body := _declarations(node.content)):
                rules.append(_Rule(",".join(kept), body))
        elif isinstance(node, ast.AtRule) and node.content is not None:
            head = f"@{node.at_keyword} {_compact(node.prelude)}".strip()
            if node.lower_at_keyword in _NESTED:
                inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
                if body := _rules(inner, used):
                    rules.append(_Rule(head, body, nested=True))
            elif "keyframes" in node.lower_at_keyword:
                rules.append(_Rule(head, [_Raw(_compact(node.content))], nested=True))
            else:
                rules.append(_Rule(head, _declarations(node.content)))
        elif isinstance(node, ast.AtRule) and node.lower_at_keyword in ("layer", "namespace"):
            rules.append(_Rule(f"@{node.at_keyword} {_compact(node.prelude)};", []))
        elif isinstance(node, ast.AtRule) and node.lower_at_keyword == "import":
            wanted = _compact(node.prelude)
            if not any(re.search(rf"[/\"'(]{re.escape(name)}[\"')?]", wanted) for name in joined):
                raise ValueError(f"@import {wanted}: of the joined sheets none is that one, so it would be lost")
    return rules


@dataclass
class _Raw:
    content: str

    def text(self) -> str:
        return self.content


def _flat(rules):
    for rule in rules:
        if isinstance(rule, _Rule):
            if rule.nested:
                yield from _flat(rule.body)
            else:
                yield rule


def _drop_unused(rules: list[_Rule], used: Used) -> list[_Rule]:
    """Without custom properties that nothing reads, and without fonts and animations that nothing names."""
    wanted, texts = set(used.variables), {}
    for rule in _flat(rules):
        for name, value in rule.body:
            if name.startswith("--"):
                texts.setdefault(name, []).append(value)
            else:
                wanted.update(_VAR.findall(value))
    queue = list(wanted)
    while queue:
        for value in texts.get(queue.pop(), []):
            new = set(_VAR.findall(value)) - wanted
            wanted |= new
            queue += new

    def keep(name: str) -> bool:
        return not name.startswith("--") or name in wanted or name.startswith("--emd-")

    plain = " ".join(value for rule in _flat(rules) if not rule.head.startswith("@font-face")
                     for name, value in rule.body if keep(name))
    plain = plain.replace("\\", "").replace('"', "")

    def cleaned(items):
        for rule in items:
            if isinstance(rule, _Raw):
                yield rule
            elif rule.head.startswith("@font-face"):
                family = dict(rule.body).get("font-family", "").replace("\\", "").replace('"', "")
                if family in plain:
                    yield rule
            elif "keyframes" in rule.head.split(" ")[0]:
                if re.search(rf"(?<![\w-]){re.escape(rule.head.split(' ')[1])}(?![\w-])", plain):
                    yield rule
            elif rule.nested:
                if body := list(cleaned(rule.body)):
                    yield _Rule(rule.head, body, nested=True)
            elif rule.head.endswith(";"):
                yield rule
            elif body := [(n, v) for n, v in rule.body if keep(n)]:
                yield _Rule(rule.head, body)

    return list(cleaned(rules))


def reduced(files: list[Path], static: Path, used: Used) -> str:
    """Several sheets as one, with only the rules that the site uses.

    Parameters
    ----------
    files : list of Path
        In the order of the page; all under ``static``.
    static : Path
        The folder that the joined sheet is written to; addresses are made relative to it.
    used : Used
        Names in pages and scripts.

    Returns
    -------
    str
    """
    rules: list[_Rule] = []
    for file in files:
        folder = file.parent.relative_to(static).as_posix()
        text = _rewritten(file.read_text(encoding="utf-8"), "" if folder == "." else folder)
        sheet = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        rules += _rules(sheet, used, [f.name for f in files])
    rules = _drop_unused(rules, used)
    return '@charset "UTF-8";\n' + "\n".join(rule.text() for rule in rules) + "\n"


_FACE = re.compile(r"@font-face\{[^}]*?url\((vendor/fontawesome/webfonts/fa-[a-z]+-\d+)\.woff2\)[^}]*\}")


def with_icons(css: str, static: Path) -> str:
    """The sheet with its icon fonts cut down to the glyphs that it uses, inside the sheet itself.

    An icon is for the eye: it gets an empty alternative, or a screen reader would say a letter of no alphabet.

    Parameters
    ----------
    css : str
        A reduced sheet.
    static : Path
        The folder with ``vendor/fontawesome``.

    Returns
    -------
    str
    """
    glyphs = {chr(int(code, 16)) for code in re.findall(r"\\([ef][0-9a-f]{3})", css)}
    glyphs |= set(re.findall("[\ue000-\uf8ff]", css))

    def small(match: re.Match) -> str:
        data = _subset(static / f"{match[1]}.ttf", glyphs)
        if not data:
            return ""
        source = f"url(data:font/woff;base64,{base64.b64encode(data).decode('ascii')}) format(\"woff\")"
        return re.sub(r"src:[^;}]*", lambda _: f"src:{source}", match[0], count=1)

    return re.sub(r"(content:var\(--pst-icon-[\w-]+\))", r'\1/""', _FACE.sub(small, css))


def _subset(font: Path, glyphs: set[str]) -> bytes:
    """A WOFF font with these glyphs only; empty where it has none of them."""
    from fontTools import subset, ttLib

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every step of the cutting
    made = ttLib.TTFont(font, recalcTimestamp=False)
    codes = sorted(set(made.getBestCmap()) & {ord(g) for g in glyphs})
    if not codes:
        return b""
    options = subset.Options(notdef_outline=False, hinting=False, name_IDs=[1, 2, 13], layout_features=[])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(made)
    made.flavor = "woff"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()

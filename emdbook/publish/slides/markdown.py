"""The words of a chapter's cell as HTML for a slide.

The book's own pages are made by MyST.  A slide needs less: paragraphs, lists, tables, the links that tie numbers to
the data, and the solutions of the exercises.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin

from emdbook import tables
from emdbook.evidence.links import SCHEMES, data_page, row_ids

_OPTION = re.compile(r"\A(?::[\w-]+:[^\n]*\n)*")


class Links:
    """Where the links of a chapter lead from its deck.

    Parameters
    ----------
    evidence : emdbook.evidence.Evidence
    chapter : str
        File name of the chapter without its ending.
    book : str
        Address of the web book as seen from the deck, such as ``../html``; empty when no book lies beside the decks.
        Then every link within the book is plain words with a dotted line.
    """

    def __init__(self, evidence, chapter: str = "", book: str = ""):
        self.evidence, self.chapter, self.book = evidence, chapter, book.rstrip("/")

    def __call__(self, href: str) -> tuple[str, str]:
        """Address and class of a link; the address is empty for plain words.

        Raises
        ------
        LookupError
            If the link names no row of the data.
        """
        scheme, colon, target = href.partition(":")
        if colon and scheme in SCHEMES:
            return self._data(scheme, target)
        if re.match(r"(?:https?|mailto):", href):
            return href, ""
        path, _, anchor = href.partition("#")
        anchor = f"#{anchor}" if anchor else ""
        if not self.book:
            return "", ""
        if not path:
            return f"{self.book}/notebooks/{self.chapter}.html{anchor}", ""
        place = PurePosixPath("notebooks", path)
        parts: list[str] = []
        for part in place.parts:
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        return f"{self.book}/{PurePosixPath(*parts).with_suffix('.html')}{anchor}", ""

    def _data(self, scheme: str, target: str) -> tuple[str, str]:
        if scheme in ("ex", "try"):
            return "", "emd-example"
        if scheme == "gl":
            return (f"{self.book}/book/glossary.html#gl-{target}" if self.book else ""), "emd-term"
        ids = row_ids(scheme, target)
        if not ids:
            raise LookupError(f"the link {scheme}:{target} names no row of the data")
        records = [self.evidence.record(row_id) for row_id in ids]
        page = f"{self.book}/book/{data_page(records[0])}.html#{ids[0]}" if self.book else ""
        return page, f"emd-num emd-num-{scheme}"

    def title(self, href: str) -> str:
        """What a reader is told about the link before following it."""
        if href.startswith("gl:"):
            terms = self.evidence.glossary
            return next((d for t, d in zip(terms.term, terms.definition, strict=True)
                         if tables.term_id(t) == href[3:]), "")
        return ""


def _colon_fence(self, tokens, index, options, env):
    """An admonition; one that folds becomes ``<details>``."""
    token = tokens[index]
    kind, _, title = token.info.strip().partition(" ")
    settings = _OPTION.match(token.content)[0]
    body = _parser().render(token.content[len(settings):], env)
    title = escape(title or kind.strip("{}").title())
    if "dropdown" in settings:
        return f'<details class="deck-fold"><summary>{title}</summary>{body}</details>'
    return f'<div class="deck-box"><p><strong>{title}</strong></p>{body}</div>'


def _link_open(self, tokens, index, options, env):
    href = tokens[index].attrGet("href")
    links = env["links"]
    address, names = links(href)
    title = links.title(href)
    title = f' title="{escape(title)}"' if title else ""
    if not address:
        env.setdefault("open", []).append("span")
        return f'<span class="{names or "deck-ref"}"{title}>'
    env.setdefault("open", []).append("a")
    names = f' class="{names}"' if names else ""
    return f'<a href="{escape(address)}"{names}{title} target="_blank" rel="noopener">'


def _link_close(self, tokens, index, options, env):
    return f"</{env['open'].pop()}>"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(colon_fence_plugin).use(deflist_plugin)
    parser.add_render_rule("colon_fence", _colon_fence)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    return parser


def render(text: str, links: Links, inline: bool = False) -> str:
    """Markdown as HTML.

    Parameters
    ----------
    text : str
    links : Links
    inline : bool
        Only the words of one paragraph, without ``<p>``.

    Returns
    -------
    str
    """
    env = {"links": links}
    return (_parser().renderInline(text, env) if inline else _parser().render(text, env)).strip()

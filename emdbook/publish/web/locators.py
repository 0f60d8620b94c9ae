"""Words of a page that become links while it is written: locators such as PI-2, and the first use of a drug's name."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

from emdbook.teach.quiz.render import seal, unseal

__all__ = ["link_first_use", "link_locators", "link_sealed"]

#: Elements whose words are no running text, or are pressed or followed themselves: a link inside would catch the press.
_APART = ("a", "button", "caption", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math", "option", "pre",
          "script", "select", "style", "summary", "svg", "textarea", "title")
_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][\w-]*)[^>]*?(/?)>", re.S)


def _replace(page: str, words: re.Pattern[str], made: Callable[[re.Match[str]], str]) -> str:
    """Replace words in the running text of a page; nothing else in it changes."""
    out, at, apart = [], 0, []
    for tag in _TAG.finditer(page):
        text = page[at:tag.start()]
        out.append(text if apart else words.sub(made, text))
        out.append(tag.group())
        at = tag.end()
        name = (tag.group(2) or "").lower()
        if apart:
            # Only the element that set the words apart can end that; scripts hold text that looks like tags.
            if name == apart[-1]:
                apart.pop() if tag.group(1) else apart.append(name)
        elif name in _APART and not tag.group(1) and not tag.group(3):
            apart.append(name)
    out.append(page[at:] if apart else words.sub(made, page[at:]))
    return "".join(out)


def _alternatives(names) -> str:
    # The longest first, so that CART-10 would not be read as CART-1.
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _link(css: str, address: str, note: str, words: str) -> str:
    return (f'<a class="{css}" href="{html.escape(address, quote=True)}" title="{html.escape(note, quote=True)}">'
            f"{words}</a>")


def link_locators(page: str, known: Mapping[str, str], address: str) -> str:
    """Turn each locator in the running text of a page into a link.

    Parameters
    ----------
    page : str
        HTML.
    known : mapping of str to str
        Each locator with what a reader sees when pointing at it.
    address : str
        The page that tells the paragraphs, as seen from this page.

    Returns
    -------
    str
        The page; nothing else in it has changed. Words inside links, buttons, headings, code, drawings and scripts
        stay as they are.

    Examples
    --------
    >>> link_locators("<p>Three of four (PI-2).</p>", {"PI-2": "Proteasome inhibitors"}, "review.html")
    '<p>Three of four (<a class="emd-loc" href="review.html#PI-2" title="Proteasome inhibitors">PI-2</a>).</p>'
    """
    if not known:
        return page
    locator = re.compile(rf"(?<![\w#/-])({_alternatives(known)})(?![\w-])")
    return _replace(page, locator, lambda m: _link("emd-loc", f"{address}#{m.group(1)}", known[m.group(1)], m.group(1)))


_SEALED = re.compile(r'(<script type="text/plain" class="emd-sealed">)(.*?)(</script>)', re.S)


def _linked(value: Any, key: str, link: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        # The critique of a case is also read aloud from a hidden copy, where a link could be reached and not be seen.
        return {k: v if k == "why" and "verdict" in value else _linked(v, k, link) for k, v in value.items()}
    if isinstance(value, list):
        return [_linked(v, key, link) for v in value]
    # These are set as HTML by the scripts; all else is set as text, and a link there would be read out as letters.
    return link(value) if isinstance(value, str) and key in ("why", "behind", "next") else value


def link_sealed(page: str, known: Mapping[str, str], address: str) -> str:
    """Turn each locator in the answers of questions and cases into a link, which a reader sees once they are shown.

    Parameters
    ----------
    page, known, address
        See :func:`link_locators`.

    Returns
    -------
    str
    """
    def opened(match: re.Match[str]) -> str:
        value = _linked(unseal(match.group(2)), "", lambda text: link_locators(text, known, address))
        return match.group(1) + seal(value) + match.group(3)

    return _SEALED.sub(opened, page)


def link_first_use(page: str, known: Mapping[str, tuple[str, str, str]], address: str) -> str:
    """Turn the first use of each name in the running text of a page into a link, with its Chinese name behind it.

    Later uses stay plain.

    Parameters
    ----------
    page : str
        HTML.
    known : mapping of str to (str, str, str)
        Each name, in lower case or as it is always written, with its anchor, what a reader sees when pointing at it,
        and its Chinese name, which may be empty. Names with one anchor are one thing: only the first of them is linked.
    address : str
        The page that lists the names, as seen from this page.

    Returns
    -------
    str

    Examples
    --------
    >>> link_first_use("<p>Drug a, then drug a.</p>", {"drug a": ("drug-a", "BCMA", "")}, "drugs.html")
    '<p><a class="emd-drug" href="drugs.html#drug-a" title="BCMA">Drug a</a>, then drug a.</p>'
    """
    if not known:
        return page
    folded = {name.casefold(): value for name, value in known.items()}
    word = re.compile(rf"(?<![\w-])({_alternatives(folded)})(?![\w-])", re.IGNORECASE)
    done: set[str] = set()

    def made(match: re.Match[str]) -> str:
        anchor, note, chinese = folded[match.group(1).casefold()]
        if anchor in done:
            return match.group()
        done.add(anchor)
        link = _link("emd-drug", f"{address}#{anchor}", note, match.group(1))
        return link + (f' <span class="emd-zh" lang="zh-Hans">{html.escape(chinese)}</span>' if chinese else "")

    return _replace(page, word, made)

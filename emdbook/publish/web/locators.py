"""Locators on a page, such as PI-2, become links to the paragraph of the review's summary that they name."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

__all__ = ["link_locators"]

#: Elements whose words are no running text, or are pressed or followed themselves: a link inside would catch the press.
_APART = ("a", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math", "option", "pre", "script",
          "select", "style", "summary", "svg", "textarea", "title")
_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][\w-]*)[^>]*?(/?)>", re.S)


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
    # The longest first, so that CART-10 would not be read as CART-1.
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    locator = re.compile(rf"(?<![\w#/-])({names})(?![\w-])")

    def made(match: re.Match[str]) -> str:
        name = match.group(1)
        return (f'<a class="emd-loc" href="{html.escape(address, quote=True)}#{name}" '
                f'title="{html.escape(known[name], quote=True)}">{name}</a>')

    out, at, apart = [], 0, []
    for tag in _TAG.finditer(page):
        text = page[at:tag.start()]
        out.append(text if apart else locator.sub(made, text))
        out.append(tag.group())
        at = tag.end()
        name = (tag.group(2) or "").lower()
        if apart:
            # Only the element that set the words apart can end that; scripts hold text that looks like tags.
            if name == apart[-1]:
                apart.pop() if tag.group(1) else apart.append(name)
        elif name in _APART and not tag.group(1) and not tag.group(3):
            apart.append(name)
    out.append(page[at:] if apart else locator.sub(made, page[at:]))
    return "".join(out)

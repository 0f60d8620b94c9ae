"""The key to all marks of the book, which every page that has marks carries: a dialog behind one button."""

from __future__ import annotations

import html
import re

from emdbook import style, tables

__all__ = ["key", "with_key"]

#: Marks of running text: how each looks, and what it says.
_LINES = (
    ('<a class="emd-num" tabindex="-1">number</a>',
     "a figure from the data. The link leads to its record: who reported it, on how many patients, "
     "how far it was seen"),
    ('<a class="emd-num emd-num-calc" tabindex="-1">number</a>',
     "worked out in this book. The link leads to the figure it starts from"),
    ('<span class="emd-example">number</span>', "a made-up example. It stands for no study"),
    ('<a class="emd-term" tabindex="-1">term</a>', "explained in the glossary"),
    ('<a class="emd-drug" tabindex="-1">drug</a>', "leads to its names, its class and its target"),
    ('<a class="emd-loc" tabindex="-1">PI-2</a>',
     "the place in the review. The link leads to that paragraph, told in English"),
)
#: What each standing means; the page *Evidence policy* says the same at length.
_STANDING = {
    "paper": "the figure itself was read in the full text or a table of the study's own paper",
    "abstract": "the figure was read in the abstract, a congress abstract or a poster of the same authors",
    "official": "the figure was read in a label, on an agency's page or in a guideline",
    "secondary": "the figure was read elsewhere: another paper, the trade press, a company's release",
    "review": "the figure stands in the review, or in the summary of it that we hold, and was found nowhere else",
    "derived": "worked out in this book from the rows that its note names",
}
_MARK = re.compile(r'class="[^"]*\bemd-(?:num|example|badge|sign|loc|term|drug|figure|widget)\b')


def key() -> str:
    """The dialog as HTML.

    Returns
    -------
    str
        Words of badges and of marks in charts are those of :mod:`emdbook.style`.
    """
    lines = [*_LINES]
    lines += [(tables.standing_badge(name), _STANDING[name]) for name in style.STANDING]
    marks = dict.fromkeys(standing.key for standing in style.STANDING.values())
    lines += [("A mark in a chart that is", "; ".join(html.escape(text) for text in marks))]
    items = "".join(f"<dt>{mark}</dt><dd>{words}.</dd>" for mark, words in lines)
    return ('<dialog class="emd-key" id="emd-key" aria-labelledby="emd-key--title">'
            f'<h2 id="emd-key--title">What the marks mean</h2><dl>{items}</dl>'
            "<button type=\"button\">Close</button></dialog>")


def with_key(body: str) -> str:
    """The body of a page with the key, where it has a mark that the key explains.

    Parameters
    ----------
    body : str

    Returns
    -------
    str
    """
    return body + key() if _MARK.search(body) else body

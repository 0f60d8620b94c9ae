"""Links that tie the words of a chapter to the data.

Four schemes, readable in any Markdown viewer and resolved by the book build:

``[35.7%](ev:majestec-1.em-e.orr.primary)``
    a figure of one row of the data;
``[18.6 to 55.9%](calc:clopper-pearson/majestec-1.em-e.orr.primary)``
    a figure computed from rows;
``[3 of 4](ex:)``
    a constructed example, said to be one in its sentence;
``[EM-E](gl:em-e)``
    a term of the glossary.
"""

from __future__ import annotations

import re

SCHEMES = ("ev", "calc", "ex", "gl")
#: ``[text](scheme:target)``; the text holds no brackets.
LINK = re.compile(r"\[([^\[\]]+)\]\((ev|calc|ex|gl):([^()\s]*)\)")


def row_ids(scheme: str, target: str) -> list[str]:
    """The data rows that a link names.

    Parameters
    ----------
    scheme : {"ev", "calc", "ex", "gl"}
        Scheme of the link.
    target : str
        What follows the colon; ``calc`` targets are ``name/row`` or ``name/row+row``.

    Returns
    -------
    list of str
    """
    if scheme == "ev":
        return [target]
    if scheme == "calc":
        return [part for part in target.partition("/")[2].split("+") if part]
    return []


def data_page(record) -> str:
    """The page of the book that shows a row of the data: ``ledger``, ``not_confirmed`` or ``facts``.

    Parameters
    ----------
    record : mapping
        The row, as ``Evidence.record`` gives it.

    Returns
    -------
    str
    """
    if "discrepancy_id" in record:
        return "not_confirmed"
    return "ledger" if "outcome_id" in record else "facts"

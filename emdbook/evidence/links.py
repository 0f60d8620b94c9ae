"""Links that tie the words of the book to the data.

Five schemes, readable in any Markdown viewer and resolved by the presses:

``[10 of 28](ev:majestec-1.em-e.orr.primary#count)``
    numbers of one row of the data; what follows the ``#`` names its fields in the order of the words;
``[18.6 to 55.9%](calc:clopper-pearson/majestec-1.em-e.orr.primary#interval)``
    numbers computed from rows;
``[3 of 4](ex:)``
    a constructed example, said to be one in its sentence;
``[22 of 32](try:)``
    a number that is put to the test: a slip to be recognised in a wrong option, a count or a rate tried out;
``[EM-E](gl:em-e)``
    a term of the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from emdbook.evidence.calculations import CALCULATIONS, CannotCompute
from emdbook.evidence.figures import FIELDS, Quantity

__all__ = ["LINK", "SCHEMES", "LinkError", "TiedLink", "data_page", "links_of", "plain", "plain_all",
           "row_ids"]

SCHEMES = ("ev", "calc", "ex", "try", "gl")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
#: ``[text](scheme:target)``; the text holds no brackets. The target may end in ``#fields``.
LINK = re.compile(r"(?<!\\)\[([^\[\]]+)\]\((ev|calc|ex|try|gl):([^()\s]*)\)")


class LinkError(ValueError):
    """A link names what is not there; the message says what."""


class TiedLink(NamedTuple):
    """One link of a text: its words, what it is tied to, and its place."""

    words: str
    scheme: str
    target: str
    fields: str
    start: int
    end: int

    @property
    def rows(self) -> list[str]:
        """The rows of the data that it names."""
        return row_ids(self.scheme, self.target)

    def quantities(self, evidence) -> list[Quantity]:
        """The numbers that its words must show, in order.

        Raises
        ------
        LinkError
            If there is no such row, calculation or field, or the rows do not allow the calculation.
        """
        try:
            readings = [evidence.reading(row_id) for row_id in self.rows]
            if self.scheme == "ev":
                return [readings[0].quantity(name) for name in self._names()]
            name = self.target.partition("/")[0]
            if name not in CALCULATIONS:
                raise LinkError(f"there is no calculation {name!r}; there are {', '.join(CALCULATIONS)}")
            if not readings:
                raise LinkError(f"calc:{name} names no row")
            result = CALCULATIONS[name](readings, evidence)
            absent = [field for field in self._names() if field not in result]
            if absent:
                raise LinkError(f"calc:{name} has no {absent[0]!r} here; it has {', '.join(result)}")
            return [result[field] for field in self._names()]
        except LinkError:
            raise
        except CannotCompute as error:
            raise LinkError(f"calc:{self.target} cannot be computed: {error}") from None
        except (LookupError, ValueError) as error:
            raise LinkError(str(error.args[0] if error.args else error)) from None

    def _names(self) -> list[str]:
        return [one for name in self.fields.split("+") if name for one in FIELDS.get(name, (name,))]

    def is_of(self, evidence) -> str:
        """Whose figure of what it shows: the titles of its rows."""
        titles = " and ".join(dict.fromkeys(evidence.reading(row_id).title for row_id in self.rows))
        return f"{titles}, {self.target.partition('/')[0]}" if self.scheme == "calc" else titles


def links_of(text: str) -> Iterator[TiedLink]:
    """The links of a text in order; what stands in code is no link."""
    code = [match.span() for match in _CODE.finditer(text)]
    for match in LINK.finditer(text):
        if any(start <= match.start() < end for start, end in code):
            continue
        target, _, fields = match[3].partition("#")
        yield TiedLink(match[1], match[2], target, fields, match.start(), match.end())


def plain(text: str) -> str:
    """The text with the words of its links and without their targets, for readers that take no link."""
    return LINK.sub(r"\1", text)


def plain_all(node):
    """A parsed JSON document with every text as :func:`plain` gives it."""
    if isinstance(node, str):
        return plain(node)
    if isinstance(node, list):
        return [plain_all(one) for one in node]
    return {key: plain_all(value) for key, value in node.items()} if isinstance(node, dict) else node


def row_ids(scheme: str, target: str) -> list[str]:
    """The data rows that a link names.

    Parameters
    ----------
    scheme : {"ev", "calc", "ex", "try", "gl"}
        Scheme of the link.
    target : str
        What follows the colon; ``calc`` targets are ``name/row`` or ``name/row+row``.

    Returns
    -------
    list of str
    """
    target = target.partition("#")[0]
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

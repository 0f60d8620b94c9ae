"""What the marks of a figure say: who each of them is, for the pointer, the finger, the keyboard and the ear.

A chart draws each of its rows within :meth:`Teller.row`.  What is drawn there carries the id of the row into the SVG,
and the words of the row go with the figure to the page.
"""

from __future__ import annotations

import html
import json
import math
import numbers
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pandas as pd

from emdbook import style
from emdbook.ground.wording import is_missing, number

#: What a drawing is called to those who do not see it. Its words stand in the caption and in the tree of its rows: here
#: a screen reader would say the caption a second time.
DRAWN = "Drawing, told in its caption"
#: Columns that name a row of the data, and the page of the book that shows such a row. The first that is there counts.
RECORDS = {"outcome_id": "ledger", "safety_id": "facts", "fact_id": "facts", "update_id": "facts",
           "discrepancy_id": "not_confirmed", "arm_id": "facts"}


@dataclass(frozen=True)
class Told:
    """One mark in words.

    Attributes
    ----------
    gid : str
        Id of what is drawn for it; its further parts are called ``gid-1``, ``gid-2``. Empty where nothing is drawn.
    name : str
        Who it is, as the figure calls it.
    value : str
        Its figure in a few words.
    series : str
        What it has in common with others: a population, a class, a kind. Empty where the figure has no such parts.
    facts : tuple of (str, str)
        Everything that is known of it, each with its name.
    record : str
        Page and row of its record, ``ledger#majestec-1.em-e.orr.primary``; empty where there is none.
    """

    gid: str
    name: str
    value: str = ""
    series: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    record: str = ""

    def line(self) -> str:
        """As the page keeps it: one line of JSON."""
        return json.dumps([self.gid, self.name, self.value, self.series, self.record, [list(f) for f in self.facts]],
                          ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, line: str) -> Told:
        """From one line of :meth:`line`."""
        gid, name, value, series, record, facts = json.loads(line)
        return cls(gid, name, value, series, tuple((label, text) for label, text in facts), record)

    def words(self) -> str:
        """Everything in one paragraph, for where nothing but a title can be shown."""
        return "\n".join([self.name, *(f"{label}: {text}" for label, text in self.facts)])


class Teller:
    """Gathers what the marks of one figure say while they are drawn.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With all axes on which rows are drawn.

    Attributes
    ----------
    marks : list of Told
    """

    def __init__(self, figure):
        self.figure = figure
        self.marks: list[Told] = []

    @contextmanager
    def row(self, name: str, value: str = "", *, series: str = "", facts: Sequence[tuple[str, str]] = (),
            record: str = "", drawn: Sequence = ()) -> Iterator[None]:
        """Draw one row: whatever is added to the figure within belongs to it.

        Parameters
        ----------
        name, value, series, record
            See :class:`Told`.
        facts : sequence of (str, str)
            Those without text are left out.
        drawn : sequence of matplotlib.artist.Artist
            Drawn already, and a part of this row too.

        Raises
        ------
        ValueError
            If nothing was drawn: then nobody could point at the row.
        """
        before = {id(artist) for artist in self._artists()}
        yield
        made = [*drawn, *(artist for artist in self._artists() if id(artist) not in before)]
        if not made:
            raise ValueError(f"the row {_flat(name)!r} has no mark in the figure.")
        gid = f"r{len(self.marks)}"
        # an artist that has a name already, such as one that a reader can hide, keeps it
        unnamed = [artist for artist in made if artist.get_gid() is None]
        for i, artist in enumerate(unnamed):
            artist.set_gid(f"{gid}-{i}" if i else gid)
        own = gid if unnamed else made[0].get_gid()
        kept = tuple((_flat(words), _flat(text)) for words, text in facts if text)
        self.marks.append(Told(own, _flat(name), _flat(value), _flat(series), kept, record))

    def with_table(self, shown: pd.DataFrame, *, without: Sequence[str] = ()) -> list[Told]:
        """The marks with what the reader's table says of each as their facts.

        Parameters
        ----------
        shown : pandas.DataFrame
            One row per mark, in the order drawn; the first column names the row.
        without : sequence of str
            Columns that say nothing to a reader.

        Returns
        -------
        list of Told

        Raises
        ------
        ValueError
            If the table and the figure do not have the same number of rows.
        """
        columns, rows = table_text(shown)
        if len(rows) != len(self.marks):
            raise ValueError(f"the table has {len(rows)} rows, the figure {len(self.marks)} marks.")
        return [replace(mark, facts=mark.facts or tuple(
            (head, _flat(text)) for head, text in zip(columns[1:], row[1:], strict=True)
            if text and head not in without)) for mark, row in zip(self.marks, rows, strict=True)]

    def names(self, axes) -> None:
        """The labels of the y axis belong to the rows as well, in the order in which they were drawn."""
        for mark, label in zip(self.marks, axes.get_yticklabels(), strict=False):
            label.set_gid(f"{mark.gid}-label")

    def _artists(self) -> list:
        return [artist for axes in self.figure.axes for artist in axes.get_children()] + list(self.figure.texts)


def _flat(text: str) -> str:
    return " ".join(re.sub(r"(,?)\n", r"\1 ", str(text)).split())


@dataclass(frozen=True)
class Whose:
    """Whose row it is: study and group where the rows name them, and where its record stands."""

    facts: tuple[tuple[str, str], ...] = ()
    record: str = ""


def record_of(row) -> str:
    """Page and row of a record, ``ledger#majestec-1.em-e.orr.primary``.

    Parameters
    ----------
    row : mapping
        A row of a chart's input.

    Returns
    -------
    str
        Empty where the row names no record.
    """
    for column, page in RECORDS.items():
        if column in row and not is_missing(row[column]) and str(row[column]):
            return f"{page}#{row[column]}"
    return ""


def whose(rows) -> list[Whose]:
    """Whose each row is.

    Parameters
    ----------
    rows : pandas.DataFrame or list of mappings
        As a chart was given them; ``study`` and ``arm`` are names, an ``..._id`` leads to the record.

    Returns
    -------
    list of Whose
        In the order of the rows.
    """
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    found = []
    for row in table.to_dict("records"):
        facts = tuple((words, str(row[column])) for column, words in (("study", "Study"), ("arm", "Group"))
                      if column in row and not is_missing(row[column]) and str(row[column]))
        found.append(Whose(facts, record_of(row)))
    return found


def standing_fact(standing: object) -> tuple[str, str]:
    """How far a figure was seen, in words; without text where nothing is said."""
    return "Standing", "" if is_missing(standing) or not standing else style.STANDING[str(standing)].words


def cell_text(value: object) -> str:
    """One cell of a prepared table as text; missing is empty.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return "" if math.isnan(value) else _digits(float(value))
    text = str(value)
    return "" if text in ("<NA>", "NaT", "nan") else text


def _digits(value: float) -> str:
    """A number of at most six digits behind the point or before it, as a spreadsheet reads it: no exponent, no −0."""
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.6g}"
    if "e" in text or (value < 100 and text == "100"):
        text = number(value).replace("−", "-")
    return "0" if text == "-0" else text


def table_text(table) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """A prepared table as column names and rows of text.

    Parameters
    ----------
    table : pandas.DataFrame
        An index with a name counts as the first column.

    Returns
    -------
    tuple of (tuple of str, tuple of tuple of str)
    """
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    # Column by column: a row of mixed types would turn whole numbers into floats.
    columns = [[cell_text(v) for v in table.iloc[:, i].tolist()] for i in range(table.shape[1])]
    return tuple(str(c) for c in table.columns), tuple(zip(*columns, strict=True))


def from_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Told]:
    """The rows of a figure whose marks are no rows (a curve, a square a patient): what its table says.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequence of str
        The reader's table as text; the first column names the row.

    Returns
    -------
    list of Told
        Without an id of anything drawn.
    """
    return [Told("", _flat(row[0]), facts=tuple((head, _flat(text)) for head, text in zip(columns[1:], row[1:],
                                                                                         strict=True) if text))
            for row in rows]


def element(marks: Sequence[Told], prefix: str) -> str:
    """What a page needs to tell the marks of a figure that stands still.

    Parameters
    ----------
    marks : sequence of Told
    prefix : str
        What stands before every id in the SVG.

    Returns
    -------
    str
        HTML: an element that its script turns into a tree; it shows nothing by itself.
    """
    rows = "[" + ",".join(mark.line() for mark in marks) + "]"
    # single quotes around it, since JSON is full of double ones
    data = html.escape(rows, quote=False).replace("'", "&#39;")
    return f"<emd-marks data-of=\"{prefix}\" data-rows='{data}'></emd-marks>"


def elements(text: str) -> dict[str, list[Told]]:
    """What figures in a page say: the other way round of :func:`element`.

    Parameters
    ----------
    text : str
        HTML.

    Returns
    -------
    dict of str to list of Told
        By what stands before every id in the SVG.
    """
    return {prefix: [Told.parse(json.dumps(row)) for row in json.loads(html.unescape(rows))]
            for prefix, rows in re.findall(r"<emd-marks data-of=\"([^\"]*)\" data-rows='([^']*)'>", text)}


def titled(svg: str, marks: Sequence[Told], prefix: str) -> str:
    """The drawing with the words of each mark as its title, which a viewer without our script shows by itself.

    Parameters
    ----------
    svg : str
        As :meth:`emdbook.charts.base.Chart.svg` gives it.
    marks : sequence of Told
    prefix : str
        What stands before every id in it.

    Returns
    -------
    str
    """
    words = {mark.gid: f"<title>{html.escape(mark.words(), quote=False)}</title>" for mark in marks if mark.gid}
    gids = "|".join(map(re.escape, words))
    part = re.compile(rf'(<g id="{re.escape(prefix)}-((?:{gids})(?:-(?:\d+|label))?)"[^>]*>)')

    def told(match: re.Match) -> str:
        gid = match[2]
        return match[1] + words.get(gid, words.get(gid.rpartition("-")[0], ""))

    return part.sub(told, svg) if words else svg

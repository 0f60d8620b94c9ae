"""The pathway as tables: every step of a branch with its basis and paragraph, and every gap."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from emdbook.ground.wording import plural
from emdbook.tables import Table, _make
from emdbook.tables.clinic import _anchored
from emdbook.teach.cases.bank import Case
from emdbook.teach.pathway import BASES, Node, Pathway
from emdbook.teach.pathway_map import paragraphs


@dataclass(frozen=True)
class Folded:
    """A table behind one line that a reader opens.

    Attributes
    ----------
    summary : str
        The line.
    table : Table
    """

    summary: str
    table: Table

    def html(self) -> str:
        """The fold as HTML that needs no script."""
        return f'<details class="emd-more"><summary>{html.escape(self.summary)}</summary>{self.table.html()}</details>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        inner = self.table._repr_mimebundle_()
        return {**inner, "text/html": inner["text/html"].replace(self.table.html(), self.html())}


def branch_table(pathway: Pathway, section_ids: Sequence[str], caption: str) -> Folded:
    """Every step of some sections of the pathway, with its ways on, their basis, the paragraphs and the gaps.

    Parameters
    ----------
    pathway : Pathway
    section_ids : sequence of str
        In the order shown.
    caption : str
        What the table shows.

    Returns
    -------
    Folded

    Raises
    ------
    ValueError
        For an unknown section.
    """
    known = [section.id for section in pathway.sections]
    unknown = [name for name in section_ids if name not in known]
    if unknown:
        raise ValueError(f"The pathway has no section {', '.join(unknown)}. Its sections are: {', '.join(known)}.")
    nodes = [node for name in section_ids for node in pathway.section(name)]
    records = [{"Step": f"<strong>{html.escape(node.short)}</strong>", "What it says": _said(node),
                "Ways on": _ways(pathway, node), "Where": html.escape(paragraphs(node.locators)),
                "Other sources add": _beside(node),
                "Gap": html.escape(" ".join(gap.text for gap in pathway.gaps_at(node)))} for node in nodes]
    return Folded(f"{caption}: {plural(len(nodes), 'step')}", _make(caption, records, css="emd-branch"))


def _said(node: Node) -> str:
    note = f"<br><small>{html.escape(node.note)}</small>" if node.note else ""
    return html.escape(node.text) + note


def _beside(node: Node) -> str:
    """What other official sources add, each with a link to every row behind it."""
    return "<br>".join(f"{html.escape(item.text)} <small>" + ", ".join(
        _anchored(row, f"source {number}") for number, row in enumerate(item.rows, 1)) + "</small>"
        for item in node.beside)


def _ways(pathway: Pathway, node: Node) -> str:
    if not node.options:
        return "the path ends"
    return "<br>".join(
        f"{html.escape(option.label)}: {html.escape(pathway.node(option.next).short.rstrip('?'))} "
        f"({BASES[option.basis]})"
        for option in node.options)


def gap_table(pathway: Pathway, cases: Sequence[Case] = (), *, caption: str = "What the summary does not say") -> Table:
    """Every gap of the pathway, where it is met, and the case that meets it.

    Parameters
    ----------
    pathway : Pathway
    cases : sequence of Case
        Their titles are named beside the gaps that their walks meet.
    caption : str
        What the table shows.

    Returns
    -------
    Table
    """
    labels = {section.id: section.label for section in pathway.sections}
    records = []
    for gap in pathway.gaps:
        node = pathway.node(gap.at_node)
        met = [case.title for case in cases if gap.at_node in case.walk.node_ids]
        records.append({"Gap": html.escape(gap.text),
                        "Where": f"{html.escape(labels[node.section])}: {html.escape(node.short)} "
                                 f"<small>({html.escape(paragraphs(node.locators))})</small>",
                        "Met in the case": html.escape("; ".join(met))})
    return _make(caption, records, css="emd-gaps")

"""Where each study, therapy and discrepancy of the data is shown: nothing of the review may be lost on the way.

The chapters are read, not run: a study counts as shown where a code cell hands its id to a table or chart, or where
a link of the text names one of its rows.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emdbook.evidence import Evidence
from emdbook.evidence.links import LINK, row_ids
from emdbook.ground.notebook import read_cells
from emdbook.ground.wording import is_missing


@dataclass
class Shown:
    """What one chapter shows.

    Attributes
    ----------
    studies : set of str
        Ids of studies in code or links.
    logged : set of str
        Studies in a chapter that shows their discrepancy rows.
    entries : set of str
        Ids of discrepancies named one by one.
    general : bool
        Whether the rows about no single study are shown.
    words : str
        All prose, and what the tables print of the studies shown, in lower case.
    """

    studies: set[str] = field(default_factory=set)
    logged: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    general: bool = False
    words: str = ""


def chapter_shows(path: Path, evidence: Evidence) -> Shown:
    """Read one chapter.

    Parameters
    ----------
    path : pathlib.Path
        A notebook.
    evidence : Evidence
        The loaded data.

    Returns
    -------
    Shown
    """
    known = set(evidence.studies.study_id)
    rows = {**dict(zip(evidence.arms.arm_id, evidence.arms.study_id, strict=True))}
    rows |= {o: rows[a] for o, a in zip(evidence.outcomes.outcome_id, evidence.outcomes.arm_id, strict=True)}
    shown, prose = Shown(), []
    for cell in read_cells(path):
        if cell.kind == "markdown":
            prose.append(LINK.sub(r"\1", cell.source))
            for _, scheme, target in LINK.findall(cell.source):
                shown.studies |= {rows[r] for r in row_ids(scheme, target) if r in rows}
            continue
        strings = {node.value for node in ast.walk(ast.parse(cell.source))
                   if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        shown.studies |= (strings & known) | {rows[s] for s in strings if s in rows}
        shown.entries |= strings & set(evidence.discrepancies.discrepancy_id)
        shown.general |= "study_id.isna()" in cell.source
        prose += strings
    if any("discrepancy_table(" in cell.source for cell in read_cells(path) if cell.kind == "code"):
        shown.logged = set(shown.studies)
    studies = evidence.studies[evidence.studies.study_id.isin(shown.studies)]
    prose += [str(value) for column in ("label", "regimen") for value in studies[column] if not is_missing(value)]
    shown.words = " ".join(prose).lower()
    return shown


def where_shown(folder: Path, evidence: Evidence) -> dict[str, Mapping[str, list[str]]]:
    """The chapters that show each study, therapy and discrepancy.

    Parameters
    ----------
    folder : pathlib.Path
        The notebooks.
    evidence : Evidence
        The loaded data.

    Returns
    -------
    dict
        ``studies``, ``therapies`` and ``discrepancies``, each from an id to the names of chapters; an orphan has an
        empty list.
    """
    chapters = {path.stem: chapter_shows(path, evidence) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    found = {name: defaultdict(list) for name in ("studies", "therapies", "discrepancies")}
    for study_id in evidence.studies.study_id:
        found["studies"][study_id] = [c for c, s in chapters.items() if study_id in s.studies]
    for row in evidence.therapies.itertuples():
        names = "|".join(re.escape(name) for name in _spoken(row.name, row.therapy_id))
        pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w])")
        # a regimen shown as a study stands for the drugs in it
        users = set(evidence.study_therapies[evidence.study_therapies.therapy_id == row.therapy_id].study_id)
        found["therapies"][row.therapy_id] = [c for c, s in chapters.items()
                                              if pattern.search(s.words) or users & s.studies]
    for row in evidence.discrepancies.itertuples():
        found["discrepancies"][row.discrepancy_id] = [
            c for c, s in chapters.items() if row.discrepancy_id in s.entries
            or (s.general if is_missing(row.study_id) else row.study_id in s.logged)]
    return found


def _spoken(name: str, therapy_id: str) -> set[str]:
    """The ways in which a text may name a therapy: its name, what stands in brackets behind it, and its id."""
    inside = re.findall(r"\(([^()]*)\)", name)
    said = [re.sub(r"\s*\(.*?\)\s*", " ", name), *inside, therapy_id, therapy_id.replace("-", " ")]
    return {words.strip().lower() for words in said if words.strip()}

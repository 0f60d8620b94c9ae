"""What a reader takes of a figure: its number, its address, and how it and its studies are cited."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import yaml

from emdbook import tables
from emdbook.evidence import Evidence
from emdbook.evidence.rules import ID_COLUMNS
from emdbook.ground import paths
from emdbook.ground.wording import is_missing
from emdbook.publish.records import FOLDER

__all__ = ["numbered", "write_citations"]

#: Where the citations lie, as seen from the front page; a page asks for them when a reader wants one.
FILE = f"{FOLDER}/cite.js"
_FIGURE = re.compile(r'<figure class="(?:emd-fig|emd-figure)"(.*?)(<figcaption\b)(.*?)</figure>', re.S)
_OUTSIDE = re.compile(r"^notebooks/(\d+)_")


def numbered(page: str, body: str) -> str:
    """The body of a chapter with its figures numbered, each with an address and what takes it along.

    Parameters
    ----------
    page : str
        Name of the page, such as ``notebooks/09_bispecific_antibodies``.
    body : str
        A page that is no chapter stays as it is.

    Returns
    -------
    str
    """
    chapter = _OUTSIDE.match(page)
    if not chapter:
        return body
    count = 0

    def one(match: re.Match) -> str:
        nonlocal count
        count += 1
        number = f"{int(chapter[1])}.{count}"
        head = match[0].replace("<figure ", f'<figure id="figure-{count}" ', 1)
        head = head.replace("<figcaption", f'<figcaption data-number="Figure {number}. "', 1)
        return head.replace("</figure>", f'<emd-take data-number="{number}"><p role="status"></p></emd-take></figure>')

    return _FIGURE.sub(one, body)


def _sources_of(evidence: Evidence) -> dict[str, list[str]]:
    """Every row that a mark may lead to, with what to cite: the study itself, and where its figure was read."""
    studies = dict(zip(evidence.studies.study_id, evidence.studies.source_id, strict=True))
    arms = {arm: studies[study] for arm, study in zip(evidence.arms.arm_id, evidence.arms.study_id, strict=True)}
    found = {arm: [source] for arm, source in arms.items()}
    for name in (*tables.FIGURE_TABLES, "discrepancies"):
        table = evidence.table(name)
        study = table["arm_id"].map(arms) if "arm_id" in table.columns else [None] * len(table)
        for row, own, read in zip(table[ID_COLUMNS[name]], study, table["source_id"], strict=True):
            found[row] = [own, read]
    kept = {row: list(dict.fromkeys(one for one in sources if not is_missing(one))) for row, sources in found.items()}
    return {row: sources for row, sources in kept.items() if sources}


def write_citations(evidence: Evidence, outdir: Path) -> Path:
    """Write how the book and each source is cited, as a script: a page that lies on a disk loads nothing else.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    outdir : path
        Where the pages of the book are.

    Returns
    -------
    path
    """
    book = yaml.safe_load((paths.project_dir() / "CITATION.cff").read_text(encoding="utf-8"))
    licence = json.loads((evidence.folder / "datapackage.json").read_text(encoding="utf-8"))["licenses"][0]
    rows = _sources_of(evidence)
    wanted = dict.fromkeys(source for cited in rows.values() for source in cited)
    sources: pd.DataFrame = evidence.sources.set_index("source_id", drop=False)
    place = {source: i for i, source in enumerate(wanted)}
    told = {
        "book": f"{', '.join(author['name'] for author in book['authors'])}. {book['title']}, version "
                f"{book['version']}.",
        "licence": f"Text, figures and data: {licence['name']}, {licence['path']}",
        "sources": [tables.plain_citation(sources.loc[source]) for source in wanted],
        "rows": {row: [place[source] for source in cited] for row, cited in rows.items()},
    }
    target = Path(outdir) / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    target.write_text(f"window.emdbook.cite={text.replace('<', chr(92) + 'u003c')};\n", encoding="utf-8")
    return target

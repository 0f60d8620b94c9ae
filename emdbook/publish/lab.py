"""JupyterLab for the book: what it is started with, and the extension by which a number there leads to its record.

The extension is a script of its own and no package from a registry, because it has to hold the records of this copy of
the data; JupyterLab's own way to prebuild one would ask for Node on every reader's machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from emdbook import load, tables
from emdbook.evidence import Evidence
from emdbook.evidence.links import data_page
from emdbook.evidence.rules import ID_COLUMNS
from emdbook.ground.faults import EvidenceError
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import executed, records
from emdbook.publish.build import in_place_of, is_made_from, may_open

__all__ = ["lab", "told", "write_extension"]

NAME = "beyond-the-marrow"
_HERE = Path(__file__).resolve().parent / "web" / "lab"


def told(evidence: Evidence) -> dict[str, dict[str, str]]:
    """What JupyterLab says of each row of the data and each term, by its id; a term's id begins with ``gl:``.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    dict of str to dict
        ``title`` and ``says``; for a figure also ``standing``, ``source``, ``url`` and ``page``, as far as they are
        known.
    """
    out = {}
    for row_id, made in records.records(evidence).items():
        if made.get("withdrawn"):
            out[row_id] = {"title": "Withdrawn from the data", "says": made["reason"]}
            continue
        source = made.get("source", {})
        url = f"https://doi.org/{source['doi']}" if source.get("doi") else source.get("url")
        title = made["title"].replace("_", " ")  # topics of guidance are codes
        if made["table"] == "outcomes":
            title = title.rpartition(": ")[0]  # the words begin with the endpoint
        out[row_id] = {"title": title, "says": made["says"], "standing": made["standing_words"],
                       "source": source.get("citation"), "url": url,
                       "page": made["page"].partition("book/")[2]}
    for table, column in ID_COLUMNS.items():
        if table not in tables.FIGURE_TABLES:
            for row_id in evidence.table(table)[column].dropna():
                record = evidence.record(row_id)
                out[row_id] = {"title": evidence.reading(row_id).title, "says": records.words(record),
                               "page": f"{data_page(record)}.html#{row_id}"}
    for term in evidence.glossary.itertuples():
        out[f"gl:{tables.term_id(term.term)}"] = {"title": f"{term.term} {term.zh}", "says": term.definition}
    return {key: {name: words for name, words in one.items() if words} for key, one in out.items()}


def write_extension(folder: Path, evidence: Evidence) -> Path:
    """Write the extension of JupyterLab.

    Parameters
    ----------
    folder : Path
        A folder of Jupyter's data, such as one of ``JUPYTER_PATH``.
    evidence : Evidence
        The loaded data.

    Returns
    -------
    Path
        Folder of the extension.
    """
    place = folder / "labextensions" / NAME
    (place / "static").mkdir(parents=True, exist_ok=True)
    script = (_HERE / "assets" / "lab-links.js").read_text(encoding="utf-8")
    words = json.dumps(told(evidence), ensure_ascii=False)
    script = f"globalThis.EMDBOOK_RECORDS = {words};\n{script}"
    (place / "static" / "remoteEntry.js").write_text(script, encoding="utf-8")
    (place / "package.json").write_text(json.dumps({
        "name": NAME, "version": "0.1.0", "description": "Numbers of the book lead to their records",
        "jupyterlab": {"extension": True, "_build": {"load": "static/remoteEntry.js", "extension": "./extension"}}}),
        encoding="utf-8")
    return place


def lab(options: Sequence[str] = ()) -> int:
    """Open JupyterLab at the chapters.

    Numbers lead to their records there, in a solution too, whose links JupyterLab would drop; the records are written
    anew when the data or the toolkit changed.  It saves what widgets show, unless the reader has chosen otherwise: a
    notebook that is opened again without its kernel shows them as they were, and not an error.

    Parameters
    ----------
    options : sequence of str
        Handed to JupyterLab, such as ``--allow-root`` in a container.
    """
    command = [sys.executable, "-m", "jupyterlab", "notebooks", *options]
    if not may_open():
        command.append("--no-browser")
    own = project_dir() / "_build" / "lab"
    key = executed.folder_hash(data_dir()) + executed.folder_hash(Path(__file__).resolve().parents[1])
    try:
        if not is_made_from(own, key):
            with in_place_of(own, key) as folder:
                write_extension(folder, load())
    except EvidenceError as error:  # somebody may be about to mend the data in JupyterLab itself
        print(f"{error}\nUntil that is mended, numbers lead to the records of the last time.", file=sys.stderr)
    environment = dict(os.environ)
    for name, path in (("JUPYTER_CONFIG_PATH", _HERE), ("JUPYTER_PATH", own)):
        environment[name] = os.pathsep.join(filter(None, [str(path), os.environ.get(name, "")]))
    try:
        return subprocess.run(command, cwd=project_dir(), env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0

"""Copies of the chapters for learners and for teachers, made from the one source.

The learner's copy has a space to write where the book has a hidden solution. The teacher's copy has the solutions open,
the notes for the speaker marked, and what the guide says of this chapter at the top. Nothing else differs, and
:func:`stale` says when a copy is no longer what its chapter would give.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

from emdbook.ground.files import files_of, write_all
from emdbook.ground.notebook import SOLUTION, fold, read_notebook
from emdbook.ground.paths import project_dir
from emdbook.teach.teaching import Teaching, load_teaching, markdown

KINDS = ("student", "instructor")
#: What was written last, so that an edited copy is told from a stale one.
_RECORD = ".copies.json"
SPACE = "**Your answer**\n\n*Double-click here and write.*"
#: Solutions that are code: a folded cell, or one marked as a solution.
_HIDDEN = "hide-cell"


def _source(cell: dict) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _with(cell: dict, source: str) -> dict:
    return {**copy.deepcopy(cell), "source": source.splitlines(keepends=True)}


def _is_solution(cell: dict) -> bool:
    metadata = cell.get("metadata", {})
    return metadata.get("emdbook", {}).get("role") == "solution" or (
        cell.get("cell_type") == "code" and _HIDDEN in metadata.get("tags", []))


def _bare(cell: dict) -> dict:
    """Without what running it left behind."""
    made = copy.deepcopy(cell)
    if made.get("cell_type") == "code":
        made["outputs"], made["execution_count"] = [], None
    return made


def _for_student(cell: dict) -> dict:
    if _is_solution(cell):
        kind = {"cell_type": "markdown", "metadata": {k: v for k, v in cell["metadata"].items() if k == "slideshow"}}
        return _with({**kind, **({"id": cell["id"]} if "id" in cell else {})}, SPACE)
    source = _source(cell)
    return _with(cell, SOLUTION.sub(SPACE, source)) if cell["cell_type"] == "markdown" and SOLUTION.search(source) \
        else cell


def _for_instructor(cell: dict) -> dict:
    source = _source(cell)
    metadata = cell.get("metadata", {})
    if cell["cell_type"] == "code":
        made = copy.deepcopy(cell)
        if _HIDDEN in metadata.get("tags", []):
            made["metadata"]["tags"] = [t for t in metadata["tags"] if t != _HIDDEN]
        return made
    source = SOLUTION.sub(lambda m: fold(m["title"], m["body"], opened=True), source)
    if metadata.get("slideshow", {}).get("slide_type") == "notes":
        source = f"**For the speaker**\n\n{source}"
    return _with(cell, source)


def _guide(teaching: Teaching) -> dict:
    source = fold("For the teacher", markdown(teaching), opened=True)
    id = hashlib.sha256(f"guide|{teaching.chapter}".encode()).hexdigest()[:8]
    metadata = {"slideshow": {"slide_type": "skip"}, "emdbook": {"role": "guide"}}
    return _with({"cell_type": "markdown", "id": f"guide-{id}", "metadata": metadata}, source)


def make_copy(notebook: dict, kind: str, teaching: Teaching | None = None) -> dict:
    """One copy of a chapter.

    Parameters
    ----------
    notebook : dict
        The chapter as it stands in the file; it is not changed.
    kind : {"student", "instructor"}
    teaching : Teaching, optional
        What stands at the top of the teacher's copy.

    Returns
    -------
    dict
    """
    if kind not in KINDS:
        raise ValueError(f"a copy is one of {', '.join(KINDS)}, not {kind!r}")
    change = _for_student if kind == "student" else _for_instructor
    cells = [change(_bare(cell)) for cell in notebook["cells"]]
    if kind == "instructor" and teaching is not None:
        cells.insert(1, _guide(teaching))
    source = hashlib.sha256(json.dumps(notebook["cells"], sort_keys=True).encode()).hexdigest()
    made = {**copy.deepcopy(notebook), "cells": cells}
    made["metadata"]["emdbook"] = {"copy": kind, "source_sha256": source}
    return made


def _text(notebook: dict) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def expected(project: Path | None = None) -> dict[str, str]:
    """Every copy as it must be now.

    Parameters
    ----------
    project : path, optional
        The folder that holds ``notebooks/`` and ``data/``; this project if left out.

    Returns
    -------
    dict of str to str
        ``student/09_topic.ipynb`` to the text of the file.
    """
    project = Path(project or project_dir())
    taught = load_teaching(project / "data" / "teaching.json")
    return {
        f"{kind}/{path.name}": _text(make_copy(read_notebook(path), kind, taught.get(path.stem)))
        for path in files_of(project / "notebooks", "*.ipynb") for kind in KINDS
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _before(record: Path) -> dict[str, str]:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or damaged: then what differs counts as edited
        return {}
    return found if isinstance(found, dict) else {}


def write_copies(folder: Path | None = None, project: Path | None = None, force: bool = False) -> \
        tuple[list[Path], list[Path]]:
    """Write the copies, and remove those of chapters that are gone; what somebody edited stays.

    Parameters
    ----------
    folder : path, optional
        Where to; ``_build`` if left out.
    project : path, optional
    force : bool
        Write over, and remove, what somebody edited too.

    Returns
    -------
    tuple of (list of pathlib.Path, list of pathlib.Path)
        Copies that are what their chapter gives, and copies that were edited since they were written.
    """
    folder = Path(folder or project_dir() / "_build")
    wanted, record = expected(project), folder / _RECORD
    before = _before(record)
    there = {f"{kind}/{file.name}" for kind in KINDS for file in (folder / kind).glob("*.ipynb")}
    own = {name for name in there if hashlib.sha256((folder / name).read_bytes()).hexdigest() in
           (before.get(name), _digest(wanted.get(name, "")))}
    kept = set() if force else there - own
    for kind in KINDS:
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name in there - wanted.keys() - kept:
        (folder / name).unlink()
    write_all({folder / name: wanted[name] for name in wanted.keys() - kept})
    known = {name: _digest(wanted[name]) if name not in kept else before.get(name, "") for name in wanted}
    write_all({record: json.dumps(known, indent=1) + "\n"})
    return [folder / name for name in wanted if name not in kept], [folder / name for name in sorted(kept)]


def stale(folder: Path | None = None, project: Path | None = None) -> list[str]:
    """The copies that are missing, that no chapter gives any more, or that differ from what their chapter gives.

    Parameters
    ----------
    folder : path, optional
        Where they are; ``_build`` if left out.
    project : path, optional

    Returns
    -------
    list of str
        One line each; empty when all are fresh.
    """
    folder = Path(folder or project_dir() / "_build")
    wanted = expected(project)
    there = {f"{kind}/{file.name}" for kind in KINDS for file in (folder / kind).glob("*.ipynb")}
    said = [f"{name}: missing" for name in wanted.keys() - there]
    said += [f"{name}: no chapter gives this copy" for name in there - wanted.keys()]
    said += [f"{name}: differs from its chapter" for name in there & wanted.keys()
             if (folder / name).read_bytes() != wanted[name].encode()]
    return sorted(said)

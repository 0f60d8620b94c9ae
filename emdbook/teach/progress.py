"""The panel on the cover that shows how far a reader has come. It is filled in the browser, and only there."""

from __future__ import annotations

import json
from pathlib import Path

from emdbook.teach.cases import case_files
from emdbook.teach.quiz import load_questions, question_files


def asset_dir() -> Path:
    """The folder with the script and the style sheet of the panel.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


def chapters(path=None) -> list[dict]:
    """Every chapter with its questions.

    Parameters
    ----------
    path : path-like, optional
        The folder of the questions; the project's own if left out.

    Returns
    -------
    list of dict
        ``set``, ``number``, ``title``, ``href`` seen from the cover, and ``questions``, the ids of its questions.
    """
    found = []
    for file in question_files(path):
        if not file.stem[:2].isdigit():
            continue
        made = load_questions(file.stem, path)
        found.append({"set": made.set_id, "number": int(made.set_id[:2]), "title": made.title,
                      "href": f"../notebooks/{made.set_id}.html", "questions": [q.id for q in made.questions]})
    return found


def panel(path=None) -> str:
    """The panel as HTML.

    A chapter is finished when each of its questions has been answered, right or wrong. Which they are is kept by the
    quiz under ``emdbook.progress`` in the browser's storage; the panel only reads it, and erases it on request.

    Parameters
    ----------
    path : path-like, optional
        The folder of the questions; the project's own if left out.

    Returns
    -------
    str
    """
    known = {"chapters": chapters(path), "cases": [Path(f).stem for f in case_files()]}
    data = json.dumps(known, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<emd-progress class="emd-progress" role="group" aria-labelledby="emd-progress--title">'
        '<p class="emd-progress-title" id="emd-progress--title">Your progress</p>'
        '<p class="emd-progress-nojs">Progress is kept in your browser and needs JavaScript.</p>'
        '<div class="emd-progress-body"></div>'
        '<p class="emd-progress-said" role="status" aria-live="polite"></p>'
        f'<script type="application/json">{data}</script></emd-progress>'
    )

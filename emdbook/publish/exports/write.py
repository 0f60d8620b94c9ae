"""Every file that is taken along, in one go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import emdbook
from emdbook.classroom.cards import write_answer_cards
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.publish.build import in_place_of
from emdbook.publish.exports import cards, qti, scorm
from emdbook.teach.quiz.bank import QuestionSet
from emdbook.teach.quiz.moodle import export, whole_bank


@dataclass(frozen=True)
class Export:
    """One file: its path below the folder of the exports, what it is, and what writes it."""

    path: str
    what: str
    write: Callable[[Path], object]


def evidence_date(set_id: str) -> str:
    """Up to when the evidence of a chapter goes, as its card says.

    Parameters
    ----------
    set_id : str

    Returns
    -------
    str
    """
    file = project_dir() / "notebooks" / f"{set_id}.ipynb"
    found = re.search(r"Evidence up to [\w -]+", read_cells(file)[0].source) if file.is_file() else None
    return found[0].strip() if found else "Date not given"


def _chapters(sets: Sequence[QuestionSet]) -> list[QuestionSet]:
    return [made for made in sets if made.set_id[:2].isdigit()]


def planned() -> list[Export]:
    """All files, in the order of the page that lists them.

    Returns
    -------
    list of Export
    """
    sets = whole_bank()
    chapters = _chapters(sets)
    tests = [made for made in sets if made not in chapters]

    def anki(made: QuestionSet) -> Callable[[Path], object]:
        return lambda path: cards.write_package([cards.question_deck(made, evidence_date(made.set_id))], path)

    def everything(path: Path) -> None:
        decks = [cards.question_deck(made, evidence_date(made.set_id)) for made in chapters]
        newest = max((evidence_date(made.set_id) for made in chapters), key=len)
        cards.write_package([*decks, cards.fact_deck(emdbook.load(), newest)], path)

    files = [
        Export("anki/beyond-the-marrow.apkg", "Anki: all chapters, and the criteria worth knowing", everything),
        Export("moodle/chapters.xml", "Moodle XML: all chapters", lambda path: export(path, chapters)),
        Export("moodle/before-and-after.xml", "Moodle XML: the two tests, for a bank that learners do not see",
               lambda path: export(path, tests)),
        Export("paper/answer-cards.html", "Paper: cards A to D to hold up, one sheet for each learner",
               write_answer_cards),
    ]
    for made in chapters:
        name = f"{made.set_id[:2]} {made.title}"
        files += [
            Export(f"anki/{made.set_id}.apkg", f"Anki: {name}", anki(made)),
            Export(f"qti/{made.set_id}.zip", f"QTI 1.2: {name}", lambda path, made=made: qti.write_qti(made, path)),
            Export(f"scorm/{made.set_id}.zip", f"SCORM 1.2: {name}",
                   lambda path, made=made: scorm.write_scorm(made, path)),
        ]
    return files


def write_exports(folder: Path | None = None) -> list[Path]:
    """Write every file.

    Parameters
    ----------
    folder : path, optional
        Where to; ``_build/exports`` of the project if left out.

    Returns
    -------
    list of pathlib.Path
    """
    folder = Path(folder) if folder is not None else project_dir() / "_build" / "exports"
    files = planned()
    with in_place_of(folder) as fresh:  # all or none, and none of a chapter that is gone
        for one in files:
            path = fresh / one.path
            path.parent.mkdir(parents=True, exist_ok=True)
            one.write(path)
    return [folder / one.path for one in files]


def listing(evidence=None) -> str:
    """The list of the files for the page of the book, as HTML.

    Returns
    -------
    str
    """
    files = planned()
    whole = [one for one in files if not re.match(r"\w+/\d\d_", one.path)]
    by_chapter: dict[str, list[Export]] = {}
    for one in files:
        if one not in whole:
            by_chapter.setdefault(one.what.partition(": ")[2], []).append(one)

    def link(one: Export, words: str) -> str:
        return f'<a href="../exports/{escape(one.path)}" download>{escape(words)}</a>'

    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{link(one, one.what.partition(': ')[0])}</td>" for one in found) + "</tr>"
        for name, found in by_chapter.items())
    return (f"<ul>{''.join(f'<li>{link(one, one.what)}</li>' for one in whole)}</ul>"
            '<div class="emd-scroll" role="region" tabindex="0" aria-label="One file for each chapter">'
            '<table class="emd-table"><caption>One file for each chapter</caption><thead><tr>'
            '<th scope="col">Chapter</th><th scope="col">Cards</th><th scope="col">Canvas and others</th>'
            f'<th scope="col">Course platform</th></tr></thead><tbody>{rows}</tbody></table></div>')

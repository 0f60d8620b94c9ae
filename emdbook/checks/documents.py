"""The tables of the data package, and its documents that are no tables, asked for by those who read them.

The contract of ``emdbook.load()`` only sees that they are JSON: what a question, a case or a plan may be is known to
its own reader, in a room above it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from emdbook.checks.blueprint import read_blueprint
from emdbook.evidence import load
from emdbook.evidence.__main__ import main as check_tables
from emdbook.ground import paths
from emdbook.ground.faults import UnsoundError
from emdbook.teach.cases import load_cases
from emdbook.teach.lessons import FILE as LESSONS
from emdbook.teach.lessons import load_lessons
from emdbook.teach.pathway import load_pathway
from emdbook.teach.quiz import load_questions, question_files
from emdbook.teach.teaching import load_teaching

__all__ = ["document_faults", "main"]


def document_faults(folder: Path | None = None) -> list[str]:
    """What the readers of the documents refuse, one text for each reader that refuses.

    Parameters
    ----------
    folder : pathlib.Path, optional
        A data package whose tables are sound; the project's own if left out.

    Returns
    -------
    list of str
        Empty when every document can be read.
    """
    folder = folder or paths.data_dir()
    readers: list[Callable[[], object]] = [
        lambda: load(folder).scenes, lambda: load_pathway(folder),
        lambda: load_cases(folder / "cases", load_pathway(folder)), lambda: load_teaching(folder / "teaching.json"),
        *(lambda file=file: load_questions(file.stem, file.parent) for file in question_files(folder / "questions")),
        lambda: read_blueprint(folder), lambda: load_lessons(folder / LESSONS)]
    said = []
    for reader in readers:
        try:
            reader()
        except UnsoundError as error:
            said.append(str(error))
    return list(dict.fromkeys(said))


def main() -> int:
    """Check the data package of the project and return 0 when all of it can be read, 1 when not."""
    if check_tables(["check"]):  # the documents name rows of the tables
        return 1
    said = document_faults()
    print("\n".join(said) or "questions, cases, pathway, scenes, plans and teaching notes are sound")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())

"""Reading a chapter as plain cells.

``nbformat`` is not used for this: it takes seconds to import, because it builds a grammar for addresses at import.
The build and nbval still read every notebook with it, so a file that it would refuse does not go unseen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from emdbook.ground.faults import UnsoundError

_FOLD = (r"^<details(?P<open> open)?><summary><b>(?P<title>{})</b></summary>\n\n(?P<body>.*?)\n\n"
         r"</details>[ \t]*$")
#: A part of a Markdown cell that opens at a press. It is HTML, which GitHub, nbviewer, VS Code and JupyterLab know;
#: a box of MyST stands there open and raw. The title is bold for viewers that drop the fold and keep the words.
FOLD = re.compile(_FOLD.format(r"[^<\n]+"), re.M | re.S)
#: The fold that hides the solution of an exercise.
SOLUTION = re.compile(_FOLD.format("Solution"), re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    number: int  # counted from 1, as a reader counts
    kind: str
    source: str
    metadata: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        """Tags of the cell."""
        return self.metadata.get("tags", [])

    @property
    def slide_type(self) -> str:
        """What the cell is in the deck of slides; empty where nothing is said."""
        return self.metadata.get("slideshow", {}).get("slide_type", "")


def read_notebook(path: Path | str) -> dict:
    """The notebook as it stands in the file.

    Raises
    ------
    UnsoundError
        If the file is no notebook of format 4.
    """
    path = Path(path)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UnsoundError(f"{path.name} is no notebook: {error}") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise UnsoundError(f"{path.name} is no notebook of format 4")
    return notebook


def read_cells(path: Path | str) -> list[Cell]:
    """The cells of a notebook in order.

    Parameters
    ----------
    path : path
        The notebook.

    Returns
    -------
    list of Cell
    """
    cells = []
    for number, raw in enumerate(read_notebook(path).get("cells", []), start=1):
        source = raw.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        cells.append(Cell(number, raw.get("cell_type", ""), source, raw.get("metadata", {}), raw))
    return cells


def fold(title: str, body: str, *, opened: bool = False) -> str:
    """Markdown that a reader opens at a press, as :data:`FOLD` finds it."""
    return f"<details{' open' * opened}><summary><b>{title}</b></summary>\n\n{body}\n\n</details>"


def folds_as_boxes(source: str) -> str:
    """The same Markdown with each fold as the box of MyST, which the book, the decks and the paper are made from."""
    return FOLD.sub(lambda m: f":::{{admonition}} {m['title']}\n" + ":class: dropdown\n" * (not m["open"])
                    + f"{m['body']}\n:::", source)

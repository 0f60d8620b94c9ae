"""Every kind of block that lives on a page, and what it brings: the one place to add a new kind.

A block is an element of its own, such as ``<emd-quiz>``.  The press of the web book loads its files where the element
occurs, the decks bring those that live on slides, the PDF turns it into what paper can hold, and the tests in the
browser wait until it says that it is ready (``data-state``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emdbook import explore
from emdbook.ground.blocks import CORE
from emdbook.ground.blocks import asset_dir as core_dir
from emdbook.publish.on_paper import case_on_paper, quiz_on_paper, selftest_on_paper
from emdbook.teach import cases, progress, quiz

#: Look and typefaces of every page.
FRAME = Path(__file__).resolve().parent / "web" / "assets"
#: Scripts that every block rests on, in the order in which they run: a memory, and the base of the elements.
BASE = (FRAME / "storage.js", core_dir() / CORE)
#: Scripts of others, each with its licence beside it; a test holds their hashes.
VENDOR = FRAME.parent / "vendor"
_QUIZ, _CASES, _COVER = quiz.asset_dir(), cases.asset_dir(), progress.asset_dir()


@dataclass(frozen=True)
class Block:
    """One kind of block.

    Attributes
    ----------
    name : str
        Of its script and style sheet.
    tags : tuple of str
        The elements; each sets ``data-state`` when its script has run.
    assets : tuple of path
        Script and style sheet, in the order in which they are loaded; files of other blocks that it rests on first.
    on_paper : {"kept", "gone"} or callable
        Whether the HTML stays, goes, or is turned into two: for the page and for the key at the end of the book.
    on_slide : str
        What a piece of a slide with it is called; empty if it lives on no slide.
    """

    name: str
    tags: tuple[str, ...]
    assets: tuple[Path, ...]
    on_paper: str | Callable
    on_slide: str = ""

    def files(self, ending: str) -> list[Path]:
        """Its assets with this ending, such as ``.css``."""
        return [file for file in self.assets if file.suffix == ending]

    def is_in(self, page: str) -> bool:
        """Whether the HTML of a page holds it."""
        return any(f"<{tag}" in page for tag in self.tags)


def _both(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.css", folder / f"{name}.js"


#: In the order of their style sheets. A case and a self-test use the look, the seal and the memory of the quiz.
BLOCKS = (
    Block("tell", ("emd-marks",), _both(explore.asset_dir(), "tell"), "gone"),
    Block("explore", ("emd-explore",), (explore.asset_dir() / "figures.js", *_both(explore.asset_dir(), "explore")),
          "kept", "widget"),
    Block("take", ("emd-take",), (explore.asset_dir() / "figures.js", *_both(explore.asset_dir(), "take")), "gone"),
    Block("quiz", ("emd-quiz",), _both(_QUIZ, "quiz"), quiz_on_paper, "quiz"),
    Block("cases", ("emd-case",), (*_both(_QUIZ, "quiz"), *_both(_CASES, "cases")), case_on_paper, "case"),
    Block("selftest", ("emd-selftest",), (*_both(_QUIZ, "quiz"), *_both(_QUIZ, "selftest")), selftest_on_paper),
    Block("practice", ("emd-practice",), (*_both(_QUIZ, "quiz"), *_both(_QUIZ, "practice")), "gone"),
    Block("progress", ("emd-progress",), _both(_COVER, "progress"), "gone"),
    Block("linkbuilder", ("emd-linkbuilder",), _both(_COVER, "linkbuilder"), "gone"),
    Block("classlinks", ("emd-classlinks",),
          (_COVER / "vendor" / "qrcode.js", *_both(_COVER, "classlinks")), "kept"),
    Block("python", ("emd-python",), _both(FRAME, "python"), "kept", "python"),
    Block("choose", ("emd-choose",), _both(FRAME, "choose"), "kept"),
    Block("search", ("emd-search",), (VENDOR / "minisearch.js", *_both(FRAME, "search")), "gone"),
    Block("own", ("emd-own",), (explore.asset_dir() / "figures.js", *_both(FRAME, "python"), FRAME / "own.js"), "gone"),
)
#: Every element that a page may have to wait for.
TAGS = tuple(tag for block in BLOCKS for tag in block.tags)


def asset_folders() -> list[Path]:
    """The folders that the assets of all blocks lie in."""
    return list(dict.fromkeys(file.parent for file in (*BASE, *(f for block in BLOCKS for f in block.assets))))


def assets(ending: str, *, on_slides: bool = False) -> list[Path]:
    """The assets with this ending, each once and in order: of all blocks, or of those that live on slides."""
    return list(dict.fromkeys(file for block in BLOCKS if block.on_slide or not on_slides
                              for file in block.files(ending)))

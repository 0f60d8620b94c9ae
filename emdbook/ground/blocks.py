"""The script that every interactive block of the book begins with, and blocks that bring their own (in a notebook)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["CORE", "asset_dir", "inline"]

#: The script that all others need: the base of the blocks, and a reader's memory.
CORE = "emd-core.js"


def asset_dir() -> Path:
    """The folder with the script that the published page needs once.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


def inline(sheets: Iterable[Path], scripts: Iterable[Path]) -> tuple[str, str]:
    """Sheets and scripts as elements, for a block that stands alone: in a notebook there is no page to bring them.

    Parameters
    ----------
    sheets, scripts : iterable of Path
        In the order in which they apply; the core comes before the first script.

    Returns
    -------
    tuple of (str, str)
        The styles, and the scripts.
    """
    style = "".join(file.read_text(encoding="utf-8") for file in sheets)
    files = (asset_dir() / CORE, *scripts)
    script = "".join(f"<script>{file.read_text(encoding='utf-8')}</script>" for file in files)
    return f"<style>{style}</style>", script

"""The script that every interactive block of the book begins with, and blocks that bring their own (in a notebook)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["CORE", "asset_dir", "inline", "untrusted"]

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
    return f"<style>{style}</style>{untrusted()}", script


def untrusted(more: str = "") -> str:
    """What only a notebook shows that somebody else has run, and that is not trusted yet: what to do.

    Parameters
    ----------
    more : str
        HTML before it, such as a picture.

    Returns
    -------
    str
        With the style that hides it. JupyterLab leaves out styles, scripts and drawings until a reader trusts a
        notebook, so it is seen there and nowhere else.
    """
    return (f'<style>.emd-untrusted{{display:none}}</style><div class="emd-untrusted">{more}<p><em>Somebody else has '
            "run this notebook, so charts are pictures here, and questions and widgets do not answer. Run all cells, "
            "or choose <strong>Trust Notebook</strong> in View, Activate Command Palette.</em></p></div>")

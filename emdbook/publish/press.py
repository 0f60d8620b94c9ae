"""Sphinx with the configuration of the book: ``python -m emdbook.publish.press BUILDER OUTDIR DOCTREES``.

A process of its own, because Sphinx changes things that are global in docutils.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from emdbook.ground.paths import project_dir


def press(builder: str, outdir: Path, doctrees: Path) -> int:
    """Build the book with one of Sphinx's builders, with warnings as errors.

    Parameters
    ----------
    builder : str
        ``html``, ``revealjs``, ``linkcheck``.
    outdir, doctrees : path
        Where pages, and the pages as Sphinx read them, are written.

    Returns
    -------
    int
        0 when it was built.
    """
    from jupyter_book.sphinx import build_sphinx

    root = project_dir()
    code = build_sphinx(
        str(root), str(outdir), noconfig=True, path_config=str(root / "_config.yml"), builder=builder,
        confoverrides={"external_toc_path": str(root / "_toc.yml"), "nitpicky": True, "latex_individualpages": False},
        doctreedir=str(doctrees), warningiserror=True, keep_going=True)
    return code if isinstance(code, int) else 1


if __name__ == "__main__":
    os.chdir(project_dir())
    sys.exit(press(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()))

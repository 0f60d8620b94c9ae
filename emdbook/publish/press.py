"""Sphinx with the configuration of the book: ``python -m emdbook.publish.press BUILDER OUTDIR DOCTREES``.

A process of its own, because Sphinx changes things that are global in docutils.  Without words it loads all that it
needs, waits for one line of JSON with ``words`` and ``environment``, and builds then: what is loaded before an author
saves a file need not be waited for afterwards.
"""

from __future__ import annotations

import importlib
import json
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


#: What the book's configuration loads, and takes three quarters of the time before the first page is read.
_HEAVY = ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme", "sphinx.builders.html",
          "emdbook.publish.web.sphinx_ext")


def main(words: list[str]) -> int:
    """Build with the words of a command line, or wait for them on the standard input.

    Parameters
    ----------
    words : list of str
        Builder, folder of the pages, folder of the doctrees; or none.

    Returns
    -------
    int
        As :func:`press`; 0 if nothing was asked for.
    """
    os.chdir(project_dir())
    if not words:
        for name in _HEAVY:
            importlib.import_module(name)
        line = sys.stdin.readline()
        if not line:  # the preview ended and needed nothing more
            return 0
        asked = json.loads(line)
        os.environ.update(asked["environment"])
        words = asked["words"]
    builder, outdir, doctrees = words
    return press(builder, Path(outdir).resolve(), Path(doctrees).resolve())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

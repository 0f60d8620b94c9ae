"""Where the parts of the project lie on this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

__all__ = ["data_dir", "project_dir"]

#: The name in ``datapackage.json``: the folder above may hold a data package of somebody else.
PACKAGE = "beyond-the-marrow"
_TOOLKIT = Path(__file__).resolve().parents[1]


def _is_data(folder: Path) -> bool:
    """Whether a folder holds the data package of this book.

    One whose descriptor cannot be read counts: its reader must be told, not handed other data in silence.
    """
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        return False
    try:
        found = json.loads(descriptor.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return not isinstance(found, dict) or found.get("name", PACKAGE) == PACKAGE


def _above() -> list[Path]:
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the current folder was removed
        return []
    return [here, *here.parents]


def project_dir() -> Path:
    """Return the folder that holds ``_toc.yml``, ``data/``, ``notebooks/`` and ``emdbook/``.

    It is the one that the toolkit lies in; where the toolkit was installed from a wheel, the nearest one at or above
    the current folder.

    Returns
    -------
    pathlib.Path
        The folder above the toolkit where there is no project at all.
    """
    own = _TOOLKIT.parent
    if (own / "_toc.yml").is_file():
        return own
    return next((f for f in _above() if (f / "_toc.yml").is_file() and _is_data(f / "data")), own)


def data_dir() -> Path:
    """Return the folder of the data package.

    The environment variable ``EMDBOOK_DATA`` names one.  Without it the learner's own copy comes first: the nearest
    ``data/datapackage.json`` of this book at or above the current folder, so that on a shared server everyone reads
    what they can see and change.  Then comes the project that the toolkit lies in, and last the copy that a wheel
    brings along.

    Returns
    -------
    pathlib.Path
    """
    if chosen := os.environ.get("EMDBOOK_DATA", "").strip():
        return Path(chosen).expanduser()
    for folder in _above():
        if _is_data(folder / "data"):
            return folder / "data"
    brought = _TOOLKIT / "_data"
    return brought if _is_data(brought) else _TOOLKIT.parent / "data"

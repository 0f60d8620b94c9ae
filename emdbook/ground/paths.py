"""Where the parts of the project lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["data_dir", "project_dir"]


def project_dir() -> Path:
    """Return the folder that holds ``data/``, ``notebooks/`` and ``emdbook/``.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """Return the folder of the data package.

    The environment variable ``EMDBOOK_DATA`` names another one.

    Returns
    -------
    pathlib.Path
    """
    chosen = os.environ.get("EMDBOOK_DATA", "").strip()
    return Path(chosen).expanduser() if chosen else project_dir() / "data"

"""Toolkit of the book *Beyond the Marrow*: load, check, compute, draw, let the reader choose.

``emdbook.load()`` gives the checked data; the rooms are described in ``CONTRIBUTING.md``.
"""

from emdbook.evidence import Evidence, EvidenceError, load
from emdbook.ground import plain_mistakes

__all__ = ["Evidence", "EvidenceError", "load"]
__version__ = "0.1.0"

plain_mistakes.install()

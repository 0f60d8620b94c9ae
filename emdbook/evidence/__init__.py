"""The facts: reading the data package, checking it, and handing out its tables.

``load()`` reads the package in ``data/`` and either returns :class:`Evidence` or raises one :class:`EvidenceError`
that lists every fault it found as file, row, column, value and rule.
"""

from .faults import EvidenceError, Fault
from .package import Evidence, load

__all__ = ["Evidence", "EvidenceError", "Fault", "load"]

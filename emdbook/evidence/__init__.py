"""The facts: reading the data package, checking it, and handing out its tables.

``load()`` reads the package in ``data/`` and either returns :class:`Evidence` or raises one :class:`EvidenceError`
that lists every fault it found as file, row, column, value and rule.
"""

from emdbook.evidence.package import Evidence, load
from emdbook.ground.faults import EvidenceError, Fault

__all__ = ["Evidence", "EvidenceError", "Fault", "load"]

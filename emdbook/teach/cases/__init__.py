"""Teaching cases: a constructed patient, a choice, what follows from it, and on.

>>> show("relapse-fast")        # doctest: +SKIP
"""

from emdbook.teach.cases.bank import Case, CasesError, Fault, case_files, load_case, load_cases
from emdbook.teach.cases.render import CaseView, asset_dir, facilitator_key, handout, render, show
from emdbook.teach.cases.tables import Folded, branch_table, gap_table

__all__ = [
    "Case",
    "CaseView",
    "CasesError",
    "Fault",
    "Folded",
    "asset_dir",
    "branch_table",
    "case_files",
    "facilitator_key",
    "gap_table",
    "handout",
    "load_case",
    "load_cases",
    "render",
    "show",
]

"""Let a reader change one thing at a time and see what it does to a chart.

One call, three views.  In a live kernel the controls are ipywidgets; on the published page they are native
HTML controls over states drawn when the book is built, with no kernel; for print and GitHub a still stands in.
The environment variable ``EMDBOOK_VIEW`` (``live``, ``page`` or ``still``) chooses; notebooks never do.

>>> from functools import partial
>>> explore(partial(chart, table), title="Which studies to pool?",
...         population=choice("Population", ["EM-E", "EM-B"], "EM-E"))      # doctest: +SKIP
"""

from emdbook.explore.controls import Choice, Layers, OnOff, Stepped, Studies, choice, layers, onoff, stepped, studies
from emdbook.explore.core import Exploration, asset_dir
from emdbook.explore.entry import explore, registry, view
from emdbook.explore.errors import BudgetError, StateError
from emdbook.explore.states import fingerprint

__all__ = [
    "BudgetError",
    "Choice",
    "Exploration",
    "Layers",
    "OnOff",
    "StateError",
    "Stepped",
    "Studies",
    "asset_dir",
    "choice",
    "explore",
    "fingerprint",
    "layers",
    "onoff",
    "registry",
    "stepped",
    "studies",
    "view",
]

"""Which counts a printed percentage allows when some patients could not be assessed."""

from __future__ import annotations

from dataclasses import replace

from emdbook.charts.base import Chart, in_style
from emdbook.charts.intervals import attainable
from emdbook.ground.wording import plural


@in_style
def attainable_without(case: tuple[float, int, int], missing: int = 0) -> Chart:
    """The counts that fit a printed percentage after some patients have been taken from the denominator.

    Parameters
    ----------
    case : tuple of (float, int, int)
        Percentage as printed, number of patients treated, digits after the point.
    missing : int
        Patients who, we suppose, could not be assessed.

    Returns
    -------
    Chart
        See :func:`emdbook.charts.attainable`; the description names the supposition.

    Raises
    ------
    ValueError
        If fewer than none or all patients are missing, and for an impossible percentage.
    """
    shown, n, decimals = case
    if not 0 <= missing < n:
        raise ValueError(f"Of {n} patients {missing} cannot be missing.")
    chart = attainable(shown, n - missing, decimals)
    lead = f"All {n} patients assessed." if missing == 0 else \
        f"Suppose that {missing} of {plural(n, 'patient')} could not be assessed, which leaves {n - missing}."
    return replace(chart, description=f"{lead} {chart.description}")

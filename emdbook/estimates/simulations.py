"""Constructed examples: ways in which a comparison without randomisation misleads.

Nothing here is data. All are small models in which the truth is known because it was put in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from emdbook.estimates.checks import check_number, check_positive, check_rng, check_several, check_share
from emdbook.estimates.counts import as_whole


@dataclass(frozen=True)
class ImmortalTime:
    """Result of :func:`simulate_immortal_time`. Medians are from diagnosis unless named ``landmark``.

    The fields that end in ``_expected`` are closed forms of the model; the others are what this sample showed
    (``nan`` where a group is empty). ``times`` and ``transplanted`` hold one entry per patient.
    """

    times: np.ndarray
    transplanted: np.ndarray
    transplant_at: float
    true_median: float
    naive_transplanted: float
    naive_never: float
    naive_transplanted_expected: float
    naive_never_expected: float
    landmark_transplanted: float
    landmark_never: float
    landmark_expected: float
    n_transplanted: int
    n_never: int
    n_landmark_never: int


def immortal_time_medians(median: float, transplant_at: float, p_selected: float) -> dict[str, float]:
    """Closed-form medians of the model of :func:`simulate_immortal_time`.

    Returns
    -------
    dict
        ``naive_transplanted``: with a constant risk, those who lived to be transplanted live one more median,
        so it is ``transplant_at + median``. ``naive_never``: the median of everyone else, the early deaths
        included. ``landmark``: the median from the landmark on, equal in both groups.
    """
    middle = check_positive(median, "The median survival")
    start = check_number(transplant_at, "The time of transplant")
    if start < 0:
        raise ValueError(f"The time of transplant must not be below 0, not {transplant_at!r}.")
    p = check_share(p_selected, "The share selected for transplant")
    alive = 2.0 ** (-start / middle)
    never = 1 - p * alive  # share of all patients who are never transplanted
    if never == 0:
        naive_never = math.nan
    else:
        # Survival among the never transplanted is (S(t) - p S(t0)) / never before t0 and
        # (1 - p) S(t) / never after it. It is one half where S(t) equals the target.
        target = never / 2 + p * alive
        if target < alive:
            target = never / (2 * (1 - p))
        naive_never = -middle * math.log2(target)
    return {"naive_transplanted": start + middle, "naive_never": naive_never, "landmark": middle}


def simulate_immortal_time(
    n_patients: int = 2000,
    median: float = 24.0,
    transplant_at: float = 6.0,
    p_selected: float = 0.5,
    seed: int | np.random.Generator = 2025,
) -> ImmortalTime:
    """Immortal time: a transplant without any effect that looks as if it saved lives.

    Every patient's survival is exponential with the same median. At ``transplant_at`` each patient still
    alive is transplanted with probability ``p_selected``; the transplant changes nothing. Comparing "ever"
    with "never transplanted" from diagnosis credits the transplant with the time its patients had to live to
    get it. A landmark analysis counts from ``transplant_at``, among those alive then, and finds no
    difference.

    Parameters
    ----------
    n_patients : int
        Patients in the sample, at least 1.
    median, transplant_at : float
        Median survival and time of transplant, in months.
    p_selected : float
        Share of the patients alive at ``transplant_at`` who are transplanted, 0 to 1.
    seed : int or numpy.random.Generator
        Fixed by default, so that a page shows the same numbers every time.

    Returns
    -------
    ImmortalTime

    References
    ----------
    Suissa S, Am J Epidemiol 2008;167:492-499 (immortal time). Anderson JR, Cain KC, Gelber RD, J Clin Oncol
    1983;1:710-719 (landmark method).
    """
    size = as_whole(n_patients, "The number of patients", least=1)
    expected = immortal_time_medians(median, transplant_at, p_selected)
    rng = check_rng(seed)
    start = float(transplant_at)
    times = rng.exponential(float(median) / math.log(2), size)
    chosen = rng.random(size) < float(p_selected)
    alive = times > start
    transplanted = alive & chosen
    waiting = alive & ~chosen
    return ImmortalTime(
        times=times,
        transplanted=transplanted,
        transplant_at=start,
        true_median=float(median),
        naive_transplanted=_median(times[transplanted]),
        naive_never=_median(times[~transplanted]),
        naive_transplanted_expected=expected["naive_transplanted"],
        naive_never_expected=expected["naive_never"],
        landmark_transplanted=_median(times[transplanted] - start),
        landmark_never=_median(times[waiting] - start),
        landmark_expected=expected["landmark"],
        n_transplanted=int(transplanted.sum()),
        n_never=int((~transplanted).sum()),
        n_landmark_never=int(waiting.sum()),
    )


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else math.nan


def case_mix(
    shares_em_e: Mapping[str, float], response_em_e: float, response_em_b: float, patients: int = 100
) -> list[dict[str, Any]]:
    """Overall response of groups that differ only in who is in them.

    In every group patients with EM-E respond at ``response_em_e`` and patients with EM-B at
    ``response_em_b``. The groups differ only in the share with EM-E, and yet their overall rates differ.

    Parameters
    ----------
    shares_em_e : mapping of str to float
        For each group (a therapy, a hospital, a study) the share of its patients with EM-E, 0 to 1.
    response_em_e, response_em_b : float
        The response in each stratum, the same everywhere, 0 to 1.
    patients : int
        Size of each group, for the expected numbers.

    Returns
    -------
    list of dict
        One row per group: ``group``, ``share_em_e``, ``response_em_e``, ``response_em_b``, ``overall`` (the
        mixture ``share * em_e + (1 - share) * em_b``), ``patients`` and ``expected_responders``. It makes a
        table with ``pandas.DataFrame(rows)``.
    """
    size = as_whole(patients, "The number of patients", least=1)
    em_e = check_share(response_em_e, "The response in EM-E")
    em_b = check_share(response_em_b, "The response in EM-B")
    if not isinstance(shares_em_e, Mapping) or not shares_em_e:
        raise ValueError("Give at least one group with its share of EM-E, for example {'therapy A': 0.2}.")
    rows = []
    for group, given in shares_em_e.items():
        share = check_share(given, f"The share of EM-E in {group}")
        overall = share * em_e + (1 - share) * em_b
        rows.append(
            {
                "group": group,
                "share_em_e": share,
                "response_em_e": em_e,
                "response_em_b": em_b,
                "overall": overall,
                "patients": size,
                "expected_responders": overall * size,
            }
        )
    return rows


def mixture_median(medians: Sequence[float], weights: Sequence[float]) -> float:
    """The median survival of a mixture of groups, each with a constant risk of death.

    Parameters
    ----------
    medians : sequence of float
        One per group, in months, above 0.
    weights : sequence of float
        Patients or shares of each group, none below 0, not all 0.

    Returns
    -------
    float
        Months at which half of all are alive.

    Raises
    ------
    ValueError
        If the lengths differ or a number is out of its range.

    Notes
    -----
    Solves ``sum(w * 2 ** (-t / m)) = sum(w) / 2`` for ``t``; it lies between the least and the greatest median.
    """
    medians = [check_positive(m, "A median") for m in check_several(medians, "The medians")]
    weights = [check_number(w, "A weight") for w in check_several(weights, "The weights")]
    if len(medians) != len(weights) or not medians:
        raise ValueError("There must be as many medians as weights, and at least one.")
    if min(weights) < 0 or not sum(weights):
        raise ValueError("No weight may lie below 0, and one must lie above it.")
    present = [m for m, w in zip(medians, weights, strict=True) if w]
    if min(present) == max(present):
        return present[0]

    def more_than_half(t: float) -> float:
        return sum(w * 2 ** (-t / m) for m, w in zip(medians, weights, strict=True)) - sum(weights) / 2

    return float(scipy.optimize.brentq(more_than_half, min(present), max(present)))

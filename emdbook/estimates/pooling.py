"""Pooling proportions across studies on the logit scale.

The estimator is written out here instead of taken from PyMARE or statsmodels, for two reasons. First, this
book promises the numbers of R's ``metafor`` to 1e-5, and ``metafor`` stops its search for the variance
between studies (Fisher scoring) when a step is smaller than 1e-5. PyMARE searches the same likelihood to a
finer point; on the reference data sets its I² was off by up to 6e-4 percentage points from what a reader gets
from ``rma()``. Secondly, neither offers ``metafor``'s continuity rule, prediction interval and definition of
I² together. The tests hold PyMARE's REML and this one against each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from emdbook.estimates.checks import check_choice, check_count, check_level, check_positive
from emdbook.estimates.intervals import proportion_interval

#: Estimators of the variance between studies. ``FE`` sets it to 0 (one common proportion).
TAU2_METHODS = ("REML", "DL", "ML", "FE")
#: ``hartung-knapp`` is metafor's ``test="knha"``, ``normal`` its ``test="z"``.
CI_METHODS = ("hartung-knapp", "normal")
#: Largest over smallest sampling variance from which on the larger study decides alone; metafor warns there too.
LOPSIDED = 1e7


@dataclass(frozen=True)
class Pooled:
    """Result of :func:`pool_proportions`.

    ``estimate``, the confidence limits and the prediction limits are proportions from 0 to 1. ``tau2`` is on
    the logit scale, ``i2`` in percent as metafor prints it. ``weights`` are fractions that add to 1. The
    prediction limits are ``None`` where there is no prediction interval: for one study, and for the model
    ``FE``. ``note`` holds the sentences without which the numbers would mislead, else nothing; whoever shows
    the numbers shows them too. ``ci_method`` is the method that was asked for, ``ci_used`` the one whose
    limits these are: a Hartung-Knapp interval that would be narrower than the normal one is not shown.
    """

    estimate: float
    ci_low: float
    ci_high: float
    prediction_low: float | None
    prediction_high: float | None
    tau2: float
    i2: float
    q: float
    q_p: float
    k: int
    weights: tuple[float, ...]
    tau2_method: str
    ci_method: str
    level: float
    note: str = ""
    ci_used: str = ""


def logit_effects(events: Sequence[int], n: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of each study and their sampling variances, as ``metafor::escalc(measure="PLO")`` gives them.

    Parameters
    ----------
    events, n : sequence of int
        One pair per study.

    Returns
    -------
    effects, variances : numpy.ndarray
        ``log(events / (n - events))`` and ``1 / events + 1 / (n - events)``. Where a study has 0 of n or n of
        n, 1/2 is added to both cells of that study only (metafor's ``add=1/2, to="only0"``).

    References
    ----------
    Viechtbauer W, J Stat Softw 2010;36(3):1-48.
    """
    pairs = _pairs(events, n)
    hit = np.array([pair[0] for pair in pairs], dtype=float)
    miss = np.array([pair[1] - pair[0] for pair in pairs], dtype=float)
    add = np.where((hit == 0) | (miss == 0), 0.5, 0.0)
    hit, miss = hit + add, miss + add
    return np.log(hit / miss), 1 / hit + 1 / miss


def pool_proportions(
    events: Sequence[int],
    n: Sequence[int],
    tau2_method: str = "REML",
    ci_method: str = "hartung-knapp",
    level: float = 0.95,
    *,
    threshold: float = 1e-5,
    never_narrower: bool = True,
) -> Pooled:
    """Random-effects pool of proportions on the logit scale, transformed back to proportions.

    It gives the numbers of R's ``rma(xi, ni, measure="PLO", method=tau2_method, test="knha" or "z")`` and of
    ``predict(..., transf=transf.ilogit)``, with one difference that ``never_narrower`` switches off.

    Parameters
    ----------
    events, n : sequence of int
        One pair per study.
    tau2_method : {"REML", "DL", "ML", "FE"}
        Estimator of the variance between studies: restricted maximum likelihood, DerSimonian and Laird
        (1986), maximum likelihood, or none (one common proportion).
    ci_method : {"hartung-knapp", "normal"}
        ``hartung-knapp`` rescales the variance of the mean and uses the t distribution with ``k - 1`` degrees
        of freedom (Hartung and Knapp 2001); ``normal`` is the Wald interval.
    level : float
        Level of the confidence and the prediction interval.
    threshold : float
        Fisher scoring (REML and ML) stops when a step is smaller than this. The default is metafor's own. Where
        sampling variances are tiny (n beyond some ten thousand) a hundredth of the smallest is taken instead,
        because a step of 1e-5 would then be larger than what is sought.
    never_narrower : bool
        Where the Hartung-Knapp interval is narrower than the normal one, give the normal one, which is wider,
        and say so in ``note``. ``False`` gives metafor's ``test="knha"`` as it is.

    Returns
    -------
    Pooled
        One study alone gives that study's own proportion and Wilson interval (not a logit interval, and no
        1/2 added), no prediction interval, and ``tau2``, ``i2`` and ``q`` of 0.

    Raises
    ------
    ValueError
        If there is no study, the lists differ in length, or a count, method or level is impossible.

    Notes
    -----
    The result is the inverse logit of a mean log odds. It estimates the proportion of a typical study (a
    median over studies), not the mean proportion. Where studies agree more closely than chance allows, the
    Hartung-Knapp interval is narrower than the normal one, and of no width at all for identical studies. Such
    an interval is an accident of few studies and not a finding, so the wider of the two is given, as R's
    ``meta`` offers with ``adhoc.hakn.ci``.

    References
    ----------
    DerSimonian R, Laird N, Control Clin Trials 1986;7:177-188. Hartung J, Knapp G, Stat Med
    2001;20:3875-3889. Higgins JPT, Thompson SG, Stat Med 2002;21:1539-1558 (I²). Viechtbauer W, J Educ Behav
    Stat 2005;30:261-293 (REML by Fisher scoring) and J Stat Softw 2010;36(3):1-48 (metafor).
    """
    check_choice(tau2_method, TAU2_METHODS, "The method for the variance between studies")
    check_choice(ci_method, CI_METHODS, "The interval method of the pool")
    level = check_level(level)
    threshold = check_positive(threshold, "The threshold")
    pairs = _pairs(events, n)
    k = len(pairs)
    if k == 1:
        own = proportion_interval(*pairs[0], method="wilson", level=level)
        return Pooled(
            own.estimate, own.ci_low, own.ci_high, None, None, 0.0, 0.0, 0.0, 1.0, 1, (1.0,), tau2_method,
            "wilson", level, "One study alone: its own proportion and Wilson interval. Nothing is pooled.", "wilson",
        )  # fmt: skip

    y, v = logit_effects(*zip(*pairs, strict=True))
    tau2 = _between_study_variance(y, v, tau2_method, min(threshold, 0.01 * float(v.min())))
    w = 1 / (v + tau2)
    mean = float(np.sum(w * y) / np.sum(w))
    variance = 1 / float(np.sum(w))
    normal = float(scipy.stats.norm.ppf((1 + level) / 2))
    half, ahead = normal * math.sqrt(variance), normal * math.sqrt(variance + tau2)
    narrower = False
    if ci_method == "hartung-knapp":
        spread = float(np.sum(w * (y - mean) ** 2))
        scaled = variance * (0.0 if spread <= np.finfo(float).eps else spread / (k - 1))
        quantile = float(scipy.stats.t.ppf((1 + level) / 2, k - 1))
        own_half, own_ahead = quantile * math.sqrt(scaled), quantile * math.sqrt(scaled + tau2)
        narrower = own_half < half * (1 - 1e-9)
        if not (narrower and never_narrower):
            half = own_half
        ahead = max(ahead, own_ahead) if narrower and never_narrower else own_ahead
    predicted = None if tau2_method == "FE" else ahead
    q = _cochran_q(y, v)
    i2 = _i_squared(v, tau2, q, tau2_method)
    return Pooled(
        estimate=float(scipy.special.expit(mean)),
        ci_low=float(scipy.special.expit(mean - half)),
        ci_high=float(scipy.special.expit(mean + half)),
        prediction_low=None if predicted is None else float(scipy.special.expit(mean - predicted)),
        prediction_high=None if predicted is None else float(scipy.special.expit(mean + predicted)),
        tau2=tau2,
        i2=i2,
        q=q,
        q_p=float(scipy.stats.chi2.sf(q, k - 1)),
        k=k,
        weights=tuple(float(x) for x in w / np.sum(w)),
        tau2_method=tau2_method,
        ci_method=ci_method,
        level=level,
        note=" ".join(_notes(pairs, v, tau2_method, i2, narrower=narrower, never_narrower=never_narrower)),
        ci_used="normal" if narrower and never_narrower else ci_method,
    )


def _notes(
    pairs: list[tuple[int, int]], v: np.ndarray, tau2_method: str, i2: float, *, narrower: bool, never_narrower: bool
) -> list[str]:
    """What a reader has to be told wherever the pooled numbers are shown."""
    notes = []
    if narrower:
        notes.append(
            "The Hartung-Knapp interval would be narrower than the normal one here, so the normal one, which is "
            "wider, is shown."
            if never_narrower
            else "Here the Hartung-Knapp interval is narrower than the normal one. Read it with care."
        )
    if tau2_method != "FE" and i2 < 0.5:
        # a variance of zero is what few small studies give whether or not they agree
        notes.append(
            f"The variance between the {len(pairs)} studies is estimated as zero; that does not show that they agree."
        )
    edge = sum(events in (0, n) for events, n in pairs)
    if edge:
        notes.append(
            f"In {edge} of the {len(pairs)} studies nobody or everybody had the event, so 1/2 was added to both "
            f"counts of {'that study' if edge == 1 else 'these studies'}."
        )
    if float(v.max() / v.min()) >= LOPSIDED:
        notes.append("One study is so much larger than another that it decides the result alone.")
    return notes


def _pairs(events: Sequence[int], n: Sequence[int]) -> list[tuple[int, int]]:
    try:
        counts, totals = list(events), list(n)
    except TypeError:
        raise ValueError("Events and n must be lists with one number per study.") from None
    if not counts and not totals:
        raise ValueError("There is no study to pool.")
    if len(counts) != len(totals):
        raise ValueError(f"Each study needs both numbers: {len(counts)} events but {len(totals)} n were given.")
    return [check_count(count, total) for count, total in zip(counts, totals, strict=True)]


def _cochran_q(y: np.ndarray, v: np.ndarray) -> float:
    w = 1 / v
    mean = np.sum(w * y) / np.sum(w)
    return float(np.sum(w * (y - mean) ** 2))


def _i_squared(v: np.ndarray, tau2: float, q: float, tau2_method: str) -> float:
    """I² in percent: from tau² and the typical sampling variance, or from Q where tau² is fixed at 0."""
    k = len(v)
    if tau2_method == "FE":
        return 0.0 if q <= k - 1 else 100 * (q - (k - 1)) / q
    w = 1 / v
    typical = (k - 1) / float(np.sum(w) - np.sum(w**2) / np.sum(w))
    return 100 * tau2 / (typical + tau2)


def _between_study_variance(y: np.ndarray, v: np.ndarray, method: str, threshold: float) -> float:
    if method == "FE":
        return 0.0
    if method == "DL":
        w = 1 / v
        scale = float(np.sum(w) - np.sum(w**2) / np.sum(w))
        return max(0.0, (_cochran_q(y, v) - (len(y) - 1)) / scale)
    tau2 = _fisher_scoring(y, v, method, threshold)
    if tau2 is None:
        tau2 = _search(y, v, method)
    # metafor's guard: a local maximum that is worse than no variance between studies is not an answer.
    if tau2 > threshold and _log_likelihood(0.0, y, v, method) - _log_likelihood(tau2, y, v, method) > 1e-4:
        return 0.0
    return tau2


def _fisher_scoring(y: np.ndarray, v: np.ndarray, method: str, threshold: float) -> float | None:
    """Fisher scoring from the Hedges estimate, step halving at 0, as metafor; None if it does not settle."""
    tau2 = max(0.0, float(np.var(y, ddof=1) - np.mean(v)))
    for _ in range(max(100, round(100 * -math.log10(threshold)))):
        w = 1 / (v + tau2)
        total = np.sum(w)
        residual = y - np.sum(w * y) / total
        quadratic = np.sum(w**2 * residual**2)
        if method == "REML":
            trace = total - np.sum(w**2) / total
            information = np.sum(w**2) - 2 * np.sum(w**3) / total + (np.sum(w**2) / total) ** 2
        else:
            trace, information = total, np.sum(w**2)
        step = float((quadratic - trace) / information)
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= threshold:
            return tau2
    return None


def _log_likelihood(tau2: float, y: np.ndarray, v: np.ndarray, method: str) -> float:
    """Profile log-likelihood of tau² (restricted for REML), up to a constant."""
    w = 1 / (v + tau2)
    total = np.sum(w)
    spread = np.sum(w * (y - np.sum(w * y) / total) ** 2)
    value = 0.5 * np.sum(np.log(w)) - 0.5 * spread
    return float(value - 0.5 * np.log(total) if method == "REML" else value)


def _search(y: np.ndarray, v: np.ndarray, method: str) -> float:
    """Maximise the likelihood over a grid and refine; used where Fisher scoring does not settle."""
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1e4, 241)])
    heights = [_log_likelihood(float(t), y, v, method) for t in grid]
    best = int(np.argmax(heights))
    bounds = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)]))
    found = scipy.optimize.minimize_scalar(
        lambda t: -_log_likelihood(float(t), y, v, method),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x) if -found.fun > heights[best] else float(grid[best])

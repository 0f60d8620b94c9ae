"""A constructed model of target density: how many cells carry enough of a target to be killed.

Nothing here is data. One cell carries a density drawn from a log-normal distribution, and a cell is killed if its
density reaches a threshold.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy

from emdbook.estimates.checks import check_positive


def share_above(middle: Any, spread: Any, threshold: Any) -> float:
    """Share of cells whose density reaches the threshold.

    Parameters
    ----------
    middle : float
        Median density, in any unit above 0.
    spread : float
        Standard deviation of the density's logarithm to base 10, above 0.
    threshold : float
        Density from which on a cell is killed, in the unit of ``middle``.

    Returns
    -------
    float
        Fraction from 0 to 1: the normal distribution function at
        ``(log10 middle - log10 threshold) / spread``. It is one half where the median lies on the threshold.

    Raises
    ------
    ValueError
        If a number is not above 0.
    """
    middle = check_positive(middle, "The median density")
    spread = check_positive(spread, "The spread")
    threshold = check_positive(threshold, "The threshold")
    return float(scipy.stats.norm.cdf((math.log10(middle) - math.log10(threshold)) / spread))


def density_curve(log_density: np.ndarray, middle: Any, spread: Any) -> np.ndarray:
    """Height of the distribution of cells at some densities.

    Parameters
    ----------
    log_density : numpy.ndarray
        Logarithms to base 10 of the densities.
    middle, spread : float
        See :func:`share_above`.

    Returns
    -------
    numpy.ndarray
        Cells per unit of the logarithm; the area under the whole curve is 1.

    Raises
    ------
    ValueError
        If a number is not above 0.
    """
    middle = check_positive(middle, "The median density")
    spread = check_positive(spread, "The spread")
    return scipy.stats.norm.pdf(np.asarray(log_density, float), math.log10(middle), spread)

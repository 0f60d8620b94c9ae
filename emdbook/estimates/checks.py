"""Plain-word checks of input, shared by the estimates."""

from __future__ import annotations

from typing import Any

import numpy as np

from emdbook.estimates.counts import as_finite, as_whole


def check_level(level: Any) -> float:
    """Return the confidence level as a float strictly between 0 and 1."""
    number = check_number(level, "The confidence level")
    if not 0 < number < 1:
        raise ValueError(f"The confidence level lies between 0 and 1, for example 0.95; {level!r} does not.")
    return number


def check_number(value: Any, what: str) -> float:
    """Return ``value`` as a finite float."""
    return as_finite(value, f"{what} must be a finite number, not {value!r}.")


def check_positive(value: Any, what: str) -> float:
    """Return ``value`` as a float above 0."""
    number = check_number(value, what)
    if number <= 0:
        raise ValueError(f"{what} must be above 0, not {value!r}.")
    return number


def check_share(value: Any, what: str) -> float:
    """Return ``value`` as a float from 0 to 1."""
    number = check_number(value, what)
    if not 0 <= number <= 1:
        raise ValueError(f"{what} must lie between 0 and 1, not {value!r}.")
    return number


def check_percent(value: Any, what: str, most: float = 100) -> float:
    """Return ``value`` as a float from 0 to ``most`` percent."""
    number = check_number(value, what)
    if not 0 <= number <= most:
        raise ValueError(f"{what} must lie between 0 and {most:g}%, not at {value!r}.")
    return number


def check_several(values: Any, what: str, many: int | None = None) -> list:
    """Return ``values`` as a list, of so many if that is said; a text is one value and not several."""
    problem = f"{what} must be {'several' if many is None else many} values, not {values!r}."
    if isinstance(values, (str, bytes)):
        raise ValueError(problem)
    try:
        found = list(values)
    except TypeError:
        raise ValueError(problem) from None
    if many is not None and len(found) != many:
        raise ValueError(problem)
    return found


def check_count(events: Any, n: Any) -> tuple[int, int]:
    """Return ``events`` of ``n`` as whole numbers with ``0 <= events <= n`` and ``n >= 1``."""
    total = as_whole(n, "The number of patients n", least=1)
    count = as_whole(events, "The number of events")
    if count > total:
        raise ValueError(f"There cannot be more events than patients: {count} of {total}.")
    return count, total


def check_choice(value: Any, choices: tuple[str, ...], what: str) -> str:
    """Return ``value`` if it is one of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{what} {value!r} is not known; choose one of {', '.join(choices)}.")
    return value


def check_rng(seed: Any) -> np.random.Generator:
    """Return a numpy generator; a seed is asked for, so that every run of a page shows the same numbers."""
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(as_whole(seed, "The seed"))

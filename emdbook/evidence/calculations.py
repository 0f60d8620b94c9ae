"""The calculations that a ``calc:`` link may name.

``[18.6 to 55.9%](calc:clopper-pearson/majestec-1.em-e.orr.primary#interval)`` names one calculation, the rows it works
on and the fields of its result. The same functions that the charts use do the work, so a sentence and the chart beside
it cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from emdbook.estimates import (
    INTERVAL_METHODS,
    PRIORS,
    attainable_counts,
    binomial_posterior,
    pool_proportions,
    proportion_interval,
    ratio_of_ratios,
    risk_difference,
    risk_ratio,
)
from emdbook.evidence.figures import Quantity, Reading
from emdbook.ground.wording import is_missing

#: What a calculation gives: its fields by name.
Result = dict[str, Quantity]


class CannotCompute(ValueError):
    """The rows of a link do not allow its calculation; the message says why."""


def _percent(value: float) -> Quantity:
    return Quantity(100 * value, "percent")


def _points(value: float) -> Quantity:
    return Quantity(100 * value, "points")


def _count(value: float) -> Quantity:
    return Quantity(float(value), "count")


def _rows(readings: Sequence[Reading], exactly: int | None = None, least: int = 1) -> None:
    if exactly is not None and len(readings) != exactly:
        raise CannotCompute(f"needs {exactly} row{'s' * (exactly != 1)}, joined by +, and {len(readings)} are named")
    if len(readings) < least:
        raise CannotCompute(f"needs at least {least} rows, joined by +")


def _get(reading: Reading, name: str) -> Quantity:
    try:
        return reading.quantity(name)
    except LookupError as error:
        raise CannotCompute(str(error)) from None


def _events(reading: Reading) -> tuple[int, int]:
    return int(_get(reading, "events").value), int(_get(reading, "n").value)


def _percentage(reading: Reading) -> Quantity:
    found = _get(reading, "value")
    if found.unit != "percent":
        raise CannotCompute(f"{reading.row_id} is no percentage")
    return found


def _same_unit(readings: Sequence[Reading]) -> list[Quantity]:
    found = [_get(reading, "value") for reading in readings]
    if len({q.unit for q in found}) > 1:
        raise CannotCompute(f"{' and '.join(r.row_id for r in readings)} have different units")
    return found


def _no_shared_patients(readings: Sequence[Reading], evidence) -> None:
    arms = [str(evidence.outcome(r.row_id)["arm_id"]) for r in readings if r.table == "outcomes"]
    for first, second in combinations(arms, 2):
        others = evidence.arm(second)["overlaps_with"]
        if first == second or (not is_missing(others) and first in str(others).split(";")):
            raise CannotCompute(f"{second} shares patients with {'itself' if first == second else first}")


def _estimate(estimate: float, low: float, high: float, as_: Callable[[float], Quantity]) -> Result:
    return {"estimate": as_(estimate), "low": as_(low), "high": as_(high)}


def _interval(method: str) -> Callable:
    def compute(readings, evidence) -> Result:
        _rows(readings, 1)
        found = proportion_interval(*_events(readings[0]), method=method)
        return {**_estimate(found.estimate, found.ci_low, found.ci_high, _percent),
                "width": _points(found.ci_high - found.ci_low)}

    return compute


def _credible(prior: str) -> Callable:
    def compute(readings, evidence) -> Result:
        _rows(readings, 1)
        found = binomial_posterior(*_events(readings[0]), prior=prior)
        return _estimate(found.median, found.ci_low, found.ci_high, _percent)

    return compute


def _share_of_events(readings, evidence) -> Result:
    """Events of the first row among its own patients, or among those of a second row."""
    if len(readings) > 2:
        raise CannotCompute("needs one row or two, joined by +")
    events, n = _get(readings[0], "events").value, _get(readings[-1], "n").value
    if events > n:
        raise CannotCompute(f"{readings[-1].row_id} has fewer patients than {readings[0].row_id} has events")
    return {"value": _percent(events / n), "events": _count(events), "n": _count(n)}


def _complement(readings, evidence) -> Result:
    _rows(readings, 1)
    return {"value": Quantity(100 - _percentage(readings[0]).value, "percent")}


def _non_responders(readings, evidence) -> Result:
    _rows(readings, 1)
    events, n = _events(readings[0])
    return {"events": _count(n - events), "n": _count(n)}


def _difference(readings, evidence) -> Result:
    _rows(readings, 2)
    first, second = _same_unit(readings)
    return {"value": Quantity(first.value - second.value, "points" if first.unit == "percent" else first.unit)}


def _difference_ci(readings, evidence) -> Result:
    _rows(readings, 2)
    _no_shared_patients(readings, evidence)
    found = risk_difference(*_events(readings[0]), *_events(readings[1]))
    return _estimate(found.estimate, found.ci_low, found.ci_high, _points)


def _risk_ratio(readings, evidence) -> Result:
    _rows(readings, 2)
    _no_shared_patients(readings, evidence)
    found = risk_ratio(*_events(readings[0]), *_events(readings[1]))
    return _estimate(found.estimate, found.ci_low, found.ci_high, lambda x: Quantity(x, "ratio"))


def _interaction(readings, evidence) -> Result:
    _rows(readings, 2)
    _no_shared_patients(readings, evidence)
    for reading in readings:
        if _get(reading, "value").unit != "ratio":
            raise CannotCompute(f"{reading.row_id} is no ratio")
    found = ratio_of_ratios(*(tuple(_get(r, name).value for name in ("value", "low", "high")) for r in readings))
    return _estimate(found.estimate, found.ci_low, found.ci_high, lambda x: Quantity(x, "ratio"))


def _times(readings, evidence) -> Result:
    _rows(readings, 2)
    first, second = _same_unit(readings)
    if not second.value:
        raise CannotCompute(f"{readings[0].row_id} cannot be divided by {readings[1].row_id}")
    return {"value": Quantity(first.value / second.value, "ratio"), "percent": _percent(first.value / second.value)}


def _sum(readings, evidence) -> Result:
    _rows(readings, least=2)
    n = sum(_get(r, "n").value for r in readings)
    counted = all(r.events is not None for r in readings)
    return ({"events": _count(sum(r.events for r in readings))} if counted else {}) | {"n": _count(n)}


def _rest(readings, evidence) -> Result:
    _rows(readings, 2)
    whole, part = readings
    n = _get(whole, "n").value - _get(part, "n").value
    if n <= 0:
        raise CannotCompute(f"{part.row_id} has no fewer patients than {whole.row_id}")
    if whole.events is None or part.events is None:
        return {"n": _count(n)}
    events = whole.events - part.events
    return {"events": _count(events), "n": _count(n), "value": _percent(events / n)}


def _share(readings, evidence) -> Result:
    _rows(readings, 2)
    part, whole = (_get(r, "n").value for r in readings)
    if part > whole:
        raise CannotCompute(f"{readings[0].row_id} has more patients than {readings[1].row_id}")
    return {"value": _percent(part / whole)}


def _fitting(reading: Reading) -> list[int]:
    _percentage(reading)
    printed = reading.printed["value"]  # 40.0 and 40 allow different counts
    return attainable_counts(printed, int(_get(reading, "n").value), reading.decimals)


def _attainable(readings, evidence) -> Result:
    _rows(readings, 1)
    counts = _fitting(readings[0])
    if not counts:
        raise CannotCompute(f"no count of {readings[0].row_id} gives its percentage; write calc:fits-none")
    found = {"low": _count(min(counts)), "high": _count(max(counts)), "number": _count(len(counts)),
             "n": _get(readings[0], "n")}
    return found | ({"events": _count(counts[0])} if len(counts) == 1 else {})


def _fits_none(readings, evidence) -> Result:
    _rows(readings, 1)
    counts = _fitting(readings[0])
    if counts:
        raise CannotCompute(f"{', '.join(map(str, counts))} of {readings[0].row_id} gives its percentage")
    return {"value": _get(readings[0], "value"), "n": _get(readings[0], "n")}


def _pool(readings, evidence):
    _rows(readings, least=2)
    _no_shared_patients(readings, evidence)
    pairs = [_events(reading) for reading in readings]
    return pool_proportions([e for e, _ in pairs], [n for _, n in pairs])


def _pooled(readings, evidence) -> Result:
    found = _pool(readings, evidence)
    return {**_estimate(found.estimate, found.ci_low, found.ci_high, _percent), "i2": Quantity(found.i2, "percent")}


def _prediction(readings, evidence) -> Result:
    found = _pool(readings, evidence)
    return _estimate(found.estimate, found.prediction_low, found.prediction_high, _percent)


def _range(readings, evidence) -> Result:
    _rows(readings, least=2)
    values = _same_unit(readings)
    return {"low": min(values), "high": max(values)}


def _how_many(readings, evidence) -> Result:
    return {"value": _count(len({reading.row_id for reading in readings}))}


#: Every calculation by the name that a link uses.
CALCULATIONS: dict[str, Callable[[Sequence[Reading], object], Result]] = {
    **{method: _interval(method) for method in INTERVAL_METHODS},
    **{f"credible-{prior}": _credible(prior) for prior in PRIORS},
    "percent": _share_of_events,
    "complement": _complement,
    "non-responders": _non_responders,
    "difference": _difference,
    "difference-ci": _difference_ci,
    "risk-ratio": _risk_ratio,
    "interaction": _interaction,
    "times": _times,
    "sum": _sum,
    "rest": _rest,
    "share": _share,
    "attainable": _attainable,
    "fits-none": _fits_none,
    "pooled": _pooled,
    "prediction": _prediction,
    "range": _range,
    "how-many": _how_many,
}

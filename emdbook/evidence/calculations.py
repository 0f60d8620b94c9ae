"""The calculations that a ``calc:`` link of a chapter may name.

``[18.6 to 55.9%](calc:clopper-pearson/majestec-1.em-e.orr.primary)`` names one calculation and the rows it works on.
Each calculation returns the readings that its link may print: lists of numbers in the order in which they are read.
The same functions that the charts use do the work, so a sentence and the chart beside it cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from emdbook.estimates import (
    INTERVAL_METHODS,
    PRIORS,
    attainable_counts,
    binomial_posterior,
    pool_proportions,
    proportion_interval,
    risk_difference,
    risk_ratio,
)
from emdbook.ground.wording import is_missing


class Quantity(NamedTuple):
    """A number with the kind of unit that may be printed behind it."""

    value: float
    unit: str


#: The readings a link may print; each is a list of quantities in reading order.
Readings = list[list[Quantity]]


class CannotCompute(ValueError):
    """The rows of a link do not allow its calculation; the message says why."""


def _percent(value: float) -> Quantity:
    return Quantity(100 * value, "percent")


def _points(value: float) -> Quantity:
    return Quantity(100 * value, "points")


def _count(value: float) -> Quantity:
    return Quantity(value, "count")


def _rows(records: Sequence, exactly: int | None = None, least: int = 1) -> None:
    if exactly is not None and len(records) != exactly:
        raise CannotCompute(f"needs {exactly} row{'s' * (exactly != 1)}, joined by +, and {len(records)} are named")
    if len(records) < least:
        raise CannotCompute(f"needs at least {least} rows, joined by +")


def _field(record, name: str) -> float:
    if name not in record or is_missing(record[name]):
        raise CannotCompute(f"{record.name} has no {name}")
    return float(record[name])


def _events(record) -> tuple[int, int]:
    return int(_field(record, "events")), int(_field(record, "n"))


def _value(record) -> Quantity:
    unit = {"%": "percent", "months": "months", "days": "days", "years": "years", "ratio": "ratio"}
    return Quantity(_field(record, "value"), unit.get(str(record.get("unit", "")), "count"))


def _limits(low: Quantity, high: Quantity, estimate: Quantity | None = None) -> Readings:
    """An interval is read as one limit, as both in order, or as both after their estimate."""
    readings = [[low], [high], [low, high]]
    return [*readings, [estimate, low, high]] if estimate is not None else readings


def _no_shared_patients(records: Sequence, evidence) -> None:
    arms = [str(record["arm_id"]) for record in records if "arm_id" in record]
    for i, arm_id in enumerate(arms):
        others = evidence.arm(arm_id)["overlaps_with"]
        shared = set(arms[:i] + arms[i + 1:]) & set([] if is_missing(others) else str(others).split(";"))
        if shared or arm_id in arms[:i]:
            raise CannotCompute(f"{arm_id} shares patients with {', '.join(sorted(shared)) or 'itself'}")


def _interval(method: str) -> Callable:
    def compute(records, evidence) -> Readings:
        _rows(records, 1)
        found = proportion_interval(*_events(records[0]), method=method)
        return _limits(_percent(found.ci_low), _percent(found.ci_high), _percent(found.estimate))

    return compute


def _width(method: str) -> Callable:
    def compute(records, evidence) -> Readings:
        _rows(records, 1)
        low, high = proportion_interval(*_events(records[0]), method=method)
        return [[_points(high - low)]]

    return compute


def _credible(prior: str) -> Callable:
    def compute(records, evidence) -> Readings:
        _rows(records, 1)
        found = binomial_posterior(*_events(records[0]), prior=prior)
        return _limits(_percent(found.ci_low), _percent(found.ci_high), _percent(found.median))

    return compute


def _share_of_events(records, evidence) -> Readings:
    _rows(records, 1)
    events, n = _events(records[0])
    return [[_percent(events / n)]]


def _per_100(records, evidence) -> Readings:
    _rows(records, 1)
    events, n = _events(records[0])
    of_100 = _count(100 * events / n)
    return [[of_100], [of_100, _count(100)]]


def _complement(records, evidence) -> Readings:
    _rows(records, 1)
    found = _value(records[0])
    if found.unit != "percent":
        raise CannotCompute(f"{records[0].name} is no percentage")
    return [[Quantity(100 - found.value, "percent")]]


def _non_responders(records, evidence) -> Readings:
    _rows(records, 1)
    events, n = _events(records[0])
    return [[_count(n - events)], [_count(n - events), _count(n)]]


def _difference(records, evidence) -> Readings:
    _rows(records, 2)
    first, second = (_value(record) for record in records)
    if first.unit != second.unit:
        raise CannotCompute(f"{records[0].name} and {records[1].name} have different units")
    unit = "points" if first.unit == "percent" else first.unit
    return [[Quantity(first.value - second.value, unit)]]


def _difference_ci(records, evidence) -> Readings:
    _rows(records, 2)
    _no_shared_patients(records, evidence)
    found = risk_difference(*_events(records[0]), *_events(records[1]))
    return _limits(_points(found.ci_low), _points(found.ci_high), _points(found.estimate))


def _risk_ratio(records, evidence) -> Readings:
    _rows(records, 2)
    _no_shared_patients(records, evidence)
    found = risk_ratio(*_events(records[0]), *_events(records[1]))
    estimate, low, high = (Quantity(x, "ratio") for x in (found.estimate, found.ci_low, found.ci_high))
    return [[estimate], *_limits(low, high, estimate)]


def _times(records, evidence) -> Readings:
    _rows(records, 2)
    first, second = (_value(record) for record in records)
    if first.unit != second.unit or not second.value:
        raise CannotCompute(f"{records[0].name} cannot be divided by {records[1].name}")
    return [[Quantity(first.value / second.value, "ratio")]]


def _sum(*fields: str) -> Callable:
    def compute(records, evidence) -> Readings:
        _rows(records, least=2)
        return [[_count(sum(_field(record, field) for record in records)) for field in fields]]

    return compute


def _share(records, evidence) -> Readings:
    _rows(records, 2)
    part, whole = (_field(record, "n") for record in records)
    if part > whole:
        raise CannotCompute(f"{records[0].name} has more patients than {records[1].name}")
    return [[_percent(part / whole)]]


def _fitting(record, evidence) -> list[int]:
    if str(record.get("unit", "")) != "%":
        raise CannotCompute(f"{record.name} is no percentage")
    printed = evidence.printed(record.name, "value")  # 40.0 and 40 allow different counts
    if not printed:
        raise CannotCompute(f"{record.name} has no value")
    return attainable_counts(printed, int(_field(record, "n")), len(printed.partition(".")[2]))


def _attainable(records, evidence) -> Readings:
    _rows(records, 1)
    counts = _fitting(records[0], evidence)
    if not counts:
        raise CannotCompute(f"no count of {records[0].name} gives its percentage; write calc:fits-none")
    return [[_count(c) for c in counts], [_count(c) for c in counts] + [_count(_field(records[0], "n"))]]


def _attainable_number(records, evidence) -> Readings:
    _rows(records, 1)
    return [[_count(len(_fitting(records[0], evidence)))]]


def _fits_none(records, evidence) -> Readings:
    _rows(records, 1)
    counts = _fitting(records[0], evidence)
    if counts:
        raise CannotCompute(f"{', '.join(map(str, counts))} of {records[0].name} gives its percentage")
    value, n = _value(records[0]), _count(_field(records[0], "n"))
    return [[], [value], [n], [value, n]]


def _pool(records, evidence):
    _rows(records, least=2)
    _no_shared_patients(records, evidence)
    pairs = [_events(record) for record in records]
    return pool_proportions([e for e, _ in pairs], [n for _, n in pairs])


def _pooled(records, evidence) -> Readings:
    found = _pool(records, evidence)
    estimate = _percent(found.estimate)
    return [[estimate], *_limits(_percent(found.ci_low), _percent(found.ci_high), estimate)]


def _prediction(records, evidence) -> Readings:
    found = _pool(records, evidence)
    return _limits(_percent(found.prediction_low), _percent(found.prediction_high), _percent(found.estimate))


def _pooled_i2(records, evidence) -> Readings:
    return [[Quantity(_pool(records, evidence).i2, "percent")]]


def _range(records, evidence) -> Readings:
    _rows(records, least=2)
    values = [_value(record) for record in records]
    if len({v.unit for v in values}) > 1:
        raise CannotCompute("the rows have different units")
    return _limits(min(values), max(values))


def _how_many(records, evidence) -> Readings:
    return [[_count(len({record.name for record in records}))]]


def _years(records, evidence) -> Readings:
    _rows(records, 1)
    found = _value(records[0])
    if found.unit != "months":
        raise CannotCompute(f"{records[0].name} is not in months")
    return [[Quantity(found.value / 12, "years")]]


#: Every calculation by the name that a link uses.
CALCULATIONS: dict[str, Callable[[Sequence, object], Readings]] = {
    **{method: _interval(method) for method in INTERVAL_METHODS},
    **{f"width-{method}": _width(method) for method in INTERVAL_METHODS},
    **{f"credible-{prior}": _credible(prior) for prior in PRIORS},
    "percent": _share_of_events,
    "per-100": _per_100,
    "complement": _complement,
    "non-responders": _non_responders,
    "difference": _difference,
    "difference-ci": _difference_ci,
    "risk-ratio": _risk_ratio,
    "times": _times,
    "sum": _sum("events", "n"),
    "sum-n": _sum("n"),
    "sum-events": _sum("events"),
    "share": _share,
    "attainable": _attainable,
    "attainable-number": _attainable_number,
    "fits-none": _fits_none,
    "pooled": _pooled,
    "prediction": _prediction,
    "pooled-i2": _pooled_i2,
    "range": _range,
    "how-many": _how_many,
    "years": _years,
}

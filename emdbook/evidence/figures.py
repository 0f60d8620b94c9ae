"""A figure of the data as one object: its value with unit, interval, count, time and standing.

Charts, tables, prose, questions and cases all take a :class:`Reading`, so that a unit or a field cannot get lost on the
way: days become months here and nowhere else, and a value that cannot be (120%, a limit on the wrong side, more events
than patients) is refused here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from emdbook.ground.wording import is_missing

__all__ = ["DAYS_PER_MONTH", "FIELDS", "Quantity", "Reading", "months_of", "reading_of", "unit_kind"]

#: Days of an average month, for the few sources that print days.
DAYS_PER_MONTH = 365.25 / 12
_MONTHS_IN = {"months": 1.0, "days": 1 / DAYS_PER_MONTH, "weeks": 7 / DAYS_PER_MONTH, "years": 12.0}
_KINDS = {"%": "percent", "fold": "ratio", "times": "ratio"}

#: Columns behind each field of a reading. A fact keeps its range in ``low`` and ``high``, an outcome its interval.
_COLUMNS = {
    "value": ("value",), "low": ("ci_low", "low"), "high": ("ci_high", "high"), "events": ("events",),
    "n": ("n", "n_total"), "evaluable": ("n_evaluable",), "time": ("at_months",), "p": ("p_value",),
    "year": ("first_us_approval_year", "year"),
}
#: Names that a link may use, with the fields that each stands for.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (name,) for name in _COLUMNS}
    | {"interval": ("low", "high"), "count": ("events", "n"), "of-100": ("in-100", "hundred")})


class Quantity(NamedTuple):
    """One number as it may be printed.

    Attributes
    ----------
    value : float
    unit : str
        ``percent`` (0 to 100), ``points``, ``months``, ``days``, ``weeks``, ``years``, ``ratio``, ``count`` (of
        patients or anything else), ``p``, or a noun of the data such as ``cycles``.
    sign : str
        ``<`` where only a bound is known, as in p < 0.001.
    """

    value: float
    unit: str
    sign: str = ""


def unit_kind(unit: object) -> str:
    """The kind of a unit as the data write it: ``percent`` for ``%``; ``count`` where there is none."""
    text = "" if is_missing(unit) else str(unit).strip().lower()
    if text.startswith("% "):  # criteria say of what: "% shrinkage of a plasmacytoma"
        return "percent"
    return _KINDS.get(text, text or "count")


def months_of(value: float, unit: str) -> float:
    """A time in months.

    Parameters
    ----------
    value : float
    unit : {"months", "days", "weeks", "years"}

    Returns
    -------
    float
        Months of 30.44 days.

    Raises
    ------
    ValueError
        If the unit is no time.
    """
    if unit not in _MONTHS_IN:
        raise ValueError(f"{unit!r} is no unit of time")
    return value * _MONTHS_IN[unit]


@dataclass(frozen=True)
class Reading:
    """What one row of the data says, with everything that belongs to the number.

    Attributes
    ----------
    row_id, table : str
        The row, and the table it stands in.
    title : str
        Whose figure of what it is, in words: ``MajesTEC-1, EM-E: ORR``.
    unit : str
        Unit of ``value``, ``low`` and ``high``, as in :class:`Quantity`.
    value, low, high : float or None
        The estimate, and its printed interval or, for a fact, its range.
    events, n, evaluable : int or None
        A count, the patients it is of (of the group, where the row names none), and how many could be assessed.
    time : float or None
        Months at which a rate was read.
    p : str or None
        As printed: ``0.04`` or ``<0.001``.
    year : int or None
    not_reached : bool
        Whether a median was said not to be reached.
    endpoint, measure, population, direction : str
        Empty where the row has none.
    basis, standing : str
        On whose word the figure stands, and how far it was seen.
    printed : mapping of str to str
        Each number as it stands in the file: 40.0 and 40 allow different counts, and a float forgets which it was.
    """

    row_id: str
    table: str
    title: str
    unit: str = "count"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    events: int | None = None
    n: int | None = None
    evaluable: int | None = None
    time: float | None = None
    p: str | None = None
    year: int | None = None
    not_reached: bool = False
    endpoint: str = ""
    measure: str = ""
    population: str = ""
    direction: str = ""
    basis: str = ""
    standing: str = ""
    printed: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        def refuse(rule: str) -> None:
            raise ValueError(f"{self.row_id} ({self.title}): {rule}")

        known = [x for x in (self.value, self.low, self.high) if x is not None]
        if self.unit == "percent" and any(not 0 <= x <= 100 for x in known):
            refuse("a percentage lies between 0 and 100")
        if self.unit in (*_MONTHS_IN, "ratio") and any(x < 0 for x in known):
            refuse(f"{'a ratio' if self.unit == 'ratio' else 'a time'} is not negative")
        if self.low is not None and self.high is not None and self.low > self.high:
            refuse("the lower limit lies above the upper one")
        if self.value is not None and ((self.low is not None and self.value < self.low)
                                       or (self.high is not None and self.value > self.high)):
            refuse("the value lies outside its interval")
        if any(x is not None and x < 0 for x in (self.events, self.n, self.evaluable, self.time)):
            refuse("a count or a time is not negative")
        if self.events is not None and self.n is not None and self.events > self.n:
            refuse("there are more events than patients")
        if self.not_reached and self.value is not None:
            refuse("a median that was not reached has no value")

    @property
    def decimals(self) -> int:
        """Digits after the point of the value, as it is printed."""
        return len(self.printed.get("value", "").partition(".")[2])

    @property
    def is_time(self) -> bool:
        """Whether the value is a time."""
        return self.unit in _MONTHS_IN

    def in_months(self) -> Reading:
        """The same reading with a time in months, to a tenth of one; any other reading as it is."""
        if not self.is_time or self.unit == "months":
            return self
        times = {name: None if (x := getattr(self, name)) is None else round(months_of(x, self.unit), 1)
                 for name in ("value", "low", "high")}
        return replace(self, unit="months", printed={}, **times)

    def quantity(self, name: str) -> Quantity:
        """One number of the row.

        Parameters
        ----------
        name : str
            A single field: ``value``, ``low``, ``high``, ``events``, ``n``, ``evaluable``, ``time``, ``p``, ``year``.

        Returns
        -------
        Quantity

        Raises
        ------
        LookupError
            If there is no such field, or the row leaves it empty.
        """
        if name in FIELDS["of-100"]:  # for a patient: 35.7% is 36 of 100
            if self.unit != "percent" or self.value is None:
                raise LookupError(f"{self.row_id} has no percentage")
            nearest = math.floor(self.value + 0.5)  # a half goes up, as in every table
            if nearest in (0, 100) and nearest != self.value:
                raise LookupError(f"{self.row_id} is {self.value}%, which is neither none nor all of 100")
            return Quantity(100.0 if name == "hundred" else float(nearest), "count")
        if name not in _COLUMNS:
            raise LookupError(f"there is no field {name!r}; there are {', '.join(FIELDS)}")
        found = getattr(self, name)
        if name == "p" and found is not None:
            digits = found.lstrip("<")
            if not digits.replace(".", "", 1).isdigit():
                raise LookupError(f"{self.row_id} gives p as {found!r}")
            return Quantity(float(digits), "p", "<" if found.startswith("<") else "")
        if found is None:
            raise LookupError(f"{self.row_id} has no {name}")
        unit = {"value": self.unit, "low": self.unit, "high": self.unit, "time": "months"}.get(name, "count")
        return Quantity(float(found), unit)

    def __str__(self) -> str:
        unit = {"percent": "%", "count": ""}.get(self.unit, f" {self.unit}")
        parts = []
        for name in _COLUMNS:
            if getattr(self, name) is not None:
                said = self.printed.get(name, getattr(self, name))
                parts.append(f"{name} {said}{unit if name in ('value', 'low', 'high') else ''}")
        return f"{self.title} ({', '.join(parts + ['not reached'] * self.not_reached) or 'no number'})"


def _text(record, name: str) -> str:
    return "" if name not in record or is_missing(record[name]) else str(record[name])


def _title(record, evidence) -> str:
    table = record.attrs["table"]
    if table == "outcomes":
        arm = evidence.arm(record["arm_id"])
        return f"{evidence.study(arm['study_id'])['label']}, {arm['label']}: {record['endpoint']}"
    if table == "arms":
        return f"{evidence.study(record['study_id'])['label']}, {record['label']}"
    if table == "safety":
        return f"{record['group']}: {record['event']}"
    for column in ("label", "subject", "what_changed", "question", "topic"):
        if _text(record, column):
            return _text(record, column)
    return str(record.name)


def reading_of(record, evidence) -> Reading:
    """The reading of one row.

    Parameters
    ----------
    record : pandas.Series
        As ``Evidence.record`` gives it.
    evidence : Evidence
        Where it comes from; a row of ``outcomes`` takes its population, and a size it does not repeat, from its arm.

    Returns
    -------
    Reading

    Raises
    ------
    ValueError
        If the row holds an impossible value.
    """
    table = record.attrs["table"]
    values, printed = {}, {}
    for name, columns in _COLUMNS.items():
        for column in columns:
            if column in record and not is_missing(record[column]):
                values[name] = record[column]
                printed[name] = evidence.printed(record.name, column)
                break
    population = _text(record, "population")
    if table == "outcomes":
        arm = evidence.arm(record["arm_id"])
        population = str(arm["population"])
        # a median's n stands with the arm when the outcome row does not repeat it
        if "n" not in values and not is_missing(arm["n"]):
            values["n"], printed["n"] = arm["n"], evidence.printed(record["arm_id"], "n")
    values = {name: str(x) if name == "p" else float(x) if name in ("value", "low", "high", "time") else int(x)
              for name, x in values.items()}
    not_reached = "not_reached" in record and not is_missing(record["not_reached"]) and bool(record["not_reached"])
    return Reading(
        row_id=str(record.name), table=table, title=_title(record, evidence), unit=unit_kind(record.get("unit")),
        not_reached=not_reached, population=population, printed=MappingProxyType(printed), **values,
        **{name: _text(record, name) for name in ("endpoint", "measure", "direction", "basis", "standing")})

"""The kinds of control a widget may have, as plain values that know no view.

Every control that makes states enumerates them: ``size`` positions, ``value(i)`` what the chart function
receives at position ``i``, ``default`` the position it starts from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def slug(text: str) -> str:
    """Lower-case text with hyphens, for an id and an address; letters of any script stay.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    # letters of any script stay: two Chinese titles are two ids (HTML ids and addresses may hold them)
    plain = unicodedata.normalize("NFKC", str(text)).lower()
    return re.sub(r"[^\w]+|_+", "-", plain).strip("-") or "x"


def _unique(tokens: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    out = []
    for token in tokens:
        seen[token] = seen.get(token, 0) + 1
        out.append(token if seen[token] == 1 else f"{token}-{seen[token]}")
    return tuple(out)


def _same(a: object, b: object) -> bool:
    try:
        return a is b or (type(a) is type(b) and bool(a == b))
    except (TypeError, ValueError):  # data frames and arrays do not answer "equal" with one truth value
        return False


def _position(values: Sequence[object], labels: Sequence[str], wanted: object, what: str) -> int:
    for i, value in enumerate(values):
        if _same(value, wanted):
            return i
    for i, value in enumerate(values):
        if isinstance(wanted, int | float) and isinstance(value, int | float) and value == wanted:
            return i
    if isinstance(wanted, str) and wanted in labels:
        return list(labels).index(wanted)
    raise ValueError(f"{what}: the default {wanted!r} is none of {', '.join(map(str, labels))}")


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several values. Made by :func:`choice`."""

    label: str
    labels: tuple[str, ...]
    values: tuple[object, ...]
    default: int
    kind = "choice"

    @property
    def size(self) -> int:
        return len(self.values)

    @property
    def tokens(self) -> tuple[str, ...]:
        return _unique([slug(text) for text in self.labels])

    def value(self, i: int) -> object:
        return self.values[i]

    def index(self, value: object) -> int:
        return _position(self.values, self.labels, value, self.label)


@dataclass(frozen=True, eq=False)
class Stepped(Choice):
    """A value on a scale of steps. Made by :func:`stepped`."""

    kind = "stepped"

    @property
    def tokens(self) -> tuple[str, ...]:
        return _unique([re.sub(r"[^A-Za-z0-9.+-]+", "-", text).strip("-") or "x" for text in self.labels])


@dataclass(frozen=True, eq=False)
class OnOff:
    """A switch. Made by :func:`onoff`."""

    label: str
    default: int
    kind = "onoff"
    size = 2
    tokens = ("0", "1")

    def value(self, i: int) -> bool:
        return bool(i)

    def index(self, value: object) -> int:
        return int(bool(value))


@dataclass(frozen=True, eq=False)
class Studies:
    """Any subset of a few studies. Made by :func:`studies`."""

    label: str
    labels: tuple[str, ...]
    ids: tuple[str, ...]
    default: int
    least: int = 0
    kind = "studies"

    @property
    def masks(self) -> tuple[int, ...]:
        return tuple(m for m in range(1 << len(self.ids)) if m.bit_count() >= self.least)

    @property
    def size(self) -> int:
        return len(self.masks)

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.ids

    def value(self, i: int) -> tuple[str, ...]:
        mask = self.masks[i]
        return tuple(name for bit, name in enumerate(self.ids) if mask >> bit & 1)

    def index(self, value: Sequence[str]) -> int:
        unknown = [v for v in value if v not in self.ids]
        if unknown:
            raise ValueError(f"{self.label}: {', '.join(map(str, unknown))} is none of {', '.join(self.ids)}")
        mask = sum(1 << bit for bit, name in enumerate(self.ids) if name in value)
        if mask not in self.masks:
            raise ValueError(f"{self.label}: at least {self.least} must be chosen")
        return self.masks.index(mask)


@dataclass(frozen=True, eq=False)
class Layers:
    """Parts of the figure that may be hidden without a new drawing. Made by :func:`layers`."""

    label: str
    options: Mapping[str, str]
    kind = "layers"


Control = Choice | Stepped | OnOff | Studies | Layers


def _text(value: object, unit: str = "") -> str:
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".strip()


def _options(label: str, options, unit: str = "") -> tuple[tuple[str, ...], tuple[object, ...]]:
    if isinstance(options, str) or not isinstance(options, Mapping | Sequence | range):
        raise TypeError(f"{label}: options must be a list or a mapping of label to value, not {type(options).__name__}")
    if isinstance(options, Mapping):
        labels, values = tuple(str(k) for k in options), tuple(options.values())
    else:
        labels, values = tuple(_text(v, unit) for v in options), tuple(options)
    if not values:
        raise ValueError(f"{label}: there is nothing to choose from")
    if len(set(labels)) != len(labels):
        raise ValueError(f"{label}: two options read the same")
    return labels, values


_FIRST = object()


def choice(label: str, options, default=_FIRST) -> Choice:
    """One of several values.

    Parameters
    ----------
    label : str
        What the reader sees.
    options : list or dict
        The values, or label to value.
    default : object, optional
        The value (or its label) to start from; the first if left out.

    Returns
    -------
    Choice
    """
    labels, values = _options(label, options)
    return Choice(label, labels, values, 0 if default is _FIRST else _position(values, labels, default, label))


def stepped(label: str, values, default=_FIRST, unit: str = "") -> Stepped:
    """A value on a scale of meaningful steps.

    Parameters
    ----------
    label : str
        What the reader sees.
    values : sequence or dict
        The steps in order, or label to value.
    default : object, optional
        The step to start from; the first if left out.
    unit : str
        Printed after each value.

    Returns
    -------
    Stepped
    """
    labels, steps = _options(label, values, unit)
    return Stepped(label, labels, steps, 0 if default is _FIRST else _position(steps, labels, default, label))


def onoff(label: str, default: bool = False) -> OnOff:
    """A switch; the chart function receives ``True`` or ``False``.

    Parameters
    ----------
    label : str
        What the reader sees.
    default : bool

    Returns
    -------
    OnOff
    """
    return OnOff(label, int(bool(default)))


def studies(label: str, options, default=_FIRST, max: int = 8, least: int = 0) -> Studies:
    """Any subset of a few studies; the chart function receives a tuple of ids.

    Parameters
    ----------
    label : str
        What the reader sees.
    options : dict or list
        Label to id, or ids.
    default : list of str, optional
        Ids chosen at the start; all if left out.
    max : int
        How many studies may be offered; *k* studies make 2\\ :sup:`k` states.
    least : int
        How many must stay chosen; subsets below it are not states.

    Returns
    -------
    Studies
    """
    labels, ids = _options(label, options)
    if len(ids) > max:
        raise ValueError(f"{label}: {len(ids)} studies offered, at most {max} (each doubles the number of states)")
    if any(not isinstance(i, str) for i in ids):
        raise TypeError(f"{label}: studies are given by their ids (text)")
    if len(set(ids)) != len(ids):
        raise ValueError(f"{label}: a study is offered twice")
    made = Studies(label, labels, ids, 0, least)
    return Studies(label, labels, ids, made.index(ids if default is _FIRST else default), least)


def layers(label: str, options: Mapping[str, str] | None = None) -> Layers:
    """Parts of the figure that a reader may hide; no states of their own.

    Parameters
    ----------
    label : str
        What the reader sees above the list.
    options : dict, optional
        Artist id (``gid``) to label; the chart's own layers if left out.

    Returns
    -------
    Layers
    """
    return Layers(label, dict(options or {}))


def as_control(name: str, given: object) -> Control:
    """Turn a plain value into a control: a list is a choice, a bool a switch, a range a scale.

    Parameters
    ----------
    name : str
        The chart function's argument; it becomes the label.
    given : object
        A control or a plain value.

    Returns
    -------
    Control
    """
    if isinstance(given, Choice | OnOff | Studies | Layers):
        return given
    label = name.replace("_", " ")
    label = label[:1].upper() + label[1:]
    if isinstance(given, bool):
        return onoff(label, given)
    if isinstance(given, range):
        return stepped(label, given)
    if isinstance(given, list | tuple | dict):
        return choice(label, given)
    raise TypeError(
        f"control '{name}': a {type(given).__name__} is no control; "
        "give a list, a range, True or False, or bind a fixed value with functools.partial"
    )

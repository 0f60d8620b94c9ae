"""Draw every state of a widget once, in parallel where it pays, and keep it on disk."""

from __future__ import annotations

import gc
import hashlib
import json
import math
import os
import pickle
import re
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import matplotlib

from emdbook import style
from emdbook.charts.told import Told, table_text
from emdbook.explore.errors import StateError, plain
from emdbook.explore.keys import Uncacheable, code_digest, digest, look_digest

#: A pool starts only for at least this many missing states: starting it takes about as long as drawing forty, and two
#: processors then save half of the rest.
POOL_FROM = 96


@dataclass(frozen=True)
class Frame:
    """One state as the page needs it: figure, sentence, the numbers as text, and what the marks say."""

    svg: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[Told, ...] = ()

    def dump(self) -> bytes:
        marks = [mark.line() for mark in self.marks]
        return zlib.compress(json.dumps([self.svg, self.sentence, self.columns, self.rows, marks]).encode(), 6)

    @classmethod
    def parse(cls, raw: bytes) -> Frame:
        svg, sentence, columns, rows, marks = json.loads(zlib.decompress(raw))
        return cls(svg, sentence, tuple(columns), tuple(tuple(r) for r in rows), tuple(map(Told.parse, marks)))


def frame(chart, prefix: str) -> Frame:
    """Turn a chart into what the page keeps of it.

    Parameters
    ----------
    chart : emdbook.charts.base.Chart
    prefix : str
        Put before every id of the figure.

    Returns
    -------
    Frame
    """
    svg = chart.svg(prefix).strip()
    svg = svg[svg.index("<svg"):]
    return Frame(svg, " ".join(chart.description.split()), *table_text(chart.table), tuple(chart.marks))


def fingerprint(svg: str) -> str:
    """A short fingerprint of a figure that is the same for Python's text and for what a browser holds.

    Parameters
    ----------
    svg : str
        One ``<svg>`` element as XML.

    Returns
    -------
    str
        It covers every element, attribute and text except the accessibility attributes of the root.
    """
    root = ElementTree.fromstring(svg)
    for name in ("role", "aria-hidden", "aria-label", "aria-labelledby", "focusable"):
        root.attrib.pop(name, None)
    parts = []

    def walk(node) -> None:
        parts.append(re.sub(r"\{.*?\}", "", node.tag))
        parts.extend(
            f"{re.sub(r'{.*?}', '', k)}={' '.join(v.split())}" for k, v in sorted(node.attrib.items())
        )
        parts.append(" ".join((node.text or "").split()))
        for child in node:
            walk(child)
            parts.append(" ".join((child.tail or "").split()))

    walk(root)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def cache_dir() -> Path:
    """Where drawn states are kept: ``EMDBOOK_CACHE``, or ``.emdbook-cache`` beside the book's table of contents.

    Returns
    -------
    pathlib.Path
        A chapter that runs in ``notebooks/`` and a test that runs above it share one folder.
    """
    given = os.environ.get("EMDBOOK_CACHE", "").strip()
    if given:
        return Path(given)
    here = Path.cwd()
    home = next((folder for folder in (here, *here.parents) if (folder / "_toc.yml").is_file()), here)
    return home / ".emdbook-cache"


def state_keys(function: Callable, prefix: str, settings: Sequence[Mapping[str, object]]) -> list[str | None]:
    """A cache key per state; ``None`` where no reliable key exists.

    Parameters
    ----------
    function : callable
        The chart function, usually a partial with its data.
    prefix : str
        The widget's id.
    settings : sequence of Mapping

    Returns
    -------
    list of (str or None)
    """
    try:
        base, modules = digest(function)
    except Uncacheable:
        return [None] * len(settings)
    keys: list[str | None] = []
    code: dict[frozenset[str], str] = {}
    look = look_digest()
    for each in settings:
        try:
            one, more = digest(dict(each))
            needed = frozenset(modules | more)
            if needed not in code:
                code[needed] = code_digest(set(needed))
        except Uncacheable:
            keys.append(None)
            continue
        keys.append(hashlib.sha256("|".join((base, one, code[needed], look, prefix)).encode()).hexdigest())
    return keys


def _read(folder: Path, key: str) -> Frame | None:
    try:
        return Frame.parse((folder / key[:2] / key).read_bytes())
    except (OSError, ValueError, zlib.error):  # absent or damaged: draw it again
        return None


def _write(folder: Path, key: str, made: Frame) -> None:
    try:
        place = folder / key[:2]
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place)
        with os.fdopen(handle, "wb") as file:
            file.write(made.dump())
        os.replace(name, place / key)
    except OSError:  # a read-only or full disk costs time, not the book
        return


def _draw(function: Callable, prefix: str, settings: Mapping[str, object]) -> Frame | str:
    # A figure is thousands of small objects that all live until it is written: looking for garbage meanwhile is waste.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return frame(function(**settings), prefix)
    except Exception as error:  # whatever a chart raises becomes one sentence that names the state
        return plain(error)
    finally:
        if collecting:
            gc.enable()


def _dress(looks: Mapping[str, object]) -> None:
    matplotlib.rcParams.update(looks)


def workers() -> int:
    """How many processes may draw: ``EMDBOOK_WORKERS``, or the number of processors.

    Returns
    -------
    int
    """
    given = os.environ.get("EMDBOOK_WORKERS", "").strip()
    if given:
        return max(1, int(given))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _can_travel(function: Callable, settings: Sequence[Mapping[str, object]]) -> bool:
    """Whether another process can find the function again (one defined in a notebook cannot travel)."""
    inner = function
    while hasattr(inner, "func"):
        inner = inner.func
    if getattr(inner, "__module__", "__main__") == "__main__":
        return False
    try:
        pickle.dumps((function, settings[0]))
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def draw_all(
    widget: str, function: Callable, settings: Sequence[Mapping[str, object]]
) -> tuple[list[Frame], int]:
    """Every state of a widget, from the cache where it is there.

    Parameters
    ----------
    widget : str
        The widget's id; also the prefix of every id in its figures.
    function : callable
        The chart function.
    settings : sequence of Mapping
        One per state.

    Returns
    -------
    tuple of (list of Frame, int)
        The frames in order, and how many had to be drawn.

    Raises
    ------
    StateError
        Naming the widget and the first setting whose chart fails.
    """
    folder = cache_dir()
    keys = state_keys(function, widget, settings)
    frames = [None if key is None else _read(folder, key) for key in keys]
    missing = [i for i, made in enumerate(frames) if made is None]
    todo = [settings[i] for i in missing]
    for i, made in zip(missing, _drawn(widget, function, todo), strict=True):
        if isinstance(made, str):
            raise StateError(widget, settings[i], made)
        frames[i] = made
        if keys[i] is not None:
            _write(folder, keys[i], made)
    return frames, len(missing)


def _drawn(widget: str, function: Callable, todo: Sequence[Mapping[str, object]]):
    count = workers()
    if count < 2 or len(todo) < POOL_FROM or not _can_travel(function, todo):
        yield from (_draw(function, widget, each) for each in todo)
        return
    # Imported here: a Python for browsers may lack them, and there is one worker there.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A fork server, not a plain fork: a notebook kernel has threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["emdbook.explore.states", "emdbook.charts"])
    chunk = math.ceil(len(todo) / (count * 4))
    # a chart of the reader's own follows the reader's settings, in another process too
    with ProcessPoolExecutor(min(count, len(todo)), context, _dress, (style.looks(),)) as pool:
        n = len(todo)
        yield from pool.map(_draw, [function] * n, [widget] * n, todo, chunksize=chunk)

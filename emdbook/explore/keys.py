"""A key for one drawn state: chart code, data, setting and drawing library.

Two equal keys must mean the same figure.  What cannot be described reliably raises :class:`Uncacheable`, and the
state is drawn anew: slow is better than stale.
"""

from __future__ import annotations

import dataclasses
import datetime
import dis
import enum
import functools
import hashlib
import importlib.metadata
import inspect
import sys
import sysconfig
import time
import types
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

#: Raise this when the stored form of a state changes.
FORMAT = 1
#: Rooms of the toolkit that every chart may call.
ROOMS = ("charts", "estimates", "ground", "style")
#: Code edited after this moment may not be the code that this process runs.
_STARTED = time.time()
LIBRARIES = ("matplotlib", "numpy", "pandas", "scipy", "statsmodels")
_ROOT = Path(__file__).resolve().parent.parent
_OUTSIDE = tuple({sysconfig.get_paths()[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")})


class Uncacheable(TypeError):
    """The value has no reliable key."""


class _Digest:
    def __init__(self):
        self.hash = hashlib.sha256()
        self.modules: set[str] = set()
        self.seen: dict[int, int] = {}

    def text(self, *parts: str) -> None:
        for part in parts:
            raw = part.encode("utf-8", "surrogatepass")
            self.hash.update(len(raw).to_bytes(8, "big"))
            self.hash.update(raw)

    def raw(self, data: bytes) -> None:
        self.hash.update(len(data).to_bytes(8, "big"))
        self.hash.update(data)

    def feed(self, obj: object) -> None:
        kind = type(obj)
        if obj is None or kind in (bool, int, float, complex, str, range):
            self.text(kind.__name__, repr(obj))
        elif kind in (bytes, bytearray):
            self.text("bytes")
            self.raw(bytes(obj))
        elif isinstance(obj, enum.Enum):
            self.text("enum", f"{kind.__module__}.{kind.__qualname__}", obj.name)
        elif isinstance(obj, datetime.date | datetime.time | datetime.timedelta | Path):
            self.text(kind.__name__, repr(obj))
        elif isinstance(obj, np.generic):
            self.text("np", str(obj.dtype), repr(obj.item()))
        elif isinstance(obj, np.ndarray):
            if obj.dtype == object:
                self.text("array", str(obj.shape))
                self.each(obj.ravel().tolist())
            else:
                self.text("array", str(obj.shape), str(obj.dtype))
                self.raw(np.ascontiguousarray(obj).tobytes())
        elif isinstance(obj, pd.DataFrame | pd.Series | pd.Index):
            self.frame(obj)
        elif isinstance(obj, types.ModuleType):
            self.text("module", obj.__name__)
            self.modules.add(obj.__name__)
        elif isinstance(obj, type):
            self.text("class", obj.__module__, obj.__qualname__)
            self.modules.add(obj.__module__)
        elif id(obj) in self.seen:
            self.text("again", str(self.seen[id(obj)]))
        else:
            self.seen[id(obj)] = len(self.seen)
            self.compound(obj)

    def each(self, items) -> None:
        for item in items:
            self.feed(item)

    def frame(self, obj) -> None:
        self.text(type(obj).__name__, str(obj.shape))
        try:
            if isinstance(obj, pd.DataFrame):
                self.each(list(obj.columns))
                self.text(*(str(t) for t in obj.dtypes))
            else:
                self.text(str(obj.dtype), str(obj.name))
            self.raw(pd.util.hash_pandas_object(obj).to_numpy().tobytes())
        except TypeError as error:
            raise Uncacheable(f"a table with a column that has no key ({error})") from error

    def compound(self, obj: object) -> None:
        if isinstance(obj, list | tuple):
            self.text(type(obj).__name__, str(len(obj)))
            self.each(obj)
        elif isinstance(obj, set | frozenset):
            self.text("set", *sorted(digest(item)[0] for item in obj))
        elif isinstance(obj, Mapping):
            self.text("mapping", str(len(obj)))
            for key, value in obj.items():
                self.feed(key)
                self.feed(value)
        elif isinstance(obj, functools.partial):
            self.text("partial")
            self.each((obj.func, obj.args, obj.keywords))
        elif isinstance(obj, types.MethodType):
            self.text("method", obj.__name__)
            self.each((obj.__self__, obj.__func__))
        elif isinstance(obj, types.FunctionType):
            self.function(obj)
        elif isinstance(obj, types.BuiltinFunctionType):
            self.text("builtin", str(obj.__module__), obj.__qualname__)
        elif isinstance(obj, types.CodeType):
            self.code(obj)
        elif dataclasses.is_dataclass(obj):
            self.feed(type(obj))
            self.each(getattr(obj, f.name) for f in dataclasses.fields(obj))
        elif type(obj).__module__.split(".")[0] == "emdbook" and hasattr(obj, "__dict__"):
            self.feed(type(obj))
            self.feed({k: v for k, v in vars(obj).items() if not k.startswith("__")})
        else:
            raise Uncacheable(f"a {type(obj).__module__}.{type(obj).__qualname__}")

    def function(self, obj: types.FunctionType) -> None:
        wrapped = getattr(obj, "__wrapped__", None)
        if wrapped is not None:
            self.feed(wrapped)
        self.text("function", str(obj.__module__), obj.__qualname__)
        if _importable(obj):
            self.modules.add(obj.__module__)
            return
        self.code(obj.__code__)
        self.feed(obj.__defaults__)
        self.feed(obj.__kwdefaults__)
        for name, cell in zip(obj.__code__.co_freevars, obj.__closure__ or (), strict=True):
            self.text("closure", name)
            try:
                self.feed(cell.cell_contents)
            except ValueError:  # an empty cell: the name is not bound yet
                self.text("empty")
        for name in sorted(_global_names(obj.__code__)):
            if name in obj.__globals__:
                self.text("global", name)
                self.feed(obj.__globals__[name])

    def code(self, code: types.CodeType) -> None:
        self.text("code", str(code.co_names), str(code.co_varnames), str(code.co_flags))
        self.raw(code.co_code)
        self.each(code.co_consts)


def _importable(function: types.FunctionType) -> bool:
    """Whether the function can be found again by its name in a module file."""
    module = sys.modules.get(function.__module__ or "")
    if module is None or function.__module__ == "__main__" or not getattr(module, "__file__", None):
        return False
    found = module
    for part in function.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is function


def _global_names(code: types.CodeType) -> set[str]:
    names = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            names |= _global_names(const)
    return names


def digest(obj: object) -> tuple[str, set[str]]:
    """Digest of a value, and the modules whose code it depends on.

    Parameters
    ----------
    obj : object
        Settings, tables, functions, partials of them, ….

    Returns
    -------
    tuple of (str, set of str)

    Raises
    ------
    Uncacheable
        If the value has no reliable description.
    """
    made = _Digest()
    made.feed(obj)
    return made.hash.hexdigest(), made.modules


def _source(file: Path) -> bytes:
    if file.stat().st_mtime > _STARTED:
        raise Uncacheable(f"{file.name} was edited after this process began")
    return hashlib.sha256(file.read_bytes()).digest()


def _folder(path: Path) -> list[tuple[str, bytes]]:
    return [
        (file.relative_to(path).as_posix(), _source(file))
        for file in sorted(path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc"
    ]


def code_digest(modules: set[str]) -> str:
    """Digest of the source of every room and module a chart may run, and of the drawing libraries.

    Parameters
    ----------
    modules : set of str
        Module names, as :func:`digest` returns them.

    Returns
    -------
    str

    Raises
    ------
    Uncacheable
        If a source file was edited after this process began: what runs may be the older code.
    """
    hashed = hashlib.sha256(f"format {FORMAT}, python {sys.version_info[:2]}".encode())
    for name in LIBRARIES:
        try:
            hashed.update(f"{name} {importlib.metadata.version(name)}".encode())
        except importlib.metadata.PackageNotFoundError:
            hashed.update(f"{name} absent".encode())
    rooms, files = set(ROOMS), {}
    for name in sorted(modules):
        parts = name.split(".")
        if parts[0] == _ROOT.name and len(parts) > 1:
            rooms.add(parts[1])
            continue
        try:
            file = Path(inspect.getsourcefile(sys.modules[name]) or "")
        except (KeyError, TypeError):  # built in, or gone: its version is the interpreter's
            continue
        if file.is_file() and not str(file).startswith(_OUTSIDE):
            files[name] = _source(file)
    for room in sorted(rooms):
        place = _ROOT / room
        single = _ROOT / f"{room}.py"
        for name, value in _folder(place) if place.is_dir() else []:
            hashed.update(f"{room}/{name}".encode() + value)
        if single.is_file():
            hashed.update(room.encode() + _source(single))
    for name, value in files.items():
        hashed.update(name.encode() + value)
    return hashed.hexdigest()

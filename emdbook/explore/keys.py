"""A key for one drawn state: the code that a chart runs, its data, its settings, its looks.

Two equal keys must mean the same figure, so the key follows what the figure depends on and no list kept by hand: the
imports of the chart's code, from name to name; the tables it is given; matplotlib's settings; the font files that these
settings find; the version of each library that the code imports.  What cannot be described reliably raises
:class:`Uncacheable`, and the state is drawn anew: slow is better than stale.
"""

from __future__ import annotations

import ast
import dataclasses
import datetime
import dis
import enum
import functools
import hashlib
import importlib.metadata
import importlib.util
import sys
import sysconfig
import time
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.font_manager import FontProperties, fontManager

from emdbook import style

#: What turns a chart into a stored state, besides the chart's own code.
_WRITERS = ("emdbook.explore.states", "emdbook.explore.keys")
#: Code edited after this moment may not be the code that this process runs.
_STARTED = time.time()
_HOME = "emdbook"
_OUTSIDE = tuple({sysconfig.get_paths()[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")})
#: A function under ``functools.lru_cache``; the library gives its type no public name.
_KEPT = type(functools.lru_cache(len))
#: Values that are what they print.  A kind derived from one of them may do anything and is none of them.
_PLAIN = (bool, int, float, complex, str, range, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
          pd.Timestamp, pd.Timedelta)
_BUILT_IN = (int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict)


class Uncacheable(TypeError):
    """The value has no reliable key."""


class _Digest:
    def __init__(self):
        self.hash = hashlib.sha256()
        self.modules: set[str] = set()
        #: Each object by its address, and kept: the address of one that is gone would soon be another's.
        self.seen: dict[int, tuple[int, object]] = {}

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
        if obj is None or kind in _PLAIN:
            self.text(kind.__name__, repr(obj))
        elif kind in (bytes, bytearray):
            self.text(kind.__name__)
            self.raw(bytes(obj))
        elif isinstance(obj, enum.Enum):
            self.feed(kind)
            self.text("enum", str(obj.name))
        elif obj is pd.NA or obj is pd.NaT:
            self.text("missing", str(obj))
        elif isinstance(obj, np.generic):
            self.text("np", str(obj.dtype), repr(obj.item()))
        elif kind is np.ndarray:
            self.text("array", str(obj.shape), str(obj.dtype))
            if obj.dtype.hasobject or obj.dtype.kind == "T":  # its bytes are addresses
                self.each(obj.ravel().tolist())
            else:
                self.raw(np.ascontiguousarray(obj).tobytes())
        elif isinstance(obj, pd.DataFrame | pd.Series | pd.Index) and kind.__module__.partition(".")[0] == "pandas":
            self.frame(obj)
        elif isinstance(obj, types.ModuleType):
            self.text("module", obj.__name__)
            self.modules.add(obj.__name__)
        elif isinstance(obj, type):
            if not _found(obj):  # what it does stands in no file
                raise Uncacheable(f"the class {obj.__qualname__}, which no module holds")
            self.text("class", obj.__module__, obj.__qualname__)
            self.modules.add(obj.__module__)
        elif id(obj) in self.seen:
            self.text("again", str(self.seen[id(obj)][0]))
        else:
            self.seen[id(obj)] = len(self.seen), obj
            self.compound(obj)

    def each(self, items) -> None:
        for item in items:
            self.feed(item)

    def frame(self, obj) -> None:
        self.text(type(obj).__name__, str(obj.shape))
        if isinstance(obj, pd.Index):
            self.each([*obj.names, getattr(obj, "freqstr", None)])
            for i in range(obj.nlevels):
                self.column(obj.get_level_values(i))
            return
        self.frame(obj.index)
        self.feed(dict(obj.attrs))
        if isinstance(obj, pd.DataFrame):
            self.frame(obj.columns)
            for i in range(obj.shape[1]):
                self.column(obj.iloc[:, i])
        else:
            self.feed(obj.name)
            self.column(obj)

    def column(self, values) -> None:
        self.text(str(values.dtype))
        if isinstance(values.dtype, pd.CategoricalDtype):
            self.each(list(values.dtype.categories))
            self.text(str(values.dtype.ordered))
        # not as pandas hashes them: there 1 is "1", a gap is "<NA>" and 0 is -0
        self.feed(values.to_numpy() if isinstance(values.dtype, np.dtype) else list(values))

    def compound(self, obj: object) -> None:
        kind = type(obj)
        if kind in (list, tuple):
            self.text(kind.__name__, str(len(obj)))
            self.each(obj)
        elif isinstance(obj, tuple) and hasattr(obj, "_fields"):
            self.each((kind, tuple(obj)))
        elif kind in (set, frozenset):
            found = [digest(item) for item in obj]
            self.text("set", *sorted(key for key, _ in found))
            self.modules.update(*(modules for _, modules in found))
        elif kind in (dict, types.MappingProxyType):
            self.text("mapping", str(len(obj)))
            for key, value in obj.items():
                self.feed(key)
                self.feed(value)
        elif kind is functools.partial:
            self.text("partial")
            self.each((obj.func, obj.args, obj.keywords))
        elif isinstance(obj, types.MethodType):
            self.text("method", obj.__name__)
            self.each((obj.__self__, obj.__func__))
        elif isinstance(obj, types.FunctionType):
            self.function(obj)
        elif isinstance(obj, _KEPT):  # what it keeps are results, and no part of what it does
            self.text("kept", str(obj.__module__), obj.__qualname__)
            if _importable(obj):
                self.modules.add(obj.__module__)
            else:
                self.feed(obj.__wrapped__)
        elif isinstance(obj, types.BuiltinFunctionType):
            self.text("builtin", str(obj.__module__), obj.__qualname__)
            self.feed(obj.__self__)  # the dictionary whose ``get`` it is, or the module
        elif isinstance(obj, types.CodeType):
            self.code(obj)
        elif (dataclasses.is_dataclass(obj) or kind.__module__.split(".")[0] == _HOME) \
                and not isinstance(obj, _BUILT_IN):
            self.each((kind, _state(obj)))
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
        self.feed({k: v for k, v in vars(obj).items() if k != "__wrapped__"})
        for name, cell in zip(obj.__code__.co_freevars, obj.__closure__ or (), strict=True):
            self.text("closure", name)
            try:
                self.feed(cell.cell_contents)
            except ValueError:  # an empty cell: the name is not bound yet
                self.text("empty")
        self.modules |= {name for op, name in _names(obj.__code__) if op == "IMPORT_NAME"}
        for name in sorted(name for op, name in _names(obj.__code__) if op != "IMPORT_NAME"):
            if name in obj.__globals__:
                self.text("global", name)
                self.feed(obj.__globals__[name])

    def code(self, code: types.CodeType) -> None:
        self.text("code", str(code.co_names), str(code.co_varnames), str(code.co_flags), str(code.co_argcount),
                  str(code.co_posonlyargcount), str(code.co_kwonlyargcount))
        self.raw(code.co_code)
        self.raw(code.co_exceptiontable)
        self.each(code.co_consts)


def _found(thing: types.FunctionType | type) -> bool:
    """Whether a function or a class is what its module has under its name."""
    found: object = sys.modules.get(thing.__module__ or "")
    for part in thing.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is thing and thing.__module__ != "__main__"


def _importable(function: types.FunctionType) -> bool:
    """Whether the function can be found again by its name in a module file."""
    return _found(function) and bool(getattr(sys.modules[function.__module__], "__file__", None))


def _state(obj: object) -> dict[str, object]:
    """What an object holds, in its dictionary or in slots, but for what it works out once and keeps."""
    slots = (name for kind in type(obj).__mro__ for name, slot in vars(kind).items()
             if isinstance(slot, types.MemberDescriptorType))
    names = [*getattr(obj, "__dict__", ()), *slots]
    return {name: getattr(obj, name) for name in names if not name.startswith("__") and hasattr(obj, name)
            and not isinstance(getattr(type(obj), name, None), functools.cached_property)}


def _names(code: types.CodeType) -> set[tuple[str, str]]:
    """Names that a piece of code looks up outside itself, with the instruction that does so."""
    wanted = ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME")
    names = {(i.opname, i.argval) for i in dis.get_instructions(code) if i.opname in wanted}
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            names |= _names(const)
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


def _file(module: str) -> Path | None:
    """The source file of a module; nothing for what is built in, compiled, or not there."""
    loaded = sys.modules.get(module)
    name = getattr(loaded, "__file__", None)
    if loaded is None:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError, AttributeError):
            spec = None
        name = spec.origin if spec else None
    path = Path(name) if name and name.endswith(".py") else None
    return path if path and path.is_file() else None


def _ours(module: str) -> bool:
    """Whether the code of a module belongs to the book or to the reader, and not to Python or a library."""
    if module.partition(".")[0] == _HOME:  # also where the toolkit itself was installed
        return True
    file = _file(module)
    return file is not None and not str(file).startswith(_OUTSIDE)


@functools.lru_cache(1024)
def _statements(file: Path, stamp: float) -> tuple[tuple[str, int, str, str], ...]:
    """Every import of a file as (module, level, name, name it is given here); the module itself has no name."""
    found = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            found += [(alias.name, 0, "", alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", node.level, alias.name, alias.asname or alias.name) for alias in node.names]
    return tuple(found)


def _imports(module: str) -> Iterator[tuple[str, str, str]]:
    """The imports of a module as (module, name, name it is given here), without dots at the front."""
    file = _file(module)
    if file is None:
        return
    parts = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    for target, level, name, here in _statements(file, file.stat().st_mtime):
        above = parts[:len(parts) - level + 1] if level else []
        yield ".".join([*above, target]) if target else ".".join(above), name, here


def _origin(module: str, name: str) -> str:
    """The module that a name of a module comes from: a submodule, or where the package's own import leads."""
    if not name:
        return module
    if _file(f"{module}.{name}"):
        return f"{module}.{name}"
    file = _file(module)
    if file and file.name == "__init__.py":
        for target, inner, here in _imports(module):
            if here == name and inner and (target, inner) != (module, name):
                return _origin(target, inner)
    return module


def code_of(modules: set[str]) -> tuple[set[str], set[str]]:
    """The modules whose code a chart may run, and the libraries that they import.

    Parameters
    ----------
    modules : set of str
        Where the chart's functions and classes live.

    Returns
    -------
    tuple of (set of str, set of str)
        Modules of the book or the reader, followed from import to import; top names of libraries.
    """
    done: set[str] = set()
    libraries: set[str] = set()
    todo = sorted(modules)
    while todo:
        module = todo.pop()
        if module in done:
            continue
        if not _ours(module):
            libraries.add(module.partition(".")[0])
            continue
        done.add(module)
        todo += [_origin(target, name) for target, name, _ in _imports(module)]
    return done, libraries - set(sys.stdlib_module_names) - {"__main__", ""}


@functools.lru_cache(1)
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@functools.lru_cache(256)
def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        names = _distributions().get(library, [])
        return " ".join(f"{name} {importlib.metadata.version(name)}" for name in sorted(set(names))) or "unknown"


@functools.lru_cache(64)
def _content(file: str, stamp: float) -> bytes:
    return hashlib.sha256(Path(file).read_bytes()).digest()


def _fonts() -> Iterator[bytes]:
    """The font files that matplotlib's current settings, and those of the book, find."""
    for family in (tuple(matplotlib.rcParams["font.family"]), style.families()):
        for file in fontManager._find_fonts_by_props(FontProperties(family=list(family))):
            yield _content(str(file), Path(file).stat().st_mtime)


def look_digest() -> str:
    """Digest of what decides a figure's look beside its code: matplotlib's settings and the fonts they find."""
    hashed = hashlib.sha256()
    for name, value in sorted(style.looks().items()):
        hashed.update(f"{name}={value!r};".encode())
    with style.context():
        for font in _fonts():
            hashed.update(font)
    for font in _fonts():
        hashed.update(font)
    return hashed.hexdigest()


def code_digest(modules: set[str]) -> str:
    """Digest of the source that a chart may run, and of the versions of its libraries.

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
    ours, libraries = code_of(modules | set(_WRITERS))
    hashed = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for name in sorted(libraries):
        hashed.update(f"{name} {_version(name)};".encode())
    for name in sorted(ours):
        file = _file(name)
        if file is None:
            continue
        hashed.update(name.encode() + _source(file))
        if file.name == "__init__.py":  # a package brings the files that lie beside its code, such as a style sheet
            for beside in sorted(file.parent.rglob("*")):
                if beside.is_file() and beside.suffix not in {".py", ".pyc"} and "__pycache__" not in beside.parts:
                    hashed.update(beside.relative_to(file.parent).as_posix().encode() + _source(beside))
    return hashed.hexdigest()

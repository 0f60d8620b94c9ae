"""The parts that a page loads when a reader presses Run.

They are scripts, because a page that was opened from a memory stick may load nothing else.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish.runtime.supply import cache_dir, fetch, font_list, font_list_name, pinned, supply

__all__ = ["FOLDER", "Packed", "container", "pack", "toolkit_files", "worker_source", "write"]

#: The folder below ``_static``.
FOLDER = "python"
_ASSETS = Path(__file__).resolve().parent / "assets"
#: Bytes of a part in one script, before base64: small enough that a page never halts over one.
PIECE = 400_000
#: Rooms of the toolkit that no cell of a chapter uses.
_LEFT_OUT = ("publish", "checks", "classroom", "gates.py", "cli.py", "__main__.py")
_DRIVER = ("emdbook/publish/__init__.py", "emdbook/publish/runtime/__init__.py", "emdbook/publish/runtime/driver.py")


@dataclass(frozen=True)
class Packed:
    """What was written.

    Attributes
    ----------
    manifest : str
        The name of the script that a page loads first, in :data:`FOLDER`.
    size : int
        Bytes that a page loads, all in all.
    """

    manifest: str
    size: int


def toolkit_files() -> dict[str, bytes]:
    """The toolkit and the data as the page's Python finds them, by path.

    Returns
    -------
    dict of str to bytes
    """
    root, found = project_dir(), {}
    for file in sorted((root / "emdbook").rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.is_file() and "__pycache__" not in file.parts and not name.startswith(
                tuple(f"emdbook/{part}" for part in _LEFT_OUT)):
            found[name] = file.read_bytes()
    for name in _DRIVER:
        found[name] = (root / name).read_bytes()
    folder = data_dir()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found[f"data/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
    for name in ("_toc.yml", "_config.yml"):  # by which the toolkit knows its project
        found[name] = (root / name).read_bytes()
    return found


def container(files: dict[str, bytes]) -> bytes:
    """Files as one run of bytes: a length, names and sizes as JSON, the bytes.

    Parameters
    ----------
    files : dict of str to bytes

    Returns
    -------
    bytes
    """
    head = json.dumps({name: len(content) for name, content in files.items()}).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(files.values())


def worker_source() -> str:
    """The worker: the operating system, the runtime, and what talks to the page.

    Returns
    -------
    str
    """
    return "\n".join((_ASSETS / name).read_text("utf-8") for name in ("wasi.js", "engine.js", "worker.js"))


def _key() -> str:
    """What the parts of the runtime depend on; they are packed again when it changes."""
    here = Path(__file__).resolve().parent
    return hashlib.sha256("".join((here / name).read_text("utf-8") for name in (
        "supply.py", "pack.py", "pinned.txt")).encode()).hexdigest()[:16]


def _runtime() -> dict[str, bytes | str]:
    """The packed program and library, the licences and the versions; from the cache where it holds them."""
    names = ("program.gz", "library.gz", "licences.txt", "versions.json")
    folder = cache_dir() / _key()
    if not all((folder / name).is_file() for name in names):
        got = supply(fetch())
        files = {"library/python315.zip": got.library}
        files |= {f"look/{name}": content for name, content in got.look.items()}
        files[f"tmp/mpl/{font_list_name()}"] = font_list()
        made = (gzip.compress(got.program, 9, mtime=0), gzip.compress(container(files), 9, mtime=0),
                got.licences.encode(), json.dumps(got.versions).encode())
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in zip(names, made, strict=True):
            (folder / name).write_bytes(content)
    return {name.partition(".")[0]: (folder / name).read_bytes() for name in names}


def _script(folder: Path, stem: str, call: str) -> str:
    name = f"{stem}.{hashlib.sha256(call.encode()).hexdigest()[:10]}.js"
    (folder / name).write_text(call, encoding="ascii")
    return name


def pack(static: Path) -> Packed:
    """Write everything that a page loads to run Python.

    Parameters
    ----------
    static : path
        The folder ``_static`` of the built pages.

    Returns
    -------
    Packed
    """
    runtime = _runtime()
    name, version, digest = pinned()
    told = {"runtime": {"name": name, "version": version, "sha256": digest},
            "versions": json.loads(runtime["versions"])}
    return write(static, worker_source(), {part: runtime[part] for part in ("program", "library")}, told,
                 runtime["licences"])


def write(static: Path, worker: str, runtime: dict[str, bytes], told: dict, licences: bytes) -> Packed:
    """Write a runtime, whichever it is, and the book's own toolkit and data.

    Parameters
    ----------
    static : path
        The folder ``_static`` of the built pages.
    worker : str
        Script of the worker: an ``Engine``, then ``worker.js``.
    runtime : dict of str to bytes
        What the engine begins from, by part, compressed by gzip. The part ``book`` is added.
    told : dict
        What the manifest says of the runtime.
    licences : bytes
        Of the runtime.

    Returns
    -------
    Packed
    """
    folder = Path(static) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    old = {file.name for file in folder.iterdir()}
    book = gzip.compress(container({f"book/{name}": content for name, content in toolkit_files().items()}), 9, mtime=0)
    parts: dict[str, list[str]] = {}
    for part, content in (*runtime.items(), ("book", book)):
        parts[part] = []
        for at in range(0, len(content), PIECE):
            text = base64.b64encode(content[at:at + PIECE]).decode("ascii")
            parts[part].append(_script(folder, part, f'emdbook.pythonPart("{text}");\n'))
    sizes = {name: (folder / name).stat().st_size for names in parts.values() for name in names}
    size = sum(sizes.values())
    told = {"parts": parts, "sizes": sizes, "size": size, "worker": worker, **told}
    manifest = _script(folder, "manifest", f"emdbook.pythonManifest({json.dumps(told)});\n")
    (folder / "licences.txt").write_bytes(licences)
    for gone in old - {manifest, "licences.txt", *sizes}:
        (folder / gone).unlink()
    return Packed(manifest, size)

"""Building the book, opening it, serving it.

A build never works in the folder of the last book: it works beside it and takes its place when it succeeded.  Slides,
zip, PDF and copies lie in folders of their own and are replaced by their own commands only.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

import emdbook
from emdbook.ground.faults import Told, no_room, told_last
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import executed
from emdbook.publish.runtime import pages

#: In the folder of what was made: the key of everything that it was made from.
_STAMP = ".made-from"
#: Files and folders that every page may depend on.
INPUTS = ("notebooks", "book", "emdbook", "_config.yml", "_toc.yml", "CITATION.cff")


class BuildError(Told, RuntimeError):
    """What stopped a build, in one sentence; details have been printed before."""


def build_dir() -> Path:
    """Where everything that is made lies."""
    return project_dir() / "_build"


def index_page() -> Path:
    """Where the front page of the built book is."""
    return build_dir() / "html" / "index.html"


def in_ci() -> bool:
    """Whether this is an automatic run, as ``CI=true`` says."""
    return os.environ.get("CI", "").strip().lower() in ("1", "true", "yes")


# --- what is stale, and how the new takes the place of the old ------------------------------------------------------

def book_key() -> str:
    """Digest of everything that a page, a deck or a printed page depends on."""
    root = project_dir()
    parts = [executed.folder_hash(root / name) if (root / name).is_dir() else executed.file_hash(root / name)
             for name in INPUTS]
    settings = {name: value for name, value in os.environ.items()
                if name in ("EMDBOOK_LEAN", "EMDBOOK_VIEW", "EMDBOOK_DATA")}
    made = json.dumps([executed.FORMAT, executed.versions(), executed.folder_hash(data_dir()), *parts, settings])
    return hashlib.sha256(made.encode()).hexdigest()


def is_made_from(folder: Path, key: str) -> bool:
    """Whether a folder holds what would be made again from this key."""
    stamp = folder / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == key


@contextlib.contextmanager
def in_place_of(target: Path, key: str = "") -> Iterator[Path]:
    """An empty folder beside ``target`` that takes its place when the block ends well; otherwise ``target`` stays.

    Parameters
    ----------
    target : path
        A folder; it need not exist.
    key : str
        Kept in the new folder for :func:`is_made_from`.

    Yields
    ------
    pathlib.Path
    """
    fresh, old = target.with_name(f".{target.name}-new"), target.with_name(f".{target.name}-old")
    if old.exists() and not target.exists():
        old.rename(target)  # of a run that was cut off between the two steps below
    for rest in (fresh, old):  # of a run that was cut off
        shutil.rmtree(rest, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        if key:
            (fresh / _STAMP).write_text(key + "\n", encoding="utf-8")
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for rest in (fresh, old):
            shutil.rmtree(rest, ignore_errors=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait, and say so, while another process builds: two at once would take each other's folders away."""
    build_dir().mkdir(exist_ok=True)
    lock = FileLock(build_dir() / ".lock", is_singleton=True)  # one that this process has already is no hindrance
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        print("Another command is building this book; this one goes on when that has ended.", flush=True)
        held = lock.acquire()
    with held:
        yield


# --- the book ---------------------------------------------------------------------------------------------------------

def disagreements() -> list[str]:
    """Every place where words and data disagree, one line each: the one comparison that a build asks for."""
    from emdbook.checks.prose import audit_project
    from emdbook.checks.sync import sync_project

    evidence = emdbook.load()
    found = [*sync_project(project_dir(), evidence, write=False), *audit_project(project_dir(), evidence)]
    return [str(one) for one in found]


def is_built() -> bool:
    """Whether the built book is what building it now would give."""
    html = index_page().parent
    return index_page().is_file() and is_made_from(html, book_key()) and pages.has_python(html) == pages.wanted()


def build(force: bool = False) -> int:
    """Check the data and the text, run the chapters that changed, and build the book, with warnings as errors.

    Parameters
    ----------
    force : bool
        Build although nothing changed.

    Returns
    -------
    int
        0 when there is a book of the data and the text as they are.
    """
    return told_last(alone()(functools.partial(_build, force)), "No new book was built; the last one, if any, stays")


def _build(force: bool) -> int:
    key, html = book_key(), index_page().parent
    python = pages.wanted()
    if not force and index_page().is_file() and is_made_from(html, key):
        if pages.has_python(html) == python:
            print("Nothing changed since the book was built.")
            return 0
        with in_place_of(html, key) as folder:
            shutil.copytree(html, folder, dirs_exist_ok=True)
            pages.publish(folder)
        print(f"Python was {'added to' if python else 'taken from'} the pages; nothing else changed.")
        return 0
    emdbook.load()
    print("Comparing the text with the data", flush=True)
    if found := disagreements():
        print(*found, sep="\n", file=sys.stderr)
        places = "one place, named above" if len(found) == 1 else f"{len(found)} places, listed above"
        raise BuildError(f"the text and the data disagree in {places}; make sync mends what can be mended by rule")
    print("Running the chapters that changed", flush=True)
    executed.refresh(workers=executed.workers())
    with in_place_of(html, key) as folder:
        press("html", folder, key)
    return 0


def press(builder: str, folder: Path, key: str) -> None:
    """Run Sphinx in a process of its own and show what it says.

    Parameters
    ----------
    builder : str
        ``html``, ``revealjs``, ``linkcheck``.
    folder : path
        Where to.
    key : str
        Of :func:`book_key`: pages as Sphinx read them are used again if they were read from the same.

    Raises
    ------
    BuildError
        With the first thing that Sphinx complained of.
    """
    doctrees = build_dir() / ".doctrees"
    if builder == "html" or not is_made_from(doctrees, key):
        shutil.rmtree(doctrees, ignore_errors=True)
    command = [sys.executable, "-m", "emdbook.publish.press", builder, str(folder), str(doctrees)]
    environment = dict(os.environ, PYTHONPATH=executed.environment()["PYTHONPATH"], PYTHONUNBUFFERED="1")
    said: list[str] = []
    with subprocess.Popen(command, cwd=project_dir(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment,
                          stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace") as run:
        for line in run.stdout:
            print(line, end="", flush=True)
            said.append(re.sub(r"\x1b\[[\d;]*m", "", line).strip())
    if run.returncode == 0:
        (doctrees / _STAMP).write_text(key + "\n", encoding="utf-8")
        return
    if any(f"Errno {errno.ENOSPC}" in line for line in said):
        raise BuildError(no_room())
    found = complaints("\n".join(said))
    first = found[0] if found else next((line for line in reversed(said) if line), "Sphinx gave no reason")
    more = f" (the first of {len(found)} complaints, above)" if len(found) > 1 else ""
    raise BuildError(f"{first}{more}")


def complaints(said: str) -> list[str]:
    """The warnings and errors in what Sphinx said, with paths as an author knows them."""
    lines = (re.sub(r"\x1b\[[\d;]*m", "", line).strip() for line in said.splitlines())
    # MyST-NB counts the lines of cell 38 from 380000
    lines = (re.sub(r"(\.ipynb):(\d+)\d{4}:", r"\1, cell \2:", line) for line in lines)
    return [line.removeprefix(f"{project_dir()}{os.sep}") for line in lines
            if re.search(r"\b(?:WARNING|ERROR|CRITICAL)\b|^\w*Error\b", line) and not line.startswith("myst")]


#: Answers that mean "not for machines", not "gone"; Sphinx itself passes over 401, 429 and 503.
REFUSED = re.compile(r"\b(?:403|405|406|418)\b")


def gone_links() -> list[str]:
    """Ask every outside address of the book whether it answers, by Sphinx's linkcheck; one line for each that is gone.

    What is not asked, and why, stands in ``_config.yml``.
    """
    emdbook.load()
    folder = build_dir() / "linkcheck"
    shutil.rmtree(folder, ignore_errors=True)
    executed.refresh(workers=executed.workers())
    with contextlib.suppress(BuildError):  # an address that is gone is an error to Sphinx; here it is looked at
        press("linkcheck", folder, book_key())
    lines = (folder / "output.json").read_text(encoding="utf-8").splitlines()
    return gone_of([json.loads(line) for line in lines])


def gone_of(found: Sequence[dict]) -> list[str]:
    """The addresses that are gone among what linkcheck found, without those that only refuse machines."""
    if not found:
        raise BuildError("linkcheck found no outside address at all")
    return [f"{one['filename']}: {one['uri']} {one['info']}".strip() for one in found
            if one["status"] in ("broken", "timeout") and not REFUSED.search(one["info"])]


# --- opening, serving, JupyterLab -------------------------------------------------------------------------------------

def may_open() -> bool:
    """Whether a browser may be opened: not in CI, not with ``NO_OPEN=1``, and only where there is a screen."""
    if in_ci() or os.environ.get("NO_OPEN", "").strip() not in ("", "0"):
        return False
    has_screen = sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY"))
    return has_screen


def open_book() -> int:
    """Say where the book is and open it in the browser if there is one to open."""
    page = index_page()
    if not page.is_file():
        print("There is no book yet. Build it first: make book, or python -m emdbook build", file=sys.stderr)
        return 1
    print(f"The book is here: {page}", flush=True)
    if may_open():
        webbrowser.open(page.as_uri())
    return 0


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Say nothing: a reader does not want one line per file."""


def make_server(port: int) -> http.server.ThreadingHTTPServer:
    """A server of the built book on this machine; if the port is taken, on any free one."""
    handler = functools.partial(_Quiet, directory=str(index_page().parent))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def serve(port: int = 8000) -> int:
    """Serve the book on this machine until Ctrl+C; build it first if it is stale or missing.

    Parameters
    ----------
    port : int
        Wished port.
    """
    if code := build():
        return code
    with make_server(port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"The book is served at {address} (stop with Ctrl+C)", flush=True)
        if may_open():
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0

"""Building the book, opening it, serving it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from emdbook.ground.paths import project_dir

#: Jupyter Book has no ``python -m``; this is what its console script does, without depending on the search path.
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


def index_page() -> Path:
    """Where the front page of the built book is."""
    return project_dir() / "_build" / "html" / "index.html"


def in_ci() -> bool:
    """Whether this is an automatic run, as ``CI=true`` says."""
    return os.environ.get("CI", "").strip().lower() in ("1", "true", "yes")


def build() -> int:
    """Execute every chapter and build the book, with warnings as errors.

    Returns
    -------
    int
        0 when the book was built; the code of Jupyter Book otherwise.

    Notes
    -----
    The last build is removed first.  Sphinx would skip a chapter whose file did not change although the data did, and a
    page that no longer exists would still be found by the test of links.
    """
    shutil.rmtree(project_dir() / "_build", ignore_errors=True)
    command = [sys.executable, "-c", _JUPYTER_BOOK, "build", str(project_dir()), "-W", "-n", "--keep-going"]
    code = subprocess.run(command, cwd=project_dir(), stdin=subprocess.DEVNULL, check=False).returncode
    if code == 0 and not index_page().is_file():
        print("Jupyter Book ended without an error and without a book.", file=sys.stderr)
        return 1
    return code


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
    """Serve the built book on this machine until Ctrl+C; build it first if there is none.

    Parameters
    ----------
    port : int
        Wished port.
    """
    if not index_page().is_file() and (code := build()):
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


def lab(options: Sequence[str] = ()) -> int:
    """Open JupyterLab at the chapters.

    Parameters
    ----------
    options : sequence of str
        Handed to JupyterLab, such as ``--allow-root`` in a container.
    """
    command = [sys.executable, "-m", "jupyterlab", "notebooks", *options]
    if not may_open():
        command.append("--no-browser")
    try:
        return subprocess.run(command, cwd=project_dir(), check=False).returncode
    except KeyboardInterrupt:
        return 0

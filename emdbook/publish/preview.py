"""``python -m emdbook preview 09``: a page as it will be, seconds after its sentence, cell or table was saved.

A small server shows the book from a folder of its own.  The page that is open in the browser asks whether it is stale;
then that page alone is made again, and its chapter is run again if its code, the data or the toolkit changed.
sphinx-autobuild makes every stale page, and all sixteen chapters depend on the data, so it would be minutes late.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import build, executed

_SCRIPT = """(() => {
  let seen = null;
  const bar = document.createElement("p");
  bar.setAttribute("role", "status");
  bar.style.cssText = "position:fixed;inset:auto 0 0 0;margin:0;padding:.6em 1em;z-index:9999;background:#7a1022;" +
    "color:#fff;font:16px/1.4 sans-serif;white-space:pre-wrap";
  async function ask() {
    try {
      const answer = await (await fetch("/_preview?page=" + encodeURIComponent(location.pathname))).json();
      if (seen !== null && answer.made !== seen) location.reload();
      seen = answer.made;
      bar.textContent = answer.said;
      if (answer.said) document.body.append(bar); else bar.remove();
    } catch (error) { /* the preview was stopped */ }
    setTimeout(ask, 500);
  }
  ask();
})();
"""


class Preview:
    """The pages, and what has been made of which state of the files.

    Parameters
    ----------
    folder : path, optional
        Where the pages lie; ``_build/preview`` if left out.
    """

    def __init__(self, folder: Path | None = None):
        self.folder = folder or build.build_dir() / "preview"
        self.doctrees = self.folder.with_name(f".{self.folder.name}-doctrees")
        self.changed = 0  # counts changes on disk
        self.made: dict[str, int] = {}  # page to the count that it was made at
        self.said: dict[str, str] = {}  # page to what went wrong with it
        self.lock = threading.Lock()
        self._spare: subprocess.Popen | None = None  # a press that has loaded what it needs and waits
        self._kernel = None  # and so has a kernel
        self._spare_of = 0.0  # the toolkit's newest file when they were started

    def begin(self) -> None:
        """Take the last book to begin with, or make one of what there is, without running a chapter."""
        self._prepare()
        if (self.folder / "index.html").is_file() and self.doctrees.is_dir():
            self.changed = 1  # of an earlier preview: each page is looked at when it is opened
            return
        doctrees = build.build_dir() / ".doctrees"
        if build.index_page().is_file() and doctrees.is_dir():
            for old, new in ((build.index_page().parent, self.folder), (doctrees, self.doctrees)):
                shutil.rmtree(new, ignore_errors=True)
                shutil.copytree(old, new)
            self.changed = 0 if build.is_built() else 1
        else:
            print("There is no book yet to begin with: making its pages", flush=True)
            self._press("")
            self._prepare()
            self.changed = 1

    def page(self, address: str) -> str:
        """``notebooks/09_bispecific_antibodies`` of ``/notebooks/09_bispecific_antibodies.html``."""
        name = address.strip("/").removesuffix(".html")
        # any page on the web may send an address here, and the chapter that it names is run: none outside the book
        found = (project_dir() / f"{name}{ending}" for ending in (".ipynb", ".md"))
        return name if re.fullmatch(r"(?:notebooks|book)/\w+", name) and any(one.is_file() for one in found) else ""

    def fresh(self, page: str) -> int:
        """Make a page again if it is older than the files, and return the count that it was made at."""
        with self.lock:
            now = self.changed
            if page and self.made.get(page, 0) < now:
                start = time.monotonic()
                try:
                    notebook = project_dir() / f"{page}.ipynb"
                    self._prepare()
                    if notebook.is_file() and not executed.is_fresh(notebook):
                        self._run(notebook)
                    self.said[page] = self._press(page)
                except (executed.ChapterError, ValueError, OSError) as error:
                    self.said[page] = str(error)
                self.made[page] = now
                self._prepare()
                print(f"{page}: {time.monotonic() - start:.1f} s. {self.said[page]}".strip(), flush=True)
            return self.made.get(page, 0)

    def _run(self, notebook: Path) -> None:
        """Run a chapter in the kernel that waits, which then is of no more use."""
        kernel, self._kernel = self._kernel, None
        try:
            executed.execute(notebook, kernel=kernel)
        finally:
            kernel.shutdown_kernel(now=True)

    def _press(self, page: str) -> str:
        """Make one page, or all of them if no name is given; what Sphinx complained of."""
        # making pages light takes a quarter of the time, and looks at every page
        changes = {executed.PREVIEW: page or "none", "EMDBOOK_LEAN": "0"}
        words = ["html", str(self.folder), str(self.doctrees)]
        run, self._spare = self._spare, None
        stdout, stderr = run.communicate(json.dumps({"words": words, "environment": changes}) + "\n")
        said = build.complaints(f"{stdout}\n{stderr}") or ([stderr[-500:]] if run.returncode else [])
        return "\n".join(said)

    def _prepare(self) -> None:
        """A press and a kernel that load what they need while the author still writes, and then wait.

        New ones where they are used up or died, or the toolkit changed since.
        """
        newest = _newest_of_the_toolkit()
        if self._spare_of != newest or (self._spare and self._spare.poll() is not None) \
                or (self._kernel and not self._kernel.is_alive()):
            self.end()
        self._spare_of = newest
        self._kernel = self._kernel or executed.warm_kernel()
        self._spare = self._spare or subprocess.Popen(
            [sys.executable, "-m", "emdbook.publish.press"], cwd=project_dir(), text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
            env=executed.environment())

    def end(self) -> None:
        """Let the press and the kernel that wait go."""
        if self._spare is not None:
            self._spare.communicate("")
        if self._kernel is not None:
            self._kernel.shutdown_kernel(now=True)
        self._spare = self._kernel = None

    def watch(self, stop: threading.Event) -> None:
        """Count changes until told to stop."""
        from watchfiles import watch

        root = project_dir()
        for _ in watch(*(root / name for name in build.INPUTS), data_dir(), stop_event=stop, debounce=200, step=50):
            self.changed += 1


def _newest_of_the_toolkit() -> float:
    folder = Path(__file__).resolve().parents[1]
    return max(file.stat().st_mtime for file in folder.rglob("*") if "__pycache__" not in file.parts)


class _Handler(http.server.SimpleHTTPRequestHandler):
    preview: Preview

    def log_message(self, format, *args):
        """Say nothing: an author does not want one line per file."""

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the page was closed meanwhile
            self.wfile.write(body)

    def do_GET(self):
        address = urlsplit(self.path)
        if address.path == "/_preview.js":
            self._answer(_SCRIPT.encode(), "text/javascript")
        elif address.path == "/_preview":
            page = self.preview.page(parse_qs(address.query).get("page", [""])[0])
            made = self.preview.fresh(page)
            self._answer(json.dumps({"made": made, "said": self.preview.said.get(page, "")}).encode(),
                         "application/json")
        elif address.path.endswith(".html"):
            file = Path(self.translate_path(address.path))
            if not file.is_file():
                self.send_error(404)
                return
            text = file.read_text(encoding="utf-8")
            self._answer(text.replace("</body>", '<script src="/_preview.js"></script></body>').encode(),
                         "text/html; charset=utf-8")
        else:
            super().do_GET()


def serve(preview: Preview, port: int) -> http.server.ThreadingHTTPServer:
    """A server of the preview on this machine; if the port is taken, on any free one."""
    kind = type("Handler", (_Handler,), {"preview": preview})
    handler = functools.partial(kind, directory=str(preview.folder))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main(name: str = "", port: int = 8010) -> int:
    """Show the book and make pages again as their files change, until Ctrl+C.

    Parameters
    ----------
    name : str
        The chapter to open, such as ``09``; the cover if left out.
    port : int
        Wished port.
    """
    from emdbook.publish.slides.write import wanted

    page = f"notebooks/{wanted([name])[0]}" if name else "book/cover"
    preview, stop = Preview(), threading.Event()
    preview.begin()
    threading.Thread(target=preview.watch, args=(stop,), daemon=True).start()
    with serve(preview, port) as server:
        address = f"http://127.0.0.1:{server.server_port}/{page}.html"
        print(f"The preview is at {address} (stop with Ctrl+C). Save a file and look at the page.", flush=True)
        if build.may_open():
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
        finally:
            stop.set()
            preview.end()
    return 0


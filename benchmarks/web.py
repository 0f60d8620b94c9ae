"""A server that packs as a real host does, and a browser with the network cut."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Bytes of the head of an answer, about.
_HEAD = 300
_PACKED = {".html", ".css", ".js", ".svg", ".json", ".ipynb", ".txt"}


@functools.cache
def _gzipped(path: Path, changed: float) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


@dataclass
class Traffic:
    """What went over the wire since the last :meth:`reset`, as the server counts it."""

    requests: int = 0
    bytes: int = 0
    off_host: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Start anew."""
        self.requests, self.bytes, self.off_host = 0, 0, []


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    traffic: Traffic

    def handle_error(self, request, client_address):
        """Say nothing: a browser that is closed cuts its connections."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        """Say nothing."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        pack = path.suffix in _PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
        body = _gzipped(path, path.stat().st_mtime) if pack else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)) + ("; charset=utf-8" if pack else ""))
        self.send_header("Content-Length", str(len(body)))
        # What a static host sends for files named after their content.
        self.send_header("Cache-Control", "max-age=31536000" if "/_static/" in self.path else "max-age=600")
        if pack:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        self.server.traffic.requests += 1
        self.server.traffic.bytes += len(body) + _HEAD
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)


@contextlib.contextmanager
def served(folder: Path, traffic: Traffic | None = None) -> Iterator[str]:
    """Serve a folder with gzip on a free port of this machine.

    Parameters
    ----------
    folder : path
    traffic : Traffic, optional
        Counts what is sent.

    Yields
    ------
    str
        Address of its root.
    """
    handler = functools.partial(_Handler, directory=str(folder))
    server = _Server(("127.0.0.1", 0), handler)
    server.traffic = traffic or Traffic()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _local(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1:"))


@contextlib.contextmanager
def fresh_page(browser, traffic: Traffic | None = None, **options):
    """A page with an empty cache that cannot leave this machine; what it tried is noted in ``traffic.off_host``."""
    context = browser.new_context(**options)

    def route(handler):
        if _local(handler.request.url):
            handler.continue_()
        else:
            if traffic is not None:
                traffic.off_host.append(handler.request.url)
            handler.abort()

    context.route("**/*", route)
    try:
        yield context.new_page()
    finally:
        context.unroute_all(behavior="ignoreErrors")
        context.close()

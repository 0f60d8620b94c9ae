"""WebKitGTK, the engine of Safari, by its WebDriver. It needs a screen, so a virtual one is started for it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_NEEDED = ("WebKitWebDriver", "xvfb-run", "dbus-run-session")


class NoWebKit(RuntimeError):
    """The engine, its driver or a virtual screen is missing, or does not start."""


def missing() -> str:
    """What is missing, in words; empty where everything is there."""
    gone = [name for name in _NEEDED if shutil.which(name) is None]
    gone += [] if _browser() else ["MiniBrowser of WebKitGTK"]
    return ", ".join(gone)


def _browser() -> str:
    return next((str(path) for path in sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), reverse=True)), "")


class Page:
    """The one window."""

    def __init__(self, root: str):
        self.root = root
        wanted = {"browserName": "MiniBrowser",
                  "webkitgtk:browserOptions": {"binary": _browser(), "args": ["--automation"]}}
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.root = f"{root}/session/{made['sessionId']}"

    def ask(self, method: str, path: str, body: dict | None = None):
        """One command of WebDriver and its value."""
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.root + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {json.load(error)['value']['message'][:300]}") from None

    def goto(self, url: str) -> None:
        """Open an address."""
        self.ask("POST", "/url", {"url": url})

    def back(self) -> None:
        """The browser's own button."""
        self.ask("POST", "/back")

    def evaluate(self, function: str, *arguments):
        """The value of a function of the page."""
        return self.ask("POST", "/execute/sync", {"script": f"return ({function})(...arguments)",
                                                  "args": list(arguments)})

    def wait_for(self, function: str, *arguments, seconds: float = 30) -> None:
        """Until a function of the page is true."""
        end = time.monotonic() + seconds
        while not self.evaluate(function, *arguments):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {function}")
            time.sleep(0.1)


@contextlib.contextmanager
def running() -> Iterator[Page]:
    """A window of its own.

    Raises
    ------
    NoWebKit
        If it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="emd-webkit-", ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            ["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", "dbus-run-session", "--", "WebKitWebDriver",
             f"--port={port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
            # A container has no namespaces to give, and no graphics card.
            env={**os.environ, "HOME": home, "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "LIBGL_ALWAYS_SOFTWARE": "1",
                 "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"})
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.2)
            else:
                raise NoWebKit("WebKitWebDriver does not start")
            page = Page(f"http://127.0.0.1:{port}")
            yield page
            with contextlib.suppress(AssertionError, OSError):
                page.ask("DELETE", "")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)

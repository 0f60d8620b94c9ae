"""Python on the page: from the first Run to the first chart, the next runs, halts of the page, memory, and sizes.

In Chromium, in Firefox and, from a file, in WebKitGTK; those that are not installed are named.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pages import weigh
from benchmarks.web import served
from emdbook.ground.browser import launched
from emdbook.ground.paths import project_dir
from emdbook.publish.offline import archive
from emdbook.publish.runtime.pages import without

#: Runs after the first.
RUNS = 12
_READY = "() => document.querySelector('emd-python')?.dataset.state === 'ready'"
_WATCH = """() => { window.heard = 0; window.longest = 0; let last = performance.now();
    (function tick() { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now;
        setTimeout(tick, 5); })();
    document.addEventListener('emd-python', () => { window.heard += 1; });
    return true; }"""
_PRESS = """() => { window.heard = 0; document.querySelector('emd-python .emd-python-run').click(); return true; }"""


def measure(html: Path) -> dict:
    """Measure the first chapter whose exercise draws.

    Parameters
    ----------
    html : path
        The built book.

    Returns
    -------
    dict

    Raises
    ------
    FileNotFoundError
        If the book was built without Python.
    """
    folder = html / "_static" / "python"
    if not folder.is_dir():
        raise FileNotFoundError("the book was built without Python: make python, then make book")
    name = next(f.relative_to(html).as_posix() for f in sorted((html / "notebooks").glob("*.html"))
                if "<emd-python" in (text := f.read_text(encoding="utf-8"))
                and "<figure" in text[text.index("<emd-python"):text.index("</emd-python>")])
    parts = [f for f in folder.iterdir() if f.suffix == ".js"]
    found: dict = {
        "page": name, "disk_MB": round(sum(f.stat().st_size for f in folder.iterdir()) / 1e6, 1),
        "http_MB": round(sum(len(gzip.compress(f.read_bytes(), 6)) for f in parts) / 1e6, 1),
        "zips_MB": {which: round(file.stat().st_size / 1e6, 1) for which, python in (("without", False), ("with", True))
                    if (file := archive.archive_file(python)).is_file()},
        "browsers": {}}
    found["page_KiB"] = _weights(html, name.removesuffix(".html"))
    with served(html) as address:
        for how, url in (("file", (html / name).as_uri()), ("http", f"{address}/{name}")):
            # WebKit's driver speaks to one window; that it runs from a stick is what matters there
            for engine, opened in (("Chromium", _chromium), ("Firefox", _firefox), ("WebKitGTK", _webkit))[
                    :3 if how == "file" else 2]:
                try:
                    with opened() as page:
                        found["browsers"][f"{engine}, {how}"] = _run(page, url)
                except LookupError as error:
                    found["browsers"][f"{engine}, {how}"] = str(error)
    return found


def _weights(html: Path, name: str) -> dict[str, float]:
    """What a reader loads over the wire before she presses Run: with Python, and the same page without it."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "html")
        shutil.copytree(html, plain, ignore=shutil.ignore_patterns("python"))
        page = plain / f"{name}.html"
        page.write_text(without(page.read_text(encoding="utf-8")), encoding="utf-8")
        return {"with": weigh(html, [name])[name]["kib"], "without": weigh(plain, [name])[name]["kib"]}


def _run(page, url: str) -> dict:
    page.goto(url)
    end = time.monotonic() + 20
    while not page.evaluate(_READY) and time.monotonic() < end:
        time.sleep(0.05)
    page.evaluate(_WATCH)
    times = []
    for _ in range(RUNS + 1):
        start = time.monotonic()
        page.evaluate(_PRESS)
        while not page.evaluate("() => window.heard"):
            if time.monotonic() - start > 300:
                raise TimeoutError("no chart within 300 s")
            time.sleep(0.01)
        times.append(time.monotonic() - start)
    workers = getattr(page, "workers", [])  # only Chromium's driver shows them
    memory = workers[0].evaluate("engine.exports.memory.buffer.byteLength") if workers else None
    return {"first_s": round(times[0], 1), "next_s": round(statistics.median(times[1:]), 2),
            "longest_halt_ms": round(page.evaluate("() => window.longest")),
            "memory_MB": memory and round(memory / 1e6)}


@contextlib.contextmanager
def _chromium() -> Iterator:
    with launched() as browser:
        yield browser.new_page()


def _driver(name: str):
    """A driver of the browser tests: Firefox and WebKit speak protocols of their own."""
    sys.path.insert(0, str(project_dir() / "tests" / "web"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


@contextlib.contextmanager
def _firefox() -> Iterator:
    driver = _driver("firefox")
    try:
        driver.find()
    except driver.NoFirefox as error:
        raise LookupError(str(error)) from None
    with driver.running() as running:
        yield running.page()


@contextlib.contextmanager
def _webkit() -> Iterator:
    driver = _driver("webkit")
    if gone := driver.missing():
        raise LookupError(f"not on this machine: {gone}")
    with driver.running() as page:
        yield page

"""A real Chromium with the network cut, for every test under tests/web."""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest

from emdbook import style
from emdbook.explore import registry
from emdbook.ground.browser import NoBrowser, launched
from emdbook.publish import blocks
from emdbook.publish.build import in_ci, index_page


def no_browser(reason: str) -> None:
    """Skip with a reason; under CI a missing browser is a failure."""
    if in_ci():
        pytest.fail(f"{reason} (an error because CI is set)")
    pytest.skip(reason)


#: Files whose tests share something costly, so one worker takes the whole file.  All others are dealt one by one.
TOGETHER = ("explore_page", "firefox", "jupyterlab", "lessons_played", "offline", "slides", "svg_fidelity", "webkit")
#: Files that leave with the slow gate ``widgets``, so that the run of a change stays well under half an hour.
SLOW = ("lessons_played", "slides", "svg_fidelity")


@pytest.hookimpl(tryfirst=True)  # before xdist reads which tests belong together
def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here not in Path(item.path).parents:
            continue
        item.add_marker(pytest.mark.browser)
        name = Path(item.path).stem.removeprefix("test_")
        chapter = item.callspec.params.get("chapter") if hasattr(item, "callspec") else None
        if name in SLOW:
            item.add_marker(pytest.mark.exhaustive)
        if name in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(name))
        elif name == "book_widgets" and chapter:
            item.add_marker(pytest.mark.xdist_group(f"widgets of {chapter}"))  # its fresh charts are kept in the worker
    for item in twice(items):
        item.add_marker(pytest.mark.exhaustive)


#: A page comes from a server or from a disk.
WAYS = {"http", "file"}


def twice(items) -> list:
    """Of tests that go both ways, the way that waits for the weekly run: one in turn, by the name of the test.

    Each page and each way of using it is tried at every change, some served and some from a disk.
    """
    both: dict[str, dict[str, object]] = {}
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        way = [str(value) for value in params.values() if isinstance(value, str) and value in WAYS]
        said = item.callspec.id.split("-") if way else []
        if len(way) == 1 and way[0] in said and not item.get_closest_marker("python"):
            said.remove(way[0])
            both.setdefault(f"{item.path.name}::{item.originalname}{said}", {})[way[0]] = item
    return [of[sorted(of)[zlib.crc32(name.encode()) % 2]] for name, of in both.items() if len(of) == 2]


def pytest_runtest_setup(item):
    """What looks at the built book needs one."""
    if item.get_closest_marker("book") and Path(__file__).parent in Path(item.path).parents \
            and not (index_page().parent / "searchindex.js").is_file():
        reason = "there is no built book: make book"
        pytest.fail(reason) if in_ci() else pytest.skip(reason)


@pytest.fixture
def page_view(monkeypatch):
    """Blocks are made as the pages of the book hold them."""
    monkeypatch.setenv("EMDBOOK_VIEW", "page")


@pytest.fixture
def page_states(page_view, monkeypatch, tmp_path_factory):
    """Widgets, too: drawn here, into a cache of this run."""
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("EMDBOOK_WORKERS", "1")
    registry.clear()


@pytest.fixture(params=["http", "file"])
def at(request, serve):
    """The address of a page of the built book, served and from a disk."""
    folder = index_page().parent
    root = serve(folder) if request.param == "http" else folder.as_uri()
    return lambda name: f"{root}/{name}.html"


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole run."""
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(launched())
        except NoBrowser as error:
            no_browser(str(error))
        yield made


@dataclass
class Watch:
    """What a page asked for beyond this machine, and what it complained about."""

    outside: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def assert_clean(self) -> None:
        assert not self.outside, f"requests off the host: {self.outside}"
        assert not self.console, f"console: {self.console}"


#: Requests that leave this machine. Those that stay are not asked of Python: that took a fifth of a page over HTTP.
OUTSIDE = re.compile(r"^(?!file:|data:|blob:|about:|http://127\.0\.0\.1:|http://localhost:)")


def _watched(context, page) -> Watch:
    """Hear what a page complains about, and cut it off from the world."""
    watch = page.watch = Watch()

    def route(handler):
        page.watch.outside.append(handler.request.url)
        handler.abort()

    context.route(OUTSIDE, route)
    page.on("console", lambda m: page.watch.console.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: page.watch.console.append(str(e)))
    return watch


def _go(page, url: str, wait: bool = True) -> None:
    page.goto(url)
    if wait:
        page.wait_for_function(
            f"() => [...document.querySelectorAll('{','.join(blocks.TAGS)}')].every(e => e.dataset.state)")


@pytest.fixture
def open_page(browser):
    """Open an address with the network cut; returns the page, its watch as ``page.watch``.

    Each page has a context of its own: no memory of what a reader did before.
    Over HTTP the browser may reach this machine only; from ``file://`` it is offline altogether.
    """
    with contextlib.ExitStack() as stack:

        def opened(url: str, *, theme: str = "light", width: int = 1100, height: int = 900, wait: bool = True,
                   **context):
            made = browser.new_context(
                color_scheme=theme, viewport={"width": width, "height": height}, accept_downloads=True, **context
            )
            stack.callback(made.close)
            made.set_default_timeout(15000)
            if url.startswith("file:"):
                made.set_offline(True)
            page = made.new_page()
            _watched(made, page)
            _go(page, url, wait)
            return page

        yield opened


@pytest.fixture(scope="module")
def _visitor(browser):
    context = browser.new_context(offline=True)
    context.set_default_timeout(15000)
    page = context.new_page()
    _watched(context, page)
    yield page
    context.close()


@pytest.fixture
def visit(_visitor):
    """Open a file in a page that is used again and again: quick, for tests that need no fresh memory.

    It begins light, 1100 px wide, and with nothing to complain about.
    """
    def visited(url: str):
        page = _visitor
        page.set_viewport_size({"width": 1100, "height": 900})
        page.emulate_media(color_scheme="light")
        page.watch = Watch()
        _go(page, url)
        return page

    return visited


@pytest.fixture(scope="session")
def serve():
    """Serve a folder on this machine; returns the address of its root, one for each folder: a server ends slowly."""
    with contextlib.ExitStack() as stack:

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *args):
                pass

        @functools.cache
        def served(folder: Path) -> str:
            server = http.server.ThreadingHTTPServer(
                ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
            )
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield served


@pytest.fixture
def axe():
    """Run axe-core (WCAG 2.2 AA and best practices) on a page; returns the violations in words."""
    source = None

    def run(page, within: str | None = None, rules: Sequence[str] = ()) -> list[str]:
        nonlocal source
        if source is None:
            import axe_playwright_python

            source = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
        page.evaluate(source)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": tags}
        # Only the violations cross over to Python: what passes is megabytes on a long page, and took longer than axe.
        found = page.evaluate(
            "([within, only]) => axe.run(within || document, {runOnly: only, resultTypes: ['violations']})"
            ".then(found => found.violations)", [within, only]
        )
        return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]

    return run


@pytest.fixture
def harness(tmp_path):
    """Write a small page around blocks of the book, with the book's own assets."""

    def write(*parts: str, theme: str = "light", change=None, name: str = "index.html") -> Path:
        folder = tmp_path / "page"
        assets = folder / "_assets"
        assets.mkdir(parents=True, exist_ok=True)
        sheets = blocks.assets(".css")
        scripts = [*blocks.BASE, blocks.FRAME / "windows.js", *blocks.assets(".js")]
        for file in (*sheets, *scripts):
            text = file.read_text(encoding="utf-8")
            (assets / file.name).write_text(change(file.name, text) if change else text, encoding="utf-8")
        (assets / "palette.css").write_text(
            style.css_variables() + "body{background:var(--emd-c-paper);color:var(--emd-c-ink);font-family:sans-serif}",
            encoding="utf-8",
        )
        names = ["palette.css", *(file.name for file in sheets)]
        head = "".join(f'<link rel="stylesheet" href="_assets/{n}">' for n in names)
        head += "".join(f'<script defer src="_assets/{file.name}"></script>' for file in scripts)
        page = folder / name
        page.write_text(
            f'<!DOCTYPE html><html lang="en" data-theme="{escape(theme)}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Test page</title>{head}'
            '<link rel="icon" href="data:,"></head><body><main><h1>Test page</h1><p>Before.</p>'
            f"{''.join(parts)}<p>After.</p></main></body></html>",
            encoding="utf-8",
        )
        return page

    return write

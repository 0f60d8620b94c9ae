"""Firefox, driven by its own WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): no driver, nothing to download.

Only what the tests ask for: open a page, evaluate, click, press a key, go back, and hear what the page complains about.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

#: The first that is on the search path is taken.
NAMES = ("firefox-esr", "firefox")
#: Quiet, and with nothing asked of any server.
PREFS = {
    "app.normandy.enabled": False, "app.update.disabledForTesting": True, "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False, "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False, "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False, "services.settings.server": "data:,#remote-settings-dummy/v1",
    "extensions.systemAddon.update.enabled": False, "extensions.update.enabled": False,
    "remote.active-protocols": 1, "browser.tabs.warnOnClose": False, "ui.systemUsesDarkTheme": 0,
}
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "ArrowLeft": "\ue012", "ArrowUp": "\ue013",
        "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Space": " "}


class NoFirefox(RuntimeError):
    """There is no Firefox, or it does not start."""


def find() -> str:
    """The path of Firefox: ``EMDBOOK_FIREFOX``, or one on the search path."""
    given = os.environ.get("EMDBOOK_FIREFOX", "").strip()
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise NoFirefox("no Firefox was found; install firefox-esr, or set EMDBOOK_FIREFOX to its path")
    return found


class Page:
    """One tab."""

    def __init__(self, browser: Firefox, context: str):
        self.browser, self.context = browser, context
        self.console: list[str] = []
        browser.pages[context] = self

    def goto(self, url: str) -> None:
        """Open an address and wait until it has loaded."""
        self.browser.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def back(self) -> None:
        """The browser's own button."""
        self.browser.ask("browsingContext.traverseHistory", context=self.context, delta=-1)

    def evaluate(self, function: str, *arguments):
        """The value of a function of the page, as Python has it."""
        call = f"async (text) => JSON.stringify((await ({function})(...JSON.parse(text))) ?? null)"
        found = self.browser.ask(
            "script.callFunction", functionDeclaration=call, awaitPromise=True, target={"context": self.context},
            arguments=[{"type": "string", "value": json.dumps(arguments)}])
        if found["type"] == "exception":
            raise AssertionError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def wait_for(self, function: str, *arguments, seconds: float = 20) -> None:
        """Until a function of the page is true."""
        end = time.monotonic() + seconds
        while not self.evaluate(function, *arguments):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {function}")
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """A real press of the mouse in the middle of the first element that matches."""
        # what is laid out late, because it was out of sight, may still move it: press where it has come to rest
        x, y = self.evaluate("""async selector => {
            const e = document.querySelector(selector);
            for (let last = '', i = 0; i < 50; i++) {
                e.scrollIntoView({block: 'center', behavior: 'instant'});
                await new Promise(done => setTimeout(done, 40));
                const r = e.getBoundingClientRect(), here = `${r.x} ${r.y} ${r.width}`;
                if (here === last) break;
                last = here;
            }
            const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }""", selector)
        self.browser.ask("input.performActions", context=self.context, actions=[{
            "type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [
                {"type": "pointerMove", "x": round(x), "y": round(y)},
                {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]}])

    def press(self, key: str) -> None:
        """One key, down and up."""
        value = KEYS.get(key, key)
        self.browser.ask("input.performActions", context=self.context, actions=[{
            "type": "key", "id": "keyboard",
            "actions": [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]}])

    def close(self) -> None:
        """Close the tab."""
        self.browser.ask("browsingContext.close", context=self.context)
        self.browser.pages.pop(self.context, None)


class Firefox:
    """One running Firefox."""

    def __init__(self, address: str):
        import websocket

        self.socket = websocket.create_connection(f"{address}/session", timeout=60, suppress_origin=True)
        self.number = 0
        self.pages: dict[str, Page] = {}
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def ask(self, method: str, **params):
        """One command and its answer; what the browser tells meanwhile goes to the pages."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv())
            if told.get("type") == "event":
                self.hear(told["method"], told["params"])
            elif told.get("id") == self.number:
                if told["type"] == "error":
                    raise AssertionError(f"{method}: {told['error']}: {told['message']}")
                return told["result"]

    def hear(self, method: str, params: dict) -> None:
        """Keep complaints of a page, and requests beyond this machine."""
        source = params.get("source", params)
        page = self.pages.get(source.get("context") or "")
        if page is None:
            return
        if method == "log.entryAdded" and params["level"] in ("error", "warn"):
            page.console.append(params["text"] or "")
        elif method == "network.beforeRequestSent":
            url = params["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1:")):
                page.console.append(f"request off the host: {url}")

    def page(self, width: int = 1100, height: int = 900) -> Page:
        """A new tab."""
        made = Page(self, self.ask("browsingContext.create", type="tab")["context"])
        self.ask("browsingContext.setViewport", context=made.context, viewport={"width": width, "height": height})
        return made


@contextlib.contextmanager
def running(**prefs) -> Iterator[Firefox]:
    """A Firefox of its own, with a profile of its own.

    Parameters
    ----------
    **prefs
        Settings by name, with ``__`` for each full stop.

    Raises
    ------
    NoFirefox
        If there is none, or it does not start.
    """
    path = find()
    # A home of its own too: Firefox as root does not start with another user's.
    with tempfile.TemporaryDirectory(prefix="emd-firefox-", ignore_cleanup_errors=True) as folder:
        chosen = {**PREFS, **{name.replace("__", "."): value for name, value in prefs.items()}}
        (Path(folder) / "user.js").write_text(
            "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items()))
        process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": folder, "MOZ_DISABLE_CONTENT_SANDBOX": "1", "MOZ_CRASHREPORTER_DISABLE": "1"})
        try:
            address = next((found[1] for line in process.stderr
                            if (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line))), None)
            if address is None:
                raise NoFirefox(f"{path} does not start")
            yield Firefox(address)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

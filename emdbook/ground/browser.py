"""The installed Chromium or Chrome, for the PDF, the browser tests and the benchmarks."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator

from emdbook.ground.faults import Told

__all__ = ["NAMES", "NoBrowser", "find_browser", "launched"]

#: The first that is on the search path is taken. The headless shell is Chromium without the parts for a window, which
#: takes half the time for the same pages.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


class NoBrowser(Told, RuntimeError):
    """There is no browser, or it does not start."""


def find_browser() -> str:
    """The path of the browser: ``EMDBOOK_CHROMIUM``, or one on the search path.

    Returns
    -------
    str

    Raises
    ------
    NoBrowser
        If there is none.
    """
    given = os.environ.get("EMDBOOK_CHROMIUM", "").strip()
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise NoBrowser("no Chromium or Chrome was found; install one, or set EMDBOOK_CHROMIUM to its path")
    return found


@contextlib.contextmanager
def launched() -> Iterator:
    """A browser of its own, driven by playwright.

    Yields
    ------
    playwright.sync_api.Browser

    Raises
    ------
    NoBrowser
        If playwright is not installed, or there is no browser, or it does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NoBrowser("playwright is not installed") from None
    path = find_browser()
    with sync_playwright() as run:
        try:
            # Without a graphics card Chromium imitates one, which takes twice the processor time.  The headless shell
            # rounds each letter to whole pixels unless told not to, and then lines break elsewhere than for readers.
            browser = run.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"])
        except Error as error:
            raise NoBrowser(f"{path} does not start: {str(error).splitlines()[0]}") from None
        try:
            yield browser
        finally:
            browser.close()

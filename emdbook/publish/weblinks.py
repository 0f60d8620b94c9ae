"""Asking every address that the built pages name whether it still answers.

This runs once a week and blocks nothing: an address may refuse machines and still serve readers.  Those known to do so
stand in :data:`IGNORED`, each with its reason.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

#: Addresses that are not asked, each with the reason.
IGNORED: dict[str, str] = {
    r"https?://(?:127\.0\.0\.1|localhost)": "this machine",
    r"https?://[^/]*\.?example\.(?:org|com)": "an example",
    r"https?://(?:www\.)?fda\.gov/": "answers machines with an error although readers get the page",
    r"https?://clinicaltrials\.gov/": "builds its pages in the browser and answers any address",
}
#: Answers that mean "not for machines", not "gone".
REFUSED = frozenset({401, 403, 405, 406, 418, 429, 503})
_TIMEOUT = 30


class _Addresses(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.found |= {value.partition("#")[0] for name, value in attrs
                       if name == "href" and value and re.match(r"https?://", value)}


def addresses(folder: Path) -> dict[str, str]:
    """Every outside address that the pages of a folder link to, with one page that does."""
    found: dict[str, str] = {}
    for page in sorted(folder.rglob("*.html")):
        parser = _Addresses()
        parser.feed(page.read_text(encoding="utf-8"))
        for address in sorted(parser.found):
            if not any(re.match(pattern, address) for pattern in IGNORED):
                found.setdefault(address, page.relative_to(folder).as_posix())
    return found


def ask(address: str) -> str:
    """What is wrong with an address; nothing if it answers or refuses machines."""
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (link check of an open textbook)"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT):
            return ""
    except urllib.error.HTTPError as error:
        return "" if error.code in REFUSED else f"answers {error.code}"
    except (OSError, ValueError) as error:
        return f"does not answer: {error}"


def check(folder: Path) -> Iterable[str]:
    """One line for each address that is gone."""
    found = addresses(folder)
    with ThreadPoolExecutor(max_workers=8) as pool:
        for (address, page), problem in zip(found.items(), pool.map(ask, found), strict=True):
            if problem:
                yield f"{page}: {address} {problem}"

"""A class that votes: phones as threads, each with its own address on this machine, cookies and all.

``python -m benchmarks --only vote`` lets two hundred phones vote twice over the server that ``python -m emdbook vote``
starts, and counts that nobody's answer is lost.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_SAID = re.compile(r'role="(?:status|alert)">([^<]*)')


class Phone:
    """A browser as simple as one can be: it follows one redirect and keeps its cookies.

    Parameters
    ----------
    base : str
        Address of the server.
    source : str
        Address on this machine from which it comes.
    """

    def __init__(self, base: str, source: str = "127.0.0.1"):
        self.host, self.source, self.cookies = urlsplit(base).netloc, source, {}
        self.seconds: list[float] = []

    def ask(self, method: str, path: str, fields: object = None, headers: dict | None = None) -> tuple[int, str]:
        """One request over a connection of its own; the status and the page behind a redirect."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(self.host, timeout=30, source_address=(self.source, 0))
        body = fields if isinstance(fields, (bytes, type(None))) else urlencode(fields, doseq=True)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        sent |= {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        with contextlib.closing(connection):
            connection.request(method, path, body, sent | (headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
        self.seconds.append(time.perf_counter() - begun)
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.headers = answer.headers
        if answer.status == 303:
            return self.ask("GET", answer.headers["Location"])
        return answer.status, text

    def get(self, path: str = "/") -> str:
        """A page."""
        return self.ask("GET", path)[1]

    def send(self, path: str, **fields) -> tuple[int, str]:
        """Send a form of a page of the server; the status and what the next page says."""
        if "emd_vote_form" not in self.cookies:
            self.get("/teach" if path.startswith("/teach") else "/")
        status, text = self.ask("POST", path, fields | {"_xsrf": self.cookies["emd_vote_form"]})
        said = _SAID.search(text)
        return status, said[1].strip() if said else text

    def vote(self, choice: int) -> tuple[int, str]:
        """Look at the question and answer it."""
        ballot = re.search(r'name="ballot" value="(\d+)"', self.get())
        return self.send("/vote", ballot=ballot[1] if ballot else "", choice=choice)


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[tuple[str, str, subprocess.Popen]]:
    """A vote from the command line: its address on this machine, the teacher's secret, and the process."""
    command = [sys.executable, "-m", "emdbook", "vote", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "NO_OPEN": "1"}) as process:
        try:
            told = ""
            while "Ctrl+C" not in told:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"the vote did not start: {told}")
                told += line
            yield re.search(r"Projector:\s+(\S+)/screen", told)[1], re.search(r"secret: (\S+)", told)[1], process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=30)


def crowd(base: str, secret: str, phones: int, question: str, *, shared: bool = False,
          while_open: Callable[[str], None] = lambda phase: None) -> dict:
    """A class that answers before and after; every third changes its mind, every tenth comes back without cookies.

    Parameters
    ----------
    base, secret : str
    phones : int
    question : str
        Its name.
    shared : bool
        Whether all come from one address; then none comes back without cookies.
    while_open : callable
        Called with the phase before each vote closes.

    Returns
    -------
    dict
        ``lost`` (answers that were not counted), ``refused``, ``votes``, and milliseconds of a request.
    """
    teacher = Phone(base)
    teacher.send("/teach/in", secret=secret)
    code = re.search(r'class="code">(\w+)<', teacher.get("/screen"))[1]
    made = [Phone(base, "127.0.0.1" if shared else f"127.0.{1 + i // 250}.{1 + i % 250}") for i in range(phones)]
    wanted, refused, lock = Counter(), [], threading.Lock()

    def one(i: int, phase: str) -> None:
        phone = made[i]
        last = i % 4 if phase == "before" else (i // 2) % 4
        tries = [(last + 1) % 4, last] if i % 3 == 0 else [last]
        for choice in tries:
            status, said = phone.vote(choice)
            if status != 200 or not said.startswith("Your answer is"):
                with lock:
                    refused.append((status, said[:80]))
        for _ in range(3):
            phone.get("/state")
        if i % 10 == 0 and not shared:
            phone.cookies.clear()
            phone.get(f"/?code={code}")
            if "(your answer)" not in phone.get():
                with lock:
                    refused.append((0, "a phone that came back had lost its answer"))
        with lock:
            wanted[phase, last] += 1

    found = {}
    begun = time.perf_counter()
    with ThreadPoolExecutor(phones) as pool:
        list(pool.map(lambda phone: phone.get(f"/?code={code}"), made))
        for phase in ("before", "after"):
            teacher.send("/teach/do", action=phase, name=question)
            list(pool.map(one, range(phones), [phase] * phones))
            while_open(phase)
            teacher.send("/teach/do", action="close")
            teacher.send("/teach/do", action="bars")
            said = re.search(rf"{phase.capitalize()}, (\d+) answers?: ([^.]*)\.", teacher.get("/screen"))
            found |= {(phase, i): int(n) for i, n in enumerate(re.findall(r"[A-J] (\d+) \(", said[2]))}
    seconds = sorted(s for phone in made for s in phone.seconds)
    return {"phones": phones, "votes": sum(found.values()), "refused": refused,
            "lost": sum(abs(wanted[place] - found.get(place, 0)) for place in wanted | Counter(found)),
            "requests": len(seconds), "seconds": round(time.perf_counter() - begun, 1),
            "median_ms": round(1000 * statistics.median(seconds)),
            "p95_ms": round(1000 * seconds[int(0.95 * len(seconds))]), "max_ms": round(1000 * seconds[-1])}


def measure(phones: int = 200, question: str = "sternum-mass") -> dict:
    """Two hundred phones; the numbers of :func:`crowd` and the server's memory and processor time."""
    import psutil

    with running() as (base, secret, process):
        server = psutil.Process(process.pid)
        before = server.cpu_times()
        found = crowd(base, secret, phones, question)
        spent = server.cpu_times()
        found |= {"server_cpu_s": round(spent.user + spent.system - before.user - before.system, 1),
                  "server_MB": round(server.memory_info().rss / 1e6)}
    return found

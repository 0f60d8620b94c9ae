"""The server of a vote: Tornado, which JupyterLab brings, on the local network only."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import ipaddress
import secrets
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tornado import httputil, web
from tornado.httpserver import HTTPServer

from emdbook.classroom import pages
from emdbook.classroom.network import is_local, own_addresses
from emdbook.classroom.poll import Bank, Poll, RefusedError, same, typed

_ASSETS = Path(__file__).resolve().parent / "assets"
#: Bytes of a form; the longest that a page of ours sends is a tenth of it.
MOST_BYTES = 4096
#: Wrong codes or secrets of one address in one minute.
MOST_TRIES = 20
_PHONE, _TEACHER, _FORM = "emd_vote", "emd_vote_teacher", "emd_vote_form"
_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
           "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
_SAID = {403: "This form is too old, or your browser keeps no cookies: open the address of the screen again.",
         404: "There is no such page.", 405: "This page cannot be used in this way.",
         413: "That was too much to send: an answer is a few letters.", 400: "This request could not be read."}


class _Refusal(web.HTTPError):
    def __init__(self, error: RefusedError):
        super().__init__(error.status)
        self.sentence = error.sentence


@contextlib.contextmanager
def _told():
    try:
        yield
    except RefusedError as error:
        raise _Refusal(error) from None


@dataclass
class Room:
    """What every page needs.

    Attributes
    ----------
    poll : Poll
    address : str
        Where phones go; empty where there is no network.
    prepared : list of str
        Names of this lesson's questions.
    hosts : set of str
        Names and addresses by which browsers may call this machine.
    stop : callable
        Called when the teacher ends the vote.
    """

    poll: Poll
    address: str = ""
    prepared: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=lambda: {"127.0.0.1", "localhost", "::1"})
    stop: Callable[[], None] = lambda: None
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _tries: dict[str, deque[float]] = field(default_factory=dict, repr=False)

    def check_tries(self, address: str) -> None:
        """Refuse an address that has guessed too often."""
        tries = self._tries.get(address, ())
        if sum(time.monotonic() - at < 60 for at in tries) >= MOST_TRIES:
            raise RefusedError("Too many wrong codes came from this device: wait a minute.", 429)

    def failed(self, address: str) -> None:
        """Remember a wrong code or secret."""
        self._tries.setdefault(address, deque(maxlen=MOST_TRIES)).append(time.monotonic())


@web.stream_request_body
class _Page(web.RequestHandler):
    """Lets in the local network only, reads small forms only, and says each refusal in one sentence."""

    @property
    def room(self) -> Room:
        return self.application.settings["room"]

    @property
    def poll(self) -> Poll:
        return self.room.poll

    def set_default_headers(self):
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")

    def prepare(self):
        self._sent = bytearray()
        if not is_local(self.request.remote_ip):
            raise _Refusal(RefusedError("This vote is for the people in the room.", 403))
        # A page elsewhere cannot make a browser in the room call this machine by a name of its own.
        name = httputil.split_host_and_port(self.request.host.lower())[0].strip("[]")
        if name not in self.room.hosts:
            raise _Refusal(RefusedError("Open the address that stands on the screen.", 421))
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.set_header("Connection", "close")
            raise web.HTTPError(413)

    def data_received(self, chunk: bytes):
        if len(self._sent) + len(chunk) > MOST_BYTES:
            self.set_header("Connection", "close")
            raise web.HTTPError(413)
        self._sent += chunk

    def read_form(self):
        """Read the form that was sent, and see that a page of ours sent it."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise _Refusal(RefusedError("Only the form of the page can be sent.", 415))
        httputil.parse_body_arguments(kind, bytes(self._sent), self.request.body_arguments, self.request.files)
        for name, values in self.request.body_arguments.items():
            self.request.arguments.setdefault(name, []).extend(values)
        self.check_xsrf_cookie()

    @property
    def hidden(self) -> str:
        return self.xsrf_form_html()

    def write_error(self, status_code: int, **details):
        error = details.get("exc_info", (None, None))[1]
        sentence = getattr(error, "sentence", "") or _SAID.get(status_code, "That did not work: try again.")
        self.finish(pages.said(sentence, "/teach" if self.request.path.startswith("/teach") else "/"))

    def log_exception(self, kind, value, trace):
        # a refusal was told to the one whom it concerns; who that was belongs into no log
        if not isinstance(value, web.HTTPError):
            super().log_exception(kind, value, trace)

    @property
    def word(self) -> str:
        return self.get_cookie(_PHONE) or ""

    def let_in(self, code: str):
        """Let a phone in that gives the right code."""
        with _told():
            self.room.check_tries(self.request.remote_ip)
            try:
                word = self.poll.join(code, self.request.remote_ip, self.word)
            except RefusedError as error:
                if error.status == 403:
                    self.room.failed(self.request.remote_ip)
                raise
        self.set_cookie(_PHONE, word, httponly=True, samesite="Lax")
        self.redirect("/", status=303)

    @property
    def teaches(self) -> bool:
        return not self.poll.ended and same(self.get_cookie(_TEACHER) or "", self.room.session)


class _Vote(_Page):
    def get(self):
        code = self.get_query_argument("code", "")
        if code:
            self.let_in(code)
        elif self.poll.ended or self.poll.knows(self.word):
            self.finish(pages.phone(self.poll, self.word, self.hidden))
        else:
            self.finish(pages.code_form(self.hidden))

    def post(self):
        self.read_form()
        if self.request.path == "/join":
            self.let_in(self.get_body_argument("code", ""))
            return
        with _told():
            self.poll.vote(self.word, self.get_body_argument("ballot", ""), self.get_body_arguments("choice"))
        self.redirect("/", status=303)


class _Screen(_Page):
    def get(self):
        self.finish(pages.screen(self.poll, self.room.address, self.get_query_argument("theme", "")))


class _State(_Page):
    def get(self):
        self.finish({"version": self.poll.version, "voted": self.poll.voted, "joined": self.poll.joined})


class _Teach(_Page):
    def get(self):
        if self.poll.ended:
            self.finish(pages.said("The vote has ended, and nothing of it was kept."))
        elif self.teaches:
            self.finish(pages.teach(self.poll, self.room.prepared, self.hidden))
        else:
            self.finish(pages.secret_form(self.hidden))

    def post(self):
        self.read_form()
        if self.request.path == "/teach/in":
            self.enter(self.get_body_argument("secret", ""))
            return
        with _told():
            if not self.teaches:
                raise RefusedError("Only the teacher can do this.", 403)
            self.do(self.get_body_argument("action", ""))
        self.redirect("/teach", status=303)

    def enter(self, secret: str):
        with _told():
            self.room.check_tries(self.request.remote_ip)
            if self.poll.ended or not same(typed(secret), self.poll.secret):
                self.room.failed(self.request.remote_ip)
                raise RefusedError("This is not the secret that stands in the terminal.", 403)
        self.set_cookie(_TEACHER, self.room.session, httponly=True, samesite="Strict")
        self.redirect("/teach", status=303)

    def do(self, action: str):
        if action in ("before", "after"):
            self.poll.ask(self.get_body_argument("name", ""), action)
        elif action == "close":
            self.poll.close()
        elif action in ("bars", "key"):
            self.poll.show(action)
        elif action == "end":
            self.poll.end()
            self.room.stop()
        else:
            raise RefusedError("There is no such command.")


class _Asset(_Page):
    def get(self):
        name = self.request.path.rpartition("/")[2]
        self.set_header("Content-Type", "text/css; charset=utf-8" if name.endswith(".css") else "text/javascript")
        self.finish(_asset(name))


class _Nothing(_Page):
    def prepare(self):
        super().prepare()
        raise web.HTTPError(404)


@functools.cache
def _asset(name: str) -> str:
    text = (_ASSETS / name).read_text(encoding="utf-8")
    return pages.sheet() + text if name.endswith(".css") else text


def make_app(room: Room) -> web.Application:
    """The pages of a vote.

    Parameters
    ----------
    room : Room

    Returns
    -------
    tornado.web.Application
    """
    return web.Application(
        [(r"/(?:join|vote)?", _Vote), (r"/screen", _Screen), (r"/state", _State), (r"/teach(?:/in|/do)?", _Teach),
         (r"/vote\.(?:css|js)", _Asset)],
        default_handler_class=_Nothing, room=room, xsrf_cookie_name=_FORM,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
        # a log of who asked for what would be more than counts
        log_function=lambda handler: None)


def make_server(room: Room) -> HTTPServer:
    """The server of :func:`make_app`, with limits for whoever is slow or sends too much."""
    return HTTPServer(make_app(room), max_header_size=16384, max_body_size=1 << 20, idle_connection_timeout=120,
                      body_timeout=15)


def bind(addresses: Sequence[str], port: int) -> tuple[list[socket.socket], int]:
    """Sockets at the addresses of the room, all at one port; on another one if it is taken.

    Parameters
    ----------
    addresses : sequence of str
    port : int
        The wanted one; 0 for any.

    Returns
    -------
    list of socket.socket
    int
        The port.
    """
    for wanted in (port, *range(port + 1, port + 20), 0) if port else (0,):
        made: list[socket.socket] = []
        try:
            for address in addresses:
                one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                made.append(one)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.setblocking(False)
                one.bind((address, made[0].getsockname()[1] if len(made) > 1 else wanted))
                one.listen(512)
        except OSError as error:
            for one in made:
                one.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return made, made[0].getsockname()[1]
    raise OSError(errno.EADDRINUSE, "no port is free")


def _chosen(wanted: str) -> str:
    """The address for the phones; empty where there is none."""
    own = own_addresses()
    if not wanted:
        return own[0] if own else ""
    if wanted not in own:
        known = ", ".join(own) or "none"
        raise RefusedError(f"{wanted} is no address of this machine on a local network. It has: {known}.")
    return wanted


async def _serve(room: Room, sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    # phones and projector may still read that it has ended
    room.stop = lambda: loop.call_later(4, ended.set)
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; there Ctrl+C is an exception
            loop.add_signal_handler(name, ended.set)
    server = make_server(room)
    server.add_sockets(sockets)
    ready()
    try:
        await ended.wait()
    finally:
        server.stop()
        await server.close_all_connections()
        room.poll.end()


def serve(questions: Sequence[str] = (), *, port: int = 8765, address: str = "", shared_addresses: bool = False,
          show: Callable[[str], object] | None = None) -> int:
    """Run a vote until the teacher ends it.

    Parameters
    ----------
    questions : sequence of str
        Names of the questions of this lesson, in order.
    port : int
        The wanted one; the next free one is taken.
    address : str
        Of this machine on the network of the phones; the first one if left out.
    shared_addresses : bool
        Whether phones share addresses, as behind a router of their own.
    show : callable, optional
        Opens the page of the projector.

    Returns
    -------
    int
        0, once it has ended.

    Raises
    ------
    RefusedError
        If a question or the address is unknown.
    """
    poll = Poll(Bank(), shared_addresses)
    prepared = [poll.bank.plain(name) for name in questions]
    chosen = _chosen(address)
    hosts = [ip for ip in (chosen, "127.0.0.1") if ip]
    sockets, port = bind(hosts, port)
    room = Room(poll, f"http://{chosen}:{port}" if chosen else "", prepared)
    room.hosts |= {ipaddress.ip_address(ip).compressed for ip in hosts}
    here = f"http://127.0.0.1:{port}"

    def ready() -> None:
        others = [ip for ip in own_addresses() if ip != chosen]
        print(f"Projector:  {here}/screen\n"
              f"Phones:     {room.address or 'none can come: this machine is on no local network'}\n"
              f"Teacher:    {room.address or here}/teach   secret: {poll.secret[:5]}-{poll.secret[5:]}   "
              "(do not project this window)")
        if others:
            print(f"If phones cannot open it, name another address: --address {' or '.join(others)}")
        print("Nothing is written to the disk. Ctrl+C, or the teacher's last button, ends the vote and erases it.",
              flush=True)
        if show is not None:
            show(f"{here}/screen")

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(room, sockets, ready))
    print("The vote has ended. Nothing of it was kept.")
    return 0

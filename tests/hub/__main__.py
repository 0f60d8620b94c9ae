"""Set up a real JupyterHub as the guide says, and let two learners use it.

``python tests/hub`` makes an environment by the lines of the guide, adds JupyterHub and nbgitpuller, and starts them
with a repository on this machine.  Both learners come by the link of the guide, run a chapter, one changes a value; the
teacher corrects text and data; both pull again.  Every claim is printed with its outcome; the status is 1 where one
does not hold.  ``--environment FOLDER`` keeps it there for another run.

It needs git, Node with npm (the proxy of JupyterHub is a program for Node), and the packages of requirements-test.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import websocket

HOME = Path(__file__).resolve().parents[2]
PROXY = "configurable-http-proxy@4.6.3"
CHAPTER = "notebooks/09_bispecific_antibodies.ipynb"
_OWN_VALUE = re.compile(r"(?m)^(\w+ = )(\d+)(  # change this value)$")
_CORRECTED = "This sentence was corrected by the teacher."


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def run(*command: object, cwd: Path | None = None) -> str:
    """Run a command that must succeed; what it printed."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def lines_of_the_guide() -> list[list[str]]:
    """The commands that the guide gives to the administrator of a hub, each without its first word ``python``."""
    guide = (HOME / "book" / "instructor_guide.md").read_text(encoding="utf-8")
    block = re.search(r"(?ms)^### On a JupyterHub.*?^```sh\n(.*?)^```", guide)
    return [shlex.split(line)[1:] for line in block[1].splitlines()]


def environment(folder: Path) -> Path:
    """The Python of an environment made by the lines of the guide, with JupyterHub beside what they install."""
    python = folder / "bin" / "python"
    if not python.is_file():
        run(sys.executable, "-m", "venv", folder)
    pinned = HOME / "tests" / "hub" / "requirements.txt"
    for line in lines_of_the_guide():
        run(python, *line, *(["--constraint", pinned] if "nbgitpuller" in line else []), cwd=HOME)
    run(python, "-m", "pip", "install", "--quiet", "-r", pinned)
    return python


class Hub:
    """A hub that runs, and what its learners do by its interfaces."""

    def __init__(self, python: Path, work: Path, proxy: str):
        self.work, self.token = work, secrets.token_hex(16)
        self.password = secrets.token_hex(8)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = (work / "hub.log").open("w")
        settings = {"HUB_WORK": str(work), "HUB_URL": self.url, "HUB_TOKEN": self.token, "HUB_PROXY": proxy,
                    "HUB_PASSWORD": self.password, "HUB_INNER_PORT": str(free_port()),
                    "HUB_PROXY_PORT": str(free_port())}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("EMDBOOK", "PYTHONPATH", "JUPYTER"))}
        self.process = subprocess.Popen(
            [str(python.with_name("jupyterhub")), "-f", str(HOME / "tests" / "hub" / "jupyterhub_config.py")],
            cwd=work, env={**clean, **settings, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=self.log, stderr=self.log)

    def ask(self, method: str, path: str, body: object = None, timeout: float = 200):
        """One request as the driver; the answer as JSON where it is JSON."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}{path}", data, {
            "Authorization": f"token {self.token}", "Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            text = answer.read().decode()
        try:
            return json.loads(text)
        except ValueError:
            return text

    def wait(self) -> None:
        """Until the hub answers."""
        for _ in range(240):
            if self.process.poll() is not None:
                raise SystemExit(f"the hub ended: {(self.work / 'hub.log').read_text()[-3000:]}")
            try:
                self.ask("GET", "/hub/api/")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        raise SystemExit("the hub did not answer within two minutes")

    def start(self, user: str) -> float:
        """Start the server of a learner; seconds until it was ready."""
        (self.work / "home" / user).mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        self.ask("POST", f"/hub/api/users/{user}")
        self.ask("POST", f"/hub/api/users/{user}/server")
        while not self.ask("GET", f"/hub/api/users/{user}").get("servers", {}).get("", {}).get("ready"):
            time.sleep(0.3)
        return time.monotonic() - begun

    def pull(self, user: str, repository: str) -> str:
        """What nbgitpuller says when a learner opens the link; raises where it failed."""
        query = urlencode({"repo": repository, "branch": "main", "targetpath": "book"})
        said = self.ask("GET", f"/user/{user}/git-pull/api?{query}")
        events = [json.loads(line[5:]) for line in said.splitlines() if line.startswith("data:")]
        if events[-1].get("phase") != "finished":
            raise SystemExit(f"{user}: the pull did not finish: {events[-1]}")
        return "".join(e.get("output", "") for e in events)

    def notebook(self, user: str) -> dict:
        """The learner's copy of the chapter."""
        return self.ask("GET", f"/user/{user}/api/contents/book/{CHAPTER}?content=1")["content"]

    def save(self, user: str, content: dict) -> None:
        """Save it, as JupyterLab does."""
        self.ask("PUT", f"/user/{user}/api/contents/book/{CHAPTER}", {"type": "notebook", "content": content})

    def run_cells(self, user: str, cells: list[str]) -> tuple[list[str], list[str], float]:
        """Run cells in a kernel beside the chapter: its errors, what was printed, and MB of server and kernel."""
        session = self.ask("POST", f"/user/{user}/api/sessions", {
            "path": f"book/{CHAPTER}", "name": CHAPTER, "type": "notebook", "kernel": {"name": "python3"}})
        kernel, errors, printed = session["kernel"]["id"], [], []
        channel = websocket.create_connection(
            f"{self.url.replace('http', 'ws', 1)}/user/{quote(user)}/api/kernels/{kernel}/channels", timeout=300,
            header=[f"Authorization: token {self.token}"], subprotocols=[])
        try:
            for code in cells:
                name = uuid.uuid4().hex
                channel.send(json.dumps({
                    "header": {"msg_id": name, "username": user, "session": name, "msg_type": "execute_request",
                               "version": "5.3"},
                    "parent_header": {}, "metadata": {}, "channel": "shell", "buffers": [],
                    "content": {"code": code, "silent": False, "store_history": True, "allow_stdin": False,
                                "stop_on_error": False}}))
                while True:
                    frame = channel.recv()
                    if isinstance(frame, bytes):  # a widget's buffers
                        continue
                    said = json.loads(frame)
                    if said["parent_header"].get("msg_id") != name:
                        continue
                    if said["msg_type"] == "error":
                        errors.append(f"{said['content']['ename']}: {said['content']['evalue']}")
                    elif said["msg_type"] == "stream":
                        printed.append(said["content"]["text"])
                    elif said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                        break
            used = self.memory(user)
        finally:
            channel.close()
            self.ask("DELETE", f"/user/{user}/api/sessions/{session['id']}")
        return errors, printed, used

    def memory(self, user: str) -> float:
        """MB of the server of a learner and its kernels; what processes share counts once for each."""
        home = str(self.work / "home" / user)
        mine = [p for p in psutil.Process(self.process.pid).children(recursive=True)
                if p.status() != psutil.STATUS_ZOMBIE and p.environ().get("JUPYTERHUB_USER") == user]
        assert mine, f"no process of {user} in {home}"
        return sum(p.memory_info().rss for p in mine) / 1e6

    def stop(self) -> None:
        """End the hub and what it started."""
        children = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for child in psutil.wait_procs(children, timeout=10)[1]:
            child.kill()
        self.log.close()


def open_link(hub: Hub, user: str, repository: str, picture: Path) -> tuple[float, str] | None:
    """Log in by the form, open the link of the guide, see the chapter, and open the card of its first number.

    The seconds until the chapter was there and the words of the card; None without a browser.
    """
    try:
        from emdbook.ground.browser import NoBrowser, launched
    except ImportError:
        return None
    query = urlencode({"repo": repository, "branch": "main", "urlpath": f"lab/tree/book/{CHAPTER}"})
    try:
        with launched() as browser:
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            page.set_default_timeout(120_000)
            begun = time.monotonic()
            page.goto(f"{hub.url}/hub/user-redirect/git-pull?{query}")
            page.get_by_label("Username").fill(user)
            page.get_by_label("Password").fill(hub.password)
            page.get_by_role("button", name="Sign in").click()
            page.locator(".jp-Notebook .jp-Cell h1").first.wait_for()
            seconds = time.monotonic() - begun
            # cells are drawn anew when the kernel has come
            page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
            page.wait_for_timeout(1000)
            page.locator(".jp-Notebook a[href^='ev:']").first.press("Enter")
            page.wait_for_timeout(500)
            card = page.locator("#emd-record")
            words = card.inner_text() if card.count() else ""
            page.screenshot(path=picture)
            return seconds, words
    except NoBrowser:
        return None


def repository(folder: Path) -> Path:
    """A repository with the committed state of this book on its branch ``main``."""
    run("git", "clone", "--quiet", "--no-hardlinks", HOME, folder)
    run("git", "checkout", "--quiet", "-B", "main", cwd=folder)
    run("git", "config", "user.name", "Teacher", cwd=folder)
    run("git", "config", "user.email", "teacher@example.org", cwd=folder)
    return folder


def correct(folder: Path) -> None:
    """The teacher corrects a sentence of the chapter, and a definition of the data."""
    file = folder / CHAPTER
    notebook = json.loads(file.read_text(encoding="utf-8"))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    first["source"] = [*first["source"], f"\n\n{_CORRECTED}"] if isinstance(first["source"], list) \
        else f"{first['source']}\n\n{_CORRECTED}"
    file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    glossary = folder / "data" / "glossary.csv"
    text = glossary.read_text(encoding="utf-8")
    glossary.write_text(text.replace("Extra copies of the long arm", f"{_CORRECTED} Extra copies of the long arm", 1),
                        encoding="utf-8")
    run("git", "commit", "--quiet", "--all", "--message", "A correction", cwd=folder)


def code(notebook: dict) -> list[str]:
    """The cells of a notebook that run."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


_WHERE = f"import emdbook; e = emdbook.load(); print(e.folder, {_CORRECTED!r} in e.glossary.definition.iloc[0])"


def main() -> int:
    """Run it; 0 where every claim holds."""
    parser = argparse.ArgumentParser(prog="python tests/hub", description="Try a JupyterHub as the guide sets it up.")
    parser.add_argument("--environment", type=Path, help="made by an earlier run; a new one if left out")
    parser.add_argument("--proxy", default="", help="command of configurable-http-proxy; fetched by npm if left out")
    parser.add_argument("--picture", type=Path, default=Path(tempfile.gettempdir(), "hub.png"))
    options = parser.parse_args()
    claims: list[bool] = []
    begun = time.monotonic()

    def claim(holds: bool, words: str) -> None:
        claims.append(bool(holds))
        print(f"{time.monotonic() - begun:6.1f} s  {'ok  ' if holds else 'FAIL'}  {words}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        python = environment((options.environment or work / "environment").resolve())
        claim(True, f"the lines of the guide and JupyterHub are installed for {run(python, '-V').strip()}")
        proxy = options.proxy
        if not proxy:
            npm = shutil.which("npm")
            if npm is None:
                raise SystemExit("there is no npm, so JupyterHub has no proxy")
            run(npm, "install", "--silent", "--prefix", work / "proxy", PROXY)
            proxy = str(work / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy")
        source = repository(work / "book")
        address = source.as_uri()
        hub = Hub(python, work, proxy)
        try:
            hub.wait()
            claim(True, "the hub answers")
            users = ("anna", "ben")
            shown = open_link(hub, "anna", address, options.picture)
            if shown is None:
                print("left out, because there is no browser: the link of the guide, and the card of a number")
            else:
                claim(shown[0] < 120, "anna opened the link of the guide, logged in and saw the chapter after "
                                      f"{shown[0]:.0f} s")
                first = " / ".join(line for line in shown[1].splitlines() if line)[:160]
                claim("Source: " in shown[1], f"a number of the chapter opened its card: {first or 'nothing'}")
            for user in users[1:] if shown else users:
                claim(True, f"the server of {user} was ready after {hub.start(user):.0f} s")
                hub.pull(user, address)
            for user in users:
                notebook = hub.notebook(user)
                since = time.monotonic()
                errors, _, used = hub.run_cells(user, code(notebook))
                claim(not errors, f"{user} ran chapter {CHAPTER[10:12]} in {time.monotonic() - since:.0f} s; server "
                                  f"and kernel together {used:.0f} MB; errors: {errors or 'none'}")
            notebook = hub.notebook("anna")
            cell = next(c for c in notebook["cells"] if _OWN_VALUE.search("".join(c["source"])))
            cell["source"] = _OWN_VALUE.sub(r"\g<1>40\3", "".join(cell["source"]))
            hub.save("anna", notebook)
            correct(source)
            for user in users:
                hub.pull(user, address)
                text = json.dumps(hub.notebook(user), ensure_ascii=False)
                claim(_CORRECTED in text, f"{user} has the corrected sentence after a second pull")
                own = "= 40  # change this value" in text
                whose = "the own value" if user == "anna" else "the value of the book"
                claim(own is (user == "anna"), f"{user} has {whose}")
                errors, printed, _ = hub.run_cells(user, [*code(hub.notebook(user)), _WHERE])
                claim(not errors, f"{user} ran the corrected chapter; errors: {errors or 'none'}")
                folder, _, seen = "".join(printed).strip().splitlines()[-1].rpartition(" ")
                claim(seen == "True", f"{user} reads the corrected data")
                claim(Path(folder) == work / "home" / user / "book" / "data", f"{user} reads the own copy of the data")
        finally:
            hub.stop()
            log = (work / "hub.log").read_text(encoding="utf-8")
            print("\nlast lines of the hub's log:", *log.splitlines()[-15:], sep="\n")
    print(f"\n{sum(claims)} of {len(claims)} claims hold")
    return 0 if all(claims) else 1


if __name__ == "__main__":
    sys.exit(main())

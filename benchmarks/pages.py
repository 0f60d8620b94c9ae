"""What a reader's browser sees: readiness, change to paint, bytes and requests, beside a default Jupyter Book page."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.web import Traffic, fresh_page, served
from emdbook.ground.browser import launched

_READY = """() => new Promise(done => {
  const check = () => [...document.querySelectorAll('emd-explore')].every(e => e.dataset.state === 'ready')
    ? done(performance.now()) : setTimeout(check, 5);
  check();
})"""
#: Moves one control of a widget to another value and waits until the browser has painted the figure.
_CHANGES = """async ([id, n]) => {
  const widget = document.getElementById(id), times = [];
  widget.scrollIntoView();
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  const inputs = [...widget.querySelectorAll('.emd-controls input, .emd-controls select')]
    .filter(e => !e.closest('[data-name]').querySelector('legend')?.textContent.includes('Show'));
  for (let i = 0; i < n; i++) {
    const input = inputs[(i * 7 + 1) % inputs.length];
    if (input.type === 'range') input.value = (+input.value + 1) % (+input.max + 1);
    else if (input.tagName === 'SELECT') input.selectedIndex = (input.selectedIndex + 1) % input.options.length;
    else if (input.type === 'radio') input.checked = true;
    else input.checked = !input.checked;
    const start = performance.now(), before = widget.dataset.shown;
    input.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)));
    if (widget.dataset.shown !== before) times.push(performance.now() - start);
    await new Promise(r => setTimeout(r, 30));
  }
  return times;
}"""


def _chapters(html: Path) -> list[Path]:
    return sorted(html.glob("notebooks/*.html"))


def measure(html: Path, changes: int = 14) -> dict:
    """Readiness and change to paint of every chapter page, by HTTP and from files.

    Parameters
    ----------
    html : path
        The built book.
    changes : int
        Moves of a control per widget.

    Returns
    -------
    dict
    """
    pages: dict[str, dict] = {}
    paints: list[float] = []
    with served(html) as root, launched() as browser:
        for file in _chapters(html):
            print(f"  page: {file.stem}", file=sys.stderr, flush=True)
            one: dict[str, object] = {}
            for way, address in (("http", f"{root}/notebooks/{file.name}"), ("file", file.as_uri())):
                times = []
                for _ in range(3):
                    with fresh_page(browser, viewport={"width": 1280, "height": 900}) as page:
                        page.goto(address, wait_until="commit")
                        times.append(page.evaluate(_READY))
                one[f"ready_{way}_ms"] = round(statistics.median(times))
            with fresh_page(browser, viewport={"width": 1280, "height": 900}) as page:
                page.goto(f"{root}/notebooks/{file.name}")
                page.evaluate(_READY)
                ids = page.evaluate("() => [...document.querySelectorAll('emd-explore')].map(e => e.id)")
                here = [t for name in ids for t in page.evaluate(_CHANGES, [name, changes])]
            paints += here
            one |= {"widgets": len(ids), "change_ms": round(statistics.median(here), 1) if here else None}
            pages[file.stem] = one
    return {"pages": pages, "change_median_ms": round(statistics.median(paints), 1) if paints else None,
            "change_p95_ms": round(sorted(paints)[int(0.95 * len(paints))], 1) if paints else None,
            "ready_max_ms": max(p["ready_http_ms"] for p in pages.values())}


def weigh(html: Path, names: list[str] | None = None) -> dict:
    """Bytes over the wire (gzip, empty cache) and requests per page.

    Parameters
    ----------
    html : path
        A built book.
    names : list of str, optional
        Pages without their ending; all chapters and the cover if left out.

    Returns
    -------
    dict
        Per page: ``kib``, ``requests``, ``off_host``.
    """
    names = names or ["book/cover", *(f"notebooks/{p.stem}" for p in _chapters(html))]
    out, traffic = {}, Traffic()
    with served(html, traffic) as root, launched() as browser:
        for name in names:
            traffic.reset()
            with fresh_page(browser, traffic, viewport={"width": 1280, "height": 900}) as page:
                page.goto(f"{root}/{name}.html", wait_until="networkidle")
                # figures and fonts further down are fetched when they come into view
                page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
                page.wait_for_timeout(150)
                out[name] = {"kib": round(traffic.bytes / 1024, 1), "requests": traffic.requests,
                             "off_host": len(traffic.off_host)}
    return out


_DEFAULT_CELL = """import matplotlib.pyplot as plt
from ipywidgets import interact

@interact(n=(10, 90, 10), share=(0, 100, 10))
def interval(n=30, share=70):
    figure, axes = plt.subplots(layout="constrained")
    axes.errorbar([share], [0], xerr=98 * (share / 100 * (1 - share / 100) / n) ** 0.5, fmt="o")
    axes.set_xlim(0, 100)
"""


def default_book(folder: Path) -> Path:
    """Build a default Jupyter Book with one page that has one plain ``interact``.

    Parameters
    ----------
    folder : path
        Empty; the sources and the build go there.

    Returns
    -------
    path
        Its ``html`` folder.
    """
    (folder / "_config.yml").write_text("title: Default\nonly_build_toc_files: true\n", encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: intro\n", encoding="utf-8")
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A default page\n\nOne paragraph of text."},
        {"cell_type": "code", "id": "b", "metadata": {}, "outputs": [], "execution_count": None,
         "source": _DEFAULT_CELL},
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    (folder / "intro.ipynb").write_text(json.dumps(book), encoding="utf-8")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EMDBOOK")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    html = folder / "_build" / "html"
    if done.returncode or not (html / "intro.html").is_file():
        raise RuntimeError(f"the default book could not be built: {done.stderr[-500:]}")
    return html

"""Lighthouse on the built book, where Node is present: ``python -m benchmarks lighthouse``."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.pages import default_book
from benchmarks.web import served
from emdbook.ground.browser import NoBrowser, find_browser
from emdbook.ground.paths import project_dir
from emdbook.publish.build import index_page

#: The last version that runs on Node 18 and 20.
VERSION = "12.8.2"
PAGES = ("book/cover", "notebooks/03_reading_small_studies", "notebooks/08_car_t_cells",
         "notebooks/09_bispecific_antibodies", "notebooks/14_choosing_a_treatment")
GOALS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0}
#: Lighthouse measures performance with some noise: the median of this many runs counts.
RUNS = 3


def _missing() -> str:
    """One sentence that says why Lighthouse cannot run here; empty if it can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Lighthouse needs Node and npm, and they are not here: install Node 18.16 or newer, then repeat."
    try:
        find_browser()
    except NoBrowser as error:
        return f"Lighthouse needs Chromium: {error}."
    if not index_page().is_file():
        return "There is no built book to look at: make book first."
    return ""


def _install() -> Path:
    """Lighthouse in ``.tools``, once."""
    folder = project_dir() / ".tools" / f"lighthouse-{VERSION}"
    script = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not script.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"Installing Lighthouse {VERSION} (once)", flush=True)
        environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
        done = subprocess.run(["npm", "install", "--prefix", str(folder), "--no-save", "--no-audit", "--no-fund",
                               "--loglevel=error", f"lighthouse@{VERSION}"], env=environment, check=False)
        if done.returncode:
            raise RuntimeError("npm could not install Lighthouse; the lines above say why.")
    return script


def _audit(script: Path, address: str, form: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = ["node", str(script), address, "--quiet", "--output=json", f"--output-path={out}",
                   "--only-categories=performance,accessibility,best-practices,seo",
                   "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
        if form == "desktop":
            command.append("--preset=desktop")
        done = subprocess.run(command, env={**os.environ, "CHROME_PATH": find_browser()}, capture_output=True,
                              text=True, check=False)
        if not out.is_file():
            raise RuntimeError(f"Lighthouse gave no report for {address}: {done.stderr.strip()[-400:]}")
        return json.loads(out.read_text(encoding="utf-8"))


def _summary(reports: list[dict]) -> dict:
    middle = sorted(reports, key=lambda r: r["categories"]["performance"]["score"])[len(reports) // 2]
    audits = middle["audits"]
    groups = middle["categories"]
    failed = sorted(ref["id"] for name in ("accessibility", "best-practices") for ref in groups[name]["auditRefs"]
                    if audits[ref["id"]]["score"] == 0 and ref["weight"])
    return {
        **{name: groups[name]["score"] for name in ("performance", "accessibility", "best-practices", "seo")},
        "performance_runs": [r["categories"]["performance"]["score"] for r in reports],
        "first_paint_s": round(audits["first-contentful-paint"]["numericValue"] / 1000, 2),
        "largest_paint_s": round(audits["largest-contentful-paint"]["numericValue"] / 1000, 2),
        "blocking_ms": round(audits["total-blocking-time"]["numericValue"]),
        "layout_shift": round(audits["cumulative-layout-shift"]["numericValue"], 3),
        "kib": round(statistics.median(r["audits"]["total-byte-weight"]["numericValue"] for r in reports) / 1024),
        "requests": len(audits["network-requests"]["details"]["items"]),
        "failed": failed,
    }


def measure(pages=PAGES, runs: int = RUNS, html: Path | None = None) -> dict:
    """Mobile scores of some pages, and of a default Jupyter Book page in the same run.

    Parameters
    ----------
    pages : sequence of str
    runs : int
        The run with the median performance counts.
    html : path, optional
        The built book.

    Returns
    -------
    dict
    """
    script, html = _install(), html or index_page().parent
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        places = [(html, name, name) for name in pages]
        places.append((default_book(Path(folder)), "intro", "default Jupyter Book page"))
        for root, name, label in places:
            with served(root) as address:
                print(f"  lighthouse: {label}", file=sys.stderr, flush=True)
                result[label] = _summary([_audit(script, f"{address}/{name}.html", "mobile") for _ in range(runs)])
    return result


def table(result: dict) -> str:
    """The scores as text."""
    head = f"{'Lighthouse, mobile':<38} perf  a11y  best   seo   FCP s  LCP s  TBT ms    CLS    KiB  requests"
    lines = [head, "-" * len(head)]
    for name, r in result.items():
        scores = "  ".join(f"{r[key]:>4.2f}" for key in ("performance", "accessibility", "best-practices", "seo"))
        paints = f"{r['first_paint_s']:>5.2f}  {r['largest_paint_s']:>5.2f}  {r['blocking_ms']:>6}"
        weight = f"{r['layout_shift']:>5.3f}  {r['kib']:>5}  {r['requests']:>8}"
        lines.append(f"{name:<38} {scores}  {paints}  {weight}  {' '.join(r['failed'])}".rstrip())
    return "\n".join(lines)


def main(pages=PAGES, runs: int = RUNS) -> int:
    """Run, print, and say whether the goals are met; 2 where Lighthouse cannot run."""
    if sentence := _missing():
        print(sentence, file=sys.stderr)
        return 2
    try:
        result = measure(pages, runs)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(result))
    below = [f"{name}: {key} {r[key]:.2f} (goal {goal})" for name, r in result.items() if "default" not in name
             for key, goal in GOALS.items() if r[key] < goal]
    print("\n".join(below) or "Every goal is met.")
    (project_dir() / "_build").mkdir(exist_ok=True)
    (project_dir() / "_build" / "lighthouse.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if below else 0

"""``python -m benchmarks``: measure, write one JSON file, print tables.

``--only live states page weight data builds python vote`` runs parts; ``lighthouse`` runs Lighthouse instead.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from emdbook.ground.paths import project_dir
from emdbook.publish.build import index_page

PARTS = ("live", "states", "page", "weight", "data", "builds", "python", "vote")
NEEDS_BOOK = ("page", "weight", "python")


def _row(cells, widths) -> str:
    first, *others = zip(map(str, cells), widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])


def _table(title: str, head: list[str], rows: list[list]) -> str:
    rows = [["–" if c is None else c for c in row] for row in rows]
    widths = [max(len(str(r[i])) for r in [head, *rows]) for i in range(len(head))]
    return "\n".join(["", title, _row(head, widths), _row(["-" * w for w in widths], widths),
                      *(_row(r, widths) for r in rows)])


def _print_live(found: dict) -> None:
    rows = [[name.removeprefix("explore-"), w["states"], w["live"]["median_ms"], w["live"]["p95_ms"],
             w["naive"].get("median_ms"), w["naive"].get("p95_ms"), w.get("ratio")] for name, w in found.items()]
    print(_table("Live update in a real kernel, beside a plain interact of the same chart",
                 ["widget", "states", "median ms", "p95 ms", "interact ms", "p95 ms", "ratio"], rows))
    ratios = sorted(w["ratio"] for w in found.values() if "ratio" in w)
    if ratios:
        print(f"median ratio {ratios[len(ratios) // 2]}, largest {ratios[-1]} (goal 0.5)")


def _print_states(found: dict) -> None:
    rows = [[name.removeprefix("explore-"), w["states"], w["median_ms"], w["max_ms"]]
            for name, w in found["widgets"].items()]
    print(_table("Drawing one state for the page", ["widget", "states", "median ms", "max ms"], rows))
    print(f"all widgets: median {found['median_ms']} ms a state (goal 100), {found['states']} states")
    if cold := found.get("cold"):
        print(f"all states from cold on {cold['processors']} processors: {cold['seconds']} s (goal 240); "
              f"again: {cold['again_seconds']} s, {cold['again_drawn']} drawn")


def _print_page(found: dict) -> None:
    rows = [[name, p["widgets"], p["ready_http_ms"], p["ready_file_ms"], p["change_ms"]]
            for name, p in found["pages"].items()]
    print(_table("In Chromium", ["page", "widgets", "ready ms, http", "file", "change painted ms"], rows))
    print(f"change to paint: median {found['change_median_ms']} ms (goal 50), p95 {found['change_p95_ms']} ms; "
          f"slowest page ready after {found['ready_max_ms']} ms (goal 1000)")


def _print_weight(found: dict) -> None:
    rows = [[name, p["kib"], p["requests"], p["off_host"]] for name, p in found.items()]
    print(_table("Over the wire (gzip, empty cache; goal 500 KiB, 0 off the host)",
                 ["page", "KiB", "requests", "off the host"], rows))


def _print_data(found: dict) -> None:
    print(f"\nimport emdbook {found['import_ms']} ms, with charts and widgets {found['import_charts_ms']} ms, "
          f"load() {found['load_ms']} ms")
    rows = [[size, g["outcomes"], g["load_ms"], g["chart_rows"], g["chart_ms"], g["slowest_ms"]]
            for size, g in found["growth"].items()]
    print(_table(f"Growth with the data (slowest widget chart: {found['slowest']})",
                 ["data", "outcomes", "load() ms", "rows on the map", "evidence map ms", "slowest ms"], rows))


def _print_builds(found: dict) -> None:
    print(_table("What an author waits for", ["what", "seconds"], [
        *(["gate " + name, s] for name, s in found["gates"].items()),
        *(["page after an edited " + name if name in ("sentence", "cell", "table") else name, s]
          for name, s in found["preview"].items()),
        *([f"set-up, {name} ({s['MB']} MB)", s["seconds"]] if isinstance(s, dict) else [f"set-up: {s}", None]
          for name, s in found["setup"].items())]))
    print(_table("Lines of code", ["room", "lines"], [*sorted(found["rooms"].items()),
                                                      ["all", sum(found["rooms"].values())]]))
    if mutants := found["mutants"]:
        print(f"mutants caught: {mutants['caught']} of {mutants['planted']}")
    else:
        print("mutants were not planted here: that is a weekly run")


def _print_python(found: dict) -> None:
    rows = [[where, *([b["first_s"], b["next_s"], b["longest_halt_ms"], b["memory_MB"]] if isinstance(b, dict)
                      else [b, None, None, None])]
            for where, b in found["browsers"].items()]
    print(_table("Python on the page (goals: 10 s from a file, 15 s over HTTP; 0.5 s; 100 ms)",
                 ["where", "first Run to chart, s", "next, s", "longest halt ms", "Python's memory MB"], rows))
    zips = ", ".join(f"{name} {size} MB" for name, size in found["zips_MB"].items()) or "not made"
    print(f"on disk {found['disk_MB']} MB (goal 80), over HTTP {found['http_MB']} MB (goal 45); zips: {zips}")
    weight = found["page_KiB"]
    print(f"the page before Run {weight['with']} KiB, without Python {weight['without']} KiB")


def _print_vote(found: dict) -> None:
    print(f"\nVote: {found['phones']} phones, {found['votes']} answers in two rounds, {found['lost']} lost, "
          f"{len(found['refused'])} refused; {found['requests']} requests in {found['seconds']} s, median "
          f"{found['median_ms']} ms, p95 {found['p95_ms']} ms, longest {found['max_ms']} ms; server "
          f"{found['server_cpu_s']} s of processor, {found['server_MB']} MB")


PRINT = {"live": _print_live, "states": _print_states, "page": _print_page, "weight": _print_weight,
         "data": _print_data, "builds": _print_builds, "python": _print_python, "vote": _print_vote}


def _measure(part: str, notebooks: list[Path], options) -> dict:
    # Imported here: each part needs other packages, and a missing one must not stop the rest.
    from benchmarks import builds, data, live, pages, python_page, states, vote

    if part == "live":
        return live.measure(notebooks, options.moves)
    if part == "states":
        return states.measure(notebooks)
    if part == "page":
        return pages.measure(index_page().parent)
    if part == "weight":
        found = pages.weigh(index_page().parent)
        with tempfile.TemporaryDirectory() as folder:
            plain = pages.weigh(pages.default_book(Path(folder)), ["intro"])
        return found | {"default Jupyter Book page": plain["intro"]}
    if part == "builds":
        return builds.measure()
    if part == "vote":
        return vote.measure()
    if part == "python":
        return python_page.measure(index_page().parent)
    return data.measure(notebooks)


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements and return 0 when every wanted part ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the book.")
    parser.add_argument("what", nargs="?", choices=("all", "lighthouse"), default="all")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--chapters", nargs="+", default=[], help="beginnings of chapter names, for a quick look")
    parser.add_argument("--moves", type=int, default=10, help="changes per widget in the live view")
    parser.add_argument("--runs", type=int, default=3, help="runs of Lighthouse per page")
    parser.add_argument("--out", type=Path, default=Path("_build/benchmarks.json"))
    options = parser.parse_args(arguments)
    os.chdir(project_dir())
    if options.what == "lighthouse":
        from benchmarks.lighthouse import main as lighthouse

        return lighthouse(runs=options.runs)
    from benchmarks.data import dump

    notebooks = [p for p in sorted(Path("notebooks").resolve().glob("*.ipynb"))
                 if not options.chapters or p.name.startswith(tuple(options.chapters))]
    result: dict = {"machine": {"python": platform.python_version(), "processors": len(os.sched_getaffinity(0)),
                                "load_before": round(os.getloadavg()[0], 2)}, "failed": {}}
    begun = time.monotonic()
    for part in [p for p in PARTS if p in options.only]:
        if part in NEEDS_BOOK and not index_page().is_file():
            result["failed"][part] = "there is no built book: make book first"
            continue
        print(f"measuring: {part}", file=sys.stderr, flush=True)
        try:
            result[part] = _measure(part, notebooks, options)
        except Exception as error:  # one part that cannot run must not lose the others
            result["failed"][part] = f"{type(error).__name__}: {error}"[:400]
    result["machine"] |= {"seconds": round(time.monotonic() - begun), "load_after": round(os.getloadavg()[0], 2)}
    dump(result, options.out)
    for part, show in PRINT.items():
        if part in result:
            show(result[part])
    for part, reason in result["failed"].items():
        print(f"\n{part} was not measured: {reason}")
    print(f"\n{result['machine']['seconds']} s, load {result['machine']['load_before']} to "
          f"{result['machine']['load_after']} on {result['machine']['processors']} processors. "
          f"Everything is in {options.out}")
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

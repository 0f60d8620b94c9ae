"""What the page shows is what matplotlib draws: texts and pixels of every kind of chart of the book."""

from __future__ import annotations

import io
import re
import sys
from html import unescape

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG

from emdbook import style
from emdbook.charts.base import Chart
from emdbook.checks.widgets import widgets_of
from emdbook.ground.paths import project_dir

#: Charts of one kind that are compared; the kind is the function that made them.
PER_KIND = 2


def charts_of_the_book() -> list[tuple[str, Chart]]:
    """Every kind of chart in the chapters, as its chapter draws it."""
    found: dict[str, list[Chart]] = {}
    made = Chart.__init__

    def noted(self, *args, **kwargs):
        made(self, *args, **kwargs)
        caller = sys._getframe(1)
        kind = f"{caller.f_globals['__name__'].rpartition('.')[2]}.{caller.f_code.co_name}"
        found.setdefault(kind, []).append(self)

    Chart.__init__ = noted
    try:
        for notebook in sorted(project_dir().glob("notebooks/*.ipynb")):
            widgets_of(notebook)
    finally:
        Chart.__init__ = made
    return [(f"{kind} {i}", chart) for kind, charts in sorted(found.items())
            for i, chart in enumerate(charts[:: max(1, len(charts) // PER_KIND)][:PER_KIND])]


def reference(chart: Chart) -> str:
    """matplotlib's own savefig, nothing else."""
    buffer = io.StringIO()
    with style.context():
        FigureCanvasSVG(chart.figure)
        chart.figure.savefig(buffer, format="svg")
    text = buffer.getvalue()
    return text[text.index("<svg"):]


def texts(svg: str) -> list[str]:
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", t)).split()) for t in re.findall(r"<text\b.*?</text>", svg, re.S)]


@pytest.fixture(scope="module")
def charts():
    found = charts_of_the_book()
    assert len(found) >= 15
    return found


def test_texts_are_matplotlibs(charts):
    for name, chart in charts:
        assert texts(chart.svg("a")) == texts(reference(chart)), name


def test_nothing_reaches_out_of_the_figure(charts):
    for name, chart in charts:
        svg = chart.svg("a")
        assert "<style" not in svg, name
        assert "<script" not in svg, name
        assert "<metadata" not in svg, name
        assert all(i.startswith("a-") for i in re.findall(r'\bid="([^"]+)"', svg)), name


def test_pixels_are_matplotlibs(charts, browser):
    """Rendered side by side in Chromium; only the rounding of coordinates may show, as a shade at an edge."""
    page = browser.new_page(viewport={"width": 840, "height": 900})
    page.set_content("<style>body{margin:0}</style><canvas></canvas>")
    page.evaluate("""() => {
      window.draw = (svg, w, h) => new Promise((done, fail) => {
        const img = new Image();
        img.onload = () => {
          const c = Object.assign(document.createElement('canvas'), {width: w, height: h});
          const x = c.getContext('2d');
          x.fillStyle = 'white'; x.fillRect(0, 0, w, h); x.drawImage(img, 0, 0, w, h);
          done(x.getImageData(0, 0, w, h).data);
        };
        img.onerror = fail;
        img.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(svg);
      });
      window.compare = async (a, b, w, h) => {
        const [p, q] = [await draw(a, w, h), await draw(b, w, h)];
        let far = 0, sum = 0, ink = 0;
        for (let i = 0; i < p.length; i += 4) {
          const d = Math.max(Math.abs(p[i] - q[i]), Math.abs(p[i+1] - q[i+1]), Math.abs(p[i+2] - q[i+2]));
          sum += d; if (d > 48) far++; if (p[i] < 250 || p[i+1] < 250 || p[i+2] < 250) ink++;
        }
        return {far: far / (w * h), mean: sum / (w * h), ink: ink / (w * h)};
      };
    }""")

    def sized(svg: str, width: int, height: int) -> str:
        head, rest = svg.split(">", 1)
        head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
        return f'{head} width="{width}" height="{height}">{rest}'

    def difference(one: str, other: str, chart: Chart) -> dict:
        inches = chart.figure.get_size_inches()
        size = [int(x * 144) for x in inches]
        return page.evaluate("([a, b, w, h]) => compare(a, b, w, h)", [sized(one, *size), sized(other, *size), *size])

    worst = {}
    for name, chart in charts:
        found = difference(reference(chart), chart.svg("a"), chart)
        assert found["ink"] > 0.005, f"{name}: an empty picture proves nothing"
        assert found["far"] < 2e-3, f"{name}: {found}"
        assert found["mean"] < 0.25, f"{name}: {found}"
        worst[name] = found["mean"]
    # the comparison itself sees a figure that is not the same
    (_, one), (_, other) = charts[0], next(c for c in charts if c[0].split()[0] != charts[0][0].split()[0])
    assert difference(reference(one), other.svg("a"), one)["far"] > 5e-3
    moved = re.sub(r'translate\((\d+)', lambda m: f"translate({int(m[1]) + 2}", one.svg("a"))
    if moved != one.svg("a"):
        assert difference(reference(one), moved, one)["mean"] > 0.25
    page.close()

"""What a figure really draws, read from its artists: for tests that hold a picture against its table."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Annotation, Text

from emdbook import style
from emdbook.charts import room

LEFT, RIGHT = 4, 5
_SHAPES = {mark.marker for mark in style.palette().values()} | {"x", "s", "o", "D", "^", "v", "h", "P", "X", "|"}


@dataclass(frozen=True)
class Dot:
    """One mark of a scatter or a line."""

    x: float
    y: float
    marker: object
    face: str
    edge: str
    size: float

    @property
    def filled(self) -> bool:
        return self.face == self.edge


def _shape(path) -> object:
    """The marker whose outline this is."""
    for marker in _SHAPES:
        style_ = MarkerStyle(marker)
        outline = style_.get_path().transformed(style_.get_transform())
        if len(outline.vertices) == len(path.vertices) and np.allclose(outline.vertices, path.vertices, atol=1e-6):
            return marker
    return None


def _unused(axes: Axes) -> set:
    """Artists that stand for a legend and draw nothing."""
    return {c for c in axes.collections if isinstance(c, PathCollection) and not len(c.get_offsets())}


def dots(axes: Axes) -> list[Dot]:
    """Every mark of an axes, scatter first, in the order drawn."""
    out = []
    for c in axes.collections:
        if not isinstance(c, PathCollection) or c in _unused(axes):
            continue
        places, faces, edges, sizes = c.get_offsets(), c.get_facecolors(), c.get_edgecolors(), c.get_sizes()
        shape = _shape(c.get_paths()[0])
        for i, (x, y) in enumerate(np.asarray(places)):
            face, edge = (to_hex(colours[min(i, len(colours) - 1)]) if len(colours) else "none"
                          for colours in (faces, edges))
            out.append(Dot(float(x), float(y), shape, face, edge, float(sizes[min(i, len(sizes) - 1)])))
    for line in axes.lines:
        if line.get_marker() in ("", "None", None):
            continue
        every = line.get_markevery()
        xy = np.column_stack([line.get_xdata(), line.get_ydata()])
        for x, y in xy if every is None else xy[list(every)]:
            out.append(Dot(float(x), float(y), line.get_marker(), to_hex(line.get_markerfacecolor()),
                           to_hex(line.get_markeredgecolor()), line.get_markersize() ** 2))
    return out


def arrows(axes: Axes) -> list[Dot]:
    """The marks that say: it goes on beyond the axis."""
    return [d for d in dots(axes) if d.marker in (LEFT, RIGHT)]


def marks(axes: Axes) -> list[Dot]:
    """Marks that are no arrows."""
    return [d for d in dots(axes) if d.marker not in (LEFT, RIGHT)]


def segments(axes: Axes, *, color: str | None = None) -> list[tuple[float, float, float, float]]:
    """``hlines`` and ``vlines`` as (x0, y0, x1, y1), in the order drawn."""
    out = []
    for c in axes.collections:
        if isinstance(c, LineCollection) and (color is None or to_hex(c.get_colors()[0]) == color):
            ends = (s[[0, -1]] for s in c.get_segments())
            out += [(float(a[0]), float(a[1]), float(b[0]), float(b[1])) for a, b in ends]
    return out


def level(axes: Axes, y: float, *, color: str | None = None) -> list[tuple[float, float]]:
    """The ends of the horizontal lines on one row."""
    return [(x0, x1) for x0, y0, x1, y1 in segments(axes, color=color) if y0 == y1 == y]


def bars(axes: Axes) -> list[tuple[float, float, float, str]]:
    """Horizontal bars as (start, end, middle of the row, colour)."""
    return [(p.get_x(), p.get_x() + p.get_width(), p.get_y() + p.get_height() / 2, to_hex(p.get_facecolor()))
            for p in axes.patches if isinstance(p, Rectangle)]


def polygons(axes: Axes) -> list[np.ndarray]:
    """Corners of filled polygons."""
    return [p.get_xy() for p in axes.patches if isinstance(p, Polygon) and not isinstance(p, Rectangle)]


def words_at(axes: Axes, y: float) -> str:
    """What stands right of a row."""
    found = [t.get_text() for t in axes.texts if isinstance(t, Annotation) and t.xy == (1, y)]
    return "\n".join(found)


def legend(figure: Figure) -> list[str]:
    """What the keys of a figure print."""
    return [t.get_text() for found in figure.legends for t in found.get_texts()]


def row_names(axes: Axes) -> list[str]:
    """Labels of the rows, top first."""
    return [t.get_text() for t in axes.get_yticklabels()]


def overflow(figure: Figure) -> list[str]:
    """Texts of which some part lies outside the figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()
    with style.context():
        figure.draw_without_rendering()  # ticks and legends find their places
    width, height = figure.get_size_inches() * figure.dpi
    idle = {label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()
            for label in (tick.label1, tick.label2)
            if not axes.axison or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())}
    out = []
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in idle:
            box = text.get_window_extent(renderer)
            if min(box.x0, box.y0) < -1 or max(box.x1 - width, box.y1 - height) > 1:
                out.append(text.get_text())
    return out


def collisions(figure: Figure) -> list[str]:
    """Row names that a long horizontal line strikes through, and notes that stand on the figures of the y axis."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Annotation

    renderer = FigureCanvasAgg(figure).get_renderer()
    with style.context():
        figure.draw_without_rendering()
    out = []
    for axes in figure.axes:
        names = [(t.get_text(), t.get_window_extent(renderer)) for t in axes.get_yticklabels() if t.get_text().strip()]
        lines = [axes.transData.transform([(x0, y0), (x1, y1)]) for x0, y0, x1, y1 in segments(axes) if y0 == y1]
        out += [words for words, box in names if any(
            box.y0 < a[1] < box.y1 and a[0] < box.x0 + 1 and b[0] > box.x1 - 1 for a, b in lines)]
        notes = [(t.get_text(), t.get_window_extent(renderer)) for t in axes.texts if isinstance(t, Annotation)]
        out += [words for words, box in notes if words and any(box.overlaps(other) for _, other in names)]
    return out


def _places(axes: Axes) -> np.ndarray:
    """Every place in data coordinates where an axes draws something, one row each."""
    found = [np.column_stack([line.get_xdata(), line.get_ydata()]) for line in axes.lines
             if line.get_transform() == axes.transData]
    for c in axes.collections:
        found += [np.asarray(c.get_offsets())] if isinstance(c, PathCollection) else [
            path.vertices for path in c.get_paths() if c.get_transform() == axes.transData]
    found += [p.get_path().vertices if isinstance(p, Polygon) else p.get_bbox().get_points() for p in axes.patches
              if isinstance(p, Polygon | Rectangle) and p.get_data_transform() == axes.transData]
    return np.concatenate([np.empty((0, 2)), *[np.asarray(f, dtype=float).reshape(-1, 2) for f in found]])


_PERCENT = re.compile(r"(?:(-?\d+(?:\.\d+)?) to )?(-?\d+(?:\.\d+)?)%")
_COUNT = re.compile(r"(?<![\d.,–])(\d+) of (\d+)(?![\d.,%])")


def impossible(chart) -> list[str]:
    """What no picture of patients can show and no sentence about them can say, whatever the chart."""
    out = []
    for axes in chart.figure.axes:
        places = _places(axes)
        across, up = sorted(axes.get_xlim()), sorted(axes.get_ylim())
        drawn = [(d.x, d.y) for d in dots(axes)] + [(end, y) for _, end, y, _ in bars(axes)]
        out += [f"a mark at {x:g}, {y:g} beyond the axes" for x, y in drawn if axes.axison and not (
            across[0] - 1e-6 <= x <= across[1] + 1e-6 and up[0] - 1e-6 <= y <= up[1] + 1e-6)]
        for i, (name, limits) in enumerate((("x", axes.get_xlim()), ("y", axes.get_ylim()))):
            if limits == (0, 100) and axes.axison:
                beyond = places[:, i][(places[:, i] < -1e-6) | (places[:, i] > 100 + 1e-6)]
                out += [f"{value:g} on an {name} axis of percent" for value in beyond]
        beside = [t.xy[1] for t in axes.texts if isinstance(t, Annotation) and t.xycoords == ("axes fraction", "data")]
        rows = [*axes.get_yticks(), *(at + side * 0.2 for at in axes.get_yticks() for side in (-1, 1)), *places[:, 1]]
        out += [f"words beside no row, at {at:g}" for at in beside
                if not room.is_narrow() and not np.isclose(at, rows).any()]
    # those are no shares of patients
    if chart.table is None or any(words in chart.description for words in ("density", "of the first day")):
        return out
    told = [chart.description, *legend(chart.figure), *(t.get_text() for axes in chart.figure.axes for t in axes.texts),
            *(words for mark in chart.marks for words in (mark.value, *(part for fact in mark.facts for part in fact)))]
    for low, high in (pair for words in told for pair in _PERCENT.findall(words)):
        if float(high) > 100 or (low and float(low) > float(high)):
            out.append(f"{low} to {high}%")
    out += [f"{k} of {n}" for words in told for k, n in _COUNT.findall(words) if int(k) > int(n)]
    for column in (c for c in chart.table if "%" in str(c)):
        shares = [v for v in chart.table[column] if isinstance(v, int | float)]
        out += [f"{v} in the column {column}" for v in shares if v > 100 or v < -100]
    for rows, row in chart.table.iterrows() if {"CI low %", "CI high %"} <= set(chart.table) else ():
        if row["CI low %"] > row["CI high %"]:
            out.append(f"row {rows}: an interval from {row['CI low %']} to {row['CI high %']}%")
    return out

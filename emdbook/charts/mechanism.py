"""Mechanism figures in one visual language: cells, receptors, drugs, arrows, and what extramedullary disease blunts.

A scene is plain data.  The same few parts draw every class, so that a reader learns the language once:
a round cell, a short stalk with a head for a receptor, a capsule for a drug, an arrow for what happens, and a
numbered brick in the accent colour wherever the biology of EMD may blunt it.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.fitting import fitted, inches, lines_of
from emdbook.charts.parts import LINE_SPACING, heading
from emdbook.charts.room import is_narrow
from emdbook.charts.told import Teller
from emdbook.evidence.scenes import Arrow, Blunt, Box, Cell, Scene
from emdbook.ground.wording import sentence

__all__ = ["Arrow", "Blunt", "Box", "Cell", "Scene", "mechanism", "scene"]

#: Part of a scene to the edge it is drawn with: colour of the palette, line width and dashes. The colours are neutral,
#: because those of populations and classes would say that a tumour is EM-E and every drug a bispecific antibody.
_KINDS = {"tumour": ("ink", 3.0, "-"), "t-cell": ("muted", 2.6, "-"), "nk": ("muted", 2.2, (0, (5, 1.5))),
          "marrow": ("muted", 2.2, (0, (2, 1.2))), "vessel": ("muted", 2.0, (0, (7, 2))),
          "nucleus": ("muted", 1.8, (0, (1, 1.2))), "neutral": ("muted", 2.0, "-"), "drug": ("ink", 2.4, "-"),
          "brain": ("muted", 2.4, (0, (3, 1.2))),
          # where a scene does show a population, it wears its colour
          "EM-E": ("em-e", 2.6, "-"), "EM-B": ("em-b", 2.6, "-")}


@in_style
def mechanism(scene: Scene, *, title: str | None = None) -> Chart:
    """Draw a scene.

    Parameters
    ----------
    scene : Scene
        Parts with positions in a field 10 wide and 5 high.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart
        Layer ``blunts`` hides the marks of what EMD may blunt.

    Raises
    ------
    ValueError
        If a part lies outside the field or its kind is unknown.
    """
    for part in (*scene.cells, *scene.boxes, *scene.blunts):
        if not (0 <= part.x <= 10 and 0 <= part.y <= 5):
            raise ValueError(f"mechanism: {part} lies outside the field of 10 by 5.")
        if getattr(part, "kind", "drug") not in _KINDS:
            raise ValueError(f"mechanism: unknown kind {part.kind!r}; known are {', '.join(_KINDS)}.")
    reasons = [lines_of(blunt.reason, 3.6, 10.5) if is_narrow() else [blunt.reason] for blunt in scene.blunts]
    foot = sum(0.1 + 0.18 * len(lines) for lines in reasons) + (0.22 if reasons else 0.05)
    places = [foot - 0.16 - sum(0.1 + 0.18 * len(lines) for lines in reasons[:i]) for i in range(len(reasons))]
    top = 0.5 if title else 0.08
    floor = _lowest(scene)
    unit = 0.7 if is_narrow() else 0.544  # inches of one step upwards
    figure, axes = new_figure(top + unit * (5 - floor) + foot, left=0.08, right=0.08, top=top, bottom=foot)
    axes.set_xlim(0, 10)
    axes.set_ylim(floor, 5)
    axes.set_axis_off()
    marks = style.palette()
    tell = Teller(figure)
    for cell in scene.cells:
        colour, width, dash = _KINDS[cell.kind]
        with tell.row(cell.label, series="Cells"):
            axes.add_patch(Circle((cell.x, cell.y), cell.radius, facecolor=style.SOFT.light,
                                  edgecolor=marks[colour].light, lw=width, ls=dash, zorder=3))
            axes.text(cell.x, cell.y, _broken(cell.label, 1.8 * cell.radius), ha="center", va="center", zorder=5,
                      size=10.5, linespacing=LINE_SPACING)
    for box in scene.boxes:
        colour, width, dash = _KINDS[box.kind]
        label = _broken(box.label, box.width - 0.2)
        high, wide = 0.52 + 0.36 * label.count("\n"), box.width
        if is_narrow():
            high, wide = 0.42 + 0.27 * label.count("\n"), max(box.width, inches(label, 10.5) / 0.384 + 0.3)
        with tell.row(box.label, series="Parts"):
            axes.add_patch(FancyBboxPatch((box.x - wide / 2, box.y - high / 2), wide, high,
                                          boxstyle="round,pad=0.02,rounding_size=0.24", facecolor=style.PAPER.light,
                                          edgecolor=marks[colour].light, lw=width - 0.4, ls=dash, zorder=4))
            axes.text(box.x, box.y, label, ha="center", va="center", zorder=5, size=10.5,
                      linespacing=LINE_SPACING)
    for arrow in scene.arrows:
        if not arrow.label:
            _draw_arrow(axes, arrow)
            continue
        with tell.row(arrow.label, series="Steps"):
            _draw_arrow(axes, arrow)
    for number, blunt in enumerate(scene.blunts, 1):
        with tell.row(f"{number}: {blunt.reason}", series=scene.caution):
            _draw_blunt(axes, number, blunt)
            _draw_reason(figure, number, reasons[number - 1], places[number - 1])
    heading(figure, title)
    return Chart(figure, _describe(scene), _table(scene), marks=tell.marks)


def scene(evidence, name: str, *, title: str | None = None) -> Chart:
    """A scene of the data by its name.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    name : str
        Its id in ``data/scenes.json``, such as ``car-t-cells``.
    title : str, optional
        A short heading.

    Returns
    -------
    Chart

    Raises
    ------
    LookupError
        For an unknown name, with those that there are.
    """
    return mechanism(evidence.scenes[name], title=title)


def _broken(label: str, wide: float) -> str:
    """A label; in the narrow layout broken between words where it is wider than so many steps of the field."""
    if not is_narrow():
        return label
    room = 0.384 * wide
    longest = max(inches(word, 10.5) for word in label.split() or [""])
    return "\n".join(lines_of(label, max(room, longest + 0.01), 10.5))


def _lowest(scene: Scene) -> float:
    """Where the drawing ends below, so that no scene leaves an empty strip."""
    ends = [c.y - c.radius for c in scene.cells] + [b.y - 0.5 for b in scene.boxes]
    for arrow in scene.arrows:
        y = min(arrow.start[1], arrow.end[1])
        ends.append(y - _sag(arrow) - (0.75 if arrow.label and arrow.below else 0.2))
    return max(0.0, min(ends, default=0.3) - 0.2)


def _sag(arrow: Arrow) -> float:
    """How far an arc sinks or rises: half its bend times its length."""
    return abs(arrow.bend) * abs(arrow.end[0] - arrow.start[0]) / 2


def _draw_arrow(axes, arrow: Arrow) -> None:
    head = "|-|,widthA=0,widthB=5" if arrow.stop else "-|>,head_length=7,head_width=3.4"
    axes.add_patch(FancyArrowPatch(arrow.start, arrow.end, arrowstyle=head, lw=1.8, color=style.INK.light,
                                   zorder=3.5 if arrow.over else 2, connectionstyle=f"arc3,rad={arrow.bend}",
                                   shrinkA=2, shrinkB=2))
    if arrow.label:
        x, y = ((a + b) / 2 for a, b in zip(arrow.start, arrow.end, strict=True))
        shift = -(0.14 + _sag(arrow)) if arrow.below else 0.14
        axes.text(x, y + shift, arrow.label, ha="center", va="top" if arrow.below else "bottom", size=10, zorder=6,
                  color=style.MUTED.light, linespacing=LINE_SPACING)


def _draw_blunt(axes, number: int, blunt: Blunt) -> None:
    accent = style.ACCENT.light
    axes.scatter([blunt.x], [blunt.y], s=210, marker="s", color=accent, zorder=7, gid=f"blunts-{number}")
    axes.text(blunt.x, blunt.y, str(number), color=style.PAPER.light, ha="center", va="center", zorder=8, size=10.5,
              weight="bold", gid=f"blunts-number-{number}")


def _draw_reason(figure, number: int, lines: list[str], place: float) -> None:
    """The words of a number, so many inches above the lower edge."""
    y = place / figure.get_figheight()
    figure.text(0.03, y, str(number), color=style.ACCENT.light, size=11, weight="bold", va="center")
    words, size = fitted(lines[0], 0.92 * figure.get_figwidth(), 10.5)
    figure.text(0.065, y, words, size=size, va="center")
    for i, line in enumerate(lines[1:], 1):
        figure.text(0.065, y - 0.18 * i / figure.get_figheight(), line, size=10.5, va="center")


def _describe(scene: Scene) -> str:
    text = f"Drawing. {sentence(scene.story)}"
    if scene.blunts:
        reasons = "; ".join(f"{i} {b.reason[:1].lower() + b.reason[1:]}" for i, b in enumerate(scene.blunts, 1))
        text += f" {scene.caution}: {reasons}."
    return text


def _table(scene: Scene) -> pd.DataFrame:
    parts = [("cell", c.label) for c in scene.cells] + [("part", b.label) for b in scene.boxes]
    parts += [("step", a.label) for a in scene.arrows if a.label]
    parts += [(f"blunted ({i})", b.reason) for i, b in enumerate(scene.blunts, 1)]
    return pd.DataFrame([(kind, label.replace("\n", " ")) for kind, label in parts], columns=["what", "label"])

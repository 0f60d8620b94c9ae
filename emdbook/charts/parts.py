"""Small drawing parts that several charts share. Each takes a figure or an axes and draws one thing."""

from __future__ import annotations

from emdbook import style

#: Inches that one line of a legend takes.
LEGEND_LINE = 0.25
#: Source Sans has tall line metrics; below 1 two lines of a label stay together.
LINE_SPACING = 0.92


def legend_height(groups, columns: int = 2) -> float:
    """Inches that :func:`population_legend` needs below the axis label."""
    return LEGEND_LINE * -(-len(set(groups)) // columns) + 0.08


def population_legend(figure, axes, populations) -> None:
    """Shapes and colours of the populations shown, at the foot of the figure."""
    marks = [style.POPULATION[name] for name in style.POPULATION if name in set(populations)]
    foot_legend(figure, [axes.scatter([], [], marker=m.marker, color=m.light, s=48, label=m.label) for m in marks])


def foot_legend(figure, handles, columns: int = 2) -> None:
    """A legend at the foot of the figure."""
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 0), ncols=columns, handletextpad=0.2,
                  columnspacing=1.0, borderaxespad=0.1, labelspacing=0.25)


def heading(figure, title: str | None) -> None:
    """A short heading at the top left of the figure, if there is one."""
    if title:
        figure.text(0.02, 1 - 0.28 / figure.get_figheight(), title, size=12.5, weight="bold")


def right_text(axes, y: float, text: str) -> None:
    """Words beside a row, right of the axes."""
    axes.annotate(text, (1, y), xycoords=("axes fraction", "data"), xytext=(12, 0), textcoords="offset points",
                  va="center", linespacing=LINE_SPACING)


def row_axis(axes, labels, *, y=None, bottom: float, top: float = -0.6) -> None:
    """The y axis of a chart with one labelled row per group, first row on top."""
    axes.set_yticks(range(len(labels)) if y is None else y, labels, linespacing=LINE_SPACING)
    axes.set_ylim(bottom, top)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")

"""Small drawing parts that several charts share. Each takes a figure or an axes and draws one thing."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.legend_handler import HandlerTuple

from emdbook.charts.fitting import LABEL, TEXT, fitted, inches, lines_of, shortened
from emdbook.charts.room import grow, is_narrow, least, stretch

#: Inches that one line of a legend takes.
LEGEND_LINE = 0.25
#: Source Sans has tall line metrics; below 1 two lines of a label stay together.
LINE_SPACING = 0.92
_LABEL_LINE = 0.18  # inches that one line of a name takes above its row
_HANDLE = 0.42  # inches of a legend entry beside its words


def legend_height(entries: Sequence, columns: int = 2) -> float:
    """Inches that :func:`foot_legend` needs below the axis label.

    Parameters
    ----------
    entries : sequence
        One per entry; equal ones count once.
    columns : int
    """
    return LEGEND_LINE * -(-len(set(entries)) // columns) + 0.08


def foot_legend(figure, handles, columns: int = 2) -> None:
    """A legend at the foot of the figure; words too long for it are made smaller, then cut.

    In the narrow layout they keep their size and stand in fewer columns.
    """
    handles = list(handles)
    size = float(LABEL)
    # the bars of a bar chart are a kind of tuple too, and have a label of their own
    words = [(handle[0] if type(handle) is tuple else handle).get_label() for handle in handles]
    labels = [label.replace("\n", " ") for label in words]

    def need(words) -> float:
        # matplotlib fills column by column
        per, more = divmod(len(words), columns)
        sizes = [per + (i < more) for i in range(columns)]
        starts = [sum(sizes[:i]) for i in range(columns)]
        return sum(max((inches(w, size) for w in words[at:at + k]), default=0) for at, k in zip(starts, sizes,
                                                                                              strict=True))

    if is_narrow():
        had = columns
        while columns > 1 and need(labels) > figure.get_figwidth() - 0.1 - _HANDLE * columns:
            columns -= 1
        grow(figure, bottom=LEGEND_LINE * (-(-len(labels) // columns) - -(-len(labels) // had)))
    room = figure.get_figwidth() - 0.1 - _HANDLE * columns
    while need(labels) > room and size > least():
        size -= 0.5
    if need(labels) > room:
        labels = [shortened(label, room / columns, size) for label in labels]
    figure.legend(handles=handles, labels=labels, loc="lower left", bbox_to_anchor=(0, 0), ncols=columns,
                  handletextpad=0.2, columnspacing=1.0, borderaxespad=0.1, labelspacing=0.25, fontsize=size,
                  handler_map={tuple: HandlerTuple(ndivide=1)})


def heading(figure, title: str | None) -> None:
    """A short heading at the top left of the figure, if there is one."""
    if title and is_narrow():
        lines = lines_of(" ".join(title.split()), 0.94 * figure.get_figwidth(), 12.5, weight="bold")
        grow(figure, top=0.2 * (len(lines) - 1))
        figure.text(0.02, 1 - 0.08 / figure.get_figheight(), "\n".join(lines), size=12.5, weight="bold", va="top",
                    linespacing=LINE_SPACING)
    elif title:
        text, size = fitted(" ".join(title.split()), 0.96 * figure.get_figwidth(), 12.5, "bold")
        figure.text(0.02, 1 - 0.28 / figure.get_figheight(), text, size=size, weight="bold")


def _beside(axes) -> float:
    """Inches between the axes and the right edge of the figure."""
    return (1 - axes.get_position().x1) * axes.figure.get_figwidth()


def right_text(axes, y: float, text: str, *, color: str | None = None) -> None:
    """Words beside a row, right of the axes."""
    text, size = fitted(text, _beside(axes) - 0.19, TEXT)
    axes.annotate(text, (1, y), xycoords=("axes fraction", "data"), xytext=(12, 0), textcoords="offset points",
                  va="center", linespacing=LINE_SPACING, size=size, **({"color": color} if color else {}))


def row_axis(axes, labels, *, y=None, bottom: float, top: float = -0.6, tops=None) -> None:
    """The y axis of a chart with one labelled row per group, first row on top.

    In the narrow layout each name stands above its row, and the axes grow by the names; rows that have kept room for
    them say where, ``tops``.
    """
    at = list(range(len(labels)) if y is None else y)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    if not is_narrow():
        axes.set_yticks(at, labels, linespacing=LINE_SPACING)
        axes.set_ylim(bottom, top)
        axes.tick_params(axis="y", length=0)
        return
    words = [" ".join(label.split("\n")) if inches(" ".join(label.split("\n")), LABEL) < 3.7 else label
             for label in labels]
    figure = axes.figure
    row = axes.get_position().height * figure.get_figheight() / (bottom - top)  # inches of a row before
    lines = max((word.count("\n") + 1 for word in words if word), default=0)
    extra = 0 if tops is not None else _LABEL_LINE * lines + 0.04
    stretch(figure, extra * (bottom - top))
    shift = extra / (row + extra) / 2
    above = (min(row, 0.62) / 2 + 0.01) / (row + extra)
    axes.set_yticks([y - above for y in at] if tops is None else tops, words, linespacing=LINE_SPACING)
    axes.tick_params(axis="y", length=0, pad=-3)
    for tick in axes.get_yticklabels():
        tick.set(ha="left", va="bottom")
    axes.set_ylim(bottom - shift, top - shift)


def x_label(axes, *lines: str) -> None:
    """The name of the x axis, in the middle of it, inside the figure; one line for each text given."""
    text = "\n".join(" ".join(line.split()) for line in lines)
    box, width = axes.get_position(), axes.figure.get_figwidth()
    middle = (box.x0 + box.x1) / 2 * width
    if is_narrow() and inches(text, TEXT) > 2 * min(middle, width - middle) - 0.1:
        _long_name(axes, text)
        return
    text, size = fitted(text, 2 * min(middle, width - middle) - 0.1, TEXT)
    axes.set_xlabel(text, size=size)


def _long_name(axes, text: str) -> None:
    """The name of the x axis where the middle of it has no room: from edge to edge, on as many lines as it needs."""
    figure = axes.figure
    lines = lines_of(text, figure.get_figwidth() - 0.1, TEXT)
    grow(figure, bottom=0.19 * (len(lines) - text.count("\n") - 1))
    box = axes.get_position()
    axes.set_xlabel("\n".join(lines), size=TEXT)
    axes.xaxis.label.set_x((0.5 - box.x0) / box.width)


def y_label(axes, text: str) -> None:
    """The name of the y axis, in the middle of it, inside the figure."""
    box, height = axes.get_position(), axes.figure.get_figheight()
    middle = (box.y0 + box.y1) / 2 * height
    text, size = fitted(" ".join(text.split()), 2 * min(middle, height - middle) - 0.1, TEXT)
    axes.set_ylabel(text, size=size)

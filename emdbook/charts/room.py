"""How wide a figure may be: that of a page, or that of a telephone, for which every chart is laid out anew.

In the narrow layout the names of rows stand above their marks, keys take as many lines as they need, and what needs
more height gets it.  A chart function knows nothing of it: the shared parts ask here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Width of a figure in inches on a page and on a telephone. There the smallest letters (:data:`LEAST_NARROW` points)
#: are 10 px high where the screen has 320 px, and more than 12 where it has 390.
WIDE, NARROW = 5.6, 4.0
#: Nothing is set smaller than this, in points.
LEAST_WIDE, LEAST_NARROW = 8.0, 10.0
#: A left margin of this many inches or more is a column of names.
COLUMN = 1.2
_narrow: ContextVar[bool] = ContextVar("narrow", default=False)


def is_narrow() -> bool:
    """Whether figures are drawn for a telephone."""
    return _narrow.get()


@contextmanager
def narrow() -> Iterator[None]:
    """Within it, figures are drawn for a telephone."""
    token = _narrow.set(True)
    try:
        yield
    finally:
        _narrow.reset(token)


def width() -> float:
    """Width of a figure in inches."""
    return NARROW if is_narrow() else WIDE


def least() -> float:
    """Size of the smallest letters, in points."""
    return LEAST_NARROW if is_narrow() else LEAST_WIDE


def grow(figure, *, top: float = 0.0, bottom: float = 0.0) -> None:
    """Make a figure higher; what is drawn keeps its size and its distance to the other edge.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    top, bottom : float
        Inches added above and below everything.
    """
    before = figure.get_figheight()
    after = before + top + bottom
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, (box.y0 * before + bottom) / after, box.width, box.height * before / after))
    for text in figure.texts:
        text.set_y((text.get_position()[1] * before + bottom) / after)
    figure.set_figheight(after)


def stretch(figure, inches: float) -> None:
    """Make the axes of a figure higher, and the figure with them; margins above and below stay.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Whose axes stand side by side.
    inches : float
        Added to the height of each axes.
    """
    before = figure.get_figheight()
    after = before + inches
    for axes in figure.axes:
        box = axes.get_position()
        axes.set_position((box.x0, box.y0 * before / after, box.width, (box.height * before + inches) / after))
    for text in figure.texts:  # they stand above the axes or below
        y = text.get_position()[1] * before
        text.set_y((y + (inches if y > before / 2 else 0)) / after)
    figure.set_figheight(after)

"""One chart with its controls: what :func:`emdbook.explore.explore` returns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from emdbook.explore.controls import Control, Layers
from emdbook.explore.errors import StateError, plain
from emdbook.explore.states import Frame, draw_all, frame


def asset_dir() -> Path:
    """The folder with the script and the style sheet that the published page needs once.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


class Exploration:
    """One chart with its controls, in the view that was asked for.

    Made by :func:`explore`; shows itself as the last value of a cell.

    Attributes
    ----------
    id, title, note : str
    controls : dict of str to Control
        By the chart function's argument.
    view : str
        ``live``, ``page`` or ``still``.
    drawn : int
        How many states had to be drawn for the page (the others came from the cache).
    errors : list of StateError
        What went wrong after the reader moved a control in the live view.
    """

    def __init__(self, function: Callable, *, title: str, id: str, note: str | None,
                 controls: Mapping[str, Control], view: str = "still"):
        self.function, self.title, self.id, self.note, self.view = function, title, id, note, view
        self.controls = dict(controls)
        self.drawn = 0
        self.errors: list[StateError] = []
        self._frames: list[Frame] | None = None
        self._html: str | None = None
        self._live = None
        self.place: tuple[str, int] | None = None

    @property
    def stateful(self) -> dict[str, Control]:
        """The controls that make states, in order (layers do not)."""
        return {name: c for name, c in self.controls.items() if not isinstance(c, Layers)}

    @property
    def layers(self) -> dict[str, Layers]:
        """The controls that only show or hide parts."""
        return {name: c for name, c in self.controls.items() if isinstance(c, Layers)}

    @property
    def count(self) -> int:
        """Number of states."""
        return math.prod(c.size for c in self.stateful.values())

    @property
    def default(self) -> dict[str, object]:
        """The setting the widget starts from."""
        return {name: c.value(c.default) for name, c in self.stateful.items()}

    @property
    def default_index(self) -> int:
        """Position of the default setting in :meth:`states`."""
        return self.index(self.default)

    def states(self) -> Iterator[dict[str, object]]:
        """Every setting, the last control changing fastest.

        Returns
        -------
        iterator of dict
        """
        names = list(self.stateful)
        for at in itertools.product(*(range(c.size) for c in self.stateful.values())):
            yield {n: self.stateful[n].value(i) for n, i in zip(names, at, strict=True)}

    def index(self, settings: Mapping[str, object]) -> int:
        """Position of one setting in :meth:`states`.

        Parameters
        ----------
        settings : Mapping

        Returns
        -------
        int
        """
        at = 0
        for name, control in self.stateful.items():
            at = at * control.size + control.index(settings[name])
        return at

    def draw(self, settings: Mapping[str, object] | None = None):
        """A fresh chart for one setting.

        Parameters
        ----------
        settings : Mapping, optional
            As :meth:`states` gives it; the default setting if left out.

        Returns
        -------
        emdbook.charts.base.Chart

        Raises
        ------
        StateError
            Naming the widget and the setting, if the chart function fails.
        """
        settings = self.default if settings is None else dict(settings)
        try:
            return self.function(**settings)
        except Exception as error:
            raise StateError(self.id, settings, plain(error)) from error

    def frame(self, settings: Mapping[str, object] | None = None) -> Frame:
        """Figure, sentence and numbers of one setting as the page would hold them, drawn afresh.

        Parameters
        ----------
        settings : Mapping, optional

        Returns
        -------
        Frame
        """
        settings = self.default if settings is None else dict(settings)
        chart = self.draw(settings)
        try:
            return frame(chart, self.id)
        except Exception as error:
            raise StateError(self.id, settings, plain(error)) from error

    def frames(self) -> list[Frame]:
        """Every state, from the cache where it is there.

        Returns
        -------
        list of Frame
            In the order of :meth:`states`.
        """
        if self._frames is None:
            self._frames, self.drawn = draw_all(self.id, self.function, list(self.states()))
        return self._frames

    def set(self, **settings) -> None:
        """Move controls of the live view as a reader would; raises if the chart fails.

        Parameters
        ----------
        **settings
            Argument and new value.
        """
        if self._live is None:
            raise RuntimeError("only the live view has controls to move")
        before = len(self.errors)
        self._live.set(settings)
        if len(self.errors) > before:
            raise self.errors[-1]

    def close(self) -> None:
        """Give the live controls back; the figure on the screen stays."""
        if self._live is not None:
            self._live.close()

    def html(self) -> str:
        """The page view as one block of HTML.

        Returns
        -------
        str
        """
        if self._html is None:
            from emdbook.explore.page import render

            self._html = render(self)
        return self._html

    def prepare(self, live: Callable[[Exploration], object]) -> None:
        """Draw what the view shows first.

        Parameters
        ----------
        live : callable
            Makes the live view of this exploration; called for that view only.
        """
        for name, control in self.layers.items():
            if not control.options:
                self.controls[name] = Layers(control.label, dict(self.draw().layers))
        if self.view == "live":
            self._live = live(self)
        elif self.view == "page":
            self.html()
        else:
            self._still = self.draw()

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.view == "live":
            return self._live.mimebundle()
        if self.view == "page":
            return {"text/html": self.html(), "text/plain": self.sentence}
        from emdbook.explore.page import still

        return {
            "text/html": still(self, frame(self._still, self.id)),
            "image/png": self._still.png(144),
            "text/plain": self.sentence,
        }

    @property
    def sentence(self) -> str:
        """What the default state shows, in words."""
        if self.view == "page":
            return self.frames()[self.default_index].sentence
        if self.view == "live":
            return self._live.sentence
        return " ".join(self._still.description.split())

    def __repr__(self) -> str:
        return f"<explore {self.id!r}: {self.count} states, {self.view} view>"

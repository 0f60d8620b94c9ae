"""The view in a live kernel: ipywidgets around the same chart function. The only module that imports them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from html import escape

import ipywidgets as widgets
from IPython.display import HTML, display

from emdbook import style
from emdbook.charts.base import quiet, tallest
from emdbook.charts.told import DRAWN, titled
from emdbook.explore.core import Exploration, asset_dir
from emdbook.explore.errors import StateError
from emdbook.explore.page import RADIO_MAX, table_html
from emdbook.explore.states import Frame

#: States kept in memory, so that going back costs nothing.
KEPT = 64
#: A screen reader announces changes inside an element that was there before.  ipywidgets has no way to give its own
#: element a role, so the page does it once, when this image (which does not exist) has failed to load.
_LIVE_REGION = (
    '<img alt="" hidden src="data:," onerror="(function mark(left) {'
    "var found = document.querySelectorAll('.emd-words-ID .widget-html-content');"
    "found.forEach(function (e) { e.setAttribute('role', 'status'); e.setAttribute('aria-live', 'polite'); });"
    'if (!found.length && left) setTimeout(mark, 100, left - 1); })(50)">'
)


class Live:
    """Controls, figure, sentence and numbers of one widget in a notebook.

    Parameters
    ----------
    owner : emdbook.explore.Exploration

    Raises
    ------
    StateError
        If the default state cannot be drawn; its sentence is shown first.
    """

    def __init__(self, owner: Exploration):
        self.owner = owner
        self.kept: OrderedDict[int, Frame] = OrderedDict()
        self.frame: Frame | None = None
        self.busy = False
        self.settings = owner.default
        self.inputs: dict[str, object] = {}
        try:
            self.frame = self._get()
        except StateError as error:
            display(HTML(f'<div class="emd-widget" style="border:2px solid #a3123a;padding:0.75em">'
                         f"{escape(_sentence(error))}</div>"))
            raise
        self._build()
        self._paint()

    # ---- drawing
    def _settings(self) -> dict[str, object]:
        settings = {}
        for name, control in self.owner.stateful.items():
            made = self.inputs.get(name)
            if made is None:
                settings[name] = control.value(control.default)
            elif control.kind == "studies":
                settings[name] = tuple(i for i, box in zip(control.ids, made, strict=True) if box.value)
            else:
                settings[name] = control.value(int(made.value))
        return settings

    def _get(self) -> Frame:
        settings = self._settings()
        at = self.owner.index(settings)
        if at not in self.kept:
            self.kept[at] = self.owner.frame(settings)
            if len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        self.kept.move_to_end(at)
        return self.kept[at]

    @property
    def sentence(self) -> str:
        return self.frame.sentence

    # ---- building
    def _build(self) -> None:
        owner = self.owner
        rows = [self._control(name, control) for name, control in owner.controls.items()]
        self.reset = widgets.Button(description="Reset", layout=widgets.Layout(width="auto"))
        self.reset.on_click(lambda _: self.set(owner.default, layers=True))
        width, height = tallest([self.frame.svg])
        css = style.css_variables() + (asset_dir() / "explore.css").read_text(encoding="utf-8")
        head = widgets.HTML(f'<style>{css}</style><p style="font-weight:600;margin:0">{escape(owner.title)}</p>'
                            + _LIVE_REGION.replace("ID", owner.id))
        self.error = widgets.HTML("", layout=widgets.Layout(display="none"))
        # The height is kept free from the start: nothing jumps or flickers while a new figure arrives.
        self.ratio = f"aspect-ratio:{width:g}/{height:g}"
        self.figure = widgets.HTML(layout=widgets.Layout(width="100%", max_width="46rem", min_height="12rem"))
        self.words = widgets.HTML(layout=widgets.Layout(min_height="4.5em", max_width="46rem"))
        self.words.add_class(f"emd-words-{owner.id}")
        self.numbers = widgets.HTML()
        self.more = widgets.Accordion(children=[self.numbers], titles=("Show the numbers",), selected_index=None)
        self.more.observe(lambda _: self._table(), "selected_index")
        parts = [head, widgets.HBox([*rows, self.reset], layout=widgets.Layout(flex_flow="row wrap", grid_gap="0 1em")),
                 self.error, self.figure, self.words]
        if owner.note:
            parts.append(widgets.HTML(f"<p>{escape(owner.note)}</p>"))
        self.box = widgets.VBox([*parts, self.more])

    def _control(self, name: str, control):
        long = {"description_width": "initial"}
        wide = widgets.Layout(width="auto")
        if control.kind in ("studies", "layers"):
            if control.kind == "studies":
                mask = control.masks[control.default]
                boxes = [widgets.Checkbox(bool(mask >> i & 1), description=t, indent=False, layout=wide)
                         for i, t in enumerate(control.labels)]
            else:
                boxes = [widgets.Checkbox(True, description=t, indent=False, layout=wide)
                         for t in control.options.values()]
            for box in boxes:
                box.observe(self._moved, "value")
            self.inputs[name] = boxes
            return widgets.VBox([widgets.HTML(f"<b>{escape(control.label)}</b>"), *boxes])
        if control.kind == "onoff":
            made = widgets.Checkbox(bool(control.default), description=control.label, indent=False, layout=wide)
        else:
            options = [(text, i) for i, text in enumerate(control.labels)]
            common = {"options": options, "value": control.default, "style": long}
            if control.kind == "stepped":
                made = widgets.SelectionSlider(**common, description=control.label, continuous_update=False,
                                               layout=widgets.Layout(width="24em", max_width="100%"))
            elif control.size <= RADIO_MAX:
                made = widgets.RadioButtons(**common, layout=wide)
                made.observe(self._moved, "value")
                self.inputs[name] = made
                return widgets.VBox([widgets.HTML(f"<b>{escape(control.label)}</b>"), made])
            else:
                made = widgets.Dropdown(**common, description=control.label, layout=widgets.Layout(width="auto"))
        made.observe(self._moved, "value")
        self.inputs[name] = made
        return made

    # ---- moving
    def set(self, settings: Mapping[str, object], layers: bool = False) -> None:
        """Set controls together and draw once."""
        self._write(settings, layers)
        self._moved(None)

    def _write(self, settings: Mapping[str, object], layers: bool = False) -> None:
        self.busy = True
        try:
            for name, value in settings.items():
                control, made = self.owner.controls[name], self.inputs[name]
                at = control.index(value)
                if control.kind == "studies":
                    for bit, box in enumerate(made):
                        box.value = bool(control.masks[at] >> bit & 1)
                elif control.kind == "onoff":
                    made.value = bool(at)
                else:
                    made.value = at
            if layers:
                for name in self.owner.layers:
                    for box in self.inputs[name]:
                        box.value = True
        finally:
            self.busy = False

    def _moved(self, _change) -> None:
        if self.busy:
            return
        try:
            settings = self._settings()
            self.owner.index(settings)  # a subset that is too small is told to the reader, it is no error
        except ValueError as error:
            self._write(self.settings)
            self._tell(str(error))
            return
        self.settings = settings
        try:
            self.frame = self._get()
        except StateError as error:
            self.owner.errors.append(error)
            self._tell(_sentence(error))
            return
        self.error.layout.display = "none"
        self._paint()

    def _tell(self, text: str) -> None:
        self.error.value = f'<div class="emd-widget" role="alert"><p class="emd-failure">{escape(text)}</p></div>'
        self.error.layout.display = ""

    def _paint(self) -> None:
        # no script of the book runs here, so each mark carries its words as a title
        svg = titled(quiet(self.frame.svg), self.frame.marks, self.owner.id)
        for name, control in self.owner.layers.items():
            for gid, box in zip(control.options, self.inputs[name], strict=True):
                if not box.value:
                    mark = f'id="{self.owner.id}-{gid}"'
                    svg = svg.replace(mark, f'{mark} display="none"', 1)
        # The figure first, then its sentence.
        self.figure.value = (f'<div class="emd-svg" role="img" aria-label="{DRAWN}" '
                             f'style="{self.ratio}">{svg}</div>')
        self.words.value = f"<p>{escape(self.frame.sentence)}</p>"
        self._table()

    def _table(self) -> None:
        if self.more.selected_index is not None:
            self.numbers.value = f'<div class="emd-widget"><div class="emd-table">{table_html(self.frame)}</div></div>'

    def close(self) -> None:
        """Close every control with its layout and style: a cell that is run again would else keep the old ones."""
        _close(self.box)

    def mimebundle(self) -> dict:
        """What Jupyter shows."""
        made = self.box._repr_mimebundle_()
        data = made[0] if isinstance(made, tuple) else made
        return {**data, "text/plain": self.frame.sentence}


def _close(widget) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    for part in (getattr(widget, "style", None), getattr(widget, "layout", None), widget):
        if isinstance(part, widgets.Widget):
            part.close()


def _sentence(error: StateError) -> str:
    return f"This figure cannot be drawn with these settings. {error}"

"""The published page's view: one block of HTML that needs no kernel, and the still."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Sequence
from html import escape

from emdbook.charts.base import both, room_of, tallest, width_in_letters
from emdbook.charts.told import DRAWN, Told
from emdbook.explore.controls import Control
from emdbook.explore.states import Frame

#: Class of the block that holds the narrow layout of every state; the book moves it into a file of its own.
NARROW = "emd-narrow-frames"
#: Up to this many options are shown side by side as radio buttons.
RADIO_MAX = 4
_PIECE = re.compile(r"[^>\n]*[>\n]|[^>\n]+")


def pack(frames: Sequence[Frame]) -> str:
    """All states of a widget as base64 of one deflated block.

    Figures of one widget share most of their elements.  Each distinct piece is stored once and a frame is a list of
    runs of pieces, since the window of deflate (32 KiB) is smaller than one figure.

    Parameters
    ----------
    frames : sequence of Frame

    Returns
    -------
    str
    """
    pieces: dict[str, int] = {}

    def runs(parts: Sequence[str]) -> list[int]:
        out: list[int] = []
        for part in parts:
            at = pieces.setdefault(part, len(pieces))
            if out and out[-2] + out[-1] == at:
                out[-1] += 1
            else:
                out += [at, 1]
        # starts are stored relative to the end of the run before: small numbers that repeat
        last = 0
        for i in range(0, len(out), 2):
            out[i], last = out[i] - last, out[i] + out[i + 1]
        return out

    def line(values: Sequence[str]) -> str:
        return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))

    packed = [
        [runs(_PIECE.findall(f.svg)), runs([f.sentence]), runs([line(f.columns)]), runs([line(r) for r in f.rows]),
         runs([mark.line() for mark in f.marks])]
        for f in frames
    ]
    block = json.dumps({"v": 1, "p": list(pieces), "f": packed}, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(block.encode("utf-8"), 9)).decode("ascii")


def pack_narrow(frames: Sequence[Frame]) -> str:
    """The figures of all states as a telephone needs them, packed as :func:`pack` packs; empty where there are none.

    They are fetched by narrow screens alone, so they make up a block of their own.
    """
    if not all(f.narrow for f in frames):
        return ""
    return pack([Frame(f.narrow, "", (), ()) for f in frames])


def unpack(block: str) -> list[Frame]:
    """The frames of :func:`pack`, as the browser reads them.

    Parameters
    ----------
    block : str

    Returns
    -------
    list of Frame
    """
    data = json.loads(zlib.decompress(base64.b64decode(block)))

    def take(coded: list[int]) -> list[str]:
        out, at = [], 0
        for i in range(0, len(coded), 2):
            at += coded[i]
            out += data["p"][at:at + coded[i + 1]]
            at += coded[i + 1]
        return out

    return [
        Frame("".join(take(svg)), "".join(take(text)), tuple(json.loads(take(head)[0])),
              tuple(tuple(json.loads(r)) for r in take(rows)), tuple(map(Told.parse, take(marks))))
        for svg, text, head, rows, marks in data["f"]
    ]


def table_html(one: Frame) -> str:
    """The numbers of one state as an HTML table.

    Parameters
    ----------
    one : Frame

    Returns
    -------
    str
    """
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in one.columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(v)}</td>" for v in row) + "</tr>" for row in one.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def figure_html(one: Frame, id: str, frames: Sequence[Frame], told: str = "") -> str:
    """Figure and caption, whole without JavaScript.

    Parameters
    ----------
    one : Frame
    id : str
        The widget's id.
    frames : sequence of Frame
        Every state, for the room to keep free.
    told : str
        The element in which a script tells the marks.

    Returns
    -------
    str
    """
    ratio, letters = tallest([f.svg for f in frames]), max(width_in_letters(f.svg) for f in frames)
    return (
        f'<figure class="emd-fig"><div class="emd-window"><div class="emd-svg{" emd-two" if one.narrow else ""}" '
        f'role="img" aria-label="{DRAWN}" style="aspect-ratio:{ratio[0]:g}/{ratio[1]:g};'
        f'--emd-least:{letters:.1f};--emd-shape:{ratio[0] / ratio[1]:.3f}{room_of([f.narrow for f in frames])}">'
        f'{both(one.svg, one.narrow)}</div>{told}</div>'
        f'<figcaption>{escape(one.sentence)}</figcaption></figure>'
    )


def _box(id: str, name: str, at: int, label: str, checked: bool, *, kind: str = "checkbox") -> str:
    group = f' name="{id}--{name}"' if kind == "radio" else ""
    on = " checked" if checked else ""
    return (
        f'<label class="emd-tick"><input type="{kind}"{group} data-at="{at}"{on}>'
        f"<span>{escape(label)}</span></label>"
    )


def control_html(id: str, name: str, control: Control) -> str:
    """One native control.

    Parameters
    ----------
    id : str
        The widget's id.
    name : str
        The chart function's argument.
    control : Control

    Returns
    -------
    str
    """
    at, own = f"{id}--{name}", f'class="emd-control" data-name="{escape(name)}"'
    label = escape(control.label)
    if control.kind == "onoff":
        return f'<div {own}>{_box(id, name, 1, control.label, bool(control.default))}</div>'
    if control.kind == "stepped":
        texts = [escape(t) for t in control.labels]
        marks = "".join(f'<option value="{i}" label="{t}"></option>' for i, t in enumerate(texts))
        return (
            f'<div {own}><label for="{at}">{label}</label><span class="emd-range">'
            f'<input type="range" id="{at}" min="0" max="{control.size - 1}" step="1" value="{control.default}" '
            f'list="{at}--steps" aria-valuetext="{texts[control.default]}">'
            f'<output for="{at}" aria-live="off">{texts[control.default]}</output></span>'
            f'<datalist id="{at}--steps">{marks}</datalist></div>'
        )
    if control.kind == "choice" and control.size > RADIO_MAX:
        options = "".join(
            f'<option value="{i}"{" selected" if i == control.default else ""}>{escape(t)}</option>'
            for i, t in enumerate(control.labels)
        )
        return f'<div {own}><label for="{at}">{label}</label><select id="{at}">{options}</select></div>'
    if control.kind == "choice":
        boxes = [_box(id, name, i, t, i == control.default, kind="radio") for i, t in enumerate(control.labels)]
    elif control.kind == "studies":
        mask = control.masks[control.default]
        boxes = [_box(id, name, i, t, bool(mask >> i & 1)) for i, t in enumerate(control.labels)]
    else:
        boxes = [_box(id, name, i, t, True) for i, t in enumerate(control.options.values())]
    return f'<fieldset {own}><legend>{label}</legend><div class="emd-ticks">{"".join(boxes)}</div></fieldset>'


def spec(controls: dict[str, Control]) -> list[dict]:
    """What the script must know of the controls.

    Parameters
    ----------
    controls : dict of str to Control

    Returns
    -------
    list of dict
    """
    out = []
    for name, control in controls.items():
        one: dict[str, object] = {"name": name, "kind": control.kind}
        if control.kind == "layers":
            one |= {"tokens": list(control.options)}
        else:
            one |= {"size": control.size, "start": control.default, "tokens": list(control.tokens)}
        if control.kind == "stepped":
            one["labels"] = list(control.labels)
        if control.kind == "studies":
            one["masks"] = list(control.masks) if control.least else None
            one["least"] = control.least
        out.append(one)
    return out


def render(widget) -> str:
    """The whole widget for the published page.

    Parameters
    ----------
    widget : emdbook.explore.Exploration

    Returns
    -------
    str
    """
    frames = widget.frames()
    id, start = widget.id, frames[widget.default_index]
    described = escape(json.dumps(spec(widget.controls), ensure_ascii=False, separators=(",", ":")))
    controls = "".join(control_html(id, name, c) for name, c in widget.controls.items())
    note = f'<p class="emd-note">{escape(widget.note)}</p>' if widget.note else ""
    told = f'<emd-marks data-of="{id}"></emd-marks>'
    slim = pack_narrow(frames)
    return (
        f'<emd-explore id="{id}" class="emd-widget" role="group" aria-labelledby="{id}--title" data-spec="{described}">'
        f'<p class="emd-title" id="{id}--title">{escape(widget.title)}</p>'
        f'<form class="emd-controls" autocomplete="off" aria-labelledby="{id}--title">{controls}'
        '<button type="button" class="emd-reset">Reset</button></form>'
        f'<p class="emd-failure" hidden></p>'
        f"{figure_html(start, id, frames, told)}"
        '<p class="emd-unseen" role="status" aria-live="polite"></p>'
        f"{note}"
        '<p class="emd-nojs">The controls need JavaScript. The figure shows the setting this widget starts from.</p>'
        f'<details class="emd-numbers"><summary>Show the numbers</summary>'
        f'<div class="emd-table" role="region" tabindex="0" aria-label="Numbers: {escape(widget.title)}">'
        f"{table_html(start)}</div></details>"
        '<div class="emd-actions">'
        '<button type="button" class="emd-link">Copy link</button>'
        '<button type="button" class="emd-whole">Full screen</button>'
        '<button type="button" class="emd-csv">Download CSV</button>'
        '<button type="button" class="emd-save">Download SVG</button>'
        '<button type="button" class="emd-png">Download PNG</button>'
        f'<label class="emd-address" hidden>Link to this setting <input type="text" readonly></label></div>'
        f'<script type="application/octet-stream;base64" class="emd-frames">{pack(frames)}</script>'
        f'{f"""<script type="application/octet-stream;base64" class="{NARROW}">{slim}</script>""" if slim else ""}'
        "</emd-explore>"
    )


def still(widget, one: Frame) -> str:
    """Figure and sentence only.

    Parameters
    ----------
    widget : emdbook.explore.Exploration
    one : Frame
        The default state.

    Returns
    -------
    str
    """
    note = f'<p class="emd-note">{escape(widget.note)}</p>' if widget.note else ""
    return (
        f'<div class="emd-widget emd-still" id="{widget.id}"><p class="emd-title">{escape(widget.title)}</p>'
        f"{figure_html(one, widget.id, [one])}{note}</div>"
    )

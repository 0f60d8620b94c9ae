"""Every state of every widget of every chapter is drawn, described in its own words, and within its budget.

States that the build has drawn are taken from its cache; whatever is not there is drawn here.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

import emdbook
from emdbook import explore
from emdbook.evidence.links import data_page
from emdbook.explore.states import state_keys
from emdbook.ground.paths import project_dir
from emdbook.publish import executed

CHAPTERS = sorted(project_dir().glob("notebooks/*.ipynb"))
BUDGET = 300


@cache
def widgets(path):
    return executed.widgets(path)


def where(path, widget, settings):
    return f"{path.stem}, widget '{widget.id}', setting {settings}"


def check_marks(one, widget_id, here):
    """Every row that is drawn is told, and every row that is told is drawn, with words of its own."""
    ids = set(re.findall(rf'<g id="{widget_id}-([^"]+)"', one.svg))
    told = [mark.gid for mark in one.marks]
    assert len(set(told)) == len(told), f"{here}: two rows with one mark"
    assert set(told) <= ids, f"{here}: rows without a mark: {sorted(set(told) - ids)}"
    rows = {gid for gid in ids if re.fullmatch(r"r\d+", gid)}
    assert rows <= set(told), f"{here}: marks of which nothing is told: {sorted(rows - set(told))}"
    for mark in one.marks:
        assert mark.name, f"{here}: a row has no name"
        assert all(name and text for name, text in mark.facts), f"{here}: {mark}"
        for word in ("nan", "None", "NaN", "<NA>", "inf"):
            assert f" {word} " not in f" {mark.value} {' '.join(text for _, text in mark.facts)} ", f"{here}: {mark}"
        assert mark.record == "" or exists(mark.record), f"{here}: no such record: {mark.record}"


@cache
def exists(record):
    page, _, row = record.partition("#")
    if page == "review":
        return row in set(evidence().paragraphs["locator"])
    return data_page(evidence().record(row)) == page


@cache
def evidence():
    return emdbook.load()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_every_state_is_drawn_and_says_what_it_shows(path, monkeypatch):
    monkeypatch.setenv("EMDBOOK_CHAPTER", path.stem)
    for widget in widgets(path).values():
        assert widget.count <= BUDGET, f"{path.stem}, widget '{widget.id}': {widget.count} states"
        states, frames = list(widget.states()), widget.frames()
        assert len(frames) == len(states) == widget.count
        seen: dict[str, tuple[dict, str]] = {}
        for settings, one in zip(states, frames, strict=True):
            here = where(path, widget, settings)
            assert one.sentence.strip(), f"{here}: no description"
            assert one.sentence.rstrip()[-1] in ".?!)", f"{here}: {one.sentence[-60:]!r} is no whole sentence"
            assert one.svg.count("<path") >= 1, f"{here}: nothing is drawn"
            assert one.columns, f"{here}: no table behind the figure"
            check_marks(one, widget.id, here)
            for word in ("nan", "None", "NaN", "<NA>", "inf"):
                assert f" {word} " not in f" {one.sentence} ", f"{here}: {one.sentence!r}"
            # the same words are right only for the same figure: 10% of 4 patients is nobody, as is 0%
            other, svg = seen.setdefault(one.sentence, (settings, one.svg))
            same = svg == one.svg or explore.fingerprint(svg) == explore.fingerprint(one.svg)
            assert same, f"{here}: the same words as {other}: {one.sentence!r}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_what_is_drawn_once_is_kept(path, monkeypatch):
    """A chart whose key is not known exactly would be drawn anew at every build, and nobody would notice."""
    monkeypatch.setenv("EMDBOOK_CHAPTER", path.stem)
    for widget in widgets(path).values():
        assert None not in state_keys(widget.function, widget.id, list(widget.states())[:3]), widget.id


def test_no_two_widgets_share_an_id():
    owners: dict[str, list[str]] = {}
    for path in CHAPTERS:
        for name in widgets(path):
            owners.setdefault(name, []).append(path.stem)
    assert {name: chapters for name, chapters in owners.items() if len(chapters) > 1} == {}


def test_every_kind_of_control_is_in_the_book():
    kinds = {c.kind for path in CHAPTERS for w in widgets(path).values() for c in w.controls.values()}
    assert {"choice", "stepped", "onoff", "studies"} <= kinds


def test_a_broken_state_is_named_with_its_chapter(tmp_path):
    import json

    source = ("from emdbook import charts, explore\n"
              "def fragile(n):\n    if n == 3:\n        raise ValueError('no patient is left')\n"
              "    return charts.interval_methods(1, n)\n"
              "explore.explore(fragile, title='Fragile', n=explore.stepped('n', [2, 3]))")
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    book = tmp_path / "99_broken.ipynb"
    book.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}))
    with pytest.raises(executed.ChapterError,
                       match=r"99_broken.ipynb, cell 1: .*'explore-fragile', setting n=3: .*no patient"):
        executed.execute(book)


def test_every_widget_can_be_shown_live(monkeypatch):
    """In a kernel the same call makes ipywidgets: one setting of each widget, drawn by its controls."""
    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    for path in CHAPTERS:
        for name, made in widgets(path).items():
            live = explore.explore(made.function, title=made.title, id=name, note=made.note, **made.controls)
            try:
                assert live.sentence.strip(), name
                assert "application/vnd.jupyter.widget-view+json" in str(live._repr_mimebundle_()), name
            finally:
                live.close()
                explore.registry.pop(name, None)

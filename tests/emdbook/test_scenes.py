"""Scenes are data: each statement says how far it was seen and where; a slip is one clear message, and a name draws."""

from __future__ import annotations

import json
import shutil

import pytest

import emdbook
from emdbook import charts
from emdbook.evidence.scenes import ScenesError, load_scenes
from emdbook.ground.paths import data_dir


@pytest.fixture(scope="module")
def ev():
    return emdbook.load()


@pytest.fixture
def edited(tmp_path, ev):
    """Load the scenes after a change of the document."""
    for name in ("scenes.json", "scenes.schema.json"):
        shutil.copy(data_dir() / name, tmp_path)

    def load(change):
        path = tmp_path / "scenes.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")
        return load_scenes(tmp_path, ev)

    return load


def first(document):
    return document["scenes"][0]["story"][0]


@pytest.mark.parametrize(("change", "words"), [
    (lambda d: first(d).pop("where"), "names its paragraph in where"),
    (lambda d: first(d).update(where=["PATH-99"]), "is no paragraph of the review"),
    (lambda d: first(d).update(standing="abstract"), "names its source or row"),
    (lambda d: first(d).update(standing="paper", sources=["ema-blenrep"]), "cannot be paper"),
    (lambda d: first(d).update(standing="official", sources=["nobody"]), "is no source"),
    (lambda d: first(d).update(standing="secondary", rows=["no.row"]), "is no row of the data"),
    (lambda d: first(d).update(standing="paper", rows=["majestec-1.em-e.orr.primary"]), "has the standing"),
    (lambda d: first(d).update(standing="own", sources=["ema-blenrep"]), "not the book's own"),
    (lambda d: first(d).update(standing="seen"), "must be one of"),
    (lambda d: first(d).update(says="Ends in a stop."), "must match"),
    (lambda d: d["scenes"].append(d["scenes"][0]), "an id stands for one thing"),
    (lambda d: d["scenes"][0]["cells"][0].update(at=[11, 1]), "must satisfy maximum"),
    (lambda d: d["scenes"][0]["cells"][0].update(radius=1e9), "must satisfy maximum"),
    (lambda d: d["scenes"][0]["arrows"][0].update(bend=-3), "must satisfy minimum"),
    (lambda d: next(s for s in d["scenes"] if s.get("boxes"))["boxes"][0].update(width=11), "must satisfy maximum"),
    (lambda d: d["journey"]["comparisons"][0].update(fact="bio.absent"), "is no row of biology; found 'bio.absent'"),
    (lambda d: d["journey"]["comparisons"][0].update(against=d["scenes"][0]["id"]), "is no row of biology"),
    (lambda d: d["journey"]["findings"][0].update(fact="majestec-1.em-e.orr.primary"), "is no row of biology"),
    (lambda d: d["journey"]["findings"].append(d["journey"]["findings"][0]), "an id stands for one thing"),
    (lambda d: d["scenes"][0]["cells"][0].update(kind="rainbow"), "must be one of"),
    (lambda d: d["journey"]["alterations"][0].update(stated=["fly"]), "must be one of"),
    (lambda d: d.pop("classification"), "needs the fields"),
])
def test_a_slip_in_the_scenes_is_named(edited, change, words):
    with pytest.raises(ScenesError, match=words) as caught:
        edited(change)
    assert "scenes.json" in str(caught.value)


def test_every_statement_of_a_scene_has_a_standing_and_a_place(ev):
    for scene in ev.scenes.scenes.values():
        for said in (*scene.statements, *(b.statement for b in scene.blunts)):
            assert said.standing
            assert said.standing == "own" or said.where or said.sources or said.rows


def test_a_scene_is_drawn_by_its_name(ev):
    assert "BCMA" in charts.scene(ev, "car-t-cells").description
    with pytest.raises(LookupError, match="car-t-cells"):
        charts.scene(ev, "car-t-sells")


def test_a_corrected_statement_reaches_the_figure(edited):
    found = edited(lambda d: first(d).update(says="Myeloma grows in a changed place"))
    assert charts.mechanism(next(iter(found.scenes.values()))).description.startswith(
        "Drawing. Myeloma grows in a changed place. Very many")

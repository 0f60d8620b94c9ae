"""The teaching cases: the book's own, files that must be refused, and their HTML without a browser."""

from __future__ import annotations

import json
import re

import pytest

import emdbook
from emdbook.checks.blueprint import ABSOLUTE, POSITION, read_blueprint
from emdbook.ground.paths import data_dir
from emdbook.publish.web.stylesheets import Used
from emdbook.tables import therapy_table
from emdbook.teach.cases import (
    CasesError,
    asset_dir,
    branch_table,
    case_files,
    facilitator_key,
    gap_table,
    handout,
    load_case,
    load_cases,
    show,
)
from emdbook.teach.cases.render import VERDICTS, grounds, render
from emdbook.teach.pathway import load_pathway
from emdbook.teach.quiz.render import markup, ordered, unseal

SLOW = "lump-on-the-rib"


@pytest.fixture(scope="module")
def cases():
    return load_cases()


@pytest.fixture(scope="module")
def pathway():
    return load_pathway()


@pytest.fixture
def raw():
    return json.loads((data_dir() / "cases" / f"{SLOW}.json").read_text(encoding="utf-8"))


def save(folder, data, name=SLOW):
    (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


# The book's own cases -----------------------------------------------------------------------------------


def decisions(cases):
    return [turn for case in cases for turn in case.turns if turn.options]


def test_enough_cases_and_each_says_that_it_is_made_up(cases):
    assert len(cases) >= 15
    assert [case.order for case in cases] == list(range(1, len(cases) + 1))
    for case in cases:
        assert "Constructed case. This patient does not exist." in render(case)
        assert "Constructed case" in handout(case)
        assert "Constructed case" in facilitator_key(case)


def test_the_cases_cover_the_blueprint(cases):
    known = set(read_blueprint().competencies)
    trained = [name for case in cases for name in case.competencies]
    assert set(trained) <= known
    assert known - set(trained) == set()


def test_choosing_the_longest_option_is_no_strategy(cases):
    turns = decisions(cases)
    longest = sum(max(turn.options, key=lambda o: len(o.text)).verdict == "right" for turn in turns)
    assert longest <= 0.3 * len(turns), f"the right choice is the longest option in {longest} of {len(turns)}"


def test_the_cases_cover_what_the_chapter_promises(cases, pathway):
    nodes = {node for case in cases for node in case.walk.node_ids}
    ends = {case.walk.last.id for case in cases}
    for wanted in ("emergency-cord", "emb-intensify", "eme-induction", "ti-induction", "rr-trial-enrol", "rr-cart-give",
                   "rr-bsab", "rr-post-cart", "rr-salvage", "rr-rapid", "cns-radiotherapy", "cns-followup"):
        assert wanted in nodes, wanted
    assert {"out-solitary", "out-pcl"} <= ends
    # what is left without a case is said here, so that a new end does not go unnoticed
    assert {n.id for n in pathway.nodes if n.kind == "end"} - ends == {"cns-trial", "eme-trial-enrol"}


def test_every_gap_of_the_pathway_is_met(cases, pathway):
    met = {gap.id for case in cases for node in case.walk.node_ids for gap in pathway.gaps_at(node)}
    assert met == {gap.id for gap in pathway.gaps}


def test_a_wrong_choice_has_its_own_sequel_and_who_makes_it(cases):
    for case in cases:
        sequels = [o.next for turn in case.turns for o in turn.options if o.verdict == "wrong"]
        assert len(sequels) == len(set(sequels))
        for turn in decisions([case]):
            assert any(o.verdict == "wrong" for o in turn.options), f"{case.case_id}, {turn.id}"
            assert all(o.mistake for o in turn.options if o.verdict == "wrong"), f"{case.case_id}, {turn.id}"


def test_what_is_right_stands_on_something_that_is_there(cases):
    evidence = emdbook.load()
    places = set(evidence.paragraphs.locator)
    for turn in decisions(cases):
        for option in turn.options:
            assert {name for name in option.rests_on if name.isupper()} <= places
            assert grounds(option) or option.verdict == "wrong", option.text


def test_right_by_other_advice_is_offered_often(cases):
    also = [o for turn in decisions(cases) for o in turn.options if o.verdict == "also"]
    assert len(also) >= len(cases)


def test_every_choice_is_explained_and_no_critique_is_used_twice(cases):
    critiques = [o.critique for turn in decisions(cases) for o in turn.options]
    assert len(critiques) == len(set(critiques))
    assert all(len(text.split()) >= 4 for text in critiques)


def test_no_option_gives_itself_away_and_no_critique_counts_on_a_place(cases):
    for turn in decisions(cases):
        for option in turn.options:
            assert not ABSOLUTE.search(option.text), option.text
            assert not POSITION.search(f"{option.text} {option.critique}"), option.critique
        assert not any(o.text.endswith(".") for o in turn.options), turn.id


def test_the_schema_is_valid():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads((data_dir() / "cases" / "case.schema.json").read_text()))


# Files that must be refused -----------------------------------------------------------------------------


def _turn(data, at=1):
    return data["turns"][at - 1]


def _option(data, verdict, at=1):
    return next(o for o in _turn(data, at)["options"] if o["verdict"] == verdict)


BREAKS = {
    "renamed": (lambda d: d.update(case_id="other"), "", "case_id is the name of the file"),
    "not constructed": (lambda d: d.update(constructed=False), "", "constructed must be true"),
    "unknown field": (lambda d: d.update(hint="x"), "", "no other fields"),
    "no presentation": (lambda d: d.update(presentation=[]), "", "at least 1"),
    "wrong answer": (lambda d: d["answer_key"].append("Perhaps"), "", "answer key is a path"),
    "no end": (lambda d: d["answer_key"].pop(), "", "reaches an end"),
    "other end": (lambda d: d.update(ends_at="out-pcl"), "", "ends_at is the end"),
    "two ids": (lambda d: _turn(d, 2).update(id="kind"), "turn kind", "the same id"),
    "begins with a sequel": (lambda d: d["turns"].insert(0, d["turns"].pop()), "turn maintain-a", "begins with a"),
    "two right": (lambda d: _option(d, "also").update(verdict="right"), "turn kind", "exactly one option is right"),
    "none right": (lambda d: _option(d, "right").update(verdict="also"), "turn kind", "exactly one option is right"),
    "leads nowhere": (lambda d: _option(d, "right").update(next="gone"), "turn kind, option 1", "leads to a turn"),
    "wrong without sequel": (lambda d: _option(d, "wrong").update(next="induce"), "turn kind, option 3", "to a sequel"),
    "right into a sequel": (lambda d: _option(d, "also").update(next="kind-a"), "turn kind, option 2", "only a wrong"),
    "sequel leads to the end": (lambda d: d["turns"][-1].update(next="end"), "turn maintain-a", "a turn that decides"),
    "nobody's advice": (lambda d: _option(d, "also").pop("whose"), "turn kind, option 2", "whose advice it is"),
    "no ground": (lambda d: _option(d, "right").pop("rests_on"), "turn kind, option 1", "what it rests on"),
    "not reached": (lambda d: [o.update(next="end") for o in _turn(d, 3)["options"] if o["verdict"] != "wrong"],
                    "turn maintain", "every turn is reached"),
    "in a circle": (lambda d: _option(d, "right", 2).update(next="kind"), "turn kind", "reach the end"),
    "too short": (lambda d: [o.update(next="end") for o in _turn(d)["options"] if o["verdict"] == "right"],
                  "turn kind", "at least 2 decisions"),
    "no critique": (lambda d: _turn(d)["options"][1].pop("critique"), "turn kind, option 2", "needs the fields"),
    "empty critique": (lambda d: _turn(d)["options"][1].update(critique=" "), "turn kind, option 2", "must match"),
    "same critique": (lambda d: _turn(d)["options"][1].update(critique=_turn(d)["options"][0]["critique"]),
                      "turn kind, option 2", "its own critique"),
    "same text": (lambda d: _turn(d)["options"][1].update(text=" em-b: a mass that grew out of bone"),
                  "turn kind, option 2", "its own text"),
    "two options": (lambda d: _turn(d).update(options=_turn(d)["options"][:2]), "turn kind", "at least 3"),
    "sequel without text": (lambda d: d["turns"][-1].pop("text"), "turn maintain-a", "needs the fields"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_case_is_refused_with_file_turn_and_rule(name, raw, tmp_path):
    change, place, rule = BREAKS[name]
    change(raw)
    with pytest.raises(CasesError) as caught:
        load_cases(save(tmp_path, raw))
    match = [f for f in caught.value.faults if rule in f.rule and f.place == place]
    assert match, str(caught.value)
    assert match[0].file == f"{SLOW}.json"
    assert str(match[0]) in str(caught.value)


def test_all_faults_of_all_files_are_listed_at_once(raw, tmp_path):
    _option(raw, "also").pop("whose")
    raw["ends_at"] = "out-pcl"
    save(tmp_path, raw)
    (tmp_path / "other.json").write_bytes(b"\xff")
    with pytest.raises(CasesError, match="faults") as caught:
        load_cases(tmp_path)
    assert {f.file for f in caught.value.faults} == {f"{SLOW}.json", "other.json"}
    assert len(caught.value.faults) == 3


def test_two_cases_may_not_share_title_or_place(raw, tmp_path):
    save(tmp_path, raw)
    save(tmp_path, {**raw, "case_id": "copy"}, "copy")
    with pytest.raises(CasesError, match="no two cases have the same order"):
        load_cases(tmp_path)


@pytest.mark.parametrize(("content", "rule"), [(b"{", "valid JSON"), (b"\xff", "UTF-8"), (b"[]", "hold one object"),
                                               (b'{"a": 1, "a": 2}', "stand once")])
def test_a_file_that_is_no_case_is_refused(content, rule, tmp_path):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(CasesError, match=rule):
        load_case("x", tmp_path)


def test_an_unknown_case_names_the_known_ones():
    with pytest.raises(CasesError, match=SLOW):
        load_case("nobody")


def test_a_changed_pathway_breaks_the_cases_that_it_makes_wrong(tmp_path):
    changed = json.loads((data_dir() / "pathway.json").read_text(encoding="utf-8"))
    node = next(n for n in changed["nodes"] if n["id"] == "emb-response")
    node["options"][1]["label"] = "Far below PR"
    (tmp_path / "pathway.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(CasesError, match=f"{SLOW}.json: the answer key"):
        load_cases(pathway=load_pathway(tmp_path))


# HTML ---------------------------------------------------------------------------------------------------


def visible(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.S)


@pytest.mark.parametrize("case_id", [file.stem for file in case_files()])
def test_only_the_presentation_and_the_first_question_can_be_read(case_id):
    case = load_case(case_id)
    html = visible(render(case))
    assert markup(case.turns[0].question) in html
    for told in case.presentation:
        assert markup(told) in html
    for turn in case.turns[1:]:
        assert markup(turn.text) not in html
    for turn in case.turns:
        assert not any(markup(o.critique) in html for o in turn.options)
    assert not any(word in html for word in VERDICTS.values())


def test_sealed_blocks_hold_each_critique_in_the_order_shown():
    case = load_case(SLOW)
    blocks = [unseal(text) for text in re.findall(r'class="emd-sealed">([^<]+)<', render(case))]
    assert len(blocks) == len(case.turns) + 1
    for turn, block in zip(case.turns, blocks[:-1], strict=True):
        assert [o["verdict"] for o in block["options"]] == [o.verdict for o in ordered(turn)]
        assert [o["next"] for o in block["options"]] == [o.next for o in ordered(turn)]
        assert block["next"] == turn.next
    assert all(markup(turn.key.text) in blocks[-1]["html"] for turn in case.way)


def test_ids_are_unique_over_all_cases():
    html = show([file.stem for file in case_files()]).html()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert visible(html).count("<details") == len(case_files())


def test_the_sheet_keeps_the_key_to_itself_and_the_key_tells_all(cases):
    for case in cases:
        sheet, key = handout(case), facilitator_key(case)
        for turn in case.way:
            assert markup(turn.question) in sheet
            for option in turn.options:
                assert markup(option.text) in sheet
                assert markup(option.critique) not in sheet
                assert markup(option.critique) in key
                if option.verdict == "wrong":
                    assert markup(case.turn(option.next).text) in key
                    assert markup(option.mistake) in key
        assert all(markup(one.listen_for) in key for one in case.debrief)


def test_views(monkeypatch):
    monkeypatch.setenv("EMDBOOK_VIEW", "page")
    page = show(SLOW)
    assert "<style" not in page.html()
    assert page.html() == show(SLOW).html()
    monkeypatch.setenv("EMDBOOK_VIEW", "live")
    live = show(SLOW)
    assert live.html().count("customElements.define") == 2
    assert show([SLOW, "ten-days"]).html().count("customElements.define") == 2
    words = live._repr_mimebundle_()["text/plain"]
    assert "constructed case" in words
    assert load_case(SLOW).turns[0].question in words
    assert {f.name for f in asset_dir().iterdir()} == {"cases.js", "cases.css"}


def test_headings_follow_the_level_asked_for():
    assert "<h2 " in show(SLOW, level=2).html()
    assert "<h3 " in show(SLOW, level=2).html()
    for wrong in (0, 6, "2"):
        with pytest.raises(ValueError, match="level"):
            show(SLOW, level=wrong)
    with pytest.raises(ValueError, match="at least one"):
        show([])


def test_text_is_escaped(raw, tmp_path):
    raw["presentation"] = ['<b>x</b> & "y" *so*']
    html = show(SLOW, path=save(tmp_path, raw)).html()
    assert "&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot; <em>so</em>" in html


# Tables -------------------------------------------------------------------------------------------------


def test_every_gap_stands_in_the_table_with_the_case_that_meets_it(cases, pathway):
    table = gap_table(pathway, cases)
    assert list(table.frame["Gap"]) == [gap.text for gap in pathway.gaps]
    assert all(table.frame["Met in the case"])
    assert not any(gap_table(pathway).frame["Met in the case"])


def test_the_branches_hold_every_node_way_and_paragraph(pathway):
    folded = branch_table(pathway, [section.id for section in pathway.sections], "All steps")
    frame = folded.table.frame
    assert list(frame["Step"]) == [node.short for s in pathway.sections for node in pathway.section(s.id)]
    assert " ".join(frame["Ways on"]).count("(inferred by the book)") == sum(
        option.basis == "inferred" for node in pathway.nodes for option in node.options)
    assert folded.html().startswith("<details")
    assert f"All steps: {len(pathway.nodes)} steps" in folded.html()
    assert folded._repr_mimebundle_()["text/html"].count("<details") == 1
    with pytest.raises(ValueError, match="no section nowhere"):
        branch_table(pathway, ["nowhere"], "x")


def test_a_regimen_is_listed_with_the_paragraphs_asked_for():
    evidence = emdbook.load()
    table = therapy_table(evidence, ["decp", "pad"], paragraphs="SECONDARY|PRIMARY")
    assert list(table.frame["Named in"]) == ["SECONDARY-2", "PRIMARY-1"]
    with pytest.raises(LookupError, match="nothing-of-that-name"):
        therapy_table(evidence, ["nothing-of-that-name"])


def test_the_lean_pages_keep_the_look_of_what_is_still_sealed():
    """The build drops rules that no page needs; what a reader meets only after a choice counts as needed."""
    used = Used()
    used.page(render(load_case(SLOW)))
    used.script((asset_dir() / "cases.js").read_text(encoding="utf-8"))
    sheet = (asset_dir() / "cases.css").read_text(encoding="utf-8")
    names = set(re.findall(r"\.(emd-[\w-]+)", sheet)) - {"emd-fold"}
    assert {"emd-way-stated", "emd-path", "emd-gap", "emd-mine", "emd-sequel"} <= names
    assert [name for name in sorted(names) if not used.has("classes", name)] == []

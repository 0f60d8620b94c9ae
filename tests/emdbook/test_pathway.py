"""The treatment pathway: the book's own file, its walker, and files that must be refused."""

import copy
import itertools
import json

import pytest

import emdbook
from emdbook.ground.paths import data_dir
from emdbook.teach.pathway import Pathway, PathwayError, load_pathway

# Ten patients made up for this test: the answers, the nodes each must pass, the gaps each must meet.
CALM = "No emergency"
FIRST = [CALM, "Yes, EMD", "No", "At first diagnosis of myeloma (primary)"]
RELAPSE = [CALM, "Yes, EMD", "No", "At relapse (secondary)"]
CORD = "Weak legs, a sensory level, bladder trouble, or a mass at the cord"
EM_B = "EM-B: a mass that grew out of bone"
EM_E = "EM-E: soft tissue or organ, no contact with bone"
TO_TYPE = "emergency scope cns-check phase nd-assess nd-eligible nd-type"
WALKS = {
    "new EM-B, transplant, good early response": (
        [*FIRST, "Yes", EM_B, "Not high", "At least PR"],
        f"{TO_TYPE} emb-burden emb-induction emb-response emb-asct emb-maintenance",
        {"mixed-type", "emb-maintenance-drugs"},
    ),
    "new EM-B, below PR after two cycles": (
        [*FIRST, "Yes", EM_B, "Not high", "Below PR"],
        f"{TO_TYPE} emb-burden emb-induction emb-response emb-intensify emb-asct emb-maintenance",
        {"mixed-type", "emb-after-intensification", "emb-maintenance-drugs"},
    ),
    "new EM-B, high burden at the start": (
        [*FIRST, "Yes", EM_B, "High burden"],
        f"{TO_TYPE} emb-burden emb-intensify emb-asct emb-maintenance",
        {"mixed-type", "emb-after-intensification", "emb-maintenance-drugs"},
    ),
    "new EM-E, no trial, good response": (
        [*FIRST, "Yes", EM_E, "No", "Yes"],
        f"{TO_TYPE} eme-trial eme-induction eme-response eme-asct eme-maintenance",
        {"mixed-type"},
    ),
    "new EM-E, no trial, no response": (
        [*FIRST, "Yes", EM_E, "No", "No"],
        f"{TO_TYPE} eme-trial eme-induction eme-response eme-no-response",
        {"mixed-type", "eme-second-step"},
    ),
    "new EMD, no transplant, responding": (
        [*FIRST, "No, whether EM-B or EM-E", "Yes"],
        "emergency scope cns-check phase nd-assess nd-eligible ti-induction ti-response ti-continue ti-maintenance",
        {"ti-maintenance-drugs"},
    ),
    "relapse, no earlier BCMA therapy": (
        [*RELAPSE, "No", "No", "No", "Yes"],
        "emergency scope cns-check phase rr-trial rr-speed rr-bcma rr-cart rr-cart-give",
        {"relapse-type"},
    ),
    "relapse after BCMA CAR-T cells": (
        [*RELAPSE, "No", "No", "Yes", "Relapse after BCMA CAR-T cells"],
        "emergency scope cns-check phase rr-trial rr-speed rr-bcma rr-prior-bcma rr-post-cart",
        {"relapse-type"},
    ),
    "relapse after another BCMA therapy": (
        [*RELAPSE, "No", "No", "Yes", "Relapse after another BCMA therapy"],
        "emergency scope cns-check phase rr-trial rr-speed rr-bcma rr-prior-bcma rr-salvage",
        {"relapse-type", "options-after-bcma", "cart-after-bcma"},
    ),
    "relapse, fast": (
        [*RELAPSE, "No", "Yes"],
        "emergency scope cns-check phase rr-trial rr-speed rr-rapid",
        {"relapse-type", "options-when-rapid", "cart-after-debulking"},
    ),
    "CNS, cord compression, unfit, CAR-T cells at hand": (
        [CORD, "Yes, EMD", "Yes", "Yes", "No", "Yes"],
        "emergency emergency-cord scope cns-check cns-start cns-urgent "
        "cns-radiotherapy cns-systemic cns-transplant cns-tcell cns-cart",
        set(),
    ),
}


@pytest.fixture(scope="module")
def pathway() -> Pathway:
    return load_pathway()


@pytest.fixture
def raw() -> dict:
    return json.loads((data_dir() / "pathway.json").read_text(encoding="utf-8"))


def save(tmp_path, data, name="pathway.json"):
    path = tmp_path / name
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def refused(path) -> PathwayError:
    with pytest.raises(PathwayError) as caught:
        load_pathway(path)
    return caught.value


def node(data, node_id):
    return next(item for item in data["nodes"] if item["id"] == node_id)


# The book's own pathway ---------------------------------------------------------------------------------


def test_the_book_s_pathway_loads(pathway):
    assert pathway.root == "emergency"
    assert {item.kind for item in pathway.nodes} == {"question", "recommendation", "end"}
    assert len(pathway.nodes) >= 40
    assert pathway.caution
    assert pathway.about


def test_every_path_can_be_walked_again_by_its_choices(pathway):
    for path in pathway.paths():
        assert pathway.walk(path.choices) == path


def test_every_inferred_step_that_bridges_the_text_is_marked(pathway):
    """The walks named in the chapter as gaps rest on inferred steps, and say so."""
    assert [option.basis for option in pathway.node("eme-response").options] == ["stated", "inferred"]
    assert {option.basis for option in pathway.node("cns-check").options} == {"inferred"}
    assert {option.basis for option in pathway.node("nd-type").options} == {"stated"}


@pytest.mark.parametrize("patient", WALKS)
def test_example_patients_walk_as_the_review_says(pathway, patient):
    choices, nodes, gaps = WALKS[patient]
    walk = pathway.walk(choices)
    assert walk.complete
    assert " ".join(walk.node_ids) == nodes
    assert {gap.id for gap in walk.gaps} == gaps
    assert walk.choices == tuple(choices)


def test_what_other_sources_add_rests_on_rows_that_exist_and_are_in_force(pathway):
    evidence = emdbook.load()
    guidance = evidence.guidance.set_index("guidance_id")
    known = set(guidance.index[guidance.superseded_by.isna()]) | set(evidence.criteria.criterion_id)
    missing = {row for n in pathway.nodes for item in n.beside for row in item.rows} - known
    assert not missing


def test_no_branch_leaves_a_patient_unprotected(pathway):
    """Every way to an end passes the emergencies first and meets what labels and guidelines ask for."""
    for path in pathway.paths():
        assert path.node_ids[0] == "emergency"
        assert len({row for step in path.steps for item in step.node.beside for row in item.rows}) >= 5
    def rows(node_id):
        return {row for item in pathway.node(node_id).beside for row in item.rows}
    assert "gui.cord.dexamethasone" in rows("emergency-cord")
    for name in ("emb-intensify", "eme-induction", "rr-rapid", "rr-salvage"):  # cisplatin
        assert "gui.renal.nephrotoxic" in rows(name), name
    for name in ("emb-induction", "ti-induction"):  # an IMiD, bortezomib, daratumumab
        assert {"gui.lenalidomide.boxed.us", "gui.daratumumab.blood-group", "gui.bortezomib.never-intrathecal"} <= rows(
            name), name
    for name in ("rr-bsab", "rr-salvage", "rr-rapid", "rr-post-cart"):
        assert "gui.bispecific.pneumocystis" in rows(name), name
    assert "BELLINI" in pathway.node("out-pcl").note


@pytest.mark.parametrize("name", ["rr-bsab", "rr-salvage", "rr-rapid", "rr-post-cart"])
def test_bispecific_antibodies_stand_wherever_cells_cannot_be_given(pathway, name):
    assert "bispecific antibody" in pathway.node(name).text.lower()


# The walker ---------------------------------------------------------------------------------------------


def test_no_choices_stand_at_the_first_question(pathway):
    walk = pathway.walk()
    assert walk.node_ids == ("emergency",)
    assert not walk.complete
    assert [option.next for option in walk.open_options] == ["scope", "emergency-cord", "emergency-metabolic"]


def test_a_step_carries_text_choice_basis_paragraphs_and_gaps(pathway):
    walk = pathway.walk(WALKS["new EM-E, no trial, no response"][0])
    step = walk.steps[-2]
    assert (step.chosen, step.basis) == ("No", "inferred")
    assert step.locators == ("PRIMARY-1", "PRIMARY-2")
    assert walk.steps[-1].gaps == pathway.gaps_at("eme-no-response")
    assert walk.steps[-1].gaps
    assert walk.steps[-1].chosen is None
    assert walk.steps[-1].basis is None
    assert len(walk.locators) == len(set(walk.locators))


def test_rows_hold_plain_text(pathway):
    rows = pathway.walk(WALKS["relapse, fast"][0]).rows()
    assert all(isinstance(value, str) for row in rows for value in row.values())
    assert rows[1]["locators"] == "INTRO-1;INTRO-2"
    assert "does not order" in rows[-1]["gaps"]


def test_case_and_outer_spaces_of_an_answer_do_not_matter(pathway):
    assert pathway.walk([" no EMERGENCY ", "  yes, emd ", "NO"]) == pathway.walk([CALM, "Yes, EMD", "No"])


def test_an_unknown_answer_names_the_question_and_the_choices(pathway):
    with pytest.raises(ValueError, match=r"'Perhaps' is no answer to .*nervous.*Choose one of: 'Yes', 'No'"):
        pathway.walk([CALM, "Yes, EMD", "Perhaps"])


def test_answers_left_over_at_an_end_are_refused(pathway):
    with pytest.raises(ValueError, match=r"ends at 'out-pcl'.*'Yes'"):
        pathway.walk([CALM, "5% or more plasma cells in the blood", "Yes"])


def test_a_single_text_instead_of_a_list_is_refused(pathway):
    with pytest.raises(ValueError, match="must be a list"):
        pathway.walk("Yes, EMD")


def test_an_unknown_node_is_refused_in_plain_words(pathway):
    for ask in (pathway.node, pathway.gaps_at):
        with pytest.raises(ValueError, match="no node 'nowhere'"):
            ask("nowhere")


def test_gaps_at_takes_a_node_or_its_id(pathway):
    assert pathway.gaps_at(pathway.node("nd-type")) == pathway.gaps_at("nd-type")
    assert pathway.gaps_at("scope") == ()


# Files that must be refused -----------------------------------------------------------------------------


def option(data, node_id, at=0):
    return node(data, node_id)["options"][at]


def copied(data, node_id, **changes):
    data["nodes"].append({**copy.deepcopy(node(data, node_id)), **changes})


BROKEN = {
    "no root": (lambda d: d.update(root="nowhere"), "", "root is a node"),
    "way to nowhere": (lambda d: option(d, "emb-asct").update(next="nowhere"), "emb-asct", "to a node that exists"),
    "orphan": (lambda d: copied(d, "phase", id="lost"), "lost", "no node is an orphan"),
    "lost end": (lambda d: copied(d, "out-pcl", id="lost"), "lost", "every end can be reached"),
    "circle": (lambda d: option(d, "emb-asct").update(next="emb-response"), "emb-response", "no walk goes in a circle"),
    "loop": (lambda d: option(d, "nd-assess").update(next="nd-assess"), "nd-assess", "no walk goes in a circle"),
    "one option": (lambda d: node(d, "rr-cart")["options"].pop(1), "rr-cart", "at least two options"),
    "no way on": (lambda d: node(d, "nd-assess").update(options=[]), "nd-assess", "leads on"),
    "end with options": (lambda d: node(d, "out-pcl").update(options=copy.deepcopy(node(d, "phase")["options"])),
                         "out-pcl", "an end has no options"),
    "twin nodes": (lambda d: copied(d, "out-pcl"), "out-pcl", "every node id stands once"),
    "twin labels": (lambda d: option(d, "cns-check", 1).update(label=" yes"), "cns-check", "different labels"),
    "basis": (lambda d: option(d, "phase").update(basis="guessed"), "phase", "must be one of"),
    "locator": (lambda d: node(d, "phase").update(locators=["INTRO 3"]), "phase", "must match"),
    "no locator": (lambda d: node(d, "phase").update(locators=[]), "phase", "takes only official steps"),
    "end without locator": (lambda d: node(d, "out-pcl").update(locators=[]), "out-pcl", "takes only official steps"),
    "official on nothing": (lambda d: node(d, "emergency").update(beside=[]), "emergency", "names the rows"),
    "row of no table": (lambda d: node(d, "scope")["beside"][0].update(rows=["majestec-1"]), "scope", "must match"),
    "kind": (lambda d: node(d, "phase").update(kind="hint"), "phase", "must be one of"),
    "extra field": (lambda d: node(d, "phase").update(chapter="14"), "phase", "no other fields"),
    "missing field": (lambda d: node(d, "phase").pop("note"), "phase", "needs the fields"),
    "empty text": (lambda d: node(d, "phase").update(text=" "), "phase", "must match"),
    "slug with capital": (lambda d: node(d, "out-pcl").update(id="Out PCL"), "Out PCL", "must match"),
    "gap nowhere": (lambda d: d["gaps"][0].update(at_node="nowhere"), "", "stands at a node that exists"),
    "twin gaps": (lambda d: d["gaps"].append(copy.deepcopy(d["gaps"][0])), "", "every gap id stands once"),
    "lost section": (lambda d: node(d, "phase").update(section="nowhere"), "phase", "the section of a node exists"),
    "twin sections": (lambda d: d["sections"].append(copy.deepcopy(d["sections"][0])), "",
                      "every section id stands once"),
    "section before its parent": (lambda d: d["sections"].reverse(), "", "comes after one that is named before it"),
    "empty section": (lambda d: d["sections"].append({"id": "spare", "label": "Spare", "after": "entry"}), "",
                      "no section is empty"),
    "long short": (lambda d: node(d, "phase").update(short="x" * 29), "phase", "maxLength"),
    "nodes as object": (lambda d: d.update(nodes={}), "", "must be of type"),
}


@pytest.mark.parametrize(("damage", "where", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_broken_pathway_is_refused_with_file_node_and_rule(tmp_path, raw, damage, where, rule):
    damage(raw)
    error = refused(save(tmp_path, raw))
    match = [fault for fault in error.faults if rule in fault.rule and fault.place == (where and f"node {where}")]
    assert match, f"not reported: {rule!r} at {where!r}\n{error}"
    assert match[0].file == "pathway.json"
    assert str(match[0]) in str(error)


@pytest.mark.parametrize("kinds", [("basis", "extra field"), ("way to nowhere", "one option", "twin gaps")])
def test_all_faults_of_a_kind_are_listed_at_once(tmp_path, raw, kinds):
    for kind in kinds:
        BROKEN[kind][0](raw)
    error = refused(save(tmp_path, raw))
    assert isinstance(error, ValueError)
    assert str(error).count("\n- ") == len(error.faults)
    rules = " ".join(fault.rule for fault in error.faults)
    assert all(BROKEN[kind][2] in rules for kind in kinds)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "valid JSON"),
        (b'{"title": ', "valid JSON"),
        (b"\xef\xbb\xbf{}", "valid JSON"),
        (b'{"title": "\xe9"}', "UTF-8"),
        (b'{"title": "a", "title": "b"}', "each name may stand once"),
        (b"[" * 100_000, "valid JSON"),
        (b"[]", "must hold one object"),
        (b"null", "must hold one object"),
        (b"{}", "needs the fields"),
    ],
)
def test_a_file_that_is_no_pathway_is_refused(tmp_path, content, rule):
    path = tmp_path / "pathway.json"
    path.write_bytes(content)
    assert rule in str(refused(path))


def test_a_missing_file_is_named(tmp_path):
    assert "pathway.json" in str(refused(tmp_path))
    assert "must exist" in str(refused(tmp_path / "other.json"))


def test_a_folder_may_be_given(tmp_path, raw):
    save(tmp_path, raw)
    assert load_pathway(tmp_path) == load_pathway(str(tmp_path / "pathway.json")) == load_pathway()


def test_a_removed_field_anywhere_never_passes_and_never_crashes(tmp_path, raw):
    """Each field of three nodes, of an option and of the file, taken out or turned into nonsense, two kinds each."""
    kinds = itertools.cycle((None, 7, [], {}, [None], ["?"], True))
    places = [raw, node(raw, "scope"), node(raw, "scope")["options"][0], node(raw, "out-pcl"), raw["gaps"][0]]
    for place in places:
        for name in list(place):
            kept = place[name]
            for nonsense in itertools.islice(kinds, 2):
                if nonsense == kept or (name, nonsense) in (("gaps", []), ("beside", [])):
                    continue
                place[name] = nonsense
                assert refused(save(tmp_path, raw)).faults
            del place[name]
            assert refused(save(tmp_path, raw)).faults
            place[name] = kept
    load_pathway(save(tmp_path, raw))

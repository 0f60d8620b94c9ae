"""The treatment pathway: the book's own file, its walker, and files that must be refused."""

import copy
import itertools
import json
import re

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


def test_every_path_starts_at_the_root_and_ends_at_an_end(pathway):
    paths = pathway.paths()
    ends = {item.id for item in pathway.nodes if item.kind == "end"}
    assert {path.node_ids[0] for path in paths} == {"emergency"}
    assert {path.last.id for path in paths} == ends
    assert all(path.complete and not path.open_options for path in paths)
    assert len({path.choices for path in paths}) == len(paths)


def test_every_path_can_be_walked_again_by_its_choices(pathway):
    for path in pathway.paths():
        assert pathway.walk(path.choices) == path


def test_every_node_lies_on_a_path(pathway):
    assert {node_id for path in pathway.paths() for node_id in path.node_ids} == {n.id for n in pathway.nodes}


def test_every_locator_is_a_paragraph_name(pathway):
    assert all(re.fullmatch(r"[A-Z0-9]+-[0-9]+", name) for item in pathway.nodes for name in item.locators)


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


def test_sections_hold_every_node_once(pathway):
    found = sorted(n.id for section in pathway.sections for n in pathway.section(section.id))
    assert found == sorted(n.id for n in pathway.nodes)
    assert pathway.section(pathway.sections[0].id)[0].id == pathway.root


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


def drop_root(data):
    data["root"] = "nowhere"


def drop_next(data):
    node(data, "emb-asct")["options"][0]["next"] = "nowhere"


def add_orphan(data):
    data["nodes"].append({**copy.deepcopy(node(data, "phase")), "id": "lost"})


def add_lost_end(data):
    data["nodes"].append({**copy.deepcopy(node(data, "out-pcl")), "id": "lost"})


def add_circle(data):
    node(data, "emb-asct")["options"][0]["next"] = "emb-response"


def add_self_loop(data):
    node(data, "nd-assess")["options"][0]["next"] = "nd-assess"


def one_option(data):
    del node(data, "rr-cart")["options"][1]


def silent_recommendation(data):
    node(data, "nd-assess")["options"] = []


def end_with_options(data):
    node(data, "out-pcl")["options"] = copy.deepcopy(node(data, "phase")["options"])


def twin_nodes(data):
    data["nodes"].append(copy.deepcopy(node(data, "out-pcl")))


def twin_labels(data):
    node(data, "cns-check")["options"][1]["label"] = " yes"


def wrong_basis(data):
    node(data, "phase")["options"][0]["basis"] = "guessed"


def wrong_locator(data):
    node(data, "phase")["locators"] = ["INTRO 3"]


def no_locator(data):
    node(data, "phase")["locators"] = []


def end_without_locator(data):
    node(data, "out-pcl")["locators"] = []


def official_on_nothing(data):
    node(data, "emergency")["beside"] = []


def row_of_no_table(data):
    node(data, "scope")["beside"][0]["rows"] = ["majestec-1"]


def wrong_kind(data):
    node(data, "phase")["kind"] = "hint"


def extra_field(data):
    node(data, "phase")["chapter"] = "14"


def missing_field(data):
    del node(data, "phase")["note"]


def empty_text(data):
    node(data, "phase")["text"] = " "


def slug_with_capital(data):
    node(data, "out-pcl")["id"] = "Out PCL"


def gap_nowhere(data):
    data["gaps"][0]["at_node"] = "nowhere"


def twin_gaps(data):
    data["gaps"].append(copy.deepcopy(data["gaps"][0]))


def lost_section(data):
    node(data, "phase")["section"] = "nowhere"


def twin_sections(data):
    data["sections"].append(copy.deepcopy(data["sections"][0]))


def section_before_its_parent(data):
    data["sections"].reverse()


def empty_section(data):
    data["sections"].append({"id": "spare", "label": "Spare", "after": "entry"})


def long_short(data):
    node(data, "phase")["short"] = "x" * 29


def nodes_as_object(data):
    data["nodes"] = {}


BROKEN = [
    (drop_root, "", "root is a node"),
    (drop_next, "emb-asct", "leads to a node that exists"),
    (add_orphan, "lost", "no node is an orphan"),
    (add_lost_end, "lost", "every end can be reached"),
    (add_circle, "emb-asct", "no walk goes in a circle"),
    (add_self_loop, "nd-assess", "no walk goes in a circle"),
    (one_option, "rr-cart", "at least two options"),
    (silent_recommendation, "nd-assess", "leads on"),
    (end_with_options, "out-pcl", "an end has no options"),
    (twin_nodes, "out-pcl", "every node id stands once"),
    (twin_labels, "cns-check", "different labels"),
    (wrong_basis, "phase", "must be one of"),
    (wrong_locator, "phase", "must match"),
    (no_locator, "phase", "takes only official steps"),
    (end_without_locator, "out-pcl", "takes only official steps"),
    (official_on_nothing, "emergency", "names the rows"),
    (row_of_no_table, "scope", "must match"),
    (wrong_kind, "phase", "must be one of"),
    (extra_field, "phase", "no other fields"),
    (missing_field, "phase", "needs the fields"),
    (empty_text, "phase", "must match"),
    (slug_with_capital, "Out PCL", "must match"),
    (gap_nowhere, "", "stands at a node that exists"),
    (twin_gaps, "", "every gap id stands once"),
    (lost_section, "phase", "the section of a node exists"),
    (twin_sections, "", "every section id stands once"),
    (section_before_its_parent, "", "comes after one that is named before it"),
    (empty_section, "", "no section is empty"),
    (long_short, "phase", "maxLength"),
    (nodes_as_object, "", "must be of type"),
]


@pytest.mark.parametrize(("damage", "where", "rule"), BROKEN, ids=[case[0].__name__ for case in BROKEN])
def test_a_broken_pathway_is_refused_with_file_node_and_rule(tmp_path, raw, damage, where, rule):
    damage(raw)
    error = refused(save(tmp_path, raw))
    match = [fault for fault in error.faults if rule in fault.rule and fault.place == (where and f"node {where}")]
    assert match, f"not reported: {rule!r} at {where!r}\n{error}"
    assert match[0].file == "pathway.json"
    assert str(match[0]) in str(error)


def test_all_faults_are_listed_at_once(tmp_path, raw):
    for damage in (wrong_basis, drop_next, one_option, twin_gaps, extra_field):
        damage(raw)
    error = refused(save(tmp_path, raw))
    assert isinstance(error, ValueError)
    assert len(error.faults) >= 5
    assert str(error).count("\n- ") == len(error.faults)
    rules = " ".join(fault.rule for fault in error.faults)
    for part in ("must be one of", "leads to a node", "at least two", "every gap id", "no other fields"):
        assert part in rules


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

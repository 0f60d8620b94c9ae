"""The rules of the questions: the bank keeps them, and each of them can be broken."""

from __future__ import annotations

import copy
import json

import pytest

from emdbook.checks.blueprint import Item, check_bank, check_project, read_bank, read_blueprint, table, twins
from emdbook.ground.paths import data_dir

CHAPTER = "09_bispecific_antibodies"
BLUEPRINT = read_blueprint()


@pytest.fixture
def items():
    return [Item(CHAPTER, copy.deepcopy(item.raw)) for item in read_bank()[CHAPTER]]


def problems(items, evidence):
    return [str(found) for found in check_bank({CHAPTER: items}, BLUEPRINT, evidence)]


def test_the_bank_keeps_the_blueprint(evidence):
    assert [str(found) for found in check_project(evidence=evidence)] == []


@pytest.mark.parametrize("name", read_bank())
def test_no_set_is_excused(name, evidence):
    broken = [Item(name, copy.deepcopy(item.raw)) for item in read_bank()[name]]
    broken[0].raw.pop("competency")
    assert any("names no competency" in str(f) for f in check_bank({name: broken}, BLUEPRINT, evidence))


def wrong(item):
    return next(o for o in item.raw["options"] if not o["correct"])


def right(item):
    return item.key


BREAKS = {
    "no competency": (lambda i: i.raw.pop("competency"), "names no competency"),
    "patient is none": (lambda i: i.raw.update(patient="A mass of 5 cm."), "is no patient"),
    "no ground": (lambda i: i.raw.pop("rests_on"), "has no rests_on"),
    "absent row": (lambda i: i.raw.update(rests_on=["majestec-1.em-e.orr.primry"]), "no row, paragraph or source"),
    "absent paragraph": (lambda i: i.raw.update(rests_on=["BSAB-99"]), "no row, paragraph or source"),
    "whose word": (lambda i: right(i).update(explanation="Right. It is so."), "whose word the key is"),
    "sounds cautious": (lambda i: wrong(i).update(text="This cannot be concluded"), "sounds cautious"),
    "two cautious": (lambda i: [o.update(cautious=True) for o in i.raw["options"][:2]], "two cautious options"),
    "negative": (lambda i: i.raw.update(stem="Which of these is not needed?"), "asks for what is not so"),
    "except": (lambda i: i.raw.update(stem="Do all of these EXCEPT one."), "asks for what is not so"),
    "absolute": (lambda i: wrong(i).update(text="It always works, in any patient"), "gives an option away"),
    "position": (lambda i: wrong(i).update(text="All of the above are needed"), "gives an option away"),
    "full stop": (lambda i: wrong(i).update(text=wrong(i)["text"] + "."), "end with a full stop"),
    "capital": (lambda i: wrong(i).update(text="a small letter begins this one"), "begin with a capital"),
    "long key": (lambda i: right(i).update(text=right(i)["text"] + ", and much more of it" * 9), "far longer"),
    "short key": (lambda i: right(i).update(text="Go"), "far longer or shorter"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_rule_of_a_question_is_broken_alone(name, items, evidence):
    change, rule = BREAKS[name]
    change(items[0])
    assert any(rule in found and items[0].id in found for found in problems(items, evidence))


def test_a_set_is_large_begins_with_patients_and_is_broad(items, evidence):
    assert "at least 8" in " ".join(problems(items[:4], evidence))
    for item in items:
        item.raw["competency"] = "appraise"
        item.raw.pop("patient", None)
    found = " ".join(problems(items, evidence))
    assert "begin with a patient: at least 60%" in found
    assert '"1 competencies" at least 5' in found


def test_caution_and_length_are_no_strategy(items, evidence):
    for item in items:
        for option in item.raw["options"]:
            option["cautious"] = option["correct"]
            option["text"] = ("A good deal longer than the rest it is" if option["correct"] else
                              f"A good deal longer than {option['text'][:7]}")
    found = " ".join(problems(items, evidence))
    assert "keys are cautious: at most a third" in found
    assert "no more than chance" in found
    assert "longest option as their key" in found


def test_to_strike_the_cautious_option_out_does_not_pay(items, evidence):
    for item in items:
        options = item.raw["options"]
        for option in options:
            option.pop("cautious", None)
        next(o for o in options if not o["correct"])["cautious"] = True
    assert "0 of 11" in next(f for f in problems(items, evidence) if "strikes it out gains" in f)
    right(items[0])["cautious"] = True
    wrong(items[0]).pop("cautious")
    right(items[1])["cautious"] = True
    wrong(items[1]).pop("cautious")
    assert not [f for f in problems(items, evidence) if "strikes it out gains" in f]


def test_over_all_sets_the_cautious_key_is_held_to_a_narrower_limit(evidence):
    bank = {name: [Item(name, copy.deepcopy(i.raw)) for i in items] for name, items in read_bank().items()}
    assert not [f for f in check_bank(bank, BLUEPRINT, evidence) if "strikes it out" in str(f)]
    for item in (i for name in ("04_proteasome_inhibitors", "05_immunomodulatory_drugs", "06_monoclonal_antibodies")
                 for i in bank[name] if i.key.get("cautious")):
        item.key["cautious"] = False
        wrong(item)["cautious"] = True
    found = [str(f) for f in check_bank(bank, BLUEPRINT, evidence) if "strikes it out" in str(f)]
    assert sum(f.startswith("data/questions/0") for f in found) == 3
    assert any(f.startswith("data/questions,") and "at least 15%" in f for f in found)


def test_twins_are_found_by_rows_and_by_wording(items):
    reworded = copy.deepcopy(items[0].raw) | {"id": "again"}
    reworded["stem"] = "What do you do for the woman with the growing liver mass, with no trial open?"
    assert any("again" in str(found) for found in twins([items[0], Item("pretest", reworded)]))
    other = copy.deepcopy(items[0].raw) | {"id": "other", "stem": "A different thing altogether?",
                                           "patient": "He coughs.", "rests_on": ["BSAB-9"]}
    other["options"][0]["text"] = "Something else entirely"
    assert not list(twins([items[0], Item("pretest", other)]))


def test_the_table_counts_what_is_there(items):
    row = table({CHAPTER: items}, BLUEPRINT)[0]
    assert row["questions"] == len(items) == sum(row[c] for c in BLUEPRINT.competencies)
    assert row["patient"] == sum(bool(i.raw.get("patient")) for i in items)


def test_a_broken_blueprint_names_file_and_rule(tmp_path):
    for name in ("blueprint.json", "blueprint.schema.json"):
        (tmp_path / name).write_bytes((data_dir() / name).read_bytes())
    made = json.loads((tmp_path / "blueprint.json").read_text(encoding="utf-8"))
    made["rules"]["most_longest"] = 3
    (tmp_path / "blueprint.json").write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(ValueError, match=r"blueprint\.json, rules > most_longest"):
        read_blueprint(tmp_path)

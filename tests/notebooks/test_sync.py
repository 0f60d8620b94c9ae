"""A number is written once: a correction is one cell and one command, and what cannot be said by rule is listed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

import emdbook
from emdbook import rows, tables
from emdbook.checks.prose import audit_project
from emdbook.checks.sync import sync_project, sync_text
from emdbook.evidence.calculations import CALCULATIONS
from emdbook.evidence.links import links_of
from emdbook.ground.faults import UnsoundError
from emdbook.ground.paths import project_dir
from emdbook.teach.cases import load_cases
from emdbook.teach.quiz import load_questions
from emdbook.teach.teaching import load_teaching, markdown

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))

from factory import edit, write_package

ROW = "majestec-1.em-e.orr.primary"
ORR = "alpha.em-e.orr.primary"  # 35.7 %, 10 of 28, 18.6 to 55.9
OTHER = "beta.non-emd.cr.derived"  # 25 %, 7 of 28


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    return emdbook.load(write_package(tmp_path_factory.mktemp("package")))


def changes(text: str, evidence) -> list[tuple[str, str]]:
    return [(old, new) for _, old, new, _ in sync_text(text, evidence)[1]]


def reasons(text: str, evidence) -> str:
    return "; ".join(why for *_, new, why in sync_text(text, evidence)[1] if not new)


# --- the book -----------------------------------------------------------------------------------------------------

def test_the_book_says_what_its_data_say():
    evidence = emdbook.load()
    found = [*sync_project(project_dir(), evidence), *audit_project(project_dir(), evidence)]
    assert not found, "\n".join(map(str, found))


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """The book after one cell of its data was corrected (one patient more responded) and the command was run."""
    folder = tmp_path_factory.mktemp("book")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(project_dir() / part, folder / part)
    file = folder / "data" / "outcomes.csv"
    text = file.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"{ROW},")]
    assert ",35.7,%,10,28," in line
    file.write_text(text.replace(line, line.replace(",35.7,%,10,28,", ",39.3,%,11,28,")), encoding="utf-8")
    evidence = emdbook.load(folder / "data")
    done = sync_project(folder, evidence, write=True)
    return folder, evidence, done


def _texts(folder: Path) -> str:
    cells = [cell for path in sorted((folder / "notebooks").glob("*.ipynb"))
             for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"]
    pages = [path.read_text(encoding="utf-8") for pattern in ("book/*.md", "data/**/*.json")
             for path in folder.glob(pattern)]
    return "\n".join(["".join(cell["source"]) for cell in cells] + pages)


def test_a_correction_is_one_cell_and_one_command(corrected):
    folder, _, done = corrected
    assert len([change for change in done if not change.by_hand]) >= 30
    # every sentence that shows the row shows it as it is now
    shown = [link for link in links_of(_texts(folder)) if link.scheme == "ev" and link.target == ROW]
    assert len(shown) >= 20
    counts = [link.words for link in shown if link.fields == "count"]
    assert counts
    assert all("11 of 28" in words or "eleven of" in words.lower() for words in counts)
    values = [link.words for link in shown if link.fields == "value" and any(c.isdigit() for c in link.words)]
    assert values
    assert all(words.startswith(("39.3", "39%", "39")) for words in values)
    # and what follows from it
    (interval,) = {link.words for link in links_of(_texts(folder)) if link.target == f"wilson/{ROW}"
                   and link.fields == "interval" and " to " in link.words}
    assert interval == "24 to 58%"


def test_what_the_command_cannot_write_it_lists_with_place_and_both_values(corrected):
    _, _, done = corrected
    listed = {(change.file, change.old): str(change) for change in done if change.by_hand}
    # one more patient turns the difference round: "three points more" cannot be written by a rule
    points = listed["data/questions/09_bispecific_antibodies.json", "three points"]
    assert "to be looked at" in points
    assert "the number is negative: −0.80 points" in points
    # and a question that computes from the corrected row is to be read again
    assert any("sound-sentence" in change and "figures of this question moved" in change for change in listed.values())
    assert all(change.reason and change.place for change in done)
    assert len(listed) <= 8


def test_charts_tables_questions_cases_and_teaching_notes_follow(corrected):
    folder, evidence, _ = corrected
    row = rows.chart_rows(evidence, [ROW]).iloc[0]
    assert (row["events"], row["n"], row["value"]) == (11, 28, 39.3)
    assert any("11 of 28" in table.html() for _, table in tables.ledger(evidence))
    told = next(q for q in load_questions("09_bispecific_antibodies", folder / "data" / "questions").questions
                if q.id == "her-chances")
    assert any("About 39 of 100 people" in option.text for option in told.options)
    case = next(c for c in load_cases(folder / "data" / "cases") if c.case_id == "no-cells-to-be-had")
    assert any("11 of 28 people" in option.text for option in case.turn("say").options)
    taught = load_teaching(folder / "data" / "teaching.json")["09_bispecific_antibodies"]
    assert "[11 of 28](ev:" in markdown(taught)


def test_a_second_run_changes_nothing(corrected):
    folder, evidence, done = corrected
    again = sync_project(folder, evidence)
    assert all(change.by_hand for change in again)
    assert len(again) <= len([change for change in done if change.by_hand])


# --- one link -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    f"[35.7%](ev:{ORR}#value)", f"[36%](ev:{ORR}#value)", f"[10 of 28](ev:{ORR}#count)", f"[10/28](ev:{ORR}#count)",
    f"[ten of 28](ev:{ORR}#count)", f"[**35.7%**](ev:{ORR}#value)", f"[35.7](ev:{ORR}#value)%",
    f"[35.7% (18.6 to 55.9)](ev:{ORR}#value+interval)", f"[18.6–55.9%](ev:{ORR}#interval)",
    f"[10 of 28 (35.7%, 95% CI 18.6 to 55.9%)](ev:{ORR}#count+value+interval)", f"[28 patients](ev:{ORR}#n)",
    "[48.1% at 12 months](ev:alpha.overall.pfs-12m.secondary#value+time)",
    "[at one year](ev:alpha.overall.pfs-12m.secondary#time)", "[160](ev:alpha.overall#evaluable)",
    "[not reached](ev:alpha.em-e.os.primary#not-reached)",
    "[3.9 months (p = 0.06)](ev:beta.emd.dor.review#value+p)",
    "[1.61, 1.18 to 2.19, p < 0.001](ev:beta.emd.pfs-hr.review#value+interval+p)",
    "[7 to 17%](ev:epi.diagnosis.review#interval)", f"[about a third](ev:{ORR}#value) of the patients",
    f"[fewer than half](ev:{ORR}#value)", f"[fewer than 36%](ev:{ORR}#value)", f"[at least 35.7%](ev:{ORR}#value)",
    f"[at most 36%](ev:{ORR}#value)", f"[no more than ten](ev:{ORR}#events)", f"[over 35%](ev:{ORR}#value)",
    "[more often](ev:bio.mapk.review)",
    "`[12 of 28](ev:no-such.row#count)` in code is no link",
])
def test_words_that_agree_stay_as_the_author_wrote_them(text, evidence):
    assert sync_text(text, evidence) == (text, [])


@pytest.mark.parametrize(("text", "written"), [
    (f"[11 of 28](ev:{ORR}#count) responded", f"[10 of 28](ev:{ORR}#count) responded"),
    (f"an [11%](ev:{OTHER}#value) rate", f"a [25%](ev:{OTHER}#value) rate"),
    (f"[**9**](ev:{ORR}#events) responded", f"[**10**](ev:{ORR}#events) responded"),
    (f"[Eleven of 28](ev:{ORR}#count)", f"[Ten of 28](ev:{ORR}#count)"),
    (f"[1](ev:{ORR}#events) patient responded", f"[10](ev:{ORR}#events) patients responded"),
    (f"[41% (20 to 60)](ev:{ORR}#value+interval)", f"[36% (19 to 56)](ev:{ORR}#value+interval)"),
    ("[half a dozen, or 4.25 months](ev:beta.emd.dor.review#value)", None),
    ("[two years](ev:alpha.overall.pfs-12m.secondary#time)", "[one year](ev:alpha.overall.pfs-12m.secondary#time)"),
])
def test_words_that_differ_are_written_from_the_data(text, written, evidence):
    new, found = sync_text(text, evidence)
    assert found
    if written:
        assert new == written


@pytest.mark.parametrize(("text", "becomes"), [
    # an estimate in the place of its bound, n in the place of events
    (f"[18.6% (35.7 to 55.9)](ev:{ORR}#value+interval)", f"[35.7% (18.6 to 55.9)](ev:{ORR}#value+interval)"),
    (f"[55.9 to 18.6%](ev:{ORR}#interval)", f"[18.6 to 55.9%](ev:{ORR}#interval)"),
    (f"[28 of 10](ev:{ORR}#count)", f"[10 of 28](ev:{ORR}#count)"),
    (f"[28 patients](ev:{ORR}#events) responded", f"[10 patients](ev:{ORR}#events) responded"),
])
def test_one_field_cannot_stand_in_the_place_of_another(text, becomes, evidence):
    assert sync_text(text, evidence)[0] == becomes


@pytest.mark.parametrize(("text", "said"), [
    ("Median overall survival was [17.5 months](ev:minarik-2021.ird.pfs.primary-final#value).",
     'the sentence says "survival", and the row is '),
    ("The PFS was [14.6 months](ev:lenalidomide-18.emd.os.review#value).", 'the sentence says "PFS"'),
    ("Overall survival was [36%](ev:majestec-1.em-e.orr.primary#value).", 'the sentence says "survival"'),
    ("A complete response rate of [36%](ev:majestec-1.em-e.orr.primary#value).", 'says "complete response"'),
    ("The response rate was [14.6 months](ev:lenalidomide-18.emd.os.review#value).", 'says "response"'),
    ("It was [17.5](ev:minarik-2021.ird.pfs.primary-final#value) months for OS.", 'the sentence says "OS"'),
    ("[18 patients](ev:usmani-2016.emd.orr.review#n) responded.", "the number is that of all patients"),
    ("[28](ev:majestec-1.em-e#n) patients responded.", "the number is that of all patients"),
])
def test_one_thing_cannot_be_sold_as_another(text, said):
    """PFS in the place of OS, n in the place of events."""
    assert said in reasons(text, emdbook.load())


def test_the_word_for_certainty_follows_its_row():
    evidence = emdbook.load()
    row = next(evidence.certainty[evidence.certainty.result == "very_low"].itertuples()).certainty_id
    new, found = sync_text(f"[High certainty](ev:{row}) and [low certainty](ev:{row})", evidence)
    assert new == f"[Very low certainty](ev:{row}) and [very low certainty](ev:{row})"
    assert len(found) == 2


def test_whose_figure_was_written_is_said():
    evidence = emdbook.load()
    text = "The median was [99 months](ev:minarik-2021.ird.pfs.primary-final#value)."
    ((_, old, new, of),) = sync_text(text, evidence)[1]
    assert (old, new) == ("99 months", "18 months")
    assert of.endswith(": PFS")


@pytest.mark.parametrize(("text", "reason"), [
    (f"[half](ev:{ORR}#value) of the patients", "a judgement, and the number is now 35.70%"),
    (f"[the majority](ev:{ORR}#value) of the patients", "a judgement, and the number is now 35.70%"),
    ("[nearly all](ev:beta.emd.orr.review#said)", "does not stand in the words"),
    (f"[more than 36%](ev:{OTHER}#value)", "a bound, and the number is now 25%"),
    (f"[more than 36%](ev:{ORR}#value)", "a bound, and the number is now 35.70%"),
    (f"[more than 35.7%](ev:{ORR}#value)", "a bound, and the number is now 35.70%"),
    (f"[no more than 35%](ev:{ORR}#value)", "a bound, and the number is now 35.70%"),
    (f"[at least 36%](ev:{ORR}#value)", "a bound, and the number is now 35.70%"),
    (f"[more than ten](ev:{ORR}#events)", "a bound, and the number is now 10"),
    (f"[10 months](ev:{ORR}#events)", "not months"),
    (f"[35.7 patients](ev:{ORR}#value)", "not count"),
    (f"[10](ev:{ORR}#count)", "names 2 numbers (10, 28) and its words show 1"),
    (f"[35.7%](ev:{ORR})", "names no field"),
    (f"[35.7%](ev:{ORR}#values)", "no field 'values'"),
    ("[12 months](ev:alpha.em-e.os.primary#value)", "has no value"),
    (f"[not reached](ev:{ORR}#not-reached)", "does not say that it was not reached"),
    ("[p = 0.001](ev:beta.emd.pfs-hr.review#p)", "the p-value is now <0.001"),
    ("[35.7%](ev:alpha.em-e.orr.primry#value)", "did you mean alpha.em-e.orr.primary"),
    (f"[33%](calc:wald/{ORR}#low)", "there is no calculation 'wald'"),
    ("[33%](calc:wilson/#low)", "names no row"),
    (f"[33%](calc:wilson/{ORR}#value)", "has no 'value' here; it has estimate, low, high"),
    ("[33%](calc:wilson/beta.emd.orr.review#low)", "has no events"),
    (f"[30 points](calc:difference/{ORR}#value)", "needs 2 rows"),
    (f"[30%](calc:pooled/{ORR}#estimate)", "at least 2 rows"),
    (f"[30%](calc:pooled/{ORR}+alpha.overall.orr.primary#estimate)", "shares patients"),
    (f"[30%](calc:pooled/{ORR}+{ORR}#estimate)", "shares patients"),
    (f"[30 points](calc:difference/{ORR}+beta.emd.dor.review#value)", "different units"),
    (f"[no count](calc:fits-none/{ORR})", "10 of alpha"),
    ("[11](calc:attainable/beta.emd.orr.review#events)", "fits-none"),
    ("[80%](calc:share/alpha.overall+alpha.em-e#value)", "more patients"),
    (f"[27 points](calc:difference/{ORR}+alpha.overall.orr.primary#value)", "the number is negative"),
])
def test_what_no_rule_can_write_is_listed_with_its_reason(text, reason, evidence):
    new, _ = sync_text(text, evidence)
    assert new == text
    assert reason in reasons(text, evidence)


GOOD = {
    "wilson": f"[21 to 54%](calc:wilson/{ORR}#interval) [54%](calc:wilson/{ORR}#high) "
              f"[33 points](calc:wilson/{ORR}#width)",
    "clopper-pearson": f"[18.6 to 55.9%](calc:clopper-pearson/{ORR}#interval)",
    "jeffreys": f"[20 to 54%](calc:jeffreys/{ORR}#interval)",
    "credible-uniform": f"[21 to 54%](calc:credible-uniform/{ORR}#interval)",
    "credible-jeffreys": f"[20 to 54%](calc:credible-jeffreys/{ORR}#interval)",
    "percent": f"[35.71%](calc:percent/{ORR}#value) [10 of 28](calc:percent/{ORR}+{OTHER}#count)",
    "complement": f"[64.3%](calc:complement/{ORR}#value)",
    "non-responders": f"[18 of 28](calc:non-responders/{ORR}#count)",
    "difference": f"[27.3 percentage points](calc:difference/alpha.overall.orr.primary+{ORR}#value)",
    "difference-ci": f"[−13 to 33 points](calc:difference-ci/{ORR}+{OTHER}#interval) "
                     f"[13 points fewer to 33 points more](calc:difference-ci/{ORR}+{OTHER}#interval)",
    "risk-ratio": f"[1.43 (0.63 to 3.22)](calc:risk-ratio/{ORR}+{OTHER}#estimate+interval)",
    "interaction": "[1.04 (0.55 to 1.94)](calc:interaction/montefusco-2020.emd-asct.os-hr.primary+"
                   "montefusco-2020.emd-no-asct.os-hr.primary#estimate+interval)",
    "times": f"[1.8 times](calc:times/alpha.overall.orr.primary+{ORR}#value) "
             f"[about twice](calc:times/alpha.overall.orr.primary+{ORR}#value)",
    "sum": f"[17 of 56](calc:sum/{ORR}+{OTHER}#count) [56](calc:sum/alpha.em-e+beta.non-emd#n)",
    "rest": f"[94 of 137](calc:rest/alpha.overall.orr.primary+{ORR}#count)",
    "share": "[17.0%](calc:share/alpha.em-e+alpha.overall#value)",
    "attainable": f"[10](calc:attainable/{ORR}#events) [one](calc:attainable/{ORR}#number)",
    "fits-none": "[no count](calc:fits-none/beta.emd.orr.review) "
                 "[35.5% of 32](calc:fits-none/beta.emd.orr.review#value+n)",
    "pooled": f"[31%](calc:pooled/{ORR}+{OTHER}#estimate) [0%](calc:pooled/{ORR}+{OTHER}#i2)",
    "prediction": f"[1.7 to 91.8%](calc:prediction/{ORR}+{OTHER}#interval)",
    "range": f"[25 to 63%](calc:range/{ORR}+{OTHER}+alpha.overall.orr.primary#interval)",
    "how-many": f"[two](calc:how-many/{ORR}+{OTHER}#value)",
}


@pytest.mark.parametrize("name", CALCULATIONS)
def test_each_calculation_gives_its_fields(name, evidence):
    # the small package has no two ratios of separate patients
    assert changes(GOOD[name], emdbook.load() if name == "interaction" else evidence) == []


def test_the_guide_for_contributors_names_every_calculation():
    guide = (project_dir() / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in CALCULATIONS if f"`{name}`" not in guide] == []


def project_with(folder, name: str, content: str) -> Path:
    """A project of one file; the look-alikes beside it are what an editor leaves."""
    for part in ("notebooks", "book", "data"):
        (folder / part).mkdir()
    (folder / name).write_text(content, encoding="utf-8", newline="\n")
    (folder / name).with_name(f".#{Path(name).name}").symlink_to("somebody@a-machine.1234")
    return folder / name


@pytest.mark.parametrize("written", [r"Rosi\u00f1ol: [9 of 28](ev:ROW#count)", r"A\/B: [9 of 28](ev:ROW#count)",
                                     r"[9 of 28](ev:ROW#count) \u2265 1", r"\"So\": [9 of 28](ev:ROW#count)"])
def test_a_number_beside_an_escape_is_written_too(evidence, tmp_path, written):
    content = '{"note": "é",  "text": "' + written.replace("ROW", ORR) + '", "more": "\\u00e9"}\n'
    file = project_with(tmp_path, "data/pathway.json", content)
    (change,) = sync_project(tmp_path, evidence, write=True)
    assert change.new == "10 of 28"
    text = file.read_text(encoding="utf-8")
    assert json.loads(text)["text"] == json.loads(content)["text"].replace("9 of 28", "10 of 28")
    assert text.startswith('{"note": "é",  "text": ')
    assert text.endswith(', "more": "\\u00e9"}\n'), "what holds no number stays as its author wrote it"
    assert sync_project(tmp_path, evidence) == []


@pytest.mark.parametrize(("name", "content"), [
    ("data/notes.csv", 'a,b\n"x","[10 of 28](ev:ROW#count)"\n'),
    ("notebooks/01_a.ipynb", '{"cells":[{"cell_type":"markdown","source":"[10 of 28](ev:ROW#count)"}],"nbformat":4}')])
def test_a_file_that_says_what_the_data_say_is_left_as_its_author_laid_it_out(evidence, tmp_path, name, content):
    content = content.replace("ROW", ORR)
    file = project_with(tmp_path, name, content)
    assert sync_project(tmp_path, evidence, write=True) == []
    assert file.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(("name", "content", "said"), [
    ("data/pathway.json", '{"a": "[9 of 28](ev:ROW#count)"', r"pathway\.json: the file must be valid JSON"),
    ("data/pathway.json", '{"a": 1, "a": "[9 of 28](ev:ROW#count)"}', "the name 'a' twice"),
    ("notebooks/01_a.ipynb", '{"cells": ["[9 of 28](ev:ROW#count)"', r"01_a\.ipynb is no notebook")])
def test_a_broken_file_is_named_and_no_other_is_written(evidence, tmp_path, name, content, said):
    project_with(tmp_path, name, content.replace("ROW", ORR))
    page = tmp_path / "book" / "a.md"
    page.write_text(f"[9 of 28](ev:{ORR}#count)\n", encoding="utf-8")
    with pytest.raises(UnsoundError, match=said):
        sync_project(tmp_path, evidence, write=True)
    assert "9 of 28" in page.read_text(encoding="utf-8")


def test_data_changed_without_the_sentence_are_caught(tmp_path):
    folder = write_package(tmp_path / "package")
    sentence = f"With the drug, [10 of 28](ev:{ORR}#count) responded, [21 to 54%](calc:wilson/{ORR}#interval)."
    assert changes(sentence, emdbook.load(folder)) == []
    edit(folder, "outcomes", 2, value="39.3", events="11", ci_low="21.5", ci_high="59.4")
    edit(folder, "outcomes", 3, value="39.3", events="11")
    assert changes(sentence, emdbook.load(folder)) == [("10 of 28", "11 of 28"), ("21 to 54%", "24 to 58%")]

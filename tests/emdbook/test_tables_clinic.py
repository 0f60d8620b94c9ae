"""Harm, guidance, criteria and certainty as tables: what they show is what the data say."""

import html
import re

import pandas as pd
import pytest

from emdbook import style
from emdbook.estimates.intervals import proportion_interval
from emdbook.evidence.clinical_rules import DOMAINS, result_of
from emdbook.evidence.links import links_of
from emdbook.tables import clinic


def text(cell):
    return html.unescape(re.sub(r"<[^>]+>", " ", cell))


# --- harm ---------------------------------------------------------------------------------------------------------

def test_every_row_of_a_drug_stands_once_in_its_table_of_harm(evidence):
    table = clinic.safety_table(evidence, "teclistamab")
    rows = evidence.safety[evidence.safety.therapy_id == "teclistamab"]
    figures = "\n".join(table.cells["How many"])
    linked = re.findall(r'^<a class="emd-num" href="\.\./book/facts\.html#([^"]+)"', figures, re.M)
    assert sorted(linked) == sorted(rows.safety_id)
    assert table.frame["Drug"].unique().tolist() == ["teclistamab"]


def test_a_harm_shows_its_figure_its_patients_and_its_standing(evidence):
    table = clinic.safety_table(evidence, "teclistamab")
    row = evidence.record("saf.teclistamab.infection-grade3-4.majestec-1")
    at = next(i for i, cell in enumerate(table.cells["How many"]) if row.name in cell)
    assert text(table.cells["How many"][at]).strip() == "91 of 165, 55.2%"
    assert "grade 3 or 4" in table.frame["Harm"][at]
    assert "MajesTEC-1" in table.frame["In whom"][at]
    assert "at 22.8 months" in table.frame["In whom"][at]
    assert style.STANDING[row["standing"]].words in table.frame["How far seen"][at]
    assert "44.8%" in table.frame["Note"][at]


def test_what_is_special_in_extramedullary_disease_comes_first_and_what_kills_next(evidence):
    table = clinic.safety_table(evidence, therapeutic_class="cart")
    ids = [re.search(r"#([^\"]+)", cell)[1] for cell in table.cells["How many"]]
    rows = evidence.safety.set_index("safety_id").loc[ids]
    special = rows.population.isin(["EMD", "EM-E", "EM-B"]).tolist()
    assert special == sorted(special, reverse=True)
    assert any(special)
    fatal = (rows[~rows.population.isin(["EMD", "EM-E", "EM-B"])].grade == "5").fillna(False).tolist()
    assert fatal == sorted(fatal, reverse=True)
    assert table.shown < len(table.frame)


def test_a_comparison_stands_beside_its_figure(evidence):
    table = clinic.safety_table(evidence, "car-t")
    at = next(i for i, cell in enumerate(table.cells["How many"]) if cell.split("</a>")[0].endswith("38%"))
    assert "against 17%" in re.sub(r"\s+", " ", text(table.cells["How many"][at]))
    assert "EM" in table.frame["In whom"][at]


@pytest.mark.parametrize(("row", "words"), [
    (dict(value=27.0, unit="hours", events=pd.NA, n=pd.NA, ci_low=pd.NA), "median 27 hours"),
    (dict(value=1.0, unit="weeks", events=pd.NA, n=pd.NA, ci_low=pd.NA), "median 1 week"),
    (dict(value=2.027, unit="ratio", events=pd.NA, n=291, ci_low=1.042, ci_high=3.945),
     "hazard ratio 2.027 (1.042 to 3.945)"),
    (dict(value=pd.NA, unit="%", events=pd.NA, n=339, ci_low=pd.NA), "no figure given"),
    (dict(value=0.8, unit="%", events=1, n=127, ci_low=pd.NA), "1 of 127, 0.8%"),
    (dict(value=10.1, unit="%", events=12, n=119, ci_low=5.3, ci_high=17.0), "12 of 119, 10.1% (5.3 to 17)"),
    (dict(value=1.0, unit="%", events=pd.NA, n=pd.NA, ci_low=pd.NA, bound="less than"), "less than 1%"),
])
def test_a_harm_in_words(row, words):
    assert clinic.harm_text({"bound": pd.NA} | row) == words


@pytest.mark.parametrize(("harm", "outcome"), [
    ("saf.elranatamab.crs.magnetismm-3", "magnetismm-3.overall.crs-any.primary"),
    ("saf.elranatamab.infection-any.magnetismm-3", "magnetismm-3.overall.infection-any.primary"),
    ("saf.elranatamab.infection-grade3plus.magnetismm-3", "magnetismm-3.overall.infection-grade3plus.primary"),
    ("saf.tal-tec.crs.redirectt-1", "redirectt-1-phase2.em-e.crs-any.secondary"),
    ("saf.tal-tec.infection-grade3plus.redirectt-1", "redirectt-1-phase2.em-e.infection-grade3plus.secondary"),
    ("saf.tal-tec.neutropenia-grade3plus.redirectt-1", "redirectt-1-phase2.em-e.neutropenia-grade3plus.secondary"),
    ("saf.tal-tec.death.redirectt-1", "redirectt-1-phase2.em-e.treatment-related-death.derived"),
    ("saf.talquetamab.infection-grade3plus.weekly", "monumental-1.qw.infection-grade3plus.primary"),
    ("saf.belantamab.ocular-grade3plus.practice", "dileo-2025.overall.ocular-grade3plus.primary"),
    ("saf.daratumumab.infusion-reaction.dcep", "dara-dcep.emd.irr-grade3plus.primary"),
])
def test_a_harm_that_is_an_outcome_too_says_the_same_in_both_tables(evidence, harm, outcome):
    a, b = evidence.reading(harm), evidence.reading(outcome)
    assert (a.value, a.events, a.standing) == (b.value, b.events, b.standing)
    assert a.n == b.n or b.n is None
    assert evidence.record(harm)["source_id"] == evidence.record(outcome)["source_id"]


def test_a_slip_in_a_drug_or_class_is_named(evidence):
    with pytest.raises(LookupError, match="teclistamab"):
        clinic.safety_table(evidence, "teclistamb")
    with pytest.raises(LookupError, match="bsabs"):
        clinic.safety_table(evidence, therapeutic_class="bsabs")
    with pytest.raises(ValueError, match="drugs or the class"):
        clinic.safety_table(evidence)
    with pytest.raises(ValueError, match="no row of safety"):
        clinic.safety_table(evidence, "marizomib")


# --- guidance -----------------------------------------------------------------------------------------------------

def test_guidance_stands_in_the_order_of_the_ward_with_warnings_first(evidence):
    table = clinic.guidance_table(evidence, therapeutic_class="bsab")
    phases = [cell.split(";")[0] for cell in table.frame["When"]]
    order = list(clinic.PHASES.values())
    assert [order.index(p) for p in phases] == sorted(order.index(p) for p in phases)
    assert set(phases) >= {"Before", "During", "At once"}
    rows = evidence.guidance[evidence.guidance.therapeutic_class == "bsab"]
    boxed = rows[rows.topic == "boxed_warning"]
    assert table.frame["What is asked"][: len(boxed)].str.startswith("Boxed warning").all()
    assert len(boxed) == 4


def test_what_was_replaced_is_left_out_or_marked(evidence):
    plain = clinic.guidance_table(evidence, therapeutic_class="cart", topics=["observation"])
    assert len(plain.frame) == 1
    assert "two weeks" in plain.frame["What is asked"][0]
    whole = clinic.guidance_table(evidence, therapeutic_class="cart", topics=["observation"], superseded=True)
    old = whole.frame[whole.frame["What is asked"].str.contains("4 weeks")]["What is asked"].iloc[0]
    assert "Replaced: Monitoring for at least two weeks" in old


def test_an_emergency_is_found_by_its_situation(evidence):
    table = clinic.guidance_table(evidence, situation="cord compression", phases=["emergency"])
    assert "16 mg" in " ".join(table.frame["What is asked"])
    assert "24 hours" in " ".join(table.frame["What is asked"])
    assert (table.frame["When"].str.startswith("At once")).all()


@pytest.mark.parametrize(("therapeutic_class", "topics"), [
    ("bsab", {"step_up", "observation", "crs", "icans", "infection", "immunoglobulin", "hepatitis_b", "vaccination"}),
    ("cart", {"boxed_warning", "observation", "access", "crs", "icans", "late_neurotoxicity", "infection", "bridging"}),
    ("adc", {"boxed_warning", "eyes"}), ("selinexor", {"nausea", "counts"}), ("pcl", {"tumour_lysis"}),
    ("imid", {"boxed_warning", "thrombosis", "pregnancy", "renal"}),
    ("pi", {"infection", "heart", "neuropathy", "renal"}), ("cns", {"cns"}), ("asct", {"transplant"}),
    ("mab", {"transfusion", "infection", "hepatitis_b", "premedication", "assay"}),
])
def test_each_class_says_what_its_patients_must_be_spared(evidence, therapeutic_class, topics):
    rows = evidence.guidance[evidence.guidance.therapeutic_class == therapeutic_class]
    assert topics <= set(rows.topic)


def test_emergencies_are_there_whatever_the_treatment(evidence):
    rows = evidence.guidance[evidence.guidance.phase == "emergency"]
    assert {"cord_compression", "hypercalcaemia", "hyperviscosity", "crs", "icans", "local_crs"} <= set(rows.topic)
    with pytest.raises(LookupError, match="infections"):
        clinic.guidance_table(evidence, topics=["infections"])
    with pytest.raises(LookupError, match="soon"):
        clinic.guidance_table(evidence, therapeutic_class="bsab", phases=["soon"])
    with pytest.raises(ValueError, match="Name the drugs"):
        clinic.guidance_table(evidence)


# --- criteria -----------------------------------------------------------------------------------------------------

def test_the_minimal_response_of_a_mass_is_less_than_a_partial_one(evidence):
    table = clinic.criteria_table(evidence, "response")
    by = table.frame.set_index("For")
    assert by.loc["minimal response", "Threshold"] == "25 to 49% shrinkage of a plasmacytoma"
    assert by.loc["partial response", "Threshold"] == "at least 50% shrinkage of a plasmacytoma"
    assert "would ask more of the lesser response" in by.loc["minimal response", "Note"]
    with pytest.raises(LookupError, match="respons"):
        clinic.criteria_table(evidence, "respons")


def test_every_subject_of_criteria_has_a_table(evidence):
    for topic in evidence.criteria.topic.unique():
        assert len(clinic.criteria_table(evidence, topic).frame) == (evidence.criteria.topic == topic).sum()


# --- certainty ----------------------------------------------------------------------------------------------------

def test_of_a_hundred_takes_the_printed_interval_or_wilsons(evidence):
    assert clinic.of_a_hundred(evidence.record("majestec-1.em-e.orr.primary")) == "36 of 100 (19 to 56)"
    row = evidence.record("saf.teclistamab.infection-grade3-4.majestec-1")
    low, high = proportion_interval(91, 165)
    assert clinic.of_a_hundred(row) == f"55 of 100 ({100 * low:.0f} to {100 * high:.0f})"
    assert clinic.of_a_hundred(evidence.record("afrough-2025.em-e.pfs.primary")) == "1.4 months"
    assert clinic.of_a_hundred(evidence.record("saf.talquetamab.crs-onset.us-label")) == "median 27 hours"


def test_a_summary_of_findings_says_the_statement_its_rows_and_its_certainty(evidence):
    table = clinic.findings_table(evidence, "bsab")
    rows = evidence.certainty[evidence.certainty.therapeutic_class == "bsab"].reset_index(drop=True)
    assert len(table.frame) == len(rows)
    for i, row in rows.iterrows():
        assert table.frame["Certainty"][i].startswith(clinic.CERTAINTY[row["result"]])
        assert table.cells["Of 100 patients"][i].count("emd-badge") == len(row["rows"].split(";"))
        for target in (link.target for link in links_of(row["statement"])):
            page = "facts" if target.startswith("saf.") else "ledger"
            assert f'href="../book/{page}.html#{target}"' in table.cells["Bottom line"][i]
        assert "](ev:" not in table.cells["Bottom line"][i]
    assert "36 of 100 (19 to 56)" in table.frame["Of 100 patients"][0]
    whole = clinic.findings_table(evidence)
    assert len(whole.frame) == len(evidence.certainty)
    assert "Bispecific antibodies" in " ".join(whole.frame["Question"])


def test_a_profile_shows_each_step_and_its_reason(evidence):
    table = dict(clinic.clinical_facts(evidence))["Certainty of each bottom line"]
    row = evidence.record("cert.asct.effect")
    at = table.frame["Question"].tolist().index(row["question"])
    assert table.frame["Starts"][at] == "low"
    assert table.frame["Risk of bias"][at].startswith("very serious (−2)")
    assert "immortal time" in table.frame["Risk of bias"][at]
    assert table.frame["Certainty"][at] == "very low"
    with pytest.raises(LookupError, match="asct"):
        clinic.findings_table(evidence, "ascct")


def test_every_bottom_line_shows_a_figure(evidence):
    """Whether it is the right one is asked of all links of the book at once (tests/notebooks/test_sync.py)."""
    for row in evidence.certainty.itertuples():
        assert list(links_of(row.statement)), row.certainty_id


def test_every_class_of_a_chapter_has_bottom_lines(evidence):
    counts = evidence.certainty.therapeutic_class.value_counts()
    for name in ("pi", "imid", "mab", "selinexor", "cart", "bsab", "adc", "asct", "cns", "pcl"):
        assert counts.get(name, 0) >= 2, name


def test_the_result_follows_from_the_steps(evidence):
    for row in evidence.certainty.itertuples():
        assert row.result == result_of(row.start, {d: getattr(row, d) for d in DOMAINS}), row.certainty_id
    assert result_of("low", dict.fromkeys(DOMAINS, "very_serious")) == "very_low"
    assert result_of("high", dict.fromkeys(DOMAINS, "none")) == "high"


# --- the page that all numbers lead to ------------------------------------------------------------------------------

def test_every_row_has_one_anchor_and_no_link_is_lost(evidence):
    shown = clinic.clinical_facts(evidence)
    page = "".join(table.html() for _, table in shown)
    anchors = re.findall(r'<tr role="row" id="([^"]+)"', page)
    wanted = [*evidence.safety.safety_id, *evidence.criteria.criterion_id, *evidence.guidance.guidance_id,
              *evidence.certainty.certainty_id]
    assert sorted(anchors) == sorted(wanted)
    asked = set(re.findall(r'facts\.html#([^"]+)"', page))
    assert asked <= set(wanted)
    assert set(re.findall(r'ledger\.html#([^"]+)"', page)) <= set(evidence.outcomes.outcome_id)


def test_an_official_text_is_cited_by_its_official_address(evidence):
    sources = evidence.sources.set_index("source_id")
    for frame in (evidence.safety, evidence.guidance, evidence.criteria):
        for row in frame[frame.standing == "official"].itertuples():
            source = sources.loc[row.source_id]
            assert source["kind"] == "label", row.source_id
            assert not pd.isna(source["url"]) or row.source_id == "jones-2015-tls", row.source_id

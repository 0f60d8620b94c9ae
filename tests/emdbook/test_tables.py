"""Tables for readers: escaped, anchored, honest about what was checked."""

import html
import re

import pandas as pd
import pytest

import emdbook
from emdbook import rows, tables
from emdbook.evidence.rules import NOTE_TO_SELF
from emdbook.ground import wording


def test_evidence_table_shows_figures_with_their_own_standing_and_links_to_the_ledger(evidence):
    made = tables.evidence_table(evidence, ["majestec-1", "teclistamab-123"])
    page = made.html()
    assert "10 of 28, 35.7% (18.6 to 55.9)" in page
    assert 'href="../book/ledger.html#majestec-1.em-e.orr.primary"' in page
    view = evidence.view()
    for study, cell in zip(["majestec-1", "teclistamab-123"], made.cells["What was found"], strict=True):
        shown = re.findall(r'#([a-z0-9.-]+)">[^<]*</a> <span class="emd-sign emd-standing-(\w+)"', cell)
        rows = view[(view.study_id == study) & view.endpoint.isin(("ORR", "CR", "PFS", "OS")) & view.headline]
        assert dict(shown) == dict(zip(rows.outcome_id, rows.standing, strict=True))


def test_every_headline_figure_bears_its_own_standing_in_the_ledger(evidence):
    shown = {}
    for _, table in tables.ledger(evidence):
        for row_id, cell in zip(table.row_ids, table.cells["Seen"], strict=True):
            shown[row_id] = re.search(r"emd-standing-(\w+)", cell)[1]
    assert shown == dict(zip(evidence.outcomes.outcome_id, evidence.outcomes.standing, strict=True))


def test_the_spread_of_a_study_counts_its_figures():
    assert tables.spread(["abstract", "review", "abstract", "derived"]) == \
        "2 seen in the abstract, 1 reported in the review, 1 worked out"
    assert tables.spread([]) == "no figure"


def test_evidence_table_of_an_unknown_study_says_so(evidence):
    with pytest.raises(LookupError, match="majestec-1"):
        tables.evidence_table(evidence, ["majestec"])


def test_every_outcome_has_one_anchor_in_the_ledger(evidence):
    page = "".join(t.html() for _, t in tables.ledger(evidence))
    anchors = re.findall(r'<tr role="row" id="([^"]+)"', page)
    assert sorted(anchors) == sorted(evidence.outcomes.outcome_id)


def test_every_fact_arm_and_update_has_one_anchor(evidence):
    page = "".join(t.html() for _, t in tables.facts(evidence))
    anchors = re.findall(r'<tr role="row" id="([^"]+)"', page)
    wanted = [*evidence.epidemiology.fact_id, *evidence.biology.fact_id, *evidence.arms.arm_id,
              *evidence.updates.update_id]
    assert sorted(anchors) == sorted(wanted)


def test_the_log_shows_every_row_and_folds_the_lighter_ones(evidence):
    whole = tables.discrepancy_table(evidence)
    assert set(whole.row_ids) == set(evidence.discrepancies.discrepancy_id)
    page = whole.html()
    assert page.count('<tr role="row" id=') == len(evidence.discrepancies)
    assert f"{(evidence.discrepancies.severity != 'high').sum()} more of medium or low weight" in page
    free = set(evidence.studies.study_id) - set(evidence.discrepancies.study_id.dropna())
    with pytest.raises(ValueError, match="no row for these studies"):
        tables.discrepancy_table(evidence, [min(free)])


def test_cells_are_escaped():
    made = tables._make("a < b", [{"x": tables._esc("<script>alert(1)</script>")}])
    assert "<script>" not in made.html()
    assert "a &lt; b" in made.html()


def test_references_link_every_identifier_to_its_official_address(evidence):
    page = tables.references(evidence).html()
    for source in evidence.sources.itertuples():
        for value, address in ((source.doi, "https://doi.org/{}"), (source.pmid, "https://pubmed.ncbi.nlm.nih.gov/{}/"),
                               (source.pmcid, "https://pmc.ncbi.nlm.nih.gov/articles/{}/")):
            if not pd.isna(value):
                assert f'<a href="{html.escape(address.format(value))}">' in page, source.source_id
        if pd.isna(source.doi) and pd.isna(source.pmid) and pd.isna(source.pmcid) and not pd.isna(source.url):
            assert f'<a href="{html.escape(source.url)}">' in page, source.source_id


def test_a_reference_reads_as_a_journal_prints_it(evidence):
    source = evidence.sources.set_index("source_id").loc["dima-2024"]
    assert tables.cite(source, link=False) == (
        "Dima D (2024). Impact of Extraosseous Extramedullary Disease on Outcomes of Patients with Relapsed-Refractory "
        "Multiple Myeloma receiving Standard-of-Care Chimeric Antigen Receptor T-Cell Therapy. "
        "<cite>Blood Cancer Journal 14(1):90</cite>. "
        "https://doi.org/10.1038/s41408-024-01068-w PMID 38821914 PMC11143360")
    assert '<a href="https://pmc.ncbi.nlm.nih.gov/articles/PMC11143360/">PMC11143360</a>' in tables.cite(source)
    untold = source.copy()
    untold["first_author"] = pd.NA
    assert tables.cite(untold).startswith("Impact of Extraosseous Extramedullary Disease")
    assert "Cell Therapy (2024). <cite>" in tables.cite(untold)
    bare = source.where(source.index == "none", pd.NA)
    assert tables.cite(bare) == "Source not identified."
    assert not tables.identified(bare)
    page = bare.copy()
    page["title"], page["url"] = "A page, cut …", "https://example.org/a?b=1&c=2"
    assert tables.cite(page) == ('A page, cut … <a href="https://example.org/a?b=1&amp;c=2">'
                                 "https://example.org/a?b=1&amp;c=2</a>")


def test_the_list_says_what_of_a_source_was_read(evidence):
    page = tables.references(evidence).html()
    for source_id, words in (("dima-2024", "the abstract"), ("zhao-2025", "a summary"), ("isatuximab-fda-2020",
                             "the official text"), ("belantamab-gsk-2022", "second-hand")):
        row = re.search(rf'<tr role="row" id="{source_id}"[^>]*>(.*?)</tr>', page, re.S).group(1)
        assert f">{words}</td>" in row, source_id
    assert "primary seen" not in page


def test_no_note_of_the_keepers_reaches_a_reader(evidence):
    shown = tables.references(evidence).html() + "".join(t.html() for _, t in tables.ledger(evidence)) \
        + tables.source_list(evidence, evidence.studies.study_id).html()
    assert [cell for cell in tables.references(evidence).frame["Source"] if NOTE_TO_SELF.search(cell)] == []
    notes = evidence.sources.checked_note.dropna()
    assert len(notes) > 100
    assert [note for note in notes if len(note) > 40 and html.escape(note) in shown] == []


def test_every_link_to_a_reference_arrives(evidence):
    there = set(re.findall(r'<tr role="row" id="([^"]+)"', tables.references(evidence).html()))
    shown = "".join(t.html() for _, t in tables.ledger(evidence) + tables.facts(evidence))
    asked = set(re.findall(r'href="references\.html#([^"]+)"', shown))
    assert len(asked) > 100
    assert asked <= there
    assert "krd-364-primary" not in there


def test_the_list_of_a_chapter_says_which_studies_have_no_publication(evidence):
    page = tables.source_list(evidence, ["krd-364", "dima-2024", "selinexor-cart"]).html()
    labels = evidence.studies.set_index("study_id").label
    names = f"{labels['krd-364']} and {labels['selinexor-cart']}"
    assert f"No publication was found behind {names}: what is said of them rests on the review." in page
    assert "Source not identified" not in page
    assert "No publication" not in tables.source_list(evidence, ["dima-2024"]).html()


def test_figure_text_of_each_kind():
    base = dict(not_reached=False, value=35.7, unit="%", events=10, n=28, ci_low=None, ci_high=None,
                measure="proportion", at_months=None)
    assert tables.figure_text(base) == "10 of 28, 35.7%"
    assert tables.figure_text({**base, "events": None}) == "35.7%"
    assert tables.figure_text({**base, "not_reached": True}) == "not reached"
    assert tables.figure_text({**base, "value": pd.NA}) == "no figure given"
    assert tables.figure_text({**base, "unit": "months", "value": 5.1, "ci_low": 3.0, "ci_high": 9.0}) \
        == "5.1 months (3 to 9)"
    assert tables.figure_text({**base, "measure": "rate_at", "events": None, "at_months": 12}) \
        == "35.7% at 12 months"


def test_chart_rows_keep_the_order_and_carry_the_status(evidence):
    table = rows.chart_rows(evidence, ["magnetismm-3.emd.orr.review", "majestec-1.em-e.orr.primary"])
    assert table.study.tolist() == ["MagnetisMM-3", "MajesTEC-1"]
    view = evidence.view().set_index("outcome_id").standing
    assert table.standing.tolist() == view[["magnetismm-3.emd.orr.review", "majestec-1.em-e.orr.primary"]].tolist()
    named = rows.chart_rows(evidence, {"majestec-1.em-e.orr.primary": "mine"})
    assert named.label.tolist() == ["mine"]
    with pytest.raises(LookupError, match="majestec-1"):
        rows.chart_rows(evidence, ["majestec-1.em-e.orr.primry"])


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (35.7, None, "35.7%"), (0.285 * 100, 1, "28.5%"), (28.5, 0, "29%"), (-3.04, 1, "−3.0%"), (None, 1, "not reported"),
    (pd.NA, None, "not reported"), (100.0, None, "100%")])
def test_percent_is_written_one_way(value, decimals, text):
    assert wording.percent(value, decimals) == text


def test_words_around_numbers():
    assert wording.months(1) == "1 month"
    assert wording.months(5.1) == "5.1 months"
    assert wording.percent_range(18.63, 55.9, 1) == "18.6 to 55.9%"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.plural(1, "study", "studies") == "1 study"


@pytest.mark.parametrize(("author", "container", "title", "year", "words"), [
    ("Danhof", "Blood Advances 5(19)", "A title", 2021, "Danhof 2021"),
    (None, "Blood 126(23):5371", "A title", None, "Blood"),
    (None, "Haematologica (letter)", None, 2024, "Haematologica 2024"),
    (None, None, "[title not noted] One two three four five six", 2020, "One two three four five… 2020"),
    (None, None, None, 2020, "source not identified"),
])
def test_a_source_in_a_few_words(author, container, title, year, words):
    assert wording.short_source({"first_author": author, "container": container, "title": title, "year": year}) == words


def test_readers_see_names_of_sources_and_commas_between_paragraphs(evidence):
    assert "<small>PI-4, BSAB-3, BSAB-4, BSAB-6, BSAB-8</small>" in tables.discrepancy_table(evidence).html()
    shown = "".join(t.html() for _, t in tables.ledger(evidence) + tables.facts(evidence))
    links = re.findall(r'href="references.html#([^"]+)">([^<]+)</a>', shown)
    assert len(links) > 500
    assert [name for source, name in links if name == source or re.fullmatch(r"\d*", name)] == []


def test_printed_cases_take_the_figure_and_its_base_from_the_data(evidence):
    cases = rows.printed_cases(evidence, [
        ("dara-dcep.emd.cr.review", "dara-dcep.emd", 1, "as printed"),
        ("dara-dcep.emd.cr.review", 30, 1, "supposed")])
    assert cases == {"35.5% of 32, as printed": (35.5, 32, 1), "35.5% of 30, supposed": (35.5, 30, 1)}
    with pytest.raises(LookupError):
        rows.printed_cases(evidence, [("dara-dcep.emd.cr.reviewed", 30, 1, "typo")])


def test_findings_are_a_count_a_range_a_value_or_a_number_of_patients(evidence):
    found = rows.findings(evidence, {"kind": {
        "count": ["cns-cart-4.cns.orr.review"], "range": ["bio.selinexor-brain-plasma.review"],
        "value": ["bio.cns-marizomib.di-2016"], "patients": [("bio.csf-response.li-2022", "n")], "nothing": []}},
        nothing="no count")["kind"]
    assert found == {"count": "3 of 4", "range": "0.61–0.72", "value": "30%", "patients": "1 patient",
                     "nothing": "no count"}


def test_values_are_those_of_the_data(evidence):
    assert rows.values(evidence, {"x": "dima-2024.em-e.pfs.primary"}) == {"x": 5.1}


@pytest.mark.parametrize(("given", "words"), [
    ({"direction": "present", "value": 85, "unit": "%"}, "85%"),
    ({"direction": "present", "low": 7, "high": 17, "unit": "%"}, "7 to 17%"),
    ({"value": 63, "low": 41, "high": 88, "unit": "years"}, "63 years (41 to 88)"),
    ({"direction": "below", "high": 6, "unit": "months"}, "less than 6 months"),
    ({"direction": "at most", "high": 43, "unit": "%"}, "at most 43%"),
    ({"direction": "within", "high": 1, "unit": "years"}, "within 1 year"),
    ({"direction": "above", "low": 13, "unit": "months"}, "more than 13 months"),
    ({"direction": "at least", "value": 50, "unit": "%"}, "at least 50%"),
    ({"direction": "up", "value": 6.1, "unit": "years"}, "6.1 years"),
    ({"direction": "present", "value": 2, "unit": "rank"}, "rank 2"),
    ({"direction": "present", "value": 200, "unit": "mg/m2"}, "200 mg/m²"),
    ({"low": 5, "unit": "cycles"}, "at least 5 cycles"),
    ({"direction": "lost"}, "lost by the cells"),
    ({"direction": "left out"}, "left out"),
    ({}, "stated without a figure"),
])
def test_a_fact_in_words(given, words):
    row = {"direction": None, "low": None, "high": None, "value": None, "unit": None} | given
    assert tables.fact_text(row) == words


def test_a_slip_in_an_id_is_named_and_no_table_is_made_from_the_rest():
    ev = emdbook.load()
    with pytest.raises(LookupError, match="majestec-11; did you mean majestec-1"):
        tables.source_list(ev, ["majestec-1", "majestec-11"])
    with pytest.raises(LookupError, match="majestec-11"):
        tables.discrepancy_table(ev, ["majestec-1", "majestec-11"])
    with pytest.raises(LookupError, match="row of the log"):
        tables.discrepancy_table(ev, entries=["no-such.row"])
    with pytest.raises(ValueError, match="at least one study"):
        tables.evidence_table(ev, [])


def test_rows_of_harms_and_of_the_other_patients():
    ev = emdbook.load()
    made = rows.safety_rows(ev, {"saf.teclistamab.crs.majestec-1": "CRS"})
    assert made.loc[0, ["label", "events", "n", "standing"]].tolist() == ["CRS", 119, 165, "abstract"]
    with pytest.raises(ValueError, match="no share of patients"):
        rows.safety_rows(ev, ["majestec-1.em-e.orr.primary"])
    ids = ("majestec-1.em-e.orr.primary", "majestec-1.non-emd.orr.primary")
    assert rows.with_others(ev, {"A": ids}) == [
        {"label": "A", "events": 10, "n": 28, "others_events": 94, "others_n": 137}]
    with pytest.raises(ValueError, match="has no count"):
        rows.with_others(ev, {"A": ("afrough-2025.em-e.pfs.primary", ids[1])})

"""A figure of the page has a number and an address, and a script says how it and its sources are cited."""

from __future__ import annotations

import json

import emdbook
from emdbook import tables
from emdbook.evidence.rules import ID_COLUMNS
from emdbook.ground.wording import is_missing
from emdbook.publish.web.taking import numbered, write_citations

FIGURES = ('<figure class="emd-figure"><div></div><figcaption>A</figcaption></figure><p>x</p>'
           '<figure class="emd-fig"><div></div><figcaption>B</figcaption></figure>')


def test_the_figures_of_a_chapter_are_numbered_in_their_order():
    made = numbered("notebooks/09_bispecific_antibodies", FIGURES)
    assert '<figure id="figure-1" class="emd-figure">' in made
    assert '<figcaption data-number="Figure 9.1. ">A</figcaption><emd-take data-number="9.1">' in made
    assert '<figure id="figure-2" class="emd-fig">' in made
    assert '<figcaption data-number="Figure 9.2. ">B' in made


def test_a_page_that_is_no_chapter_stays_as_it_is():
    assert numbered("book/ledger", FIGURES) == FIGURES


def test_every_row_that_a_mark_may_lead_to_has_its_source(tmp_path):
    evidence = emdbook.load()
    text = write_citations(evidence, tmp_path).read_text(encoding="utf-8")
    told = json.loads(text.removeprefix("window.emdbook.cite=").rstrip(";\n"))
    assert "</" not in text  # nothing in it ends a script
    assert told["book"].startswith("The Beyond the Marrow authors. Beyond the Marrow")
    assert f"version {json.loads((evidence.folder / 'datapackage.json').read_text())['version']}." in told["book"]
    assert "CC-BY-4.0" in told["licence"]
    for name in tables.FIGURE_TABLES:
        table = evidence.table(name)
        for row, source in zip(table[ID_COLUMNS[name]], table.source_id, strict=True):
            assert row in told["rows"] or is_missing(source), row
    row = "majestec-1.em-e.orr.primary"
    study = evidence.study(evidence.arm(evidence.record(row)["arm_id"])["study_id"])
    said = [told["sources"][at] for at in told["rows"][row]]
    assert len(said) == 2  # the study itself, and where this figure of it was read
    source = evidence.sources.set_index("source_id").loc[study["source_id"]]
    known = [one for key in ("doi", "pmid", "pmcid", "nct") if not is_missing(source[key])
             for one in str(source[key]).split(";")]
    assert known
    assert all(one in said[0] for one in known)

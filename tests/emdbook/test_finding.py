"""What the search looks through: places of a page, names that mean one thing, and the library that comes with it."""

from __future__ import annotations

import hashlib
import json

from emdbook.publish.blocks import BLOCKS, VENDOR
from emdbook.publish.web import finding
from emdbook.publish.web.choosing import frame

PAGE = """<html><body><nav>Contents</nav><article class="bd-article">
<section id="top"><h1>Title<a class="headerlink" href="#top">#</a></h1><p>First line.
Goes on.</p><script>var hidden = "<p>no</p>";</script><svg><text>drawn</text></svg>
<section id="part"><h2>A part</h2><p>Alpha <b>beta</b>.</p><p>Gamma.</p>
<div class="cell_input"><pre>code</pre></div><emd-quiz><p>Which?</p></emd-quiz>
<table><thead><tr><th>Name</th></tr></thead><tbody>
<tr id="row.one"><th>One<br><small>small</small></th><td>x &lt; y</td></tr>
<tr id="row.two"><th>Two</th><td>z</td></tr></tbody></table><p>Last.</p></section></section>
</article><footer>foot</footer></body></html>"""


def test_sections_and_rows_are_places():
    top, part, one, two = finding.read_page(PAGE)
    assert (top.anchor, top.title, top.text, top.section) == ("", "Title", "First line. Goes on.", -1)
    assert (part.anchor, part.title) == ("part", "A part")
    assert part.text == "Alpha beta.\nGamma.\nName\nLast."
    assert (one.anchor, one.title, one.text, one.section) == ("row.one", "One, small", "One\nsmall\nx < y", 1)
    assert (two.title, two.section) == ("Two", 1)


def test_without_rows_their_words_are_the_section_s():
    _, part = finding.read_page(PAGE, rows=False)
    assert part.text == "Alpha beta.\nGamma.\nName\nOne\nsmall\nx < y\nTwo\nz\nLast."


def test_controls_and_former_addresses_are_not_found():
    page = (f'<article class="bd-article"><section id="a"><h1>A</h1>{frame("rows", [])[0]}<p>One.</p></section>'
            '<section id="addresses-that-moved"><h2>Addresses that moved</h2><p>old.code</p></section></article>')
    assert [(entry.title, entry.text) for entry in finding.read_page(page)] == [("A", "One.")]


def test_a_page_without_text_has_no_place():
    assert finding.read_page('<meta http-equiv="Refresh" content="0; url=x">') == []


def test_names_of_drugs_and_terms_stand_together(evidence):
    groups = finding.same_names(evidence)
    for wanted in ({"teclistamab", "Tecvayli", "特立妥单抗"}, {"ciltacabtagene autoleucel", "cilta-cel", "Carvykti"},
                   {"minimal residual disease", "MRD", "微小残留病"}, {"extramedullary disease", "EMD", "髓外疾病"},
                   {"cytokine release syndrome", "CRS"}):
        assert any(wanted <= set(group) for group in groups), wanted
    assert all(len(group) > 1 and all(name.strip() for name in group) for group in groups)
    names = [name for group in groups for name in group]
    assert not [name for name in names if "[" in name or "as a class" in name]


def test_a_chapter_is_about_the_drugs_that_it_names_most(evidence):
    found = finding.about(evidence, {"nine": "Teclistamab, teclistamab and Tecvayli.", "six": "teclistamab daratumumab",
                                     "seven": "selinexor selinexor"})
    assert "teclistamab" in found["nine"]
    assert set(found) == {"nine"}  # twice is no chapter


def test_the_index_is_a_script_that_cannot_end_itself(evidence, tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "one.html").write_text(PAGE.replace("Gamma.", "&lt;/script&gt;"), encoding="utf-8")
    text = finding.write_index(tmp_path, evidence).read_text(encoding="utf-8")
    assert "<" not in text
    told = json.loads(text[text.index("{found:") + 7:text.rindex("}")])
    assert told["pages"] == [["book/one.html", "Title", []]]
    assert [entry[:3] for entry in told["entries"]] == [
        [0, "", "Title"], [0, "part", "A part"], [0, "row.one", "One, small"], [0, "row.two", "Two"]]
    assert [entry[4] for entry in told["entries"]] == [-1, -1, 1, 1]


#: As the package minisearch 7.2.0 ships them (dist/umd/index.js and LICENSE.txt).
PINNED = {"minisearch.js": "03c27931eb603af1d3358579e9885eafdb6a2f5fa9929557b3e77d7e99d06d03",
          "minisearch-LICENSE.txt": "70d37354d6395629fb99edb28cb37a5d356ffa24a48cd02a5def5b83a300a899"}


def test_what_others_wrote_is_what_they_published_with_its_licence():
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.iterdir()} == PINNED
    assert "Permission is hereby granted, free of charge" in (VENDOR / "minisearch-LICENSE.txt").read_text()
    assert [file.name for block in BLOCKS for file in block.assets if file.parent == VENDOR] == ["minisearch.js"]


def test_a_frame_names_its_choices():
    opening, closing = frame('a "row"', ["Class", "Drug"])
    assert 'data-what="a &quot;row&quot;" data-facets="Class|Drug"' in opening
    assert "<summary>Choose a &quot;row&quot;, and put them in order</summary>" in opening
    assert closing == "</emd-choose>"

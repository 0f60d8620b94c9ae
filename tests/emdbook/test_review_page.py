"""The pages of the review and of the drugs, and the links of locators: each leads to a paragraph told in English."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace

import pytest

from emdbook.ground.paths import project_dir
from emdbook.publish import cover, drugs, review
from emdbook.publish.web import sphinx_ext
from emdbook.publish.web.locators import link_first_use, link_locators, link_sealed
from emdbook.teach.quiz.render import seal, unseal

KNOWN = {"PI-2": "two", "CART-1": "one", "CART-10": "ten", "TAB2": "a table"}
LINK = '<a class="emd-loc" href="review.html#{0}" title="{1}">{0}</a>'


@pytest.fixture(scope="module")
def page(evidence):
    return "".join(body for _, body in review.page(evidence))


# --- locators in running text ------------------------------------------


@pytest.mark.parametrize(("before", "names"), [
    ("<p>Three of four (PI-2).</p>", ["PI-2"]),
    ("<td>PI-2, TAB2</td>", ["PI-2", "TAB2"]),
    ("<p>CART-10 is not CART-1; CART-1.</p>", ["CART-10", "CART-1", "CART-1"]),
    ("PI-2 before any tag", ["PI-2"]),
    ("<p>5 &lt; 6 (PI-2)</p>", ["PI-2"]),
])
def test_each_locator_in_running_text_becomes_a_link(before, names):
    made = link_locators(before, KNOWN, "review.html")
    assert re.findall(r'href="review.html#([A-Z0-9-]+)"', made) == names
    assert re.sub(r'<a class="emd-loc"[^>]*>([^<]*)</a>', r"\1", made) == before, "nothing else may change"


@pytest.mark.parametrize("page", [
    '<a href="x.html">PI-2</a>', "<table><caption>PI-2</caption></table>", "<h2>PI-2</h2>",
    "<pre>PI-2</pre>", "<code>PI-2</code>", "<label>PI-2</label>",
    "<button>PI-2</button>", "<summary>PI-2</summary>", "<svg><text>PI-2</text></svg>",
    '<script>if (a < b) { say("PI-2") }</script>', '<script type="application/json">{"why": "<b>PI-2</b>"}</script>',
    '<p title="PI-2">none</p>', "<!-- PI-2 <p> -->", "<p>PI-21 and XPI-2, PI-2-3, /PI-2, #PI-2</p>", "<p>PI-9</p>",
    "<style>.PI-2{}</style>", "<a><b>PI-2</b></a>",
])
def test_words_that_are_no_running_text_stay_as_they_are(page):
    assert link_locators(page, KNOWN, "review.html") == page


def test_text_after_an_element_set_apart_is_linked_again():
    made = link_locators("<svg><g><text>PI-2</text></g></svg><p>PI-2</p>", KNOWN, "review.html")
    assert made == f"<svg><g><text>PI-2</text></g></svg><p>{LINK.format('PI-2', 'two')}</p>"
    assert link_locators("<img src='a'/><br><p>PI-2</p>", KNOWN, "review.html").count("emd-loc") == 1


def test_a_note_is_written_as_text():
    made = link_locators("<p>PI-2</p>", {"PI-2": '"a" <b>'}, "review.html")
    assert 'title="&quot;a&quot; &lt;b&gt;"' in made


def test_without_paragraphs_nothing_is_linked():
    assert link_locators("<p>PI-2</p>", {}, "review.html") == "<p>PI-2</p>"


@pytest.mark.parametrize(("name", "address"), [
    ("notebooks/04_proteasome_inhibitors", "../book/review.html#PI-2"), ("book/ledger", "review.html#PI-2"),
    ("book/review", "#PI-2"),
])
def test_every_page_of_the_book_links_to_the_page_of_the_review(name, address):
    def relative(here, there):
        return there.removeprefix("book/") + ".html" if here.startswith("book/") else f"../{there}.html"

    context = {"body": "<p>(PI-2)</p>"}
    app = SimpleNamespace(builder=SimpleNamespace(get_relative_uri=relative))
    sphinx_ext.link_words(app, name, "page.html", context, None)
    assert f'<a class="emd-loc" href="{address}"' in context["body"]


def test_answers_of_questions_and_cases_are_linked_where_they_are_set_as_html():
    link = LINK.format("PI-2", "two")
    question = {"options": [{"correct": True, "why": "See PI-2."}], "objective": "PI-2", "source": "PI-2"}
    case = {"options": [{"verdict": "off", "words": "No", "why": "PI-2"}], "behind": "<p>(PI-2)</p>", "node": "PI-2",
            "next": "<p>PI-2</p><label>PI-2</label>"}
    script = '<script type="text/plain" class="emd-sealed">{}</script>'
    made = link_sealed("".join(script.format(seal(x)) for x in (question, case)), KNOWN, "review.html")
    first, second = (unseal(x) for x in re.findall(r'emd-sealed">(.*?)</script>', made))
    assert first == {**question, "options": [{"correct": True, "why": f"See {link}."}]}
    assert second == {**case, "behind": f"<p>({link})</p>", "next": f"<p>{link}</p><label>PI-2</label>"}
    assert link_sealed("<p>PI-2</p>", KNOWN, "review.html") == "<p>PI-2</p>"


def test_only_the_first_use_of_a_drug_is_linked_under_any_of_its_names():
    known = {"idecabtagene vicleucel": ("drug-ide-cel", "BCMA", ""), "ide-cel": ("drug-ide-cel", "BCMA", "")}
    made = link_first_use("<h2>ide-cel</h2><p>Ide-cel (idecabtagene vicleucel), ide-cel.</p>", known, "drugs.html")
    assert made == ('<h2>ide-cel</h2><p><a class="emd-drug" href="drugs.html#drug-ide-cel" title="BCMA">Ide-cel</a> '
                    "(idecabtagene vicleucel), ide-cel.</p>")
    assert link_first_use("<p>pre-ide-cel, ide-cels</p>", known, "d.html") == "<p>pre-ide-cel, ide-cels</p>"


def test_the_chinese_name_stands_behind_the_first_use_of_a_drug():
    known = {"teclistamab": ("drug-teclistamab", "BCMA", "特立妥单抗")}
    made = link_first_use("<p>Teclistamab, then teclistamab.</p>", known, "d.html")
    assert re.sub("<a [^>]*>|</a>", "", made) == \
        '<p>Teclistamab <span class="emd-zh" lang="zh-Hans">特立妥单抗</span>, then teclistamab.</p>'


def test_drugs_that_a_text_names_have_their_anchors(evidence):
    known = drugs.names(evidence)
    assert known["ide-cel"][0] == known["idecabtagene vicleucel"][0] == "drug-ide-cel"
    assert "特立妥单抗" in known["teclistamab"][1]
    assert known["lenalidomide"][1].endswith("Revlimid (US, EU), 瑞复美 (China)")
    assert known["teclistamab"][2] == "特立妥单抗"
    assert "dexamethasone" not in known
    page = "".join(body for _, body in drugs.page(evidence))
    assert all(f'id="{anchor}"' in page for anchor, *_ in known.values())


# --- the page of the review ------------------------------------------


def test_each_paragraph_has_one_anchor_its_words_and_its_terms(evidence, page):
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    for row in evidence.paragraphs.itertuples():
        assert row.locator in anchors
    assert page.count('lang="zh-Hans"') == sum(len(t.split("; ")) for t in evidence.paragraphs.zh_terms)


@pytest.mark.parametrize(("name", "column", "kind", "target"), [
    ("studies", "label", "studies", None), ("outcomes", "outcome_id", "figures", "ledger"),
    ("epidemiology", "fact_id", "facts", "facts"), ("biology", "fact_id", "facts", "facts"),
    ("therapies", "therapy_id", "drugs and regimens", "drugs"),
    ("discrepancies", "discrepancy_id", "rows of the log", "not_confirmed"),
])
def test_everything_that_names_a_paragraph_hangs_on_it(evidence, name, column, kind, target):
    rows = evidence.table(name).dropna(subset=["locator"])
    wanted: dict[str, set[str]] = {}
    for row in rows.to_dict("records"):
        for locator in row["locator"].split(";"):
            wanted.setdefault(locator, set()).add(row[column])
    for locator, ids in wanted.items():
        links = review.hanging(evidence, locator)[kind]
        if target is None:
            assert {html.unescape(re.sub(r"<[^>]+>", "", link)) for link in links} == ids, locator
        else:
            found = {re.search(rf'href="{target}[.]html#(?:drug-)?([^"]+)"', x).group(1) for x in links
                     if f'href="{target}.html#' in x}
            assert ids <= found, locator


def test_a_paragraph_on_which_nothing_rests_has_no_list(evidence):
    assert review.hanging(evidence, "ABSTRACT-1") == {}


def test_the_page_says_what_was_read_and_links_the_paper():
    text = (project_dir() / "book" / "review.md").read_text(encoding="utf-8")
    assert "https://doi.org/10.1007/s10238-025-01821-w" in text
    assert "PMC12374916" in text
    assert "Chinese web summary" in text


# --- drugs and counts ------------------------------------------


def test_every_drug_stands_once_on_its_page_with_its_names(evidence):
    page = "".join(body for _, body in drugs.page(evidence))
    for row in evidence.therapies.itertuples():
        assert page.count(f'id="drug-{row.therapy_id}"') == 1
    line = page[page.index('id="drug-selinexor"'):].split("</tr>")[0]
    for words in ("塞利尼索", "Xpovio</span> (US)", "Nexpovio</span> (EU)", "XPO1"):
        assert words in line
    line = page[page.index('id="drug-venetoclax"'):].split("</tr>")[0]
    assert "BELLINI" in line, "the warning stands with the drug"


def test_the_cover_tells_three_counts_that_add_up(evidence):
    words = cover.log_words(evidence)
    total, *parts = (int(x) for x in re.findall(r"\d+", words))
    assert total == len(evidence.discrepancies) == sum(parts)
    assert len(parts) == 3
    assert words in re.sub(r"<[^>]+>", "", cover.numbers(evidence))

"""Tables whose rows a reader chooses: by class, drug, study, standing and weight; their order, and their addresses."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

import emdbook
from emdbook import style
from emdbook.publish.build import index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
PAGES = ("ledger", "facts", "references", "not_confirmed")


@pytest.fixture(scope="module")
def evidence():
    return emdbook.load()


def address(page, **chosen):
    told = f"#rows&{urlencode(chosen)}" if chosen else ""
    return (HTML / "book" / f"{page}.html").as_uri() + told


READY = "() => document.querySelector('emd-choose')?.dataset.state === 'ready'"
SHOWN = """() => [...document.querySelectorAll('emd-choose tbody tr')].filter(r => r.checkVisibility())
    .map(r => r.id)"""


def opened(visit, page, **chosen):
    made = visit("about:blank")  # only the hash may differ from what was open before
    made.goto(address(page, **chosen))
    made.wait_for_function(READY)
    made.locator(".emd-choose-controls details").evaluate("e => { e.open = true; }")
    return made


def label(page, name):
    return page.locator(f"emd-choose label:has(> span:text-is('{name}')) > :is(select, input)")


def test_the_ledger_by_class_and_standing(visit, evidence):
    page = opened(visit, "ledger")
    assert page.locator("emd-choose [role=status]").inner_text() == f"All {len(evidence.outcomes)} figures are shown."
    label(page, "Class").select_option("Bispecific antibodies")
    label(page, "How far seen").select_option(style.STANDING["secondary"].words)
    view = evidence.view()
    studies = evidence.studies.set_index("study_id").therapeutic_class
    wanted = view[(view.study_id.map(studies) == "bsab") & (view.standing == "secondary")].outcome_id
    assert sorted(page.evaluate(SHOWN)) == sorted(wanted)
    assert page.locator("emd-choose [role=status]").inner_text() == \
        f"{len(wanted)} of {len(evidence.outcomes)} figures are shown."
    # headings without a row are gone, those with rows stay
    headings = page.locator("emd-choose h2:visible").all_inner_texts()
    assert [re.sub(r"\W+$", "", text) for text in headings] == ["Bispecific antibodies"]
    # the address brings the same rows to somebody else, and "Show all" brings all back
    told = page.url
    page.get_by_role("button", name="Show all").click()
    assert len(page.evaluate(SHOWN)) == len(evidence.outcomes)
    assert "#rows" not in page.url
    page.goto("about:blank")
    page.goto(told)
    page.wait_for_function(READY)
    assert sorted(page.evaluate(SHOWN)) == sorted(wanted)
    page.watch.assert_clean()


def test_the_ledger_by_drug_study_and_word(visit, evidence):
    page = opened(visit, "ledger", Drug="teclistamab")
    given = evidence.study_therapies
    studies = set(given[given.therapy_id == "teclistamab"].study_id)
    view = evidence.view()
    assert sorted(page.evaluate(SHOWN)) == sorted(view[view.study_id.isin(studies)].outcome_id)
    page = opened(visit, "ledger", Study="MajesTEC-1", words="ci 18.6")
    assert page.evaluate(SHOWN) == []
    assert page.locator("emd-choose [role=status]").inner_text().startswith("0 of ")
    page = opened(visit, "ledger", Study="MajesTEC-1", words="10 of 28")
    assert page.evaluate(SHOWN) == ["majestec-1.em-e.orr.primary"]


def test_the_order_is_that_of_the_figures_whichever_way(visit):
    for way, reverse in (("up", False), ("down", True)):
        page = opened(visit, "ledger", Study="MajesTEC-1", order=f"Figure|{way}")
        keys = page.evaluate("""() => [...document.querySelectorAll('emd-choose tbody tr')]
            .filter(r => r.checkVisibility()).map(r => r.cells[2].dataset.key).filter(Boolean).map(Number)""")
        assert len(keys) > 5
        assert keys == sorted(keys, reverse=reverse)
        sorted_by = page.locator("#study-majestec-1 th[aria-sort]")
        assert sorted_by.get_attribute("aria-sort") == ("descending" if reverse else "ascending")
    # a press on the heading: not in order, then up
    head = page.locator("#study-majestec-1 thead button", has_text="Figure")
    head.click()
    assert label(page, "In order of").input_value() == ""
    head.click()
    assert label(page, "In order of").input_value() == "Figure|up"


def test_the_log_by_weight_and_the_references_by_what_was_read(visit, evidence):
    log = evidence.discrepancies
    page = opened(visit, "not_confirmed", Weight="high")
    assert sorted(page.evaluate(SHOWN)) == sorted(log[log.severity == "high"].discrepancy_id)
    assert label(page, "Weight").locator("option").all_inner_texts()[1].startswith("high (")
    page = opened(visit, "references", Read="the abstract", Class="CAR-T cells")
    found = page.evaluate(SHOWN)
    sources = evidence.sources.set_index("source_id")
    assert "dima-2024" in found
    assert set(sources.loc[found].seen) == {"abstract"}
    page = opened(visit, "facts", Drug="selinexor")
    asked = set(evidence.safety[evidence.safety.therapy_id == "selinexor"].safety_id)
    assert asked <= set(page.evaluate(SHOWN))


def test_drug_names_by_target_and_terms_by_a_word(visit, evidence):
    page = opened(visit, "drugs", Target="GPRC5D")
    named = evidence.therapies
    wanted = named[named.target.fillna("").str.split(" and ").map(lambda targets: "GPRC5D" in targets)].therapy_id
    assert sorted(page.evaluate(SHOWN)) == sorted("drug-" + wanted)
    assert "drug-talquetamab" in page.evaluate(SHOWN)
    page = opened(visit, "glossary", words="微小残留病", order="Term|down")
    assert page.evaluate(SHOWN) == ["gl-minimal-residual-disease"]
    assert page.locator("emd-choose select").count() == 1, "terms have nothing to choose by but their words"
    page.get_by_role("button", name="Show all").click()
    assert len(page.evaluate(SHOWN)) == len(evidence.glossary)
    page.watch.assert_clean()


def test_the_address_of_a_row_opens_it_whatever_was_chosen(visit):
    page = opened(visit, "ledger", Class="Selinexor")
    row = page.locator("[id='majestec-1.em-e.orr.primary']")
    assert not row.is_visible()
    page.evaluate("() => { location.hash = 'majestec-1.em-e.orr.primary'; }")
    page.wait_for_function("() => document.getElementById('majestec-1.em-e.orr.primary').checkVisibility()")
    page.wait_for_function("""() => { const b = document.getElementById('majestec-1.em-e.orr.primary')
        .getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; }""")
    assert page.locator("emd-choose [role=status]").inner_text().startswith("All figures are shown")
    page.watch.assert_clean()


def test_a_folded_row_of_a_chapter_opens_by_its_address(visit):
    text = next(f for f in sorted((HTML / "notebooks").glob("*.html"))
                if 'class="emd-more"' in f.read_text(encoding="utf-8"))
    folded = re.search(r'class="emd-more">.*?<tr role="row" id="([^"]+)"', text.read_text(encoding="utf-8"), re.S)[1]
    page = visit("about:blank")
    page.goto(f"{text.as_uri()}#{folded}")
    page.wait_for_function("id => document.getElementById(id).checkVisibility()", arg=folded)


@pytest.mark.parametrize("hostile", ["#rows&Class=<img src=x onerror=alert(1)>", "#rows&__proto__=1&Class=nobody",
                                     "#rows&order=Figure|sideways", "#rows&words=" + "a" * 3000, "#rows&%E0%A4%A"])
def test_a_hostile_choice_chooses_nothing_that_is_not_there(visit, hostile, evidence):
    page = visit("about:blank")
    page.goto(address("ledger") + hostile)
    page.wait_for_function(READY)
    shown = page.evaluate(SHOWN)
    assert len(shown) == (0 if "words" in hostile else len(evidence.outcomes))
    assert page.locator("[onerror]").count() == 0
    page.watch.assert_clean()


@pytest.mark.parametrize("name", PAGES)
def test_everything_stands_there_without_scripts(browser, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(name))
    rows = page.locator("emd-choose tbody tr")
    assert rows.count() > 100
    assert page.locator("h2").count() >= {"ledger": 10, "facts": 8, "not_confirmed": 3}.get(name, 0)
    assert page.locator("emd-choose .emd-choose-controls").evaluate("e => getComputedStyle(e).display") == "none"
    assert page.evaluate("() => document.querySelectorAll('emd-choose [hidden]').length") == 0
    context.close()


#: Moves of what is seen, from the first picture on, and what moved.
MOVES = """window.moves = []; new PerformanceObserver(list => list.getEntries().forEach(entry => {
    for (const { node } of entry.sources) window.moves.push([entry.value, node?.className || node?.nodeName]);
})).observe({type: 'layout-shift', buffered: true});"""


@pytest.mark.parametrize("name", ["glossary", "facts"])  # one table, and one to each heading
def test_the_tables_do_not_jump_when_the_choices_come(browser, name):
    """On a slow telephone, where the page is seen before its scripts have run."""
    page = browser.new_page(viewport={"width": 390, "height": 823})
    try:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.add_init_script(MOVES)
        page.goto(address(name))
        page.wait_for_function(READY)
        page.wait_for_timeout(500)
        assert [move for move in page.evaluate("() => window.moves") if move[0] > 0.01] == []
        controls = page.locator(".emd-choose-controls")
        assert controls.evaluate("e => getComputedStyle(e).visibility") == "visible"
        assert not controls.locator("form").is_visible(), "the choices open when they are asked for"
    finally:
        page.close()


def test_an_address_that_chooses_shows_what_it_chose_by(visit):
    page = visit("about:blank")
    page.goto(address("ledger", Drug="teclistamab"))
    page.wait_for_function(READY)
    assert page.locator("emd-choose form").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_choices_can_be_used_by_everybody(open_page, axe, theme):
    page = open_page(address("not_confirmed", Weight="high"), theme=theme, width=390)
    page.locator("emd-choose summary").first.click()
    assert axe(page, "emd-choose") == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


# --- codes of the data

#: Words of one cell that are codes of a column, and nothing that a reader would say.
CODES = {"up", "down", "lost", "present", "unchanged", "bsab", "imid", "mab", "cart", "adc", "asct", "nan", "NaN",
         "None", "True", "False", "true", "false", "second_hand", "probable", "confirmed", "not_found"}


def test_no_code_of_the_data_reaches_a_reader(evidence):
    """In cells, choices and running text of every page but the one that tells what the columns hold."""
    ids = {str(name) for table in ("outcomes", "arms", "epidemiology", "biology", "safety", "criteria", "guidance",
                                   "certainty", "updates", "discrepancies")
           for name in getattr(evidence, table).iloc[:, 0]}
    found = []
    for file in [*HTML.glob("book/*.html"), *HTML.glob("notebooks/*.html"), HTML / "search.html"]:
        if file.stem == "data_dictionary":
            continue
        text = re.sub(r"<(script|svg|style|pre|code)\b.*?</\1>", "", file.read_text(encoding="utf-8"), flags=re.S)
        article = text[text.find('<article class="bd-article">'):text.find("</article>")]
        # a former address is named as it was
        article = re.sub(r'<section id="addresses-that-moved">.*?</section>', "", article, flags=re.S)
        cells = re.findall(r"<(?:td|th|option|dd|dt)\b[^>]*>(.*?)</(?:td|th|option|dd|dt)>", article, re.S)
        found += [(file.stem, cell) for cell in cells if re.sub(r"<[^>]+>", "", cell).strip() in CODES]
        found += [(file.stem, words) for group in re.findall(r'data-by-\w+="([^"]*)"', article)
                  for words in group.split("|") if words in CODES or "_" in words]
        words = re.sub(r"https?://\S+", "", re.sub(r"<[^>]+>", " ", article))
        found += [(file.stem, word) for word in re.findall(r"(?<![\w./-])[A-Za-z]\w*_\w+(?![\w.])", words)]
        found += [(file.stem, word) for word in re.findall(r"[a-z0-9]+(?:[.-][a-z0-9]+)+", words)
                  if word in ids and "." in word]
    assert sorted(set(found)) == []

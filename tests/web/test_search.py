"""The search of the built book, opened from a file: what it finds first, what it shows, and where it leads."""

from __future__ import annotations

import pytest

from emdbook.publish.build import index_page

pytestmark = pytest.mark.book
HTML = index_page().parent
CHAPTER = "notebooks/09_bispecific_antibodies"


@pytest.fixture(scope="module")
def search(_visitor):
    """The search page in a browser without network; it is asked as a reader's field asks it."""
    _visitor.goto((HTML / "search.html").as_uri())
    _visitor.wait_for_function("() => document.querySelector('emd-search')?.dataset.state")
    return _visitor


ASK = """async question => {
  const block = document.querySelector('emd-search');
  block.field.value = question;
  await block.look();
  return [...block.querySelectorAll('li')].map(li => [li.querySelector('a').getAttribute('href').replace(/:~:.*/, ''),
    li.querySelector('a').textContent, li.querySelector('.emd-search-text').textContent,
    [...li.querySelectorAll('mark')].map(mark => mark.textContent)]);
}"""

#: What a reader types, and the place that comes first: a page, or a place on it.
FIRST = {
    "teclistamab": "notebooks/09_bispecific_antibodies.html",
    "Tecvayli": "notebooks/09_bispecific_antibodies.html",
    "特立妥单抗": "notebooks/09_bispecific_antibodies.html",
    "Tecvaily": "notebooks/09_bispecific_antibodies.html",
    "elranatamab": "notebooks/09_bispecific_antibodies.html",
    "elranatamb": "notebooks/09_bispecific_antibodies.html",
    "talquetamb": "notebooks/09_bispecific_antibodies.html",
    "cilta-cel": "notebooks/08_car_t_cells.html",
    "ciltacel": "notebooks/08_car_t_cells.html",
    "Carvykti": "notebooks/08_car_t_cells.html",
    "泽沃基奥仑赛": "notebooks/08_car_t_cells.html",
    "CAR-T cells": "notebooks/08_car_t_cells.html",
    "Velcade": "notebooks/04_proteasome_inhibitors.html",
    "万珂": "notebooks/04_proteasome_inhibitors.html",
    "pomalidomide": "notebooks/05_immunomodulatory_drugs.html",
    "daratumumab": "notebooks/06_monoclonal_antibodies.html",
    "selinexor": "notebooks/07_selinexor.html",
    "Blenrep": "notebooks/10_antibody_drug_conjugates.html",
    "leukemia": "notebooks/12_central_nervous_system.html",
    "Reading small studies": "notebooks/03_reading_small_studies.html",
    "微小残留病": "book/glossary.html#gl-minimal-residual-disease",
    "MRD": "book/glossary.html#gl-minimal-residual-disease",
    "minimal residual disease": "book/glossary.html#gl-minimal-residual-disease",
    "EM-E": "book/glossary.html#gl-extramedullary-extraosseous-disease",
    "extramedullary disease": "book/glossary.html#gl-extramedullary-disease",
    "CRS": "book/glossary.html#gl-cytokine-release-syndrome",
    "blood brain barrier": "book/glossary.html#gl-blood-brain-barrier",
    "immortal time": "book/glossary.html#gl-immortal-time-bias",
    "MajesTEC-1": "book/ledger.html#study-majestec-1",
    "PI-2": "book/review.html#PI-2",
}


def test_what_a_reader_types_finds_its_place_first(search):
    wrong = {}
    for question, place in FIRST.items():
        found = search.evaluate(ASK, question)
        if not found or found[0][0].removeprefix("./").removesuffix("#") != place:
            wrong[question] = [one[:2] for one in found[:3]]
    assert wrong == {}


@pytest.mark.parametrize(("question", "page", "most"), [
    ("髓外", "book/glossary.html#gl-extramedullary-disease", 3), ("car t", "book/glossary.html", 1),
    ("solitary plasmacytoma 10%", "book/", 5), ("hepatitis b", "book/glossary.html#gl-hepatitis-b-reactivation", 2),
    ("eye examination", "notebooks/10_antibody_drug_conjugates.html", 3),
    ("lumbar puncture", "notebooks/12_central_nervous_system.html", 3),
    ("what is extramedullary disease", "notebooks/01_what_is_extramedullary_disease.html", 3),
])
def test_a_place_is_among_the_first(search, question, page, most):
    found = [one[0].removeprefix("./") for one in search.evaluate(ASK, question)[:most]]
    assert any(one.startswith(page) for one in found), found


def test_the_sentence_holds_the_word_and_the_word_is_marked(search):
    for _, title, text, _ in search.evaluate(ASK, "keratopathy"):
        assert text, title
    found = search.evaluate(ASK, "keratopathy")
    assert all("keratopathy" in " ".join(marks).lower() for *_, marks in found[:3])
    # a chapter whose first screen does not name the drug shows the sentence that does
    _, _, text, marks = search.evaluate(ASK, "talquetamab")[0]
    assert "talquetamab" in text.lower()
    assert marks


def test_how_much_was_found_is_said_and_nothing_too(search):
    search.evaluate(ASK, "teclistamab")
    assert search.locator(".emd-search-said").inner_text().endswith("places found, the nearest first.")
    assert search.locator(".emd-search-said").get_attribute("role") == "status"
    assert search.evaluate(ASK, "xqzwvk") == []
    assert search.locator(".emd-search-said").inner_text().startswith("Nothing was found.")
    assert search.evaluate(ASK, "") == []
    assert search.locator(".emd-search-said").inner_text() == ""


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "' OR 1=1",
                                     "__proto__", "constructor", "(((((", "%E0%A4%A", "a" * 3000])
def test_a_hostile_question_is_only_a_text(search, hostile):
    before = search.evaluate("() => document.querySelectorAll('script, img').length")
    search.evaluate(ASK, hostile)
    assert search.evaluate("() => document.querySelectorAll('script, img').length") == before
    assert search.evaluate("() => document.querySelector('emd-search [onerror]')") is None


@pytest.mark.parametrize("hostile", ["%3Cimg%20src=x%20onerror=alert(1)%3E", "%E0%A4%A", "%3Cmark%3Eteclistamab"])
def test_a_hostile_address_is_only_a_question(hostile, open_page):
    page = open_page(f"{(HTML / 'search.html').as_uri()}?q={hostile}")
    page.wait_for_function("() => document.querySelector('.emd-search-said').textContent !== ''")
    assert page.locator("emd-search img, emd-search [onerror]").count() == 0
    page.watch.assert_clean()


def test_by_keyboard_from_any_page_to_the_sentence(open_page):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("sanctuary site")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=sanctuary*")
    page.wait_for_selector("#search-results li a")
    assert page.evaluate("() => document.activeElement.id") == "emd-search-field"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.matches('#search-results li:first-child a')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("() => document.activeElement.id") == "emd-search-field"
    hit = page.locator("#search-results a[href*='#']", has_text="How it works").first
    hit.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notebooks/**")
    page.wait_for_function("""() => { const p = [...document.querySelectorAll('article p')]
        .find(p => p.textContent.includes('sanctuary site')); const box = p.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight; }""")
    page.watch.assert_clean()
    page.go_back()
    page.wait_for_selector("#search-results li a")
    assert page.locator("#emd-search-field").input_value() == "sanctuary site"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_answers_while_one_types(theme, open_page, axe):
    page = open_page((HTML / f"{CHAPTER}.html").as_uri())
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.keyboard.press("Control+k")
    page.keyboard.type("elranatmab")
    page.wait_for_function("() => document.querySelector('#pst-search-dialog li a')?.innerText.startsWith('Chapter 9')")
    assert page.evaluate("() => document.activeElement.name") == "q"
    found = axe(page, rules=("color-contrast",))  # the page behind must not shine through
    assert found == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.getElementById('pst-search-dialog').open")
    assert "/notebooks/" in page.url
    page.watch.assert_clean()


def test_the_index_is_fetched_on_the_search_page_only(serve, open_page):
    root = serve(HTML)
    page = open_page(f"{root}/{CHAPTER}.html")
    assert "searchindex" not in page.evaluate("() => performance.getEntriesByType('resource').map(e => e.name).join()")
    page.goto(f"{root}/search.html")
    assert "searchindex" not in page.evaluate("() => performance.getEntriesByType('resource').map(e => e.name).join()")
    page.fill("#emd-search-field", "CRS")
    page.wait_for_selector("#search-results li a")
    assert "searchindex" in page.evaluate("() => performance.getEntriesByType('resource').map(e => e.name).join()")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_results_can_be_read_by_everybody(theme, open_page, axe):
    page = open_page((HTML / "search.html").as_uri() + "?q=teclistamab", theme=theme, width=390)
    page.wait_for_selector("#search-results li a")
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_without_scripts_the_page_says_where_to_look(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((HTML / "search.html").as_uri())
    assert page.locator(".emd-search-nojs").is_visible()
    assert not page.locator(".emd-search-form").is_visible()
    for link in page.locator(".emd-search-nojs a").all():
        assert (HTML / link.get_attribute("href")).is_file()
    context.close()

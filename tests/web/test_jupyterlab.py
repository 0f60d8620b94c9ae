"""The chapters in a real JupyterLab: they open, they run, a control moves, the new sentence stands there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

import emdbook
from emdbook.ground.paths import project_dir
from emdbook.publish import lab as lab_module
from emdbook.publish.lab import write_extension

PILOTS = ("03_reading_small_studies", "09_bispecific_antibodies")
#: The first radio button group or drop-down of a widget is moved; null where it has neither.
_MOVE = """widget => {
  for (const e of widget.querySelectorAll('.widget-radio-box input[type=radio]'))
    if (!e.checked) { e.click(); return 'radio'; }
  for (const e of widget.querySelectorAll('.widget-dropdown select'))
    if (e.options.length > 1) {
      e.selectedIndex = (e.selectedIndex + 1) % e.options.length;
      e.dispatchEvent(new Event('change', {bubbles: true}));
      return 'select';
    }
  return null;
}"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the chapters, with settings of its own and no way out of this machine."""
    pytest.importorskip("jupyterlab")
    home = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "data", "book"):
        shutil.copytree(project_dir() / name, home / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name in ("_toc.yml", "_config.yml"):
        shutil.copy(project_dir() / name, home / name)
    port = free_port()
    write_extension(home / "own", emdbook.load())
    environment = {**os.environ, "PYTHONPATH": str(project_dir()), "JUPYTER_PATH": str(home / "own"),
                   "JUPYTER_CONFIG_PATH": str(lab_module._HERE)}
    for key in ("EMDBOOK_VIEW", "EMDBOOK_DATA"):
        environment.pop(key, None)
    for key in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{key}"] = str(home / f".{key.lower()}")
    for key in ("SETTINGS", "WORKSPACES"):
        environment[f"JUPYTERLAB_{key}_DIR"] = str(home / f".{key.lower()}")
    # every cell stays in the page, so that a test can read them all
    tracker = home / ".settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}')
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
             "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={home}",
             "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
            cwd=home, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).read()
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, (home / "lab.log").read_text()[-2000:]
                time.sleep(0.5)
        else:
            pytest.fail(f"JupyterLab did not start: {(home / 'lab.log').read_text()[-2000:]}")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


#: One chapter with every kind of control at each change, the other once a week.
@pytest.fixture(scope="module", params=[PILOTS[0], pytest.param(PILOTS[1], marks=pytest.mark.exhaustive)])
def chapter(request, lab, browser):
    """The chapter in JupyterLab after all its cells have run."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    context.set_default_timeout(60_000)
    page = context.new_page()
    outside = []
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(
        (lab, lab.replace("http", "ws"), "data:", "blob:")) else (outside.append(route.request.url), route.abort()))
    page.goto(f"{lab}/lab/tree/notebooks/{request.param}.ipynb?reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell")
    page.wait_for_function("() => /Python 3/.test(document.querySelector('.jp-NotebookPanel-toolbar').innerText)")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    page.wait_for_function("""() => {
      const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(e => e.innerText);
      return prompts.length && prompts.every(t => /\\[\\d+\\]/.test(t));
    }""", timeout=240_000)
    page.wait_for_function("() => document.querySelectorAll('.emd-svg svg').length > 0")
    page.outside = outside
    yield page
    context.close()


def test_everything_ran_and_nothing_is_raw(chapter):
    text = chapter.locator(".jp-Notebook").evaluate(
        "e => [...e.querySelectorAll('.jp-RenderedMarkdown, .jp-OutputArea')].map(c => c.innerText).join('\\n')")
    bad = chapter.locator("[data-mime-type$='stderr'], [data-mime-type$='error']")
    assert bad.count() == 0, bad.first.inner_text()
    assert "Traceback" not in text
    for raw in (":::", "{admonition}", "```{", "{emd-page}", "](ev:", "](calc:", "](gl:"):
        assert raw not in text, f"{raw!r} is shown to the reader: {text[max(0, text.find(raw) - 80):][:200]!r}"
    assert "Error displaying widget" not in text
    assert len(text) > 5000


def test_a_solution_stays_closed_until_it_is_asked_for(chapter):
    folds = chapter.locator(".jp-MarkdownCell details")
    assert folds.count() == 2
    for fold in folds.all():
        assert fold.locator("summary").inner_text() == "Solution"
        assert fold.locator("summary").evaluate("e => getComputedStyle(e).display") == "list-item", "it has its mark"
        assert not fold.locator("p").first.is_visible()
        fold.locator("summary").click()
        fold.locator("p").first.wait_for(state="visible")
        assert fold.locator("a:is([href^='ev:'], [href^='calc:'], [href^='ex:'])").count()
        assert not fold.locator("a:not([href])").count()


def test_a_number_leads_to_its_record_and_a_term_to_its_meaning(chapter):
    page = chapter
    dead = page.evaluate("""() => [...document.querySelectorAll('.jp-Notebook a')]
        .map(a => a.getAttribute('href') || '').filter(href => /^(ev|calc|gl):/.test(href))
        .flatMap(href => href.startsWith('gl:') ? [href.split('#')[0]] : href.startsWith('ev:') ?
            [href.slice(3).split('#')[0]] : href.split('#')[0].split('/')[1].split('+'))
        .filter(id => !globalThis.EMDBOOK_RECORDS[id])""")
    assert dead == []
    looks = page.evaluate("""() => ['ev', 'ex'].map(scheme => {
        const link = document.querySelector(`.jp-Notebook a[href^='${scheme}:']`), style = getComputedStyle(link);
        return [style.textDecorationLine, style.color === getComputedStyle(link.parentElement).color,
                getComputedStyle(link.querySelector('svg')).display]; })""")
    assert looks == [["underline", True, "none"], ["none", True, "none"]]
    before = page.url
    for scheme, said in (("ev", "Source: "), ("calc", "Computed by this book from:"), ("gl", "")):
        link = page.locator(f".jp-Notebook a[href^='{scheme}:']").first
        link.scroll_into_view_if_needed()
        link.focus()
        page.keyboard.press("Enter")
        card = page.locator("#emd-record")
        card.wait_for(state="visible")
        assert said in card.inner_text()
        assert "no record of this name" not in card.inner_text()
        page.keyboard.press("Escape")
        assert card.count() == 0
        assert link.evaluate("e => e === document.activeElement")
    link = page.locator(".jp-Notebook a[href^='ev:']").first
    link.scroll_into_view_if_needed()
    link.dispatch_event("click")
    assert page.locator("#emd-record").count() == 1
    page.locator(".jp-NotebookPanel-toolbar").click()
    assert page.locator("#emd-record").count() == 0
    assert page.url == before
    assert len(page.context.pages) == 1


def test_a_control_moves_and_the_new_sentence_stands_there(chapter):
    page = chapter
    kinds = (".widget-radio-box", ".widget-dropdown", ".noUi-handle")
    holders = [f".jp-OutputArea-output:has({kind})" for kind in kinds]
    widget = page.locator(", ".join(holders)).first
    widget.scroll_into_view_if_needed()
    words = widget.locator("[class*=emd-words-] [role=status]")
    words.wait_for()
    words.evaluate("e => { e.dataset.same = 'yes'; }")
    before, height = words.inner_text(), widget.bounding_box()["height"]
    figure = widget.locator(".emd-svg > svg:not(.emd-narrow)").inner_html()
    # nothing may be empty in between: that would be a flicker
    widget.evaluate("""e => {
      window.empty = 0;
      const box = e.querySelector('.emd-svg').closest('.widget-html-content');
      new MutationObserver(() => { if (!box.querySelector('svg')) window.empty += 1; })
        .observe(box, {childList: true, subtree: true});
    }""")
    if not widget.evaluate(_MOVE):  # a slider is moved as a hand on the keyboard moves it
        widget.locator(".noUi-handle").first.press("ArrowRight")
    page.wait_for_function("([e, before]) => e.innerText !== before", arg=[words.element_handle(), before])
    assert words.inner_text().strip()
    assert widget.locator(".emd-svg > svg:not(.emd-narrow)").inner_html() != figure
    assert words.get_attribute("data-same") == "yes", "a screen reader listens to the element that was there before"
    assert words.get_attribute("aria-live") == "polite"
    assert page.evaluate("() => window.empty") == 0
    assert abs(widget.bounding_box()["height"] - height) < 60
    assert page.outside == []


# --- notebooks that somebody else has run, or that are opened again ---------------------------------------------------

OTHER = """import emdbook
from emdbook import charts
from emdbook.teach import quiz
from emdbook.explore import choice, explore
from functools import partial
rows = [{"label": "Teclistamab", "events": 10, "n": 28}, {"label": "Talquetamab", "events": 9, "n": 20}]
display(charts.forest(rows))
display(quiz.show("09_bispecific_antibodies"))
explore(partial(charts.forest, rows), title="A widget", method=choice("Method", ["wilson", "jeffreys"]))"""


@pytest.fixture(scope="module")
def elsewhere(lab, tmp_path_factory):
    """A notebook that somebody else has run, beside the chapters: this JupyterLab has never seen it."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(OTHER)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMDBOOK_VIEW", "live")
        patch.setenv("PYTHONPATH", str(project_dir()))
        NotebookClient(made, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    home = next(tmp_path_factory.getbasetemp().glob("lab*"))  # as the fixture lab made it
    (home / "notebooks" / "elsewhere.ipynb").write_text(nbformat.writes(made), encoding="utf-8")
    return f"{lab}/lab/tree/notebooks/elsewhere.ipynb?reset"


@pytest.mark.exhaustive
def test_what_somebody_else_has_run_is_a_picture_with_what_to_do(elsewhere, browser):
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    page.goto(elsewhere)
    page.wait_for_selector(".jp-OutputArea-output .emd-untrusted img")
    output = page.locator(".jp-OutputArea-output:has(.emd-untrusted img)").first
    assert output.locator("svg").count() == 0, "this notebook is trusted: nothing is tested"
    picture = output.locator(".emd-untrusted img")
    assert picture.evaluate("e => e.complete && e.naturalWidth") > 400
    assert "Trust Notebook" in output.inner_text()
    for left in output.locator(".emd-drawing").all():
        assert left.evaluate("e => getComputedStyle(e).fontSize") == "0px", "what is left of a drawing is not read"
    asked = page.locator(".jp-OutputArea-output:has(emd-quiz), .jp-OutputArea-output:has(.emd-question)")
    assert "Trust Notebook" in asked.first.inner_text()
    context.close()


@pytest.mark.exhaustive
def test_letters_of_charts_need_no_typeface_there(chapter):
    assert chapter.locator(".jp-OutputArea .emd-drawing svg, .jp-OutputArea .emd-svg svg").count() > 2
    assert chapter.locator(".jp-OutputArea .emd-drawing svg text, .jp-OutputArea .emd-svg svg text").count() == 0
    assert not chapter.locator(".emd-untrusted").first.is_visible()


def test_make_lab_saves_what_widgets_show(monkeypatch, tmp_path):
    """So that a notebook that is opened again without its kernel does not show an error in their place."""
    from jupyterlab_server.settings_utils import _get_overrides

    from emdbook.publish import lab as started

    asked = {}
    monkeypatch.setattr(started, "project_dir", lambda: tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/own")
    monkeypatch.setattr(started.subprocess, "run", lambda *words, env, **more: asked.update(env) or
                        subprocess.CompletedProcess(words, 0))
    assert started.lab() == 0
    assert asked["JUPYTER_PATH"].split(os.pathsep)[0] == str(tmp_path / "_build" / "lab")
    assert (tmp_path / "_build" / "lab" / "labextensions" / "beyond-the-marrow" / "package.json").is_file()
    assert asked["JUPYTER_CONFIG_PATH"].endswith(f"{os.pathsep}/own")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", asked["JUPYTER_CONFIG_PATH"])
    overrides, error = _get_overrides("/nowhere")
    assert not error
    assert overrides["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}

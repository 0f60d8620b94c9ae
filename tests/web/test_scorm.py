"""A SCORM package in a real Chromium, against the run-time of scorm-again."""

from __future__ import annotations

import json
import zipfile
from urllib.parse import quote

import pytest

from emdbook.ground.paths import project_dir
from emdbook.publish.exports.scorm import write_scorm
from emdbook.teach.quiz import load_questions
from emdbook.teach.quiz.render import ordered

SET = "09_bispecific_antibodies"
RUNTIME = project_dir() / "node_modules" / "scorm-again" / "dist" / "scorm12.min.js"
PAGE = """<!DOCTYPE html><html lang="en"><title>LMS</title><script src="scorm12.min.js"></script>
<script>window.API = new Scorm12API({autocommit: false, logLevel: 5});</script>
<iframe title="package" src="package/index.html" width="1000" height="900"></iframe></html>"""


@pytest.fixture
def lms(tmp_path, serve, open_page):
    if not RUNTIME.is_file():
        pytest.skip("scorm-again is not there: npm ci brings it")
    write_scorm(load_questions(SET), tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as package:
        package.extractall(tmp_path / "package")
    (tmp_path / "scorm12.min.js").write_bytes(RUNTIME.read_bytes())
    (tmp_path / "lms.html").write_text(PAGE, encoding="utf-8")
    return open_page(f"{serve(tmp_path)}/lms.html", wait=False)


def value(page, name):
    return page.evaluate("name => window.API.LMSGetValue(name)", name)


def test_status_score_and_answers_reach_the_platform(lms):
    made = load_questions(SET)
    frame = lms.frame_locator("iframe")
    frame.locator("emd-quiz[data-state=ready]").wait_for()
    assert value(lms, "cmi.core.lesson_status") == "incomplete"
    for at, question in enumerate(made.questions):
        form = frame.locator("form.emd-question").nth(at)
        options = ordered(question)
        chosen = next(i for i, o in enumerate(options) if o.correct == (at != 1))  # the second is answered wrongly
        form.get_by_role("radio").nth(chosen).check()
        form.get_by_role("button", name="Check").click()
        place = f"cmi.interactions.{at}"
        key = next(i for i, o in enumerate(options) if o.correct)
        raw = lms.evaluate("at => JSON.parse(JSON.stringify(window.API.cmi.interactions.childArray[at]))", at)
        assert raw["id"] == question.id, place
        assert raw["type"] == "choice"
        assert raw["student_response"] == chr(97 + chosen)
        assert raw["result"] == ("wrong" if at == 1 else "correct")
        assert next(iter(raw["correct_responses"].values()))["pattern"] == chr(97 + key)
    count = len(made.questions)
    assert value(lms, "cmi.core.lesson_status") == "completed"
    assert value(lms, "cmi.core.score.raw") == str(round(100 * (count - 1) / count))
    assert f"{count} of {count} answered" in frame.locator("#scorm-said").inner_text()
    # a second try teaches, and scores nothing
    second = frame.locator("form.emd-question").nth(1)
    second.get_by_role("button", name="Try again").click()
    second.get_by_role("radio").nth(next(i for i, o in enumerate(ordered(made.questions[1])) if o.correct)).check()
    second.get_by_role("button", name="Check").click()
    assert value(lms, "cmi.core.score.raw") == str(round(100 * (count - 1) / count))
    lms.watch.assert_clean()


def test_without_a_platform_the_questions_work(tmp_path, open_page):
    write_scorm(load_questions(SET), tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as package:
        package.extractall(tmp_path)
    page = open_page((tmp_path / "index.html").as_uri(), wait=False)
    page.locator("emd-quiz[data-state=ready]").wait_for()
    assert "nothing is recorded" in page.locator("#scorm-said").inner_text()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check").first.click()
    assert page.locator(".emd-why:visible").count() == 1
    page.watch.assert_clean()


API = """window.kept = decodeURIComponent(location.hash.slice(1));
window.API = Object.fromEntries(["Initialize", "Commit", "Finish"].map(name => ["LMS" + name, () => "true"]));
API.LMSGetValue = name => name === "cmi.suspend_data" ? kept : "";
API.LMSSetValue = (name, value) => { if (name === "cmi.suspend_data") kept = value; return "true"; };"""


def test_what_a_platform_kept_of_another_version_is_read_with_care(tmp_path, browser):
    made = load_questions(SET)
    first, second, third = (question.id for question in made.questions[:3])
    write_scorm(made, tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as package:
        package.extractall(tmp_path)
    page = browser.new_page()
    page.add_init_script(API)
    mixed = json.dumps({first: "yes", second: 1, "__proto__": 1, "of-another-version": 1})
    for before, answered, right in (("null", 0, 0), ("[1, 1]", 0, 0), ("5", 0, 0), ("{", 0, 0), (mixed, 2, 1)):
        page.goto("about:blank")
        page.goto(f"{(tmp_path / 'index.html').as_uri()}#{quote(before)}")
        page.locator("emd-quiz[data-state=ready]").wait_for()
        told = page.locator("#scorm-said")
        assert f"{answered} of {len(made.questions)} answered, {right} right" in told.inner_text()
        page.evaluate("""() => { const form = document.querySelectorAll("form.emd-question")[2];
            form.querySelector("input").click(); form.querySelector("button[type=submit]").click(); }""")
        assert f"{answered + 1} of " in told.inner_text()
        assert third in json.loads(page.evaluate("kept"))
    page.close()


def test_a_platform_on_another_host_stops_no_question(tmp_path, browser):
    write_scorm(load_questions(SET), tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as package:
        package.extractall(tmp_path)
    page = browser.new_page()
    page.add_init_script("Object.defineProperty(window, 'parent', {get() { throw new DOMException('', "
                         "'SecurityError'); }})")
    page.goto((tmp_path / "index.html").as_uri())
    page.locator("emd-quiz[data-state=ready]").wait_for()
    assert "nothing is recorded" in page.locator("#scorm-said").inner_text()
    page.close()

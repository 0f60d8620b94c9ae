"""Lesson plans: minutes add up, every slide, setting, question, case and section exists, and faults are named."""

from __future__ import annotations

import copy
import json
import re
from urllib.parse import parse_qs

import pytest

from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import data_dir, project_dir
from emdbook.publish import lesson_pages
from emdbook.teach.lessons import FILE, LESSON, Item, LessonsError, load_lessons

ROOT = project_dir()
DATA = json.loads((data_dir() / FILE).read_text(encoding="utf-8"))
LESSONS = load_lessons()
PAGE = (ROOT / "book" / "lesson_plans.md").read_text(encoding="utf-8")


def test_every_plan_fills_its_minutes_and_stands_on_the_page():
    for plan in LESSONS.plans:
        assert plan.minutes == LESSON == sum(step.minutes for step in plan.steps)
        assert [step.start for step in plan.steps[1:]] == [step.end for step in plan.steps[:-1]]
        assert plan.steps[-1].end == plan.minutes
    chapters = sorted(file.stem for file in (ROOT / "notebooks").glob("*.ipynb"))
    assert [plan.chapter for plan in LESSONS.plans if plan.is_of_a_chapter] == chapters
    assert sorted(re.findall(r"\{emd-lesson\} (\S+)", PAGE)) == sorted(plan.id for plan in LESSONS.plans)


@pytest.mark.parametrize("plan", [p for p in LESSONS.plans if p.is_of_a_chapter], ids=lambda p: p.id)
def test_the_plan_of_a_chapter_begins_with_its_patient_and_asks_the_first_question_again(plan):
    assert ("slide", "The patient") in {(item.kind, item.name) for item in plan.steps[0].show}
    votes = [(item.name, item.vote) for item in plan.items if item.kind == "question"]
    before = [name for name, vote in votes if vote == "before"]
    assert before
    assert before == [name for name, vote in votes if vote == "after"]
    assert len(votes) >= 4
    assert sum(item.kind == "widget" for item in plan.items) >= 2
    assert all(step.listen_for for step in plan.steps[:-1])
    title = read_cells(ROOT / "notebooks" / f"{plan.chapter}.ipynb")[0].source.splitlines()[0].removeprefix("# ")
    assert f"### Chapter {int(plan.id)}: {title}\n" in PAGE


def test_every_slide_setting_and_section_that_a_plan_names_exists():
    assert [str(fault) for fault in lesson_pages.faults()] == []


@pytest.mark.parametrize(("item", "said"), [
    (Item("slide", "No such slide", "09_bispecific_antibodies"), "a slide of 09"),
    (Item("widget", "explore-none", "09_bispecific_antibodies"), "a widget of 09"),
    (Item("widget", "explore-emd-compared-with-whom", "09_bispecific_antibodies", {"none": "1"}), "a control of"),
    (Item("widget", "explore-emd-compared-with-whom", "09_bispecific_antibodies", {"share": "31"}), "share of"),
    (Item("widget", "explore-which-studies-to-pool", "08_car_t_cells", {"series": "dima-2024"}), "a list of"),
])
def test_a_name_that_is_not_there_is_told(item, said):
    assert said in str(next(lesson_pages._item_faults(item, "plan x")))


def test_an_address_is_what_copy_link_writes():
    """Names and tokens in the order of the plan, several tokens with a comma between them."""
    one = Item("widget", "explore-which-studies-to-pool", "08_car_t_cells",
               {"series": ("mayo-emd", "dima-2024"), "others": "0"})
    assert lesson_pages.address(one) == "w=explore-which-studies-to-pool&series=mayo-emd,dima-2024&others=0"
    assert "Mayo" in lesson_pages.setting_words(one)
    for plan in LESSONS.plans:
        for item in (item for item in plan.items if item.kind == "widget"):
            asked = parse_qs(lesson_pages.address(item), strict_parsing=True)
            assert asked.pop("w") == [item.name]
            assert list(asked) == list(item.settings)


def test_the_page_says_each_step_with_its_slide_and_its_minutes():
    plan = LESSONS.plan("09")
    text = lesson_pages.opening_markdown(plan) + "".join(
        "\n".join(lesson_pages.step_lines(step, plan)) for step in plan.steps)
    assert "**Minute 0 to 5. The patient**" in text
    assert "Slide 3: *The patient*" in text
    assert "slides/09_bispecific_antibodies.html?lesson=09" in text
    assert "phone or a set of letter cards" in text
    assert "`python -m emdbook vote cannot-wait whole-cohort before-monday second-night`" in text
    assert "*Links for a class*" in text
    assert plan.ask in text
    assert "../notebooks/09_bispecific_antibodies.html#w=explore-emd-compared-with-whom&amp;share=30" in text


def change_step(data, **values):
    data["plans"][0]["steps"][0].update(values)


@pytest.mark.parametrize(("change", "said"), [
    (lambda d: change_step(d, minutes=6), "must add up to 45 minutes; found 46"),
    (lambda d: change_step(d, minutes=0), "step.*minimum|minutes"),
    (lambda d: change_step(d, learners="sleep"), "must be one of"),
    (lambda d: change_step(d, extra=1), "extra"),
    (lambda d: change_step(d, show=[{"question": "none", "vote": "once"}]), "a question of"),
    (lambda d: change_step(d, show=[{"case": "none"}]), "a case must be one of"),
    (lambda d: change_step(d, show=[{"slide": "x", "case": "ten-days"}]), "oneOf"),
    (lambda d: change_step(d, show=[{"chapter": "99_none", "slide": "x"}]), "a chapter must be one of"),
    (lambda d: change_step(d, show=[]), "must have been voted on before"),
    (lambda d: d["plans"][0]["steps"][-1].update(title="The end"), "exit question"),
    (lambda d: d["plans"].append(d["plans"][0]), "twice"),
    (lambda d: d["courses"][0]["sessions"][0].update(minutes=77), "must add up to 77 minutes"),
    (lambda d: d["courses"][0]["sessions"][0]["parts"].append({"plan": "99"}), "99"),
    (lambda d: d["paths"][0].update(plan="99"), "99"),
    (lambda d: d["paths"][0]["stations"][0].update(questions=["none"]), "a question of"),
])
def test_a_faulty_file_is_named_with_place_and_rule(change, said, tmp_path):
    data = copy.deepcopy(DATA)
    change(data)
    path = tmp_path / FILE
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(LessonsError, match=said):
        load_lessons(path)


def test_no_file_and_no_plan_are_said(tmp_path):
    with pytest.raises(LessonsError, match=re.escape(FILE)):
        load_lessons(tmp_path / FILE)
    with pytest.raises(LookupError, match="'99'"):
        LESSONS.plan("99")

"""The vote in a browser: phone, projector and teacher's page follow each other, in light and dark."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from benchmarks.vote import Phone, running
from emdbook.classroom.pages import qr
from emdbook.classroom.poll import Bank

BANK = Bank().questions
#: The longest question of the book.
NAME = max((name for name in BANK if "/" not in name),
           key=lambda name: len(BANK[name].asked) + sum(len(o.text) for o in BANK[name].options))


@pytest.fixture(scope="module")
def vote():
    with running(NAME) as (base, secret, process):
        teacher = Phone(base)
        teacher.send("/teach/in", secret=secret)
        yield base, secret, teacher
    # the end of the block is Ctrl+C
    assert process.returncode == 0


def test_phone_projector_and_teacher_follow_each_other(vote, open_page, axe):
    base, secret, _ = vote
    screen = open_page(f"{base}/screen", theme="dark", width=1920, height=1080)
    phone = open_page(base, width=390, height=844)
    desk = open_page(f"{base}/teach", width=900)
    assert axe(screen) == axe(phone) == axe(desk) == []
    phone.get_by_label("Code on the screen").fill(screen.locator(".code").inner_text())
    phone.get_by_role("button", name="Go in").click()
    desk.get_by_label("Secret from the terminal").fill(secret)
    desk.get_by_role("button", name="Go in").click()
    desk.get_by_role("button", name="Ask before").first.click()
    phone.locator(".choices button").nth(2).click()
    phone.get_by_text("Your answer is C.").wait_for()
    screen.get_by_text("Phones that have answered: 1 of 1").wait_for()
    desk.get_by_text("Answers: 1, phones: 1").wait_for()
    assert axe(screen) == axe(phone) == axe(desk) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="Close the vote").click()
    phone.get_by_text("The vote is closed.").wait_for()
    desk.get_by_role("button", name="Ask after").first.click()
    phone.locator(".choices button").nth(3).click()
    phone.get_by_text("Your answer is").wait_for()
    for name in ("Close the vote", "Show the bars", "Show the key"):
        desk.get_by_role("button", name=name).click()
    screen.get_by_text("The key is").wait_for()
    assert screen.locator(".bar").count() == 8
    assert "points" in screen.locator(".change").first.inner_text()
    assert axe(screen) == []
    for page in (screen, phone, desk):
        page.watch.assert_clean()


def test_a_phone_reads_address_and_code_from_the_projector(harness, open_page):
    page = open_page(harness(qr("http://192.168.43.7:8765/?code=ABCDE")).as_uri(), theme="dark")
    picture = Image.open(io.BytesIO(page.locator("svg.qr").screenshot()))
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == ["http://192.168.43.7:8765/?code=ABCDE"]


#: The least room at every change, the others once a week.
@pytest.mark.parametrize("size", [(1024, 768), *(pytest.param(size, marks=pytest.mark.exhaustive)
                                                 for size in ((1920, 1080), (1366, 768)))])
def test_the_longest_question_fits_on_the_projector_in_letters_for_the_last_row(vote, open_page, size):
    base, _, teacher = vote
    for step in ("after", "close", "bars", "key"):
        teacher.send("/teach/do", action=step, name=NAME)
        page = open_page(f"{base}/screen", width=size[0], height=size[1])
        height, width = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
        assert (height <= size[1], width <= size[0]) == (True, True), step
        letters = page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
        assert letters >= size[0] / 60, step

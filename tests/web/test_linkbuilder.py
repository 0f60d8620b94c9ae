"""The form of the instructor guide that builds a link for a class, offline."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from emdbook.teach.progress import chapters
from emdbook.teach.teaching import link_builder

CHAPTER = "09_bispecific_antibodies"


@pytest.fixture
def page(harness, open_page):
    return open_page(harness(link_builder(chapters())).as_uri())


def fill(page, hub="https://hub.example.org", repo="https://git.example.org/me/book.git", branch="main"):
    page.get_by_label("Address of the hub").fill(hub)
    page.get_by_label("Address of the repository").fill(repo)
    page.get_by_label("Branch").fill(branch)
    page.get_by_label("Chapter").select_option(CHAPTER)
    page.get_by_role("button", name="Build the link").click()


@pytest.mark.parametrize("hub", ["https://hub.example.org", "https://hub.example.org/", "https://hub.example.org/hub",
                                 "https://hub.example.org/hub/home", "https://hub.example.org/hub/spawn",
                                 "https://hub.example.org/hub/login?next=%2Fhub%2F", "https://hub.example.org/user/anna",
                                 "https://hub.example.org/user/anna/lab/tree/x.ipynb"])
def test_a_link_for_nbgitpuller(page, hub):
    fill(page, hub=hub)
    link = urlsplit(page.locator("output").inner_text())
    assert (link.netloc, link.path) == ("hub.example.org", "/hub/user-redirect/git-pull")
    assert parse_qs(link.query) == {"repo": ["https://git.example.org/me/book"], "branch": ["main"],
                                    "urlpath": [f"lab/tree/book/notebooks/{CHAPTER}.ipynb"]}
    assert page.locator("[role=status]").inner_text() == "The link is ready."
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("() => /copied|marked/.test(document.querySelector('[role=status]').textContent)")
    page.watch.assert_clean()


@pytest.mark.parametrize("repo", [
    "https://github.com/me/book/tree/main", "https://github.com/me/book/blob/main/notebooks/x.ipynb",
    "https://github.com/me/book.git", "https://github.com/me/book/commits/main", "https://github.com/me/book/issues/3",
    "https://github.com/me/book/releases"])
def test_an_address_from_the_bar_of_the_browser_is_that_of_its_repository(page, repo):
    fill(page, repo=repo)
    query = parse_qs(urlsplit(page.locator("output").inner_text()).query)
    assert query["repo"] == ["https://github.com/me/book"]
    assert query["urlpath"] == [f"lab/tree/book/notebooks/{CHAPTER}.ipynb"]
    assert page.locator("[role=status]").inner_text() == "The link is ready."


def test_damaged_escapes_are_told_in_plain_words(page):
    fill(page, repo="https://git.example.org/me/%E0%A4%A")
    assert "damaged escapes" in page.locator("[role=status]").inner_text()


def test_other_forges_branches_and_folders_in_other_letters(page):
    fill(page, repo="https://gitlab.example.org/a/b/book/-/tree/course")
    assert "repo=https%3A%2F%2Fgitlab.example.org%2Fa%2Fb%2Fbook&" in page.locator("output").inner_text()
    assert "the address named course" in page.locator("[role=status]").inner_text()
    fill(page, repo="https://git.example.org/me/骨髓")
    query = parse_qs(urlsplit(page.locator("output").inner_text()).query)
    assert unquote(query["repo"][0]) == "https://git.example.org/me/骨髓"
    assert query["urlpath"] == [f"lab/tree/骨髓/notebooks/{CHAPTER}.ipynb"]
    fill(page, repo="https://github.com/me")
    assert "must name its owner and the repository" in page.locator("[role=status]").inner_text()


def test_a_hub_below_a_path_keeps_it(page):
    fill(page, hub="https://uni.example.org/jupyter/")
    assert page.locator("output").inner_text().startswith("https://uni.example.org/jupyter/hub/user-redirect/git-pull?")


def test_a_link_for_binder(page):
    page.get_by_label("Binder").check()
    assert not page.get_by_label("Address of the hub").is_visible()
    page.get_by_label("Address of the repository").fill("https://github.com/me/book/")
    page.get_by_label("Branch").fill("course/2027")
    page.get_by_role("button", name="Build the link").click()
    text = page.locator("output").inner_text()
    assert text.startswith("https://mybinder.org/v2/gh/me/book/course%2F2027?urlpath=")
    assert unquote(text.split("urlpath=")[1]).startswith("lab/tree/notebooks/01_")
    page.get_by_label("Address of the repository").fill("https://git.example.org/me/book")
    page.get_by_role("button", name="Build the link").click()
    assert page.locator("output").inner_text().startswith(
        "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Fme%2Fbook/course%2F2027?")


@pytest.mark.parametrize(("given", "said"), [
    ({"hub": ""}, "The address of the hub must begin with https://"),
    ({"hub": "http://hub.example.org"}, "The address of the hub must begin with https://."),
    ({"hub": "javascript:alert(1)"}, "The address of the hub must begin with https://."),
    ({"repo": "me/book"}, "The address of the repository must begin with https://"),
    ({"repo": "https://git.example.org/"}, "must name the repository"),
    ({"branch": "a b"}, "A branch has no spaces"),
])
def test_what_is_missing_is_said(page, given, said):
    fill(page, **given)
    assert said in page.locator("[role=status]").inner_text()
    assert page.locator("output").inner_text() == ""
    assert not page.get_by_role("button", name="Copy link").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme, harness, open_page, axe):
    page = open_page(harness(link_builder(chapters()), theme=theme).as_uri(), theme=theme, width=390)
    fill(page)
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390

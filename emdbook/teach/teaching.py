"""What a teacher needs for each chapter: one file of data, for the guide and for the instructor's copies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from emdbook.ground import strict_json
from emdbook.ground.faults import Fault, FaultsError
from emdbook.ground.paths import data_dir

FILE, SCHEMA = "teaching.json", "teaching.schema.json"


class TeachingError(FaultsError):
    """A file that breaks the rules. ``faults`` lists every fault; the message prints them all."""

    subject = "The teacher's notes have"


@dataclass(frozen=True)
class Teaching:
    """What a teacher needs for one chapter. Every text is Markdown."""

    chapter: str
    aim: str
    hook: str
    show: str
    expected: tuple[tuple[str, str], ...]
    misconceptions: tuple[tuple[str, str], ...]
    discuss: str
    board: str


def load_teaching(path: Path | str | None = None) -> dict[str, Teaching]:
    """Read and check the file.

    Parameters
    ----------
    path : path, optional
        The project's own if left out.

    Returns
    -------
    dict of str to Teaching
        By the file name of the chapter, in order.

    Raises
    ------
    TeachingError
    """
    path = Path(path) if path is not None else data_dir() / FILE
    data, faults = strict_json.checked(path, SCHEMA, data_dir())
    if faults:
        raise TeachingError(faults)
    made: dict[str, Teaching] = {}
    for row in data["chapters"]:
        if row["chapter"] in made:
            raise TeachingError([Fault.at(path.name, "", "each chapter stands once", repr(row["chapter"]))])
        made[row["chapter"]] = Teaching(**{
            **row,
            "expected": tuple((one["ask"], one["listen_for"]) for one in row["expected"]),
            "misconceptions": tuple((one["belief"], one["reply"]) for one in row["misconceptions"])})
    return dict(sorted(made.items()))


@cache
def _own() -> dict[str, Teaching]:
    return load_teaching()


def find(number: str) -> Teaching:
    """What a teacher needs for a chapter, by its number such as ``09``."""
    for chapter, found in _own().items():
        if chapter[:2] == number:
            return found
    raise LookupError(f"{FILE} has no chapter {number!r}")


def markdown(teaching: Teaching) -> str:
    """The guide to one chapter as Markdown, without a heading.

    Parameters
    ----------
    teaching : Teaching

    Returns
    -------
    str
    """
    asked = "\n".join(f"- {ask}\\\n  *Listen for:* {answer}" for ask, answer in teaching.expected)
    believed = "\n".join(f"- “{belief}”\\\n  {reply}" for belief, reply in teaching.misconceptions)
    return "\n\n".join([
        f"**Aim.** {teaching.aim}", f"**Hook.** {teaching.hook}", f"**Show.** {teaching.show}",
        "**Ask, and listen for**", asked, "**What learners often believe**", believed,
        f"**Discuss.** {teaching.discuss}", f"**On the board.** {teaching.board}"])


def link_builder(chapters: list[dict]) -> str:
    """The form that builds a link for a class, as HTML. It works offline and asks nothing of any server.

    Parameters
    ----------
    chapters : list of dict
        Each with ``set`` (its file name), ``number`` and ``title``.

    Returns
    -------
    str
    """
    options = "".join(f'<option value="{escape(c["set"])}">{c["number"]}. {escape(c["title"])}</option>'
                      for c in chapters)
    return (
        '<emd-linkbuilder class="emd-linkbuilder" role="group" aria-label="Link for a class">'
        '<p class="emd-linkbuilder-nojs">This form needs JavaScript.</p><form novalidate autocomplete="off">'
        "<fieldset><legend>Where does the class work?</legend>"
        '<label><input type="radio" name="where" value="hub" checked>A JupyterHub with nbgitpuller</label>'
        '<label><input type="radio" name="where" value="binder">Binder</label></fieldset>'
        '<p><label for="emd-link-hub">Address of the hub</label>'
        '<input type="url" id="emd-link-hub" name="hub" placeholder="https://hub.example.org"></p>'
        '<p><label for="emd-link-repo">Address of the repository with your copy of the book</label>'
        '<input type="url" id="emd-link-repo" name="repo" placeholder="https://git.example.org/you/book"></p>'
        '<p><label for="emd-link-branch">Branch</label>'
        '<input type="text" id="emd-link-branch" name="branch" value="main"></p>'
        '<p><label for="emd-link-chapter">Chapter</label>'
        f'<select id="emd-link-chapter" name="chapter">{options}</select></p>'
        '<p><button type="submit">Build the link</button>'
        '<button type="button" class="emd-link-copy" hidden>Copy link</button></p>'
        '<output for="emd-link-hub emd-link-repo emd-link-branch emd-link-chapter" aria-live="off"></output>'
        '<p role="status" aria-live="polite"></p></form></emd-linkbuilder>'
    )

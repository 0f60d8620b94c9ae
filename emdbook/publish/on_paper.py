"""Questions and cases on paper: lettered options on the page, the key in the appendix.

Each function takes the element of the page and the id that its key is to have, and gives the HTML for the page and for
the appendix.
"""

from __future__ import annotations

from bs4 import Tag

from emdbook.teach.cases import facilitator_key, handout, load_case
from emdbook.teach.quiz.render import unseal


def _letter(i: int) -> str:
    return chr(ord("A") + i)


def _inner(tag: Tag | None) -> str:
    return tag.decode_contents().strip() if tag is not None else ""


def _options(form: Tag) -> list[str]:
    return [_inner(label.find("span")) for label in form.select("label.emd-tick")]


def _stem(form: Tag) -> str:
    legend = form.find("legend")
    for gone in legend.select(".emd-number, .emd-hint"):
        gone.extract()
    return _inner(legend)


def _asked_and_key(asked: list[str], keys: list[str], id_: str, see: str) -> tuple[str, str]:
    page = (f'<div class="print-quiz"><ol>{"".join(asked)}</ol>'
            f'<p class="print-see"><a href="#{id_}">{see}</a></p></div>')
    return page, f'<div id="{id_}"><h3>Questions</h3><ol>{"".join(keys)}</ol></div>'


def quiz_on_paper(quiz: Tag, id_: str) -> tuple[str, str]:
    """Questions with lettered options, and their key.

    Parameters
    ----------
    quiz : bs4.Tag
        The ``<emd-quiz>`` of the page.
    id_ : str
        Id that the key is to have.

    Returns
    -------
    tuple of (str, str)
        HTML for the page and for the appendix.
    """
    asked, keys = [], []
    for form in quiz.select("form.emd-question"):
        sealed = unseal(form.select_one("script.emd-sealed").string)
        multiple = form.find("input", type="checkbox") is not None
        hint = " <em>Choose all that apply.</em>" if multiple else ""
        options = "".join(f"<li>{text}</li>" for text in _options(form))
        asked.append(f'<li class="print-question"><p>{_stem(form)}{hint}</p><ol type="A">{options}</ol></li>')
        right = [(i, one["why"]) for i, one in enumerate(sealed["options"]) if one["correct"]]
        whys = " ".join(why for _, why in right)
        keys.append(f"<li><strong>{', '.join(_letter(i) for i, _ in right)}</strong>. {whys}</li>")
    return _asked_and_key(asked, keys, id_, "Answers at the end of the book")


def selftest_on_paper(test: Tag, id_: str) -> tuple[str, str]:
    """The test before or after the book with lettered options and room for how sure one is, and its key.
    Parameters
    ----------
    test : bs4.Tag
        The ``<emd-selftest>`` of the page.
    id_ : str
        Id that the key is to have.

    Returns
    -------
    tuple of (str, str)
        HTML for the page and for the appendix.
    """
    asked, keys = [], []
    for one in test.select(".emd-question"):
        sealed = unseal(one.select_one("script.emd-sealed").string)
        options = "".join(f"<li>{text}</li>" for text in _options(one.select_one(".emd-answer")))
        sure = " &nbsp; ".join(f"☐ {text}" for text in _options(one.select_one(".emd-sure")))
        asked.append(f'<li class="print-question"><p>{_stem(one)}</p><ol type="A">{options}</ol>'
                     f'<p class="print-sure">{sure}</p></li>')
        right = sealed["correct"].index(True)
        keys.append(f"<li><strong>{_letter(right)}</strong>. {sealed['why'][right]}</li>")
    return _asked_and_key(asked, keys, id_, "Key at the end of the book")


def case_on_paper(case: Tag, id_: str) -> tuple[str, str]:
    """The sheet of a case for learners, and the key of who leads the talk.

    Parameters
    ----------
    case : bs4.Tag
        The ``<emd-case>`` of the page.
    id_ : str
        Id that the key is to have.

    Returns
    -------
    tuple of (str, str)
        HTML for the page and for the appendix.
    """
    one = load_case(case["data-case"])
    page = (f'<div class="print-case">{handout(one, level=4)}'
            f'<p class="print-see"><a href="#{id_}">The critique of every choice</a></p></div>')
    return page, f'<div id="{id_}">{facilitator_key(one, level=4)}</div>'

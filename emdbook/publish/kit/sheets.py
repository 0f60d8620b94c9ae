"""The sheets of the printed kit as HTML. No number is typed here: words and figures come from data and chapters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

import pandas as pd
from markdown_it import MarkdownIt

from emdbook import style
from emdbook.appraisal import check_percentage
from emdbook.evidence.links import plain
from emdbook.ground.notebook import read_cells
from emdbook.ground.paths import project_dir
from emdbook.ground.wording import is_missing
from emdbook.lessons.since import REVIEW
from emdbook.publish.drugs import trade_names
from emdbook.publish.lesson_pages import opening_markdown, step_lines
from emdbook.publish.slides.deck import heading
from emdbook.teach.lessons import Plan, Role
from emdbook.teach.pathway import BASES, Pathway
from emdbook.teach.pathway_map import paragraphs
from emdbook.teach.quiz.bank import Question, QuestionSet
from emdbook.teach.quiz.render import markup, ordered, origin

#: Questions of a test alone and in teams.
TEST = 5
#: What a patient of the kit is asked for: a decision, not a figure.
_DECISIONS = ("choose", "sequence_and_bridge", "prevent_and_manage_harm", "measure_response", "recognise_and_stage",
              "tell_the_patient")
_MARKDOWN = MarkdownIt("commonmark", {"html": True})
#: Cards of percentages: as many that can be as that cannot, of groups that a pencil can handle.
PERCENTAGES, _LARGEST = 12, 150
_PLACE = "Beyond the Marrow · Education only, not medical advice · Patients are constructed · CC BY 4.0"


def words(text: str) -> str:
    """Markdown of the book as HTML for paper: links to the data become their words."""
    flat = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", plain(text))  # links to pages lead nowhere on paper
    return re.sub(r"</?a\b[^>]*>", "", _MARKDOWN.render(flat))


def page(title: str, body: str, *, landscape: bool = False, large: bool = False) -> str:
    """A document for the printer."""
    # CSS knows no A2 by name
    sheet = f"@page{{size:{'594mm 420mm' if large else 'A4 landscape' if landscape else 'A4 portrait'}}}"
    return (f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{html.escape(title)}'
            f"</title><style>{style.css_variables()}{sheet}{{SHEET}}</style></head><body>{body}</body></html>")


def sheet(title: str, body: str, kicker: str = "", css: str = "") -> str:
    """One sheet, which begins on a page of its own."""
    above = f'<p class="kicker">{html.escape(kicker)}</p>' if kicker else ""
    return (f'<section class="sheet {css}"><header>{above}<h1>{html.escape(title)}</h1></header>{body}'
            f'<footer>{_PLACE}</footer></section>')


# --- one chapter ------------------------------------------------------------------------------------------------------

def section_of(chapter: str, name: str) -> str:
    """The words of one section of a chapter as Markdown, without its heading; empty if it has none."""
    found, inside = [], False
    for cell in read_cells(project_dir() / "notebooks" / f"{chapter}.ipynb"):
        level, title, rest = heading(cell.source) if cell.kind == "markdown" else (0, "", "")
        if level == 2:
            inside = title == name
            found += [rest] if inside else []
        elif inside and cell.kind == "markdown" and cell.slide_type not in ("skip", "notes"):
            found.append(cell.source)
    return "\n\n".join(found)


def lesson_sheet(plan: Plan) -> str:
    """The plan on paper."""
    steps = "".join(f'<div class="step">{words(chr(10).join(step_lines(step, plan)))}</div>' for step in plan.steps)
    return sheet(plan.title, words(opening_markdown(plan)) + steps, f"Lesson plan, {plan.minutes} minutes", "plan")


def handout(plan: Plan) -> str:
    """The page that learners take home, with the exit question."""
    parts = ("The patient", "Bottom line", "Take away")
    found = [(title, section_of(plan.chapter, title)) for title in parts]
    told = "".join(f"<h2>{title}</h2>{words(text)}" for title, text in found if text)
    told = re.sub(r" \((?:shown here|how it works|before you give it|explore|the evidence|read it critically|"
                  r"back to the patient|at relapse|take away)\)", "", told, flags=re.I)
    return sheet(plan.title, f'{told}<div class="exit"><h2>Before you go</h2>{words(plan.ask)}<p class="line"></p>'
                             f'<p class="line"></p><p class="line"></p></div>', "Handout", "handout")


def chosen(made: QuestionSet) -> tuple[tuple[Question, ...], Question]:
    """The questions of the test, and the patient of the choice, which is none of them.

    Parameters
    ----------
    made : QuestionSet

    Returns
    -------
    tuple of (tuple of Question, Question)
        Single-answer questions in the order of the file; the patient is the first of the hardest that asks for a
        decision.
    """
    single = [one for one in made.questions if not one.multiple]
    hard = {"hard": 0, "medium": 1, "easy": 2}
    patients = sorted((one for one in single if one.patient and one.competency in _DECISIONS),
                      key=lambda one: (hard[one.difficulty], _DECISIONS.index(one.competency)))
    patient = patients[0] if patients else single[-1]
    return tuple(one for one in single if one != patient)[:TEST], patient


def _asked(question: Question) -> str:
    options = "".join(f"<li>{markup(plain(option.text))}</li>" for option in ordered(question))
    patient = f"{markup(plain(question.patient))} " if question.patient else ""
    return f'<p>{patient}<strong>{markup(plain(question.stem))}</strong></p><ol type="A">{options}</ol>'


def test_sheet(title: str, questions: Sequence[Question]) -> str:
    """The test, for one learner or one team."""
    asked = "".join(f'<li class="question">{_asked(one)}</li>' for one in questions)
    who = '<p class="who">☐ alone &nbsp; ☐ team: ________</p>'
    return sheet(title, f"{who}<ol>{asked}</ol>", "Test, alone and then in teams", "test")


def _letters(questions: Sequence[Question]) -> list[str]:
    return [chr(65 + i) for i in range(max(len(one.options) for one in questions))]


def answer_sheet(title: str, questions: Sequence[Question]) -> str:
    """Where a learner marks the answers: alone, in the team, and after the lesson."""
    head = "".join(f"<th>{letter}</th>" for letter in _letters(questions))
    rows = "".join(f'<tr><th scope="row">{i}</th>' + "<td>☐</td>" * len(_letters(questions)) + "</tr>"
                   for i in range(1, len(questions) + 1))
    tables = "".join(f"<div><h2>{name}</h2><table><tr><th></th>{head}</tr>{rows}</table></div>"
                     for name in ("Alone", "In the team", "One week later"))
    return sheet(title, f'<div class="three">{tables}</div><h2>A doubt that is left</h2><p class="line"></p>'
                        '<p class="line"></p>', "Answer sheet. No names.", "answers")


def scratch_key(title: str, questions: Sequence[Question]) -> str:
    """The key for teams: a star under one field of each row."""
    head = "".join(f"<th>{letter}</th>" for letter in _letters(questions))
    rows = []
    for i, one in enumerate(questions, start=1):
        fields = [("★" if option.correct else "·") for option in ordered(one)]
        fields += [""] * (len(_letters(questions)) - len(fields))
        rows.append(f'<tr><th scope="row">{i}</th>' + "".join(f"<td>{mark}</td>" for mark in fields) + "</tr>")
    how = ("<p>Before the lesson cover every field with a sticker that comes off, or with a strip of paper for each "
           "row that is pulled to the side. The team uncovers one field at a time, by agreement, until it finds the "
           "star. Points: as many as fields that are still covered.</p>")
    return sheet(title, f'{how}<table class="scratch"><tr><th></th>{head}</tr>{"".join(rows)}</table>',
                 "Scratch key, one for each team", "scratch-sheet")


def choice_sheet(title: str, patient: Question) -> str:
    """A patient with one choice, which all teams show at the same moment."""
    return sheet(title, f'<div class="choice">{_asked(patient)}</div><p>Decide. Raise your letter when all are '
                        'told to. Be ready to defend it.</p><p>Our choice: ____ &nbsp; because</p><p class="line"></p>'
                        '<p class="line"></p>', "One patient, one choice", "choice-sheet")


def _key(question: Question) -> str:
    rows = []
    for i, option in enumerate(ordered(question)):
        who = f" <em>Who says this:</em> {markup(plain(option.mistake))}" if option.mistake else ""
        said = markup(plain(option.explanation))
        rows.append(f"<li><strong>{chr(65 + i)}{' ★' if option.correct else ''}</strong> {markup(plain(option.text))}. "
                    f"{said}{who}</li>")
    source = re.sub(r"<[^>]+>", "", origin(question))
    return (f"<p><strong>{markup(plain(question.stem))}</strong></p><ul>{''.join(rows)}</ul>"
            f'<p class="from">{source}</p>')


def facilitator_sheet(title: str, questions: Sequence[Question], patient: Question) -> str:
    """The key of who leads: every option with its reason, and who makes the mistake."""
    keys = "".join(f'<li class="question">{_key(one)}</li>' for one in questions)
    return sheet(title, f"<ol>{keys}</ol><h2>One patient, one choice</h2>{_key(patient)}",
                 "Facilitator's key: do not hand out", "key")


def chapter_kit(plan: Plan, made: QuestionSet) -> str:
    """Everything on paper for the lesson of one chapter.

    Parameters
    ----------
    plan : Plan
        Of the chapter.
    made : QuestionSet
        Its questions.

    Returns
    -------
    str
        HTML of one document.
    """
    test, patient = chosen(made)
    return page(f"Kit: {made.title}", "".join((
        lesson_sheet(plan), handout(plan), test_sheet(made.title, test), answer_sheet(made.title, test),
        scratch_key(made.title, test), choice_sheet(made.title, patient),
        facilitator_sheet(made.title, test, patient))))


# --- cards ------------------------------------------------------------------------------------------------------------

def _cards(title: str, how: str, cards: Sequence[tuple[str, str]]) -> str:
    """Cards with a front and a back beside each other: cut, then fold."""
    rows = "".join(f'<div class="card"><div class="front">{front}</div><div class="back">{back}</div></div>'
                   for front, back in cards)
    return page(title, f'<section class="sheet cards"><header><h1>{html.escape(title)}</h1><p>{how} Cut along '
                       f'the lines and fold in the middle.</p></header><div class="deck">{rows}</div>'
                       f"<footer>{_PLACE}</footer></section>")


def _said(value: object) -> str:
    return "" if is_missing(value) else html.escape(str(value))


def drug_cards(therapies: pd.DataFrame) -> str:
    """A card for each drug: its name, and behind it what it aims at, what is said of the brain, and its standing.

    Parameters
    ----------
    therapies : pandas.DataFrame
        The table of that name.
    """
    cards = []
    for row in therapies.to_dict("records"):
        trade = ", ".join(map(html.escape, trade_names(row["trade_names"])))
        front = (f'<p class="name">{_said(row["name"])}</p><p lang="zh">{_said(row["name_zh"])}</p>'
                 f"<p>{trade}</p>")
        facts = (("Aims at", row["target"]), ("How", row["mechanism"]), ("Standing", row["status_note"]),
                 ("Into the nervous system", row["cns_penetration"]))
        back = "".join(f"<p><strong>{name}.</strong> {_said(value)}</p>" for name, value in facts if _said(value))
        cards.append((front, back))
    return _cards("Cards with drugs", "Lay them by what is said, measured and counted, or draw one and write the order "
                                      "sheet of its first week.", cards)


def news_cards(updates: pd.DataFrame) -> str:
    """A card for each change since the review: the news, and behind it its date and who has read it.

    Parameters
    ----------
    updates : pandas.DataFrame
        The table of that name.
    """
    cards = []
    first = updates.drop_duplicates("topic")  # one card for each piece of news, not for each of its figures
    for row in first.sort_values(["date", "update_id"]).to_dict("records"):
        date = str(row["date"])
        # a date that names the month of the review only cannot be placed before or after its day
        when = ("in the month of the review" if len(date) < len(REVIEW) and REVIEW.startswith(date) else
                "public before the review" if date < REVIEW else "after the review")
        seen = {"seen": "read at its source", "second_hand": "second-hand"}.get(row["certainty"], row["certainty"])
        front = f'<p class="topic">{_said(row["topic"])}</p><p>{_said(row["what_changed"])}</p>'
        back = f'<p class="name">{_said(date)}</p><p>{when}; {seen}</p><p class="from">{_said(row["source_id"])}</p>'
        cards.append((front, back))
    return _cards("Cards with news", "Sort: about EMD or about myeloma; before or after the review; seen or "
                                     "second-hand. Whom the news is about, the class decides.", cards)


def percentages(outcomes: pd.DataFrame) -> list[tuple[str, int, bool, str]]:
    """Printed percentages with the number beside them: can they be, and what a pencil finds.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        The table of that name with every cell as text: whether 40 or 40.0 was printed decides.

    Returns
    -------
    list of tuple of (str, int, bool, str)
        Percentage, number of patients, whether a count gives it, and the verdict; both kinds in turn.
    """
    rows = outcomes[(outcomes["measure"] == "proportion") & (outcomes["unit"] == "%")].dropna(subset=["value", "n"])
    kinds: dict[bool, list[tuple[str, int, bool, str]]] = {True: [], False: []}
    for shown, n in dict.fromkeys(zip(rows["value"], rows["n"].astype(int), strict=True)):
        if n <= _LARGEST:
            verdict = check_percentage(shown, n)
            kinds[verdict.ok].append((shown, n, verdict.ok, verdict.sentence))
    wrong = kinds[False][:PERCENTAGES]
    right = kinds[True][::max(1, len(kinds[True]) // PERCENTAGES)][:len(wrong)]
    return [one for pair in zip(wrong, right, strict=False) for one in pair]


def percentage_cards(outcomes: pd.DataFrame) -> str:
    """Cards that ask whether a percentage can come from so many patients."""
    cards = [(f'<p class="big">{shown}%</p><p>of {n} patients</p><p>Can it be?</p>',
              f'<p class="name">{"Yes" if possible else "No"}</p><p>{html.escape(sentence)}</p>')
             for shown, n, possible, sentence in percentages(outcomes)]
    return _cards("Cards with percentages", "As printed in reviews and papers. A pencil is enough.", cards)


def role_cards(roles: Sequence[Role]) -> str:
    """Cards for learners who play a part."""
    return _cards("Role cards", "One for each learner who plays.",
                  [(f'<p class="name">{html.escape(role.title)}</p>', words(role.wants)) for role in roles])


# --- the poster -------------------------------------------------------------------------------------------------------

def _poster_nodes(pathway: Pathway) -> Iterator[str]:
    for part in pathway.sections:
        nodes = [node for node in pathway.nodes if node.section == part.id]
        rows = []
        for node in nodes:
            ways = "".join(
                f'<li class="{option.basis}">{html.escape(option.label)} → '
                f"<strong>{html.escape(pathway.node(option.next).short.rstrip('?'))}</strong></li>"
                for option in node.options)
            gaps = "".join(f'<li class="gap">? {html.escape(gap.text)}</li>' for gap in pathway.gaps_at(node))
            beside = "".join(f'<li class="official">+ {html.escape(item.text)}</li>' for item in node.beside)
            where = html.escape(paragraphs(node.locators))
            rows.append(f'<div class="node"><p><strong>{html.escape(node.short)}</strong> <small>{where}</small></p>'
                        f"<ul>{ways}{beside}{gaps}</ul></div>")
        yield f"<section><h2>{html.escape(part.label)}</h2>{''.join(rows)}</section>"


#: The largest letters with which the columns do not run out of the sheet.
_FILL = """<script>
  const poster = document.querySelector('.poster'), tree = poster.querySelector('.tree');
  for (let size = 14; size > 6 && (size === 14 || tree.scrollWidth > tree.clientWidth); size -= 0.1) {
    poster.style.fontSize = `${size}pt`;
  }
</script>"""


def poster(pathway: Pathway) -> str:
    """The whole pathway on one sheet of A2: every step, whose it is, what other sources add, and the gaps."""
    legend = "".join(f'<li class="{basis}">{html.escape(said)}</li>' for basis, said in BASES.items())
    body = (f'<section class="sheet poster"><header><h1>Choosing a treatment: whose step is it?</h1>'
            f'<ul class="legend">{legend}<li class="official">+ what another source adds here</li>'
            f'<li class="gap">? the summary does not say</li></ul></header>'
            f'<div class="tree">{"".join(_poster_nodes(pathway))}</div><footer>{_PLACE}</footer></section>{_FILL}')
    return page("The pathway", body, landscape=True, large=True)

"""A teaching case as one block of HTML: one turn stands open, the others stay sealed until a reader gets there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import emdbook
from emdbook.ground import blocks
from emdbook.ground.view import view
from emdbook.ground.wording import short_source
from emdbook.teach.cases.bank import END, Case, Option, Turn, load_case
from emdbook.teach.quiz.render import asset_dir as quiz_asset_dir
from emdbook.teach.quiz.render import choices, markup, ordered, seal

#: What a reader is told about a choice before the reason.
VERDICTS = {"right": "Right.", "also": "Right as well, by other advice.", "wrong": "Not so."}


def asset_dir() -> Path:
    """The folder with the script and the style sheet that the published page needs once, beside those of the quiz.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


@cache
def _evidence():
    return emdbook.load()


def grounds(option: Option) -> str:
    """What a choice rests on, in a few words: paragraphs of the review, and sources.

    Parameters
    ----------
    option : Option

    Returns
    -------
    str

    Raises
    ------
    LookupError
        If it names what is not in the data.
    """
    evidence = _evidence()
    sources = evidence.sources.set_index("source_id", drop=False)
    said = [name for name in option.rests_on if name.isupper()]
    for name in option.rests_on:
        if name.isupper():
            continue
        source = name if name in sources.index else evidence.record(name).get("source_id")
        if isinstance(source, str):
            said.append(short_source(sources.loc[source]))
    return "; ".join(dict.fromkeys(said))


def critique(option: Option) -> str:
    """The reason of a choice with whose advice it is, as HTML.

    Parameters
    ----------
    option : Option

    Returns
    -------
    str
    """
    whose = f" <em>Whose advice:</em> {markup(option.whose)}" if option.whose else ""
    rests = f' <span class="emd-hint">({markup(grounds(option))})</span>' if option.rests_on else ""
    return f"{markup(option.critique)}{whose}{rests}"


def _turn(case: Case, turn: Turn, level: int) -> str:
    base = f"case-{case.case_id}--{turn.id}"
    head = (f'<div class="emd-step{"" if turn.options else " emd-sequel"}" role="group" '
            f'aria-labelledby="{base}-title" data-turn="{turn.id}">'
            f'<h{level + 1} class="emd-step-title" id="{base}-title" tabindex="-1">'
            f'{"Now" if turn.options else "What follows"}</h{level + 1}><p>{markup(turn.text)}</p>')
    if not turn.options:
        return (f'{head}<div class="emd-buttons"><button type="button" class="emd-next">Go on from here</button></div>'
                "</div>")
    return (
        f'{head}<form class="emd-question" autocomplete="off"><fieldset><legend>{markup(turn.question)}</legend>'
        f"{choices(base, 'radio', ordered(turn))}</fieldset>"
        '<div class="emd-buttons"><button type="submit" class="emd-check">Decide</button></div>'
        '<p class="emd-result" role="status" aria-live="polite"></p>'
        '<div class="emd-buttons"><button type="button" class="emd-next" hidden>Go on</button></div></form></div>'
    )


def _end(case: Case, level: int) -> str:
    base = f"case-{case.case_id}--end"
    rows = "".join(
        f"<li>{markup(turn.question)} <strong>{markup(turn.key.text)}.</strong> "
        f'<span class="emd-hint">({markup(turn.key.whose)})</span></li>' for turn in case.way)
    talk = "".join(f"<details class=\"emd-fold\"><summary>{markup(one.ask)}</summary>"
                   f"<p>{markup(one.listen_for)}</p></details>" for one in case.debrief)
    path = "".join(
        f'<li class="emd-way-{passed.basis or "end"}">{markup(passed.text)}'
        + "".join(f' <span class="emd-gap">Gap: {markup(gap.text)}</span>' for gap in passed.gaps) + "</li>"
        for passed in case.walk.steps)
    return (
        f'<div class="emd-step emd-end" role="group" aria-labelledby="{base}-title">'
        f'<h{level + 1} class="emd-step-title" id="{base}-title" tabindex="-1">The whole way</h{level + 1}>'
        f'<p class="emd-tally"></p><ol class="emd-way">{rows}</ol>'
        f"<p><strong>To talk about</strong></p>{talk}"
        '<details class="emd-fold"><summary>The way of this patient through the pathway of chapter 14</summary>'
        f'<ol class="emd-way">{path}</ol></details>'
        '<div class="emd-buttons"><button type="button" class="emd-restart">Start again</button></div></div>'
    )


def _sealed(case: Case, turn: Turn, level: int, first: bool) -> str:
    block = {"html": "" if first else _turn(case, turn, level), "next": turn.next,
             "options": [{"verdict": o.verdict, "words": VERDICTS[o.verdict], "why": critique(o), "next": o.next}
                         for o in ordered(turn)]}
    return f'<script type="text/plain" data-turn="{turn.id}" class="emd-sealed">{seal(block)}</script>'


def render(case: Case, level: int = 3, inline: bool = False) -> str:
    """A case as HTML.

    Parameters
    ----------
    case : Case
    level : int
        Level of the case's heading, 1 to 5; its turns are one below.
    inline : bool
        Put scripts and style sheets into the block (a notebook), or rely on the page's (the book).

    Returns
    -------
    str
    """
    if level not in range(1, 6):
        raise ValueError(f"The heading of a case has a level from 1 to 5, not {level!r}.")
    id = f"case-{case.case_id}"
    told = "".join(f"<p>{markup(text)}</p>" for text in case.presentation)
    sealed = "".join(_sealed(case, turn, level, at == 0) for at, turn in enumerate(case.turns))
    end = seal({"html": _end(case, level)})
    style, script = _inline() if inline else ("", "")
    return (
        f'{style}<emd-case id="{id}" class="emd-quiz emd-case" role="group" aria-labelledby="{id}--title" '
        f'data-case="{case.case_id}"><h{level} class="emd-title" id="{id}--title" tabindex="-1">{markup(case.title)}'
        f'</h{level}><p class="emd-made">Constructed case. This patient does not exist.</p>'
        f'<div class="emd-told">{told}</div>{_turn(case, case.turns[0], level)}'
        '<p class="emd-nojs">What follows from a choice needs JavaScript.</p>'
        f'{sealed}<script type="text/plain" data-turn="{END}" class="emd-sealed">{end}</script></emd-case>{script}'
    )


def _inline() -> tuple[str, str]:
    files = [folder / name for folder, name in ((quiz_asset_dir(), "quiz"), (asset_dir(), "cases"))]
    return blocks.inline([file.with_suffix(".css") for file in files], [file.with_suffix(".js") for file in files])


# ----------------------------------------------------------------------------------------------------------------------
# On paper

def handout(case: Case, level: int = 2) -> str:
    """The sheet for learners: the story in turns with the choices, room to write, and no key.

    Parameters
    ----------
    case : Case
    level : int

    Returns
    -------
    str
    """
    told = "".join(f"<p>{markup(text)}</p>" for text in case.presentation)
    turns = "".join(
        f'<li class="emd-sheet-turn"><p>{markup(turn.text)}</p><p><strong>{markup(turn.question)}</strong></p>'
        f'<ol type="A">{"".join(f"<li>{markup(o.text)}</li>" for o in ordered(turn))}</ol>'
        '<p class="emd-sheet-lines">Our choice: ____ &nbsp; Why: </p></li>' for turn in case.way)
    return (f'<section class="emd-sheet"><h{level} id="sheet-{case.case_id}">{markup(case.title)}</h{level}>'
            f'<p class="emd-made">Constructed case, about {case.minutes} minutes. Cover what stands below until you '
            f"have decided.</p>{told}<ol>{turns}</ol></section>")


def facilitator_key(case: Case, level: int = 2) -> str:
    """The key for who leads the talk: each choice with its reason, who makes the mistake, and what follows from it.

    Parameters
    ----------
    case : Case
    level : int

    Returns
    -------
    str
    """
    turns = []
    for turn in case.way:
        rows = []
        for at, option in enumerate(ordered(turn)):
            sequel = "" if option.verdict != "wrong" else (
                f" <em>What follows:</em> {markup(case.turn(option.next).text)}")
            who = f" <em>Who says this:</em> {markup(option.mistake)}" if option.mistake else ""
            rows.append(f"<li><strong>{chr(65 + at)}. {VERDICTS[option.verdict]}</strong> {markup(option.text)}. "
                        f"{critique(option)}{who}{sequel}</li>")
        turns.append(f'<li class="emd-sheet-turn"><p>{markup(turn.text)}</p><p><strong>{markup(turn.question)}</strong>'
                     f'</p><ul>{"".join(rows)}</ul></li>')
    talk = "".join(f"<dt>{markup(one.ask)}</dt><dd>{markup(one.listen_for)}</dd>" for one in case.debrief)
    return (f'<section class="emd-sheet"><h{level} id="key-{case.case_id}">{markup(case.title)}</h{level}>'
            f'<p class="emd-made">Constructed case, about {case.minutes} minutes. {markup(case.synopsis)}.</p>'
            f"<ol>{''.join(turns)}</ol><dl>{talk}</dl></section>")


class CaseView:
    """One case, or a list of cases folded away, that shows itself as the last value of a cell.

    Parameters
    ----------
    cases : sequence of Case
    folded : bool
    level : int
    """

    def __init__(self, cases: Sequence[Case], folded: bool, level: int = 3):
        self.cases, self.view = tuple(cases), view()
        live = self.view == "live"
        if not folded:
            self._html = render(self.cases[0], level, inline=live)
            return
        style, script = _inline() if live else ("", "")
        rows = "".join(
            f'<details class="emd-fold"><summary>{markup(case.title)}: {markup(case.synopsis)}</summary>'
            f"{render(case, level)}</details>" for case in self.cases
        )
        self._html = f'{style}<div class="emd-cases">{rows}</div>{script}'

    def html(self) -> str:
        """The block of HTML.

        Returns
        -------
        str
        """
        return self._html

    def _repr_mimebundle_(self, include=None, exclude=None):
        text = "\n\n".join("\n".join((f"{case.title} (constructed case)", *case.presentation,
                                      case.turns[0].text, case.turns[0].question)) for case in self.cases)
        return {"text/html": self._html, "text/plain": text}

    def __repr__(self) -> str:
        return f"<teaching case {', '.join(repr(case.case_id) for case in self.cases)}>"


def show(case_id, level: int = 3, path=None) -> CaseView:
    """Show a teaching case, or several under one fold each.

    Parameters
    ----------
    case_id : str or list of str
        One case is shown open; a list gives one closed fold per case.
    level : int
        Level of the headings: one below the heading that stands above.
    path : path-like, optional
        The folder of cases; the project's own if left out.

    Returns
    -------
    CaseView

    Raises
    ------
    CasesError
        Listing file, turn and rule of every fault.
    """
    if isinstance(case_id, str):
        return CaseView([load_case(case_id, path)], folded=False, level=level)
    chosen = [load_case(name, path) for name in case_id]
    if not chosen:
        raise ValueError("Name at least one case.")
    return CaseView(chosen, folded=True, level=level)

"""A teaching case as one block of HTML: one step stands open, the later ones stay sealed until a reader gets there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emdbook.ground import blocks
from emdbook.ground.view import view
from emdbook.teach.cases.bank import Case, Step, load_case
from emdbook.teach.pathway import BASES
from emdbook.teach.quiz.render import asset_dir as quiz_asset_dir
from emdbook.teach.quiz.render import choices, markup, ordered, seal

#: What a reader is told about a choice before the reason.
VERDICTS = {"path": "On the pathway.", "arguable": "Can be argued, but is not on the pathway.",
            "against": "Does not hold."}
_BASIS = {**BASES, "gap": "a gap: the summary does not say"}


def asset_dir() -> Path:
    """The folder with the script and the style sheet that the published page needs once, beside those of the quiz.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


def _gaps(step: Step) -> str:
    return "".join(f'<p class="emd-gap"><strong>Gap of the summary.</strong> {markup(gap.text)}</p>'
                   for gap in step.gaps)


def _behind(step: Step) -> str:
    """What a reader sees once the choice is made: where the step stands and what it rests on."""
    return (f'<p class="emd-more">Pathway node <code>{step.node}</code>, {_BASIS[step.basis]} '
            f'({", ".join(step.locators)}).</p>{_gaps(step)}')


def _step(case: Case, at: int, level: int) -> str:
    step, base = case.steps[at], f"case-{case.case_id}--{at + 1}"
    last = at + 1 == len(case.steps)
    return (
        f'<div class="emd-step" role="group" aria-labelledby="{base}-title" data-step="{at}">'
        f'<h{level + 1} class="emd-step-title" id="{base}-title" tabindex="-1">Step {at + 1} of {len(case.steps)}'
        f"</h{level + 1}><p>{markup(step.text)}</p>"
        f'<form class="emd-question" autocomplete="off"><fieldset><legend>{markup(step.question)}</legend>'
        f"{choices(base, 'radio', ordered(step))}</fieldset>"
        '<div class="emd-buttons"><button type="submit" class="emd-check">Check</button></div>'
        '<p class="emd-result" role="status" aria-live="polite"></p>'
        '<div class="emd-behind" hidden></div>'
        '<div class="emd-buttons"><button type="button" class="emd-next" hidden>'
        f'{"See the whole path" if last else "Next step"}</button></div></form></div>'
    )


def _end(case: Case, level: int) -> str:
    base = f"case-{case.case_id}--end"
    rows = []
    for passed in case.walk.steps:
        way = ""
        if passed.taken and len(passed.node.options) > 1:
            way = f" <strong>{markup(passed.taken.label)}.</strong>"
        basis = passed.basis or "end"
        gaps = "".join(f' <span class="emd-gap">Gap: {markup(gap.text)}</span>' for gap in passed.gaps)
        beside = "".join(f' <span class="emd-hint">Other sources add: {markup(item.text)}</span>'
                         for item in passed.node.beside)
        where = "; ".join(filter(None, [BASES.get(basis, basis), ", ".join(passed.locators)]))
        rows.append(f'<li class="emd-way-{basis}">{markup(passed.text)}{way} '
                    f'<span class="emd-hint">({where})</span>{beside}{gaps}</li>')
    talk = "".join(f"<p>{markup(text)}</p>" for text in case.debrief)
    return (
        f'<div class="emd-step emd-end" role="group" aria-labelledby="{base}-title">'
        f'<h{level + 1} class="emd-step-title" id="{base}-title" tabindex="-1">The whole path</h{level + 1}>'
        f'<p class="emd-tally"></p><ol class="emd-way">{"".join(rows)}</ol>{talk}'
        '<div class="emd-buttons"><button type="button" class="emd-restart">Start again</button></div></div>'
    )


def _sealed(case: Case, at: int, level: int) -> str:
    step = case.steps[at]
    after = _step(case, at + 1, level) if at + 1 < len(case.steps) else _end(case, level)
    block = seal({
        "options": [{"verdict": o.verdict, "words": VERDICTS[o.verdict], "why": markup(o.critique)}
                    for o in ordered(step)],
        "behind": _behind(step), "node": step.node, "next": after,
    })
    return f'<script type="text/plain" class="emd-sealed">{block}</script>'


def render(case: Case, level: int = 3, inline: bool = False) -> str:
    """A case as HTML.

    Parameters
    ----------
    case : Case
    level : int
        Level of the case's heading, 1 to 5; its steps are one below.
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
    sealed = "".join(_sealed(case, at, level) for at in range(len(case.steps)))
    style, script = _inline() if inline else ("", "")
    return (
        f'{style}<emd-case id="{id}" class="emd-quiz emd-case" role="group" aria-labelledby="{id}--title" '
        f'data-case="{case.case_id}"><h{level} class="emd-title" id="{id}--title" tabindex="-1">{markup(case.title)}'
        f'</h{level}><p class="emd-made">Constructed case. This patient does not exist.</p>'
        f'<div class="emd-told">{told}</div>{_step(case, 0, level)}'
        '<p class="emd-nojs">The critique of each choice and the next steps need JavaScript.</p>'
        f"{sealed}</emd-case>{script}"
    )


def _inline() -> tuple[str, str]:
    files = [folder / name for folder, name in ((quiz_asset_dir(), "quiz"), (asset_dir(), "cases"))]
    return blocks.inline([file.with_suffix(".css") for file in files], [file.with_suffix(".js") for file in files])


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
                                      case.steps[0].text, case.steps[0].question)) for case in self.cases)
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
        Listing file, step and rule of every fault.
    """
    if isinstance(case_id, str):
        return CaseView([load_case(case_id, path)], folded=False, level=level)
    chosen = [load_case(name, path) for name in case_id]
    if not chosen:
        raise ValueError("Name at least one case.")
    return CaseView(chosen, folded=True, level=level)


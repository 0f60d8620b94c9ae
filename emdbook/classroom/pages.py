"""The pages of a vote: the phone's, the projector's and the teacher's. Plain forms, so that any phone can vote."""

from __future__ import annotations

from html import escape

import segno

from emdbook import style
from emdbook.classroom.poll import LETTERS, Poll, change, in_words, percent
from emdbook.teach.quiz.render import markup, stem

#: From this many characters on a question takes smaller letters, so that it fits on one screen.
_LONG = 420
_VOTE = "Vote in the room"


def sheet() -> str:
    """The colours of the book for light and dark, as the system or ``?theme=`` wants them."""
    dark = "".join(f"--emd-c-{m.name}:{m.dark};" for m in style.palette().values())
    return f"{style.css_variables()}@media (prefers-color-scheme: dark){{html:not([data-theme]){{{dark}}}}}\n"


def page(title: str, kind: str, body: str, *, version: int = 0, theme: str = "", reload: int = 0) -> str:
    """A whole page.

    Parameters
    ----------
    title : str
    kind : {"phone", "screen", "teach", "said"}
    body : str
        HTML.
    version : int
        What the page shows; its script asks whether there is something newer. 0 for pages that stay.
    theme : {"", "light", "dark"}
    reload : int
        Seconds after which a browser without scripts asks again; 0 for never.

    Returns
    -------
    str
    """
    wanted = f' data-theme="{theme}"' if theme in ("light", "dark") else ""
    again = f'<noscript><meta http-equiv="refresh" content="{reload}"></noscript>' if reload else ""
    return (
        f'<!DOCTYPE html><html lang="en"{wanted}><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="/vote.css">{again}</head>'
        f'<body class="{kind}" data-version="{version}"><main>{body}</main>'
        f'{"<script src=/vote.js></script>" if version else ""}</body></html>')


def said(sentence: str, back: str = "/") -> str:
    """A page with one sentence and the way back."""
    return page(_VOTE, "said", f'<h1>{_VOTE}</h1><p role="alert">{escape(sentence)}</p>'
                               f'<p><a href="{back}">Back</a></p>')


def code_form(form: str) -> str:
    """What a phone sees first."""
    return page(_VOTE, "phone", (
        f'<h1>{_VOTE}</h1><form method="post" action="/join" autocomplete="off">{form}'
        '<p><label for="code">Code on the screen</label>'
        '<input id="code" name="code" required maxlength="12" autocapitalize="characters" spellcheck="false"></p>'
        '<p><button type="submit">Go in</button></p></form>'
        "<p>Nobody sees who you are. Your answer is counted and kept nowhere.</p>"))


def phone(poll: Poll, word: str, form: str) -> str:
    """What a phone sees that has given the code.

    Parameters
    ----------
    poll : Poll
    word : str
        By which the phone is known.
    form : str
        The hidden field against forged forms.

    Returns
    -------
    str
    """
    if poll.ended:
        return page(_VOTE, "phone", f'<h1>{_VOTE}</h1><p role="status">The vote has ended, and nothing of it was '
                                    "kept. You can close this page.</p>")
    if not poll.is_open:
        words = "The vote is closed. Look at the screen." if poll.question else "You are in. The question comes soon."
        return page(_VOTE, "phone", f'<h1>{_VOTE}</h1><p role="status">{words}</p>', version=poll.version, reload=4)
    chosen = poll.chosen(word)
    now = "Choose one answer." if chosen is None else \
        f"Your answer is {LETTERS[chosen]}. You can change it until the vote closes."
    buttons = "".join(
        f'<li><button type="submit" name="choice" value="{i}"{" class=chosen" if i == chosen else ""}>'
        f"<b>{LETTERS[i]}</b><span>{markup(o.text)}"
        f'{" <em>(your answer)</em>" if i == chosen else ""}</span></button></li>'
        for i, o in enumerate(poll.options))
    return page(_VOTE, "phone", (
        f'<h1>{_VOTE}</h1><p class="question">{stem(poll.question)}</p><p role="status">{now}</p>'
        f'<form method="post" action="/vote" autocomplete="off">{form}'
        f'<input type="hidden" name="ballot" value="{poll.ballot}"><ul class="choices">{buttons}</ul></form>'),
        version=poll.version, reload=15)


def _bar(counts: list[int], number: int, phase: str) -> str:
    share = percent(counts[number], sum(counts))
    # widths as attributes: the page allows no style of its own
    return (f'<div class="bar {phase}"><span>{phase}</span><svg viewBox="0 0 100 10" preserveAspectRatio="none" '
            f'aria-hidden="true"><rect class="rail" width="100" height="10"/><rect class="fill" width="{share}" '
            f'height="10"/></svg><span>{share}%<small> {counts[number]} of {sum(counts)}</small></span></div>')


def _results(poll: Poll, number: int) -> str:
    if not poll.bars:
        return ""
    tally = poll.tally
    bars = "".join(_bar(getattr(tally, p), number, p) for p in ("before", "after") if getattr(tally, p) is not None)
    moved = change(tally)
    points = f'<p class="change">{moved[number]:+d} points</p>'.replace("-", "−") if moved else ""
    # the same stands in sentences below
    return f'<div class="bars" aria-hidden="true">{bars}{points}</div>'


def qr(address: str) -> str:
    """A QR code as a drawing; dark on white in either theme, as phones want it."""
    return segno.make(address, error="m", micro=False).svg_inline(
        border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True,
        title="QR code of the address")


def screen(poll: Poll, address: str, theme: str = "") -> str:
    """What the projector shows.

    It holds what the whole room may see: the code, the counts once the teacher shows them, the key once she shows it.

    Parameters
    ----------
    poll : Poll
    address : str
        Where phones go, such as ``http://192.168.43.1:8765``; empty where no phone can reach this machine.
    theme : {"", "light", "dark"}

    Returns
    -------
    str
    """
    if poll.ended:
        return page(_VOTE, "screen", '<h1 role="status">The vote has ended. Nothing of it was kept.</h1>', theme=theme)
    if address:
        way = (f'{qr(f"{address}/?code={poll.code}")}<p>Join the teacher’s network, then open<br>'
               f'<strong class="address">{escape(address.removeprefix("http://"))}</strong></p>')
    else:
        way = "<p>No phone can reach this machine: it is on no local network.</p>"
    other = "light" if theme == "dark" else "dark"
    counts = f'<span data-live="voted">{poll.voted}</span> of <span data-live="joined">{poll.joined}</span>'
    side = (f'<aside aria-label="How to vote">{way}<p>Code<br><strong class="code">{poll.code}</strong></p>'
            f'<p class="count">Phones that have answered: {counts}</p><p class="small"><a href="/screen?theme={other}">'
            f"{other.capitalize()}</a></p></aside>")
    if poll.question is None:
        return page(_VOTE, "screen waiting", (
            f'<section><h1>{_VOTE}</h1><p role="status">Point your phone at the code, or type the address. Nobody sees '
            f"who you are; answers are counted and kept nowhere.</p></section>{side}"),
            version=poll.version, theme=theme, reload=3)
    question, options = poll.question, poll.options
    size = len(question.asked) + sum(len(o.text) for o in options)
    rows = "".join(
        f'<li{" class=key" if poll.key and o.correct else ""}><b>{LETTERS[i]}</b><div><p>{markup(o.text)}'
        f'{" <strong>✓ key</strong>" if poll.key and o.correct else ""}</p>{_results(poll, i)}</div></li>'
        for i, o in enumerate(options))
    state = f"Vote {poll.phase}: {'open' if poll.is_open else 'closed'}"
    words = " ".join(in_words(poll.tally)) if poll.bars else ""
    key = ""
    if poll.key:
        right = [(LETTERS[i], o) for i, o in enumerate(options) if o.correct]
        key = "".join(f'<p class="why">The key is {letter}. {markup(o.explanation.removeprefix("Right. "))}</p>'
                      for letter, o in right)
    # Results need the room of the patient and of the way in, whom everybody has read by then.
    shown = poll.bars or poll.key
    kind = " results" if shown else " long" if size > _LONG else ""
    asked = markup(question.stem) if shown else stem(question)
    return page(_VOTE, f"screen asked{kind}", (
        f'<section><p class="state" role="status">{state}</p><h1>{asked}</h1><ul>{rows}</ul>{key}'
        f'<p class="unseen" role="status">{words}</p></section>{"" if shown else side}'),
        version=poll.version, theme=theme, reload=3)


def secret_form(form: str) -> str:
    """Where the teacher types her secret."""
    return page("Teach", "teach", (
        f'<h1>Teach</h1><form method="post" action="/teach/in" autocomplete="off">{form}'
        '<p><label for="secret">Secret from the terminal</label>'
        '<input id="secret" name="secret" type="password" required maxlength="40"></p>'
        '<p><button type="submit">Go in</button></p></form>'))


def teach(poll: Poll, prepared: list[str], form: str) -> str:
    """The teacher's page: every command is a button.

    Parameters
    ----------
    poll : Poll
    prepared : list of str
        Names of the questions of this lesson, in order.
    form : str

    Returns
    -------
    str
    """
    def button(action: str, words: str, hidden: str = "", *, able: bool = True) -> str:
        return (f'<form method="post" action="/teach/do">{form}{hidden}<button type="submit" name="action" '
                f'value="{action}"{"" if able else " disabled"}>{words}</button></form>')

    def ask(name: str) -> str:
        hidden = f'<input type="hidden" name="name" value="{escape(name)}">'
        return (f"<li><code>{escape(name)}</code><div class=\"row\">"
                f"{button('before', 'Ask before', hidden, able=not poll.is_open)}"
                f"{button('after', 'Ask after', hidden, able=not poll.is_open)}</div></li>")

    closed = poll.question is not None and not poll.is_open
    now = "No question is on the screen."
    if poll.question is not None:
        options = "".join(f"<li>{LETTERS[i]}. {markup(o.text)}{' <strong>✓</strong>' if o.correct else ''}</li>"
                          for i, o in enumerate(poll.options))
        now = (f"<code>{escape(poll.name)}</code>, {poll.phase}: {'open' if poll.is_open else 'closed'}. "
               f'{stem(poll.question)}<details><summary>Key, for your eyes only</summary><ul>{options}</ul></details>')
    names = "".join(f'<option value="{escape(name)}">{escape(poll.bank.questions[name].stem)}</option>'
                    for name in poll.bank.names())
    lesson = f"<h2>This lesson</h2><ul class=\"lesson\">{''.join(map(ask, prepared))}</ul>" if prepared else ""
    disabled = "" if not poll.is_open else " disabled"
    return page("Teach", "teach", (
        f"<h1>Teach</h1><div>{now}</div>"
        f'<p role="status">Answers: <span data-live="voted">{poll.voted}</span>, '
        f'phones: <span data-live="joined">{poll.joined}</span></p><div class="row">'
        f"{button('close', 'Close the vote', able=poll.is_open)}"
        f"{button('bars', 'Show the bars', able=closed and not poll.bars)}"
        f"{button('key', 'Show the key', able=closed and not poll.key)}</div>{lesson}"
        f'<h2>Any question by its name</h2><form method="post" action="/teach/do" autocomplete="off">{form}'
        f'<p><label for="name">Name</label><input id="name" name="name" list="names" required maxlength="80">'
        f'<datalist id="names">{names}</datalist></p><div class="row">'
        f'<button type="submit" name="action" value="before"{disabled}>Ask before</button>'
        f'<button type="submit" name="action" value="after"{disabled}>Ask after</button></div></form>'
        "<p>Asking a question again in the same round erases its earlier counts of that round.</p>"
        f"<h2>End</h2>{button('end', 'End the vote and erase the counts')}"),
        version=poll.version)

"""Cards to hold up where there are no phones: one sheet for each learner, counted by eye."""

from __future__ import annotations

from pathlib import Path

from emdbook import style

#: Letter, colour and shape of each card: whoever cannot tell the colours tells the shapes.
_CARDS = (("A", "pi", '<circle cx="50" cy="50" r="46"/>'),
          ("B", "cart", '<rect x="6" y="6" width="88" height="88"/>'),
          ("C", "asct", '<path d="M50 2 98 50 50 98 2 50Z"/>'),
          ("D", "bsab", '<path d="M50 2 98 36 80 97 20 97 2 36Z"/>'))
_SHEET = """
@page{size:A4 portrait;margin:0}
body{margin:0;font-family:'Source Sans 3',Arial,Helvetica,sans-serif;color:#1c2733;background:#fff}
main{width:210mm;height:296mm;display:grid;grid-template-columns:1fr 1fr;grid-template-rows:1fr 1fr}
figure{margin:0;border:.3mm dashed #51606f;display:flex;flex-direction:column;align-items:center;justify-content:center}
svg{width:86mm;height:86mm}
figcaption{font-size:4mm;margin-top:4mm}
aside{max-width:180mm;padding:12mm;font-size:4.5mm;line-height:1.4}
@media print{aside{break-before:page}}
"""


def answer_cards() -> str:
    """The sheet as one page of HTML that needs nothing else.

    Returns
    -------
    str
    """
    cards = "".join(
        f'<figure><svg viewBox="0 0 100 100" role="img" aria-label="{letter}">'
        f'<g fill="{style.palette()[colour].light}">{shape}</g><text x="50" y="71" text-anchor="middle" fill="#fff" '
        f'font-family="Arial,Helvetica,sans-serif" font-size="60" font-weight="700">{letter}</text>'
        f"</svg><figcaption>Beyond the Marrow: my answer is {letter}</figcaption></figure>"
        for letter, colour, shape in _CARDS)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Cards to vote with</title>'
        f"<style>{_SHEET}</style></head><body><main>{cards}</main><aside><h1>How to vote with cards</h1><ol>"
        "<li>Print the first page once for each learner, in colour or in grey, and cut along the dashes.</li>"
        "<li>Show the question. Everybody chooses alone, and lays the card face down.</li>"
        "<li>On your word all hold up one card at the same time, at the height of the chest, the letter to you.</li>"
        "<li>Count by eye, row by row: first the letter that you see most, then the others. Write the four counts on "
        "the board under <em>before</em>.</li>"
        "<li>Do not name the key yet. Teach, or let neighbours convince each other.</li>"
        "<li>Ask the same question again, and write the counts under <em>after</em>. Only then name the key.</li></ol>"
        "<p>Each letter has a shape of its own, so that nobody needs to tell colours apart.</p></aside></body></html>")


def write_answer_cards(path: Path) -> Path:
    """Write :func:`answer_cards` to a file.

    Parameters
    ----------
    path : path

    Returns
    -------
    pathlib.Path
    """
    Path(path).write_text(answer_cards(), encoding="utf-8")
    return Path(path)

"""The picture and the figures on the cover."""

from __future__ import annotations

import html
import math

from emdbook.evidence import Evidence
from emdbook.evidence.log import GROUPS, group_counts
from emdbook.ground.wording import plural
from emdbook.tables import spread


def art() -> str:
    """The cover picture as SVG: cells inside a bone, and some that have left it.

    Positions follow the golden angle, so that the picture is even and the same in every build.
    """
    golden = math.pi * (3 - math.sqrt(5))
    cells = []
    for i in range(150):
        r, angle = 9.2 * math.sqrt(i + 0.5), i * golden
        cells.append((210 + r * math.cos(angle), 150 + r * math.sin(angle), 3.9 + 1.5 * math.sin(i * 1.7) ** 2, "em-b"))
    for i, (along, off) in enumerate(((0.05, 0), (0.16, 14), (0.2, -12), (0.31, 4), (0.42, 22), (0.47, -16), (0.6, 3),
                                      (0.72, 20), (0.79, -10), (0.93, 8))):
        x = 322 + 330 * along
        y = 118 - 62 * math.sin(along * math.pi * 0.9) + off
        cells.append((x, y, 6.2 + 0.9 * (i % 3), "em-e"))
    fade = {"em-e": "", "em-b": ' opacity=".72"'}
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="var(--emd-c-{c})"{fade[c]}/>'
                   for x, y, r, c in cells)
    # the cortex: a ring with a gap where the cells leave
    gap = (math.radians(-34), math.radians(-6))
    outer, inner = 140, 124
    ring = []
    for radius, sweep, (start, end) in ((outer, 1, (gap[1], gap[0] + 2 * math.pi)),):
        x1, y1 = 210 + radius * math.cos(start), 150 + radius * math.sin(start)
        x2, y2 = 210 + radius * math.cos(end), 150 + radius * math.sin(end)
        x3, y3 = 210 + inner * math.cos(end), 150 + inner * math.sin(end)
        x4, y4 = 210 + inner * math.cos(start), 150 + inner * math.sin(start)
        ring.append(f"M{x1:.1f} {y1:.1f}A{radius} {radius} 0 1 {sweep} {x2:.1f} {y2:.1f}L{x3:.1f} {y3:.1f}"
                    f"A{inner} {inner} 0 1 0 {x4:.1f} {y4:.1f}Z")
    return (
        '<div class="emd-cover"><svg viewBox="0 0 760 300" role="img" '
        'aria-label="Drawing: plasma cells fill a round bone; through a gap in its wall some have left and lie free.">'
        '<rect width="760" height="300" fill="var(--emd-c-soft)"/>'
        f'<path d="{"".join(ring)}" fill="var(--emd-c-muted)" opacity=".55"/>{dots}</svg></div>'
    )


def portrait(title: str, subtitle: str) -> str:
    """The cover of a book as SVG: the picture under its title."""
    drawing = art()[len('<div class="emd-cover"><svg viewBox="0 0 760 300" role="img" '):-len("</svg></div>")]
    said, inner = drawing[len("aria-label="):].split(">", 1)
    lines = [subtitle] if len(subtitle) < 40 else [subtitle[:(at := subtitle.index(" on "))], subtitle[at + 1:]]
    words = "".join(f'<text x="60" y="{300 + 34 * i}" font-size="25">{html.escape(line)}</text>'
                    for i, line in enumerate(lines))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1100" role="img" aria-label={said}>'
            '<rect width="800" height="1100" fill="var(--emd-c-paper)"/>'
            '<g font-family="\'Source Serif 4\', Georgia, serif" fill="var(--emd-c-ink)">'
            f'<text x="60" y="210" font-size="66" font-weight="600">{html.escape(title)}</text>{words}</g>'
            f'<g transform="translate(20 560)">{inner}</g></svg>')


def numbers(evidence: Evidence) -> str:
    """How much stands behind the book, counted from the data at build time."""
    used = evidence.outcomes[evidence.outcomes.headline]
    text = (
        f"{plural(len(evidence.studies), 'study', 'studies')}, {plural(len(evidence.outcomes), 'outcome')}. "
        f"Of the {len(used)} figures that charts use: {spread(used.standing)}. "
        f"{log_words(evidence)}"
    )
    return f'<p class="emd-cover-numbers">{html.escape(text)} <a href="evidence_policy.html">How we checked</a></p>'


def log_words(evidence: Evidence) -> str:
    """The discrepancy log in one sentence: three counts that mean different things."""
    counts = group_counts(evidence.discrepancies.nature)
    parts = [f"{counts[group]} {words}" for group, words in GROUPS.items()]
    return (f"The log of discrepancies has {plural(sum(counts.values()), 'row')}: {', '.join(parts[:-1])}, "
            f"and {parts[-1]}.")


def log_numbers(evidence: Evidence) -> str:
    """The three counts of the discrepancy log as a paragraph, with the rows of high weight."""
    heavy = int((evidence.discrepancies.severity == "high").sum())
    return (f'<p class="emd-cover-numbers">{html.escape(log_words(evidence))} '
            f"{plural(heavy, 'row')} {'is' if heavy == 1 else 'are'} of high weight.</p>")

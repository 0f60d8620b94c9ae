"""How selinexor works, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="The carrier XPO1 takes tumour suppressors and the messages of cancer genes out of the nucleus; selinexor "
          "blocks the carrier, so that the suppressors stay in and the messages are not read",
    cells=(Cell(4.5, 2.5, "", "tumour", 2.4), Cell(3.75, 2.5, "", "nucleus", 1.5)),
    boxes=(Box(3.55, 3.1, "tumour\nsuppressors", "marrow", 1.9), Box(3.55, 1.85, "cancer\nmessages", "tumour", 1.7),
           Box(5.4, 2.5, "XPO1", "neutral", 1.1), Box(8.6, 2.5, "selinexor", "drug", 1.8),
           Box(1.05, 4.6, "myeloma cell", "tumour", 2.0), Box(1.05, 2.5, "nucleus", "neutral", 1.5)),
    arrows=(Arrow((4.45, 2.85), (4.9, 2.68), over=True), Arrow((4.35, 2.1), (4.9, 2.32), over=True),
            Arrow((5.5, 2.75), (6.0, 3.75), over=True), Arrow((5.5, 2.25), (6.0, 1.25), over=True),
            Arrow((7.7, 2.5), (6.02, 2.5), stop=True, over=True),
            Arrow((2.05, 4.5), (2.95, 4.2)), Arrow((1.8, 2.5), (2.3, 2.5), over=True)),
    # 1: PATH-2 (TP53 gain-of-function mutations); 2: PATH-3 (new subclones)
    blunts=(Blunt(4.75, 3.6, "Mutated TP53, more often found: one brake may be missing"),
            Blunt(6.7, 4.3, "New subclones arise in the lesion and may escape")),
)

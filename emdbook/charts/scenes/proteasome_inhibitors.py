"""How proteasome inhibitors work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="A myeloma cell sends worn-out proteins to the proteasome, which breaks them up. Bortezomib, ixazomib or "
          "carfilzomib blocks the proteasome, the waste piles up, stress follows, and the cell dies",
    cells=(Cell(8.55, 1.45, "myeloma\ncell dies", "tumour", 1.15),),
    boxes=(Box(1.45, 3.3, "worn-out\nproteins", "neutral", 2.0), Box(5.0, 3.3, "26S\nproteasome", "neutral", 2.0),
           Box(8.6, 3.3, "broken up", "neutral", 1.9),
           Box(5.0, 4.65, "bortezomib, ixazomib, carfilzomib", "drug", 5.2),
           Box(3.6, 1.45, "waste piles up,\nthe cell is under stress", "neutral", 3.9)),
    arrows=(Arrow((2.55, 3.3), (3.9, 3.3)), Arrow((6.1, 3.3), (7.55, 3.3)),
            Arrow((5.0, 4.35), (5.0, 3.85), stop=True),
            Arrow((1.45, 2.8), (2.5, 1.95)), Arrow((5.65, 1.45), (7.35, 1.45))),
    # 1: PATH-3 (distinct subclones, perhaps why standard treatment fails), 2: CNS-2 (the three hardly enter the CNS)
    blunts=(Blunt(9.35, 2.35, "Distinct subclones can live outside the marrow"),
            Blunt(2.4, 4.65, "These drugs hardly reach the central nervous system")),
)

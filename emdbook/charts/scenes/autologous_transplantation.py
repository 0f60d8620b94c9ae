"""How autologous transplantation works, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="After induction the patient's stem cells are collected and kept. A high dose of melphalan then kills "
          "myeloma cells and marrow alike, and the stem cells are given back to rebuild the marrow",
    boxes=(Box(1.25, 4.4, "induction", "neutral", 2.0), Box(3.75, 4.4, "stem cells\nkept", "drug", 1.9),
           Box(6.25, 4.4, "high-dose\nmelphalan", "vessel", 1.9), Box(8.75, 4.4, "stem cells\nreturned", "drug", 1.9)),
    cells=(Cell(2.2, 2.1, "marrow with\nmyeloma", "tumour", 1.05), Cell(5.25, 2.1, "emptied\nmarrow", "neutral", 1.0),
           Cell(8.5, 2.1, "rebuilt\nmarrow", "marrow", 1.05)),
    arrows=(Arrow((2.3, 4.4), (2.75, 4.4)), Arrow((4.75, 4.4), (5.25, 4.4)), Arrow((7.25, 4.4), (7.75, 4.4)),
            Arrow((3.3, 2.1), (4.2, 2.1)), Arrow((6.3, 2.1), (7.4, 2.1)),
            Arrow((6.1, 3.95), (5.55, 3.15)), Arrow((8.75, 3.95), (8.65, 3.2))),
    # 1: 4.1% of 96 patients with EMD at relapse, as Bansal 2021 prints it (beksac-2020.relapse.asct-received.secondary)
    # 2: plasmacytoma at relapse after a first transplant (epi.em-incidence-relapse.korea)
    blunts=(Blunt(1.0, 3.2, "At relapse with EMD few may get as far as a transplant"),
            Blunt(9.55, 3.2, "Disease may come back outside the marrow afterwards")),
)

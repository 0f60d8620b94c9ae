"""How monoclonal antibodies work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="An antibody coats a myeloma cell by CD38 (daratumumab, isatuximab) or by SLAMF7 (elotuzumab), and its tail "
          "calls NK cells and complement, which destroy the coated cell",
    cells=(Cell(1.6, 2.2, "NK cell", "nk", 1.05), Cell(8.2, 2.6, "myeloma\ncell", "tumour", 1.3)),
    boxes=(Box(6.05, 3.25, "CD38", "neutral", 1.2), Box(6.05, 2.0, "SLAMF7", "neutral", 1.4),
           Box(3.6, 4.45, "antibody", "drug", 1.7), Box(8.2, 4.65, "complement", "marrow", 2.1)),
    arrows=(Arrow((4.45, 4.2), (5.75, 3.6)), Arrow((3.9, 4.1), (5.5, 2.35)),
            Arrow((3.0, 4.1), (2.15, 3.15), "", bend=0.0), Arrow((4.55, 4.55), (7.05, 4.65)),
            Arrow((8.2, 4.35), (8.2, 3.95)),
            Arrow((2.3, 1.35), (7.4, 1.45), "kills the coated cell", bend=0.1, below=True)),
    # 1: PATH-3 and MAB-2 (CD38 and SLAMF7 reduced), 2: PATH-4 (immunosuppressive microenvironment)
    blunts=(Blunt(6.9, 4.0, "Less CD38 and SLAMF7 was found on extramedullary cells"),
            Blunt(0.6, 3.2, "The lesion's surroundings hold immune cells down")),
)

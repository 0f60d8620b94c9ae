"""How bispecific antibodies work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="A bispecific antibody holds a T cell by CD3 with one arm and a myeloma cell by BCMA or GPRC5D with the "
          "other, so that the T cell kills the cell it is tied to",
    cells=(Cell(1.7, 3.0, "T cell", "t-cell", 1.05), Cell(8.2, 3.0, "myeloma\ncell", "tumour", 1.15)),
    boxes=(Box(3.55, 3.0, "CD3", "t-cell", 1.0), Box(6.3, 3.0, "BCMA or\nGPRC5D", "neutral", 1.7),
           Box(4.75, 4.45, "bispecific antibody", "drug", 3.1)),
    arrows=(Arrow((4.35, 4.15), (3.7, 3.3)), Arrow((5.2, 4.15), (6.0, 3.45)),
            Arrow((2.4, 2.1), (7.3, 2.1), "toxic granules kill the tied cell", bend=0.12, below=True)),
    # 1: PATH-3 (spatially uneven targets), 2: PATH-4 (TIM3+/PD-1+ T cells beside myeloma cells)
    blunts=(Blunt(7.35, 3.85, "Targets are unevenly spread in extramedullary lesions"),
            Blunt(0.75, 3.95, "Exhausted T cells lie beside the myeloma cells")),
)

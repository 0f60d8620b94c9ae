"""How antibody-drug conjugates work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="Belantamab mafodotin is an antibody with a cell poison tied to it; it binds BCMA, is taken into the "
          "myeloma cell and sets the poison free, which breaks the cell skeleton",
    cells=(Cell(8.5, 3.6, "myeloma\ncell", "tumour", 1.1),),
    boxes=(Box(1.6, 4.3, "antibody\nagainst BCMA", "drug", 2.4), Box(1.6, 2.85, "cell poison", "vessel", 2.0),
           Box(6.85, 3.6, "BCMA", "neutral", 1.2), Box(8.5, 1.2, "taken in", "neutral", 1.7),
           Box(5.4, 1.2, "poison set free", "vessel", 2.4), Box(1.8, 1.2, "cell skeleton\nbreaks", "vessel", 2.4)),
    arrows=(Arrow((1.6, 3.14), (1.6, 3.82)), Arrow((2.85, 4.2), (6.2, 3.72), "binds"),
            Arrow((8.5, 2.45), (8.5, 1.55)), Arrow((7.6, 1.2), (6.65, 1.2)), Arrow((4.15, 1.2), (3.05, 1.2))),
    # 1: PATH-3 (spatially uneven targets); 2: PATH-3 (new subclones within a lesion)
    blunts=(Blunt(6.85, 4.25, "Targets are unevenly spread in extramedullary lesions"),
            Blunt(9.45, 4.4, "New subclones arise within one lesion")),
)

"""How immunomodulatory drugs work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="Thalidomide, lenalidomide and pomalidomide act through cereblon, which then marks survival factors of the "
          "myeloma cell for breakdown; they also stir T and NK cells and act on the surroundings of the tumour",
    cells=(Cell(8.55, 2.9, "myeloma\ncell", "tumour", 1.15), Cell(1.6, 1.1, "T and NK\ncells", "t-cell", 1.0)),
    boxes=(Box(2.3, 4.5, "thalidomide, lenalidomide,\npomalidomide", "drug", 4.3),
           Box(2.3, 2.9, "cereblon", "neutral", 1.8), Box(5.4, 2.9, "survival factors\nbroken down", "neutral", 2.6),
           Box(5.7, 0.75, "fewer new vessels", "vessel", 3.0)),
    arrows=(Arrow((2.3, 4.0), (2.3, 3.25)), Arrow((3.25, 2.9), (4.05, 2.9)), Arrow((6.75, 2.9), (7.35, 2.9)),
            Arrow((2.55, 1.35), (7.5, 2.3)), Arrow((7.25, 1.0), (8.15, 1.75), stop=True)),
    # 1: PATH-4 (TIM3+/PD-1+ T cells), 2: PATH-4 (VEGF and FGF raised), 3: IMID-1 (CXCR4 homing, CD56; no source given)
    blunts=(Blunt(0.75, 1.95, "Exhausted T cells lie beside the myeloma cells"),
            Blunt(4.55, 1.2, "Signals that call for new vessels are raised"),
            Blunt(9.3, 4.1, "Homing and adhesion may be disturbed (a hypothesis)")),
)

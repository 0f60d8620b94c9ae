"""How CAR-T cells work, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="T cells are taken from the patient, given a gene for a receptor that knows BCMA or GPRC5D, grown and "
          "given back, and then find and kill myeloma cells and multiply",
    cells=(Cell(1.15, 3.6, "T cell of\nthe patient", "t-cell", 1.0), Cell(5.0, 3.6, "CAR-T\ncell", "t-cell", 1.0),
           Cell(8.75, 3.6, "myeloma\ncell", "tumour", 1.05)),
    boxes=(Box(3.05, 1.3, "made in weeks", "neutral", 2.3), Box(6.55, 3.6, "CAR", "drug", 0.95),
           Box(6.95, 1.3, "BCMA or GPRC5D", "neutral", 2.6)),
    arrows=(Arrow((2.2, 3.6), (3.95, 3.6), "receptor\ngene added"), Arrow((3.05, 1.62), (3.05, 3.4)),
            Arrow((7.08, 3.6), (7.65, 3.6)), Arrow((7.6, 1.65), (8.3, 2.55))),
    # 1: updates, guidance.asco-living; 2: PATH-4 (exhausted T cells); 3: PATH-3 (spatially uneven targets)
    blunts=(Blunt(1.75, 1.3, "Fast disease may not wait until the cells are made"),
            Blunt(5.0, 4.72, "Exhausted T cells lie beside the myeloma cells"),
            Blunt(8.4, 1.3, "Targets are unevenly spread in extramedullary lesions")),
)

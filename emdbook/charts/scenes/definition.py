"""Where myeloma may grow, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Box, Cell, Scene

# INTRO-1 (two forms), INTRO-2 (plasma cell leukaemia)
SCENE = Scene(
    story="Myeloma grows in the bone marrow. It may break through the bone and form a mass that still touches it "
          "(EM-B), or travel in the blood and settle in soft tissue or an organ (EM-E). Very many plasma cells in the "
          "blood itself are called plasma cell leukaemia",
    cells=(Cell(1.65, 3.0, "myeloma in\nthe marrow", "marrow", 1.3), Cell(3.75, 3.0, "EM-B\nmass", "t-cell", 0.9),
           Cell(8.3, 3.0, "EM-E\nin soft tissue\nor an organ", "tumour", 1.2)),
    boxes=(Box(5.0, 0.6, "blood: very many plasma cells here are plasma cell leukaemia", "vessel", 9.6),
           Box(3.85, 4.5, "grown through the bone", "t-cell", 3.3),
           Box(8.2, 4.6, "carried by the blood", "tumour", 3.0)),
    arrows=(Arrow((1.65, 1.65), (2.6, 0.9)), Arrow((7.2, 0.9), (8.1, 1.75))),
)

"""What each test can see of a myeloma, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

SCENE = Scene(
    story="The M protein tells of the cells that make it, a marrow biopsy of the marrow, a whole-body scan of the "
          "masses, and spinal fluid of the nervous system: each test sees one part",
    cells=(Cell(1.4, 3.15, "marrow", "marrow", 0.95), Cell(4.9, 3.3, "mass in soft\ntissue", "tumour", 1.0),
           Cell(8.5, 3.15, "meninges,\nbrain", "brain", 0.95)),
    boxes=(Box(1.4, 4.55, "marrow biopsy", "drug", 2.3), Box(4.9, 4.55, "PET/CT or MRI, biopsy", "drug", 3.3),
           Box(8.5, 4.55, "MRI, spinal fluid", "drug", 2.6), Box(4.2, 0.75, "M protein in the blood", "vessel", 4.2)),
    arrows=(Arrow((1.7, 2.3), (2.9, 1.15)), Arrow((4.7, 2.25), (4.4, 1.15))),
    # 1: crit.response.measurable and non-secretory disease, 2: zhou-carfilzomib, 3: crit.csf.cytology-alone
    blunts=(Blunt(6.55, 0.75, "A mass may make little or no M protein"),
            Blunt(3.2, 3.3, "Marrow and mass may answer differently"),
            Blunt(6.75, 3.3, "Blood and marrow say nothing of the spinal fluid")),
    caution="What a test may miss",
)

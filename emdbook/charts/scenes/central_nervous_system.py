"""The blood-brain barrier and the ways past it, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from __future__ import annotations

from emdbook.charts.mechanism import Arrow, Blunt, Box, Cell, Scene

# What enters follows CNS-2 (thalidomide, lenalidomide, pomalidomide, marizomib and the other proteasome inhibitors),
# CNS-3 (selinexor) and CNS-4 (high-dose melphalan): statements of the review.
SCENE = Scene(
    story="Myeloma cells in the brain and its fluid lie behind the blood-brain barrier. By the review's account "
          "pomalidomide, marizomib, selinexor and high-dose melphalan pass it, bortezomib, carfilzomib and ixazomib "
          "hardly; intrathecal drugs and radiotherapy go round it",
    cells=(Cell(8.35, 2.55, "myeloma in\nbrain or fluid", "brain", 1.3),),
    boxes=(Box(2.0, 3.65, "pomalidomide, marizomib\nselinexor, melphalan", "drug", 3.85),
           Box(2.0, 1.5, "bortezomib, carfilzomib\nixazomib", "neutral", 3.85),
           Box(5.45, 2.65, "blood-\nbrain\nbarrier", "vessel", 1.3),
           Box(6.4, 4.6, "into the fluid, or by radiation", "drug", 4.6)),
    arrows=(Arrow((3.95, 3.4), (7.1, 2.75)), Arrow((3.95, 1.75), (4.75, 2.15), stop=True),
            Arrow((8.1, 4.3), (8.3, 3.9))),
    # 1: CNS-1 (few newer drugs pass; CNS disease excluded from trials)
    blunts=(Blunt(5.45, 1.65, "Few of the newer drugs get past the barrier"),),
)

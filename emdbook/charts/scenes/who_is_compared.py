"""What stands between two response rates, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from emdbook.charts.mechanism import Arrow, Blunt, Box, Scene

SCENE = Scene(
    story="Two response rates from two studies differ; the treatment is one of four things that can stand between "
          "them",
    boxes=(Box(1.25, 3.2, "response\nin study 1", "drug", 2.1), Box(8.75, 3.2, "response\nin study 2", "drug", 2.1),
           Box(5.0, 4.4, "the treatment", "t-cell", 2.9)),
    arrows=(Arrow((2.35, 3.6), (3.5, 4.3)), Arrow((6.5, 4.3), (7.65, 3.6)), Arrow((2.4, 3.0), (7.6, 3.0))),
    blunts=(Blunt(3.6, 3.0, "The patients: EM-E or EM-B, at diagnosis or at relapse, fit or frail"),
            Blunt(5.0, 3.0, "The counting: definition of EMD, of response, of the denominator"),
            Blunt(6.4, 3.0, "Chance: the smaller the groups, the more of it")),
    caution="Three things that are not the treatment",
)

"""How a figure travels from a paper to a reader, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from emdbook.charts.mechanism import Arrow, Blunt, Box, Scene

SCENE = Scene(
    story="A figure travels from patients to a paper, from the paper to a review, from the review to a summary, and "
          "from there to a reader",
    boxes=(Box(1.1, 3.6, "patients\ncounted", "tumour", 1.8), Box(3.7, 3.6, "paper", "drug", 1.6),
           Box(6.2, 3.6, "review", "neutral", 1.7), Box(8.75, 3.6, "summary,\nreader", "t-cell", 1.9)),
    arrows=(Arrow((2.05, 3.6), (2.85, 3.6)), Arrow((4.55, 3.6), (5.3, 3.6)), Arrow((7.1, 3.6), (7.75, 3.6))),
    blunts=(Blunt(2.45, 4.25, "Those who could not be assessed drop out of the count"),
            Blunt(4.9, 4.25, "Denominator, comparator or definition is left behind"),
            Blunt(7.4, 4.25, "Later data appear, and the sentence stays")),
    caution="On the way something may be lost",
)

"""How the statements of a review age, as plain data for :func:`emdbook.charts.mechanism.mechanism`."""

from emdbook.charts.mechanism import Arrow, Blunt, Box, Scene

SCENE = Scene(
    story="From the day its search ends a review stands still, while the evidence moves on: first the search ends, "
          "then the review appears, then it is read",
    boxes=(Box(1.3, 3.6, "search\nends", "neutral", 1.9), Box(4.6, 3.6, "review\nappears", "drug", 1.9),
           Box(8.4, 3.6, "a reader\nopens it", "t-cell", 2.1)),
    arrows=(Arrow((2.3, 3.6), (3.6, 3.6), "months"), Arrow((5.6, 3.6), (7.3, 3.6), "years")),
    blunts=(Blunt(6.0, 4.5, "Approvals: true on one day, in one country"),
            Blunt(6.6, 4.5, "Response rates: until the next trial reports"),
            Blunt(7.2, 4.5, "Definitions: slowly, by consensus")),
    caution="What ages, fastest first",
)

"""What was measured? The same constructed patients, followed by the blood, by the masses, or by both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from emdbook import style
from emdbook.charts.base import Chart, in_style, new_figure
from emdbook.charts.parts import foot_legend, heading
from emdbook.charts.told import Teller
from emdbook.ground.wording import count, listing, number, plural

__all__ = ["MEASURED", "PATIENTS", "WEEKS", "Course", "course", "follow", "judge", "lanes",
           "read_rules"]

#: Weeks of the tests of every constructed patient.
WEEKS = (0, 6, 12, 18, 24)
#: What a clinic may measure, in the words of a sentence.
MEASURED = {"serum": "the blood alone", "lesions": "the masses alone", "both": "blood and masses"}


@dataclass(frozen=True)
class Course:
    """One constructed patient.

    Attributes
    ----------
    serum : tuple of float
        M protein in g/L, one per week of :data:`WEEKS`.
    mass : tuple of float
        Summed products of the diameters of all masses in cm², one per week of :data:`WEEKS`.
    scanned : bool
        Whether the masses were ever imaged again after the first day.
    new_at : int, optional
        Week in which a new mass is there.
    """

    serum: tuple[float, ...]
    mass: tuple[float, ...]
    scanned: bool = True
    new_at: int | None = None


#: Constructed; in an order that lets a reader find the kinds: alike, blood better, mass better, blood silent, no scan.
PATIENTS: dict[str, Course] = {
    "A": Course((40, 18, 10, 8, 8), (12, 5, 3, 2, 2)),
    "B": Course((38, 30, 17, 15, 14), (12, 5, 4, 4, 4)),
    "C": Course((31, 15, 9, 8, 8), (9, 9.5, 14, 20, 30)),
    "D": Course((36, 17, 15, 14, 14), (14, 13, 12, 11, 10)),
    "E": Course((32, 20, 14, 12, 11), (20, 16, 11, 9, 8)),
    "F": Course((30, 14, 9, 8, 8), (10, 4, 3, 3, 3), new_at=18),
    "G": Course((28, 13, 10, 16, 22), (15, 7, 6, 6, 6)),
    "H": Course((22, 20, 19, 21, 20), (8, 8, 7, 8, 8)),
    "I": Course((26, 25, 30, 38, 50), (10, 10, 12, 18, 24)),
    "J": Course((4, 3, 2, 2, 2), (16, 10, 7, 5, 4)),
    "K": Course((3, 3, 4, 5, 6), (10, 12, 16, 25, 30)),
    "L": Course((45, 20, 12, 8, 6), (11, 11, 11, 11, 11), scanned=False),
}


#: Rule to its row of ``data/criteria.csv`` and the factor that turns its unit into that of :class:`Course`.
_RULES = {"serum_fall": ("crit.response.pr-serum", 1), "serum_rise": ("crit.response.pd-serum", 1),
          "serum_least": ("crit.response.pd-serum-least", 10), "measurable": ("crit.response.measurable", 10),
          "shrink": ("crit.response.pr-plasmacytoma", 1), "grow": ("crit.response.pd-size", 1)}


def read_rules(criteria: pd.DataFrame) -> dict[str, float]:
    """The limits of :func:`judge` from the table of criteria.

    Parameters
    ----------
    criteria : pandas.DataFrame
        ``criterion_id, value``; M protein in g/dL.

    Returns
    -------
    dict
        See :func:`judge`; M protein in g/L.

    Raises
    ------
    KeyError
        If a criterion is missing.
    """
    value = criteria.set_index("criterion_id").value
    return {rule: float(value[row]) * factor for rule, (row, factor) in _RULES.items()}


def _serum_events(one: Course, rules: Mapping[str, float]) -> tuple[int | None, int | None]:
    """Week of the response and of the progression in the blood."""
    answer = grown = None
    for i, week in enumerate(WEEKS[1:], 1):
        lowest = min(one.serum[:i])
        if answer is None and one.serum[i] <= one.serum[0] * (1 - rules["serum_fall"] / 100):
            answer = week
        rise = one.serum[i] - lowest
        if grown is None and rise >= lowest * rules["serum_rise"] / 100 and rise >= rules["serum_least"]:
            grown = week
    return answer, grown


def _mass_events(one: Course, rules: Mapping[str, float], every: int) -> tuple[int | None, int | None]:
    """Week of the response and of the progression of the masses, as scans every so many weeks find them."""
    answer = grown = None
    seen = [one.mass[0]]
    for week, size in zip(WEEKS[1:], one.mass[1:], strict=True):
        if week % every:
            continue
        if answer is None and size <= one.mass[0] * (1 - rules["shrink"] / 100):
            answer = week
        new = one.new_at is not None and week >= one.new_at
        if grown is None and (new or size >= min(seen) * (1 + rules["grow"] / 100)):
            grown = week
        seen.append(size)
    return answer, grown


def judge(one: Course, rules: Mapping[str, float], *, measured: str = "both", every: int = 6) -> dict:
    """What a clinic says of one patient.

    Parameters
    ----------
    one : Course
    rules : mapping
        ``serum_fall, serum_rise`` and ``shrink, grow`` in percent; ``serum_least`` (least rise) and ``measurable``
        (least M protein on the first day) in g/L.
    measured : {"serum", "lesions", "both"}
        What the clinic follows. With "both" a response asks for both, and progression of either is progression; where
        the blood cannot be measured the masses decide.
    every : int
        Weeks between two scans, a multiple of 6 that divides 24.

    Returns
    -------
    dict
        ``judged`` (can the patient be judged), ``response`` and ``progression`` (week, or None), ``unseen`` (week of a
        progression by either test every six weeks that this clinic finds later or not at all, or None).

    Raises
    ------
    ValueError
        For an unknown way to measure, or weeks between scans at which no scan falls on the last day.

    Notes
    -----
    Rules of the IMWG, simplified: one test decides, without the second that confirms it; no urine, light chains,
    marrow or bone.
    """
    if measured not in MEASURED:
        raise ValueError(f"Measured is {', '.join(MEASURED)}, not {measured!r}.")
    if every not in (6, 12, 24):
        raise ValueError(f"Scans come every 6, 12 or 24 weeks, not every {every!r}.")
    secretes = one.serum[0] >= rules["measurable"]
    serum = _serum_events(one, rules) if secretes else (None, None)
    mass = _mass_events(one, rules, every) if one.scanned else (None, None)
    judged = {"serum": secretes, "lesions": one.scanned, "both": one.scanned}[measured]
    if measured == "serum":
        answer, grown = serum
    elif measured == "lesions":
        answer, grown = mass
    else:
        answers = (serum[0], mass[0]) if secretes else (mass[0],)
        answer = None if None in answers else max(answers)
        grown = min((w for w in (serum[1], mass[1]) if w is not None), default=None)
    if not judged:
        answer = grown = None
    if answer is not None and grown is not None and grown <= answer:
        answer = None
    truth = [serum[1], _mass_events(one, rules, WEEKS[1])[1]]
    first = min((w for w in truth if w is not None), default=None)
    unseen = first if first is not None and (grown is None or first < grown) else None
    return {"judged": judged, "response": answer, "progression": grown, "unseen": unseen}


def follow(rules: Mapping[str, float], *, measured: str = "both", every: int = 6, missing: str = "left out",
           patients: Mapping[str, Course] = PATIENTS) -> pd.DataFrame:
    """What a clinic says of a group.

    Parameters
    ----------
    rules, measured, every
        See :func:`judge`.
    missing : {"left out", "no response"}
        What becomes of patients who cannot be judged: taken from the denominator, or counted as not responding.
    patients : mapping
        Label to :class:`Course`.

    Returns
    -------
    pandas.DataFrame
        ``patient, judged, response, progression, unseen, counted``; ``counted`` says who stands in the denominator.

    Raises
    ------
    ValueError
        As :func:`judge`, and for an unknown ``missing`` or no patient.
    """
    if missing not in ("left out", "no response"):
        raise ValueError(f"Patients who cannot be judged are 'left out' or 'no response', not {missing!r}.")
    if not patients:
        raise ValueError("A group holds at least one patient.")
    table = pd.DataFrame([{"patient": name, **judge(one, rules, measured=measured, every=every)}
                          for name, one in patients.items()])
    table["counted"] = table.judged | (missing == "no response")
    return table


@in_style
def lanes(rules: Mapping[str, float], *, measured: str = "serum", every: int = 6, missing: str = "left out") -> Chart:
    """The constructed patients, one lane each, with what the clinic finds and what it does not see.

    Parameters
    ----------
    rules, measured, every, missing
        See :func:`follow`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        As :func:`follow`.
    """
    table = follow(rules, measured=measured, every=every, missing=missing)
    figure, axes = new_figure(4.7, left=0.5, right=1.35, top=0.5, bottom=1.5)
    yes, bad = style.POPULATION["EM-B"], style.ACCENT
    tell = Teller(figure)
    for y, row in enumerate(table.itertuples()):
        end = WEEKS[-1] if _none(row.progression) else row.progression
        with tell.row(f"Patient {row.patient}", _verdict(row)):
            axes.plot([0, end], [y, y], color=style.MUTED.light if row.judged else style.GRID.light,
                      lw=2.4, ls="-" if row.judged else (0, (2, 2)), gid=f"lane-{row.patient}")
            axes.annotate(_verdict(row), (WEEKS[-1], y), xytext=(10, 0), textcoords="offset points", va="center",
                          size=11)

    def marks(weeks, gid, label, marker, **look):
        known = weeks.dropna()
        return axes.plot(known, known.index, ls="", marker=marker, label=label, gid=gid, zorder=4, **look)[0]

    handles = [marks(table.response, "responses", "response found", "o", ms=9, color=yes.light),
               marks(table.progression, "progressions", "progression found", "X", ms=10, color=bad.light),
               marks(table.unseen, "unseen", "growth that this clinic does not see then", "D", ms=9,
                     mfc=style.PAPER.light, mec=bad.light, mew=2, color=bad.light)]
    axes.set_yticks(range(len(table)), table.patient)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(-0.6, WEEKS[-1] + 0.6)
    axes.set_xticks(WEEKS)
    axes.set_xlabel("Weeks of treatment (constructed patients)")
    axes.grid(axis="x")
    foot_legend(figure, handles, columns=1)
    heading(figure, f"Followed by {MEASURED[measured]}: {count(_responders(table), int(table.counted.sum()))}")
    shown = _reader_table(table)
    return Chart(figure, _describe(table, measured, every), shown, marks=tell.with_table(shown))


def _none(week) -> bool:
    return week is None or bool(pd.isna(week))


def _responders(table) -> int:
    return int(table.response.notna().sum())


def _verdict(row) -> str:
    if not row.judged:
        return "not judged"
    return "response" if not _none(row.response) else "progression" if not _none(row.progression) else "stable"


def _describe(table, measured: str, every: int) -> str:
    n, k = int(table.counted.sum()), _responders(table)
    parts = [f"Constructed patients, followed by {MEASURED[measured]}"
             + (f", with a scan every {every} weeks" if measured != "serum" else "")
             + f": {count(k, n)} respond, {number(100 * k / n, 0)}%."]
    out = list(table.patient[~table.judged])
    if out:
        one = len(out) == 1
        left = f"count{'s' * one} as no response" if table.counted.all() else f"{'is' if one else 'are'} left out"
        parts.append(f"{plural(len(out), 'patient')} cannot be judged ({listing(out)}) and {left}.")
    found = table.progression.notna().sum()
    parts.append(f"Progression is found in {found}.")
    hidden = list(table.patient[table.unseen.notna()])
    parts.append(f"In {listing(hidden)} the disease grows before this clinic sees it, or without being seen at all."
                 if hidden else "No growth is missed.")
    return " ".join(parts)


def _reader_table(table) -> pd.DataFrame:
    def week(value):
        return "–" if _none(value) else f"week {int(value)}"
    return pd.DataFrame({"Patient": table.patient, "can be judged": table.judged.map({True: "yes", False: "no"}),
                         "response": table.response.map(week), "progression": table.progression.map(week),
                         "growth not seen then": table.unseen.map(week)})


@in_style
def course(rules: Mapping[str, float], *, patient: str = "C") -> Chart:
    """Blood and masses of one constructed patient, both in percent of the first day.

    Parameters
    ----------
    rules : mapping
        See :func:`judge`.
    patient : str
        Label in :data:`PATIENTS`.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        For an unknown patient.
    """
    if patient not in PATIENTS:
        raise ValueError(f"There is no constructed patient {patient!r}; there are {', '.join(PATIENTS)}.")
    one = PATIENTS[patient]
    serum = [100 * v / one.serum[0] for v in one.serum]
    mass = [100 * v / one.mass[0] for v in one.mass]
    figure, axes = new_figure(3.5, left=0.75, right=0.35, top=0.5, bottom=1.3)
    blood, lump = style.POPULATION["EM-B"], style.POPULATION["EM-E"]
    handles = [axes.plot(WEEKS, serum, color=blood.light, marker=blood.marker, ms=7, lw=2, gid="serum",
                         label="M protein in the blood")[0],
               axes.plot(WEEKS, mass, color=lump.light, marker=lump.marker, ms=7, lw=2, gid="mass",
                         label="size of the masses" + ("" if one.scanned else " (nobody scanned)"))[0]]
    half = 100 - rules["shrink"]
    axes.axhline(half, color=style.MUTED.light, ls=(0, (4, 2)), lw=1.4, gid="half")
    axes.set_xlim(-0.6, WEEKS[-1] + 0.6)
    axes.set_xticks(WEEKS)
    axes.set_ylim(0, max(120.0, 1.1 * max(serum + mass)))
    axes.set_xlabel("Weeks of treatment (constructed patient)")
    axes.set_ylabel("% of the first day")
    axes.grid(axis="y")
    foot_legend(figure, handles, columns=1)
    heading(figure, f"Patient {patient}: blood and masses")
    said = judge(one, rules)
    verdict = ("cannot be judged, since nobody scanned again" if not said["judged"] else
               f"by both measures the response comes in week {said['response']}" if said["response"] else
               "by both measures there is no response")
    if said["progression"]:
        verdict += f" and progression in week {said['progression']}"
    new = f" A new mass is there in week {one.new_at}." if one.new_at else ""
    return Chart(figure, f"Constructed patient {patient}: at week {WEEKS[-1]} the M protein is {number(serum[-1], 0)}% "
                         f"and the size of the masses {number(mass[-1], 0)}% of the first day.{new} The dashed line at "
                         f"{number(half, 0)}% is the limit for a partial response; {verdict}.",
                 pd.DataFrame({"Week": WEEKS, "M protein, g/L": one.serum, "masses, cm²": one.mass}))

"""How myeloma leaves the marrow: the journey as a scene, the alterations as plain data.

What the source states and what this book infers are kept apart. Locators are paragraphs of the source; ``facts``
are rows of ``data/biology.csv`` behind each alteration.
"""

from __future__ import annotations

from dataclasses import dataclass

from emdbook.charts.mechanism import Arrow, Box, Cell, Scene

# PATH-4 (adhesion, homing, vessels, T cells), INTRO-1 (spread by the blood)
SCENE = Scene(
    story="A myeloma cell leaves the marrow, travels in the blood, settles in soft tissue and resists the immune "
          "system and treatment there. Disrupted CXCR4 signalling, loss of CD56 and a change of CD44 and VLA-4 loosen "
          "it; VEGF and FGF make the new lesion more invasive; with exhausted T cells beside it immune surveillance is "
          "impaired",
    cells=(Cell(1.6, 3.6, "myeloma in\nthe marrow", "marrow", 1.2),
           Cell(8.2, 3.5, "lesion in\nsoft tissue", "tumour", 1.2),
           Cell(4.9, 3.85, "exhausted\nT cell", "t-cell", 0.9)),
    boxes=(Box(5.0, 0.75, "2 travel in the blood", "vessel", 9.4), Box(0.75, 1.75, "1 leave", "marrow", 1.2),
           Box(3.3, 1.75, "CXCR4, CD56,\nCD44, VLA-4", "neutral", 2.2), Box(6.5, 1.75, "VEGF, FGF", "neutral", 1.8),
           Box(9.2, 1.75, "3 settle", "tumour", 1.3), Box(6.35, 4.6, "4 resist", "t-cell", 1.3)),
    arrows=(Arrow((1.6, 2.35), (1.6, 1.05)), Arrow((8.2, 1.05), (8.2, 2.25)),
            Arrow((5.85, 3.85), (6.95, 3.7), stop=True), Arrow((2.15, 1.75), (1.66, 1.75)),
            Arrow((7.45, 1.75), (8.14, 1.75))),
)

STEPS = {"leave": "Leave", "travel": "Travel", "settle": "Settle", "resist": "Resist"}


@dataclass(frozen=True)
class Alteration:
    """One change seen in extramedullary disease.

    Attributes
    ----------
    label : str
        Short name with its direction.
    stated : tuple of str
        Steps that the source gives it.
    together : bool
        The source says so of several changes at once and does not share the steps out.
    inferred : tuple of str
        Steps that this book infers.
    says : str
        What the source says of it, in the book's words.
    where : str
        Paragraphs of the source.
    inference : str
        What the book adds, or that it adds nothing.
    treatment : str
        What it may blunt, in two or three words; empty if none is named and none inferred.
    treatment_stated : bool
        The source makes the link itself.
    treatment_where : str
        Paragraph of that link.
    support : str
        What other sources say, in words.
    facts : tuple of str
        Rows of ``data/biology.csv``.
    """

    label: str
    says: str
    where: str
    inference: str
    support: str
    facts: tuple[str, ...]
    stated: tuple[str, ...] = ()
    together: bool = False
    inferred: tuple[str, ...] = ()
    treatment: str = ""
    treatment_stated: bool = False
    treatment_where: str = ""


_TOGETHER = "with two other changes, lets cells leave the marrow and invade other sites"
ALTERATIONS = {
    "cxcr4": Alteration(
        "CXCR4 lower", f"signalling is disrupted, homing fails; this, {_TOGETHER}",
        "PATH-3;PATH-4", "nothing",
        "an older review names lower receptors in general",
        ("bio.cxcr4-cxcl12.review", "bio.cxcr4-down.review", "bio.cxcr4.jelinek-2024", "bio.cxcr4.weinstock",
         "bio.thalidomide-homing.review"),
        stated=("leave", "settle"), together=True),
    "cd56": Alteration(
        "CD56 lost", f"a hold on the marrow is lost; this, {_TOGETHER}", "PATH-4",
        "nothing", "an older review agrees",
        ("bio.cd56-loss.review", "bio.cd56-loss.blade-2011", "bio.thalidomide-cd56.review"),
        stated=("leave", "settle"), together=True),
    "cd44-vla4": Alteration(
        "CD44, VLA-4 up", f"new grips appear; this, {_TOGETHER}", "PATH-4",
        "nothing", "disputed. CD44 was high in one series; for VLA-4 we saw no support, and an older review "
        "names fewer adhesion molecules",
        ("bio.cd44-up.review", "bio.vla4-vcam1-up.review", "bio.cd44-high.weinstock", "bio.adhesion.blade-2011"),
        stated=("leave", "settle"), together=True),
    "vegf": Alteration(
        "VEGF, FGF up", "these signals for new vessels make the tumour more invasive", "PATH-4",
        "new vessels may also be a way to travel", "the review alone, no other page seen",
        ("bio.vegf-up.review", "bio.fgf-up.review"), stated=("settle",), inferred=("travel",)),
    "mapk": Alteration(
        "MAPK mutated", "it may be required for EMD, and is a basis for targeted treatment. No step is named", "PATH-2",
        "a growth signal of its own replaces the help of the marrow",
        "the direction recurs; the share cannot be checked",
        ("bio.ras-braf-required.review", "bio.mapk-clonal.review", "bio.mapk-stable.review",
         "bio.ras-mapk.jelinek-2024"), inferred=("settle",)),
    "myc": Alteration(
        "MYC switched on", "it is often active in EMD. No step is named", "PATH-2",
        "a gene that drives growth helps a new lesion to grow", "the review alone, no figure",
        ("bio.myc-activation.review",), inferred=("settle",)),
    "tp53": Alteration(
        "TP53 mutated", "it is more frequent in EMD and may help progression. No step is named", "PATH-2",
        "damaged cells that should die survive", "the paper's summary agrees, without percentages",
        ("bio.tp53-gof.review", "bio.tp53.nakamoto-matsubara-2024"), inferred=("resist",),
        treatment="high-dose chemotherapy"),
    "t-cells": Alteration(
        "T cells exhausted", "they lie beside the myeloma cells, and the immune watch fails", "PATH-4",
        "drugs that call on T cells find exhausted ones", "not checked at the primary",
        ("bio.tim3-pd1-tcells.review", "bio.suppressive-niche.review"), stated=("resist",),
        treatment="T-cell therapies"),
    "targets": Alteration(
        "Targets fewer", "less CD38 and SLAMF7, and uneven targets of bispecific antibodies", "PATH-3;MAB-2",
        "elotuzumab, which aims at SLAMF7, may lose its target too",
        "disputed. One study agrees second-hand and adds two targets; a few specimens had strong SLAMF7",
        ("bio.cd38-down.review", "bio.slamf7-down.review", "bio.cd38-slamf7.jelinek-2024",
         "bio.gprc5d-fcrh5.jelinek-2024", "bio.slamf7-strong-emd.primary", "bio.cd38-emd.review",
         "bio.bcma-gprc5d-heterogeneity.review"),
        stated=("resist",), treatment="CD38 antibodies", treatment_stated=True, treatment_where="MAB-2"),
}

#: What each source found, by row of ``data/biology.csv``: (findings, source).
FINDINGS = {
    "bio.cxcr4-down.review": (("CXCR4, chemokine\nreceptors",), "Review"),
    "bio.chemokine-receptors.blade-2011": (("CXCR4, chemokine\nreceptors",), "Blade\n2011"),
    "bio.cxcr4.weinstock": (("CXCR4, chemokine\nreceptors",), "Wein-\nstock"),
    "bio.cxcr4.jelinek-2024": (("CXCR4, chemokine\nreceptors",), "Jelinek\n2024"),
    "bio.cd56-loss.review": (("CD56",), "Review"),
    "bio.cd56-loss.blade-2011": (("CD56",), "Blade\n2011"),
    "bio.cd44-up.review": (("CD44",), "Review"),
    "bio.cd44-high.weinstock": (("CD44",), "Wein-\nstock"),
    "bio.vla4-vcam1-up.review": (("VLA-4, adhesion\nmolecules",), "Review"),
    "bio.adhesion.blade-2011": (("VLA-4, adhesion\nmolecules",), "Blade\n2011"),
    "bio.cd38-down.review": (("CD38",), "Review"),
    "bio.cd38-slamf7.jelinek-2024": (("CD38", "SLAMF7"), "Jelinek\n2024"),
    "bio.slamf7-down.review": (("SLAMF7",), "Review"),
    "bio.slamf7-strong-emd.primary": (("SLAMF7",), "Danhof\n2021"),
    "bio.gprc5d-fcrh5.jelinek-2024": (("GPRC5D, FcRH5",), "Jelinek\n2024"),
}

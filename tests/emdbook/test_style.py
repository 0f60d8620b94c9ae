"""The palette: contrast on both pages, difference for colour-blind readers, one marker each, no missing glyph."""

import itertools
import re

import numpy as np
import pytest
from fontTools.ttLib import TTFont

import emdbook
from emdbook import style
from emdbook.publish.subset_font import characters


def _linear(hex_colour):
    rgb = np.array([int(hex_colour[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _contrast(a, b):
    """WCAG 2 contrast ratio."""
    first, second = sorted((float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (first + 0.05) / (second + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", [style.INK, style.MUTED, style.ACCENT], ids=lambda m: m.name)
def test_text_colours_reach_aa_on_paper_and_on_the_soft_fill(mark, theme):
    for ground in (style.PAPER, style.SOFT):
        assert _contrast(getattr(mark, theme), getattr(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", [*style.POPULATION.values(), *style.THERAPY_CLASS.values()], ids=lambda m: m.name)
def test_marks_reach_three_to_one_on_paper(mark, theme):
    assert _contrast(getattr(mark, theme), getattr(style.PAPER, theme)) >= 3


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(linear):
    xyz = np.clip(linear, 0, 1) @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192],
                                            [0.1805, 0.0722, 0.9505]]) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_em_e_em_b_and_mixed_emd_differ_for_colour_blind_readers(deficiency, theme):
    """The three groups that charts set side by side most often must differ by colour alone as well."""
    matrix = np.array(DEFICIENCIES[deficiency])
    for a, b in itertools.combinations(("EM-E", "EM-B", "EMD"), 2):
        one, two = (_lab(matrix @ _linear(getattr(style.POPULATION[k], theme))) for k in (a, b))
        assert np.linalg.norm(one - two) > 11, f"{a} and {b} look alike with {deficiency}"


def test_every_group_of_one_legend_has_a_marker_of_its_own():
    for legend in (style.POPULATION, style.THERAPY_CLASS):
        markers = [m.marker for m in legend.values()]
        assert len(set(markers)) == len(markers)


def test_css_names_are_unique_and_every_mark_has_both_themes():
    names = [m.name for m in [*style.POPULATION.values(), *style.THERAPY_CLASS.values()]]
    assert len(set(names)) == len(names)
    css = style.css_variables()
    for name, mark in style.palette().items():
        assert f"--emd-c-{name}:{mark.light};" in css
        assert f"--emd-c-{name}:{mark.dark};" in css


def test_no_two_marks_share_a_light_colour_with_different_dark_ones():
    """SVG colours are turned into variables by their hex; two meanings of one hex would swap in the dark theme."""
    dark = {}
    for mark in style.palette().values():
        assert dark.setdefault(mark.light, mark.dark) == mark.dark, mark.name


def test_the_populations_and_classes_of_the_data_all_have_a_mark():
    evidence = emdbook.load()
    assert set(evidence.arms.population) <= set(style.POPULATION)
    assert set(evidence.studies.therapeutic_class) | set(evidence.therapies.therapeutic_class) \
        <= set(style.THERAPY_CLASS)


def test_the_shipped_font_holds_every_chinese_character_of_the_data():
    font = TTFont(next(style.FONT_DIR.glob("NotoSansCJK*.otf")))
    known = set(font.getBestCmap())
    evidence = emdbook.load()
    missing = sorted(set(characters(evidence)) - {chr(c) for c in known})
    assert "髓" in characters(evidence)
    assert not missing, f"add {''.join(missing)} to the subset, see emdbook/style/fonts/README.md"


def test_style_sheet_sizes_stay_readable_on_a_phone():
    sizes = [float(x) for x in re.findall(r"size: ([\d.]+)", style.STYLE_FILE.read_text())]
    # a figure 5.6 in (538 px) wide is shown about 350 px wide on a phone of 390 px
    assert min(s for s in sizes if s > 9) * (96 / 72) * 350 / 538 >= 9.5

"""Charts are pure: plain values in, a figure with its sentence and its table out."""

import importlib
import inspect
import io
import os
import pkgutil
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET

import artists
import matplotlib
import pandas as pd
import pytest
from matplotlib.figure import Figure

import emdbook
from emdbook import charts, style
from emdbook.charts import denominator, frames, lesions, pooling
from emdbook.charts.base import Chart, clean_svg
from emdbook.charts.drawing import write_svg
from emdbook.charts.forest import prepare_forest
from emdbook.charts.mechanism import Blunt, Box, Cell, Scene
from emdbook.charts.medians import prepare_medians
from emdbook.charts.ranges import ranges
from emdbook.charts.timeline import timeline
from emdbook.charts.told import DRAWN
from emdbook.estimates import pool_proportions, proportion_interval
from emdbook.lessons import advice, antibodies, cns, depth, proteasome, small_studies

ROWS = [
    {"label": "A, EM-E", "events": 10, "n": 28, "population": "EM-E", "standing": "paper"},
    {"label": "B, EMD", "events": 15, "n": 39, "population": "EMD", "standing": "secondary"},
    {"label": "C, EM-B", "events": 4, "n": 4, "population": "EM-B", "standing": "review"},
]
PAIR = [
    {"study": "A", "label": "a", "role": "group", "events": 10, "n": 28, "population": "EM-E"},
    {"study": "A", "label": "b", "role": "comparator", "events": 94, "n": 137, "population": "non-EMD"},
]
MEDIANS = [
    {"label": "short", "value": 5.1, "n": 47, "population": "EM-E"},
    {"label": "open", "value": None, "not_reached": True, "population": "EM-B"},
    {"label": "with interval", "value": 15.4, "ci_low": 10.8, "ci_high": 20.0, "population": "EMD"},
]
MAP = [
    {"label": "x", "n": 28, "value": 35.7, "design": "single_arm_trial", "therapeutic_class": "bsab",
     "standing": "abstract"},
    {"label": "y", "n": 4, "value": 75, "design": None, "therapeutic_class": "pi",
     "standing": "review"},
]
RATIOS = [{"label": "x", "value": 1.9, "ci_low": 1.2, "ci_high": 9.0}, {"label": "y", "value": 0.5, "ci_low": None,
                                                                       "ci_high": None}]
EVERY_KIND = {
    "forest": lambda: charts.forest(ROWS, pool=True, title="Title"),
    "forest-one": lambda: charts.forest(ROWS[:1]),
    "forest_ratio": lambda: charts.forest_ratio(RATIOS),
    "paired": lambda: charts.paired(PAIR, title="Title"),
    "medians": lambda: charts.medians(MEDIANS, title="Title"),
    "evidence_map": lambda: charts.evidence_map(MAP),
    "evidence_map-class": lambda: charts.evidence_map(MAP, by="therapeutic_class", title="Title"),
    "interval_methods": lambda: charts.interval_methods(3, 4),
    "interval_by_size": lambda: charts.interval_by_size(75, highlight=20),
    "attainable": lambda: charts.attainable(35.5, 32, 1),
    "same_median": lambda: small_studies.same_median(5.1),
    "mechanism": lambda: charts.scene(emdbook.load(), "bispecific-antibodies", title="Title"),
}


@pytest.fixture(params=EVERY_KIND, scope="module")
def chart(request) -> Chart:
    return EVERY_KIND[request.param]()


def test_a_chart_has_a_sentence_and_a_table(chart):
    assert len(chart.description) > 30
    assert chart.description.endswith(".")
    assert "nan" not in chart.description.lower().split()
    assert isinstance(chart.table, pd.DataFrame)
    assert len(chart.table) >= 1


def test_svg_is_well_formed_deterministic_and_its_ids_are_prefixed(chart):
    svg = chart.svg("w1")
    root = ET.fromstring(svg)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert all(i.startswith("w1-") for i in ids)
    for target in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg):
        assert "".join(target) in ids
    assert chart.svg("w1") == svg
    assert "<metadata" not in svg
    assert "<dc:date" not in svg


def test_every_colour_of_the_svg_follows_the_theme(chart):
    left = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", chart.svg("w")))
    assert left <= {"#000000"}, "a raw colour would not follow the dark theme"


def test_text_stays_text_and_is_not_rounded(chart):
    drawn = [t for t in chart.figure.findobj(matplotlib.text.Text) if t.get_text().strip() and t not in _idle(chart)]
    page = {"".join(e.itertext()) for e in ET.fromstring(chart.svg("w")).iter("{http://www.w3.org/2000/svg}text")}
    missing = {line for t in drawn for line in t.get_text().split("\n") if line.strip()} - page
    assert not missing


def _idle(chart) -> set:
    """Labels of ticks beyond the limits: they exist as artists and are not drawn."""
    return {label for axes in chart.figure.axes for axis in (axes.xaxis, axes.yaxis)
            for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)
            if not axes.axison or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())}


def test_nothing_lies_outside_the_figure(chart):
    assert not artists.overflow(chart.figure)


LONG = {"words": "A very long name of a study, of its authors and of everybody who was in it " * 3,
        "one word": "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2, "dollars": "cost $5 and $10",
        "chinese": "多发性骨髓瘤髓外病变患者的治疗反应率与无进展生存期，一项回顾性多中心研究" * 2,
        "mixed": "EM-E 髓外 disease／中枢神经系统 and 32 patients",
        "line break": "first line\nsecond line of the label"}


@pytest.mark.parametrize("label", LONG.values(), ids=LONG)
@pytest.mark.parametrize("kind", ["forest", "ratio", "medians", "paired", "ranges", "pool", "support", "behind",
                                  "lesions", "measures", "depth", "series", "entry", "mix", "curves", "methods",
                                  "scene", "line", "beside"])
def test_words_of_any_length_stay_inside_the_figure_as_they_are(kind, label):
    one = {"label": label, "study": label, "events": 4, "n": 10, "value": 40, "standing": "review"}
    make = {
        "forest": lambda: charts.forest([one, ROWS[0]], pool=True, title=label, endpoint=label),
        "ratio": lambda: charts.forest_ratio([{**one, "value": 1, "ci_low": 0.5, "ci_high": None}], measure=label,
                                             favours=(label, label)),
        "medians": lambda: charts.medians([one], title=label, endpoint=label),
        "paired": lambda: charts.paired([{**one, "role": role} for role in ("group", "comparator")], endpoint=label),
        "ranges": lambda: ranges([one], axis=label, title=label, band=(3, 9), band_label=label),
        "pool": lambda: pooling.pool_choice([{**one, "study_id": "a", "arm_id": "a", "overlaps_with": "b"}, {
            **one, "label": "B", "study_id": "b", "arm_id": "b", "overlaps_with": None, "n": 20}], beside=[
                {**one, "why": label}], endpoint=label),
        "support": lambda: advice.support([one], title=label),
        "behind": lambda: denominator.patients_behind([one], none=(f"x {label}",), title=label),
        "lesions": lambda: lesions.courses([{**one, "endpoint": "EMD_CR"}], title=label),
        "measures": lambda: lesions.two_measures([{**one, "measure_of": m} for m in ("lesions", "serum")]),
        "depth": lambda: depth.depth_and_duration([{"study": label, "population": "EMD", "response": 5, "months": 3}]),
        "series": lambda: cns.series_survival([one]),
        "entry": lambda: cns.penetration([{"label": label, "claim": "good", "human": label}]),
        "mix": lambda: proteasome.mix_of_patients([one, {**one, "label": "B"}], {label: 20}, share=40, beside=(label,)),
        "curves": lambda: small_studies.same_median(5, endpoint=label),
        "methods": lambda: charts.interval_methods(3, 4, what=label, axis=label),
        "scene": lambda: charts.mechanism(Scene("story", blunts=[Blunt(5, 3, label)]), title=label),
        "line": lambda: timeline([{"date": "2020", "label": label, "kind": "trial"}], title=label),
        "beside": lambda: antibodies.beside([
            {**one, "pair": "p", "role": role, "against": "non-EMD", "endpoint": "ORR", "population": "EMD",
             "stated": label} for role in ("group", "comparator")]),
    }[kind]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        chart = make()
        assert not artists.overflow(chart.figure)
    assert not [t for t in chart.figure.findobj(matplotlib.text.Text) if "$" in t.get_text() and t.get_parse_math()]
    if kind not in {"curves", "scene"}:
        said = " ".join(map(str, chart.table.to_numpy(dtype=object).ravel())) + chart.description
        assert " ".join(label.split()) in " ".join(said.split()), "what is cut in the figure stands whole in the words"


def test_a_reader_keeps_the_settings_and_the_figure_keeps_its_look():
    look = charts.forest(ROWS, pool=True).svg("w")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "text.color": "red", "svg.fonttype": "path",
                                "lines.linewidth": 9, "font.family": ["DejaVu Serif"], "xtick.labelsize": 30}):
        before = dict(matplotlib.rcParams)
        for make in EVERY_KIND.values():
            made = make()
        assert dict(matplotlib.rcParams) == before
        chart = charts.forest(ROWS, pool=True)
        assert chart.svg("w") == look
        chart.png(40)
        made.html("w")
        assert dict(matplotlib.rcParams) == before


def every_chart_function():
    """Every public function of the chart rooms that says it returns a chart."""
    for room in ("charts", "lessons", "teach"):
        package = importlib.import_module(f"emdbook.{room}")
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, function in vars(module).items():
                if inspect.isfunction(function) and not name.startswith("_") and function.__module__ == found.name \
                        and inspect.signature(function).return_annotation == "Chart":
                    yield pytest.param(function, id=f"{found.name.removeprefix('emdbook.')}.{name}")


# thin wrappers that hand everything on to a chart function
HANDS_ON = {"next_patient", "attainable_case", "mixes_with_gap", "scene", "pool_of_series"}


@pytest.mark.parametrize("function", list(every_chart_function()))
def test_every_chart_function_draws_in_the_look_of_the_book(function):
    assert hasattr(function, "__wrapped__") or function.__name__ in HANDS_ON, "put @in_style above it"


def test_importing_the_charts_changes_no_setting():
    code = ("import matplotlib; before = dict(matplotlib.rcParams); import emdbook.charts, emdbook.teach.pathway_map; "
            "import emdbook.lessons.cns; print(dict(matplotlib.rcParams) == before)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert done.stdout.strip() == "True"


def test_a_saved_figure_stands_alone(chart):
    text = chart.svg_file()
    root = ET.fromstring(text)
    assert "var(" not in text
    assert root.get("width").endswith("pt")
    assert root.find("{http://www.w3.org/2000/svg}title").text == chart.description
    families = re.findall(r"font(?:-family)?: ([^;\"]*'[^;\"]*)", text)
    assert families
    assert all(family.rstrip().endswith("sans-serif") for family in families)
    dark = chart.svg_file(dark=True)
    assert style.PAPER.dark in dark
    assert style.PAPER.light not in dark


def test_pixels_are_drawn_only_when_asked_for(chart):
    assert set(chart._repr_mimebundle_()) == {"text/html", "text/plain"}
    asked = chart._repr_mimebundle_(include={"image/png"})
    assert asked["image/png"].startswith(b"\x89PNG")


def test_html_names_the_figure_and_shows_the_caption(chart):
    page = chart.html("p")
    assert f'role="img" aria-label="{DRAWN}"' in page
    caption = re.search(r"<figcaption>(.{30,})</figcaption>", page)[1]
    assert page.count(caption) == 1, "a screen reader would say it twice"


def test_a_last_digit_of_a_place_changes_no_byte():
    def drawn(left: float) -> str:
        figure = Figure(figsize=(3, 1))
        axes = figure.add_axes((left, 0.2, 0.5, 0.5))
        axes.plot([0, 1], [0, 1], marker="o")
        return clean_svg(figure, "c")

    assert drawn(0.3) == drawn(0.1 + 0.2)


def test_outlines_of_text_are_those_of_matplotlib():
    def drawn(write) -> list[str]:
        figure = Figure(figsize=(3, 1))
        figure.text(0.1, 0.6, "10 of 28, 35.7%", size=11)
        figure.text(0.1, 0.2, "of 28, turned", size=9, rotation=30, color="#123456")
        figure.text(0.6, 0.2, "$x^2$", size=9)
        return re.findall(r"<(?:use|path|g) [^>]*>", write(figure))

    def plain(figure) -> str:
        file = io.StringIO()
        figure.savefig(file, format="svg")
        return file.getvalue()

    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "x"}):
        ours, theirs = drawn(write_svg), drawn(plain)
    assert ours == theirs
    assert sum("xlink:href" in tag for tag in ours) > 25


def test_drawing_leaves_no_figure_with_pyplot():
    import matplotlib.pyplot as plt
    before = plt.get_fignums()
    for make in EVERY_KIND.values():
        make()
    assert plt.get_fignums() == before


def test_forest_table_is_the_interval_of_the_estimates_room():
    table = prepare_forest(ROWS, method="clopper-pearson", level=0.9)
    for row, given in zip(table.itertuples(), ROWS, strict=True):
        low, high = proportion_interval(given["events"], given["n"], "clopper-pearson", 0.9)
        assert (row.ci_low, row.ci_high) == pytest.approx((100 * low, 100 * high))


def test_forest_summary_is_the_pooled_estimate():
    chart = charts.forest(ROWS, pool=True)
    pooled = pool_proportions([10, 15, 4], [28, 39, 4])
    row = chart.table.set_index("Group").loc["Random effects"]
    assert row["%"] == pytest.approx(100 * pooled.estimate, abs=0.05)
    assert row["Note"] == pooled.note
    assert pooled.note in chart.description
    assert "new study would be expected" in chart.description


def test_forest_without_a_count_draws_no_interval():
    chart = charts.forest([*ROWS, {"label": "D", "events": None, "n": None, "value": 61, "population": "EMD",
                                    "standing": "derived"}])
    row = chart.table.iloc[-1]
    assert row["%"] == 61
    assert pd.isna(row["CI low %"])
    assert "1 of them without a known count" in chart.description


def test_forest_cuts_an_interval_with_an_arrow_at_the_limit():
    whole, cut = charts.forest(ROWS), charts.forest(ROWS, limits=(30, 60))
    count = lambda c: sum(len(line.get_xdata()) for line in c.figure.axes[0].lines)  # noqa: E731
    assert count(whole) == 0
    assert count(cut) > 0


@pytest.mark.parametrize(("change", "words"), [
    ({"events": 30}, "30 events among 28"), ({"n": 0}, "must be a whole number"), ({"events": 2.5}, "2.5 events"),
    ({"population": "EMX"}, "unknown population"), ({"standing": "maybe"}, "unknown standing"),
    ({"label": "B, EMD"}, "more than one row"), ({"events": None, "value": None}, "neither a count nor"),
])
def test_forest_refuses_impossible_rows_in_plain_words(change, words):
    with pytest.raises(ValueError, match=words):
        charts.forest([{**ROWS[0], **change}, *ROWS[1:]])


def test_nothing_to_draw_is_said_so():
    for make in (charts.forest, charts.medians, charts.evidence_map, charts.paired):
        with pytest.raises(ValueError, match="nothing to draw"):
            make([])


def test_side_by_side_is_never_called_a_comparison():
    for make in (lambda: charts.forest(ROWS), lambda: charts.medians(MEDIANS), lambda: charts.evidence_map(MAP),
                 lambda: charts.forest_ratio(RATIOS)):
        assert "not a head-to-head comparison" in make().description


def test_paired_gap_and_a_study_without_comparator():
    chart = charts.paired([*PAIR, {**PAIR[0], "study": "B"}])
    assert chart.table["difference, points"][0] == pytest.approx(-32.9)
    assert "gap 33 points" in chart.description
    assert "no comparator" in chart.description
    with pytest.raises(ValueError, match="one row 'group'"):
        charts.paired([PAIR[1]])


def test_medians_not_reached_is_never_a_number():
    table = prepare_medians(MEDIANS)
    assert table.not_reached.tolist() == [False, True, False]
    chart = charts.medians(MEDIANS)
    assert "open not reached" in chart.description
    with pytest.raises(ValueError, match="no median"):
        charts.medians([{"label": "x", "value": None}])
    with pytest.raises(ValueError, match="must be above 0"):
        charts.medians([{"label": "x", "value": 0}])


def test_interval_shrinks_with_size():
    widths = charts.interval_by_size(75, sizes=(4, 20, 80, 320)).table["width, points"]
    assert (widths.diff().dropna() < 0).all()


@pytest.mark.parametrize(("case", "verdict"), [
    ((35.5, 32, 1), "no whole number"), ((35.5, 31, 1), "only 11 of 31"), ((50, 200, 0), "counts give it")])
def test_attainable_says_which_counts_fit(case, verdict):
    assert verdict in charts.attainable_case(case).description


def test_curves_of_one_median_pass_through_it():
    chart = small_studies.same_median(10, at=10)
    assert chart.table.iloc[:, -1].tolist() == pytest.approx([50, 50, 50])
    assert "not patients' data" in chart.description
    with pytest.raises(ValueError, match="above 0"):
        small_studies.same_median(0)
    with pytest.raises(ValueError, match="beyond the axis"):
        small_studies.same_median(10, at=40)


def test_mechanism_names_what_is_blunted_and_refuses_parts_outside():
    chart = charts.scene(emdbook.load(), "bispecific-antibodies")
    assert "Extramedullary disease may blunt this: 1 " in chart.description
    with pytest.raises(ValueError, match="outside the field"):
        charts.mechanism(Scene("story", cells=[Cell(11, 1, "x")]))
    with pytest.raises(ValueError, match="unknown kind"):
        charts.mechanism(Scene("story", boxes=[Box(1, 1, "x", "rainbow")]))


def test_forest_ratio_refuses_impossible_ratios():
    with pytest.raises(ValueError, match="above 0"):
        charts.forest_ratio([{"label": "x", "value": -1, "ci_low": None, "ci_high": None}])
    with pytest.raises(ValueError, match="does not hold"):
        charts.forest_ratio([{"label": "x", "value": 1, "ci_low": 2, "ci_high": 3}])


def test_every_population_can_be_drawn():
    rows = [{"label": p, "events": 1, "n": 2, "population": p} for p in style.POPULATION]
    assert len(charts.forest(rows).table) == len(style.POPULATION)


@pytest.mark.parametrize(("draw", "words"), [
    (lambda: charts.medians([{"label": "A", "value": 121, "unit": "days"}]),
     "A is in days, and this chart shows months"),
    (lambda: charts.forest([{"label": "A", "events": None, "n": None, "value": 5.1, "unit": "months"}]),
     "A is in months"),
    (lambda: charts.forest_ratio([{"label": "A", "value": 35, "ci_low": None, "ci_high": None, "unit": "%"}]),
     "A is in %"),
    (lambda: charts.evidence_map([{**MAP[0], "unit": "months"}]), "x is in months"),
    (lambda: ranges([{"label": "A", "value": 30, "unit": "%"}], axis="x", unit="years"), "A is in %"),
    (lambda: ranges([{"label": "A", "value": 30, "low": 40, "high": 50}], axis="x"), "does not hold its value"),
    (lambda: ranges([{"label": "A", "value": 30}], axis="x", band=(1, 200)), "band is not in order, or no percentage"),
    (lambda: charts.medians([{"label": "A", "value": None, "not_reached": "False"}]), "must be True or False"),
    (lambda: charts.forest(ROWS, limits=(-50, 400)), "between 0 and 100%"),
    (lambda: charts.forest(ROWS, limits=("0", "100")), "must be a finite number"),
    (lambda: charts.forest([{"label": "A", "events": 1, "n": 10**30}]), "whole number from 1 to"),
    (lambda: charts.interval_by_size("35"), "must be a finite number"),
    (lambda: charts.interval_by_size(50, (10, 10)), "one of them twice"),
    (lambda: denominator.denominator(0, 9, 0, base="assessed"), "nobody was looked at"),
    (lambda: denominator.denominator("3", 9, 8), "must be a whole number"),
    (lambda: denominator.denominator(3, 9, 8, supposed=0.5), "must be a whole number"),
    (lambda: denominator.missing_range(10, sizes=()), "no size to draw"),
    (lambda: denominator.all_responded(()), "no size to draw"),
    (lambda: lesions.two_measures([{"study": None, "measure_of": "lesions", "events": 1, "n": 2}]),
     "a row has no study"),
    (lambda: lesions.two_measures([{"study": "A", "measure_of": 3, "events": 1, "n": 2}]), "needs one row 'lesions'"),
])
def test_what_a_chart_cannot_show_is_refused_in_plain_words(draw, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        draw()


@pytest.mark.parametrize(("draw", "words"), [
    (lambda: charts.interval_by_size(99.7), "The same response of more than 99%:"),
    (lambda: charts.interval_by_size(0.2, (10**6,), highlight=10**6), "0.19 to 0.21%, less than 1 point wide"),
    (lambda: charts.attainable("12.5", 8, 1), "only 1 of 8 gives it"),
    (lambda: charts.forest([{"label": "A,\nB", "events": 1, "n": 9}]), "A, B 1 of 9"),
    (lambda: ranges([{"label": "A", "value": 1}], axis="x", unit="years"), "A 1 year."),
    (lambda: charts.evidence_map([*MAP, {**MAP[0], "label": "z", "n": None}]),
     "Not drawn: 1 further group without a number of patients"),
    (lambda: denominator.denominator(3, 9, 9), "All were looked at, so both denominators are one."),
    (lambda: denominator.denominator(3, 9, 8), "It claims that the 1 other did not respond."),
    (lambda: denominator.all_responded((1, 3)), "3% with 1 patient and 29% with 3 patients"),
])
def test_sentences_of_charts_at_the_edges_of_their_range(draw, words):
    assert words in draw().description


def test_a_half_prints_as_it_is_printed_where_it_fits():
    """12.5% is 13% to some and 12% to others: the row that fits must not print as the other."""
    table = charts.attainable(12, 8, 0).table
    assert table.loc[table.fits == "yes", "prints as"].tolist() == ["12%"]


def test_one_study_is_not_called_pooled_and_has_no_weight():
    rows = [{"label": x, "study_id": x, "arm_id": f"{x}.a", "overlaps_with": "b.a; c.a" if x == "a" else None,
             "events": 2, "n": 5 + i} for i, x in enumerate("abc")]
    table = pooling.pool_choice(rows, ("c",)).table
    assert table["in the pool"].tolist() == ["not chosen", "not chosen", "alone, not pooled"]
    assert table["weight, %"].isna().all()
    # a blank behind the semicolon hides no overlap
    state = pooling.prepare_pool(rows, ("a", "c")).table.state
    assert state.tolist() == ["left out", "not chosen", "alone, not pooled"]
    with pytest.raises(ValueError, match="b has no arm_id"):
        pooling.prepare_pool([rows[0], {**rows[1], "arm_id": None}], ("a", "b"))


def test_a_table_keeps_one_digit_unless_an_interval_would_lose_its_width():
    table = pd.DataFrame({"Group": ["wide", "rare", "nearly all"], "CI low %": [3.3e-15, 0.0002, 99.9994],
                          "%": [50.0, 0.0005, 99.9999], "CI high %": [96.64, 0.0012, 99.99998]})
    out = frames.rounded(table)
    assert out.iloc[0].tolist() == ["wide", 0.0, 50.0, 96.6]
    assert out.iloc[1].tolist() == ["rare", 0.0002, 0.0005, 0.0012]
    assert out.iloc[2].tolist()[1:] == pytest.approx([99.9994, 99.9999, 99.99998], abs=1e-9)

"""A reader's own studies: read from typed or pasted text, checked, drawn as the book draws its own, and reported.

The studies stay with the reader: on the page all of this runs in her browser.
"""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from dataclasses import asdict, dataclass

import pandas as pd

from emdbook.appraisal import check_percentage
from emdbook.charts import Chart, forest
from emdbook.estimates import Pooled, pool_proportions, proportion_interval
from emdbook.estimates.checks import check_count
from emdbook.ground.wording import count, ends, is_missing, listing, number, percent, percent_range, plural

__all__ = ["EXAMPLE", "METHODS", "MOST", "Report", "answer", "form", "read", "report"]

#: What stands in the form at first. Nothing in it is a study.
EXAMPLE = """study, responders, patients
Constructed A, 10, 28
Constructed B, 15, 39
Constructed C, 53.3%, 30"""
METHODS = {"wilson": "Wilson", "clopper-pearson": "exact (Clopper-Pearson)", "jeffreys": "Jeffreys"}
#: More studies than this do not fit a figure that can be read.
MOST = 60
_HEADER = re.compile(r"stud|label|group|event|respon|patient|^n$", re.I)


@dataclass(frozen=True)
class Study:
    """One study as the reader gave it.

    ``events`` is None where only a percentage was given and more than one count fits it.
    """

    label: str
    events: int | None
    n: int
    printed: str = ""
    attainable: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """What can be said of the studies.

    Attributes
    ----------
    chart : Chart
        The forest plot; its table is what a reader takes away.
    sentence : str
        How to report it.
    notes : tuple of str
        What has to be said with the numbers: of the pool, of percentages without one count.
    code : str
        Python that makes the figure again.
    pooled : Pooled, optional
        Where at least two studies were pooled.
    """

    chart: Chart
    sentence: str
    notes: tuple[str, ...]
    code: str
    pooled: Pooled | None = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": self.sentence}

    def html(self) -> str:
        """Figure, sentence to report, notes and table as one piece of HTML."""
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return (f"{self.chart.html('own')}<h2>To report it</h2><p class=\"emd-own-sentence\">"
                f"{html.escape(self.sentence)}</p>" + (f"<h2>To know</h2><ul>{notes}</ul>" if notes else "")
                + f"<h2>The numbers</h2>{_table_html(self.chart.table)}")


def read(text: str) -> list[Study]:
    """Studies from text: one a line, label, events (or a percentage) and n, parted by commas, semicolons or tabs.

    Parameters
    ----------
    text : str
        A first line with names of columns is passed over.

    Returns
    -------
    list of Study

    Raises
    ------
    ValueError
        If there is no study, or a line cannot be one; it names the line and says what is wrong with it.
    """
    lines = [(at, line) for at, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1) if line.strip()]
    if not lines:
        raise ValueError("There is no study yet. Write one a line: label, events, n.")
    parting = next((sign for sign in ("\t", ";", ",") if sign in lines[0][1]), ",")
    found: list[Study] = []
    for place, (at, line) in enumerate(lines):
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=parting, skipinitialspace=True))]
        while len(cells) > 3 and not cells[-1]:  # a spreadsheet ends its lines with empty cells
            cells.pop()
        if place == 0 and len(cells) == 3 and not re.search(r"\d", cells[1] + cells[2]) and any(
                _HEADER.search(cell) for cell in cells):
            continue
        try:
            found.append(_study(cells))
        except ValueError as error:
            raise ValueError(f"Line {at}: {error}") from None
        if found[-1].label.casefold() in [one.label.casefold() for one in found[:-1]]:
            raise ValueError(f"Line {at}: the label {found[-1].label} stands twice; a study enters a pool once.")
    if not found:
        raise ValueError("There is no study yet, only names of columns. Write one a line: label, events, n.")
    if len(found) > MOST:
        raise ValueError(f"These are {len(found)} studies; at most {MOST} fit a figure that can be read.")
    return found


def _whole(text: str, what: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        raise ValueError(f"{what} must be a whole number, not {text!r}.")
    return int(text)


def _study(cells: list[str]) -> Study:
    if len(cells) != 3:
        raise ValueError(f"a study has three parts, label, events and n; here are {len(cells)}.")
    label, events, n = cells
    # what cannot be seen would tell apart two labels that read alike
    label = " ".join("".join(c for c in unicodedata.normalize("NFC", label) if unicodedata.category(c) != "Cf").split())
    if not label:
        raise ValueError("the study has no label.")
    total = _whole(n, "The number of patients n")
    if not events.endswith("%"):
        done, total = check_count(_whole(events, "The number of events"), total)
        return Study(label, done, total)
    verdict = check_percentage(events.removesuffix("%").strip(), total)
    if not verdict:
        raise ValueError(verdict.sentence)
    only = verdict.counts[0] if len(verdict.counts) == 1 else None
    return Study(label, only, total, events, verdict.counts)


def report(studies: list[Study], *, endpoint: str = "Response", method: str = "wilson", pool: bool = True) -> Report:
    """Draw, compute and report the studies.

    Parameters
    ----------
    studies : list of Study
        See :func:`read`.
    endpoint : str
        What was counted, in the reader's words.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        Interval of each study.
    pool : bool
        Add a random-effects summary of the studies whose count is known.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        For an unknown method, and for a pool without any known count.
    """
    if method not in METHODS:
        raise ValueError(f"The interval {method!r} is not known; choose one of {listing(METHODS)}.")
    endpoint = " ".join(endpoint.split()) or "Response"
    rows = [{"label": one.label, "events": one.events, "n": one.n,
             "value": None if one.events is not None else float(one.printed.rstrip("% "))} for one in studies]
    counted = [one for one in studies if one.events is not None]
    chart = forest(rows, method=method, pool=pool and bool(counted), endpoint=endpoint, legend=False)
    pooled = pool_proportions([one.events for one in counted], [one.n for one in counted]) if (
        pool and len(counted) > 1) else None
    notes = [f"{one.label}: {_attainable_sentence(one)}" for one in studies if one.printed]
    if pool and not counted:
        notes.append("No study has one count, so nothing is pooled.")
    if pooled and pooled.note:
        notes.append(pooled.note)
    return Report(chart, _sentence(studies, counted, pooled, endpoint, method), tuple(notes),
                  _code(rows, endpoint, method, pool and bool(counted)), pooled)


def _attainable_sentence(one: Study) -> str:
    if len(one.attainable) == 1:
        return f"{one.printed} of {one.n} can only be {count(one.attainable[0], one.n)}, which is used."
    return (f"{one.printed} of {one.n} can be any of {one.attainable[0]} to {one.attainable[-1]}, so no count is used: "
            "the study is drawn without an interval and does not enter the pool.")


def _sentence(studies, counted, pooled, endpoint, method) -> str:
    if pooled is None:
        if not counted:
            return f"{endpoint}: no study gives one count."
        parts = [f"{one.label} {count(one.events, one.n)}, {percent(100 * found.estimate, 1)} "
                 f"({METHODS[method]} 95% CI {percent_range(100 * found.ci_low, 100 * found.ci_high, 1)})"
                 for one in counted for found in [proportion_interval(one.events, one.n, method)]]
        return f"{endpoint}: {listing(parts)}. Nothing was pooled."
    low, high, middle = (100 * x for x in (pooled.ci_low, pooled.ci_high, pooled.estimate))
    left = len(studies) - len(counted)
    text = (f"{endpoint}, pooled over {plural(pooled.k, 'study', 'studies')} with "
            f"{plural(sum(one.n for one in counted), 'patient')}: {percent(middle, 1)} "
            f"(95% CI {percent_range(low, high, 1)}; random effects on the logit scale, REML, "
            f"{'Hartung-Knapp' if pooled.ci_used == 'hartung-knapp' else 'normal'} interval)")
    if not is_missing(pooled.prediction_low):
        least, most = ends(100 * pooled.prediction_low, 100 * pooled.prediction_high, 1)
        text += (f"; a new study of the same kind would be expected between {least} and {most}% "
                 "(95% prediction interval)")
    text += f"; I² {number(pooled.i2, 0)}%, tau² {number(pooled.tau2, 2)}."
    if left:
        text += f" {plural(left, 'study', 'studies')} without one count not pooled."
    return text + " The estimate is that of a typical study of this kind, and no comparison."


def _code(rows, endpoint, method, pool) -> str:
    lines = "\n".join(f"    {row!r}," for row in ({k: v for k, v in row.items() if v is not None} for row in rows))
    return ("from emdbook import charts\n\n"
            f"studies = [\n{lines}\n]\n"
            f"charts.forest(studies, method={method!r}, pool={pool!r}, endpoint={endpoint!r}, legend=False)\n")


def _table_html(table: pd.DataFrame) -> str:
    from emdbook.tables import Table

    words = pd.DataFrame(_cells(table)[1:], columns=_cells(table)[0])
    return Table("The studies and their intervals", words, words.map(html.escape)).html()


def _cells(table: pd.DataFrame) -> list[list[str]]:
    """The table as words, with the names of its columns first."""
    shown = table.drop(columns="Population", errors="ignore")
    # A count is whole, whatever a version of pandas makes of a column with gaps.
    return [[str(name) for name in shown.columns],
            *(["" if is_missing(value) else str(int(value)) if name in ("events", "n") else str(value)
               for name, value in zip(shown.columns, row, strict=True)] for row in shown.itertuples(index=False))]


def answer(request: dict) -> dict:
    """What the page asks for.

    Parameters
    ----------
    request : dict
        ``text``, and optionally ``endpoint``, ``method`` and ``pool``.

    Returns
    -------
    dict
        ``shown`` as the driver of the page gives it, and ``files`` (``csv`` as rows, ``code``); or ``fault``, one
        sentence.
    """
    try:
        made = report(read(request["text"]), endpoint=request.get("endpoint", "Response"),
                      method=request.get("method", "wilson"), pool=bool(request.get("pool", True)))
    except ValueError as error:
        return {"shown": [], "fault": str(error), "line": None}
    return {
        "shown": [{"html": made.html()}], "sentence": made.sentence, "csv": _cells(made.chart.table), "code": made.code,
            "words": made.chart.description, "pool": asdict(made.pooled) if made.pooled else None,
    }


def form() -> str:
    """The form of the page, as HTML. Its script shows it, because nothing in it works without.

    Returns
    -------
    str
    """
    options = "".join(f'<option value="{key}">{name}</option>' for key, name in METHODS.items())
    return (
        '<emd-own id="own" data-python=""><form class="emd-own-form" hidden>'
        '<label for="own-text">Studies: label, events, n; one a line</label>'
        '<p class="emd-own-hint" id="own-hint">Commas, semicolons or tabs part them, so lines copied from a '
        "spreadsheet will do. Instead of the events you may give a percentage as printed, with its sign. The studies "
        "that stand here are constructed.</p>"
        '<textarea id="own-text" name="text" rows="8" spellcheck="false" autocomplete="off" wrap="off" '
        f'aria-describedby="own-hint">{html.escape(EXAMPLE)}</textarea>'
        '<div class="emd-own-row"><p><label for="own-file">or open a CSV file</label>'
        '<input id="own-file" type="file" accept=".csv,.tsv,.txt,text/csv"></p>'
        '<p><label for="own-endpoint">What was counted</label>'
        '<input id="own-endpoint" name="endpoint" value="Response" maxlength="60" autocomplete="off"></p>'
        f'<p><label for="own-method">Interval</label><select id="own-method" name="method">{options}</select></p>'
        '<p class="emd-own-tick"><input id="own-pool" name="pool" type="checkbox" checked>'
        '<label for="own-pool">Pool them</label></p></div></form>'
        "<noscript><p>This page computes with Python in your browser, and needs scripts for it.</p></noscript>"
        "</emd-own>")

"""Tables that a reader sees: evidence with its verification, discrepancies, sources, the ledger, the glossary.

Every function returns a :class:`Table`: accessible HTML for the page and JupyterLab, plain text elsewhere.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from emdbook import style
from emdbook.evidence import Evidence
from emdbook.evidence.log import NATURE_WORDS
from emdbook.evidence.reading import suggestion
from emdbook.ground.view import view as current_view
from emdbook.ground.wording import count, interval, is_missing, listing, months, number, percent, short_source

POPULATIONS = {key: mark.label for key, mark in style.POPULATION.items()}
DESIGN = {
    "randomised_trial": "randomised trial", "single_arm_trial": "single-arm trial", "retrospective": "retrospective",
    "case_series": "case series", "pooled_analysis": "pooled analysis", "meta_analysis": "meta-analysis",
    "guideline": "guideline", "laboratory": "laboratory",
}
#: What a source is, as the list of references says it.
SOURCE_KIND = {"review": "the review", "primary": "the study itself", "secondary": "a page or paper about the study",
               "label": "label or agency page", "news": "news or company release"}
#: What of a source was read (``sources.seen``); the standing of a figure says how far that figure was seen.
SEEN = {"paper": "the paper or a table of it", "abstract": "the abstract", "official": "the official text",
        "secondary": "second-hand", "review": "a summary", "none": "identified, not read"}
BASIS = {"review": "as the review prints it", "primary": "from the primary", "secondary": "from a secondary page",
         "derived": "worked out from other rows"}

# JupyterLab gets the same classes with the least style that they need; the page has the book's own sheet.
_LIVE_STYLE = (
    "<style>.emd-table td,.emd-table th{text-align:left!important;vertical-align:top;white-space:normal}"
    ".emd-table tbody th{font-weight:400}"
    ".emd-badge{white-space:nowrap;border:1px solid currentColor;border-radius:1em;padding:0 .5em;font-size:.85em}"
    ".emd-scroll{overflow-x:auto}"
    # JupyterLab takes the triangle from a fold, so that it looks like text
    ".emd-more>summary{display:list-item;list-style:disclosure-closed inside;cursor:pointer}"
    ".emd-more[open]>summary{list-style-type:disclosure-open}"
    # JupyterLab cannot resolve the links of emdbook.evidence.links: there they are words with a dotted line
    + ",".join(f'a[href^="{scheme}:"]' for scheme in ("ev", "calc", "ex", "gl"))
    + "{color:inherit;text-decoration:underline dotted;pointer-events:none}"
    + ",".join(f'a[href^="{scheme}:"] svg' for scheme in ("ev", "calc", "ex", "gl")) + "{display:none}</style>"
)


@dataclass(frozen=True)
class Table:
    """A finished table.

    Attributes
    ----------
    caption : str
        What the table shows; also its accessible name.
    frame : pandas.DataFrame
        Plain text cells.
    cells : pandas.DataFrame
        The same cells as HTML.
    row_ids : list of str
        Anchors, one per row, or empty.
    css : str
        Further classes.
    shown : int, optional
        How many rows stand open; the others are folded away.
    rest : str
        What the folded rows are called, after their number.
    facets : tuple of dict
        One per row, or empty: by what a reader may choose rows (``{"Class": ("CAR-T cells",)}``), in a reader's words.
    keys : mapping of str to tuple
        By what a column is put in order, where its words are not enough: one number or text per row.
    """

    caption: str
    frame: pd.DataFrame
    cells: pd.DataFrame
    row_ids: tuple[str, ...] = ()
    css: str = ""
    shown: int | None = None
    rest: str = "more"
    facets: tuple[dict[str, tuple[str, ...]], ...] = ()
    keys: Mapping[str, tuple] = field(default_factory=dict)

    def html(self) -> str:
        """The table as HTML with a caption, column headers and row headers; further rows folded away."""
        if self.shown is None or self.shown >= len(self.cells) or self.shown == 0:
            return self._html(0, len(self.cells), self.caption)
        more = len(self.cells) - self.shown
        rest = f"{more} {self.rest}"
        return (self._html(0, self.shown, self.caption)
                + f'<details class="emd-more"><summary>{rest}</summary>'
                + self._html(self.shown, len(self.cells), f"{self.caption}: {rest}") + "</details>")

    def _html(self, start: int, stop: int, caption: str) -> str:
        names = [html.escape(str(c), quote=True) for c in self.cells.columns]
        # The roles repeat what the tags say: on a narrow screen the rows become cards, and a table that is not
        # displayed as one loses its meaning for screen readers unless the roles are spelled out.
        head = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in names)
        body = []
        for i, row in enumerate(self.cells.iloc[start:stop].itertuples(index=False), start):
            anchor = f' id="{html.escape(self.row_ids[i], quote=True)}"' if self.row_ids else ""
            first, *rest = row
            cells = "".join(f'<td role="cell" data-label="{name}"{self._key(name, i)}>{x}</td>'
                            for name, x in zip(names[1:], rest, strict=True))
            body.append(f'<tr role="row"{anchor}{self._chosen(i)}><th scope="row" role="rowheader"'
                        f"{self._key(names[0], i)}>{first}</th>{cells}</tr>")
        caption = html.escape(caption, quote=True)
        # a wide table scrolls inside its frame, and the frame can be reached by keyboard
        return (
            f'<div class="emd-scroll" role="region" tabindex="0" aria-label="{caption}">'
            f'<table role="table" class="emd-table {self.css}"><caption>{caption}</caption>'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
            f'<tbody role="rowgroup">{"".join(body)}</tbody></table></div>'
        )

    def _chosen(self, row: int) -> str:
        """By what a reader may choose a row, as attributes; several values stand with a bar between them."""
        if not self.facets:
            return ""
        return "".join(f' data-by-{name.lower()}="{html.escape("|".join(values), quote=True)}"'
                       for name, values in self.facets[row].items() if values)

    def _key(self, column: str, row: int) -> str:
        key = self.keys.get(column, {row: None})[row]
        return "" if is_missing(key) else f' data-key="{html.escape(str(key), quote=True)}"'

    def _repr_mimebundle_(self, include=None, exclude=None):
        lead = _LIVE_STYLE if current_view() == "live" else ""
        return {"text/html": lead + self.html(), "text/plain": f"{self.caption}\n{self.frame.to_string(index=False)}"}


def _text(value) -> str:
    return "" if is_missing(value) else str(value)


def _esc(value) -> str:
    return html.escape(_text(value))


def standing_badge(standing: str) -> str:
    """How far a figure was seen, as HTML: sign and words of :data:`emdbook.style.STANDING`.

    Parameters
    ----------
    standing : {"paper", "abstract", "official", "secondary", "review", "derived"}
    """
    known = style.STANDING[standing]
    return (f'<span class="emd-badge emd-standing-{html.escape(standing, quote=True)}">'
            f'<span aria-hidden="true">{known.sign}</span> {html.escape(known.words)}</span>')


def standing_sign(standing: str) -> str:
    """The sign alone, for a figure in a line of figures; its words are its accessible name."""
    known = style.STANDING[standing]
    words = html.escape(known.words, quote=True)
    # the title is for the mouse alone: at the outer element a screen reader would say the words twice
    return (f'<span class="emd-sign emd-standing-{html.escape(standing, quote=True)}" role="img" aria-label="{words}">'
            f'<span title="{words}">{known.sign}</span></span>')


def spread(standings) -> str:
    """How far the figures of a study were seen, in words: ``3 seen in the abstract, 2 second-hand``.

    Parameters
    ----------
    standings : iterable of str
        One per figure.
    """
    found = list(standings)
    return ", ".join(f"{found.count(name)} {known.words}" for name, known in style.STANDING.items()
                     if name in found) or "no figure"


def figure_text(row) -> str:
    """One outcome as a reader sees it: ``10 of 28, 35.7% (18.6 to 55.9)``, ``5.1 months``, ``not reached``.

    Parameters
    ----------
    row : mapping
        A row of ``outcomes`` or of :meth:`Evidence.view`.
    """
    if row["not_reached"] is True or (not is_missing(row["not_reached"]) and bool(row["not_reached"])):
        text = "not reached"
    elif is_missing(row["value"]):
        text = "no figure given"
    elif row["unit"] == "%":
        text = percent(row["value"])
        if not is_missing(row["events"]) and not is_missing(row["n"]):
            text = f"{count(row['events'], row['n'])}, {text}"
    else:
        unit = "" if row["unit"] == "ratio" else f" {row['unit']}"
        text = number(row["value"]) + unit
    # the open upper end of a median of time was not reached; that of a percentage or ratio is only not printed
    limits = interval(row["ci_low"], row["ci_high"],
                      open_end="not reached" if row["measure"] == "median" else "not given")
    text += f" ({limits})" if limits else ""
    if row["measure"] == "rate_at" and not is_missing(row["at_months"]):
        text += f" at {months(row['at_months'])}"
    return text


ENDPOINT_WORDS = {"hazard_ratio": "hazard ratio", "risk_ratio": "risk ratio", "odds_ratio": "odds ratio",
                  "median": "median", "rate_at": "rate", "proportion": ""}


#: Endpoints that take more than a space to be read.
_SPELT = {"t4_14": "t(4;14)", "IGH_FGFR3": "IGH-FGFR3", "non_EMD": "non-EMD", "MRD_negative": "MRD-negative",
          "PI_based": "PI-based", "CSF_directed": "CSF-directed"}


def endpoint_name(endpoint: str) -> str:
    """The code of an endpoint as a reader says it: ``infection of grade 3 or higher``.

    Parameters
    ----------
    endpoint : str
    """
    for code, words in _SPELT.items():
        endpoint = endpoint.replace(code, words)
    endpoint = re.sub(r"_any$", " of any grade", endpoint)
    endpoint = re.sub(r"_grade(\d)(?:(plus)|_(\d))?$", lambda m: f" of grade {m[1]}" + (
        " or higher" if m[2] else f" or {m[3]}" if m[3] else ""), endpoint)
    return endpoint.replace("_", " ")


def endpoint_text(row) -> str:
    """``PFS, median``; ``ORR``; ``OS, rate``."""
    tail = ENDPOINT_WORDS[row["measure"]]
    name = endpoint_name(row["endpoint"])
    return f"{name}, {tail}" if tail else name


#: Identifiers of a work in the order printed: how each is written, and its official address.
_IDENTIFIERS = {
    "doi": ("https://doi.org/{}", "https://doi.org/{}"),
    "pmid": ("PMID {}", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "pmcid": ("{}", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    "nct": ("{}", "https://clinicaltrials.gov/study/{}"),
}


def identified(source) -> bool:
    """Whether a source can be cited: its title, its container, an identifier or an address is known."""
    return any(not is_missing(source[key]) for key in ("title", "container", "doi", "pmid", "pmcid", "url"))


def cite(source, *, link: bool = True) -> str:
    """A source as a journal prints it, in HTML: author, year, title, container, DOI, PMID, PMCID, trial, or its page.

    Parameters
    ----------
    source : mapping
        A row of ``sources``.
    link : bool
        Link identifiers to their official addresses. A work without DOI, PMID and PMCID shows its own page.
    """
    # the year follows the author or, where none is known, what stands first
    parts = [_esc(source["first_author"])] if not is_missing(source["first_author"]) else []
    if not is_missing(source["title"]):
        parts.append(_esc(source["title"]).rstrip("."))
    if not is_missing(source["container"]):
        parts.append(f"<cite>{_esc(source['container'])}</cite>")
    if parts and not is_missing(source["year"]):
        parts[0] += f" ({_esc(source['year'])})"
    parts = [part if part.endswith(("…", "?", "!")) else f"{part}." for part in parts]
    shown = [(word.format(value), address.format(value)) for key, (word, address) in _IDENTIFIERS.items()
             for value in re.split(r"[;\s]+", _text(source[key]).strip()) if value]
    if all(is_missing(source[key]) for key in ("doi", "pmid", "pmcid")) and not is_missing(source["url"]):
        shown.insert(0, (_text(source["url"]), _text(source["url"])))
    parts += [f'<a href="{html.escape(address, quote=True)}">{html.escape(word)}</a>' if link else html.escape(word)
              for word, address in shown]
    return " ".join(parts) or "Source not identified."


def plain_citation(source) -> str:
    """A source as :func:`cite` prints it, without markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", cite(source, link=False)))


#: Tables whose rows are figures or texts with a standing, each with a record of its own beside the pages.
FIGURE_TABLES = ("outcomes", "epidemiology", "biology", "updates", "safety", "criteria", "guidance")


def with_record(records: list[dict], row_ids) -> list[dict]:
    """Rows of the ledger, each with its address and its record as JSON and as CSV beneath how far it was seen."""
    def links(row_id: str) -> str:
        name = html.escape(row_id, quote=True)
        return (f'<a href="#{name}">Link</a> <a href="../figures/{name}.json">JSON</a> '
                f'<a href="../figures/{name}.csv" download>CSV</a>')

    # a column of their own would not fit beside the notes
    place = next(name for name in ("Seen", "How far seen", "Who asks it") if name in records[0])
    return [{**one, place: f'{one[place]}<span class="emd-record">{links(row_id)}</span>'}
            for one, row_id in zip(records, row_ids, strict=True)]


def moved(evidence: Evidence, names) -> list[tuple[str, Table]]:
    """Addresses that moved: ids of some tables that are no row any more, each with an anchor and what is there now.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    names : sequence of str
        Tables that the page shows.

    Returns
    -------
    list of (str, Table)
        One title and table, or none where nothing moved.
    """
    rows = evidence.aliases[evidence.aliases.table.isin(list(names))]
    records = [{"Former address": _esc(r.old_id),
                "Now": "withdrawn" if is_missing(r.new_id) else
                f'<a href="#{html.escape(r.new_id, quote=True)}">{_esc(r.new_id)}</a>',
                "Why": _esc(r.reason)} for r in rows.itertuples()]
    return [("Addresses that moved", _make("Addresses that moved", records, row_ids=rows.old_id))] if records else []


def _make(caption: str, records: list[dict], *, row_ids=(), css: str = "", shown: int | None = None,
          rest: str = "more", facets=(), keys: Mapping[str, tuple] | None = None) -> Table:
    cells = pd.DataFrame(records)
    strip = re.compile(r"<[^>]+>")
    frame = cells.map(lambda cell: html.unescape(strip.sub("", str(cell).replace("<br>", "; "))))
    return Table(caption, frame, cells, tuple(row_ids), css, shown, rest, tuple(facets), keys or {})


def evidence_table(evidence: Evidence, study_ids, *, endpoints=("ORR", "CR", "PFS", "OS"),
                   caption: str = "The evidence, study by study") -> Table:
    """What each study is, whom it treated and what it found; each figure with the sign of its standing.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    study_ids : sequence of str
        Studies in the order shown.
    endpoints : sequence of str
        Endpoints listed for each group of patients (headline rows only).
    caption : str
        What the table shows.

    Returns
    -------
    Table

    Raises
    ------
    LookupError
        For an unknown study.
    """
    view = evidence.view()
    records = []
    if not list(study_ids):
        raise ValueError("evidence_table needs at least one study.")
    for study_id in study_ids:
        study = evidence.study(study_id)
        rows = view[(view.study_id == study_id) & view.endpoint.isin(endpoints)
                    & view.headline.fillna(False).astype(bool)]
        arms = []
        for arm_id, part in rows.groupby("arm_id", sort=False):
            arm = evidence.arm(arm_id)
            lines = [f"{html.escape(endpoint_text(r))} {_ledger_link(r)}{_cut_text(r)}" for _, r in part.iterrows()]
            size = "" if is_missing(arm["n"]) else f" (n = {int(arm['n'])})"
            arms.append(f"<strong>{_esc(arm['label'])}</strong>{size}: " + "; ".join(lines))
        records.append({
            "Study": f"{_esc(study['label'])}<br><small>{html.escape(spread(rows.standing))}</small>",
            "Who and what": f"{_esc(study['regimen'])}<br><small>{_setting(study)}</small>",
            "What was found": "<br>".join(arms) or "no figure for patients with EMD",
        })
    return _make(caption, records, css="emd-evidence")


def class_label(therapeutic_class) -> str:
    """A class of treatments as a reader knows it; empty where none is given."""
    return "" if is_missing(therapeutic_class) else style.THERAPY_CLASS[therapeutic_class].label


def study_facets(evidence: Evidence) -> dict[str, dict[str, tuple[str, ...]]]:
    """By what the rows of a study may be chosen: class, drugs, study, in a reader's words.

    Returns
    -------
    dict of str to dict
        One entry per study, by its id.
    """
    drugs = dict(zip(evidence.therapies.therapy_id, evidence.therapies["name"], strict=True))
    given = evidence.study_therapies.groupby("study_id", sort=False)["therapy_id"].agg(list).to_dict()
    return {row.study_id: {"Class": (class_label(row.therapeutic_class),),
                           "Drug": tuple(drugs[name] for name in given.get(row.study_id, [])),
                           "Study": (row.label,)}
            for row in evidence.studies.itertuples()}


#: How an id of the data looks in a sentence: parts joined by hyphens or full stops.
_ID = re.compile(r"(?<![\w./-])[a-z0-9]+(?:[.-][a-z0-9]+)+")


class _Notes:
    """Notes of the data as a reader gets them: where one names a study, a source or a row by its id, words stand."""

    def __init__(self, evidence: Evidence):
        self.view = evidence.view().set_index("outcome_id")
        self.studies = dict(zip(evidence.studies.study_id, evidence.studies.label, strict=True))
        self.shown = set(self.view.study_id)
        self.sources = evidence.sources.set_index("source_id")

    def _words(self, match: re.Match[str]) -> str:
        name = match[0]
        if name in self.view.index:
            row = self.view.loc[name]
            return f'<a href="ledger.html#{name}">{_esc(outcome_name(row))}</a>'
        if name in self.studies:
            label = _esc(self.studies[name])
            return f'<a href="ledger.html#study-{name}">{label}</a>' if name in self.shown else label
        return _short_source(self.sources, name) if name in self.sources.index else name

    def html(self, text) -> str:
        """A note as HTML."""
        return _ID.sub(self._words, _esc(text))


def outcome_name(row) -> str:
    """What an outcome is called: ``MajesTEC-1, EMD (EM-E by the review), ORR``.

    Parameters
    ----------
    row : mapping
        A row of :meth:`Evidence.view`.
    """
    return f"{row['study_label']}, {row['arm_label']}, {endpoint_text(row)}"


def _known(ids, known, what: str) -> list[str]:
    """The ids as a list; an id that is not there is named, and no table is made from fewer rows than asked for."""
    ids, known = list(ids), set(known)
    if unknown := [name for name in ids if name not in known]:
        raise LookupError(f"There is no {what} {', '.join(unknown)}{suggestion(unknown[0], known) or '.'}")
    return ids


def _setting(study) -> str:
    parts = [DESIGN.get(_text(study["design"]), "design not stated"), _esc(study["setting"])]
    if not is_missing(study["n_total"]):
        parts.append(f"{int(study['n_total'])} patients")
    return ", ".join(part for part in parts if part)


def _cut_text(row) -> str:
    """Of which cut or part a figure is, where it is not that of its group: `` [final analysis of 2022]``."""
    return "" if is_missing(row["cut"]) else f" [{html.escape(row['cut'])}]"


def _ledger_link(row) -> str:
    words = html.escape(figure_text(row))
    return (f'<a class="emd-num" href="../book/ledger.html#{row["outcome_id"]}">{words}</a> '
            f"{standing_sign(row['standing'])}")


def discrepancy_table(evidence: Evidence, study_ids=None, *, entries=None,
                      caption: str = "Where review and evidence part", fold: bool = True) -> Table:
    """Rows of the discrepancy log, the weightiest first.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    study_ids : sequence of str, optional
        Only these studies; without it the whole log.
    entries : sequence of str, optional
        Only these rows of the log.
    caption : str
        What the table shows.
    fold : bool
        Show the rows of high severity, or the first three where there is none, and fold the others away; a reader
        opens them with one click.

    Raises
    ------
    ValueError
        If no row touches the studies.
    """
    log = evidence.discrepancies
    if study_ids is not None:
        log = log[log.study_id.isin(_known(study_ids, evidence.studies.study_id, "study"))]
    if entries is not None:
        log = log[log.discrepancy_id.isin(_known(entries, log.discrepancy_id, "row of the log"))]
    if log.empty:
        raise ValueError("The discrepancy log has no row for these studies.")
    labels = dict(zip(evidence.studies.study_id, evidence.studies.label, strict=True))
    order = {"high": 0, "medium": 1, "low": 2}
    log = log.assign(_rank=log.severity.map(order)).sort_values("_rank", kind="stable")
    records = [{
        "Study": f"{_esc(labels.get(r.study_id, 'The review itself'))}<br><small>{_places(r.locator)}</small>",
        "Sort": f"{_esc(NATURE_WORDS[r.nature])}<br><small>{_esc(r.kind)}, {_esc(r.severity)} weight</small>",
        "The review says": _esc(r.review_says), "The evidence says": _esc(r.evidence_says),
        "What this book does": _esc(r.how_the_book_handles_it),
    } for r in log.itertuples()]
    # a chapter without a weighty row shows a few of the others, not all
    shown = (int((log.severity == "high").sum()) or min(3, len(log))) if fold else len(log)
    by_study, itself = study_facets(evidence), {"Study": ("The review itself",)}
    facets = [by_study.get(r.study_id, itself) | {"Sort": (NATURE_WORDS[r.nature],), "Weight": (r.severity,)}
              for r in log.itertuples()]
    return _make(caption, records, row_ids=log.discrepancy_id, css="emd-discrepancies", shown=shown,
                 rest="more of medium or low weight", facets=() if fold else facets)


def therapy_table(evidence: Evidence, therapy_ids, *, paragraphs: str = "",
                  caption: str = "Regimens and drugs") -> Table:
    """What each drug or regimen is and where the review names it.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    therapy_ids : sequence of str
        Rows of ``therapies`` in the order shown.
    paragraphs : str
        A regular expression; only paragraphs that it matches are named.
    caption : str
        What the table shows.

    Returns
    -------
    Table

    Raises
    ------
    LookupError
        For an unknown drug or regimen.
    """
    known = evidence.therapies.set_index("therapy_id")
    unknown = [name for name in therapy_ids if name not in known.index]
    if unknown:
        raise LookupError(f"There is no drug or regimen {', '.join(unknown)} in therapies.")
    records = [{
        "Name": _esc(row["name"]), "What it is": _esc(row["mechanism"]),
        "Named in": ", ".join(x for x in _text(row["locator"]).split(";") if re.search(paragraphs, x)),
        "Note": _esc(row["status_note"]),
    } for row in (known.loc[name] for name in therapy_ids)]
    return _make(caption, records, css="emd-therapies")


def source_list(evidence: Evidence, study_ids, *, caption: str = "Sources of this chapter") -> Table:
    """The sources behind some studies, each with what was read of it.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.
    study_ids : sequence of str
        Studies of the chapter; the review itself is always added.
    caption : str
        What the table shows.
    """
    study_ids = _known(study_ids, evidence.studies.study_id, "study")
    wanted = evidence.studies[evidence.studies.study_id.isin(study_ids)].source_id.tolist()
    view = evidence.view()
    wanted += view[view.study_id.isin(study_ids)].source_id.dropna().tolist()
    ids = list(dict.fromkeys(["zhao-2025", *wanted]))
    sources = evidence.sources.set_index("source_id").loc[ids]
    found = [identified(row) for _, row in sources.iterrows()]
    records = [{"Source": cite(row), "Read": SEEN[row["seen"]]} for _, row in sources[found].iterrows()]
    studies = evidence.studies
    lost = studies[studies.study_id.isin(list(study_ids)) & studies.source_id.isin(sources.index[~np.array(found)])]
    if len(lost):
        records.append({"Source": "No publication was found behind " + _esc(listing(lost.label)) + ": what is said of "
                        f"{'it' if len(lost) == 1 else 'them'} rests on the review.", "Read": "nothing"})
    return _make(caption, records, css="emd-sources")


def ledger(evidence: Evidence) -> list[tuple[str, Table]]:
    """Every outcome of the data with an anchor: where the numbers in the text lead to.

    Returns
    -------
    list of (str, Table)
        One table per study, by label, in the order of :func:`ledger_by_class`.
    """
    return [(label, table) for _, studies in ledger_by_class(evidence) for _, label, table in studies]


def ledger_by_class(evidence: Evidence) -> list[tuple[str, list[tuple[str, str, Table]]]]:
    """The tables of :func:`ledger`, the studies of a class together.

    Returns
    -------
    list of (str, list of (str, str, Table))
        For each class of treatments, in the order of the chapters, its studies: id, label, and table.
    """
    view = evidence.view()
    sources = evidence.sources.set_index("source_id")
    by_study, notes = study_facets(evidence), _Notes(evidence)
    classes: dict[str, list[tuple[str, str, Table]]] = {}
    for study_id, part in view.groupby("study_id", sort=False):
        study = evidence.study(study_id)
        records = [{
            "Group": f"{_esc(r['arm_label'])}" + ("" if is_missing(r["arm_n"]) else f", n = {int(r['arm_n'])}"),
            "Endpoint": _esc(endpoint_text(r)),
            "Figure": _esc(figure_text(r)) + _cut_text(r)
            + ("" if is_missing(r["p_value"]) else f"; p {_esc(r['p_value'])}"),
            "Seen": standing_badge(r["standing"]) + ("<br><strong>used in charts</strong>" if r["headline"] else ""),
            "Where": " ".join(filter(None, [_places(r["locator"]), _short_source(sources, r["source_id"])])),
            "Note": notes.html(r["note"]),
        } for _, r in part.iterrows()]
        facets = [by_study[study_id] | {"Endpoint": (endpoint_name(r["endpoint"]),),
                                        "Seen": (style.STANDING[r["standing"]].words,)} for _, r in part.iterrows()]
        caption = f"{study['label']}: {study['regimen']} ({spread(part.standing)})"
        table = _make(caption, with_record(records, part.outcome_id), row_ids=part.outcome_id, css="emd-ledger",
                      facets=facets, keys={"Figure": tuple(part.value)})
        classes.setdefault(study["therapeutic_class"], []).append((study_id, study["label"], table))
    return [(mark.label, classes[key]) for key, mark in style.THERAPY_CLASS.items() if key in classes]


def facts(evidence: Evidence) -> list[tuple[str, Table]]:
    """Facts that are not study outcomes, groups of patients and updates, each with an anchor."""
    sources, notes = evidence.sources.set_index("source_id"), _Notes(evidence)
    tables = []
    for title, frame in (("Epidemiology", evidence.epidemiology), ("Biology", evidence.biology)):
        records = [{
            "Subject": _esc(r.subject), "Finding": _esc(fact_text(r._asdict())),
            "n": "" if is_missing(r.n) else int(r.n),
            "Seen": standing_badge(r.standing),
            "Where": " ".join(filter(None, [_places(r.locator), _short_source(sources, r.source_id)])),
            "Note": notes.html(r.note)} for r in frame.itertuples()]
        facets = [{"Seen": (style.STANDING[r.standing].words,)} for r in frame.itertuples()]
        tables.append((title, _make(f"{title} facts", with_record(records, frame.fact_id), row_ids=frame.fact_id,
                                    css="emd-ledger", facets=facets)))
    arms = evidence.arms
    labels = dict(zip(evidence.studies.study_id, evidence.studies.label, strict=True))
    records = [{"Study": _esc(labels[r.study_id]), "Group": _esc(r.label),
                "Population": _esc(POPULATIONS[r.population]),
                "n": "" if is_missing(r.n) else int(r.n), "Where": _places(r.locator), "Note": notes.html(r.note)}
               for r in arms.itertuples()]
    by_study = study_facets(evidence)
    facets = [by_study[r.study_id] | {"Population": (POPULATIONS[r.population],)} for r in arms.itertuples()]
    tables.append(("Groups of patients", _make("Groups of patients", records, row_ids=arms.arm_id, css="emd-ledger",
                                               facets=facets)))
    up = evidence.updates
    records = [{"Date": _esc(r.date), "Topic": _esc(r.topic), "What changed": _esc(r.what_changed),
                "Figure": "" if is_missing(r.value) else f"{number(r.value)} {_text(r.unit)}",
                "Seen": standing_badge(r.standing)} for r in up.itertuples()]
    facets = [{"Study": (_text(r.topic),), "Seen": (style.STANDING[r.standing].words,)} for r in up.itertuples()]
    tables.append(("Updates after the review", _make("Updates after the review", with_record(records, up.update_id),
                                                     row_ids=up.update_id, css="emd-ledger", facets=facets)))
    return tables


#: Directions without a figure, in a reader's words; any other stands in the data as it is read.
_DIRECTIONS = {"up": "more", "down": "less", "lost": "lost by the cells", "unchanged": "no change",
               "present": "stated without a figure"}
#: Directions that say on which side of a figure the truth lies.
_BOUNDS = {"above": "more than", "below": "less than", "at least": "at least", "at most": "at most",
           "within": "within"}


def _with_unit(figure: str, unit: str) -> str:
    if unit in ("rank", "ratio"):
        return f"{unit} {figure}"
    if unit == "%":
        return f"{figure}%"
    return f"{figure} {unit[:-1] if figure == '1' and unit.endswith('s') else unit.replace('m2', 'm²')}".strip()


def fact_text(row) -> str:
    """A fact of ``epidemiology`` or ``biology`` in words: figure with its range and unit, or else the direction."""
    direction, unit = _text(row["direction"]), _text(row["unit"])
    low, high, value = ("" if is_missing(row[key]) else number(row[key]) for key in ("low", "high", "value"))
    between = f"{low} to {high}" if low and high else ""
    figure = value or between or low or high
    if not figure:
        return _DIRECTIONS.get(direction, direction) or "stated without a figure"
    words = _with_unit(figure, unit)
    if value and between:
        words += f" ({between})"
    elif not value and not between and direction not in _BOUNDS:
        direction = "at least" if low else "at most"
    if direction in _BOUNDS:
        return f"{_BOUNDS[direction]} {words}"
    return words  # what it is more or less than is said by the subject or the note


def _places(locator) -> str:
    """Paragraphs of the review, which the files join by a semicolon."""
    return _esc(", ".join(_text(locator).split(";")))


def _short_source(sources: pd.DataFrame, source_id) -> str:
    if is_missing(source_id):
        return ""
    name = short_source(sources.loc[source_id])
    if not identified(sources.loc[source_id]):
        return html.escape(name)  # it stands in no list of references
    return f'<a href="references.html#{html.escape(source_id, quote=True)}">{html.escape(name)}</a>'


def references(evidence: Evidence) -> Table:
    """Every work that can be cited, with an anchor, in the order of a list of references, and what was read of it."""
    rows = evidence.sources
    rows = rows[[identified(row) for _, row in rows.iterrows()]]
    order = rows.first_author.fillna(rows.title).fillna(rows.container).map(_sort_key)
    rows = rows.assign(_order=order).sort_values(["_order", "year", "source_id"], na_position="last")
    records = [{"Source": cite(r), "Year": _text(r["year"]), "Kind": SOURCE_KIND[r["kind"]], "Read": SEEN[r["seen"]]}
               for _, r in rows.iterrows()]
    uses = _uses_of_sources(evidence)
    facets = [{name: tuple(uses.get(r["source_id"], {}).get(name, ())) for name in ("Class", "Study")}
              | {"Kind": (SOURCE_KIND[r["kind"]],), "Read": (SEEN[r["seen"]],)} for _, r in rows.iterrows()]
    return _make("Every source of this book", records, row_ids=rows.source_id, css="emd-sources", facets=facets,
                 keys={"Source": tuple(rows._order)})


def _uses_of_sources(evidence: Evidence) -> dict[str, dict[str, list[str]]]:
    """Of which classes and studies each source tells: its own study's, those of its figures, harms and guidance."""
    by_study = study_facets(evidence)
    view = evidence.view()
    found: dict[str, dict[str, list[str]]] = {}

    def add(source_id, facets) -> None:
        if not is_missing(source_id):
            kept = found.setdefault(source_id, {"Class": [], "Study": []})
            for name, values in kept.items():
                values += [value for value in facets.get(name, ()) if value and value not in values]

    for frame in (evidence.studies, view):
        for study_id, source_id in zip(frame.study_id, frame.source_id, strict=True):
            add(source_id, by_study[study_id])
    for frame in (evidence.safety, evidence.guidance, evidence.therapies):
        for row in frame.itertuples():
            add(row.source_id, {"Class": (class_label(row.therapeutic_class),)})
    return found


def _sort_key(text: str) -> str:
    """Letters as a reader looks them up: without accents, small, from the first letter or digit on."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"^\W+", "", plain.casefold())


def term_id(term: str) -> str:
    """Anchor of a glossary term, as used by ``gl:`` links."""
    return re.sub(r"[^\w]+|_+", "-", unicodedata.normalize("NFKC", term).lower()).strip("-")


def glossary(evidence: Evidence) -> Table:
    """English terms, abbreviations and Chinese terms with a definition; anchors for ``gl:`` links."""
    rows = evidence.glossary.sort_values("term", key=lambda s: s.str.lower())
    records = [{"Term": _esc(r.term), "Abbreviation": _esc(r.abbreviation),
                "Chinese": f'<span lang="zh-Hans">{_esc(r.zh)}</span>', "Meaning": _esc(r.definition)}
               for r in rows.itertuples()]
    return _make("Terms used in this book", records, row_ids=["gl-" + term_id(t) for t in rows.term],
                 css="emd-glossary")

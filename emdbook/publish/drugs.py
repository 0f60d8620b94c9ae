"""The page of drug names: English, trade and Chinese names, with class and target."""

from __future__ import annotations

import html
import re

from emdbook import style
from emdbook.evidence import Evidence
from emdbook.ground.wording import is_missing, short_source

__all__ = ["page"]

_WHERE = {"US": "United States", "EU": "European Union", "UK": "United Kingdom", "China": "China"}


def _trade(row, sources) -> str:
    """Trade names with where they are used, and where they were seen."""
    if is_missing(row["trade_names"]):
        return ""
    names = []
    for item in row["trade_names"].split(";"):
        name, _, where = item.rpartition(" ")
        tongue = ' lang="zh-Hans"' if re.search(r"[\u3400-\u9fff]", name) else ""
        names.append(f"<span{tongue}>{html.escape(name)}</span> ({_WHERE[where.strip('[]')]})")
    seen = ", ".join(f'<a href="references.html#{html.escape(i, quote=True)}">'
                     f"{html.escape(short_source(sources.loc[i]))}</a>" for i in row["trade_source_ids"].split(";"))
    return f"{', '.join(names)}<br><small>seen in: {seen}</small>"


def _row(row, sources) -> str:
    name_zh = "" if is_missing(row["name_zh"]) else f'<span lang="zh-Hans">{html.escape(row["name_zh"])}</span>'
    cells = {
        "Chinese": name_zh, "Trade names": _trade(row, sources),
        "Target": "" if is_missing(row["target"]) else html.escape(row["target"]),
        "How it works": "" if is_missing(row["mechanism"]) else html.escape(row["mechanism"]),
        "Status": "" if is_missing(row["status_note"]) else html.escape(row["status_note"]),
        "Where": "" if is_missing(row["locator"]) else html.escape(row["locator"].replace(";", ", ")),
    }
    body = "".join(f'<td role="cell" data-label="{label}">{cell}</td>' for label, cell in cells.items())
    return (f'<tr role="row" id="drug-{row["therapy_id"]}"><th scope="row" role="rowheader">'
            f'{html.escape(row["name"])}</th>{body}</tr>')


def page(evidence: Evidence) -> str:
    """Write one table for each class, in the order of the chapters.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    str
        HTML; each row has the anchor ``drug-`` and its id.
    """
    sources = evidence.sources.set_index("source_id")
    heads = "".join(f'<th scope="col" role="columnheader">{name}</th>'
                    for name in ("Name", "Chinese", "Trade names", "Target", "How it works", "Status", "Where"))
    parts = []
    for therapeutic_class, mark in style.THERAPY_CLASS.items():
        rows = evidence.therapies[evidence.therapies.therapeutic_class == therapeutic_class]
        if rows.empty:
            continue
        title = html.escape(mark.label)
        body = "".join(_row(row, sources) for _, row in rows.iterrows())
        parts.append(
            f'<h2>{title}</h2><div class="emd-scroll" role="region" tabindex="0" aria-label="{title}">'
            f'<table role="table" class="emd-table emd-drugs"><caption>{title}</caption>'
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
            f'<tbody role="rowgroup">{body}</tbody></table></div>')
    return "".join(parts)

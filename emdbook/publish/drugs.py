"""The page of drug names: English, trade and Chinese names, with class and target; and the names that lead to it."""

from __future__ import annotations

import html
import re

from emdbook import style, tables
from emdbook.evidence import Evidence
from emdbook.ground.wording import is_missing, short_source

__all__ = ["names", "page"]

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def _text(value) -> str:
    return "" if is_missing(value) else html.escape(value)


def trade_names(value) -> dict[str, str]:
    """Trade names with where they are used.

    Parameters
    ----------
    value : str or missing
        As the table of therapies has it: ``Revlimid [US];Revlimid [EU]``.

    Returns
    -------
    dict of str to str
        ``{"Revlimid": "US, EU"}``.
    """
    found: dict[str, list[str]] = {}
    for item in [] if is_missing(value) else value.split(";"):
        name, _, where = item.rpartition(" ")
        found.setdefault(name, []).append(where.strip("[]"))
    return {name: ", ".join(where) for name, where in found.items()}


def _trade(row, sources) -> str:
    """Trade names with where they are used, and where they were seen."""
    if is_missing(row["trade_names"]):
        return ""
    found = []
    for name, where in trade_names(row["trade_names"]).items():
        tongue = ' lang="zh-Hans"' if _CHINESE.search(name) else ""
        found.append(f"<span{tongue}>{html.escape(name)}</span> ({where})")
    seen = ", ".join(f'<a href="references.html#{html.escape(i, quote=True)}">'
                     f"{html.escape(short_source(sources.loc[i]))}</a>" for i in row["trade_source_ids"].split(";"))
    return f"{', '.join(found)}<br><small>seen in: {seen}</small>"


def _record(row, sources) -> dict[str, str]:
    name_zh = "" if is_missing(row["name_zh"]) else f'<br><span lang="zh-Hans">{html.escape(row["name_zh"])}</span>'
    target = f"<strong>{_text(row['target'])}</strong><br>" if not is_missing(row["target"]) else ""
    where = "" if is_missing(row["locator"]) else f"<br><small>{html.escape(row['locator'].replace(';', ', '))}</small>"
    return {"Name": html.escape(row["name"]) + name_zh, "Trade names": _trade(row, sources),
            "Target and action": target + _text(row["mechanism"]),
            "Status and paragraphs": _text(row["status_note"]) + where}


def page(evidence: Evidence) -> list[tuple[str, str]]:
    """Write one table for each class, in the order of the chapters.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    list of (str, str)
        The name of each class and its table as HTML; each row has the anchor ``drug-`` and its id, and can be chosen
        by class and target.
    """
    sources = evidence.sources.set_index("source_id")
    parts = []
    for therapeutic_class, mark in style.THERAPY_CLASS.items():
        rows = evidence.therapies[evidence.therapies.therapeutic_class == therapeutic_class]
        if rows.empty:
            continue
        facets = [{"Class": (mark.label,), "Target": () if is_missing(target) else tuple(target.split(" and "))}
                  for target in rows.target]
        table = tables._make(f"{mark.label}: names", [_record(row, sources) for _, row in rows.iterrows()],
                             row_ids=[f"drug-{id}" for id in rows.therapy_id], css="emd-drugs", facets=facets)
        parts.append((mark.label, table.html()))
    return parts


def names(evidence: Evidence) -> dict[str, tuple[str, str, str]]:
    """The names of single drugs as they stand in a text, for the link at their first use.

    Parameters
    ----------
    evidence : Evidence
        The loaded data.

    Returns
    -------
    dict of str to (str, str, str)
        Each name with its anchor on the page of drugs, with target, Chinese and trade names in one line, and with the
        Chinese name (empty if none was seen). Groups of products, regimens, procedures and old chemotherapy have no
        link.
    """
    found = {}
    for _, row in evidence.therapies.iterrows():
        if is_missing(row["target"]) or row["therapeutic_class"] == "chemotherapy" or "CAR-T cells" in row["name"]:
            continue
        trade = ", ".join(f"{name} ({where})" for name, where in trade_names(row["trade_names"]).items())
        note = "; ".join(words for words in (row["target"], row["name_zh"], trade or None) if not is_missing(words))
        chinese = "" if is_missing(row["name_zh"]) else str(row["name_zh"])
        for name in re.findall(r"[^()]+", row["name"]):
            found[name.strip()] = (f"drug-{row['therapy_id']}", note, chinese)
    return found

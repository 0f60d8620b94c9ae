"""Every id that a page of the book has had an anchor for: none may vanish without an alias.

``python tests/data/published.py`` adds the ids of today to ``published_ids.txt``; it takes none out.
"""

from __future__ import annotations

from pathlib import Path

from emdbook.evidence import Evidence, load
from emdbook.evidence.rules import ID_COLUMNS

FILE = Path(__file__).with_name("published_ids.txt")
#: Tables whose rows have an anchor on a page.
TABLES = {**{name: column for name, column in ID_COLUMNS.items() if name != "studies"}, "sources": "source_id"}


def ids_of(evidence: Evidence) -> set[str]:
    """Table and id of every row that has an anchor."""
    return {f"{name} {row_id}" for name, column in TABLES.items() for row_id in evidence.table(name)[column]}


def published() -> set[str]:
    """What the list holds."""
    return set(FILE.read_text(encoding="utf-8").split("\n")) - {""}


def vanished(published: set[str], evidence: Evidence) -> list[str]:
    """What was published and is neither a row nor an alias."""
    aliases = {f"{row.table} {row.old_id}" for row in evidence.aliases.itertuples()}
    return sorted(published - ids_of(evidence) - aliases)


if __name__ == "__main__":
    before = published() if FILE.is_file() else set()
    now = before | ids_of(load())
    FILE.write_text("\n".join(sorted(now)) + "\n", encoding="utf-8")
    print(f"{len(now) - len(before)} ids added, {len(now)} in the list")

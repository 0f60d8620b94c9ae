"""The data dictionary page of the book, made from the descriptor of the data package.

``python -m emdbook.publish.data_dictionary --write`` writes ``book/data_dictionary.md``; ``--check`` says whether it is
fresh.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emdbook.ground import paths

__all__ = ["main", "page_path", "render"]

TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def page_path() -> Path:
    """Return where the page stands in the book."""
    return paths.project_dir() / "book" / "data_dictionary.md"


def _text(text: str) -> str:
    """Keep a text inside one table cell and free of markup that nobody meant."""
    for mark in ("\\", "|", "<", "*", "`", "["):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _allowed(field: Mapping[str, Any]) -> str:
    """Say the unit or the allowed values of a field."""
    constraints = field.get("constraints", {})
    parts = []
    if field.get("unit"):
        parts.append(_text(field["unit"]))
    if "enum" in constraints:
        parts.append(", ".join(_code(value) for value in constraints["enum"]))
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        parts.append(f"{low} to {high}")
    elif low is not None:
        parts.append(f"{low} or more")
    elif high is not None:
        parts.append(f"{high} or less")
    if "maxLength" in constraints:
        parts.append(f"at most {constraints['maxLength']} characters")
    if "pattern" in constraints and field.get("rule"):
        parts.append(_text(field["rule"].removeprefix("must be ")))
    return "; ".join(parts)


def _meaning(field: Mapping[str, Any], links: Mapping[str, str]) -> str:
    meaning = _text(field.get("description", ""))
    if field["name"] in links:
        meaning += f" Points to {_code(links[field['name']])}."
    return meaning


def _table(resource: Mapping[str, Any]) -> list[str]:
    schema = resource["schema"]
    key = schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else key
    links = {}
    for link in schema.get("foreignKeys", []):
        own, there = link["fields"], link["reference"]["fields"]
        own, there = (own if isinstance(own, str) else own[0]), (there if isinstance(there, str) else there[0])
        links[own] = f"{link['reference']['resource']}.{there}"
    lines = [
        f"## {resource.get('title', resource['name'])}",
        "",
        f"File {_code(resource['path'])}. {_text(resource.get('description', ''))}",
        "",
        f"Each row is named by {' and '.join(_code(k) for k in key)}." if key else "",
        "",
        "| Field | Type | Unit or allowed values | Required | Meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for field in schema["fields"]:
        required = field.get("constraints", {}).get("required") or field["name"] in key
        cells = [
            _code(field["name"]),
            TYPES.get(field["type"], field["type"]),
            _allowed(field),
            "yes" if required else "no",
            _meaning(field, links),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def render(descriptor: Mapping[str, Any]) -> str:
    """Write the data dictionary of a data package.

    Parameters
    ----------
    descriptor : mapping
        The content of ``datapackage.json``.

    Returns
    -------
    str
        A Markdown page with one top heading and one section per table.

    Examples
    --------
    >>> print(render({"title": "T", "version": "1.0.0", "description": "D.", "resources": []}).splitlines()[0])
    # Data dictionary
    """
    tables = [r for r in descriptor["resources"] if r.get("format") == "csv"]
    documents = [r for r in descriptor["resources"] if r.get("format") != "csv"]
    licences = ", ".join(licence.get("title", licence["name"]) for licence in descriptor.get("licenses", []))
    lines = [
        "# Data dictionary",
        "",
        "This page is made from the description of the data package; it is not written by hand.",
        "",
        f"**{_text(descriptor['title'])}**, version {descriptor['version']}. {_text(descriptor['description'])}",
        "",
    ]
    if licences:
        lines += [f"Licence of the data: {licences}.", ""]
    lines += [
        "All tables are CSV files in UTF-8 with commas and one header row. An empty cell means unknown. "
        "They can be read by R, Python or a spreadsheet without this book.",
        "",
        "## The files",
        "",
        "Each figure has an address that does not change: its line in [the ledger](ledger.md) or among "
        "[the facts](facts.md). There it can be taken as JSON or CSV. An id that had to go leads to the row that took "
        "its place.",
        "",
        "```{emd-page} dataset",
        "```",
        "",
    ]
    for resource in tables:
        lines += _table(resource)
    if documents:
        lines += ["## Other files", "", "| File | Format |", "| --- | --- |"]
        lines += [f"| {_code(r['path'])} | {r.get('format', '').upper()} |" for r in documents]
        lines.append("")
    text = "\n".join(lines).rstrip("\n") + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or say whether it is fresh (0) or not (1)."""
    parser = argparse.ArgumentParser(
        prog="python -m emdbook.publish.data_dictionary", description="The data dictionary page.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="say whether the page agrees with datapackage.json")
    what.add_argument("--write", action="store_true", help="write the page")
    options = parser.parse_args(arguments)
    page = page_path()
    name = page.relative_to(paths.project_dir()).as_posix()
    text = render(json.loads((paths.data_dir() / "datapackage.json").read_text(encoding="utf-8")))
    if options.write:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8", newline="\n")
        print(f"{name} written")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == text:
        print(f"{name} is fresh")
        return 0
    print(f"{name} does not agree with datapackage.json; run: python -m emdbook.publish.data_dictionary --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())

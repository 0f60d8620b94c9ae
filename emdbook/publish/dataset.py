"""The data package as search engines and other programs look for it: schema.org in the page, Croissant beside the data.

Both are made from ``datapackage.json``, so that nothing is described twice.  Addresses are relative to where the
description stands: they hold on every host and from disk.
"""

from __future__ import annotations

import hashlib
import html
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emdbook.ground import paths

__all__ = ["CROISSANT", "FOLDER", "croissant", "dataset", "listing", "write_data"]

#: Where the data lie in the built book, as seen from its front page.
FOLDER = "data"
CROISSANT = "croissant.json"
_REVIEW = "https://doi.org/10.1007/s10238-025-01821-w"


def _descriptor() -> dict[str, Any]:
    return json.loads((paths.data_dir() / "datapackage.json").read_text(encoding="utf-8"))


def _about(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """What both descriptions say alike."""
    citation = yaml.safe_load((paths.project_dir() / "CITATION.cff").read_text(encoding="utf-8"))
    creators = [{"@type": "Organization", "name": author["name"]} for author in citation["authors"]]
    return {
        "@type": "Dataset", "name": descriptor["title"], "description": descriptor["description"],
        "version": descriptor["version"], "license": descriptor["licenses"][0]["path"],
        "keywords": descriptor["keywords"], "creator": creators, "inLanguage": "en", "isAccessibleForFree": True}


def _tables(descriptor: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [resource for resource in descriptor["resources"] if resource["format"] == "csv"]


def dataset(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The data package as a schema.org ``Dataset`` for the page of the data.

    Parameters
    ----------
    descriptor : mapping
        The content of ``datapackage.json``.

    Returns
    -------
    dict
        JSON-LD; addresses are relative to the page.
    """
    def download(name: str, what: str, kind: str) -> dict[str, str]:
        return {"@type": "DataDownload", "name": what, "contentUrl": f"../{FOLDER}/{name}", "encodingFormat": kind}

    files = [download("datapackage.json", "Description of all tables and fields", "application/json"),
             download(CROISSANT, "Croissant", "application/ld+json"),
             *(download(table["path"], table["title"], "text/csv") for table in _tables(descriptor)),
             {"@type": "DataDownload", "name": "One record for each figure", "contentUrl": "../figures/index.json",
              "encodingFormat": "application/json"}]
    measured = [{"@type": "PropertyValue", "name": f"{table['name']}.{field['name']}",
                 "description": field["description"], **({"unitText": field["unit"]} if field.get("unit") else {})}
                for table in _tables(descriptor) for field in table["schema"]["fields"]
                if field["type"] in ("number", "integer")]
    return {"@context": "https://schema.org/", **_about(descriptor), "url": "data_dictionary.html",
            "isBasedOn": _REVIEW, "distribution": files, "variableMeasured": measured}


#: The context that Croissant 1.0 prints in every file.
_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
    "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
}
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}


def _one(names: str | list[str]) -> str:
    return names if isinstance(names, str) else names[0]


def _record_set(table: Mapping[str, Any]) -> dict[str, Any]:
    name, schema = table["name"], table["schema"]
    links = {_one(link["fields"]): link["reference"] for link in schema.get("foreignKeys", [])}
    fields = []
    for field in schema["fields"]:
        one = {"@type": "cr:Field", "@id": f"{name}/{field['name']}", "name": field["name"],
               "description": field["description"], "dataType": _TYPES[field["type"]],
               "source": {"fileObject": {"@id": table["path"]}, "extract": {"column": field["name"]}}}
        if field["name"] in links:
            there = links[field["name"]]
            one["references"] = {"field": {"@id": f"{there['resource']}/{_one(there['fields'])}"}}
        fields.append(one)
    keys = schema["primaryKey"]
    keys = [{"@id": f"{name}/{key}"} for key in ([keys] if isinstance(keys, str) else keys)]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": table["description"],
            "key": keys[0] if len(keys) == 1 else keys, "field": fields}


def croissant(descriptor: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The data package in Croissant 1.0, for a file that lies beside its tables.

    Parameters
    ----------
    descriptor : mapping
        The content of ``datapackage.json``.
    folder : path
        Where the tables are; each is named with its hash.

    Returns
    -------
    dict
        JSON-LD.
    """
    files = [{"@type": "cr:FileObject", "@id": table["path"], "name": table["path"], "description": table["title"],
              "contentUrl": table["path"], "encodingFormat": "text/csv",
              "sha256": hashlib.sha256((Path(folder) / table["path"]).read_bytes()).hexdigest()}
             for table in _tables(descriptor)]
    about = _about(descriptor) | {"@type": "sc:Dataset"}
    names = ", ".join(creator["name"] for creator in about["creator"])
    return {"@context": _CONTEXT, **about, "conformsTo": "http://mlcommons.org/croissant/1.0",
            "citeAs": f"{names}. {about['name']}, version {about['version']}.", "url": "../book/data_dictionary.html",
            "distribution": files, "recordSet": [_record_set(table) for table in _tables(descriptor)]}


def listing(evidence=None) -> str:
    """The files for the page of the data, and its description for search engines, as HTML.

    Returns
    -------
    str
    """
    descriptor = _descriptor()
    # a tag within the text could end the script, or begin another
    said = json.dumps(dataset(descriptor), ensure_ascii=False).replace("<", "\\u003c")
    links = "".join(f'<li><a href="../{FOLDER}/{html.escape(table["path"])}" download>{html.escape(table["title"])}</a>'
                    "</li>" for table in _tables(descriptor))
    return (f'<ul class="emd-files"><li><a href="../{FOLDER}/datapackage.json">datapackage.json</a>, '
            f'the description by the standard of Frictionless data packages</li>'
            f'<li><a href="../{FOLDER}/{CROISSANT}">{CROISSANT}</a>, the same by the standard Croissant</li>'
            '<li>one record for each figure: <a href="../figures/index.csv" download>list as CSV</a>, '
            '<a href="../figures/index.json">as JSON</a></li></ul>'
            f'<details class="emd-more"><summary>Each table as CSV</summary><ul>{links}</ul></details>'
            f'<script type="application/ld+json">{said}</script>')


def write_data(outdir: Path) -> list[Path]:
    """Put the data package beside the pages, with its description in Croissant.

    Parameters
    ----------
    outdir : path
        Where the pages of the book are.

    Returns
    -------
    list of pathlib.Path
    """
    descriptor, there, here = _descriptor(), Path(outdir) / FOLDER, paths.data_dir()
    written = []
    for name in ["datapackage.json", *(resource["path"] for resource in descriptor["resources"])]:
        target = there / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(here / name, target)
        written.append(target)
    made = there / CROISSANT
    made.write_text(json.dumps(croissant(descriptor, here), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [*written, made]

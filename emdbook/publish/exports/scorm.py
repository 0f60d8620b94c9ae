"""The questions of a chapter as a SCORM 1.2 package: the same block as in the book, and a script that reports."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from html import escape
from pathlib import Path

from emdbook import style
from emdbook.teach.quiz.bank import QuestionSet
from emdbook.teach.quiz.render import render

_ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
_IMS = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
#: Two runs give the same bytes.
_WHEN = (2026, 1, 1, 0, 0, 0)


def asset_dir() -> Path:
    """The folder with the script that reports to the platform.

    Returns
    -------
    pathlib.Path
    """
    return Path(__file__).resolve().parent / "assets"


def page(made: QuestionSet) -> str:
    """The page of a package, complete in itself.

    Parameters
    ----------
    made : QuestionSet

    Returns
    -------
    str
    """
    script = (asset_dir() / "scorm.js").read_text(encoding="utf-8")
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(made.title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{style.css_variables()} body {{ font-family: sans-serif; max-width: 48rem; margin: 1rem auto; "
            f'padding: 0 1rem; }}</style></head><body><main><h1>{escape(made.title)}</h1>'
            f'{render(made, inline=True)}<p id="scorm-said" role="status"></p></main>'
            f"<script>{script}</script></body></html>")


def manifest(made: QuestionSet) -> str:
    """The manifest of a package.

    Parameters
    ----------
    made : QuestionSet

    Returns
    -------
    str
    """
    root = ET.Element("manifest", {
        "identifier": f"beyond-the-marrow.{made.set_id}", "version": "1.2", "xmlns": _IMS, "xmlns:adlcp": _ADL})
    meta = ET.SubElement(root, "metadata")
    ET.SubElement(meta, "schema").text = "ADL SCORM"
    ET.SubElement(meta, "schemaversion").text = "1.2"
    organisations = ET.SubElement(root, "organizations", {"default": "book"})
    organisation = ET.SubElement(organisations, "organization", {"identifier": "book"})
    ET.SubElement(organisation, "title").text = f"Beyond the Marrow: {made.title}"
    item = ET.SubElement(organisation, "item", {"identifier": "questions", "identifierref": "page"})
    ET.SubElement(item, "title").text = made.title
    resources = ET.SubElement(root, "resources")
    resource = ET.SubElement(resources, "resource", {
        "identifier": "page", "type": "webcontent", "adlcp:scormtype": "sco", "href": "index.html"})
    ET.SubElement(resource, "file", {"href": "index.html"})
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def write_scorm(made: QuestionSet, path: Path) -> None:
    """Write the questions of a chapter as a package."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in (("imsmanifest.xml", manifest(made)), ("index.html", page(made))):
            package.writestr(zipfile.ZipInfo(name, _WHEN), text, zipfile.ZIP_DEFLATED)

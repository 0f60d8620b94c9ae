"""What a teacher takes along: decks for Anki, question banks for Moodle and other platforms, SCORM packages, cases.

``python -m emdbook exports`` writes all of it into ``_build/exports``; the build of the book puts it beside the pages.
"""

from emdbook.publish.exports.write import Export, listing, planned, write_exports

__all__ = ["Export", "listing", "planned", "write_exports"]

"""The printed kit of a teacher: a file for each chapter, cards, and a poster of the pathway, all made from the data.

``sheets``
    each sheet as HTML; pure.
``write``
    the sheets printed as PDF by the installed Chromium, and their list for the page of the book.
"""

from emdbook.publish.kit.write import FOLDER, can_print, listing, planned, write_kit

__all__ = ["FOLDER", "can_print", "listing", "planned", "write_kit"]

"""Decks of slides from the chapters.

One deck per chapter, made from the same notebook by what its cells say under ``slideshow``.  A deck works from a
folder with no network: the widgets and questions of the chapter are in it, and so is reveal.js.

``deck``
    which cells make which slide, and what the speaker sees; pure.
``markdown``
    the words of a cell as HTML.
``outputs``
    what the code cells showed: taken from the last build of the book, or executed once.
``write``
    the files.
"""

from emdbook.publish.slides.deck import Deck, Slide, plan
from emdbook.publish.slides.write import build_decks, slides_dir

__all__ = ["Deck", "Slide", "build_decks", "plan", "slides_dir"]

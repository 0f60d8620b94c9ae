"""Decks of slides from the chapters.

One deck per chapter, from the same doctree as the web book, by what the cells say under ``slideshow``.  A deck works
from a folder with no network: the widgets and questions of the chapter are in it, and so is reveal.js.

``deck``
    which cells make which slide, and what the speaker sees; pure.
``builder``
    the Sphinx builder, on top of sphinx-revealjs.
``write``
    the page around the slides, what they bring along, and the command.
"""

from emdbook.publish.slides.deck import Deck, Slide, plan
from emdbook.publish.slides.write import build_decks, slides_dir

__all__ = ["Deck", "Slide", "build_decks", "plan", "slides_dir"]

"""One module a chapter: the figures that serve that chapter alone, named by its topic."""

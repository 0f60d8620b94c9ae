"""Binding the book: the Sphinx extension, the links that prose numbers are written as, and their audit."""

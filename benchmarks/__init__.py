"""Measurements of the book: one run, one JSON file, one table. ``python -m benchmarks``."""

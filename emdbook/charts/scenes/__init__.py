"""The mechanism of each class as plain data, one module per class, each with a ``SCENE``.

The reasons under ``blunts`` follow rows of ``data/biology.csv``; their locators stand in comments.
"""

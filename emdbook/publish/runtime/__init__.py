"""Python on the page: the toolkit, its data and a Python for browsers, packed so that a page can run a cell.

``supply``
    the pinned Python for browsers: got by pip with its hash, checked, pruned by a listed rule.
``pack``
    the parts that a page loads when a reader presses Run.
``cells``
    which cells of a chapter run on the page, and what they need to run first.
``driver``
    what runs in the page's Python; it knows no browser.
"""

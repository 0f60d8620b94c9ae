"""The frame around tables whose rows a reader chooses and puts in order: ``<emd-choose>``.

The tables stand in the page whole, and read so without JavaScript; ``assets/choose.js`` adds the choices, which it
takes from the attributes that :meth:`emdbook.tables.Table.html` writes at the rows.  The line that opens them stands
in the page from the first, unseen, so that the tables do not jump when they come.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

__all__ = ["frame"]


def frame(what: str, facets: Sequence[str]) -> tuple[str, str]:
    """What stands before the tables and after them.

    Parameters
    ----------
    what : str
        What a row is called, in the plural.
    facets : sequence of str
        By what rows are chosen, as the tables name it, in the order shown.

    Returns
    -------
    tuple of (str, str)
        HTML.

    Examples
    --------
    >>> frame("figures", ["Class", "Drug"])[1]
    '</emd-choose>'
    """
    names, called = html.escape("|".join(facets), quote=True), html.escape(what, quote=True)
    return (f'<emd-choose class="emd-choose" data-what="{called}" data-facets="{names}">'
            f'<div class="emd-choose-controls"><details><summary>Choose {called}, and put them in order</summary>'
            '</details><p role="status">&nbsp;</p></div>', "</emd-choose>")

"""Cut the Chinese font to the characters of the data.

``python -m emdbook.publish.subset_font NotoSansCJK-Regular.ttc`` does it.

Run it when a test says that a character is missing. The full font (SIL Open Font License) comes with the
``fonts-noto-cjk`` package of most Linux distributions; face 2 of the collection is Simplified Chinese.
"""

from __future__ import annotations

import sys

from fontTools import subset

import emdbook
from emdbook.style import FONT_DIR

TARGET = FONT_DIR / "NotoSansCJKsc-Subset.otf"


def characters(evidence) -> str:
    """Every Chinese character and full-width sign in any table, each once, in order."""
    text = "".join("".join(evidence.table(name).astype("string").fillna("").to_numpy().ravel())
                   for name in evidence.table_names)
    return "".join(sorted({c for c in text if "\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef"}))


def main(source: str) -> None:
    """Write the subset beside the other fonts."""
    options = subset.Options(font_number=2, layout_features=[], hinting=False)
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters(emdbook.load()))
    cutter.subset(font)
    subset.save_font(font, TARGET, options)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])

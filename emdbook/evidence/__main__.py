"""``python -m emdbook.evidence check [folder]``: print what is wrong with a data package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emdbook.evidence.package import load
from emdbook.ground import paths
from emdbook.ground.faults import EvidenceError

#: How the faults begin that every spreadsheet makes.
SAVED = ("must be true or false", "the file begins with a byte order mark", "lines must end with LF alone",
         "cells must be parted by commas")


def main(arguments: list[str] | None = None) -> int:
    """Check a data package and return 0 when it is sound, 1 when it is not."""
    parser = argparse.ArgumentParser(prog="python -m emdbook.evidence", description="Check the data package.")
    parser.add_argument("command", choices=["check"])
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the package (default: the project's data/)")
    options = parser.parse_args(arguments)
    folder = options.folder if options.folder is not None else paths.data_dir()
    try:
        evidence = load(folder)
    except EvidenceError as error:
        for fault in error.faults:
            print(fault)
        if any(fault.rule.startswith(SAVED) for fault in error.faults):
            print("This looks as if a spreadsheet had saved the table: python -m emdbook tidy brings it back into "
                  "form, and names every cell that it changed.")
        count = len(error.faults)
        print(f"data package has {count} fault{'' if count == 1 else 's'}")
        return 1
    rows = sum(len(evidence.table(name)) for name in evidence.table_names)
    print(f"data package is sound: {len(evidence.table_names)} tables, {rows} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())

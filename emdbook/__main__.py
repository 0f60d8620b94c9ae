"""``python -m emdbook <command>``: everything that ``make`` does, for people without make."""

import sys

from emdbook.cli import main

sys.exit(main())

"""``python -m emdbook <command>``: everything that ``make`` does, for people without make."""

import os
import signal
import sys

from emdbook.cli import main

signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever is ended tidies up as after Ctrl+C
sys.stdout.reconfigure(errors="backslashreplace")  # a screen that lacks the letters of a name stops no command
try:
    code = main()
    sys.stdout.flush()
except BrokenPipeError:  # whoever read has read enough; nothing more is written, also not at the end
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code = 1
sys.exit(code)

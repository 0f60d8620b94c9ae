"""Writing the lock files: the exact version of every package that the requirements need, with its hashes, by uv.

One file serves every Python from 3.11.0 on and every system: where a package differs between them it stands twice,
each time with its condition.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: The oldest Python that the lock serves; uv takes the first release of it.
OLDEST = "3.11"
#: Requirements, their lock, and the lock whose versions they keep.
FILES = (("requirements.txt", "requirements.lock", None),
         ("requirements-test.txt", "requirements-test.lock", "requirements.lock"))


def write_locks(project: Path) -> int:
    """Write every lock file beside its requirements; 0 when all were written.

    A version that stands in a lock already stays, unless the requirements forbid it: remove the file to renew all.
    """
    for wanted, lock, kept in FILES:
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST,
                   "--generate-hashes", "--no-annotate", "--no-strip-extras", "--no-emit-package", "emdbook",
                   "--custom-compile-command", "make lock", wanted, "--output-file", lock]
        command += ["--constraints", kept] if kept else []
        if code := subprocess.run(command, cwd=project, stdin=subprocess.DEVNULL, check=False).returncode:
            return code
    return 0

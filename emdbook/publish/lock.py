"""Writing ``requirements.lock``: the exact version of every package that the book needs, direct or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Pythons that the lock serves, on Linux. Packages that only Windows or macOS need are left to pip.
PYTHONS = ("3.11", "3.12", "3.13")
#: Tools of the environment itself.
LEFT_OUT = frozenset({"pip", "setuptools", "wheel", "emdbook"})
HEADER = """\
# Written by 'make lock' from requirements.txt. Do not edit.
# The full closure for Python 3.11 to 3.13 on Linux. On Windows or macOS use requirements.txt.
"""


def read_requirements(path: Path) -> list[Requirement]:
    """The packages that a requirements file names; options such as ``-e .`` are passed over."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def _environments(extras: Sequence[str]) -> Iterator[dict[str, str]]:
    for python in PYTHONS:
        for extra in ("", *extras):
            yield {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux",
                   "platform_system": "Linux", "os_name": "posix", "implementation_name": "cpython",
                   "platform_python_implementation": "CPython", "platform_machine": "x86_64", "extra": extra}


def closure(direct: Sequence[Requirement]) -> dict[str, str]:
    """All packages that some packages need, as they are installed here.

    Parameters
    ----------
    direct : sequence of packaging.requirements.Requirement
        Where to start.

    Returns
    -------
    dict of str to str
        Name to version, sorted by name.

    Raises
    ------
    LookupError
        Naming a package that one of the Pythons needs and that is not installed here.
    """
    found: dict[str, tuple[str, str]] = {}
    todo, seen = [(r, "requirements.txt") for r in direct], set()
    while todo:
        requirement, wanted_by = todo.pop()
        name = canonicalize_name(requirement.name)
        key = name, tuple(sorted(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            installed = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            raise LookupError(f"{requirement} is wanted by {wanted_by} and not installed here.") from None
        found[name] = installed.metadata["Name"], installed.version
        for text in installed.requires or []:
            child = Requirement(text)
            marker = child.marker
            if marker is None or any(marker.evaluate(e) for e in _environments(sorted(requirement.extras))):
                todo.append((child, name))
    return {found[name][0]: found[name][1] for name in sorted(found) if name not in LEFT_OUT}


def write_lock(project: Path) -> int:
    """Write ``requirements.lock`` beside ``requirements.txt`` and return the number of packages."""
    packages = closure(read_requirements(project / "requirements.txt"))
    text = HEADER + "".join(f"{name}=={version}\n" for name, version in packages.items())
    (project / "requirements.lock").write_text(text, encoding="utf-8", newline="\n")
    return len(packages)

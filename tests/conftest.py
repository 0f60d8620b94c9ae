"""What all tests share: one reading of the book's data, and property tests that depend on no machine and no chance."""

import functools
import os

import pytest
from hypothesis import settings

import emdbook
from emdbook.ground.paths import data_dir, project_dir

# A deadline measures the machine, not the code; speed has its own place in `make bench`.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")

_read = emdbook.load
_once = functools.cache(_read)


def _load(path=None):
    """The book's own data are read once a process: evidence hands out copies, so no test can change them."""
    own = path is None and not os.environ.get("EMDBOOK_DATA") and data_dir() == project_dir() / "data"
    return _once() if own else _read(path)


emdbook.load = _load


@pytest.fixture(autouse=True)
def the_folder_stays():
    """A command goes into its book; the next test is where it was, or it finds none of the states that are drawn."""
    before = os.getcwd()
    yield
    os.chdir(before)

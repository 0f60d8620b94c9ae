"""What the tests of the toolkit share."""

import pytest

import emdbook


@pytest.fixture(scope="session")
def evidence():
    """The book's own data."""
    return emdbook.load()

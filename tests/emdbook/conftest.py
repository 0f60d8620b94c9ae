"""What the tests of the toolkit share."""

import artists
import pytest

import emdbook
from emdbook.charts.base import Chart


@pytest.fixture(scope="session")
def evidence():
    """The book's own data."""
    return emdbook.load()


@pytest.fixture(autouse=True, scope="session")
def every_chart_is_possible():
    """Whatever a test draws and looks at, no share of patients is above 100% and no interval ends before it begins."""
    made = Chart.__post_init__

    def looked_at(chart) -> None:
        made(chart)
        assert not artists.impossible(chart), chart.description

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chart, "__post_init__", looked_at)
        yield

"""The two lengths of a fault test: short in `make test`, long in `make storm`; and the figure that it leaves."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

LONG = "FAULTS_LONG"  # in the environment: the whole of it


def is_long() -> bool:
    """Whether this is the long form."""
    return os.environ.get(LONG) == "1"


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that are too long for every day."""
    config.addinivalue_line("markers", "long: only in the long form, `make storm`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is only in the long form, in the short one."""
    if not is_long():
        left_out = [each for each in items if each.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]


@pytest.fixture
def long() -> bool:
    """Whether this is the long form."""
    return is_long()


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Leaves what was measured, for the report of `make storm`."""
    return lambda sentence: record_property("figure", sentence)

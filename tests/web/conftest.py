"""Browsers for the tests of pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.visiting import Visitor


@pytest.fixture
def visitor(http: FlaskClient) -> Visitor:
    """A browser that nobody is signed in with."""
    return Visitor(http)


@pytest.fixture
def another_visitor(app: Flask) -> Visitor:
    """A second one."""
    return Visitor(app.test_client())

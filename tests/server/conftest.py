"""One real server for each module that only talks to it, and tokens of people who registered there."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.server.process import Server

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server. Shared by a module's tests: don't stop it."""
    with Server(
        tmp_path_factory.mktemp("server"), RATE_LIMITS="off", MAX_SOCKETS_PER_ADDRESS="500"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def make_token(server: Server) -> Callable[[], str]:
    """Registers one more person, and gives the secret of their token."""
    numbers = count()
    return lambda: register(server, f"person{next(numbers)}")


@pytest.fixture(scope="module")
def token(make_token: Callable[[], str]) -> str:
    """The secret of somebody's token."""
    return make_token()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a server of one's own."""
    return tmp_path


def register(server: Server, username: str) -> str:
    """Make an account over the API; the secret of its first token."""
    body = {"username": username, "password": PASSWORD}
    answer = requests.post(f"{server.url}/api/v1/users", json=body, timeout=10)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])

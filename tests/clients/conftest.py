"""One real server for all tests that don't stop it, and people with accounts on it."""

from __future__ import annotations

import gc
import shutil
import warnings
from collections.abc import Callable, Iterator

import pytest

from tests.clients import people
from tests.clients.node import Node
from tests.clients.people import Account, Room
from tests.server.process import Server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that counts nothing: tests are quicker than people."""
    with Server(tmp_path_factory.mktemp("server"), RATE_LIMITS="off") as server:
        yield server


@pytest.fixture(autouse=True)
def lines_that_the_library_left_open() -> Iterator[None]:
    """python-socketio leaves the socket of a line that the server broke to the garbage collector, which complains."""
    warnings.filterwarnings("ignore", "unclosed", ResourceWarning)
    gc.freeze()  # whatever thousands of tests before left is not looked through again for each of these
    yield
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unclosed", ResourceWarning)
        gc.collect()
    gc.unfreeze()


@pytest.fixture
def url(shared_server: Server) -> str:
    """Where it is."""
    return shared_server.url


@pytest.fixture
def ada(url: str) -> Account:
    """The owner of the garden."""
    return people.register(url, "ada")


@pytest.fixture
def bob(url: str) -> Account:
    """A member of the garden."""
    return people.register(url, "bob")


@pytest.fixture
def mallory(url: str) -> Account:
    """Not in the garden."""
    return people.register(url, "mallory")


@pytest.fixture
def garden(ada: Account, bob: Account) -> Room:
    """Ada's room, with Bob in it."""
    room = ada.make_room()
    bob.join(room)
    return room


@pytest.fixture
def node() -> Iterator[Callable[..., Node]]:
    """Starts a script of this folder in Node. They all end with the test."""
    if shutil.which("node") is None:
        pytest.skip("Node is not on the PATH: the official client cannot be tried.")
    started: list[Node] = []

    def start(script: str, *arguments: str) -> Node:
        started.append(Node(script, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.end()

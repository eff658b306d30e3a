"""Debian's Chromium without a screen, driven by Playwright, against the real server process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import Seat
from tests.clients import people
from tests.clients.conftest import lines_that_the_library_left_open
from tests.clients.people import Account, Room
from tests.server.process import Server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
__all__ = ["lines_that_the_library_left_open"]
Sit = Callable[..., Seat]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each seat in it has its own cookies and storage."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip(
            "No Chromium here (on Debian: apt-get install chromium): the browser journeys cannot be made."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that counts nothing: tests are quicker than people."""
    with Server(tmp_path_factory.mktemp("server"), RATE_LIMITS="off") as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test alone, to be stopped and started."""
    with Server(tmp_path, RATE_LIMITS="off") as server:
        yield server


@pytest.fixture
def url(shared_server: Server) -> str:
    """Where the shared one is."""
    return shared_server.url


@pytest.fixture
def sit(chromium: Browser) -> Iterator[Sit]:
    """Gives somebody a browser of their own. In the end each is asked what went wrong in it."""
    seats: list[Seat] = []

    def seat(url: str, account: Account | None = None, **options: object) -> Seat:
        seats.append(Seat(chromium, url, account, **options))
        return seats[-1]

    yield seat
    wrong = [line for each in seats for line in each.close()]
    assert wrong == []


@pytest.fixture
def ada(url: str) -> Account:
    """The owner of the garden."""
    return people.register(url, "ada")


@pytest.fixture
def bob(url: str) -> Account:
    """A member of the garden."""
    return people.register(url, "bob")


@pytest.fixture
def garden(ada: Account, bob: Account) -> Room:
    """Ada's room, with Bob in it."""
    room = ada.make_room()
    bob.join(room)
    return room

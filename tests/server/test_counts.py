"""What is unread, counted while people talk at another process: of exactly the place that the answer names."""

import threading
import time
import uuid
from collections.abc import Iterator

import pytest

from tests.clients.people import Account, Room
from tests.server import test_presence
from tests.server.process import Server
from tests.server.test_presence import at, neighbours
from tests.server.test_two_processes import redis

__all__ = ["redis", "two"]
two = test_presence.two


@pytest.fixture
def talking(two: tuple[Server, Server]) -> Iterator[tuple[Account, Room, int]]:
    """Ada at the other process, and a room in which Bob talks at the first from this entry on."""
    ada, bob, room = neighbours(two[0])
    begin = ada.rest("GET", f"/rooms/{room.id}").json()["last_seq"]
    over = threading.Event()

    def talk() -> None:
        with bob.line() as line:
            while not over.is_set():
                said = {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": f"@{ada.username} and so on"}
                assert line.ask("post_message", said)["ok"]

    thread = threading.Thread(target=talk)
    thread.start()
    yield at(two[1], ada), room, begin
    over.set()
    thread.join()


def test_counts_are_of_the_place_that_they_name(talking: tuple[Account, Room, int]) -> None:
    ada, room, begin = talking
    until, looked = time.monotonic() + 3, []
    with ada.line() as line:
        while time.monotonic() < until or len(looked) < 30:
            answer = line.ask("set_read", {"room_id": room.id, "seq": begin})
            caught_up = line.ask("sync", {"rooms": {room.id: begin}})
            [missed] = caught_up["data"]["rooms"]
            looked += [answer["data"], missed["room"], ada.rest("GET", f"/rooms/{room.id}").json()]
            if missed["entries"]:
                assert missed["entries"][-1]["seq"] == missed["room"]["last_seq"]
    assert looked[-1]["last_seq"] > begin
    for each in looked:
        expected = min(each["last_seq"] - begin, 1000)  # counting ends there
        assert (each["unread"], each["mentions"]) == (expected, each["last_seq"] - begin)

"""The reference clients keep the promise: what they draw is the log, and what they send is there once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.clients import people
from tests.clients.people import Account, Room
from tests.clients.reference import InJavaScript, InPython
from tests.server.process import Server, eventually

Start = Callable[..., Any]


@pytest.fixture(params=[InPython, InJavaScript], ids=["python", "javascript"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts a client for an account. They all end with the test."""
    started: list[Any] = []

    def make(account: Account, transports: list[str] | None = None) -> Any:
        started.append(request.param(account, transports))
        return started[-1]

    yield make
    for each in started:
        each.end()


def message(room: Room, text: str) -> dict[str, str]:
    return {"room_id": room.id, "nonce": str(uuid4()), "text": text}


def truth(account: Account, room: Room) -> list[tuple[int, str]]:
    return [(said["seq"], said["text"]) for said in account.history(room)]


def shows_the_log(client: Any, account: Account, room: Room, length: int, seconds: float = 15) -> bool:
    eventually(lambda: len(client.shown(room)) >= length, seconds, every=0.05)
    said = truth(account, room)
    assert client.shown(room) == said
    return len(said) == length


@pytest.mark.parametrize(
    "transports", [None, ["websocket"], ["polling"]], ids=["default", "websocket", "polling"]
)
def test_it_draws_what_was_said_and_what_is_said(
    start: Start, ada: Account, bob: Account, garden: Room, transports: list[str] | None
) -> None:
    bob.say(garden, "before")
    client = start(ada, transports)
    assert eventually(lambda: client.shown(garden) == [(3, "before")])
    bob.say(garden, "after")
    client.say(garden, "from here")
    assert shows_the_log(client, bob, garden, 3)


def test_it_sends_in_the_order_of_writing(start: Start, ada: Account, bob: Account, garden: Room) -> None:
    client = start(ada)
    texts = [f"number {index}" for index in range(60)]
    for text in texts:
        client.say(garden, text)
    assert shows_the_log(client, bob, garden, 60)
    assert [text for _, text in truth(bob, garden)] == texts


def test_it_waits_as_the_server_says_and_sends_again(tmp_path: Path, start: Start) -> None:
    """With limits on, more than ten in a row are asked to wait: none is lost, and the order stays."""
    with Server(tmp_path) as server:
        ada = people.register(server.url, "ada")
        room = ada.make_room()
        client = start(ada, ["websocket"])
        texts = [f"number {index}" for index in range(14)]
        for text in texts:
            client.say(room, text)
        assert shows_the_log(client, ada, room, 14, seconds=30)
        assert [text for _, text in truth(ada, room)] == texts


def test_a_refused_message_is_given_back_and_the_next_one_goes_out(
    start: Start, ada: Account, garden: Room
) -> None:
    client = start(ada)
    client.say(garden, "x" * 4001)
    client.say(garden, "x" * 4000)
    assert eventually(lambda: client.shown(garden) == [(3, "x" * 4000)])
    assert [problem["code"] for problem in client.failed] in (["invalid"], ["too_large"])


def test_it_takes_a_snapshot_when_too_much_was_missed(tmp_path: Path, start: Start) -> None:
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        room = ada.make_room()
        bob.join(room)
        bob.say(room, "before")
        client = start(ada)
        assert eventually(lambda: len(client.shown(room)) == 1)
        server.kill()
        with Server(
            tmp_path, RATE_LIMITS="off"
        ) as elsewhere:  # the same database, where the client doesn't look
            bob.url = elsewhere.url
            with bob.line() as line:
                for index in range(210):  # more than a catch-up holds
                    line.begin("post_message", message(room, f"missed {index}"))
                assert line.ask("post_message", message(room, "the last"))["ok"]
        bob.url = server.url
        server.start()
        client.say(room, "I am back")
        assert eventually(lambda: client.shown(room)[-1:] == [(215, "I am back")], 60, every=0.1)
        shown = client.shown(room)
        assert len(shown) >= 100 and shown == truth(bob, room)[-len(shown) :]


def test_it_hears_of_a_room_that_it_joins_meanwhile(start: Start, ada: Account, bob: Account) -> None:
    client = start(ada)
    room = bob.make_room("Later")
    ada.join(room)
    bob.say(room, "welcome")
    assert shows_the_log(client, bob, room, 1)


def test_it_forgets_a_room_that_it_was_put_out_of(
    start: Start, ada: Account, bob: Account, garden: Room
) -> None:
    client = start(bob)
    ada.say(garden, "still with us")
    assert eventually(lambda: client.shown(garden))
    assert ada.rest("DELETE", f"/rooms/{garden.id}/members/{bob.id}").ok
    assert eventually(lambda: client.shown(garden) == [])
    ada.say(garden, "without him")
    client.say(garden, "am I still there?")
    assert eventually(lambda: client.shown(garden) == [] and client.failed)
    assert [problem["code"] for problem in client.failed] == ["not_found"]


def test_it_stays_away_when_its_token_is_ended(start: Start, ada: Account, garden: Room) -> None:
    client = start(ada)
    ada.say(garden, "here")
    assert eventually(lambda: client.shown(garden))
    assert ada.rest("DELETE", "/tokens/current").ok
    assert eventually(client.ended)
    assert client.ended() in {"revoked", "signed_out"}


def test_what_is_written_while_the_server_is_down_arrives_once_in_order(tmp_path: Path, start: Start) -> None:
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        room = ada.make_room()
        bob.join(room)
        client = start(ada)
        client.say(room, "before")
        assert eventually(lambda: client.shown(room))
        server.kill()
        for index in range(5):
            client.say(room, f"meanwhile {index}")
        server.start()
        bob.say(room, "from somebody else")
        assert eventually(lambda: len(client.shown(room)) == 7, 30, every=0.1)
        assert client.shown(room) == truth(bob, room)
        mine = [text for _, text in truth(bob, room) if "somebody" not in text]
        assert mine == ["before", *(f"meanwhile {index}" for index in range(5))]

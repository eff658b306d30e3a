"""Sockets that are not let in, or not yet, hear nothing of a room where much is said (BZ15, BZ16, BZ17, I12)."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.clients import people
from tests.clients.people import Account, Room
from tests.databases import SERVER
from tests.server.process import Server, eventually
from tests.server.raw import Line

HESITANT = [sys.executable, str(Path(__file__).parent / "hesitant.py")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets sockets in as slowly as they ask for."""
    with Server(tmp_path_factory.mktemp("hesitant"), command=HESITANT, RATE_LIMITS="off") as running:
        yield running


@pytest.fixture
def ada(server: Server) -> Account:
    """The owner of the garden."""
    return people.register(server.url, "ada")


@pytest.fixture
def bob(server: Server) -> Account:
    """A member of the garden, whose sockets have trouble getting in."""
    return people.register(server.url, "bob")


@pytest.fixture
def garden(ada: Account, bob: Account) -> Room:
    """Ada's room, with Bob in it."""
    room = ada.make_room()
    bob.join(room)
    return room


def heard(line: Line, seconds: float = 0.4) -> list[str]:
    """Everything said on a line until it is silent for so long, but for pings."""
    said = []
    with contextlib.suppress(TimeoutError):
        while (text := line.message(seconds)) is not None:
            said.append(text)
    return said


def flood(ada: Account, room: Room, amount: int = 30) -> None:
    """Much is said, and somebody types."""
    with Line(int(ada.url.rsplit(":", 1)[1])).join(ada.token) as line:
        for number in range(amount):
            nonce = f"00000000-0000-4000-8000-{number:012}"
            assert line.call(
                "post_message", {"room_id": room.id, "nonce": nonce, "text": "between us"}, number
            )["ok"]
        assert line.call("set_typing", {"room_id": room.id, "typing": True}, amount)["ok"]


def knock(line: Line, **auth: str) -> None:
    """Ask to be let in, and don't wait."""
    line.say("40/chat," + json.dumps(auth))


def test_who_never_connects_hears_nothing_but_the_opening(server: Server, ada: Account, garden: Room) -> None:
    with Line(server.port) as line, Line(server.port).join(ada.token) as inside:
        flood(ada, garden)
        [opening] = heard(line)
        assert opening.startswith("0{")
        assert len([each for each in heard(inside) if "between us" in each]) == 30


def test_who_never_connects_hears_nothing_by_polling_either(
    server: Server, ada: Account, garden: Room
) -> None:
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    opening = requests.get(url, timeout=5).text
    flood(ada, garden)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{url}&sid={json.loads(opening[1:])['sid']}", timeout=0.5)


@pytest.mark.parametrize("raises", ["before", "after"])
def test_whatever_breaks_while_a_socket_is_let_in_keeps_it_out(
    server: Server, ada: Account, bob: Account, garden: Room, raises: str
) -> None:
    with Line(server.port) as line:
        line.message()
        knock(line, token=bob.token, raises=raises)
        refused = line.message()
        assert refused is not None and refused.startswith("44/chat,{")
        assert json.loads(refused[len("44/chat,") :])["data"]["code"] == "internal"
        flood(ada, garden)
        assert heard(line) == []
        line.say('42/chat,1["sync",{"rooms":{}}]')
        assert heard(line) == [], "who is not in is not answered"
        knock(line, token=bob.token)
        let_in = line.message()
        assert let_in is not None and let_in.startswith("40/chat,{")
        assert line.call("sync", {"rooms": {}})["ok"]


def test_what_is_said_while_a_socket_is_let_in_is_not_told_it(
    server: Server, ada: Account, bob: Account, garden: Room
) -> None:
    """Not before the answer: only then does the client know that it may hear. `sync` tells it the rest."""
    with Line(server.port) as line:
        line.message()
        started = time.monotonic()
        knock(line, token=bob.token, delay="3")
        time.sleep(0.1)
        flood(ada, garden)
        assert time.monotonic() - started < 2.9, "it was all said while Bob waited"
        first = line.message()
        assert time.monotonic() - started > 2.9
        assert first is not None and first.startswith("40/chat,{"), first
        said: Any = line.call("sync", {"rooms": {garden.id: 0}})["data"]
        [caught_up] = said["rooms"]
        assert len([each for each in caught_up["entries"] if each["type"] == "message_posted"]) == 30


def test_who_gives_up_while_being_let_in_is_in_nothing(
    server: Server, ada: Account, bob: Account, garden: Room
) -> None:
    """The line is gone when it is found out whose it was: nobody is here by it."""

    def is_here() -> bool:
        members = ada.rest("GET", f"/rooms/{garden.id}/members").json()["items"]
        return bool(next(each["online"] for each in members if each["user"]["id"] == bob.id))

    with Line(server.port).join(bob.token):
        assert eventually(is_here)
    assert eventually(lambda: not is_here(), 15)
    with Line(server.port) as line:
        line.message()
        knock(line, token=bob.token, delay="0.6")
        time.sleep(0.2)
    time.sleep(2.5)
    assert not is_here()


@contextlib.contextmanager
def out_of_reach(database: str) -> Iterator[None]:
    """Nobody gets at this database of PostgreSQL."""
    with psycopg.connect(SERVER, autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,)
        )
        try:
            yield
        finally:
            administrator.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


def test_while_the_database_is_away_nobody_is_let_in(folder: Path, postgresql: str) -> None:
    with Server(folder, DATABASE_URL=postgresql, RATE_LIMITS="off") as server:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        garden = ada.make_room()
        bob.join(garden)
        with Line(server.port) as line:
            line.message()
            with out_of_reach(postgresql.rsplit("/", 1)[1]):
                knock(line, token=bob.token)
                refused = line.message(10)
                assert refused is not None and refused.startswith("44/chat,{")
                assert json.loads(refused[len("44/chat,") :])["data"]["code"] == "unavailable"
            assert eventually(lambda: ada.rest("GET", "/me").ok)
            flood(ada, garden, 5)
            assert heard(line) == []
            knock(line, token=bob.token)
            let_in = line.message()
            assert let_in is not None and let_in.startswith("40/chat,{")
            flood(ada, garden, 5)
            assert "between us" not in "".join(heard(line)), "the same nonces: nothing new was said"
            ada.say(garden, "welcome")
            assert "welcome" in "".join(heard(line))

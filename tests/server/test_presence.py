"""Who is here and who writes, by real sockets at real processes: cut off, killed, five hundred at once."""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import websocket
from flask import Flask

from app import limits
from app.extensions import db
from app.models import Credential, Membership, User
from app.models.names import skeleton
from tests.clients import people
from tests.clients.people import Account, Room
from tests.conftest import PASSWORD, Garden, hashed
from tests.faults import services
from tests.people import Person
from tests.server.process import Server, eventually, two_servers
from tests.server.raw import Line
from tests.server.test_two_processes import redis

__all__ = ["redis"]
QUICK = [sys.executable, str(Path(__file__).parent / "quick.py")]
# What takes a few seconds by these settings may take so long on a busy machine.
PATIENCE = 30.0


class Watcher:
    """Somebody who hears, in a thread of its own, what passes; and when."""

    def __init__(self, account: Account) -> None:
        self.heard: list[tuple[float, str, dict[str, Any]]] = []
        self._account = account
        self._begun, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        assert self._begun.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)

    def _listen(self) -> None:
        with self._account.line() as line:
            line.socket.settimeout(0.2)
            self._begun.set()
            while not self._over.is_set():
                with contextlib.suppress(websocket.WebSocketTimeoutException):
                    packet = self._next(line)
                    if packet.startswith("42/chat,"):
                        event, fact = json.loads(packet[len("42/chat,") :])
                        self.heard.append((time.monotonic(), event, fact))

    def _next(self, line: people.Line) -> str:
        """The next packet; nothing more once the line is closed, by a process that was killed."""
        try:
            return line.next()
        except (websocket.WebSocketConnectionClosedException, OSError):
            self._over.set()
            return ""

    def facts(self, event: str) -> list[dict[str, Any]]:
        """Those of one kind, in order."""
        return [fact for _, name, fact in list(self.heard) if name == event]

    def told(self, who: str, change: str) -> int:
        """How often it was told that somebody is `online`, or `offline`."""
        return sum(who in fact[change] for fact in self.facts("presence_changed"))

    def waits(self, true: Callable[[], object]) -> bool:
        """Whether it becomes true, with patience."""
        return eventually(true, PATIENCE)


@contextlib.contextmanager
def tab(account: Account) -> Iterator[Line]:
    """A line that answers no ping, as one that was cut off without a word."""
    with Line(int(account.url.rsplit(":", 1)[1])).join(account.token) as line:
        yield line


def test_who_is_cut_off_is_gone_soon_and_several_tabs_count_once(tmp_path: Path) -> None:
    with Server(tmp_path, command=QUICK, RATE_LIMITS="off") as server:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        room = ada.make_room()
        bob.join(room)
        with Watcher(ada) as watcher, Watcher(bob) as first, tab(bob) as second:
            assert watcher.waits(lambda: watcher.told(bob.id, "online"))
            assert second.ending(PATIENCE) is not None
            time.sleep(4)  # in which the first tab's loss would have been told
            assert (watcher.told(bob.id, "online"), watcher.told(bob.id, "offline")) == (1, 0)
            assert first.facts("session_ended") == []
        with Watcher(ada) as watcher, tab(bob) as frozen:
            assert watcher.waits(lambda: watcher.told(bob.id, "offline") or watcher.told(bob.id, "online"))
            assert watcher.waits(lambda: watcher.told(bob.id, "offline")), "nobody pings for ever"
            assert frozen.ending(PATIENCE) is not None
            members = ada.rest("GET", f"/rooms/{room.id}/members").json()["items"]
            assert {each["user"]["id"]: each["online"] for each in members} == {ada.id: True, bob.id: False}


# ---- five hundred


def crowd_of(app: Flask, garden: Garden, size: int) -> list[tuple[str, str]]:
    """So many more people in the garden; their ids and tokens."""
    with app.app_context():
        users = []
        for number in range(size):
            username = f"person{number}"
            users.append(
                User(
                    username=username,
                    skeleton=skeleton(username),
                    display_name=username,
                    password_hash=hashed(PASSWORD),
                )
            )
        db.session.add_all(users)
        db.session.flush()
        issued = [
            Credential.issue(each, "token", name="Test", scopes="read write", seconds=3600) for each in users
        ]
        db.session.add_all([credential for credential, _ in issued])
        db.session.add_all([Membership(room_id=garden.id, user_id=each.id) for each in users])
        db.session.commit()
        crowd = [(user.id, secret) for user, (_, secret) in zip(users, issued, strict=True)]
        db.engine.dispose()
        return crowd


def test_five_hundred_who_come_and_go_are_told_of_once_a_second(
    app: Flask, garden: Garden, ada: Person, tmp_path: Path
) -> None:
    crowd = crowd_of(app, garden, limits.MEMBERS_PER_ROOM - 2)
    everybody = {user_id for user_id, _ in crowd}
    owner = ada.token
    lines: list[Line] = []
    with Server(tmp_path, migrate=False, RATE_LIMITS="off", MAX_SOCKETS_PER_ADDRESS="600") as server:

        def come(token: str) -> Line:
            return Line(server.port).join(token)

        with Watcher(Account(server.url, "ada", ada.id, owner)) as watcher, ThreadPoolExecutor(8) as pool:

            def named(change: str) -> set[str]:
                return {each for fact in watcher.facts("presence_changed") for each in fact[change]}

            began = time.monotonic()
            lines += pool.map(come, [token for _, token in crowd])
            assert watcher.waits(lambda: everybody <= named("online"))
            assert len(watcher.facts("presence_changed")) <= time.monotonic() - began + 2
            # Each was told of once.
            assert sum(len(fact["online"]) for fact in watcher.facts("presence_changed")) <= len(crowd) + 1

            writing = {"room_id": garden.id, "typing": True}
            began = time.monotonic()
            for line in lines[:100]:
                assert line.call("set_typing", writing, seconds=PATIENCE)["ok"]
            few = 5 * (1 + (time.monotonic() - began) / 2)
            assert 0 < len(watcher.facts("typing_changed")) <= few

            before, began = len(watcher.facts("presence_changed")), time.monotonic()
            for line in lines:
                line.close()
            assert watcher.waits(lambda: everybody <= named("offline"))
            told = len(watcher.facts("presence_changed")) - before
            assert told <= time.monotonic() - began + 2


# ---- two processes


@pytest.fixture
def two(tmp_path: Path, postgresql: str, redis: services.Redis) -> Iterator[tuple[Server, Server]]:
    """Two processes, each with its own port."""
    with two_servers(tmp_path, postgresql, redis.url, QUICK) as servers:
        yield servers


def at(server: Server, account: Account) -> Account:
    """Somebody at another process."""
    return Account(server.url, account.username, account.id, account.token)


def neighbours(one: Server) -> tuple[Account, Account, Room]:
    """Two people in one room."""
    ada, bob = people.register(one.url, "ada"), people.register(one.url, "bob")
    room = ada.make_room()
    bob.join(room)
    return ada, bob, room


def test_at_two_processes_people_see_who_is_here_and_writes_until_one_is_killed(
    two: tuple[Server, Server],
) -> None:
    one, other = two
    ada, bob, room = neighbours(one)
    with Watcher(ada) as watcher, Watcher(at(other, bob)):
        assert watcher.waits(lambda: watcher.told(bob.id, "online"))
        with at(other, bob).line() as there:
            assert there.ask("set_typing", {"room_id": room.id, "typing": True})["ok"]
        assert watcher.waits(lambda: watcher.facts("typing_changed"))
        with Watcher(at(one, bob)):
            time.sleep(1)
        time.sleep(3)  # in which the loss of either line would have been told
        assert (watcher.told(bob.id, "online"), watcher.told(bob.id, "offline")) == (1, 0)
        other.kill()
        assert watcher.waits(lambda: watcher.told(bob.id, "offline"))
    [typing] = watcher.facts("typing_changed")
    assert (typing["user"]["id"], typing["typing"]) == (bob.id, True)


def test_nobody_seems_to_leave_when_redis_dies_and_who_leaves_then_is_gone_when_it_is_back(
    two: tuple[Server, Server],
    redis: services.Redis,
) -> None:
    """It takes 20 seconds: Redis is away for longer than a process may be silent."""
    one, other = two
    ada, bob, room = neighbours(one)
    carol = people.register(one.url, "carol")
    carol.join(room)
    with Watcher(ada) as watcher, Watcher(at(other, bob)):
        with Watcher(at(other, carol)):
            assert watcher.waits(lambda: watcher.told(bob.id, "online") and watcher.told(carol.id, "online"))
            redis.kill()
            time.sleep(9)
        assert watcher.told(bob.id, "offline") == watcher.told(carol.id, "offline") == 0
        redis.start()
        assert watcher.waits(lambda: watcher.told(carol.id, "offline"))
        assert (watcher.told(bob.id, "online"), watcher.told(bob.id, "offline")) == (1, 0)

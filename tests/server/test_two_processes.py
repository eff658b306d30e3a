"""Two processes that share PostgreSQL and Redis: what one of them ends, the other ends too, whatever Redis does."""

import contextlib
import json
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.clients import people
from tests.clients.people import Account, Browser, Room
from tests.faults import services
from tests.server.process import Server, two_servers
from tests.server.raw import Line


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[services.Redis]:
    """A Redis of this test's own."""
    if shutil.which("redis-server") is None:
        pytest.skip("No redis-server here (on Debian: apt-get install redis-server).")
    (tmp_path / "redis").mkdir()
    running = services.Redis(tmp_path / "redis").start()
    yield running
    running.kill()


@pytest.fixture
def two(tmp_path: Path, postgresql: str, redis: services.Redis) -> Iterator[tuple[Server, Server]]:
    """The processes, each with its own port."""
    with two_servers(tmp_path, postgresql, redis.url) as servers:
        yield servers


@contextlib.contextmanager
def line_of(browser: Browser, server: Server) -> Iterator[Line]:
    """A socket of somebody's browser at one of the processes."""
    with Line(server.port, Origin=server.url, Cookie=browser.cookie) as line:
        line.message()
        line.say("40/chat," + json.dumps({"csrf": browser.csrf("/rooms/new")}))
        let_in = line.message()
        assert let_in is not None and let_in.startswith("40/chat,{"), let_in
        yield line


def goodbye(line: Line) -> tuple[Any, str | None]:
    """Hear the line out: its last fact, and what came after it."""
    while (said := line.message(4)) is not None:
        if said.startswith('42/chat,["session_ended"'):
            return json.loads(said[len("42/chat,") :])[1], line.message(4)
    raise AssertionError("closed without a word")


@pytest.mark.parametrize("bus", ["there", "gone", "frozen"])
def test_logging_out_closes_the_sockets_at_both_within_two_seconds(
    two: tuple[Server, Server], redis: services.Redis, bus: str
) -> None:
    """BS3, BS2, I11. The rows say what ended, and Redis has no part in it."""
    one = two[0]
    ada = people.register(one.url, "ada")
    ending, staying = Browser(one.url).log_in(ada), Browser(one.url).log_in(ada)
    with contextlib.ExitStack() as stack:
        here, there = (stack.enter_context(line_of(ending, server)) for server in two)
        stays = [stack.enter_context(line_of(staying, server)) for server in two]
        form = ending.csrf("/rooms/new")
        copied = ending.cookie
        if bus == "gone":
            redis.kill()
        elif bus == "frozen":
            stack.enter_context(services.frozen(redis.pid))
        assert ending.http.post(f"{one.url}/logout", {"csrf_token": form}, timeout=10).ok
        ended = time.monotonic()

        there.say('42/chat,7["heads",{"rooms":{}}]')
        with ThreadPoolExecutor() as pool:
            told = list(pool.map(goodbye, (here, there)))
        assert time.monotonic() - ended < 2.0
        assert told == [({"reason": "signed_out"}, "41/chat,")] * 2
        for server in two:
            answer = requests.get(f"{server.url}/api/v1/me", headers={"Cookie": copied}, timeout=10)
            assert answer.status_code == 401, "the cookie is worth nothing"
        for line in stays:
            assert line.call("heads", {"rooms": {}}) == {"ok": True, "data": {"behind": {}}}


def test_what_is_asked_after_logging_out_is_refused_before_the_socket_is_closed(
    two: tuple[Server, Server],
) -> None:
    """The other process may not know yet: the row decides on each request."""
    one, other = two
    browser = Browser(one.url).log_in(people.register(one.url, "ada"))
    with line_of(browser, other) as line:
        assert line.call("heads", {"rooms": {}}, number=1)["ok"] is True
        form = browser.csrf("/rooms/new")
        assert browser.http.post(f"{one.url}/logout", {"csrf_token": form}, timeout=10).ok
        line.say('42/chat,2["heads",{"rooms":{}}]')
        first = line.message()
        assert first is not None
        assert '"unauthenticated"' in first or "session_ended" in first, first


def facts(line: Line, until: threading.Event) -> list[dict[str, Any]]:
    """Every logged fact that a line hears until then."""
    heard = []
    while not until.is_set():
        with contextlib.suppress(TimeoutError):
            said = line.message(0.3)
            assert said is not None, "the line was closed"
            fact = json.loads(said[said.index("[") :]) if said.startswith("42/chat,") else [None, {}]
            if "seq" in fact[1] and "type" in fact[1]:
                heard.append(fact[1])
    return heard


def talk(ada: Account, room: Room, until: threading.Event) -> None:
    """Say something all the time."""
    with Line(int(ada.url.rsplit(":", 1)[1])).join(ada.token) as line:
        number = 0
        while not until.is_set():
            said = {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": "between us"}
            assert line.call("post_message", said, number)["ok"]
            number += 1


def race(ada: Account, bob: Account, room: Room, rounds: int) -> None:
    """Remove Bob while he comes by a new link, again and again."""
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            link = ada.rest("POST", f"/rooms/{room.id}/invites/rotate").json()["token"]
            coming = pool.submit(bob.rest, "POST", f"/join/{link}")
            going = pool.submit(ada.rest, "DELETE", f"/rooms/{room.id}/members/{bob.id}")
            assert coming.result().status_code in {200, 404}
            assert going.result().status_code in {204, 404}


def stays_of(bob: Account, room: Room, database: str) -> list[tuple[int, int]]:
    """From which entry to which Bob was in the room, by the log itself; each without the entry that ended it."""
    kinds = ["member_joined", "member_removed"]
    query = (
        "SELECT kind, seq FROM entries WHERE room_id = %s AND subject_id = %s AND kind = ANY(%s) ORDER BY seq"
    )
    with psycopg.connect(database) as connection:
        found = connection.execute(query, (room.id, bob.id, kinds)).fetchall()
    assert [kind for kind, _ in found] == [kinds[n % 2] for n in range(len(found))], (
        "he came and went in turns"
    )
    ends = [seq for kind, seq in found if kind == kinds[1]]
    return list(zip_longest((seq for kind, seq in found if kind == kinds[0]), ends, fillvalue=2**53))


def test_a_join_and_a_removal_raced_leave_no_socket_listening(
    two: tuple[Server, Server], postgresql: str
) -> None:
    """BZ8, I10. Bob's sockets are at both processes, and he asks at the one or at the other. Whatever they hear lies
    between an entry by which he came and the one by which he went.
    """
    one, other = two
    ada, bob = people.register(one.url, "ada"), people.register(one.url, "bob")
    room = ada.make_room()
    with ThreadPoolExecutor() as pool, contextlib.ExitStack() as stack:
        stop = threading.Event()
        lines = [stack.enter_context(Line(server.port).join(bob.token)) for server in two]
        hearing = [pool.submit(facts, line, stop) for line in lines]
        talking = pool.submit(talk, ada, room, stop)
        try:
            for url in (one.url, other.url):
                race(ada, replace(bob, url=url), room, 40)
            link = ada.rest("POST", f"/rooms/{room.id}/invites/rotate").json()["token"]
            assert bob.rest("POST", f"/join/{link}").ok
            time.sleep(1.5)  # by then every process has followed
        finally:
            stop.set()
        talking.result()
        heard = [each.result() for each in hearing]

    inside = stays_of(bob, room, postgresql)
    assert len(inside) > 20, "he came and went"
    for each in heard:
        leaked = [fact["seq"] for fact in each if not any(a <= fact["seq"] < b for a, b in inside)]
        assert leaked == []
        last = [fact for fact in each if fact["seq"] > inside[-1][0]]
        assert last, "he is in, and hears what is said"

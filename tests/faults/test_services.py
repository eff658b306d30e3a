"""What two processes promise while what they stand on is killed, frozen or held (RELIABILITY's table A)."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import requests

from tests.clients import people
from tests.clients.people import Account, Line, Room
from tests.faults import services
from tests.server.process import eventually

pytestmark = pytest.mark.slow


@dataclass
class Talk:
    """Ada writes by the first process, Bob listens at the second."""

    ada: Account
    bob: Account
    room: Room
    writing: Line
    hearing: Line

    def say(self) -> tuple[dict[str, Any], float]:
        """The answer to one message, and the seconds that it took."""
        text = str(uuid.uuid4())
        began = time.monotonic()
        answer = self.writing.ask("post_message", {"room_id": self.room.id, "text": text, "nonce": text})
        return answer, time.monotonic() - began

    def hears(self) -> float:
        """Say something; the seconds until Bob heard it."""
        began = time.monotonic()
        answer, _ = self.say()
        assert answer["ok"], answer
        while self.hearing.hear("message_posted")["message"]["text"] != answer["data"]["message"]["text"]:
            pass
        return time.monotonic() - began


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Many]:
    with services.Many(tmp_path_factory.mktemp("many")) as running:
        yield running


@pytest.fixture
def talk(many: services.Many) -> Iterator[Talk]:
    ada, bob = people.register(many.urls[0], "ada"), people.register(many.urls[1], "bob")
    room = ada.make_room()
    bob.join(room)
    with ada.line() as writing, bob.line() as hearing:
        made = Talk(ada, bob, room, writing, hearing)
        made.hears()
        yield made


def together(times: int, act: Callable[[int], Any]) -> list[Any]:
    """What came of doing it so many times at once."""
    done: list[Any] = [None] * times

    def one(number: int) -> None:
        done[number] = act(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def post(who: Account, room: Room) -> tuple[int, float]:
    """Status and seconds of one message over REST."""
    began = time.monotonic()
    body = {"text": "hello", "nonce": str(uuid.uuid4())}
    reply = who.rest("POST", f"/rooms/{room.id}/messages", body)
    return reply.status_code, time.monotonic() - began


def test_a07_without_redis_everything_is_said_and_heard_within_two_seconds(many, talk) -> None:
    many.redis.kill()
    try:
        assert max(talk.hears() for _ in range(3)) < 2.3
    finally:
        many.redis.start()
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 5)
    assert sorted(talk.hears() for _ in range(20))[18] < 0.25


def test_a08_a_process_that_starts_without_redis_serves_and_says_so(many, talk) -> None:
    many.redis.kill()
    try:
        many.servers[0].kill()
        many.servers[0].start()
        with talk.ada.line() as talk.writing:
            assert talk.hears() < 2.3
    finally:
        many.redis.start()
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 5)


def test_a09_a_frozen_redis_keeps_no_acknowledgement_waiting(many, talk) -> None:
    with services.frozen(many.redis.pid):
        took = []
        until = time.monotonic() + 4
        while time.monotonic() < until:
            answer, seconds = talk.say()
            assert answer["ok"]
            took.append(seconds)
            time.sleep(0.05)
        assert talk.hears() < 2.3
    assert max(took) < 1.5
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 6)


def test_a11_a_burst_of_hints_leaves_every_process_hearing(many, talk) -> None:
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 10)
    for _ in range(400):
        talk.writing.begin("set_typing", {"room_id": talk.room.id, "typing": True})
    answer, _ = talk.say()
    assert answer["ok"]
    assert many.redis.listeners("parlor:hints") == 2
    assert min(talk.hears() for _ in range(5)) < 0.25


@pytest.mark.parametrize("way", ["fast", "immediate"])
def test_a14_a_restarted_postgresql_is_unavailable_and_nothing_else_and_back_at_once(many, talk, way) -> None:
    many.postgres.restart(way)
    back = time.monotonic()
    while not (answer := talk.say()[0])["ok"]:
        assert answer["error"]["code"] == "unavailable"
        time.sleep(0.05)
    assert time.monotonic() - back < 3
    assert talk.hears() < 2.3


def test_a15_connections_that_are_cut_at_any_moment_lose_nothing(many, talk) -> None:
    statuses: list[int] = []
    for _ in range(10):
        writers = threading.Thread(
            target=lambda: statuses.extend(
                status for status, _ in together(4, lambda _: post(talk.ada, talk.room))
            )
        )
        writers.start()
        many.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'parlor' AND pid <> pg_backend_pid()"
        )
        writers.join()
    assert set(statuses) <= {201, 503}
    assert len(talk.ada.history(talk.room)) >= 1 + statuses.count(
        201
    )  # one may be stored and its answer lost
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 2)


def test_a16_a_frozen_postgresql_refuses_in_time_and_heals(many, talk) -> None:
    alive: list[float] = []
    with services.frozen(*many.postgres.pids):
        frozen = threading.Thread(
            target=lambda: refused.extend(together(40, lambda _: post(talk.ada, talk.room)))
        )
        refused: list[tuple[int, float]] = []
        frozen.start()
        while frozen.is_alive():
            began = time.monotonic()
            assert requests.get(f"{many.urls[0]}/healthz", timeout=10).ok
            alive.append(time.monotonic() - began)
            time.sleep(0.02)
    assert {status for status, _ in refused} == {503}
    assert max(seconds for _, seconds in refused) < 2.6
    assert sorted(alive)[int(len(alive) * 0.98)] < 0.25
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 3)


def fill(many: services.Many) -> list[psycopg.Connection[Any]]:
    """Take every connection that PostgreSQL has left."""
    held = []
    while True:
        try:
            held.append(psycopg.connect(many.postgres.address(), autocommit=True))
        except psycopg.OperationalError:
            return held


def test_a17_without_a_free_slot_everything_is_refused_in_time_and_heals(many, talk) -> None:
    held = fill(many)
    held[0].execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'parlor'")
    until = time.monotonic() + 2
    while time.monotonic() < until:  # the processes try to come back all the while
        held += fill(many)
        time.sleep(0.02)
    refused = together(20, lambda _: post(talk.ada, talk.room))
    for connection in held:
        connection.close()
    assert 503 in {status for status, _ in refused} <= {503, 201}
    assert max(seconds for _, seconds in refused) < 2.6
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 2)


def test_a18_a_room_that_is_held_is_unavailable_and_no_other(many, talk) -> None:
    other = talk.ada.make_room("Another")
    with psycopg.connect(many.postgres.address("parlor")) as holder:
        holder.execute("SELECT 1 FROM rooms WHERE id = %s FOR UPDATE", (talk.room.id,))
        refused: list[tuple[int, float]] = []
        crowd = threading.Thread(
            target=lambda: refused.extend(together(24, lambda _: post(talk.ada, talk.room)))
        )
        crowd.start()
        time.sleep(0.3)
        served = [post(talk.ada, other) for _ in range(10)]
        crowd.join()
    assert {status for status, _ in refused} == {503}
    assert max(seconds for _, seconds in refused) < 2.7
    assert {status for status, _ in served} == {201}
    assert max(seconds for _, seconds in served) < 0.25
    assert post(talk.ada, talk.room)[0] == 201


def test_a05_a_process_that_was_frozen_for_three_seconds_cuts_nobody(many, talk) -> None:
    with services.frozen(many.servers[1].pid):
        sent = [talk.say()[0]["data"]["message"]["seq"] for _ in range(20)]
        time.sleep(3)
    heard = [talk.hearing.hear("message_posted")["seq"] for _ in range(20)]
    assert heard == sent


def test_a36_a_revoked_token_closes_its_sockets_elsewhere_without_redis(many, talk) -> None:
    many.redis.kill()
    try:
        began = time.monotonic()
        mine = talk.bob.rest("GET", "/tokens").json()
        ended = Account(many.urls[0], talk.bob.username, talk.bob.id, talk.bob.token)
        found = mine["items"] if isinstance(mine, dict) else mine
        assert ended.rest("DELETE", f"/tokens/{found[0]['id']}").status_code == 204
        assert talk.hearing.hear("session_ended")["reason"]
        assert talk.hearing.next().startswith("41/chat")
        assert time.monotonic() - began < 2.5
    finally:
        many.redis.start()

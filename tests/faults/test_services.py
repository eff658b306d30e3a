"""What two processes promise while what they stand on is killed, frozen or held (RELIABILITY's table A)."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
import requests

from tests.clients import people
from tests.clients.people import Account, Line, Room
from tests.faults import services, sites
from tests.faults.measures import MEASURED, metrics, milliseconds, percentile
from tests.faults.relay import Relay, Way
from tests.server.process import Server, eventually

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


def test_a07_without_redis_everything_is_said_and_heard_within_two_seconds(many, talk, long, figure) -> None:
    many.redis.kill()
    try:
        without = [talk.hears() for _ in range(15 if long else 3)]
    finally:
        many.redis.start()
    assert max(without) < 4  # the sweep comes every second; a busy machine may keep it waiting
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 20)
    after = [talk.hears() for _ in range(20)]
    assert statistics.median(after) < 0.25
    figure(
        f"without: heard within {milliseconds(max(without))}; after it: p50 "
        f"{milliseconds(statistics.median(after))}, p95 {milliseconds(percentile(after, 0.95))}"
    )


def test_a08_a_process_that_starts_without_redis_serves_and_says_so(many, talk) -> None:
    many.redis.kill()
    try:
        many.servers[0].kill()
        many.servers[0].start()
        with talk.ada.line() as talk.writing:
            assert talk.hears() < 4
    finally:
        many.redis.start()
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 20)


def test_a09_a_frozen_redis_keeps_no_acknowledgement_waiting(many, talk, long, figure) -> None:
    with services.frozen(many.redis.pid):
        took = []
        until = time.monotonic() + (10 if long else 3)
        while time.monotonic() < until:
            answer, seconds = talk.say()
            assert answer["ok"]
            took.append(seconds)
            time.sleep(0.05)
        assert talk.hears() < 4
    assert max(took) < 1.5
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 20)
    figure(f"{len(took)} acknowledgements, the slowest {milliseconds(max(took))}")


def test_a11_a_burst_of_hints_leaves_every_process_hearing(many, talk, long, figure) -> None:
    assert eventually(lambda: many.redis.listeners("parlor:hints") == 2, 20)
    burst = 2_000 if long else 400
    for _ in range(burst):
        text = str(uuid.uuid4())
        talk.writing.begin("post_message", {"room_id": talk.room.id, "text": text, "nonce": text})
    heard = [talk.hearing.hear("message_posted")["seq"] for _ in range(burst)]
    assert heard == list(range(heard[0], heard[0] + burst))
    assert many.redis.listeners("parlor:hints") == 2
    after = min(talk.hears() for _ in range(5))
    assert after < 0.25
    figure(f"{burst} at once: all heard in the other process, in order; after it {milliseconds(after)}")


def test_a13_a_full_redis_keeps_nobody_from_talking(many, talk, figure) -> None:
    many.redis.ask("CONFIG", "SET", "maxmemory", "1")
    try:
        assert "OOM" in many.redis.ask("SET", "full", "yes")
        heard = [talk.hears() for _ in range(10)]
        with talk.bob.line():  # somebody new is let in, too
            assert post(talk.bob, talk.room)[0] == 201
    finally:
        many.redis.ask("CONFIG", "SET", "maxmemory", "0")
    assert many.redis.ask("SET", "full", "no") == "+OK"
    assert statistics.median(heard) < 2
    figure(f"heard within {milliseconds(max(heard))}")


@pytest.mark.parametrize("way", ["fast", "immediate"])
def test_a14_a_restarted_postgresql_is_unavailable_and_nothing_else_and_back_at_once(
    many, talk, way, long, figure
) -> None:
    took: list[float] = []
    for _ in range(10 if long else 1):
        many.postgres.restart(way)
        back = time.monotonic()
        while not (answer := talk.say()[0])["ok"]:
            assert answer["error"]["code"] == "unavailable"
            time.sleep(0.05)
        took.append(time.monotonic() - back)
        assert talk.hears() < 5
    assert max(took) < 5
    figure(f"{way} × {len(took)}: taken again {milliseconds(max(took))} after it was back, at most")


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
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 20)


def test_a16_a_frozen_postgresql_refuses_in_time_and_heals(many, talk, figure) -> None:
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
    assert max(seconds for _, seconds in refused) < 5  # 2 s, and what a busy machine adds
    assert statistics.median(alive) < 0.25
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 20)
    figure(
        f"40 refused within {milliseconds(max(seconds for _, seconds in refused))}; /healthz p98 "
        f"{milliseconds(percentile(alive, 0.98))}"
    )


def fill(many: services.Many) -> list[psycopg.Connection[Any]]:
    """Take every connection that PostgreSQL has left."""
    held = []
    while True:
        try:
            held.append(psycopg.connect(many.postgres.address(), autocommit=True))
        except psycopg.OperationalError:
            return held


def test_a17_without_a_free_slot_everything_is_refused_in_time_and_heals(many, talk, figure) -> None:
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
    assert max(seconds for _, seconds in refused) < 5
    began = time.monotonic()
    assert eventually(lambda: post(talk.ada, talk.room)[0] == 201, 20)
    figure(
        f"refused within {milliseconds(max(seconds for _, seconds in refused))}, healed after "
        f"{milliseconds(time.monotonic() - began)}"
    )


def test_a18_a_room_that_is_held_is_unavailable_and_no_other(many, talk, figure) -> None:
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
    assert max(seconds for _, seconds in refused) < 5
    assert {status for status, _ in served} == {201}
    assert statistics.median(seconds for _, seconds in served) < 0.5
    assert post(talk.ada, talk.room)[0] == 201
    figure(
        f"24 refused within {milliseconds(max(seconds for _, seconds in refused))}; another room's slowest of 10 "
        f"{milliseconds(max(seconds for _, seconds in served))}"
    )


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
        assert time.monotonic() - began < 5  # a look every second, and what a busy machine adds
    finally:
        many.redis.start()


def test_a37_a_process_that_cannot_see_who_was_removed_tells_nothing_and_takes_nothing(
    many, talk, tmp_path, figure
) -> None:
    """Its way to PostgreSQL is stalled; Redis, and the other processes, are as ever. It is told to wait 2 s, not 10."""
    with Relay(many.postgres.port) as relay:
        address = many.environment["DATABASE_URL"].replace(f":{many.postgres.port}/", f":{relay.port}/")
        settings = {**many.environment, **MEASURED, "DATABASE_URL": address}
        with Server(tmp_path, migrate=False, command=sites.command("blind_after:2"), **settings) as cut_off:
            bob = replace(talk.bob, url=cut_off.url)
            with bob.line() as line:
                first = talk.say()[0]["data"]["message"]["seq"]
                assert line.hear("message_posted")["seq"] == first
                relay.ways = [Way(blackhole=True)]
                relay.take("both")
                began = time.monotonic()
                assert eventually(lambda: metrics(cut_off.url)["parlor_blind"] == 1, 30)
                noticed = time.monotonic() - began
                typing = {"room_id": talk.room.id, "typing": True}
                for _ in range(5):
                    assert talk.writing.ask("set_typing", typing)["ok"]
                    assert talk.say()[0]["ok"]
                refused = line.ask("sync", {"rooms": {}})
                assert refused["error"]["code"] == "unavailable"
                assert line._early == []  # heard before the answer: nothing at all
                relay.heal()
                seqs = [line.hear("message_posted")["seq"] for _ in range(5)]
                assert seqs == list(range(first + 1, first + 6))
                assert line.ask("sync", {"rooms": {}})["ok"]
    figure(
        f"told to wait 2 s: blind after {noticed:.1f} s, told nothing, and everything in order once it saw again"
    )

"""What one process promises while its file is held or its disk full, and when it dies around a commit."""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
import statistics
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.clients import people
from tests.clients.people import Account, Room
from tests.faults import services, sites
from tests.faults.measures import MEASURED, metrics, milliseconds
from tests.server.process import Server, eventually

pytestmark = pytest.mark.slow


def post(who: Account, room: Room, nonce: str) -> tuple[int, float]:
    """Status and seconds of one message over REST; 0 when the line was lost."""
    began = time.monotonic()
    try:
        reply = who.rest("POST", f"/rooms/{room.id}/messages", {"text": nonce, "nonce": nonce})
    except requests.ConnectionError:
        return 0, time.monotonic() - began
    return reply.status_code, time.monotonic() - began


def texts(who: Account, room: Room) -> list[str]:
    return [message["text"] for message in who.history(room)]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes into the file."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("many", [False, True], ids=["SQLite", "PostgreSQL"])
@pytest.mark.parametrize(("way", "stored"), [("die_before_commit:1", False), ("die_after_commit:1", True)])
def test_a02_killed_around_the_commit_a_retry_stores_it_once(
    tmp_path: Path, many: bool, way: str, stored: bool
) -> None:
    place = services.Many(tmp_path, 1) if many else Server(tmp_path, RATE_LIMITS="off")
    with place:
        server = place.servers[0] if isinstance(place, services.Many) else place
        ada = people.register(server.url, "ada")
        room, nonce = ada.make_room(), str(uuid.uuid4())
        sound = server.command
        server.kill()
        server.command = sites.command(way)
        server.start()
        assert post(ada, room, nonce)[0] == 0
        assert server.wait() == -9
        server.command = sound
        server.start()
        assert texts(ada, room) == [nonce] * stored
        assert post(ada, room, nonce)[0] == (200 if stored else 201)
        assert texts(ada, room) == [nonce]


def test_a19_a_held_lock_is_unavailable_in_time_nobody_else_waits_and_a_retry_goes_through(
    tmp_path: Path, figure
) -> None:
    with Server(tmp_path, RATE_LIMITS="off", **MEASURED) as server:
        ada = people.register(server.url, "ada")
        room, nonces = ada.make_room(), [str(uuid.uuid4()) for _ in range(8)]
        answers: list[tuple[int, float]] = []
        alive: list[float] = []
        with locked(server.database):
            crowd = [threading.Thread(target=lambda n=n: answers.append(post(ada, room, n))) for n in nonces]
            for each in crowd:
                each.start()
            while any(each.is_alive() for each in crowd):
                began = time.monotonic()
                assert requests.get(f"{server.url}/healthz", timeout=10).ok
                alive.append(time.monotonic() - began)
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < 5  # 2 s, and what a busy machine adds
        assert statistics.median(alive) < 0.1
        late = metrics(server.url)["parlor_hub_late_seconds_worst"]
        assert late < 1  # a busy wait in the database's own code held everything up for 2 to 5 s
        assert [post(ada, room, nonce)[0] for nonce in nonces] == [201] * 8
        assert texts(ada, room) == nonces
    figure(
        f"held for as long as anybody waits: refused within "
        f"{milliseconds(max(seconds for _, seconds in answers))}, the hub {milliseconds(late)} late at most, all sent "
        "afterwards"
    )


def test_a20_a_reader_who_stays_lets_the_write_ahead_log_grow_only_so_far(
    tmp_path: Path, long: bool, figure
) -> None:
    with Server(tmp_path, RATE_LIMITS="off", SQLITE_SYNCHRONOUS="NORMAL") as server:
        ada = people.register(server.url, "ada")
        room, written = ada.make_room(), 20_000 if long else 1_000
        beside = server.database.with_name(server.database.name + "-wal")
        with contextlib.closing(sqlite3.connect(server.database, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            [[before]] = reader.execute("SELECT count(*) FROM messages").fetchall()
            write(ada, room, written)
            largest = beside.stat().st_size
            assert reader.execute("SELECT count(*) FROM messages").fetchall() == [(before,)]
            reader.execute("ROLLBACK")
        write(ada, room, 100)
        with contextlib.closing(sqlite3.connect(server.database, isolation_level=None)) as other:
            busy, pages, moved = other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            assert other.execute("SELECT count(*) FROM messages").fetchone() == (before + written + 100,)
        assert (busy, pages) == (0, moved)
        write(ada, room, 100)
        assert beside.stat().st_size <= 64 * 2**20
    figure(f"{written} messages under a reader: {largest / 2**20:.0f} MB, then all of it moved into the file")


def write(who: Account, room: Room, amount: int) -> None:
    """So many messages, a hundred under way at a time."""
    with who.line() as line:
        for first in range(0, amount, 100):
            for _ in range(min(100, amount - first) - 1):
                nonce = str(uuid.uuid4())
                line.begin("post_message", {"room_id": room.id, "text": nonce, "nonce": nonce})
            nonce = str(uuid.uuid4())
            asked = {"room_id": room.id, "text": nonce, "nonce": nonce}
            assert line.ask("post_message", asked)["ok"]


def test_a34_a_clock_that_is_set_forth_and_back_changes_no_order_and_cuts_nobody(
    tmp_path: Path, figure
) -> None:
    clock = tmp_path / "ahead"
    clock.write_text("0")
    with Server(tmp_path, RATE_LIMITS="off") as server:
        server.kill()
        server.command = sites.command(f"clock:{clock}")
        server.start()
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        room = ada.make_room()
        bob.join(room)
        texts_said, times = [], []
        with ada.line() as writing, bob.line() as hearing:
            for step in (0, 60, -60, 86_400, -86_400, 0):
                clock.write_text(str(step))
                for _ in range(5):
                    nonce = str(uuid.uuid4())
                    asked = {"room_id": room.id, "text": nonce, "nonce": nonce}
                    answer = writing.ask("post_message", asked)
                    assert answer["ok"], answer
                    assert writing.ask("post_message", asked)["data"]["duplicate"]
                    texts_said.append(nonce)
                    times.append(answer["data"]["message"]["created_at"])
            heard = [hearing.hear("message_posted") for _ in texts_said]
        assert [each["message"]["text"] for each in heard] == texts_said == texts(ada, room)
        assert [each["seq"] for each in heard] == list(range(heard[0]["seq"], heard[0]["seq"] + len(heard)))
        assert times != sorted(times)  # the clock was set
        assert bob.rest("GET", "/me").ok
    figure("±60 s and ±1 day: order and seqs as they were said, no line cut")


def test_a22_a_log_that_takes_nothing_more_keeps_nobody_from_talking(tmp_path: Path, figure) -> None:
    sign = tmp_path / "full"
    with Server(tmp_path, RATE_LIMITS="off") as server:
        server.kill()
        server.command = sites.command(f"full_log:{sign}")
        server.start()
        ada = people.register(server.url, "ada")
        room, said = ada.make_room(), [str(uuid.uuid4()) for _ in range(20)]
        sign.touch()
        assert eventually(lambda: not sign.exists())
        before = server.log()
        answers = [post(ada, room, nonce) for nonce in said]
        assert [status for status, _ in answers] == [201] * 20
        assert ada.rest("GET", "/nowhere").status_code == 404
        assert texts(ada, room) == said
        assert server.log() == before and server.alive
    figure(f"nothing refused, the slowest within {milliseconds(max(seconds for _, seconds in answers))}")


def test_a23_a_process_that_may_write_nothing_reads_on_and_heals(tmp_path: Path, figure) -> None:
    """No file of its own takes a byte any more: neither the database nor the log, whose failure blocks nobody."""
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada = people.register(server.url, "ada")
        room, said = ada.make_room(), [str(uuid.uuid4()) for _ in range(4)]
        assert post(ada, room, said[0])[0] == 201
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, hard))
        refused = [post(ada, room, said[1]) for _ in range(5)]
        assert {status for status, _ in refused} == {503}
        assert texts(ada, room) == said[:1]
        assert requests.get(f"{server.url}/healthz", timeout=10).ok
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        began = time.monotonic()
        assert eventually(lambda: post(ada, room, said[1])[0] in {200, 201}, 20)
        healed = time.monotonic() - began
        for nonce in said[2:]:
            assert post(ada, room, nonce)[0] == 201
        server.kill()
        server.start()
        assert texts(ada, room) == said
    figure(f"refused as unavailable, read all the while; taken again after {milliseconds(healed)}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Eight megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "parlor", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr}")
    yield folder
    assert eventually(lambda: subprocess.run(["umount", folder], check=False).returncode == 0, 5)


def test_a21_a_full_disk_refuses_what_is_said_and_shows_what_was(small_disk: Path) -> None:
    with Server(small_disk, RATE_LIMITS="off", LOG_LEVEL="ERROR") as server:
        ada = people.register(server.url, "ada")
        room, said = ada.make_room(), []
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"0" * 4096)
        refused = ""
        for _ in range(2_000):
            nonce = str(uuid.uuid4())
            status, _ = post(ada, room, nonce)
            if status != 201:
                refused = nonce
                break
            said.append(nonce)
        assert status == 503
        assert texts(ada, room) == said
        ballast.unlink()
        assert eventually(lambda: post(ada, room, refused)[0] in {200, 201}, 20)
        assert texts(ada, room) == [*said, refused]

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

"""What watches over the figures notices what it should: a server that is wrong on purpose has none."""

import itertools
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import honesty, install, long_rooms
from tests.benchmarks.tiny import Tiny

MEMBERS = 4
needs_gcc = pytest.mark.skipif(not shutil.which("gcc"), reason="the generator is compiled by gcc")


def counted(server: Tiny, tmp_path: Path, **options: object) -> dict[str, Any]:
    """What the generator says of a moment; the last member in is the one who is treated badly."""
    roster = tmp_path / "roster.txt"
    roster.write_text("".join(f"token{number} room\n" for number in range(MEMBERS)))
    # One connects after the other, and a single sender waits for each message: nothing is left to chance.
    given = {
        "mode": "closed",
        "speech": "plain",
        "port": server.port,
        "roster": roster,
        "concurrency": 1,
        "senders": 1,
        "in-flight": 2,
        "sample": 1,
        "warm": 0,
        "seconds": 0.8,
        "drain": 10 if not server.fault else 0.5,
        **options,
    }
    words = itertools.chain.from_iterable((f"--{name}", str(value)) for name, value in given.items())
    program = install.compile_program("load")
    done = subprocess.run([str(program), *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_gcc
@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("", set()),
        ("loses", {"lost", "disordered"}),
        ("doubles", {"lost", "disordered"}),  # `lost` is how far counts are apart, either way
        ("swaps", {"disordered"}),
        ("cuts", {"lost", "gone"}),
    ],
)
def test_the_generator_notices(fault: str, noticed: set[str], tmp_path: Path) -> None:
    with Tiny(tmp_path / "chat.db", fault) as server:
        found = counted(server, tmp_path)
    wrong = {name for name in ("lost", "disordered", "refused", "gone") if found[name]}
    # A swap that the end tears apart is a loss as well.
    assert wrong == noticed or (fault == "swaps" and wrong == {"lost", "disordered"}), found


@needs_gcc
def test_what_the_generator_counts_is_what_was_stored(tmp_path: Path) -> None:
    with Tiny(tmp_path / "chat.db") as server:
        found = counted(server, tmp_path, mode="open", rate=50)
        (stored,) = server._db.execute("SELECT count(*) FROM message").fetchone()
    assert found["lost"] == 0
    assert 0 < stored <= 50 * 0.8 + 8
    assert 0 < found["p50_ms"] <= found["p99_ms"]


def contender(server: Tiny, tmp_path: Path) -> Any:
    """What the check sees of a running contender."""
    roster = tmp_path / "roster.txt"
    roster.write_text("token room\n")
    told = SimpleNamespace(is_parlor=False, speech="plain", roster=lambda layout: roster)
    return SimpleNamespace(contender=told, port=server.port, database=server.database, stop=server.stop)


def test_who_stores_before_acknowledging_is_honest(tmp_path: Path) -> None:
    with Tiny(tmp_path / "chat.db") as server:
        honesty.check(contender(server, tmp_path))
        (stored,) = server._db.execute("SELECT count(*) FROM message").fetchone()
    assert stored == honesty.MESSAGES


def test_who_acknowledges_what_is_not_stored_is_found_out(tmp_path: Path) -> None:
    with Tiny(tmp_path / "chat.db", "forgets") as server, pytest.raises(honesty.Dishonest, match="0 times"):
        honesty.check(contender(server, tmp_path))


def test_a_room_grows_to_its_length_by_copies_that_differ(tmp_path: Path) -> None:
    path = tmp_path / "rooms.db"
    line = sqlite3.connect(path)
    line.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, room_id, seq, author_id, nonce, text, kept)")
    line.execute(
        "CREATE TABLE entries (room_id, seq, subject_id, actor_id, kind, PRIMARY KEY (room_id, seq))"
    )
    line.execute("INSERT INTO messages VALUES ('first', 'room', 1, 'ada', 'first', 'Hello.', 'as it was')")
    line.execute("INSERT INTO entries VALUES ('room', 1, 'first', 'ada', 'message_posted')")
    line.commit()
    long_rooms.grow(path, "room", ["ada", "bob"], 50)
    joined = (
        "SELECT count(*), min(seq), max(seq), count(DISTINCT id), count(DISTINCT nonce), count(DISTINCT author_id) "
        "FROM messages JOIN entries USING (room_id, seq) "
        "WHERE subject_id = id AND actor_id = author_id AND kept = 'as it was' AND kind = 'message_posted'"
    )
    assert line.execute(joined).fetchone() == (50, 1, 50, 50, 50, 2)
    line.close()

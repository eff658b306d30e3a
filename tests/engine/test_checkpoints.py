"""Checkpoints beside the hub: they are made, and hold nobody up."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from app.engine import checkpoints


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "chat.db"


def writer(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("CREATE TABLE IF NOT EXISTS said (text)")
    return connection


def held_by_the_file_itself(database: Path) -> int:
    """The rows that are there without the write-ahead log."""
    alone = database.with_name("alone.db")
    shutil.copyfile(database, alone)
    try:
        with sqlite3.connect(alone) as reader:
            return int(reader.execute("SELECT count(*) FROM said").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0


def test_what_was_written_comes_into_the_file_and_no_writer_waits(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.01)
    hand = writer(database)
    with checkpoints.made_beside(database):
        for _ in range(300):
            hand.execute("INSERT INTO said VALUES (?)", ("x" * 5000,))  # would raise where it had to wait
        deadline = time.monotonic() + 20
        while held_by_the_file_itself(database) < 300:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    hand.execute("INSERT INTO said VALUES ('after the end')")
    time.sleep(0.1)
    assert held_by_the_file_itself(database) == 300
    hand.close()


def test_without_a_file_there_is_nothing_to_do() -> None:
    with checkpoints.made_beside(None):
        pass


def test_a_file_that_cannot_be_opened_ends_nothing_but_the_thread(tmp_path: Path) -> None:
    with checkpoints.made_beside(tmp_path / "no folder" / "chat.db"):
        time.sleep(0.05)

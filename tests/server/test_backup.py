"""A copy of the database, taken while the server writes."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.server.conftest import register
from tests.server.process import ROOT, Server

BACKUP = [sys.executable, str(ROOT / "tools/backup.py")]


def backup(server: Server, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*BACKUP, str(target)], env=server.environment, capture_output=True, text=True)


def test_a_copy_holds_what_was_acknowledged_and_serves(folder: Path) -> None:
    with Server(folder) as server:
        register(server, "ada")
        copied = backup(server, folder / "copy.db")
        assert copied.returncode == 0, copied.stderr
        assert "sound" in copied.stdout
    with contextlib.closing(sqlite3.connect(folder / "copy.db")) as copy:
        assert copy.execute("SELECT username FROM users").fetchall() == [("ada",)]
    (folder / "other").mkdir()
    with Server(folder / "other", DATABASE_URL=f"sqlite:///{folder}/copy.db") as other:
        assert other.alive


def test_nothing_is_overwritten(folder: Path) -> None:
    server = Server(folder)
    (folder / "copy.db").write_text("precious")
    refused = backup(server, folder / "copy.db")
    assert refused.returncode == 1
    assert "not overwritten" in refused.stderr
    assert (folder / "copy.db").read_text() == "precious"

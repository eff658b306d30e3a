"""Who is measured, and how each is started: one process, on a core of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks import layouts, machine, seed

SERVERS = layouts.FOLDER / "servers"
PEER_PYTHON = layouts.BUILT / "venv" / "bin" / "python"
START_SECONDS = 30.0
SPARE_FILES = 1_500  # what Parlor wants beside its sockets, and more


class Contender(NamedTuple):
    """A server: its command, the speech that the generator talks with it, the durability it is asked for."""

    name: str
    title: str
    speech: str
    command: list[str]
    needs: Path
    environment: dict[str, str] = {}
    level: str = "NORMAL"  # SQLite's `synchronous` where throughput is measured

    @property
    def is_parlor(self) -> bool:
        """Is this the real application, and not a minimal server?"""
        return self.speech == "parlor"

    def roster(self, layout: str) -> Path:
        """Its members in a layout."""
        return layouts.roster("parlor" if self.is_parlor else "peer", layout)


def _parlor(name: str, title: str, engine: str) -> Contender:
    wsgi = seed.ROOT / "wsgi.py"
    return Contender(name, title, "parlor", [sys.executable, str(wsgi)], wsgi, {"ENGINE": engine}, "FULL")


def _python(name: str, title: str, speech: str) -> Contender:
    return Contender(name, title, speech, [str(PEER_PYTHON), str(SERVERS / f"{name}_peer.py")], PEER_PYTHON)


def _node(name: str, title: str, speech: str) -> Contender:
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    # Node looks for packages upwards from the script: .built/ has the script's copy beside node_modules.
    script = layouts.BUILT / f"{name}_peer.mjs"
    return Contender(name, title, speech, [node, str(script)], layouts.BUILT / "node_modules")


CONTENDERS = {
    each.name: each
    for each in (
        _parlor("parlor", "Parlor", "fast"),
        _parlor("parlor_stock", "Parlor, stock engine", "stock"),
        _node("node_socketio", "Node socket.io", "socketio"),
        _node("node_ws_batch", "Node ws, coalescing", "plain"),
        _python("flask_socketio", "Flask-SocketIO", "socketio"),
        _python("channels", "Django Channels", "plain"),
        _python("fastapi", "FastAPI", "plain"),
        Contender(
            "c_limit", "C, the limit", "plain", [str(layouts.BUILT / "c_limit")], layouts.BUILT / "c_limit"
        ),
    )
}


class DidNotStart(Exception):
    """The server ended, or didn't answer in time. Its text is what it printed."""


class Running:
    """A contender's process on a fresh database. A context manager."""

    def __init__(
        self,
        contender: Contender,
        level: str,
        database: Path | None = None,
        changes: dict[str, str] | None = None,  # of its environment
    ) -> None:
        self.contender = contender
        self.level = level
        self.port = self.other_port = 0  # another one where two processes share the work
        self._folder = Path(tempfile.mkdtemp(prefix="run-", dir=layouts.BUILT))
        self._given = database
        self._changes = changes or {}
        self.database = database or self._folder / "chat.db"
        self._sockets = min(20_000, machine.allow_many_files() - SPARE_FILES)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """What it printed."""
        return (self._folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start it on a database as at the beginning, and wait until it takes connections. Raises DidNotStart."""
        self.port = _free_port()
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*machine.on_server_core(), *self.contender.command],
                cwd=self._folder,
                env={**self._environment(self._fresh()), **self._changes},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise DidNotStart(self.log()[-2000:])
            time.sleep(0.05)
        time.sleep(0.3)

    def restart(self) -> None:
        """Leave whatever it is busy with behind."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Kill it and its children."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def memory_kb(self) -> int:
        """Its resident memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise DidNotStart("It ended.")

    def _fresh(self) -> Path:
        path = self.database
        if self._given:
            return path
        for file in self._folder.glob("chat.db*"):
            file.unlink()
        if self.contender.is_parlor:
            shutil.copyfile(seed.PEOPLE, path)
        return path

    def _environment(self, database: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        common = {"PORT": str(self.port), **kept, **self.contender.environment}
        if not self.contender.is_parlor:
            return {**common, "DATABASE": str(database), "SYNCHRONOUS": self.level}
        # The application as an operator runs it, but for the limits that one address and one person have.
        return {
            **common,
            "DATABASE_URL": f"sqlite:///{database}",
            "SQLITE_SYNCHRONOUS": self.level,
            "SECRET_KEY_FILE": str(layouts.BUILT / "secret_key"),
            "RATE_LIMITS": "off",
            "MAX_SOCKETS": str(self._sockets),
            "MAX_SOCKETS_PER_ADDRESS": str(self._sockets),
        }

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

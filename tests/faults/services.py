"""The supervisor: PostgreSQL, Redis and servers of a test's own, on ports of their own, in a folder that goes away.

    with services.Many(folder) as many:             # PostgreSQL, Redis, two servers that share them
        many.postgres.restart("immediate")
        many.redis.kill(); many.redis.start()
        with services.frozen(many.servers[0].pid): ...

Everything is ended by its process id. What is still there afterwards is ended too, and fails the test: `Leftovers`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tests.server.process import Server, eventually, free_port

START_SECONDS = 20.0
_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Leftovers(AssertionError):
    """Processes that outlived their test."""


class Service:
    """A program with a port, which is started, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """Of the running process and its children."""
        return [self.pid, *children(self.pid)]

    def start(self) -> Self:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._options()
            )
        assert eventually(self.answers, START_SECONDS), (self.folder / "log").read_text()[-3000:]
        return self

    def send(self, number: int) -> None:
        """Send a signal to it."""
        os.kill(self.pid, number)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it by a signal, and wait until it and its children are gone."""
        if self._process is None:
            return
        pids = self.pids
        for pid in pids:  # who is frozen hears nothing but SIGKILL
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        self._process.wait(20)
        assert eventually(lambda: not any(map(is_alive, pids)), 20), f"of {pids} some did not end"
        self._process = None

    def command(self) -> list[str]:
        """What is run."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it can be used."""
        raise NotImplementedError

    def _options(self) -> dict[str, Any]:
        return {"cwd": self.folder, "start_new_session": True}


class Redis(Service):
    """A Redis that keeps nothing."""

    @property
    def url(self) -> str:
        """Its REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        keep_nothing = ["--save", "", "--appendonly", "no"]
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *keep_nothing]

    def answers(self) -> bool:
        return self.ask("PING") == "+PONG"

    def ask(self, *words: str) -> str:
        """The first line of the answer to a command; empty when it does not answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.sendall((" ".join(words) + "\r\n").encode())
                return line.recv(1000).decode().strip()
        except OSError:
            return ""

    def listeners(self, channel: str) -> int:
        """How many are subscribed to a channel."""
        return int(self.ask("PUBSUB", "NUMSUB", channel).rpartition(":")[2] or 0)


class Postgres(Service):
    """A PostgreSQL cluster made for this test; the only person is `parlor`, who may do everything.

    Its folder is its own user's, outside pytest's: that one is closed to others again by each pytest that starts.
    """

    def __init__(self, **settings: str) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="parlor-postgres-")))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.settings = settings
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        self._programs = found[-1] if found else Path(shutil.which("initdb") or "initdb").parent
        self._who: dict[str, str] = {}
        if os.geteuid() == 0:  # it refuses to be run by root
            self._who = {"user": "postgres", "group": "postgres"}
            shutil.chown(self.folder, **self._who)
        run = [str(self._programs / "initdb"), "-D", "db", "-U", "parlor", "-A", "trust", "--no-sync"]
        subprocess.run(run, check=True, capture_output=True, cwd=self.folder, **self._who)

    def address(self, name: str = "postgres") -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgresql://parlor@127.0.0.1:{self.port}/{name}"

    def command(self) -> list[str]:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), **self.settings}
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", "db", "-k", str(self.folder), *chosen]

    def answers(self) -> bool:
        try:
            self.run("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: str, *values: object, name: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement of an administrator; its rows."""
        with psycopg.connect(self.address(name), autocommit=True, connect_timeout=2) as connection:
            done = connection.execute(statement, values)
            return done.fetchall() if done.description else []

    def restart(self, way: str) -> None:
        """Stop it `fast` or `immediate`, and start it again."""
        self.kill(_SIGNALS[way])
        self.start()

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), **self._who}


class Many:
    """The second size: servers that share a PostgreSQL and a Redis."""

    def __init__(self, folder: Path, servers: int = 2, **environment: str) -> None:
        self.folder = folder
        for name in ("redis", *(f"server{number}" for number in range(servers))):
            (folder / name).mkdir()
        self.postgres = Postgres()
        self.redis = Redis(folder / "redis")
        self.environment = {
            "DATABASE_URL": self.postgres.address("parlor"),
            "REDIS_URL": self.redis.url,
            "SECRET_KEY_FILE": str(folder / "secret_key"),
            "RATE_LIMITS": "off",
            "MAX_SOCKETS_PER_ADDRESS": "2000",
            **environment,
        }
        self.servers = [self._server(number) for number in range(servers)]

    @property
    def urls(self) -> list[str]:
        """Where the servers are."""
        return [server.url for server in self.servers]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says itself."""
        return self.postgres.run(statement, *values, name="parlor")

    def __enter__(self) -> Self:
        try:
            self.postgres.start()
            self.postgres.run("CREATE DATABASE parlor")
            done = self.servers[0].flask("db", "upgrade")
            assert done.returncode == 0, done.stderr
            self.redis.start()
            for server in self.servers:
                server.start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        left = [*leftovers(self.folder), *leftovers(self.postgres.folder)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if left and error is None:
            raise Leftovers(f"these processes outlived the test: {left}")

    def _end(self) -> None:
        for each in self.servers:
            each.kill()
        self.redis.kill()
        self.postgres.kill(signal.SIGINT)

    def _server(self, number: int) -> Server:
        return Server(self.folder / f"server{number}", migrate=False, **self.environment)


@contextlib.contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """SIGSTOP, and SIGCONT at the end."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def children(pid: int) -> list[int]:
    """The processes that a process made, and that are there."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process is there, and not only waits to be forgotten."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def leftovers(folder: Path) -> list[int]:
    """Processes that work in a folder, or whose settings name it."""
    time.sleep(0.05)
    return [pid for pid in _pids() if pid != os.getpid() and _belongs(pid, str(folder))]


def _pids() -> Iterable[int]:
    return (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())


def _belongs(pid: int, folder: str) -> bool:
    try:
        place = Path(f"/proc/{pid}/cwd").readlink()
        return place.is_relative_to(folder) or folder.encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False

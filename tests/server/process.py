"""The real server in a process of its own, for tests that need real sockets, real signals or a real restart.

    from tests.server.process import Server

    def test_it_comes_back(tmp_path):
        with Server(tmp_path) as server:          # own port, migrated SQLite file and key; waits until it answers
            requests.get(server.url + "/healthz")   # server.url == "http://127.0.0.1:<port>"
            server.kill()                           # kill -9
            server.start()                          # same port, same file
            assert server.stop() == 0               # SIGTERM; the exit code

Settings are keyword arguments in the environment's names: `Server(tmp_path, RATE_LIMITS="off", MAX_SOCKETS="5")`; they
may be changed between two starts with `server.environment.update(…)`. What it printed is `server.log()`. Several
servers may share a folder's database when it is PostgreSQL; on SQLite the second refuses, as it should.

Nothing here imports the application: what is tested is what an operator starts.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 20.0
# Of this machine's environment, all that a server needs to run.
KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE", "XDG_DATA_HOME", "ENGINE"}


class DidNotStart(Exception):
    """The process ended, or did not answer in time. Its text is what it printed."""


class Server:
    """One server process. A context manager: starts on entry, is gone at the end."""

    def __init__(
        self, folder: Path, *, migrate: bool = True, command: list[str] | None = None, **environment: str
    ) -> None:
        self.folder = folder
        self.port = 0
        self.database = folder / "parlor.db"
        self.command = command or [sys.executable, str(ROOT / "wsgi.py")]
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in KEPT},
            "DATABASE_URL": f"sqlite:///{self.database}",
            "SECRET_KEY_FILE": str(folder / "secret_key"),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._read_from = 0
        if migrate and not self.database.exists():
            shutil.copyfile(_migrated(), self.database)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """Everything it printed, standard output and error together, over all starts."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def launch(self) -> None:
        """Start the process and don't wait."""
        assert not self.alive, "it is running"
        self._read_from = len(self.log())
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={"PORT": str(self.port), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> Self:
        """Start it, on the port of the first start, and wait until it answers. Raises DidNotStart."""
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.alive:
                raise DidNotStart(self.log())
            address = re.search(r"http://[^\s:]+:(\d+)", self.log()[self._read_from :])
            if address:
                self.port = int(address[1])
                if self._answers():
                    return self
            time.sleep(0.03)
        self.kill()
        raise DidNotStart(f"No answer within {START_SECONDS} s.\n{self.log()}")

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, its children too, and wait until it is gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM, and wait. The exit code. Raises subprocess.TimeoutExpired."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds: float = 15.0) -> int:
        """Wait until it ends by itself. The exit code. Raises subprocess.TimeoutExpired."""
        assert self._process is not None
        return self._process.wait(seconds)

    def refuses(self, seconds: float = START_SECONDS) -> str:
        """Start it, expecting that it ends by itself with an error; what it printed."""
        self.launch()
        code = self.wait(seconds)
        assert code != 0, self.log()
        return self.log()[self._read_from :]

    def flask(self, *arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a `flask …` command with this server's settings."""
        command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, input=input, capture_output=True, text=True
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return line.recv(12).startswith(b"HTTP/1.1")
        except OSError:
            return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error is not None:
            sys.stderr.write(self.log()[-8000:])


@contextlib.contextmanager
def two_servers(
    folder: Path, database: str, redis: str, command: list[str] | None = None
) -> Iterator[tuple[Server, Server]]:
    """Two processes on one PostgreSQL and one Redis, by their addresses; each with its own port and folder."""
    shared = {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "SECRET_KEY_FILE": str(folder / "secret_key"),
        "RATE_LIMITS": "off",
    }
    for name in ("one", "other"):
        (folder / name).mkdir()
    with (
        Server(folder / "one", migrate=False, command=command, **shared) as one,
        Server(folder / "other", migrate=False, command=command, **shared) as other,
    ):
        yield one, other


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(true: Callable[[], object], seconds: float = 5.0, every: float = 0.02) -> bool:
    """Whether it becomes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


@functools.cache
def _migrated() -> Path:
    """An empty database with every migration done: made once, copied by each server."""
    folder = Path(tempfile.mkdtemp(prefix="parlor-template-"))
    path = folder / "parlor.db"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{path}",
        "SECRET_KEY_FILE": str(folder / "secret_key"),
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return path

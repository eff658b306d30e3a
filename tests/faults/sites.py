"""Where a storm blows: the two sizes of Parlor, each with what can be done to it, and what its database says itself."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.faults import services
from tests.server.process import Server

LIFE_SECONDS = 30.0  # a server that is to end by itself has ended by then, or nobody talks any more
DEATHS = ("die_after_commit", "die_after_commit", "die_before_commit")
Rows = list[tuple[Any, ...]]


def command(way: str) -> list[str]:
    """The server that is wrong, or ends, in this way."""
    return [sys.executable, str(Path(__file__).with_name("server.py")), way]


class OneBox:
    """One process on SQLite."""

    name = "SQLite, one process"

    def __init__(
        self, folder: Path, seed: int, way: str = "", breath: tuple[float, float] = (0.3, 1.2)
    ) -> None:
        self.faults: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._breath = breath
        self._server = Server(folder, RATE_LIMITS="off")
        self._way = way
        if way:
            self._server.command = command(way)

    @property
    def urls(self) -> list[str]:
        """Where it is."""
        return [self._server.url]

    def strike(self) -> None:
        """`kill -9`, from outside or by its own hand exactly around a commit; then it is started again."""
        self.faults["kill -9"] += 1
        if self._way != "no_nonce" and (self._way or self._chance.random() < 0.5):
            time.sleep(self._chance.uniform(*self._breath))
        else:
            self._die_by_itself()
        self._server.kill()
        self._server.start()

    def _die_by_itself(self) -> None:
        sound = self._server.command
        death = "die_after_commit" if self._way else self._chance.choice(DEATHS)
        number = self._chance.randint(5, 60)
        # A wrong one ends at a writer's message: writers send again what was not answered.
        ways = [self._way, f"{death}:{1 + number // 4}:writer"] if self._way else [f"{death}:{number}"]
        self._server.kill()
        self._server.command = command("+".join(ways))
        self._server.start()
        self._server.wait(LIFE_SECONDS)
        self._server.command = sound

    def heal(self) -> None:
        """Everything runs."""

    def rows(self, statement: str, *values: object) -> Rows:
        """What the file holds, not what the server says of it."""
        with contextlib.closing(sqlite3.connect(self._server.database)) as database:
            return database.execute(statement.replace("%s", "?"), values).fetchall()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)


class ManyProcesses:
    """Two processes on PostgreSQL and Redis. `mixed`: what they stand on is struck as well, at the same time."""

    name = "PostgreSQL + Redis, two processes"

    def __init__(
        self,
        folder: Path,
        seed: int,
        way: str = "",
        breath: tuple[float, float] = (0.3, 1.2),
        mixed: bool = True,
    ) -> None:
        folder.chmod(0o755)  # PostgreSQL is somebody else
        self.faults: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._breath = breath
        self._many = services.Many(folder)
        self._below = threading.Thread(target=self._strike_below, args=(random.Random(seed),))
        self._mixed = mixed
        self._calm = threading.Event()
        self._broken: list[BaseException] = []
        self._wrong = bool(way)
        self._sound = command(way) if way else self._many.servers[0].command
        if way:
            for server in self._many.servers:
                server.command = self._sound

    @property
    def urls(self) -> list[str]:
        """Where they are."""
        return self._many.urls

    def strike(self) -> None:
        """Kill one of the two, by its own hand around a commit half of the time, and don't wait until it is back."""
        if self._mixed and not self._below.is_alive() and not self._calm.is_set():
            self._below.start()
        time.sleep(self._chance.uniform(*self._breath))
        server = self._chance.choice(self._many.servers)
        self._await(server)
        server.kill()
        self.faults["kill -9"] += 1
        server.command = self._sound
        if not self._wrong and self._chance.random() < 0.5:
            server.command = command(f"{self._chance.choice(DEATHS)}:{self._chance.randint(5, 40)}")
        server.launch()

    def heal(self) -> None:
        """Everything runs, and is sound."""
        self._calm.set()
        if self._below.is_alive():
            self._below.join()
        if self._broken:
            raise self._broken[0]
        for server in self._many.servers:
            if server.command != self._sound:
                server.kill()
                server.command = self._sound
            self._await(server)

    @staticmethod
    def _await(server: Server) -> None:
        """Wait until it serves; one that ended meanwhile, or found no database when it started, is started again."""
        deadline = time.monotonic() + LIFE_SECONDS
        while not services.listens(server.port):
            if not server.alive:
                server.kill()
                server.launch()
            if time.monotonic() > deadline:
                raise AssertionError(server.log()[-3000:])
            time.sleep(0.05)

    def rows(self, statement: str, *values: object) -> Rows:
        """What the database says itself."""
        return self._many.rows(statement, *values)

    def _strike_below(self, chance: random.Random) -> None:
        many = self._many
        strikes = {
            "Redis killed": lambda: (
                many.redis.kill(),
                time.sleep(chance.uniform(0.2, 2)),
                many.redis.start(),
            ),
            "Redis frozen": lambda: self._freeze(chance.uniform(1, 4), many.redis.pid),
            "PostgreSQL restarted": lambda: many.postgres.restart("immediate"),
            "process frozen": lambda: self._freeze(
                chance.uniform(0.5, 3), *[each.pid for each in many.servers if each.alive][:1]
            ),
        }
        try:
            while not self._calm.wait(chance.uniform(1, 4)):
                name = chance.choice(list(strikes))
                strikes[name]()
                self.faults[name] += 1
        except BaseException as error:  # the storm tells of it when it heals
            self._broken.append(error)

    @staticmethod
    def _freeze(seconds: float, *pids: int) -> None:
        with contextlib.suppress(ProcessLookupError), services.frozen(*pids):
            time.sleep(seconds)

    def __enter__(self) -> Self:
        self._many.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calm.set()
        if self._below.is_alive():
            self._below.join()
        self._many.__exit__(kind, error, trace)

"""A bad network between clients and a server, or between a server and its database: a relay in threads of its own.

    with Relay(server.port, seed=1) as relay:                 # passes everything on
        relay.ways = [Way(delay=0.05, jitter=0.05), Way(slice=1), Way(reset_at=900)]
        ...                                                   # each new connection takes one of them, by the seed
        relay.take("blackhole")                               # from now on nothing of what is open goes either way
        relay.heal()                                          # who had it bad is cut, and the next ones are passed

Nothing of it knows what it carries.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

CHUNK = 64 * 1024
PATIENCE = 0.1  # seconds between two looks at whether it is over
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close sends RST, and drops what has not left


@dataclass(frozen=True)
class Way:
    """How one connection is treated. Seconds and bytes; nothing set passes everything on."""

    delay: float = 0.0  # before each piece is passed on
    jitter: float = 0.0  # up to so much more
    throttle: int = 0  # bytes a second
    slice: int = 0  # pieces of at most so many bytes
    stall: str = (
        ""  # `up` (to the server), `down` or `both`: nothing of that is passed on; the lines stay open
    )
    reset_at: int = 0  # after so many bytes, both directions together, both lines are reset
    half_close_at: int = 0  # after so many bytes, the client's side has nothing more to say
    blackhole: bool = False  # the server is never even reached

    def stalls(self, direction: str) -> bool:
        """Whether nothing goes in this direction."""
        return self.blackhole or self.stall in {direction, "both"}


PASS = Way()
BAD: Sequence[Way] = (
    Way(delay=0.02, jitter=0.1),
    Way(slice=7),
    Way(slice=1, delay=0.0005),
    Way(throttle=8_000),
    Way(stall="up"),
    Way(stall="down"),
    Way(reset_at=700),
    Way(reset_at=5_000),
    Way(half_close_at=1_500),
    Way(blackhole=True),
)


@dataclass(eq=False)
class Link:
    """One connection: the client's line, the server's, and how they are treated, which may change at any time."""

    client: socket.socket
    way: Way
    server: socket.socket | None = None
    carried: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def end(self, *, reset: bool = False) -> None:
        """Close both lines, if need be with RST."""
        if self.ended.is_set():
            return
        self.ended.set()
        for line in (self.client, self.server):
            if line is not None:
                with contextlib.suppress(OSError):
                    if reset:
                        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                    else:
                        line.shutdown(socket.SHUT_RDWR)
                with contextlib.suppress(OSError):
                    line.close()


class Relay:
    """Listens on a port of its own, and carries what comes to `target`, a port of this machine."""

    def __init__(self, target: int, seed: int = 1, ways: Sequence[Way] = (PASS,)) -> None:
        self.target = target
        self.ways = ways
        self.links: set[Link] = set()
        self.made = self.resets = self.spoilt = 0
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, change: str) -> None:
        """Treat what is open otherwise from now on: `pass`, `blackhole`, `up`, `down` or `both` (stalled)."""
        ways = {"pass": PASS, "blackhole": Way(blackhole=True)}
        with self._lock:
            for link in self.links:
                link.way = ways.get(change) or replace(link.way, stall=change)

    def reset_all(self) -> int:
        """Reset every connection; how many there were."""
        with self._lock:
            links = list(self.links)
        for link in links:
            link.end(reset=True)
        self.resets += len(links)
        return len(links)

    def heal(self) -> None:
        """Cut whoever has it bad, and pass on everybody who comes."""
        self.ways = (PASS,)
        with self._lock:
            bad = [link for link in self.links if link.way != PASS]
        for link in bad:
            link.end(reset=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.reset_all()
        deadline = time.monotonic() + 10
        while self.links and time.monotonic() < deadline:
            time.sleep(0.01)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # until it is closed
            while True:
                client, _ = self._listening.accept()
                link = Link(client, self._chance.choice(self.ways))
                with self._lock:
                    self.made += 1
                    self.spoilt += link.way != PASS
                    self.links.add(link)
                threading.Thread(target=self._carry, args=(link,), daemon=True).start()

    def _carry(self, link: Link) -> None:
        try:
            if not link.way.blackhole:
                link.server = socket.create_connection(("127.0.0.1", self.target), 10)
                down = threading.Thread(target=self._pump, args=(link, "down"), daemon=True)
                down.start()
                self._pump(link, "up")
                down.join()
            else:
                link.ended.wait()
        except OSError:
            pass  # there is nobody: the client is told so by the end of its line
        finally:
            link.end()
            for line in (link.client, link.server):  # the server's may have come after the end
                if line is not None:
                    line.close()
            with self._lock:
                self.links.discard(link)

    def _pump(self, link: Link, direction: str) -> None:
        """Carry one direction until it ends; its end is carried as well."""
        assert link.server is not None
        source, sink = (link.client, link.server) if direction == "up" else (link.server, link.client)
        chance = random.Random(self._chance.random())
        try:
            source.settimeout(PATIENCE)
            while not link.ended.is_set():
                if link.way.stalls(direction):
                    time.sleep(PATIENCE / 4)
                    continue
                try:
                    data = source.recv(link.way.slice or CHUNK)
                except TimeoutError:
                    continue
                if link.way.stalls(direction):
                    continue  # it was stalled meanwhile: what came is lost with the line, as on a cut cable
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                if not self._pass_on(link, sink, data, chance):
                    return
        except OSError:
            link.end()

    def _pass_on(self, link: Link, sink: socket.socket, data: bytes, chance: random.Random) -> bool:
        """One piece; whether more may follow in this direction."""
        way = link.way
        pause = way.delay + chance.uniform(0, way.jitter) + (len(data) / way.throttle if way.throttle else 0)
        if pause:
            link.ended.wait(pause)
        if way.reset_at and link.carried + len(data) >= way.reset_at:
            sink.sendall(data[: max(0, way.reset_at - link.carried)])
            self.resets += 1
            link.end(reset=True)
            return False
        link.carried += len(data)
        sink.sendall(data)
        if way.half_close_at and link.carried >= way.half_close_at and sink is link.server:
            sink.shutdown(socket.SHUT_WR)
            return False
        return True

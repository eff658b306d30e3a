"""What one process knows of itself while it serves: its bounds, whom it counts, and whether it is closing."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from flask import Flask

    from app.engine.batches import Batches
    from app.engine.pinger import Pinger

Hook = Callable[[], Any]


class Settings(Protocol):
    """What the engine reads of the settings."""

    @property
    def engine(self) -> str: ...
    @property
    def origins(self) -> tuple[str, ...]: ...
    @property
    def transport_names(self) -> list[str]: ...
    @property
    def trusted_proxies(self) -> int: ...
    @property
    def max_sockets(self) -> int: ...
    @property
    def max_sockets_per_address(self) -> int: ...


@dataclass
class Engine:
    """One application's engine; `of(app)` finds it."""

    settings: Settings
    cookie: str
    every_second: Sequence[Hook] = ()
    background: Sequence[Hook] = ()
    closing_hook: Hook | None = None
    full: Callable[[], bool] = lambda: False
    socketio: Any = None
    pinger: Pinger = field(init=False)
    batches: Batches = field(init=False)
    closing: bool = False
    busy: int = 0  # requests and socket handlers that run now
    sockets_by_address: Counter[str] = field(default_factory=Counter)
    lines: int = 0  # connections that belong to the hub, and no longer to the HTTP server

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Count something that must be finished before the process may end."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def may_open(self, address: str) -> int:
        """Whether one more socket may be opened from here: 0, or the HTTP status of the refusal."""
        if self.closing or self.full() or self.sockets_by_address.total() >= self.settings.max_sockets:
            return 503
        if self.sockets_by_address[address] >= self.settings.max_sockets_per_address:
            return 429
        return 0

    def opened(self, address: str) -> None:
        """Count a socket."""
        self.sockets_by_address[address] += 1

    def closed(self, address: str) -> None:
        """Count it no longer."""
        self.sockets_by_address[address] -= 1
        if self.sockets_by_address[address] <= 0:
            del self.sockets_by_address[address]


def of(app: Flask) -> Engine:
    """The engine that was attached to this application."""
    engine: Engine = app.extensions["engine"]
    return engine

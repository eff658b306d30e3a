"""Making PostgreSQL's driver wait beside the hub instead of in C, where everybody would wait with it; not for ever."""

import contextlib
import os
import socket
import time
from typing import Any, Final

from eventlet import patcher

from app import limits

# The server's own time-outs come first; this is for one that says nothing at all any more.
SILENT_SECONDS: Final = limits.DATABASE_WAIT_SECONDS + 0.2


def cooperate() -> None:
    """Make psycopg wait by `select`, which eventlet has patched, and give up a server that is silent. Raises
    RuntimeError when psycopg does it otherwise.

    There is a variable in the environment for this, undocumented and read too early to be relied on. Commands are
    left their patience: a migration may take its time, and there nobody waits.
    """
    from psycopg import waiting

    module: Any = waiting
    if not callable(getattr(module, "wait_select", None)) or not hasattr(module, "wait"):
        raise RuntimeError("psycopg.waiting has no wait_select any more: see app/engine/postgres.py")
    module.wait = _wait if patcher.is_monkey_patched("socket") else module.wait_select


def _wait(generator: Any, fileno: int, interval: float = 0.0, timeout: float | None = None) -> Any:
    """psycopg's `wait_select`, which breaks the line of a server that is silent for SILENT_SECONDS.

    A frozen server, or one whose cable was cut, keeps no time-out of its own. Where the line is broken libpq finds
    that by itself, and the connection is of no use to anybody after it. Raises OperationalError, marked `silent`.
    """
    import psycopg
    from psycopg import waiting

    watched, deadline = _Watched(generator, fileno), time.monotonic() + SILENT_SECONDS
    watched.deadline = deadline
    try:
        return waiting.wait_select(watched, fileno, interval or 0.1, timeout)  # type: ignore[arg-type]
    except psycopg.OperationalError as lost:
        lost.silent = watched.broken  # type: ignore[attr-defined]
        raise


class _Watched:
    """A generator of psycopg's, looked after: each time that nothing came, it is asked whether that is too long."""

    deadline: float

    def __init__(self, generator: Any, fileno: int) -> None:
        self._generator = generator
        self._fileno = fileno
        self.broken = False

    def __next__(self) -> Any:
        return next(self._generator)

    def send(self, ready: int) -> Any:
        """What the generator waits for next."""
        if not ready and not self.broken and time.monotonic() > self.deadline:
            self.broken = True
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._fileno)) as line:
                line.shutdown(socket.SHUT_RDWR)
        return self._generator.send(ready)

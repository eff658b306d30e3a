"""One green thread that pings everybody, where Engine.IO has one for each connection."""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Final

import eventlet
import structlog

EVERY_SECONDS: Final = 1.0
AT_ONCE: Final = 500  # pings; then everybody else has a turn
_log = structlog.stdlib.get_logger("parlor.server")


class Pinger:
    """Who is to be pinged when, and whose answer is due when. Waits are the same for all, so both lists are in order.

    Connections are kept by their id: who is gone leaves nothing behind but that.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._next: deque[tuple[float, str]] = deque()
        self._asked: deque[tuple[float, str, float]] = deque()

    def schedule(self, sid: str) -> None:
        """Ping this connection one interval from now."""
        self._next.append((time.monotonic() + self._server.ping_interval, sid))

    def run(self) -> None:
        """Ping, and cut who does not answer, for as long as the process serves."""
        while True:
            eventlet.sleep(EVERY_SECONDS)
            try:
                self.cut_silent()
                while self.ping(AT_ONCE) == AT_ONCE:
                    eventlet.sleep(0)
            except Exception:
                _log.exception("pinging failed")

    def ping(self, most: int) -> int:
        """Ping those whose time has come; how many."""
        now = time.monotonic()
        pinged = 0
        while pinged < most and self._next and self._next[0][0] <= now:
            _, sid = self._next.popleft()
            socket = self._server.sockets.get(sid)
            if socket is not None and not socket.closed:
                self._asked.append((now + self._server.ping_timeout, sid, socket.ping()))
                pinged += 1
        return pinged

    def cut_silent(self) -> None:
        """Cut those whose answer is overdue."""
        now = time.monotonic()
        while self._asked and self._asked[0][0] <= now:
            _, sid, asked = self._asked.popleft()
            socket = self._server.sockets.get(sid)
            if socket is not None and not socket.closed and socket.last_ping == asked:
                socket.cut_soon(self._server.reason.PING_TIMEOUT)

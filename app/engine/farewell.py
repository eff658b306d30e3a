"""The last words of a connection that broke the rules: why, and then the end."""

from __future__ import annotations

from typing import Any, Final

from eventlet import hubs
from eventlet.green import socket

SECONDS: Final = 0.5
READS: Final = 64


class Farewell:
    """Closes a connection on which the last frame was written, once the client has closed its side or has had its time.

    What still comes is thrown away: closing on unread bytes would reset the connection, and take the reason with it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._reads = 0
        hub = hubs.get_hub()
        self._timer = hub.schedule_call_global(SECONDS, self._end)
        self._listener = hub.add(hub.READ, connection.fileno(), self._readable, self._obsolete, _nothing)
        self._listener.greenlet = hub.greenlet
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            self._end()

    def _readable(self, _fd: int) -> None:
        self._reads += 1
        try:
            more = self._connection.recv(16_384)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more or self._reads > READS:
            self._end()

    def _end(self) -> None:
        if self._listener is not None:
            hubs.get_hub().remove(self._listener)
            self._listener = None
            self._timer.cancel()
            self._connection.close()

    def _obsolete(self, *_: object) -> None:
        self._listener = None
        self._timer.cancel()


def _nothing() -> None:
    pass

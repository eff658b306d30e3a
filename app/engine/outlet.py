"""The way out of one WebSocket: written at once while the reader keeps up, owed within bounds while it doesn't."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from eventlet import hubs

from app import limits

PIECES_AT_ONCE: Final = 64  # buffers given to one system call
WRITES_AT_ONCE: Final = 4  # to one socket in one turn; then everybody else has one
TOO_SLOW: Final = "reads too slowly"
GONE: Final = "transport error"


class Buffer(bytes):
    """Frames that leave together; shared by everybody they are for."""

    packets = 1  # how many frames these are
    passing = False  # whether they may be dropped when the reader is slow


class _Owed(NamedTuple):
    buffer: bytes | memoryview
    packets: int
    passing: bool


class Outlet:
    """Writes to a non-blocking connection, in order, and never waits. `lost` is called, once, when it cannot go on.

    What is owed are references to buffers that all slow readers share, up to QUEUE_PACKETS and QUEUE_BYTES. From
    half of that on passing facts are left out; above it nothing is owed any more, and the reader is lost: it comes
    back, and catches up.
    """

    __slots__ = ("_backlog", "_bytes", "_connection", "_listener", "_lost", "_packets", "_send")

    def __init__(self, connection: Any, lost: Callable[[str], None]) -> None:
        self._connection = connection
        self._send: Callable[[bytes], int] = connection.send
        self._lost = lost
        self._backlog: deque[_Owed] | None = None
        self._bytes = self._packets = 0
        self._listener: Any = None

    @property
    def owes_nothing(self) -> bool:
        """Whether everything written has left for the system."""
        return self._backlog is None

    @property
    def owed(self) -> tuple[int, int]:
        """Packets and bytes that wait for the reader."""
        return self._packets, self._bytes

    def write(self, buffers: Sequence[bytes]) -> None:
        """Send these now, with one system call; what the system does not take is owed."""
        if self._backlog is not None:
            self._owe(buffers)
            return
        data = buffers[0] if len(buffers) == 1 else b"".join(buffers)
        try:
            sent = self._send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._give_up(GONE)
            return
        if sent == len(data):
            return
        self._backlog = deque()
        hub = hubs.get_hub()
        self._listener = hub.add(
            hub.WRITE, self._connection.fileno(), self._writable, self._obsolete, _nothing
        )
        if sent == 0:
            self._owe(buffers)
        else:
            packets = math.ceil(sum(map(_packets, buffers)) * (len(data) - sent) / len(data))
            self._add(_Owed(memoryview(data)[sent:], packets, passing=False))

    def close(self) -> None:
        """Owe nothing from now on, and send nothing."""
        self._send = len
        self._backlog = None
        self._bytes = self._packets = 0
        if self._listener is not None:
            hubs.get_hub().remove(self._listener)
            self._listener = None

    def _owe(self, buffers: Sequence[bytes]) -> None:
        for buffer in buffers:
            passing = getattr(buffer, "passing", False)
            if not (passing and self._is_half_full()):
                self._add(_Owed(buffer, _packets(buffer), passing))
        if self._is_half_full():
            self._drop_passing()
        if self._packets > limits.QUEUE_PACKETS or self._bytes > limits.QUEUE_BYTES:
            self._give_up(TOO_SLOW)

    def _add(self, owed: _Owed) -> None:
        assert self._backlog is not None
        self._backlog.append(owed)
        self._packets += owed.packets
        self._bytes += len(owed.buffer)

    def _is_half_full(self) -> bool:
        return self._packets * 2 > limits.QUEUE_PACKETS or self._bytes * 2 > limits.QUEUE_BYTES

    def _drop_passing(self) -> None:
        assert self._backlog is not None
        kept = [owed for owed in self._backlog if not owed.passing]
        if len(kept) < len(self._backlog):
            self._backlog = deque()
            self._packets = self._bytes = 0
            for owed in kept:
                self._add(owed)

    def _writable(self, _fd: int) -> None:
        try:
            for _ in range(WRITES_AT_ONCE):
                if self._backlog:
                    pieces = [owed.buffer for owed in islice(self._backlog, PIECES_AT_ONCE)]
                    self._paid(self._connection.sendmsg(pieces))
        except BlockingIOError:
            return
        except OSError:
            self._give_up(GONE)
            return
        if not self._backlog and self._listener is not None:
            hubs.get_hub().remove(self._listener)
            self._backlog = self._listener = None

    def _paid(self, sent: int) -> None:
        """Take so many bytes off what is owed. A frame that went in part is still owed as one."""
        assert self._backlog is not None
        self._bytes -= sent
        while sent:
            owed = self._backlog[0]
            if sent < len(owed.buffer):
                self._backlog[0] = owed._replace(buffer=memoryview(owed.buffer)[sent:], passing=False)
                return
            sent -= len(owed.buffer)
            self._packets -= owed.packets
            self._backlog.popleft()

    def _give_up(self, reason: str) -> None:
        self.close()
        self._lost(reason)

    def _obsolete(self, *_: object) -> None:
        # The hub found another file under our number: somebody closed ours, and the listener is gone already.
        self._listener = None
        self._give_up(GONE)


def _packets(buffer: bytes) -> int:
    return getattr(buffer, "packets", 1)


def _nothing() -> None:
    pass

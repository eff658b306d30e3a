"""The way in of one WebSocket: read by the hub itself, handled in a green thread only while there is anything."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import eventlet
import greenlet
from eventlet import hubs

from app.engine import frames
from app.engine.batches import Batch, Batches

if TYPE_CHECKING:
    from app.engine.direct import Socket

READ_BYTES: Final = 16 * 1024  # at once; then everybody else has a turn
FRAMES_AT_ONCE: Final = 64
WAITING_MAX: Final = 64  # messages read and not handled yet; above that TCP makes the client wait
PONG: Final = b"3"


class End(NamedTuple):
    """What the last thing to be handled is: the connection ended, for this reason."""

    reason: str
    last: bytes = b""  # a frame that says so to the client


class Inlet:
    """Reads frames, and handles the messages of one connection one after the other, in the order they came.

    What comes next waits while a green thread handles an earlier message, or a batch has it. The end of the
    connection waits as well: whatever was asked before is finished before anybody hears that the person left.
    """

    __slots__ = (
        "_asked",
        "_batch",
        "_batches",
        "_connection",
        "_listener",
        "_parser",
        "_paused",
        "_socket",
        "_thread",
        "_waiting",
    )

    def __init__(self, connection: Any, socket: Socket, batches: Batches) -> None:
        self._connection = connection
        self._socket = socket
        self._batches = batches
        self._parser = frames.Parser()
        self._waiting: deque[bytes | End | None] | None = None
        self._thread: Any = None
        self._batch: Batch | None = None  # which batch has messages of ours
        self._asked = 0  # and how many
        self._listener: Any = None
        self._paused = False

    @property
    def is_busy(self) -> bool:
        """Whether something is being handled, by somebody else than who asks."""
        return self._batch is not None or self._thread not in (None, greenlet.getcurrent())

    # ---- reading

    def listen(self) -> None:
        """Read whenever there is something."""
        if self._listener is None and not self._socket.is_cut:
            hub = hubs.get_hub()
            self._listener = hub.add(
                hub.READ, self._connection.fileno(), self._readable, self._obsolete, _nothing
            )
            self._listener.greenlet = hub.greenlet  # not whoever happened to begin this

    def deafen(self) -> None:
        """Read no more."""
        if self._listener is not None:
            hubs.get_hub().remove(self._listener)
            self._listener = None

    def _readable(self, _fd: int) -> None:
        if self._listener is None:
            return  # this was noticed in the same moment as what made us stop
        try:
            data = self._connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._parser.feed(data)
            self._parse()
        else:
            self.deafen()
            self._append(End(self._socket.server.reason.TRANSPORT_CLOSE))

    def _parse(self) -> None:
        """Take what has come whole, up to a limit; what is left over then is taken in a later turn."""
        if self._socket.is_cut:
            return
        try:
            for _ in range(FRAMES_AT_ONCE):
                if self._waiting is not None and len(self._waiting) >= WAITING_MAX:
                    self._paused = True
                    self.deafen()
                    return
                message = self._parser.next()
                if message is None:
                    self.listen()
                    return
                if not self._take(*message):
                    return
        except frames.Broken as error:
            self._bid_farewell(error.code, error.reason)
            return
        self.deafen()
        hubs.get_hub().schedule_call_global(0, self._parse)

    def _take(self, opcode: int, payload: bytes) -> bool:
        """One message or control frame; whether more may follow."""
        if opcode == frames.TEXT and payload == PONG:
            self._socket.ponged()
        elif opcode == frames.TEXT:
            self._append(payload)
        elif opcode == frames.PING:
            self._socket.write([frames.frame(payload, frames.PONG)])
        elif opcode == frames.CLOSE:
            self._bid_farewell(int.from_bytes(payload[:2], "big") if payload else 1000, "")
            return False
        elif opcode == frames.BINARY:
            self._append(None)
        return True

    def _bid_farewell(self, code: int, reason: str) -> None:
        self.deafen()
        self._append(End(self._socket.server.reason.TRANSPORT_CLOSE, frames.closing(code, reason)))

    def _resume(self) -> None:
        if self._paused and (self._waiting is None or len(self._waiting) <= WAITING_MAX // 2):
            self._paused = False
            hubs.get_hub().schedule_call_global(0, self._parse)

    # ---- handling

    def stop(self) -> None:
        """Read nothing more, and handle nothing that waits."""
        self.deafen()
        self._waiting = None

    def end(self, reason: str) -> None:
        """Let the socket leave as soon as what is in progress is done."""
        self._append(End(reason))

    def answered(self) -> None:
        """The batch has answered one of our messages."""
        if self._asked:
            self._asked -= 1
            if not self._asked:
                self._batch = None
        if self._waiting is not None:
            self._advance()

    def alone(self, messages: list[bytes]) -> None:
        """Handle messages that a batch left, one by one, before anything that came after them."""
        self._thread = eventlet.spawn_n(self._handle_alone, messages)

    def _handle_alone(self, messages: list[bytes]) -> None:
        try:
            for message in messages:
                if not self._socket.is_cut:
                    self._socket.take(message)
        finally:
            self._thread = None
            for _ in messages:
                self.answered()

    def _append(self, item: bytes | End | None) -> None:
        if self._waiting is None:
            if self._thread is None and isinstance(item, bytes) and self._hand_on(item):
                return
            self._waiting = deque()
        self._waiting.append(item)
        self._advance()

    def _advance(self) -> None:
        """Hand on what may be handled now."""
        while self._waiting and self._thread is None:
            item = self._waiting[0]
            if isinstance(item, bytes) and self._hand_on(item):
                self._waiting.popleft()
                continue
            if self._batch is None:
                self._thread = eventlet.spawn_n(self._handle)
            break
        if not self._waiting:
            self._waiting = None
        self._resume()

    def _hand_on(self, message: bytes) -> bool:
        """Give a message to its batch, when it has one and nothing of ours is in another; whether it went."""
        batch = self._batches.of(self._socket, message)
        if batch is None or (self._batch is not None and (self._batch is not batch or batch.one_of_each)):
            return False
        self._batch = batch
        self._asked += 1
        batch.put(self, self._socket, message)
        return True

    def _batch_of(self, item: bytes | End | None) -> Batch | None:
        return self._batches.of(self._socket, item) if isinstance(item, bytes) else None

    def _handle(self) -> None:
        """Handle what waits, up to what belongs into a batch."""
        try:
            while self._waiting and self._batch_of(self._waiting[0]) is None:
                item = self._waiting.popleft()
                if isinstance(item, End):
                    self._socket.leave(item.reason, item.last)
                    return
                self._socket.take(item)
                self._resume()
                if self._waiting:
                    eventlet.sleep(0)  # a client that sends flat out keeps nobody waiting
        finally:
            self._thread = None
            self._advance()

    def _obsolete(self, *_: object) -> None:
        # The hub found another file under our number: somebody closed ours, and the listener is gone already.
        self._listener = None
        self._append(End(self._socket.server.reason.TRANSPORT_ERROR))


def _nothing() -> None:
    pass

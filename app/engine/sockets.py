"""Engine.IO connections that are read strictly and bounded: what a client may owe, send, and keep open in silence."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import eventlet
from engineio import exceptions
from engineio import packet as engine_packet
from engineio import socket as engine_socket
from eventlet import queue

from app import limits
from app.engine import packets
from app.engine.state import Engine
from app.engine.wire import WebSocket

_log = logging.getLogger(__name__)
SEPARATOR: Final = "\x1e"
POLLED_PACKETS: Final = 16  # python-engineio's clients drop an answer with more, and everything in it


class Socket(engine_socket.Socket):
    """One Engine.IO connection, by polling or by WebSocket. Takes the place of engineio's class (see attach)."""

    connected: bool
    upgraded: bool

    def __init__(self, server: Any, sid: str) -> None:
        super().__init__(server, sid)
        self.lonely_since: float | None = time.monotonic()  # since when it is in no namespace
        self._packets_owed = 0
        self._bytes_owed = 0
        self._cutting = False
        self._line: Any = None  # the TCP connection under a WebSocket
        self.unacceptable = 0  # how many requests could not be read

    @property
    def engine(self) -> Engine:
        """The engine that this connection counts in."""
        engine: Engine = self.server.engine
        return engine

    @property
    def owes_nothing(self) -> bool:
        """Whether everything queued has left."""
        return self.closed or self._packets_owed == 0

    # ---- out

    def send(self, pkt: engine_packet.Packet) -> None:
        """Queue a packet. A reader who owes too much is cut loose: it reconnects, and catches up."""
        if self._cutting or not self.check_ping_timeout():
            return
        self._packets_owed += 1
        self._bytes_owed += _size(pkt)
        if self._packets_owed > limits.QUEUE_PACKETS or self._bytes_owed > limits.QUEUE_BYTES:
            self.cut_soon("reads too slowly")
            return
        self.queue.put(pkt)

    def poll(self) -> list[engine_packet.Packet]:
        """The packets that are due; waits for the first. Empty when the connection is over."""
        due: list[engine_packet.Packet] = super().poll() if self.upgraded else self._poll_some()
        if not self.upgraded:
            self._paid(due)
        return due

    def _poll_some(self) -> list[engine_packet.Packet]:
        """As the stock poll, but no more than what every client takes in one answer."""
        try:
            due = [self.queue.get(timeout=self.server.ping_interval + self.server.ping_timeout)]
        except queue.Empty:
            raise exceptions.QueueEmpty from None
        self.queue.task_done()
        while due[-1] is not None and len(due) < POLLED_PACKETS and not self.queue.empty():
            due.append(self.queue.get_nowait())
            self.queue.task_done()
        if due[-1] is None and len(due) > 1:
            self.queue.put(None)  # for the poll after this one
        return [packet for packet in due if packet is not None]

    def _paid(self, sent: list[engine_packet.Packet]) -> None:
        self._packets_owed -= len(sent)
        self._bytes_owed -= sum(map(_size, sent))

    def _write(self, line: WebSocket) -> None:
        """Send what is due for as long as the WebSocket lives."""
        try:
            while due := self.poll():
                line.send_all([packet.encode() for packet in due])
                self._paid(due)
        except (OSError, exceptions.EngineIOError):
            pass  # the reading side hears of it too, and ends the connection
        _hang_up(self._line)

    # ---- in

    def receive(self, pkt: engine_packet.Packet) -> None:
        """Act on one packet. Raises packets.Malformed."""
        if pkt.packet_type == engine_packet.PONG:
            self.schedule_ping()
        elif pkt.packet_type == engine_packet.CLOSE:
            self.close(wait=False, abort=True, reason=self.server.reason.CLIENT_DISCONNECT)
        elif pkt.packet_type == engine_packet.MESSAGE:
            with self.engine.working():
                self._handle(pkt.data)

    def _handle(self, data: str) -> None:
        try:
            self.server.handlers["message"](self.sid, data)
        except (packets.Malformed, exceptions.SocketIsClosedError):
            raise
        except Exception:
            _log.exception("a socket's request failed")

    def _websocket_handler(self, line: WebSocket) -> list[object]:
        self._line = line.socket
        self._line.settimeout(self.server.ping_interval + self.server.ping_timeout)
        reason = self.server.reason.TRANSPORT_CLOSE
        try:
            if self.connected and not self._take_over(line):
                return []
            self.connected = self.upgraded = True
            self.server.start_background_task(self._write, line)
            while not self.closed and (text := line.wait()) is not None:
                self.receive(packets.frame(text))
        except packets.Malformed as error:
            _log.info("closed a socket that sent what is not of this protocol", extra={"reason": str(error)})
            reason = self.server.reason.TRANSPORT_ERROR
        except (OSError, ValueError, exceptions.EngineIOError):
            reason = self.server.reason.TRANSPORT_ERROR
        self.cut(reason)
        return []

    def _take_over(self, line: WebSocket) -> bool:
        """The upgrade from polling: probe, answer, done. Whether the client went through with it."""
        self.upgrading = True
        try:
            if line.wait() != "2probe":
                return False
            line.send("3probe")
            self.queue.put(engine_packet.Packet(engine_packet.NOOP))  # ends the poll that waits
            self._packets_owed += 1
            self.upgraded = line.wait() == "5"
        except (OSError, ValueError):
            return False  # the line did not carry it: polling goes on
        finally:
            self.upgrading = False
        return self.upgraded

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        """Act on the packets of a polling client's POST, in order."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            for text in body.decode("utf-8").split(SEPARATOR):
                self.receive(packets.frame(text))
                eventlet.sleep(0)
        except (packets.Malformed, UnicodeDecodeError) as error:
            self.cut(self.server.reason.TRANSPORT_ERROR)
            raise exceptions.UnknownPacketError from error

    # ---- the end

    def check_ping_timeout(self) -> bool:
        """Whether the client still answers pings; when not, it is cut, in a green thread of its own.

        The stock class runs the handlers of leaving in whoever happened to send, under that person's identity.
        """
        if self.closed:
            raise exceptions.SocketIsClosedError
        if self.last_ping and time.time() - self.last_ping > self.server.ping_timeout:
            self.cut_soon(self.server.reason.PING_TIMEOUT)
            return False
        return True

    def cut_soon(self, reason: str) -> None:
        """As cut, outside of whoever calls."""
        if not self._cutting:
            self._cutting = True
            self.server.start_background_task(self.cut, reason)

    def cut(self, reason: str) -> None:
        """End it at once: what is queued is dropped, TCP is shut, and whoever follows the socket hears that it left."""
        self._cutting = True
        while not self.queue.empty():
            self.queue.get_nowait()
            self.queue.task_done()
        _hang_up(self._line)
        if not self.closed and not self.closing:
            self.close(wait=False, abort=True, reason=reason)
        else:
            self.queue.put(None)
        self.server.sockets.pop(self.sid, None)


def _size(packet: engine_packet.Packet) -> int:
    return len(packet.data) if isinstance(packet.data, str) else 0


def _hang_up(line: Any) -> None:
    if line is None:
        return
    try:
        line.shutdown(2)  # both ways; whoever reads or writes there wakes up
    except OSError:
        pass  # it is shut already

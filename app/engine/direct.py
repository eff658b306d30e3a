"""Engine.IO connections whose WebSocket belongs to the hub: no green thread of their own, and written to directly."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Sequence
from typing import Any, Final

from engineio import exceptions
from engineio import packet as engine_packet
from eventlet.patcher import original

from app.engine import frames, packets, sockets
from app.engine.farewell import Farewell
from app.engine.inlet import Inlet
from app.engine.outlet import Outlet
from app.engine.wire import WebSocket

_socket = original("socket")
_log = logging.getLogger(__name__)
# What is kept of the request that opened a connection, for as long as it lives: what handlers ask for.
KEPT: Final = frozenset(
    {
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "PATH_INFO",
        "QUERY_STRING",
        "SERVER_NAME",
        "SERVER_PORT",
        "REMOTE_ADDR",
        "HTTP_HOST",
        "HTTP_ORIGIN",
        "HTTP_COOKIE",
        "HTTP_USER_AGENT",
        "wsgi.url_scheme",
        "flask.app",
    }
)
OURS: Final = "parlor."  # and what we noted in it ourselves
_NO_BODY: Final = io.BytesIO()


class _Nothing:
    """The queue of who needs none."""

    def put(self, item: object) -> None:
        pass

    def empty(self) -> bool:
        return True


_NOTHING: Final = _Nothing()


class Socket(sockets.Socket):
    """One Engine.IO connection. Polls as its base does, and changes its nature once it has a WebSocket."""

    queue: Any
    last_ping: float | None
    closed: bool
    _outlet: Outlet | None = None
    _inlet: Inlet | None = None

    @property
    def is_live(self) -> bool:
        """Whether it has a WebSocket, which is written to directly."""
        return self._outlet is not None

    @property
    def is_cut(self) -> bool:
        """Whether its end has begun."""
        return self._cutting or self.closed

    @property
    def owes_nothing(self) -> bool:
        """Whether everything told to it has left."""
        if self._outlet is None:
            return super().owes_nothing
        return self.closed or (self._outlet.owes_nothing and self._turn.is_over)

    @property
    def _turn(self) -> Any:
        return self.engine.socketio.server.manager.turn

    # ---- out

    def send(self, pkt: engine_packet.Packet) -> None:
        """Send a packet at the end of this turn."""
        if self._outlet is None:
            super().send(pkt)
        elif self.closed:
            raise exceptions.SocketIsClosedError
        elif not self._cutting:
            self._turn.send(self, frames.text(pkt.encode()))

    def send_frame(self, frame: bytes) -> None:
        """Send a frame at the end of this turn. Who is gone, or polls, is not asked for here."""
        if not self.closed and not self._cutting:
            self._turn.send(self, frame)

    def write(self, buffers: Sequence[bytes]) -> None:
        """Write frames now."""
        if self._outlet is not None:
            self._outlet.write(buffers)

    def _bid_farewell(self, last: bytes) -> None:
        """Send what is due and then this frame, and close once the client has had time to read it.

        Who does not read even that is not waited for.
        """
        if self._outlet is None or self._line is None:
            return
        self._outlet.write([*self._turn.take(self), last])
        if self._outlet.owes_nothing and self._line is not None:
            self._outlet.close()
            Farewell(self._let_go())

    # ---- pings

    def schedule_ping(self) -> None:
        """Ping it one interval from now, unless that is arranged already."""
        if self.last_ping:
            self.ponged()

    def ponged(self) -> None:
        """It answered a ping. Who answers what nobody asked is not listened to."""
        if self.last_ping:
            self.last_ping = None
            self.engine.pinger.schedule(self.sid)

    def ping(self) -> float:
        """Ping it; under what name, so to say, its answer is expected."""
        self.last_ping = time.time()
        self.send(engine_packet.Packet(engine_packet.PING))
        return self.last_ping

    # ---- the WebSocket

    def _websocket_handler(self, line: WebSocket) -> list[object]:
        self._line = line.socket
        self._line.settimeout(self.server.ping_interval + self.server.ping_timeout)
        if self.connected and not self._take_over(line):
            return []
        self.connected = self.upgraded = True
        self._go_live(line.socket)
        return []

    def _go_live(self, green: Any) -> None:
        """Take the connection away from eventlet's HTTP server, and give it to the hub."""
        connection = _socket.socket(green.fd.family, green.fd.type, 0, green.fd.detach())
        connection.setblocking(False)
        self._line = connection
        self.engine.lines += 1
        self._outlet = Outlet(connection, self._lost)
        self.write = self._outlet.write  # type: ignore[method-assign]  # what every delivery calls, in one step
        self._inlet = Inlet(connection, self, self.engine.batches)
        queue, self.queue = self.queue, _NOTHING
        self._packets_owed = self._bytes_owed = 0
        due = []
        while not queue.empty():
            packet = queue.get_nowait()
            if packet is not None:
                due.append(frames.text(packet.encode()))
        queue.put(None)  # a poll that still waits goes home with nothing
        if due:
            self._outlet.write(due)
        server = self.engine.socketio.server
        server.manager.went_live(self)
        if self.sid in server.environ:
            server.environ[self.sid] = lean(server.environ[self.sid])
        self._inlet.listen()

    # ---- in

    def take(self, message: bytes | None) -> None:
        """Handle one message; None is one that was binary. Runs in a green thread."""
        try:
            self.receive(packets.frame(None if message is None else message.decode()))
            # Flask leaves the last request in there, with all that it has read.
            self.engine.socketio.server.environ.get(self.sid, {}).pop("werkzeug.request", None)
        except packets.Malformed as error:
            _log.info("closed a socket that sent what is not of this protocol", extra={"reason": str(error)})
            self.cut(self.server.reason.TRANSPORT_ERROR)
        except (OSError, ValueError, exceptions.EngineIOError):
            self.cut(self.server.reason.TRANSPORT_ERROR)

    # ---- the end

    def cut(self, reason: str) -> None:
        """End it at once: what is due to it is dropped, and TCP is shut. Its rooms hear that it left as soon as what
        it asked before is finished: a handler that still lets it in must not do so after it left."""
        if self._outlet is None or self._inlet is None:
            super().cut(reason)
            return
        self._cutting = True
        self._hang_up()
        if self._inlet.is_busy:
            self._inlet.end(reason)
        else:
            self.leave(reason)

    def leave(self, reason: str, last: bytes = b"") -> None:
        """Nothing of it is in progress any more: let everybody know that it is gone. `last` is a frame for itself."""
        self._cutting = True
        if last:
            self._bid_farewell(last)
        self._hang_up()
        if not self.closed and not self.closing:
            self.close(wait=False, abort=True, reason=reason)
        self.server.sockets.pop(self.sid, None)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """As the stock class's: what was sent before leaves, and a CLOSE packet unless `abort`."""
        super().close(wait=False if self.is_live else wait, abort=abort, reason=reason)
        if self.is_live:
            self.cut_soon(reason or self.server.reason.SERVER_DISCONNECT)

    def _lost(self, reason: str) -> None:
        """The outlet cannot go on."""
        self._hang_up()
        self.cut_soon(reason)

    def _hang_up(self) -> None:
        """Neither read nor write any more, and give the file back."""
        assert self._outlet is not None and self._inlet is not None
        self._turn.take(self)
        self._inlet.stop()
        self._outlet.close()
        if self._line is not None:
            connection = self._let_go()
            try:
                connection.shutdown(_socket.SHUT_RDWR)
            except OSError:
                pass  # it is shut already
            connection.close()

    def _let_go(self) -> Any:
        """The connection, which is ours no more."""
        connection, self._line = self._line, None
        self.engine.lines -= 1
        return connection


def lean(environ: dict[str, Any]) -> dict[str, Any]:
    """What is worth keeping of a WSGI environment while a connection lives."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith(OURS)}
    return {**kept, "wsgi.input": _NO_BODY}

"""Who wants to be let into the namespace, in batches: after a restart everybody comes back in the same moment.

Does what `Server._handle_connect` of python-socketio does for one: a new sid, the decision, and the CONNECT packet.
Who is not let in here is decided by that very function, as if nothing had been: it says why not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from engineio import packet as engine_packet
from flask import Flask
from socketio import packet as socket_packet

from app.engine import packets
from app.engine.batches import Ask, Batch, Waiting
from app.engine.state import Engine

if TYPE_CHECKING:
    from app.engine.direct import Socket

# For each who wants to be let in, what is to be noted of it in its environment; None for who is decided by itself.
Notes = Mapping[str, object]
Welcome = Callable[[list[Ask]], Sequence[Notes | None]]
AT_ONCE: Final = 64
_log = logging.getLogger(__name__)


class Arrivals(Batch):
    """Those who wait at the door of one namespace; `welcome` decides."""

    at_once = AT_ONCE
    one_of_each = True  # who asks twice is told so by the ordinary handler, after the first was answered

    def __init__(self, app: Flask, engine: Engine, namespace: str, welcome: Welcome) -> None:
        super().__init__()
        self._app = app
        self._engine = engine
        self._namespace = namespace
        self._welcome = welcome

    @property
    def _server(self) -> Any:
        return self._engine.socketio.server

    def _answer(self, waiting: list[Waiting]) -> None:
        asked: list[tuple[Waiting, Ask]] = []
        for each in waiting:
            ask = self._read(each.socket, each.message)
            if ask is None:
                each.inlet.alone([each.message])
            else:
                asked.append((each, ask))
        if not asked:
            return
        for (each, ask), notes in zip(asked, self._decide([ask for _, ask in asked]), strict=True):
            if self._let_in(each.socket, ask.sid, notes):
                each.inlet.answered()
            else:
                each.inlet.alone([each.message])

    def _read(self, socket: Socket, message: bytes) -> Ask | None:
        """Under which new sid it comes, and what it says for itself; None for what cannot be read."""
        try:
            packet = self._server.packet_class(encoded_packet=message[1:].decode())
        except (packets.Malformed, packets.Unacceptable):
            return None
        if socket.is_cut or socket.sid not in self._server.environ:
            return None
        return Ask(self._server.manager.pre_connect(socket.sid, self._namespace), packet.data)

    def _decide(self, asks: list[Ask]) -> Sequence[Notes | None]:
        """What is noted of each of these; None for everybody when the whole fails."""
        try:
            with self._engine.working(), self._app.app_context():
                given = self._welcome(asks)
            if len(given) == len(asks):
                return given
            _log.error("%d who arrived got %d answers", len(asks), len(given))
        except Exception:
            _log.exception("%d who arrived together could not be let in so", len(asks))
        return [None] * len(asks)

    def _let_in(self, socket: Socket, sid: str, notes: Notes | None) -> bool:
        """Let a socket in, when there are notes of it; whether it was."""
        environ = self._server.environ.get(socket.sid)
        if notes is None or environ is None:
            self._server.manager.disconnect(sid, self._namespace, ignore_queue=True)
            return False
        environ.update(notes)
        packet = self._server.packet_class(
            socket_packet.CONNECT, data={"sid": sid}, namespace=self._namespace
        )
        if not socket.closed:
            socket.send(engine_packet.Packet(engine_packet.MESSAGE, packet.encode()))
        self._server.manager.connect(sid, self._namespace)
        return True

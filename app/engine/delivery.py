"""Who listens where, and the way from `emit` to their sockets: one encoding and one frame for everybody.

Takes the place of python-socketio's manager (`client_manager`). Rooms are kept a second time by the sockets
themselves, so that a fact need not look up each listener, and leaving costs as much as one's own rooms and no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import socketio
from engineio import packet as engine_packet

from app.engine import frames, packets
from app.engine.turn import Channel, Turn

if TYPE_CHECKING:
    from app.engine.direct import Socket

Place = tuple[str, str]  # namespace and room
_NOBODY: frozenset[str] = frozenset()


class Manager(socketio.Manager):
    """Rooms, and emit. `passing` names the events that a slow reader may miss.

    A fact is heard by exactly those who were in the room when it was emitted: whenever somebody enters or leaves,
    it is first settled who gets what was told before.
    """

    def __init__(self, passing: Collection[str] = ()) -> None:
        super().__init__()
        self.turn = Turn()
        self._passing = frozenset(passing)
        self._channels: dict[Place, Channel] = {}
        self._places: dict[
            tuple[str, str], set[str]
        ] = {}  # namespace and sid: the rooms, one's own not counted

    # ---- out

    def emit(
        self,
        event: str,
        data: object,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Tell an event to everybody in a room, but for `skip_sid` (one, or a list)."""
        room = to or room
        rooms = self.rooms.get(namespace, {})
        if callback or not isinstance(room, str) or self.is_sid_room(namespace, room):
            super().emit(event, data, namespace, room, skip_sid, callback, **options)
            return
        if room not in rooms:
            return
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        encoded = packets.event(namespace, [event, *arguments])
        if not skip_sid:
            skip = _NOBODY
        else:
            skip = frozenset(skip_sid if isinstance(skip_sid, (list, tuple, set)) else [skip_sid])
        channel = self._channels[namespace, room]
        if channel.live:
            self.turn.tell(channel, frames.frame(encoded), skip=skip, passing=event in self._passing)
        for sid, eio_sid in list(channel.others.items()):
            if sid not in skip:
                packet = engine_packet.Packet(engine_packet.MESSAGE, encoded[1:].decode())
                self.server._send_eio_packet(eio_sid, packet)

    # ---- in and out of rooms

    def get_participants(self, namespace: str, room: Any) -> Iterator[tuple[str, str]]:
        """The sids and Engine.IO ids of who is in a room, or in any of a list of rooms."""
        rooms = self.rooms.get(namespace, {})
        found: dict[str, str] = {}
        for name in room if isinstance(room, (list, tuple, set)) else [room]:
            found.update(rooms.get(name, {}))
        yield from found.items()

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Let a client into a room."""
        if room is None or namespace not in self.rooms:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
            return
        if sid != room and self.is_sid_room(namespace, room):
            raise ValueError("cannot enter a sid room")
        rooms = self.rooms[namespace]
        known: str = eio_sid or rooms[None][sid]
        # A plain dictionary where the stock manager has a two-way one for each client and room.
        rooms.setdefault(room, {})[sid] = known
        if sid != room:
            self._enter(sid, namespace, room, known)

    def _enter(self, sid: str, namespace: str, room: str, eio_sid: str) -> None:
        self.turn.settle()
        channel = self._channels.setdefault((namespace, room), Channel())
        socket = self.server.eio.sockets.get(eio_sid)
        if socket is not None and socket.is_live:
            channel.live[sid] = socket
        else:
            channel.others[sid] = eio_sid
        self._places.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Take a client out of a room."""
        channel = self._channels.get((namespace, room)) if room is not None else None
        if channel is not None:
            self.turn.settle()
            channel.live.pop(sid, None)
            channel.others.pop(sid, None)
            if not channel.live and not channel.others:
                del self._channels[namespace, str(room)]
            self._places.get((namespace, sid), set()).discard(str(room))
        super().basic_leave_room(sid, namespace, room)

    def basic_disconnect(self, sid: str, namespace: str, **_: object) -> None:
        """Forget a client. The stock manager looks through every room of the namespace."""
        for room in self._places.pop((namespace, sid), ()):
            self.basic_leave_room(sid, namespace, room)
        self.basic_leave_room(sid, namespace, sid)
        self.basic_leave_room(sid, namespace, None)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    def went_live(self, socket: Socket) -> None:
        """A client that polled until now has a WebSocket: from now on it is written to directly."""
        self.turn.settle()
        for namespace in list(self.rooms):
            sid = self.sid_from_eio_sid(socket.sid, namespace)
            for room in self._places.get((namespace, sid), ()):
                channel = self._channels[namespace, room]
                if channel.others.pop(sid, None) is not None:
                    channel.live[sid] = socket

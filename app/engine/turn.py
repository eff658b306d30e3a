"""What is due in one turn of the hub: collected while it lasts, and written at its end, once to each socket.

Nothing waits for a clock: with one fact in flight it leaves in the same turn, with forty they leave together.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import islice
from typing import TYPE_CHECKING, Final

from eventlet import hubs

from app.engine.outlet import Buffer

if TYPE_CHECKING:
    from app.engine.direct import Socket

SENDS_AT_ONCE: Final = 1_000  # then everybody else has a turn: about 5 ms


class Channel:
    """Who listens in one place, by Socket.IO's sid."""

    __slots__ = ("live", "others")

    def __init__(self) -> None:
        self.live: dict[str, Socket] = {}  # WebSockets that are written to directly
        self.others: dict[str, str] = {}  # the Engine.IO ids of who polls


class _Run:
    """Facts told one after the other in one place, as frames; the first of them was the turn's `first`-th."""

    __slots__ = ("_whole", "channel", "first", "frames", "passing", "skip")

    def __init__(self, channel: Channel, first: int, skip: Set[str], passing: bool) -> None:
        self.channel = channel
        self.first = first
        self.skip = skip
        self.passing = passing
        self.frames: list[bytes] = []
        self._whole: Buffer | None = None

    def buffer(self) -> Buffer:
        """All of them, in one piece that everybody shares. Nothing is added after this was asked for."""
        if self._whole is None:
            self._whole = Buffer(b"".join(self.frames))
            self._whole.packets = len(self.frames)
            self._whole.passing = self.passing
        return self._whole


_Direct = list[tuple[int, bytes]]  # after how many facts of the turn, and the frame


class Turn:
    """Collects facts for channels and frames for single sockets; each socket gets its own in the order they came."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._told = 0
        self._direct: dict[Socket, _Direct] = {}
        self._due: dict[Socket, tuple[bytes, ...]] = {}
        self._scheduled = False

    @property
    def is_over(self) -> bool:
        """Whether everything that was due has been written."""
        return not (self._runs or self._direct or self._due)

    def tell(self, channel: Channel, frame: bytes, *, skip: Set[str], passing: bool) -> None:
        """A fact for everybody in a channel at this moment, but those in `skip`."""
        last = self._runs[-1] if self._runs else None
        if last is None or last.channel is not channel or last.passing != passing or last.skip or skip:
            last = _Run(channel, self._told, skip, passing)
            self._runs.append(last)
        last.frames.append(frame)
        self._told += 1
        self._wake()

    def send(self, socket: Socket, frame: bytes) -> None:
        """A frame for one socket."""
        self._direct.setdefault(socket, []).append((self._told, frame))
        self._wake()

    def settle(self) -> None:
        """Decide who gets what was told so far. Call it before anybody enters or leaves a channel.

        Nothing is written here, and no green thread switches.
        """
        runs, direct, self._runs, self._direct, self._told = self._runs, self._direct, [], {}, 0
        due = self._due
        for socket in direct:
            due.setdefault(socket, ())  # who asked something is written to before those who only listen
        heard: dict[Socket, list[_Run]] = {}
        for run in runs:
            # All at once, without a look at each: nearly everybody hears this, and nothing else is due to them.
            fresh = dict.fromkeys(run.channel.live.values(), (run.buffer(),))
            for sid in run.skip & run.channel.live.keys():
                del fresh[run.channel.live[sid]]
            for socket in fresh.keys() & due.keys():
                if socket in direct:
                    heard.setdefault(socket, []).append(run)
                else:
                    due[socket] = (*due[socket], *fresh[socket])
                del fresh[socket]
            due.update(fresh)
        for socket, frames in direct.items():
            due[socket] = (*due[socket], *_in_order(heard.get(socket, []), frames))

    def take(self, socket: Socket) -> Sequence[bytes]:
        """What is due to a socket, which ends: nothing is any more."""
        self.settle()
        return self._due.pop(socket, ())

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            hubs.get_hub().schedule_call_global(0, self._deliver)

    def _deliver(self) -> None:
        self._scheduled = False
        self.settle()
        if len(self._due) <= SENDS_AT_ONCE:
            due, self._due = self._due, {}
        else:
            due = dict(islice(self._due.items(), SENDS_AT_ONCE))
            for socket in due:
                del self._due[socket]
            self._wake()
        for socket, buffers in due.items():
            socket.write(buffers)


def _in_order(runs: list[_Run], direct: _Direct) -> list[bytes]:
    """What one socket hears, and what it is sent itself, in the order both came."""
    if not runs or direct[0][0] >= runs[-1].first + len(runs[-1].frames):
        return [*(run.buffer() for run in runs), *(frame for _, frame in direct)]
    facts = [(run.first + i, 1, _single(run, frame)) for run in runs for i, frame in enumerate(run.frames)]
    # What was sent after n facts comes before the n-th, counted from 0.
    mixed = facts + [(after, 0, frame) for after, frame in direct]
    return [frame for *_, frame in sorted(mixed, key=lambda each: each[:2])]


def _single(run: _Run, frame: bytes) -> bytes:
    if not run.passing:
        return frame
    marked = Buffer(frame)
    marked.passing = True
    return marked

"""Hot requests in batches: what came in one turn of the hub is answered together, by one call.

The call gets all of them in the order they came, and returns one acknowledgement for each, or None for one that its
ordinary handler shall answer, by itself; who polls is always answered by that one.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import eventlet
from flask import Flask

from app.engine import frames, packets
from app.engine.state import Engine

if TYPE_CHECKING:
    from app.engine.direct import Socket
    from app.engine.inlet import Inlet

INTERNAL = {"status": 500, "code": "internal", "title": "Something went wrong on the server."}
_log = logging.getLogger(__name__)


class Ask(NamedTuple):
    """One request: who asks (a sid that was let in), and its one object."""

    sid: str
    data: object


Answer = Mapping[str, object]
Answers = Callable[[list[Ask]], Sequence[Answer | None]]
AT_ONCE: Final = 256  # requests; the rest waits for the next turn
WAITS: Final = 1 / 8  # of the time that the last batch took: so long a smaller one waits for more, at most
WAITS_SECONDS: Final = 0.001  # and never longer


class Waiting(NamedTuple):
    """One message of one connection."""

    inlet: Inlet
    socket: Socket
    message: bytes


class _Asked(NamedTuple):
    waiting: Waiting
    ask: Ask
    number: int | None  # under which the acknowledgement is wanted


class Batch:
    """What waits to be answered together. One green thread answers it, while there is any."""

    at_once = AT_ONCE
    one_of_each = False  # whether a connection's next waits until this one is answered

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._works = False
        self._last = (0, 0.0)  # how many the last batch held, and how many seconds it took

    def put(self, inlet: Inlet, socket: Socket, message: bytes) -> None:
        """Take one message; `inlet.answered()` is called once it is done, whatever came of it."""
        self._waiting.append(Waiting(inlet, socket, message))
        if not self._works:
            self._works = True
            # It begins after everything that came in this turn was read; what comes meanwhile is the next batch.
            eventlet.spawn_n(self._work)

    def _work(self) -> None:
        try:
            while self._waiting:
                self._gather()
                begun = time.perf_counter()
                waiting = self._waiting[: self.at_once]
                del self._waiting[: self.at_once]
                self._answer(waiting)
                self._last = len(waiting), time.perf_counter() - begun
        finally:
            self._works = False

    def _gather(self) -> None:
        """Let come in what is on its way: who just heard the last batch answers all at once, and a transaction costs
        more than a few turns of the hub. Who is alone, or comes when it is quiet, waits for nothing.
        """
        size, seconds = self._last
        until = time.perf_counter() + min(seconds * WAITS, WAITS_SECONDS)
        while len(self._waiting) < size and time.perf_counter() < until:
            eventlet.sleep(0)

    def _answer(self, waiting: list[Waiting]) -> None:
        raise NotImplementedError


class Requests(Batch):
    """The requests of one event."""

    def __init__(self, batches: Batches, answers: Answers) -> None:
        super().__init__()
        self._batches = batches
        self._answers = answers

    def _answer(self, waiting: list[Waiting]) -> None:
        alone: dict[Inlet, list[bytes]] = {}
        asked = self._read(waiting, alone)
        if asked:
            answers = self._batches.call(self._answers, [each.ask for each in asked])
            for each, answer in zip(asked, answers, strict=True):
                if answer is None:
                    alone.setdefault(each.waiting.inlet, []).append(each.waiting.message)
                else:
                    self._batches.send(each.waiting.socket, each.number, answer)
                    each.waiting.inlet.answered()
        for inlet, messages in alone.items():
            inlet.alone(messages + self._taken_back(inlet))

    def _taken_back(self, inlet: Inlet) -> list[bytes]:
        """What came from this connection meanwhile and waits here: asked later, it is not answered earlier."""
        taken = [each.message for each in self._waiting if each.inlet is inlet]
        if taken:
            self._waiting = [each for each in self._waiting if each.inlet is not inlet]
        return taken

    def _read(self, waiting: list[Waiting], alone: dict[Inlet, list[bytes]]) -> list[_Asked]:
        """What can be read of it. Once something of a connection cannot, the rest of it comes after that."""
        asked: list[_Asked] = []
        for each in waiting:
            try:
                if alone and each.inlet in alone:
                    raise ValueError("comes after something that is")
                number, sent = self._batches.read(each.message)
            except ValueError:
                alone.setdefault(each.inlet, []).append(each.message)
                continue
            sid = self._batches.sid(each.socket)
            if sid is None:
                each.inlet.answered()
            else:
                asked.append(_Asked(each, Ask(sid, sent), number))
        return asked


class Batches:
    """All of them, and how they read and answer."""

    def __init__(
        self,
        app: Flask,
        engine: Engine,
        namespace: str,
        batched: Mapping[str, Answers],
        arrivals: Batch | None,
    ) -> None:
        self._app = app
        self._engine = engine
        self._namespace = namespace
        self._batches = {name.encode(): Requests(self, answers) for name, answers in batched.items()}
        self._arrivals = arrivals
        self._arriving = f"40{namespace},{{".encode()
        names = "|".join(re.escape(json.dumps(name)[1:-1]) for name in batched)
        self._pattern = re.compile(rf'42{re.escape(namespace)},([0-9]{{0,15}})\["({names})",'.encode())

    def of(self, socket: Socket, message: bytes) -> Batch | None:
        """The batch that this message belongs into; None when it is to be handled by itself."""
        if self._engine.closing:
            return None
        match = self._pattern.match(message) if self._batches else None
        if match is not None:
            return self._batches[match[2]]
        # Who is in already, or is being let in, and comes again, breaks the rules: by itself.
        is_new = message.startswith(self._arriving) and self._sid(socket) is None
        return self._arrivals if is_new else None

    def sid(self, socket: Socket) -> str | None:
        """Under which sid a connection was let in; None when it was not, or left."""
        sid = self._sid(socket)
        manager = self._engine.socketio.server.manager
        return sid if sid and manager.is_connected(sid, self._namespace) else None

    def _sid(self, socket: Socket) -> str | None:
        """The same, also while it is being decided whether it is let in."""
        manager = self._engine.socketio.server.manager
        sid: str | None = manager.sid_from_eio_sid(socket.sid, self._namespace)
        return sid

    def read(self, message: bytes) -> tuple[int | None, object]:
        """The number under which an acknowledgement is wanted, and the one argument. Raises ValueError."""
        match = self._pattern.match(message)
        if match is None:
            raise ValueError("not a request of a batch")
        return int(match[1]) if match[1] else None, packets.sole_argument(message[match.end() :])

    def call(self, answers: Answers, asks: list[Ask]) -> Sequence[Answer | None]:
        """One answer for each of these, in their order; None for what is to be handled by itself.

        When the whole fails, each of them is told so.
        """
        try:
            with self._engine.working(), self._app.app_context():
                given = answers(asks)
            if len(given) == len(asks):
                return given
            _log.error("a batch of %d requests got %d answers", len(asks), len(given))
        except Exception:
            _log.exception("a batch of %d requests failed", len(asks))
        return [{"ok": False, "error": INTERNAL}] * len(asks)

    def send(self, socket: Socket, number: int | None, answer: Answer) -> None:
        """Acknowledge, where that was asked for and there still is somebody to hear it."""
        if number is not None:
            socket.send_frame(frames.frame(packets.acknowledgement(self._namespace, number, answer)))

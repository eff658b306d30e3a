"""What the processes of one server tell each other through Redis: hints that something happened.

The database is the truth and a hint only a hint: one that is lost, doubled, late or out of order costs latency,
never a message and never order. So nobody waits for Redis here: what cannot be published is dropped and counted,
and a subscriber that has gone deaf is noticed by its own echo and made anew. Without REDIS_URL there is one
process, and nothing to tell.
"""

import contextlib
import json
import logging
import queue
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from uuid import uuid4

from flask import Flask

logger = logging.getLogger(__name__)

Hint = Mapping[str, Any]

CHANNEL: Final = "parlor:hints"
ECHO: Final = "echo"
QUEUED: Final = 1_000  # hints; more are dropped, and the sweep finds what they told of
BATCH: Final = 200  # published in one round trip
ECHO_SECONDS: Final = 2.0  # between two echoes, and until one that was not heard means deaf
BACKOFF_SECONDS: Final = (0.3, 2.0)
TIMEOUT_SECONDS: Final = 1.0  # of every call of Redis


class Redis(Protocol):
    """What is used of a Redis client."""

    def publish(self, channel: str, message: str) -> object: ...
    def pipeline(self, *, transaction: bool) -> Any: ...
    def pubsub(self) -> Any: ...
    def close(self) -> None: ...


class Bus:
    """This process's ear and mouth. `run_mouth` and `run_ear` are loops for a green thread each; neither ends."""

    def __init__(self, connect: Callable[[], Redis], hear: Callable[[Hint], None]) -> None:
        self.me = uuid4().hex
        self.dropped = 0
        self.deaf = 0
        self._connect = connect
        self._hear = hear
        self._outgoing: queue.Queue[str] = queue.Queue(QUEUED)
        self._echo_sent = self._echo_heard = 0.0

    def tell(self, kind: str, **hint: object) -> None:
        """Tell the other processes, soon and maybe. Never waits, never raises."""
        try:
            self._outgoing.put_nowait(json.dumps({"kind": kind, "from": self.me, **hint}))
        except queue.Full:
            self.dropped += 1

    @property
    def is_deaf(self) -> bool:
        """Whether its own echo hasn't come back for so long that others' words may not come either."""
        return time.monotonic() - self._echo_heard > ECHO_SECONDS * 2

    def run_mouth(self) -> None:
        """Publish what is told, on a connection of its own."""
        self._forever(self._publish)

    def run_ear(self) -> None:
        """Hear what other processes tell, on a connection of its own."""
        self._forever(self._listen)

    def _forever(self, work: Callable[[Redis], None]) -> None:
        wait, longest = BACKOFF_SECONDS
        while True:
            began = time.monotonic()
            redis = self._connect()
            try:
                work(redis)
            except Exception as lost:
                logger.warning("hints: %s", lost)
            finally:
                with contextlib.suppress(
                    Exception
                ):  # the loop never ends, whatever a broken line says when closed
                    redis.close()
            # One that worked for a while may try again at once; one that fails at once backs off.
            wait = BACKOFF_SECONDS[0] if time.monotonic() - began > longest else min(wait * 2, longest)
            time.sleep(wait)

    def _publish(self, redis: Redis) -> None:
        while True:
            batch = self._next_batch()
            if time.monotonic() - self._echo_sent >= ECHO_SECONDS:
                self._echo_sent = time.monotonic()
                batch.append(json.dumps({"kind": ECHO, "from": self.me}))
            if batch:
                pipeline = redis.pipeline(transaction=False)
                for message in batch:
                    pipeline.publish(CHANNEL, message)
                pipeline.execute()

    def _next_batch(self) -> list[str]:
        batch: list[str] = []
        try:
            batch.append(self._outgoing.get(timeout=ECHO_SECONDS / 4))
            while len(batch) < BATCH:
                batch.append(self._outgoing.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _listen(self, redis: Redis) -> None:
        ear = redis.pubsub()
        ear.subscribe(CHANNEL)
        self._echo_heard = time.monotonic()
        while True:
            message = ear.get_message(ignore_subscribe_messages=True, timeout=TIMEOUT_SECONDS / 2)
            if message is not None:
                self._heard(json.loads(message["data"]))
            if self._echo_sent - self._echo_heard > ECHO_SECONDS * 2:
                self.deaf += 1
                raise ConnectionError("deaf: our own echo is not heard")

    def _heard(self, hint: Hint) -> None:
        if hint["from"] != self.me:
            try:
                self._hear(hint)
            except Exception:  # a newer process's kind of hint, or the database is away: the sweep will do
                logger.exception("a hint could not be followed")
        elif hint["kind"] == ECHO:
            self._echo_heard = time.monotonic()


_bus: Bus | None = None


def init_app(app: Flask, *, url: str, hear: Callable[[Hint], None]) -> list[Callable[[], None]]:
    """Tell and hear through the Redis at `url`; `hear` is called in an application context of its own.

    What comes back has to run in a green thread each. Without a URL there is nothing to run.
    """
    global _bus
    if not url:
        _bus = None
        return []
    import redis  # one box has no need of it

    def connect() -> Redis:
        client: Redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=None
        )
        return client

    def hear_in_context(hint: Hint) -> None:
        with app.app_context():
            hear(hint)

    _bus = Bus(connect, hear_in_context)
    return [_bus.run_mouth, _bus.run_ear]


def tell(kind: str, **hint: object) -> None:
    """Tell the other processes, soon and maybe. Never waits, never raises; alone, it does nothing."""
    if _bus is not None:
        _bus.tell(kind, **hint)


def is_alone() -> bool:
    """Whether there is nobody to tell anything: spares putting the words together."""
    return _bus is None


def is_deaf() -> bool:
    """Whether other processes can't be heard right now. Alone, there is nothing to hear."""
    return _bus is not None and _bus.is_deaf


def health() -> Mapping[str, int]:
    """How often hints were dropped, and how often the ear was found deaf, since the start."""
    return {} if _bus is None else {"hints_dropped": _bus.dropped, "bus_deaf": _bus.deaf}

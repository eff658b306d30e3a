"""What is left undone when there is too much to do, and in which order: by how late the hub is, and by how many wait.

First what passes anyway is not told, then old pages are not looked up, then nothing new is taken, and at last nobody
new is let in. What was acknowledged is told, removals and endings are, and pings are answered, however late it is.
Whoever is refused hears when to come back; the times are spread, so that they don't come back together.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from enum import IntEnum
from typing import Final

from app import log, sight
from app.engine.stalls import Stalls
from app.errors import Unavailable

SENDS_WAITING_MAX: Final = 64
RETRY_SECONDS: Final = (1.0, 5.0)
PRESENCE_SECONDS: Final = 60.0  # so late who came and went is told at most
JUDGED_AGAIN_SECONDS: Final = 0.05


class Level(IntEnum):
    """How bad it is; each includes those before it."""

    CALM = 0
    PASSING = 1  # typing and read positions are not told, and presence seldom
    PAGES = 2  # old pages of history are refused
    SENDS = 3  # nothing new is taken
    HANDSHAKES = 4  # nobody new is let in


# How late the hub may be, and for how long it may be later than that, in seconds.
BEARABLE: Final = {
    Level.PASSING: (0.05, 1.0),
    Level.PAGES: (0.1, 1.0),
    Level.SENDS: (0.25, 1.0),
    Level.HANDSHAKES: (0.5, 3.0),
}


class Load:
    """What the process can bear right now. `judge` is to be called with every tick."""

    def __init__(
        self,
        late: Callable[[], float],
        waiting: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._late = late
        self._waiting = waiting
        self._clock = clock
        self._judged = float("-inf")
        self._since: dict[Level, float] = {}
        self._level = Level.CALM
        self.enabled = True
        self.shed: Counter[str] = Counter()

    @property
    def level(self) -> Level:
        """How bad it is."""
        if not self.enabled:
            return Level.CALM
        return max(self._level, Level.SENDS) if self._waiting() > SENDS_WAITING_MAX else self._level

    def judge(self) -> None:
        """Look how late it is. What lasts for a moment only, as a start or a short freeze does, is borne."""
        now = self._clock()
        if now - self._judged < JUDGED_AGAIN_SECONDS:
            return
        self._judged, late = now, self._late()
        for level, (seconds, _) in BEARABLE.items():
            if late > seconds:
                self._since.setdefault(level, now)
            else:
                self._since.pop(level, None)
        lasting = (level for level, since in self._since.items() if now - since >= BEARABLE[level][1])
        self._level = max(lasting, default=Level.CALM)

    def sheds(self, level: Level) -> bool:
        """Whether what belongs to this level is to be left undone; it is counted then."""
        if self.level < level:
            return False
        self.shed[level.name.lower()] += 1
        return True

    def refuse(self, level: Level) -> None:
        """Raises Unavailable when what belongs to this level is to be left undone."""
        if self.sheds(level):
            raise Unavailable(retry_after=round(random.uniform(*RETRY_SECONDS), 1))  # noqa: S311  (jitter)


load = Load(lambda: stalls.p95, log.waiting)
stalls: Stalls = Stalls(each=load.judge)


def init_app(*, enabled: bool) -> Callable[[], None]:
    """What measures the load, for the process to run. Not `enabled`, nothing is left undone: for load tests, which
    measure what is too much.
    """
    load.enabled = enabled
    return stalls.run


def drops_passing() -> bool:
    """Whether typing and read positions are not told now."""
    return sight.is_blind() or load.sheds(Level.PASSING)


def postpones_presence(since: float) -> bool:
    """Whether who came and went since then (monotonic time) is told later."""
    if sight.is_blind():
        return True
    return time.monotonic() - since < PRESENCE_SECONDS and load.sheds(Level.PASSING)


def refuse_pages() -> None:
    """Raises Unavailable while old pages of history are not looked up."""
    load.refuse(Level.PAGES)


def refuse_sends() -> None:
    """Raises Unavailable while nothing new is taken."""
    load.refuse(Level.SENDS)


def refuses_sends() -> bool:
    """The same as an answer, for who refuses by other means; nothing is counted."""
    return sight.is_blind() or load.level >= Level.SENDS


def refuses_handshakes() -> bool:
    """Whether nobody new is let in."""
    return load.sheds(Level.HANDSHAKES)


def refuse_when_blind() -> None:
    """Raises Unavailable while this process doesn't know who may hear and say what."""
    if sight.is_blind():
        raise Unavailable(retry_after=1)

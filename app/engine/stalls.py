"""How late the hub is: what everybody on this process waits, whatever they want."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from eventlet import hubs

TICK_SECONDS: Final = 0.01
WINDOW_SECONDS: Final = 1.0  # of `p95`
MEMORY_SECONDS: Final = 60  # of `worst`


class Stalls:
    """A ticker that notes how much later it is called than it asked for, and calls `each` then. All in seconds."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, each: Callable[[], object] = lambda: None
    ) -> None:
        self._clock = clock
        self._each = each
        self._lately: deque[tuple[float, float]] = deque()  # when, how late
        self._worst: deque[tuple[int, float]] = deque()  # in which second, the latest of it
        self._due = 0.0

    @property
    def p95(self) -> float:
        """Of the last second's ticks, all but one in twenty were not later than this."""
        self._forget()
        late = sorted(each for _, each in self._lately)
        return late[math.ceil(len(late) * 0.95) - 1] if late else 0.0

    @property
    def worst(self) -> float:
        """The latest tick of the last minute."""
        self._forget()
        return max((late for _, late in self._worst), default=0.0)

    def run(self) -> None:
        """Begin to tick, for as long as the process lives. Returns at once: the hub itself calls, at little cost."""
        self._due = self._clock() + TICK_SECONDS
        hubs.get_hub().schedule_call_global(TICK_SECONDS, self._tick)

    def note(self, late: float) -> None:
        """One tick came so late, now."""
        now = self._clock()
        self._lately.append((now, late))
        if self._worst and self._worst[-1][0] == int(now):
            late = max(late, self._worst.pop()[1])
        self._worst.append((int(now), late))
        self._forget()

    def _tick(self) -> None:
        self.note(max(0.0, self._clock() - self._due))
        self.run()
        self._each()

    def _forget(self) -> None:
        now = self._clock()
        while self._lately and self._lately[0][0] < now - WINDOW_SECONDS:
            self._lately.popleft()
        while self._worst and self._worst[0][0] < now - MEMORY_SECONDS:
            self._worst.popleft()

"""Whether this process still sees what others did: who was put out of rooms, and whose session ended.

Both are read from the database every second. A process that has seen one of them for too long no more does not know
who may hear what: it tells nothing, and answers `unavailable`, until it has caught up.
"""

import time
from typing import Final, Literal

Feed = Literal["logs", "endings"]

BLIND_SECONDS = 10.0
FEEDS: Final[tuple[Feed, ...]] = ("logs", "endings")

_seen: dict[Feed, float] = {}
_closed = False


def begin() -> None:
    """From here on this process serves, and has to see. Before that, and in tests without a ticker, nobody looks."""
    for feed in FEEDS:
        _seen[feed] = time.monotonic()


def saw(feed: Feed) -> None:
    """All of this was read just now."""
    if feed in _seen:
        _seen[feed] = time.monotonic()


def is_blind() -> bool:
    """Whether one of them was last read too long ago. A process that was frozen is blind when it wakes."""
    return bool(_seen) and time.monotonic() - min(_seen.values()) > BLIND_SECONDS


def close() -> None:
    """The process ends: from here on it tells nothing but good-bye. Who comes back catches up on the rest."""
    global _closed
    _closed = True


def is_closed() -> bool:
    """Whether it has come to that."""
    return _closed


def clear() -> None:
    """Nobody has to see: the process starts, or a test does."""
    global _closed
    _closed = False
    _seen.clear()

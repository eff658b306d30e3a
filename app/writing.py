"""Who writes in which room right now, as far as rooms were told. No Flask in it, and nothing of it is kept.

Five hundred who write at once would be five hundred facts to five hundred people every few seconds. Nobody reads more
than a few names, so a room is told of a few.
"""

import time
from collections import defaultdict
from typing import Final

# As long as clients believe it without hearing it again: CONTRACT section 5.
BELIEVED_SECONDS: Final = 6.0
# Who goes on writing is told of again after this, however often they say so.
AGAIN_SECONDS: Final = 2.0
# Of so many in one room at a time; clients name three at most.
TOLD_AT_ONCE: Final = 5

_told: defaultdict[str, dict[str, float]] = defaultdict(dict)  # by room and person: when it was told last


def is_news(room_id: str, user_id: str, *, typing: bool) -> bool:
    """Whether a room is to be told that somebody writes, or stopped. What is told counts as told."""
    instant = time.monotonic()
    told = _told[room_id]
    for other in [each for each, at in told.items() if instant - at >= BELIEVED_SECONDS]:
        del told[other]
    before = told.get(user_id)
    if not typing:
        told.pop(user_id, None)
        is_told = before is not None
    elif before is None:
        is_told = len(told) < TOLD_AT_ONCE
    else:
        is_told = instant - before >= AGAIN_SECONDS
    if typing and is_told:
        told[user_id] = instant
    if not told:
        del _told[room_id]
    return is_told


def stop(room_id: str, user_id: str) -> None:
    """Somebody said it, or is gone from the room: listeners know without being told."""
    if room_id in _told:
        _told[room_id].pop(user_id, None)
        if not _told[room_id]:
            del _told[room_id]


def clear() -> None:
    """Nobody writes: the process starts, or a test does."""
    _told.clear()

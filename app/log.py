"""The room's log: append under the room's lock, read what came after a seq.

Seqs are 1, 2, 3 … without a gap, because the room's row stays locked from `lock` until the commit: seq n+1
cannot become visible before n, and a rollback gives the number back.
"""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app import limits
from app.errors import NotFound, Unavailable
from app.extensions import db
from app.models import Entry, Kind, Room, User
from app.models.columns import now


def lock(room_id: str) -> Room:
    """Begin the writing transaction of a room, and hold everybody else's until the commit.

    The room's row is always the first lock. Raises NotFound for no such room, Unavailable when the lock is
    held for too long.
    """
    room = lock_even_deleted(room_id)
    if room.deleted_at is not None:
        raise NotFound
    return room


def lock_even_deleted(room_id: str) -> Room:
    """The same for what must be done in a room that is no more, too. Raises NotFound, Unavailable."""
    db.session.commit()
    with _turn(room_id):
        db.begin_write()
        room = db.session.get(Room, room_id, with_for_update=True, populate_existing=True)
    if room is None:
        raise NotFound
    return room


def lock_all(room_ids: Iterable[str]) -> list[Room]:
    """Lock several rooms at once, always in one order, so that two who do this never wait for each other.

    Deleted rooms are left out. Raises Unavailable when a lock is held for too long.
    """
    query = sa.select(Room).where(Room.id.in_(list(room_ids)), Room.deleted_at.is_(None)).order_by(Room.id)
    db.begin_write()
    locking = query.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(locking))


def append(
    room: Room, kind: Kind, *, subject_id: str, actor: User, detail: Mapping[str, Any] | None = None
) -> Entry:
    """The next entry of a locked room. It happens when the transaction is committed, or not at all. `detail` says
    what changed, and to what, for who reads later what was done.
    """
    room.last_seq += 1
    entry = Entry(
        room_id=room.id,
        seq=room.last_seq,
        kind=kind,
        subject_id=subject_id,
        actor_id=actor.id,
        at=now(),
        detail=None if detail is None else dict(detail),
    )
    db.session.add(entry)
    return entry


def after(room_id: str, seq: int, limit: int) -> list[Entry]:
    """What came after `seq`, in order, at most `limit`."""
    return list(db.session.scalars(Entry.after(room_id, seq, limit)))


@dataclass
class _Gate:
    """Where those who want a room's lock stand, in this process."""

    first: threading.Lock = field(default_factory=threading.Lock)
    standing: int = 0
    refused_at: float = 0.0


_gates: dict[str, _Gate] = {}


def waiting() -> int:
    """How many stand before a room's lock in this process, in all rooms together."""
    return sum(gate.standing for gate in _gates.values())


@contextlib.contextmanager
def _turn(room_id: str) -> Iterator[None]:
    """One at a time asks the database for a room's lock; the others wait for their turn without a connection. Else
    whoever holds one room up takes every connection from all the others. Raises Unavailable.
    """
    gate, came = _gates.setdefault(room_id, _Gate()), time.monotonic()
    gate.standing += 1
    try:
        if not gate.first.acquire(timeout=limits.DATABASE_WAIT_SECONDS):
            raise Unavailable
        try:
            if gate.refused_at > came:  # the one before waited in vain for all who stood here
                raise Unavailable
            with _noting_refusal(gate):
                yield
        finally:
            gate.first.release()
    finally:
        gate.standing -= 1
        if not gate.standing:
            _gates.pop(room_id, None)


@contextlib.contextmanager
def _noting_refusal(gate: _Gate) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        gate.refused_at = time.monotonic()
        raise

"""One reader per room and process: follows the room's log in order, and decides when a fact is told.

Only here are logged facts told. A reader has told everything up to its `head`; the next fact it tells is
`head + 1`, whatever order commits, hints and the sweep come in. It takes an entry as handed over when that
is the next one, and reads the log otherwise. It puts people's sockets into the room, and takes them out, at
the entry that says so. While this process is blind (see `sight`) nothing is told.
"""

import logging
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from app import events, hints, limits, log, presence, sight, writing
from app.channels import NAMESPACE, room_channel
from app.extensions import db, socketio
from app.models import ENDS_OF_MEMBERSHIP, Entry, Kind, NewEntry, Room

logger = logging.getLogger(__name__)

TOLD_AT_ONCE = 50  # entries that whoever posted something tells at most, before they are answered


@dataclass
class Reader:
    """Where this process is in one room's log, and which of its sockets are listening."""

    head: int
    sids: set[str] = field(default_factory=set)
    pending: bool = False
    running: bool = False


class Handed(NamedTuple):
    """An entry that was just committed, and what it is told as, if that is at hand."""

    entry: Entry | NewEntry
    fact: events.LoggedFact | None


_readers: dict[str, Reader] = {}
_app: Flask | None = None


def init_app(app: Flask) -> None:
    """Follow the rooms of this application, from nothing."""
    global _app
    _app = app
    sight.clear()
    writing.clear()
    clear()


def tell(entry: Entry | NewEntry, fact: events.LoggedFact | None = None) -> None:
    """An entry was committed: tell it, in its turn, to everyone in the room. `fact` is what it is told as, if that
    is at hand.

    Never raises: what was committed stays so. What could not be told now is told by the next sweep.
    """
    if not hints.is_alone():
        hints.tell("entry", room=entry.room_id, seq=entry.seq, joined=_joined(entry))
    _wake(entry.room_id, Handed(entry, fact))


def heard(hint: hints.Hint) -> None:
    """Another process hints that something happened. What it says is only a reason to look into the log."""
    match hint["kind"]:
        case "entry":
            _told_elsewhere(hint["room"], hint["seq"], hint["joined"])
        case "fact" if not sight.is_blind():
            events.relay(hint["event"], hint["fact"], hint["to"])
        case "here":
            presence.elsewhere(hint["from"], hint["users"])


def hear(sid: str, heads: dict[str, int]) -> bool:
    """Let a socket listen in rooms; `heads` is what the log held, by room, when membership was read.

    False when a room's reader has meanwhile told more than that: a removal may have been in it, so
    membership must be read again. There is no switch of green threads in here: nothing can come between.
    """
    if any(room_id in _readers and _readers[room_id].head > head for room_id, head in heads.items()):
        return False
    for room_id, head in heads.items():
        reader = _readers.setdefault(room_id, Reader(head))
        if sid not in reader.sids:
            reader.sids.add(sid)
            socketio.server.enter_room(sid, room_channel(room_id), namespace=NAMESPACE)
    return True


def forget(sid: str) -> None:
    """A socket is gone. The next sweep stops following rooms that nobody here listens to."""
    for room_id in [each for each, reader in _readers.items() if sid in reader.sids]:
        _drop(room_id, sid)


def silence(room_id: str, sids: Iterable[str]) -> None:
    """Take sockets out of a room that is no more: it has no log left to say so."""
    for sid in tuple(sids):
        _drop(room_id, sid)


def listeners(room_id: str, head: int | None = None) -> Set[str]:
    """The sockets of this process that listen in a room; with `head`, none unless all up to there was told."""
    reader = _readers.get(room_id)
    if reader is None or (head is not None and reader.head != head):
        return frozenset()
    return reader.sids


def sweep() -> None:
    """Find what no hint told of: rooms whose log is ahead of this process. To be called every second."""
    for room_id in [each for each, reader in _readers.items() if not reader.sids and not reader.running]:
        del _readers[room_id]
    heads = {room_id: reader.head for room_id, reader in _readers.items()}
    if not heads:
        sight.saw("logs")
        return
    query = sa.select(Room.id, Room.last_seq, Room.deleted_at).where(Room.id.in_(heads))
    rooms = db.session.execute(query).all()
    db.session.commit()
    sight.saw("logs")
    for room_id, last_seq, deleted_at in rooms:
        if last_seq > heads[room_id]:
            _wake(room_id)
        if deleted_at is not None:
            silence(room_id, listeners(room_id))


def clear() -> None:
    """Follow nothing: the process starts, or a test does."""
    _readers.clear()


def _told_elsewhere(room_id: str, seq: int, joined: str | None) -> None:
    if joined and room_id not in _readers and presence.sids_of_user(joined):
        _readers[room_id] = Reader(seq - 1)
    reader = _readers.get(room_id)
    if reader is not None and reader.head < seq:
        _wake(room_id)


def _wake(room_id: str, handed: Handed | None = None) -> None:
    if sight.is_blind():
        return  # the sweep finds what was not told, once it sees again
    reader = _readers.get(room_id)
    if reader is None:
        if handed is None or not presence.sids_of_user(_joined(handed.entry) or ""):
            return
        reader = _readers[room_id] = Reader(handed.entry.seq - 1)
    if handed is not None and handed.entry.seq <= reader.head:
        return
    reader.pending = True
    if reader.running:
        return
    reader.running = True
    try:
        _follow(room_id, reader, handed)
    except Exception:
        # The change is committed, and whoever made it is told so. The sweep comes by within a second.
        logger.exception("the log of room %s could not be told", room_id)
        db.session.rollback()
    finally:
        reader.running = False


def _joined(entry: Entry | NewEntry) -> str | None:
    return entry.subject_id if entry.kind == Kind.MEMBER_JOINED else None


def _follow(room_id: str, reader: Reader, handed: Handed | None) -> None:
    """Tell everything after the reader's head. New entries may come while this runs: `pending` says so.

    Whoever handed one over is asked for by somebody: in a hot room another green thread goes on in their place.
    """
    began_at, is_somebodys = reader.head, handed is not None
    at_once = TOLD_AT_ONCE if is_somebodys else limits.SYNC_ENTRIES
    while reader.pending:
        if is_somebodys and reader.head - began_at >= TOLD_AT_ONCE:
            socketio.start_background_task(_go_on, room_id)
            return
        reader.pending = False
        if handed is not None and handed.entry.seq == reader.head + 1:
            _tell_next(reader, *handed)
        else:
            db.session.expire_all()  # what this session saw may be older than the log
            entries = log.after(room_id, reader.head, at_once)
            reader.pending = len(entries) == at_once
            for entry in entries:
                _tell_next(reader, entry)
        handed = None
        if db.session.registry.has() and db.session().in_transaction():
            db.session.commit()


def _go_on(room_id: str) -> None:
    assert _app is not None
    with _app.app_context():
        _wake(room_id)


def _tell_next(reader: Reader, entry: Entry | NewEntry, fact: events.LoggedFact | None = None) -> None:
    if fact is None:
        fact = events.logged(entry)  # may switch green threads: so first, and head is compared after it
    blind = events.blind_to(fact)  # and so may this
    if entry.seq != reader.head + 1:
        raise RuntimeError(f"entry {entry.seq} of room {entry.room_id} after {reader.head}")
    if entry.kind in ENDS_OF_MEMBERSHIP:
        writing.stop(entry.room_id, entry.subject_id)
        for sid in presence.sids_of_user(entry.subject_id):
            _drop(entry.room_id, sid)
    elif entry.kind == Kind.MEMBER_JOINED:
        for sid in presence.sids_of_user(entry.subject_id):
            hear(sid, {entry.room_id: reader.head})
    elif entry.kind == Kind.MESSAGE_POSTED:
        writing.stop(entry.room_id, entry.actor_id)
    events.tell_logged(fact, blind)
    reader.head = entry.seq


def _drop(room_id: str, sid: str) -> None:
    reader = _readers.get(room_id)
    if reader is None or sid not in reader.sids:
        return
    reader.sids.discard(sid)
    socketio.server.leave_room(sid, room_channel(room_id), namespace=NAMESPACE)

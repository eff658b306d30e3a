"""Messages: say something, take it all back."""

import hashlib

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import access, dispatch, limits, log
from app.errors import Conflict, RateLimited
from app.extensions import db
from app.models import Entry, Kind, Membership, Message, Role, User
from app.models.columns import new_id, now

# How many messages one transaction erases: the room is locked for so long.
ERASED_AT_ONCE = 200


def post(author: User, room_id: str, *, nonce: str, text: str) -> tuple[Message, bool]:
    """Say something in a room. The second value tells that this nonce was posted before, and nothing was told.

    When it returns, the message is durable. Sending it again, by whatever entrance, answers with the first.
    Raises NotFound for an outsider, Conflict for a nonce that was used for something else, RateLimited.
    """
    digest = digest_of(room_id, text)
    # Looked at before the lock as well: neither an outsider nor the store of limits may hold the room up.
    before = _said_before(author, nonce)
    if before is None:
        access.membership(author, room_id)
        access.within(limits.SEND_BURST, author.id, room_id)
        access.within(limits.SEND_MINUTE, author.id)
        room = log.lock(room_id)
        before = _said_before(author, nonce)
    if before is not None:
        db.session.commit()
        return _same(before, room_id, digest), True
    _take_turn(access.membership(author, room_id))

    message = Message(
        id=new_id(), room_id=room_id, author=author, nonce=nonce, digest=digest, text=text, created_at=now()
    )
    entry = log.append(room, Kind.MESSAGE_POSTED, subject_id=message.id, actor=author)
    message.seq = entry.seq
    message.created_at = entry.at
    db.session.add(message)
    try:
        db.session.commit()
    except IntegrityError:  # one nonce raced into two rooms, and only this room's lock was held
        db.session.rollback()
        raced = _said_before(author, nonce)
        if raced is None:
            raise
        return _same(raced, room_id, digest), True

    dispatch.tell(entry)
    return message, False


def erase_all(author: User) -> None:
    """Make tombstones of everything that a person ever said, in rooms they left as well, and tell who is there."""
    query = (
        sa.select(Message.room_id)
        .where(Message.author_id == author.id, Message.deleted_at.is_(None))
        .limit(1)
    )
    while (room_id := db.session.scalar(query)) is not None:
        _erase_some(author, room_id)


def _erase_some(author: User, room_id: str) -> None:
    room = log.lock_even_deleted(room_id)
    said = Message.in_room(room_id).where(Message.author_id == author.id, Message.deleted_at.is_(None))
    entries: list[Entry] = []
    for message in db.session.scalars(said.order_by(Message.seq).limit(ERASED_AT_ONCE)):
        message.erase()
        entries.append(log.append(room, Kind.MESSAGE_DELETED, subject_id=message.id, actor=author))
    db.session.commit()
    for entry in entries:
        dispatch.tell(entry)


def _take_turn(membership: Membership) -> None:
    """Raises Forbidden for who is muted; in slow mode RateLimited for a member who spoke a moment ago. The room is
    locked, so of two who speak at once one is the second.
    """
    access.refuse_muted(membership)
    pause = membership.room.slow_seconds
    if not pause or Role(membership.role) is not Role.MEMBER:
        return
    instant = now()
    if (
        membership.said_at is not None and membership.said_at <= instant
    ):  # a clock that was set back mutes nobody
        wait = pause - (instant - membership.said_at).total_seconds()
        if wait > 0:
            raise RateLimited(
                f"This room is in slow mode: one message in {pause} seconds.",
                retry_after=round(wait + 0.05, 1),
            )
    membership.said_at = instant


def _said_before(author: User, nonce: str) -> Message | None:
    return db.session.scalar(Message.by_nonce(author, nonce).execution_options(populate_existing=True))


def _same(before: Message, room_id: str, digest: str) -> Message:
    # A tombstone keeps no digest: nothing of what was said stays, and a late retry is answered with it.
    if before.room_id != room_id or (before.digest and before.digest != digest):
        raise Conflict("This nonce was used for another message.")
    return before


def digest_of(room_id: str, text: str) -> str:
    """What tells whether a retry says the same in the same room."""
    return hashlib.sha256(f"{room_id}\0{text}".encode()).hexdigest()

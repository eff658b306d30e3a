"""Messages: say something, say it otherwise, take it back, take it all back."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import access, dispatch, limits, log
from app.actions import changes, mentions, reactions
from app.errors import Conflict, Forbidden, Invalid, RateLimited
from app.extensions import db
from app.models import EarlierVersion, Entry, Kind, Membership, Message, Role, User, dress
from app.models.columns import new_id, now

# How many messages one transaction erases: the room is locked for so long.
ERASED_AT_ONCE = 200
LOOKED_AT_ONCE = 2_000  # entries of a room, for what is to be erased: a few milliseconds


# What belongs under one lock stays together, though it is long.
def post(
    author: User, room_id: str, *, nonce: str, text: str, reply_to: str | None = None
) -> tuple[Message, bool]:
    """Say something in a room. The second value tells that this nonce was posted before, and nothing was told.

    When it returns, the message is durable. Sending it again, by whatever entrance, answers with the first.
    Raises NotFound for an outsider, Conflict for a nonce that was used for something else, Invalid when `reply_to` is
    no message of this room, RateLimited.
    """
    digest = digest_of(room_id, text, reply_to)
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
    membership = access.membership(author, room_id)
    db.session.refresh(author)  # who was renamed before this is told by the new name
    _take_turn(membership)

    message = Message(
        id=new_id(), room_id=room_id, author=author, nonce=nonce, digest=digest, text=text, version=1
    )
    if reply_to is not None:
        message.reply_to = _answered(author, room_id, reply_to)
    entry = log.append(room, Kind.MESSAGE_POSTED, subject_id=message.id, actor=author)
    message.seq = entry.seq
    message.created_at = entry.at
    db.session.add(message)
    try:
        if "@" in text:
            db.session.flush()
            mentions.note(message, membership)
        db.session.commit()
    except IntegrityError:  # one nonce raced into two rooms, and only this room's lock was held
        db.session.rollback()
        raced = _said_before(author, nonce)
        if raced is None:
            raise
        return _same(raced, room_id, digest), True

    dispatch.tell(entry)
    return message, False


def edit(author: User, message_id: str, *, text: str, version: int | None = None) -> Message:
    """Say it otherwise; what it said before is kept. `version`: the one that the author saw. The same text again
    changes nothing and is told to nobody.

    Raises NotFound for an outsider, Forbidden for who isn't the author or is muted; Conflict for a tombstone, when the
    text was edited after that version, when it was said too long ago or was edited too often; RateLimited.
    """
    change = changes.begin(author, message_id)
    access.refuse_muted(change.membership)
    message = change.message
    if message.author_id != author.id:
        raise Forbidden("You can only edit your own messages.")
    changes.refuse_deleted(message)
    if message.text == text:
        return changes.leave(change)
    _refuse_edit(message, version)
    db.session.add(
        EarlierVersion(
            message_id=message.id,
            version=message.version,
            text=message.text,
            written_at=message.edited_at or message.created_at,
        )
    )
    message.text, message.edited_at = text, now()
    mentions.clear(message.room_id, [message])
    mentions.note(message, change.membership)
    return changes.end(change, Kind.MESSAGE_EDITED)


def delete(user: User, message_id: str) -> Message:
    """Make a tombstone of a message: one's own, or as a moderator or owner anybody's. Again changes nothing.

    Raises NotFound for an outsider, Forbidden for a member and somebody else's message, RateLimited.
    """
    change = changes.begin(user, message_id)
    if change.message.author_id != user.id and change.membership.role == Role.MEMBER:
        raise Forbidden("You can only delete your own messages.")
    if change.message.deleted_at is not None:
        return changes.leave(change)
    _erase(change.room.id, [change.message])
    return changes.end(change, Kind.MESSAGE_DELETED)


def erase_all(author: User) -> None:
    """Make tombstones of everything that a person ever said, in rooms they left as well, and tell who is there."""
    rooms = sa.select(Membership.room_id).where(Membership.user_id == author.id)
    for room_id in db.session.scalars(rooms).all():
        after: int | None = 0
        while after is not None:
            after = _erase_some(author, room_id, after)


def _erase_some(author: User, room_id: str, after: int) -> int | None:
    """Erase some of what comes after this seq, looking at a part of the room only; where to go on, None at its end."""
    room = log.lock_even_deleted(room_id)
    ends, until = room.last_seq, after + LOOKED_AT_ONCE
    said = Message.in_room(room_id).where(
        Message.seq > after,
        Message.seq <= until,
        Message.author_id == author.id,
        Message.deleted_at.is_(None),
    )
    erased = list(db.session.scalars(said.order_by(Message.seq).limit(ERASED_AT_ONCE)))
    _erase(room_id, erased)
    entries: list[Entry] = []
    for message in erased:
        message.version += 1
        entries.append(log.append(room, Kind.MESSAGE_DELETED, subject_id=message.id, actor=author))
    db.session.commit()
    for entry in entries:
        dispatch.tell(entry)
    if len(erased) == ERASED_AT_ONCE:
        return erased[-1].seq
    return until if until < ends else None


def _take_turn(membership: Membership) -> None:
    """Raises Forbidden for who is muted; in slow mode RateLimited for a member who spoke a moment ago. The room is
    locked, so of two who speak at once one is the second.
    """
    access.refuse_muted(membership)
    pause = membership.room.slow_seconds
    if not pause or Role(membership.role) is not Role.MEMBER:
        return
    until = membership.slow_until
    if until is not None:
        raise RateLimited(
            f"This room is in slow mode: one message in {pause} seconds.",
            retry_after=round((until - now()).total_seconds() + 0.05, 1),
        )
    membership.said_at = now()


def _erase(room_id: str, messages: list[Message]) -> None:
    """Nothing of what these said stays anywhere."""
    ids = [each.id for each in messages]
    db.session.execute(sa.delete(EarlierVersion).where(EarlierVersion.message_id.in_(ids)))
    reactions.clear(ids)
    mentions.clear(room_id, messages)
    for each in messages:
        each.erase()


def _refuse_edit(message: Message, version: int | None) -> None:
    if now() - message.created_at > timedelta(seconds=limits.EDIT_SECONDS):
        raise Conflict("This was said too long ago to be edited.")
    edited = list(
        db.session.scalars(sa.select(EarlierVersion.version).where(EarlierVersion.message_id == message.id))
    )
    if len(edited) >= limits.EDITS_PER_MESSAGE:
        raise Conflict(f"A message can be edited {limits.EDITS_PER_MESSAGE} times. Write a new one.")
    # Reactions and pins raise the version too, and are no reason to refuse: only another text is.
    if version is not None and not max(edited, default=0) < version <= message.version:
        raise Conflict("This message was edited meanwhile. Look at what it says now.")


def _answered(author: User, room_id: str, message_id: str) -> Message:
    query = Membership.reads(author, message_id).where(Message.room_id == room_id)
    found = db.session.execute(query).one_or_none()
    if found is None:
        text = "There is no such message in this room."
        raise Invalid(errors=[{"path": "reply_to", "message": text}])
    message: Message = found[1]
    return message


def _said_before(author: User, nonce: str) -> Message | None:
    found = db.session.scalar(Message.by_nonce(author, nonce).execution_options(populate_existing=True))
    if found is not None:
        dress([found])
    return found


def _same(before: Message, room_id: str, digest: str) -> Message:
    # A tombstone keeps no digest: nothing of what was said stays, and a late retry is answered with it.
    if before.room_id != room_id or (before.digest and before.digest != digest):
        raise Conflict("This nonce was used for another message.")
    return before


def digest_of(room_id: str, text: str, reply_to: str | None = None) -> str:
    """What tells whether a retry says the same in the same room, in answer to the same."""
    said = f"{room_id}\0{text}" if reply_to is None else f"{room_id}\0{text}\0{reply_to}"
    return hashlib.sha256(said.encode()).hexdigest()

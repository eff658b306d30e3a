"""What is known of what was said in rooms, for those who are in them: pins, mentions, what is unread."""

import sqlalchemy as sa

from app import access, limits
from app.extensions import db
from app.models import EarlierVersion, Entry, Membership, Mention, Message, Room, Unread, User, dress


def pins(user: User, room_id: str) -> list[Message]:
    """A room's pinned messages, the last pinned first. Raises NotFound for an outsider."""
    membership = access.membership(user, room_id)
    pinned = Message.pinned_in(room_id).where(Message.seq >= membership.from_seq)
    return _dressed(pinned.limit(limits.PINS_PER_ROOM))


def earlier_versions(user: User, message_id: str) -> list[EarlierVersion]:
    """What a message said before it was edited, newest first. Raises NotFound for an outsider."""
    access.message(user, message_id)
    return list(db.session.scalars(EarlierVersion.of(message_id)))


def mentions(user: User, *, before: str | None, limit: int) -> list[tuple[Membership, Message]]:
    """Messages that name a person in the rooms that they are in, newest first, each with their membership of its room;
    with `before`, those older than the message with this id.
    """
    named = (
        Membership.of(user)
        .add_columns(Message)
        .join(Mention, sa.and_(Mention.user_id == user.id, Mention.room_id == Membership.room_id))
        .join(Message, sa.and_(Message.id == Mention.message_id, Message.seq >= Membership.from_seq))
        .order_by(None)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(named if before is None else named.where(Mention.message_id < before))
    found = [(membership, said) for membership, said in rows]
    dress(said for _, said in found)
    return found


def opening(user: User, room_id: str, *, asked: int | None) -> tuple[int | None, list[Message]]:
    """What a room is opened with, oldest first, a page of it, and the seq that this is around: the one asked for, or
    that of the first unread message where it isn't among the newest; None for the room's end.

    Raises NotFound for an outsider.
    """
    page = limits.HISTORY_PAGE
    if asked is None:
        newest = access.history(user, room_id, limit=page)[::-1]
        asked = _first_unread(access.membership(user, room_id))
        if asked is None or not newest or asked >= newest[0].seq:
            return None, newest
    return asked, access.history(user, room_id, around=asked, limit=page)


def unread(memberships: list[Membership]) -> dict[str, Unread]:
    """How many messages of others each room holds after one's read position, and how many of those name one; with the
    position and the end of the log that this is of, read in one look: whoever hears a later fact counts on from there.

    Counting ends at UNREAD_COUNTED: who comes back after a year must not hold everybody up.
    """
    if not memberships:
        return {}
    user_id = memberships[0].user_id
    query = (
        sa.select(Membership.room_id, _missed(user_id), _named(user_id), Membership.read_seq, Room.last_seq)
        .join(Room, Room.id == Membership.room_id)
        .where(Membership.user_id == user_id, Membership.room_id.in_([each.room_id for each in memberships]))
    )
    return {room_id: Unread(*counts) for room_id, *counts in db.session.execute(query)}


def _missed(user_id: str) -> sa.ScalarSelect[int]:
    """How many messages of others a membership has not read."""
    missed = (
        sa.select(sa.literal(1).label("one"))
        .where(
            Message.room_id == Membership.room_id,
            Message.seq > Membership.read_seq,
            Message.seq >= Membership.from_seq,
            Message.author_id != user_id,
            Message.deleted_at.is_(None),
        )
        .limit(limits.UNREAD_COUNTED)
        .correlate(Membership)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(missed).scalar_subquery()


def _named(user_id: str) -> sa.ScalarSelect[int]:
    """How many of them name its person."""
    return (
        sa.select(sa.func.count())
        .where(
            Mention.user_id == user_id,
            Mention.room_id == Membership.room_id,
            Mention.seq > Membership.read_seq,
            Mention.seq >= Membership.from_seq,
        )
        .correlate(Membership)
        .scalar_subquery()
    )


def _first_unread(membership: Membership) -> int | None:
    query = (
        sa.select(Message.seq)
        .where(
            Message.room_id == membership.room_id,
            Message.seq > membership.read_seq,
            Message.seq >= membership.from_seq,
            Message.author_id != membership.user_id,
            Message.deleted_at.is_(None),
        )
        .order_by(Message.seq)
        .limit(1)
    )
    return db.session.scalar(query)


def entry_subjects(entries: list[Entry]) -> list[Message | Membership]:
    """Load what entries refer to, all at once. While the caller holds them, drawing the entries asks no more questions:
    the session itself forgets what nobody holds.
    """
    ids = [entry.subject_id for entry in entries]
    if not ids:
        return []
    of_room = Membership.room_id == entries[0].room_id
    people = db.session.scalars(sa.select(Membership).where(of_room, Membership.user_id.in_(ids)))
    return [*_dressed(sa.select(Message).where(Message.id.in_(ids))), *people]


def _dressed(query: sa.Select[Message]) -> list[Message]:
    found = list(db.session.scalars(query))
    dress(found)
    return found

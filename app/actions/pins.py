"""Pins: what a room keeps at hand, chosen by its moderators and owners."""

import sqlalchemy as sa

from app import limits
from app.actions import changes
from app.errors import Conflict, Forbidden
from app.extensions import db
from app.models import Kind, Message, Role, User


def put(user: User, message_id: str, *, on: bool) -> Message:
    """Pin a message, or take the pin out. What is so already is told to nobody.

    Raises NotFound for an outsider, Forbidden for a member; Conflict for a tombstone, or when the room has as many
    pins as it may.
    """
    change = changes.begin(user, message_id)
    if change.membership.role == Role.MEMBER:
        raise Forbidden("Only owners and moderators of this room may pin messages.")
    if (change.message.pinned_seq is not None) == on:
        return changes.leave(change)
    if on:
        changes.refuse_deleted(change.message)
        _refuse_too_many(change.room.id)
    change.message.pinned_seq = change.seq if on else None
    return changes.end(change, Kind.MESSAGE_PINNED)


def _refuse_too_many(room_id: str) -> None:
    pinned = Message.pinned_in(room_id).order_by(None).with_only_columns(sa.func.count())
    if (db.session.scalar(pinned) or 0) >= limits.PINS_PER_ROOM:
        raise Conflict(f"A room has at most {limits.PINS_PER_ROOM} pinned messages. Take one out first.")

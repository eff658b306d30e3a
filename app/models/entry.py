"""The room's log: one row for everything that members must agree on."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt
from app.models.message import Message


class Kind(StrEnum):
    """What happened. The value is the name of the fact that members are told."""

    MESSAGE_POSTED = "message_posted"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_REACTED = "message_reacted"
    MESSAGE_PINNED = "message_pinned"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    MEMBER_REMOVED = "member_removed"
    MEMBER_CHANGED = "member_changed"
    ROOM_CHANGED = "room_changed"


# After these the subject's sockets must be out of the room before anything later is told.
ENDS_OF_MEMBERSHIP = frozenset({Kind.MEMBER_LEFT, Kind.MEMBER_REMOVED})


DEEDS = sa.text("(kind LIKE 'member_%' OR kind = 'room_changed' OR kind = 'message_deleted')")


class NewEntry(NamedTuple):
    """An entry that is stored together with many others: the same columns, without the mapper's price."""

    room_id: str
    seq: int
    kind: Kind
    subject_id: str
    actor_id: str
    at: datetime


class Entry(Base):
    """Entry `seq` of a room: it refers to its subject (a message, a person), and never copies it."""

    __tablename__ = "entries"

    # What was said is nearly all of a log, and nothing of what was done: an index of the rest alone.
    __table_args__ = (
        sa.Index("ix_entries_deeds", "room_id", "seq", sqlite_where=DEEDS, postgresql_where=DEEDS),
    )

    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[str] = mapped_column(sa.String(limits.ID_MAX))
    actor_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[CreatedAt]
    # What changed and to what, for the room's history of what was done; None where the kind says it all.
    detail: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    @classmethod
    def deeds(cls, room_id: str, before: int | None) -> sa.Select[Self]:
        """What was done in a room, newest first: all but what was said, and what its author changed about it."""
        found = (
            sa.select(cls)
            .outerjoin(Message, Message.id == cls.subject_id)
            .where(
                cls.room_id == room_id,
                DEEDS,
                sa.or_(Message.id.is_(None), Message.author_id != cls.actor_id),
            )
            .order_by(cls.seq.desc())
        )
        return found if before is None else found.where(cls.seq < before)

    @classmethod
    def after(cls, room_id: str, seq: int, limit: int) -> sa.Select[Self]:
        """What came after `seq`, in order."""
        return sa.select(cls).where(cls.room_id == room_id, cls.seq > seq).order_by(cls.seq).limit(limit)

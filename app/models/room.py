"""Rooms: a title, and the counter of the room's log."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime


def new_epoch() -> str:
    """64 random bits: another epoch tells clients that the log is not the one they were reading."""
    return secrets.token_hex(8)


class Room(Base):
    """A room. Whoever appends to its log locks this row first (`log.lock`)."""

    __tablename__ = "rooms"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(sa.String(limits.TITLE_MAX))
    epoch: Mapped[str] = mapped_column(sa.String(16), default=new_epoch)
    last_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    member_count: Mapped[int] = mapped_column(default=0)
    slow_seconds: Mapped[int] = mapped_column(default=0)  # between two messages of one member; 0 is off
    joining_closed: Mapped[bool] = mapped_column(default=False)  # then no link lets anybody in
    # When the last mute in here ends: until then whoever posts many at once asks who is muted, and else never.
    muted_until: Mapped[OptionalTime]
    created_at: Mapped[CreatedAt]
    deleted_at: Mapped[OptionalTime]

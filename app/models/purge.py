"""Purges: everybody who came by one link put out of a room at once, and for a while let back at once."""

from datetime import datetime, timedelta
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, now
from app.models.invite import Invite
from app.models.user import User


class Purge(Base):
    """One of them. Whom it put out says `Membership.purge_id`."""

    __tablename__ = "purges"

    id: Mapped[Id]
    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"), index=True)
    invite_id: Mapped[str] = mapped_column(sa.ForeignKey("invites.id"))
    actor_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[OptionalTime]

    invite: Mapped[Invite] = relationship(lazy="joined", innerjoin=True)
    actor: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def undo_until(self) -> datetime:
        """When it becomes too late to undo it."""
        return self.created_at + timedelta(seconds=limits.UNDO_SECONDS)

    @property
    def can_be_undone(self) -> bool:
        """Is it recent enough, and not undone yet?"""
        return self.undone_at is None and self.undo_until > now()

    @classmethod
    def recent_in(cls, room_id: str) -> sa.Select[Self]:
        """A room's that can still be undone, newest first."""
        return (
            sa.select(cls)
            .where(
                cls.room_id == room_id,
                cls.undone_at.is_(None),
                cls.created_at > now() - timedelta(seconds=limits.UNDO_SECONDS),
            )
            .order_by(cls.id.desc())
        )

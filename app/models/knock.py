"""Knocks: somebody came by a link that asks first, and waits to be let in."""

from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime
from app.models.invite import Invite
from app.models.user import User


class Knock(Base):
    """One person at one room's door. There is one row for the two, whatever happens after."""

    __tablename__ = "knocks"
    __table_args__ = (sa.UniqueConstraint("room_id", "user_id"),)

    id: Mapped[Id]
    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"))
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    invite_id: Mapped[str] = mapped_column(sa.ForeignKey("invites.id"))
    created_at: Mapped[CreatedAt]
    answered_at: Mapped[OptionalTime]
    answered_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("users.id"))
    # Where the log was when they were turned away: links made before it don't let them ask again.
    denied_seq: Mapped[int | None] = mapped_column(sa.BigInteger)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=user_id)
    invite: Mapped[Invite] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_pending(self) -> bool:
        """Has nobody answered?"""
        return self.answered_at is None

    @property
    def is_waiting(self) -> bool:
        """Does somebody wait at the door, whom one can still let in?"""
        return self.is_pending and not self.invite.has_ended

    @classmethod
    def pending_in(cls, room_id: str) -> sa.Select[Self]:
        """Who waits at a room's door, longest first; without those who left this server or whose link has ended."""
        waiting = sa.and_(cls.room_id == room_id, cls.answered_at.is_(None), User.deleted_at.is_(None))
        found = sa.select(cls).join(cls.user).join(cls.invite)
        return found.where(waiting, Invite.opens()).order_by(cls.created_at)

    @classmethod
    def of(cls, room_id: str, user_id: str) -> sa.Select[Self]:
        """The one of this person at this room."""
        return sa.select(cls).where(cls.room_id == room_id, cls.user_id == user_id)

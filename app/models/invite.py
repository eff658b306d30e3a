"""Invites: what a link opens."""

from enum import StrEnum
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, new_secret, now
from app.models.room import Room
from app.models.user import User

TOKEN_BITS = 192


class Window(StrEnum):
    """What of what was said before somebody who comes by a link may see."""

    ALL = "all"
    RECENT = "recent"
    NONE = "none"


class End(StrEnum):
    """Why a link leads nowhere any more."""

    CLOSED = "closed"
    USED_UP = "used up"
    EXPIRED = "expired"


def new_token() -> str:
    """The part of a link that is the secret."""
    return new_secret(TOKEN_BITS)


class Invite(Base):
    """A way into one room. The token is kept readable: members copy the link again and again."""

    __tablename__ = "invites"

    id: Mapped[Id]
    token: Mapped[str] = mapped_column(sa.String(64), unique=True, default=new_token)
    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"), index=True)
    created_by_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    label: Mapped[str | None] = mapped_column(sa.String(limits.LABEL_MAX))
    created_at: Mapped[CreatedAt]
    made_after_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # what the room's log held then
    expires_at: Mapped[OptionalTime]
    max_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[OptionalTime]
    history: Mapped[str] = mapped_column(sa.String(8), default=Window.ALL)
    asks_first: Mapped[bool] = mapped_column(default=False)  # an owner or a moderator lets each in

    room: Mapped[Room] = relationship(lazy="joined", innerjoin=True)
    created_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_live(self) -> bool:
        """Does it open the room right now?"""
        return not self.has_ended and not self.room.joining_closed and self.room.deleted_at is None

    @property
    def has_ended(self) -> bool:
        """Was it closed, is its time over, or is it used up?"""
        return self.end is not None

    @property
    def end(self) -> End | None:
        """Why it leads nowhere any more, if it doesn't."""
        if self.revoked_at is not None:
            return End.CLOSED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return End.USED_UP
        if self.expires_at is not None and self.expires_at <= now():
            return End.EXPIRED
        return None

    @classmethod
    def by_token(cls, token: str) -> sa.Select[Self]:
        """The one with this token, live or not."""
        return sa.select(cls).where(cls.token == token)

    @classmethod
    def of_room(cls, room_id: str) -> sa.Select[Self]:
        """A room's, newest first."""
        return sa.select(cls).where(cls.room_id == room_id).order_by(cls.id.desc())

    @classmethod
    def live_in(cls, room_id: str) -> sa.Select[Self]:
        """A room's that open it right now, newest first."""
        return cls.of_room(room_id).where(cls.opens())

    @classmethod
    def opens(cls) -> sa.ColumnElement[bool]:
        """Of a link: that it works right now."""
        return sa.and_(
            cls.revoked_at.is_(None),
            sa.or_(cls.expires_at.is_(None), cls.expires_at > now()),
            sa.or_(cls.max_uses.is_(None), cls.uses < cls.max_uses),
        )

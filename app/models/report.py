"""Reports: a member asks the moderators to look at a message."""

from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime
from app.models.message import Message
from app.models.user import User


class Report(Base):
    """One member's report of one message: saying it twice is saying it once."""

    __tablename__ = "reports"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "reporter_id"),
        sa.Index("ix_reports_room_id_closed_at", "room_id", "closed_at"),
    )

    id: Mapped[Id]
    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"))
    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id"))
    reporter_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(limits.REASON_MAX))
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[OptionalTime]
    closed_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("users.id"))
    outcome: Mapped[str | None] = mapped_column(sa.String(16))

    message: Mapped[Message] = relationship(lazy="joined", innerjoin=True)
    reporter: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=reporter_id)

    @classmethod
    def open_in(cls, room_id: str) -> sa.Select[Self]:
        """A room's that nobody answered yet, oldest first."""
        return sa.select(cls).where(cls.room_id == room_id, cls.closed_at.is_(None)).order_by(cls.id)

    @classmethod
    def open_about(cls, message_id: str) -> sa.Select[Self]:
        """Those of one message that nobody answered yet."""
        return sa.select(cls).where(cls.message_id == message_id, cls.closed_at.is_(None))

    @classmethod
    def of(cls, message_id: str, reporter_id: str) -> sa.Select[Self]:
        """This person's of this message."""
        return sa.select(cls).where(cls.message_id == message_id, cls.reporter_id == reporter_id)

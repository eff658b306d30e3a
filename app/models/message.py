"""What people said."""

from datetime import datetime
from typing import NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, now
from app.models.user import User


class NewMessage(NamedTuple):
    """A message that is stored together with many others: the same columns, without the mapper's price."""

    id: str
    room_id: str
    seq: int
    author: User
    nonce: str
    digest: str
    text: str
    created_at: datetime
    version: int = 1
    edited_at: None = None
    deleted_at: None = None


class Message(Base):
    """A message. Its place in the room is `seq`, that of the entry which posted it; its text lives only here."""

    __tablename__ = "messages"
    __table_args__ = (
        sa.UniqueConstraint("room_id", "seq"),
        sa.UniqueConstraint("author_id", "nonce"),  # the last defence when two rooms race with one nonce
    )

    id: Mapped[Id]
    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"))
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    nonce: Mapped[str] = mapped_column(sa.String(limits.ID_MAX))
    digest: Mapped[str] = mapped_column(sa.String(64))  # of room and first text: is a retry the same?
    text: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[OptionalTime]
    deleted_at: Mapped[OptionalTime]

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def in_room(cls, room_id: str) -> sa.Select[Self]:
        """All of a room's, tombstones included, in no order yet."""
        return sa.select(cls).where(cls.room_id == room_id)

    @classmethod
    def by_nonce(cls, author: User, nonce: str) -> sa.Select[Self]:
        """The one that this author made under this nonce, in whatever room."""
        return sa.select(cls).where(cls.author_id == author.id, cls.nonce == nonce)

    def erase(self) -> None:
        """Make a tombstone of it: the text is gone for good."""
        self.text = self.digest = ""
        self.version += 1
        self.deleted_at = now()

"""What people said."""

from datetime import datetime
from typing import NamedTuple, Optional, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, now
from app.models.reaction import Reaction
from app.models.user import Author, User

PINNED = sa.text("pinned_seq IS NOT NULL")


class NewMessage(NamedTuple):
    """A message that is stored together with many others: the same columns, without the mapper's price."""

    id: str
    room_id: str
    seq: int
    author: User | Author
    nonce: str
    digest: str
    text: str
    created_at: datetime
    version: int = 1
    edited_at: None = None
    deleted_at: None = None
    reply_to_id: None = None
    pinned_seq: None = None


class Message(Base):
    """A message. Its place in the room is `seq`, that of the entry which posted it; its text lives only here.

    `version` counts everything that happens to it (edits, reactions, pins, the end), so that of two drawings of it
    the later one is known.
    """

    __tablename__ = "messages"
    __table_args__ = (
        sa.UniqueConstraint("room_id", "seq"),
        # The last defence when two rooms race with one nonce. The nonce first: those that begin with their time, as the
        # page's do, all go to the index's end, and a commit of many people's messages writes one page for them.
        sa.UniqueConstraint("nonce", "author_id"),
        sa.Index("ix_messages_pins", "room_id", "pinned_seq", sqlite_where=PINNED, postgresql_where=PINNED),
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
    reply_to_id: Mapped[str | None] = mapped_column(sa.ForeignKey("messages.id"))
    pinned_seq: Mapped[int | None] = mapped_column(sa.BigInteger)  # of the entry that pinned it

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    # Loaded by `dress`, for all the messages of an answer at once.
    reply_to: Mapped[Optional["Message"]] = relationship(lazy="raise", remote_side="Message.id")
    reactions: Mapped[list[Reaction]] = relationship(lazy="raise", viewonly=True, order_by=Reaction.seq)

    @property
    def may_have_reactions(self) -> bool:
        """Can there be any? Nobody has to look for those of a message that nothing happened to."""
        return self.version > 1 and self.deleted_at is None

    @classmethod
    def in_room(cls, room_id: str) -> sa.Select[Self]:
        """All of a room's, tombstones included, in no order yet."""
        return sa.select(cls).where(cls.room_id == room_id)

    @classmethod
    def by_nonce(cls, author: User, nonce: str) -> sa.Select[Self]:
        """The one that this author made under this nonce, in whatever room."""
        return sa.select(cls).where(cls.author_id == author.id, cls.nonce == nonce)

    @classmethod
    def pinned_in(cls, room_id: str) -> sa.Select[Self]:
        """A room's pinned ones, the last pinned first."""
        return cls.in_room(room_id).where(cls.pinned_seq.is_not(None)).order_by(cls.pinned_seq.desc())

    @classmethod
    def oldest_recent(cls, room_id: str) -> sa.Select[int]:
        """The seq of the oldest of those last messages of a room that a link shows; nothing where there are fewer."""
        there = cls.in_room(room_id).where(cls.deleted_at.is_(None))
        last = there.with_only_columns(cls.seq).order_by(cls.seq.desc())
        return last.offset(limits.RECENT_MESSAGES - 1).limit(1)

    def erase(self) -> None:
        """Make a tombstone of it: the text is gone for good, and so is what it answered and its place among pins.

        What other tables have of it is deleted by whoever calls.
        """
        self.text = self.digest = ""
        self.reply_to_id = self.pinned_seq = None
        self.deleted_at = now()

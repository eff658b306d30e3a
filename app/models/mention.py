"""Who is named in which message."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base


class Mention(Base):
    """One person named in one message by somebody else, while they were in the room; by `@room` as well."""

    __tablename__ = "mentions"
    __table_args__ = (
        sa.Index("ix_mentions_user_id_room_id_seq", "user_id", "room_id", "seq"),  # how many after a place
        sa.Index("ix_mentions_user_id_message_id", "user_id", "message_id"),  # the newest of all rooms
    )

    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id"))

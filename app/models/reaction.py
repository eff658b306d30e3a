"""Emoji under messages: who put which one there."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import limits
from app.extensions import Base


class Reaction(Base):
    """One emoji of one person under one message. `seq` is that of the entry which put it there, and its order."""

    __tablename__ = "reactions"

    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True)
    emoji: Mapped[str] = mapped_column(sa.String(limits.EMOJI_MAX), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)

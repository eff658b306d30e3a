"""What messages said before they were edited."""

from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.models.columns import Time


class EarlierVersion(Base):
    """A text that another one took the place of: `version` is the last one of the message that had it."""

    __tablename__ = "earlier_versions"

    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[Time]

    @classmethod
    def of(cls, message_id: str) -> sa.Select[Self]:
        """A message's, newest first."""
        return sa.select(cls).where(cls.message_id == message_id).order_by(cls.version.desc())

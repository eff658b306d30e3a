"""Failed sign-ins. Kept in the database, so that all processes count them together, restarts included."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.models.columns import CreatedAt, now


class Attempt(Base):
    """One failure for one key, a hash: no names and addresses of strangers are kept."""

    __tablename__ = "attempts"
    __table_args__ = (sa.Index("ix_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[CreatedAt]

    @classmethod
    def recent(cls, key: str, seconds: int) -> sa.Select[int]:
        """How many in the last so many seconds."""
        return (
            sa.select(sa.func.count())
            .select_from(cls)
            .where(cls.key == key, cls.at > now() - timedelta(seconds=seconds))
        )

    @classmethod
    def stale(cls, seconds: int) -> sa.Delete:
        """Forget what is older than that."""
        return sa.delete(cls).where(cls.at <= now() - timedelta(seconds=seconds))

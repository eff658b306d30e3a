"""People, and bots: an account."""

from typing import NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import limits
from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, new_id, now
from app.models.names import skeleton


class Author(NamedTuple):
    """Of an account that may speak: what is told of it, without the mapper's price."""

    id: str
    username: str
    display_name: str
    bot: bool
    deleted_at: None = None


class User(Base):
    """An account. A deleted one keeps its row, without name and password, for what it is referred to by."""

    __tablename__ = "users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(sa.String(limits.USERNAME_MAX))
    skeleton: Mapped[str] = mapped_column(sa.String(limits.USERNAME_MAX * 8), unique=True)
    display_name: Mapped[str] = mapped_column(sa.String(limits.DISPLAY_NAME_MAX))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    bot: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]
    disabled_at: Mapped[OptionalTime]
    deleted_at: Mapped[OptionalTime]

    @property
    def is_active(self) -> bool:
        """May this account do anything at all?"""
        return self.disabled_at is None and self.deleted_at is None

    @classmethod
    def named(cls, username: str) -> sa.Select[Self]:
        """The account that has this name, or one that looks like it."""
        return sa.select(cls).where(cls.skeleton == skeleton(username), cls.deleted_at.is_(None))

    @classmethod
    def is_called(cls, name: str) -> sa.ColumnElement[bool]:
        """Is this in one of the names of an account, in capitals or not?"""
        return sa.or_(*[each.icontains(name, autoescape=True) for each in (cls.display_name, cls.username)])

    @classmethod
    def everyone(cls) -> sa.Select[Self]:
        """All accounts that aren't deleted, oldest first."""
        return sa.select(cls).where(cls.deleted_at.is_(None)).order_by(cls.created_at, cls.id)

    @classmethod
    def bot_named(cls, username: str, display_name: str) -> Self:
        """A new bot. No password opens it."""
        return cls(
            id=new_id(),
            username=username,
            skeleton=skeleton(username),
            display_name=display_name,
            password_hash="",
            bot=True,
        )

    def retire(self) -> None:
        """Close an account for good, whose name stays on what it said, and is free for another."""
        self.skeleton = f"retired:{self.id}"
        self.disabled_at = now()

    def erase(self) -> None:
        """Forget who this was. The name is free again; no password opens it."""
        self.username = self.display_name = "deleted member"
        self.skeleton = f"deleted:{self.id}"
        self.password_hash = ""
        self.deleted_at = now()

"""What proves who is asking: a browser's session or a device's token. One table, so one way to end them."""

from datetime import datetime, timedelta
from typing import Literal, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base
from app.models.columns import CreatedAt, Id, OptionalTime, Time, hash_secret, new_secret, now
from app.models.user import User

CredentialKind = Literal["session", "token"]
EndReason = Literal["signed_out", "revoked", "expired"]

TOKEN_PREFIX = "pt_"  # noqa: S105  (marks a secret, is none)
SECRET_BITS = 256


class Credential(Base):
    """A session or a token. The secret is with its holder only: here is its hash."""

    __tablename__ = "credentials"
    __table_args__ = (sa.Index("ix_credentials_user_id_ended_at", "user_id", "ended_at"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(8))
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    scopes: Mapped[str] = mapped_column(sa.String(40), default="read write")
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[CreatedAt]
    expires_at: Mapped[Time]
    ended_at: Mapped[OptionalTime] = mapped_column(index=True)
    end_reason: Mapped[EndReason | None] = mapped_column(sa.String(16))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def issue(
        cls,
        user: User,
        kind: CredentialKind,
        *,
        name: str,
        scopes: str,
        seconds: int,
        remembered: bool = False,
    ) -> tuple[Self, str]:
        """A new credential and its secret, which is shown this once and not stored."""
        secret = (TOKEN_PREFIX if kind == "token" else "") + new_secret(SECRET_BITS)
        credential = cls(
            kind=kind,
            user_id=user.id,
            secret_hash=hash_secret(secret),
            name=name,
            scopes=scopes,
            remembered=remembered,
            expires_at=now() + timedelta(seconds=seconds),
        )
        return credential, secret

    @property
    def is_live(self) -> bool:
        """Is it worth anything right now, and its account too?"""
        return self.ended_at is None and self.expires_at > now() and self.user.is_active

    def allows(self, scope: str) -> bool:
        """Does it carry this scope, `read` or `write`?"""
        return scope in self.scopes.split()

    def end(self, reason: EndReason) -> None:
        """Worth nothing from now on. Ending twice keeps the first reason."""
        if self.ended_at is None:
            self.ended_at = now()
            self.end_reason = reason

    @property
    def unused_for(self) -> timedelta:
        """How long ago it was last used, as far as was written down."""
        return now() - self.last_used_at

    @classmethod
    def by_secret(cls, secret: str, kind: CredentialKind) -> sa.Select[Self]:
        """The one that this secret belongs to, live or not."""
        return sa.select(cls).where(cls.secret_hash == hash_secret(secret), cls.kind == kind)

    @classmethod
    def live_of(cls, user: User, kind: CredentialKind | None = None) -> sa.Select[Self]:
        """A person's live ones, last used first."""
        query = sa.select(cls).where(cls.user_id == user.id, cls.ended_at.is_(None), cls.expires_at > now())
        if kind is not None:
            query = query.where(cls.kind == kind)
        return query.order_by(cls.last_used_at.desc(), cls.id)

    @classmethod
    def ended_since(cls, instant: datetime) -> sa.Select[str, EndReason | None]:
        """Ids and reasons of what ended at or after an instant: what every process follows."""
        return sa.select(cls.id, cls.end_reason).where(cls.ended_at >= instant)

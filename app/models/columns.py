"""Column types and defaults that every table shares: ids, times, secrets."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
import uuid_utils
from sqlalchemy.orm import mapped_column

from app import limits


class UtcTime(sa.TypeDecorator[datetime]):
    """An aware time in UTC, cut to milliseconds: what is stored is what every client is told."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store UTC; SQLite keeps no zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """This instant by the server's clock, in UTC, cut to milliseconds. Never used for order: that is seq."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def new_id() -> str:
    """A UUIDv7: opaque to clients, nearly in order of making, so that indexes grow at their end."""
    return str(uuid_utils.uuid7())


def new_secret(bits: int) -> str:
    """URL-safe random text of that many bits."""
    return secrets.token_urlsafe(bits // 8)


def hash_secret(secret: str) -> str:
    """What is stored of a secret that has 256 random bits: a plain hash is enough, and can be looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


Id = Annotated[str, mapped_column(sa.String(limits.ID_MAX), primary_key=True, default=new_id)]
Time = Annotated[datetime, mapped_column(UtcTime)]
CreatedAt = Annotated[datetime, mapped_column(UtcTime, default=now)]
OptionalTime = Annotated[datetime | None, mapped_column(UtcTime)]

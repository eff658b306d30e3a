"""Parlor with a clock that stands where a file says, and with ids and links that are the same in every run.

For pictures only: whoever knows this file knows every link and token that it gives out.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import sys
import uuid
import zlib
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace

import wsgi  # before the rest of ours: it patches what they import
from app import presence
from app.models import columns

CLOCK = Path(os.environ["CLOCK_FILE"])
_number = itertools.count(1)


class Clock(datetime):
    """Stands still until the file says another time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        return cls.fromisoformat(CLOCK.read_text()).astimezone(tz)


def uuid7() -> uuid.UUID:
    """In order of making, as the real ones are. The end is such that people have different colours."""
    number = next(_number)
    end = zlib.crc32(f"{number} hearth fire".encode())
    return uuid.UUID(int=(0x019E_0000_0000 + number) << 80 | 0x7 << 76 | 0x8 << 60 | end)


def token_urlsafe(nbytes: int) -> str:
    return (
        base64.urlsafe_b64encode(hashlib.sha512(str(next(_number)).encode()).digest()[:nbytes])
        .decode()
        .rstrip("=")
    )


presence.GONE_AFTER_SECONDS = 0.0  # who has left a picture isn't in the next one
presence.expired = set  # by the clock that goes on, all sessions of then are over
columns.datetime = Clock
columns.uuid_utils = SimpleNamespace(uuid7=uuid7)
columns.secrets = SimpleNamespace(token_urlsafe=token_urlsafe)

if __name__ == "__main__":
    sys.exit(wsgi.main())

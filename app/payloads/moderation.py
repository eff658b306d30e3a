"""What moderators see: who is banned, and what was done. Shapes and how they are drawn."""

from collections.abc import Mapping
from datetime import datetime

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

from app import models
from app.payloads.drawing import time, user
from app.payloads.shapes import Seq, Time, User


class Ban(TypedDict):
    """Somebody whom no link lets back in, and since when."""

    user: User
    since: Time


class Deed(TypedDict):
    """One thing that was done in a room. `kind` is that of the entry; `detail` says what changed, and to what. `actor`
    and `subject` are null for a deleted account, `subject` also where it was done to nobody.
    """

    seq: Seq
    at: Time
    kind: str
    actor: User | None
    subject: User | None
    detail: Mapping[str, str | int | bool | None] | None


def ban(membership: models.Membership, since: datetime) -> Ban:
    """Somebody who is banned."""
    return {"user": user(membership.user), "since": time(since)}


def deed(entry: models.Entry, actor: models.User, subject: models.User | None) -> Deed:
    """Something that was done."""
    return {
        "seq": entry.seq,
        "at": time(entry.at),
        "kind": entry.kind,
        "actor": None if actor.deleted_at else user(actor),
        "subject": None if subject is None or subject.deleted_at else user(subject),
        "detail": entry.detail,
    }

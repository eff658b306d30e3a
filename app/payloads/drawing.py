"""How each thing is drawn: one function for each type of `shapes`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal, cast

from app import models
from app.limits import Limits
from app.payloads.facts import CaughtUp, Envelope, LoggedFact, RoomFields
from app.payloads.shapes import (
    Credential,
    Issued,
    LevelName,
    Member,
    Message,
    Posted,
    Reading,
    RoleName,
    Room,
    Scope,
    Server,
    User,
)
from app.payloads.windows import seen


def time(instant: datetime) -> str:
    """RFC 3339, UTC, exactly three decimals."""
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def optional_time(instant: datetime | None) -> str | None:
    """The same, where there may be none."""
    return None if instant is None else time(instant)


def user(person: models.User) -> User:
    """A person."""
    return {
        "id": person.id,
        "username": person.username,
        "display_name": person.display_name,
        "avatar_url": None,
        "bot": person.bot,
    }


def message(said: models.Message | models.NewMessage) -> Message:
    """A message, in its present form."""
    return {
        "id": said.id,
        "room_id": said.room_id,
        "seq": said.seq,
        "version": said.version,
        "nonce": said.nonce,
        "author": None if said.author.deleted_at else user(said.author),
        "text": said.text,
        "created_at": time(said.created_at),
        "edited_at": optional_time(said.edited_at),
        "deleted_at": optional_time(said.deleted_at),
        "reply_to": None,
        "reactions": [],
        "pinned": False,
        "files": [],
    }


def member(membership: models.Membership, *, online: bool) -> Member:
    """A person in a room."""
    return {
        "user": user(membership.user),
        "role": cast(RoleName, membership.role),
        "joined_at": time(membership.joined_at),
        "online": online,
        "muted_until": optional_time(membership.silent_until),
    }


def room(membership: models.Membership, *, unread: int, last_message: models.Message | None = None) -> Room:
    """A room, for the member whose membership this is."""
    return {
        "id": membership.room.id,
        "title": membership.room.title,
        "epoch": membership.room.epoch,
        "last_seq": membership.room.last_seq,
        "read_seq": membership.read_seq,
        "unread": unread,
        "mentions": 0,
        "role": cast(RoleName, membership.role),
        "member_count": membership.room.member_count,
        "slow_seconds": membership.room.slow_seconds,
        "joining_closed": membership.room.joining_closed,
        "muted_until": optional_time(membership.silent_until),
        "level": level(membership),
        "last_message": None if last_message is None else seen(message(last_message), membership.from_seq),
    }


def level(membership: models.Membership) -> LevelName:
    """What this member wants to be told of."""
    return cast(LevelName, membership.level)


def room_change(changed: models.Room, fields: Collection[str]) -> RoomFields:
    """Those fields of a room, in their present form."""
    change: RoomFields = {}
    if "title" in fields:
        change["title"] = changed.title
    if "slow_seconds" in fields:
        change["slow_seconds"] = changed.slow_seconds
    if "joining_closed" in fields:
        change["joining_closed"] = changed.joining_closed
    return change


def rooms(
    memberships: Iterable[models.Membership],
    *,
    unread: Mapping[str, int],
    last_messages: Mapping[str, models.Message],
) -> list[Room]:
    """A person's rooms, with what is unread in them and what was said last, by room id."""
    return [
        room(each, unread=unread[each.room_id], last_message=last_messages.get(each.room_id))
        for each in memberships
    ]


def credential(proof: models.Credential, *, current: bool) -> Credential:
    """A session or a token of mine."""
    return {
        "id": proof.id,
        "name": proof.name,
        "scopes": cast(list[Scope], proof.scopes.split()),
        "created_at": time(proof.created_at),
        "last_used_at": time(proof.last_used_at),
        "expires_at": time(proof.expires_at),
        "current": current,
    }


def issued(proof: models.Credential, secret: str) -> Issued:
    """A new token of mine, with its secret."""
    return {**credential(proof, current=False), "token": secret, "user": user(proof.user)}


def posted(said: models.Message, *, duplicate: bool) -> Posted:
    """What was said."""
    return {"message": message(said), "duplicate": duplicate}


def server(*, version: str, limits: Limits, registration: Literal["open", "link", "closed"]) -> Server:
    """This server."""
    return {
        "name": "Parlor",
        "version": version,
        "api": {"min": 1, "max": 1},
        "limits": limits,
        "features": {"registration": registration},
        "now": time(models.columns.now()),
    }


def caught_up(
    me: models.User,
    missed: Iterable[tuple[models.Membership, int, models.Message | None, list[LoggedFact], bool]],
    removed: list[str],
    *,
    limits: Limits,
) -> CaughtUp:
    """A catch-up: by room its membership, unread count, last message, the facts missed, and whether to reset."""
    return {
        "me": user(me),
        "now": time(models.columns.now()),
        "limits": limits,
        "rooms": [
            {"room": room(membership, unread=unread, last_message=last), "entries": facts, "reset": reset}
            for membership, unread, last, facts, reset in missed
        ],
        "removed": removed,
    }


def reading(membership: models.Membership, *, unread: int) -> Reading:
    """How far the member has read."""
    return {"read_seq": membership.read_seq, "unread": unread, "mentions": 0}


def envelope(entry: models.Entry | models.NewEntry) -> Envelope:
    """What every logged fact carries."""
    return {"type": entry.kind, "room_id": entry.room_id, "seq": entry.seq, "at": time(entry.at)}

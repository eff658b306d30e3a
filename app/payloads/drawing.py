"""How each thing is drawn: one function for each type of `shapes`."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal, cast

from app import models
from app.limits import EXCERPT_MAX, Limits
from app.payloads.facts import CaughtUp, Envelope, LoggedFact, RoomFields
from app.payloads.shapes import (
    Changed,
    Credential,
    EarlierVersion,
    Issued,
    LevelName,
    Member,
    Message,
    Quoted,
    Reaction,
    Reading,
    RoleName,
    Room,
    Scope,
    Server,
    User,
)
from app.payloads.windows import seen

_SPACE = re.compile(r"[ \t\n]+")


@lru_cache(256)  # what is said in one turn of the hub is of one moment
def time(instant: datetime) -> str:
    """RFC 3339, UTC, exactly three decimals."""
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def optional_time(instant: datetime | None) -> str | None:
    """The same, where there may be none."""
    return None if instant is None else time(instant)


def user(person: models.User | models.Author) -> User:
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
        "reply_to": _quoted(said),
        "reactions": _reactions(said),
        "pinned": said.pinned_seq is not None,
        "files": [],
    }


def excerpt(text: str) -> str:
    """The beginning of a message's source on one line: every run of spaces, tabs and newlines is one space."""
    return _SPACE.sub(" ", text)[:EXCERPT_MAX]


def _quoted(said: models.Message | models.NewMessage) -> Quoted | None:
    if isinstance(said, models.NewMessage) or said.reply_to_id is None:
        return None
    answered = cast(models.Message, said.reply_to)
    return {
        "id": answered.id,
        "seq": answered.seq,
        "author": None if answered.author.deleted_at else user(answered.author),
        "excerpt": excerpt(answered.text),
    }


def _reactions(said: models.Message | models.NewMessage) -> list[Reaction]:
    if isinstance(said, models.NewMessage) or not said.may_have_reactions:
        return []
    by_emoji: dict[str, list[str]] = {}  # in the order in which the first of each came
    for each in said.reactions:
        by_emoji.setdefault(each.emoji, []).append(each.user_id)
    return [
        {"emoji": emoji, "count": len(user_ids), "user_ids": user_ids} for emoji, user_ids in by_emoji.items()
    ]


def earlier_version(earlier: models.EarlierVersion) -> EarlierVersion:
    """What a message said once."""
    return {"version": earlier.version, "text": earlier.text, "written_at": time(earlier.written_at)}


def changed(said: models.Message) -> Changed:
    """A message, after something was done to it."""
    return {"message": message(said)}


def member(membership: models.Membership, *, online: bool) -> Member:
    """A person in a room."""
    return {
        "user": user(membership.user),
        "role": cast(RoleName, membership.role),
        "joined_at": time(membership.joined_at),
        "online": online,
        "muted_until": optional_time(membership.silent_until),
    }


def room(
    membership: models.Membership, *, unread: models.Unread, last_message: models.Message | None = None
) -> Room:
    """A room, for the member whose membership this is."""
    return {
        "id": membership.room.id,
        "title": membership.room.title,
        "epoch": membership.room.epoch,
        "last_seq": unread.last_seq,
        "read_seq": unread.read_seq,
        "unread": unread.messages,
        "mentions": unread.mentions,
        "role": cast(RoleName, membership.role),
        "member_count": membership.room.member_count,
        "slow_seconds": membership.room.slow_seconds,
        "joining_closed": membership.room.joining_closed,
        "muted_until": optional_time(membership.silent_until),
        "slow_until": optional_time(membership.slow_until),
        "level": level(membership),
        "from_seq": membership.from_seq,
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
    unread: Mapping[str, models.Unread],
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
    missed: Iterable[tuple[models.Membership, models.Unread, models.Message | None, list[LoggedFact], bool]],
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


def reading(unread: models.Unread) -> Reading:
    """How far a member has read, and what is left."""
    return {
        "read_seq": unread.read_seq,
        "unread": unread.messages,
        "mentions": unread.mentions,
        "last_seq": unread.last_seq,
    }


def envelope(entry: models.Entry | models.NewEntry) -> Envelope:
    """What every logged fact carries."""
    return {"type": entry.kind, "room_id": entry.room_id, "seq": entry.seq, "at": time(entry.at)}

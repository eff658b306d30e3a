"""Who waits at a room's door, who came by which link, and what troubles somebody. Shapes and how they are drawn."""

from typing import Literal, cast

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

from app import models
from app.payloads.drawing import optional_time, time, user
from app.payloads.shapes import Count, Id, Invitation, Invite, Knock, Message, RoleName, Time, User

OutcomeName = Literal["dismissed", "message_deleted", "author_removed"]


class Arrival(TypedDict):
    """Somebody who came into a room; `left_at` is null while they are in it."""

    user: User
    role: RoleName
    joined_at: Time
    left_at: Time | None


class Purge(TypedDict):
    """Everybody who came by a link was put out; until `undo_until` that can be taken back. `count`: how many."""

    id: Id
    invite_id: Id
    created_at: Time
    undo_until: Time
    count: Count


class Restored(TypedDict):
    """How many were let back in."""

    count: Count


class Report(TypedDict):
    """Somebody asks the moderators to look at a message. `outcome` is null until one answered."""

    id: Id
    room_id: Id
    message: Message
    reporter: User
    reason: str
    created_at: Time
    closed_at: Time | None
    outcome: OutcomeName | None


class Reported(TypedDict):
    """That a message was reported, for who did."""

    id: Id
    created_at: Time


def invite(link: models.Invite, *, url: str) -> Invite:
    """A link into a room."""
    return {
        "id": link.id,
        "token": link.token,
        "url": url,
        "label": link.label,
        "created_by": user(link.created_by),
        "created_at": time(link.created_at),
        "expires_at": optional_time(link.expires_at),
        "max_uses": link.max_uses,
        "uses": link.uses,
        "revoked_at": optional_time(link.revoked_at),
        "history": cast(Literal["all", "recent", "none"], link.history),
        "asks_first": link.asks_first,
    }


def invitation(link: models.Invite) -> Invitation:
    """What is behind a link."""
    return {
        "title": link.room.title,
        "inviter": None if link.created_by.deleted_at else user(link.created_by),
        "member_count": link.room.member_count,
        "asks_first": link.asks_first,
    }


def arrival(membership: models.Membership) -> Arrival:
    """Somebody who came into a room."""
    return {
        "user": user(membership.user),
        "role": cast(RoleName, membership.role),
        "joined_at": time(membership.joined_at),
        "left_at": optional_time(membership.ended_at),
    }


def knock(asked: models.Knock) -> Knock:
    """Somebody at the door."""
    answered = "denied" if asked.denied_seq is not None else "approved"
    return {
        "id": asked.id,
        "room_id": asked.room_id,
        "user": user(asked.user),
        "link": asked.invite.label,
        "created_at": time(asked.created_at),
        "state": "waiting" if asked.is_pending else cast(Literal["approved", "denied"], answered),
    }


def purge(done: models.Purge, *, count: int) -> Purge:
    """Everybody put out who came by a link."""
    return {
        "id": done.id,
        "invite_id": done.invite_id,
        "created_at": time(done.created_at),
        "undo_until": time(done.undo_until),
        "count": count,
    }


def report(found: models.Report, about: Message) -> Report:
    """A report, for a moderator who sees the message that it is about like this."""
    return {
        "id": found.id,
        "room_id": found.room_id,
        "message": about,
        "reporter": user(found.reporter),
        "reason": found.reason,
        "created_at": time(found.created_at),
        "closed_at": optional_time(found.closed_at),
        "outcome": cast(OutcomeName | None, found.outcome),
    }


def reported(found: models.Report) -> Reported:
    """A report, for who made it."""
    return {"id": found.id, "created_at": time(found.created_at)}

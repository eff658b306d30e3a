"""What owners and moderators look after: who is banned, who knocks, what was reported, what was done.

Found through one's own role in the room, as everything in `access` is through one's membership.
"""

from datetime import datetime
from typing import NamedTuple, TypeVar

import sqlalchemy as sa

from app import access
from app.errors import NotFound
from app.extensions import db
from app.models import Entry, Invite, Knock, Membership, Message, Purge, Report, Role, User, dress

Kept = TypeVar("Kept", Invite, Purge, Knock, Report)


def _looked_after(moderator: User, kind: type[Kept], row_id: str) -> Kept:
    """A row of a room that a person looks after. Raises NotFound, or Forbidden for a member."""
    found = db.session.get(kind, row_id, populate_existing=True)
    if found is None:
        raise NotFound
    access.moderated(moderator, found.room_id, least=Role.MODERATOR)
    return found


class Ban(NamedTuple):
    """Somebody whom no link lets in, and since when."""

    membership: Membership
    since: datetime


def bans(user: User, room_id: str) -> list[Ban]:
    """Who is banned from a room, by name. Raises NotFound for an outsider, Forbidden for a member."""
    access.moderated(user, room_id, least=Role.MODERATOR)
    shut = sa.and_(Entry.room_id == Membership.room_id, Entry.seq == Membership.removed_seq)
    found = db.session.execute(Membership.banned_from(room_id).outerjoin(Entry, shut).add_columns(Entry.at))
    return [Ban(each, at or each.ended_at) for each, at in found]


def departures(
    moderator: User, room_id: str, *, name: str = "", after: str | None = None, limit: int | None = None
) -> list[Membership]:
    """Who was in a room and is not, and isn't banned, in the order of their ids; those in whose names `name` is, and
    after the person with the id `after`. Raises NotFound for an outsider, Forbidden for a member.
    """
    access.moderated(moderator, room_id, least=Role.MODERATOR)
    gone = Membership.departed_from(room_id, name).order_by(Membership.user_id)
    if after is not None:
        gone = gone.where(Membership.user_id > after)
    return list(db.session.scalars(gone.limit(limit)))


def last_departures(moderator: User, room_id: str, *, name: str, limit: int) -> list[Membership]:
    """The same, whoever went last first. Raises as `departures`."""
    access.moderated(moderator, room_id, least=Role.MODERATOR)
    gone = Membership.departed_from(room_id, name).order_by(Membership.ended_at.desc(), Membership.user_id)
    return list(db.session.scalars(gone.limit(limit)))


class Deed(NamedTuple):
    """One thing that was done in a room: by whom, and to whom if to anybody."""

    entry: Entry
    actor: User
    subject: User | None


def deeds(user: User, room_id: str, *, before: int | None = None, limit: int) -> list[Deed]:
    """What was done in a room, newest first, read off its log. Raises NotFound, or Forbidden for who isn't an owner."""
    access.moderated(user, room_id, least=Role.OWNER)
    entries = list(db.session.scalars(Entry.deeds(room_id, before).limit(limit)))
    named = {each.actor_id for each in entries} | {each.subject_id for each in entries}
    people = {each.id: each for each in db.session.scalars(sa.select(User).where(User.id.in_(named)))}
    said = sa.select(Message).where(Message.id.in_([each.subject_id for each in entries]))
    authors = {each.id: each.author for each in db.session.scalars(said)}
    return [
        Deed(each, people[each.actor_id], people.get(each.subject_id) or authors.get(each.subject_id))
        for each in entries
    ]


def invite(moderator: User, invite_id: str) -> Invite:
    """A link of a room that a person looks after. Raises NotFound, or Forbidden for a member."""
    return _looked_after(moderator, Invite, invite_id)


def arrivals(
    moderator: User, invite_id: str, *, since: datetime | None = None, after: str | None = None, limit: int
) -> list[Membership]:
    """Who came by a link, those who left included, in the order of their ids; those after the person with the id
    `after`. Raises NotFound, or Forbidden for a member.
    """
    invite(moderator, invite_id)
    came = Membership.arrived_by(invite_id, since).order_by(Membership.user_id)
    if after is not None:
        came = came.where(Membership.user_id > after)
    return list(db.session.scalars(came.limit(limit)))


def below(acting: Membership, query: sa.Select[Membership]) -> list[Membership]:
    """Those of these members whom this one outranks."""
    return [each for each in db.session.scalars(query) if acting.outranks(each)]


def purgeable(moderator: User, invite_id: str, *, since: datetime | None = None) -> list[Membership]:
    """Whom a purge would put out right now. Raises NotFound, or Forbidden for a member."""
    acting = access.moderated(moderator, invite(moderator, invite_id).room_id, least=Role.MODERATOR)
    return below(acting, Membership.came_by(invite_id, since))


def purge(moderator: User, purge_id: str) -> Purge:
    """One purge. Raises NotFound, or Forbidden for a member."""
    return _looked_after(moderator, Purge, purge_id)


def recent_purges(moderator: User, room_id: str) -> list[Purge]:
    """A room's that can still be undone, newest first. Raises NotFound, or Forbidden for a member."""
    access.moderated(moderator, room_id, least=Role.MODERATOR)
    return list(db.session.scalars(Purge.recent_in(room_id)))


def knock(moderator: User, knock_id: str) -> Knock:
    """Somebody who knocked at a room that a person looks after. Raises NotFound, or Forbidden for a member."""
    return _looked_after(moderator, Knock, knock_id)


def knocks(moderator: User, room_id: str) -> list[Knock]:
    """Who waits at a room's door, longest first. Raises NotFound, or Forbidden for a member."""
    access.moderated(moderator, room_id, least=Role.MODERATOR)
    return list(db.session.scalars(Knock.pending_in(room_id)))


def report(moderator: User, report_id: str) -> Report:
    """A report in a room that a person looks after, of a message that they may see. Raises NotFound, or Forbidden for a
    member.
    """
    found = _looked_after(moderator, Report, report_id)
    access.message(moderator, found.message_id)
    return found


def reports(moderator: User, room_id: str) -> list[Report]:
    """A room's reports that nobody answered yet, of messages that the person may see, oldest first. Raises NotFound, or
    Forbidden for a member.
    """
    looking = access.moderated(moderator, room_id, least=Role.MODERATOR)
    found = [
        each for each in db.session.scalars(Report.open_in(room_id)) if each.message.seq >= looking.from_seq
    ]
    dress([each.message for each in found])
    return found


def put_out(moderator: User, purge_id: str) -> list[Membership]:
    """Whom undoing a purge would let back in. Raises NotFound, or Forbidden for a member."""
    return list(db.session.scalars(Membership.put_out_by(purge(moderator, purge_id).id)))

"""What owners and moderators look after: who is banned, and what was done. Found through one's own role in the room, as
everything in `access` is through one's membership.
"""

from typing import NamedTuple

import sqlalchemy as sa

from app import access
from app.extensions import db
from app.models import Entry, Membership, Message, Role, User


def bans(user: User, room_id: str) -> list[Membership]:
    """Who is banned from a room, by name. Raises NotFound for an outsider, Forbidden for a member."""
    access.moderated(user, room_id, least=Role.MODERATOR)
    return list(db.session.scalars(Membership.banned_from(room_id)))


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

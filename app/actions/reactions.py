"""Reactions: an emoji under a message, and away again."""

import sqlalchemy as sa

from app import access, limits
from app.actions import changes
from app.actions.changes import Change
from app.errors import Conflict
from app.extensions import db
from app.models import Kind, Message, Reaction, User

TOO_MANY = f"A message has at most {limits.REACTIONS_PER_MESSAGE} different reactions. Choose one of those."


def put(user: User, message_id: str, emoji: str, *, on: bool) -> Message:
    """Put an emoji under a message, or take it away. What is so already is told to nobody.

    Raises NotFound for an outsider, Forbidden for who is muted; Conflict for a tombstone, or for one more kind of emoji
    than a message may have.
    """
    change = changes.begin(user, message_id)
    access.refuse_muted(change.membership)
    mine = Reaction(message_id=message_id, emoji=emoji, user_id=user.id, seq=change.seq)
    there = db.session.get(Reaction, (message_id, emoji, user.id), populate_existing=True)
    if (there is not None) == on:
        return changes.leave(change)
    if there is not None:
        db.session.delete(there)
    else:
        changes.refuse_deleted(change.message)
        _refuse_too_many(change, emoji)
        db.session.add(mine)
    db.session.flush()
    return changes.end(change, Kind.MESSAGE_REACTED)


def clear(message_ids: list[str]) -> None:
    """Take away all that is under these messages."""
    db.session.execute(sa.delete(Reaction).where(Reaction.message_id.in_(message_ids)))


def _refuse_too_many(change: Change, emoji: str) -> None:
    query = sa.select(Reaction.emoji).where(Reaction.message_id == change.message.id).distinct()
    kinds = set(db.session.scalars(query))
    if emoji not in kinds and len(kinds) >= limits.REACTIONS_PER_MESSAGE:
        raise Conflict(TOO_MANY)

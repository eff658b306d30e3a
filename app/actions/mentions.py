"""Who is named in a message: kept at the moment it is said or edited, of those who are in the room then."""

import sqlalchemy as sa

from app import markup
from app.extensions import db
from app.models import Membership, Mention, Message, Role, User
from app.models.names import skeleton


def note(message: Message, author: Membership) -> None:
    """Keep who is named in a message that is stored already. A moderator's or an owner's `@room` names everybody."""
    named = markup.names(message.text)
    if not named:
        return
    everybody = author.role != Role.MEMBER and any(markup.EVERYBODY in readings for readings in named)
    found = _members(message, None if everybody else named)
    row = {"room_id": message.room_id, "seq": message.seq, "message_id": message.id}
    rows = [{**row, "user_id": user_id} for user_id in found if user_id != author.user_id]
    if rows:
        db.session.execute(sa.insert(Mention), rows)


def clear(room_id: str, messages: list[Message]) -> None:
    """Nobody is named in these messages of a room any longer."""
    seqs = [each.seq for each in messages]
    db.session.execute(sa.delete(Mention).where(Mention.room_id == room_id, Mention.seq.in_(seqs)))


def _members(message: Message, named: list[list[str]] | None) -> set[str]:
    """The ids of those members who have one of these names; of all, when none are given."""
    query = (
        sa.select(User.id, User.username)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.room_id == message.room_id, Membership.ended_at.is_(None))
    )
    if named is None:
        return {user_id for user_id, _ in db.session.execute(query)}
    # By skeleton, since that is what the index knows; then to the letter, since looking alike is not being named.
    alike = {skeleton(reading) for readings in named for reading in readings}
    rows = db.session.execute(query.where(User.skeleton.in_(alike)))
    ids = {markup.fold(username): user_id for user_id, username in rows}
    longest = (next((each for each in readings if each in ids), None) for readings in named)
    return {ids[name] for name in longest if name is not None}

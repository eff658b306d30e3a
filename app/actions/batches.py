"""Group commit: what is said in one turn of the hub is one transaction, paid for with one fsync.

Only the plain case is done here: a first sending, by somebody who listens in the room and whose session holds,
within the limits. Everything else is left to `messages.post`, one by one, which knows every refusal. So one bad
message never fails its neighbours, and there is one place that says why.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import access, dispatch, events, limits, presence
from app.actions import messages
from app.errors import RateLimited, Unavailable
from app.extensions import db
from app.models import Credential, Entry, Kind, Message, NewEntry, NewMessage, Room, User
from app.models.columns import new_id, now

_GROW = sa.update(Room).where(Room.id == sa.bindparam("room")).values(last_seq=sa.bindparam("head"))


class Draft(NamedTuple):
    """What a socket wants to say, read and valid."""

    sid: str
    author: User
    room_id: str
    nonce: str
    text: str


class Said(NamedTuple):
    """What was said: the message, and the entry that posted it."""

    message: NewMessage
    entry: NewEntry


def authors(sids: Iterable[str]) -> dict[str, User]:
    """Who is behind each socket, for those whose session or token holds right now and may write."""
    sockets = [socket for socket in map(presence.socket, sids) if socket is not None]
    query = Credential.live_among({socket.credential_id for socket in sockets})
    live = {each.id: each.user for each in db.session.scalars(query) if each.is_live and each.allows("write")}
    return {socket.sid: live[socket.credential_id] for socket in sockets if socket.credential_id in live}


def post(drafts: Sequence[Draft]) -> list[events.Fact | None]:
    """Say all of these in one transaction: the fact that each was told as; None, in its place, for what
    `messages.post` has to decide, and then nothing was counted of it.

    When it returns, what was said is durable, and told.
    """
    try:
        said = _commit(_within_limits(drafts))
    except (IntegrityError, Unavailable):  # a nonce that was used before, or a lock that is held
        db.session.rollback()
        return [None] * len(drafts)
    return [_tell(each) if each else None for each in said]


def _tell(said: Said) -> events.Fact:
    author_id, room_id = said.entry.actor_id, said.entry.room_id
    with suppress(RateLimited, Unavailable):  # it is said; whoever comes next is refused
        access.within(limits.SEND_BURST, author_id, room_id)
        access.within(limits.SEND_MINUTE, author_id)
    fact = events.posted(said.entry, said.message)
    dispatch.tell(said.entry, fact)
    return fact


def _within_limits(drafts: Sequence[Draft]) -> list[Draft | None]:
    planned: Counter[tuple[str, ...]] = Counter()
    left: set[str] = set()
    kept: list[Draft | None] = []
    for draft in drafts:
        in_room, by_author = (draft.author.id, draft.room_id), (draft.author.id,)
        planned.update((in_room, by_author))
        if not (
            access.would_be_within(limits.SEND_BURST, *in_room, times=planned[in_room])
            and access.would_be_within(limits.SEND_MINUTE, *by_author, times=planned[by_author])
        ):
            left.add(draft.sid)
        # What a socket says after something that is left is left too, so that its order holds.
        kept.append(None if draft.sid in left else draft)
    return kept


def _commit(drafts: Sequence[Draft | None]) -> list[Said | None]:
    db.begin_write()
    heads = _lock({draft.room_id for draft in drafts if draft})
    # The log says who is in a room. Where this process has read it to its end, who listens is a member.
    listening = {room_id: dispatch.listeners(room_id, head) for room_id, head in heads.items()}
    said: list[Said | None] = []
    for draft in drafts:
        if draft and draft.sid in listening.get(draft.room_id, ()):
            heads[draft.room_id] += 1
            said.append(_say(draft, heads[draft.room_id]))
        else:
            said.append(None)
    _insert([each for each in said if each], heads)
    db.session.commit()
    return said


def _lock(room_ids: Iterable[str]) -> dict[str, int]:
    """Lock these rooms; the last seq of each. One that somebody else holds keeps nobody waiting: it is left out."""
    query = (
        sa.select(Room.id, Room.last_seq)
        .where(Room.id.in_(room_ids), Room.deleted_at.is_(None))
        .order_by(Room.id)
        .with_for_update(skip_locked=True)
    )
    return dict(db.session.execute(query).all())


def _say(draft: Draft, seq: int) -> Said:
    message = NewMessage(
        id=new_id(),
        room_id=draft.room_id,
        seq=seq,
        author=draft.author,
        nonce=draft.nonce,
        digest=messages.digest_of(draft.room_id, draft.text),
        text=draft.text,
        created_at=now(),
    )
    entry = NewEntry(draft.room_id, seq, Kind.MESSAGE_POSTED, message.id, draft.author.id, message.created_at)
    return Said(message, entry)


def _insert(said: Sequence[Said], heads: dict[str, int]) -> None:
    if not said:
        return
    rooms = {each.message.room_id for each in said}
    connection = db.session.connection()
    connection.execute(_GROW, [{"room": room_id, "head": heads[room_id]} for room_id in rooms])
    connection.execute(sa.insert(Entry), [each.entry._asdict() for each in said])
    connection.execute(sa.insert(Message), [_row(each.message) for each in said])


def _row(message: NewMessage) -> dict[str, object]:
    row = message._asdict()
    row["author_id"] = row.pop("author").id
    return row

"""Group commit: what is said in one turn of the hub is one transaction, paid for with one fsync.

Only the plain case is done here: a first sending, by a member whose session holds, within the limits, in a room where
nobody has to wait or is muted. Everything else is left to `messages.post`, one by one, which knows every refusal. So
one bad message never fails its neighbours, and there is one place that says why.

Six statements, one more where another process spoke just before, however many messages: rows are read and written
as `bulk` does, without the mapper.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import access, bulk, dispatch, events, limits, presence
from app.actions import messages
from app.errors import RateLimited, Unavailable
from app.extensions import db
from app.models import Author, Entry, Kind, Membership, Message, NewEntry, NewMessage, Room, User
from app.models.columns import new_id, now


def _locking(*, skip_locked: bool = False) -> bulk.Statement:
    """Lock rooms in which whoever is a member may just speak, always in one order."""
    return bulk.Statement(
        sa.select(Room.__table__.c.id, Room.last_seq)
        .where(
            bulk.among(Room.__table__.c.id, "ids"),
            Room.deleted_at.is_(None),
            Room.slow_seconds == 0,
            sa.or_(Room.muted_until.is_(None), Room.muted_until <= sa.bindparam("instant")),
        )
        .order_by(Room.__table__.c.id)
        .with_for_update(skip_locked=skip_locked)
    )


# At first a room that somebody else holds is left out, so that it keeps nobody waiting who speaks in others.
_LOCK_FREE = _locking(skip_locked=True)
_LOCK_ALL = _locking()
_WAIT_MS = 200  # then for those that were left out
_MEMBERS = bulk.Statement(
    sa.select(Membership.room_id, Membership.user_id).where(
        bulk.among(Membership.__table__.c.room_id, "rooms"),
        bulk.among(Membership.__table__.c.user_id, "people"),
        Membership.ended_at.is_(None),
    )
)
# Under the room's lock: who was renamed before is told by the new name, and who is renamed later is told so later.
_NAMES = bulk.Statement(
    sa.select(User.id, User.username, User.display_name, User.bot).where(
        bulk.among(User.__table__.c.id, "people")
    )
)
_GROW = bulk.Statement(
    sa.update(Room).where(Room.id == sa.bindparam("room")).values(last_seq=sa.bindparam("head"))
)
_LOG = bulk.insert(Entry, *NewEntry._fields)
_SAY = bulk.insert(Message, "id", "room_id", "seq", "author_id", "nonce", "digest", "text", "created_at")


class Draft(NamedTuple):
    """What a socket wants to say, read and valid, and who is behind it."""

    sid: str
    author_id: str
    room_id: str
    nonce: str
    text: str


class Said(NamedTuple):
    """What was said: the message, and the entry that posted it."""

    message: NewMessage
    entry: NewEntry


def credentials(sids: Iterable[str]) -> dict[str, str]:
    """By what each of these sockets was let in: the credential's id, for those that are still here."""
    sockets = (presence.socket(sid) for sid in sids)
    return {socket.sid: socket.credential_id for socket in sockets if socket is not None}


def post(drafts: Sequence[Draft]) -> list[events.Fact | None]:
    """Say all of these in one transaction: the fact that each was told as; None, in its place, for what
    `messages.post` has to decide, and then nothing was counted of it.

    When it returns, what was said is durable, and told.
    """
    allowed = _within_limits(drafts)
    facts = _say_together(allowed)
    if db.engine.dialect.name == "postgresql":
        # Another process is speaking there. Its turn is over in a moment, and to wait costs less than one by one.
        left = [None if fact else draft for draft, fact in zip(allowed, facts, strict=True)]
        if any(left):
            facts = [fact or later for fact, later in zip(facts, _say_together(left, wait=True), strict=True)]
    return facts


def _say_together(drafts: Sequence[Draft | None], *, wait: bool = False) -> list[events.Fact | None]:
    try:
        said = _commit(drafts, wait)
    except (IntegrityError, Unavailable):  # a nonce that was used before, or a lock that is held
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
        in_room, by_author = (draft.author_id, draft.room_id), (draft.author_id,)
        planned[in_room] += 1
        planned[by_author] += 1
        if not (
            access.would_be_within(limits.SEND_BURST, *in_room, times=planned[in_room])
            and access.would_be_within(limits.SEND_MINUTE, *by_author, times=planned[by_author])
        ):
            left.add(draft.sid)
        # What a socket says after something that is left is left too, so that its order holds.
        kept.append(None if draft.sid in left else draft)
    return kept


def _commit(drafts: Sequence[Draft | None], wait: bool) -> list[Said | None]:
    rooms = {draft.room_id for draft in drafts if draft}
    if not rooms:
        return [None] * len(drafts)
    with bulk.writing() as hand:
        instant = now()
        heads = _lock(hand, rooms, instant, wait)
        speaking = _speaking(hand, [draft for draft in drafts if draft and draft.room_id in heads], heads)
        authors = _authors(hand, {author_id for _, author_id in speaking})
        said = _say_all(drafts, authors, speaking, heads, instant)
        _insert(hand, [each for each in said if each], heads, instant)
    return said


def _lock(hand: bulk.Hand, room_ids: Iterable[str], instant: datetime, wait: bool) -> dict[str, int]:
    """Lock these rooms, as far as they can be spoken in; the last seq of each."""
    if wait:
        hand.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
    lock = _LOCK_ALL if wait else _LOCK_FREE
    return {row[0]: row[1] for row in lock.run(hand, ids=list(room_ids), instant=instant)}


def _speaking(hand: bulk.Hand, drafts: Sequence[Draft], heads: Mapping[str, int]) -> set[tuple[str, str]]:
    """Who of these may speak where: room and person.

    The log says who is in a room. Where this process has read it to its end, who listens is a member; where another
    process wrote just now, the memberships are asked.
    """
    listening = {room_id: dispatch.listeners(room_id, head) for room_id, head in heads.items()}
    found = {(each.room_id, each.author_id) for each in drafts if each.sid in listening[each.room_id]}
    asked = {(each.room_id, each.author_id) for each in drafts} - found
    if asked:
        rooms, people = zip(*asked, strict=True)
        found |= asked & {tuple(row) for row in _MEMBERS.run(hand, rooms=[*rooms], people=[*people])}
    return found


def _authors(hand: bulk.Hand, user_ids: set[str]) -> Mapping[str, Author]:
    rows = _NAMES.run(hand, people=list(user_ids)) if user_ids else []
    return {row[0]: Author(row[0], row[1], row[2], bool(row[3])) for row in rows}


def _say_all(
    drafts: Sequence[Draft | None],
    authors: Mapping[str, Author],
    speaking: set[tuple[str, str]],
    heads: dict[str, int],
    instant: datetime,
) -> list[Said | None]:
    """Give each its place in its room, and move `heads` on."""
    left: set[str] = set()  # what a socket says after what is left is left too, so that its order holds
    said: list[Said | None] = []
    for draft in drafts:
        if draft and draft.sid not in left and (draft.room_id, draft.author_id) in speaking:
            heads[draft.room_id] += 1
            said.append(_say(draft, authors[draft.author_id], heads[draft.room_id], instant))
        else:
            left |= {draft.sid} if draft else set()
            said.append(None)
    return said


def _say(draft: Draft, author: Author, seq: int, instant: datetime) -> Said:
    message = NewMessage(
        id=new_id(),
        room_id=draft.room_id,
        seq=seq,
        author=author,
        nonce=draft.nonce,
        digest=messages.digest_of(draft.room_id, draft.text),
        text=draft.text,
        created_at=instant,
    )
    entry = NewEntry(draft.room_id, seq, Kind.MESSAGE_POSTED, message.id, author.id, instant)
    return Said(message, entry)


def _insert(hand: bulk.Hand, said: Sequence[Said], heads: Mapping[str, int], instant: datetime) -> None:
    if not said:
        return
    rooms = {each.message.room_id for each in said}
    _GROW.run_for_each(hand, [{"room": room_id, "head": heads[room_id]} for room_id in rooms])
    _LOG.run_for_each(hand, [_logged(each.entry) for each in said], at=instant)
    _SAY.run_for_each(hand, [_stored(each.message) for each in said], created_at=instant)


def _logged(entry: NewEntry) -> dict[str, object]:
    room_id, seq, kind, subject_id, actor_id, _ = entry
    return {
        "room_id": room_id,
        "seq": seq,
        "kind": kind.value,
        "subject_id": subject_id,
        "actor_id": actor_id,
    }


def _stored(message: NewMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "room_id": message.room_id,
        "seq": message.seq,
        "author_id": message.author.id,
        "nonce": message.nonce,
        "digest": message.digest,
        "text": message.text,
    }

"""Group commit: what is said in one turn of the hub is one transaction, paid for with one fsync.

Only the plain case is done here: a first sending, by a member whose session holds, within the limits, in a room where
nobody has to wait or is muted. Everything else is left to `messages.post`, one by one, which knows every refusal. So
one bad message never fails its neighbours, and there is one place that says why.

Five statements in one transaction, one more where another process spoke just before, however many messages: rows are
read and written as `bulk` does, without the mapper.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import access, bulk, dispatch, driver, events, limits, presence
from app.actions import messages
from app.driver import Hand
from app.errors import RateLimited, Unavailable
from app.extensions import db
from app.models import Author, Credential, Entry, Kind, Membership, Message, NewEntry, NewMessage, Room, User
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
# What `identity.of_socket` asks, for many at once. Under the room's lock: whose session ended before says nothing, who
# was renamed before is told by the new name, and who is renamed later is told so later.
_AUTHORS = bulk.Statement(
    sa.select(
        *(Credential.__table__.c.id, Credential.scopes),
        *(User.id, User.username, User.display_name, User.bot),
        *(Credential.ended_at, User.disabled_at, User.deleted_at),
    )
    .join_from(Credential.__table__, User.__table__)
    .where(
        bulk.among(Credential.__table__.c.id, "credentials"), Credential.expires_at > sa.bindparam("instant")
    )
)
_GROW = bulk.Statement(
    sa.update(Room).where(Room.id == sa.bindparam("room")).values(last_seq=sa.bindparam("head")),
    *("room", "head"),
)
_LOG = bulk.insert(Entry, "room_id", "seq", "kind", "subject_id", "actor_id", shared=["at"])
_SAY = bulk.insert(
    Message, "id", "room_id", "seq", "author_id", "nonce", "digest", "text", shared=["created_at"]
)


class Draft(NamedTuple):
    """What a socket wants to say, read and valid; who is behind it, and by what they were let in."""

    sid: str
    author_id: str
    credential_id: str
    room_id: str
    nonce: str
    text: str


class Said(NamedTuple):
    """What was said: the message, and the entry that posted it."""

    message: NewMessage
    entry: NewEntry


def behind(sids: Iterable[str]) -> dict[str, presence.Socket]:
    """Who was let in with each of these sockets, and by what, for those that are still here."""
    found = ((sid, presence.socket(sid)) for sid in sids)
    return {sid: socket for sid, socket in found if socket is not None}


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
    _count([each.entry for each in said if each])
    return [_tell(each) if each else None for each in said]


def _count(entries: Sequence[NewEntry]) -> None:
    with suppress(RateLimited, Unavailable):  # it is said; whoever comes next is refused
        for place, times in Counter((entry.actor_id, entry.room_id) for entry in entries).items():
            access.within(limits.SEND_BURST, *place, times=times)
        for author_id, times in Counter(entry.actor_id for entry in entries).items():
            access.within(limits.SEND_MINUTE, author_id, times=times)


def _tell(said: Said) -> events.Fact:
    fact = events.posted(said.entry, said.message)
    dispatch.tell(said.entry, fact)
    return fact


def _within_limits(drafts: Sequence[Draft]) -> Sequence[Draft | None]:
    """Those of who stays within the limits with all that they say now; of others, each has to be looked at."""
    in_rooms = _over(limits.SEND_BURST, Counter((draft.author_id, draft.room_id) for draft in drafts))
    at_all = _over(limits.SEND_MINUTE, Counter((draft.author_id,) for draft in drafts))
    if not in_rooms and not at_all:
        return drafts
    # All that a socket says is left then, so that its order holds.
    left = {
        draft.sid
        for draft in drafts
        if (draft.author_id, draft.room_id) in in_rooms or (draft.author_id,) in at_all
    }
    return [None if draft.sid in left else draft for draft in drafts]


def _over(rule: limits.Rule, times: Mapping[tuple[str, ...], int]) -> set[tuple[str, ...]]:
    """By whom, or by whom and where, a rule would be broken when all of this happens."""
    return {key for key, count in times.items() if not access.would_be_within(rule, *key, times=count)}


def _commit(drafts: Sequence[Draft | None], wait: bool) -> list[Said | None]:
    rooms = {draft.room_id for draft in drafts if draft}
    if not rooms:
        return [None] * len(drafts)
    with driver.writing() as hand:
        instant = now()
        heads = _lock(hand, rooms, instant, wait)
        there = [draft for draft in drafts if draft and draft.room_id in heads]
        authors = _authors(hand, {draft.credential_id for draft in there}, instant)
        said = _say_all(drafts, authors, _speaking(hand, there, heads), heads, instant)
        _insert(hand, [each for each in said if each], heads, instant)
    return said


def _lock(hand: Hand, room_ids: Iterable[str], instant: datetime, wait: bool) -> dict[str, int]:
    """Lock these rooms, as far as they can be spoken in; the last seq of each."""
    if wait:
        hand.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
    lock = _LOCK_ALL if wait else _LOCK_FREE
    return dict(lock.run(hand, ids=list(room_ids), instant=instant))


def _speaking(hand: Hand, drafts: Sequence[Draft], heads: Mapping[str, int]) -> set[tuple[str, str]]:
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


def _authors(hand: Hand, credential_ids: set[str], instant: datetime) -> dict[str, Author]:
    """Who is behind each of these credentials, for those that hold right now and may write."""
    rows = _AUTHORS.run(hand, credentials=list(credential_ids), instant=instant) if credential_ids else []
    return {
        credential_id: Author(user_id, username, display_name, bool(bot))
        for credential_id, scopes, user_id, username, display_name, bot, *ends in rows
        if ends == [None, None, None] and "write" in scopes.split()
    }


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
        author = authors.get(draft.credential_id) if draft and draft.sid not in left else None
        if draft and author and (draft.room_id, author.id) in speaking:
            heads[draft.room_id] += 1
            said.append(_say(draft, author, heads[draft.room_id], instant))
        else:
            left |= {draft.sid} if draft else set()
            said.append(None)
    return said


def _say(draft: Draft, author: Author, seq: int, instant: datetime) -> Said:
    _, _, _, room_id, nonce, text = draft
    digest = messages.digest_of(room_id, text)
    message = NewMessage(new_id(), room_id, seq, author, nonce, digest, text, instant)
    return Said(message, NewEntry(room_id, seq, Kind.MESSAGE_POSTED, message.id, author.id, instant))


def _insert(hand: Hand, said: Sequence[Said], heads: Mapping[str, int], instant: datetime) -> None:
    if not said:
        return
    rooms = {each.message.room_id for each in said}
    _GROW.run_for_each(hand, [(room_id, heads[room_id]) for room_id in rooms])
    _LOG.run_for_each(hand, [_logged(each.entry) for each in said], at=instant)
    _SAY.run_for_each(hand, [_stored(each.message) for each in said], created_at=instant)


def _logged(entry: NewEntry) -> tuple[object, ...]:
    return entry.room_id, entry.seq, entry.kind.value, entry.subject_id, entry.actor_id


def _stored(message: NewMessage) -> tuple[object, ...]:
    return (*message[:3], message.author.id, message.nonce, message.digest, message.text)

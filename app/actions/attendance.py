"""Being there: come with a socket and go, catch up, read, type."""

import time
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app import access, conversation, dispatch, events, hints, limits, log, presence, shedding, sight, writing
from app.actions import rooms as all_rooms
from app.errors import RateLimited, Unavailable
from app.extensions import db
from app.models import Credential, Level, Membership, Message, Room, Unread, User
from app.models.columns import now

# How far back joins are looked for whose hint was lost. Idempotent, so generous.
JOINED_LATELY = timedelta(seconds=30)
_announced_at = 0.0


def arrive(user: User, credential: Credential, sid: str) -> None:
    """A socket of this person is let in, and hears all their rooms from here on.

    Raises RateLimited for too many sockets, Unavailable when membership won't hold still.
    """
    if len(presence.sids_of_credential(credential.id)) >= limits.SOCKETS_PER_SESSION:
        raise RateLimited("This session has too many connections. Close a tab.", retry_after=30)
    if len(presence.sids_of_user(user.id)) >= limits.SOCKETS_PER_USER:
        raise RateLimited("You have too many connections. Close a tab or a device.", retry_after=30)
    presence.arrive(presence.Socket(sid, user.id, credential.id, credential.expires_at.timestamp()))
    try:
        hear_all(user, sid)
    except BaseException:
        depart(sid)
        raise


def depart(sid: str) -> None:
    """A socket is gone. Touches neither the database nor anybody's request: it may run inside either."""
    dispatch.forget(sid)
    presence.depart(sid)


def hear_all(user: User, sid: str) -> None:
    """Let a socket listen in every room of its person. Raises Unavailable when membership won't hold still."""
    for _ in range(50):
        heads = select_heads(user)
        # The transaction ends before the socket is let in: what follows must not switch green threads.
        db.session.commit()
        if dispatch.hear(sid, heads):
            return
    raise Unavailable(retry_after=1)


def select_heads(user: User) -> dict[str, int]:
    """The last seq of each of a person's rooms, and the proof that they are in it, in one read."""
    query = (
        sa.select(Room.id, Room.last_seq)
        .join(Membership, Membership.room_id == Room.id)
        .where(Membership.user_id == user.id, Membership.ended_at.is_(None), Room.deleted_at.is_(None))
    )
    return dict(db.session.execute(query).all())


class Missed(NamedTuple):
    """One room of a catch-up: the facts after the client's seq, or `reset`, and then none."""

    membership: Membership
    unread: Unread
    last_message: Message | None
    facts: list[events.LoggedFact]
    reset: bool


def sync(user: User, seqs: dict[str, int], epochs: dict[str, str]) -> tuple[list[Missed], list[str]]:
    """Everything after the client's seq in each of the person's rooms, whole or `reset`; and which rooms of
    those that the client named the person isn't in.
    """
    rooms = access.rooms(user)
    unread = conversation.unread(rooms)
    # What is drawn must not be from before the ends of the logs that this names: nobody would be told of it again.
    db.session.refresh(user)
    db.session.scalars(Membership.of(user).execution_options(populate_existing=True)).all()
    said = access.last_messages(rooms)
    missed = [
        Missed(
            each,
            unread[each.room_id],
            said.get(each.room_id),
            *_missed(each, unread[each.room_id].last_seq, seqs.get(each.room_id), epochs.get(each.room_id)),
        )
        for each in rooms
    ]
    mine = {membership.room_id for membership in rooms}
    return missed, [room_id for room_id in seqs if room_id not in mine]


def _missed(
    membership: Membership, head: int, seq: int | None, epoch: str | None
) -> tuple[list[events.LoggedFact], bool]:
    room = membership.room
    if seq is None or seq > head or (epoch is not None and epoch != room.epoch):
        return [], True
    if head - seq > limits.SYNC_ENTRIES:
        return [], True
    # Up to the head that the answer names: what came since is told live.
    entries = [each for each in log.after(room.id, seq, limits.SYNC_ENTRIES) if each.seq <= head]
    _held = conversation.entry_subjects(entries)
    return [events.heard(each, membership.from_seq) for each in entries], False


def heads(user: User, believed: dict[str, int]) -> dict[str, int]:
    """Rooms whose log is ahead of what the client believes, with their last seq. Others' rooms are left out."""
    actual = select_heads(user)
    return {
        room_id: actual[room_id]
        for room_id, seq in believed.items()
        if room_id in actual and actual[room_id] > seq
    }


def set_read(user: User, room_id: str, seq: int, *, back: bool = False, skip: str | None = None) -> Unread:
    """Move the read position forwards, or with `back` backwards (what is after it is unread again), and tell the
    person's other sockets; answers with what is unread. The position as it is only counts again.

    Raises NotFound for an outsider.
    """
    membership = access.membership(user, room_id)
    read_seq = min(seq, membership.room.last_seq)
    moves = read_seq < membership.read_seq if back else read_seq > membership.read_seq
    if moves:
        db.begin_write()
        db.session.execute(Membership.read_up_to(user, room_id, read_seq, back=back))
        db.session.commit()
    unread = conversation.unread([membership])[room_id]
    if moves:
        events.read_changed(user.id, room_id, unread=unread, skip=skip)
    return unread


def set_level(user: User, room_id: str, level: str) -> Membership:
    """What a person wants to be told of in a room, on all their devices. Raises NotFound for an outsider."""
    db.begin_write()
    membership = access.membership(user, room_id)
    if membership.level == level:
        db.session.commit()
        return membership
    membership.level = Level(level)
    db.session.commit()

    events.level_changed(user.id, membership)
    return membership


def set_typing(user: User, room_id: str, *, typing: bool) -> None:
    """Tell the others that one writes, or stopped; not more often, nor of more people, than is of use to them, and of
    nobody who is muted. Nothing is stored. Raises NotFound for an outsider.
    """
    if access.membership(user, room_id).silent_until is not None and typing:
        return
    if writing.is_news(room_id, user.id, typing=typing):
        events.typing_changed(room_id, user, typing=typing)


def announce() -> None:
    """Tell rooms who came and who went, at most once a second. To be called every second."""
    global _announced_at
    hints.tell("here", users=presence.people())
    if shedding.postpones_presence(_announced_at):
        return
    _announced_at = time.monotonic()
    changes = presence.changes(deaf=hints.is_deaf())
    if not changes.came and not changes.went:
        return
    query = sa.select(Membership.room_id, Membership.user_id).where(
        Membership.user_id.in_(changes.came | changes.went), Membership.ended_at.is_(None)
    )
    rooms: dict[str, tuple[set[str], set[str]]] = {}
    for room_id, user_id in db.session.execute(query):
        came, went = rooms.setdefault(room_id, (set(), set()))
        (came if user_id in changes.came else went).add(user_id)
    db.session.commit()
    for room_id, (came, went) in rooms.items():
        if dispatch.listeners(room_id):
            events.presence_changed(room_id, came, went)


def is_online(user_id: str) -> bool:
    """Is this person here?"""
    return presence.is_online(user_id)


def find_rooms() -> None:
    """Let people's sockets into rooms that they came into in another process, whose hint was lost. To be called
    every second.
    """
    people = set(presence.people())
    if not people:
        return
    lately = Membership.live().where(Membership.joined_at >= now() - JOINED_LATELY)
    found = lately.with_only_columns(Membership.room_id, Membership.user_id, Room.last_seq)
    for room_id, user_id, last_seq in db.session.execute(found).all():
        if user_id not in people:
            continue
        missing = set(presence.sids_of_user(user_id)) - dispatch.listeners(room_id)
        let_in = [sid for sid in missing if dispatch.hear(sid, {room_id: last_seq})]
        if let_in:
            all_rooms.tell_added(db.session.get_one(Membership, (room_id, user_id), populate_existing=True))
    db.session.commit()


def say_goodbye() -> None:
    """The server ends: every socket's last fact. The line is closed after it, and clients come back by themselves."""
    sight.close()
    for sid in presence.sids():
        events.session_ended(sid, "server_closing", retry_after=limits.RETRY_SECONDS)

"""What others are told: the only module that emits.

*Logged* facts are made of an entry of the room's log and are told by `dispatch` alone, in the log's order;
anybody may make one again, for a catch-up. *Passing* facts are lost when missed, and actions tell them.
"""

from collections.abc import Collection, Iterable, Mapping

from app import hints, payloads, presence, shedding, sight
from app.channels import NAMESPACE, room_channel, user_channel
from app.extensions import db, socketio
from app.models import (
    Entry,
    Kind,
    Knock,
    Membership,
    Message,
    NewEntry,
    NewMessage,
    Report,
    Room,
    Unread,
    User,
    dress,
)

Fact = Mapping[str, object]
LoggedFact = payloads.LoggedFact

# What a reader who is slow may miss: each says how things are, and is soon said again or of no interest any more.
PASSING = frozenset({"typing_changed", "presence_changed", "read_changed"})
# And what nobody is told when there is too much to do. Who came and went is told later: see attendance.announce.
SHED = PASSING - {"presence_changed"}


def logged(entry: Entry | NewEntry) -> LoggedFact:
    """The fact that an entry is, in its subject's present form: live and in a catch-up it is the same object."""
    envelope = payloads.envelope(entry)
    match Kind(entry.kind):
        case (
            Kind.MESSAGE_POSTED
            | Kind.MESSAGE_EDITED
            | Kind.MESSAGE_DELETED
            | Kind.MESSAGE_REACTED
            | Kind.MESSAGE_PINNED
        ):
            return {**envelope, "message": _message(entry)}
        case Kind.ROOM_CHANGED:
            room = db.session.get_one(Room, entry.room_id)
            return {**envelope, "room": payloads.room_change(room, _changed(entry))}
        case Kind.MEMBER_REMOVED:
            banned = _membership(entry).banned
            return {**envelope, "member": _member(entry), "by": _actor(entry), "banned": banned}
        case Kind.MEMBER_JOINED | Kind.MEMBER_LEFT | Kind.MEMBER_CHANGED:
            return {**envelope, "member": _member(entry)}


def heard(entry: Entry, from_seq: int) -> LoggedFact:
    """The same fact for who sees what was said from this entry on only."""
    return payloads.heard(logged(entry), from_seq)


def posted(entry: NewEntry, message: NewMessage) -> payloads.MessageFact:
    """The same fact for what has just been stored, with nothing to be asked of the database."""
    return {**payloads.envelope(entry), "message": payloads.message(message)}


def _changed(entry: Entry | NewEntry) -> Collection[str]:
    """The names of what an entry changed about its room."""
    return (entry.detail or ()) if isinstance(entry, Entry) else ()


def _message(entry: Entry | NewEntry) -> payloads.Message:
    message = db.session.get_one(Message, entry.subject_id)
    dress([message])
    return payloads.message(message)


def _membership(entry: Entry | NewEntry) -> Membership:
    return db.session.get_one(Membership, (entry.room_id, entry.subject_id))


def _member(entry: Entry | NewEntry) -> payloads.Member:
    membership = _membership(entry)
    online = membership.ended_at is None and presence.is_online(entry.subject_id)
    return payloads.member(membership, online=online)


def _actor(entry: Entry | NewEntry) -> payloads.User | None:
    actor = db.session.get_one(User, entry.actor_id)
    return None if actor.deleted_at else payloads.user(actor)


def blind_to(fact: LoggedFact) -> Mapping[str, int]:
    """Who may not hear all of a logged fact, by user id, and from which entry on they see what was said. Asks the
    database, unless the fact is what nearly all are: something new.
    """
    oldest = payloads.oldest(fact)
    if oldest is None:
        return {}
    return dict(db.session.execute(Membership.blind_to(fact["room_id"], oldest)).all())


def tell_logged(fact: LoggedFact, blind: Mapping[str, int] | None = None) -> None:
    """Tell a logged fact to everyone in its room, and less of it to those who may not hear all. For `dispatch`, which
    knows when.
    """
    if not blind:
        _emit(fact["type"], fact, to=room_channel(fact["room_id"]))
        return
    few = {sid: from_seq for user_id, from_seq in blind.items() for sid in presence.sids_of_user(user_id)}
    _emit(fact["type"], fact, to=room_channel(fact["room_id"]), skip=few)
    for sid, from_seq in few.items():
        told = payloads.heard(fact, from_seq)
        _emit(told["type"], told, to=sid)


def room_added(user_id: str, membership: Membership, unread: Unread) -> None:
    """A person is in one more room: to all their sockets."""
    fact: payloads.RoomAdded = {"room": payloads.room(membership, unread=unread)}
    _everywhere("room_added", fact, to=user_channel(user_id))


def room_removed(user_id: str, room_id: str, reason: payloads.OutOfRoom) -> None:
    """A person is out of a room: to all their sockets."""
    fact: payloads.RoomRemoved = {"room_id": room_id, "reason": reason}
    _everywhere("room_removed", fact, to=user_channel(user_id))


def typing_changed(room_id: str, typist: User, *, typing: bool) -> None:
    """Somebody writes, or stopped: to the room, but for the typist's own sockets."""
    fact: payloads.TypingChanged = {"room_id": room_id, "user": payloads.user(typist), "typing": typing}
    _everywhere("typing_changed", fact, to=room_channel(room_id), skip=presence.sids_of_user(typist.id))


def presence_changed(room_id: str, online: Iterable[str], offline: Iterable[str]) -> None:
    """Who came and went, by user id: to the room."""
    fact: payloads.PresenceChanged = {
        "room_id": room_id,
        "online": sorted(online),
        "offline": sorted(offline),
    }
    _emit("presence_changed", fact, to=room_channel(room_id))


def read_changed(user_id: str, room_id: str, *, unread: Unread, skip: str | None) -> None:
    """A person read on: to their other sockets."""
    fact: payloads.ReadChanged = {
        "room_id": room_id,
        "seq": unread.read_seq,
        "unread": unread.messages,
        "mentions": unread.mentions,
        "last_seq": unread.last_seq,
    }
    _everywhere("read_changed", fact, to=user_channel(user_id), skip=[skip] if skip else ())


def level_changed(user_id: str, membership: Membership) -> None:
    """A person wants to be told of more or less in a room: to all their sockets."""
    fact: payloads.LevelChanged = {"room_id": membership.room_id, "level": payloads.level(membership)}
    _everywhere("level_changed", fact, to=user_channel(user_id))


def knock_changed(user_id: str, asked: Knock) -> None:
    """Somebody knocked at a room, or was answered: to all sockets of one who may answer."""
    fact: payloads.KnockChanged = {"room_id": asked.room_id, "knock": payloads.knock(asked)}
    _everywhere("knock_changed", fact, to=user_channel(user_id))


def report_changed(user_id: str, report: Report) -> None:
    """Somebody reported a message, or a moderator answered: to all sockets of one who may answer."""
    fact: payloads.ReportChanged = {
        "room_id": report.room_id,
        "report_id": report.id,
        "open": report.closed_at is None,
    }
    _everywhere("report_changed", fact, to=user_channel(user_id))


def session_ended(sid: str, reason: payloads.EndOfSession, retry_after: float | None = None) -> None:
    """A socket's session or token is worth nothing from now on: its last fact."""
    fact: payloads.SessionEnded = {"reason": reason}
    if retry_after is not None:
        fact["retry_after"] = retry_after
    _emit("session_ended", fact, to=sid)


def relay(event: str, fact: Fact, to: str) -> None:
    """Tell a passing fact that another process told its own sockets."""
    typist = fact.get("user") if event == "typing_changed" else None
    skip = presence.sids_of_user(str(typist["id"])) if isinstance(typist, dict) else ()
    _emit(event, fact, to=to, skip=skip)


def _everywhere(event: str, fact: Mapping[str, object], *, to: str, skip: Iterable[str] = ()) -> None:
    _emit(event, fact, to=to, skip=skip)
    hints.tell("fact", event=event, fact=fact, to=to)


def _emit(event: str, fact: Mapping[str, object], *, to: str, skip: Iterable[str] = ()) -> None:
    if event in SHED and shedding.drops_passing():
        return
    if sight.is_closed() and event != "session_ended":
        return  # that one is every socket's last fact
    # Always to a named place: a socket that was not let in yet is in none, but would hear a broadcast.
    socketio.server.manager.emit(event, fact, NAMESPACE, room=to, skip_sid=list(skip) if skip else None)

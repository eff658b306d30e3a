"""The types of everything that others are told: CONTRACT section 5. AsyncAPI is generated from them."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, NotRequired

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

from app.limits import Limits
from app.models import Kind
from app.payloads.shapes import Count, Id, Knock, LevelName, Member, Message, Room, Seq, Time, User

OutOfRoom = Literal["left", "removed", "banned", "deleted"]
EndOfSession = Literal["signed_out", "revoked", "expired", "server_closing"]


class Envelope(TypedDict):
    """What every logged fact carries. `seq` follows that of the fact before it, without a gap."""

    type: str
    room_id: Id
    seq: Seq
    at: Time


class MessageFact(Envelope):
    """Something happened to a message, which is whole and in its present form."""

    message: Message


class MemberFact(Envelope):
    """Something happened to a member."""

    member: Member


class RemovalFact(MemberFact):
    """A member was taken out. `by` is null for a deleted account; who is `banned` comes back by no link."""

    by: User | None
    banned: bool


class RoomFields(TypedDict, total=False):
    """Those fields of a room that changed."""

    title: str
    slow_seconds: Count
    joining_closed: bool


class RoomFact(Envelope):
    """Something changed about the room itself."""

    room: RoomFields


LoggedFact = MessageFact | MemberFact | RemovalFact | RoomFact


class RoomMissed(TypedDict):
    """One room of a catch-up. With `reset`, `entries` is empty: take a snapshot from the history."""

    room: Room
    entries: list[LoggedFact]
    reset: bool


class CaughtUp(TypedDict):
    """The answer to `sync`. `removed`: rooms that were named and that one isn't in."""

    me: User
    now: Time
    limits: Limits
    rooms: list[RoomMissed]
    removed: list[Id]


class RoomAdded(TypedDict):
    """One is in one more room."""

    room: Room


class RoomRemoved(TypedDict):
    """One is out of a room."""

    room_id: Id
    reason: OutOfRoom


class TypingChanged(TypedDict):
    """Somebody writes, or stopped. Let it expire after 6 seconds."""

    room_id: Id
    user: User
    typing: bool


class PresenceChanged(TypedDict):
    """Who came and who went, by user id; at most one a second and room."""

    room_id: Id
    online: list[Id]
    offline: list[Id]


class ReadChanged(TypedDict):
    """One has read on, on another device. All facts up to `last_seq` are counted, and none after it."""

    room_id: Id
    seq: Seq
    unread: int
    mentions: int
    last_seq: Seq


class LevelChanged(TypedDict):
    """One wants to be told of more or less in a room."""

    room_id: Id
    level: LevelName


class KnockChanged(TypedDict):
    """Somebody knocked, or was answered."""

    room_id: Id
    knock: Knock


class ReportChanged(TypedDict):
    """Somebody reported a message, or a moderator answered."""

    room_id: Id
    report_id: Id
    open: bool


class SessionEnded(TypedDict):
    """The socket's session or token is worth nothing from now on. `retry_after`, in seconds: come back then."""

    reason: EndOfSession
    retry_after: NotRequired[float]


class Told(NamedTuple):
    """One fact: its type, what it says in a sentence, and who hears it."""

    shape: type
    says: str
    to: str = "everybody in the room"


LOGGED: Final[Mapping[str, Told]] = {
    Kind.MESSAGE_POSTED: Told(
        MessageFact, "Somebody said something.", "everybody in the room, its author too"
    ),
    Kind.MESSAGE_EDITED: Told(MessageFact, "A message says something else now."),
    Kind.MESSAGE_DELETED: Told(MessageFact, "A message is a tombstone now."),
    Kind.MESSAGE_REACTED: Told(MessageFact, "Somebody put an emoji under a message, or took it away."),
    Kind.MESSAGE_PINNED: Told(MessageFact, "A message was pinned, or its pin taken out."),
    Kind.MEMBER_JOINED: Told(MemberFact, "Somebody came into the room."),
    Kind.MEMBER_LEFT: Told(MemberFact, "Somebody left the room."),
    Kind.MEMBER_REMOVED: Told(RemovalFact, "Somebody was taken out of the room."),
    Kind.MEMBER_CHANGED: Told(
        MemberFact, "A member has another role or another name, or is muted or no longer."
    ),
    Kind.ROOM_CHANGED: Told(
        RoomFact, "The room has another title, another pace, or its door is open or closed."
    ),
}
PASSING: Final[Mapping[str, Told]] = {
    "room_added": Told(RoomAdded, "One is in one more room.", "every socket of the person"),
    "room_removed": Told(RoomRemoved, "One is out of a room.", "every socket of the person"),
    "typing_changed": Told(TypingChanged, "Somebody writes, or stopped.", "the room, but not who writes"),
    "presence_changed": Told(PresenceChanged, "Who came and who went."),
    "read_changed": Told(ReadChanged, "One has read on.", "the person's other sockets"),
    "level_changed": Told(
        LevelChanged, "One wants to be told of more or less.", "every socket of the person"
    ),
    "knock_changed": Told(
        KnockChanged, "Somebody knocked, or was answered.", "every socket of owners and moderators"
    ),
    "report_changed": Told(
        ReportChanged, "A message was reported, or that answered.", "every socket of owners and moderators"
    ),
    "session_ended": Told(SessionEnded, "The session or token is no more.", "the socket, as its last fact"),
}

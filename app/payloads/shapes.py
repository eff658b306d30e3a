"""The types of everything that leaves as JSON: CONTRACT section 3, to the letter. OpenAPI is generated from them."""

from collections.abc import Mapping
from typing import Generic, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

RoleName = Literal["owner", "moderator", "member"]
Item = TypeVar("Item")


class User(TypedDict):
    """A person, as anybody in a room with them sees them."""

    id: str
    username: str
    display_name: str
    avatar_url: str | None
    bot: bool


class Reaction(TypedDict):
    """One emoji under a message, and who put it there."""

    emoji: str
    count: int
    user_ids: list[str]


class Message(TypedDict):
    """A message in its present form; a deleted one is a tombstone. `author` is null for a deleted account."""

    id: str
    room_id: str
    seq: int
    version: int
    nonce: str
    author: User | None
    text: str
    created_at: str
    edited_at: str | None
    deleted_at: str | None
    reply_to: None
    reactions: list[Reaction]
    pinned: bool
    files: list[None]


class Member(TypedDict):
    """A person in a room."""

    user: User
    role: str
    joined_at: str
    online: bool


class Room(TypedDict):
    """A room, as one of its members sees it."""

    id: str
    title: str
    epoch: str
    last_seq: int
    read_seq: int
    unread: int
    mentions: int
    role: str
    member_count: int
    last_message: NotRequired[Message | None]


class Invite(TypedDict):
    """A link into a room."""

    id: str
    token: str
    url: str
    label: str | None
    created_by: User
    created_at: str
    expires_at: str | None
    max_uses: int | None
    uses: int
    revoked_at: str | None


class Credential(TypedDict):
    """A session or a token of mine; its secret is not stored. `current`: the one that asks."""

    id: str
    name: str
    scopes: list[str]
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class Issued(Credential):
    """A new token with its secret, which is in this answer and in no other."""

    token: str
    user: User


class Page(TypedDict, Generic[Item]):
    """Some of a list; `next` is what to ask for with `cursor`, null at the end."""

    items: list[Item]
    next: str | None


class Posted(TypedDict):
    """What was said. `duplicate`: this nonce was posted before, and nobody was told again."""

    message: Message
    duplicate: bool


class Founded(TypedDict):
    """A new room and its first link."""

    room: Room
    invite: Invite


class Joined(TypedDict):
    """The room that one is in now."""

    room: Room


class Invitation(TypedDict):
    """What one is about to join, as far as whoever has the link may know. `inviter` is null for a deleted account."""

    title: str
    inviter: User | None
    member_count: int


class Versions(TypedDict):
    """The versions of the contract that a server speaks."""

    min: int
    max: int


class Features(TypedDict):
    """What differs from one Parlor to the next."""

    registration: Literal["open", "link", "closed"]


class Server(TypedDict):
    """What a program should know before it signs anybody in."""

    name: str
    version: str
    api: Versions
    limits: Mapping[str, object]
    features: Features
    now: str


class RoomMissed(TypedDict):
    """One room of a catch-up."""

    room: Room
    entries: list[dict[str, object]]
    reset: bool


class CaughtUp(TypedDict):
    """The answer to `sync`."""

    me: User
    now: str
    limits: Mapping[str, object]
    rooms: list[RoomMissed]
    removed: list[str]


class Reading(TypedDict):
    """How far one has read a room, and what is left."""

    read_seq: int
    unread: int
    mentions: int

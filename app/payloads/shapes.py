"""The types of everything that leaves as JSON: CONTRACT section 3, to the letter. OpenAPI is generated from them."""

from typing import Annotated, Generic, Literal, NotRequired, TypeVar

from pydantic import Field
from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

from app.limits import ID_MAX, INTEGER_MAX, Limits

Id = Annotated[str, Field(min_length=1, max_length=ID_MAX)]
Seq = Annotated[int, Field(ge=0, le=INTEGER_MAX)]
Count = Annotated[int, Field(ge=0)]
Time = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        json_schema_extra={"format": "date-time"},
    ),
]
RoleName = Literal["owner", "moderator", "member"]
LevelName = Literal["everything", "mentions", "nothing"]
Scope = Literal["read", "write"]
Item = TypeVar("Item")


class User(TypedDict):
    """A person, as anybody in a room with them sees them."""

    id: Id
    username: str
    display_name: str
    avatar_url: str | None
    bot: bool


class Reaction(TypedDict):
    """One emoji under a message, and who put it there."""

    emoji: str
    count: Count
    user_ids: list[Id]


class Quoted(TypedDict):
    """The message that another one answers, in its present form: `excerpt` is the beginning of its text on one line,
    every run of spaces, tabs and newlines one space, and empty for a deleted one. When the quoted message is edited
    or deleted, whoever shows an answer to it makes the excerpt anew from that message, as no fact names the answers.
    """

    id: Id
    seq: Seq
    author: User | None
    excerpt: str


class Message(TypedDict):
    """A message in its present form; a deleted one is a tombstone. `author` is null for a deleted account. `version`
    counts everything that happens to it: of two drawings of a message, the one with the higher one is the later.
    Reactions come in the order in which each emoji was first there, and the people in the order in which they came.
    """

    id: Id
    room_id: Id
    seq: Seq
    version: int
    nonce: str
    author: User | None
    text: str
    created_at: Time
    edited_at: Time | None
    deleted_at: Time | None
    reply_to: Quoted | None
    reactions: list[Reaction]
    pinned: bool
    files: list[None]


class Member(TypedDict):
    """A person in a room. `muted_until`: they may only read until then; null for who may speak."""

    user: User
    role: RoleName
    joined_at: Time
    online: bool
    muted_until: Time | None


class Room(TypedDict):
    """A room, as one of its members sees it. `slow_seconds` is between two messages of a member, 0 for no such pause;
    while `joining_closed`, no link lets anybody in; `muted_until`: until then I may only read; `slow_until`: until then
    slow mode keeps me from saying the next thing. I see what was said from `from_seq` on: 0 is all of it.
    """

    id: Id
    title: str
    epoch: str
    last_seq: Seq
    read_seq: Seq
    unread: Count
    mentions: Count
    role: RoleName
    member_count: Count
    slow_seconds: Count
    joining_closed: bool
    muted_until: Time | None
    slow_until: Time | None
    level: LevelName
    from_seq: Seq
    last_message: NotRequired[Message | None]


class Invite(TypedDict):
    """A link into a room."""

    id: Id
    token: str
    url: str
    label: str | None
    created_by: User
    created_at: Time
    expires_at: Time | None
    max_uses: int | None
    uses: Count
    revoked_at: Time | None
    history: Literal["all", "recent", "none"]
    asks_first: bool


class Credential(TypedDict):
    """A session or a token of mine; its secret is not stored. `current`: the one that asks."""

    id: Id
    name: str
    scopes: list[Scope]
    created_at: Time
    last_used_at: Time
    expires_at: Time
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


class Changed(TypedDict):
    """A message after something was done to it."""

    message: Message


class EarlierVersion(TypedDict):
    """What a message said before an edit; `version` is the last one of the message that said so."""

    version: int
    text: str
    written_at: Time


class Founded(TypedDict):
    """A new room and its first link."""

    room: Room
    invite: Invite


class Knock(TypedDict):
    """Somebody at a room's door. `link`: what the link that they came by is for."""

    id: Id
    room_id: Id
    user: User
    link: str | None
    created_at: Time
    state: Literal["waiting", "approved", "denied"]


class Joined(TypedDict):
    """The room that one is in now; with the status 202 none, but the knock by which one asks to be let in."""

    room: NotRequired[Room]
    knock: NotRequired[Knock]


class Invitation(TypedDict):
    """What one is about to join, as far as whoever has the link may know. `inviter` is null for a deleted account."""

    title: str
    inviter: User | None
    member_count: Count
    asks_first: bool


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
    limits: Limits
    features: Features
    now: Time


class Reading(TypedDict):
    """How far one has read a room, and what is left. Facts up to `last_seq` are counted, and none after it."""

    read_seq: Seq
    unread: Count
    mentions: Count
    last_seq: Seq


class Ahead(TypedDict):
    """The last seq of each room that holds more than the client knew of."""

    behind: dict[Id, Seq]


class Done(TypedDict):
    """Nothing but that it was done."""

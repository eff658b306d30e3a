"""What programs may ask: one closed model per request of the contract."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from typing_extensions import TypedDict  # typing's own cannot be made a schema before Python 3.12

from app import limits
from app.inputs.values import (
    DeviceName,
    DisplayName,
    Emoji,
    Id,
    Label,
    MessageText,
    Nonce,
    Password,
    RoomSeqs,
    Seq,
    Title,
    TypedName,
    TypedSecret,
    Username,
)


class Auth(TypedDict, total=False, extra_items=str):  # type: ignore[call-arg]  # PEP 728, which mypy doesn't know
    """CONNECT's `auth`: a token, or a browser's CSRF token beside its cookie; flat strings only. `v` is the version
    of the contract that the client speaks, `1` when it is not said.
    """

    token: str
    csrf: str
    v: str


class Request(BaseModel):
    """What a program may ask: closed, and nothing is converted (`"1"` is not 1)."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Nothing(Request):
    """A request that has nothing to say beside its path."""


class Registration(Request):
    """POST /users."""

    username: Username
    password: Password
    device_name: DeviceName = "Device"
    invite: Id | None = None


class SignIn(Request):
    """POST /tokens by name and password."""

    username: TypedName
    password: TypedSecret
    device_name: DeviceName = "Device"
    scopes: list[Literal["read", "write"]] = Field(default=["read", "write"], min_length=1, max_length=2)


class Profile(Request):
    """PATCH /me."""

    display_name: DisplayName


class PasswordChange(Request):
    """PUT /me/password."""

    current: TypedSecret
    password: Password


class Deletion(Request):
    """DELETE /me: `messages` says what becomes of what one said."""

    current: TypedSecret
    messages: Literal["keep", "erase"] = "keep"


class NewBot(Request):
    """POST /rooms/{id}/bots. Without a display name, it is shown by its username."""

    username: Username
    display_name: DisplayName | None = None


class NewRoom(Request):
    """POST /rooms and PATCH /rooms/{id}."""

    title: Title


class NewInvite(Request):
    """POST /rooms/{id}/invites; `expires_in` in seconds. `history` says what newcomers see of what was said before
    them: all, the last 50, or none; with `asks_first` an owner or a moderator lets each of them in.
    """

    label: Label | None = None
    expires_in: Annotated[int, Field(ge=60, le=limits.INVITE_SECONDS_MAX)] | None = None
    max_uses: Annotated[int, Field(ge=1, le=limits.INVITE_USES_MAX)] | None = None
    history: Literal["all", "recent", "none"] = "all"
    asks_first: bool = False


class RoleChange(Request):
    """PATCH /rooms/{id}/members/{user_id}."""

    role: Literal["owner", "moderator", "member"]


class NewMessage(Request):
    """POST /rooms/{id}/messages. `reply_to`: the id of the message it answers, of the same room. Files are not here
    yet: only their absence may be said.
    """

    nonce: Nonce
    text: MessageText
    reply_to: Id | None = None
    file_ids: Annotated[list[Id], Field(max_length=0)] = Field(default_factory=list)


class PostMessage(NewMessage):
    """`post_message`."""

    room_id: Id


class NewText(Request):
    """PATCH /messages/{id}. `version`: what the author saw; when it says something else by now, it is a conflict."""

    text: MessageText
    version: Annotated[int, Field(ge=1, le=limits.INTEGER_MAX)] | None = None


class EditMessage(NewText):
    """`edit_message`."""

    message_id: Id


class DeleteMessage(Request):
    """`delete_message`."""

    message_id: Id


class SetReaction(Request):
    """`set_reaction`: exactly one emoji."""

    message_id: Id
    emoji: Emoji
    on: bool


class SetPin(Request):
    """`set_pin`."""

    message_id: Id
    on: bool


class Sync(Request):
    """`sync`: where the client is, by room."""

    rooms: RoomSeqs
    epochs: Annotated[dict[Id, Id], Field(max_length=limits.ROOMS_PER_USER)] = Field(default_factory=dict)


class Heads(Request):
    """`heads`: what the client believes to be the last seq of each room."""

    rooms: RoomSeqs


class ReadUpTo(Request):
    """PUT /rooms/{id}/read. Reading goes forwards only, whichever device is slower; `back` marks what is after `seq`
    as unread again.
    """

    seq: Seq
    back: bool = False


class SetRead(ReadUpTo):
    """`set_read`."""

    room_id: Id


class SetTyping(Request):
    """`set_typing`."""

    room_id: Id
    typing: bool


class Query(BaseModel):
    """What stands after the question mark: closed as well, and read from text (`"1"` is 1)."""

    model_config = ConfigDict(extra="forbid")


class RemovalQuery(Query):
    """DELETE /rooms/{id}/members/{user_id}: banned, no link lets the person in again."""

    ban: bool = False


class InvitesQuery(Query):
    """GET /rooms/{id}/invites."""

    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Id | None = None


class MentionsQuery(Query):
    """GET /mentions."""

    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Id | None = None


class HistoryQuery(Query):
    """GET /rooms/{id}/messages: at most one of before, after and around; `cursor` is a page's `next`."""

    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=limits.HISTORY_PAGE_MAX)] = limits.HISTORY_PAGE
    cursor: Annotated[str, StringConstraints(pattern=r"^(before|after):[0-9]{1,15}$")] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(each is not None for each in (self.before, self.after, self.around, self.cursor)) > 1:
            raise ValueError("Name one of before, after, around and cursor.")
        if self.cursor is not None:
            way, place = self.cursor.split(":")
            setattr(self, way, int(place))
        return self

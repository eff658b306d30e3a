"""Reading what a client sent: typed values, or Invalid. What comes out of here needs no second look.

One annotated type per kind of value (`values`), used by every entrance: the JSON of programs through `read`, the
fields of forms through `check`.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.errors import FieldError, Invalid, Unreadable
from app.inputs.doors import ArrivalsQuery, DeparturesQuery, NewReport, Purging, ReportAnswer
from app.inputs.moderation import DeedsQuery, Handover, LevelChange, Mute, RoomChange
from app.inputs.requests import (
    Auth,
    DeleteMessage,
    Deletion,
    EditMessage,
    Heads,
    HistoryQuery,
    InvitesQuery,
    MentionsQuery,
    NewBot,
    NewInvite,
    NewMessage,
    NewRoom,
    NewText,
    Nothing,
    PasswordChange,
    PostMessage,
    Profile,
    Query,
    ReadUpTo,
    Registration,
    RemovalQuery,
    Request,
    RoleChange,
    SetPin,
    SetReaction,
    SetRead,
    SetTyping,
    SignIn,
    Sync,
)
from app.inputs.values import (
    DeviceName,
    DisplayName,
    Emoji,
    Id,
    Label,
    MessageText,
    Nonce,
    PartOfName,
    Password,
    RoomSeqs,
    Seq,
    Title,
    TypedName,
    TypedSecret,
    Username,
)

__all__ = [
    "ArrivalsQuery",
    "Auth",
    "DeedsQuery",
    "DeleteMessage",
    "Deletion",
    "DeparturesQuery",
    "DeviceName",
    "DisplayName",
    "EditMessage",
    "Emoji",
    "Handover",
    "Heads",
    "HistoryQuery",
    "Id",
    "InvitesQuery",
    "Label",
    "LevelChange",
    "MentionsQuery",
    "MessageText",
    "Mute",
    "NewBot",
    "NewInvite",
    "NewMessage",
    "NewReport",
    "NewRoom",
    "NewText",
    "Nonce",
    "Nothing",
    "PartOfName",
    "Password",
    "PasswordChange",
    "PostMessage",
    "Profile",
    "Purging",
    "Query",
    "ReadUpTo",
    "Registration",
    "RemovalQuery",
    "ReportAnswer",
    "Request",
    "RoleChange",
    "RoomChange",
    "RoomSeqs",
    "Seq",
    "SetPin",
    "SetReaction",
    "SetRead",
    "SetTyping",
    "SignIn",
    "Sync",
    "Title",
    "TypedName",
    "TypedSecret",
    "Username",
    "auth",
    "check",
    "read",
]

RequestModel = TypeVar("RequestModel", bound=BaseModel)
_AUTH = TypeAdapter(Auth)


def read(model: type[RequestModel], data: object) -> RequestModel:
    """What was sent, as this model. Raises Invalid, which names each field that is wrong; or TooLarge."""
    if not isinstance(data, dict):
        raise Unreadable("Send one JSON object.")
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        raise Invalid(errors=_field_errors(wrong)) from None


def auth(sent: object) -> Auth:
    """What CONNECT carried; nothing and an empty object are the same. Raises Unreadable."""
    try:
        return _AUTH.validate_python({} if sent is None else sent, strict=True)
    except ValidationError:
        raise Unreadable("Send auth as an object of strings.") from None


def check(kind: Any, value: object) -> Any:
    """One value of a form, as this annotated type. Raises Invalid, whose detail is for the person."""
    try:
        return TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as wrong:
        message = _field_errors(wrong)[0]["message"]
        raise Invalid(message, errors=[{"path": "", "message": message}]) from None


def _field_errors(wrong: ValidationError) -> list[FieldError]:
    found = wrong.errors(include_url=False, include_context=False, include_input=False)
    return [
        {
            "path": ".".join(str(part) for part in each["loc"])[:100].encode("ascii", "replace").decode(),
            "message": each["msg"].removeprefix("Value error, "),
        }
        for each in found[:20]
    ]

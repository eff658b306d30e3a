"""The forms of the pages. Their rules are those of `inputs`, so that a page and a program are refused alike."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from app import inputs, limits
from app.errors import ChatError

# What each role is called after "is now".
ROLES = {"owner": "an owner", "moderator": "a moderator", "member": "a member"}

# Times that forms offer, in seconds, and how they are called.
TIMES = {"3600": "an hour", "86400": "a day", "604800": "7 days", "2592000": "30 days"}
LIFETIMES = {
    "": "never",
    **{key: f"after {name}" for key, name in TIMES.items()},
    "custom": "after … hours",
}
WINDOWS = {
    "all": "everything",
    "recent": f"the last {limits.RECENT_MESSAGES} messages",
    "none": "nothing from before",
}
PAUSES = {
    "0": "off",
    "10": "10 seconds",
    "30": "30 seconds",
    "60": "a minute",
    "300": "5 minutes",
    "3600": "an hour",
}
SINCE = {"": "ever", "3600": "in the last hour", "86400": "in the last day", "604800": "in the last 7 days"}
LEVELS = {"everything": "everything", "mentions": "only what names me", "nothing": "nothing"}


class Check:
    """A validator that asks `inputs`, and keeps the value in the form that it came out of there."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Raises ValidationError with the sentence for the person."""
        try:
            field.data = inputs.check(self.kind, field.data or "")
        except ChatError as refused:
            raise ValidationError(refused.detail or refused.title) from None


def whole(most: int) -> Callable[[FlaskForm, Field], None]:
    """A validator of a number that was typed: whole, from 1 to `most`. Nothing is fine as well."""

    def check(form: FlaskForm, field: Field) -> None:
        typed = (field.data or "").strip()
        if typed and not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:12]) <= most):
            raise ValidationError(f"Write a whole number from 1 to {most:,}.")

    return check


class Form(FlaskForm):
    """A form that knows its first mistake, where the page puts the focus, and what it was refused as a whole."""

    refused: str = ""

    @property
    def first_error(self) -> str | None:
        """The name of the first field that is wrong."""
        return next((field.name for field in self if field.errors), None)

    def refuse(self, error: ChatError) -> int:
        """Show why an action refused: at the fields that it named, else above them all. Returns the status."""
        placed = False
        for each in error.errors:
            field = self._fields.get(each["path"])
            if field is not None:
                field.errors = [*field.errors, each["message"]]
                placed = True
        if not placed:
            self.refused = error.detail or error.title
        return error.status


class RegisterForm(Form):
    """A name, a password, and whether this browser is the person's own."""

    username = StringField("Username", [Check(inputs.Username)])
    password = PasswordField("Password", [Check(inputs.Password)])
    remember = BooleanField("Keep me signed in")
    next = HiddenField()


class LoginForm(Form):
    """The same fields, compared and not judged: what is wrong with them is not told apart."""

    username = StringField("Username")
    password = PasswordField("Password")
    remember = BooleanField("Keep me signed in")
    next = HiddenField()


class RoomForm(Form):
    """What a room is called."""

    title = StringField("Title", [Check(inputs.Title)])


class LinkForm(Form):
    """A link that somebody sent, or only its last part."""

    link = StringField("Link to a room")


class InviteForm(Form):
    """A further link into a room, with its bounds."""

    label = StringField("What it is for")
    expires_in = SelectField("Stops working", choices=LIFETIMES)
    hours = StringField("Hours", [whole(limits.INVITE_SECONDS_MAX // 3600)])
    max_uses = StringField("Lets in at most", [whole(limits.INVITE_USES_MAX)])
    history = SelectField("Newcomers see", choices=WINDOWS, default="all")
    asks_first = BooleanField("Ask an owner or a moderator before anybody comes in")

    def validate_hours(self, field: Field) -> None:
        """Raises ValidationError where hours were chosen and not said."""
        if self.expires_in.data == "custom" and not (field.data or "").strip():
            raise ValidationError("Write after how many hours.")

    def bounds(self) -> inputs.NewInvite:
        """What was chosen, by the rules for programs. Raises Invalid."""
        return inputs.read(
            inputs.NewInvite,
            {
                "label": self.label.data or None,
                "expires_in": self._seconds(),
                "max_uses": _number(self.max_uses.data),
                "history": self.history.data or "all",
                "asks_first": bool(self.asks_first.data),
            },
        )

    def _seconds(self) -> object:
        if self.expires_in.data != "custom":
            return _number(self.expires_in.data)
        return int(self.hours.data or 0) * 3600


class RulesForm(Form):
    """How fast members may talk, and whether links let anybody in."""

    slow_seconds = SelectField("Slow mode", choices=PAUSES)
    joining_closed = BooleanField("Nobody joins by any link")


class LevelForm(Form):
    """What one wants to be told of."""

    level = SelectField("Tell me of", choices=LEVELS)


class MuteForm(Form):
    """For how long somebody may only read."""

    seconds = SelectField("For", choices=TIMES)


class ReportForm(Form):
    """What becomes of a message that was reported."""

    outcome = SelectField("Answer", choices=["dismissed", "message_deleted", "author_removed"])


class KnockForm(Form):
    """Whether somebody comes in."""

    answer = SelectField("Answer", choices=["approve", "deny"])


def _number(text: str | None) -> int | str | None:
    """A number that was typed; what is none stays text, for `inputs` to refuse."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text or None


class RoleForm(Form):
    """What somebody may do in a room."""

    role = SelectField("Role", choices=ROLES)


class RemovalForm(Form):
    """Somebody out of a room, perhaps for good."""

    ban = BooleanField("No link lets them back in")


class BotForm(Form):
    """A program that is a member of a room."""

    username = StringField("Username of the bot", [Check(inputs.Username)])


class ProfileForm(Form):
    """What others see."""

    display_name = StringField("Display name", [Check(inputs.DisplayName)])


class PasswordForm(Form):
    """Another password."""

    current = PasswordField("Current password")
    password = PasswordField("New password", [Check(inputs.Password)])


class TokenForm(Form):
    """A key for a program or a device."""

    name = StringField("Name of the device or program", [Check(inputs.DeviceName)])
    scope = RadioField(
        "It may", choices={"read write": "read and write", "read": "only read"}, default="read write"
    )


class DeletionForm(Form):
    """The end of an account, and what becomes of what was said."""

    messages = RadioField(
        "What you said",
        choices={"keep": "stays, under “deleted member”", "erase": "goes, everywhere"},
        default="keep",
    )
    current = PasswordField("Your password", id="delete-current")


class PlainForm(Form):
    """Nothing but a button: the CSRF token."""

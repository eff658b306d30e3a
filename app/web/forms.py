"""The forms of the pages. Their rules are those of `inputs`, so that a page and a program are refused alike."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from app import inputs
from app.errors import ChatError

# What each role is called after "is now".
ROLES = {"owner": "an owner", "moderator": "a moderator", "member": "a member"}


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
    expires_in = SelectField(
        "Works for", choices={"": "ever", "3600": "an hour", "86400": "a day", "604800": "a week"}
    )
    max_uses = SelectField("Lets in", choices={"": "anybody", "1": "1 person", "10": "10 people"})

    def bounds(self) -> inputs.NewInvite:
        """What was chosen, by the rules for programs. Raises Invalid."""
        return inputs.read(
            inputs.NewInvite,
            {
                "label": self.label.data or None,
                "expires_in": int(self.expires_in.data) if self.expires_in.data else None,
                "max_uses": int(self.max_uses.data) if self.max_uses.data else None,
            },
        )


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

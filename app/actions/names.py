"""Usernames: each is one account's, and so is every name that looks like it."""

from app import markup
from app.errors import Invalid
from app.extensions import db
from app.models import User
from app.models.names import skeleton

NAME_TAKEN = "This name is taken, or looks like one that is. Choose another."

_EVERYBODY = skeleton(markup.EVERYBODY)


def refuse_taken(username: str) -> None:
    """Raises Invalid for a name that somebody has, or one that looks like it; and for what names a whole room."""
    if skeleton(username) == _EVERYBODY or db.session.scalar(User.named(username)) is not None:
        raise taken()


def taken() -> Invalid:
    """The refusal, for who found it out by the database's unique index."""
    return Invalid(NAME_TAKEN, errors=[{"path": "username", "message": NAME_TAKEN}])

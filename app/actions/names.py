"""Usernames: each is one account's, and so is every name that looks like it."""

from app.errors import Invalid
from app.extensions import db
from app.models import User

NAME_TAKEN = "This name is taken, or looks like one that is. Choose another."


def refuse_taken(username: str) -> None:
    """Raises Invalid for a name that somebody has, or one that looks like it."""
    if db.session.scalar(User.named(username)) is not None:
        raise taken()


def taken() -> Invalid:
    """The refusal, for who found it out by the database's unique index."""
    return Invalid(NAME_TAKEN, errors=[{"path": "username", "message": NAME_TAKEN}])

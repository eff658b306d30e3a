"""Hashing and comparing passwords, beside the event loop and a few at a time."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.extensions import db, offload

# OWASP's profile for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Compared with when there is no such account, so that both answers take the same work.
_NOBODY = _hasher.hash("nobody has this password")


def make(password: str) -> str:
    """The hash to store. Raises Unavailable when too many people wait for theirs."""
    db.session.commit()  # the wait must not keep the database's only connection
    return offload(_hasher.hash, password)


def matches(stored: str | None, password: str) -> bool:
    """Is this the password behind a stored hash? None, for nobody's, takes the same time and is False."""
    db.session.commit()
    return offload(_verify, stored or _NOBODY, password) and bool(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

"""Who is behind many credentials or tokens at once: `identity` for a whole turn of the hub, by one statement each.

The rows in `credentials` and `users` decide, read anew each time. What is no good is left out without a word:
`identity` says why, to one at a time.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app import bulk, limits
from app.errors import ChatError
from app.extensions import db
from app.models import Credential, User
from app.models.columns import hash_secret, now
from app.models.credential import TOKEN_PREFIX

logger = logging.getLogger(__name__)

LAST_USED: Final = timedelta(seconds=limits.LAST_USED_SECONDS)
KNOWN_MAX: Final = 20_000  # people; then all are forgotten
# The first four columns are the credential's, and all others the person's.
_PROOFS = bulk.Statement(
    sa.select(Credential.__table__.c.id, Credential.scopes, Credential.ended_at, User.id, *User.__table__.c)
    .join_from(Credential.__table__, User.__table__)
    .where(bulk.among(Credential.__table__.c.id, "ids"), Credential.expires_at > sa.bindparam("instant"))
)
# By the hash of the token.
_TOKENS = bulk.Statement(
    sa.select(
        Credential.__table__.c.secret_hash,
        Credential.id,
        Credential.user_id,
        Credential.scopes,
        Credential.last_used_at,
        Credential.expires_at,
        Credential.ended_at,
        User.disabled_at,
        User.deleted_at,
    )
    .join_from(Credential.__table__, User.__table__)
    .where(bulk.among(Credential.__table__.c.secret_hash, "hashes"), Credential.kind == "token")
)
_USED = bulk.Statement(
    sa.update(Credential)
    .where(bulk.among(Credential.__table__.c.id, "ids"))
    .values(last_used_at=sa.bindparam("instant"))
)


class Proof(NamedTuple):
    """What a token was worth when it was looked at."""

    credential_id: str
    user_id: str
    expires_at: datetime


def behind(credential_ids: Collection[str], scope: str) -> Mapping[str, User]:
    """Who is behind each of these credentials, for those that hold right now and have this scope.

    As `of_socket` and `require`, for many at once: one statement, read anew. The people are drawn and compared, and
    belong to no session.
    """
    with db.reading() as connection:
        rows: list[Any] = _PROOFS.run(connection, ids=list(credential_ids), instant=now()).fetchall()
    live = [row for row in rows if row[2] is None and scope in row[1].split()]
    _recall([tuple(row[3:]) for row in live])
    return {row[0]: person for row in live if (person := _known[row[3]][1]).is_active}


# People by id, as they were when last read: whoever is still the same need not be made an object again.
_known: dict[str, tuple[tuple[object, ...], User]] = {}


def _recall(rows: Collection[tuple[object, ...]]) -> None:
    """Make sure that `_known` has these people, and as they are now."""
    changed = {str(row[0]): row for row in rows if _known.get(str(row[0]), ((), None))[0] != row}
    if not changed:
        return
    if len(_known) + len(changed) > KNOWN_MAX:
        _known.clear()
        changed = {str(row[0]): row for row in rows}
    query = sa.select(User).where(User.id.in_(changed)).execution_options(populate_existing=True)
    for person in db.session.scalars(query):
        db.session.expunge(person)
        _known[person.id] = changed[person.id], person
    db.session.commit()


def by_tokens(secrets: Collection[str], scope: str) -> dict[str, Proof]:
    """What each of these bearer tokens is worth, for those that hold right now and have this scope.

    As `by_token` and `require`, for many at once; their use is noted with one write.
    """
    offered = {
        hash_secret(each): each for each in secrets if each.startswith(TOKEN_PREFIX) and len(each) < 100
    }
    instant = now()
    with db.reading() as connection:
        rows = _TOKENS.rows(connection, hashes=list(offered))
    found: dict[str, Proof] = {}
    unused: list[str] = []
    for hashed, credential_id, user_id, scopes, used_at, expires_at, *ends in rows:
        if expires_at > instant and ends == [None, None, None] and scope in scopes.split():
            found[offered[hashed]] = Proof(credential_id, user_id, expires_at)
            if instant - used_at >= LAST_USED:
                unused.append(credential_id)
    if unused:
        _note_uses(unused, instant)
    return found


def _note_uses(credential_ids: list[str], instant: datetime) -> None:
    try:
        with db.writing() as connection:
            _USED.run(connection, ids=credential_ids, instant=instant)
    except ChatError:
        logger.warning("the use of %d credentials could not be noted", len(credential_ids))

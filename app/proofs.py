"""Who is behind many tokens at once: `identity` for a whole turn of the hub, by one statement.

The rows in `credentials` and `users` decide, read anew each time. What is no good is left out without a word:
`identity` says why, to one at a time.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa

from app import bulk, driver, limits
from app.errors import ChatError
from app.models import Credential, User
from app.models.columns import hash_secret, now
from app.models.credential import TOKEN_PREFIX

logger = logging.getLogger(__name__)

LAST_USED: Final = timedelta(seconds=limits.LAST_USED_SECONDS)
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


def by_tokens(secrets: Collection[str], scope: str) -> dict[str, Proof]:
    """What each of these bearer tokens is worth, for those that hold right now and have this scope.

    As `by_token` and `require`, for many at once; their use is noted with one write.
    """
    offered = {
        hash_secret(each): each for each in secrets if each.startswith(TOKEN_PREFIX) and len(each) < 100
    }
    instant = now()
    with driver.reading() as hand:
        rows = _TOKENS.rows(hand, hashes=list(offered))
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
        with driver.writing() as hand:
            _USED.run(hand, ids=credential_ids, instant=instant)
    except ChatError:
        logger.warning("the use of %d credentials could not be noted", len(credential_ids))

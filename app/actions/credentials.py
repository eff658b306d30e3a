"""Sessions and tokens: open, end, and close what they let in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app import access, events, limits, presence, sight
from app.channels import NAMESPACE
from app.errors import Conflict, Unauthenticated
from app.extensions import db, socketio
from app.models import Credential, User
from app.models.columns import now
from app.models.credential import CredentialKind, EndReason

# How far back before its last look a process looks for endings that it was not told of: what other machines'
# clocks and long commits may differ by. Closing twice is fine, so it is generous.
MARGIN = timedelta(seconds=60)
_looked_at: datetime = now()


def open_session(user: User, *, remember: bool, user_agent: str) -> tuple[Credential, str]:
    """Sign a browser in: the session's row, and the secret for its cookie.

    Raises Unauthenticated when the password changed, or the account was closed, since `user` was read.
    """
    db.begin_write()
    _refuse_outdated(user)
    credential, secret = Credential.issue(
        user,
        "session",
        name=user_agent[:200],
        scopes="read write",
        seconds=limits.REMEMBERED_SESSION_SECONDS if remember else limits.SESSION_SECONDS,
        remembered=remember,
    )
    db.session.add(credential)
    db.session.commit()
    return credential, secret


def open_token(user: User, *, name: str, scopes: list[str]) -> tuple[Credential, str]:
    """A token for a device or a program: its row, and the secret, which is shown this once.

    Raises Conflict when the person has too many, RateLimited for too many in an hour; Unauthenticated when
    the password changed, or the account was closed, since `user` was read.
    """
    access.within(limits.CREATE_TOKEN, user.id)
    if len(access.credentials(user, "token")) >= limits.TOKENS_PER_USER:
        raise Conflict(f"You have {limits.TOKENS_PER_USER} tokens. Revoke one that you don't use.")
    db.begin_write()
    _refuse_outdated(user)
    credential, secret = Credential.issue(
        user, "token", name=name, scopes=" ".join(sorted(set(scopes))), seconds=limits.TOKEN_SECONDS
    )
    db.session.add(credential)
    db.session.commit()
    return credential, secret


def sign_out(credential: Credential) -> None:
    """End the session or token that asks."""
    _end([credential], "signed_out")


def end(user: User, credential_id: str, kind: CredentialKind) -> None:
    """End one of one's own sessions or tokens. Raises NotFound, for somebody else's too."""
    _end([access.credential(user, credential_id, kind)], "revoked")


def end_others(user: User, keep: Credential) -> None:
    """End all of one's browser sessions but this one."""
    others = [each for each in access.credentials(user, "session") if each.id != keep.id]
    _end(others, "revoked")


def end_rows(user: User, *, keep: Credential | None = None) -> list[Credential]:
    """End everything of a person inside the transaction of whoever calls; `tell_ended` comes after its commit."""
    ended = [
        each for each in db.session.scalars(Credential.live_of(user)) if keep is None or each.id != keep.id
    ]
    for credential in ended:
        credential.end("revoked")
    return ended


def tell_ended(ended: Iterable[Credential]) -> None:
    """Close the sockets that these let in, in this process. Others follow the rows."""
    for credential in ended:
        _close(credential.id, credential.end_reason or "revoked")


def follow() -> None:
    """Close sockets whose credential ended in another process, or ran out. To be called every second."""
    global _looked_at
    here, instant = presence.credentials(), now()
    if here:
        # From the last look that worked: the database may have been out of reach for an hour.
        ended = db.session.execute(Credential.ended_since(_looked_at - MARGIN)).all()
        db.session.commit()
        for credential_id, reason in ended:
            if credential_id in here:
                _close(credential_id, reason or "revoked")
    _looked_at = instant
    sight.saw("endings")
    for credential_id in presence.expired():
        _close(credential_id, "expired")


def _refuse_outdated(user: User) -> None:
    # A password is compared for a while. Who changed theirs meanwhile ended everything that the old one opened,
    # and this must not come after it. The lock holds off a change until our commit.
    proven = user.password_hash
    db.session.refresh(user, with_for_update=True)
    if user.password_hash != proven or not user.is_active:
        raise Unauthenticated("The password was just changed. Sign in again.")


def _end(credentials: list[Credential], reason: EndReason) -> None:
    db.begin_write()
    for credential in credentials:
        credential.end(reason)
    db.session.commit()
    tell_ended(credentials)


def _close(credential_id: str, reason: EndReason) -> None:
    for sid in presence.sids_of_credential(credential_id):
        events.session_ended(sid, reason)
        socketio.server.disconnect(sid, namespace=NAMESPACE)

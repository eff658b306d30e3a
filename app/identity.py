"""Who is asking: a browser's session cookie or a device's bearer token, become a Caller.

A token that is offered is the whole answer: the cookie is never a fallback. The cookie carries a random
secret; the row in `credentials` decides what it is worth, on every request and on every socket event.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import flask
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from app.errors import ChatError, Forbidden, Unauthenticated, Unreadable
from app.extensions import db, login_manager
from app.models import Credential, User
from app.models.columns import now
from app.models.credential import TOKEN_PREFIX

logger = logging.getLogger(__name__)

# How stale "last used" may become: not every request writes.
LAST_USED = timedelta(seconds=60)
# What an anonymous visit hands on to the signed-in one; everything else of its cookie is dropped.
HANDED_ON = ("invite", "next")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller(UserMixin):
    """Somebody who proved who they are, and by what. What Flask-Login calls the current user."""

    user: User
    credential: Credential
    secret: str = ""

    def get_id(self) -> str:
        """What the cookie carries."""
        return self.secret

    @property
    def is_active(self) -> bool:
        """Is the proof worth anything right now?"""
        return self.credential.is_live


def init_app(app: flask.Flask) -> None:
    """Tell Flask-Login how a cookie becomes a Caller, and where people sign in."""
    login_manager.init_app(app)
    login_manager.user_loader(_by_cookie)
    login_manager.login_view = "session.login"
    login_manager.login_message = None
    login_manager.session_protection = None  # phones change their address all day


def keep(user: User, credential: Credential, secret: str) -> None:
    """Sign this browser in. The cookie of before is dropped, but for the way that the person is on."""
    handed_on = {key: flask.session[key] for key in HANDED_ON if key in flask.session}
    flask.session.clear()
    flask.session.update(handed_on)
    flask.session.permanent = credential.remembered
    login_user(Caller(user, credential, secret))


def forget() -> None:
    """Sign this browser out: nothing of its cookie stays."""
    logout_user()
    flask.session.clear()


def caller() -> Caller:
    """Who asks for a page. Raises Unauthenticated for nobody."""
    if not current_user.is_authenticated:
        raise Unauthenticated
    return cast(Caller, current_user._get_current_object())


def acting_user() -> User:
    """The person who asks for a page. Raises Unauthenticated for nobody."""
    return caller().user


def api_caller(scope: str) -> Caller:
    """Who asks over the REST API: by the bearer token if one is offered, else by the cookie with CSRF token.

    Raises Unauthenticated; Unreadable for a cookie without its CSRF token; Forbidden when the token's
    scopes don't reach.
    """
    offered = flask.request.headers.get("Authorization")
    if offered is not None:
        scheme, _, secret = offered.partition(" ")
        found = by_token(secret if scheme.lower() == "bearer" else "")
    else:
        found = caller()
        if flask.request.method not in _SAFE_METHODS:
            check_csrf(flask.request.headers.get("X-CSRFToken"))
    require(found, scope)
    return found


def require(asking: Caller, scope: str) -> None:
    """Raises Forbidden for a token that hasn't this scope."""
    if not asking.credential.allows(scope):
        raise Forbidden(f"This token may not {scope}. Make one with the scope “{scope}”.")


def check_csrf(token: object) -> None:
    """Raises Unreadable unless this is the CSRF token of the request's cookie."""
    try:
        validate_csrf(token if isinstance(token, str) else None)
    except ValidationError:
        raise Unreadable("The CSRF token is missing or stale. Reload the page and try again.") from None


def socket_caller(auth: Mapping[str, object]) -> Caller:
    """Who opens a socket: by `auth.token`, or by the handshake's cookie and `auth.csrf`.

    The origin of a cookie's handshake was checked before. Raises Unauthenticated or another ChatError;
    whoever calls refuses on any exception.
    """
    if "token" in auth:
        found = by_token(str(auth["token"]))
    elif not (flask.request.headers.get("Origin") or flask.request.environ.get("parlor.same_origin")):
        raise Unauthenticated("Without an Origin header, connect with a token.")
    else:
        found = caller()
        check_csrf(auth.get("csrf"))
    require(found, "read")
    flask.request.environ[socket_key(flask.request.sid)] = found.credential.id  # type: ignore[attr-defined]
    return found


def of_socket() -> Caller:
    """Who is behind the socket that an event came from, read anew. Raises Unauthenticated once it ended."""
    credential = db.session.get(Credential, flask.request.environ.get(_this_key(), ""))
    if credential is None or not credential.is_live:
        raise Unauthenticated
    return Caller(credential.user, credential)


def socket_key(sid: str) -> str:
    """Under what name a socket's environment has the id of the credential that it was let in by.

    By socket: one connection may open the namespace again, as somebody else.
    """
    return f"parlor.credential.{sid}"


def _this_key() -> str:
    return socket_key(flask.request.sid)  # type: ignore[attr-defined]


def by_token(secret: str) -> Caller:
    """Who a bearer token belongs to. Raises Unauthenticated, always with the same text."""
    credential = None
    if secret.startswith(TOKEN_PREFIX) and len(secret) < 100:
        credential = db.session.scalar(Credential.by_secret(secret, "token"))
    if credential is None or not credential.is_live:
        raise Unauthenticated("This token is not valid.")
    _note_use(credential)
    return Caller(credential.user, credential)


def _by_cookie(secret: object) -> Caller | None:
    if not isinstance(secret, str):  # signed with our key, and still not by us
        return None
    credential = db.session.scalar(Credential.by_secret(secret, "session"))
    if credential is None or not credential.is_live:
        return None
    _note_use(credential)
    return Caller(credential.user, credential, secret)


def _note_use(credential: Credential) -> None:
    if credential.unused_for < LAST_USED:
        return
    try:
        db.begin_write()
        credential.last_used_at = now()
        db.session.commit()
    except ChatError:
        # A full or locked disk must not keep people from reading.
        db.session.rollback()
        logger.warning("the use of a credential could not be noted")

"""Where a person goes after signing in: the room they were invited to, the page they wanted, or home."""

import re
from urllib.parse import unquote

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from app import identity
from app.actions import invites
from app.errors import ChatError

NEXT_MAX = 512
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?&=%-]*")


def safe_next(wanted: str | None) -> str | None:
    """A path on this site, or None.

    Written as what is allowed, because what browsers forgive in an address cannot be listed.
    """
    if not wanted or len(wanted) > NEXT_MAX or not _PATH.fullmatch(wanted):
        return None
    decoded = unquote(wanted)
    if not decoded.isprintable() or any(sign in decoded for sign in ("//", "\\", ":", "%")):
        return None
    return wanted


def wanted() -> str | None:
    """The page that this request says it wants to go on to."""
    return safe_next(request.values.get("next"))


def pending_invite() -> str | None:
    """The token of the link that this browser came by and hasn't used yet."""
    token = session.get("invite")
    return token if isinstance(token, str) else None


def keep_invite(token: str) -> None:
    """Remember the link while its reader registers or signs in; failed attempts don't lose it."""
    session["invite"] = token


def forget_invite() -> None:
    """The link was used, or leads nowhere."""
    session.pop("invite", None)


def after_sign_in() -> Response:
    """On to the room of the pending invite, which the form named; else to what was wanted; else home."""
    token = pending_invite()
    if token is None:
        return redirect(wanted() or url_for("home.index"), 303)
    forget_invite()
    try:
        came = invites.accept(identity.acting_user(), token)
    except ChatError:
        # Used up meanwhile, or asked too often: the link's own page says which.
        return redirect(url_for("invites.show", token=token), 303)
    return behind(came, token)


def behind(came: invites.Came, token: str) -> Response:
    """Into the room that a link opened, or to the page where one waits to be let in."""
    if invites.waits(came):
        return redirect(url_for("knocks.waiting", token=token), 303)
    return redirect(url_for("rooms.show", room_id=came.room_id), 303)

"""One link's own page: who came by it, and putting them out together; and taking that back."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import access, identity, inputs, limits, links, oversight
from app.actions import purges
from app.errors import Conflict, NotFound
from app.web import forms

blueprint = Blueprint("purges", __name__, url_prefix="/rooms/<room_id>")


@blueprint.get("/invites/<invite_id>")
def show(room_id: str, invite_id: str) -> str:
    """Who came by a link; with `?since=`, whom closing it with them would put out, and the button that does."""
    user = identity.acting_user()
    invite = oversight.invite(user, invite_id)
    if invite.room_id != room_id:
        raise NotFound
    since = request.args.get("since", "")
    chosen = since in forms.SINCE and "since" in request.args
    came = oversight.arrivals(user, invite_id, limit=limits.MEMBERS_PER_ROOM)
    instant = _instant(since) if chosen else None
    going = oversight.purgeable(user, invite_id, since=instant) if chosen else []
    return render_template(
        "invites/arrivals.html",
        membership=access.membership(user, room_id),
        invite=invite,
        url=links.url(invite),
        came=came,
        going=going,
        chosen=chosen,
        since=since,
        instant=instant,
        choices=forms.SINCE,
    )


@blueprint.post("/invites/<invite_id>/purge")
def purge(room_id: str, invite_id: str) -> Response:
    """Close the link, and put out who came by it, since the instant that the preview was of."""
    user = identity.acting_user()
    if oversight.invite(user, invite_id).room_id != room_id:
        raise NotFound
    asked = inputs.read(inputs.Purging, {"since": request.form.get("since") or None})
    _, count = purges.purge(user, invite_id, since=asked.since)
    flash(
        f"The link leads nowhere now, and {_people(count)} out of the room. You can undo that for ten minutes."
    )
    return redirect(url_for("invites.index", room_id=room_id), 303)


@blueprint.post("/purges/<purge_id>/undo")
def undo(room_id: str, purge_id: str) -> Response:
    """Let back in whom it put out."""
    user = identity.acting_user()
    if oversight.purge(user, purge_id).room_id != room_id:
        raise NotFound
    try:
        count = purges.undo(user, purge_id)
    except Conflict as refused:
        flash(refused.detail)
    else:
        flash(f"{_people(count).capitalize()} back in the room. The link stays closed.")
    return redirect(url_for("invites.index", room_id=room_id), 303)


def _instant(since: str) -> datetime | None:
    return datetime.now(UTC) - timedelta(seconds=int(since)) if since else None


def _people(count: int) -> str:
    return "1 person is" if count == 1 else f"{count} people are"

"""Rooms: make one, be in it, rename it, leave it, delete it."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from app import access, conversation, identity, limits, links, oversight, payloads, viewing
from app.actions import attendance, members, rooms
from app.errors import Conflict, Forbidden, Invalid
from app.web import forms, home

blueprint = Blueprint("rooms", __name__, url_prefix="/rooms")


@blueprint.get("/new")
def new() -> str:
    """The form that asks for a title."""
    identity.caller()
    return render_template("rooms/new.html", form=forms.RoomForm())


@blueprint.post("/new")
def create() -> tuple[str, int] | Response:
    """Make the room with its first link, and go in."""
    owner = identity.acting_user()
    form = forms.RoomForm()
    if not form.validate():
        return render_template("rooms/new.html", form=form), Invalid.status
    try:
        membership, _ = rooms.create(owner, form.title.data)
    except (Conflict, Forbidden, Invalid) as refused:
        status = form.refuse(refused)
        return render_template("rooms/new.html", form=form), status
    return redirect(url_for("rooms.show", room_id=membership.room_id), 303)


@blueprint.get("/<room_id>")
def show(room_id: str) -> str:
    """The room. With `?m=<seq>`, what was said around that place; else around the first unread message, or last."""
    user = identity.acting_user()
    membership = access.membership(user, room_id)
    unread = conversation.unread([membership])[room_id]
    asked = request.args.get("m", type=int)
    if asked is not None and not 0 < asked <= limits.INTEGER_MAX:
        asked = None
    place, said = conversation.opening(user, room_id, asked=asked)
    invite = access.current_invite(user, room_id)
    page = {
        "me": payloads.user(user),
        "room": payloads.room(membership, unread=unread),
        "rooms": home.drawn_rooms(),
        "members": [
            payloads.member(each, online=attendance.is_online(each.user_id))
            for each in access.members(user, room_id)
        ],
        "messages": viewing.messages(user, said),
        "place": place,
        "invite": None if invite is None else payloads.invite(invite, url=links.url(invite)),
        "limits": limits.ADVERTISED,
        "csrf": generate_csrf(),
        "now": payloads.time(datetime.now(UTC)),
    }
    return render_template("rooms/show.html", page=page)


@blueprint.get("/<room_id>/settings")
def settings(room_id: str) -> str:
    """What one can do with the room as a whole, by one's role."""
    return _settings_page(room_id)


@blueprint.post("/<room_id>/settings")
def rename(room_id: str) -> tuple[str, int] | Response:
    """Another title, which everybody in the room is told."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.RoomForm()
    if not form.validate():
        return _settings_page(room_id, form), Invalid.status
    rooms.rename(user, room_id, form.title.data)
    flash("The room has its new title.")
    return redirect(url_for("rooms.settings", room_id=room_id), 303)


@blueprint.post("/<room_id>/leave")
def leave(room_id: str) -> tuple[str, int] | Response:
    """Out of the room. Its last owner is told what to do first."""
    user = identity.acting_user()
    title = access.membership(user, room_id).room.title
    try:
        members.leave(user, room_id)
    except (Conflict, Forbidden) as refused:
        return _settings_page(room_id, refused=refused.detail or refused.title), refused.status
    flash(f"You left “{title}”.")
    return redirect(url_for("home.index"), 303)


@blueprint.post("/<room_id>/delete")
def delete(room_id: str) -> Response:
    """The room and all that was said in it, gone for everybody."""
    user = identity.acting_user()
    title = access.membership(user, room_id).room.title
    rooms.delete(user, room_id)
    flash(f"“{title}” is deleted.")
    return redirect(url_for("home.index"), 303)


def _settings_page(room_id: str, form: forms.RoomForm | None = None, *, refused: str = "") -> str:
    """The page, with the title that was refused, or why something else was."""
    user = identity.acting_user()
    membership = access.membership(user, room_id)
    looks_after = membership.role != "member"
    return render_template(
        "rooms/settings.html",
        membership=membership,
        form=form or forms.RoomForm(formdata=None, title=membership.room.title),
        refused=refused,
        knocks=len(oversight.knocks(user, room_id)) if looks_after else 0,
        reports=len(oversight.reports(user, room_id)) if looks_after else 0,
    )

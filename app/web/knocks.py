"""Waiting to be let in, and letting in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import access, identity, limits, oversight
from app.actions import knocks
from app.errors import Conflict, NotFound
from app.web import forms

blueprint = Blueprint("knocks", __name__)


@blueprint.get("/join/<token>/waiting")
def waiting(token: str) -> str | tuple[str, int] | Response:
    """Where one waits after knocking. It looks again by itself, and goes on into the room when one is let in."""
    user = identity.acting_user()
    access.within(limits.LOOK_AT_INVITE, request.remote_addr or "")
    asked = access.knock_by_link(user, token)
    if asked is None:
        return render_template("invites/dead.html"), NotFound.status
    try:
        access.membership(user, asked.room_id)
    except NotFound:
        return render_template("invites/waiting.html", knock=asked)
    return redirect(url_for("rooms.show", room_id=asked.room_id), 303)


@blueprint.get("/rooms/<room_id>/knocks")
def index(room_id: str) -> str:
    """Who waits at the door."""
    return _page(room_id)


@blueprint.post("/rooms/<room_id>/knocks/<knock_id>")
def answer(room_id: str, knock_id: str) -> tuple[str, int] | Response:
    """Let somebody in, or turn them away."""
    user = identity.acting_user()
    asked = oversight.knock(user, knock_id)
    if asked.room_id != room_id:
        raise NotFound
    form = forms.KnockForm()
    try:
        if form.validate() and form.answer.data == "approve":
            knocks.approve(user, knock_id)
            flash(f"{asked.user.display_name} is in.")
        else:
            knocks.deny(user, knock_id)
            flash(f"{asked.user.display_name} was turned away.")
    except Conflict as refused:
        return _page(room_id, refused.detail), refused.status
    return redirect(url_for("knocks.index", room_id=room_id), 303)


def _page(room_id: str, refused: str = "") -> str:
    user = identity.acting_user()
    found = oversight.knocks(user, room_id)
    membership = access.membership(user, room_id)
    return render_template("knocks/index.html", membership=membership, knocks=found, refused=refused)

"""Bots of a room, for its owners: a part of the members' page."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from app import access, identity
from app.actions import bots
from app.errors import Conflict, Invalid
from app.web import forms, members

blueprint = Blueprint("bots", __name__, url_prefix="/rooms/<room_id>/bots")


@blueprint.post("")
def create(room_id: str) -> tuple[str, int]:
    """A bot. Its token is in this answer and in no other."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.BotForm()
    if not form.validate():
        return members.page(room_id, bot=form), Invalid.status
    try:
        _, secret = bots.create(user, room_id, username=form.username.data)
    except (Conflict, Invalid) as refused:
        status = form.refuse(refused)
        return members.page(room_id, bot=form), status
    return members.page(room_id, secret=secret), 201


@blueprint.post("/<bot_id>/token")
def renew_token(room_id: str, bot_id: str) -> tuple[str, int]:
    """Another token for a bot, in this answer and in no other."""
    _, secret = bots.renew_token(identity.acting_user(), room_id, bot_id)
    return members.page(room_id, secret=secret), 201


@blueprint.post("/<bot_id>/token/revoke")
def revoke_token(room_id: str, bot_id: str) -> Response:
    """A bot is locked out until it gets another token."""
    bots.revoke_token(identity.acting_user(), room_id, bot_id)
    flash("That token is worth nothing now.")
    return redirect(url_for("members.index", room_id=room_id, _anchor="bots"), 303)

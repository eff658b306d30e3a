"""Who is in a room, and what an owner or a moderator may do about it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import access, identity, inputs, oversight
from app.actions import attendance, members
from app.errors import Conflict, Invalid
from app.web import forms

blueprint = Blueprint("members", __name__, url_prefix="/rooms/<room_id>/members")
ROLES_FIRST = list(forms.ROLES)
GONE = 20  # of who left, so many are shown; the others are found by their names


@blueprint.get("")
def index(room_id: str) -> str:
    """Everybody in the room, by name."""
    return page(room_id)


@blueprint.post("/<user_id>/role")
def set_role(room_id: str, user_id: str) -> tuple[str, int] | Response:
    """Another role for somebody. The room keeps at least one owner."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.RoleForm()
    if not form.validate():
        return page(room_id, "Choose one of the three roles."), Invalid.status
    try:
        changed = members.set_role(user, room_id, user_id, form.role.data)
    except Conflict as refused:
        return page(room_id, refused.detail, about=user_id), refused.status
    flash(f"{changed.user.display_name} is now {forms.ROLES[changed.role]}.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.post("/<user_id>/remove")
def remove(room_id: str, user_id: str) -> Response:
    """Somebody out of the room; kept out for good when `ban` is ticked."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.RemovalForm()
    gone = members.remove(user, room_id, user_id, ban=form.ban.data).user
    if gone.bot:
        flash(f"{gone.display_name} is gone for good.")
    elif form.ban.data:
        flash(f"{gone.display_name} is banned: no link lets them in.")
    else:
        flash(f"{gone.display_name} is out of the room. The links that exist now don’t let them back in.")
    return redirect(url_for("members.index", room_id=room_id), 303)


def page(
    room_id: str,
    refused: str = "",
    *,
    about: str = "",
    bot: forms.BotForm | None = None,
    secret: str | None = None,
) -> str:
    """The page, with what was refused `about` somebody, the form for a bot that was refused, or the token of one that
    was made.
    """
    user = identity.acting_user()
    mine = access.membership(user, room_id)
    everybody = access.members(user, room_id)
    sought = _sought()
    found = sorted(
        access.members(user, room_id, name=sought) if sought else everybody,
        key=lambda each: (ROLES_FIRST.index(each.role), each.user.display_name.casefold()),
    )
    looks_after = mine.role != "member"
    gone = oversight.last_departures(user, room_id, name=sought, limit=GONE + 1) if looks_after else []
    banned = oversight.bans(user, room_id) if looks_after else []
    return render_template(
        "members/index.html",
        mine=mine,
        everybody=everybody,
        found=[(each, attendance.is_online(each.user_id)) for each in found],
        sought=sought,
        gone=gone[:GONE],
        more_gone=len(gone) > GONE,
        banned=[each for each in banned if sought.casefold() in each.membership.user.display_name.casefold()],
        times=forms.TIMES,
        roles=forms.ROLES,
        refused=refused,
        about=about,
        bot=bot or forms.BotForm(formdata=None),
        secret=secret,
    )


def _sought() -> str:
    """The part of a name that one looks for, if any."""
    try:
        name: str = inputs.check(inputs.PartOfName, request.args.get("name", ""))
    except Invalid:
        return ""
    return name

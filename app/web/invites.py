"""Links into a room: the page behind one, and the page on which members copy, make and withdraw them."""

import io

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import access, identity, limits, links, oversight
from app.actions import invites
from app.errors import Conflict, Invalid, NotFound
from app.web import destinations, forms

blueprint = Blueprint("invites", __name__)


@blueprint.get("/join/<token>")
def show(token: str) -> str | tuple[str, int] | Response:
    """What one is about to join. Looking joins nobody: previews and prefetchers come by here too."""
    access.within(limits.LOOK_AT_INVITE, request.remote_addr or "")
    try:
        invite = access.invite_by_token(token)
    except NotFound:
        return _dead()
    if not current_user.is_authenticated:
        destinations.keep_invite(token)
        return render_template("invites/show.html", invite=invite)
    try:
        access.membership(identity.acting_user(), invite.room_id)
    except NotFound:
        return render_template("invites/show.html", invite=invite)
    return redirect(url_for("rooms.show", room_id=invite.room_id), 303)


@blueprint.post("/join/<token>")
def accept(token: str) -> tuple[str, int] | Response:
    """Join, and go in. Whoever isn't signed in does that first, and then lands in the room."""
    if not current_user.is_authenticated:
        destinations.keep_invite(token)
        return redirect(url_for("session.login"), 303)
    try:
        came = invites.accept(identity.acting_user(), token)
    except NotFound:
        return _dead()
    destinations.forget_invite()
    return destinations.behind(came, token)


@blueprint.get("/rooms/<room_id>/invites")
def index(room_id: str) -> str:
    """The room's links, those that work first, and the form for another one."""
    return _index_page(room_id, forms.InviteForm(formdata=None))


@blueprint.post("/rooms/<room_id>/invites")
def create(room_id: str) -> tuple[str, int] | Response:
    """One more link, with a name for what it is for and bounds."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.InviteForm()
    if not form.validate():
        return _index_page(room_id, form), Invalid.status
    try:
        bounds = form.bounds()
        invites.create(user, room_id, **bounds.model_dump())
    except (Conflict, Invalid) as refused:
        status = form.refuse(refused)
        return _index_page(room_id, form), status
    flash("The new link is ready.")
    return redirect(url_for("invites.index", room_id=room_id), 303)


@blueprint.post("/rooms/<room_id>/invites/rotate")
def rotate(room_id: str) -> Response:
    """A new link in place of all that were there: those lead nowhere from now on."""
    invites.rotate(identity.acting_user(), room_id)
    flash("This is the new link. All earlier ones lead nowhere now.")
    return redirect(url_for("invites.index", room_id=room_id), 303)


@blueprint.post("/rooms/<room_id>/invites/<invite_id>/revoke")
def revoke(room_id: str, invite_id: str) -> Response:
    """One link leads nowhere from now on. Members stay members."""
    user = identity.acting_user()
    invite = access.invite(user, room_id, invite_id)
    invites.revoke(user, invite_id)
    flash(f"The link “{invite.label}” leads nowhere now." if invite.label else "That link leads nowhere now.")
    return redirect(url_for("invites.index", room_id=room_id), 303)


@blueprint.get("/rooms/<room_id>/qr.svg")
def qr(room_id: str) -> Response:
    """The room's link as a picture to point a phone at; for members, like the link itself."""
    invite = access.current_invite(identity.acting_user(), room_id)
    if invite is None:
        raise NotFound
    return _qr(links.url(invite))


@blueprint.get("/rooms/<room_id>/invites/<invite_id>/qr.svg")
def qr_of(room_id: str, invite_id: str) -> Response:
    """One link as a picture, as long as it works."""
    invite = access.invite(identity.acting_user(), room_id, invite_id)
    if invite.has_ended:
        raise NotFound
    return _qr(links.url(invite))


def _qr(text: str) -> Response:
    drawing = io.BytesIO()
    # Black on white in both themes: that is what cameras read.
    segno.make(text, error="m", micro=False).save(
        drawing,
        kind="svg",
        scale=8,
        border=4,
        dark="#1b1815",
        light="#ffffff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        title="The link to this room",
    )
    return Response(drawing.getvalue(), mimetype="image/svg+xml")


def _dead() -> tuple[str, int]:
    """One page for every link that opens nothing, whatever the reason."""
    destinations.forget_invite()
    return render_template("invites/dead.html"), NotFound.status


def _index_page(room_id: str, form: forms.InviteForm) -> str:
    user = identity.acting_user()
    membership = access.membership(user, room_id)
    found = access.invites(user, room_id)
    ended = [each for each in found if each.has_ended]
    undoable = []
    if membership.role != "member":
        undoable = [
            (each, len(oversight.put_out(user, each.id))) for each in oversight.recent_purges(user, room_id)
        ]
    return render_template(
        "invites/index.html",
        membership=membership,
        live=[(each, links.url(each)) for each in found if not each.has_ended],
        ended=ended[: limits.HISTORY_PAGE],
        older=len(ended[limits.HISTORY_PAGE :]),
        form=form,
        undoable=undoable,
        recent=limits.RECENT_MESSAGES,
    )

"""The front door: what this is, or my rooms."""

import re

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import access, conversation, identity, limits, payloads
from app.web import forms

blueprint = Blueprint("home", __name__)

_TOKEN = re.compile(r"(?:^|/join/)([A-Za-z0-9_-]{8,128})/?(?:[?#].*)?$")


@blueprint.get("/")
def index() -> str:
    """Signed out: what this is. Signed in: my rooms, those with the newest messages first."""
    if not current_user.is_authenticated:
        return render_template("home/welcome.html")
    return _rooms_page(forms.LinkForm(formdata=None))


@blueprint.post("/join")
def join() -> tuple[str, int] | Response:
    """On to the page of a pasted link. Joining is asked for there."""
    form = forms.LinkForm()
    pasted = form.link.data or ""
    found = _TOKEN.search(pasted.strip()) if len(pasted) <= limits.LINK_MAX else None
    if found:
        return redirect(url_for("invites.show", token=found[1]), 303)
    identity.caller()
    form.link.errors = ["This doesn’t look like a link to a room. Such a link has /join/ in it."]
    return _rooms_page(form), 422


def _rooms_page(form: forms.LinkForm) -> str:
    rooms = drawn_rooms()
    called = sum(room["mentions"] for room in rooms if room["level"] != "nothing")
    return render_template("home/rooms.html", rooms=rooms, called=called, form=form)


def drawn_rooms() -> list[payloads.Room]:
    """My rooms as they are drawn, the one where something was said last first."""
    memberships = access.rooms(identity.acting_user())
    unread = conversation.unread(memberships)
    # After the counts, which say up to where a page needs telling nothing.
    last = access.last_messages(memberships)
    return [
        payloads.room(each, unread=unread[each.room_id], last_message=last.get(each.room_id))
        for each in memberships
    ]

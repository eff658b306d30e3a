"""What those who look after a room do on pages: its rules, its owner, mutes, bans, reports, and what was done."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import access, identity, limits, oversight
from app.actions import attendance, bans, members, reports, rooms
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.web import deeds, forms

blueprint = Blueprint("moderation", __name__, url_prefix="/rooms/<room_id>")
# The settings' page offers these, and is drawn by another view.
blueprint.add_app_template_global(lambda: forms.PAUSES, "pauses")
blueprint.add_app_template_global(lambda: forms.LEVELS, "levels")

ANSWERED = {
    "dismissed": "The message stays as it is.",
    "message_deleted": "The message is deleted.",
    "author_removed": "Who wrote it is out of the room. The message stays.",
}


@blueprint.post("/rules")
def set_rules(room_id: str) -> Response:
    """How fast members may talk, and whether links let anybody in."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.RulesForm()
    _require(form)
    rooms.change(
        user,
        room_id,
        slow_seconds=int(form.slow_seconds.data),
        joining_closed=bool(form.joining_closed.data),
    )
    flash("The room has its new rules.")
    return redirect(url_for("rooms.settings", room_id=room_id), 303)


@blueprint.post("/level")
def set_level(room_id: str) -> Response:
    """What I want to be told of in this room."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.LevelForm()
    _require(form)
    attendance.set_level(user, room_id, form.level.data)
    flash("Saved, on all your devices.")
    return redirect(url_for("rooms.settings", room_id=room_id), 303)


@blueprint.post("/members/<user_id>/owner")
def hand_over(room_id: str, user_id: str) -> Response:
    """The room is somebody else's, and I am a moderator of it."""
    heir = members.hand_over(identity.acting_user(), room_id, user_id)
    flash(f"The room is {heir.user.display_name}’s now. You are a moderator of it.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.post("/members/<user_id>/mute")
def mute(room_id: str, user_id: str) -> Response:
    """Somebody may only read for a while."""
    user = identity.acting_user()
    access.membership(user, room_id)
    form = forms.MuteForm()
    _require(form)
    muted = members.mute(user, room_id, user_id, seconds=int(form.seconds.data))
    flash(f"{muted.user.display_name} can read, and not speak, for {forms.TIMES[form.seconds.data]}.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.post("/members/<user_id>/unmute")
def unmute(room_id: str, user_id: str) -> Response:
    """Somebody may speak again."""
    freed = members.unmute(identity.acting_user(), room_id, user_id)
    flash(f"{freed.user.display_name} can speak again.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.post("/bans/<user_id>")
def ban(room_id: str, user_id: str) -> Response:
    """No link lets somebody in any more, who left before or is in the room."""
    kept_out = bans.ban(identity.acting_user(), room_id, user_id)
    flash(f"{kept_out.user.display_name} is banned: no link lets them in.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.post("/bans/<user_id>/lift")
def unban(room_id: str, user_id: str) -> Response:
    """Links that are made from now on let somebody in again."""
    bans.lift(identity.acting_user(), room_id, user_id)
    flash("Links that you make from now on let them in again.")
    return redirect(url_for("members.index", room_id=room_id), 303)


@blueprint.get("/reports")
def show_reports(room_id: str) -> str:
    """Messages that somebody asked the moderators to look at."""
    return _reports_page(room_id)


@blueprint.post("/reports/<report_id>")
def close_report(room_id: str, report_id: str) -> tuple[str, int] | Response:
    """Leave the message, delete it, or remove who wrote it."""
    user = identity.acting_user()
    if oversight.report(user, report_id).room_id != room_id:
        raise NotFound
    form = forms.ReportForm()
    _require(form)
    try:
        reports.close(user, report_id, form.outcome.data)
    except (Conflict, Forbidden) as refused:
        return _reports_page(room_id, refused.detail), refused.status
    flash(ANSWERED[form.outcome.data])
    return redirect(url_for("moderation.show_reports", room_id=room_id), 303)


@blueprint.get("/audit")
def audit(room_id: str) -> str:
    """What was done in the room, newest first, for its owners."""
    user = identity.acting_user()
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= limits.INTEGER_MAX:
        before = None
    found = oversight.deeds(user, room_id, before=before, limit=limits.HISTORY_PAGE + 1)
    shown = found[: limits.HISTORY_PAGE]
    return render_template(
        "moderation/audit.html",
        membership=access.membership(user, room_id),
        deeds=[(each, deeds.words(each)) for each in shown],
        next=shown[-1].entry.seq if len(found) > len(shown) else None,
        paged=before is not None,
    )


def _reports_page(room_id: str, refused: str = "") -> str:
    user = identity.acting_user()
    found = oversight.reports(user, room_id)
    membership = access.membership(user, room_id)
    below = {each.user_id for each in access.members(user, room_id) if membership.outranks(each)}
    return render_template(
        "moderation/reports.html", membership=membership, reports=found, below=below, refused=refused
    )


def _require(form: forms.Form) -> None:
    """Raises Invalid for what no browser sends of this form."""
    if not form.validate():
        raise Invalid

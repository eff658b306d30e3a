"""Reports: ask the moderators to look at a message, and answer that."""

from typing import Literal

from app import access, events, limits, log, oversight
from app.actions import members, messages
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Membership, Report, Role, User, dress
from app.models.columns import now

Outcome = Literal["dismissed", "message_deleted", "author_removed"]


def report(reporter: User, message_id: str, *, reason: str = "") -> tuple[Report, bool]:
    """Ask the moderators to look at a message. The second value tells that this person had done so before.

    Raises NotFound for a message that the person may not see; Conflict for one's own and for a tombstone; RateLimited.
    """
    access.within(limits.REPORT, reporter.id)
    _, message = access.message(reporter, message_id)
    room_id = message.room_id
    log.lock(room_id)
    _, message = access.message(reporter, message_id)
    before = db.session.scalar(Report.of(message_id, reporter.id))
    if before is not None:
        db.session.commit()
        return before, True
    if message.author_id == reporter.id:
        raise Conflict("This is your own message. You can delete it.")
    if message.deleted_at is not None:
        raise Conflict("This message is deleted already.")
    made = Report(room_id=room_id, message=message, reporter=reporter, reason=reason)
    db.session.add(made)
    db.session.commit()

    _tell(made)
    return made, False


def close(moderator: User, report_id: str, outcome: Outcome) -> Report:
    """Answer a report, and every other one of the same message, by doing what `outcome` says. Again changes nothing.

    Raises NotFound for an outsider and an unknown report, Forbidden for a member and where the author is not below.
    """
    found = oversight.report(moderator, report_id)
    if found.closed_at is None:
        _carry_out(moderator, found, outcome)
    log.lock(found.room_id)
    access.moderated(moderator, found.room_id, least=Role.MODERATOR)
    db.session.refresh(found)
    dress([found.message])
    if found.closed_at is not None:
        db.session.commit()
        return found
    for each in db.session.scalars(Report.open_about(found.message_id)):
        each.closed_at, each.closed_by_id, each.outcome = now(), moderator.id, outcome
    db.session.commit()

    _tell(found)
    return found


def _carry_out(moderator: User, found: Report, outcome: Outcome) -> None:
    if outcome == "message_deleted":
        messages.delete(moderator, found.message_id)
    elif outcome == "author_removed":
        try:
            members.remove(moderator, found.room_id, found.message.author_id, ban=False)
        except NotFound:  # gone already
            db.session.rollback()
            access.moderated(moderator, found.room_id, least=Role.MODERATOR)


def _tell(found: Report) -> None:
    for each in db.session.scalars(Membership.moderators(found.room_id)):
        if found.message.seq >= each.from_seq:
            events.report_changed(each.user_id, found)
    db.session.commit()

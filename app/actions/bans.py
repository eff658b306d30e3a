"""Bans: no link lets somebody in, in the room or gone from it; and letting them come again."""

from app import access, dispatch, log
from app.actions import members
from app.errors import Forbidden, NotFound
from app.extensions import db
from app.models import Kind, Membership, Role, User


def ban(actor: User, room_id: str, user_id: str) -> Membership:
    """Let no link let somebody in any more: who is in the room is taken out, and who left stays out. Again changes
    nothing.

    Raises NotFound for an outsider and for who was never in the room; Forbidden unless the actor outranks them.
    """
    room = log.lock(room_id)
    acting = access.moderated(actor, room_id, least=Role.MODERATOR)
    membership = _of_anybody_ever(room_id, user_id)
    if membership.ended_at is None:
        return members.take_out(room, acting, membership, ban=True)
    if not acting.outranks(membership):
        raise Forbidden(members.ONLY_BELOW)
    if membership.banned:
        db.session.commit()
        return membership
    membership.banned = True
    entry = log.append(room, Kind.ROOM_CHANGED, subject_id=user_id, actor=actor, detail={"did": "banned"})
    membership.removed_seq = entry.seq
    db.session.commit()

    dispatch.tell(entry)
    return membership


def lift(actor: User, room_id: str, user_id: str) -> None:
    """Links that are made from now on let somebody in again. Who isn't banned stays as they are.

    Raises NotFound for an outsider and for who was never in the room, Forbidden for a member.
    """
    room = log.lock(room_id)
    access.moderated(actor, room_id, least=Role.MODERATOR)
    membership = _of_anybody_ever(room_id, user_id)
    if not membership.banned:
        db.session.commit()
        return
    membership.banned = False
    entry = log.append(room, Kind.ROOM_CHANGED, subject_id=user_id, actor=actor, detail={"did": "unbanned"})
    db.session.commit()

    dispatch.tell(entry)


def _of_anybody_ever(room_id: str, user_id: str) -> Membership:
    found = db.session.get(Membership, (room_id, user_id), populate_existing=True)
    if found is None or found.user.deleted_at is not None:
        raise NotFound
    return found

"""Members: leave, remove, change a role."""

import sqlalchemy as sa

from app import access, dispatch, events, log
from app.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.models import Entry, Kind, Membership, Role, Room, User
from app.models.columns import now

LAST_OWNER = "Make someone else an owner of this room first, or delete it."


def leave(user: User, room_id: str) -> None:
    """Take a person out of a room, and tell those who stay.

    Raises NotFound for a room that the person is not in, Conflict for the last owner.
    """
    room = log.lock(room_id)
    membership = access.membership(user, room_id)
    if _is_last_owner(membership):
        raise Conflict(LAST_OWNER)
    entry = _end(room, membership, Kind.MEMBER_LEFT, actor=user)
    db.session.commit()

    dispatch.tell(entry)
    events.room_removed(user.id, room_id, "left")


def remove(actor: User, room_id: str, user_id: str, *, ban: bool) -> None:
    """Take somebody else out. The links that exist now stay closed to them; banned, all links do.

    Raises NotFound for an outsider and for who isn't a member; Forbidden unless the actor outranks them.
    """
    room = log.lock(room_id)
    acting = access.moderated(actor, room_id, least=Role.MODERATOR)
    membership = access.membership_of_other(room_id, user_id)
    if not acting.outranks(membership):
        raise Forbidden("You can only remove members whose role is below yours.")
    membership.banned = ban
    entry = _end(room, membership, Kind.MEMBER_REMOVED, actor=actor)
    membership.removed_seq = entry.seq
    db.session.commit()

    dispatch.tell(entry)
    events.room_removed(user_id, room_id, "banned" if ban else "removed")


def set_role(actor: User, room_id: str, user_id: str, role: str) -> Membership:
    """Another role for a member. A room may have several owners, and always has one.

    Raises NotFound for an outsider and for who isn't a member; Forbidden for who isn't an owner; Conflict
    for the last owner's own step down.
    """
    room = log.lock(room_id)
    access.moderated(actor, room_id, least=Role.OWNER)
    membership = access.membership_of_other(room_id, user_id)
    if membership.role == role:
        db.session.commit()
        return membership
    if _is_last_owner(membership):
        raise Conflict(LAST_OWNER)
    membership.role = Role(role)
    entry = log.append(room, Kind.MEMBER_CHANGED, subject_id=user_id, actor=actor)
    db.session.commit()

    dispatch.tell(entry)
    return membership


def leave_everything(user: User) -> None:
    """Take a person who goes for good out of every room. No room stays without an owner: the next in rank,
    and among them who is there longest, becomes one; a room with nobody else is deleted.
    """
    for mine in list(db.session.scalars(Membership.of(user))):
        try:
            _leave_for_good(user, mine.room_id)
        except NotFound:  # removed, or the room deleted, a moment ago
            db.session.rollback()


def _leave_for_good(user: User, room_id: str) -> None:
    room = log.lock(room_id)
    membership = access.membership(user, room_id)
    entries: list[Entry] = []
    if _is_last_owner(membership):
        heir = db.session.scalar(_heirs(membership).limit(1))
        if heir is None:
            room.deleted_at = now()
        else:
            heir.role = Role.OWNER
            entries.append(log.append(room, Kind.MEMBER_CHANGED, subject_id=heir.user_id, actor=user))
    entries.append(_end(room, membership, Kind.MEMBER_LEFT, actor=user))
    db.session.commit()

    for entry in entries:
        dispatch.tell(entry)
    events.room_removed(user.id, room_id, "left")


def _heirs(leaving: Membership) -> sa.Select[Membership]:
    # A disabled account can't look after a room, so it comes last.
    disabled_last = sa.case((User.disabled_at.is_(None), 0), else_=1)
    moderators_first = sa.case((Membership.role == Role.MODERATOR, 0), else_=1)
    return (
        Membership.live()
        .join(Membership.user)
        .where(Membership.room_id == leaving.room_id, Membership.user_id != leaving.user_id)
        .order_by(disabled_last, moderators_first, Membership.joined_at, Membership.user_id)
    )


def _is_last_owner(membership: Membership) -> bool:
    owners = db.session.scalars(Membership.owners(membership.room_id)).all()
    return [each.user_id for each in owners] == [membership.user_id]


def _end(room: Room, membership: Membership, kind: Kind, *, actor: User) -> Entry:
    membership.ended_at = now()
    membership.role = Role.MEMBER
    room.member_count -= 1
    return log.append(room, kind, subject_id=membership.user_id, actor=actor)

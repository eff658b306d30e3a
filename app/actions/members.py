"""Members: leave, remove, change a role, mute, hand the room over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import access, dispatch, events, log
from app.actions import bots, rooms
from app.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.models import Entry, Kind, Membership, Role, Room, User
from app.models.columns import now

LAST_OWNER = "Make someone else an owner of this room first, or delete it."
NOT_ACTIVE = "This account cannot look after a room. Choose somebody else."
ONLY_BELOW = "You can only remove members whose role is below yours."


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


def remove(actor: User, room_id: str, user_id: str, *, ban: bool) -> Membership:
    """Take somebody else out. The links that exist now stay closed to them; banned, all links do.

    Raises NotFound for an outsider and for who isn't a member; Forbidden unless the actor outranks them.
    """
    room = log.lock(room_id)
    acting = access.moderated(actor, room_id, least=Role.MODERATOR)
    return take_out(room, acting, access.membership_of_other(room_id, user_id), ban=ban)


def take_out(room: Room, acting: Membership, membership: Membership, *, ban: bool) -> Membership:
    """Take a member out of a locked room, commit, and tell. Raises Forbidden unless `acting` outranks them."""
    if not acting.outranks(membership):
        raise Forbidden(ONLY_BELOW)
    membership.banned = ban
    detail = {"banned": ban}
    entry = _end(room, membership, Kind.MEMBER_REMOVED, actor=acting.user, detail=detail)
    membership.removed_seq = entry.seq
    db.session.commit()

    dispatch.tell(entry)
    events.room_removed(membership.user_id, room.id, "banned" if ban else "removed")
    return membership


def set_role(actor: User, room_id: str, user_id: str, role: str) -> Membership:
    """Another role for a member. A room may have several owners, and always has one.

    Raises NotFound for an outsider and for who isn't a member; Forbidden for who isn't an owner; Conflict
    for the last owner's own step down, for a bot, and for a disabled account that would be an owner.
    """
    room = log.lock(room_id)
    access.moderated(actor, room_id, least=Role.OWNER)
    membership = access.membership_of_other(room_id, user_id)
    if membership.role == role:
        db.session.commit()
        return membership
    if membership.user.bot:
        raise Conflict("A bot stays a member.")
    if Role(role) is Role.OWNER and not membership.user.is_active:
        raise Conflict(NOT_ACTIVE)
    if _is_last_owner(membership):
        raise Conflict(LAST_OWNER)
    entry = _promote(room, membership, Role(role), actor=actor)
    db.session.commit()

    dispatch.tell(entry)
    return membership


def hand_over(owner: User, room_id: str, user_id: str) -> Membership:
    """The room is theirs from now on: they are an owner, and who hands it over becomes a moderator.

    Raises NotFound for an outsider and for who isn't a member; Forbidden for who isn't an owner; Conflict for
    oneself, and for an account that cannot look after a room.
    """
    room = log.lock(room_id)
    mine = access.moderated(owner, room_id, least=Role.OWNER)
    heir = access.membership_of_other(room_id, user_id)
    if heir.user_id == owner.id:
        raise Conflict("This room is yours already.")
    if heir.user.bot or not heir.user.is_active:
        raise Conflict(NOT_ACTIVE)
    entries = [_promote(room, heir, Role.OWNER, actor=owner)] if heir.role != Role.OWNER else []
    entries.append(_promote(room, mine, Role.MODERATOR, actor=owner))
    db.session.commit()

    for entry in entries:
        dispatch.tell(entry)
    return heir


def mute(actor: User, room_id: str, user_id: str, *, seconds: int) -> Membership:
    """Somebody may only read for so long, however often they leave and come back.

    Raises NotFound for an outsider and for who isn't a member; Forbidden unless the actor outranks them.
    """
    return _set_mute(actor, room_id, user_id, now() + timedelta(seconds=seconds))


def unmute(actor: User, room_id: str, user_id: str) -> Membership:
    """Somebody may speak again; who isn't muted may anyway. Raises as `mute`."""
    return _set_mute(actor, room_id, user_id, None)


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
            rooms.close(room)
        else:
            entries.append(_promote(room, heir, Role.OWNER, actor=user))
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
        .where(
            Membership.room_id == leaving.room_id,
            Membership.user_id != leaving.user_id,
            User.bot.is_(False),
        )
        .order_by(disabled_last, moderators_first, Membership.joined_at, Membership.user_id)
    )


def _is_last_owner(membership: Membership) -> bool:
    owners = db.session.scalars(Membership.owners(membership.room_id)).all()
    return [each.user_id for each in owners] == [membership.user_id]


def _promote(room: Room, membership: Membership, role: Role, *, actor: User) -> Entry:
    detail = {"role": str(role), "was": membership.role}
    membership.role = role
    if role is not Role.MEMBER:  # whom one trusts with the room one lets speak
        membership.muted_until = None
    return log.append(room, Kind.MEMBER_CHANGED, subject_id=membership.user_id, actor=actor, detail=detail)


def _set_mute(actor: User, room_id: str, user_id: str, until: datetime | None) -> Membership:
    room = log.lock(room_id)
    acting = access.moderated(actor, room_id, least=Role.MODERATOR)
    membership = access.membership_of_other(room_id, user_id)
    if not acting.outranks(membership):
        raise Forbidden("You can only mute members whose role is below yours.")
    if until is None and membership.silent_until is None:
        db.session.commit()
        return membership
    membership.muted_until = until
    db.session.flush()
    room.muted_until = db.session.scalar(Membership.last_mute(room_id))
    detail = {"muted_until": None if until is None else until.isoformat()}
    entry = log.append(room, Kind.MEMBER_CHANGED, subject_id=user_id, actor=actor, detail=detail)
    db.session.commit()

    dispatch.tell(entry)
    return membership


def _end(
    room: Room,
    membership: Membership,
    kind: Kind,
    *,
    actor: User,
    detail: Mapping[str, object] | None = None,
) -> Entry:
    membership.ended_at = now()
    membership.role = Role.MEMBER
    room.member_count -= 1
    if membership.user.bot:
        bots.retire(membership.user)
    return log.append(room, kind, subject_id=membership.user_id, actor=actor, detail=detail)

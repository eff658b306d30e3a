"""Rooms: create, change, delete."""

import sqlalchemy as sa

from app import access, conversation, dispatch, events, limits, log, presence
from app.actions import bots
from app.errors import Conflict
from app.extensions import db
from app.models import Invite, Kind, Membership, Role, Room, User
from app.models.columns import new_id, now
from app.models.room import new_epoch


def create(owner: User, title: str) -> tuple[Membership, Invite]:
    """A room with its owner in it, and its first link.

    Raises RateLimited, Conflict for a person who is in too many rooms, Forbidden for a bot.
    """
    access.refuse_bot(owner)
    access.within(limits.CREATE_ROOM, owner.id)
    refuse_too_many(owner)
    db.begin_write()
    room = Room(id=new_id(), title=title, member_count=1, last_seq=0)
    membership = Membership(room=room, user=owner, role=Role.OWNER)
    invite = Invite(room=room, created_by=owner, uses=0)
    db.session.add_all([room, membership, invite])
    db.session.flush()
    entry = log.append(room, Kind.MEMBER_JOINED, subject_id=owner.id, actor=owner)
    membership.read_seq = entry.seq
    db.session.commit()

    dispatch.tell(entry)
    tell_added(membership)
    return membership, invite


def tell_added(membership: Membership) -> None:
    """Tell a person's sockets that they are in one more room, and what of it they haven't read. To be called when that
    is committed and told.
    """
    unread = conversation.unread([membership])[membership.room_id]
    db.session.commit()
    events.room_added(membership.user_id, membership, unread)


def rename(member: User, room_id: str, title: str) -> Membership:
    """Another title. Raises NotFound for an outsider, Forbidden for who isn't an owner."""
    return change(member, room_id, title=title)


def change(
    member: User,
    room_id: str,
    *,
    title: str | None = None,
    slow_seconds: int | None = None,
    joining_closed: bool | None = None,
) -> Membership:
    """Another title, slow mode, or whether links let anybody in; None leaves it as it is.

    Raises NotFound for an outsider; Forbidden for who isn't an owner, or a moderator where the title stays.
    """
    room = log.lock(room_id)
    membership = access.moderated(member, room_id, least=Role.MODERATOR if title is None else Role.OWNER)
    wanted = {"title": title, "slow_seconds": slow_seconds, "joining_closed": joining_closed}
    changes = {
        name: value for name, value in wanted.items() if value is not None and getattr(room, name) != value
    }
    if not changes:
        db.session.commit()
        return membership
    for name, value in changes.items():
        setattr(room, name, value)
    entry = log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=member, detail=changes)
    db.session.commit()

    dispatch.tell(entry)
    return membership


def delete(owner: User, room_id: str) -> None:
    """Close a room for good: nobody is in it any longer, and no link opens it.

    Raises NotFound for an outsider, Forbidden for who isn't an owner.
    """
    room = log.lock(room_id)
    access.moderated(owner, room_id, least=Role.OWNER)
    everybody = [each.user_id for each in db.session.scalars(Membership.in_room(room_id))]
    close(room)
    db.session.commit()

    for user_id in everybody:
        dispatch.silence(room_id, presence.sids_of_user(user_id))
        events.room_removed(user_id, room_id, "deleted")


def close(room: Room) -> None:
    """The end of a locked room and of its bots, in the transaction of whoever calls."""
    for membership in db.session.scalars(Membership.in_room(room.id)):
        if membership.user.bot:
            bots.retire(membership.user)
    room.deleted_at = now()


def refuse_too_many(user: User) -> None:
    """Raises Conflict for a person who is in as many rooms as one may be."""
    if len(db.session.scalars(Membership.of(user)).all()) >= limits.ROOMS_PER_USER:
        raise Conflict(f"You are in {limits.ROOMS_PER_USER} rooms. Leave one first.")


def renew_epochs() -> int:
    """Tell every client that the logs are not the ones they were reading: after a backup was restored.

    How many rooms there are. Each client takes a snapshot when it syncs next.
    """
    db.begin_write()
    rooms = db.session.scalars(sa.select(Room)).all()
    for room in rooms:
        room.epoch = new_epoch()
    db.session.commit()
    return len(rooms)

"""Links into a room: make, revoke, rotate, accept."""

from datetime import timedelta

from app import access, dispatch, events, limits, log
from app.actions import rooms
from app.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.models import Invite, Kind, Membership, Role, Room, User
from app.models.columns import now


def create(
    member: User,
    room_id: str,
    *,
    label: str | None = None,
    expires_in: int | None = None,
    max_uses: int | None = None,
) -> Invite:
    """One more link, by any member. `expires_in` is in seconds; None is never, and as often as one likes.

    Raises NotFound for an outsider, RateLimited, Conflict for a room with too many links, Forbidden for a bot.
    """
    access.refuse_bot(member)
    access.membership(member, room_id)
    access.within(limits.INVITE, member.id)
    room = log.lock(room_id)
    access.membership(member, room_id)
    if len(db.session.scalars(Invite.live_in(room_id)).all()) >= limits.INVITES_PER_ROOM:
        raise Conflict(f"This room has {limits.INVITES_PER_ROOM} links. Revoke one first.")
    invite = _make(room, member, label=label, expires_in=expires_in, max_uses=max_uses)
    db.session.commit()
    return invite


def revoke(member: User, invite_id: str) -> None:
    """Close a link, by whoever made it, a moderator or an owner. Closing it twice is fine.

    Raises NotFound for an outsider and for an unknown link, Forbidden for another member.
    """
    invite = db.session.get(Invite, invite_id)
    if invite is None:
        raise NotFound
    log.lock(invite.room_id)
    membership = access.membership(member, invite.room_id)
    if Role(membership.role) is Role.MEMBER and invite.created_by_id != member.id:
        raise Forbidden("Only who made this link, an owner or a moderator may revoke it.")
    if invite.revoked_at is None:
        invite.revoked_at = now()
    db.session.commit()


def rotate(member: User, room_id: str) -> Invite:
    """Close every link of the room, and make a new one. The room stays where it is.

    Raises NotFound for an outsider, Forbidden for who is neither owner nor moderator.
    """
    access.moderated(member, room_id, least=Role.MODERATOR)
    access.within(limits.INVITE, member.id)
    room = log.lock(room_id)
    access.moderated(member, room_id, least=Role.MODERATOR)
    for invite in db.session.scalars(Invite.live_in(room_id)):
        invite.revoked_at = now()
    invite = _make(room, member)
    db.session.commit()
    return invite


def accept(user: User, token: str) -> Membership:
    """Come into the room behind a link, and tell those who are in it. Being in it already is fine, and no use.

    Raises NotFound, with nothing more said, for a link that doesn't open the room to this person;
    RateLimited; Conflict when the room is full or the person is in too many rooms; Forbidden for a bot.
    """
    access.refuse_bot(user)
    access.within(limits.JOIN, user.id)
    invite = db.session.scalar(Invite.by_token(token))
    if invite is None:
        raise NotFound
    already = db.session.scalar(Membership.between(user, invite.room_id))
    if already is not None:  # the link may be used up by this very person, whose answer got lost
        return already
    room = log.lock(invite.room_id)
    db.session.refresh(invite)
    if not invite.is_live:
        raise NotFound
    before = db.session.get(Membership, (room.id, user.id), populate_existing=True)
    if before is not None and before.ended_at is None:
        db.session.commit()
        return before
    if before is not None and _stays_out(before, invite):
        raise NotFound
    if room.member_count >= limits.MEMBERS_PER_ROOM:
        raise Conflict("This room is full.")
    rooms.refuse_too_many(user)
    membership = before or Membership(room=room, user=user)
    db.session.add(membership)
    _come_in(membership, invite)
    entry = log.append(room, Kind.MEMBER_JOINED, subject_id=user.id, actor=user)
    membership.read_seq = entry.seq
    db.session.commit()

    dispatch.tell(entry)
    events.room_added(user.id, membership)
    return membership


def _come_in(membership: Membership, invite: Invite) -> None:
    membership.role = Role.MEMBER
    membership.invite_id = invite.id
    membership.joined_at = now()
    membership.ended_at = membership.removed_seq = None
    membership.room.member_count += 1
    invite.uses += 1


def _stays_out(before: Membership, invite: Invite) -> bool:
    # Removing somebody would mean nothing if the link in their history let them back in. By the log's order,
    # not by clocks, which are set back.
    return before.banned or (before.removed_seq is not None and invite.made_after_seq < before.removed_seq)


def _make(
    room: Room,
    member: User,
    *,
    label: str | None = None,
    expires_in: int | None = None,
    max_uses: int | None = None,
) -> Invite:
    expires_at = None if expires_in is None else now() + timedelta(seconds=expires_in)
    invite = Invite(
        room=room,
        created_by=member,
        label=label,
        expires_at=expires_at,
        max_uses=max_uses,
        uses=0,
        made_after_seq=room.last_seq,
    )
    db.session.add(invite)
    return invite

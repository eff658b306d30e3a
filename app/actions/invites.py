"""Links into a room: make, revoke, rotate, accept."""

from datetime import timedelta

from typing_extensions import TypeIs

from app import access, dispatch, limits, log
from app.actions import admission, knocks, rooms
from app.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.models import Entry, Invite, Kind, Knock, Membership, Role, Room, User, Window
from app.models.columns import new_id, now


def create(
    member: User,
    room_id: str,
    *,
    label: str | None = None,
    expires_in: int | None = None,
    max_uses: int | None = None,
    history: str = Window.ALL,
    asks_first: bool = False,
) -> Invite:
    """One more link, by any member. `expires_in` is in seconds; None is never, and as often as one likes. `history`
    is what newcomers see of what was said before them; with `asks_first` a moderator lets each of them in.

    Raises NotFound for an outsider, RateLimited, Conflict for a room with too many links, Forbidden for a bot.
    """
    access.refuse_bot(member)
    access.membership(member, room_id)
    access.within(limits.INVITE, member.id)
    room = log.lock(room_id)
    access.membership(member, room_id)
    if len(db.session.scalars(Invite.live_in(room_id)).all()) >= limits.INVITES_PER_ROOM:
        raise Conflict(f"This room has {limits.INVITES_PER_ROOM} links. Revoke one first.")
    expires_at = None if expires_in is None else now() + timedelta(seconds=expires_in)
    invite, entry = _make(
        room,
        member,
        "link_made",
        label=label,
        expires_at=expires_at,
        max_uses=max_uses,
        history=Window(history),
        asks_first=asks_first,
    )
    db.session.commit()

    dispatch.tell(entry)
    return invite


def revoke(member: User, invite_id: str) -> None:
    """Close a link, by whoever made it, a moderator or an owner. Closing it twice is fine.

    Raises NotFound for an outsider and for an unknown link, Forbidden for another member.
    """
    invite = db.session.get(Invite, invite_id)
    if invite is None:
        raise NotFound
    room = log.lock(invite.room_id)
    membership = access.membership(member, invite.room_id)
    if Role(membership.role) is Role.MEMBER and invite.created_by_id != member.id:
        raise Forbidden("Only who made this link, an owner or a moderator may revoke it.")
    db.session.refresh(invite)
    if invite.revoked_at is not None:
        db.session.commit()
        return
    invite.revoked_at = now()
    entry = _note(room, invite, member, "link_closed")
    db.session.commit()

    dispatch.tell(entry)


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
    invite, entry = _make(room, member, "links_replaced")
    db.session.commit()

    dispatch.tell(entry)
    return invite


Came = Membership | Knock


def waits(came: Came) -> TypeIs[Knock]:
    """Is this person not in, but at the door?"""
    return isinstance(came, Knock)


def accept(user: User, token: str) -> Came:
    """Come into the room behind a link, and tell those who are in it; or, by a link that asks first, knock at its door,
    and tell those who may open. Being in it already, or waiting, is fine, and no use.

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
    before = admission.standing(user, invite)
    if before is not None and before.ended_at is None:
        db.session.commit()
        return before
    if invite.asks_first:
        return _knock(room, user, invite)
    membership, entry = admission.admit(room, user, invite, before, by=user)
    ended = knocks.end(room, user, by=user)
    db.session.commit()

    dispatch.tell(entry)
    rooms.tell_added(membership)
    for knock in ended:
        knocks.tell(knock)
    return membership


def _knock(room: Room, user: User, invite: Invite) -> Knock:
    knock, is_new = knocks.ask(room, user, invite)
    db.session.commit()
    if is_new:
        knocks.tell(knock)
    return knock


def _make(room: Room, member: User, did: str, **bounds: object) -> tuple[Invite, Entry]:
    invite = Invite(id=new_id(), room=room, created_by=member, uses=0, **bounds)
    entry = _note(room, invite, member, did)
    invite.made_after_seq = entry.seq
    db.session.add(invite)
    return invite, entry


def _note(room: Room, invite: Invite, member: User, did: str) -> Entry:
    detail = {"did": did, "link": invite.label, "link_id": invite.id}
    return log.append(room, Kind.ROOM_CHANGED, subject_id=invite.id, actor=member, detail=detail)

"""Coming into a room: what is true of everybody who comes, whoever opened the door."""

from app import limits, log
from app.actions import rooms
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Entry, Invite, Kind, Knock, Membership, Message, Role, Room, User, Window
from app.models.columns import now


def standing(user: User, invite: Invite) -> Membership | None:
    """The membership that a person has or had in the room of a link, which is locked.

    Raises NotFound for a link that doesn't open the room to this person.
    """
    if not invite.is_live:
        raise NotFound
    before = db.session.get(Membership, (invite.room_id, user.id), populate_existing=True)
    if before is not None and before.ended_at is not None and _stays_out(before, invite):
        raise NotFound
    return before


def admit(
    room: Room, user: User, invite: Invite, before: Membership | None, *, by: User
) -> tuple[Membership, Entry]:
    """Put a person into a locked room by a link, once, and write it into the log. `by` is who opened the door.

    Raises Conflict when the room is full or the person is in too many rooms.
    """
    if room.member_count >= limits.MEMBERS_PER_ROOM:
        raise Conflict("This room is full.")
    rooms.refuse_too_many(user)
    membership = before or Membership(room=room, user=user)
    db.session.add(membership)
    membership.role = Role.MEMBER
    membership.invite_id = invite.id
    membership.joined_at = now()
    membership.ended_at = membership.removed_seq = membership.purge_id = None
    room.member_count += 1
    invite.uses += 1
    detail = {"link": invite.label, "link_id": invite.id}
    entry = log.append(room, Kind.MEMBER_JOINED, subject_id=user.id, actor=by, detail=detail)
    membership.read_seq = entry.seq
    membership.from_seq = _first_visible(room, invite, entry)
    return membership, entry


def turned_away(knock: Knock, invite: Invite) -> bool:
    """Was this person told no, and has nobody made the link since?"""
    return knock.denied_seq is not None and invite.made_after_seq < knock.denied_seq


def _stays_out(before: Membership, invite: Invite) -> bool:
    # Removing somebody would mean nothing if the link in their history let them back in. By the log's order,
    # not by clocks, which are set back.
    return before.banned or (before.removed_seq is not None and invite.made_after_seq < before.removed_seq)


def _first_visible(room: Room, invite: Invite, entry: Entry) -> int:
    """From which entry on somebody who comes by this link sees what was said: never more than who made it."""
    maker = db.session.get(Membership, (room.id, invite.created_by_id))
    least = 0 if maker is None else maker.from_seq
    match Window(invite.history):
        case Window.ALL:
            return least
        case Window.NONE:
            return entry.seq
        case Window.RECENT:
            return max(least, db.session.scalar(Message.oldest_recent(room.id)) or 0)

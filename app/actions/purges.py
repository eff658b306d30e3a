"""Purges: close a link and put out everybody who came by it, and for ten minutes take that back."""

from datetime import datetime

from app import access, dispatch, events, limits, log, oversight
from app.actions import knocks, rooms
from app.errors import Conflict
from app.extensions import db
from app.models import Entry, Kind, Knock, Membership, Purge, Role, User
from app.models.columns import new_id, now


def purge(moderator: User, invite_id: str, *, since: datetime | None = None) -> tuple[Purge, int]:
    """Close a link, and put out who came by it, since then or ever, and is below whoever asks; how many those were.

    Raises NotFound for an outsider and an unknown link, Forbidden for a member.
    """
    invite = oversight.invite(moderator, invite_id)
    room = log.lock(invite.room_id)
    acting = access.moderated(moderator, room.id, least=Role.MODERATOR)
    db.session.refresh(invite)
    invite.revoked_at = invite.revoked_at or now()
    done = Purge(id=new_id(), room_id=room.id, invite=invite, actor=moderator)
    db.session.add(done)
    db.session.flush()
    entries: list[Entry] = []
    for each in oversight.below(acting, Membership.came_by(invite_id, since)):
        each.ended_at, each.purge_id = now(), done.id
        room.member_count -= 1
        detail = {"banned": False, "purge_id": done.id}
        entry = log.append(room, Kind.MEMBER_REMOVED, subject_id=each.user_id, actor=moderator, detail=detail)
        each.removed_seq = entry.seq
        entries.append(entry)
    db.session.commit()

    for entry in entries:
        dispatch.tell(entry)
        events.room_removed(entry.subject_id, room.id, "removed")
    return done, len(entries)


def undo(moderator: User, purge_id: str) -> int:
    """Let back in whom a purge put out, with the role they had and as far as they had read; how many those were. Who
    was banned since, or came back by another link, stays as they are. The link stays closed.

    Raises NotFound for an outsider and an unknown purge, Forbidden for a member; Conflict when it is too late, when it
    was done before, and when the room has no place for them.
    """
    done = oversight.purge(moderator, purge_id)
    room = log.lock(done.room_id)
    access.moderated(moderator, room.id, least=Role.MODERATOR)
    db.session.refresh(done)
    if not done.can_be_undone:
        raise Conflict("This can’t be undone any more.")
    gone = list(db.session.scalars(Membership.put_out_by(purge_id)))
    if room.member_count + len(gone) > limits.MEMBERS_PER_ROOM:
        raise Conflict("There is no place for all of them any more.")
    done.undone_at = now()
    entries: list[Entry] = []
    ended: list[Knock] = []
    for each in gone:
        each.ended_at = each.removed_seq = each.purge_id = None
        each.joined_at = now()  # by which other processes find who came in lately
        room.member_count += 1
        ended += knocks.end(room, each.user, by=moderator)
        detail = {"did": "let_back", "purge_id": purge_id}
        entries.append(
            log.append(room, Kind.MEMBER_JOINED, subject_id=each.user_id, actor=moderator, detail=detail)
        )
    db.session.commit()

    for entry, each in zip(entries, gone, strict=True):
        dispatch.tell(entry)
        rooms.tell_added(each)
    for knock in ended:
        knocks.tell(knock)
    return len(gone)

"""Knocks: ask to be let in, let in, turn away."""

from app import access, dispatch, events, log, oversight
from app.actions import admission, rooms
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Invite, Knock, Membership, Role, Room, User
from app.models.columns import now


def ask(room: Room, user: User, invite: Invite) -> tuple[Knock, bool]:
    """Stand at the door of a locked room. The second value tells that nobody was asked before. The transaction stays
    open: whoever calls commits it, and tells.

    Raises NotFound for who was turned away, by a link of before that.
    """
    knock = db.session.scalar(Knock.of(room.id, user.id).execution_options(populate_existing=True))
    if knock is not None and knock.is_waiting:
        knock.invite = invite  # of two links, the one before may let nobody in any more
        return knock, False
    if knock is not None and admission.turned_away(knock, invite):
        raise NotFound
    knock = knock or Knock(room_id=room.id, user=user)
    knock.invite, knock.created_at = invite, now()
    knock.answered_at = knock.answered_by_id = knock.denied_seq = None
    db.session.add(knock)
    return knock, True


def end(room: Room, user: User, *, by: User) -> list[Knock]:
    """Nobody waits any more at the door of a locked room who came in by another way: the knock that ends, if there is
    one. The transaction stays open: whoever calls commits it, and tells.
    """
    found = db.session.scalar(Knock.of(room.id, user.id).execution_options(populate_existing=True))
    if found is None or not found.is_pending:
        return []
    _answer(found, by)
    return [found]


def tell(knock: Knock) -> None:
    """Tell those who may answer that somebody knocked, or was answered."""
    for each in db.session.scalars(Membership.moderators(knock.room_id)):
        events.knock_changed(each.user_id, knock)
    db.session.commit()


def approve(moderator: User, knock_id: str) -> Membership:
    """Let somebody in who knocked, and tell the room. Who is in already is fine.

    Raises NotFound for an outsider and an unknown knock, Forbidden for a member; Conflict for one that was turned
    away, for a deleted account and a link that has ended meanwhile, and where nobody more may come in.
    """
    knock, room = _begin(moderator, knock_id)
    inside = db.session.scalar(Membership.between(knock.user, room.id))
    if inside is not None:
        _answer(knock, moderator)
        db.session.commit()
        tell(knock)
        return inside
    if knock.user.deleted_at is not None:
        raise Conflict("This account was deleted meanwhile.")
    if knock.denied_seq is not None:
        raise Conflict("Somebody turned this person away already.")
    try:
        before = admission.standing(knock.user, knock.invite)
    except NotFound:
        raise Conflict("The link that they came by lets nobody in any more.") from None
    membership, entry = admission.admit(room, knock.user, knock.invite, before, by=moderator)
    _answer(knock, moderator)
    db.session.commit()

    dispatch.tell(entry)
    rooms.tell_added(membership)
    tell(knock)
    return membership


def deny(moderator: User, knock_id: str) -> None:
    """Turn somebody away who knocked. Links of before now let them knock no more. Again changes nothing.

    Raises NotFound for an outsider and an unknown knock, Forbidden for a member.
    """
    knock, room = _begin(moderator, knock_id)
    if not knock.is_pending:
        db.session.commit()
        return
    _answer(knock, moderator)
    knock.denied_seq = (
        room.last_seq + 1
    )  # nothing of it is told to the room: links made from here on are newer
    db.session.commit()

    tell(knock)


def _begin(moderator: User, knock_id: str) -> tuple[Knock, Room]:
    room_id = oversight.knock(moderator, knock_id).room_id
    room = log.lock(room_id)
    access.moderated(moderator, room_id, least=Role.MODERATOR)
    return db.session.get_one(Knock, knock_id, populate_existing=True), room


def _answer(knock: Knock, moderator: User) -> None:
    knock.answered_at, knock.answered_by_id = now(), moderator.id

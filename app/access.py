"""Who may reach what: returns the object, or raises. Access is the query: a room is found through one's own
membership, so an outsider and a stranger to a room that never was get the same NotFound.
"""

import logging
from collections.abc import Collection

import sqlalchemy as sa

from app.errors import Forbidden, NotFound, RateLimited, Unavailable
from app.extensions import db, limiter
from app.models import Credential, Invite, Knock, Membership, Message, Role, Room, User, dress
from app.models.columns import now
from app.models.credential import CredentialKind

logger = logging.getLogger(__name__)


def within(rule: tuple[str, int, int, bool], *key: str, times: int = 1) -> None:
    """Count so many more of what a rule of `limits` bounds, for this key.

    Raises RateLimited over the limit. When the store of limits is out of reach it raises Unavailable: denied.
    """
    try:
        wait = limiter.spend(*rule, *key, times=times)
    except Exception as lost:
        logger.exception("the store of limits is out of reach")
        raise Unavailable from lost
    if wait is not None:
        raise RateLimited(retry_after=round(wait, 1))


def would_be_within(rule: tuple[str, int, int, bool], *key: str, times: int) -> bool:
    """Would so many more be within a rule of `limits`? Nothing is counted; False when the store is out of reach."""
    try:
        return limiter.allows(*rule, *key, times=times)
    except Exception:
        logger.exception("the store of limits is out of reach")
        return False


def membership(user: User, room_id: str) -> Membership:
    """A person's own membership, the way to a room; read from the database, not from memory.

    Raises NotFound for a room that the person is not in.
    """
    query = Membership.between(user, room_id).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def membership_of_other(room_id: str, user_id: str) -> Membership:
    """Somebody else's membership, for who is already known to be in the room. Raises NotFound."""
    query = Membership.live().where(Membership.room_id == room_id, Membership.user_id == user_id)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def message(user: User, message_id: str) -> tuple[Membership, Message]:
    """A message through a person's own membership, which comes with it; read from the database, not from memory.

    Raises NotFound for one of a room that the person is not in, or from before what they may see.
    """
    query = Membership.reads(user, message_id).execution_options(populate_existing=True)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def windows(user: User, room_ids: Collection[str]) -> dict[str, int]:
    """From which entry on a person sees what was said, for those of these rooms that they are in."""
    query = sa.select(Membership.room_id, Membership.from_seq).where(
        Membership.user_id == user.id, Membership.room_id.in_(room_ids), Membership.ended_at.is_(None)
    )
    return dict(db.session.execute(query).all())


def moderated(user: User, room_id: str, *, least: Role) -> Membership:
    """A person's own membership, when their role is at least that. Raises NotFound, or Forbidden for a member."""
    found = membership(user, room_id)
    if Role(found.role).rank < least.rank:
        raise Forbidden(
            "Only an owner of this room may do this."
            if least is Role.OWNER
            else "Only owners and moderators of this room may do this."
        )
    return found


def refuse_muted(membership: Membership) -> None:
    """Raises Forbidden, with until when, for a member who may only read right now."""
    until = membership.silent_until
    if until is not None:
        raise Forbidden(
            f"You are muted in this room until {until:%d %b %Y, %H:%M} UTC. You can read meanwhile.",
            retry_after=max(1.0, round((until - now()).total_seconds(), 1)),
        )


def refuse_bot(user: User) -> None:
    """Raises Forbidden for a bot, which talks in its room and does nothing else."""
    if user.bot:
        raise Forbidden("A bot only talks in its room.")


def rooms(user: User) -> list[Membership]:
    """A person's rooms, the one where something was said last first."""
    found = list(db.session.scalars(Membership.of(user)))
    last = {said.room_id: said.created_at for said in last_messages(found).values()}
    return sorted(found, key=lambda each: last.get(each.room_id, each.joined_at), reverse=True)


def last_messages(memberships: list[Membership]) -> dict[str, Message]:
    """The newest message of each room that isn't deleted, by room id."""
    if not memberships:
        return {}
    newest = (  # walks the room's index from its end, however long the room is
        sa.select(Message.seq)
        .where(Message.room_id == Room.id, Message.deleted_at.is_(None))
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery()
    )
    query = (
        sa.select(Message)
        .join(Room, sa.and_(Message.room_id == Room.id, Message.seq == newest))
        .where(Room.id.in_([each.room_id for each in memberships]))
    )
    first = {each.room_id: each.from_seq for each in memberships}
    return {said.room_id: said for said in _dressed(query) if said.seq >= first[said.room_id]}


def members(user: User, room_id: str, *, name: str = "") -> list[Membership]:
    """Everybody in a room, by name; those in whose names `name` is. Raises NotFound for an outsider."""
    membership(user, room_id)
    inside = Membership.in_room(room_id)
    return list(db.session.scalars(inside.where(User.is_called(name)) if name else inside))


def history(
    user: User,
    room_id: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """Messages of a room: the newest ones below `before` (newest first; the default is the room's end), the
    oldest ones above `after`, or those around a seq (both oldest first). Raises NotFound for an outsider.
    """
    said = Message.in_room(room_id).where(Message.seq >= membership(user, room_id).from_seq)
    if after is not None:
        return _dressed(said.where(Message.seq > after).order_by(Message.seq).limit(limit))
    if around is not None:
        older = said.where(Message.seq <= around).order_by(Message.seq.desc()).limit(limit - limit // 2)
        newer = said.where(Message.seq > around).order_by(Message.seq).limit(limit // 2)
        found = [*reversed(db.session.scalars(older).all()), *db.session.scalars(newer)]
        dress(found)
        return found
    if before is not None:
        said = said.where(Message.seq < before)
    return _dressed(said.order_by(Message.seq.desc()).limit(limit))


def _dressed(query: sa.Select[Message]) -> list[Message]:
    found = list(db.session.scalars(query))
    dress(found)
    return found


def invites(user: User, room_id: str, *, before: str | None = None, limit: int | None = None) -> list[Invite]:
    """A room's links, newest first, ended ones too; those made before the one with the id `before`, when it is
    named. Raises NotFound for an outsider, Forbidden for a bot.
    """
    made = membership(user, room_id).links()
    refuse_bot(user)
    if before is not None:
        made = made.where(Invite.id < before)
    return list(db.session.scalars(made.limit(limit)))


def invite(user: User, room_id: str, invite_id: str) -> Invite:
    """One of a room's links, an ended one too. Raises NotFound for an outsider, Forbidden for a bot."""
    links = membership(user, room_id).links()
    refuse_bot(user)
    found = db.session.scalar(links.where(Invite.id == invite_id))
    if found is None:
        raise NotFound
    return found


def current_invite(user: User, room_id: str) -> Invite | None:
    """The newest link that opens the room right now, or none. Raises NotFound for an outsider."""
    return db.session.scalar(membership(user, room_id).links().where(Invite.opens()).limit(1))


def knock_by_link(user: User, token: str) -> Knock | None:
    """How a person knocked at the room of a link, by this one or another; None for who didn't."""
    of_link = sa.and_(Invite.room_id == Knock.room_id, Invite.token == token)
    query = sa.select(Knock).join(Invite, of_link).where(Knock.user_id == user.id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def invite_by_token(token: str) -> Invite:
    """The link that a token is. Raises NotFound, the same for unknown, expired, revoked and used up."""
    found = db.session.scalar(Invite.by_token(token))
    if found is None or not found.is_live:
        raise NotFound
    return found


def credentials(user: User, kind: CredentialKind) -> list[Credential]:
    """A person's live sessions or tokens, last used first."""
    return list(db.session.scalars(Credential.live_of(user, kind)))


def credential(user: User, credential_id: str, kind: CredentialKind) -> Credential:
    """One of a person's own live sessions or tokens. Raises NotFound, for somebody else's too."""
    query = Credential.live_of(user, kind).where(Credential.id == credential_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def unready() -> list[str]:
    """Why this process cannot serve right now, a sentence each; empty when it can."""
    reasons = []
    try:
        db.session.execute(sa.select(Room.id).limit(1))
    except (Unavailable, sa.exc.SQLAlchemyError):
        logger.exception("the database does not answer")
        reasons.append("The database does not answer, or has not been migrated.")
    if not limiter.answers():
        reasons.append("The store of limits does not answer.")
    return reasons

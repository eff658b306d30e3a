"""Bots: programs that are members of one room, each with a token of its own. They belong to their room's owners."""

from sqlalchemy.exc import IntegrityError

from app import access, dispatch, limits, log
from app.actions import credentials, names
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import Credential, Kind, Membership, Role, Room, User

TOKEN_NAME = "Bot"  # noqa: S105  (what the token is called)
SCOPES = "read write"


def create(
    owner: User, room_id: str, *, username: str, display_name: str | None = None
) -> tuple[Credential, str]:
    """A new bot in a room, by an owner: its token, and the secret of that, which is shown this once.

    Raises NotFound for an outsider, Forbidden for who isn't an owner, Invalid for a name that is taken, Conflict
    for a room that is full or has as many bots as it may, RateLimited.
    """
    access.moderated(owner, room_id, least=Role.OWNER)
    access.within(limits.MAKE_BOT, owner.id)
    names.refuse_taken(username)
    room = log.lock(room_id)
    access.moderated(owner, room_id, least=Role.OWNER)
    _refuse_too_many(room)
    bot = User.bot_named(username, display_name or username)
    membership = Membership(room=room, user=bot, role=Role.MEMBER)
    room.member_count += 1
    db.session.add(membership)
    try:
        db.session.flush()
    except IntegrityError:  # somebody was faster by a moment
        db.session.rollback()
        raise names.taken() from None
    entry = log.append(room, Kind.MEMBER_JOINED, subject_id=bot.id, actor=owner)
    membership.read_seq = entry.seq
    credential, secret = _open_token(bot)
    db.session.commit()

    dispatch.tell(entry)
    return credential, secret


def renew_token(owner: User, room_id: str, bot_id: str) -> tuple[Credential, str]:
    """Another token for a bot, in place of those it had, whose sockets are closed; the secret is shown this once.

    Raises NotFound for an outsider and for what is no bot of this room, Forbidden for who isn't an owner,
    RateLimited.
    """
    access.within(limits.CREATE_TOKEN, owner.id)
    bot = _locked(owner, room_id, bot_id)
    ended = credentials.end_rows(bot)
    credential, secret = _open_token(bot)
    db.session.commit()

    credentials.tell_ended(ended)
    return credential, secret


def revoke_token(owner: User, room_id: str, bot_id: str) -> None:
    """No token lets a bot in any more; it stays a member. Raises as `renew_token` does."""
    ended = credentials.end_rows(_locked(owner, room_id, bot_id))
    db.session.commit()

    credentials.tell_ended(ended)


def retire(bot: User) -> None:
    """The end of a bot that is out of its room, in the transaction of whoever calls: it is nowhere else.

    Its sockets are closed by `credentials.follow`. What it said stays under its name, which is free again.
    """
    bot.retire()
    credentials.end_rows(bot)


def _locked(owner: User, room_id: str, bot_id: str) -> User:
    log.lock(room_id)
    access.moderated(owner, room_id, least=Role.OWNER)
    bot = access.membership_of_other(room_id, bot_id).user
    if not bot.bot:
        raise NotFound
    return bot


def _refuse_too_many(room: Room) -> None:
    everybody = db.session.scalars(Membership.in_room(room.id)).all()
    if len(everybody) >= limits.MEMBERS_PER_ROOM:
        raise Conflict("This room is full.")
    if sum(each.user.bot for each in everybody) >= limits.BOTS_PER_ROOM:
        raise Conflict(f"This room has {limits.BOTS_PER_ROOM} bots. Remove one first.")


def _open_token(bot: User) -> tuple[Credential, str]:
    credential, secret = Credential.issue(
        bot, "token", name=TOKEN_NAME, scopes=SCOPES, seconds=limits.TOKEN_SECONDS
    )
    db.session.add(credential)
    db.session.flush()
    return credential, secret

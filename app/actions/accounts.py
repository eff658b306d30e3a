"""Accounts: register, sign in, change, delete."""

import hashlib
import time

from sqlalchemy.exc import IntegrityError

from app import access, dispatch, limits, log
from app.actions import credentials, members, messages, names, passwords
from app.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from app.extensions import db
from app.models import Attempt, Credential, Kind, Membership, User
from app.models.columns import new_id, now
from app.models.names import skeleton

WRONG_CURRENT = "That is not your current password."
CLEANING_SECONDS = 600.0
LOGIN_FAILED = "The username or the password is wrong."

_next_cleaning = 0.0


def register(
    username: str, password: str, *, invited_by_link: str | None, address: str, registration: str
) -> User:
    """A new account, not signed in yet. `registration` is the setting: open, link or closed.

    Raises Forbidden when registration is closed, or needs a link that opens a room; Invalid for a name that
    is taken or a password that is the name; RateLimited per address.
    """
    if registration == "closed":
        raise Forbidden("Registration is closed on this server.")
    if registration == "link":
        _refuse_dead_link(invited_by_link)
    access.within(limits.REGISTER, address)
    return create(username, password)


def create(username: str, password: str) -> User:
    """A new account, whoever asks: `register`, or the person who runs the server.

    Raises Invalid for a name that is taken or a password that is the name.
    """
    _refuse_name_as_password(username, password)
    names.refuse_taken(username)
    stored = passwords.make(password)
    db.begin_write()
    user = User(
        id=new_id(),
        username=username,
        skeleton=skeleton(username),
        display_name=username,
        password_hash=stored,
    )
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:  # somebody was faster by the length of a hash
        db.session.rollback()
        raise names.taken() from None
    return user


def authenticate(username: str, password: str, *, address: str) -> User:
    """The person whose name and password these are.

    Raises Unauthenticated, with one text and after the same work for unknown names and wrong passwords;
    RateLimited after too many failures; Unavailable when too many people sign in at once.
    """
    user = db.session.scalar(User.named(username))
    _refuse_guessing(username, address)
    right = passwords.matches(user.password_hash if user and user.is_active else None, password)
    if user is None or not right:
        _note_failure(username, address)
        raise Unauthenticated(LOGIN_FAILED)
    return user


def change_password(user: User, current: str, new: str, *, address: str, keep: Credential | None) -> None:
    """Another password. Every session and token of the person ends, but for `keep`.

    Raises Forbidden for a wrong current password, which counts as a failed sign-in; Invalid for a new one
    that is the name.
    """
    confirm(user, current, address=address)
    _refuse_name_as_password(user.username, new)
    _store_password(user, new, keep=keep)


def reset_password(user: User, new: str) -> None:
    """Another password, set by the person who runs the server. Every session and token ends.

    Raises Invalid for a password that is the name, Forbidden for a bot, which has none.
    """
    access.refuse_bot(user)
    _refuse_name_as_password(user.username, new)
    _store_password(user, new, keep=None)


def confirm(user: User, password: str, *, address: str) -> None:
    """Does the person who asks know their password? Raises Forbidden, or RateLimited after too many failures."""
    _refuse_guessing(user.username, address)
    if not passwords.matches(user.password_hash, password):
        _note_failure(user.username, address)
        raise Forbidden(WRONG_CURRENT, errors=[{"path": "current", "message": WRONG_CURRENT}])


def set_display_name(user: User, display_name: str) -> User:
    """Another name to be shown by, told in all the person's rooms; the username stays. Raises RateLimited."""
    if user.display_name == display_name:
        return user
    access.within(limits.CHANGE_PROFILE, user.id)
    rooms = log.lock_all(each.room_id for each in db.session.scalars(Membership.of(user)))
    user.display_name = display_name
    # Whoever left meanwhile has no say in a room any longer.
    mine = {each.room_id for each in db.session.scalars(Membership.of(user))}
    entries = [
        log.append(room, Kind.MEMBER_CHANGED, subject_id=user.id, actor=user)
        for room in rooms
        if room.id in mine
    ]
    db.session.commit()

    for entry in entries:
        dispatch.tell(entry)
    return user


def disable(user: User) -> None:
    """Close an account for now, by the person who runs the server: everything of it ends within 2 s."""
    db.begin_write()
    user.disabled_at = now()
    ended = credentials.end_rows(user)
    db.session.commit()
    credentials.tell_ended(ended)


def enable(user: User) -> None:
    """Open a disabled account again."""
    db.begin_write()
    user.disabled_at = None
    db.session.commit()


def delete(user: User, password: str, *, erase_messages: bool, address: str) -> None:
    """Delete one's account. What one said stays, by a “deleted member”, or goes.

    Rooms that one was the last owner of go to the member who is there longest; a room with nobody else in
    it is deleted. Raises Forbidden for a wrong password.
    """
    confirm(user, password, address=address)
    _leave_and_erase(user, erase_messages=erase_messages)
    db.begin_write()
    db.session.refresh(user, with_for_update=True)
    while db.session.scalar(Membership.of(user).limit(1)) is not None:  # joined meanwhile, by another device
        _leave_and_erase(user, erase_messages=erase_messages)
        db.begin_write()
        db.session.refresh(user, with_for_update=True)
    user.erase()
    ended = credentials.end_rows(user)
    db.session.commit()
    credentials.tell_ended(ended)


def forget_old_attempts() -> None:
    """Drop failures that no limit counts any longer. To be called every second; now and then it does something."""
    global _next_cleaning
    if time.monotonic() < _next_cleaning:
        return
    _next_cleaning = time.monotonic() + CLEANING_SECONDS
    db.begin_write()
    db.session.execute(Attempt.stale(limits.LOGIN_FAILURES_PER_ACCOUNT.seconds))
    db.session.commit()


def _leave_and_erase(user: User, *, erase_messages: bool) -> None:
    members.leave_everything(user)
    if erase_messages:  # after leaving, when nothing more can be said
        messages.erase_all(user)


def _store_password(user: User, new: str, *, keep: Credential | None) -> None:
    before = user.password_hash
    stored = passwords.make(new)
    db.begin_write()
    db.session.refresh(user, with_for_update=True)
    if user.password_hash != before:  # changed by another device while this one was hashing
        raise Conflict("The password was just changed elsewhere. Sign in again.")
    user.password_hash = stored
    ended = credentials.end_rows(user, keep=keep)
    db.session.commit()
    credentials.tell_ended(ended)


def _refuse_dead_link(token: str | None) -> None:
    try:
        access.invite_by_token(token or "")
    except NotFound:
        raise Forbidden("To register here, open a link to a room that somebody sent you.") from None


def _refuse_name_as_password(username: str, password: str) -> None:
    if skeleton(username) == skeleton(password):
        message = "The password must not be the username."
        raise Invalid(message, errors=[{"path": "password", "message": message}])


def _keys(username: str, address: str) -> tuple[tuple[limits.Rule, str], ...]:
    name = skeleton(username)
    return (
        (limits.LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS, _key("pair", name, address)),
        (limits.LOGIN_FAILURES_PER_ADDRESS, _key("address", address)),
        (limits.LOGIN_FAILURES_PER_ACCOUNT, _key("account", name)),
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _refuse_guessing(username: str, address: str) -> None:
    """Per address, guessing ends; for an account under attack from everywhere it only becomes slow, so that
    its owner is never locked out.
    """
    for rule, key in _keys(username, address):
        if (db.session.scalar(Attempt.recent(key, rule.seconds)) or 0) < rule.amount:
            continue
        if rule is not limits.LOGIN_FAILURES_PER_ACCOUNT:
            raise RateLimited("Too many failed attempts. Wait a few minutes.", retry_after=rule.seconds)
        db.session.commit()
        time.sleep(limits.GUESSED_ACCOUNT_WAIT_SECONDS)


def _note_failure(username: str, address: str) -> None:
    db.begin_write()
    db.session.add_all(Attempt(key=key) for _, key in _keys(username, address))
    db.session.commit()

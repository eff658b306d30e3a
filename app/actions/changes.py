"""What all changes of a message have in common: how they begin, under the room's lock, and how they end."""

from typing import NamedTuple

from app import access, dispatch, limits, log
from app.errors import Conflict
from app.extensions import db
from app.models import Kind, Membership, Message, Room, User, dress

DELETED = "This message was deleted."


class Change(NamedTuple):
    """A message that is being changed: its room, which is locked, and who changes it."""

    room: Room
    membership: Membership
    message: Message

    @property
    def seq(self) -> int:
        """Where the log will have it."""
        return self.room.last_seq + 1


def begin(user: User, message_id: str) -> Change:
    """Lock the room of a message that this person can read, and read the message again.

    Raises NotFound for who isn't in the room, RateLimited, Unavailable.
    """
    # Looked at before the lock as well: neither an outsider nor the store of limits may hold the room up.
    room_id = access.message(user, message_id)[1].room_id
    access.within(limits.CHANGE_BURST, user.id, room_id)
    access.within(limits.CHANGE_MINUTE, user.id)
    room = log.lock(room_id)
    return Change(room, *access.message(user, message_id))


def refuse_deleted(message: Message) -> None:
    """Raises Conflict for a tombstone."""
    if message.deleted_at is not None:
        raise Conflict(DELETED)


def end(change: Change, kind: Kind) -> Message:
    """Write it into the log, commit, and tell the room. The message, whole."""
    change.message.version += 1
    entry = log.append(change.room, kind, subject_id=change.message.id, actor=change.membership.user)
    dress([change.message])
    db.session.commit()

    dispatch.tell(entry)
    return change.message


def leave(change: Change) -> Message:
    """It is so already: nothing is written and nobody is told. The message, whole."""
    dress([change.message])
    db.session.commit()
    return change.message

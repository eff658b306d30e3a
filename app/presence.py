"""Who is here: the live, authenticated sockets of this process, by person and by credential; and which people
other processes say are there. No Flask in it.

Only what the server knows changes it: a socket let in, a socket gone. No event that a client sends can.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

# A reload or a short loss of the line is not a departure.
GONE_AFTER_SECONDS = 4.0
# A process that has said nothing for so long is gone, and its people with it.
SILENT_SECONDS = 8.0
# And so it is when it could not be heard, after so long: nobody is shown for more than a minute who may be gone.
UNHEARD_SECONDS = 50.0


@dataclass(frozen=True)
class Socket:
    """One live connection, and what it was let in by."""

    sid: str
    user_id: str
    credential_id: str
    expires_at: float  # Unix time


class Changes(NamedTuple):
    """Who came and who went since the last look."""

    came: set[str]
    went: set[str]


_sockets: dict[str, Socket] = {}
_by_user: defaultdict[str, set[str]] = defaultdict(set)
_by_credential: defaultdict[str, set[str]] = defaultdict(set)
_told_online: set[str] = set()
_gone_since: dict[str, float] = {}
_elsewhere: dict[str, tuple[float, frozenset[str]]] = {}
_deaf_until = float("-inf")


def arrive(socket: Socket) -> None:
    """A socket was let in."""
    _sockets[socket.sid] = socket
    _by_user[socket.user_id].add(socket.sid)
    _by_credential[socket.credential_id].add(socket.sid)


def depart(sid: str) -> Socket | None:
    """A socket is gone. None for one that was never let in."""
    socket = _sockets.pop(sid, None)
    if socket is None:
        return None
    for index, key in ((_by_user, socket.user_id), (_by_credential, socket.credential_id)):
        index[key].discard(sid)
        if not index[key]:
            del index[key]
    return socket


def socket(sid: str) -> Socket | None:
    """The socket with this id, if it was let in and is still here."""
    return _sockets.get(sid)


def sids() -> tuple[str, ...]:
    """Every live socket."""
    return tuple(_sockets)


def sids_of_user(user_id: str) -> tuple[str, ...]:
    """A person's sockets, on every device."""
    return tuple(_by_user.get(user_id, ()))


def sids_of_credential(credential_id: str) -> tuple[str, ...]:
    """The sockets that were let in by one session or token."""
    return tuple(_by_credential.get(credential_id, ()))


def credentials() -> frozenset[str]:
    """Every credential that has a live socket here."""
    return frozenset(_by_credential)


def expired() -> set[str]:
    """Credentials that have live sockets, and are past their time."""
    instant = time.time()
    return {each.credential_id for each in _sockets.values() if each.expires_at <= instant}


def people() -> list[str]:
    """Everybody who has a live socket here."""
    return list(_by_user)


def elsewhere(process: str, user_ids: Iterable[str]) -> None:
    """Another process says who has a live socket there: everybody, each time."""
    _elsewhere[process] = (time.monotonic(), frozenset(user_ids))


def is_online(user_id: str) -> bool:
    """Has this person a live socket anywhere, or had one a moment ago?"""
    return (
        user_id in _by_user
        or user_id in _told_online
        or any(user_id in who for _, who in _elsewhere.values())
    )


def count() -> int:
    """How many live sockets there are."""
    return len(_sockets)


def changes(*, deaf: bool = False) -> Changes:
    """Who came and who went since this was last asked. A short absence is neither. While this process is `deaf` to
    others, that nothing is heard of them means nothing.
    """
    global _deaf_until
    instant = time.monotonic()
    if deaf:
        _deaf_until = instant
    for process, (heard, _) in list(_elsewhere.items()):
        silent = instant - max(heard, _deaf_until)
        if silent > SILENT_SECONDS or instant - heard > UNHEARD_SECONDS:
            del _elsewhere[process]
    here = set(_by_user).union(*(who for _, who in _elsewhere.values()))
    for user_id in here & _gone_since.keys():
        del _gone_since[user_id]
    for user_id in _told_online - here:
        _gone_since.setdefault(user_id, instant)
    went = {user_id for user_id, since in _gone_since.items() if instant - since >= GONE_AFTER_SECONDS}
    came = here - _told_online
    for user_id in went:
        del _gone_since[user_id]
    _told_online.difference_update(went)
    _told_online.update(came)
    return Changes(came, went)


def clear() -> None:
    """Forget everybody: the process starts, or a test does."""
    global _deaf_until
    _deaf_until = float("-inf")
    for store in (_sockets, _by_user, _by_credential, _told_online, _gone_since, _elsewhere):
        store.clear()

"""Arriving together: what `attendance.arrive` does for one socket, for all that came in one turn of the hub.

After a restart everybody comes back at once. Here it costs one statement for all, and nothing of the mapper's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from app import bulk, dispatch, driver, limits, presence
from app.actions import attendance
from app.channels import NAMESPACE, user_channel
from app.extensions import socketio
from app.models import Membership, Room

_HEADS = bulk.Statement(
    sa.select(Membership.__table__.c.user_id, Room.__table__.c.id, Room.last_seq)
    .join_from(Membership.__table__, Room.__table__)
    .where(
        bulk.among(Membership.__table__.c.user_id, "ids"),
        Membership.ended_at.is_(None),
        Room.deleted_at.is_(None),
    )
)


class Proof(Protocol):
    """What a socket is let in by."""

    @property
    def credential_id(self) -> str: ...
    @property
    def user_id(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


def arrive(proofs: Mapping[str, Proof]) -> set[str]:
    """Let these sockets in, by their ids: they hear all the rooms of their people from here on. Those that were.

    Left out, and as if they had never come, are those with too many connections, and those whose memberships did not
    hold still: `attendance.arrive` knows what to say to them, or tries again.
    """
    heads = _heads({proof.user_id for proof in proofs.values()})
    # Nothing in here switches green threads: what was read is still so, or `dispatch.hear` knows better.
    return {sid for sid, proof in proofs.items() if _arrive(sid, proof, heads.get(proof.user_id, {}))}


def _heads(user_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """The last seq of each of these people's rooms, and the proof that they are in it."""
    heads: dict[str, dict[str, int]] = {}
    with driver.reading() as hand:
        rows = _HEADS.run(hand, ids=list(user_ids))
    for user_id, room_id, last_seq in rows:
        heads.setdefault(user_id, {})[room_id] = last_seq
    return heads


def _arrive(sid: str, proof: Proof, heads: dict[str, int]) -> bool:
    if (
        len(presence.sids_of_credential(proof.credential_id)) >= limits.SOCKETS_PER_SESSION
        or len(presence.sids_of_user(proof.user_id)) >= limits.SOCKETS_PER_USER
    ):
        return False
    expires_at = proof.expires_at.timestamp()
    presence.arrive(presence.Socket(sid, proof.user_id, proof.credential_id, expires_at))
    if not dispatch.hear(sid, heads):
        attendance.depart(sid)
        return False
    socketio.server.enter_room(sid, user_channel(proof.user_id), namespace=NAMESPACE)
    return True

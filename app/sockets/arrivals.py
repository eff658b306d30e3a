"""Sockets that want to be let in, in one turn of the hub, decided together. The engine calls; see `engine.attach`."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from app import identity, proofs, shedding
from app.actions import arrivals
from app.errors import ChatError
from app.sockets.requests import VERSIONS

Ask = tuple[str, object]  # the socket's id, and its `auth`
Notes = Mapping[str, object]


def welcome(asks: Sequence[Ask]) -> list[Notes | None]:
    """What is to be noted of each, in their places; None for who is decided by itself in `chat`.

    Let in here is who has a token and nothing wrong with it: browsers prove themselves by their request's cookie, and
    whoever is refused is told why, one at a time.
    """
    try:
        shedding.refuse_when_blind()
    except ChatError:
        return [None] * len(asks)
    tokens = {sid: auth["token"] for sid, auth in asks if _is_plain(auth)}
    worth = proofs.by_tokens(set(tokens.values()), "read")
    let_in = {sid: worth[token] for sid, token in tokens.items() if token in worth}
    arrived = arrivals.arrive(let_in)
    return [
        {identity.socket_key(sid): let_in[sid].credential_id} if sid in arrived else None for sid, _ in asks
    ]


def _is_plain(auth: object) -> TypeGuard[dict[str, str]]:
    return (
        isinstance(auth, dict)
        and "token" in auth
        and auth.keys() <= {"token", "v"}
        and all(isinstance(each, str) for each in auth.values())
        and auth.get("v", "1") in VERSIONS
    )

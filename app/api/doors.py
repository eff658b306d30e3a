"""Who came by a link and who waits at the door, for those who look after a room."""

from app import inputs, oversight, payloads
from app.actions import attendance, knocks, purges
from app.api.routes import Route
from app.errors import Conflict
from app.identity import Caller


@Route(
    "GET",
    "/invites/{invite_id}/members",
    query=inputs.ArrivalsQuery,
    answers=payloads.Page[payloads.Arrival],
)
def arrivals(caller: Caller, invite_id: str, query: inputs.ArrivalsQuery) -> payloads.Page[payloads.Arrival]:
    """Who came by a link, since then or ever, those who left included, for owners and moderators."""
    found = oversight.arrivals(
        caller.user, invite_id, since=query.since, after=query.cursor, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return {
        "items": [payloads.arrival(each) for each in shown],
        "next": shown[-1].user_id if len(found) > len(shown) else None,
    }


@Route("POST", "/invites/{invite_id}/purge", takes=inputs.Purging, answers=payloads.Purge)
def purge(caller: Caller, invite_id: str, asked: inputs.Purging) -> payloads.Purge:
    """Close a link and put out who came by it, since then or ever, and whom I outrank. For ten minutes it can be
    undone.
    """
    done, count = purges.purge(caller.user, invite_id, since=asked.since)
    return payloads.purge(done, count=count)


@Route("POST", "/purges/{purge_id}/undo", answers=payloads.Restored, refuses=(Conflict,))
def undo(caller: Caller, purge_id: str) -> payloads.Restored:
    """Let back in exactly whom a purge put out, as far as they had read. The link stays closed."""
    return {"count": purges.undo(caller.user, purge_id)}


@Route("GET", "/rooms/{room_id}/knocks", answers=payloads.Page[payloads.Knock])
def waiting(caller: Caller, room_id: str) -> payloads.Page[payloads.Knock]:
    """Who waits to be let in, longest first, for owners and moderators."""
    found = oversight.knocks(caller.user, room_id)
    return {"items": [payloads.knock(each) for each in found], "next": None}


@Route("POST", "/knocks/{knock_id}/approve", answers=payloads.Member, refuses=(Conflict,))
def approve(caller: Caller, knock_id: str) -> payloads.Member:
    """Let somebody in who knocked."""
    membership = knocks.approve(caller.user, knock_id)
    return payloads.member(membership, online=attendance.is_online(membership.user_id))


@Route("POST", "/knocks/{knock_id}/deny")
def deny(caller: Caller, knock_id: str) -> None:
    """Turn somebody away who knocked. Links of before now let them knock no more."""
    knocks.deny(caller.user, knock_id)

"""Links into a room: list, make, revoke, rotate; look behind one, and join by it."""

from flask import request

from app import access, inputs, limits, links, payloads
from app.actions import invites
from app.api import rooms
from app.api.routes import Route
from app.errors import Conflict, RateLimited
from app.identity import Caller


@Route(
    "GET",
    "/rooms/{room_id}/invites",
    query=inputs.InvitesQuery,
    answers=payloads.Page[payloads.Invite],
)
def index(caller: Caller, room_id: str, query: inputs.InvitesQuery) -> payloads.Page[payloads.Invite]:
    """The room's links, newest first, ended ones too."""
    found = access.invites(caller.user, room_id, before=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    return {
        "items": [payloads.invite(each, url=links.url(each)) for each in shown],
        "next": shown[-1].id if len(found) > len(shown) else None,
    }


@Route(
    "POST",
    "/rooms/{room_id}/invites",
    takes=inputs.NewInvite,
    answers=payloads.Invite,
    status=201,
    refuses=(Conflict, RateLimited),
)
def create(caller: Caller, room_id: str, asked: inputs.NewInvite) -> payloads.Invite:
    """One more link, by any member."""
    made = invites.create(
        caller.user,
        room_id,
        label=asked.label,
        expires_in=asked.expires_in,
        max_uses=asked.max_uses,
        history=asked.history,
        asks_first=asked.asks_first,
    )
    return payloads.invite(made, url=links.url(made))


@Route("POST", "/rooms/{room_id}/invites/rotate", answers=payloads.Invite, status=201, refuses=(RateLimited,))
def rotate(caller: Caller, room_id: str) -> payloads.Invite:
    """Close every link of the room and make a new one, by an owner or a moderator."""
    made = invites.rotate(caller.user, room_id)
    return payloads.invite(made, url=links.url(made))


@Route("DELETE", "/invites/{invite_id}")
def revoke(caller: Caller, invite_id: str) -> None:
    """Close a link, by whoever made it, an owner or a moderator."""
    invites.revoke(caller.user, invite_id)


@Route("GET", "/join/{token}", answers=payloads.Invitation, public=True, refuses=(RateLimited,))
def look(token: str) -> payloads.Invitation:
    """What one is about to join. Looking joins nobody."""
    access.within(limits.LOOK_AT_INVITE, request.remote_addr or "")
    return payloads.invitation(access.invite_by_token(token))


@Route("POST", "/join/{token}", answers=payloads.Joined, again=202, refuses=(Conflict, RateLimited))
def accept(caller: Caller, token: str) -> payloads.Joined | tuple[payloads.Joined, int]:
    """Come into the room behind a link; being in it already is fine. A link that asks first answers 202: somebody who
    looks after the room was asked, and `room_added` says when one is let in.
    """
    came = invites.accept(caller.user, token)
    if invites.waits(came):
        return {"knock": payloads.knock(came)}, 202
    return {"room": rooms.draw(caller, came.room_id)}

"""Members of a room: who they are, their roles, removing one, leaving."""

from app import access, inputs, oversight, payloads
from app.actions import attendance, members
from app.actions import bans as exclusions
from app.api.routes import Route
from app.errors import Conflict
from app.identity import Caller


@Route("GET", "/rooms/{room_id}/members", answers=payloads.Page[payloads.Member])
def index(caller: Caller, room_id: str) -> payloads.Page[payloads.Member]:
    """Everybody in the room, by name, and who is here now."""
    found = access.members(caller.user, room_id)
    drawn = [payloads.member(each, online=attendance.is_online(each.user_id)) for each in found]
    return {"items": drawn, "next": None}


@Route(
    "PATCH",
    "/rooms/{room_id}/members/{user_id}",
    takes=inputs.RoleChange,
    answers=payloads.Member,
    refuses=(Conflict,),
)
def set_role(caller: Caller, room_id: str, user_id: str, asked: inputs.RoleChange) -> payloads.Member:
    """Another role for a member, by an owner."""
    changed = members.set_role(caller.user, room_id, user_id, asked.role)
    return payloads.member(changed, online=attendance.is_online(user_id))


@Route("DELETE", "/rooms/{room_id}/members/me", refuses=(Conflict,))
def leave(caller: Caller, room_id: str) -> None:
    """Out of the room. The last owner hands it over first."""
    members.leave(caller.user, room_id)


@Route("DELETE", "/rooms/{room_id}/members/{user_id}", query=inputs.RemovalQuery)
def remove(caller: Caller, room_id: str, user_id: str, query: inputs.RemovalQuery) -> None:
    """Take somebody out, by who outranks them. Their links stay closed to them; banned, every link does."""
    members.remove(caller.user, room_id, user_id, ban=query.ban)


@Route("PUT", "/rooms/{room_id}/members/{user_id}/mute", takes=inputs.Mute, answers=payloads.Member)
def mute(caller: Caller, room_id: str, user_id: str, asked: inputs.Mute) -> payloads.Member:
    """Let somebody only read for so long, by who outranks them."""
    muted = members.mute(caller.user, room_id, user_id, seconds=asked.seconds)
    return payloads.member(muted, online=attendance.is_online(user_id))


@Route("DELETE", "/rooms/{room_id}/members/{user_id}/mute")
def unmute(caller: Caller, room_id: str, user_id: str) -> None:
    """Let somebody speak again, by who outranks them."""
    members.unmute(caller.user, room_id, user_id)


@Route(
    "GET",
    "/rooms/{room_id}/departures",
    query=inputs.DeparturesQuery,
    answers=payloads.Page[payloads.Arrival],
)
def departures(
    caller: Caller, room_id: str, query: inputs.DeparturesQuery
) -> payloads.Page[payloads.Arrival]:
    """Who was in the room and is not, and isn't banned, for owners and moderators."""
    found = oversight.departures(
        caller.user, room_id, name=query.name, after=query.cursor, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return {
        "items": [payloads.arrival(each) for each in shown],
        "next": shown[-1].user_id if len(found) > len(shown) else None,
    }


@Route("GET", "/rooms/{room_id}/bans", answers=payloads.Page[payloads.Ban])
def bans(caller: Caller, room_id: str) -> payloads.Page[payloads.Ban]:
    """Who is banned from the room, by name, for owners and moderators."""
    found = oversight.bans(caller.user, room_id)
    return {"items": [payloads.ban(*each) for each in found], "next": None}


@Route("PUT", "/rooms/{room_id}/bans/{user_id}")
def ban(caller: Caller, room_id: str, user_id: str) -> None:
    """Let no link let somebody in any more, by who outranks them: a member, who is taken out, or who was one."""
    exclusions.ban(caller.user, room_id, user_id)


@Route("DELETE", "/rooms/{room_id}/bans/{user_id}")
def unban(caller: Caller, room_id: str, user_id: str) -> None:
    """Let links that are made from now on let somebody in again, by an owner or a moderator."""
    exclusions.lift(caller.user, room_id, user_id)

"""Members of a room: who they are, their roles, removing one, leaving."""

from app import access, inputs, payloads
from app.actions import attendance, members
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

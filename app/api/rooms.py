"""Rooms: mine, make one, rename it, close it, and how far I have read."""

from app import access, conversation, inputs, links, oversight, payloads
from app.actions import attendance, members, rooms
from app.api.routes import Route
from app.errors import Conflict, NotFound, RateLimited
from app.identity import Caller


@Route("GET", "/rooms", answers=payloads.Page[payloads.Room])
def index(caller: Caller) -> payloads.Page[payloads.Room]:
    """My rooms, the one where something was said last first."""
    mine = access.rooms(caller.user)
    drawn = payloads.rooms(mine, unread=conversation.unread(mine), last_messages=access.last_messages(mine))
    return {"items": drawn, "next": None}


@Route(
    "POST",
    "/rooms",
    takes=inputs.NewRoom,
    answers=payloads.Founded,
    status=201,
    refuses=(Conflict, NotFound, RateLimited),
)
def create(caller: Caller, asked: inputs.NewRoom) -> payloads.Founded:
    """A room of mine, with its first link."""
    membership, invite = rooms.create(caller.user, asked.title)
    return {
        "room": draw(caller, membership.room_id),
        "invite": payloads.invite(invite, url=links.url(invite)),
    }


@Route("GET", "/rooms/{room_id}", answers=payloads.Room)
def show(caller: Caller, room_id: str) -> payloads.Room:
    """One of my rooms."""
    return draw(caller, room_id)


@Route("PATCH", "/rooms/{room_id}", takes=inputs.RoomChange, answers=payloads.Room)
def change(caller: Caller, room_id: str, asked: inputs.RoomChange) -> payloads.Room:
    """Another title, by an owner; slow mode and whether links let anybody in, by a moderator too."""
    rooms.change(
        caller.user,
        room_id,
        title=asked.title,
        slow_seconds=asked.slow_seconds,
        joining_closed=asked.joining_closed,
    )
    return draw(caller, room_id)


@Route("PATCH", "/rooms/{room_id}/me", takes=inputs.LevelChange, answers=payloads.Room)
def set_level(caller: Caller, room_id: str, asked: inputs.LevelChange) -> payloads.Room:
    """What I want to be told of in this room: everything, mentions, or nothing."""
    attendance.set_level(caller.user, room_id, asked.level)
    return draw(caller, room_id)


@Route("PUT", "/rooms/{room_id}/owner", takes=inputs.Handover, answers=payloads.Member, refuses=(Conflict,))
def hand_over(caller: Caller, room_id: str, asked: inputs.Handover) -> payloads.Member:
    """The room is somebody else's from now on, and I am a moderator of it."""
    heir = members.hand_over(caller.user, room_id, asked.user_id)
    return payloads.member(heir, online=attendance.is_online(heir.user_id))


@Route(
    "GET",
    "/rooms/{room_id}/audit",
    query=inputs.DeedsQuery,
    answers=payloads.Page[payloads.Deed],
)
def audit(caller: Caller, room_id: str, query: inputs.DeedsQuery) -> payloads.Page[payloads.Deed]:
    """What was done in the room, newest first, for an owner: who did what to whom, and when."""
    found = oversight.deeds(caller.user, room_id, before=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    return {
        "items": [payloads.deed(*each) for each in shown],
        "next": str(shown[-1].entry.seq) if len(found) > len(shown) else None,
    }


@Route("DELETE", "/rooms/{room_id}")
def delete(caller: Caller, room_id: str) -> None:
    """Close the room for good, by an owner."""
    rooms.delete(caller.user, room_id)


@Route("PUT", "/rooms/{room_id}/read", takes=inputs.ReadUpTo, answers=payloads.Reading)
def read(caller: Caller, room_id: str, asked: inputs.ReadUpTo) -> payloads.Reading:
    """Move my read position, on all my devices."""
    return payloads.reading(attendance.set_read(caller.user, room_id, asked.seq, back=asked.back))


def draw(caller: Caller, room_id: str) -> payloads.Room:
    """A room, as the one who asks sees it. Raises NotFound for an outsider."""
    mine = [access.membership(caller.user, room_id)]
    [drawn] = payloads.rooms(mine, unread=conversation.unread(mine), last_messages=access.last_messages(mine))
    return drawn

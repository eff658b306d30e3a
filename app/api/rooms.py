"""Rooms: mine, make one, rename it, close it, and how far I have read."""

from app import access, inputs, links, payloads
from app.actions import attendance, rooms
from app.api.routes import Route
from app.errors import Conflict, NotFound, RateLimited
from app.identity import Caller


@Route("GET", "/rooms", answers=payloads.Page[payloads.Room])
def index(caller: Caller) -> payloads.Page[payloads.Room]:
    """My rooms, the one where something was said last first."""
    mine = access.rooms(caller.user)
    drawn = payloads.rooms(mine, unread=access.unread(mine), last_messages=access.last_messages(mine))
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


@Route("PATCH", "/rooms/{room_id}", takes=inputs.NewRoom, answers=payloads.Room)
def rename(caller: Caller, room_id: str, asked: inputs.NewRoom) -> payloads.Room:
    """Another title, by an owner."""
    rooms.rename(caller.user, room_id, asked.title)
    return draw(caller, room_id)


@Route("DELETE", "/rooms/{room_id}")
def delete(caller: Caller, room_id: str) -> None:
    """Close the room for good, by an owner."""
    rooms.delete(caller.user, room_id)


@Route("PUT", "/rooms/{room_id}/read", takes=inputs.ReadUpTo, answers=payloads.Reading)
def read(caller: Caller, room_id: str, asked: inputs.ReadUpTo) -> payloads.Reading:
    """Move my read position, on all my devices."""
    membership, unread = attendance.set_read(caller.user, room_id, asked.seq)
    return payloads.reading(membership, unread=unread)


def draw(caller: Caller, room_id: str) -> payloads.Room:
    """A room, as the one who asks sees it. Raises NotFound for an outsider."""
    mine = [access.membership(caller.user, room_id)]
    [drawn] = payloads.rooms(mine, unread=access.unread(mine), last_messages=access.last_messages(mine))
    return drawn

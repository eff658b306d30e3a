"""The names of places to listen. A socket is in its person's channel, and in one per room it may hear."""

NAMESPACE = "/chat"


def room_channel(room_id: str) -> str:
    """Where everything that happens in a room is told."""
    return f"room:{room_id}"


def user_channel(user_id: str) -> str:
    """Where a person's own sockets, on every device, are told what only concerns them."""
    return f"user:{user_id}"

"""Messages as one person may see them: what entrances draw, wherever one that answers another may be in it."""

from collections.abc import Iterable

from app import access, payloads
from app.models import Message, User


def messages(viewer: User, said: Iterable[Message]) -> list[payloads.Message]:
    """These messages, which the person may see, without what they answer where that is from before their time."""
    drawn = [payloads.message(each) for each in said]
    answering = {each["room_id"] for each in drawn if each["reply_to"] is not None}
    if not answering:
        return drawn
    windows = access.windows(viewer, answering)
    return [payloads.seen(each, windows.get(each["room_id"], 0)) for each in drawn]


def message(viewer: User, said: Message) -> payloads.Message:
    """One of them."""
    [drawn] = messages(viewer, [said])
    return drawn


def changed(viewer: User, said: Message) -> payloads.Changed:
    """One of them, after something was done to it."""
    return {"message": message(viewer, said)}

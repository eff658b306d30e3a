"""Messages as one person may see them: what entrances draw, wherever one that answers another may be in it."""

from collections.abc import Iterable

from app import access, limits, payloads
from app.models import Message, Report, User


def messages(viewer: User, said: Iterable[Message]) -> list[payloads.Message]:
    """These messages, which the person may see, without what they answer where that is from before their time."""
    drawn = [payloads.message(each) for each in said]
    answering = {each["room_id"] for each in drawn if each["reply_to"] is not None}
    if not answering:
        return drawn
    windows = access.windows(viewer, answering)
    # Who is in the room no longer sees of it what they said themselves, and nothing else.
    return [payloads.seen(each, windows.get(each["room_id"], limits.INTEGER_MAX)) for each in drawn]


def message(viewer: User, said: Message) -> payloads.Message:
    """One of them."""
    [drawn] = messages(viewer, [said])
    return drawn


def posted(viewer: User, said: Message, *, duplicate: bool) -> payloads.Posted:
    """What was said; long ago, it may be, and the author may have come back since by a link that shows less."""
    return {"message": message(viewer, said), "duplicate": duplicate}


def changed(viewer: User, said: Message) -> payloads.Changed:
    """One of them, after something was done to it."""
    return {"message": message(viewer, said)}


def reports(viewer: User, found: Iterable[Report]) -> list[payloads.Report]:
    """These reports, which the moderator looks after."""
    found = list(found)
    drawn = messages(viewer, [each.message for each in found])
    return [payloads.report(each, about) for each, about in zip(found, drawn, strict=True)]

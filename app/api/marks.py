"""What is put on messages: reactions and pins."""

from app import inputs, payloads, viewing
from app.actions import pins, reactions
from app.api.routes import Route
from app.errors import Conflict, RateLimited
from app.identity import Caller

REFUSES = (Conflict, RateLimited)


@Route("PUT", "/messages/{message_id}/reactions/{emoji}", answers=payloads.Changed, refuses=REFUSES)
def react(caller: Caller, message_id: str, emoji: str) -> payloads.Changed:
    """Put my emoji under it. That it is there already is fine."""
    return _react(caller, message_id, emoji, on=True)


@Route("DELETE", "/messages/{message_id}/reactions/{emoji}", answers=payloads.Changed, refuses=REFUSES)
def unreact(caller: Caller, message_id: str, emoji: str) -> payloads.Changed:
    """Take my emoji away. That it isn't there is fine."""
    return _react(caller, message_id, emoji, on=False)


@Route("PUT", "/messages/{message_id}/pin", answers=payloads.Changed, refuses=REFUSES)
def pin(caller: Caller, message_id: str) -> payloads.Changed:
    """Pin it, by a moderator or an owner. That it is pinned already is fine."""
    return viewing.changed(caller.user, pins.put(caller.user, message_id, on=True))


@Route("DELETE", "/messages/{message_id}/pin", answers=payloads.Changed, refuses=REFUSES)
def unpin(caller: Caller, message_id: str) -> payloads.Changed:
    """Take the pin out, by a moderator or an owner. That it isn't pinned is fine."""
    return viewing.changed(caller.user, pins.put(caller.user, message_id, on=False))


def _react(caller: Caller, message_id: str, emoji: str, *, on: bool) -> payloads.Changed:
    asked = inputs.read(inputs.SetReaction, {"message_id": message_id, "emoji": emoji, "on": on})
    return viewing.changed(caller.user, reactions.put(caller.user, asked.message_id, asked.emoji, on=on))

"""What somebody hears of a room who may not see all that was said in it: nothing of what is from before their time."""

from typing import cast

from app.payloads.facts import LoggedFact, MessageFact, RoomFact
from app.payloads.shapes import Message


def seen(message: Message, from_seq: int) -> Message:
    """A message that they may see, without the one it answers if that is from before."""
    answered = message["reply_to"]
    return message if answered is None or answered["seq"] >= from_seq else {**message, "reply_to": None}


def heard(fact: LoggedFact, from_seq: int) -> LoggedFact:
    """A fact as they hear it. One about a message from before is a change of nothing, so that their log has no hole."""
    if "message" not in fact:
        return fact
    told = cast(MessageFact, fact)
    if told["message"]["seq"] >= from_seq:
        return {**told, "message": seen(told["message"], from_seq)}
    nothing: RoomFact = {
        "type": "room_changed",
        "room_id": fact["room_id"],
        "seq": fact["seq"],
        "at": fact["at"],
        "room": {},
    }
    return nothing


def oldest(fact: LoggedFact) -> int | None:
    """The oldest message that a fact tells of, when that is another than what it posts."""
    if "message" not in fact:
        return None
    told = cast(MessageFact, fact)["message"]
    answered = told["reply_to"]
    if told["seq"] < fact["seq"]:
        return told["seq"] if answered is None else min(told["seq"], answered["seq"])
    return None if answered is None else answered["seq"]

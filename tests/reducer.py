"""What a client keeps of a room and does with facts: as small as it can be, and enough to be the same as a fresh look.

Pure: a state is plain data, and nothing is asked of anybody.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

State = dict[str, Any]  # me (my user id), seq, room (its fields), messages by id, members by user id
Fact = Mapping[str, Any]

EXCERPT = 140
MINE = ("role", "muted_until")  # what a room says of me


def reduce(state: State, fact: Fact) -> State:
    """The state after this fact: the same when it was known already. A fact too early is a hole, and refused."""
    if fact["seq"] <= state["seq"]:
        return state
    assert fact["seq"] == state["seq"] + 1, "a hole: sync"
    state = copy.deepcopy({**state, "seq": fact["seq"]})
    kind = fact["type"]
    if kind.startswith("message_"):
        _keep(state["messages"], fact["message"])
    elif kind in ("member_joined", "member_changed"):
        _know(state, fact["member"])
    elif kind in ("member_left", "member_removed"):
        _know(state, fact["member"])
        del state["members"][fact["member"]["user"]["id"]]
    elif kind == "room_changed":
        state["room"].update(fact["room"])
    else:
        raise AssertionError(f"unknown: {kind}")
    return _counted(state)


def excerpt(text: str) -> str:
    """The beginning of a text on one line."""
    return re.sub(r"[ \t\n]+", " ", text)[:EXCERPT]


def _keep(messages: dict[str, Any], message: Mapping[str, Any]) -> None:
    held = messages.get(message["id"])
    if held is None or held["version"] <= message["version"]:
        messages[message["id"]] = dict(message)
    for each in messages.values():  # no fact names the answers to what was changed
        if each["reply_to"] is not None and each["reply_to"]["id"] == message["id"]:
            each["reply_to"]["excerpt"] = excerpt(messages[message["id"]]["text"])


def _know(state: State, member: Mapping[str, Any]) -> None:
    user = member["user"]
    state["members"][user["id"]] = dict(member)
    if user["id"] == state["me"]:
        state["room"].update({name: member[name] for name in MINE})
    for message in state["messages"].values():
        for said in (message, message["reply_to"] or {"author": None}):
            if said["author"] is not None and said["author"]["id"] == user["id"]:
                said["author"] = user


def _counted(state: State) -> State:
    """What follows from the rest: how many are in the room, and what was said last."""
    there = [each for each in state["messages"].values() if each["deleted_at"] is None]
    state["room"]["member_count"] = len(state["members"])
    state["room"]["last_message"] = max(there, key=lambda each: int(each["seq"]), default=None)
    return state

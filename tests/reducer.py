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
NOT_LOGGED = {"last_seq", "read_seq", "unread", "mentions", "level"}


def state(look: Mapping[str, Any], me: str) -> State:
    """What a client begins with, from what REST says: `room`, and the items of `messages` and `members`. What is mine
    alone (how far I read, how loud it is) is in no log.
    """
    return {
        "me": me,
        "seq": look["room"]["last_seq"],
        "room": {name: value for name, value in look["room"].items() if name not in NOT_LOGGED},
        "messages": {each["id"]: each for each in look["messages"]},
        "members": {each["user"]["id"]: each for each in look["members"]},
    }


def reduce(state: State, fact: Fact) -> State:
    """The state after this fact: the same when it was known already. A fact too early is a hole, and refused."""
    state = copy.deepcopy(state)
    apply(state, fact)
    return counted(state)


def apply(state: State, fact: Fact) -> None:
    """The same in place, for who takes in thousands; `counted` once, when it is looked at."""
    if fact["seq"] <= state["seq"]:
        return
    assert fact["seq"] == state["seq"] + 1, "a hole: sync"
    state["seq"] = fact["seq"]
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


def excerpt(text: str) -> str:
    """The beginning of a text on one line."""
    return re.sub(r"[ \t\n]+", " ", text)[:EXCERPT]


def _keep(messages: dict[str, Any], message: Mapping[str, Any]) -> None:
    held = messages.get(message["id"])
    if held is None or held["version"] <= message["version"]:
        messages[message["id"]] = copy.deepcopy(dict(message))
    if message["version"] == 1:
        return
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


def counted(state: State) -> State:
    """What follows from the rest: how many are in the room, and what was said last."""
    there = [each for each in state["messages"].values() if each["deleted_at"] is None]
    state["room"]["member_count"] = len(state["members"])
    state["room"]["last_message"] = max(there, key=lambda each: int(each["seq"]), default=None)
    return state

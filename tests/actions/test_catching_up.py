"""I14: what a client knew and what it was told is what it would see afresh, for every kind of entry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce as fold
from typing import Any

import pytest
from flask import Flask

from app.actions import accounts, invites, members, messages, rooms
from app.models import Kind, Role
from tests.conftest import Garden, person
from tests.everything import nonce
from tests.people import Person
from tests.reducer import State, reduce


@dataclass(frozen=True)
class Stage:
    """Bob said something, which Ada answered, reacted to and pinned."""

    app: Flask
    garden: Garden
    ada: Person
    bob: Person
    said: str
    answer: str

    def ask(self, who: Person, event: str, **data: object) -> Any:
        """Ask over the socket, and be answered; the data."""
        answer = who.ask(event, data)
        assert answer["ok"], answer
        return answer["data"]

    def post(self, who: Person, text: str, **more: object) -> str:
        """Say something; the message's id."""
        asked = {"room_id": self.garden.id, "nonce": nonce(), "text": text, **more}
        return str(self.ask(who, "post_message", **asked)["message"]["id"])


@pytest.fixture
def stage(app: Flask, garden: Garden, ada: Person, bob: Person) -> Stage:
    bare = Stage(app, garden, ada, bob, "", "")
    said = bare.post(bob, "Who waters\nthe tomatoes?")
    answer = bare.post(ada, "I do.", reply_to=said)
    bare.ask(ada, "set_reaction", message_id=said, emoji="👍", on=True)
    bare.ask(ada, "set_pin", message_id=said, on=True)
    return Stage(app, garden, ada, bob, said, answer)


def look(stage: Stage) -> State:
    """What a client that comes new is given, by REST."""
    path = f"/rooms/{stage.garden.id}"
    room, said, present = (
        stage.ada.api("GET", path + rest).get_json() for rest in ("", "/messages", "/members")
    )
    return {
        "seq": room["last_seq"],
        "title": room["title"],
        "messages": {each["id"]: each for each in said["items"]},
        "members": {each["user"]["id"]: each for each in present["items"]},
    }


def promote(stage: Stage) -> None:
    with stage.app.app_context():
        members.set_role(stage.ada.user(), stage.garden.id, stage.bob.id, Role.MODERATOR)


def join(stage: Stage) -> None:
    with stage.app.app_context():
        invites.accept(person(stage.app, "carol").user(), stage.garden.token)


def leave(stage: Stage) -> None:
    with stage.app.app_context():
        members.leave(stage.bob.user(), stage.garden.id)


def remove(stage: Stage) -> None:
    with stage.app.app_context():
        members.remove(stage.ada.user(), stage.garden.id, stage.bob.id, ban=False)


def rename(stage: Stage) -> None:
    with stage.app.app_context():
        rooms.rename(stage.ada.user(), stage.garden.id, "The orchard")


def be_called_otherwise(stage: Stage) -> None:
    with stage.app.app_context():
        accounts.set_display_name(stage.bob.user(), "Robert")


def erase(stage: Stage) -> None:
    with stage.app.app_context():
        messages.erase_all(stage.bob.user())


def everything_to_one_message(stage: Stage) -> None:
    said = stage.post(stage.bob, "one", reply_to=stage.answer)
    stage.ask(stage.bob, "edit_message", message_id=said, text="two")
    stage.ask(stage.ada, "set_reaction", message_id=said, emoji="🎉", on=True)
    stage.ask(stage.ada, "set_pin", message_id=said, on=True)
    stage.ask(stage.bob, "delete_message", message_id=said)
    stage.ask(stage.ada, "delete_message", message_id=stage.answer)


CHANGES: dict[str, Callable[[Stage], object]] = {
    "say": lambda stage: stage.post(stage.bob, "hello @ada"),
    "answer": lambda stage: stage.post(stage.bob, "Thanks!", reply_to=stage.answer),
    "edit": lambda stage: stage.ask(stage.bob, "edit_message", message_id=stage.said, text="Who  did?"),
    "edit an answer": lambda stage: stage.ask(stage.ada, "edit_message", message_id=stage.answer, text="He."),
    "delete": lambda stage: stage.ask(stage.bob, "delete_message", message_id=stage.said),
    "delete as the owner": lambda stage: stage.ask(stage.ada, "delete_message", message_id=stage.said),
    "react": lambda stage: stage.ask(stage.bob, "set_reaction", message_id=stage.said, emoji="👍", on=True),
    "react otherwise": lambda stage: stage.ask(
        stage.bob, "set_reaction", message_id=stage.said, emoji="👍🏽", on=True
    ),
    "take a reaction away": lambda stage: stage.ask(
        stage.ada, "set_reaction", message_id=stage.said, emoji="👍", on=False
    ),
    "pin": lambda stage: stage.ask(stage.ada, "set_pin", message_id=stage.answer, on=True),
    "unpin": lambda stage: stage.ask(stage.ada, "set_pin", message_id=stage.said, on=False),
    **{
        each.__name__: each
        for each in (
            everything_to_one_message,
            erase,
            join,
            leave,
            remove,
            promote,
            rename,
            be_called_otherwise,
        )
    },
}


def missed(stage: Stage, seq: int) -> list[Any]:
    """What Ada missed in the garden after this."""
    caught_up = stage.ask(stage.ada, "sync", rooms={stage.garden.id: seq})
    [room] = caught_up["rooms"]
    assert not room["reset"]
    entries: list[Any] = room["entries"]
    return entries


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_was_known_and_what_was_told_is_what_is(stage: Stage, change: Callable[[Stage], object]) -> None:
    stale = look(stage)
    stage.ada.heard()
    change(stage)
    told = [fact for _, fact in stage.ada.heard() if "seq" in fact]
    caught_up = missed(stage, stale["seq"])
    fresh = look(stage)

    assert told
    assert [(each["type"], each["seq"]) for each in told] == [
        (each["type"], each["seq"]) for each in caught_up
    ]
    assert fold(reduce, told, stale) == fresh
    assert fold(reduce, caught_up, stale) == fresh
    assert fold(reduce, [*told, *caught_up, *told], stale) == fresh  # what is heard twice changes nothing
    if len({each.get("message", each).get("id") for each in told}) == len(told):
        assert told == caught_up  # the same objects


@pytest.mark.parametrize("known", range(7))
def test_from_wherever_one_catches_up_it_comes_out_the_same(stage: Stage, known: int) -> None:
    """What was heard live up to some place, and the rest of it later, when it was deleted meanwhile."""
    stale = look(stage)
    stage.ada.heard()
    everything_to_one_message(stage)
    live = fold(reduce, [fact for _, fact in stage.ada.heard()][:known], stale)
    assert fold(reduce, missed(stage, live["seq"]), live) == look(stage)


def test_every_kind_of_entry_is_among_the_changes(stage: Stage) -> None:
    for name in ("everything_to_one_message", "join", "promote", "rename", "leave"):
        CHANGES[name](stage)
    with stage.app.app_context():
        invites.accept(stage.bob.user(), stage.garden.token)
    remove(stage)
    assert {each["type"] for each in missed(stage, 0)} == set(Kind)

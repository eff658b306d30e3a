"""I14: what a client knew and what it was told is what it would see afresh, for every kind of entry.

Three clients fold the same entries: a reducer as small as it can be, that of examples/, and the browser's own modules.
"""

import functools
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce as fold
from typing import Any

import pytest
from flask import Flask

from app.actions import accounts, bans, bots, invites, knocks, members, messages, purges, rooms
from app.models import Kind, Role
from app.payloads.facts import RoomFields
from examples import client as example
from tests.conftest import Garden, person
from tests.everything import nonce
from tests.js.test_modules import ROOT, node
from tests.people import Person
from tests.reducer import reduce, state


@dataclass(frozen=True)
class Stage:
    """Bob said something, which Ada answered, reacted to and pinned; Carol listens."""

    app: Flask
    garden: Garden
    ada: Person
    bob: Person
    carol: Person
    said: str = ""
    answer: str = ""

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
    carol = person(app, "carol")
    with app.app_context():
        invites.accept(carol.user(), garden.token)
    bare = Stage(app, garden, ada, bob, carol)
    assert all(each.socket.connected for each in (ada, bob, carol))
    said = bare.post(bob, "Who waters\nthe tomatoes?")
    answer = bare.post(ada, "I do.", reply_to=said)
    bare.ask(ada, "set_reaction", message_id=said, emoji="👍", on=True)
    bare.ask(ada, "set_pin", message_id=said, on=True)
    return Stage(app, garden, ada, bob, carol, said, answer)


Look = dict[str, Any]  # as a page begins with: the room, what was said (newest first), who is there


def look(stage: Stage, who: Person) -> Look:
    """What a client that comes new is given, by REST."""
    path = f"/rooms/{stage.garden.id}"
    room, said, there = (who.api("GET", path + rest).get_json() for rest in ("", "/messages", "/members"))
    assert said["next"] is there["next"] is None
    return {"room": room, "messages": said["items"], "members": there["items"]}


@dataclass(frozen=True)
class Change:
    """Something that happens in the room, and the kinds of the entries that it writes, in their order."""

    kinds: tuple[Kind, ...]
    do: Callable[[Stage], object]
    fields: frozenset[str] = field(default=frozenset())  # of the room, that it changes


CHANGES: dict[str, Change] = {}


def change(*kinds: Kind, fields: tuple[str, ...] = ()) -> Callable[..., Any]:
    """Enters a function into the table, by its name. It asks over the socket."""

    def enter(do: Callable[[Stage], object]) -> Callable[[Stage], object]:
        CHANGES[do.__name__.replace("_", " ")] = Change(kinds, do, frozenset(fields))
        return do

    return enter


def action(*kinds: Kind, fields: tuple[str, ...] = ()) -> Callable[..., Any]:
    """The same for one that calls actions, and so inside of an application context."""

    def enter(do: Callable[[Stage], object]) -> Callable[[Stage], object]:
        @functools.wraps(do)
        def done(stage: Stage) -> None:
            with stage.app.app_context():
                do(stage)

        change(*kinds, fields=fields)(done)
        return done

    return enter


def asked(name: str, kind: Kind, who: str, event: str, **data: Any) -> None:
    """Enters a request over the socket, about what Bob said unless another message is named."""

    def do(stage: Stage) -> None:
        message_id = getattr(stage, data.get("message_id", "said"))
        stage.ask(getattr(stage, who), event, **{**data, "message_id": message_id})

    CHANGES[name] = Change((kind,), do)


asked("edit", Kind.MESSAGE_EDITED, "bob", "edit_message", text="Who  did?")
asked("edit an answer", Kind.MESSAGE_EDITED, "ada", "edit_message", message_id="answer", text="He.")
asked("delete", Kind.MESSAGE_DELETED, "bob", "delete_message")
asked("delete as the owner", Kind.MESSAGE_DELETED, "ada", "delete_message")
asked("delete the last", Kind.MESSAGE_DELETED, "ada", "delete_message", message_id="answer")
asked("react", Kind.MESSAGE_REACTED, "bob", "set_reaction", emoji="👍", on=True)
asked("react otherwise", Kind.MESSAGE_REACTED, "bob", "set_reaction", emoji="👍🏽", on=True)
asked("take a reaction away", Kind.MESSAGE_REACTED, "ada", "set_reaction", emoji="👍", on=False)
asked("pin", Kind.MESSAGE_PINNED, "ada", "set_pin", message_id="answer", on=True)
asked("unpin", Kind.MESSAGE_PINNED, "ada", "set_pin", on=False)


@change(Kind.MESSAGE_POSTED)
def say(stage: Stage) -> None:
    stage.post(stage.bob, "hello @ada, hello @carol")


@change(Kind.MESSAGE_POSTED)
def answer(stage: Stage) -> None:
    stage.post(stage.bob, "Thanks!", reply_to=stage.answer)


@change(
    Kind.MESSAGE_POSTED,
    Kind.MESSAGE_EDITED,
    Kind.MESSAGE_REACTED,
    Kind.MESSAGE_PINNED,
    Kind.MESSAGE_DELETED,
    Kind.MESSAGE_DELETED,
)
def everything_to_one_message(stage: Stage) -> None:
    said = stage.post(stage.bob, "one", reply_to=stage.answer)
    stage.ask(stage.bob, "edit_message", message_id=said, text="two")
    stage.ask(stage.ada, "set_reaction", message_id=said, emoji="🎉", on=True)
    stage.ask(stage.ada, "set_pin", message_id=said, on=True)
    stage.ask(stage.bob, "delete_message", message_id=said)
    stage.ask(stage.ada, "delete_message", message_id=stage.answer)


@action(Kind.MESSAGE_DELETED)
def erase(stage: Stage) -> None:
    messages.erase_all(stage.bob.user())


@action(Kind.MEMBER_JOINED)
def join(stage: Stage) -> None:
    invites.accept(person(stage.app, "dan").user(), stage.garden.token)


@action(Kind.ROOM_CHANGED, Kind.MEMBER_JOINED)
def knock_and_be_let_in(stage: Stage) -> None:
    link = invites.create(stage.ada.user(), stage.garden.id, asks_first=True, history="none")
    knocks.approve(stage.ada.user(), invites.accept(person(stage.app, "dan").user(), link.token).id)


@action(Kind.MEMBER_JOINED, Kind.MEMBER_REMOVED)
def a_bot_comes_and_goes(stage: Stage) -> None:
    bot, _ = bots.create(stage.ada.user(), stage.garden.id, username="echo")
    members.remove(stage.ada.user(), stage.garden.id, bot.user_id, ban=False)


@action(Kind.MEMBER_LEFT)
def leave(stage: Stage) -> None:
    members.leave(stage.bob.user(), stage.garden.id)


@action(Kind.MEMBER_LEFT, Kind.MEMBER_JOINED)
def leave_and_come_back(stage: Stage) -> None:
    members.leave(stage.bob.user(), stage.garden.id)
    invites.accept(stage.bob.user(), stage.garden.token)


@action(Kind.MEMBER_CHANGED, Kind.MEMBER_LEFT)
def take_another_name_and_leave(stage: Stage) -> None:
    accounts.set_display_name(stage.bob.user(), "Robert")
    members.leave(stage.bob.user(), stage.garden.id)


@action(Kind.MEMBER_REMOVED)
def remove(stage: Stage) -> None:
    members.remove(stage.ada.user(), stage.garden.id, stage.bob.id, ban=False)


@action(Kind.MEMBER_REMOVED, Kind.ROOM_CHANGED)
def ban_and_let_come_again(stage: Stage) -> None:
    members.remove(stage.ada.user(), stage.garden.id, stage.bob.id, ban=True)
    bans.lift(stage.ada.user(), stage.garden.id, stage.bob.id)


@action(Kind.ROOM_CHANGED, Kind.MEMBER_JOINED, Kind.MEMBER_REMOVED, Kind.MEMBER_JOINED)
def put_out_who_came_by_a_link_and_take_it_back(stage: Stage) -> None:
    link = invites.create(stage.ada.user(), stage.garden.id)
    invites.accept(person(stage.app, "dan").user(), link.token)
    done, _ = purges.purge(stage.ada.user(), link.id)
    purges.undo(stage.ada.user(), done.id)


@action(Kind.MEMBER_CHANGED)
def promote(stage: Stage) -> None:
    members.set_role(stage.ada.user(), stage.garden.id, stage.carol.id, Role.MODERATOR)


@action(Kind.MEMBER_CHANGED, Kind.MEMBER_CHANGED)
def promote_and_demote(stage: Stage) -> None:
    members.set_role(stage.ada.user(), stage.garden.id, stage.carol.id, Role.OWNER)
    members.set_role(stage.ada.user(), stage.garden.id, stage.carol.id, Role.MEMBER)


@action(Kind.MEMBER_CHANGED, Kind.MEMBER_CHANGED)
def hand_over(stage: Stage) -> None:
    members.hand_over(stage.ada.user(), stage.garden.id, stage.carol.id)


@action(Kind.MEMBER_CHANGED)
def mute(stage: Stage) -> None:
    members.mute(stage.ada.user(), stage.garden.id, stage.carol.id, seconds=3600)


@action(Kind.MEMBER_CHANGED, Kind.MEMBER_CHANGED)
def mute_and_unmute(stage: Stage) -> None:
    members.mute(stage.ada.user(), stage.garden.id, stage.carol.id, seconds=3600)
    members.unmute(stage.ada.user(), stage.garden.id, stage.carol.id)


@action(Kind.MEMBER_CHANGED)
def take_another_name(stage: Stage) -> None:
    accounts.set_display_name(stage.bob.user(), "Robert")


@action(Kind.MEMBER_CHANGED)
def take_another_name_mine(stage: Stage) -> None:
    accounts.set_display_name(stage.carol.user(), "Caroline")


@action(Kind.ROOM_CHANGED, fields=("title",))
def another_title(stage: Stage) -> None:
    rooms.rename(stage.ada.user(), stage.garden.id, "The orchard")


@action(Kind.ROOM_CHANGED, fields=("slow_seconds",))
def slow_mode(stage: Stage) -> None:
    rooms.change(stage.ada.user(), stage.garden.id, slow_seconds=30)


@action(Kind.ROOM_CHANGED, fields=("joining_closed",))
def the_door_is_closed(stage: Stage) -> None:
    rooms.change(stage.ada.user(), stage.garden.id, joining_closed=True)


@action(*[Kind.ROOM_CHANGED] * 2, fields=("title", "slow_seconds"))
def all_of_it_and_some_of_it_back(stage: Stage) -> None:
    rooms.change(stage.ada.user(), stage.garden.id, title="The orchard", slow_seconds=30)
    rooms.change(stage.ada.user(), stage.garden.id, slow_seconds=0)


def missed(stage: Stage, who: Person, seq: int) -> Any:
    """What `sync` says to somebody who knows the garden up to this."""
    caught_up = stage.ask(who, "sync", rooms={stage.garden.id: seq})
    assert not caught_up["rooms"][0]["reset"]
    return caught_up


def entries(caught_up: Any) -> list[Any]:
    """The facts of the one room of a catch-up."""
    [room] = caught_up["rooms"]
    facts: list[Any] = room["entries"]
    return facts


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_known_and_what_was_told_is_what_is(stage: Stage, name: str) -> None:
    """For the owner, and for a member, whom some of it is about."""
    watching = [stage.ada, stage.carol]
    before = [look(stage, who) for who in watching]
    for who in watching:
        who.heard()
    CHANGES[name].do(stage)
    for who, was in zip(watching, before, strict=True):
        told = [fact for _, fact in who.heard() if "seq" in fact]
        agrees(CHANGES[name], stage, who, was, told)


def agrees(made: Change, stage: Stage, who: Person, was: Look, told: list[Any]) -> None:
    """Whether somebody comes out at the same, who knew this, and was told that or slept through it."""
    caught_up = missed(stage, who, was["room"]["last_seq"])
    facts, now = entries(caught_up), look(stage, who)

    assert tuple(each["type"] for each in told) == made.kinds
    assert made.fields == {name for each in told for name in each.get("room", {})}
    assert [(each["type"], each["seq"]) for each in told] == [(each["type"], each["seq"]) for each in facts]
    if len(told) == 1:
        assert told == facts  # the same objects

    stale, fresh = state(was, who.id), state(now, who.id)
    assert fold(reduce, told, stale) == fresh
    assert fold(reduce, facts, stale) == fresh
    assert fold(reduce, [*told, *facts, *told], stale) == fresh  # what is heard twice changes nothing
    assert by_example(was, facts) == by_example(was, told) == unquoted(now)
    pages = by_browser(was, told, caught_up, now)
    assert pages["live"] == pages["fresh"]
    assert pages["slept"] == pages["fresh"]


def by_example(was: Look, facts: list[Any]) -> list[Any]:
    """What examples/client.py draws, who knew this and is told that."""
    client = example.Client("", "")
    room = was["room"]
    said = {each["seq"]: each for each in was["messages"]}
    client.rooms[room["id"]] = {**room, "cursor": room["last_seq"], "messages": said}
    for fact in facts:
        client._apply(fact)
    return unquoted({"messages": list(client.rooms[room["id"]]["messages"].values())})


def unquoted(seen: Look) -> list[Any]:
    """What was said, without the names and quotes of others in it, which a small client doesn't bring up to date."""
    left_out = {"author", "reply_to"}
    newest_first = sorted(seen["messages"], key=lambda each: -each["seq"])
    return [{name: value for name, value in each.items() if name not in left_out} for each in newest_first]


def by_browser(was: Look, told: list[Any], caught_up: Any, now: Look) -> Any:
    """What the browser's modules draw, each by its way: `live`, `slept`, and `fresh` for a page loaded now."""
    story = {"me": caught_up["me"], "stale": was, "told": told, "answer": caught_up, "fresh": now}
    ran = subprocess.run(
        [node(), "tests/js/follower.mjs"],
        cwd=ROOT,
        input=json.dumps(story),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("known", range(7))
def test_from_wherever_one_catches_up_it_comes_out_the_same(stage: Stage, known: int) -> None:
    """What was heard live up to some place, and the rest of it later, when it was deleted meanwhile."""
    stale = state(look(stage, stage.ada), stage.ada.id)
    stage.ada.heard()
    everything_to_one_message(stage)
    live = fold(reduce, [fact for _, fact in stage.ada.heard()][:known], stale)
    late = entries(missed(stage, stage.ada, live["seq"]))
    assert fold(reduce, late, live) == state(look(stage, stage.ada), stage.ada.id)


def test_every_kind_of_entry_and_every_field_of_a_room_is_among_the_changes() -> None:
    assert {kind for each in CHANGES.values() for kind in each.kinds} == set(Kind)
    assert {field for each in CHANGES.values() for field in each.fields} == set(RoomFields.__annotations__)

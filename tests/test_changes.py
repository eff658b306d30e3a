"""Editing, deleting, answering, reacting and pinning: each promise through every entrance."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.actions import members
from app.models import Role
from tests import doors, stored
from tests.conftest import Garden
from tests.databases import on_both
from tests.doors import Answer
from tests.people import Person
from tests.requests import unknown

Door = Callable[[Person, str, dict[str, Any]], Answer]
talk = pytest.mark.parametrize("door", doors.TALK.values(), ids=doors.TALK.keys())
THUMB, WAVE = "👍", "👋🏽"

# What Ada, who owns the room, does with a message of hers: the request, the fact, and what it makes of the message.
DEEDS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("edit_message", {"text": "hello again"}, "message_edited", {"text": "hello again", "version": 2}),
    ("delete_message", {}, "message_deleted", {"text": "", "version": 2, "reactions": [], "pinned": False}),
    ("set_reaction", {"emoji": THUMB, "on": True}, "message_reacted", {"version": 2}),
    ("set_pin", {"on": True}, "message_pinned", {"pinned": True, "version": 2}),
]
deeds = pytest.mark.parametrize(("event", "asked", "told", "made"), DEEDS, ids=[each[0] for each in DEEDS])


def hush(*people: Person) -> None:
    """Connect these, and forget what they heard."""
    for person in people:
        assert person.socket.connected and person.token and person.csrf()
        person.heard()


def say(person: Person, garden: Garden, text: str = "hello", **rest: Any) -> dict[str, Any]:
    """Say it over the socket; the message."""
    asked = {"room_id": garden.id, "nonce": unknown(), "text": text, **rest}
    message: dict[str, Any] = person.ask("post_message", asked)["data"]["message"]
    return message


@on_both
@talk
@deeds
def test_the_whole_message_is_answered_told_to_the_room_and_in_the_history(
    door: Door,
    event: str,
    asked: dict[str, Any],
    told: str,
    made: dict[str, Any],
    garden: Garden,
    ada: Person,
    bob: Person,
    mallory: Person,
) -> None:
    said = say(ada, garden)
    hush(ada, bob, mallory)
    done = door(ada, event, {"message_id": said["id"], **asked})

    assert (done.code, done.status) == ("", 200)
    message = done.data["message"]
    assert {name: message[name] for name in made} == made
    for person in (ada, bob):
        [(name, fact)] = person.heard()
        assert (name, fact["type"], fact["seq"], fact["message"]) == (told, told, said["seq"] + 1, message)
    assert mallory.heard() == []
    assert bob.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"] == [message]
    [missed] = door(bob, "sync", {"rooms": {garden.id: said["seq"]}}).data["rooms"]
    assert [(each["type"], each["message"]) for each in missed["entries"]] == [(told, message)]


@talk
@deeds
def test_the_same_again_is_answered_alike_and_told_to_nobody(
    door: Door,
    event: str,
    asked: dict[str, Any],
    told: str,
    made: dict[str, Any],
    app: Flask,
    garden: Garden,
    ada: Person,
    bob: Person,
) -> None:
    request = {"message_id": say(ada, garden)["id"], **asked}
    first = door(ada, event, request)
    hush(ada, bob)
    before = stored.rows(app)

    assert door(ada, event, request).data == first.data
    assert ada.heard() + bob.heard() == []
    assert stored.rows(app) == before


@talk
@deeds
def test_an_outsider_is_answered_as_if_there_were_no_message(
    door: Door,
    event: str,
    asked: dict[str, Any],
    told: str,
    made: dict[str, Any],
    app: Flask,
    garden: Garden,
    ada: Person,
    bob: Person,
    mallory: Person,
    make_room: Callable[..., str],
) -> None:
    said = say(ada, garden)
    make_room(mallory)
    hush(ada, bob, mallory)
    before = stored.rows(app)

    refused = door(mallory, event, {"message_id": said["id"], **asked})
    nothing = door(mallory, event, {"message_id": unknown(), **asked})
    assert (refused.code, refused.status) == ("not_found", 404)
    assert refused.problem == nothing.problem
    assert ada.heard() + bob.heard() + mallory.heard() == []
    assert stored.rows(app) == before
    assert door(ada, event, {"message_id": said["id"], **asked}).code == ""


@talk
@deeds
def test_who_was_removed_changes_nothing_more_not_even_their_own(
    door: Door,
    event: str,
    asked: dict[str, Any],
    told: str,
    made: dict[str, Any],
    app: Flask,
    garden: Garden,
    ada: Person,
    bob: Person,
) -> None:
    said = say(bob, garden)
    with app.app_context():
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
    assert door(bob, event, {"message_id": said["id"], **asked}).code == ""
    other = say(bob, garden)
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=False)
    hush(ada, bob)

    assert door(bob, event, {"message_id": other["id"], **asked}).code == "not_found"
    assert ada.heard() == []


@talk
@pytest.mark.parametrize(
    ("event", "asked"),
    [("edit_message", {"text": "mine now"}), ("delete_message", {}), ("set_pin", {"on": True})],
)
def test_a_member_may_not_do_it_with_what_somebody_else_said(
    door: Door, event: str, asked: dict[str, Any], app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    """BZ2, BZ3. Reacting is what everybody may do."""
    said = say(ada, garden)
    hush(ada, bob)
    before = stored.rows(app)

    refused = door(bob, event, {"message_id": said["id"], **asked})
    assert (refused.code, refused.status) == ("forbidden", 403)
    assert ada.heard() + bob.heard() == []
    assert stored.rows(app) == before
    assert door(ada, event, {"message_id": said["id"], **asked}).code == ""
    assert (
        door(bob, "set_reaction", {"message_id": say(ada, garden)["id"], "emoji": WAVE, "on": True}).code
        == ""
    )


@talk
def test_a_moderator_deletes_and_pins_what_anybody_said_and_edits_only_their_own(
    door: Door, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    with app.app_context():
        members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
    said = {"message_id": say(ada, garden)["id"]}

    assert door(bob, "set_pin", {**said, "on": True}).code == ""
    assert door(bob, "set_pin", {**said, "on": False}).data["message"]["pinned"] is False
    assert door(bob, "edit_message", {**said, "text": "mine now"}).code == "forbidden"
    assert door(ada, "edit_message", {**said, "text": "still mine"}).code == ""
    assert door(bob, "delete_message", said).code == ""


JUNK: list[tuple[str, dict[str, Any], str]] = [
    ("edit_message", {"text": ""}, "invalid"),
    ("edit_message", {"text": "x" * 4001}, "too_large"),
    ("edit_message", {"text": "hello", "version": 0}, "invalid"),
    ("edit_message", {"text": "hello", "version": "1"}, "invalid"),
    ("edit_message", {"text": "hello", "author": "ada"}, "invalid"),
    ("edit_message", {}, "invalid"),
    ("delete_message", {"at": 1}, "invalid"),
    ("set_reaction", {"emoji": "x", "on": True}, "invalid"),
    ("set_reaction", {"emoji": "👍👍", "on": True}, "invalid"),
    ("set_reaction", {"emoji": "👍 ", "on": True}, "invalid"),
    ("set_reaction", {"emoji": "🏽", "on": True}, "invalid"),
    ("set_reaction", {"emoji": "🇩", "on": True}, "invalid"),
    ("set_reaction", {"emoji": "👍" * 20_000, "on": False}, "invalid"),
    ("set_reaction", {"emoji": "<b>", "on": True}, "invalid"),
    ("set_reaction", {"emoji": THUMB, "on": True, "user_id": "bob"}, "invalid"),
    ("set_pin", {"on": True, "seq": 1}, "invalid"),
]


@pytest.mark.parametrize(("event", "junk", "code"), JUNK, ids=lambda value: ascii(value)[:50])
def test_junk_is_refused_alike_and_leaves_nothing(
    event: str, junk: dict[str, Any], code: str, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    said = {"message_id": say(ada, garden)["id"]}
    hush(ada, bob)
    before = stored.rows(app)

    refused = [door(ada, event, {**said, **junk}) for door in doors.TALK.values()]
    assert {each.code for each in refused} == {code}
    assert all(each.problem == refused[0].problem for each in refused)
    assert ada.heard() + bob.heard() == []
    assert stored.rows(app) == before


@pytest.mark.parametrize("junk", [{"on": 1}, {"on": "true"}, {"on": None}, {}])
def test_on_is_yes_or_no(junk: dict[str, Any], garden: Garden, ada: Person) -> None:
    said = {"message_id": say(ada, garden)["id"]}
    assert ada.ask("set_pin", {**said, **junk})["error"]["code"] == "invalid"
    assert ada.ask("set_reaction", {**said, "emoji": THUMB, **junk})["error"]["code"] == "invalid"


# ---- answering


@on_both
@talk
def test_an_answer_shows_what_it_answers(door: Door, garden: Garden, ada: Person, bob: Person) -> None:
    asked = say(ada, garden, "Who  waters\n\nthe *tomatoes*?" + "!" * 200)
    hush(ada, bob)
    nonce = unknown()
    request = {"room_id": garden.id, "nonce": nonce, "text": "I do", "reply_to": asked["id"]}
    answer = door(bob, "post_message", request)

    quoted = answer.data["message"]["reply_to"]
    assert quoted == {
        "id": asked["id"],
        "seq": asked["seq"],
        "author": asked["author"],
        "excerpt": ("Who waters the *tomatoes*?" + "!" * 200)[:140],
    }
    [(_, fact)] = ada.heard()
    assert fact["message"] == answer.data["message"]
    again = door(bob, "post_message", request)
    assert again.data == {**answer.data, "duplicate": True}
    assert door(bob, "post_message", {**request, "reply_to": None}).code == "conflict"


@talk
def test_what_is_answered_is_a_message_of_this_room(
    door: Door, app: Flask, garden: Garden, ada: Person, bob: Person, make_room: Callable[..., str]
) -> None:
    orchard = make_room(ada)
    elsewhere = ada.say(orchard)["data"]["message"]
    hush(ada, bob)
    before = stored.rows(app)
    for reply_to in (elsewhere["id"], unknown(), garden.id):
        request = {"room_id": garden.id, "nonce": unknown(), "text": "hm?", "reply_to": reply_to}
        refused = door(ada, "post_message", request)
        assert (refused.code, [each["path"] for each in refused.problem["errors"]]) == (
            "invalid",
            ["reply_to"],
        )
    assert stored.rows(app) == before
    assert bob.heard() == []
    said = say(ada, garden)
    request = {"room_id": garden.id, "nonce": unknown(), "text": "yes", "reply_to": said["id"]}
    assert door(ada, "post_message", request).code == ""


def test_of_what_was_deleted_an_answer_shows_nothing_and_of_what_was_edited_what_it_says_now(
    garden: Garden, ada: Person, bob: Person
) -> None:
    said = {"message_id": say(ada, garden, "first")["id"]}
    say(bob, garden, "yes", reply_to=said["message_id"])

    def excerpt() -> str:
        [newest, *_] = bob.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"]
        shown: str = newest["reply_to"]["excerpt"]
        return shown

    assert excerpt() == "first"
    ada.ask("edit_message", {**said, "text": "second"})
    assert excerpt() == "second"
    ada.ask("delete_message", said)
    assert excerpt() == ""
    late = say(bob, garden, "what was it?", reply_to=said["message_id"])
    assert late["reply_to"]["excerpt"] == ""


# ---- reading what was kept


def test_members_read_what_it_said_before_and_after_a_deletion_nobody_does(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    said = {"message_id": say(ada, garden, "first")["id"]}
    path = f"/messages/{said['message_id']}/versions"
    assert bob.api("GET", path).get_json() == {"items": [], "next": None}
    for text in ("second", "third"):
        ada.ask("edit_message", {**said, "text": text})

    kept = bob.api("GET", path).get_json()["items"]
    assert [(each["version"], each["text"]) for each in kept] == [(2, "second"), (1, "first")]
    assert kept[0]["written_at"] >= kept[1]["written_at"]
    assert mallory.api("GET", path).status_code == 404
    ada.ask("delete_message", said)
    assert bob.api("GET", path).get_json()["items"] == []
    everything = str(stored.rows(app))
    assert not any(text in everything for text in ("first", "second", "third"))


def test_pins_come_the_last_pinned_first(garden: Garden, ada: Person, bob: Person, mallory: Person) -> None:
    one, two = say(bob, garden, "one"), say(ada, garden, "two")
    for said in (two, one):
        ada.ask("set_pin", {"message_id": said["id"], "on": True})
    path = f"/rooms/{garden.id}/pins"

    assert [each["text"] for each in bob.api("GET", path).get_json()["items"]] == ["one", "two"]
    assert mallory.api("GET", path).status_code == 404
    bob.ask("delete_message", {"message_id": one["id"]})
    assert [each["text"] for each in bob.api("GET", path).get_json()["items"]] == ["two"]

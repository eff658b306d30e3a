"""Every promise through every entrance: the same action, the same payload, the same refusal."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import limits
from app.actions import credentials
from app.extensions import db
from app.models import Credential
from app.sockets.chat import Chat
from tests import doors, stored
from tests.conftest import PASSWORD, Garden
from tests.databases import on_both
from tests.doors import Answer
from tests.people import Person
from tests.requests import unknown

Door = Callable[[Person, str, dict[str, Any]], Answer]
House = Callable[[Person, str, dict[str, str], dict[str, Any]], int]
Make = Callable[..., Flask]

talk = pytest.mark.parametrize("door", doors.TALK.values(), ids=doors.TALK.keys())
house = pytest.mark.parametrize("door", doors.HOUSE.values(), ids=doors.HOUSE.keys())
NOW = re.compile(r"'now': '[^']*'")


def test_whatever_the_socket_is_asked_has_a_twin_or_a_reason() -> None:
    assert set(Chat.requests) == set(doors.TWINS) | doors.SOCKET_ONLY


# ---- talk: REST with a token, REST with a cookie, the socket


@on_both
@talk
def test_what_is_said_anywhere_is_heard_everywhere(
    door: Door, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    ada.heard(), bob.heard(), mallory.heard()
    phone = bob.connect()
    said = door(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "hello"})

    message = said.data["message"]
    assert said.data["duplicate"] is False
    for socket in (ada, bob, phone):
        [(event, fact)] = socket.heard()
        assert (event, fact["type"], fact["room_id"]) == ("message_posted", "message_posted", garden.id)
        assert (fact["message"], fact["seq"]) == (message, message["seq"])
    assert mallory.heard() == []
    assert bob.api("GET", f"/rooms/{garden.id}/messages").get_json()["items"] == [message]


@on_both
@pytest.mark.parametrize("again", doors.TALK.values(), ids=doors.TALK.keys())
@talk
def test_a_retry_by_another_entrance_says_nothing_twice(
    door: Door, again: Door, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    request = {"room_id": garden.id, "nonce": unknown(), "text": "once"}
    first = door(ada, "post_message", request)
    assert ada.token and ada.csrf() and ada.socket.connected
    bob.heard(), ada.heard()
    before = stored.rows(app)
    second = again(ada, "post_message", request)

    assert second.data == {"message": first.data["message"], "duplicate": True}
    assert ada.heard() + bob.heard() == []
    assert stored.rows(app) == before


@on_both
@talk
def test_a_nonce_that_was_used_for_something_else_is_a_conflict(
    door: Door, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    other = ada.api("POST", "/rooms", {"title": "The orchard"}).get_json()["room"]["id"]
    nonce = unknown()
    assert door(ada, "post_message", {"room_id": garden.id, "nonce": nonce, "text": "this"}).code == ""
    bob.heard()
    before = stored.rows(app)

    for room_id, text in ((garden.id, "that"), (other, "this")):
        refused = door(ada, "post_message", {"room_id": room_id, "nonce": nonce, "text": text})
        assert (refused.code, refused.status) == ("conflict", 409)
    assert stored.rows(app) == before
    assert bob.heard() == []


JUNK: list[tuple[str, dict[str, Any], str]] = [
    ("post_message", {"nonce": unknown(), "text": ""}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": "\u200b"}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": "x" * 4001}, "too_large"),
    ("post_message", {"nonce": unknown(), "text": "😀" * 4001}, "too_large"),
    ("post_message", {"nonce": unknown(), "text": "a" + "\u0316" * 1000}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": "a\0"}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": 1}, "invalid"),
    ("post_message", {"nonce": unknown()}, "invalid"),
    ("post_message", {"text": "hello"}, "invalid"),
    ("post_message", {"nonce": "x" * 10_000, "text": "hello"}, "invalid"),
    ("post_message", {"nonce": "no uuid", "text": "hello"}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": "hello", "sender": "ada"}, "invalid"),
    ("post_message", {"nonce": unknown(), "text": "hello", "ts": 0, "seq": 1}, "invalid"),
    ("set_read", {"seq": -1}, "invalid"),
    ("set_read", {"seq": "1"}, "invalid"),
    ("set_read", {}, "invalid"),
    ("set_read", {"seq": 1, "user_id": "ada"}, "invalid"),
]


@talk
@pytest.mark.parametrize(("event", "junk", "code"), JUNK, ids=lambda value: ascii(value)[:50])
def test_junk_is_refused_alike_and_leaves_nothing(
    door: Door,
    event: str,
    junk: dict[str, Any],
    code: str,
    app: Flask,
    garden: Garden,
    ada: Person,
    bob: Person,
) -> None:
    assert ada.token and ada.csrf()
    bob.heard(), ada.heard()
    before = stored.rows(app)
    refused = door(ada, event, {"room_id": garden.id, **junk})
    by_socket = doors.by_socket(bob, event, {"room_id": garden.id, **junk})

    assert refused.code == code
    assert refused.problem == by_socket.problem
    assert stored.rows(app) == before
    assert ada.heard() + bob.heard() == []
    assert door(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "alive"}).code == ""


@on_both
@talk
def test_an_outsider_is_refused_as_if_there_were_no_room(
    door: Door, garden: Garden, bob: Person, mallory: Person
) -> None:
    for event, rest in (
        ("post_message", {"nonce": unknown(), "text": "let me in"}),
        ("set_read", {"seq": 1}),
    ):
        refused = door(mallory, event, {"room_id": garden.id, **rest})
        nothing = door(mallory, event, {"room_id": unknown(), **rest})
        assert (refused.code, refused.status) == ("not_found", 404)
        assert refused.problem == nothing.problem
        assert door(bob, event, {"room_id": garden.id, **rest}).code == ""


@talk
def test_who_was_removed_says_and_reads_nothing_more(
    door: Door, garden: Garden, ada: Person, bob: Person
) -> None:
    nonce = unknown()
    assert door(bob, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "here"}).code == ""
    ada.api("DELETE", f"/rooms/{garden.id}/members/{bob.id}")
    bob.heard()

    assert (
        door(bob, "post_message", {"room_id": garden.id, "nonce": nonce, "text": "still?"}).code
        == "not_found"
    )
    assert door(bob, "set_read", {"room_id": garden.id, "seq": 1}).code == "not_found"
    caught_up = door(bob, "sync", {"rooms": {garden.id: 0}}).data
    assert (caught_up["rooms"], caught_up["removed"]) == ([], [garden.id])
    assert door(ada, "post_message", {"room_id": garden.id, "nonce": nonce, "text": "gone"}).code == ""
    assert bob.heard() == []


@on_both
@talk
def test_a_catch_up_holds_what_was_told_live(door: Door, garden: Garden, ada: Person, bob: Person) -> None:
    [room] = door(bob, "sync", {"rooms": {}}).data["rooms"]
    assert room["reset"] and room["entries"] == []
    bob.heard()
    for text in ("one", "two"):
        door(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": text})
    told = [fact for _, fact in bob.heard()]

    caught_up = door(bob, "sync", {"rooms": {garden.id: room["room"]["last_seq"]}}).data
    assert caught_up["me"]["id"] == bob.id
    assert caught_up["limits"] == limits.ADVERTISED
    [missed] = caught_up["rooms"]
    assert missed["entries"] == told and len(told) == 2
    assert not missed["reset"]
    assert missed["room"]["unread"] == 2


@talk
def test_what_cannot_be_followed_is_reset(door: Door, garden: Garden, ada: Person) -> None:
    for rooms, epochs in (({garden.id: 10_000}, {}), ({garden.id: 1}, {garden.id: "another"}), ({}, {})):
        [missed] = door(ada, "sync", {"rooms": rooms, "epochs": epochs}).data["rooms"]
        assert missed["reset"] and missed["entries"] == []


@talk
def test_a_catch_up_is_the_same_by_every_entrance(door: Door, garden: Garden, ada: Person) -> None:
    door(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "hello"})
    asked = {"rooms": {garden.id: 1, "another": 5}, "epochs": {}}
    ada.socket.connected  # noqa: B018

    here, there = door(ada, "sync", asked).data, doors.by_socket(ada, "sync", asked).data
    assert NOW.sub("", str(here)) == NOW.sub("", str(there))


@talk
def test_reading_on_is_told_to_my_other_devices(door: Door, garden: Garden, ada: Person, bob: Person) -> None:
    said = door(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "hello"}).data[
        "message"
    ]
    ada.heard(), bob.heard()
    tablet = bob.connect()
    read = door(bob, "set_read", {"room_id": garden.id, "seq": said["seq"]})

    assert read.data == {"read_seq": said["seq"], "unread": 0, "mentions": 0, "last_seq": said["seq"]}
    assert [event for event, _ in tablet.heard()] == ["read_changed"]
    assert ada.heard() == []


@pytest.mark.parametrize("entrance", ["token", "socket"])
def test_a_token_that_may_only_read_says_nothing(
    entrance: str, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    reading = Person(app, bob.id, "bob", PASSWORD)
    reading.__dict__["token"] = bob.make_token("read")
    reading.connect(token=reading.token)
    door = doors.TALK[entrance]
    assert door(reading, "sync", {"rooms": {garden.id: 0}}).code == ""
    ada.heard()
    before = stored.rows(app)

    for event, rest in (("post_message", {"nonce": unknown(), "text": "hello"}), ("set_read", {"seq": 1})):
        refused = door(reading, event, {"room_id": garden.id, **rest})
        assert (refused.code, refused.status) == ("forbidden", 403)
    assert stored.rows(app) == before
    assert ada.heard() == []
    assert door(bob, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": "I may"}).code == ""


def end_everything_of(person: Person) -> list[Credential]:
    """What disabling an account ends: every session and every token."""
    db.begin_write()
    ended = credentials.end_rows(person.user())
    db.session.commit()
    return ended


@talk
def test_an_ended_credential_says_nothing(
    door: Door, app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    request = {"room_id": garden.id, "nonce": unknown(), "text": "hello"}
    assert door(bob, "post_message", request).code == ""
    assert bob.token and bob.csrf() and bob.socket.connected
    ada.heard()
    with app.app_context():
        credentials.tell_ended(end_everything_of(bob))
    before = stored.rows(app)

    assert not bob.socket.connected
    assert ("session_ended", {"reason": "revoked"}) in bob.heard()
    if door is not doors.by_socket:
        refused = door(bob, "post_message", {**request, "nonce": unknown()})
        assert (refused.code, refused.status) == ("unauthenticated", 401)
    assert bob.connect(token=bob.token).connected is False
    assert stored.rows(app) == before
    assert ada.heard("message_posted") == []


# ---- house-keeping: pages, REST with a token, REST with a cookie


@house
def test_a_room_is_made_alike(door: House, ada: Person) -> None:
    ada.heard()
    assert door(ada, "create_room", {}, {"title": " The  orchard "}) == 200
    assert door(ada, "create_room", {}, {"title": "\u200b"}) == 422

    [(_, fact)] = ada.heard("room_added")
    assert (fact["room"]["title"], fact["room"]["role"]) == ("The orchard", "owner")
    assert [each["title"] for each in ada.api("GET", "/rooms").get_json()["items"]] == ["The orchard"]


@house
def test_a_room_is_renamed_alike(
    door: House, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    where = {"room_id": garden.id}
    bob.heard(), mallory.heard()

    assert door(ada, "rename_room", where, {"title": "The yard"}) == 200
    assert [(event, fact["room"]) for event, fact in bob.heard()] == [("room_changed", {"title": "The yard"})]
    assert door(bob, "rename_room", where, {"title": "Mine"}) == 403
    assert door(mallory, "rename_room", where, {"title": "Mine"}) == 404
    assert door(mallory, "rename_room", {"room_id": unknown()}, {"title": "Mine"}) == 404
    assert door(ada, "rename_room", where, {"title": ""}) == 422
    assert bob.heard() + mallory.heard() == []


@house
def test_a_room_is_closed_alike(
    door: House, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    where = {"room_id": garden.id}
    bob.heard()

    assert door(mallory, "delete_room", where, {}) == 404
    assert door(bob, "delete_room", where, {}) == 403
    assert bob.heard() == []
    assert door(ada, "delete_room", where, {}) == 200
    assert bob.heard() == [("room_removed", {"room_id": garden.id, "reason": "deleted"})]


@house
def test_a_room_is_left_alike(door: House, garden: Garden, ada: Person, bob: Person, mallory: Person) -> None:
    where = {"room_id": garden.id}
    ada.heard()

    assert door(mallory, "leave_room", where, {}) == 404
    assert door(ada, "leave_room", where, {}) == 409
    assert door(bob, "leave_room", where, {}) == 200
    assert [event for event, _ in ada.heard()] == ["member_left"]


@house
def test_a_room_is_joined_alike(door: House, garden: Garden, ada: Person, mallory: Person) -> None:
    ada.heard()

    assert door(mallory, "join_room", {"token": unknown()}, {}) == 404
    assert ada.heard() == []
    assert door(mallory, "join_room", {"token": garden.token}, {}) == 200
    assert [fact["member"]["user"]["username"] for _, fact in ada.heard("member_joined")] == ["mallory"]
    assert door(mallory, "join_room", {"token": garden.token}, {}) == 200
    assert ada.heard() == []


@house
def test_links_are_made_and_replaced_alike(
    door: House, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    where = {"room_id": garden.id}

    assert door(bob, "make_link", where, {"label": "for friends"}) == 200
    assert door(mallory, "make_link", where, {"label": "mine"}) == 404
    assert door(bob, "make_link", where, {"label": "x" * 81}) == 422
    assert door(bob, "rotate_link", where, {}) == 403
    assert door(mallory, "rotate_link", where, {}) == 404
    assert door(ada, "rotate_link", where, {}) == 200
    found = ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"]
    assert [(each["label"], each["revoked_at"] is None) for each in found] == [
        (None, True),
        ("for friends", False),
        (None, False),
    ]


@house
def test_a_name_is_changed_alike(door: House, ada: Person) -> None:
    assert door(ada, "change_name", {}, {"display_name": " Ada  L. "}) == 200
    assert ada.api("GET", "/me").get_json()["display_name"] == "Ada L."
    assert door(ada, "change_name", {}, {"display_name": "x" * 41}) == 422


# ---- proving who one is: pages and programs count together


def test_guesses_count_together_whatever_the_entrance(app: Flask, ada: Person) -> None:
    browser, program = app.test_client(), app.test_client()
    browser.get("/login")

    def by_page(password: str) -> int:
        form = browser.get("/login").get_data(as_text=True)
        csrf = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
        fields = {"username": "ada", "password": password, "csrf_token": csrf}
        return browser.post("/login", data=fields).status_code

    def by_program(password: str) -> int:
        return program.post("/api/v1/tokens", json={"username": "ada", "password": password}).status_code

    assert [by_page("wrong password"), by_program("wrong password")] * 2 + [by_page("wrong password")] == [
        401
    ] * 5
    rule = limits.LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS
    for _ in range(rule.amount - 3):
        by_program("wrong password")
    assert (by_page(PASSWORD), by_program(PASSWORD)) == (429, 429)
    elsewhere = app.test_client().post(
        "/api/v1/tokens",
        json={"username": "ada", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert elsewhere.status_code == 201


def test_wherever_a_password_is_asked_for_guesses_count_together(
    app: Flask, ada: Person, bob: Person
) -> None:
    """BA18: the forms that ask who is signed in once more are no way around, and no way to lock somebody else out."""

    def by_program(who: str, password: str = PASSWORD) -> int:
        body = {"username": who, "password": password}
        return app.test_client().post("/api/v1/tokens", json=body).status_code

    wrong = "not the password"
    change = {"current": wrong, "password": "another long password"}
    deletion = {"current": wrong, "messages": "keep"}
    statuses = [ada.post("/account/password", **change).status_code for _ in "12"]
    statuses += [ada.post("/account/delete", **deletion).status_code for _ in "12"]
    assert statuses == [403] * 4
    assert by_program("ada", wrong) == 401
    assert by_program("ada") == 429
    right = {**change, "current": PASSWORD}
    assert ada.post("/account/password", **right).status_code == 429
    assert ada.post("/account/delete", **{**deletion, "current": PASSWORD}).status_code == 429
    assert by_program("bob") == 201


class TestLimits:
    """With limits on."""

    @pytest.fixture
    def app(self, make_app: Make) -> Flask:
        """The application as it is delivered."""
        return make_app(rate_limits="on")

    @talk
    def test_who_says_too_much_waits_whatever_the_entrance(
        self, door: Door, app: Flask, garden: Garden, ada: Person, bob: Person
    ) -> None:
        for number, each in zip(range(limits.SEND_BURST.amount), [*doors.TALK.values()] * 10, strict=False):
            said = each(ada, "post_message", {"room_id": garden.id, "nonce": unknown(), "text": str(number)})
            assert said.code == ""
        assert ada.csrf()
        bob.heard()
        before = stored.rows(app)
        nonce = unknown()
        refused = door(ada, "post_message", {"room_id": garden.id, "nonce": nonce, "text": "more"})

        assert (refused.code, refused.status) == ("rate_limited", 429)
        assert 0 < refused.problem["retry_after"] <= limits.SEND_BURST.seconds
        assert bob.heard() == []
        assert stored.rows(app) == before
        assert door(bob, "post_message", {"room_id": garden.id, "nonce": nonce, "text": "I may"}).code == ""

    @talk
    def test_a_retry_is_not_counted(self, door: Door, garden: Garden, ada: Person) -> None:
        request = {"room_id": garden.id, "nonce": unknown(), "text": "once"}

        assert {door(ada, "post_message", request).code for _ in range(limits.SEND_BURST.amount + 2)} == {""}
        assert door(ada, "post_message", {**request, "nonce": unknown()}).code == ""

    @house
    def test_who_joins_too_often_waits(self, door: House, garden: Garden, mallory: Person) -> None:
        tried = [door(mallory, "join_room", {"token": unknown()}, {}) for _ in range(limits.JOIN.amount + 1)]

        assert tried == [404] * limits.JOIN.amount + [429]
        assert mallory.api("POST", f"/join/{garden.token}").status_code == 429

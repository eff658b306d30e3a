"""Rooms by REST: make one, look, rename, close, read on."""

from typing import Any

import pytest
from flask import Flask

from tests import stored
from tests.conftest import Garden
from tests.people import Person
from tests.requests import unknown


def say(person: Person, garden: Garden, text: str = "hello") -> Any:
    """Say something in the garden."""
    posted = person.api("POST", f"/rooms/{garden.id}/messages", {"nonce": unknown(), "text": text})
    return posted.get_json()["message"]


def test_a_new_room_comes_with_its_link_and_its_maker_owns_it(app: Flask, ada: Person) -> None:
    ada.heard()
    answer = ada.api("POST", "/rooms", {"title": "  The   orchard "})
    founded = answer.get_json()

    assert answer.status_code == 201
    assert founded["room"]["title"] == "The orchard"
    assert (founded["room"]["role"], founded["room"]["member_count"]) == ("owner", 1)
    assert founded["invite"]["url"] == f"http://localhost/join/{founded['invite']['token']}"
    assert ada.api("GET", f"/rooms/{founded['room']['id']}").get_json() == founded["room"]
    assert [event for event, _ in ada.heard("room_added")] == ["room_added"]
    assert app.test_client().get(founded["invite"]["url"]).status_code == 200


def test_a_link_is_made_of_the_public_address(make_app: Any, ada: Person) -> None:
    ada.app = make_app(public_url="https://chat.example.org")
    invite = ada.api("POST", "/rooms", {"title": "The orchard"}).get_json()["invite"]

    assert invite["url"] == f"https://chat.example.org/join/{invite['token']}"


@pytest.mark.parametrize(
    "title", ["", "  ", "\u200b\u200b", "x" * 81, "a\0b", "\ud800", 7, None, {}], ids=ascii
)
def test_a_title_that_cannot_be_shown_makes_no_room_and_renames_none(
    app: Flask, garden: Garden, ada: Person, title: object
) -> None:
    assert ada.api("PATCH", f"/rooms/{garden.id}", {"title": "x" * 80}).status_code == 200
    before = stored.rows(app)
    for method, path in (("POST", "/rooms"), ("PATCH", f"/rooms/{garden.id}")):
        answer = ada.api(method, path, {"title": title})
        assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
        assert [each["path"] for each in answer.get_json()["errors"]] == ["title"]
    assert stored.rows(app) == before


def test_my_rooms_come_with_what_is_unread_and_was_said_last(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    other = ada.api("POST", "/rooms", {"title": "The orchard"}).get_json()["room"]
    say(ada, garden, "one")
    last = say(ada, garden, "two")

    page = bob.api("GET", "/rooms").get_json()
    assert page["next"] is None
    [room] = page["items"]
    assert (room["id"], room["title"], room["role"]) == (garden.id, "The garden", "member")
    assert (room["unread"], room["last_message"]) == (2, last)
    assert room["member_count"] == 2
    assert [each["id"] for each in ada.api("GET", "/rooms").get_json()["items"]] == [garden.id, other["id"]]
    assert mallory.api("GET", "/rooms").get_json() == {"items": [], "next": None}


def test_a_new_title_is_told_to_those_in_the_room(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    bob.heard(), mallory.heard()
    assert ada.api("PATCH", f"/rooms/{garden.id}", {"title": "The yard"}).get_json()["title"] == "The yard"

    [(event, fact)] = bob.heard()
    assert (event, fact["room"]) == ("room_changed", {"title": "The yard"})
    assert mallory.heard() == []


def test_a_member_renames_and_closes_nothing(app: Flask, garden: Garden, ada: Person, bob: Person) -> None:
    assert bob.token
    bob.heard()
    before = stored.rows(app)
    for method, body in (("PATCH", {"title": "Mine"}), ("DELETE", None)):
        answer = bob.api(method, f"/rooms/{garden.id}", body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert stored.rows(app) == before
    assert bob.heard() == []


def test_a_closed_room_is_gone_for_everybody(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    bob.heard(), mallory.heard()
    assert ada.api("DELETE", f"/rooms/{garden.id}").status_code == 204

    assert bob.heard() == [("room_removed", {"room_id": garden.id, "reason": "deleted"})]
    assert mallory.heard() == []
    for person in (ada, bob):
        assert person.api("GET", f"/rooms/{garden.id}").status_code == 404
        assert person.api("GET", "/rooms").get_json()["items"] == []
    assert mallory.api("POST", f"/join/{garden.token}").status_code == 404


def test_reading_on_counts_and_is_told_to_my_own_sockets_only(
    garden: Garden, ada: Person, bob: Person
) -> None:
    first, second = say(ada, garden), say(ada, garden)
    bob.heard(), ada.heard()

    answer = bob.api("PUT", f"/rooms/{garden.id}/read", {"seq": first["seq"]}).get_json()
    assert answer == {"read_seq": first["seq"], "unread": 1, "mentions": 0, "last_seq": second["seq"]}
    fact = {"room_id": garden.id, "unread": 1, "mentions": 0, "last_seq": second["seq"], "seq": first["seq"]}
    assert bob.heard() == [("read_changed", fact)]
    assert ada.heard() == []
    beyond = bob.api("PUT", f"/rooms/{garden.id}/read", {"seq": second["seq"] + 1000}).get_json()
    assert (beyond["read_seq"], beyond["unread"]) == (second["seq"], 0)
    back = bob.api("PUT", f"/rooms/{garden.id}/read", {"seq": 0}).get_json()
    assert back["read_seq"] == second["seq"]


@pytest.mark.parametrize("seq", [-1, 1.5, "1", None, True, 2**53 - 1 + 1])
def test_a_place_that_is_none_is_not_read_up_to(garden: Garden, app: Flask, bob: Person, seq: object) -> None:
    assert bob.token
    before = stored.rows(app)
    answer = bob.api("PUT", f"/rooms/{garden.id}/read", {"seq": seq})

    assert answer.get_json()["code"] == "invalid"
    assert stored.rows(app) == before

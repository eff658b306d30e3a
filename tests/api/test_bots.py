"""Bots by REST: an owner makes them and gives them tokens, and what a bot may ask at all."""

from typing import Any

import pytest
from flask import Flask

from tests import requests, stored
from tests.conftest import Garden, make_bot
from tests.people import Person
from tests.requests import Ids

# What any member may and a bot may not: it makes and opens nothing, and has no password.
REFUSED = {
    "POST /rooms",
    "POST /join/{token}",
    "GET /rooms/{room_id}/invites",
    "POST /rooms/{room_id}/invites",
    "PUT /me/password",
}
# After these there is nobody left who could ask for more: they are tried by themselves.
ENDINGS = (
    "DELETE /rooms/{room_id}/members/me",
    "DELETE /me",
    "DELETE /tokens/current",
)


def at(garden: Garden, *steps: str) -> str:
    """The path of a room's bots, or below it."""
    return "/".join([f"/rooms/{garden.id}/bots", *steps])


def test_an_owner_makes_a_bot_and_is_shown_its_token_once(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    bob.heard()
    answer = ada.api("POST", at(garden), {"username": "echo", "display_name": "Echo, echo"})
    made = answer.get_json()

    assert answer.status_code == 201
    assert made["user"]["bot"] is True
    assert (made["user"]["username"], made["user"]["display_name"]) == ("echo", "Echo, echo")
    assert made["scopes"] == ["read", "write"] and made["token"].startswith("pt_")
    assert [(event, fact["member"]["user"]) for event, fact in bob.heard()] == [
        ("member_joined", made["user"])
    ]
    listed = ada.api("GET", f"/rooms/{garden.id}/members").get_json()["items"]
    assert made["user"] in [each["user"] for each in listed]
    assert made["token"] not in str(listed) + str(ada.api("GET", "/tokens").get_json())


def test_its_token_is_replaced_and_revoked(app: Flask, garden: Garden, ada: Person) -> None:
    bot = make_bot(app, ada, garden.id)
    answer = ada.api("POST", at(garden, bot.id, "token"))
    assert answer.status_code == 201
    assert bot.api("GET", "/me").status_code == 401
    bot.__dict__["token"] = answer.get_json()["token"]
    assert bot.api("GET", "/me").status_code == 200

    assert ada.api("DELETE", at(garden, bot.id, "token")).status_code == 204
    assert bot.api("GET", "/me").status_code == 401


def test_a_member_is_refused_and_an_outsider_finds_nothing(
    app: Flask, garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    bot = make_bot(app, ada, garden.id)
    assert bob.token and mallory.token and ada.token
    ada.heard()
    before = stored.rows(app)
    for person, status in ((bob, 403), (mallory, 404)):
        assert person.api("POST", at(garden), {"username": "parrot"}).status_code == status
        assert person.api("POST", at(garden, bot.id, "token")).status_code == status
        assert person.api("DELETE", at(garden, bot.id, "token")).status_code == status
    assert stored.rows(app) == before
    assert ada.heard() == []
    assert bot.api("GET", "/me").status_code == 200


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"username": "ab"},
        {"username": "x" * 33},
        {"username": "ada"},
        {"username": "a\u202eb"},
        {"username": 7},
        {"username": "echo", "display_name": ""},
        {"username": "echo", "display_name": "x" * 41},
        {"username": "echo", "bot": False},
        {"username": "echo", "role": "owner"},
    ],
    ids=ascii,
)
def test_junk_makes_no_bot(app: Flask, garden: Garden, ada: Person, junk: dict[str, Any]) -> None:
    assert ada.token
    before = stored.rows(app)
    answer = ada.api("POST", at(garden), junk)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert stored.rows(app) == before


def test_somebody_elses_bot_and_a_person_are_no_bots_of_this_room(
    app: Flask, garden: Garden, make_room: Any, ada: Person, bob: Person
) -> None:
    elsewhere = make_bot(app, bob, make_room(bob))
    assert ada.token and bob.token
    before = stored.rows(app)
    for id in (elsewhere.id, bob.id, ada.id, Ids().bot_id):
        assert ada.api("POST", at(garden, id, "token")).status_code == 404
        assert ada.api("DELETE", at(garden, id, "token")).status_code == 404
    assert stored.rows(app) == before


def test_a_bot_may_do_what_a_member_may_but_for_what_makes_or_opens_something(
    app: Flask, garden: Garden, make_room: Any, ada: Person, bob: Person
) -> None:
    """Every route there is, asked by a bot, and then by a member: whatever else is refused to a bot is a mistake."""
    bot, other = make_bot(app, ada, garden.id), make_bot(app, ada, garden.id, "parrot")
    orchard = ada.api("POST", "/rooms", {"title": "The orchard"}).get_json()["invite"]
    said = {each.id: each.say(garden.id)["data"]["message"]["id"] for each in (bot, bob)}
    refused = set()
    for route in requests.ROUTES:
        if route.public or requests.name(route) in ENDINGS:
            continue
        given = {"room_id": garden.id, "user_id": ada.id, "bot_id": other.id, "token": orchard["token"]}
        asked = [
            person.api(route.method, requests.path(route, ids), requests.body(route, ids)).status_code
            for person in (bot, bob)
            for ids in [Ids(**given, message_id=said[person.id])]
        ]
        assert asked[0] in {*route.statuses, 401, 403, 404, 409}, (requests.name(route), asked)
        if asked[1] in route.statuses and asked[0] not in route.statuses:
            refused.add(requests.name(route))
    assert refused == REFUSED
    assert bot.api("DELETE", "/me", {"current": ""}).status_code == 403
    assert bot.api("DELETE", f"/rooms/{garden.id}/members/me").status_code == 204
    assert bot.api("GET", "/me").status_code == 401


def test_a_link_opens_no_room_to_a_bot_and_changes_nothing(
    app: Flask, garden: Garden, ada: Person, mallory: Person
) -> None:
    bot = make_bot(app, ada, garden.id)
    orchard = ada.api("POST", "/rooms", {"title": "The orchard"}).get_json()["invite"]
    before = stored.rows(app)
    refused = bot.api("POST", f"/join/{orchard['token']}")
    unknown = bot.api("POST", f"/join/{Ids().token}")

    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")
    assert unknown.data == refused.data
    assert stored.rows(app) == before
    assert mallory.api("POST", f"/join/{orchard['token']}").status_code == 200

"""Links by REST: make, list, revoke, rotate; look behind one, and join."""

from typing import Any

import pytest
from flask import Flask

from tests import stored
from tests.conftest import Garden
from tests.people import Person
from tests.requests import unknown


def make(person: Person, garden: Garden, **bounds: Any) -> Any:
    """One more link."""
    return person.api("POST", f"/rooms/{garden.id}/invites", bounds)


def test_any_member_makes_a_link_with_its_bounds(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    answer = make(bob, garden, label="for  friends", expires_in=3600, max_uses=1)
    invite = answer.get_json()

    assert answer.status_code == 201
    assert (invite["label"], invite["max_uses"], invite["uses"]) == ("for friends", 1, 0)
    assert invite["created_by"]["username"] == "bob"
    assert invite["created_at"] < invite["expires_at"]
    assert mallory.api("POST", f"/join/{invite['token']}").status_code == 200
    assert ada.api("GET", f"/rooms/{garden.id}/invites").get_json()["items"][0]["uses"] == 1


@pytest.mark.parametrize(
    "bounds",
    [
        {"label": ""},
        {"label": "x" * 81},
        {"expires_in": 59},
        {"expires_in": -1},
        {"expires_in": 10**12},
        {"expires_in": "3600"},
        {"expires_in": 60.5},
        {"max_uses": 0},
        {"max_uses": 10_001},
        {"max_uses": True},
        {"token": "chosen"},
    ],
    ids=ascii,
)
def test_bounds_that_cannot_be_make_no_link(app: Flask, garden: Garden, bob: Person, bounds: Any) -> None:
    assert bob.token
    before = stored.rows(app)

    assert make(bob, garden, **bounds).status_code == 422
    assert stored.rows(app) == before


def test_links_are_paged_newest_first_ended_ones_too(garden: Garden, ada: Person) -> None:
    made = [make(ada, garden, label=str(number)).get_json() for number in range(3)]
    assert ada.api("DELETE", f"/invites/{made[1]['id']}").status_code == 204

    first = ada.api("GET", f"/rooms/{garden.id}/invites?limit=2").get_json()
    rest = ada.api("GET", f"/rooms/{garden.id}/invites?limit=2&cursor={first['next']}").get_json()
    assert [each["label"] for each in first["items"] + rest["items"]] == ["2", "1", "0", None]
    assert rest["next"] is None
    assert [each["revoked_at"] is None for each in first["items"]] == [True, False]


def test_a_revoked_link_opens_nothing_and_revoking_again_is_fine(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    mine, other = make(bob, garden).get_json(), make(ada, garden).get_json()

    assert bob.api("DELETE", f"/invites/{other['id']}").status_code == 403
    assert mallory.api("GET", f"/join/{mine['token']}").status_code == 200
    for _ in range(2):
        assert bob.api("DELETE", f"/invites/{mine['id']}").status_code == 204
    assert mallory.api("POST", f"/join/{mine['token']}").status_code == 404
    assert mallory.api("POST", f"/join/{other['token']}").status_code == 200


def test_a_new_link_in_place_of_all_leaves_the_room_where_it_is(
    garden: Garden, ada: Person, bob: Person, mallory: Person
) -> None:
    fresh = ada.api("POST", f"/rooms/{garden.id}/invites/rotate").get_json()

    assert mallory.api("POST", f"/join/{garden.token}").status_code == 404
    assert mallory.api("POST", f"/join/{fresh['token']}").get_json()["room"]["id"] == garden.id
    assert bob.api("GET", f"/rooms/{garden.id}").status_code == 200


def test_looking_behind_a_link_says_what_it_is_and_joins_nobody(
    app: Flask, garden: Garden, ada: Person, mallory: Person
) -> None:
    assert mallory.token
    before = stored.rows(app)
    answers = [
        app.test_client().get(f"/api/v1/join/{garden.token}"),
        mallory.api("GET", f"/join/{garden.token}"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        behind = answer.get_json()
        assert set(behind) == {"title", "inviter", "member_count", "asks_first"}
        assert (behind["title"], behind["inviter"]["username"], behind["member_count"]) == (
            "The garden",
            "ada",
            2,
        )
    assert stored.rows(app) == before
    assert garden.id not in answers[0].get_data(as_text=True)


def test_joining_puts_one_into_the_room_and_again_is_fine(
    app: Flask, garden: Garden, ada: Person, mallory: Person
) -> None:
    ada.heard(), mallory.heard()
    room = mallory.api("POST", f"/join/{garden.token}").get_json()["room"]

    assert (room["id"], room["role"], room["member_count"], room["unread"]) == (garden.id, "member", 3, 0)
    assert [fact["member"]["user"]["username"] for _, fact in ada.heard("member_joined")] == ["mallory"]
    assert [event for event, _ in mallory.heard("room_added", "member_joined")].count("room_added") == 1
    before = stored.rows(app)
    assert mallory.api("POST", f"/join/{garden.token}").get_json()["room"] == room
    assert stored.rows(app) == before
    assert ada.heard() == []


def test_every_link_that_opens_nothing_is_one_answer(garden: Garden, ada: Person, mallory: Person) -> None:
    used = make(ada, garden, max_uses=1).get_json()["token"]
    assert mallory.api("POST", f"/join/{used}").status_code == 200
    ended = make(ada, garden).get_json()
    ada.api("DELETE", f"/invites/{ended['id']}")
    ada.api("DELETE", f"/rooms/{garden.id}/members/{mallory.id}")

    for method in ("GET", "POST"):
        answers = [mallory.api(method, f"/join/{token}") for token in (used, ended["token"], unknown())]
        assert {each.status_code for each in answers} == {404}
        assert len({each.data for each in answers}) == 1
